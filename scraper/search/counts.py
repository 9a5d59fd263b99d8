"""Hits per month and year, without a look at each hit's day.

Numbers of articles rise with time, so a month is a stretch of numbers, except for some strays.
Hits in a stretch are counted much faster than a day can be looked up for each.
The counts are exact whatever the stretches are: these only decide how many strays there are.
"""

import json
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median_low

from sqlite_utils import Database

LOOKED_UP_AT_MOST = 5_000  # hits: the days of so many are looked up in the time strays take
STRAY_SHARE = 0.5  # strays for each hit: if there are more, each day is looked up

END = 2**63 - 1  # past every number

_STRAYS = """
WITH RECURSIVE month(name) AS (
    SELECT min(substr(local_date, 1, 7)) FROM articles
    UNION ALL
    SELECT (SELECT min(substr(local_date, 1, 7)) FROM articles
        WHERE substr(local_date, 1, 7) > month.name)
    FROM month WHERE month.name IS NOT NULL
),
known(period, first, next) AS (
    SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]')
    FROM json_each(?1)
),
bounds(name, first, next) AS MATERIALIZED (
    SELECT name, coalesce(first, 0), coalesce(next, 0)
    FROM month LEFT JOIN known ON period = substr(name, 1, ?2) WHERE name IS NOT NULL
)
SELECT id, substr(name, 1, ?2) FROM bounds CROSS JOIN articles
WHERE substr(local_date, 1, 7) = name AND id < first
UNION ALL
SELECT id, substr(name, 1, ?2) FROM bounds CROSS JOIN articles
WHERE substr(local_date, 1, 7) = name AND id >= next
UNION ALL
SELECT id, NULL FROM articles WHERE local_date IS NULL
LIMIT ?3
"""


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
    db: Database, ids: Sequence[int], found: Sequence[Stretch], digits: int
) -> list[tuple[str, int]] | None:
    """How many of `ids` there are for each year (4 digits) or month (7) that has any, oldest first.

    `ids` are in order. None if there are so many strays that looking up each day is faster.
    """
    joined = [next(same) for _, same in groupby(found, key=lambda s: s.month[:digits])]
    borders = {s.month[:digits]: (s.first, END) for s in joined}
    for stretch, following in pairwise(joined):
        borders[stretch.month[:digits]] = (stretch.first, following.first)
    most = int(len(ids) * STRAY_SHARE)
    strays = _strays(db, borders, digits, most + 1)
    if not joined or len(strays) > most:
        return None
    counts = Counter(
        {
            name: bisect_left(ids, end) - bisect_left(ids, first)
            for name, (first, end) in borders.items()
        }
    )
    names, starts = list(borders), [first for first, _ in borders.values()]
    for number, period in strays:
        at = bisect_left(ids, number)
        if at < len(ids) and ids[at] == number:
            counts[names[bisect_right(starts, number) - 1]] -= 1
            if period:
                counts[period] += 1
    return sorted((period, count) for period, count in counts.items() if count)


def _strays(
    db: Database, borders: dict[str, tuple[int, int]], digits: int, most: int
) -> list[tuple[int, str | None]]:
    """Numbers of articles outside the stretch of their period, and that period; `most` of them.

    Articles whose day is not known are strays of no period.
    """
    known = json.dumps([[name, *ends] for name, ends in borders.items()])
    return db.conn.execute(_STRAYS, (known, digits, most)).fetchall()
