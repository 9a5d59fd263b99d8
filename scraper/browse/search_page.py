"""The search page, the same search as a file, and what other pages need to lead to it."""

import json
import re
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from datasette.app import Datasette
from datasette.utils.asgi import Request, Response
from sqlite_utils import Database

from scraper.archive.tables import PLACES
from scraper.browse import overview
from scraper.browse.cache import cached
from scraper.browse.charts import Point, bar_chart
from scraper.browse.connection import aliases, in_archive
from scraper.browse.phrases import say
from scraper.browse.rendering import arguments, atom, csv_file, file, page, whole
from scraper.models import utc_text
from scraper.search import hits as index
from scraper.search.counts import Stretch, stretches
from scraper.search.sql import Filters

PAGE = 20
ROWS_AT_ONCE = 500
FILE = 5000  # rows of a CSV file; the page says so, and the next begins with &start=5000


async def stretches_of(datasette: Datasette) -> tuple[Stretch, ...]:
    """The months as stretches of numbers; old ones do as well, but for a little time."""
    return await cached(datasette, "stretches", stretches, fresh_seconds=3600)


async def search(datasette: Datasette, request: Request) -> Response:
    """Articles found, as a page or as a file."""
    args = request.args
    start, kind = whole(args.get("start", "")), request.url_vars["format"]
    try:
        if kind == "csv":
            return csv_file([_COLUMNS, *await _rows(datasette, args, start)])
        newest_first = args.get("sort") == "newest" or kind == "atom"
        limit = {"json": 100, "atom": 50}.get(kind, PAGE)
        found = await _found(datasette, args, start, limit, newest_first, with_years=not kind)
    except sqlite3.OperationalError as e:
        if "interrupted" not in str(e):
            raise
        context = {"message": say("search.slow")}
        return await page(datasette, request, "slow.html", context, status=503)
    if kind:
        return await _search_file(datasette, request, kind, found)
    return await _search_page(datasette, request, found)


async def _found(
    datasette: Datasette,
    args: Any,
    start: int,
    limit: int,
    newest_first: bool,
    *,
    with_years: bool = False,
    known_by: str = "",
) -> index.SearchPage:
    known, months = aliases(datasette), await stretches_of(datasette)
    filters = filters_of(args, follows=start > 0)
    if known_by:
        filters = replace(filters, known_by=known_by)

    def read(db: Database) -> index.SearchPage:
        return index.search(
            db,
            args.get("q", ""),
            filters=filters,
            newest_first=newest_first,
            limit=limit,
            offset=start,
            aliases=known,
            with_years=with_years,
            stretches=months,
        )

    return await in_archive(datasette, read)


_COLUMNS = ("id", "timestamp", "section", "title", "url", "snippet")


async def _rows(datasette: Datasette, args: Any, start: int) -> list[list[Any]]:
    """Rows of a CSV file, some at a time: none takes as long as a query may."""
    rows: list[list[Any]] = []
    now = utc_text(datetime.now(UTC))
    for at in range(start, start + FILE, ROWS_AT_ONCE):
        found = await _found(datasette, args, at, ROWS_AT_ONCE, True, known_by=now)
        rows += [[getattr(hit, key) for key in _COLUMNS] for hit in found.hits]
        if found.next_offset is None:
            break
    return rows


async def _search_page(datasette: Datasette, request: Request, found: index.SearchPage) -> Response:
    args = request.args
    kept = {k: v for k, v in arguments(args).items() if k not in ("start", "asof")}
    points = [Point(y, n, search_url(datasette, within(kept, y))) for y, n in found.years]
    asof = args.get("asof") or utc_text(datetime.now(UTC))
    following = {**kept, "start": str(found.next_offset), "asof": asof}
    context = {
        "q": args.get("q", ""),
        "found": found,
        "start": whole(args.get("start", "")),
        "args": kept,
        "newest_first": args.get("sort") == "newest",
        "sections": await sections_of(datasette),
        "chart": bar_chart(say("search.per_year"), points) if len(points) > 1 else "",
        "query": urlencode(kept),
        "newest_query": urlencode({**kept, "sort": "newest"}),
        "best_query": urlencode({k: v for k, v in kept.items() if k != "sort"}),
        "next_query": urlencode(following) if found.next_offset is not None else "",
        "trend_query": urlencode(kept),
        "file_rows": FILE,
    }
    return await page(datasette, request, "search.html", context)


async def _search_file(
    datasette: Datasette, request: Request, kind: str, found: index.SearchPage
) -> Response:
    if kind == "json":
        keys = ("id", "url", "title", "timestamp", "section", "snippet")
        results = [{key: getattr(hit, key) for key in keys} for hit in found.hits]
        told = {"total": found.total, "results": results, "next_start": found.next_offset}
        return file(json.dumps(told, ensure_ascii=False), "application/json")
    entries = [
        {"id": h.id, "title": h.title, "at": h.timestamp, "text": h.snippet} for h in found.hits
    ]
    return await atom(
        datasette, request, say("search.feed_title", text=request.args.get("q", "")), entries
    )


def filters_of(args: Any, *, follows: bool = False) -> Filters:
    """The filters that an address asks for; `follows` where it is that of a later page."""
    return Filters(
        section=args.get("section", ""),
        since=_day(args.get("from", "")),
        until=_day(args.get("to", "")),
        byline=args.get("byline", "").strip(),
        tag=args.get("tag", "").strip(),
        photos=bool(args.get("photos")),
        place=place_of(args),
        gone=bool(args.get("gone")),
        # A page that follows another leaves out what was captured since, so that none repeats.
        known_by=args.get("asof", "") if follows else "",
    )


def place_of(args: Any) -> str:
    """Where the words are to be; `captions=1` is how earlier addresses ask for captions."""
    place = args.get("in", "")
    return "captions" if args.get("captions") else place if place in PLACES else ""


_WRITTEN = re.compile(r"\s*(?:([0-9]{1,2})[/.-])?([0-9]{1,2})[/.-]([0-9]{4})\s*")


def _day(text: str) -> str:
    """A day, month or year that a reader typed, "1/5/2021" or "2021-05-01", as the latter."""
    if written := _WRITTEN.fullmatch(text):
        return "-".join(part.zfill(2) for part in reversed(written.groups()) if part)
    return "".join(c for c in text if c in "0123456789-")[:10]


def within(args: dict[str, str], period: str) -> dict[str, str]:
    """`args` of a search, narrowed to a year or month; days asked for inside it stay."""
    since, until = _day(args.get("from", "")), _day(args.get("to", ""))
    return {
        **args,
        "from": since if since.startswith(period) else period,
        "to": until if until.startswith(period) else period,
    }


def search_url(datasette: Datasette, args: dict[str, str]) -> str:
    """The address of the search page that shows a search."""
    return f"{datasette.urls.path('/search')}?{urlencode(args)}"


async def sections_of(datasette: Datasette) -> list[str]:
    """The sections to choose from, those with most articles first."""
    return [name for name, _ in (await cached(datasette, "holdings", overview.holdings)).sections]
