"""Times as the paper prints and states them -> instants.

Text without an offset is Vietnam time, which has had no daylight saving since 1975. Days come
first: 02/03/2025 is the second of March. Nothing is repaired in silence: 31/2 is no date, and what
contradicts itself is flagged (`Moment.flags`).
"""

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import NamedTuple

from scraper.extract.text import clean
from scraper.times import VIETNAM

_YEARS = range(1991, 2100)  # the province, and its paper, were founded in 1991

_ISO = re.compile(r"^(\d{4})([-/])(\d{1,2})\2(\d{1,2})(?!\d)", re.A)
# The commonest form by far, read many times as fast by the standard library.
_WHOLE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:?[0-5]\d)$", re.A)
# RFC 3339, 5.6: T and Z may be small letters.
_SMALL = re.compile(r"^(\d{4}-\d\d-\d\d)t(\d\d:\d\d.{0,20}?)$", re.A)
_IN_ENGLISH = re.compile(r"\b(\d{1,2})\s+([A-Za-z]{3})[a-z]{0,6}\s+(\d{4})\b", re.A)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAY = re.compile(
    r"(?<![\d/.-])(\d{1,2})\s*([/.-])\s*(\d{1,2})\s*\2\s*(\d{4}|\d{2})(?![\d/-])", re.A
)
_DAY_IN_WORDS = re.compile(
    r"(?:ngày\s+)?(\d{1,2})\s+tháng\s+(\d{1,2})(?:\s*,)?\s+(?:năm\s+)?(\d{4})", re.A | re.I
)
_HALF = r"(?:\s*(SA|CH|AM|PM|sáng|chiều|tối)\b)?"
_TIME = re.compile(
    rf"(?<!\d)(\d{{1,2}})\s*(?::|h|g|giờ)\s*(\d{{2}})(?:\s*(?::|phút)\s*(\d{{2}})?)?{_HALF}(?![\w:])",
    re.A | re.I,
)
_HOUR_ALONE = re.compile(rf"(?<![\d:])(\d{{1,2}})\s*(?:h|giờ)(?!\s*\d){_HALF}", re.I)
_AFTERNOON = {"CH", "PM", "CHIỀU", "TỐI"}
_MORNING = {"SA", "AM", "SÁNG"}
# "GMT+7", "[UTC-0]", a bare "[UTC]"; without a name only behind a time: "+0700", "-05:00", "Z".
_NAMED_ZONE = re.compile(
    r"(?<![A-Za-z])(?:UTC|GMT)\b(?:\s*([+-])\s*(\d{1,2}(?=:?\d\d|\D|$)):?(\d\d)?)?", re.A
)
_BARE_ZONE = re.compile(r"(?<=:\d\d)(?:[.,]\d+)?\s*(?:[Zz]\b|([+-])(\d\d?):?(\d\d)?(?!\d))", re.A)
_OFFSETS = (timedelta(hours=-12), timedelta(hours=14))  # the least and the most on earth
_WEEKDAYS = {
    "thứ hai": 0, "thứ 2": 0, "thứ ba": 1, "thứ 3": 1, "thứ tư": 2, "thứ 4": 2,
    "thứ năm": 3, "thứ 5": 3, "thứ sáu": 4, "thứ 6": 4, "thứ bảy": 5, "thứ bẩy": 5,
    "thứ 7": 5, "chủ nhật": 6, "chủ nhựt": 6,
    "t2": 0, "t3": 1, "t4": 2, "t5": 3, "t6": 4, "t7": 5, "cn": 6,
    "mon,": 0, "tue,": 1, "wed,": 2, "thu,": 3, "fri,": 4, "sat,": 5, "sun,": 6,
}  # fmt: skip
_WEEKDAY = re.compile(rf"(?<!\w)(?:{'|'.join(_WEEKDAYS)})(?![\w:])", re.I)
_PAGE_CLOCK = re.compile(
    r"^(?:thứ\s+\w+|chủ nhật)\s*,?\s*(?:ngày\s+)?\d{1,2}/\d{1,2}/\d{4}\s*[,|-]?\s*\d{1,2}:\d{2}"
    r"(?::\d{2})?\s*\[?\(?\s*(?:UTC|GMT)\s*[+-]\s*\d{1,2}(?::?\d{2})?\s*\]?\)?$",
    re.I,
)


class Moment(NamedTuple):
    """An instant as a page states it."""

    at: datetime  # aware, UTC
    date_only: bool = False  # no time of day was stated; `at` is 00:00 in Vietnam
    flags: tuple[str, ...] = ()  # "weekday mismatch", "hour mismatch" (14:30 SA), "bad offset"
    offset: timedelta | None = None  # from UTC, as stated; None: no zone was stated

    @property
    def clock(self) -> datetime:
        """What the clock showed, to the minute: naive, in the stated zone or Vietnam's."""
        away = VIETNAM.utcoffset(None) if self.offset is None else self.offset
        return (self.at + away).replace(tzinfo=None, second=0, microsecond=0)


@lru_cache(maxsize=20)  # a page states its time up to four times
def read_moment(text: str) -> Moment | None:
    """The instant that `text` states; None if it states none, or an impossible one.

    What contradicts itself is read as it would be without the weekday, the half of the day or
    the offset in question, and flagged.
    """
    if _WHOLE.match(text) and (stated := _as_stated(text)):
        return stated
    text = clean(text)
    found = _date(_SMALL.sub(_as_capitals, text) if "t" in text else text)
    if found is None:
        return None
    year, month, day, rest = found
    if year not in _YEARS:
        return None
    rest, zone, offset_flags = _take_zone(rest)
    clock, hour_flags = _time_of_day(rest)
    hour, minute, second = clock or (0, 0, 0)
    try:
        at = datetime(year, month, day, hour, minute, second)
    except ValueError:
        return None
    offset = zone if clock else None
    at = at.replace(tzinfo=VIETNAM if offset is None else timezone(offset))
    weekday = _WEEKDAY.search(rest)
    is_other_day = weekday and _WEEKDAYS[weekday[0].lower()] != at.weekday()
    flags = (*offset_flags, *hour_flags, *(("weekday mismatch",) if is_other_day else ()))
    return Moment(at.astimezone(UTC), clock is None, flags, offset)


def has_two_times(text: str) -> bool:
    """True if `text` states two dates, so that one of them is not of the publication."""
    found = _date(text)
    return found is not None and _date(found[3]) is not None


def _as_capitals(match: re.Match[str]) -> str:
    return f"{match[1]}T{match[2].upper()}"


def _as_stated(text: str) -> Moment | None:
    """A time as a machine writes it; None if a look at its parts has to say what is wrong."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    offset = at.utcoffset()
    if at.year not in _YEARS or offset is None or not _OFFSETS[0] <= offset <= _OFFSETS[1]:
        return None
    return Moment(at.astimezone(UTC), offset=offset)


def is_bad_date(text: str) -> bool:
    """True if `text` has the form of a date, but of one that never was: 31/2, the year 0026."""
    return _date(clean(text)) is not None and read_moment(text) is None


def read_page_clock(line: str) -> Moment | None:
    """The instant of a page clock, "Thứ 7, 3/12/2022, 08:38 [UTC-0]"; None for other lines.

    Only lines with weekday, date, time and a named zone are page clocks.
    """
    return read_moment(line) if len(line) < 80 and _PAGE_CLOCK.match(line) else None


def clock_flags(clock: Moment | None) -> tuple[str, ...]:
    """The doubts about a page clock, named so that they differ from those about the publication."""
    return tuple(f"page clock: {flag}" for flag in clock.flags) if clock else ()


def _date(text: str) -> tuple[int, int, int, str] | None:
    """Year, month and day, and the text around them; None if there is no date."""
    if match := _ISO.match(text):
        year, month, day = match[1], match[3], match[4]
    elif (match := _IN_ENGLISH.search(text)) and match[2].lower() in _MONTHS:
        year, month, day = match[3], str(_MONTHS.index(match[2].lower()) + 1), match[1]
    elif match := _DAY.search(text):
        day, month, year = match[1], match[3], match[4]
    elif match := _DAY_IN_WORDS.search(text):
        day, month, year = match.groups()
    else:
        return None
    rest = f"{text[: match.start()]} | {text[match.end() :].removeprefix('T')}"
    return int(year), int(month), int(day), rest


def _take_zone(text: str) -> tuple[str, timedelta | None, tuple[str, ...]]:
    """`text` without its zone, the zone's offset if one is stated, and "bad offset" for one that
    no place has."""
    match = _NAMED_ZONE.search(text) or _BARE_ZONE.search(text)
    if not match:
        return text, None, ()
    rest = f"{text[: match.start()]} {text[match.end() :]}"
    if not match[1]:
        return rest, timedelta(0), ()
    away = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
    away = -away if match[1] == "-" else away
    if not _OFFSETS[0] <= away <= _OFFSETS[1] or int(match[3] or 0) > 59:
        return rest, None, ("bad offset",)
    return rest, away, ()


def _time_of_day(text: str) -> tuple[tuple[int, int, int] | None, tuple[str, ...]]:
    """Hour, minute and second, None if there are none; "hour mismatch" for 14:30 SA."""
    if match := _TIME.search(text):
        hour, minute, second, half = int(match[1]), int(match[2]), int(match[3] or 0), match[4]
    elif match := _HOUR_ALONE.search(text):
        hour, minute, second, half = int(match[1]), 0, 0, match[2]
    else:
        return None, ()
    half = (half or "").upper()
    if half in _AFTERNOON and hour < 12:
        return (hour + 12, minute, second), ()
    if half in _MORNING and hour == 12:
        return (0, minute, second), ()
    return (hour, minute, second), ("hour mismatch",) if half in _MORNING and hour > 12 else ()
