"""A query and its filters as SQL, and how many articles fit."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby

from sqlite_utils import Database

from scraper.archive.index import section_term
from scraper.archive.tables import AS_WRITTEN, FIELDS
from scraper.search.conditions import (
    ALL,
    SECTION_NAMES,
    Clause,
    Filters,
    conditions,
    in_the_index,
    with_names_as_printed,
)
from scraper.search.counts import LOOKED_UP_AT_MOST, Stretch, count_by_stretch
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
from scraper.spelling import is_bare

NAMED_AT_MOST = 50  # words with one beginning; of more, the index gathers all places itself
LOOKED_AT = 500  # words, to name those
SHORTEST_NAMED = 3  # letters; too many words start with fewer
SAMPLE = 1_000  # hits of the highest numbers, which say how common hits are
COMMON = 0.4  # of the articles: of so many hits each section's are sooner counted than looked up

_FITTING = "SELECT rowid FROM articles_fts WHERE articles_fts MATCH {}"
MATCHING = _FITTING.format("?")
_AMONG = "id IN (SELECT value FROM json_each({}))"


@dataclass(frozen=True, slots=True)
class SearchSQL:
    """A query as SQL."""

    query: Query  # without the readings that no article holds
    filters: Filters  # with names as printed
    match: str  # what `articles_fts` must match; "" for anything
    in_fields: dict[str, str]  # the same if the words must be in that one of FIELDS
    typed: str  # what it must match to have every word as typed; "" if all that fit have
    where: tuple[Clause, ...]  # all of which an article must fulfil beside
    among: tuple[Clause, ...]  # what `where` implies for numbers in the index
    needs_no_row: bool  # the index articles_days has all that `where` asks, and is best for it
    patterns: tuple[Pattern, ...]  # what to mark in texts


def ask(db: Database, query: Query, filters: Filters = ALL) -> SearchSQL:
    """`query` in the words of this archive, as SQL."""
    occurs, field = _occurs(db), filters.field
    query = with_readings_held(query, occurs, lambda match: _is_held(db, match))
    resolved = resolve(query, occurs)
    named = expand(resolved, _beginning(db))
    filters = with_names_as_printed(db, filters)

    def of_section(match: str) -> str:
        return _of_section(match, filters.section) if match and filters.section else match

    match = of_section(match_expression(named, occurs, field))
    where = conditions(replace(filters, section="") if match else filters)
    if not (query.is_blank or query.sides):
        where.append(Clause("0"))  # no word was typed
    if not match and (unwanted := exclusion(named, occurs, field)):
        where.append(Clause(f"id NOT IN ({_FITTING})", (unwanted,)))
    return SearchSQL(
        query=query,
        filters=filters,
        match=match,
        in_fields={f: of_section(match_expression(named, occurs, f)) for f in FIELDS},
        typed="" if is_as_typed(resolved, query) else of_section(typed_expression(query, field)),
        where=tuple(where),
        among=in_the_index(db, filters) if match else (),
        needs_no_row=bool(match or filters.byline or filters.tag or filters.unit)
        and not (filters.known_by or filters.photos or filters.gone),
        patterns=tuple(
            pattern
            for side in resolved
            for part in side.include
            for reading in part
            for either in reading
            for pattern in either
        ),
    )


def _of_section(match: str, section: str) -> str:
    # As a word of the index: a fifth of the time of a set of the section's numbers.
    return f'({match}) AND "{section_term(section)}"'


def clauses(db: Database, query: Query) -> tuple[Clause, ...]:
    """What the rows of `articles` fulfil that fit `query`."""
    asked = ask(db, query)
    found = (Clause(f"id IN ({_FITTING})", (asked.match,)),) if asked.match else ()
    return found + asked.where


def count_hits(db: Database, asked: SearchSQL, first: int = 0) -> int:
    """How many articles fit, of those with numbers from `first`."""
    newer = (Clause("articles_fts.rowid >= {}", (first,)),) if first else ()
    return int(db.conn.execute(*without_rows("count(*)", asked, *newer)).fetchone()[0])


def matching_ids(db: Database, asked: SearchSQL) -> list[int]:
    """The numbers of all articles that fit, the lowest first."""
    return sorted(_as_one_text(db, *without_rows(f"{number_in(asked)} AS number", asked)))


def newest_ids(db: Database, asked: SearchSQL, most: int) -> list[int]:
    """The highest `most` numbers of articles that fit, the highest first."""
    number = number_in(asked)
    sql, parameters = without_rows(f"{number} AS number", asked)
    found = _as_one_text(db, f"{sql} ORDER BY {number} DESC LIMIT ?", (*parameters, most))
    return sorted(found, reverse=True)


def _as_one_text(db: Database, sql: str, parameters: tuple[str | int, ...]) -> list[int]:
    """The column `number` of a SELECT, in any order: half a million rows take twice the time."""
    found = db.conn.execute(f"SELECT json_group_array(number) FROM ({sql})", parameters)
    return json.loads(found.fetchone()[0])  # type: ignore[no-any-return]


def number_in(asked: SearchSQL) -> str:
    """What `without_rows` calls an article's number."""
    return "articles_fts.rowid" if asked.match else "articles.id"


def without_rows(what: str, asked: SearchSQL, *more: Clause) -> tuple[str, tuple[str | int, ...]]:
    """A SELECT of `what` and its parameters, which reads no row of `articles` if it can do without.

    `number_in` says what it calls an article's number.
    """
    sets = [clause for clause in asked.where if clause.is_set]
    if not asked.match or (asked.where and not sets):
        return select(what, asked, *more, is_covered=True)
    wanted = [Clause("articles_fts MATCH {}", (asked.match,)), *asked.among, *more]
    if len(sets) == len(asked.where):
        # "id IN (…": a set takes half the time if its rows are not looked at.
        wanted += [Clause(f"+articles_fts.row{clause.sql}", clause.values) for clause in sets]
    else:
        # Half the time of a look-up for each hit.
        fulfil = " AND ".join(clause.sql for clause in asked.where)
        numbers = f"+articles_fts.rowid IN (SELECT id FROM articles WHERE {fulfil})"
        wanted.append(Clause(numbers, tuple(v for c in asked.where for v in c.values)))
    where = " AND ".join(clause.written() for clause in wanted)
    values = tuple(value for clause in wanted for value in clause.values)
    return f"SELECT {what} FROM articles_fts WHERE {where}", values


def count_by_period(
    db: Database,
    asked: SearchSQL,
    digits: int = 4,
    stretches: Sequence[Stretch] = (),
    ids: Sequence[int] | None = None,
) -> list[tuple[str, int]]:
    """Hits per year ("2023"), or with 7 digits per month ("2023-05"), oldest first.

    `ids` are the numbers of all hits, the lowest first, if they are known.
    """
    if asked.match:
        ids = matching_ids(db, asked) if ids is None else ids
        counted = None
        if len(ids) > LOOKED_UP_AT_MOST:
            counted = count_by_stretch(db, ids, stretches, digits)
        if counted is not None:
            return counted
        asked = replace(asked, match="", where=(Clause(_AMONG, (json.dumps(ids),)),))
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


def has_more_than(db: Database, asked: SearchSQL, most: int) -> bool:
    """True if more than `most` articles fit; no more than that are read."""
    sql, parameters = without_rows("1", asked)
    counted = db.conn.execute(f"SELECT count(*) FROM ({sql} LIMIT ?)", (*parameters, most + 1))
    return int(counted.fetchone()[0]) > most


def are_common(db: Database, newest: Sequence[int]) -> bool:
    """True if `newest`, hits, are at least COMMON of the articles from the lowest of them on."""
    most = int(len(newest) / COMMON)
    since = "SELECT count(*) FROM (SELECT 1 FROM articles WHERE id >= ? LIMIT ?)"
    return bool(db.conn.execute(since, (newest[-1], most + 1)).fetchone()[0] <= most)


def count_by_section(
    db: Database, asked: SearchSQL, newest: Sequence[int]
) -> list[tuple[str, int]]:
    """Hits for each section, the largest first. `newest` are the `newest_ids`, at most SAMPLE."""
    if len(newest) < SAMPLE:
        asked = replace(asked, match="", where=(Clause(_AMONG, (json.dumps(newest),)),))
    elif asked.match and not asked.filters.section and are_common(db, newest):
        sections = [section for (section,) in db.conn.execute(SECTION_NAMES).fetchall()]
        counted = (
            (section, count_hits(db, replace(asked, match=_of_section(asked.match, section))))
            for section in sections
        )
        return sorted((pair for pair in counted if pair[1]), key=lambda pair: (-pair[1], pair[0]))
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
    @cache
    def occurs(spelled: str, is_beginning: bool) -> bool:
        match = f'"{spelled}"{" *" if is_beginning else ""}'
        if is_bare(spelled):
            if is_beginning:
                return True  # to know, all places of all words with this beginning would be read
            # Not in the folded columns, which have it for each word that is the same without marks.
            match = f"{{{' '.join(AS_WRITTEN)}}} : {match}"
        sql = "SELECT 1 FROM articles_fts WHERE articles_fts MATCH ? LIMIT 1"
        return db.conn.execute(sql, (match,)).fetchone() is not None

    return occurs


def _is_held(db: Database, match: str) -> bool:
    return db.conn.execute(f"{MATCHING} LIMIT 1", (match,)).fetchone() is not None


def select(
    what: str, asked: SearchSQL, *more: Clause, is_covered: bool = False, in_order: bool = False
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
