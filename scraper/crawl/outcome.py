"""What one run did, in a line for people and in a row for programs."""

from dataclasses import asdict, dataclass, field

from scraper.archive.runs import Run
from scraper.models import utc_text
from scraper.photos.collect import Collected
from scraper.progress import OTHER_PAGE, counted


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """What one run did."""

    run: Run
    remaining: int  # addresses still due when it ended
    due: tuple[str, ...] = ()  # dry run: the addresses that would be asked for, in order
    missing: int = 0  # pages answered 404 or 410
    redirects: int = 0
    cut_short: int = 0  # pages filed, but marked as cut short
    refused: int = 0  # pages refused, of those that failed
    photos: Collected = field(default_factory=Collected)


def summary(outcome: RunOutcome) -> str:
    """One line on what a run did."""
    run = outcome.run
    if run.fetched or outcome.remaining or run.outcome == "stopped":
        line = (
            f"{run.found} found, {run.fetched} fetched: {run.new_articles} new,"
            f" {run.new_revisions} changed, {run.unchanged} unchanged,"
            f" {outcome.missing} missing, {counted(outcome.redirects, 'redirect')},"
            f" {counted(run.not_articles, *OTHER_PAGE)}; {outcome.remaining} still due"
        )
    else:
        line = f"nothing new: {counted(run.requests, 'request')}"
        line += ", for lists only" if run.outcome == "done" else ""
    if outcome.cut_short:
        line += f"; {outcome.cut_short} cut short"
    if run.failed:
        refused = f" ({outcome.refused} refused)" if outcome.refused else ""
        line += f"; {run.failed} failed{refused}, see `scraper failures`"
    if photos := str(outcome.photos):
        line += f"; {photos}"
    return f"{line} ({run.detail})" if run.detail else line


def summary_row(outcome: RunOutcome) -> dict[str, object]:
    """The same, for programs."""
    run = asdict(outcome.run)
    run["started_at"] = utc_text(outcome.run.started_at)
    return {
        **run,
        "missing": outcome.missing,
        "redirects": outcome.redirects,
        "cut_short": outcome.cut_short,
        "refused": outcome.refused,
        "photos": asdict(outcome.photos),
        "remaining": outcome.remaining,
        "due": list(outcome.due),
    }
