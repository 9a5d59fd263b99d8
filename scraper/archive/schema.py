"""The two files of an archive: opening, creating and migrating them.

`archive.db` is what researchers read; `snapshots.db`, beside it, is the evidence. Migrations are
numbered functions; one that was released is never edited: the next corrects it.
"""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database, Migrations

from scraper.errors import ArchiveError, Locked

APPLICATION_ID = 0x424C4341  # "BLCA"; marks both files as ours
BUSY_SECONDS = 30

archive_migrations = Migrations("archive")
snapshot_migrations = Migrations("snapshots")


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
    writable, or from a later version; nothing is changed then. Disk full and the like, met
    later, are ArchiveErrors too: what was committed before stays.
    """
    with (
        _said_in_one_line(path),
        _writer_lock(path),
        closing(_open_for_writing(path, archive_migrations)) as db,
        closing(_open_for_writing(snapshots_path(path), snapshot_migrations)) as snapshots,
    ):
        # A snapshot must be on the disk before any row of archive.db speaks of it.
        snapshots.conn.execute("PRAGMA synchronous = FULL")
        yield Archive(path, db, snapshots)


@contextmanager
def open_reader(path: Path) -> Iterator[Archive]:
    """The archive at `path` for reading only; takes no lock and disturbs no writer.

    Raises ArchiveError where a file is missing, not ours, or not of this version.
    """
    with (
        _said_in_one_line(path),
        closing(_open_for_reading(path, archive_migrations)) as db,
        closing(_open_for_reading(snapshots_path(path), snapshot_migrations)) as snapshots,
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
        raise ArchiveError(f"{path}: {e}; nothing filed before is lost") from e


@contextmanager
def open_articles(path: Path) -> Iterator[Database]:
    """archive.db at `path` alone, for reading: a slim copy has no snapshots.db beside it.

    Raises ArchiveError as `open_reader` does.
    """
    with _said_in_one_line(path), closing(_open_for_reading(path, archive_migrations)) as db:
        yield db


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
def _writer_lock(path: Path) -> Iterator[None]:
    """Hold `<path>.lock`. The kernel drops a flock with its process, however that dies."""
    lock = path.with_name(path.name + ".lock")
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
    fresh = not path.exists() or path.stat().st_size == 0
    db = _connect(path, "rwc")
    try:
        if not fresh:
            _refuse_foreign(db, path, migrations)
        db.conn.execute("PRAGMA journal_mode = WAL")
        db.conn.execute("PRAGMA synchronous = NORMAL")
        db.conn.execute("PRAGMA foreign_keys = ON")
        if fresh:
            db.conn.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        if migrations.pending(db):
            migrations.apply(db)
    except sqlite3.Error as e:
        db.close()
        raise ArchiveError(f"{path}: cannot be opened as an archive: {e}") from e
    except BaseException:
        db.close()
        raise
    return db


def _open_for_reading(path: Path, migrations: Migrations) -> Database:
    if not path.exists():
        raise ArchiveError(f"{path}: no archive here yet; `scraper crawl` makes one")
    db = _connect(path, "ro")
    try:
        _refuse_foreign(db, path, migrations)
        if migrations.pending(db):
            raise ArchiveError(f"{path}: written by an earlier version; `scraper crawl` updates it")
    except sqlite3.Error as e:
        db.close()
        raise ArchiveError(f"{path}: cannot be read as an archive: {e}") from e
    except BaseException:
        db.close()
        raise
    return db


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
    ours = {m.name for m in migrations.pending(Database(memory=True))}
    if later := sorted(known - ours):
        raise ArchiveError(f"{path}: written by a later version ({later[-1]}); update scraper")


@archive_migrations()
def m001_main(db: Database) -> None:
    """Articles and what belongs to them; the crawl's own state."""
    for statement in _ARCHIVE_SCHEMA.split(";\n\n"):
        db.conn.execute(statement)


@archive_migrations()
def m002_search(db: Database) -> None:
    """The search index, and the texts that it shows; see archive/search.py for what goes in."""
    for statement in _SEARCH_SCHEMA.split(";\n\n"):
        db.conn.execute(statement)


@archive_migrations()
def m003_days(db: Database) -> None:
    """Days of articles beside their number and section: hits per year in a third of the time."""
    db.conn.execute("CREATE INDEX articles_days ON articles (id, local_date, section)")
    db.conn.execute("CREATE INDEX articles_section_day ON articles (section, local_date)")


@archive_migrations()
def m004_changes(db: Database) -> None:
    """Later revisions by time, and templates: the dashboard need not read every body for them."""
    db.conn.execute(
        "CREATE INDEX revisions_later ON revisions (captured_at, article_id, number)"
        " WHERE number > 1"
    )
    db.conn.execute("CREATE INDEX articles_template ON articles (template)")


@snapshot_migrations()
def m001_snapshots(db: Database) -> None:
    """Captures, and the dictionaries that compress them."""
    for statement in _SNAPSHOT_SCHEMA.split(";\n\n"):
        db.conn.execute(statement)


_ARCHIVE_SCHEMA = """
CREATE TABLE articles (
    id INTEGER PRIMARY KEY,
    url TEXT NOT NULL,
    title TEXT NOT NULL,
    lead TEXT NOT NULL,
    section TEXT NOT NULL,
    byline TEXT NOT NULL,
    published_at TEXT,
    published_source TEXT NOT NULL,
    modified_at TEXT,
    page_clock_at TEXT,
    page_clock_text TEXT NOT NULL,
    timestamp TEXT NOT NULL,
    timestamp_source TEXT NOT NULL,
    local_date TEXT NOT NULL,
    layout TEXT NOT NULL,
    template TEXT NOT NULL,
    flags TEXT NOT NULL,
    caption_count INTEGER NOT NULL,
    photo_count INTEGER NOT NULL,
    syllable_count INTEGER NOT NULL,
    revision_count INTEGER NOT NULL,
    first_captured_at TEXT NOT NULL,
    last_captured_at TEXT NOT NULL,
    gone_at TEXT,
    snapshot_id INTEGER NOT NULL
);

CREATE INDEX articles_timestamp ON articles (timestamp);

CREATE INDEX articles_local_date ON articles (local_date);

CREATE INDEX articles_section ON articles (section, timestamp);

CREATE INDEX articles_gone ON articles (gone_at) WHERE gone_at IS NOT NULL;

CREATE TABLE texts (
    article_id INTEGER PRIMARY KEY REFERENCES articles (id) ON DELETE CASCADE,
    body TEXT NOT NULL
);

CREATE TABLE captions (
    id INTEGER PRIMARY KEY,
    article_id INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    after_paragraph INTEGER NOT NULL,
    text TEXT NOT NULL,
    credit TEXT NOT NULL,
    image_url TEXT NOT NULL,
    source TEXT NOT NULL,
    UNIQUE (article_id, position)
);

CREATE TABLE tags (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
);

CREATE TABLE article_tags (
    article_id INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    tag_id INTEGER NOT NULL REFERENCES tags (id),
    PRIMARY KEY (article_id, tag_id)
) WITHOUT ROWID;

CREATE INDEX article_tags_tag ON article_tags (tag_id, article_id);

CREATE TABLE weather (
    id INTEGER PRIMARY KEY,
    snapshot_id INTEGER NOT NULL,
    article_id INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    observed_at TEXT NOT NULL,
    place TEXT NOT NULL,
    text TEXT NOT NULL,
    temperature_c REAL,
    temperature_min_c REAL,
    temperature_max_c REAL,
    humidity_pct REAL,
    condition TEXT NOT NULL,
    UNIQUE (snapshot_id, position)
);

CREATE INDEX weather_article ON weather (article_id);

CREATE INDEX weather_place ON weather (place, observed_at);

CREATE TABLE revisions (
    article_id INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    captured_at TEXT NOT NULL,
    last_seen_at TEXT NOT NULL,
    snapshot_id INTEGER NOT NULL,
    title TEXT NOT NULL,
    lead TEXT NOT NULL,
    body TEXT NOT NULL,
    captions_json TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    PRIMARY KEY (article_id, number),
    UNIQUE (article_id, sha256)
);

CREATE TABLE captures (
    snapshot_id INTEGER PRIMARY KEY,
    article_id INTEGER NOT NULL,
    captured_at TEXT NOT NULL,
    status INTEGER NOT NULL,
    reading TEXT NOT NULL CHECK (reading IN ('text', 'unchanged', 'missing', 'redirect',
        'not_article', 'unreadable')),
    sha256 TEXT
);

CREATE INDEX captures_article ON captures (article_id, captured_at, snapshot_id);

CREATE TABLE addresses (
    url TEXT PRIMARY KEY,
    article_id INTEGER NOT NULL,
    first_seen_at TEXT NOT NULL
) WITHOUT ROWID;

CREATE INDEX addresses_article ON addresses (article_id);

CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    command TEXT NOT NULL,
    started_at TEXT NOT NULL,
    finished_at TEXT,
    outcome TEXT NOT NULL,
    detail TEXT NOT NULL,
    requests INTEGER NOT NULL,
    found INTEGER NOT NULL,
    fetched INTEGER NOT NULL,
    new_articles INTEGER NOT NULL,
    new_revisions INTEGER NOT NULL,
    unchanged INTEGER NOT NULL,
    not_articles INTEGER NOT NULL,
    failed INTEGER NOT NULL
);

CREATE TABLE frontier (
    url TEXT PRIMARY KEY,
    article_id INTEGER,
    source TEXT NOT NULL,
    found_at TEXT NOT NULL,
    lastmod TEXT,
    state TEXT NOT NULL CHECK (state IN ('new', 'list', 'archived', 'duplicate',
        'not_article', 'redirect', 'gone', 'failed', 'disallowed')),
    due_at TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    last_status INTEGER,
    etag TEXT,
    last_modified TEXT,
    error TEXT NOT NULL DEFAULT '',
    backfill INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

CREATE INDEX frontier_article ON frontier (article_id);

CREATE INDEX frontier_state ON frontier (state, backfill, article_id);

CREATE INDEX frontier_due ON frontier (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE failures (
    id INTEGER PRIMARY KEY,
    run_id INTEGER REFERENCES runs (id),
    at TEXT NOT NULL,
    url TEXT NOT NULL,
    kind TEXT NOT NULL,
    detail TEXT NOT NULL
);

CREATE INDEX failures_run ON failures (run_id);

CREATE TABLE hosts (
    host TEXT PRIMARY KEY,
    robots_body TEXT,
    robots_status INTEGER,
    robots_fetched_at TEXT,
    next_request_at TEXT,
    next_request_reason TEXT NOT NULL DEFAULT ''
);

CREATE TABLE marks (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE VIEW articles_full AS
    SELECT articles.*, texts.body
    FROM articles JOIN texts ON texts.article_id = articles.id
"""

TOKENIZER = "unicode61 remove_diacritics 0"

_SEARCH_SCHEMA = f"""
CREATE VIEW articles_searched AS
    SELECT id, title, lead, body, captions, title AS title_folded, lead AS lead_folded,
        body AS body_folded, captions AS captions_folded
    FROM (
        SELECT articles.id, title, lead, coalesce(texts.body, '') AS body, coalesce((
            SELECT group_concat(line, char(10)) FROM (
                SELECT trim(text || ' ' || credit) AS line FROM captions
                WHERE article_id = articles.id ORDER BY position
            )
        ), '') AS captions
        FROM articles LEFT JOIN texts ON texts.article_id = articles.id
    );

CREATE VIRTUAL TABLE articles_fts USING fts5(
    title, lead, body, captions, title_folded, lead_folded, body_folded, captions_folded,
    content='articles_searched', content_rowid='id', tokenize="{TOKENIZER}"
)
"""

_SNAPSHOT_SCHEMA = """
CREATE TABLE dictionaries (
    id INTEGER PRIMARY KEY,
    made_at TEXT NOT NULL,
    sample_count INTEGER NOT NULL,
    body BLOB NOT NULL
);

CREATE TABLE snapshots (
    id INTEGER PRIMARY KEY,
    url TEXT NOT NULL,
    captured_at TEXT NOT NULL,
    status INTEGER NOT NULL,
    headers_json TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    codec TEXT NOT NULL,
    dictionary_id INTEGER REFERENCES dictionaries (id),
    body BLOB,
    request_headers_json TEXT NOT NULL,
    origin TEXT NOT NULL,
    truncated INTEGER NOT NULL,
    UNIQUE (url, captured_at, sha256, status)
);

CREATE INDEX snapshots_sha256 ON snapshots (sha256)
"""
