"""Search: finding articles in the index `articles_fts` (scraper/archive/index.py)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count, takewhile
from typing import Any

from sqlite_utils import Database

from scraper.archive.index import texts_of
from scraper.archive.tables import AS_WRITTEN, FIELDS
from scraper.lexicon import VERSION
from scraper.search.conditions import ALL, Clause, Filters, unknown_names
from scraper.search.counts import Stretch
from scraper.search.excerpt import excerpt, marks
from scraper.search.facets import Facets
from scraper.search.query import Aliases, Query, one_phrase, read_query
from scraper.search.sql import (
    SearchSQL,
    ask,
    count_by_period,
    count_hits,
    matching_ids,
    number_in,
    select,
    without_rows,
)

RANKED_AT_MOST = 5_000  # of more hits, the newest are put in order of fit; SearchPage says so

STRAYS_ASKED = 1_000  # articles for which the index is asked singly

# Of each column, as written and folded: how exact a hit is comes first, by other means.
_WEIGHT = {"title": 10, "lead": 4, "tags": 4, "section": 3, "captions": 2, "body": 1}

_OF_HIT = (
    "url",
    "title",
    "timestamp",
    "timestamp_source",
    "published_source",
    "section",
    "revision_count",
    "gone_at",
)


@dataclass(frozen=True, slots=True)
class Hit:
    """One article found."""

    id: int
    url: str
    title: str
    timestamp: str | None  # UTC, as in `articles`
    timestamp_source: str  # the same
    published_source: str  # the same
    section: str
    revision_count: int
    gone_at: str | None
    snippet: str  # the original text around the words found
    title_marks: tuple[tuple[int, int], ...] = ()  # the places in the title of the words found
    snippet_marks: tuple[tuple[int, int], ...] = ()  # the same in the snippet
    snippet_source: str = ""  # which text the snippet is from: "lead", "body", "tags" …


@dataclass(frozen=True, slots=True)
class OtherReading:
    """The same words, read in another way."""

    kind: str  # "words", "phrase" or "apart": the syllables anywhere
    text: str  # what to type for it
    is_apart: bool  # with the option that takes each syllable for a word
    total: int  # its hits, with the same filters


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of hits."""

    total: int  # all hits, not only those on this page; exact
    hits: tuple[Hit, ...]
    next_offset: int | None  # where the next page begins
    ranked: int  # how many of the hits, the newest, are in order of fit; the others are left out
    dropped_words: int = 0  # words of an over-long query that were passed over
    years: tuple[tuple[str, int], ...] = ()  # all hits per year, if asked for
    read_as: str = ""  # how the query was read: du lịch · sa pa
    unknown: tuple[str, ...] = ()  # filters that name nothing of this archive: "byline"


def search(
    db: Database,
    asked: SearchSQL,
    *,
    sort: str = "best",
    limit: int = 20,
    offset: int = 0,
    with_years: bool = False,
    stretches: Sequence[Stretch] = (),
) -> SearchPage:
    """The articles that fit what a reader asked (`read_query`, then `ask`).

    `sort` is "best": those with every word as typed first, then by weight of the words found;
    "newest" or "oldest" first.
    `stretches` (scraper/search/counts.py) make counting many hits per year faster.
    """
    # The index is asked once: total and years follow from the numbers that it gives.
    ids = matching_ids(db, asked) if asked.match else None
    page = _page(db, asked, ids, sort, limit, offset, stretches)
    return replace(
        page,
        dropped_words=asked.query.dropped,
        years=tuple(count_by_period(db, asked, 4, stretches, ids)) if with_years else (),
        unknown=() if page.total else unknown_names(db, asked.filters),
    )


def _page(
    db: Database,
    asked: SearchSQL,
    ids: Sequence[int] | None,
    sort: str,
    limit: int,
    offset: int,
    stretches: Sequence[Stretch],
) -> SearchPage:
    """One page of hits, with nothing that a caller has to ask for."""
    total = count_hits(db, asked) if ids is None else len(ids)
    is_ranked = sort == "best" and bool(asked.match)
    ranked = min(total, RANKED_AT_MOST) if is_ranked else total
    if not total:
        shown: list[int] = []
    elif sort == "oldest":
        shown = _oldest(db, asked, total, limit, offset)
    elif not is_ranked or ids is None:
        shown = _newest(db, asked, total, limit, offset, stretches)
    else:
        shown = _best(db, asked, ids, limit, offset)
    following = offset + limit
    return SearchPage(
        total=total,
        hits=tuple(_hit(db, article_id, asked) for article_id in shown),
        next_offset=following if following < ranked else None,
        ranked=ranked,
        read_as=asked.query.read_as,
    )


def as_json(
    page: SearchPage, others: Sequence[OtherReading], facets: Facets | None = None
) -> dict[str, Any]:
    """A page of hits and what belongs to it, as `scraper search --json` and /search.json do."""
    keys = ("id", "url", "title", "timestamp", "section", "snippet", "snippet_source")
    found = {
        "total": page.total,
        "read_as": f"{page.read_as} [{VERSION}]" if page.read_as else "",
        "others": [
            {"kind": other.kind, "q": other.text, "apart": other.is_apart, "total": other.total}
            for other in others
        ],
        "unknown": list(page.unknown),
        "next_start": page.next_offset,
        "results": [{key: getattr(hit, key) for key in keys} for hit in page.hits],
    }
    if facets:
        values = {name: dict(counts) for name, counts in facets.values.items()}
        found["facets"] = {"counted": facets.counted, **values}
    return found


def other_readings(
    db: Database, text: str, *, filters: Filters = ALL, aliases: Aliases = (), apart: bool = False
) -> tuple[OtherReading, ...]:
    """The ways to read what was typed, other than `search` does, with what each would find."""
    used = read_query(text, aliases, apart=apart)
    ways = (("words", text, False), ("phrase", one_phrase(text), False), ("apart", text, True))
    found: dict[Query, OtherReading] = {}
    for kind, typed, is_apart in ways:
        query = read_query(typed, aliases, apart=is_apart)
        if typed and not query.means_as(used) and not any(query.means_as(q) for q in found):
            total = count_hits(db, ask(db, query, filters))
            found[query] = OtherReading(kind, typed, is_apart, total)
    return tuple(found.values())


def _newest(
    db: Database,
    asked: SearchSQL,
    total: int,
    limit: int,
    offset: int,
    stretches: Sequence[Stretch],
) -> list[int]:
    if asked.match and total > RANKED_AT_MOST:
        # Most of so many hits are old: the newest months are searched first, twice as many each
        # time, until they have enough.
        for months in takewhile(lambda n: n < len(stretches), (2**n for n in count())):
            recent = _recent(db, asked, stretches[-months])
            if recent is None:
                break
            if len(recent) >= offset + limit:
                return [number for _, number in recent[offset : offset + limit]]
    # Many are met on the way back in time: not all articles of a name are sorted.
    sql, parameters = select("id", asked, in_order=total > RANKED_AT_MOST)
    order = "ORDER BY timestamp DESC, id DESC LIMIT ? OFFSET ?"
    return [row[0] for row in db.conn.execute(f"{sql} {order}", (*parameters, limit, offset))]


def _oldest(db: Database, asked: SearchSQL, total: int, limit: int, offset: int) -> list[int]:
    sql, parameters = select("id", asked, in_order=total > RANKED_AT_MOST)
    order = "ORDER BY timestamp IS NULL, timestamp, id LIMIT ? OFFSET ?"
    return [row[0] for row in db.conn.execute(f"{sql} {order}", (*parameters, limit, offset))]


def _recent(db: Database, asked: SearchSQL, since: Stretch) -> list[tuple[str, int]] | None:
    """Time and number of each hit since the first day of a month, newest first.

    None if many articles since then have numbers from before.
    """
    strays = db.conn.execute(
        "SELECT id FROM articles WHERE local_date >= ? AND id < ? LIMIT ?",
        (since.month, since.first, STRAYS_ASKED + 1),
    ).fetchall()
    if len(strays) > STRAYS_ASKED:
        return None
    later = Clause("local_date >= {} AND articles_fts.rowid >= {}", (since.month, since.first))
    found = db.conn.execute(*select("timestamp, id", asked, later)).fetchall()
    for (number,) in strays:
        one = Clause("articles_fts.rowid = {}", (number,))
        found += db.conn.execute(*select("timestamp, id", asked, one)).fetchall()
    return sorted((tuple(row) for row in found), reverse=True)


def _best(db: Database, asked: SearchSQL, ids: Sequence[int], limit: int, offset: int) -> list[int]:
    floor = ids[-RANKED_AT_MOST] if len(ids) > RANKED_AT_MOST else 0
    newest = Clause("articles_fts.rowid >= {}", (floor,))
    number = number_in(asked)
    sql, parameters = without_rows(number, asked, newest)
    order = f"bm25(articles_fts, {_weights(db)}), {number} DESC LIMIT ? OFFSET ?"
    if asked.typed:
        order = (
            f"{number} IN (SELECT rowid FROM articles_fts"
            f" WHERE articles_fts MATCH ? AND rowid >= ?) DESC, {order}"
        )
        parameters = (*parameters, asked.typed, floor)
    rows = db.conn.execute(f"{sql} ORDER BY {order}", (*parameters, limit, offset))
    return [row[0] for row in rows]


def _weights(db: Database) -> str:
    """The weights in the order of the index's columns."""
    columns = [row[1] for row in db.conn.execute("PRAGMA table_info(articles_fts)")]
    return ", ".join(str(_WEIGHT.get(c.removesuffix("_folded"), 0)) for c in columns)


def _hit(db: Database, article_id: int, asked: SearchSQL) -> Hit:
    sql = f"SELECT {', '.join(_OF_HIT)} FROM articles WHERE id = ?"
    article = dict(zip(_OF_HIT, db.conn.execute(sql, (article_id,)).fetchone(), strict=True))
    texts = next(iter(texts_of(db, "WHERE id = ?", (article_id,))))
    named = dict(zip(AS_WRITTEN, texts[1:], strict=True))
    title = named.pop("title")
    wanted = FIELDS.get(asked.filters.field, AS_WRITTEN)
    shown = excerpt(((c, text) for c, text in named.items() if c in wanted), asked.patterns)
    return Hit(
        id=article_id,
        **article,
        snippet=shown.text,
        title_marks=marks(title, asked.patterns) if "title" in wanted else (),
        snippet_marks=shown.marks,
        snippet_source=shown.source,
    )
