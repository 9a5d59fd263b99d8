"""`withdrawals`, in both files: articles that had to be taken out, and why.

snapshots.db has the table too, so that a new archive.db made from it stays without them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from scraper.errors import ArchiveError
from scraper.models import utc_text
from scraper.times import vietnam_day


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What is left of an article that was withdrawn."""

    article_id: int
    withdrawn_at: str  # UTC
    reason: str

    def __str__(self) -> str:
        return f"withdrawn {vietnam_day(self.withdrawn_at)}: {self.reason}"


def find(db: Database, article_id: int | None) -> Tombstone | None:
    """The tombstone of an article; None if it was not withdrawn."""
    row = db.execute(_SELECT + " WHERE article_id = ?", [article_id]).fetchone()
    return Tombstone(*row) if row else None


def every(db: Database) -> Iterator[Tombstone]:
    """All tombstones."""
    return (Tombstone(*row) for row in db.execute(_SELECT + " ORDER BY article_id").fetchall())


def put(db: Database, tombstone: Tombstone) -> None:
    """Set up a tombstone, inside the caller's transaction; the file counts as not yet erased."""
    db.execute(
        "INSERT INTO withdrawals VALUES (?, ?, ?, NULL) ON CONFLICT DO UPDATE SET"
        " withdrawn_at = excluded.withdrawn_at, reason = excluded.reason, erased_at = NULL",
        [tombstone.article_id, tombstone.withdrawn_at, tombstone.reason],
    )


def not_erased(db: Database) -> set[int]:
    """The articles that are withdrawn and may have left traces in this file."""
    rows = db.execute("SELECT article_id FROM withdrawals WHERE erased_at IS NULL")
    return {article_id for (article_id,) in rows.fetchall()}


def mark_erased(db: Database, at: datetime) -> None:
    """Note that no trace is left in this file, inside the caller's transaction."""
    db.execute(
        "UPDATE withdrawals SET erased_at = ? WHERE erased_at IS NULL",
        [utc_text(at)],
    )


def require_hidden(db: Database, snapshots: Database) -> None:
    """Raise ArchiveError if archive.db shows an article that is withdrawn by snapshots.db."""
    hidden = set(every(db))
    for tombstone in every(snapshots):
        if tombstone not in hidden:
            number = tombstone.article_id
            raise ArchiveError(f"article {number}: {interruption(number)}")


def interruption(article_id: int) -> str:
    """What to say of an article whose withdrawal is not finished."""
    return (
        "its withdrawal was interrupted, and traces of its text are left: `scraper withdraw"
        f" {article_id} --reason ...` finishes it, and so does the next crawl, import or reread"
    )


_SELECT = "SELECT article_id, withdrawn_at, reason FROM withdrawals"
