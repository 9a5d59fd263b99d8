"""Counts: what is in the archive, and how the last runs went."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from scraper.archive import frontier
from scraper.archive.files import Archive, snapshots_path
from scraper.archive.snapshots import PageCost, page_cost
from scraper.models import utc_time


@dataclass(frozen=True, slots=True)
class RunLine:
    """One of the last runs."""

    started_at: str
    finished_at: str | None
    command: str
    outcome: str
    detail: str
    requests: int
    new_articles: int
    new_revisions: int
    failed: int

    @property
    def took(self) -> str:
        """How long it ran, as "1:02:03"; "" where it never ended."""
        if self.finished_at is None:
            return ""
        return str(utc_time(self.finished_at) - utc_time(self.started_at))


@dataclass(frozen=True, slots=True)
class Status:
    """The archive at a glance."""

    articles: int
    captions: int
    revisions: int
    snapshots: int
    gone: int
    first_day: str | None  # Vietnam, of the oldest article
    last_day: str | None
    templates: dict[str, int]  # template -> articles
    frontier: dict[str, int]  # state -> addresses
    due: int  # addresses that a run begun now would ask for, lists aside
    archive_mb: float
    snapshots_mb: float
    pages: PageCost | None  # of the newest pages; None where there are none
    runs: tuple[RunLine, ...]  # the last ones, newest first


def status(archive: Archive, now: datetime, last_runs: int = 5) -> Status:
    """What the archive holds, and its last runs."""
    db = archive.db

    def one(sql: str) -> int:
        return int(db.execute(sql).fetchone()[0])

    first, last = db.execute("SELECT min(local_date), max(local_date) FROM articles").fetchone()
    runs = db.execute(
        "SELECT started_at, finished_at, command, outcome, detail, requests, new_articles,"
        " new_revisions, failed FROM runs ORDER BY id DESC LIMIT ?",
        [last_runs],
    )
    return Status(
        articles=one("SELECT count(*) FROM articles"),
        captions=one("SELECT count(*) FROM captions"),
        revisions=one("SELECT count(*) FROM revisions"),
        snapshots=int(archive.snapshots.execute("SELECT count(*) FROM snapshots").fetchone()[0]),
        gone=one("SELECT count(*) FROM articles WHERE gone_at IS NOT NULL"),
        first_day=first,
        last_day=last,
        templates=dict(db.execute("SELECT template, count(*) FROM articles GROUP BY 1").fetchall()),
        frontier=dict(db.execute("SELECT state, count(*) FROM frontier GROUP BY 1").fetchall()),
        due=frontier.count_due(db, now, None),
        archive_mb=_megabytes(archive.path),
        snapshots_mb=_megabytes(snapshots_path(archive.path)),
        pages=page_cost(archive.snapshots),
        runs=tuple(RunLine(*row) for row in runs),
    )


def _megabytes(path: Path) -> float:
    return round(path.stat().st_size / 1_000_000, 1)
