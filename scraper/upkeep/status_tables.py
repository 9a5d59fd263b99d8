"""`scraper status` to look at: tables on a terminal, lines elsewhere."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from scraper.upkeep.status import RunLine, Status

if TYPE_CHECKING:
    from rich.console import RenderableType


def lines(now: Status, alarms: list[str]) -> Iterator[str]:
    """The archive at a glance, for a pipe or a log."""
    yield from (f"ALARM: {alarm}" for alarm in alarms)
    for name, value in _facts(now):
        yield f"{name}: {value}"
    yield "frontier: " + (", ".join(f"{n} {s}" for s, n in now.frontier.items()) or "empty")
    for run in now.runs:
        counts = f"{run.requests} requests, {run.new_articles} new, {run.new_revisions} changed"
        said = f"{run.started_at} {run.command}: {run.outcome}, {counts}, {run.failed} failed"
        yield f"{said}; {run.detail}" if run.detail else said


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
    yield "texts", f"{now.revisions} revisions, {now.captions} captions"
    yield "templates", ", ".join(f"{n} {name}" for name, n in now.templates.items()) or "none"
    yield "files", f"archive.db {now.archive_mb} MB, snapshots.db {now.snapshots_mb} MB"
    yield "snapshots", f"{now.snapshots}{_page_cost(now)}"


def _page_cost(now: Status) -> str:
    if now.pages is None:
        return ""
    count = now.pages.dictionaries
    return (
        f"; the newest pages take {now.pages.page_bytes} bytes each: {now.pages.of_plain:.3f} of"
        f" what was served, {now.pages.of_gzip:.2f} of gzip; {count}"
        f" {'dictionary' if count == 1 else 'dictionaries'}"
    )


def _cells(run: RunLine) -> tuple[str, ...]:
    counts = (run.requests, run.new_articles, run.new_revisions, run.failed)
    started = run.started_at.replace("T", " ").removesuffix("Z")
    return (started, run.took, run.command, run.outcome, *map(str, counts), run.detail)
