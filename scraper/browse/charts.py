"""Charts as SVG text: drawn on the server, coloured by the page's stylesheet, no script."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from markupsafe import Markup

from scraper.browse.phrases import number as written
from scraper.browse.phrases import period, say

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 720, 200, 46, 10, 24
WIDEST_BAR = 40
LABELS = 12  # on the x axis, at most
COLOURS = ("#8f2718", "#1b5e8a", "#39702f", "#7a4fa0", "#8a6100")  # of lines, in a file
LEGEND_LINE = 18  # pixels
HATCH = Markup(
    '<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse"'
    ' patternTransform="rotate(45)"><line x1="0" x2="0" y1="0" y2="6" stroke-width="3"/>'
    "</pattern></defs>"
)
HATCHED = Markup(' fill="url(#hatch)"')


@dataclass(frozen=True, slots=True)
class Point:
    """One place on a chart."""

    label: str  # of the x axis: "2023", "2023-05"
    value: float | None  # None: nothing is known of this place
    href: str = ""  # its link; "" for none
    waiting: int = 0  # more of it, known but not archived yet: hatched
    running: bool = False  # the month or year is not over

    @property
    def in_words(self) -> str:
        """Its label and figure in words."""
        more = (
            *([say("chart.waiting", n=self.waiting)] if self.waiting else []),
            *([say("chart.running")] if self.running else []),
        )
        return "; ".join([f"{period(self.label)}: {_number(self.value)}", *more])


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a chart."""

    name: str
    points: tuple[Point, ...]  # the same labels in every series


@dataclass(frozen=True, slots=True)
class _Scale:
    """How values and places become pixels."""

    low: float
    high: float
    step: float  # between two lines of the grid
    places: int

    def x(self, place: int) -> float:
        return LEFT + (place + 0.5) * (WIDTH - LEFT) / self.places

    def y(self, value: float) -> float:
        return TOP + (HEIGHT - BOTTOM - TOP) * (self.high - value) / (self.high - self.low)


def bar_chart(title: str, points: Sequence[Point]) -> Markup:
    """`points` as bars, each a link with its figure in words; "" if all are 0."""
    if not any(p.value or p.waiting for p in points):
        return Markup("")
    scale = _scale([(p.value or 0) + p.waiting for p in points], len(points))
    wide = min(0.8 * (WIDTH - LEFT) / len(points), WIDEST_BAR)
    bars = [
        _linked(
            p,
            p.in_words,
            _bar(scale, i, wide, p.value or 0, 0, p.running)
            + _bar(scale, i, wide, p.waiting, p.value or 0, p.running, HATCHED),
        )
        for i, p in enumerate(points)
        if p.value or p.waiting
    ]
    hatch = HATCH if any(p.waiting for p in points) else Markup("")
    return _svg(title, hatch + _axes(scale, [p.label for p in points]) + Markup("").join(bars))


def _bar(
    scale: _Scale,
    place: int,
    wide: float,
    value: float,
    above: float,
    is_running: bool,
    fill: Markup = Markup(""),  # noqa: B008 - a Markup never changes
) -> Markup:
    """A bar that starts at `above`; nothing for no value."""
    if not value:
        return Markup("")
    return Markup('<rect{}{} x="{}" y="{}" width="{}" height="{}"/>').format(
        fill,
        Markup(' class="running"') if is_running else "",
        f"{scale.x(place) - wide / 2:.1f}",
        f"{scale.y(max(value, 0) + above):.1f}",
        f"{wide:.1f}",
        f"{scale.y(0) - scale.y(abs(value)):.1f}",
    )


def line_chart(title: str, series: Sequence[Series]) -> Markup:
    """Each of `series` as a line; its points are links."""
    if not series or not series[0].points:
        return Markup("")
    labels = [p.label for p in series[0].points]
    scale = _scale([p.value for s in series for p in s.points], len(labels))
    drawn = [_line(s, number, scale) for number, s in enumerate(series)]
    return _svg(title, _axes(scale, labels) + Markup("").join(drawn))


def svg_file(title: str, series: Sequence[Series]) -> str:
    """The lines as a file to take away: in colours of its own, named, leading nowhere."""
    plain = [Series(s.name, tuple(Point(p.label, p.value) for p in s.points)) for s in series]
    chart = line_chart(title, plain)
    if not chart:
        return str(_svg(title, Markup("")))
    names = [
        Markup(
            '<circle class="series-{}" cx="{}" cy="{}" r="4" fill="currentColor"/>'
            '<text x="{}" y="{}">{}</text>'
        ).format(n, LEFT + 6, y, LEFT + 16, y + 4, s.name)
        for n, s in enumerate(series)
        for y in (HEIGHT + (n + 0.5) * LEGEND_LINE,)
    ]
    rules = [f".series-{n}{{color:{colour}}}" for n, colour in enumerate(COLOURS)]
    style = (
        "text{font:11px sans-serif;fill:#444}line{stroke:#ddd}polyline{fill:none;"
        "stroke:currentColor;stroke-width:2}.series circle{fill:currentColor}" + "".join(rules)
    )
    height = HEIGHT + len(series) * LEGEND_LINE + 4
    return str(
        Markup(
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" width="{}" height="{}">'
            '<style>{}</style><rect width="100%" height="100%" fill="#fff"/>{}{}</svg>'
        ).format(WIDTH, height, WIDTH, height, Markup(style), _inner(chart), Markup("").join(names))
    )


def _inner(chart: Markup) -> Markup:
    return Markup(str(chart)[str(chart).index(">") + 1 : -len("</svg>")])


def _line(series: Series, number: int, scale: _Scale) -> Markup:
    stretches: list[list[str]] = [[]]
    dots = []
    for place, p in enumerate(series.points):
        if p.value is None:
            stretches.append([])
            continue
        x, y = f"{scale.x(place):.1f}", f"{scale.y(p.value):.1f}"
        stretches[-1].append(f"{x},{y}")
        words = f"{series.name}, {p.in_words}"
        running = Markup(' class="running"') if p.running else ""
        radius = "3.5" if len(series.points) <= 60 else "2"
        dots.append(
            _linked(
                p, words, Markup('<circle{} cx="{}" cy="{}" r="{}"/>').format(running, x, y, radius)
            )
        )
    lines = [
        Markup('<polyline points="{}"/>').format(" ".join(places))
        for places in stretches
        if len(places) > 1
    ]
    return Markup('<g class="series series-{}" lang="vi">{}</g>').format(
        number, Markup("").join([*lines, *dots])
    )


def _scale(values: Sequence[float | None], places: int) -> _Scale:
    known = [v for v in values if v is not None]
    low, high = min(known, default=0), max(known, default=0)
    low, high = min(low, 0), max(high, 0) or 1
    power: float = 10 ** floor(log10((high - low) / 4))
    step = next(n * power for n in (1, 2, 2.5, 5, 10) if (high - low) / (n * power) <= 4)
    if all(v == int(v) for v in known):
        step = max(1, ceil(step))
    return _Scale(floor(low / step) * step, ceil(high / step) * step, step, places)


def _axes(scale: _Scale, labels: Sequence[str]) -> Markup:
    texts = [
        Markup('<text x="{}" y="{}" text-anchor="middle">{}</text>').format(
            f"{scale.x(i):.1f}", HEIGHT - 6, label
        )
        for i, label in _printed(labels)
    ]
    count = round((scale.high - scale.low) / scale.step)
    lines = [
        Markup(
            '<line x1="{}" x2="{}" y1="{}" y2="{}"/><text x="{}" y="{}" text-anchor="end">{}</text>'
        ).format(LEFT, WIDTH, f"{y:.1f}", f"{y:.1f}", LEFT - 6, f"{y + 4:.1f}", _number(value))
        for value in (scale.low + n * scale.step for n in range(count + 1))
        for y in (scale.y(value),)
    ]
    return Markup('<g class="axes">{}<g class="x">{}</g></g>').format(
        Markup("").join(lines), Markup("").join(texts)
    )


def _printed(labels: Sequence[str]) -> list[tuple[int, str]]:
    """The labels to print, and their places: of many months the years."""
    if len(labels) > LABELS and len(labels[0]) == 7:
        januaries = [(i, name[:4]) for i, name in enumerate(labels) if name.endswith("-01")]
        if len(januaries) > 1:
            return januaries[:: ceil(len(januaries) / LABELS)]
    return [(i, period(name)) for i, name in enumerate(labels)][:: ceil(len(labels) / LABELS)]


def _linked(point: Point, words: str, shape: Markup) -> Markup:
    titled = Markup("<g><title>{}</title>{}</g>").format(words, shape)
    if not point.href:
        return titled
    return Markup('<a href="{}" aria-label="{}">{}</a>').format(point.href, words, titled)


def _svg(title: str, drawn: Markup) -> Markup:
    return Markup(
        '<svg class="chart" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" role="group"'
        ' aria-label="{}">{}</svg>'
    ).format(WIDTH, HEIGHT, title, drawn)


def _number(value: float | None) -> str:
    if value is None:
        return say("site.unknown")
    if value == int(value):
        return written(value)
    return written(value, 2).rstrip("0")
