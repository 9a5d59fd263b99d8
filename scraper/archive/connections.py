"""Connections to one file of an archive. A file that is not ours is not changed."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlite_utils import Database, Migrations

from scraper.errors import ArchiveError

APPLICATION_ID = 0x424C4341  # "BLCA"; marks both files as ours
BUSY_SECONDS = 30

# What a disk or a machine does to us; every other code of SQLite means a fault of this program.
_OUTSIDE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_READONLY,
}


@contextmanager
def outside_faults_in_one_line(path: Path) -> Iterator[None]:
    """Turn what the disk or the machine did to SQLite into an ArchiveError."""
    try:
        yield
    except sqlite3.Error as e:
        if _code(e) not in _OUTSIDE:
            raise
        free_mb = shutil.disk_usage(path.parent).free // 1_000_000
        raise ArchiveError(
            f"{path}: {e}; nothing filed before is lost ({free_mb} MB free on its disk)"
        ) from e


def connect(path: Path, mode: str) -> Database:
    """The database at `path`; `mode` is SQLite's: "ro", "rw" or "rwc". Raises ArchiveError."""
    try:
        # Autocommit: every transaction is begun explicitly, by files.write().
        conn = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode={mode}",
            uri=True,
            isolation_level=None,
            timeout=BUSY_SECONDS,
        )
    except sqlite3.Error as e:
        raise ArchiveError(f"{path}: cannot be opened: {e}") from e
    return Database(conn, execute_plugins=False)


@contextmanager
def open_to_write(path: Path, migrations: Migrations) -> Iterator[Database]:
    """A file of an archive, made if missing. Raises ArchiveError if it is not ours."""
    with closing(connect(path, "rwc")) as db:
        try:
            if not _is_empty(db):
                _require_ours(db, path, migrations)
        except sqlite3.Error as e:
            raise ArchiveError(f"{path}: cannot be opened as an archive: {e}") from e
        yield db


@contextmanager
def open_to_read(path: Path, migrations: Migrations) -> Iterator[Database]:
    """A file of an archive. Raises ArchiveError if it is missing, not ours or not up to date."""
    if not path.exists():
        raise ArchiveError(f"{path}: no archive here yet; `scraper crawl` makes one")
    with closing(connect(path, "ro")) as db:
        try:
            _require_ours(db, path, migrations)
            if migrations.pending(db):
                raise ArchiveError(
                    f"{path}: written by an earlier version; `scraper upgrade {path}` brings it"
                    " up to date"
                )
        except sqlite3.Error as e:
            raise ArchiveError(f"{path}: cannot be read as an archive: {_reason(e, path)}") from e
        yield db


def _is_empty(db: Database) -> bool:
    """True also for what a kill or a full disk left of a first start."""
    return bool(db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0)


def _require_ours(db: Database, path: Path, migrations: Migrations) -> None:
    """Raise ArchiveError for a foreign file, the other file of an archive, or a later version."""
    if db.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise ArchiveError(f"{path}: a database, but not an archive made by scraper; left alone")
    if db[migrations.migrations_table].exists():
        made_by = f"SELECT DISTINCT migration_set FROM {migrations.migrations_table}"
        if others := {name for (name,) in db.execute(made_by)} - {migrations.name}:
            raise ArchiveError(
                f"{path}: this is the {others.pop()}.db of an archive, not its"
                f" {migrations.name}.db; put each file back in its place"
            )
    known = {m.name for m in migrations.pending(db)} | {m.name for m in migrations.applied(db)}
    with closing(Database(memory=True)) as empty:
        ours = {m.name for m in migrations.pending(empty)}
    if later := sorted(known - ours):
        raise ArchiveError(f"{path}: written by a later version ({later[-1]}); update scraper")


def _reason(e: sqlite3.Error, path: Path) -> str:
    if _code(e) in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
        # Readers of a write-ahead log make a file beside it.
        return f"{e}; {path.parent} must be writable, or hold a copy made by `scraper backup`"
    return str(e)


def _code(e: sqlite3.Error) -> int:
    return getattr(e, "sqlite_errorcode", 0) & 0xFF
