"""The reading pages: what each address answers."""

import csv
import io
import json
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from datasette.app import Datasette
from datasette.utils.asgi import NotFound, Request, Response
from datasette.views.database import DatabaseView
from sqlite_utils import Database

from scraper import cite
from scraper.archive import search as index
from scraper.archive.periods import Stretch, stretches
from scraper.browse import library
from scraper.browse.cached import cached
from scraper.browse.charts import Point, Series, bar_chart, line_chart
from scraper.browse.connection import capture_of, in_archive
from scraper.cells import inert
from scraper.changes import changes
from scraper.models import utc_text
from scraper.query import Aliases, read_aliases, read_query

PAGE = 20
FILE = 5000  # rows of a CSV file; the page says so, and the next begins with &start=5000
TRENDS = 5


def aliases(datasette: Datasette) -> Aliases:
    """The names in several forms that config.toml lists."""
    return read_aliases(tuple(datasette.plugin_config("scraper")["aliases"]))


async def stretches_of(datasette: Datasette) -> tuple[Stretch, ...]:
    """The months as stretches of numbers; old ones do as well, but for a little time."""
    return await cached(datasette, "stretches", stretches, fresh_seconds=3600)


def table_condition(db: Database, text: str, known: Aliases) -> tuple[str, dict[str, str]]:
    """What Datasette's own table search adds to its WHERE, and the parameters of that."""
    sql, parameters = index.condition(db, read_query(text, known))
    return sql.replace("?", ":search_match"), (
        {"search_match": parameters[0]} if parameters else {}
    )


async def home(datasette: Datasette, request: Request) -> Response:
    held = await cached(datasette, "holdings", library.holdings)
    points = [_point(datasette, m, n, {"from": m, "to": m}) for m, n in held.months]
    return await _page(
        datasette,
        request,
        "home.html",
        {"held": held, "chart": bar_chart("Articles per month", points)},
    )


async def search(datasette: Datasette, request: Request) -> Response:
    args = request.args
    text, start = args.get("q", ""), _whole(args.get("start", ""))
    filters = _filters(args, follows=start > 0)
    newest_first = args.get("sort") == "newest"
    kind = request.url_vars["format"]
    limit = {"csv": FILE, "json": 100, "atom": 50}.get(kind, PAGE)
    known, months = aliases(datasette), await stretches_of(datasette)

    def read(db: Database) -> index.SearchPage:
        return index.search(
            db,
            text,
            filters=filters,
            newest_first=newest_first or kind in ("csv", "atom"),
            limit=limit,
            offset=start,
            aliases=known,
            with_years=not kind,
            stretches=months,
        )

    try:
        page = await in_archive(datasette, read)
    except sqlite3.OperationalError as e:
        if "interrupted" not in str(e):
            raise
        return await _page(
            datasette, request, "slow.html", {"message": "This search took too long."}, status=503
        )
    if kind:
        return await _search_file(datasette, request, kind, page)
    kept = {k: v for k, v in _arguments(args).items() if k not in ("start", "asof")}
    points = [_point(datasette, y, n, {**kept, "from": y, "to": y}) for y, n in page.years]
    held = await cached(datasette, "holdings", library.holdings)
    asof = args.get("asof") or utc_text(datetime.now(UTC))
    following = {**kept, "start": str(page.next_offset), "asof": asof}
    return await _page(
        datasette,
        request,
        "search.html",
        {
            "q": text,
            "page": page,
            "start": start,
            "args": kept,
            "newest_first": newest_first,
            "sections": [name for name, _ in held.sections],
            "chart": bar_chart("Hits per year", points) if len(points) > 1 else "",
            "query": urlencode(kept),
            "newest_query": urlencode({**kept, "sort": "newest"}),
            "best_query": urlencode({k: v for k, v in kept.items() if k != "sort"}),
            "next_query": urlencode(following) if page.next_offset is not None else "",
            "file_rows": FILE,
        },
    )


async def _search_file(
    datasette: Datasette, request: Request, kind: str, page: index.SearchPage
) -> Response:
    if kind == "json":
        keys = ("id", "url", "title", "timestamp", "section", "snippet")
        results = [{key: getattr(hit, key) for key in keys} for hit in page.hits]
        found = {"total": page.total, "results": results, "next_start": page.next_offset}
        return _file(json.dumps(found, ensure_ascii=False), "application/json")
    if kind == "csv":
        out = io.StringIO()
        table = csv.writer(out)
        table.writerow(("id", "timestamp", "section", "title", "url", "snippet"))
        for hit in page.hits:
            row = (hit.timestamp, hit.section, hit.title, hit.url, hit.snippet)
            table.writerow((hit.id, *map(inert, row)))
        return _file(out.getvalue(), "text/csv")
    entries = [
        {"id": h.id, "title": h.title, "at": h.timestamp, "text": h.snippet} for h in page.hits
    ]
    return await _atom(datasette, request, f"Search: {request.args.get('q', '')}", entries)


async def trends(datasette: Datasette, request: Request) -> Response:
    args = request.args
    texts = [q.strip() for q in args.getlist("q") if q.strip()][:TRENDS]
    digits = 7 if args.get("by") == "month" else 4
    share = args.get("as") == "share"
    filters, known = _filters(args), aliases(datasette)
    months = await stretches_of(datasette)

    def read(db: Database) -> tuple[list[str], dict[str, int], list[dict[str, int]]]:
        everything = index.ask(db, read_query(""), filters)
        whole = dict(index.count_by_period(db, everything, digits)) if everything else {}
        found = []
        for text in texts:
            asked = index.ask(db, read_query(text, known), filters)
            found.append(dict(index.count_by_period(db, asked, digits, months)) if asked else {})
        return sorted(whole), whole, found

    try:
        periods, whole, found = await in_archive(datasette, read)
    except sqlite3.OperationalError as e:
        if "interrupted" not in str(e):
            raise
        message = "This comparison took too long; ask for fewer words at once."
        return await _page(datasette, request, "slow.html", {"message": message}, status=503)
    kept = {k: v for k, v in _arguments(args).items() if k in ("section", "byline", "tag")}

    def value(counts: dict[str, int], period: str) -> float:
        count = counts.get(period, 0)
        return 100 * count / whole[period] if share else count

    series = [
        Series(
            text,
            tuple(
                Point(
                    p,
                    value(counts, p),
                    _search_url(datasette, {**kept, "q": text, "from": p, "to": p}),
                )
                for p in periods
            ),
        )
        for text, counts in zip(texts, found, strict=True)
    ]
    kind = request.url_vars["format"]
    chart = line_chart("Articles with these words" + (", % of all" if share else ""), series)
    if kind == "svg":
        style = "<style>polyline{fill:none;stroke:#333}text{font:11px sans-serif}</style></svg>"
        return _file(str(chart).replace("</svg>", style), "image/svg+xml")
    if kind == "csv":
        out = io.StringIO()
        table = csv.writer(out)
        table.writerow(["period", "all articles", *map(inert, texts)])
        for p in periods:
            table.writerow([p, whole[p], *(counts.get(p, 0) for counts in found)])
        return _file(out.getvalue(), "text/csv")
    held = await cached(datasette, "holdings", library.holdings)
    context = {
        "texts": texts + [""] * (TRENDS - len(texts)),
        "series": series,
        "periods": periods,
        "chart": chart,
        "share": share,
        "by_month": digits == 7,
        "section": args.get("section", ""),
        "sections": [name for name, _ in held.sections],
        "query": request.query_string,
    }
    return await _page(datasette, request, "trends.html", context)


async def article(datasette: Datasette, request: Request) -> Response:
    number = int(request.url_vars["id"])
    read = await in_archive(datasette, lambda db: library.reading(db, number))
    if read is None:
        raise NotFound(await in_archive(datasette, lambda db: library.absence(db, number)))
    capture = await capture_of(datasette, read.row["snapshot_id"])
    source = _cited(read, capture)
    return await _page(
        datasette,
        request,
        "article.html",
        {
            "read": read,
            "row": read.row,
            "plain_citation": cite.plain(source),
            "bibtex": cite.bibtex(source),
            "csl": json.dumps(cite.csl(source), ensure_ascii=False, indent=2),
            "capture": capture,
            "compared": _compared(read, request.args),
        },
    )


def _cited(read: library.Reading, capture: Any) -> cite.Source:
    return replace(read.source, sha256=capture["sha256"]) if capture else read.source


def _compared(read: library.Reading, args: Any) -> dict[str, Any] | None:
    """The two revisions to compare, the latest change unless others are asked for."""
    by_number = {revision["number"]: revision for revision in read.revisions}
    if len(by_number) < 2:
        return None
    *_, before, after = sorted(by_number)
    before = _whole(args.get("before", "")) or before
    after = _whole(args.get("after", "")) or after
    if before not in by_number or after not in by_number:
        raise NotFound("No such revision of this article")
    runs = changes(
        library.revision_text(by_number[before]), library.revision_text(by_number[after])
    )
    return {"before": before, "after": after, "runs": runs}


async def citation(datasette: Datasette, request: Request) -> Response:
    number = int(request.url_vars["id"])
    read = await in_archive(datasette, lambda db: library.reading(db, number))
    if read is None:
        raise NotFound(await in_archive(datasette, lambda db: library.absence(db, number)))
    source = _cited(read, await capture_of(datasette, read.row["snapshot_id"]))
    match request.url_vars["format"]:
        case "bib":
            return _file(cite.bibtex(source), "application/x-bibtex")
        case "json":
            items = [cite.csl(source)]
            kind = "application/vnd.citationstyles.csl+json"
            return _file(json.dumps(items, ensure_ascii=False, indent=2), kind)
        case _:
            return _file(cite.plain(source) + "\n", "text/plain")


async def dashboard(datasette: Datasette, request: Request) -> Response:
    figures = await cached(datasette, "health", library.health)
    months = await cached(datasette, "months", library.months)
    charts = [
        ("Articles per month", [_point(datasette, m, n, {"from": m, "to": m}) for m, n in months])
    ]
    named = {
        "captions": "Captions per month",
        "edits": "Edits seen per month",
        "removals": "Pages found gone per month",
        "weather": "Temperature on the weather widget, monthly mean, °C",
    }
    for key, title in named.items():
        charts.append((title, [Point(row["month"], row["n"]) for row in figures[key]]))
    drawn = [(title, bar_chart(title, points)) for title, points in charts]
    return await _page(datasette, request, "dashboard.html", {"charts": drawn, **figures})


async def tables(datasette: Datasette, request: Request) -> Response:
    """Datasette's page of tables, its counts kept; a SELECT is left to Datasette."""
    if "sql" in request.args:
        route = {"kwargs": {"database": "archive", "format": None}}
        request.scope = {**request.scope, "url_route": route}
        answer: Response = await DatabaseView(datasette).dispatch_request(request)
        return answer
    counts = await cached(datasette, "counts", library.counts)
    database = datasette.get_database("archive")
    context = {
        "database": "archive",
        "metadata": datasette.metadata(database="archive"),
        "tables": [{"name": name, "count": count} for name, count in counts.items()],
        "views": [{"name": "articles_full"}],
        "queries": list((await datasette.get_canned_queries("archive", request.actor)).values()),
        "allow_execute_sql": True,
        "allow_download": not database.is_mutable,
        "size": database.size,
    }
    return await _page(datasette, request, "database.html", context)


async def about(datasette: Datasette, request: Request) -> Response:
    held = await cached(datasette, "holdings", library.holdings)
    example = held.newest[0]["id"] if held.newest else 1
    here = datasette.absolute_url(request, datasette.urls.instance()).rstrip("/")
    return await _page(datasette, request, "about.html", {"here": here, "example": example})


async def feed(datasette: Datasette, request: Request) -> Response:
    if request.url_vars["which"] == "new":
        rows = await in_archive(datasette, lambda db: library.newest(db, 50))
        entries = [_entry(row, row["timestamp"], row["title"], row["lead"]) for row in rows]
        return await _atom(datasette, request, "New articles", entries)
    rows = await in_archive(datasette, lambda db: library.changed(db, 50))
    entries = [
        _entry(row, row["changed_at"], f"{row['title']} (text {row['number']})", row["lead"])
        for row in rows
    ]
    return await _atom(datasette, request, "Changed articles", entries)


def _entry(row: Any, at: str, title: str, text: str) -> dict[str, Any]:
    return {"id": row["id"], "title": title, "at": at, "text": text}


async def _atom(
    datasette: Datasette, request: Request, title: str, entries: list[dict[str, Any]]
) -> Response:
    def absolute(path: str) -> str:
        return str(datasette.absolute_url(request, path))

    for entry in entries:
        entry["href"] = absolute(datasette.urls.row("archive", "articles", str(entry["id"])))
    context = {
        "title": title,
        "here": absolute(request.full_path),
        "updated": max((e["at"] for e in entries), default="1970-01-01T00:00:00Z"),
        "entries": entries,
    }
    body = await datasette.render_template("feed.xml", context, request=request)
    return _file(body, "application/atom+xml")


async def _page(
    datasette: Datasette,
    request: Request,
    template: str,
    context: dict[str, Any],
    status: int = 200,
) -> Response:
    context = {"site_title": datasette.metadata("title"), **context}
    body = await datasette.render_template(template, context, request=request)
    return Response.html(body, status=status)


def _file(body: str, kind: str) -> Response:
    return Response(body, content_type=f"{kind}; charset=utf-8")


def _whole(text: str) -> int:
    """A whole number typed into an address; 0 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _filters(args: Any, *, follows: bool = False) -> index.Filters:
    return index.Filters(
        section=args.get("section", ""),
        since=_day(args.get("from", "")),
        until=_day(args.get("to", "")),
        byline=args.get("byline", "").strip(),
        tag=args.get("tag", "").strip(),
        photos=bool(args.get("photos")),
        captions=bool(args.get("captions")),
        gone=bool(args.get("gone")),
        # A page that follows another leaves out what was captured since, so that none repeats.
        known_by=args.get("asof", "") if follows else "",
    )


def _day(text: str) -> str:
    return "".join(c for c in text if c in "0123456789-")[:10]


def _arguments(args: Any) -> dict[str, str]:
    return {key: args.get(key) for key in args if args.get(key)}


def _point(datasette: Datasette, label: str, value: int, args: dict[str, str]) -> Point:
    return Point(label, value, _search_url(datasette, args))


def _search_url(datasette: Datasette, args: dict[str, str]) -> str:
    return f"{datasette.urls.path('/search')}?{urlencode(args)}"
