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

from sqlite_utils import Database

LOOKED_UP_AT_MOST = 5_000  # hits: the days of so many are looked up in the time strays take
STRAY_SHARE = 0.5  # strays for each hit: if there are more, each day is looked up

END = 2**63 - 1  # past every number

_MONTHS = (
    "SELECT month, sum(articles) FROM article_counts WHERE month <> '' GROUP BY month ORDER BY 1"
)
_MIDDLE = "SELECT id FROM articles WHERE substr(local_date, 1, 7) = ? ORDER BY id LIMIT 1 OFFSET ?"
_AROUND = """
SELECT id, local_date FROM articles
WHERE local_date = (SELECT max(local_date) FROM articles WHERE local_date < ?)
    OR local_date = (SELECT min(local_date) FROM articles WHERE local_date >= ?)
ORDER BY id
"""

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
    """The months as stretches of numbers; reads half an index, and two days of each month."""
    found: list[Stretch] = []
    middle = -1
    for month, count in db.conn.execute(_MONTHS).fetchall():
        (following,) = db.conn.execute(_MIDDLE, (month, count // 2)).fetchone()
        first = _border(db.conn.execute(_AROUND, (month, month)).fetchall(), month) if found else 0
        if middle < first <= following:
            found.append(Stretch(month, first))
            middle = following
        # Else it is all over the place: its articles are strays.
    return tuple(found)


def _border(near: Sequence[tuple[int, str]], month: str) -> int:
    """The number at which `month` best begins: fewest of it before, and others after."""
    best = score = 0
    first = near[0][0]
    for (_, day), (following, _) in pairwise([*near, (near[-1][0] + 1, "")]):
        score += 1 if day >= month else -1
        if score < best:
            best, first = score, following
    return first


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
