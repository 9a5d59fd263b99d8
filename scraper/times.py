"""Times as readers in Vietnam know them."""

from datetime import date, datetime, timedelta, timezone

from scraper.models import utc_time

VIETNAM = timezone(timedelta(hours=7))  # Asia/Ho_Chi_Minh: no daylight saving
MONTHS = (
    "January February March April May June July August September October November December"
).split()
_WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật")


def vietnam_day(utc: str | None) -> str:
    """The day in Vietnam of a time in UTC, "2022-12-03"; "" for none."""
    return (utc_time(utc).astimezone(VIETNAM)).strftime("%Y-%m-%d") if utc else ""


def vietnam_time(utc: str | None) -> str:
    """A time in UTC as "15:38, 3/12/2022"; "" for none."""
    if not utc:
        return ""
    at = utc_time(utc).astimezone(VIETNAM)
    return f"{at:%H:%M}, {at.day}/{at.month}/{at.year}"


def dateline(utc: str | None, date_only: bool) -> str:
    """The same with its weekday: "Thứ Bảy, 3/12/2022, 15:38"; "" for none."""
    if not utc:
        return ""
    at = utc_time(utc).astimezone(VIETNAM)
    day = f"{_WEEKDAYS[at.weekday()]}, {at.day}/{at.month}/{at.year}"
    return day if date_only else f"{day}, {at:%H:%M}"


def day_shown(day: str | None) -> str:
    """A day, "2022-12-03", as "3/12/2022"; "" for none."""
    if not day:
        return ""
    at = date.fromisoformat(day)
    return f"{at.day}/{at.month}/{at.year}"


def day_in_english(day: str | None) -> str:
    """A day, "2022-12-03", as "3 December 2022"; "" for none."""
    if not day:
        return ""
    at = date.fromisoformat(day)
    return f"{at.day} {MONTHS[at.month - 1]} {at.year}"


def weekday(day: str) -> str:
    """The weekday of "2022-12-03": "Thứ Bảy"."""
    return _WEEKDAYS[date.fromisoformat(day).weekday()]


def is_running(period: str) -> bool:
    """True for the year or month, "2026" or "2026-11", that it now is in Vietnam."""
    return f"{datetime.now(VIETNAM):%Y-%m}".startswith(period)


def every_period(first: str, last: str) -> list[str]:
    """The months from "2022-11" to "2023-02", or years from "2022" to "2024", both among them."""
    if len(first) == 4:
        return [f"{year:04}" for year in range(int(first), int(last) + 1)]
    start, end = (int(month[:4]) * 12 + int(month[5:7]) - 1 for month in (first, last))
    return [f"{at // 12:04}-{at % 12 + 1:02}" for at in range(start, end + 1)]
