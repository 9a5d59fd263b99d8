"""The files of an archive: made, opened, brought up to date, and kept together.

`archive.db` is what researchers read; `snapshots.db`, beside it, is the evidence. `photos.db` is
there only if photos are kept. Their tables are in tables.py.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database, Migrations

from scraper.archive.connections import (
    APPLICATION_ID,
    open_to_read,
    open_to_write,
    outside_faults_in_one_line,
)
from scraper.archive.identity import (
    Identity,
    joint_identity,
    read_identity,
    require_pair,
    write_identity,
)
from scraper.archive.lock import writer_lock
from scraper.archive.place_rows import keep_places_current
from scraper.archive.tables import archive_migrations, photo_migrations, snapshot_migrations
from scraper.archive.tombstones import require_hidden
from scraper.atomic_files import remove_leftovers
from scraper.errors import ArchiveError
from scraper.urls import BAOLAOCAI, Site

LARGE_PAGE = 8192  # bytes of a page of snapshots.db and photos.db


@dataclass(frozen=True, slots=True)
class Archive:
    """An open archive. Functions on `db` and `snapshots` take one of them first."""

    path: Path  # of archive.db
    db: Database  # archive.db: everything derived, and the crawl's own state
    snapshots: Database  # snapshots.db: the captures
    photos: Database | None = None  # photos.db; None if no photos are kept


@contextmanager
def open_archive(
    path: Path, site: Site = BAOLAOCAI, *, keeps_photos: bool = False
) -> Iterator[Archive]:
    """The archive of `site` at `path` for its one writer; made if missing, migrated if old.

    photos.db is made only if the archive `keeps_photos`; one that is there is opened. Raises Locked
    if another writer has one of the files; ArchiveError if a file is not ours, not writable, from
    a later version, of another newspaper, or of another archive than the other files. Nothing is
    changed then. A full disk and the like, met later, are ArchiveErrors too: what was committed
    before stays.
    """
    beside = snapshots_path(path)
    with (
        outside_faults_in_one_line(path),
        writer_lock(path),
        writer_lock(beside),
        _photos_to_write(path, keeps_photos) as (photos, kept),
    ):
        identity = _require_one_archive(path, kept, site)
        remove_leftovers(path)
        with (
            open_to_write(path, archive_migrations) as db,
            open_to_write(beside, snapshot_migrations) as snapshots,
        ):
            _prepare(db, archive_migrations, identity)
            _prepare(snapshots, snapshot_migrations, identity)
            if photos is not None:
                _prepare(photos, photo_migrations, identity)
            # A snapshot must be on the disk before any row of archive.db names it.
            snapshots.conn.execute("PRAGMA synchronous = FULL")
            # Each article writes to many of the pages that the one before it wrote to: with a
            # longer WAL (16 MB) they are copied into the file once for several articles.
            db.conn.execute("PRAGMA wal_autocheckpoint = 4000")
            db.conn.execute("PRAGMA cache_size = -8000")
            yield Archive(path, db, snapshots, photos)


def _require_one_archive(path: Path, kept: Identity | None, site: Site) -> Identity:
    """The identity that all files have or get; `kept` is that of photos.db. Raises ArchiveError."""
    beside = snapshots_path(path)
    ours, filed = _look_into(path, archive_migrations, "captures", "snapshot_id")
    theirs, stored = _look_into(beside, snapshot_migrations, "snapshots", "id")
    if ours or theirs:
        identity = joint_identity(path, ours, beside, theirs, site)
        require_pair(path, identity, photos_path(path), kept)
    else:
        identity = joint_identity(path, None, photos_path(path), kept, site)
    if filed > stored:  # new captures would get the numbers of those that are missing
        raise ArchiveError(
            f"{beside}: lacks captures that {path.name} was made from (up to number {filed});"
            " put the right file there, or leave a slim copy to its readers"
        )
    return identity


@contextmanager
def _photos_to_write(
    path: Path, is_wanted: bool
) -> Iterator[tuple[Database | None, Identity | None]]:
    """photos.db, locked, and whose it is; None and None if there is no such file to be."""
    beside = photos_path(path)
    if not (is_wanted or beside.exists()):
        yield None, None
        return
    is_new = not beside.exists()
    try:
        with writer_lock(beside), open_to_write(beside, photo_migrations) as photos:
            yield photos, read_identity(photos)
    finally:
        if is_new and beside.exists() and beside.stat().st_size == 0:
            beside.unlink()  # the archive was refused


@contextmanager
def open_reader(path: Path) -> Iterator[Archive]:
    """The archive at `path` for reading only; takes no lock and disturbs no writer.

    Raises ArchiveError if a file is missing, not ours, not of this version, or of another archive
    than the other file.
    """
    beside = snapshots_path(path)
    with outside_faults_in_one_line(path), open_to_read(path, archive_migrations) as db:
        require_snapshots(path)
        with open_to_read(beside, snapshot_migrations) as snapshots:
            with outside_faults_in_one_line(beside):
                theirs = read_identity(snapshots)
            require_pair(path, read_identity(db), beside, theirs)
            with _photos_to_read(path, db) as photos:
                yield Archive(path, db, snapshots, photos)


@contextmanager
def _photos_to_read(path: Path, db: Database) -> Iterator[Database | None]:
    """photos.db beside the open archive.db; None if there is none."""
    beside = photos_path(path)
    if not beside.exists():
        yield None
        return
    with outside_faults_in_one_line(beside), open_to_read(beside, photo_migrations) as photos:
        require_pair(path, read_identity(db), beside, read_identity(photos))
        yield photos


@contextmanager
def open_articles(path: Path) -> Iterator[Database]:
    """archive.db at `path` alone, for reading: a slim copy has no snapshots.db beside it.

    Raises ArchiveError as `open_reader` does, and if an article is shown that is to be withdrawn.
    """
    beside = snapshots_path(path)
    with outside_faults_in_one_line(path), open_to_read(path, archive_migrations) as db:
        if beside.exists():
            with open_to_read(beside, snapshot_migrations) as snapshots:
                if read_identity(snapshots) == read_identity(db):
                    require_hidden(db, snapshots)
        yield db


@contextmanager
def open_snapshots(path: Path) -> Iterator[Database]:
    """snapshots.db of the archive at `path` alone, for reading.

    Raises ArchiveError as `open_reader` does.
    """
    require_snapshots(path)
    beside = snapshots_path(path)
    with outside_faults_in_one_line(path), open_to_read(beside, snapshot_migrations) as db:
        yield db


def upgrade(path: Path) -> list[str]:
    """Bring the archive at `path`, or a slim copy of one, up to date; the versions applied.

    Nothing but the file itself is needed. Raises ArchiveError and Locked as `open_archive` does.
    """
    if not path.exists():
        raise ArchiveError(f"{path}: no archive here")
    applied = []
    with outside_faults_in_one_line(path), writer_lock(path), ExitStack() as opened:
        first = opened.enter_context(open_to_write(path, archive_migrations))
        files = [(first, archive_migrations)]
        for beside, migrations in (
            (snapshots_path(path), snapshot_migrations),
            (photos_path(path), photo_migrations),
        ):
            if beside.exists():
                opened.enter_context(writer_lock(beside))
                db = opened.enter_context(open_to_write(beside, migrations))
                require_pair(path, read_identity(first), beside, read_identity(db))
                files.append((db, migrations))
        for db, migrations in files:
            applied += [version.name for version in migrations.pending(db)]
            migrations.apply(db)
    return applied


def require_snapshots(path: Path) -> None:
    """Raise ArchiveError if the archive at `path` has no snapshots.db to work on."""
    beside = snapshots_path(path)
    if not beside.exists():
        if not path.exists():
            raise ArchiveError(f"{beside}: no archive here yet; `scraper crawl` makes one")
        raise ArchiveError(
            f"{beside}: missing; a slim copy has none: do this where the whole archive is, or put"
            f" the one there that belongs to {path.name}"
        )


def snapshots_path(path: Path) -> Path:
    """Where the snapshots of the archive at `path` are."""
    return path.with_name("snapshots.db")


def photos_path(path: Path) -> Path:
    """Where the photos of the archive at `path` are, if it keeps any."""
    return path.with_name("photos.db")


@contextmanager
def write(db: Database) -> Iterator[Database]:
    """One write transaction.

    BEGIN IMMEDIATE waits for another writer's lock; a plain BEGIN fails with "database is locked"
    the moment it first writes beside another writer.
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
    """Read transactions on both files, in which every capture that has rows is there.

    The snapshots are fixed a little later than the rows: the newest of them may have no rows yet,
    as after a kill. `archive` must be open for reading only.
    """
    files = (archive.db.conn, archive.snapshots.conn)
    for conn in files:
        conn.execute("BEGIN")
        conn.execute("SELECT count(*) FROM sqlite_master").fetchone()
    try:
        yield
    finally:
        for conn in files:
            conn.execute("ROLLBACK")


def _look_into(
    path: Path, migrations: Migrations, table: str, column: str
) -> tuple[Identity | None, int]:
    """The identity of a file and the highest number in a column; None and 0 if there is none."""
    if not path.exists():
        return None, 0
    with open_to_write(path, migrations) as db:
        highest = 0
        if db[table].exists():
            highest = db.execute(f"SELECT coalesce(max({column}), 0) FROM {table}").fetchone()[0]
        return read_identity(db), highest


def _prepare(db: Database, migrations: Migrations, identity: Identity) -> None:
    """Make a file that is ours, or empty, ready to be written to."""
    if migrations is not archive_migrations:
        # Counts for a new file only. With SQLite's usual 4,096 a packed page and its record fill
        # one a little more than half: a seventh more in all.
        db.conn.execute(f"PRAGMA page_size = {LARGE_PAGE}")
    db.conn.execute("PRAGMA journal_mode = WAL")
    db.conn.execute("PRAGMA synchronous = NORMAL")
    db.conn.execute("PRAGMA foreign_keys = ON")
    if migrations.pending(db):
        db.conn.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        migrations.apply(db)
    if migrations is archive_migrations:
        with write(db):
            keep_places_current(db)
    if read_identity(db) != identity:
        with write(db):
            write_identity(db, identity)
