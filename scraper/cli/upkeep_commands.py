"""Commands that look after what is archived."""

import json
import os
import sys
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from scraper.cli.root import (
    DAY,
    article_argument,
    cli,
    config_option,
    json_option,
    stop_on_signal,
    vietnam_day,
)
from scraper.config import Settings


@cli.command("import")
@config_option
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--url", help="The address of saved pages that do not name an article themselves.")
@click.option(
    "--captured-at",
    type=click.DateTime(["%Y-%m-%dT%H:%M:%SZ"]),
    help="When saved pages were captured, UTC; else the page clock, else the file's time.",
)
@json_option
def import_(
    settings: Settings,
    paths: tuple[Path, ...],
    url: str | None,
    captured_at: datetime | None,
    as_json: bool,
) -> None:
    """File captures made elsewhere: .warc[.gz], .wet[.gz], parts, saved .html and .txt pages.

    PATH is a file, a folder or a pattern. WARC records keep their own address and time; parts are
    what `scraper bulk` makes of them.
    """
    from scraper.archive.files import open_archive
    from scraper.archive.frontier_updates import Context
    from scraper.importing import Wanted, import_files
    from scraper.importing.sources import files_in
    from scraper.importing.tally import as_json as told
    from scraper.importing.tally import summary
    from scraper.progress import watch

    context = Context(settings.site.site, settings.crawl.revisit_days)
    at = captured_at.replace(tzinfo=UTC) if captured_at else None
    files = files_in(paths)
    with (
        stop_on_signal() as stop,
        open_archive(settings.archive.path) as archive,
        watch("import") as progress,
    ):
        done = import_files(archive, files, Wanted(url, at), context, progress, stop)
    for line in (*done.damages, *done.unreadable):
        click.echo(line, err=True)
    if as_json:
        click.echo(json.dumps(told(done), ensure_ascii=False))
    if done.records or not done.unreadable:
        click.echo(summary(done), err=as_json)
    if done.unreadable:
        sys.exit(1)


workers_option = click.option(
    "--workers",
    type=click.IntRange(1, 256),
    default=os.cpu_count() or 1,
    help="Processes that read pages; default: one a core.",
)


@cli.command()
@config_option
@click.option("--since", type=DAY, help="Only pages captured since DATE.")
@workers_option
@click.option("--dry-run", is_flag=True, help="Say what would change, field by field.")
@json_option
def reread(
    settings: Settings, since: datetime | None, workers: int, dry_run: bool, as_json: bool
) -> None:
    """Read every captured page again, and bring the archive to what today's rules make of it."""
    from scraper.archive.files import open_archive, open_reader, require_snapshots
    from scraper.archive.frontier_updates import Context
    from scraper.progress import watch
    from scraper.upkeep.reread import forecast
    from scraper.upkeep.reread import reread as read_again

    path, at = settings.archive.path, vietnam_day(since)
    if dry_run:
        with open_reader(path) as archive, watch("reread") as progress:
            told = forecast(archive, progress, since=at, workers=workers)
        _say_forecast(told, as_json)
        return
    require_snapshots(path)
    context = Context(settings.site.site, settings.crawl.revisit_days)
    with (
        stop_on_signal() as stop,
        open_archive(path) as archive,
        watch("reread") as progress,
    ):
        done = read_again(archive, context, progress, since=at, workers=workers, stop=stop)
    if as_json:
        click.echo(json.dumps(asdict(done), ensure_ascii=False))
    for line in done.damaged:
        click.echo(f"{line}; what was filed of it stays", err=True)
    said = f"{done.read} snapshots read, {done.changed} changed something"
    if not done.is_whole:
        said += "; broken off: the next reread goes on from here"
    click.echo(said, err=as_json)


def _say_forecast(told: Any, as_json: bool) -> None:
    if as_json:
        # asdict() makes no Counter of a Counter.
        click.echo(json.dumps(asdict(told) | {"fields": told.fields}, ensure_ascii=False))
        return
    for line in told.damaged:
        click.echo(line, err=True)
    for name, count in told.fields.most_common():
        click.echo(f"{name}: {count} would change")
        for example in told.examples[name]:
            click.echo(f"    {example}")
    click.echo(f"{told.read} snapshots read" + ("" if told.fields else "; nothing would change"))


@cli.command()
@config_option
@workers_option
@json_option
def verify(settings: Settings, workers: int, as_json: bool) -> None:
    """Prove that nothing is damaged; else name it (exit 1) and where it can be had again."""
    from scraper.archive.files import open_reader
    from scraper.progress import watch
    from scraper.upkeep.verify import verify as find_damage

    damages = []
    with open_reader(settings.archive.path) as archive, watch("verify") as progress:
        for damage in find_damage(archive, progress, workers):
            damages.append(damage)
            if not as_json:
                click.echo(str(damage))
    if as_json:
        click.echo(json.dumps({"damages": [asdict(d) for d in damages]}, ensure_ascii=False))
    elif not damages:
        click.echo("all is well")
    else:
        _say_remedies(Counter(damage.remedy for damage in damages))
    if damages:
        sys.exit(1)


_REMEDIES = {
    "reread": "`scraper reread` writes it anew",
    "new archive.db": "move archive.db away, then `scraper reread` makes it anew",
    "backup": "only a backup has it",
}


def _say_remedies(counts: Counter[str]) -> None:
    for remedy, count in counts.items():
        click.echo(f"{count} damaged: {_REMEDIES[remedy]}", err=True)


@cli.command()
@config_option
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--slim", is_flag=True, help="Only archive.db, made ready for readers.")
@json_option
def backup(settings: Settings, folder: Path, slim: bool, as_json: bool) -> None:
    """Copy the archive into FOLDER, safe beside a running crawl, and check the copy."""
    from scraper.archive.files import open_reader
    from scraper.progress import watch
    from scraper.upkeep.backup import backup as copy_archive

    with open_reader(settings.archive.path) as archive, watch("backup") as progress:
        copy = copy_archive(archive, folder, progress, slim=slim)
    if as_json:
        click.echo(json.dumps(asdict(copy), ensure_ascii=False))
    else:
        sizes = ", ".join(f"{name} {size / 1e6:.1f} MB" for name, size in copy.sizes.items())
        click.echo(f"{folder}: {copy.articles} articles, {copy.snapshots} snapshots; {sizes}")
    for damage in copy.damages:
        click.echo(f"damaged, here as in the archive: {damage}", err=True)
    if copy.damages:
        sys.exit(1)


@cli.command()
@config_option
@article_argument
@click.option("--reason", required=True, help="Why; kept, and shown in place of the article.")
def withdraw(settings: Settings, article_id: int, reason: str) -> None:
    """Remove an article's text and pages everywhere, and for good; the reason stays."""
    from scraper.archive.files import open_archive, require_snapshots
    from scraper.archive.filing import file_unfiled
    from scraper.archive.frontier_updates import Context
    from scraper.archive.withdrawals import withdraw as take_out

    # On one line, and without bytes that no database takes for text.
    reason = " ".join(reason.encode("utf-8", "replace").decode().split())
    if not reason:
        raise click.UsageError("--reason: say why")
    require_snapshots(settings.archive.path)
    context = Context(settings.site.site, settings.crawl.revisit_days)
    with open_archive(settings.archive.path) as archive:
        file_unfiled(archive, context)
        count = take_out(archive, article_id, reason, datetime.now(UTC))
    click.echo(f"article {article_id}: withdrawn, with the pages of {count} snapshots")
    click.echo("Backups and other copies made before still hold it.", err=True)
