"""A map of places as SVG text: their points alone, drawn on the server. No tiles, no script."""

from collections.abc import Callable, Sequence
from math import cos, radians, sqrt
from typing import Any

from markupsafe import Markup

from scraper.browse.phrases import say

WIDTH = 640
_MARGIN = 40  # pixels, for names at the edge
_LETTER, _LINE = 7.5, 14.0  # width of a letter and height of a line, pixels, at 13 px
_SMALLEST, _LARGEST = 4.0, 16.0  # radius of a point, pixels


def place_map(units: Sequence[dict[str, Any]], address: Callable[[dict[str, Any]], str]) -> Markup:
    """`units` with latitude, longitude and articles as points; each leads to its `address`.

    The area of a point grows with its articles. North is up; a degree of longitude is drawn as
    long as it is in the middle of the map. "" for fewer than two units.
    """
    if len(units) < 2:
        return Markup("")
    north, south = (f(u["latitude"] for u in units) for f in (max, min))
    east, west = (f(u["longitude"] for u in units) for f in (max, min))
    squeeze = cos(radians((north + south) / 2))
    scale = (WIDTH - 2 * _MARGIN) / max((east - west) * squeeze, 1e-6)
    height = (north - south) * scale + 2 * _MARGIN
    most = max(u["articles"] for u in units) or 1
    printed: list[tuple[float, float, float]] = []
    points = Markup("")
    for unit in sorted(units, key=lambda u: -u["articles"]):
        x = _MARGIN + (unit["longitude"] - west) * squeeze * scale
        y = _MARGIN + (north - unit["latitude"]) * scale
        size = _SMALLEST + (_LARGEST - _SMALLEST) * sqrt(unit["articles"] / most)
        points += Markup(
            '<a href="{}"><title>{}</title><circle cx="{:.1f}" cy="{:.1f}" r="{:.1f}"/>{}</a>'
        ).format(
            address(unit),
            say("places.point", name=unit["label"], n=unit["articles"]),
            x,
            y,
            size,
            _name(unit["name"], x + size + 3, y + 4, printed),
        )
    return Markup(
        '<svg class="chart map" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}"'
        ' role="group" aria-label="{}" lang="vi">{}</svg>'
    ).format(WIDTH, round(height), say("places.map"), points)


def _name(name: str, x: float, y: float, printed: list[tuple[float, float, float]]) -> Markup:
    """A name beside its point; "" if it would cover one of `printed`, or leave the map.

    `printed` holds left, right and base line of each name, in pixels.
    """
    right = x + _LETTER * len(name)
    if right > WIDTH or any(
        x < other_right and left < right and abs(y - base) < _LINE
        for left, other_right, base in printed
    ):
        return Markup("")
    printed.append((x, right, y))
    return Markup('<text x="{:.1f}" y="{:.1f}">{}</text>').format(x, y, name)
