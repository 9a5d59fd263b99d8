"""How the hits of a search are spread over sections, years, names, tags, layouts and places."""

import json
from collections import Counter
from dataclasses import dataclass, replace

from sqlite_utils import Database

from scraper.archive.tables import PLACES
from scraper.search.query import Query
from scraper.search.sql import Asked, Filters, ask, count_hits, select

COUNTED_AT_MOST = 10_000  # hits; of more, the newest are counted, and Facets says so
SHOWN = 12  # values of each facet, the most frequent first

Values = tuple[tuple[str, int], ...]

_ROWS = (
    "SELECT section, layout, substr(local_date, 1, 4), count(*) FROM articles"
    " WHERE id IN (SELECT value FROM json_each(?)) GROUP BY 1, 2, 3"
)
_NAMES = (
    "SELECT name, count(*) FROM article_bylines"
    " WHERE article_id IN (SELECT value FROM json_each(?)) GROUP BY 1"
)
_TAGS = (
    "SELECT name, count(*) FROM article_tags JOIN tags ON tags.id = tag_id"
    " WHERE article_id IN (SELECT value FROM json_each(?)) GROUP BY tag_id"
)

_UNITS = (
    "SELECT label, count(DISTINCT article_id) FROM article_places JOIN places ON id = place_id"
    " WHERE article_id IN (SELECT value FROM json_each(?)) AND certainty = 'sure' GROUP BY place_id"
)


@dataclass(frozen=True, slots=True)
class Facets:
    """Hits for each value, the most frequent first."""

    counted: int  # how many hits, the newest, were counted; all of them for `place`
    values: dict[str, Values]  # "section", "year", "byline", "tag", "layout", "unit", "place"


def facets(db: Database, query: Query, filters: Filters, asked: Asked) -> Facets:
    """The facets of the articles that fit."""
    what = "articles_fts.rowid" if asked.match else "id"
    sql, parameters = select(what, asked, is_covered=bool(asked.match))
    newest = f"{sql} ORDER BY {what} DESC LIMIT {COUNTED_AT_MOST}"
    ids = [row[0] for row in db.conn.execute(newest, parameters)]
    among = (json.dumps(ids),)
    sections: Counter[str] = Counter()
    layouts: Counter[str] = Counter()
    years: Counter[str] = Counter()
    for section, layout, year, count in db.conn.execute(_ROWS, among):
        sections[section] += count
        layouts[layout] += count
        years[year or ""] += count
    found = {
        "section": _most(sections),
        "year": tuple(sorted(years.items(), reverse=True)),
        "byline": _most(Counter(dict(db.conn.execute(_NAMES, among).fetchall()))),
        "tag": _most(Counter(dict(db.conn.execute(_TAGS, among).fetchall()))),
        "layout": _most(layouts),
        "unit": _most(Counter(dict(db.conn.execute(_UNITS, among).fetchall()))),
    }
    if asked.match:
        found["place"] = _places(db, query, filters)
    return Facets(len(ids), found)


def _places(db: Database, query: Query, filters: Filters) -> Values:
    """The hits that have all the words in one place."""
    asked = {place: ask(db, query, replace(filters, place=place)) for place in PLACES}
    return tuple((place, count_hits(db, one)) for place, one in asked.items() if one)


def _most(counts: Counter[str]) -> Values:
    return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:SHOWN])
