"""Commands that look after what is archived."""

from datetime import UTC, datetime
from pathlib import Path

import click

from scraper.cli.root import cli, config_option
from scraper.config import Settings


@cli.command("import")
@config_option
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--url", required=True, help="The address the page was captured from.")
@click.option(
    "--captured-at",
    type=click.DateTime(["%Y-%m-%dT%H:%M:%SZ"]),
    help="When it was captured, UTC; else the page clock, else the file's time.",
)
def import_(
    settings: Settings, paths: tuple[Path, ...], url: str, captured_at: datetime | None
) -> None:
    """File saved pages: HTML (.html) or plain text (.txt)."""
    from scraper.archive.filing import Context
    from scraper.archive.schema import open_archive
    from scraper.captures import import_files

    context = Context(settings.site.site, settings.crawl.revisit_days)
    at = captured_at.replace(tzinfo=UTC) if captured_at else None
    with open_archive(settings.archive.path) as archive:
        filings = import_files(archive, paths, url, context, at)
    for filing in filings:
        click.echo(f"{filing.kind}: {filing.title or filing.url} {filing.detail}".rstrip())
