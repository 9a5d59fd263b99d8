"""Commands that ask the newspaper, or say how asking it goes."""

import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from scraper.cli.root import (
    COUNT,
    DAY,
    cli,
    config_option,
    json_option,
    stop_on_signal,
    vietnam_day,
)
from scraper.config import Settings


@cli.command()
@config_option
@click.option("--limit", type=COUNT, help="Ask for at most N article pages.")
@click.option("--max-minutes", type=click.FloatRange(min=0.1), help="End after M minutes.")
@click.option("--since", type=DAY, help="Leave out what the lists date before DATE.")
@click.option("--full", is_flag=True, help="Walk every sitemap, back to the first.")
@click.option("--dry-run", is_flag=True, help="Read the lists, ask for no article.")
@click.option("--log-format", type=click.Choice(["text", "json"]), default="text")
@json_option
def crawl(
    settings: Settings,
    limit: int | None,
    max_minutes: float | None,
    since: datetime | None,
    full: bool,
    dry_run: bool,
    log_format: Any,
    as_json: bool,
) -> None:
    """Find out what is new, fetch what is due, file it in the archive."""
    from scraper.archive.files import open_archive
    from scraper.crawl.run import Plan, crawl_site
    from scraper.progress import watch

    settings.require_contact()
    plan = Plan(
        pages=limit or settings.crawl.max_pages,
        minutes=max_minutes or settings.crawl.max_minutes,
        since=vietnam_day(since),
        full=full,
        dry=dry_run,
    )
    with (
        stop_on_signal() as stop,
        open_archive(settings.archive.path) as archive,
        watch("crawl", log_format=log_format) as progress,
    ):
        outcome = crawl_site(archive, settings, plan, progress, stop)
    for url in () if as_json else outcome.due:
        click.echo(url)
    _say_outcome(outcome, as_json)


def _say_outcome(outcome: Any, as_json: bool) -> None:
    from scraper.crawl.run import summary, summary_row

    if as_json:
        click.echo(json.dumps(summary_row(outcome), ensure_ascii=False))
    click.echo(summary(outcome), err=as_json)


@cli.command()
@config_option
@click.argument("urls", nargs=-1, required=True)
def add(settings: Settings, urls: tuple[str, ...]) -> None:
    """Capture these articles now."""
    from scraper.archive.files import open_archive
    from scraper.crawl.run import add_urls
    from scraper.progress import watch

    settings.require_contact()
    with (
        stop_on_signal() as stop,
        open_archive(settings.archive.path) as archive,
        watch("add", quiet=True) as progress,
    ):
        run, filings = add_urls(archive, settings, urls, progress, stop)
    for filing in filings:
        click.echo(f"{filing.kind}: {filing.title or filing.url} {filing.detail}".rstrip())
    if run.failed:
        click.echo(f"{run.failed} failed; see the table failures", err=True)


@cli.command()
@config_option
@click.option(
    "--bundle",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where to write the captured pages (ZIP). Default: probe-HOST.zip beside the archive.",
)
@json_option
def probe(settings: Settings, bundle: Path | None, as_json: bool) -> None:
    """First contact: ask 8 times at most, and say which of our assumptions hold."""
    from scraper.archive.files import open_archive
    from scraper.probe import probe_site, report
    from scraper.probe.bundle import require_place, write_bundle
    from scraper.progress import watch

    settings.require_contact()
    host = settings.site.site.host.replace(":", "-")
    path = bundle or settings.archive.path.with_name(f"probe-{host}.zip")
    require_place(path)
    with (
        stop_on_signal() as stop,
        open_archive(settings.archive.path) as archive,
        watch("probe") as progress,
    ):
        seen = probe_site(archive, settings, progress, stop)
    if as_json:
        said = {**report.as_json(seen), "bundle": str(path)}
        click.echo(json.dumps(said, ensure_ascii=False, indent=2))
    else:
        click.echo(report.text(seen))
    write_bundle(path, seen, settings.site.contact)
    if not as_json:
        click.echo(f"\nThe captured pages, without cookies and addresses, are in {path}")


@cli.command()
@config_option
@json_option
def status(settings: Settings, as_json: bool) -> None:
    """What is in the archive, how the last runs went, and which limits of [check] are passed."""
    from scraper.archive.files import open_reader
    from scraper.upkeep import status_tables
    from scraper.upkeep.check import alarms
    from scraper.upkeep.status import status as read_status

    now = datetime.now(UTC)
    with open_reader(settings.archive.path) as archive:
        found, raised = read_status(archive, now), alarms(archive, settings.check, now)
    if as_json:
        click.echo(json.dumps({**asdict(found), "alarms": raised}, ensure_ascii=False))
    elif sys.stdout.isatty():
        from rich.console import Console

        Console(markup=False, emoji=False).print(*status_tables.tables(found, raised), sep="\n")
    else:
        for line in status_tables.lines(found, raised):
            click.echo(line)


@cli.command()
@config_option
@json_option
def check(settings: Settings, as_json: bool) -> None:
    """Raise the alarm (exit 5) where a limit of [check] is passed: for cron."""
    from scraper.upkeep.check import check as find_alarms

    found = find_alarms(settings.archive.path, settings.check, datetime.now(UTC))
    if as_json:
        click.echo(json.dumps({"alarms": found}, ensure_ascii=False))
    for line in found:
        click.echo(line, err=as_json)
    if found:
        sys.exit(5)
    if not as_json:
        click.echo("all is well")
