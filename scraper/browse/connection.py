"""Connections to the archive that can only read, and that know our search rules."""

import asyncio
import json
import sqlite3
import weakref
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from datasette.app import Datasette
from datasette.utils import sqlite_timelimit
from sqlite_utils import Database

from scraper.archive.files import snapshots_path
from scraper.browse.datasette_065 import TooSlow, connected
from scraper.search.match import match_expression, resolve
from scraper.search.query import Aliases, read_aliases, read_query
from scraper.search.sql import name_words
from scraper.spelling import fold

T = TypeVar("T")

_READS = {
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_FUNCTION,
    sqlite3.SQLITE_RECURSIVE,
}
_PRAGMAS = {
    "data_version",
    "foreign_key_list",
    "function_list",
    "index_info",
    "index_list",
    "index_xinfo",
    "page_count",
    "page_size",
    "max_page_count",
    "schema_version",
    "table_info",
    "table_xinfo",
    "table_list",
    "compile_options",
}
_FORBIDDEN_FUNCTIONS = {"load_extension", "fts3_tokenizer", "writefile", "readfile", "edit"}
LONGEST_CELL = 20_000_000  # bytes; replicate('x', 10^9) and the like are refused
LONGEST_TYPED = 10_000  # characters read by search_words(), which no time limit interrupts
LONGEST_PATTERN = 500  # bytes, of LIKE: with more, one cell may take longer than a query may
LARGEST_ANSWER = 100_000_000  # characters and bytes of all cells that one statement may give


def aliases(datasette: Datasette) -> Aliases:
    """The names in several forms that config.toml lists; none in plain Datasette."""
    return read_aliases(tuple((datasette.plugin_config("scraper") or {}).get("aliases", ())))


def make_read_only(conn: sqlite3.Connection, datasette: Datasette) -> None:
    """Give a connection our functions, then take from it all but reading."""
    known = aliases(datasette)

    def search_words(text: Any) -> str:
        """What articles_fts must MATCH for a text typed as in the search box."""
        query = read_query(str(text or "")[:LONGEST_TYPED], known)
        everywhere = lambda word, is_beginning: True  # noqa: E731 - no asking from inside a query
        return match_expression(resolve(query, everywhere), everywhere) or '""'

    conn.create_function("search_words", 1, search_words, deterministic=True)
    conn.create_function(
        "fold", 1, lambda text: None if text is None else fold(str(text)), deterministic=True
    )
    name_words(conn)
    conn.execute("PRAGMA query_only = 1")
    conn.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_CELL)
    conn.setlimit(sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, LONGEST_PATTERN)
    conn.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    conn.set_authorizer(_only_reading)
    conn.row_factory = _size_limited_rows()


def _size_limited_rows() -> Callable[[sqlite3.Cursor, tuple[Any, ...]], sqlite3.Row]:
    """Rows as usual, until those of one statement together are too large to hold.

    A thousand rows of the longest cells would take all memory well within the time limit.
    """
    # Held weakly: a statement that lived on would keep this connection at an old moment.
    current: weakref.ref[sqlite3.Cursor] | None = None
    held = 0

    def row(cursor: sqlite3.Cursor, cells: tuple[Any, ...]) -> sqlite3.Row:
        nonlocal current, held
        if current is None or current() is not cursor:
            current, held = weakref.ref(cursor), 0
        held += sum(len(cell) for cell in cells if isinstance(cell, (str, bytes)))
        if held > LARGEST_ANSWER:
            raise sqlite3.OperationalError(
                f"more than {LARGEST_ANSWER // 1_000_000} MB were asked for at once"
            )
        return sqlite3.Row(cursor, cells)

    return row


def _only_reading(action: int, first: str | None, second: str | None, *_: str | None) -> int:
    if action == sqlite3.SQLITE_FUNCTION and (second or "").lower() in _FORBIDDEN_FUNCTIONS:
        return sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_UPDATE and first == "sqlite_master":
        # Asked when a virtual table is opened, which changes nothing; real updates of this table
        # are refused by SQLite itself, and by mode=ro and query_only.
        return sqlite3.SQLITE_OK
    if action in _READS or (action == sqlite3.SQLITE_PRAGMA and (first or "").lower() in _PRAGMAS):
        return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_DENY


async def in_archive(datasette: Datasette, read: Callable[[Database], T]) -> T:
    """What `read` makes of the archive, off the event loop and within Datasette's time limit.

    Raises TooSlow past the limit.
    """

    def inner(conn: sqlite3.Connection) -> T:
        with sqlite_timelimit(conn, datasette.setting("sql_time_limit_ms")):
            return read(Database(conn, recursive_triggers=False, execute_plugins=False))

    try:
        return await datasette.get_database("archive").execute_fn(inner)  # type: ignore[no-any-return, unused-ignore]
    except sqlite3.OperationalError as e:
        if "interrupted" not in str(e):
            raise
        raise TooSlow from e


@contextmanager
def snapshots_beside(datasette: Datasette) -> Iterator[Database | None]:
    """snapshots.db of the archive that is served, to read; None if it cannot be read here."""
    beside = snapshots_path(Path(datasette.get_database("archive").path))
    with ExitStack() as opened:
        try:
            conn = opened.enter_context(closing(connected(beside, "mode=ro")))
            conn.execute("SELECT 1 FROM snapshots LIMIT 0")  # fails in a folder of somebody else
        except sqlite3.OperationalError:
            yield None
        else:
            yield Database(conn, recursive_triggers=False, execute_plugins=False)


async def capture_of(datasette: Datasette, snapshot_id: int) -> Any:
    """The row of snapshots.db that an article was read from; None if that file is not here."""

    def inner() -> Any:
        with snapshots_beside(datasette) as snapshots:
            if snapshots is None:
                return None
            snapshots.conn.row_factory = sqlite3.Row
            return snapshots.conn.execute(
                "SELECT url, captured_at, status, sha256, size_bytes, origin FROM snapshots"
                " WHERE id = ?",
                (snapshot_id,),
            ).fetchone()

    return await asyncio.get_running_loop().run_in_executor(None, inner)


def listed(cell: str) -> list[str]:
    """The texts in a cell that holds a JSON array."""
    try:
        read = json.loads(cell)
    except ValueError:
        return [cell]
    return [str(name) for name in read] if isinstance(read, list) else [cell]
