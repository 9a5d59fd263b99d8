"""What every page and file of the reading room is answered with."""

import csv
import io
from collections.abc import Iterable
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from datasette.app import Datasette
from datasette.utils.asgi import Request, Response

from scraper.browse.datasette_065 import BOM
from scraper.browse.phrases import catalogue, say
from scraper.export.csv_safety import escape_formula

_TITLES = ("site.title", "site.demo_title")


async def page(
    datasette: Datasette,
    request: Request,
    template: str,
    context: dict[str, Any],
    status: int = 200,
) -> Response:
    """A page made from a template."""
    body = await datasette.render_template(template, context, request=request)
    return Response.html(body, status=status)


def site_title(datasette: Datasette) -> str:
    """The operator's own heading; ours, of an archive or the demonstration, in both languages."""
    title = str(datasette.metadata("title"))
    ours = (name for name in _TITLES if title == catalogue()[name][1])
    return next(map(say, ours), title)


def file(body: str, kind: str, status: int = 200) -> Response:
    """A file of a media type, as text."""
    return Response(body, status=status, content_type=f"{kind}; charset=utf-8")


async def atom(
    datasette: Datasette, request: Request, title: str, entries: list[dict[str, Any]]
) -> Response:
    """An Atom feed; of each entry: id, title, at, text.

    Nothing in it comes from the Host header: ids are made of the newspaper's address, and links
    start from `[serve] public_url`, or are relative to the feed.
    """
    public_url = (datasette.plugin_config("scraper") or {}).get("public_url", "")

    def link(path: str) -> str:
        return public_url + path if public_url else str(datasette.urls.path(path))

    def urn(text: str) -> str:
        return uuid5(NAMESPACE_URL, f"{datasette.metadata('source_url')}#{text}").urn

    for entry in entries:
        entry["href"] = link(f"/archive/articles/{entry['id']}")
        entry["urn"] = urn(f"{entry['id']}@{entry['at']}")
    context = {
        "title": title,
        "urn": urn(request.full_path),
        "here": link(request.full_path),
        "updated": max((e["at"] for e in entries), default="1970-01-01T00:00:00Z"),
        "entries": entries,
    }
    body = await datasette.render_template("feed.xml", context, request=request)
    return file(body, "application/atom+xml")


def csv_file(rows: Iterable[Iterable[Any]]) -> Response:
    """A CSV file for spreadsheets: with a byte order mark, and no cell that is a formula."""
    out = io.StringIO()
    out.write(BOM)
    table = csv.writer(out)
    for row in rows:
        table.writerow([escape_formula(cell) if isinstance(cell, str) else cell for cell in row])
    return file(out.getvalue(), "text/csv")


def int_or_zero(text: str) -> int:
    """A whole number typed into an address; 0 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def arguments(args: Any) -> dict[str, str]:
    """What an address asks for, without what it leaves empty."""
    return {key: args.get(key) for key in args if args.get(key)}
