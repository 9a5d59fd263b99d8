"""Commands that set up and run the crawl."""

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scraper.cli.root import COUNT, DAY, cli, config_option, json_option, start_of_day
from scraper.cli.signals import stop_on_signal
from scraper.config import Settings
from scraper.errors import ConfigError
from scraper.progress import Event, LogFormat, json_line, watch

if TYPE_CHECKING:
    from scraper.crawl.outcome import RunOutcome


@cli.command()
@click.argument(
    "path", type=click.Path(path_type=Path, dir_okay=False), default=Path("config.toml")
)
@click.option("--contact", help="Your e-mail or web address; asked for if not given.")
def init(path: Path, contact: str | None) -> None:
    """Write a commented config.toml for baolaocai.vn."""
    from scraper.config import init_settings

    if path.exists():
        raise ConfigError(f"{path}: is there already; edit it, or name another file")
    init_settings(path, _asked_contact(path) if contact is None else contact)
    click.echo(f"{path}: written. Next: scraper probe, then scraper crawl")


def _asked_contact(path: Path) -> str:
    try:
        asked: str = click.prompt(
            "Your e-mail or web address, sent to the newspaper with every request", err=True
        )
    except click.Abort as e:  # Ctrl-C, or the input has ended
        click.echo(err=True)
        raise ConfigError(f"{path}: not written, for it needs a contact: give --contact") from e
    return asked


@cli.command()
@config_option
@click.option("--limit", type=COUNT, help="Ask for at most N article pages.")
@click.option("--max-minutes", type=click.FloatRange(min=0.1), help="End after M minutes.")
@click.option("--since", type=DAY, help="Leave out what the lists date before DATE.")
@click.option("--full", is_flag=True, help="Walk every sitemap, back to the first.")
@click.option("--dry-run", is_flag=True, help="Read the lists, ask for no article.")
@click.option(
    "--log-format", type=click.Choice(["text", "json"]), default="text", help="How to log."
)
@json_option
def crawl(
    settings: Settings,
    limit: int | None,
    max_minutes: float | None,
    since: datetime | None,
    full: bool,
    dry_run: bool,
    log_format: LogFormat,
    as_json: bool,
) -> None:
    """Fetch what is new or due and file it: one polite run."""
    from scraper.archive.files import open_archive
    from scraper.crawl.outcome import RunOutcome
    from scraper.crawl.run import Plan, crawl_site

    settings.require_contact()
    plan = Plan(
        pages=limit or settings.crawl.max_pages,
        minutes=max_minutes or settings.crawl.max_minutes,
        since=start_of_day(since),
        full=full,
        dry=dry_run,
    )
    with (
        stop_on_signal() as stop,
        open_archive(
            settings.archive.path, settings.site.site, keeps_photos=settings.photos.is_on
        ) as archive,
        watch("crawl", log_format=log_format) as progress,
    ):
        outcomes: list[RunOutcome] = []
        try:
            crawl_site(archive, settings, plan, progress, stop, outcomes.append)
        finally:
            for outcome in outcomes:
                _say_outcome(outcome, as_json, log_format)


def _say_outcome(outcome: "RunOutcome", as_json: bool, log_format: LogFormat) -> None:
    from scraper.crawl.outcome import summary, summary_row

    row, line = summary_row(outcome), summary(outcome)
    if as_json:
        click.echo(json.dumps(row, ensure_ascii=False))
    if log_format == "json":
        if not as_json:
            click.echo(json_line(Event("summary", line), sys.stdout, row))
        return
    for url in () if as_json else outcome.due:
        click.echo(url)
    click.echo(line, err=as_json)


@cli.command()
@config_option
@click.argument("urls", nargs=-1, required=True)
def add(settings: Settings, urls: tuple[str, ...]) -> None:
    """Capture these articles now."""
    from scraper.archive.files import open_archive
    from scraper.crawl.capture import add_urls

    settings.require_contact()
    with (
        stop_on_signal() as stop,
        open_archive(settings.archive.path, settings.site.site) as archive,
        watch("add", quiet=True) as progress,
    ):
        run, filings = add_urls(archive, settings, urls, progress, stop)
    for filing in filings:
        click.echo(filing)
    if run.failed:
        click.echo(f"{run.failed} failed: see `scraper failures`", err=True)


@cli.command()
@config_option
@click.option(
    "--bundle",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where to write the captured pages (ZIP). Default: probe-HOST.zip beside the archive.",
)
@json_option
def probe(settings: Settings, bundle: Path | None, as_json: bool) -> None:
    """First contact: at most 8 requests, and a report of what was found."""
    from scraper.archive.files import open_archive
    from scraper.probe import probe_site, report
    from scraper.probe.bundle import require_place, write_bundle

    settings.require_contact()
    host = settings.site.site.host.replace(":", "-")
    path = bundle or settings.archive.path.with_name(f"probe-{host}.zip")
    require_place(path)
    with (
        stop_on_signal() as stop,
        open_archive(settings.archive.path, settings.site.site) as archive,
        watch("probe") as progress,
    ):
        seen = probe_site(archive, settings, progress, stop)
    if as_json:
        shown = {**report.as_json(seen), "bundle": str(path)}
        click.echo(json.dumps(shown, ensure_ascii=False, indent=2))
    else:
        click.echo(report.text(seen))
    write_bundle(path, seen, settings.site.contact)
    if not as_json:
        click.echo(f"\nThe captured pages, without cookies and addresses, are in {path}")
