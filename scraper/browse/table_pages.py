"""Datasette's own pages: the page of tables, and the table of articles searched by our rules."""

from typing import Any

from datasette.app import Datasette
from datasette.filters import FilterArguments
from datasette.utils import MultiParams
from datasette.utils.asgi import Request, Response
from datasette.views.database import DatabaseView
from datasette.views.table import TableView
from sqlite_utils import Database

from scraper.browse import overview
from scraper.browse.cache import cached
from scraper.browse.connection import in_archive
from scraper.browse.rendering import page
from scraper.browse.search_page import aliases
from scraper.search import sql as index
from scraper.search.query import read_query

MANY = 20_000  # hits past which they are met sooner on the way back in time than all at once
_PLAIN = {"_search", "_next", "_size"}  # what may be asked for beside, for the figures to be ours


async def tables(datasette: Datasette, request: Request) -> Response:
    """Datasette's page of tables, its counts kept; a SELECT is left to Datasette."""
    if "sql" in request.args:
        route = {"kwargs": {"database": "archive", "format": None}}
        request.scope = {**request.scope, "url_route": route}
        answer: Response = await DatabaseView(datasette).dispatch_request(request)
        return answer
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


class Uncounted(Request):  # type: ignore[misc, unused-ignore]
    """A request that Datasette is to answer without counting rows or facets: we do."""

    @property
    def args(self) -> MultiParams:
        asked = super().args
        ours = {"_nocount": ["1"], "_nofacet": ["1"]}
        return MultiParams({key: asked.getlist(key) for key in asked} | ours)


async def articles(datasette: Datasette, request: Request) -> Response:
    """The table of articles; where only words are searched for, the figures are made by us."""
    kwargs = {"database": "archive", "table": "articles", "format": None}
    scope = {**request.scope, "url_route": {"kwargs": kwargs}}
    is_plain = request.args.get("_search", "").strip() and set(request.args) <= _PLAIN
    kind = Uncounted if is_plain else Request
    answer: Response = await TableView(datasette).dispatch_request(kind(scope, request.receive))
    return answer


async def found_in_table(datasette: Datasette, request: Request) -> FilterArguments:
    """What the words in a table's search box add to Datasette's SELECT."""
    text, known = request.args.get("_search", ""), aliases(datasette)
    is_uncounted = request.args.get("_nocount") or request.args.get("_shape") == "array"

    def read(db: Database) -> FilterArguments:
        told = [f"found by “{text}”"]
        asked = index.ask(db, read_query(text, known))
        if asked is None:
            return FilterArguments(["0"], {}, told, _figures(0, []))
        total = index.count_hits(db, asked)
        figures = _figures(total, index.count_by_section(db, asked)) if is_uncounted else {}
        if not asked.match:
            where, parameter = asked.where.replace("?", ":search_match"), asked.parameters[0]
        else:
            where, parameter = _condition(total, bool(is_uncounted)), asked.match
        return FilterArguments([where], {"search_match": parameter}, told, figures)

    return await in_archive(datasette, read)


def _condition(total: int, is_uncounted: bool) -> str:
    """Which articles the index has, in words that SQLite makes a fast plan of."""
    among = "id IN (SELECT rowid FROM articles_fts WHERE articles_fts MATCH :search_match)"
    if total <= MANY:
        return among
    if not is_uncounted:
        return f"+{among}"  # not the hits first: an index that gives the order asked for
    return (
        "EXISTS (SELECT 1 FROM articles_fts WHERE articles_fts MATCH :search_match"
        " AND articles_fts.rowid = id)"
    )


def _figures(total: int, sections: list[tuple[str, int]]) -> dict[str, Any]:
    return {"searched": {"total": total, "sections": sections}}
