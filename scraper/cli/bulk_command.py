"""The command that reads captures on many cores or machines."""

import json
import os
import re
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from scraper.cli.root import cli, config_option, json_option
from scraper.cli.signals import stop_on_signal
from scraper.config import Settings
from scraper.errors import MissingExtra
from scraper.progress import counted


@cli.command()
@config_option
@click.argument(
    "shards", metavar="SHARD...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder for the parts; made if missing.",
)
@click.option("--scheduler", metavar="ADDRESS", help="Of a Dask scheduler: tcp://10.0.0.1:8786.")
@click.option(
    "--workers",
    type=click.IntRange(1, 256),
    help="Processes that read shards, if there is no scheduler; default: one for each core.",
)
@json_option
def bulk(
    settings: Settings,
    shards: tuple[Path, ...],
    out: Path,
    scheduler: str | None,
    workers: int | None,
    as_json: bool,
) -> None:
    """Read many WARC and WET files on all cores into Parquet.

    The Parquet files (parts) are for `scraper import`. SHARD is a file, a folder or a pattern.
    """
    if scheduler and workers:
        raise click.UsageError("--workers is for this machine; a scheduler has its own")
    if scheduler and not re.fullmatch(r"(tcp|tls|wss?)://[^/]+:[0-9]+/?", scheduler):
        raise click.UsageError(f"--scheduler {scheduler}: write it like tcp://10.0.0.1:8786")
    try:
        from scraper.bulk.coordinator import bulk as read_all
    except ModuleNotFoundError as e:
        raise MissingExtra("bulk", e.name) from e
    from scraper.bulk.shard import Job, shard_rules
    from scraper.bulk.workers import dask_workers, local_workers
    from scraper.importing.sources import shards_in
    from scraper.progress import watch

    job = Job(out.resolve(), settings.site.site, shard_rules())
    opened = (lambda _: dask_workers(scheduler)) if scheduler else local_workers
    found = shards_in(shards)
    with stop_on_signal() as stop, watch("bulk") as progress:
        done = read_all(found.paths, job, opened, workers or os.cpu_count() or 1, progress, stop)
    for line in found.unread:
        click.echo(line, err=True)
    if found.passed_over:
        click.echo(f"{found.passed_over} passed over: they are for `scraper import`", err=True)
    _say(done, as_json)
    if done.failed:
        sys.exit(1)


def _say(done: Any, as_json: bool) -> None:
    for page in done.quarantined:
        click.echo(f"{page.url}: {page.reason}; left out", err=True)
    for line in done.failed:
        click.echo(line, err=True)
    if as_json:
        click.echo(json.dumps(asdict(done), ensure_ascii=False))
    line = ", ".join(
        (
            f"{counted(done.shards, 'shard')} read",
            counted(done.captures, "capture"),
            counted(done.articles, "article"),
        )
    )
    if done.kept:
        line += f"; {counted(done.kept, 'shard')} done before"
    if done.damaged:
        line += f"; {counted(done.damaged, 'damaged record')}, see manifest.jsonl"
    if not done.is_whole:
        line += "; stopped: the next run goes on from here"
    click.echo(line, err=as_json)
