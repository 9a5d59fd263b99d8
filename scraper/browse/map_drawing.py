"""A map of places as SVG text: their points alone, drawn on the server. No tiles, no script."""

from collections.abc import Callable, Sequence
from math import cos, radians, sqrt
from typing import Any

from markupsafe import Markup

from scraper.browse.phrases import number, say

WIDTH = 420  # a phone's, nearly: names stay as large as they are drawn
_MARGIN = 40  # pixels, for names at the edge
_LETTER, _LINE = 7.8, 15.0  # width of a letter and height of a line, pixels, at 14 px
_SMALLEST, _LARGEST = 4.0, 11.0  # radius of a point, pixels

_Box = tuple[float, float, float, float]  # left, top, right, bottom


def place_map(units: Sequence[dict[str, Any]], address: Callable[[dict[str, Any]], str]) -> Markup:
    """`units` with latitude, longitude and articles as points; each leads to its `address`.

    The area of a point grows with its articles. North is up; a degree of longitude is drawn as
    long as it is in the middle of the map. "" for fewer than two units.
    """
    if len(units) < 2:
        return Markup("")
    placed, height = _placed(units)
    taken: list[_Box] = [(x - size, y - size, x + size, y + size) for _, x, y, size in placed]
    points = [
        Markup(
            '<a href="{}"><title lang="vi">{}: {}</title>'
            '<circle cx="{:.1f}" cy="{:.1f}" r="{:.1f}"/>{}</a>'
        ).format(
            address(unit),
            unit["label"],
            number(unit["articles"]),
            x,
            y,
            size,
            _name(unit["name"], x, y, size, taken),
        )
        for unit, x, y, size in placed
    ]
    return Markup(
        '<svg class="chart map" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}"'
        ' role="group" aria-label="{}">{}</svg>'
    ).format(WIDTH, height, say("places.map"), Markup("").join(points))


def _placed(
    units: Sequence[dict[str, Any]],
) -> tuple[list[tuple[dict[str, Any], float, float, float]], int]:
    """Each unit with its x, y and radius, the largest first; and the height of the map. Pixels."""
    north, south = (f(u["latitude"] for u in units) for f in (max, min))
    east, west = (f(u["longitude"] for u in units) for f in (max, min))
    squeeze = cos(radians((north + south) / 2))
    scale = (WIDTH - 2 * _MARGIN) / max((east - west) * squeeze, 1e-6)
    most = max(u["articles"] for u in units) or 1
    placed = [
        (
            unit,
            _MARGIN + (unit["longitude"] - west) * squeeze * scale,
            _MARGIN + (north - unit["latitude"]) * scale,
            _SMALLEST + (_LARGEST - _SMALLEST) * sqrt(unit["articles"] / most),
        )
        for unit in sorted(units, key=lambda u: -u["articles"])
    ]
    return placed, round((north - south) * scale + 2 * _MARGIN)


def _name(name: str, x: float, y: float, size: float, taken: list[_Box]) -> Markup:
    """A name beside its point; "" if it would cover what is there, or leave the map.

    `taken` are the boxes of all points and of the names drawn so far.
    """
    wide, far = _LETTER * len(name), size + 3
    for left, base in (
        (x + far, y),
        (x - far - wide, y),
        (x - wide / 2, y - far - _LINE / 2),
        (x - wide / 2, y + far + _LINE / 2),
    ):
        box = (left, base - _LINE / 2, left + wide, base + _LINE / 2)
        if 0 <= left and box[2] <= WIDTH and not any(_overlap(box, other) for other in taken):
            taken.append(box)
            return Markup('<text lang="vi" x="{:.1f}" y="{:.1f}">{}</text>').format(
                left, base + 5, name
            )
    return Markup("")


def _overlap(one: _Box, other: _Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
