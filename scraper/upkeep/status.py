"""What is in the archive and how the last runs went: lines, or tables on a terminal."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from scraper.archive import frontier, kept_photos
from scraper.archive.coverage import Coverage, coverage
from scraper.archive.files import Archive, snapshots_path
from scraper.models import utc_time
from scraper.progress import counted

if TYPE_CHECKING:
    from rich.console import RenderableType


LACKING_MONTHS = 6  # shown on one line
_LAST_RUNS = 5


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
        """How long it ran, as "1:02:03"; "" if it never ended."""
        if self.finished_at is None:
            return ""
        return str(utc_time(self.finished_at) - utc_time(self.started_at))


@dataclass(frozen=True, slots=True)
class Status:
    """The archive at a glance."""

    coverage: Coverage
    captions: int
    revisions: int
    snapshots: int
    gone: int
    first_day: str | None  # Vietnam, of the oldest article
    last_day: str | None
    templates: dict[str, int]  # template -> articles
    frontier: dict[str, int]  # state -> addresses
    due: int  # addresses that a run started now would ask for, lists aside
    archive_mb: float
    snapshots_mb: float
    photos: int
    photos_failed: int  # addresses of photos that gave none
    photos_mb: float
    runs: tuple[RunLine, ...]  # the last ones, newest first

    @property
    def articles(self) -> int:
        """Articles archived."""
        return self.coverage.archived


def status(archive: Archive, now: datetime) -> Status:
    """What the archive holds, and its last runs."""
    db = archive.db

    def one(sql: str) -> int:
        return int(db.execute(sql).fetchone()[0])

    photos = kept_photos.count(archive.photos)
    first, last = db.execute("SELECT min(local_date), max(local_date) FROM articles").fetchone()
    runs = db.execute(
        "SELECT started_at, finished_at, command, outcome, detail, requests, new_articles,"
        " new_revisions, failed FROM runs ORDER BY id DESC LIMIT ?",
        [_LAST_RUNS],
    )
    return Status(
        coverage=coverage(db),
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
        photos=photos.kept,
        photos_failed=photos.failed,
        photos_mb=round(photos.size_bytes / 1_000_000, 1),
        runs=tuple(RunLine(*row) for row in runs),
    )


def lines(now: Status, alarms: list[str]) -> Iterator[str]:
    """The archive at a glance, for a pipe or a log."""
    yield from (f"ALARM: {alarm}" for alarm in alarms)
    for name, value in _facts(now):
        yield f"{name}: {value}"
    yield "frontier: " + (", ".join(f"{n} {s}" for s, n in now.frontier.items()) or "empty")
    for run in now.runs:
        requests = counted(run.requests, "request")
        counts = f"{requests}, {run.new_articles} new, {run.new_revisions} changed"
        line = f"{run.started_at} {run.command}: {run.outcome}, {counts}, {run.failed} failed"
        yield f"{line}; {run.detail}" if run.detail else line


def tables(now: Status, alarms: list[str]) -> Iterator["RenderableType"]:
    """The same for a terminal."""
    from rich.table import Table
    from rich.text import Text

    yield from (Text(f"ALARM: {alarm}", "bold red") for alarm in alarms)
    if not alarms:
        yield Text("no limit of [check] is passed", "green")
    facts = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for name, value in _facts(now):
        facts.add_row(Text(name, "bold"), value)
    yield facts
    frontier = Table(
        "addresses", "of them due", *now.frontier, title="frontier", title_justify="left"
    )
    for column in frontier.columns:
        column.justify = "right"
    frontier.add_row(*map(str, (sum(now.frontier.values()), now.due, *now.frontier.values())))
    yield frontier
    runs = Table(title="last runs", title_justify="left")
    for heading in ("started (UTC)", "took", "command", "outcome"):
        runs.add_column(heading, no_wrap=True)
    for heading in ("requests", "new", "changed", "failed"):
        runs.add_column(heading, justify="right")
    runs.add_column("why it ended")
    for run in now.runs:
        runs.add_row(*_cells(run), style="red" if run.outcome in ("failed", "killed") else "")
    yield runs


def _facts(now: Status) -> Iterator[tuple[str, str]]:
    days = f" ({now.first_day} to {now.last_day})" if now.articles else ""
    yield "articles", f"{now.articles}{days}, {now.gone} gone from the site"
    yield "known", _known(now.coverage)
    yield "texts", f"{counted(now.revisions, 'revision')}, {counted(now.captions, 'caption')}"
    yield "templates", ", ".join(f"{n} {name}" for name, n in now.templates.items()) or "none"
    yield "files", f"archive.db {now.archive_mb} MB, snapshots.db {now.snapshots_mb} MB"
    yield "snapshots", str(now.snapshots)
    if now.photos or now.photos_failed:
        yield "photos", f"{now.photos}, {now.photos_mb} MB; {now.photos_failed} failed"


def _known(held: Coverage) -> str:
    """The coverage in words, with the months that lack most."""
    if not held.waiting:
        return f"{counted(held.known, 'article')}, all archived"
    lacking = sorted(held.waiting_months.items(), key=lambda month: -month[1])[:LACKING_MONTHS]
    months = ", ".join(f"{month}: {count}" for month, count in sorted(lacking))
    line = f"{counted(held.known, 'article')}, {held.waiting} of them still to be fetched"
    return f"{line} ({months})" if months else line


def _cells(run: RunLine) -> tuple[str, ...]:
    counts = (run.requests, run.new_articles, run.new_revisions, run.failed)
    started = run.started_at.replace("T", " ").removesuffix("Z")
    return (started, run.took, run.command, run.outcome, *map(str, counts), run.detail)


def _megabytes(path: Path) -> float:
    """With what a running command has written so far, which SQLite keeps in a file beside it."""
    files = (path, path.with_name(f"{path.name}-wal"))
    return round(sum(file.stat().st_size for file in files if file.exists()) / 1_000_000, 1)
