"""Datasette's own pages: the page of tables, and the table of articles searched by our rules."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from datasette.app import Datasette
from datasette.filters import FilterArguments
from datasette.utils import tilde_decode
from datasette.utils.asgi import BadRequest, NotFound, Request, Response
from sqlite_utils import Database

from scraper.browse import overview
from scraper.browse.cache import cached
from scraper.browse.connection import aliases, in_archive
from scraper.browse.datasette_065 import (
    RowPages,
    SelectPages,
    TablePages,
    answer_as,
    without_counts,
)
from scraper.browse.metadata import QUESTIONS
from scraper.browse.phrases import say
from scraper.browse.rendering import page
from scraper.search import sql as index
from scraper.search.conditions import Clause
from scraper.search.query import read_query
from scraper.search.sql import SearchSQL

MANY = 20_000  # hits past which they are met sooner on the way back in time than all at once
_FACETS = ("_facet", "_facet_array", "_facet_date")
_PLAIN = {"_search", "_next", "_size"}  # what may be asked for beside, for the figures to be ours


async def tables(datasette: Datasette, request: Request) -> Response:
    """Datasette's page of tables, its counts kept; a SELECT is left to Datasette."""
    if "sql" in request.args:
        return await answer_as(SelectPages, datasette, request)
    counts = await cached(datasette, "counts", overview.counts)
    database = datasette.get_database("archive")
    context = {
        "database": "archive",
        "metadata": datasette.metadata(database="archive"),
        "tables": [{"name": name, "count": count} for name, count in counts.items()],
        "views": [{"name": "articles_full"}],
        "queries": list((await datasette.get_canned_queries("archive", request.actor)).values()),
        "allow_execute_sql": datasette.setting("default_allow_sql"),
        "allow_download": not database.is_mutable,
        "size": database.size,
        "sha256": database.hash,
    }
    return await page(datasette, request, "database.html", context)


async def select(datasette: Datasette, request: Request) -> Response:
    """A reader's own SELECT as CSV or JSON."""
    return await answer_as(SelectPages, datasette, request, **request.url_vars)


async def row(datasette: Datasette, request: Request) -> Response:
    """One row of a table."""
    await _require_table(datasette, request)
    return await answer_as(RowPages, datasette, request, **request.url_vars)


async def table(datasette: Datasette, request: Request) -> Response:
    """The rows of a table; we count articles that are only searched for, and the weather."""
    name, is_file = request.url_vars["table"], request.url_vars["format"]
    if is_file and is_file not in ("csv", *datasette.renderers):
        raise NotFound(say("error.no_page"))  # Datasette answers with the page
    await _require_table(datasette, request)
    await _check_facets(datasette, request)
    is_ours = name == "weather" or (name == "articles" and request.args.get("_search", "").strip())
    if is_ours and not is_file and set(request.args) <= _PLAIN:
        request = without_counts(request)
    return await answer_as(TablePages, datasette, request, **request.url_vars)


async def _require_table(datasette: Datasette, request: Request) -> None:
    """Answer 404 for a table that is not there: Datasette puts some names into SQL as they are."""
    name, database = tilde_decode(request.url_vars["table"]), datasette.get_database("archive")
    if name not in QUESTIONS and not (
        await database.table_exists(name) or await database.get_view_definition(name)
    ):
        raise NotFound(say("error.no_page"))


async def _check_facets(datasette: Datasette, request: Request) -> None:
    """Answer 400 if values of an unknown column are to be counted: Datasette logs an SQL error."""
    table = tilde_decode(request.url_vars["table"])
    columns = await datasette.get_database("archive").table_columns(table)
    asked = (value for kind in _FACETS for value in request.args.getlist(kind))
    for value in asked if columns else ():
        try:  # a name, or an object that holds one
            config = json.loads(value) if value.startswith("{") else {"simple": value}
        except ValueError:
            config = {}
        if (config.get("column") or config.get("simple")) not in columns:
            raise BadRequest(say("error.no_column", name=value))


async def found_in_table(datasette: Datasette, request: Request) -> FilterArguments:
    """What the words in a table's search box add to Datasette's SELECT."""
    text, known = request.args.get("_search", ""), aliases(datasette)
    is_uncounted = bool(request.args.get("_nocount") or request.args.get("_shape") == "array")

    def read(db: Database) -> tuple[SearchSQL, list[int], bool]:
        asked = index.ask(db, read_query(text, known))
        newest = index.newest_ids(db, asked, index.SAMPLE)
        are_all = len(newest) < index.SAMPLE
        return asked, newest, not are_all and index.has_more_than(db, asked, MANY)

    def count(db: Database) -> dict[str, Any]:
        sections = index.count_by_section(db, asked, newest)
        return {"total": sum(n for _, n in sections), "sections": sections}

    asked, newest, are_many = await in_archive(datasette, read)
    values: dict[str, str | int] = {}
    conditions = []
    for clause in _clauses(asked, are_many, is_uncounted):
        names = [f"search_{len(values) + n}" for n in range(len(clause.values))]
        conditions.append(clause.written(*(f":{name}" for name in names)))
        values |= zip(names, clause.values, strict=True)
    is_page = request.args.get("_nocount") and not request.url_vars["format"]
    context = {"searched": _meanwhile(in_archive(datasette, count))} if is_page else {}
    return FilterArguments(conditions, values, [f"found by “{text}”"], context)


def _meanwhile(figures: Coroutine[Any, Any, dict[str, Any]]) -> Callable[[], Awaitable[Any]]:
    """Figures that are counted while Datasette reads the rows; the template waits for them."""
    counting = asyncio.ensure_future(figures)
    # If the rows fail, nobody asks how the counting ended.
    counting.add_done_callback(lambda done: done.cancelled() or done.exception())

    async def counted() -> dict[str, Any]:
        return await counting

    return counted


def _clauses(asked: SearchSQL, are_many: bool, is_uncounted: bool) -> list[Clause]:
    """Which articles are found, in words that SQLite makes a fast plan of."""
    if not asked.match:
        return list(asked.where)
    among = "id IN (SELECT rowid FROM articles_fts WHERE articles_fts MATCH {})"
    if are_many and not is_uncounted:
        among = f"+{among}"  # not the hits first: an index that gives the order asked for
    elif are_many:
        among = (
            "EXISTS (SELECT 1 FROM articles_fts WHERE articles_fts MATCH {}"
            " AND articles_fts.rowid = id)"
        )
    return [Clause(among, (asked.match,)), *asked.where]
