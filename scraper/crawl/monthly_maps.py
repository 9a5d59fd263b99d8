"""Which monthly maps a run asks for: those that can still change, and those that did."""

from collections.abc import Set
from datetime import datetime

from sqlite_utils import Database

from scraper.archive import known_lists
from scraper.archive.known_lists import Map
from scraper.archive.runs import read_mark, set_mark
from scraper.crawl.discover import month_of_map

NEWEST_MAPS = 2  # monthly maps that are always asked: this month's and the last one's
MONTHS_MARK = "maps_read"  # 202701: the newest month when all maps from then on were last read
_NO_MONTH = (0, 0)


def maps_to_ask(db: Database, named: Set[str], since: datetime | None) -> list[str]:
    """The maps that can have changed, or are due, newest month first.

    `named` are those that an index names now: only these are asked for again if they were
    missing. With `since`, months before it are asked for only if they can have changed.
    """
    known = [
        (month, row)
        for month, row in _months(db)
        if not row.is_missing or row.is_due or row.url in named
    ]
    months = sorted({month for month, _ in known if month != _NO_MONTH}, reverse=True)
    changing = months[:NEWEST_MAPS]
    # After weeks without a run, what came out since is in more maps than the newest.
    if last_read := read_mark(db, MONTHS_MARK):
        changing += [month for month in months[NEWEST_MAPS:] if _number(month) >= last_read]
    first = (since.year, since.month) if since else _NO_MONTH
    return [
        row.url
        for month, row in sorted(known, key=lambda one: one[0], reverse=True)
        if month in changing
        or (row.is_due and (month == _NO_MONTH or month >= first))
        or (month == _NO_MONTH and not row.was_read)
    ]


def note_months(db: Database) -> None:
    """Note up to which month all maps have been read."""
    numbers = (_number(month) for month, row in _months(db) if not row.is_missing)
    if newest := max(numbers, default=0):
        set_mark(db, MONTHS_MARK, newest)


def _months(db: Database) -> list[tuple[tuple[int, int], Map]]:
    """Every map, with its year and month; _NO_MONTH if its name holds none."""
    return [(month_of_map(row.url) or _NO_MONTH, row) for row in known_lists.maps(db)]


def _number(month: tuple[int, int]) -> int:
    return 100 * month[0] + month[1]
