"""The search page, the same search as a file, and what other pages need to lead to it."""

import json
import sqlite3
from asyncio import gather
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from datasette.app import Datasette
from datasette.utils.asgi import Request, Response
from sqlite_utils import Database

from scraper.archive.coverage import Coverage
from scraper.browse import overview
from scraper.browse.cache import cached
from scraper.browse.charts import Point, bar_chart
from scraper.browse.connection import aliases, in_archive
from scraper.browse.phrases import say
from scraper.browse.rendering import arguments, atom, file, page
from scraper.browse.search_filters import (
    SORTS,
    filters_of,
    is_asked,
    number_of,
    sort_of,
    within,
)
from scraper.browse.whole_search import FILES, whole_search
from scraper.errors import BadFilter
from scraper.lexicon import VERSION
from scraper.models import utc_text
from scraper.search import hits as index
from scraper.search.counts import Stretch, stretches
from scraper.search.hits import OtherReading, SearchPage, as_json
from scraper.times import is_running

PAGE = 20
MOST = 1000  # results of one JSON answer

Others = tuple[OtherReading, ...]


async def stretches_of(datasette: Datasette) -> tuple[Stretch, ...]:
    """The months as stretches of numbers; old ones do as well, but for a little time."""
    return await cached(datasette, "stretches", stretches, fresh_seconds=3600)


async def search(datasette: Datasette, request: Request) -> Any:
    """Articles found, as a page or as a file."""
    kind = request.url_vars["format"]
    try:
        if kind in FILES:
            return await whole_search(datasette, request, kind)
        found, others = await _found(datasette, request.args, kind)
    except BadFilter as e:
        return await refused(datasette, request, str(e), 400)
    except sqlite3.OperationalError as e:
        if "interrupted" not in str(e):
            raise
        return await refused(datasette, request, say("search.slow"), 503)
    if kind:
        return await _search_file(datasette, request, kind, found, others)
    return await _search_page(datasette, request, found, others)


async def refused(datasette: Datasette, request: Request, message: str, status: int) -> Response:
    """One clear line about a search that is not answered, on a page or as JSON."""
    if request.url_vars["format"] == "json":
        body = json.dumps({"error": message}, ensure_ascii=False)
        return file(body, "application/json", status)
    context = {"message": message, "is_slow": status == 503}
    return await page(datasette, request, "slow.html", context, status=status)


async def _found(datasette: Datasette, args: Any, kind: str | None) -> tuple[SearchPage, Others]:
    """A page of hits, and the other readings, which another thread counts meanwhile."""
    known, months = aliases(datasette), await stretches_of(datasette)
    q, start = args.get("q", ""), number_of(args, "start")
    filters = filters_of(args, follows=start > 0)
    apart = is_asked(args, "apart")
    with_facets = is_asked(args, "facets") if kind == "json" else not kind and bool(q)
    sort = "newest" if kind == "atom" else sort_of(args)
    limit = {"json": min(number_of(args, "size") or 100, MOST), "atom": 50}.get(kind or "", PAGE)

    def read(db: Database) -> SearchPage:
        return index.search(
            db,
            q,
            filters=filters,
            sort=sort,
            limit=limit,
            offset=start,
            aliases=known,
            apart=apart,
            with_years=not kind,
            with_facets=with_facets,
            stretches=months,
        )

    def read_others(db: Database) -> Others:
        return index.other_readings(db, q, filters=filters, aliases=known, apart=apart)

    if kind == "atom":
        return await in_archive(datasette, read), ()
    return await gather(in_archive(datasette, read), in_archive(datasette, read_others))


async def _search_page(
    datasette: Datasette, request: Request, found: SearchPage, others: Others
) -> Response:
    args = request.args
    start = number_of(args, "start")
    kept = {k: v for k, v in arguments(args).items() if k not in ("start", "asof")}
    asof = args.get("asof") or utc_text(datetime.now(UTC))
    points = [
        Point(y, n, search_url(datasette, within(kept, y)), running=is_running(y))
        for y, n in found.years
    ]

    def page_at(offset: int | None) -> str:
        return "" if offset is None else urlencode({**kept, "start": str(offset), "asof": asof})

    context = {
        "q": args.get("q", ""),
        "found": found,
        "words_version": VERSION.removeprefix("words "),
        "start": start,
        "args": kept,
        "sort": args.get("sort", "") or "best",
        "sorts": {sort: urlencode({**kept, "sort": sort}) for sort in SORTS},
        "sections": await sections_of(datasette),
        "coverage": await coverage_of(datasette),
        "chart": bar_chart(say("search.per_year"), points) if len(points) > 1 else "",
        "query": urlencode(kept),
        "others": [_other(kept, other) for other in others],
        "facets": _facet_links(kept, found),
        "next_query": page_at(found.next_offset),
        "previous_query": page_at(max(0, start - PAGE)) if start else "",
        "trend_query": urlencode(kept),
    }
    return await page(datasette, request, "search.html", context)


def _other(kept: dict[str, str], other: OtherReading) -> dict[str, Any]:
    asked = {**{k: v for k, v in kept.items() if k != "apart"}, "q": other.text}
    query = urlencode({**asked, "apart": "1"} if other.is_apart else asked)
    return {"kind": other.kind, "query": query, "total": other.total}


def _facet_links(kept: dict[str, str], found: SearchPage) -> dict[str, list[dict[str, Any]]]:
    """For each facet its values with the query that narrows the search to it."""

    def narrowed(facet: str, value: str) -> dict[str, str]:
        if facet == "year":
            return within(kept, value) if value else kept
        return {**kept, facet: value}

    facets = found.facets.values if found.facets else {}
    return {
        facet: [
            {"value": value, "count": n, "query": urlencode(narrowed(facet, value))}
            for value, n in values
            if n
        ]
        for facet, values in facets.items()
    }


async def _search_file(
    datasette: Datasette, request: Request, kind: str, found: SearchPage, others: Others
) -> Response:
    if kind == "json":
        answer = as_json(found, others)
        for result in answer["results"]:
            row = datasette.urls.row("archive", "articles", str(result["id"]))
            result["archive_url"] = datasette.absolute_url(request, row)
        return file(json.dumps(answer, ensure_ascii=False), "application/json")
    entries = [
        {"id": h.id, "title": h.title, "at": h.timestamp, "text": h.snippet} for h in found.hits
    ]
    return await atom(
        datasette, request, say("search.feed_title", text=request.args.get("q", "")), entries
    )


def search_url(datasette: Datasette, args: dict[str, str]) -> str:
    """The address of the search page that shows a search."""
    return f"{datasette.urls.path('/search')}?{urlencode(args)}"


async def sections_of(datasette: Datasette) -> list[str]:
    """The sections to choose from, those with most articles first."""
    return [name for name, _ in (await cached(datasette, "holdings", overview.holdings)).sections]


async def coverage_of(datasette: Datasette) -> Coverage:
    """How much of what is known is archived."""
    return (await cached(datasette, "holdings", overview.holdings)).coverage
