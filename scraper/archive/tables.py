"""The tables of both files, as numbered migrations.

One that was released is never edited: the next corrects it. Each runs in its own transaction.
"""

import hashlib
import json

from sqlite_utils import Database, Migrations

from scraper.spelling import fold, spell

archive_migrations = Migrations("archive")
snapshot_migrations = Migrations("snapshots")


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


@archive_migrations()
def m005_numbers(db: Database) -> None:
    """Numbers of captions, weather rows and tags that follow from what they stand for.

    Counted up, they told in which order captures had been filed: reading the same captures again
    gave other numbers, and citations of a row led elsewhere.
    """
    for table, number in (
        ("captions", f"article_id * {CAPTIONS} + position"),
        ("weather", f"snapshot_id * {READINGS} + position"),
    ):
        # By way of negative numbers: none may meet one that is still in use.
        db.conn.execute(f"UPDATE {table} SET id = -({number})")
        db.conn.execute(f"UPDATE {table} SET id = -id")
    db.conn.execute("PRAGMA defer_foreign_keys = ON")
    for old, name in db.conn.execute("SELECT id, name FROM tags").fetchall():
        db.conn.execute("UPDATE tags SET id = ? WHERE id = ?", [-tag_id(name), old])
        db.conn.execute("UPDATE article_tags SET tag_id = ? WHERE tag_id = ?", [-tag_id(name), old])
    db.conn.execute("UPDATE tags SET id = -id")
    db.conn.execute("UPDATE article_tags SET tag_id = -tag_id")
    db.conn.execute("DELETE FROM tags WHERE id NOT IN (SELECT tag_id FROM article_tags)")


@archive_migrations()
def m006_withdrawals(db: Database) -> None:
    """Articles that had to be taken out, and why."""
    db.conn.execute(_WITHDRAWALS)


@archive_migrations()
def m007_body_first(db: Database) -> None:
    """The search index anew, its first column the body: a sixth smaller. Months beside numbers.

    FTS5 writes two bytes before the places of a word in every column but the first.
    """
    db.conn.create_function("spelled", 1, spell, deterministic=True)
    db.conn.create_function("folded", 1, fold, deterministic=True)
    for statement in _BODY_FIRST.split(";\n\n"):
        db.conn.execute(statement)
    db.conn.execute("CREATE INDEX articles_month ON articles (substr(local_date, 1, 7))")


@archive_migrations()
def m008_bylines(db: Database) -> None:
    """Names and the articles signed with them, kept up by the database itself."""
    for statement in _BYLINES.split(";\n\n"):
        db.conn.execute(statement)


@archive_migrations()
def m009_cut(db: Database) -> None:
    """Captures that end before their page did are told from whole ones."""
    db.conn.execute("ALTER TABLE captures RENAME TO captures_before")
    db.conn.execute(_CAPTURES)
    db.conn.execute("INSERT INTO captures SELECT * FROM captures_before")
    db.conn.execute("DROP TABLE captures_before")
    db.conn.execute(
        "CREATE INDEX captures_article ON captures (article_id, captured_at, snapshot_id)"
    )


@archive_migrations()
def m010_lists(db: Database) -> None:
    """Revisions by time and captions by credit: their lists need not read every text."""
    db.conn.execute("CREATE INDEX revisions_seen ON revisions (captured_at)")
    db.conn.execute("CREATE INDEX captions_credit ON captions (credit)")


@archive_migrations()
def m011_absences(db: Database) -> None:
    """Where an article was looked for and was not: one that moved is not gone."""
    db.conn.execute("ALTER TABLE captures ADD COLUMN absent_from TEXT")


@snapshot_migrations()
def m001_snapshots(db: Database) -> None:
    """Captures, and the dictionaries that compress them."""
    for statement in _SNAPSHOT_SCHEMA.split(";\n\n"):
        db.conn.execute(statement)


@snapshot_migrations()
def m002_records(db: Database) -> None:
    """A hash over what stands beside each body; articles that had to be taken out, and why."""
    db.conn.execute(_WITHDRAWALS)
    db.conn.execute("ALTER TABLE snapshots ADD COLUMN record_sha256 TEXT NOT NULL DEFAULT ''")
    db.conn.create_function("record_hash", -1, record_hash, deterministic=True)
    db.conn.execute(
        "UPDATE snapshots SET record_sha256 = record_hash(url, captured_at, status, headers_json,"
        " sha256, size_bytes, request_headers_json, origin, truncated)"
    )


@snapshot_migrations()
def m003_plain(db: Database) -> None:
    """Which bodies are packed without a dictionary, to pack them anew once there is one."""
    db.conn.execute(
        "CREATE INDEX snapshots_plain ON snapshots (id)"
        " WHERE codec = 'zstd' AND dictionary_id IS NULL"
    )


def record_hash(*values: str | int) -> str:
    """The hash of what stands beside a body, so that no letter of it can change unnoticed."""
    return hashlib.sha256(json.dumps(values, ensure_ascii=False).encode()).hexdigest()


# A caption's number is its article's times this, plus its position; so with weather rows.
CAPTIONS = 10_000
READINGS = 1_000


def tag_id(name: str) -> int:
    """The number of a tag: 52 bits of its name's hash, which JavaScript can hold."""
    return int(hashlib.sha256(name.encode()).hexdigest()[:13], 16)


_WITHDRAWALS = """
CREATE TABLE withdrawals (
    article_id INTEGER PRIMARY KEY,
    withdrawn_at TEXT NOT NULL,
    reason TEXT NOT NULL
)
"""

_CAPTURES = """
CREATE TABLE captures (
    snapshot_id INTEGER PRIMARY KEY,
    article_id INTEGER NOT NULL,
    captured_at TEXT NOT NULL,
    status INTEGER NOT NULL,
    reading TEXT NOT NULL CHECK (reading IN ('text', 'cut', 'unchanged', 'missing', 'redirect',
        'not_article', 'unreadable')),
    sha256 TEXT
)
"""

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
AS_WRITTEN = ("title", "lead", "body", "captions")  # the columns of the index not folded

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

_BODY_FIRST = f"""
DROP TABLE articles_fts;

CREATE VIRTUAL TABLE articles_fts USING fts5(
    body, title, lead, captions, title_folded, lead_folded, body_folded, captions_folded,
    content='articles_searched', content_rowid='id', tokenize="{TOKENIZER}"
);

INSERT INTO articles_fts (rowid, body, title, lead, captions, title_folded, lead_folded,
        body_folded, captions_folded)
    SELECT id, spelled(body), spelled(title), spelled(lead), spelled(captions), folded(title),
        folded(lead), folded(body), folded(captions)
    FROM articles_searched ORDER BY id
"""

_BYLINES = """
CREATE TABLE article_bylines (
    name TEXT NOT NULL,
    article_id INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    PRIMARY KEY (name, article_id)
) WITHOUT ROWID;

CREATE INDEX article_bylines_article ON article_bylines (article_id);

INSERT OR IGNORE INTO article_bylines
    SELECT value, articles.id FROM articles, json_each(articles.byline);

CREATE TRIGGER articles_signed AFTER INSERT ON articles BEGIN
    INSERT OR IGNORE INTO article_bylines SELECT value, new.id FROM json_each(new.byline);
END;

CREATE TRIGGER articles_signed_anew AFTER UPDATE OF byline ON articles
WHEN old.byline <> new.byline BEGIN
    DELETE FROM article_bylines WHERE article_id = new.id;
    INSERT OR IGNORE INTO article_bylines SELECT value, new.id FROM json_each(new.byline);
END;

CREATE TRIGGER articles_unsigned AFTER DELETE ON articles BEGIN
    DELETE FROM article_bylines WHERE article_id = old.id;
END
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
