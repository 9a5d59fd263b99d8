"""How the hits of a search are spread over sections, years, names, tags, layouts and fields."""

import json
from collections import Counter
from dataclasses import dataclass, replace

from sqlite_utils import Database

from scraper.search.sql import SearchSQL, count_hits, newest_ids

COUNTED_AT_MOST = 10_000  # hits; of more, the highest numbers are counted, and Facets says so
SHOWN = 12  # values of each facet, the most frequent first

Values = tuple[tuple[str, int], ...]

# json_each first: each hit is looked up at once, without a set of them made for each SELECT.
_ROWS = (
    "SELECT section, layout, substr(local_date, 1, 4), count(*)"
    " FROM json_each(?) CROSS JOIN articles INDEXED BY articles_days ON articles.id = value"
    " GROUP BY 1, 2, 3"
)
_NAMES = (
    "SELECT name, count(*) FROM json_each(?) CROSS JOIN article_bylines ON article_id = value"
    " GROUP BY 1"
)
_TAGS = (
    "SELECT name, hits FROM tags JOIN ("
    " SELECT tag_id, count(*) AS hits FROM json_each(?) CROSS JOIN article_tags"
    " ON article_id = value GROUP BY 1"
    ") ON tag_id = id"
)
_UNITS = (
    "SELECT label, hits FROM places JOIN ("
    " SELECT place_id, count(DISTINCT article_id) AS hits FROM json_each(?)"
    " CROSS JOIN article_places ON article_id = value WHERE certainty = 'sure' GROUP BY 1"
    ") ON place_id = id"
)


@dataclass(frozen=True, slots=True)
class Facets:
    """Hits for each value, the most frequent first."""

    counted: int  # how many hits, those of the highest numbers, were counted
    values: dict[str, Values]  # "section", "year", "byline", "tag", "layout", "unit", "in"


def facets(db: Database, asked: SearchSQL) -> Facets:
    """The facets of what `search` finds for the same."""
    newest = newest_ids(db, asked, COUNTED_AT_MOST)
    if not newest:
        return Facets(0, {})
    among = (json.dumps(newest),)
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
        first = newest[-1] if len(newest) == COUNTED_AT_MOST else 0
        found["in"] = tuple(
            (field, count_hits(db, replace(asked, match=match), first))
            for field, match in asked.in_fields.items()
        )
    return Facets(len(newest), found)


def _most(counts: Counter[str]) -> Values:
    return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:SHOWN])
