"""Search: finding articles in the index `articles_fts` (scraper/archive/index.py)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count, groupby, takewhile

from sqlite_utils import Database

from scraper.archive.index import texts_of
from scraper.archive.periods import Stretch, count_by_stretch
from scraper.excerpt import excerpt, marks
from scraper.query import (
    AS_WRITTEN,
    Aliases,
    Occurs,
    Pattern,
    Query,
    exclusion,
    match_expression,
    read_query,
    resolve,
    typed_expression,
)
from scraper.words import fold, is_bare

COUNTED_AT_MOST = 50_000  # to choose a way of counting; the count itself is exact
RANKED_AT_MOST = 5_000  # of more hits, the newest are put in order of fit; SearchPage says so

# In the order of the index: body, title, lead, captions as written; title, lead, body, captions
# folded. The same for both: how exact a hit is comes first.
_WEIGHTS = "1, 10, 4, 2, 10, 4, 1, 2"


_OF_HIT = ("url", "title", "timestamp", "timestamp_source", "published_source", "section")
_MATCHING = "SELECT rowid FROM articles_fts WHERE articles_fts MATCH ?"


@dataclass(frozen=True, slots=True)
class Filters:
    """What else a hit must be; "" and False ask for nothing."""

    section: str = ""
    since: str = ""  # first day, Vietnam: "2023-05-01"; "2023" and "2023-05" will do
    until: str = ""  # last day, the same
    byline: str = ""  # one name, as printed
    tag: str = ""
    photos: bool = False  # with a photo
    captions: bool = False  # the words stand in captions
    gone: bool = False  # no longer on the site
    known_by: str = ""  # captured by this time, UTC: later pages of a search stay as they were


@dataclass(frozen=True, slots=True)
class Hit:
    """One article found."""

    id: int
    url: str
    title: str
    timestamp: str  # UTC, as in `articles`
    timestamp_source: str  # the same
    published_source: str  # the same
    section: str
    snippet: str  # the original text around the words found
    title_marks: tuple[tuple[int, int], ...] = ()  # where in the title the words found stand
    snippet_marks: tuple[tuple[int, int], ...] = ()  # the same in the snippet
    snippet_source: str = ""  # which text the snippet is from: "lead", "body", "captions"


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of hits."""

    total: int  # all hits, not only those on this page; exact
    hits: tuple[Hit, ...]
    next_offset: int | None  # where the next page begins
    ranked: int  # how many of the hits, the newest, are in order of fit; the others are left out
    dropped_words: int  # words of an over-long query that were passed over
    years: tuple[tuple[str, int], ...] = ()  # all hits per year, where asked for


def search(
    db: Database,
    text: str,
    *,
    filters: Filters = Filters(),
    newest_first: bool = False,
    limit: int = 20,
    offset: int = 0,
    aliases: Aliases = (),
    with_years: bool = False,
    stretches: Sequence[Stretch] = (),
) -> SearchPage:
    """The articles that fit what a reader typed (scraper/query.py); never fails on odd syntax.

    The best first: those with every word as typed, then by weight of the words found; or by time.
    A blank text finds every article that passes `filters`, one without any word none.
    `stretches` (scraper/archive/periods.py) make counting many hits per year faster.
    """
    query = read_query(text, aliases)
    asked = ask(db, query, filters)
    if asked is None:
        return SearchPage(0, (), None, 0, query.dropped)
    years = tuple(count_by_period(db, asked, 4, stretches)) if with_years else ()
    total = sum(count for _, count in years) if with_years else count_hits(db, asked)
    ranked = total if newest_first or not asked.match else min(total, RANKED_AT_MOST)
    if newest_first or not asked.match:
        ids = _newest(db, asked, total, limit, offset, stretches)
    else:
        ids = _best(db, asked, total, limit, offset)
    following = offset + limit
    return SearchPage(
        total=total,
        hits=tuple(_hit(db, article_id, asked) for article_id in ids),
        next_offset=following if following < ranked else None,
        ranked=ranked,
        dropped_words=query.dropped,
        years=years,
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """A query as SQL."""

    match: str  # what `articles_fts` must match; "" for anything
    typed: str  # what it must match to have every word as typed
    where: str  # the conditions on the table `articles`, joined by AND; "" for none
    parameters: tuple[str, ...]  # of `where`
    patterns: tuple[Pattern, ...]  # what to mark in texts
    captions_only: bool


def ask(db: Database, query: Query, filters: Filters = Filters()) -> Asked | None:
    """`query` in the words of this archive, as SQL; None where nothing can fit it."""
    if not (query.is_blank or query.include or query.exclude):
        return None
    columns = ("captions",) if filters.captions else AS_WRITTEN
    occurs = _occurs(db)
    resolved = resolve(query, occurs)
    match = match_expression(resolved, occurs, columns)
    where, parameters = _conditions(
        replace(
            filters,
            byline=_as_printed(db, _BYLINES, filters.byline),
            tag=_as_printed(db, "SELECT name FROM tags", filters.tag),
        )
    )
    if not match and (unwanted := exclusion(resolved, occurs, columns)):
        where.append(f"id NOT IN ({_MATCHING})")
        parameters.append(unwanted)
    return Asked(
        match=match,
        typed=typed_expression(query, columns),
        where=" AND ".join(where),
        parameters=tuple(parameters),
        patterns=tuple(pattern for either in resolved.include for pattern in either),
        captions_only=filters.captions,
    )


def condition(db: Database, query: Query) -> tuple[str, tuple[str, ...]]:
    """A condition that the rows of `articles` fulfil which fit `query`, and its parameters."""
    asked = ask(db, query)
    if asked is None:
        return "0", ()
    if asked.match:
        return f"id IN ({_MATCHING})", (asked.match,)
    return asked.where or "1", asked.parameters


def count_hits(db: Database, asked: Asked) -> int:
    """How many articles fit."""
    if asked.match and not asked.where:
        sql = "SELECT count(*) FROM articles_fts WHERE articles_fts MATCH ?"
        parameters: tuple[str | int, ...] = (asked.match,)
    else:
        sql, parameters = _select("count(*)", asked)
    return int(db.conn.execute(sql, parameters).fetchone()[0])


def count_by_period(
    db: Database, asked: Asked, digits: int = 4, stretches: Sequence[Stretch] = ()
) -> list[tuple[str, int]]:
    """Hits per year ("2023"), or with 7 digits per month ("2023-05"), oldest first."""
    # Words that begin so are looked for anew in each stretch: not worth it.
    if asked.match and not asked.where and stretches and " *" not in asked.match:
        sql = f"SELECT count(*) FROM ({_MATCHING} LIMIT {COUNTED_AT_MOST})"
        (hits,) = db.conn.execute(sql, (asked.match,)).fetchone()
        counted = count_by_stretch(db, asked.match, hits, stretches, digits)
        if counted is not None:
            return counted
    # By months even where years are asked for: an index has them in order.
    sql, parameters = _select("substr(local_date, 1, 7) AS month, count(*)", asked)
    if asked.match:
        # The index holds all that is asked: a third of the time that the table itself takes.
        sql = sql.replace("JOIN articles ON", "JOIN articles INDEXED BY articles_days ON")
    months = db.conn.execute(f"{sql} GROUP BY month ORDER BY month", parameters).fetchall()
    return [
        (period, sum(count for _, count in same))
        for period, same in groupby(months, key=lambda row: str(row[0][:digits]))
    ]


def _occurs(db: Database) -> Occurs:
    def occurs(spelled: str, is_beginning: bool) -> bool:
        if is_bare(spelled):
            return True  # to know, all its folded places would have to be read
        match = f'"{spelled}"{" *" if is_beginning else ""}'
        sql = "SELECT 1 FROM articles_fts WHERE articles_fts MATCH ? LIMIT 1"
        return db.conn.execute(sql, (match,)).fetchone() is not None

    return occurs


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


def _conditions(filters: Filters) -> tuple[list[str], list[str]]:
    # A day is compared as text, so that "2023" and "2023-05" mean all their days.
    texts = {
        "section = ?": filters.section,
        "local_date >= ?": filters.since,
        "local_date < ?": f"{filters.until}~" if filters.until else "",
        "first_captured_at <= ?": filters.known_by,
        "id IN (SELECT article_id FROM article_bylines WHERE name = ?)": filters.byline,
        "id IN (SELECT article_id FROM article_tags JOIN tags ON tags.id = tag_id"
        " WHERE tags.name = ?)": filters.tag,
    }
    flags = {"photo_count > 0": filters.photos, "gone_at IS NOT NULL": filters.gone}
    wanted = [sql for sql, text in texts.items() if text]
    parameters = [text for text in texts.values() if text]
    return wanted + [sql for sql, is_set in flags.items() if is_set], parameters


def _select(what: str, asked: Asked, condition: str = "") -> tuple[str, tuple[str | int, ...]]:
    """A SELECT of `what` from all articles that fit, and its parameters; those of `condition`
    follow them.
    """
    source = "articles"
    conditions = [c for c in (asked.where, condition) if c]
    parameters: tuple[str | int, ...] = asked.parameters
    if asked.match:
        # CROSS JOIN: the index first, whatever the planner thinks of a condition on articles.
        source = "articles_fts CROSS JOIN articles ON articles.id = articles_fts.rowid"
        conditions.insert(0, "articles_fts MATCH ?")
        parameters = (asked.match, *parameters)
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return f"SELECT {what} FROM {source}{where}", parameters


def _newest(
    db: Database,
    asked: Asked,
    total: int,
    limit: int,
    offset: int,
    stretches: Sequence[Stretch] = (),
) -> list[int]:
    if asked.match and total > RANKED_AT_MOST:
        # Most of so many hits are old: the newest months are searched first, twice as many each
        # time, until they have enough.
        for months in takewhile(lambda n: n < len(stretches), (2**n for n in count())):
            since = stretches[-months]
            recent = _recent(db, asked, since)
            if len(recent) >= offset + limit:
                return [number for _, number in recent[offset : offset + limit]]
    sql, parameters = _select("id", asked)
    order = "ORDER BY timestamp DESC, id DESC LIMIT ? OFFSET ?"
    return [row[0] for row in db.conn.execute(f"{sql} {order}", (*parameters, limit, offset))]


def _recent(db: Database, asked: Asked, since: Stretch) -> list[tuple[str, int]]:
    """Time and number of each hit since the first day of a month, newest first."""
    sql, parameters = _select("timestamp, id", asked, "local_date >= ? AND articles_fts.rowid >= ?")
    found = db.conn.execute(sql, (*parameters, since.month, since.first)).fetchall()
    strays = db.conn.execute(
        "SELECT id FROM articles WHERE local_date >= ? AND id < ?", (since.month, since.first)
    ).fetchall()
    sql, parameters = _select("timestamp, id", asked, "articles_fts.rowid = ?")
    for (number,) in strays:
        found += db.conn.execute(sql, (*parameters, number)).fetchall()
    return sorted((tuple(row) for row in found), reverse=True)


def _best(db: Database, asked: Asked, total: int, limit: int, offset: int) -> list[int]:
    floor = 0
    if total > RANKED_AT_MOST:
        sql, parameters = _select("articles_fts.rowid", asked)
        sql += " ORDER BY articles_fts.rowid DESC LIMIT 1 OFFSET ?"
        floor = db.conn.execute(sql, (*parameters, RANKED_AT_MOST - 1)).fetchone()[0]
    sql, parameters = _select("articles.id", asked, "articles_fts.rowid >= ?")
    parameters = (*parameters, floor)
    order = f"bm25(articles_fts, {_WEIGHTS}), articles.id DESC LIMIT ? OFFSET ?"
    if asked.typed != asked.match:
        order = (
            "articles.id IN (SELECT rowid FROM articles_fts"
            f" WHERE articles_fts MATCH ? AND rowid >= ?) DESC, {order}"
        )
        parameters = (*parameters, asked.typed, floor)
    rows = db.conn.execute(f"{sql} ORDER BY {order}", (*parameters, limit, offset))
    return [row[0] for row in rows]


def _hit(db: Database, article_id: int, asked: Asked) -> Hit:
    sql = f"SELECT {', '.join(_OF_HIT)} FROM articles WHERE id = ?"
    article = dict(zip(_OF_HIT, db.conn.execute(sql, (article_id,)).fetchone(), strict=True))
    texts = next(iter(texts_of(db, "WHERE id = ?", (article_id,))))
    named = list(zip(AS_WRITTEN, texts[1:], strict=True))[1:]
    shown = excerpt(named[-1:] if asked.captions_only else named, asked.patterns)
    return Hit(
        id=article_id,
        **article,
        snippet=shown.text,
        title_marks=() if asked.captions_only else marks(article["title"], asked.patterns),
        snippet_marks=shown.marks,
        snippet_source=shown.source,
    )
