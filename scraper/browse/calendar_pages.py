"""Browsing by date: all years, one year as a calendar, one day with its articles."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import Any

from datasette.app import Datasette
from datasette.utils.asgi import NotFound, Request, Response
from sqlite_utils import Database

from scraper.browse import overview
from scraper.browse.cache import cached
from scraper.browse.connection import in_archive
from scraper.browse.phrases import say
from scraper.browse.rendering import page

SHADES = 4  # of days and months on a calendar, by how many articles they have


@dataclass(frozen=True, slots=True)
class Square:
    """A day or month on a calendar."""

    name: str  # "2023-05-01", "2023-05"; "" for a blank before the first of a month
    articles: int
    shade: int  # 0 for no article, up to SHADES


async def years(datasette: Datasette, request: Request) -> Response:
    """All years, each with its months."""
    months = dict((await cached(datasette, "holdings", overview.holdings)).months)
    most = max(months.values(), default=0)
    grid = [
        (year, [_square(f"{year}-{month:02}", months, most) for month in range(1, 13)])
        for year in sorted({month[:4] for month in months}, reverse=True)
    ]
    totals = {year: sum(square.articles for square in squares) for year, squares in grid}
    return await page(datasette, request, "years.html", {"grid": grid, "totals": totals})


async def year(datasette: Datasette, request: Request) -> Response:
    """One year as a calendar of its days."""
    name = request.url_vars["year"]
    days = await in_archive(datasette, lambda db: _days(db, name))
    months = dict((await cached(datasette, "holdings", overview.holdings)).months)
    known = sorted({month[:4] for month in months})
    if name not in known:
        raise NotFound(say("days.no_year", year=name))
    most = max(days.values(), default=0)
    calendar = [
        (f"{name}-{month:02}", list(_month(int(name), month, days, most))) for month in range(1, 13)
    ]
    context = {
        "year": name,
        "calendar": calendar,
        "articles": sum(days.values()),
        "earlier": max((y for y in known if y < name), default=""),
        "later": min((y for y in known if y > name), default=""),
    }
    return await page(datasette, request, "year.html", context)


async def day(datasette: Datasette, request: Request) -> Response:
    """The articles of one day, and what there is of the same day in other years."""
    try:
        asked = date.fromisoformat(request.url_vars["day"])
    except ValueError:
        raise NotFound(say("days.no_day", day=request.url_vars["day"])) from None
    name = asked.isoformat()
    return await page(
        datasette,
        request,
        "day.html",
        {"day": name, **await in_archive(datasette, lambda db: _day(db, name))},
    )


def _days(db: Database, year: str) -> dict[str, int]:
    sql = (
        "SELECT local_date, count(*) FROM articles WHERE local_date >= ? AND local_date < ?"
        " GROUP BY local_date"
    )
    return dict(map(tuple, db.conn.execute(sql, (year, f"{year}~"))))


def _day(db: Database, name: str) -> dict[str, Any]:
    def first(sql: str) -> str:
        row = db.conn.execute(sql, (name,)).fetchone()
        return str(row[0]) if row and row[0] else ""

    years = [row[0] for row in db.conn.execute(_YEARS)]
    others = [f"{year}{name[4:]}" for year in years if year != name[:4]]
    counted = db.conn.execute(
        "SELECT local_date, count(*) FROM articles"
        f" WHERE local_date IN ({', '.join('?' * len(others))}) GROUP BY local_date",
        others,
    )
    return {
        "rows": db.conn.execute(
            "SELECT id, title, lead, section, timestamp, timestamp_source, published_source,"
            " photo_count, revision_count, gone_at FROM articles WHERE local_date = ?"
            " ORDER BY timestamp, id",
            (name,),
        ).fetchall(),
        "earlier": first("SELECT max(local_date) FROM articles WHERE local_date < ?"),
        "later": first("SELECT min(local_date) FROM articles WHERE local_date > ?"),
        "others": list(map(tuple, counted)),
    }


_YEARS = """
WITH RECURSIVE year(name) AS (
    SELECT substr(min(local_date), 1, 4) FROM articles
    UNION ALL
    SELECT (SELECT substr(min(local_date), 1, 4) FROM articles WHERE local_date >= year.name || '~')
    FROM year WHERE year.name IS NOT NULL
)
SELECT name FROM year WHERE name IS NOT NULL
"""


def _month(year: int, month: int, days: dict[str, int], most: int) -> Iterator[Square]:
    """Monday to Sunday, week after week."""
    weekday, length = monthrange(year, month)
    yield from [Square("", 0, 0)] * weekday
    for number in range(1, length + 1):
        yield _square(f"{year:04}-{month:02}-{number:02}", days, most)


def _square(name: str, counts: dict[str, int], most: int) -> Square:
    articles = counts.get(name, 0)
    return Square(name, articles, ceil(articles * SHADES / max(most, SHADES)))
