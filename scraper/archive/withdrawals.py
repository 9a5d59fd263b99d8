"""Taking an article out for good, if the law asks for it.

The tombstone in snapshots.db is written first, as the intent. Everything else follows from it and
can be repeated: the article's photos go, its rows, then its pages, then every trace in the free
space of the files. What a kill or a full disk interrupts, the next command that writes finishes;
until then those that only read name it or refuse.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from sqlite_utils import Database

from scraper.archive import frontier, kept_photos, snapshots, tombstones
from scraper.archive.articles import remove_article
from scraper.archive.files import Archive, write
from scraper.archive.tombstones import Tombstone
from scraper.errors import ArchiveError, UnknownArticle
from scraper.models import utc_text


def withdraw(archive: Archive, article_id: int, reason: str, at: datetime) -> int:
    """Remove an article's text and pages everywhere; how many snapshots lost their page.

    No trace stays in the free space of the files. Raises UnknownArticle if the archive has never
    heard of the article, ArchiveError if the work could not be finished (the disk is full, another
    program reads the files): then `carry_out` finishes it later.
    """
    is_known = _addresses(archive, article_id)
    if not is_known and tombstones.find(archive.snapshots, article_id) is None:
        raise UnknownArticle(f"article {article_id}: not in this archive")
    try:
        with write(archive.snapshots):
            tombstones.put(archive.snapshots, Tombstone(article_id, utc_text(at), reason))
    except sqlite3.OperationalError as e:
        raise ArchiveError(f"article {article_id}: not withdrawn, nothing was changed: {e}") from e
    carry_out(archive)
    return snapshots.count_withdrawn(archive.snapshots, article_id)


def carry_out(archive: Archive) -> None:
    """Bring all files to what the tombstones say, and erase what traces are left.

    Raises ArchiveError if that cannot be finished now.
    """
    numbers = unfinished(archive)
    if not numbers:
        return
    with _interruption_named(archive, numbers):
        for number in numbers:
            kept_photos.remove(archive, number)  # first: the captions name them
        _exchange_tombstones(archive)
        for number in tombstones.not_erased(archive.snapshots):
            with write(archive.snapshots):
                snapshots.blank(archive.snapshots, number, _addresses(archive, number))
        for db in (archive.db, archive.snapshots):
            if tombstones.not_erased(db):
                _erase_free_space(archive, db)


def unfinished(archive: Archive) -> list[int]:
    """The articles whose withdrawal was interrupted, or that a restored file still holds."""
    ours, theirs = (set(tombstones.every(db)) for db in (archive.db, archive.snapshots))
    withdrawn = {tombstone.article_id for tombstone in ours | theirs}
    photos = archive.photos
    return sorted(
        {tombstone.article_id for tombstone in ours ^ theirs}
        | {
            number
            for number in withdrawn
            if photos is not None and kept_photos.shows(photos, number)
        }
        | tombstones.not_erased(archive.db)
        | tombstones.not_erased(archive.snapshots)
    )


def require_finished(archive: Archive) -> None:
    """Raise ArchiveError if a withdrawal is unfinished: nothing may be copied on."""
    for number in unfinished(archive):
        raise ArchiveError(f"article {number}: {tombstones.interruption(number)}")


@contextmanager
def _interruption_named(archive: Archive, numbers: list[int]) -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as e:  # a full disk, a reader that does not end
        named = ", ".join(map(str, numbers))
        raise ArchiveError(
            f"{archive.path}: the withdrawal of article {named} is not finished: {e}; traces of it"
            " are left in the files: free disk space, close what reads the archive, and repeat the"
            " command"
        ) from e


def _exchange_tombstones(archive: Archive) -> None:
    """Let each file have the tombstones of the other; the rows of the articles go."""
    for tombstone in tombstones.every(archive.db):
        if tombstones.find(archive.snapshots, tombstone.article_id) is None:
            with write(archive.snapshots):  # an older snapshots.db was put back
                tombstones.put(archive.snapshots, tombstone)
    for tombstone in tombstones.every(archive.snapshots):
        if tombstones.find(archive.db, tombstone.article_id) != tombstone:
            with write(archive.db):
                _remove(archive, tombstone)


def _remove(archive: Archive, tombstone: Tombstone) -> None:
    db, number = archive.db, tombstone.article_id
    urls = _addresses(archive, number)
    remove_article(db, number)
    for table in ("captures", "addresses"):
        db.execute(f"DELETE FROM {table} WHERE article_id = ?", [number])
    for url in urls:
        frontier.forbid(db, url, number, str(tombstone), tombstone.withdrawn_at)
    tombstones.put(db, tombstone)


def _addresses(archive: Archive, article_id: int) -> set[str]:
    """Every address under which either file knows an article."""
    rows = archive.db.execute(
        "SELECT url FROM frontier WHERE article_id = ? UNION"
        " SELECT url FROM addresses WHERE article_id = ?",
        [article_id, article_id],
    )
    return {url for (url,) in rows} | snapshots.addresses(archive.snapshots, article_id)


def _erase_free_space(archive: Archive, db: Database) -> None:
    """Make a file anew without free pages, and empty its write-ahead log."""
    if db is archive.db:  # the index keeps the words of a deleted entry until segments are merged
        db.execute("INSERT INTO articles_fts (articles_fts) VALUES ('optimize')")
    db.execute("VACUUM")
    if db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
        raise sqlite3.OperationalError("another program reads the archive")
    with write(db):
        tombstones.mark_erased(db, datetime.now(UTC))
