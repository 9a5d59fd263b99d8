"""The command that brings in older captures from a public web archive."""

import json
import math
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import click

from scraper.cli.root import COUNT, DAY, cli, config_option, json_option, start_of_day
from scraper.cli.signals import stop_on_signal
from scraper.config import Settings
from scraper.progress import counted

if TYPE_CHECKING:
    from scraper.recover.recovery import Recovered


@cli.command()
@config_option
@click.argument("service", type=click.Choice(["wayback"]))
@click.option("--from", "since", type=DAY, help="Only captures made from this day on.")
@click.option("--to", "until", type=DAY, help="Only captures made up to this day.")
@click.option("--limit", type=COUNT, help="Ask for at most N captures.")
@click.option("--dry-run", is_flag=True, help="Only read the index; say what would be asked for.")
@json_option
def recover(
    settings: Settings,
    service: str,
    since: datetime | None,
    until: datetime | None,
    limit: int | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """File older captures that a public web archive holds.

    The first is `wayback`, the Wayback Machine. Begin with --dry-run: it reads the index, and says
    how many captures add something to the archive, and how long asking for them takes.
    """
    from scraper.archive.files import open_archive
    from scraper.progress import watch
    from scraper.recover.recovery import Window
    from scraper.recover.recovery import recover as recover_captures

    if since and until and until < since:
        raise click.UsageError(f"--to {until:%Y-%m-%d} is before --from {since:%Y-%m-%d}")
    settings.require_contact()
    end = start_of_day(until)
    window = Window(start_of_day(since), end + timedelta(days=1) if end else None)
    with (
        stop_on_signal() as stop,
        open_archive(settings.archive.path, settings.site.site) as archive,
        watch("recover") as progress,
    ):
        done = recover_captures(
            archive, settings, window, progress, limit=limit, dry=dry_run, stop=stop
        )
    if as_json:
        click.echo(json.dumps(asdict(done) | {"by_year": done.by_year}, ensure_ascii=False))
    else:
        _say_recovered(done, settings.recover.delay_seconds)


def _say_recovered(done: "Recovered", delay_seconds: float) -> None:
    click.echo(
        f"{counted(done.requests, 'request')}: {counted(done.listed, 'capture')} listed,"
        f" {done.filed} filed ({counted(done.new_articles, 'new article')}), {done.failed} failed"
    )
    if done.remaining:
        minutes = math.ceil(done.remaining * delay_seconds / 60)
        long = f"{minutes} min" if minutes < 60 else f"{minutes / 60:.1f} hours"
        years = ", ".join(f"{count} of {year}" for year, count in sorted(done.by_year.items()))
        click.echo(f"{done.remaining} still to ask for, at least {long}: {years}")
    if done.detail:
        click.echo(f"({done.detail})")
