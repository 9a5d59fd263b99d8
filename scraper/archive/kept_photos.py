"""photos.db: the photos that captions belong to, each stored once.

A caption names its photo by `image_url`. What is known of each such address is a row of
`photo_addresses`: the photo, or why there is none.
"""

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlite_utils import Database

from scraper.archive.files import Archive, write
from scraper.models import utc_text

MOST_ATTEMPTS = 4  # the first, and three more in later runs


@dataclass(frozen=True, slots=True)
class KeptPhoto:
    """A photo as it was sent, and what its first bytes say that it is."""

    media_type: str
    width_px: int
    height_px: int
    body: bytes

    @property
    def sha256(self) -> str:
        """Of its bytes, in hexadecimal digits."""
        return hashlib.sha256(self.body).hexdigest()


@dataclass(frozen=True, slots=True)
class PhotoFacts:
    """A photo without its bytes."""

    sha256: str
    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True)
class WantedPhoto:
    """An address that a caption names, and whose photo is not here."""

    url: str
    article_ids: tuple[int, ...]


@dataclass(slots=True)
class PhotoQueue:
    """What is still to ask for."""

    first: list[WantedPhoto] = field(default_factory=list)
    size: int = 0  # of the whole queue


@dataclass(frozen=True, slots=True)
class PhotoCounts:
    """What photos.db holds."""

    kept: int
    size_bytes: int
    failed: int  # addresses without a photo


def wanted(archive: Archive, is_allowed: Callable[[str], bool], most: int) -> PhotoQueue:
    """The photos to ask for: those never asked for first, and of these the newest articles'.

    First notes which articles show an address that was asked for before: they may share a photo.
    """
    queue = PhotoQueue()
    with _captions_attached(archive) as db:
        with write(db):
            db.execute(
                "INSERT OR IGNORE INTO photo_articles SELECT article_id, image_url"
                " FROM filed.captions WHERE image_url IN (SELECT url FROM photo_addresses)"
            )
        rows = db.execute(
            "SELECT image_url, json_group_array(DISTINCT article_id) FROM filed.captions"
            " LEFT JOIN photo_addresses ON url = image_url WHERE image_url <> ''"
            " AND (url IS NULL OR (sha256 IS NULL AND attempts < ?))"
            " GROUP BY image_url ORDER BY coalesce(max(attempts), 0), max(article_id) DESC",
            [MOST_ATTEMPTS],
        )
        for url, article_ids in rows:
            if is_allowed(url):
                queue.size += 1
                if len(queue.first) < most:
                    queue.first.append(WantedPhoto(url, tuple(json.loads(article_ids))))
    return queue


@contextmanager
def _captions_attached(archive: Archive) -> Iterator[Database]:
    """photos.db, with archive.db beside it as `filed`, for reading."""
    db = archive.photos
    assert db is not None  # opened with `keeps_photos`
    db.execute("ATTACH ? AS filed", [f"{archive.path.resolve().as_uri()}?mode=ro"])
    try:
        yield db
    finally:
        db.execute("DETACH filed")


def keep(db: Database, asked: WantedPhoto, photo: KeptPhoto, at: datetime) -> None:
    """Store the photo of an address; its bytes only if no other address brought them before."""
    with write(db):
        db.execute(
            "INSERT OR IGNORE INTO photos VALUES (?, ?, ?, ?, ?, ?)",
            [
                photo.sha256,
                photo.media_type,
                len(photo.body),
                photo.width_px,
                photo.height_px,
                photo.body,
            ],
        )
        _note(db, asked, at, photo.sha256, "")


def note_failure(db: Database, asked: WantedPhoto, error: str, at: datetime) -> int:
    """Note that an address gave no photo, and why; how often it was asked for by now."""
    with write(db):
        _note(db, asked, at, None, error)
        found = db.execute("SELECT attempts FROM photo_addresses WHERE url = ?", [asked.url])
        return int(found.fetchone()[0])


def _note(db: Database, asked: WantedPhoto, at: datetime, sha256: str | None, error: str) -> None:
    db.execute(
        "INSERT INTO photo_addresses VALUES (?, ?, ?, 1, ?) ON CONFLICT DO UPDATE SET"
        " sha256 = excluded.sha256, asked_at = excluded.asked_at, attempts = attempts + 1,"
        " error = excluded.error",
        [asked.url, sha256, utc_text(at), error],
    )
    db.conn.executemany(
        "INSERT OR IGNORE INTO photo_articles VALUES (?, ?)",
        [(article_id, asked.url) for article_id in asked.article_ids],
    )


def load(db: Database, sha256: str) -> KeptPhoto | None:
    """The photo with this hash; None if it is not here."""
    row = db.execute(
        "SELECT media_type, width_px, height_px, body FROM photos WHERE sha256 = ?", [sha256]
    ).fetchone()
    return KeptPhoto(*row) if row else None


def facts(db: Database, urls: Iterable[str]) -> dict[str, PhotoFacts]:
    """What a page needs to show the photos of these addresses: those that are kept."""
    rows = db.execute(
        "SELECT url, sha256, width_px, height_px FROM photo_addresses JOIN photos USING (sha256)"
        " WHERE url IN (SELECT value FROM json_each(?))",
        [json.dumps(list(urls))],
    )
    return {url: PhotoFacts(*row) for url, *row in rows.fetchall()}


def hashes(db: Database) -> list[str]:
    """The SHA-256 of each photo, in order."""
    return [sha256 for (sha256,) in db.execute("SELECT sha256 FROM photos ORDER BY sha256")]


def unnamed(db: Database) -> list[str]:
    """The SHA-256 of photos that no address of an article leads to: there should be none."""
    rows = db.execute(
        "SELECT sha256 FROM photos WHERE sha256 NOT IN (SELECT sha256 FROM photo_addresses"
        " JOIN photo_articles USING (url) WHERE sha256 IS NOT NULL) ORDER BY sha256"
    )
    return [sha256 for (sha256,) in rows]


def addresses(db: Database, article_id: int | None = None) -> list[tuple[str, str, str]]:
    """Address, SHA-256 and time of each photo that an article showed; None: any article."""
    where = "" if article_id is None else " AND article_id = ?"
    rows = db.execute(
        "SELECT DISTINCT url, sha256, asked_at FROM photo_addresses JOIN photo_articles USING (url)"
        f" WHERE sha256 IS NOT NULL{where} ORDER BY url",
        [] if article_id is None else [article_id],
    )
    return [(url, sha256, asked_at) for url, sha256, asked_at in rows]


def count(db: Database | None) -> PhotoCounts:
    """How much photos.db holds; `db` is None if there is no such file."""
    if db is None:
        return PhotoCounts(0, 0, 0)
    kept, size_bytes = db.execute(
        "SELECT count(*), coalesce(sum(size_bytes), 0) FROM photos"
    ).fetchone()
    failed = db.execute("SELECT count(*) FROM photo_addresses WHERE sha256 IS NULL").fetchone()[0]
    return PhotoCounts(kept, size_bytes, failed)


def remove(archive: Archive, article_id: int) -> None:
    """Remove the photos of an article for good, but for those that another article shows too.

    No trace stays in the file's free space. Raises sqlite3.OperationalError if another program
    reads the file, so that traces stay in its write-ahead log; can be repeated.
    """
    db = archive.photos
    if db is None:
        return
    urls = _urls_of(archive, db, article_id)
    shared = _shared(archive, db, article_id, urls)
    db.execute("PRAGMA secure_delete = ON")
    with write(db):
        db.execute("DELETE FROM photo_articles WHERE article_id = ?", [article_id])
        for url in urls - shared:
            found = db.execute("SELECT sha256 FROM photo_addresses WHERE url = ?", [url]).fetchone()
            db.execute("DELETE FROM photo_addresses WHERE url = ?", [url])
            db.execute(
                "DELETE FROM photos WHERE sha256 = ? AND NOT EXISTS"
                " (SELECT 1 FROM photo_addresses AS other WHERE other.sha256 = photos.sha256)",
                [found[0] if found else None],
            )
    if db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
        raise sqlite3.OperationalError("another program reads the photos")


def shows(db: Database, article_id: int) -> bool:
    """True if an address is noted that this article shows or showed."""
    found = db.execute("SELECT 1 FROM photo_articles WHERE article_id = ?", [article_id])
    return found.fetchone() is not None


def _urls_of(archive: Archive, db: Database, article_id: int) -> set[str]:
    """The addresses that an article shows or showed."""
    now = archive.db.execute("SELECT image_url FROM captions WHERE article_id = ?", [article_id])
    ever = db.execute("SELECT url FROM photo_articles WHERE article_id = ?", [article_id])
    return {url for (url,) in (*now, *ever) if url}


def _shared(archive: Archive, db: Database, article_id: int, urls: Iterable[str]) -> set[str]:
    """Those of `urls` that another article shows or showed."""
    parameters = [json.dumps(list(urls)), article_id]
    among = "IN (SELECT value FROM json_each(?)) AND article_id <> ?"
    now = archive.db.execute(f"SELECT image_url FROM captions WHERE image_url {among}", parameters)
    ever = db.execute(f"SELECT url FROM photo_articles WHERE url {among}", parameters)
    return {url for (url,) in (*now, *ever)}
