"""All that we use of Datasette beyond its documented plugin hooks.

The rest of `browse` asks this module. What each piece is for, and what Datasette 1.0 will ask:

    ArchiveFile       opens a file whose path holds `#`, `?` or `%`, keeps Datasette's own search
                      off our tables, and puts the primary key behind every order. 1.0 renames
                      `_all_file_connections` and has a second argument in `connect`.
    TablePages,       Datasette's pages of a table, a row and a SELECT, with CSV for spreadsheets.
    RowPages,         1.0 has no `DataView.data` and `as_csv`: tables come from
    SelectPages       `table_view_data`, CSV from `stream_csv`. 0.65 answers 500 to some addresses.
    answer_as         asks one of these views from a route of ours. 1.0 keeps `url_route`.
    without_counts    a request that Datasette answers without counting. 1.0 keeps `_nocount`.
    stream            a file sent piece by piece. 1.0 keeps `AsgiStream`.
    same_for_all      a page that does not depend on who asks: else Datasette forbids to keep an
                      answer to a request with a cookie. Look at what 1.0 does.
    use_addresses     addresses in JSON without the Host header. 1.0 keeps `absolute_url`.
    show_no_traceback Datasette prints each missing page with rich if that is installed. 1.0 too.
    use_plugin        our plugin, if its entry point is not installed. 1.0 the same.
    TooSlow           an error that Datasette does not log. 1.0 the same.
    failure_as_json,  errors as JSON. 1.0 keeps `handle_exception` and `forbidden`.
    refusal_as_json
    use_templates     our templates before Datasette's. 1.0 keeps `jinja_env`, and makes a second
                      one for asynchronous use.
"""

import re
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from datasette.app import Datasette
from datasette.database import Database as DatasetteDatabase
from datasette.database import QueryInterrupted
from datasette.plugins import pm
from datasette.utils import MultiParams, escape_sqlite, tilde_decode
from datasette.utils.asgi import AsgiStream, BadRequest, Base400, Request, Response
from datasette.views.base import DatasetteError
from datasette.views.database import DatabaseView
from datasette.views.row import RowView
from datasette.views.table import TableView
from jinja2 import ChoiceLoader, FileSystemLoader

from scraper.browse.phrases import say
from scraper.export.csv_safety import escape_formula

View = TypeVar("View", bound=Callable[..., Any])

# Rows of a stream that one statement reads: with 50, captions take twice the time. With many more,
# long texts would pass the bound of an answer (connection.LARGEST_ANSWER).
STREAMED_AT_ONCE = 200

BOM = "\ufeff"  # without it Excel takes UTF-8 for the charset of the machine

# The columns of the primary key of the table whose page is being made; "" for anything else.
_KEY: ContextVar[str] = ContextVar("key", default="")

# The end of a first page's SELECT: its order has no tie-breaker yet.
_ORDER = re.compile(r"(order by (?:\[[^\]]*\]|\w+)(?: desc)?)( limit \d+(?: offset \d+)?)")


def with_tie_breaker(sql: str, key: str) -> str:
    """The SELECT of a page of rows, with `key` behind its order.

    Datasette writes the order of a first page without the key, and that of all others with it, so
    that rows with equal values are lost or repeated (docs/datasette-ties.md).
    """
    at = sql.rfind("order by ")
    found = _ORDER.fullmatch(sql, at) if at >= 0 else None
    return f"{sql[:at]}{found[1]}, {key}{found[2]}" if found else sql


class ArchiveFile(DatasetteDatabase):  # type: ignore[misc, unused-ignore]
    """archive.db as Datasette opens it, at any path."""

    def connect(self, write: bool = False) -> sqlite3.Connection:
        """A connection for reading. Datasette itself puts the path into a URI as it is."""
        conn = connected(Path(self.path), "mode=ro" if self.is_mutable else "immutable=1")
        self._all_file_connections.append(conn)
        return conn

    async def attached_databases(self) -> list[Any]:
        """None. `PRAGMA database_list`, by which Datasette asks, would show readers our paths."""
        return []

    async def fts_table(self, table: str) -> None:
        """None: the search box follows our rules (table_pages.py), not Datasette's."""

    async def execute(self, sql: str, *args: Any, **kwargs: Any) -> Any:
        """The rows of a SELECT; those of a table's page in an order without ties.

        Datasette logs each SQL error, which readers' own SQL would fill the log with. Its answer
        names the error anyway.
        """
        kwargs["log_sql_errors"] = False
        if key := _KEY.get():
            sql = with_tie_breaker(sql, key)
        return await super().execute(sql, *args, **kwargs)


def connected(path: Path, how: str) -> sqlite3.Connection:
    """A connection to a file at any path; `how` is the query of SQLite's URI."""
    return sqlite3.connect(f"{path.resolve().as_uri()}?{how}", uri=True, check_same_thread=False)


class _SpreadsheetCsv:
    """A view of Datasette's whose CSV starts with a byte order mark and holds no formula."""

    async def as_csv(self, request: Request, database: str) -> Any:
        """The answer in CSV."""
        try:
            answer = await super().as_csv(request, database)  # type: ignore[misc]
        except QueryInterrupted as e:  # Datasette catches it for pages and JSON only
            raise TooSlow from e
        if isinstance(answer, AsgiStream):
            rows = answer.stream_fn

            async def stream(out: Any) -> None:
                await out.write(BOM)
                await rows(out)

            answer.stream_fn = stream
        return answer

    async def data(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        """What Datasette makes of a request; in CSV, a sign before each formula."""
        with _address_blamed():
            made = await super().data(request, *args, **kwargs)  # type: ignore[misc]
        if request.url_vars.get("format") == "csv" and isinstance(made, tuple):
            if (table := made[0]).get("error") or "rows" not in table:  # Datasette sends no rows
                raise BadRequest(table.get("error", ""))
            table["columns"] = [escape_formula(name) for name in table["columns"]]
            table["rows"] = [[_text_cell(cell) for cell in row] for row in table["rows"]]
        return made


@contextmanager
def _address_blamed() -> Iterator[None]:
    """Answer 400 to an address that Datasette cannot read, for which it has 500 and a traceback.

    `_sort=x` is a DatasetteError without a status; `_through=1` and `id__in=[` are parsed as JSON,
    `_timelimit=x` as a number, and what comes out is used unchecked.
    """
    try:
        yield
    except DatasetteError as e:
        if e.status == 500:
            e.status = 400
        raise
    except (ValueError, TypeError, LookupError) as e:
        raise BadRequest(say("error.unreadable")) from e


def _text_cell(cell: Any) -> Any:
    if isinstance(cell, dict):  # a foreign key with its label
        return {name: _text_cell(part) for name, part in cell.items()}
    return escape_formula(cell) if isinstance(cell, str) else cell


class TablePages(_SpreadsheetCsv, TableView):  # type: ignore[misc, unused-ignore]
    """The rows of a table, each once, whatever their order and the size of a page."""

    async def data(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        """One page of rows; a larger one if all are sent in one stream."""
        if request.args.get("_stream") and "_size" not in request.args:
            kwargs["_size"] = STREAMED_AT_ONCE
        with _key_behind(await self._key(tilde_decode(request.url_vars["table"]))):
            return await super().data(request, *args, **kwargs)

    async def _key(self, table: str) -> str:
        database = self.ds.get_database("archive")
        if await database.table_exists(table):
            keys = await database.primary_keys(table) or ["rowid"]
        elif await database.get_view_definition(table):
            keys = [name for name in await database.table_columns(table) if name == "id"]
        else:
            keys = []  # a ready-made question
        return ", ".join(map(escape_sqlite, keys))


@contextmanager
def _key_behind(key: str) -> Iterator[None]:
    token = _KEY.set(key)
    try:
        yield
    finally:
        _KEY.reset(token)


class RowPages(_SpreadsheetCsv, RowView):  # type: ignore[misc, unused-ignore]
    """One row of a table."""


class SelectPages(_SpreadsheetCsv, DatabaseView):  # type: ignore[misc, unused-ignore]
    """The page of a database, and the answer to a reader's own SELECT."""


async def answer_as(
    view: Callable[[Datasette], Any], datasette: Datasette, request: Request, **route: str | None
) -> Response:
    """What a view of Datasette's answers for the archive, given the parts of its address."""
    parts = {"database": "archive", "format": None, **route}
    request.scope = {**request.scope, "url_route": {"kwargs": parts}}
    answer: Response = await view(datasette).dispatch_request(request)
    return answer


class _Uncounted(Request):  # type: ignore[misc, unused-ignore]
    @property
    def args(self) -> MultiParams:
        asked = super().args
        ours = {"_nocount": ["1"], "_nofacet": ["1"]}
        return MultiParams({key: asked.getlist(key) for key in asked} | ours)


def without_counts(request: Request) -> Request:
    """The same request, for Datasette to answer without counting rows or facets."""
    return _Uncounted(request.scope, request.receive)


def same_for_all(view: View) -> View:
    """`view`, whose good answers any cache may keep, also if the reader sent a cookie."""
    view._datasette_static = True  # type: ignore[attr-defined]
    return view


def use_addresses(datasette: Datasette, public_url: str) -> None:
    """Start every address in JSON and in headers from `public_url`; from the path alone if "".

    Datasette starts them from the Host header, which anybody may choose.
    """
    base = datasette.setting("base_url")

    def absolute_url(request: Request, path: str) -> str:
        return f"{public_url}/{path.removeprefix(base)}" if public_url else path

    datasette.absolute_url = absolute_url


class TooSlow(DatasetteError):  # type: ignore[misc, unused-ignore]
    """A query was ended at the time limit: answered 503, and not logged."""

    def __init__(self) -> None:
        super().__init__(say("slow.message"), status=503)


def failure_as_json(request: Request, exception: Exception) -> Response | None:
    """The answer to a request for JSON that fails by our fault; None if it is not one.

    Datasette's own, which logs it, names the exception, which may hold paths and SQL.
    """
    is_known = isinstance(exception, Base400 | DatasetteError)
    if is_known or not request.path.endswith(".json"):
        return None
    return _error_as_json(say("error.ours"), 500)


def refusal_as_json(request: Request) -> Response | None:
    """The answer to a request for JSON that is not allowed; None if it is for a page."""
    is_json = request.path.endswith(".json")
    return _error_as_json(say("error.not_allowed"), 403) if is_json else None


def _error_as_json(error: str, status: int) -> Response:
    return Response.json({"ok": False, "error": error, "status": status}, status=status)


def show_no_traceback() -> None:
    """Keep Datasette from printing each missing page as a traceback with all variables.

    Asked of the plugin manager: if the module is imported before Datasette itself, it is
    registered empty, and every missing page ends as an error of the server.
    """
    pm.get_plugin("datasette.handle_exception").rich = None


def stream(pieces: AsyncIterator[str], kind: str) -> AsgiStream:
    """A text file of a media type, sent piece by piece."""

    async def send(out: Any) -> None:
        async for piece in pieces:
            await out.write(piece)

    return AsgiStream(send, content_type=f"{kind}; charset=utf-8")


def use_plugin(module: ModuleType) -> None:
    """Register our plugin, if no entry point has: a copy of the source has none."""
    if not pm.is_registered(module):
        pm.register(module, name="scraper")


def use_templates(datasette: Datasette, folder: Path) -> None:
    """Look for templates in `folder` before anywhere else."""
    env = datasette.jinja_env
    env.loader = ChoiceLoader([FileSystemLoader(str(folder)), env.loader])
