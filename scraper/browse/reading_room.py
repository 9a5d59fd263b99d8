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
    home,
    name_index,
    search_page,
    table_pages,
    trends,
)
from scraper.browse.connection import listed

_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")


STATIC = Path(__file__).parent / "static"
TEMPLATES = Path(__file__).parent / "templates"


def routes() -> list[tuple[str, Any]]:
    """The addresses that we answer, each as a pattern of its path and the function that does."""
    return [
        (r"^/$", home.home),
        (r"^/search(?:\.(?P<format>json|csv|atom))?$", search_page.search),
        (r"^/trends(?:\.(?P<format>csv|svg))?$", trends.trends),
        (r"^/assets/(?P<path>.*)$", asgi_static(STATIC)),
        (r"^/archive$", table_pages.tables),
        (r"^/archive\.(?P<format>csv)$", table_pages.select),
        (r"^/archive/(?P<table>[^/.]+)(?:\.(?P<format>\w+))?$", table_pages.table),
        (r"^/archive/(?P<table>[^/.]+)/(?P<pks>[^/]+?)\.(?P<format>csv)$", table_pages.row),
        (r"^/days$", calendar_pages.years),
        (r"^/days/(?P<year>\d{4})$", calendar_pages.year),
        (r"^/days/(?P<day>\d{4}-\d\d-\d\d)$", calendar_pages.day),
        (r"^/(?P<which>bylines|tags)$", name_index.names),
        (r"^/dashboard$", home.dashboard),
        (r"^/about$", home.about),
        (r"^/feeds/(?P<which>new|changed)\.atom$", home.feed),
        (r"^/archive/articles/(?P<id>\d{1,15})$", article_pages.article),
        (r"^/-/(?:databases|threads)(?:\.json)?$", home.nowhere),
        (r"^/cite/(?P<id>\d{1,15})\.(?P<format>bib|json|ris|txt)$", article_pages.citation),
    ]


def filters(
    request: Any, database: str, table: str, datasette: Datasette
) -> Callable[[], Awaitable[FilterArguments | None]]:
    """What the search box of our tables adds to Datasette's SELECT."""

    async def inner() -> FilterArguments | None:
        is_ours = database == "archive" and table in ("articles", "articles_full")
        if is_ours and request.args.get("_search", "").strip():
            return await table_pages.found_in_table(datasette, request)
        return None

    return inner


def add_filters(env: Any) -> None:
    """Give the templates what they format times, numbers and marked text with."""
    env.filters["vietnam_time"] = times.vietnam_time
    env.filters["vietnam_day"] = times.vietnam_day
    env.filters["marked"] = _marked
    env.filters["number"] = lambda n: f"{n:,}"
    env.filters["xml"] = _xml
    env.filters["day"] = times.day_shown
    env.globals["dateline"] = times.dateline
    env.globals["shown"] = times.shown
    env.globals["weekday"] = times.weekday
    env.globals["kinds_of_time"] = times.KINDS


def cell(value: Any, column: str, table: str, database: str) -> Any:
    """A cell of a table as HTML; None for Datasette to show it."""
    if database != "archive" or not isinstance(value, str):
        return None
    if (column == "timestamp" or column.endswith("_at")) and _TIME.fullmatch(value):
        try:
            shown = times.vietnam_time(value)
        except (ValueError, OverflowError):  # a reader's own SELECT may call anything a time
            return None
        return Markup('<time datetime="{}" title="{} UTC">{}</time>').format(value, value, shown)
    if column == "title" and table is None:
        return None
    if column in ("url", "image_url") and value.startswith(("http://", "https://")):
        return Markup('<a href="{}" rel="noreferrer nofollow">{}</a>').format(value, "original")
    if column in ("byline", "flags") and value.startswith("["):
        return ", ".join(listed(value)) or Markup("&nbsp;")
    return None


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
