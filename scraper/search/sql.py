"""A query and its filters as SQL, and how many articles fit."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from sqlite_utils import Database

from scraper.search.counts import Stretch, count_by_stretch
from scraper.search.match import (
    Beginning,
    Occurs,
    Pattern,
    exclusion,
    expand,
    is_as_typed,
    match_expression,
    resolve,
    typed_expression,
    with_readings_held,
)
from scraper.search.query import Query
from scraper.spelling import fold, is_bare

NAMED_AT_MOST = 50  # words that start so; of more, the index gathers all places itself
LOOKED_AT = 500  # words, to name those
SHORTEST_NAMED = 3  # letters; too many words start with fewer
COUNTED_AT_MOST = 50_000  # to choose a way of counting; the count itself is exact

MATCHING = "SELECT rowid FROM articles_fts WHERE articles_fts MATCH ?"
_MATCHING = MATCHING.replace("?", "{}")


@dataclass(frozen=True, slots=True)
class Filters:
    """What else a hit must be; "" and False ask for nothing."""

    section: str = ""
    since: str = ""  # first day, Vietnam: "2023-05-01"; "2023" and "2023-05" will do
    until: str = ""  # last day, the same
    byline: str = ""  # one name, as printed
    tag: str = ""
    layout: str = ""  # kind of page: "photo"
    unit: str = ""  # a commune or district named for sure: "Bản Qua", "xã Bản Qua", its label or id
    photos: bool = False  # with a photo
    place: str = ""  # one of archive.tables.PLACES: the words are there
    gone: bool = False  # no longer on the site
    known_by: str = ""  # captured by this time, UTC: later pages of a search stay as they were


ALL = Filters()


@dataclass(frozen=True, slots=True)
class Clause:
    """A condition on rows of `articles`, and the values for its `{}`, in order."""

    sql: str
    values: tuple[str | int, ...] = ()

    @property
    def is_set(self) -> bool:
        """True if it says of an article's number that it is in a set."""
        return self.sql.startswith("id IN (")

    def written(self, *marks: str) -> str:
        """The condition as SQL, with `marks` for its values; question marks if none are given."""
        return self.sql.format(*(marks or ["?"] * len(self.values)))


@dataclass(frozen=True, slots=True)
class Asked:
    """A query as SQL."""

    match: str  # what `articles_fts` must match; "" for anything
    typed: str  # what it must match to have every word as typed; "" if all that fit have
    where: tuple[Clause, ...]  # all of which an article must fulfil
    among: tuple[Clause, ...]  # what `where` implies for numbers in the index
    needs_no_row: bool  # the index articles_days has all that `where` asks, and is best for it
    patterns: tuple[Pattern, ...]  # what to mark in texts
    place: str  # where the words must be, as in Filters
    read_as: str  # how the query was read


def ask(db: Database, query: Query, filters: Filters = ALL) -> Asked | None:
    """`query` in the words of this archive, as SQL; None if nothing can fit it."""
    if not (query.is_blank or query.include or query.exclude):
        return None
    occurs, place = _occurs(db), filters.place
    query = with_readings_held(query, occurs, lambda match: _is_held(db, match))
    resolved = resolve(query, occurs)
    named = expand(resolved, _beginning(db))
    match = match_expression(named, occurs, place)
    filters = replace(
        filters,
        byline=_as_printed(db, _BYLINES, filters.byline),
        tag=_as_printed(db, _TAG_NAMES, filters.tag),
        unit=_as_printed(db, _UNIT_NAMES, filters.unit),
    )
    where = _clauses(filters)
    if not match and (unwanted := exclusion(named, occurs, place)):
        where.append(Clause(f"id NOT IN ({_MATCHING})", (unwanted,)))
    return Asked(
        match=match,
        typed="" if is_as_typed(resolved, query) else typed_expression(query, place),
        where=tuple(where),
        among=_among(db, filters) if match else (),
        needs_no_row=bool(match or filters.byline or filters.tag or filters.unit)
        and not (filters.known_by or filters.photos or filters.gone or filters.layout),
        patterns=tuple(
            pattern
            for part in resolved.include
            for reading in part
            for either in reading
            for pattern in either
        ),
        place=place,
        read_as=query.read_as,
    )


def clauses(db: Database, query: Query) -> tuple[Clause, ...]:
    """What the rows of `articles` fulfil that fit `query`."""
    asked = ask(db, query)
    if asked is None:
        return (Clause("0"),)
    found = (Clause(f"id IN ({_MATCHING})", (asked.match,)),) if asked.match else ()
    return found + asked.where


def count_hits(db: Database, asked: Asked) -> int:
    """How many articles fit."""
    if asked.match and not asked.where:
        sql = "SELECT count(*) FROM articles_fts WHERE articles_fts MATCH ?"
        parameters: tuple[str | int, ...] = (asked.match,)
    else:
        sql, parameters = select("count(*)", asked, is_covered=True)
    return int(db.conn.execute(sql, parameters).fetchone()[0])


def count_by_period(
    db: Database, asked: Asked, digits: int = 4, stretches: Sequence[Stretch] = ()
) -> list[tuple[str, int]]:
    """Hits per year ("2023"), or with 7 digits per month ("2023-05"), oldest first."""
    # A beginning of words is searched again in each stretch, which is slower.
    if asked.match and not asked.where and stretches and " *" not in asked.match:
        sql = f"SELECT count(*) FROM ({MATCHING} LIMIT {COUNTED_AT_MOST})"
        (hits,) = db.conn.execute(sql, (asked.match,)).fetchone()
        counted = count_by_stretch(db, asked.match, hits, stretches, digits)
        if counted is not None:
            return counted
    # By months even if years are asked for: an index has them in order. That order must not keep
    # SQLite from the index of the other conditions.
    month = "substr(local_date, 1, 7)" + (" || ''" if asked.where else "")
    sql, parameters = select(f"{month} AS month, count(*)", asked, is_covered=True)
    months = db.conn.execute(f"{sql} GROUP BY month ORDER BY month", parameters).fetchall()
    dated = (row for row in months if row[0])  # the time of some is not known
    return [
        (period, sum(count for _, count in same))
        for period, same in groupby(dated, key=lambda row: str(row[0][:digits]))
    ]


def count_by_section(db: Database, asked: Asked) -> list[tuple[str, int]]:
    """Hits for each section, the largest first."""
    sql, parameters = select("articles.section, count(*) AS hits", asked, is_covered=True)
    rows = db.conn.execute(
        f"{sql} GROUP BY articles.section ORDER BY hits DESC, articles.section", parameters
    )
    return [(section, hits) for section, hits in rows]


def name_words(conn: sqlite3.Connection) -> None:
    """Let `conn` ask which words the index has; nothing is written to the archive."""
    conn.execute("CREATE VIRTUAL TABLE temp.index_words USING fts5vocab(main, articles_fts, row)")


def _beginning(db: Database) -> Beginning:
    def beginning(spelled: str) -> tuple[str, ...] | None:
        if len(spelled) < SHORTEST_NAMED:
            return None
        if not db.conn.execute(
            "SELECT 1 FROM sqlite_temp_master WHERE name = 'index_words'"
        ).fetchone():
            name_words(db.conn)
        rows = db.conn.execute(
            "SELECT term FROM temp.index_words WHERE term >= ? AND term < ? LIMIT ?",
            (spelled, f"{spelled}\U0010ffff", LOOKED_AT),
        ).fetchall()
        # A bare word finds all words with its letters: those with marks need no naming.
        named = [term for (term,) in rows if not is_bare(spelled) or is_bare(term)]
        are_few = len(named) <= NAMED_AT_MOST and len(rows) < LOOKED_AT
        return tuple(named) if are_few else None

    return beginning


def _occurs(db: Database) -> Occurs:
    def occurs(spelled: str, is_beginning: bool) -> bool:
        if is_bare(spelled):
            return True  # to know, all its folded places would have to be read
        match = f'"{spelled}"{" *" if is_beginning else ""}'
        sql = "SELECT 1 FROM articles_fts WHERE articles_fts MATCH ? LIMIT 1"
        return db.conn.execute(sql, (match,)).fetchone() is not None

    return occurs


def _is_held(db: Database, match: str) -> bool:
    return db.conn.execute(f"{MATCHING} LIMIT 1", (match,)).fetchone() is not None


_SIGNED = "SELECT article_id FROM article_bylines WHERE name = {}"
_TAGGED = "SELECT article_id FROM article_tags JOIN tags ON tags.id = tag_id WHERE tags.name = {}"

_NAMING = (
    "SELECT article_id FROM article_places WHERE certainty = 'sure' AND place_id IN"
    " (SELECT id FROM (SELECT *, {} AS asked FROM places)"
    " WHERE asked IN (id, label, name, kind || ' ' || name))"
)

_TAG_NAMES = "SELECT name FROM tags"
_UNIT_NAMES = (
    "SELECT id FROM places UNION SELECT label FROM places UNION SELECT name FROM places"
    " UNION SELECT kind || ' ' || name FROM places"
)

# The names one after the other, without a look at every article of each.
_BYLINES = """
WITH RECURSIVE byline(name) AS (
    SELECT min(name) FROM article_bylines
    UNION ALL
    SELECT (SELECT min(name) FROM article_bylines WHERE name > byline.name)
    FROM byline WHERE byline.name IS NOT NULL
)
SELECT name FROM byline WHERE name IS NOT NULL
"""


def _as_printed(db: Database, names: str, typed: str) -> str:
    """The one of `names`, a SELECT, that is meant by a name typed without marks or capitals."""
    if not typed or db.conn.execute(f"SELECT 1 WHERE ? IN ({names})", (typed,)).fetchone():
        return typed
    folded = fold(typed)
    fitting = (name for (name,) in db.conn.execute(names) if fold(name) == folded)
    return next(fitting, typed)


def _clauses(filters: Filters) -> list[Clause]:
    # A day is compared as text, so that "2023" and "2023-05" mean all their days.
    texts = {
        "articles.section = {}": filters.section,
        "layout = {}": filters.layout,
        "local_date >= {}": filters.since,
        "local_date < {}": f"{filters.until}~" if filters.until else "",
        "first_captured_at <= {}": filters.known_by,
        f"id IN ({_SIGNED})": filters.byline,
        f"id IN ({_TAGGED})": filters.tag,
        f"id IN ({_NAMING})": filters.unit,
    }
    flags = {"photo_count > 0": filters.photos, "gone_at IS NOT NULL": filters.gone}
    wanted = [Clause(sql, (text,)) for sql, text in texts.items() if text]
    return wanted + [Clause(sql) for sql, is_set in flags.items() if is_set]


def _among(db: Database, filters: Filters) -> tuple[Clause, ...]:
    """What `filters` imply for numbers in the index."""
    if not (filters.since or filters.until):
        return ()
    first, last = db.conn.execute(
        "SELECT min(id), max(id) FROM articles WHERE local_date >= ? AND local_date < ?",
        (filters.since, f"{filters.until}~" if filters.until else "~"),
    ).fetchone()
    return (Clause("articles_fts.rowid BETWEEN {} AND {}", (first or 0, last or 0)),)


def unknown_names(db: Database, filters: Filters) -> tuple[str, ...]:
    """The filters that name a section, byline, tag, layout or unit of no article: "byline"."""
    wanted = {
        "section": ("SELECT section FROM articles", filters.section),
        "layout": ("SELECT layout FROM articles", filters.layout),
        "byline": (_BYLINES, _as_printed(db, _BYLINES, filters.byline)),
        "tag": (_TAG_NAMES, _as_printed(db, _TAG_NAMES, filters.tag)),
        "unit": (_UNIT_NAMES, _as_printed(db, _UNIT_NAMES, filters.unit)),
    }
    return tuple(
        kind
        for kind, (names, name) in wanted.items()
        if name and not db.conn.execute(f"SELECT 1 WHERE ? IN ({names})", (name,)).fetchone()
    )


def select(
    what: str, asked: Asked, *more: Clause, is_covered: bool = False, in_order: bool = False
) -> tuple[str, tuple[str | int, ...]]:
    """A SELECT of `what` from all articles that fit and fulfil `more`, and its parameters.

    `is_covered`: `what` asks for numbers, days and sections only. `in_order`: the rows are taken
    in an order that an index has, so that no set of numbers is to be looked up first.
    """
    # That index has all that is asked: a third of the time that the table itself takes.
    by = " INDEXED BY articles_days" if is_covered and asked.needs_no_row else ""
    source = f"articles{by}"
    wanted = [*asked.where, *more]
    if asked.match:
        # CROSS JOIN: the index first, whatever the planner thinks of a condition on articles.
        source = f"articles_fts CROSS JOIN articles{by} ON articles.id = articles_fts.rowid"
        match = Clause("articles_fts MATCH {}", (asked.match,))
        wanted = [match, *asked.among, *wanted]
    written = [("+" if in_order and c.is_set else "") + c.written() for c in wanted]
    where = f" WHERE {' AND '.join(written)}" if wanted else ""
    return f"SELECT {what} FROM {source}{where}", tuple(v for c in wanted for v in c.values)
