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
    COUNT,
    DAY,
    article_argument,
    cli,
    config_option,
    json_option,
    start_of_day,
)
from scraper.cli.signals import stop_on_signal
from scraper.config import Settings
from scraper.progress import counted


@cli.command()
@config_option
@json_option
def status(settings: Settings, as_json: bool) -> None:
    """Print what the archive holds, how runs went, and alarms."""
    from scraper.archive.files import open_reader
    from scraper.upkeep.check import alarms
    from scraper.upkeep.status import lines, tables
    from scraper.upkeep.status import status as read_status

    now = datetime.now(UTC)
    with open_reader(settings.archive.path) as archive:
        found, raised = read_status(archive, now), alarms(archive, settings.check, now)
    if as_json:
        click.echo(json.dumps({**asdict(found), "alarms": raised}, ensure_ascii=False))
    elif sys.stdout.isatty():
        from rich.console import Console

        Console(markup=False, emoji=False).print(*tables(found, raised), sep="\n")
    else:
        for line in lines(found, raised):
            click.echo(line)


@cli.command()
@config_option
@json_option
def check(settings: Settings, as_json: bool) -> None:
    """For cron: print each alarm and exit 5, or all is well."""
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


workers_option = click.option(
    "--workers",
    type=click.IntRange(1, 256),
    default=os.cpu_count() or 1,
    help="Processes that read pages; default: one a core.",
)


@cli.command()
@config_option
@click.option("--limit", type=COUNT, default=50, show_default=True, help="Lines, at most.")
@json_option
def failures(settings: Settings, limit: int, as_json: bool) -> None:
    """List what failed: when, why, and when it is tried again."""
    from scraper.archive.files import open_reader
    from scraper.upkeep.failures import failing, failure_line

    with open_reader(settings.archive.path) as archive:
        found = failing(archive.db)
    if as_json:
        click.echo(json.dumps([asdict(f) for f in found], ensure_ascii=False))
        return
    for failure in found[:limit]:
        click.echo(failure_line(failure))
    if len(found) > limit:
        click.echo(f"{len(found) - limit} more: --limit {len(found)}")
    if not found:
        click.echo("nothing failed that is not archived by now")


@cli.command()
@config_option
@click.option("--since", type=DAY, help="Only pages captured since DATE.")
@workers_option
@click.option("--dry-run", is_flag=True, help="Say what would change, field by field.")
@json_option
def reread(
    settings: Settings, since: datetime | None, workers: int, dry_run: bool, as_json: bool
) -> None:
    """Read every captured page again, by today's rules."""
    from scraper.archive.files import open_archive, open_reader, require_snapshots
    from scraper.archive.frontier_updates import Context
    from scraper.progress import watch
    from scraper.upkeep.reread import forecast
    from scraper.upkeep.reread import reread as read_again

    path, at = settings.archive.path, start_of_day(since)
    if dry_run:
        with open_reader(path) as archive, watch("reread") as progress:
            found = forecast(archive, progress, since=at, workers=workers)
        _say_forecast(found, as_json)
        return
    require_snapshots(path)
    context = Context(settings.site.site, settings.crawl.revisit_days)
    with (
        stop_on_signal() as stop,
        open_archive(path, settings.site.site) as archive,
        watch("reread") as progress,
    ):
        done = read_again(archive, context, progress, since=at, workers=workers, stop=stop)
    if as_json:
        click.echo(json.dumps(asdict(done), ensure_ascii=False))
    for line in done.damaged:
        click.echo(f"{line}; what was filed of it stays", err=True)
    line = f"{counted(done.read, 'snapshot')} read, {done.changed} changed something"
    if not done.is_whole:
        line += "; broken off: the next reread goes on from here"
    click.echo(line, err=as_json)


def _say_forecast(found: Any, as_json: bool) -> None:
    if as_json:
        # asdict() makes no Counter of a Counter.
        click.echo(json.dumps(asdict(found) | {"fields": found.fields}, ensure_ascii=False))
        return
    for line in found.damaged:
        click.echo(line, err=True)
    for name, count in found.fields.most_common():
        click.echo(f"{name}: {count} would change")
        for example in found.examples[name]:
            click.echo(f"    {example}")
    read = f"{counted(found.read, 'snapshot')} read"
    click.echo(read if found.fields else f"{read}; nothing would change")


@cli.command()
@config_option
@workers_option
@json_option
def verify(settings: Settings, workers: int, as_json: bool) -> None:
    """Prove that nothing is damaged, or name it (exit 1)."""
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
    "withdraw": "the next crawl, import or reread finishes the withdrawal",
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
    """Copy the archive into FOLDER, also while a crawl runs."""
    from scraper.archive.files import open_reader
    from scraper.progress import watch
    from scraper.upkeep.backup import backup as copy_archive

    with open_reader(settings.archive.path) as archive, watch("backup") as progress:
        copy = copy_archive(archive, folder, progress, slim=slim)
    if as_json:
        click.echo(json.dumps(asdict(copy), ensure_ascii=False))
    else:
        sizes = ", ".join(f"{name} {size / 1e6:.1f} MB" for name, size in copy.sizes.items())
        photos = f", {counted(copy.photos, 'photo')}" if copy.photos else ""
        articles, captures = counted(copy.articles, "article"), counted(copy.snapshots, "snapshot")
        click.echo(f"{folder}: {articles}, {captures}{photos}; {sizes}")
    for damage in copy.damages:
        click.echo(f"damaged, here as in the archive: {damage}", err=True)
    if copy.damages:
        sys.exit(1)


@cli.command()
@click.argument("copy", type=click.Path(path_type=Path))
def upgrade(copy: Path) -> None:
    """Bring a copy of an earlier version up to date.

    COPY is a file or a folder that `scraper backup` made. A slim copy needs nothing else.
    """
    from scraper.archive.files import upgrade as bring_up

    path = copy / "archive.db" if copy.is_dir() else copy
    applied = bring_up(path)
    click.echo(f"{path}: {', '.join(applied)}" if applied else f"{path}: up to date already")


@cli.command()
@config_option
@article_argument
@click.option("--reason", required=True, help="Why; kept, and shown in place of the article.")
def withdraw(settings: Settings, article_id: int, reason: str) -> None:
    """Legal takedown: remove an article's text and pages for good.

    The reason stays in their place.
    """
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
    with open_archive(settings.archive.path, settings.site.site) as archive:
        file_unfiled(archive, context)
        count = take_out(archive, article_id, reason, datetime.now(UTC))
    click.echo(f"article {article_id}: withdrawn, with the pages of {counted(count, 'snapshot')}")
    click.echo("Backups and other copies made before still hold it.", err=True)
