"""Charts as SVG text: drawn on the server, coloured by the page's stylesheet, no script."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

WIDTH, HEIGHT, LEFT, BOTTOM = 720, 180, 46, 22
WIDEST_BAR = 48


@dataclass(frozen=True, slots=True)
class Point:
    """One place on a chart."""

    label: str  # of the x axis: "2023-05"
    value: float
    href: str = ""  # where a click on it leads


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a chart."""

    name: str
    points: tuple[Point, ...]  # the same labels in every series


def bar_chart(title: str, points: Sequence[Point]) -> Markup:
    """`points` as bars; each leads where it says, and tells its figure."""
    if not points:
        return Markup("")
    top = max(p.value for p in points) or 1
    step = (WIDTH - LEFT) / len(points)
    wide = min(0.8 * step, WIDEST_BAR)
    bars = [
        _linked(
            p,
            f"{p.label}: {_number(p.value)}",
            Markup('<rect x="{}" y="{}" width="{}" height="{}"/>').format(
                f"{LEFT + (i + 0.5) * step - wide / 2:.1f}",
                f"{_y(p.value, top):.1f}",
                f"{wide:.1f}",
                f"{HEIGHT - BOTTOM - _y(p.value, top):.1f}",
            ),
        )
        for i, p in enumerate(points)
    ]
    return _svg(title, _axes(top, [p.label for p in points]) + Markup("").join(bars))


def line_chart(title: str, series: Sequence[Series]) -> Markup:
    """Each of `series` as a line, its points leading where they say."""
    if not series or not series[0].points:
        return Markup("")
    top = max((p.value for s in series for p in s.points), default=0) or 1
    step = (WIDTH - LEFT) / len(series[0].points)
    drawn = [_line(s, number, top, step) for number, s in enumerate(series)]
    labels = [p.label for p in series[0].points]
    return _svg(title, _axes(top, labels) + Markup("").join(drawn))


def _line(series: Series, number: int, top: float, step: float) -> Markup:
    places = [(LEFT + (i + 0.5) * step, _y(p.value, top)) for i, p in enumerate(series.points)]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    dots = [
        _linked(
            p,
            f"{series.name}, {p.label}: {_number(p.value)}",
            Markup('<circle cx="{}" cy="{}" r="3.5"/>').format(f"{x:.1f}", f"{y:.1f}"),
        )
        for p, (x, y) in zip(series.points, places, strict=True)
    ]
    line = Markup('<polyline points="{}"/>').format(path)
    return Markup('<g class="series series-{}">{}{}</g>').format(
        number, line, Markup("").join(dots)
    )


def _axes(top: float, labels: Sequence[str]) -> Markup:
    step = (WIDTH - LEFT) / len(labels)
    every = max(1, -(-len(labels) // 10))
    texts = [
        Markup('<text x="{}" y="{}" text-anchor="middle">{}</text>').format(
            f"{LEFT + (i + 0.5) * step:.1f}", HEIGHT - 6, label
        )
        for i, label in enumerate(labels)
        if i % every == 0
    ]
    lines = [
        Markup(
            '<line x1="{}" x2="{}" y1="{}" y2="{}"/><text x="{}" y="{}" text-anchor="end">{}</text>'
        ).format(LEFT, WIDTH, f"{y:.1f}", f"{y:.1f}", LEFT - 6, f"{y + 4:.1f}", _number(value))
        for value, y in ((v, _y(v, top)) for v in (0, top / 2, top))
    ]
    return Markup('<g class="axes">{}<g class="x">{}</g></g>').format(
        Markup("").join(lines), Markup("").join(texts)
    )


def _linked(point: Point, told: str, shape: Markup) -> Markup:
    titled = Markup("<g><title>{}</title>{}</g>").format(told, shape)
    if not point.href:
        return titled
    return Markup('<a href="{}" aria-label="{}">{}</a>').format(point.href, told, titled)


def _svg(title: str, drawn: Markup) -> Markup:
    return Markup(
        '<svg class="chart" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" role="group"'
        ' aria-label="{}">{}</svg>'
    ).format(WIDTH, HEIGHT, escape(title), drawn)


def _y(value: float, top: float) -> float:
    return 8 + (HEIGHT - BOTTOM - 8) * (1 - value / top)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"
