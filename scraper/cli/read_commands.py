"""Commands that read: a saved page, the archive, the demo."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from scraper.cli.root import COUNT, article_argument, cli, config_option, json_option
from scraper.config import Settings
from scraper.errors import NotAnArticle

_READINGS = {
    "words": "As words",
    "phrase": "As one phrase",
    "apart": "Syllables anywhere, with --apart",
}


@cli.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--url", required=True, help="The address it was captured from.")
@click.option("--trace", is_flag=True, help="Add where each field came from, and what lost.")
def extract(file: Path, url: str, trace: bool) -> None:
    """Print the article in a saved page as JSON."""
    from scraper.config import BUILT_IN
    from scraper.extract import as_json
    from scraper.extract import extract as read
    from scraper.extract.trace import Choice, trace_json
    from scraper.importing.saved_pages import read_file

    snapshot = read_file(file, BUILT_IN.site.site, url)
    notes: list[Choice] | None = [] if trace else None
    shown: dict[str, object] = {}
    try:
        article = read(snapshot, notes)
        if article.article_id is None:  # `import` files none of these as articles either
            raise NotAnArticle(snapshot.url, "no article number in its address")
        shown = as_json(article)
    finally:  # a page that is refused has a trace too
        if notes is not None:
            shown["trace"] = trace_json(notes)
        if shown:
            click.echo(json.dumps(shown, ensure_ascii=False, indent=2))


@cli.command()
@config_option
@click.argument("query")
@click.option("--limit", type=COUNT, default=10, show_default=True, help="Hits to print.")
@click.option("--place", default="", help="Only articles that name this commune or district.")
@click.option("--apart", is_flag=True, help="Find all syllables anywhere, not the words.")
@json_option
def search(
    settings: Settings, query: str, limit: int, place: str, apart: bool, as_json: bool
) -> None:
    """Find articles: words with marks, without, or half-way."""
    from scraper.archive.files import open_articles
    from scraper.search.conditions import Filters
    from scraper.search.hits import as_json as page_as_json
    from scraper.search.hits import other_readings
    from scraper.search.hits import search as find
    from scraper.search.query import read_aliases, read_query
    from scraper.search.sql import ask
    from scraper.times import vietnam_day

    filters, aliases = Filters(unit=place), read_aliases(settings.search.aliases)
    with open_articles(settings.archive.path) as db:
        asked = ask(db, read_query(query, aliases, apart=apart), filters)
        page = find(db, asked, limit=limit)
        others = other_readings(db, query, filters=filters, aliases=aliases, apart=apart)
    if as_json:
        click.echo(json.dumps(page_as_json(page, others), ensure_ascii=False))
        return
    for hit in page.hits:
        click.echo(
            f"{hit.id}  {vietnam_day(hit.timestamp)}  {hit.title}\n    {hit.url}\n    {hit.snippet}"
        )
    if page.read_as:
        click.echo(f"Read as: {page.read_as} ({page.total})")
    for other in others:
        click.echo(f"{_READINGS[other.kind]}: {other.total} (type: {other.text})")
    if page.unknown:
        click.echo(f"no place is called {place}")
    click.echo(f"{page.total} found")


@cli.command()
@config_option
@article_argument
@json_option
def show(settings: Settings, article_id: int, as_json: bool) -> None:
    """Print an article with its history: texts, captures, hashes."""
    from scraper.archive.files import open_articles, open_reader, snapshots_path
    from scraper.archive.read_article import as_json as article_json
    from scraper.archive.read_article import evidence, history
    from scraper.archive.tombstones import require_hidden

    path = settings.archive.path
    if snapshots_path(path).exists():
        with open_reader(path) as archive:
            require_hidden(archive.db, archive.snapshots)
            found = history(archive.db, article_id)
            proofs = evidence(archive.snapshots, found)
    else:  # a slim copy
        with open_articles(path) as db:
            found, proofs = history(db, article_id), ()
    if as_json:
        click.echo(json.dumps(article_json(found, proofs), ensure_ascii=False, indent=2))
        return
    _show_text(found.article)
    _show_past(found, proofs)


@cli.command()
@config_option
@article_argument
@click.option("--capture", type=COUNT, help="Which capture, counted as in `show` from 1.")
def page(settings: Settings, article_id: int, capture: int | None) -> None:
    """Print a captured page of an article: by default the newest.

    The text is decoded to UTF-8. `export warc` gives the exact bytes with their headers.
    """
    from scraper.archive.files import open_reader
    from scraper.archive.read_article import captured_page
    from scraper.extract.text import decode

    with open_reader(settings.archive.path) as archive:
        snapshot = captured_page(archive.db, archive.snapshots, article_id, capture)
    click.echo(decode(snapshot.body, snapshot.header("content-type")), nl=False)


def _show_text(article: Any) -> None:
    row = article.values()
    time = "time unknown"
    if row["timestamp"]:
        time = f"{row['local_date']} in Vietnam: {row['timestamp']} ({row['timestamp_source']})"
    click.echo(f"{row['title']}\n{row['url']}\n{time}")
    if filed_under := [name for name in (row["section"], *row["byline"], *article.tags) if name]:
        click.echo(" · ".join(filed_under))
    if article.place_labels:
        click.echo(f"places: {'; '.join(article.place_labels)}")
    for text in filter(None, (row["lead"], article.body)):
        click.echo(f"\n{text}")
    if article.captions:
        click.echo()
    for caption in article.captions:
        credit = f" (Ảnh: {caption['credit']})" if caption["credit"] else ""
        click.echo(
            f"[photo after paragraph {caption['after_paragraph']}] {caption['text']}{credit}"
        )


def _show_past(found: Any, proofs: tuple[dict[str, Any], ...]) -> None:
    click.echo()
    for weather in found.article.weather:
        click.echo(f"weather {weather['observed_at']}: {weather['text']}")
    for revision in found.revisions:
        seen = f"{revision['captured_at']} to {revision['last_seen_at']}"
        click.echo(f"revision {revision['number']}: {seen}, snapshot {revision['snapshot_id']}")
    hashes = {proof["id"]: proof["sha256"] for proof in proofs if proof["size_bytes"]}
    for capture in found.captures:
        number = capture["snapshot_id"]
        at = capture["captured_at"] + " (time of the file)" * (capture["captured_source"] == "file")
        line = f"{at} {capture['status']} {capture['reading']}"
        line += f", {capture['kind']}" if capture["kind"] else ""
        click.echo(f"snapshot {number}: {line} {hashes.get(number, '')}".rstrip())
    if gone_at := found.article.row["gone_at"]:
        click.echo(f"gone from the site since {gone_at}")


@cli.command()
@config_option
@article_argument
@click.argument("before", metavar="[N]", type=int, required=False)
@click.argument("after", metavar="[M]", type=int, required=False)
@json_option
def diff(
    settings: Settings, article_id: int, before: int | None, after: int | None, as_json: bool
) -> None:
    """Print what changed between two revisions, word by word.

    Without N and M: what the last change was.
    """
    from scraper.archive.files import open_articles
    from scraper.archive.read_article import compared, differences, marked_lines

    with open_articles(settings.archive.path) as db:
        old, new = compared(db, article_id, before, after)
    found = differences(old, new)
    if as_json:
        sides = [
            {
                "number": r.number,
                "captured_at": r.captured_at,
                "kind": r.kind,
                "snapshot_id": r.snapshot_id,
            }
            for r in (old, new)
        ]
        fields = [
            {"field": c.field, "runs": [{"kind": k, "text": t} for k, t in c.runs]} for c in found
        ]
        whole = {"id": article_id, "from": sides[0], "to": sides[1], "changes": fields}
        click.echo(json.dumps(whole, ensure_ascii=False))
        return
    first = f"revision {old.number} ({old.captured_at}, {old.kind})"
    if old.number == new.number:
        click.echo(f"{first}: no other to compare it with")
        return
    second = f"{new.number} ({new.captured_at}, {new.kind})"
    click.echo(f"{first} -> {second}" + ("" if found else ": no difference"))
    for change in found:
        click.echo(f"{change.field}:")
        for line in marked_lines(change):
            click.echo(f"  {line}")


@cli.command()
@config_option
@click.option("--port", type=click.IntRange(0, 65535), help="Default: serve.port of the config.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--base-url", default="/", show_default=True, help="Path prefix behind a proxy.")
@click.option("--immutable", is_flag=True, help="For a copy that nothing writes to: faster.")
@click.option("--no-sql", is_flag=True, help="Readers write no SELECTs of their own.")
def serve(
    settings: Settings, port: int | None, host: str, base_url: str, immutable: bool, no_sql: bool
) -> None:
    """Open the archive in Datasette: read, search and query it."""
    from scraper.browse.serve import serve as serve_archive

    serve_archive(
        settings,
        host,
        port,
        base_url=base_url,
        immutable=immutable,
        own_sql=not no_sql,
        ready=click.echo,
    )


@cli.command()
@click.option(
    "--pages",
    type=click.IntRange(1, 100_000),
    default=150,
    show_default=True,
    help="Articles of it.",
)
@click.option("--serve", "and_serve", is_flag=True, help="Open the archive in Datasette.")
def demo(pages: int, and_serve: bool) -> None:
    """Crawl the bundled invented newspaper; needs no network."""
    from scraper.browse.serve import serve as serve_archive
    from scraper.crawl.outcome import summary
    from scraper.demo.demonstration import run_demo
    from scraper.progress import counted, watch
    from scraper.times import VIETNAM

    with watch("demo", quiet=not sys.stderr.isatty()) as progress:
        done = run_demo(Path("demo"), pages, progress)
    now, port = done.status, done.settings.serve.port
    for outcome in done.outcomes:
        day = outcome.run.started_at.astimezone(VIETNAM)
        click.echo(f"Crawled as on {day:%Y-%m-%d}: {summary(outcome)}")
    click.echo(
        f"In demo/archive.db: {counted(now.articles, 'article')} ({now.first_day} to"
        f" {now.last_day}), {counted(now.captions, 'caption')},"
        f" {counted(now.revisions, 'revision')}, {counted(now.snapshots, 'snapshot')}."
    )
    if and_serve:
        serve_archive(
            done.settings, ready=lambda url: click.echo(f"Read it at {url} (Ctrl-C ends)")
        )
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
