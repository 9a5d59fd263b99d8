"""The `scraper` command: each opens what it needs, makes one call and prints what came of it."""

import json
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import Any

import click

from scraper import __version__
from scraper.config import Settings, load_settings
from scraper.errors import ScraperError

_LATIN_DATE = click.DateTime(["%Y-%m-%d"])


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="scraper")
def cli() -> None:
    """A polite crawler and a searchable archive of Báo Lào Cai."""


def config_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--config PATH`, handed to the command as Settings."""

    @click.option(
        "--config",
        "config_path",
        type=click.Path(path_type=Path),
        default=Path("config.toml"),
        show_default=True,
        help="The settings to use.",
    )
    @wraps(command)
    def with_settings(config_path: Path, **options: Any) -> Any:
        return command(settings=load_settings(config_path), **options)

    return with_settings


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON on stdout.")


@cli.command()
@config_option
@click.option("--limit", type=click.IntRange(min=1), help="Ask for at most N article pages.")
@click.option("--max-minutes", type=click.FloatRange(min=0.1), help="End after M minutes.")
@click.option("--since", type=_LATIN_DATE, help="Leave out what the lists date before DATE.")
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
    from scraper.archive.schema import open_archive
    from scraper.crawl import Plan, crawl_site
    from scraper.progress import watch

    settings.require_contact()
    plan = Plan(
        pages=limit or settings.crawl.max_pages,
        minutes=max_minutes or settings.crawl.max_minutes,
        since=_vietnam_day(since),
        full=full,
        dry=dry_run,
    )
    with (
        stop_on_signal() as stop,
        open_archive(settings.archive.path) as archive,
        watch("crawl", log_format=log_format) as progress,
    ):
        outcome = crawl_site(archive, settings, plan, progress, stop)
    for url in outcome.due:
        click.echo(url)
    _say_outcome(outcome, as_json)


def _say_outcome(outcome: Any, as_json: bool) -> None:
    from scraper.crawl import summary, summary_row

    if as_json:
        click.echo(json.dumps(summary_row(outcome), ensure_ascii=False))
    click.echo(summary(outcome), err=as_json)


@cli.command()
@config_option
@click.argument("urls", nargs=-1, required=True)
def add(settings: Settings, urls: tuple[str, ...]) -> None:
    """Capture these articles now."""
    from scraper.archive.schema import open_archive
    from scraper.crawl import add_urls
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


@cli.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--url", required=True, help="The address it was captured from.")
def extract(file: Path, url: str) -> None:
    """Print the article in a saved page as JSON; touches no archive."""
    from scraper.captures import read_file
    from scraper.config import BUILT_IN
    from scraper.extract import as_json
    from scraper.extract import extract as read

    snapshot = read_file(file, url, BUILT_IN.site.site)
    click.echo(json.dumps(as_json(read(snapshot)), ensure_ascii=False, indent=2))


@cli.command()
@config_option
@click.argument("query")
@click.option("--limit", type=click.IntRange(min=1), default=10, show_default=True)
@json_option
def search(settings: Settings, query: str, limit: int, as_json: bool) -> None:
    """Find articles: with marks, without, or half-way."""
    from scraper.archive.schema import open_articles
    from scraper.archive.search import search as find
    from scraper.query import read_aliases

    with open_articles(settings.archive.path) as db:
        page = find(db, query, limit=limit, aliases=read_aliases(settings.search.aliases))
    if as_json:
        keys = ("id", "url", "title", "timestamp", "section", "snippet")
        hits = [{key: getattr(hit, key) for key in keys} for hit in page.hits]
        click.echo(json.dumps({"total": page.total, "results": hits}, ensure_ascii=False))
        return
    for hit in page.hits:
        click.echo(f"{hit.timestamp[:10]}  {hit.title}\n    {hit.url}\n    {hit.snippet}")
    click.echo(f"{page.total} found")


@cli.command()
@config_option
@json_option
def status(settings: Settings, as_json: bool) -> None:
    """What is in the archive, and how the last runs went."""
    from scraper.archive.schema import open_reader
    from scraper.report import status as read_status

    with open_reader(settings.archive.path) as archive:
        now = read_status(archive)
    if as_json:
        click.echo(json.dumps(asdict(now), ensure_ascii=False))
        return
    click.echo(f"{now.articles} articles, {now.first_day} to {now.last_day}; {now.gone} gone")
    click.echo(f"{now.captions} captions, {now.revisions} revisions, {now.snapshots} snapshots")
    click.echo(f"archive.db {now.archive_mb} MB, snapshots.db {now.snapshots_mb} MB")
    click.echo("frontier: " + ", ".join(f"{n} {state}" for state, n in now.frontier.items()))
    for run in now.runs:
        click.echo(
            f"{run.started_at} {run.command}: {run.outcome}, {run.requests} requests,"
            f" {run.new_articles} new, {run.new_revisions} changed, {run.failed} failed"
            f" {run.detail}".rstrip()
        )


@cli.command()
@config_option
@json_option
def check(settings: Settings, as_json: bool) -> None:
    """Raise the alarm (exit 5) where a limit of [check] is passed: for cron."""
    from scraper.alarms import alarms
    from scraper.archive.schema import open_reader

    with open_reader(settings.archive.path) as archive:
        found = alarms(archive, settings.check, datetime.now(UTC))
    if as_json:
        click.echo(json.dumps({"alarms": found}, ensure_ascii=False))
    for line in found:
        click.echo(line, err=as_json)
    if found:
        sys.exit(5)
    if not as_json:
        click.echo("all is well")


@cli.command()
@config_option
@click.option("--port", type=click.IntRange(0, 65535), help="Default: serve.port of the config.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--base-url", default="/", show_default=True, help="Path prefix behind a proxy.")
@click.option("--immutable", is_flag=True, help="For a copy that nothing writes to: faster.")
def serve(settings: Settings, port: int | None, host: str, base_url: str, immutable: bool) -> None:
    """Open the archive in Datasette, to read, search and query it."""
    from scraper.browse.serve import serve as serve_archive

    click.echo(f"http://{host}:{settings.serve.port if port is None else port}{base_url}")
    serve_archive(settings, host, port, base_url=base_url, immutable=immutable)


@cli.command()
@click.option("--pages", type=click.IntRange(1, 100_000), default=150, show_default=True)
@click.option("--serve", "and_serve", is_flag=True, help="Open the archive in Datasette.")
def demo(pages: int, and_serve: bool) -> None:
    """Crawl the bundled stand-in newspaper into demo/archive.db; needs no network."""
    from scraper.browse.serve import serve as serve_archive
    from scraper.crawl import summary
    from scraper.demo.run import run_demo
    from scraper.progress import watch

    with watch("demo", quiet=not sys.stderr.isatty()) as progress:
        done = run_demo(Path("demo"), pages, progress)
    now, port = done.status, done.settings.serve.port
    click.echo(summary(done.outcome))
    click.echo(
        f"In demo/archive.db: {now.articles} articles ({now.first_day} to {now.last_day}),"
        f" {now.captions} captions, {now.revisions} revisions, {now.snapshots} snapshots."
    )
    if and_serve:
        click.echo(f"Read it at http://127.0.0.1:{port}/ (Ctrl-C ends)")
        serve_archive(done.settings)
    else:
        command = "scraper" if not sys.argv[0].endswith("scraper") else _shown(sys.argv[0])
        click.echo(f"Read it:  {command} serve --config {done.config}")
        click.echo(f"then open http://127.0.0.1:{port}/ in a browser.")


def _shown(program: str) -> str:
    """How the user can call `program` again from this folder."""
    path = Path(program)
    here = Path.cwd()
    return (
        str(path.relative_to(here)) if path.is_absolute() and path.is_relative_to(here) else program
    )


@contextmanager
def stop_on_signal() -> Iterator[Callable[[], bool]]:
    """A question that is answered yes after SIGTERM or Ctrl-C; a second Ctrl-C ends at once."""
    told: list[int] = []

    def note(signum: int, _frame: object) -> None:
        if told and signum == signal.SIGINT:
            raise KeyboardInterrupt
        told.append(signum)

    before = {s: signal.signal(s, note) for s in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(told)
    finally:
        for signum, handler in before.items():
            signal.signal(signum, handler)


def _vietnam_day(day: datetime | None) -> datetime | None:
    """The instant at which `day` begins in Vietnam."""
    return (day - timedelta(hours=7)).replace(tzinfo=UTC) if day else None


def main() -> None:
    """Run the command; a ScraperError becomes one line and its exit status."""
    try:
        cli(standalone_mode=True)
    except ScraperError as e:
        click.echo(f"scraper: {e}", err=True)
        sys.exit(e.exit_code)
