"""Hits per month and year, without a look at each hit's day.

Numbers of articles rise with time, so a month is a stretch of numbers, except for some strays.
The search index counts its hits in a stretch much faster than a day can be looked up for each.
The counts are exact whatever the stretches are: these only decide how many strays there are.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import median_low

from sqlite_utils import Database

LOOKUPS_A_PROBE = 150  # days that are looked up in the time of asking the index once more

END = 2**63 - 1  # past every number

_MONTHS = """
WITH RECURSIVE month(name) AS (
    SELECT min(substr(local_date, 1, 7)) FROM articles
    UNION ALL
    SELECT (SELECT min(substr(local_date, 1, 7)) FROM articles
        WHERE substr(local_date, 1, 7) > month.name)
    FROM month WHERE month.name IS NOT NULL
)
SELECT name FROM month WHERE name IS NOT NULL
"""
_COUNT = "SELECT count(*) FROM articles_fts WHERE articles_fts MATCH ? AND rowid >= ? AND rowid < ?"
_STRAYS = "SELECT id FROM articles WHERE substr(local_date, 1, 7) = ? AND {} LIMIT ?"
_HAS = "SELECT 1 FROM articles_fts WHERE articles_fts MATCH ? AND rowid = ?"


@dataclass(frozen=True, slots=True)
class Stretch:
    """The numbers from `first` up to that of the next stretch, nearly all of one month."""

    month: str  # "2023-05"
    first: int


def stretches(db: Database) -> tuple[Stretch, ...]:
    """The months as stretches of numbers; reads the day of every article."""
    rows = db.conn.execute(
        "SELECT id, local_date FROM articles INDEXED BY articles_days WHERE local_date IS NOT NULL"
    )
    numbers, months = [], []
    for number, day in rows:
        numbers.append(number)
        months.append(day[:7])
    places: dict[str, list[int]] = {}
    for place, month in enumerate(months):
        places.setdefault(month, []).append(place)
    found: list[Stretch] = []
    middle = 0
    for month in sorted(places):
        following = median_low(places[month])
        if not found:
            found.append(Stretch(month, 0))
        elif following > middle:
            border = _border(months, month, middle, following)
            found.append(Stretch(month, numbers[border]))
        else:
            continue  # all over the place: its articles are strays
        middle = following
    return tuple(found)


def _border(months: Sequence[str], month: str, start: int, end: int) -> int:
    """The place between two at which `month` best begins: fewest of it before, others after."""
    best = score = 0
    at = start
    for place in range(start, end):
        score += 1 if months[place] >= month else -1
        if score <= best:
            best, at = score, place + 1
    return at


def count_by_stretch(
    db: Database, match: str, hits: int, found: Sequence[Stretch], digits: int
) -> list[tuple[str, int]] | None:
    """Hits of `match` for each year (4 digits) or month (7) that has any, oldest first.

    `hits` is their number. None if looking up the day of each hit is faster.
    """
    joined = [next(same) for _, same in groupby(found, key=lambda s: s.month[:digits])]
    probes = hits // LOOKUPS_A_PROBE - len(joined)
    if not joined or probes < 0:
        return None
    names = [s.month[:digits] for s in joined]
    borders = [s.first for s in joined]
    strays = _strays(db, names, borders, probes + 1)
    if len(strays) > probes:
        return None
    counts: Counter[str] = Counter()
    for name, first, end in zip(names, borders, [*borders[1:], END], strict=True):
        counts[name] += db.conn.execute(_COUNT, (match, first, end)).fetchone()[0]
    for number, period in strays:
        if db.conn.execute(_HAS, (match, number)).fetchone():
            counts[names[bisect_right(borders, number) - 1]] -= 1
            counts[period] += 1
    return sorted((period, count) for period, count in counts.items() if count)


def _strays(
    db: Database, names: Sequence[str], borders: Sequence[int], most: int
) -> list[tuple[int, str]]:
    """Numbers of articles outside the stretch of their period, and that period; `most` of them."""
    ends = dict(zip(names, zip(borders, [*borders[1:], END], strict=True), strict=True))
    strays: list[tuple[int, str]] = []
    for (month,) in db.conn.execute(_MONTHS).fetchall():
        period = month[: len(names[0])]
        first, end = ends.get(period, (0, 0))
        for condition, border in (("id < ?", first), ("id >= ?", end)):
            sql = _STRAYS.format(condition)
            rows = db.conn.execute(sql, (month, border, most - len(strays))).fetchall()
            strays += [(row[0], period) for row in rows]
    return strays
