"""The first page, the dashboard, help and feeds."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from datasette.app import Datasette
from datasette.utils.asgi import NotFound, Request, Response

from scraper.browse import overview
from scraper.browse.cache import cached
from scraper.browse.charts import COLOURS, Point, Series, bar_chart, line_chart
from scraper.browse.connection import in_archive
from scraper.browse.metadata import QUESTIONS
from scraper.browse.phrases import say
from scraper.browse.rendering import atom, page
from scraper.browse.search_filters import within
from scraper.browse.search_page import search_url
from scraper.times import every_period, is_running

MONTHS_DRAWN = 24  # lines over more than these show years


async def home(datasette: Datasette, request: Request) -> Response:
    """The first page: the search box, and what the archive holds."""
    held = await cached(datasette, "holdings", overview.holdings)
    questions = [(name, question_url(datasette, name)) for name in QUESTIONS]
    counts, waiting = dict(held.months), held.coverage.waiting_months
    points = [
        replace(p, waiting=waiting.get(p.label, 0), running=is_running(p.label))
        for p in _months(
            dict.fromkeys(waiting, 0) | counts, lambda m: search_url(datasette, within({}, m))
        )
    ]
    return await page(
        datasette,
        request,
        "home.html",
        {"held": held, "chart": bar_chart(say("home.per_month"), points), "questions": questions},
    )


async def dashboard(datasette: Datasette, request: Request) -> Response:
    """Figures over the archive, and how the crawl is doing."""
    figures = await cached(datasette, "health", overview.health)
    whole = dict((await cached(datasette, "holdings", overview.holdings)).months)
    counted = {
        "articles": whole,
        "captions": figures["captions"],
        "edits": figures["edits"],
        "removals": figures["removals"],
        "failures": figures["failures"],
        "fallback": figures["fallback"],
    }
    charts = [
        (title, bar_chart(title, _months(found)))
        for title, found in ((say(f"dashboard.{name}"), found) for name, found in counted.items())
    ]
    sections = _section_lines(figures["section_months"])
    context = {"charts": charts, "section_lines": sections, **figures}
    context["section_chart"] = line_chart(say("dashboard.section_chart"), sections)
    return await page(datasette, request, "dashboard.html", context)


def _section_lines(counts: dict[tuple[str, str], int]) -> list[Series]:
    """The largest sections over time: by month, in a long archive by year."""
    months = sorted({month for _, month in counts})
    digits = 7 if len(months) <= MONTHS_DRAWN else 4
    sums: dict[str, Counter[str]] = {}
    for (section, month), n in counts.items():
        if section:
            sums.setdefault(section, Counter())[month[:digits]] += n
    largest = sorted(sums, key=lambda name: (-sums[name].total(), name))[: len(COLOURS)]
    periods = every_period(months[0][:digits], months[-1][:digits]) if months else []
    return [Series(name, tuple(Point(p, sums[name][p]) for p in periods)) for name in largest]


def _months(
    counts: Mapping[str, float], href: Callable[[str], str] = lambda month: ""
) -> list[Point]:
    """Points for all months from first to last, with 0 for those not in `counts`."""
    months = every_period(min(counts), max(counts)) if counts else []
    return [Point(m, counts.get(m, 0), href(m)) for m in months]


def question_url(datasette: Datasette, name: str) -> str:
    """The address of the answer to a ready-made question, with an example to start from."""
    query = urlencode(QUESTIONS[name].get("parameters", {}))
    path = str(datasette.urls.query("archive", name))
    return f"{path}?{query}" if query else path


async def about(datasette: Datasette, request: Request) -> Response:
    """How to search, cite and download."""
    held = await cached(datasette, "holdings", overview.holdings)
    example = held.newest[0]["id"] if held.newest else 1
    # Examples to copy: if the operator has named no address, the one that the reader came by.
    came_by = f"{request.scheme}://{request.host}"
    here = datasette.absolute_url(request, datasette.urls.instance()).rstrip("/")
    context = {
        "here": here if "://" in here else came_by + here,
        "example": example,
        "own_sql": datasette.setting("default_allow_sql"),
    }
    return await page(datasette, request, "about.html", context)


async def nowhere(datasette: Datasette, request: Request) -> Response:
    """Nothing, in place of Datasette's pages that tell of this machine's folders and threads."""
    raise NotFound(say("error.no_page"))


async def feed(datasette: Datasette, request: Request) -> Response:
    """New or changed articles as Atom."""
    if request.url_vars["which"] == "new":
        rows = await in_archive(datasette, lambda db: overview.newest(db, 50))
        entries = [_entry(row, row["timestamp"], row["title"], row["lead"]) for row in rows]
        return await atom(datasette, request, say("feed.new"), entries)
    rows = await in_archive(datasette, lambda db: overview.changed(db, 50))
    entries = [
        _entry(
            row,
            row["changed_at"],
            say("feed.changed_entry", title=row["title"], number=row["number"]),
            row["lead"],
        )
        for row in rows
    ]
    return await atom(datasette, request, say("feed.changed"), entries)


def _entry(row: Any, at: str, title: str, text: str) -> dict[str, Any]:
    return {"id": row["id"], "title": title, "at": at, "text": text}
