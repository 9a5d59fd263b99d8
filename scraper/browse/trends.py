"""The trends page: how often words are named over time, as a chart, a table and files."""

from dataclasses import dataclass
from typing import Any

from datasette.app import Datasette
from datasette.utils.asgi import Request, Response
from sqlite_utils import Database

from scraper.browse.charts import Point, Series, line_chart, svg_file
from scraper.browse.connection import aliases, in_archive
from scraper.browse.phrases import say
from scraper.browse.rendering import arguments, csv_file, file, page
from scraper.browse.search_filters import FILTERS, filters_of, is_asked, one_of, within
from scraper.browse.search_page import coverage_of, refused, search_url, sections_of, stretches_of
from scraper.errors import BadFilter
from scraper.search import sql as index
from scraper.search.query import read_query
from scraper.times import every_period, is_running

PHRASES = 5


@dataclass(frozen=True, slots=True)
class Counts:
    """Articles for each year or month."""

    whole: dict[str, int]  # all that pass the filters
    named: tuple[dict[str, int], ...]  # those that fit each text too
    read_as: tuple[str, ...]  # how each text was read, as a search for it says


async def trends(datasette: Datasette, request: Request) -> Response:
    """The page, its chart or its figures."""
    args = request.args
    texts = [q.strip() for q in args.getlist("q") if q.strip()]
    try:
        if len(texts) > PHRASES:
            raise BadFilter(say("trends.too_many", count=len(texts), most=PHRASES))
        digits = 7 if one_of(args, "by", ("year", "month")) == "month" else 4
        share = one_of(args, "as", ("share", "count")) != "count"
        counts = await _counts(datasette, texts, args, digits)
    except BadFilter as e:
        return await refused(datasette, request, str(e))
    if request.url_vars["format"] == "csv":
        return _figures(texts, counts)
    kept = {k: v for k, v in arguments(args).items() if k in FILTERS}
    series = [
        Series(text, tuple(_points(datasette, counts.whole, named, {**kept, "q": text}, share)))
        for text, named in zip(texts, counts.named, strict=True)
    ]
    title = say("trends.chart_title_share" if share else "trends.chart_title")
    if request.url_vars["format"] == "svg":
        return file(svg_file(title, series), "image/svg+xml")
    context = {
        "texts": texts + [""] * (PHRASES - len(texts)),
        "series": series,
        "periods": list(counts.whole),
        "whole": counts.whole,
        "read_as": counts.read_as,
        "chart": line_chart(title, series),
        "share": share,
        "by_month": digits == 7,
        "args": kept,
        "sections": await sections_of(datasette),
        "coverage": await coverage_of(datasette),
        "query": request.query_string,
    }
    return await page(datasette, request, "trends.html", context)


def _figures(texts: list[str], counts: Counts) -> Response:
    head = ["period", "all articles", *texts]
    rows = ([p, n, *(c.get(p, 0) for c in counts.named)] for p, n in counts.whole.items())
    return csv_file([head, *rows])


async def _counts(datasette: Datasette, texts: list[str], args: Any, digits: int) -> Counts:
    filters, known = filters_of(args), aliases(datasette)
    apart = is_asked(args, "apart")
    months = await stretches_of(datasette)

    def read(db: Database) -> Counts:
        def ask(text: str) -> index.SearchSQL:
            return index.ask(db, read_query(text, known, apart=apart), filters)

        def count(asked: index.SearchSQL) -> dict[str, int]:
            return dict(index.count_by_period(db, asked, digits, months))

        whole, asked = count(ask("")), tuple(map(ask, texts))
        periods = every_period(min(whole), max(whole)) if whole else []
        return Counts(
            {p: whole.get(p, 0) for p in periods},
            tuple(map(count, asked)),
            tuple(one.query.read_as for one in asked),
        )

    return await in_archive(datasette, read)


def _points(
    datasette: Datasette,
    whole: dict[str, int],
    named: dict[str, int],
    args: dict[str, str],
    share: bool,
) -> list[Point]:
    points = []
    for period, articles in whole.items():
        value: float = named.get(period, 0)
        if share:
            value = 100 * value / articles if articles else 0
        href = search_url(datasette, within(args, period))
        points.append(Point(period, value, href, running=is_running(period)))
    return points
