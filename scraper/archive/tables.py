"""The tables of archive.db, as SQL, and the migrations that make each file.

Those of snapshots.db are in snapshot_tables.py, those of photos.db in photo_tables.py.

Until the first release, edit these statements. A released migration is never edited: a later one
changes what it made. Each runs in a transaction of its own.
"""

from sqlite3 import complete_statement

from sqlite_utils import Database, Migrations

from scraper.archive import article_columns
from scraper.archive.photo_tables import PHOTO_TABLES
from scraper.archive.snapshot_tables import IN_BOTH_FILES, SNAPSHOT_TABLES

TOKENIZER = "unicode61 remove_diacritics 0"

# The columns of the index that are not folded. Words may be searched in one of FIELDS only.
AS_WRITTEN = ("title", "lead", "body", "captions", "tags", "section")
FIELDS = {"title": ("title",), "text": ("lead", "body"), "captions": ("captions",)}

ARCHIVE_TABLES = f"""
-- One row for each article, as the capture `snapshot_id` shows it. Columns: article_columns.py.
CREATE TABLE articles (
    {article_columns.SQL}
);
-- Newest first as Datasette asks for it: rows of one time in the order of their numbers.
CREATE INDEX articles_timestamp ON articles (timestamp DESC);
CREATE INDEX articles_local_date ON articles (local_date);
CREATE INDEX articles_section ON articles (section, timestamp DESC);
CREATE INDEX articles_section_day ON articles (section, local_date);
CREATE INDEX articles_days ON articles (id, local_date, section, layout);
CREATE INDEX articles_month ON articles (substr(local_date, 1, 7));
CREATE INDEX articles_template ON articles (template);
CREATE INDEX articles_gone ON articles (gone_at) WHERE gone_at IS NOT NULL;

-- Bodies: paragraphs, a blank line between them; no lead, no captions.
CREATE TABLE texts (
    article_id INTEGER PRIMARY KEY REFERENCES articles (id) ON DELETE CASCADE,
    body TEXT NOT NULL
);

-- `id` is made from article and position, so that a reread gives the same numbers.
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
CREATE INDEX captions_credit ON captions (credit);

-- `id` is made from the name.
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

-- The names of `articles.byline`, kept up to date by the three triggers.
CREATE TABLE article_bylines (
    name TEXT NOT NULL,
    article_id INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    PRIMARY KEY (name, article_id)
) WITHOUT ROWID;
CREATE INDEX article_bylines_article ON article_bylines (article_id);

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
END;

-- How many articles and captions there are of each month, section and template, kept up to date by
-- the three triggers: counting half a million rows takes the first page a second.
CREATE TABLE article_counts (
    month TEXT NOT NULL, -- of `articles.local_date`; '' if that is not known
    section TEXT NOT NULL,
    template TEXT NOT NULL,
    articles INTEGER NOT NULL,
    captions INTEGER NOT NULL,
    PRIMARY KEY (month, section, template)
) WITHOUT ROWID;

CREATE TRIGGER articles_counted AFTER INSERT ON articles BEGIN
    INSERT INTO article_counts
    VALUES (ifnull(substr(new.local_date, 1, 7), ''), new.section, new.template, 1,
        new.caption_count)
    ON CONFLICT DO UPDATE SET articles = articles + 1, captions = captions + excluded.captions;
END;

CREATE TRIGGER articles_counted_no_more AFTER DELETE ON articles BEGIN
    UPDATE article_counts SET articles = articles - 1, captions = captions - old.caption_count
    WHERE month = ifnull(substr(old.local_date, 1, 7), '') AND section = old.section
        AND template = old.template;
    DELETE FROM article_counts
    WHERE month = ifnull(substr(old.local_date, 1, 7), '') AND section = old.section
        AND template = old.template AND articles = 0;
END;

CREATE TRIGGER articles_counted_anew
AFTER UPDATE OF local_date, section, template, caption_count ON articles
WHEN (old.local_date, old.section, old.template, old.caption_count)
    IS NOT (new.local_date, new.section, new.template, new.caption_count) BEGIN
    UPDATE article_counts SET articles = articles - 1, captions = captions - old.caption_count
    WHERE month = ifnull(substr(old.local_date, 1, 7), '') AND section = old.section
        AND template = old.template;
    DELETE FROM article_counts
    WHERE month = ifnull(substr(old.local_date, 1, 7), '') AND section = old.section
        AND template = old.template AND articles = 0;
    INSERT INTO article_counts
    VALUES (ifnull(substr(new.local_date, 1, 7), ''), new.section, new.template, 1,
        new.caption_count)
    ON CONFLICT DO UPDATE SET articles = articles + 1, captions = captions + excluded.captions;
END;

-- Units of both old provinces and of the new one, as scraper/places/places.tsv has them.
CREATE TABLE places (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    label TEXT NOT NULL UNIQUE,
    other_names TEXT NOT NULL, -- a JSON array
    code TEXT NOT NULL,
    parent_id TEXT REFERENCES places (id) DEFERRABLE INITIALLY DEFERRED,
    valid_from TEXT,
    valid_to TEXT, -- the first day on which it did not exist any more
    became TEXT NOT NULL, -- a JSON array of ids
    latitude REAL,
    longitude REAL,
    source TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX places_parent ON places (parent_id);

-- The units that each article names, in each of its parts and forms.
CREATE TABLE article_places (
    article_id INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    place_id TEXT NOT NULL REFERENCES places (id) DEFERRABLE INITIALLY DEFERRED,
    part TEXT NOT NULL CHECK (part IN ('title', 'lead', 'text', 'caption')),
    form TEXT NOT NULL, -- as printed
    certainty TEXT NOT NULL CHECK (certainty IN ('sure', 'ambiguous')),
    times INTEGER NOT NULL,
    PRIMARY KEY (article_id, place_id, part, form, certainty)
) WITHOUT ROWID;
CREATE INDEX article_places_place ON article_places (place_id, certainty, article_id);

-- Weather readings of every capture, not only of the one shown. `id`: snapshot and position.
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
CREATE INDEX weather_place ON weather
    (place, observed_at, text, temperature_c, temperature_min_c, temperature_max_c);
CREATE INDEX weather_seen ON weather (observed_at DESC);

-- Each text that the newspaper published under an article id, oldest first.
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
CREATE INDEX revisions_seen ON revisions (captured_at DESC, article_id, number);
CREATE INDEX revisions_later ON revisions (captured_at, article_id, number) WHERE number > 1;

-- What each snapshot says of an article; revisions and gone_at follow from these lines.
CREATE TABLE captures (
    snapshot_id INTEGER PRIMARY KEY,
    article_id INTEGER NOT NULL,
    captured_at TEXT NOT NULL,
    captured_source TEXT NOT NULL,
    status INTEGER NOT NULL,
    reading TEXT NOT NULL CHECK (reading IN ('text', 'cut', 'unchanged', 'missing',
        'redirect', 'not_article', 'refused', 'unreadable')),
    kind TEXT CHECK (kind IN ('page', 'text with headline', 'text')),
    syllable_count INTEGER NOT NULL,
    sha256 TEXT,
    absent_from TEXT
);
CREATE INDEX captures_article ON captures (article_id, captured_at, snapshot_id);

-- Every address under which an article was met.
CREATE TABLE addresses (
    url TEXT PRIMARY KEY,
    article_id INTEGER NOT NULL,
    first_seen_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX addresses_article ON addresses (article_id);

-- From here on the crawl's own state; a slim copy has these tables empty.
CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    command TEXT NOT NULL,
    started_at TEXT NOT NULL,
    finished_at TEXT,
    outcome TEXT NOT NULL,
    detail TEXT NOT NULL,
    requests INTEGER NOT NULL, found INTEGER NOT NULL, fetched INTEGER NOT NULL,
    new_articles INTEGER NOT NULL, new_revisions INTEGER NOT NULL,
    unchanged INTEGER NOT NULL, not_articles INTEGER NOT NULL, failed INTEGER NOT NULL
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
CREATE INDEX frontier_waiting ON frontier (article_id, lastmod)
    WHERE state IN ('new', 'failed') AND article_id IS NOT NULL;
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
    next_request_reason TEXT NOT NULL DEFAULT '',
    refused_in_row INTEGER NOT NULL DEFAULT 0, -- article pages
    refused_lists_in_row INTEGER NOT NULL DEFAULT 0
);

-- Captures that a public web archive lists (`scraper recover`), and what became of each.
CREATE TABLE recoverable (
    service TEXT NOT NULL,
    url TEXT NOT NULL, -- as the web archive writes it
    captured_at TEXT NOT NULL,
    article_id INTEGER NOT NULL,
    status INTEGER, -- HTTP; NULL: the same page as before
    digest TEXT NOT NULL, -- of the page: SHA-1 in base 32
    state TEXT NOT NULL DEFAULT 'listed' CHECK (state IN ('listed', 'filed', 'failed')),
    attempts INTEGER NOT NULL DEFAULT 0,
    error TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (service, url, captured_at)
) WITHOUT ROWID;

-- What the programs remember from one start to the next, such as the last snapshot filed.
CREATE TABLE marks (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE VIEW articles_full AS
    SELECT articles.*, texts.body
    FROM articles JOIN texts ON texts.article_id = articles.id;

-- The texts of the search index: the original for the folded columns too (archive/index.py).
-- Signs between texts that are not one sentence, so that no word reaches from one into the next.
CREATE VIEW articles_searched AS
    SELECT id, title, lead, body, captions, tags, section, title AS title_folded,
        lead AS lead_folded, body AS body_folded, captions AS captions_folded,
        tags AS tags_folded, section AS section_folded, '' AS other_spellings, '' AS own_terms
    FROM (
        SELECT articles.id, title, trim(kicker || ' | ' || lead, ' |') AS lead, section,
            coalesce(texts.body, '') AS body, coalesce((
                SELECT group_concat(line, ' | ') FROM (
                    SELECT trim(text || ' · ' || credit, ' ·') AS line FROM captions
                    WHERE article_id = articles.id ORDER BY position
                )
            ), '') AS captions, coalesce((
                SELECT group_concat(name, ' | ') FROM (
                    SELECT name FROM article_tags JOIN tags ON tags.id = tag_id
                    WHERE article_id = articles.id ORDER BY name
                )
            ), '') AS tags
        FROM articles LEFT JOIN texts ON texts.article_id = articles.id
    );

-- The body comes first: FTS5 writes two bytes less for each word of the first column.
-- Datasette and sqlite-utils look in the SQL for the words of the comment to find a table's index.
CREATE VIRTUAL TABLE articles_fts USING fts5(
    body, title, lead, captions, tags, section, title_folded, lead_folded, body_folded,
    captions_folded, tags_folded, section_folded, other_spellings, own_terms,
    content='articles_searched', content_rowid='id', tokenize="{TOKENIZER}" /* content="articles" */
);

-- What the index holds of each article, as a hash: FTS5 forgets a text only if it is given exactly.
CREATE TABLE articles_fts_hashes (
    article_id INTEGER PRIMARY KEY,
    hash INTEGER NOT NULL
);
{IN_BOTH_FILES}"""

archive_migrations = Migrations("archive")
snapshot_migrations = Migrations("snapshots")
photo_migrations = Migrations("photos")


@archive_migrations()
def m001_archive(db: Database) -> None:
    """The tables of archive.db in the first release."""
    _execute(db, ARCHIVE_TABLES)


@snapshot_migrations()
def m001_snapshots(db: Database) -> None:
    """The tables of snapshots.db in the first release."""
    _execute(db, SNAPSHOT_TABLES)


@photo_migrations()
def m001_photos(db: Database) -> None:
    """The tables of photos.db in the first release."""
    _execute(db, PHOTO_TABLES)


def _execute(db: Database, statements: str) -> None:
    # Not executescript(), which would commit the transaction of the migration.
    statement = ""
    for line in statements.splitlines(keepends=True):
        statement += line
        if complete_statement(statement):
            db.conn.execute(statement)
            statement = ""
