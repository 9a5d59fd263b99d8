"""The tables of snapshots.db, and those that other files of the archive have too, as SQL."""

IDENTITY = """
-- The archive that the file belongs to, and its newspaper. One row.
CREATE TABLE identity (
    archive_id TEXT PRIMARY KEY,
    base_url TEXT NOT NULL,
    archive_name TEXT NOT NULL
) WITHOUT ROWID;
"""

IN_BOTH_FILES = f"""
-- Articles taken out for legal reasons; see archive/withdrawals.py.
CREATE TABLE withdrawals (
    article_id INTEGER PRIMARY KEY,
    withdrawn_at TEXT NOT NULL,
    reason TEXT NOT NULL,
    erased_at TEXT -- NULL while traces of the article may be left in this file
);
{IDENTITY}"""

SNAPSHOT_TABLES = f"""
-- What compresses bodies. A row that a snapshot names is never deleted.
CREATE TABLE dictionaries (
    id INTEGER PRIMARY KEY,
    made_at TEXT NOT NULL,
    sample_count INTEGER NOT NULL,
    body BLOB NOT NULL
);

-- One row for each capture. `body` is NULL for a 304 and if an earlier row has the same sha256.
CREATE TABLE snapshots (
    id INTEGER PRIMARY KEY,
    url TEXT NOT NULL,
    captured_at TEXT NOT NULL,
    captured_source TEXT NOT NULL DEFAULT '',
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
    record_sha256 TEXT NOT NULL,
    UNIQUE (url, captured_at, sha256, status)
);
CREATE INDEX snapshots_sha256 ON snapshots (sha256);
CREATE INDEX snapshots_plain ON snapshots (id)
    WHERE codec = 'zstd' AND dictionary_id IS NULL;
{IN_BOTH_FILES}"""
