"""`withdrawals`, in both files: articles that had to be taken out, and why.

snapshots.db has it so that a new archive.db made from it stays without them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlite_utils import Database


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What is left of an article that was withdrawn."""

    article_id: int
    withdrawn_at: str  # UTC
    reason: str

    def __str__(self) -> str:
        return f"withdrawn {self.withdrawn_at[:10]}: {self.reason}"


def find(db: Database, article_id: int | None) -> Tombstone | None:
    """The tombstone of an article; None if it was not withdrawn."""
    row = db.execute(_SELECT + " WHERE article_id = ?", [article_id]).fetchone()
    return Tombstone(*row) if row else None


def every(db: Database) -> Iterator[Tombstone]:
    """All tombstones."""
    return (Tombstone(*row) for row in db.execute(_SELECT + " ORDER BY article_id").fetchall())


def put(db: Database, tombstone: Tombstone) -> None:
    """Set up a tombstone, inside the caller's transaction."""
    db.execute(
        "INSERT INTO withdrawals VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET"
        " withdrawn_at = excluded.withdrawn_at, reason = excluded.reason",
        [tombstone.article_id, tombstone.withdrawn_at, tombstone.reason],
    )


_SELECT = "SELECT article_id, withdrawn_at, reason FROM withdrawals"
