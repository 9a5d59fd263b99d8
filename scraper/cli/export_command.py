"""The command that writes the archive as files for other programs."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scraper.cli.root import cli, config_option, json_option
from scraper.cli.signals import stop_on_signal
from scraper.config import Settings
from scraper.progress import counted

if TYPE_CHECKING:
    from scraper.export import Exported

# scraper.export.FORMATS and its folder; that module takes too long to import for `--help`.
FORMATS = ("jsonl", "csv", "txt", "parquet", "bibtex", "csl", "ris", "warc")


@cli.command()
@config_option
@click.argument("format_name", metavar="FORMAT", type=click.Choice(FORMATS))
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--where",
    "written",
    metavar="KEY=VALUE",
    multiple=True,
    help="Only these articles: 'date>=2024-01-01', 'section=Văn hóa', 'search=chợ phiên'.",
)
@json_option
def export(
    settings: Settings, format_name: str, path: Path, written: tuple[str, ...], as_json: bool
) -> None:
    """Write articles to PATH for other programs.

    FORMAT is jsonl, csv, txt, parquet, bibtex, csl, ris or warc. `txt` makes a folder, `warc` holds
    the captured pages themselves; a PATH of - is stdout. It replaces only an earlier export.

    Keys of --where: date, year, month with = != >= > <= <; section, template, layout,
    timestamp_source, tag, byline, place with = !=; gone=yes or no; search=WORDS.
    """
    from scraper.export import FORMATS as FILES
    from scraper.export import STDOUT
    from scraper.export import export as write
    from scraper.export.entries import choose
    from scraper.export.filters import read_where
    from scraper.progress import watch
    from scraper.search.query import read_aliases

    wheres = tuple(map(read_where, written))
    is_piped = path == STDOUT
    if is_piped and not (format_name in FILES and FILES[format_name].is_text):
        raise click.UsageError(f"{format_name} cannot go to stdout: name a path")
    aliases = read_aliases(settings.search.aliases)
    public_url = settings.serve.public_url
    with (
        stop_on_signal() as stop,
        watch("export", quiet=is_piped) as progress,
        choose(settings.archive.path, wheres, aliases, progress, stop, public_url) as chosen,
    ):
        done = write(chosen, format_name, path)
    for doubt in filter(None, (condition.doubt for condition in chosen.wanted)):
        click.echo(doubt, err=True)
    _say_exported(done, path, as_json, is_piped)
    if done.damaged:
        sys.exit(1)


def _say_exported(done: "Exported", path: Path, as_json: bool, is_piped: bool) -> None:
    if as_json:
        click.echo(json.dumps(asdict(done), ensure_ascii=False), err=is_piped)
    else:
        size = "" if done.size_bytes is None else f", {done.size_bytes / 1e6:.1f} MB"
        captures = "" if done.captures is None else f", {counted(done.captures, 'capture')}"
        click.echo(f"{path}: {counted(done.articles, 'article')}{captures}{size}", err=is_piped)
    for damage in done.damaged:
        click.echo(f"{damage}; left out", err=True)
