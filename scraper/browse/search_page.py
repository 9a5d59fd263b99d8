"""The search page, the same search as a file, and what other pages need to lead to it."""

import json
from asyncio import gather
from dataclasses import dataclass
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
from scraper.search.facets import Facets
from scraper.search.facets import facets as count_facets
from scraper.search.hits import OtherReading, SearchPage, as_json
from scraper.search.query import read_query
from scraper.search.sql import ask
from scraper.times import is_running

PAGE = 20
MOST = 1000  # results of one JSON answer


@dataclass(frozen=True, slots=True)
class Found:
    """What a search page or file shows."""

    hits: SearchPage
    others: tuple[OtherReading, ...]
    facets: Facets | None


async def stretches_of(datasette: Datasette) -> tuple[Stretch, ...]:
    """The months as stretches of numbers; old ones do as well, but for a little time."""
    return await cached(datasette, "stretches", stretches, fresh_seconds=3600)


async def search(datasette: Datasette, request: Request) -> Any:
    """Articles found, as a page or as a file."""
    kind = request.url_vars["format"]
    try:
        if kind in FILES:
            return await whole_search(datasette, request, kind)
        found = await _found(datasette, request.args, kind)
    except BadFilter as e:
        return await refused(datasette, request, str(e))
    if kind:
        return await _search_file(datasette, request, kind, found)
    return await _search_page(datasette, request, found)


async def refused(datasette: Datasette, request: Request, message: str) -> Response:
    """One clear line about what cannot be read in the address, on a page or as JSON."""
    if request.url_vars["format"] == "json":
        body = json.dumps({"error": message}, ensure_ascii=False)
        return file(body, "application/json", 400)
    return await page(datasette, request, "refused.html", {"message": message}, status=400)


async def _found(datasette: Datasette, args: Any, kind: str | None) -> Found:
    """Hits; other readings and facets are counted meanwhile, in threads of their own."""
    months, q, start = await stretches_of(datasette), args.get("q", ""), number_of(args, "start")
    filters, known = filters_of(args), aliases(datasette)
    sort = "newest" if kind == "atom" else sort_of(args)
    limit = {"json": min(number_of(args, "size") or 100, MOST), "atom": 50}.get(kind or "", PAGE)
    with_facets = is_asked(args, "facets") if kind == "json" else not kind and bool(q)
    apart = is_asked(args, "apart")
    query = read_query(q, known, apart=apart)
    asked = await in_archive(datasette, lambda db: ask(db, query, filters))

    def hits(db: Database) -> SearchPage:
        return index.search(
            db,
            asked,
            sort=sort,
            limit=limit,
            offset=start,
            with_years=not kind,
            stretches=months,
        )

    def others(db: Database) -> tuple[OtherReading, ...]:
        if kind == "atom":
            return ()
        return index.other_readings(db, q, filters=filters, aliases=known, apart=apart)

    def facets(db: Database) -> Facets | None:
        return count_facets(db, asked) if with_facets else None

    return Found(
        *await gather(
            in_archive(datasette, hits),
            in_archive(datasette, others),
            in_archive(datasette, facets),
        )
    )


async def _search_page(datasette: Datasette, request: Request, found: Found) -> Response:
    args, hits = request.args, found.hits
    start = number_of(args, "start")
    kept = {k: v for k, v in arguments(args).items() if k not in ("start", "asof")}
    asof = args.get("asof") or utc_text(datetime.now(UTC))
    points = [
        Point(y, n, search_url(datasette, within(kept, y)), running=is_running(y))
        for y, n in hits.years
    ]

    def page_at(offset: int | None) -> str:
        return "" if offset is None else urlencode({**kept, "start": str(offset), "asof": asof})

    context = {
        "q": args.get("q", ""),
        "found": hits,
        "words_version": VERSION.removeprefix("words "),
        "start": start,
        "args": kept,
        "sort": args.get("sort", "") or "best",
        "sorts": {sort: urlencode({**kept, "sort": sort}) for sort in SORTS},
        "sections": await sections_of(datasette),
        "coverage": await coverage_of(datasette),
        "chart": bar_chart(say("search.per_year"), points) if len(points) > 1 else "",
        "query": urlencode(kept),
        "others": [_other(kept, other) for other in found.others],
        "facets": _facet_links(kept, found.facets) if found.facets else {},
        "facets_of": found.facets.counted if found.facets else 0,
        "next_query": page_at(hits.next_offset),
        "previous_query": page_at(max(0, start - PAGE)) if start else "",
        "trend_query": urlencode(kept),
    }
    return await page(datasette, request, "search.html", context)


def _other(kept: dict[str, str], other: OtherReading) -> dict[str, Any]:
    asked = {**{k: v for k, v in kept.items() if k != "apart"}, "q": other.text}
    query = urlencode({**asked, "apart": "1"} if other.is_apart else asked)
    return {"kind": other.kind, "query": query, "total": other.total}


def _facet_links(kept: dict[str, str], facets: Facets) -> dict[str, list[dict[str, Any]]]:
    """For each facet its values with the query that narrows the search to it.

    No search is for articles without a section or day: "" has no query.
    """

    def narrowed(facet: str, value: str) -> dict[str, str]:
        if facet == "year":
            return within(kept, value)
        return {**kept, facet: value}

    return {
        facet: [
            {"value": value, "count": n, "query": value and urlencode(narrowed(facet, value))}
            for value, n in values
            if n
        ]
        for facet, values in facets.values.items()
    }


async def _search_file(datasette: Datasette, request: Request, kind: str, found: Found) -> Response:
    if kind == "json":
        answer = as_json(found.hits, found.others, found.facets)
        for result in answer["results"]:
            row = datasette.urls.row("archive", "articles", str(result["id"]))
            result["archive_url"] = datasette.absolute_url(request, row)
        return file(json.dumps(answer, ensure_ascii=False), "application/json")
    entries = [
        {"id": h.id, "title": h.title, "at": h.timestamp, "text": h.snippet}
        for h in found.hits.hits
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
