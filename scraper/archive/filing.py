"""Stored snapshots -> rows: the one way from a capture to everything that follows from it.

crawl, add, import, reread and the repair after a kill all file through here. A snapshot is
stored (and committed) first; then `file_snapshot` writes article, captions, weather, revision
and frontier mark in one transaction, together with the mark that says how far filing has come.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from sqlite_utils import Database

from scraper.archive import frontier, snapshots, tombstones
from scraper.archive.articles import file_article, note_capture
from scraper.archive.files import Archive, write
from scraper.archive.frontier_updates import Context, says_absent, settle
from scraper.archive.history import capture_of, reading_of
from scraper.archive.runs import add_failure, read_mark, set_mark
from scraper.archive.withdrawals import carry_out
from scraper.errors import ArchiveError
from scraper.models import Snapshot, utc_text
from scraper.reading import SEEN, Read, Reading, read_snapshot
from scraper.urls import article_id

FilingKind = Literal["new", "changed"] | Reading
_FAILURES: dict[Reading, str] = {"unreadable": "extract", "refused": "refused"}  # kind by reading
FILED_MARK = "filed_snapshot"  # the highest snapshot id that has been filed


@dataclass(frozen=True, slots=True)
class Filing:
    """What came of one snapshot."""

    kind: FilingKind
    url: str
    detail: str = ""  # why, if it is no article
    title: str = ""
    target: str = ""  # where a redirect leads, if to an article of the site
    is_cut: bool = False  # filed, but the capture ends before the page did

    def __str__(self) -> str:
        """In one line: "new: Mùa lê chín"."""
        return ": ".join(filter(None, (self.kind, self.title or self.url, self.detail)))


def file_snapshot(
    archive: Archive, snapshot_id: int, snapshot: Snapshot, context: Context
) -> Filing:
    """Read one stored snapshot and file what it says, in one transaction."""
    read = read_snapshot(snapshot)
    with write(archive.db):
        return file_read(archive, snapshot_id, snapshot, read, context)


def file_unfiled(archive: Archive, context: Context) -> int:
    """File the snapshots that a killed run stored but did not file; how many there were.

    One that is damaged is a failure of its own, and stops no run.
    """
    carry_out(archive)
    count = 0
    for snapshot_id in snapshots.above(archive.snapshots, read_mark(archive.db, FILED_MARK)):
        try:
            snapshot = snapshots.load(archive.snapshots, snapshot_id)
        except ArchiveError as e:
            with write(archive.db):
                add_failure(archive.db, context.run_id, "", "archive", str(e), datetime.now(UTC))
                _mark_filed(archive.db, snapshot_id)
        else:
            file_snapshot(archive, snapshot_id, snapshot, context)
        count += 1
    return count


def is_filed(db: Database, snapshot_id: int) -> bool:
    """True if this stored snapshot has been filed: they are filed in the order of their ids."""
    return snapshot_id <= read_mark(db, FILED_MARK)


def file_read(
    archive: Archive, snapshot_id: int, snapshot: Snapshot, read: Read, context: Context
) -> Filing:
    """File what a stored snapshot was read as, inside the caller's transaction.

    The body of `snapshot` is not looked at.
    """
    db, number = archive.db, article_id(snapshot.url)
    if tombstone := tombstones.find(db, number):
        frontier.forbid(
            db, snapshot.url, tombstone.article_id, str(tombstone), utc_text(snapshot.captured_at)
        )
        _mark_filed(db, snapshot_id)
        return Filing("not_article", snapshot.url, str(tombstone))
    is_again = _has_reading(db, snapshot_id, number, read)
    if read.reading in SEEN:
        _add_address(archive, snapshot)
    absent_from = snapshot.url if says_absent(snapshot, read, context) else ""
    capture = capture_of(snapshot_id, snapshot, read, absent_from)
    filed = None
    if read.article is not None:
        filed = file_article(db, read.article, capture)
    elif number is not None and (other := note_capture(db, capture)):
        _show_again(archive, other, context)
    source = "crawl" if snapshot.origin == "crawl" else "import"
    state = frontier.meet(db, snapshot.url, source, snapshot.captured_at)
    if is_again and state != "new":
        detail, target = read.detail, ""  # the frontier may know something newer
    else:
        detail, target = settle(archive, snapshot, read, context, state)
        if kind := _FAILURES.get(read.reading):
            add_failure(db, context.run_id, snapshot.url, kind, detail, snapshot.captured_at)
    _mark_filed(db, snapshot_id)
    if filed is None or read.article is None:
        return Filing(read.reading, snapshot.url, detail, target=target)
    known: FilingKind = "changed" if filed.new_revision else "unchanged"
    kind = "new" if filed.new_article else known
    return Filing(kind, snapshot.url, title=read.article.title, is_cut=read.reading == "cut")


def _has_reading(db: Database, snapshot_id: int, number: int | None, read: Read) -> bool:
    """True if a snapshot was filed before, and read as it is now."""
    if number is None:
        return is_filed(db, snapshot_id)  # no article's address: no line in captures either
    return reading_of(db, snapshot_id)[0] == read.reading


def _mark_filed(db: Database, snapshot_id: int) -> None:
    set_mark(db, FILED_MARK, max(snapshot_id, read_mark(db, FILED_MARK)))


def _show_again(archive: Archive, snapshot_id: int, context: Context) -> None:
    """Have an article shown as an earlier capture shows it."""
    try:
        snapshot = snapshots.load(archive.snapshots, snapshot_id)
    except ArchiveError:
        return  # damaged: what the tables show is all that is left of the article
    file_read(archive, snapshot_id, snapshot, read_snapshot(snapshot), context)


def _add_address(archive: Archive, snapshot: Snapshot) -> None:
    archive.db.execute(
        "INSERT INTO addresses VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET"
        " first_seen_at = excluded.first_seen_at WHERE excluded.first_seen_at < first_seen_at",
        [snapshot.url, article_id(snapshot.url), utc_text(snapshot.captured_at)],
    )
