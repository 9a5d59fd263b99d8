"""The two files of an archive: opening, creating and migrating them.

`archive.db` is what researchers read; `snapshots.db`, beside it, is the evidence. Their tables are
in tables.py.
"""

import fcntl
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database, Migrations

from scraper.archive.tables import archive_migrations, snapshot_migrations
from scraper.errors import ArchiveError, Locked

APPLICATION_ID = 0x424C4341  # "BLCA"; marks both files as ours
BUSY_SECONDS = 30
SNAPSHOT_PAGE = 8192  # bytes of a page of snapshots.db


@dataclass(frozen=True, slots=True)
class Archive:
    """An open archive. Functions on `db` and `snapshots` take one of them first."""

    path: Path  # of archive.db
    db: Database  # archive.db: everything derived, and the crawl's own state
    snapshots: Database  # snapshots.db: the captures


@contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """The archive at `path` for its one writer; made if missing, migrated if old.

    Raises Locked where another writer is at work, ArchiveError where a file is not ours, not
    writable, from a later version, or does not belong to the other; nothing is changed then.
    Disk full and the like, met later, are ArchiveErrors too: what was committed before stays.
    """
    with (
        _said_in_one_line(path),
        _writer_lock(path),
        closing(_open_for_writing(path, archive_migrations)) as db,
        _snapshots_of(path, db) as snapshots,
    ):
        # Not before both are known to be ours, and of no later version.
        _prepare(db, archive_migrations)
        _prepare(snapshots, snapshot_migrations)
        # A snapshot must be on the disk before any row of archive.db speaks of it.
        snapshots.conn.execute("PRAGMA synchronous = FULL")
        # Each article writes to many of the pages that the one before it wrote to: with a longer
        # WAL (16 MB) those are copied into the file once for more of them, and found in memory.
        db.conn.execute("PRAGMA wal_autocheckpoint = 4000")
        db.conn.execute("PRAGMA cache_size = -8000")
        yield Archive(path, db, snapshots)


@contextmanager
def open_reader(path: Path) -> Iterator[Archive]:
    """The archive at `path` for reading only; takes no lock and disturbs no writer.

    Raises ArchiveError where a file is missing, not ours, or not of this version.
    """
    with (
        _said_in_one_line(path),
        closing(_open_for_reading(path, archive_migrations)) as db,
        closing(_open_snapshots(path)) as snapshots,
    ):
        yield Archive(path, db, snapshots)


# What a disk or a machine does to us, told apart from what a wrong statement of ours does.
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
def _said_in_one_line(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as e:
        if getattr(e, "sqlite_errorcode", 0) & 0xFF not in _OUTSIDE:
            raise
        free_mb = shutil.disk_usage(path.parent).free // 1_000_000
        said = f"{path}: {e}; nothing filed before is lost ({free_mb} MB free on its disk)"
        raise ArchiveError(said) from e


@contextmanager
def open_articles(path: Path) -> Iterator[Database]:
    """archive.db at `path` alone, for reading: a slim copy has no snapshots.db beside it.

    Raises ArchiveError as `open_reader` does.
    """
    with _said_in_one_line(path), closing(_open_for_reading(path, archive_migrations)) as db:
        yield db


@contextmanager
def open_snapshots(path: Path) -> Iterator[Database]:
    """snapshots.db of the archive at `path` alone, for reading.

    Raises ArchiveError as `open_reader` does.
    """
    with (
        _said_in_one_line(path),
        closing(_open_snapshots(path)) as db,
    ):
        yield db


def require_snapshots(path: Path) -> None:
    """Raise ArchiveError where the archive at `path` has no snapshots.db: nothing to work on."""
    beside = snapshots_path(path)
    if not path.exists():
        _require(beside)
    elif not beside.exists():
        raise ArchiveError(
            f"{beside}: missing; a slim copy has none: do this where the whole archive is, or put"
            f" the one there that belongs to {path.name}"
        )


def snapshots_path(path: Path) -> Path:
    """Where the snapshots of the archive at `path` are."""
    return path.with_name("snapshots.db")


@contextmanager
def write(db: Database) -> Iterator[Database]:
    """One write transaction.

    BEGIN IMMEDIATE waits for a reader-turned-writer's lock; a plain BEGIN fails with "database
    is locked" the moment it first writes beside another writer.
    """
    db.conn.execute("BEGIN IMMEDIATE")
    try:
        yield db
    except BaseException:
        if db.conn.in_transaction:
            db.conn.execute("ROLLBACK")
        raise
    db.conn.execute("COMMIT")


@contextmanager
def one_moment(archive: Archive) -> Iterator[None]:
    """Read transactions on both files that show them as they were at one and the same moment.

    `archive` must be open for reading only.
    """
    files = (archive.db.conn, archive.snapshots.conn)
    with closing(_connect(archive.path, "ro")) as watcher:
        while True:
            before = watcher.conn.execute("PRAGMA data_version").fetchone()
            for conn in files:
                conn.execute("BEGIN")
                conn.execute("SELECT count(*) FROM sqlite_master").fetchone()
            if watcher.conn.execute("PRAGMA data_version").fetchone() == before:
                break
            for conn in files:
                conn.execute("ROLLBACK")
    try:
        yield
    finally:
        for conn in files:
            conn.execute("ROLLBACK")


@contextmanager
def _writer_lock(path: Path) -> Iterator[None]:
    """Hold `<path>.lock`. The kernel drops a flock with its process, however that dies.

    It stands beside the file itself, so that one reached by a link has the same lock.
    """
    real = path.resolve()
    lock = real.with_name(real.name + ".lock")
    try:
        handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as e:
        raise ArchiveError(f"{path}: folder is not writable: {e.strerror}") from e
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as e:
            raise Locked(f"{path}: another scraper is writing to it; try again later") from e
        yield
    finally:
        os.close(handle)


def _open_for_writing(path: Path, migrations: Migrations) -> Database:
    db = _connect(path, "rwc")
    try:
        # Empty is also what a kill or a full disk left of a first start.
        if db.conn.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            _refuse_foreign(db, path, migrations)
    except sqlite3.Error as e:
        db.close()
        raise ArchiveError(f"{path}: cannot be opened as an archive: {e}") from e
    except BaseException:
        db.close()
        raise
    return db


@contextmanager
def _snapshots_of(path: Path, db: Database) -> Iterator[Database]:
    """snapshots.db beside an archive.db that is open for writing.

    Raises ArchiveError where it has fewer captures than archive.db tells of: new ones would get
    the numbers of those, and take their places.
    """
    beside, told = snapshots_path(path), _highest(db, "captures", "snapshot_id")
    lost = ArchiveError(
        f"{beside}: lacks captures of which {path.name} tells (up to number {told}); put the right"
        " one there, or leave a slim copy to its readers"
    )
    if told and not beside.exists():
        raise lost
    with closing(_open_for_writing(beside, snapshot_migrations)) as snapshots:
        if _highest(snapshots, "snapshots", "id") < told:
            raise lost
        yield snapshots


def _highest(db: Database, table: str, column: str) -> int:
    """The highest number in a column; 0 where there is none, or no such table yet."""
    if not db[table].exists():
        return 0
    return int(db.execute(f"SELECT coalesce(max({column}), 0) FROM {table}").fetchone()[0])


def _prepare(db: Database, migrations: Migrations) -> None:
    """Make a file that is ours, or empty, ready to be written to."""
    if migrations is snapshot_migrations:
        # Counts for a new file only. With SQLite's usual 4,096 a packed page and its record fill
        # one a little more than half: a seventh more in all.
        db.conn.execute(f"PRAGMA page_size = {SNAPSHOT_PAGE}")
    db.conn.execute("PRAGMA journal_mode = WAL")
    db.conn.execute("PRAGMA synchronous = NORMAL")
    db.conn.execute("PRAGMA foreign_keys = ON")
    if migrations.pending(db):
        db.conn.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        migrations.apply(db)


def _require(path: Path) -> None:
    if not path.exists():
        raise ArchiveError(f"{path}: no archive here yet; `scraper crawl` makes one")


def _open_snapshots(path: Path) -> Database:
    require_snapshots(path)
    return _open_for_reading(snapshots_path(path), snapshot_migrations)


def _open_for_reading(path: Path, migrations: Migrations) -> Database:
    _require(path)
    db = _connect(path, "ro")
    try:
        _refuse_foreign(db, path, migrations)
        if migrations.pending(db):
            raise ArchiveError(f"{path}: written by an earlier version; `scraper crawl` updates it")
    except sqlite3.Error as e:
        db.close()
        raise ArchiveError(f"{path}: cannot be read as an archive: {_told(e, path)}") from e
    except BaseException:
        db.close()
        raise
    return db


def _told(e: sqlite3.Error, path: Path) -> str:
    if getattr(e, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_CANTOPEN:
        # Readers of a write-ahead log make a file beside it.
        return f"{e}; {path.parent} must be writable, or hold a copy made by `scraper backup`"
    return str(e)


def _connect(path: Path, mode: str) -> Database:
    try:
        # Autocommit: every transaction here is begun in so many words, by write().
        conn = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode={mode}",
            uri=True,
            isolation_level=None,
            timeout=BUSY_SECONDS,
        )
    except sqlite3.Error as e:
        raise ArchiveError(f"{path}: cannot be opened: {e}") from e
    return Database(conn, execute_plugins=False)


def _refuse_foreign(db: Database, path: Path, migrations: Migrations) -> None:
    """Raise ArchiveError where the file is no archive of ours, or a later version's."""
    if db.conn.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise ArchiveError(f"{path}: a database, but not an archive made by scraper; left alone")
    known = {m.name for m in migrations.pending(db)} | {m.name for m in migrations.applied(db)}
    with closing(Database(memory=True)) as empty:
        ours = {m.name for m in migrations.pending(empty)}
    if later := sorted(known - ours):
        raise ArchiveError(f"{path}: written by a later version ({later[-1]}); update scraper")
