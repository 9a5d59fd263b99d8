"""Prove that nothing in the archive is damaged, or say what is, and how to get it back.

Every page is unpacked and held against its hash, every article read again and held against its
rows, the search index against the texts, both files against SQLite's own rules.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from sqlite_utils import Database

from scraper.archive.articles import weather_in, weather_rows
from scraper.archive.files import Archive, one_moment
from scraper.archive.filing import is_filed
from scraper.archive.history import capture_of
from scraper.archive.index import check_index, is_complete
from scraper.archive.index_check import check_structure
from scraper.archive.revisions import history_matches
from scraper.archive.tombstones import interruption
from scraper.archive.withdrawals import unfinished
from scraper.photos.damages import photo_damages
from scraper.progress import Progress
from scraper.upkeep.read_again import Reread
from scraper.upkeep.reread import batches, changes_of
from scraper.urls import article_id

# What helps: `scraper reread` writes it again; `reread` makes a new archive.db once the damaged one
# is moved away; only a backup has it; or a withdrawal has to be finished.
Remedy = Literal["reread", "new archive.db", "backup", "withdraw"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be."""

    where: str  # "snapshot 5", "article 348925", "photo <sha256>", "archive.db" ...
    found: str
    remedy: Remedy

    def __str__(self) -> str:
        return f"{self.where}: {self.found}"


def verify(archive: Archive, progress: Progress, workers: int = 1) -> Iterator[Finding]:
    """Each damage, as it is found. May run beside a crawl."""
    with one_moment(archive):
        for name, db, remedy in (
            ("snapshots.db", archive.snapshots, _BACKUP),
            ("archive.db", archive.db, _NEW),
        ):
            yield from _readable(name, remedy, check_file(name, db, remedy))
        yield from _readable(
            "snapshots.db", _BACKUP, missing_captures(archive.db, archive.snapshots)
        )
        yield from _readable("archive.db", _NEW, _unfinished(archive))
        altered: set[str] = set()
        for check in (
            _pages(archive, progress, workers),
            _articles(archive.db),
            _counts(archive.db),
        ):
            for damage in _readable("archive.db", _NEW, check):
                altered.add(damage.where)
                yield damage
        progress.note("comparing the search index with the texts")
        for check in (_index_structure(archive.db), _index(archive.db, altered)):
            yield from _readable("archive.db", _NEW, check)
    if archive.photos is not None:
        progress.note("checking the photos")
        yield from _readable("photos.db", _BACKUP, check_photos(archive.photos, progress))


_BACKUP: Remedy = "backup"
_NEW: Remedy = "new archive.db"


def check_file(name: str, db: Database, remedy: Remedy = "backup") -> Iterator[Finding]:
    """What SQLite itself finds wrong with a file: pages, indexes, constraints, foreign keys."""
    for (found,) in db.execute("PRAGMA integrity_check(20)"):
        if found != "ok":
            yield Finding(name, " ".join(str(found).split()), remedy)
    for table, rowid, parent, _ in db.execute("PRAGMA foreign_key_check"):
        yield Finding(name, f"row {rowid} of {table} belongs to no row of {parent}", remedy)


def check_photos(db: Database, progress: Progress) -> Iterator[Finding]:
    """What is wrong with photos.db, and with each photo in it."""
    yield from check_file("photos.db", db)
    for where, found in photo_damages(db, progress):
        yield Finding(where, found, _BACKUP)


def _readable(name: str, remedy: Remedy, found: Iterator[Finding]) -> Iterator[Finding]:
    """`found`, and that SQLite could not read on, if so: the other checks go on."""
    try:
        yield from found
    except sqlite3.DatabaseError as e:
        yield Finding(name, f"cannot be read further: {e}", remedy)


def missing_captures(db: Database, snapshots: Database) -> Iterator[Finding]:
    """Captures that archive.db was made from and that snapshots.db does not hold."""
    held = {n for (n,) in snapshots.execute("SELECT id FROM snapshots")}
    filed = db.execute("SELECT snapshot_id, article_id FROM captures ORDER BY 1")
    for snapshot_id, number in filed:
        if snapshot_id not in held:
            found = f"not in snapshots.db, though article {number} was read from it"
            yield Finding(f"snapshot {snapshot_id}", found, "backup")


def _unfinished(archive: Archive) -> Iterator[Finding]:
    for number in unfinished(archive):
        yield Finding(f"article {number}", interruption(number), "withdraw")


def _pages(archive: Archive, progress: Progress, workers: int) -> Iterator[Finding]:
    """Every page against its hash, and the rows that were read from it against the page."""
    is_readable = True
    for batch in batches(archive, 0, None, workers, progress):
        for reread in batch:
            if reread.damage:
                where, what = reread.damage.split(": ", 1)
                yield Finding(where, what, "backup")
        if is_readable:  # else pages can still be held against their hashes
            found = list(_readable("archive.db", _NEW, _rows(archive.db, batch)))
            yield from found
            is_readable = all(damage.where != "archive.db" for damage in found)


def _rows(db: Database, batch: list[Reread]) -> Iterator[Finding]:
    for reread in batch:
        if is_filed(db, reread.snapshot_id):
            yield from _row(db, reread)


def _row(db: Database, reread: Reread) -> Iterator[Finding]:
    differ = [name for name, _ in changes_of(db, reread)]
    number = article_id(reread.snapshot.url) if reread.snapshot else None
    if reread.snapshot and reread.read and reread.read.article and number is not None:
        capture = capture_of(reread.snapshot_id, reread.snapshot, reread.read)
        if weather_rows(reread.read.article, capture) != weather_in(db, reread.snapshot_id):
            differ.append("weather")
    if differ:
        found = f"not what snapshot {reread.snapshot_id} says: {', '.join(differ)}"
        yield Finding(f"article {number}", found, "reread")


def _articles(db: Database) -> Iterator[Finding]:
    """Every article's revisions, counts and times against its captures."""
    numbers = db.execute(
        "SELECT id FROM articles UNION"
        " SELECT article_id FROM captures WHERE reading IN ('text', 'cut')"
    )
    for (number,) in numbers.fetchall():
        if not history_matches(db, number):
            yield Finding(f"article {number}", "not what follows from its captures", "reread")


def _counts(db: Database) -> Iterator[Finding]:
    """The figures of the first page against the articles."""
    counted = (
        "SELECT ifnull(substr(local_date, 1, 7), ''), section, template, count(*),"
        " sum(caption_count) FROM articles GROUP BY 1, 2, 3"
    )
    kept = "SELECT month, section, template, articles, captions FROM article_counts"
    differing = (
        f"SELECT * FROM ({counted} EXCEPT {kept}) UNION SELECT * FROM ({kept} EXCEPT {counted})"
    )
    if row := db.execute(f"{differing} ORDER BY 1 LIMIT 1").fetchone():
        yield Finding("archive.db", f"article_counts is not true of month {row[0]!r}", _NEW)


def _index_structure(db: Database) -> Iterator[Finding]:
    for found in check_structure(db):
        yield Finding("archive.db", f"the search index {found}", _NEW)


def _index(db: Database, altered: set[str]) -> Iterator[Finding]:
    """The search index against the texts; `altered` are articles that are to be read again."""
    is_kept_up = is_complete(db)
    for number, found in check_index(db):
        where = f"article {number}"
        yield Finding(where, found, _NEW if is_kept_up and where not in altered else "reread")
