"""Times as the paper prints and states them -> instants.

Text without an offset is Vietnam time, which has had no daylight saving since 1975. Days come
first: 02/03/2025 is the second of March. Nothing is repaired: 31/2 is no date.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from scraper.extract.text import clean

VIETNAM = timezone(timedelta(hours=7))
_YEARS = range(1991, 2100)  # the province, and its paper, were founded in 1991

_ISO = re.compile(
    r"^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?)?"
    r"\s*(Z|[+-]\d{2}:?\d{2}|[+-]\d{1,2}\b)?",
    re.A | re.I,
)
_RFC822 = re.compile(
    r"^(?:[A-Za-z]{3},\s*)?(\d{1,2})\s+([A-Za-z]{3})[a-z]*\s+(\d{4})"
    r"(?:\s+(\d{1,2}):(\d{2})(?::(\d{2}))?)?\s*(Z|GMT|UTC|[+-]\d{2}:?\d{2})?",
    re.A,
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAY = re.compile(r"(?<![\d/.-])(\d{1,2})\s*([/.-])\s*(\d{1,2})\s*\2\s*(\d{4})(?![\d/-])", re.A)
_DAY_IN_WORDS = re.compile(
    r"(?:ngày\s+)?(\d{1,2})\s+tháng\s+(\d{1,2})(?:\s*,)?\s+năm\s+(\d{4})", re.A | re.I
)
_TIME = re.compile(
    r"(?<!\d)(\d{1,2})\s*(?::|h|giờ)\s*(\d{2})(?:\s*(?::|phút)\s*(\d{2})?)?"
    r"\s*(SA|CH|AM|PM)?(?![\w:])",
    re.A | re.I,
)
_HOUR_ALONE = re.compile(r"(?<![\d:])(\d{1,2})\s*(?:h|giờ)(?!\s*\d)(?:\s*(SA|CH)\b)?", re.A | re.I)
_OFFSET = re.compile(r"(?:UTC|GMT)\s*([+-])\s*(\d{1,2})(?::?(\d{2}))?", re.A | re.I)
_ZERO_OFFSET = re.compile(r"\b(?:UTC|GMT)\b(?!\s*[+-])|\d\s*Z$", re.I)
_WEEKDAYS = {
    "thứ hai": 0, "thứ 2": 0, "thứ ba": 1, "thứ 3": 1, "thứ tư": 2, "thứ 4": 2,
    "thứ năm": 3, "thứ 5": 3, "thứ sáu": 4, "thứ 6": 4, "thứ bảy": 5, "thứ bẩy": 5,
    "thứ 7": 5, "chủ nhật": 6, "chủ nhựt": 6,
}  # fmt: skip
_WEEKDAY = re.compile("|".join(_WEEKDAYS), re.I)
_PAGE_CLOCK = re.compile(
    r"^(?:thứ\s+\w+|chủ nhật)\s*,?\s*(?:ngày\s+)?\d{1,2}/\d{1,2}/\d{4}\s*[,|-]?\s*\d{1,2}:\d{2}"
    r"(?::\d{2})?\s*\[?\(?\s*(?:UTC|GMT)\s*[+-]\s*\d{1,2}(?::?\d{2})?\s*\]?\)?$",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant as a page states it."""

    at: datetime  # aware, UTC
    date_only: bool = False  # no time of day was stated; `at` is 00:00 in Vietnam
    flags: tuple[str, ...] = ()  # "weekday mismatch"


def read_moment(text: str) -> Moment | None:
    """The instant that `text` states; None where it states none, or an impossible one."""
    text = clean(text)
    return _iso(text) or _rfc822(text) or _printed(text)


def is_bad_date(text: str) -> bool:
    """Whether `text` has the form of a date, but of one that never was: 31/2, the year 0026."""
    text = clean(text)
    formed = _ISO.match(text) or _DAY.search(text) or _DAY_IN_WORDS.search(text)
    return bool(formed) and read_moment(text) is None


def read_page_clock(line: str) -> Moment | None:
    """The instant of a page clock, "Thứ 7, 3/12/2022, 08:38 [UTC-0]"; None for other lines.

    Only lines with weekday, date, time and a named zone are page clocks.
    """
    return _printed(line) if len(line) < 80 and _PAGE_CLOCK.match(line) else None


def _iso(text: str) -> Moment | None:
    match = _ISO.match(text)
    if not match:
        return None
    year, month, day, hour, minute, second = (int(g) if g else 0 for g in match.groups()[:6])
    zone = _zone(match[7]) if match[4] else VIETNAM
    return _moment(year, month, day, hour, minute, second, zone, date_only=not match[4])


def _rfc822(text: str) -> Moment | None:
    match = _RFC822.match(text)
    if not match or match[2].lower() not in _MONTHS:
        return None
    month = _MONTHS.index(match[2].lower()) + 1
    hour, minute, second = (int(g) if g else 0 for g in match.groups()[3:6])
    zone = UTC if match[7] in ("Z", "GMT", "UTC") else _zone(match[7])
    return _moment(
        int(match[3]), month, int(match[1]), hour, minute, second, zone, date_only=not match[4]
    )


def _printed(text: str) -> Moment | None:
    """A date as people write it, day first, with its time before or after it."""
    if match := _DAY.search(text):
        day, month, year = int(match[1]), int(match[3]), int(match[4])
    elif match := _DAY_IN_WORDS.search(text):
        day, month, year = int(match[1]), int(match[2]), int(match[3])
    else:
        return None
    rest = text[: match.start()] + " | " + text[match.end() :]
    hour, minute, second, has_time = _time_of_day(rest)
    moment = _moment(
        year, month, day, hour, minute, second, _printed_zone(rest), date_only=not has_time
    )
    if moment is None:
        return None
    weekday = _WEEKDAY.search(text)
    if weekday and _WEEKDAYS[weekday[0].lower()] != datetime(year, month, day).weekday():
        return Moment(moment.at, moment.date_only, ("weekday mismatch",))
    return moment


def _time_of_day(text: str) -> tuple[int, int, int, bool]:
    """Hour, minute, second, and whether a time is there at all."""
    # The offset's digits are no time of day: GMT+07:00.
    text = _OFFSET.sub(" ", text)
    match = _TIME.search(text)
    if match:
        hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
        half = (match[4] or "").upper()
    elif match := _HOUR_ALONE.search(text):
        hour, minute, second, half = int(match[1]), 0, 0, (match[2] or "").upper()
    else:
        return 0, 0, 0, False
    if half in ("CH", "PM") and hour < 12:
        hour += 12
    elif half in ("SA", "AM") and hour == 12:
        hour = 0
    return hour, minute, second, True


def _printed_zone(text: str) -> timezone:
    if match := _OFFSET.search(text):
        return _zone(f"{match[1]}{int(match[2]):02}{match[3] or '00'}")
    return UTC if _ZERO_OFFSET.search(text) else VIETNAM


def _zone(text: str | None) -> timezone:
    if not text:
        return VIETNAM
    if text.upper() == "Z":
        return UTC
    digits = text[1:].replace(":", "")
    hours, minutes = int(digits[:2]), int(digits[2:] or 0)
    if hours > 14 or minutes > 59:
        return VIETNAM
    away = timedelta(hours=hours, minutes=minutes)
    return timezone(-away if text[0] == "-" else away)


def _moment(
    year: int,
    month: int,
    day: int,
    hour: int,
    minute: int,
    second: int,
    zone: timezone,
    *,
    date_only: bool,
) -> Moment | None:
    if year not in _YEARS:
        return None
    try:
        at = datetime(year, month, day, hour, minute, second, tzinfo=zone)
    except ValueError:
        return None
    return Moment(at.astimezone(UTC), date_only)
