"""The reading room: its addresses, and how Datasette shows the cells of our tables."""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from datasette.app import Datasette
from datasette.filters import FilterArguments
from datasette.utils.asgi import asgi_static
from markupsafe import Markup, escape

from scraper import times
from scraper.browse import (
    article_pages,
    calendar_pages,
    capture_pages,
    home,
    language,
    metadata,
    name_index,
    photo_pages,
    phrases,
    place_pages,
    search_page,
    table_pages,
    trends,
    weather_readings,
)
from scraper.browse.charts import Point, bar_chart
from scraper.browse.connection import listed

_PERIOD = re.compile(r"[0-9]{4}(-(0[1-9]|1[0-2]))?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")


# The columns of an answer whose numbers are those of articles.
_ARTICLE_NUMBERS = {"id", "article_id", "first_article", "last_article"}

# Columns whose values have names in both languages, and the group of these in phrases.toml.
_NAMED = {
    "captured_source": "source",
    "certainty": "certainty",
    "kind": "kind",
    "layout": "layout",
    "outcome": "outcome",
    "part": "part",
    "published_source": "source",
    "reading": "reading",
    "source": "source",
    "state": "state",
    "timestamp_source": "time_kind",
}

STATIC = Path(__file__).parent / "static"
_ASSETS = [re.escape(file.name) for file in STATIC.iterdir()]
TEMPLATES = Path(__file__).parent / "templates"


def routes() -> list[tuple[str, Any]]:
    """The addresses that we answer, each as a pattern of its path and the function that does."""
    return [
        (r"^/$", home.home),
        (r"^/search(?:\.(?P<format>json|csv|atom|jsonl|bib|ris))?$", search_page.search),
        (r"^/trends(?:\.(?P<format>csv|svg))?$", trends.trends),
        # Only what is there: for any other path asgi_static() has a line of plain English.
        (rf"^/assets/(?P<path>{'|'.join(_ASSETS)})$", asgi_static(STATIC)),
        (r"^/archive$", table_pages.tables),
        (r"^/archive\.(?P<format>csv|json)$", table_pages.select),
        (r"^/archive/(?P<table>[^/.]+)(?:\.(?P<format>\w+))?$", table_pages.table),
        (r"^/days$", calendar_pages.years),
        (r"^/days/(?P<year>\d{4})$", calendar_pages.year),
        (r"^/days/(?P<day>\d{4}-\d\d-\d\d)$", calendar_pages.day),
        (r"^/(?P<which>bylines|tags)$", name_index.names),
        (r"^/photo/(?P<sha256>[0-9a-f]{64})$", photo_pages.photo),
        (r"^/places$", place_pages.places),
        (r"^/places/(?P<id>[0-9a-z-]{2,40})$", place_pages.place),
        (r"^/dashboard$", home.dashboard),
        (r"^/about$", home.about),
        (r"^/feeds/(?P<which>new|changed)\.atom$", home.feed),
        (r"^/archive/articles/(?P<id>\d{1,15})$", article_pages.article),
        (r"^/archive/articles/(?P<id>\d{1,15})/changes/(?P<number>\d{1,6})$", article_pages.change),
        (
            r"^/archive/articles/(?P<id>\d{1,15})/captures/(?P<snapshot>\d{1,15})$",
            capture_pages.view,
        ),
        (
            r"^/archive/articles/(?P<id>\d{1,15})/captures/(?P<snapshot>\d{1,15})/page$",
            capture_pages.download,
        ),
        (r"^/archive/(?P<table>[^/.]+)/(?P<pks>[^/]+?)(?:\.(?P<format>\w+))?$", table_pages.row),
        (r"^/-/(?:databases|threads)(?:\.json)?$", home.nowhere),
        (r"^/cite/(?P<id>\d{1,15})\.(?P<format>bib|json|ris|txt)$", article_pages.citation),
    ]


def filters(
    request: Any, database: str, table: str, datasette: Datasette
) -> Callable[[], Awaitable[FilterArguments | None]]:
    """What we add to Datasette's SELECT of a table: the words searched for, readings once."""

    async def inner() -> FilterArguments | None:
        is_ours = database == "archive" and table in ("articles", "articles_full")
        if is_ours and request.args.get("_search", "").strip():
            return await table_pages.found_in_table(datasette, request)
        if database == "archive" and table == "weather":
            return await weather_readings.weather_filter(datasette, request)
        return None

    return inner


def add_filters(env: Any) -> None:
    """Give the templates what they format times, numbers and marked text with."""
    env.filters |= {
        "day": phrases.day,
        "degrees": phrases.decimal,
        "marked": _marked,
        "month": phrases.month,
        "number": phrases.number,
        "period": phrases.period,
        "time": phrases.time,
        "vietnam_day": times.vietnam_day,
        "xml": _xml,
    }
    for function in (
        language.language,
        language.in_other,
        phrases.dateline,
        phrases.flags_shown,
        phrases.month_name,
        phrases.said,
        phrases.say,
        times.is_running,
        phrases.weekday,
        phrases.weekday_letters,
        phrases.when,
        metadata.column_label,
        metadata.column_meaning,
        metadata.column_meanings,
        metadata.question_about,
        metadata.question_title,
        metadata.table_about,
        metadata.table_title,
        question_chart,
        value_named,
    ):
        env.globals[function.__name__] = function


def cell(row: Any, value: Any, column: str, table: str | None, urls: Any) -> Any:
    """A cell of a table, or of an answer if `table` is None, as HTML; None for Datasette's own."""
    if table is None and value and column in _ARTICLE_NUMBERS and isinstance(value, int):
        return Markup('<a href="{}">{}</a>').format(
            urls.row("archive", "articles", str(value)), value
        )
    if isinstance(value, float):
        return phrases.decimal(value)
    if not isinstance(value, str):
        return None
    if column in ("year", "month") and table is None and _PERIOD.fullmatch(value):
        return phrases.period(value)
    if column == "local_date" and _DAY.fullmatch(value):
        return _day(value, urls)
    if (column in ("timestamp", "lastmod") or column.endswith("_at")) and _TIME.fullmatch(value):
        try:
            shown = phrases.time(value)
        except (ValueError, OverflowError):  # a reader's own SELECT may call anything a time
            return None
        return Markup('<time datetime="{}" title="{} UTC">{}</time>').format(value, value, shown)
    if column == "title" and table is None and "id" in row.keys():  # noqa: SIM118 - a sqlite3.Row
        return Markup('<a href="{}">{}</a>').format(
            urls.row("archive", "articles", str(row["id"])), value
        )
    if column in ("url", "image_url") and value.startswith(("http://", "https://")):
        return Markup('<a href="{}" rel="noreferrer nofollow">{}</a>').format(
            value, phrases.say("article.original")
        )
    if table is not None and (named := value_named(column, value)):
        return named
    if column == "flags" and value.startswith("["):
        return phrases.flags_shown(listed(value)) or Markup("&nbsp;")
    if column == "byline" and value.startswith("["):
        return ", ".join(listed(value)) or Markup("&nbsp;")
    return None


def value_named(column: str, value: Any) -> Markup | None:
    """What a value of a column is called in the language of the request; None if it has no name."""
    name = f"{_NAMED.get(column)}.{value}"
    return phrases.say(name) if name in phrases.catalogue() else None


def question_chart(name: str, columns: list[str], rows: list[Any]) -> Markup:
    """The answer to a ready-made question as bars, if it is a series."""
    drawn = metadata.QUESTIONS.get(name, {}).get("chart")
    if not drawn or not set(drawn) <= set(columns):
        return Markup("")
    label, value = map(columns.index, drawn)
    counted = {str(row[label]): float(row[value]) for row in rows}
    periods = times.every_period(min(counted), max(counted)) if counted else []
    points = [Point(period, counted.get(period, 0)) for period in periods]
    return bar_chart(metadata.question_title(name), points)


def _day(value: str, urls: Any) -> Markup | None:
    try:
        shown = phrases.day(value)
    except ValueError:  # a reader's own SELECT may call anything a day
        return None
    return Markup('<a href="{}">{}</a>').format(urls.path(f"/days/{value}"), shown)


def _marked(text: str, spans: tuple[tuple[int, int], ...]) -> Markup:
    """`text` with the stretches `spans` in <mark>."""
    shown, at = Markup(""), 0
    for start, end in spans:
        shown += escape(text[at:start]) + Markup("<mark>{}</mark>").format(text[start:end])
        at = end
    return shown + escape(text[at:])


def _xml(text: str) -> str:
    """`text` without the characters that no XML file may hold."""
    return "".join(c for c in text if c in "\t\n\r" or c >= " " and c not in "\ufffe\uffff")
