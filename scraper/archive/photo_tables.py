"""The tables of photos.db, as SQL."""

from scraper.archive.snapshot_tables import IDENTITY

PHOTO_TABLES = f"""
-- One row for each photo that is kept, byte for byte. What it is was read off its first bytes.
CREATE TABLE photos (
    sha256 TEXT PRIMARY KEY,
    media_type TEXT NOT NULL CHECK (media_type IN
        ('image/jpeg', 'image/png', 'image/webp', 'image/gif', 'image/avif')),
    size_bytes INTEGER NOT NULL,
    width_px INTEGER NOT NULL,
    height_px INTEGER NOT NULL,
    body BLOB NOT NULL
);

-- Every address that was asked for, as `captions.image_url` of archive.db has it.
CREATE TABLE photo_addresses (
    url TEXT PRIMARY KEY,
    sha256 TEXT REFERENCES photos (sha256), -- NULL: not kept; `error` says why
    asked_at TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    error TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
CREATE INDEX photo_addresses_sha256 ON photo_addresses (sha256);

-- The articles that showed the photo of an address, also if they show another one by now.
CREATE TABLE photo_articles (
    article_id INTEGER NOT NULL,
    url TEXT NOT NULL REFERENCES photo_addresses (url) ON DELETE CASCADE,
    PRIMARY KEY (article_id, url)
) WITHOUT ROWID;
CREATE INDEX photo_articles_url ON photo_articles (url);
{IDENTITY}"""
