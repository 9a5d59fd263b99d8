"""Browsing by place: the list of districts and communes, and a page for each unit."""

import json
from collections import Counter, defaultdict
from typing import Any

from datasette.app import Datasette
from datasette.utils.asgi import NotFound, Request, Response
from sqlite_utils import Database

from scraper.browse.cache import cached
from scraper.browse.charts import Point, bar_chart
from scraper.browse.connection import in_archive
from scraper.browse.map_drawing import place_map
from scraper.browse.phrases import say
from scraper.browse.rendering import int_or_zero, page
from scraper.browse.weather_readings import chart_of
from scraper.spelling import alphabetical

PAGE = 30  # articles on a page of a place
MOST_CAPTIONS, MOST_READINGS = 12, 8

Unit = dict[str, Any]  # a row of `places`, with `articles` that name it for sure

_COUNTED = """
    SELECT places.*, coalesce(articles, 0) AS articles FROM places LEFT JOIN (
        SELECT place_id, count(DISTINCT article_id) AS articles FROM article_places
        WHERE certainty = 'sure' GROUP BY place_id
    ) ON place_id = id
"""
# Of a point also those that name what its place is part of now: towns of old gave way in 2025.
_ON_MAP = """
    SELECT places.*, count(DISTINCT article_id) AS articles FROM places
    JOIN json_each(json_insert(became, '$[#]', places.id)) AS named
    LEFT JOIN article_places ON place_id = named.value AND certainty = 'sure'
    WHERE latitude IS NOT NULL GROUP BY places.id
"""
# By day, then number: the index has both, and most places need no more of an article.
_DAYS = """
    SELECT id, local_date FROM articles INDEXED BY articles_days WHERE id IN (
        SELECT article_id FROM article_places, json_each(?)
        WHERE place_id = value AND certainty = 'sure'
    ) ORDER BY local_date DESC, id DESC
"""


async def places(datasette: Datasette, request: Request) -> Response:
    """All units: those since July 2025, and before by district; and a map of those with a point."""
    units = await _units(datasette)
    children: dict[str, list[Unit]] = defaultdict(list)
    for unit in units.values():
        children[unit["parent_id"] or ""].append(unit)
    now = [unit for unit in units.values() if unit["valid_to"] is None and unit["parent_id"]]
    districts = [
        (unit, children[unit["id"]])
        for unit in units.values()
        if unit["id"] in children and unit["parent_id"]
    ]
    context = {
        "now": now,
        "districts": districts,
        "map": place_map(
            await cached(datasette, "map", lambda db: _units_of(db, _ON_MAP)),
            lambda unit: str(datasette.urls.path(_address(unit))),
        ),
        "address": _address,
    }
    return await page(datasette, request, "places.html", context)


async def place(datasette: Datasette, request: Request) -> Response:
    """One unit: its articles over time, what it was before and became, captions and weather."""
    units = await _units(datasette)
    unit = units.get(request.url_vars["id"])
    if unit is None:
        raise NotFound(say("places.none", id=request.url_vars["id"]))
    # A district names all units that took any of its communes: most of it went elsewhere.
    before = [
        u
        for u in units.values()
        if unit["id"] in json.loads(u["became"]) and u["kind"] in ("xã", "phường", "thị trấn")
    ]
    number = max(1, int_or_zero(request.args.get("page", "")))
    ids = [unit["id"], *(u["id"] for u in before)]
    found = await in_archive(datasette, lambda db: _read(db, unit, ids, number))
    years = found.pop("years")
    points = [Point(year, n) for year, n in years]
    context = {
        "title_is_vietnamese": True,
        "unit": unit,
        "parent": units.get(unit["parent_id"] or ""),
        "before": before,
        "became": [units[i] for i in json.loads(unit["became"]) if i in units],
        "neighbours": [
            u
            for u in units.values()
            if unit["parent_id"]
            and (u["parent_id"], u["valid_to"]) == (unit["parent_id"], unit["valid_to"])
            and u["id"] != unit["id"]
        ],
        "other_names": json.loads(unit["other_names"]),
        "chart": bar_chart(say("places.per_year"), points) if len(points) > 1 else "",
        "weather_chart": await chart_of(datasette, unit["name"]) if found["readings"] else "",
        "page": number,
        "has_more": number * PAGE < found["total"],
        "address": _address,
        **found,
    }
    return await page(datasette, request, "place.html", context)


def _address(unit: Unit) -> str:
    return f"/places/{unit['id']}"


async def _units(datasette: Datasette) -> dict[str, Unit]:
    """Each unit by its id, in alphabetical order."""
    return await cached(datasette, "places", _counted)


def _counted(db: Database) -> dict[str, Unit]:
    units = sorted(_units_of(db, _COUNTED), key=lambda u: (alphabetical(u["name"]), u["id"]))
    return {unit["id"]: unit for unit in units}


def _units_of(db: Database, sql: str) -> list[Unit]:
    return [dict(row) for row in db.conn.execute(sql)]


def _read(db: Database, unit: Unit, ids: list[str], number: int) -> dict[str, Any]:
    days = db.conn.execute(_DAYS, [json.dumps(ids)]).fetchall()
    shown = [article_id for article_id, _ in days[(number - 1) * PAGE : number * PAGE]]
    rows = db.conn.execute(
        "SELECT id, title, lead, section, timestamp, timestamp_source, published_source,"
        " photo_count, revision_count, gone_at FROM articles"
        " WHERE id IN (SELECT value FROM json_each(?)) ORDER BY local_date DESC, id DESC",
        [json.dumps(shown)],
    )
    captions = db.conn.execute(
        "SELECT DISTINCT captions.article_id, captions.text, local_date FROM article_places"
        " JOIN captions ON captions.article_id = article_places.article_id"
        "  AND instr(captions.text, form) > 0"
        " JOIN articles ON articles.id = captions.article_id"
        " WHERE place_id = ? AND part = 'caption' AND certainty = 'sure'"
        " ORDER BY local_date DESC, captions.id LIMIT ?",
        [unit["id"], MOST_CAPTIONS],
    )
    readings = db.conn.execute(
        "SELECT DISTINCT observed_at, text FROM weather WHERE place = ?"
        " ORDER BY observed_at DESC LIMIT ?",
        [unit["name"], MOST_READINGS],
    )
    return {
        "years": _every_year(Counter(day[:4] for _, day in days if day)),
        "total": len(days),
        "rows": rows.fetchall(),
        "captions": captions.fetchall(),
        "readings": readings.fetchall(),
    }


def _every_year(counted: Counter[str]) -> list[tuple[str, int]]:
    """The years from the first to the last, those without an article too."""
    if not counted:
        return []
    first, last = int(min(counted)), int(max(counted))
    return [(str(year), counted[str(year)]) for year in range(first, last + 1)]
