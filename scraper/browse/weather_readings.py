"""The weather that the newspaper's widget showed: each reading once, its temperatures by place."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from datasette.app import Datasette
from datasette.filters import FilterArguments
from markupsafe import Markup
from sqlite_utils import Database

from scraper.browse.cache import cached
from scraper.browse.charts import COLOURS, Point, Series, line_chart
from scraper.browse.phrases import say
from scraper.times import every_period

MONTHS = 48  # drawn, up to the newest: more would make the page long
FRESH_SECONDS = 3600  # of the chart beside a running crawl: means of months change slowly

# What may be asked for while the page shows all readings; the first two are set by table_pages.py.
_UNFILTERED = {"_nocount", "_nofacet", "_next", "_size"}

# Filters by these ask what certain captures show, which may be a reading of another one too.
_OF_CAPTURES = {"id", "article_id", "snapshot_id"}

# Captures of one page clock show one reading, of whichever articles they are.
FIRST_OF_READING = (
    "NOT EXISTS (SELECT 1 FROM weather AS other WHERE other.place = weather.place"
    " AND other.observed_at = weather.observed_at AND other.text = weather.text"
    " AND other.id < weather.id)"
)


@dataclass(frozen=True, slots=True)
class Temperatures:
    """What the widget showed, by place."""

    places: tuple[tuple[str, int], ...]  # with their readings, those with most first
    means: dict[tuple[str, str], float]  # °C, of a place and a month in Vietnam

    def lines(self, places: Sequence[str]) -> list[Series]:
        """The last MONTHS months of each of `places` that has a temperature; None in a gap."""
        drawn = [name for name in places if any(place == name for place, _ in self.means)]
        months = sorted(month for place, month in self.means if place in drawn)
        if not months:
            return []
        periods = every_period(months[0], months[-1])[-MONTHS:]
        return [
            Series(name, tuple(Point(p, self.means.get((name, p))) for p in periods))
            for name in drawn
        ]


async def temperatures(datasette: Datasette) -> Temperatures:
    """The temperatures of the whole archive."""
    return await cached(datasette, "temperatures", _read, FRESH_SECONDS)


async def chart_of(datasette: Datasette, place: str) -> Markup:
    """The monthly means of one place; "" if none has a temperature."""

    def read(db: Database) -> Temperatures:
        return Temperatures((), _means(db, "WHERE place = ?", place))

    found = await cached(datasette, f"temperatures of {place}", read, FRESH_SECONDS)
    return line_chart(say("weather.chart"), found.lines([place]))


async def weather_filter(datasette: Datasette, request: Any) -> FilterArguments | None:
    """Each reading once, and for the page that shows all of them a chart and their number.

    None, for all rows, if those of an article or a capture are asked for.
    """
    if any(name.partition("__")[0] in _OF_CAPTURES for name in request.args):
        return None
    if request.url_vars["format"] or not set(request.args) <= _UNFILTERED:
        return FilterArguments([FIRST_OF_READING])
    found = await temperatures(datasette)
    lines = found.lines([name for name, _ in found.places if name][: len(COLOURS)])

    async def counted() -> dict[str, Any]:
        return {"total": sum(n for _, n in found.places), "sections": ()}

    context = {
        "searched": counted,
        "weather_places": [(name, n) for name, n in found.places if name],
        "weather_lines": [line.name for line in lines],
        "weather_chart": line_chart(say("weather.chart"), lines),
    }
    return FilterArguments([FIRST_OF_READING], extra_context=context)


def _read(db: Database) -> Temperatures:
    counts = db.execute(
        "SELECT place, count(*) AS n FROM (SELECT DISTINCT place, observed_at, text FROM weather)"
        " GROUP BY place ORDER BY n DESC, place"
    )
    return Temperatures(tuple((place, n) for place, n in counts), _means(db, "WHERE true"))


def _means(db: Database, where: str, *values: str) -> dict[tuple[str, str], float]:
    """The means of the months that are drawn, of the readings that fulfil `where`."""
    rows = db.conn.execute(
        "SELECT place, strftime('%Y-%m', observed_at, '+7 hours') AS month, avg(temperature) FROM ("
        " SELECT place, observed_at,"
        "  coalesce(temperature_c, (temperature_min_c + temperature_max_c) / 2) AS temperature"
        f"  FROM weather {where} AND observed_at >="
        "  (SELECT strftime('%Y-%m-%dT%H:%M:%SZ', max(observed_at), '+7 hours', 'start of month',"
        f"   ?, '-7 hours') FROM weather {where})"
        "  GROUP BY place, observed_at, text"
        ") WHERE temperature IS NOT NULL GROUP BY place, month",
        (*values, f"-{MONTHS - 1} months", *values),
    )
    return {(place, month): mean for place, month, mean in rows}
