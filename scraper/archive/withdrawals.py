"""Taking an article out for good, if the law asks for it.

First its pages go from snapshots.db, and a tombstone is set up there; everything in archive.db
follows from that, and is completed at the next start if a kill came between.
"""

from datetime import datetime

from sqlite_utils import Database

from scraper.archive import frontier, snapshots, tombstones
from scraper.archive.articles import remove_article
from scraper.archive.files import Archive, write
from scraper.archive.tombstones import Tombstone
from scraper.errors import ArchiveError, UnknownArticle
from scraper.models import utc_text


def withdraw(archive: Archive, article_id: int, reason: str, at: datetime) -> int:
    """Remove an article's text and pages everywhere; how many snapshots lost their page.

    Both files are packed afterwards, so that no trace stays in their free space. Raises
    UnknownArticle if the archive has never met the article, ArchiveError if another program has the
    files open, so that they cannot be packed.
    """
    urls = _addresses(archive.db, article_id)
    if not urls and tombstones.find(archive.snapshots, article_id) is None:
        raise UnknownArticle(f"article {article_id}: not in this archive")
    with write(archive.snapshots):
        tombstones.put(archive.snapshots, Tombstone(article_id, utc_text(at), reason))
        count = snapshots.blank(archive.snapshots, article_id, urls)
    carry_out(archive)
    archive.db.execute("INSERT INTO articles_fts (articles_fts) VALUES ('optimize')")
    for db in (archive.db, archive.snapshots):
        db.execute("VACUUM")
        if db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
            raise ArchiveError(
                f"article {article_id}: withdrawn, but another program reads the archive, and"
                " traces stay in its files: close that, and withdraw it again"
            )
    return count


def carry_out(archive: Archive) -> None:
    """Bring archive.db to what the tombstones in snapshots.db say."""
    for tombstone in tombstones.every(archive.snapshots):
        if tombstones.find(archive.db, tombstone.article_id) != tombstone:
            with write(archive.db):
                _remove(archive, tombstone)


def _remove(archive: Archive, tombstone: Tombstone) -> None:
    db, number = archive.db, tombstone.article_id
    remove_article(db, number)
    for table in ("captures", "addresses"):
        db.execute(f"DELETE FROM {table} WHERE article_id = ?", [number])
    for url in {*_addresses(db, number), *snapshots.blanked(archive.snapshots, number)}:
        frontier.forbid(db, url, number, str(tombstone), tombstone.withdrawn_at)
    tombstones.put(db, tombstone)


def _addresses(db: Database, article_id: int) -> list[str]:
    """Every address under which an article is known."""
    rows = db.execute(
        "SELECT url FROM frontier WHERE article_id = ? UNION"
        " SELECT url FROM addresses WHERE article_id = ?",
        [article_id, article_id],
    )
    return [url for (url,) in rows]
