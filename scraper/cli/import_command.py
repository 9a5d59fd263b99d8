"""The command that files captures made elsewhere."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from scraper.cli.root import cli, config_option, json_option
from scraper.cli.signals import stop_on_signal
from scraper.config import Settings
from scraper.times import VIETNAM

_FIRST_PAGES = 1990  # there is no page from before the web


class _CaptureTime(click.DateTime):
    """A time with its zone, or a day, which begins at 00:00 in Vietnam."""

    def __init__(self) -> None:
        super().__init__(["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d"])

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        at: datetime = super().convert(value, param, ctx)
        if not _FIRST_PAGES <= at.year <= datetime.now(UTC).year:
            self.fail(f"{value}: no page was captured then", param, ctx)
        return at if at.tzinfo else at.replace(tzinfo=VIETNAM)


@cli.command("import")
@config_option
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--url", help="The address of saved pages that do not name an article themselves.")
@click.option(
    "--captured-at",
    type=_CaptureTime(),
    help="When saved pages were captured: a time like 2022-12-03T08:38:00Z, or a day in Vietnam."
    " Default: what they say.",
)
@json_option
def import_(
    settings: Settings,
    paths: tuple[Path, ...],
    url: str | None,
    captured_at: datetime | None,
    as_json: bool,
) -> None:
    """File captures made elsewhere: WARC, WACZ, WET, saved pages.

    PATH is a file, a folder or a pattern. WARC records keep their own address and time; parts are
    what `scraper bulk` makes of them.
    """
    from scraper.archive.files import open_archive
    from scraper.archive.frontier_updates import Context
    from scraper.importing import Wanted, import_files
    from scraper.importing.sources import files_in
    from scraper.importing.tally import as_json as tally_json
    from scraper.importing.tally import summary
    from scraper.progress import watch

    context = Context(settings.site.site, settings.crawl.revisit_days)
    files = files_in(paths)
    with (
        stop_on_signal() as stop,
        open_archive(settings.archive.path, settings.site.site) as archive,
        watch("import") as progress,
    ):
        done = import_files(archive, files, Wanted(url, captured_at), context, progress, stop)
    for line in done.first_faults():
        click.echo(line, err=True)
    if as_json:
        click.echo(json.dumps(tally_json(done), ensure_ascii=False))
    if done.records or not done.unreadable:
        click.echo(summary(done), err=as_json)
    if done.unreadable:
        sys.exit(1)
