"""Times as readers in Vietnam know them."""

from datetime import timedelta

from scraper.models import utc_time

_VIETNAM = timedelta(hours=7)  # no daylight saving
_WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật")

KINDS = {
    "published": "published",
    "page clock": "not later than this: clock on the page",
    "captured": "not later than this: time of capture",
}


def vietnam_day(utc: str | None) -> str:
    """The day in Vietnam of a time in UTC, "2022-12-03"; "" for none."""
    return (utc_time(utc) + _VIETNAM).strftime("%Y-%m-%d") if utc else ""


def vietnam_time(utc: str | None) -> str:
    """A time in UTC as "15:38, 3/12/2022"; "" for none."""
    if not utc:
        return ""
    at = utc_time(utc) + _VIETNAM
    return f"{at:%H:%M}, {at.day}/{at.month}/{at.year}"


def dateline(utc: str, date_only: bool) -> str:
    """The same with its weekday: "Thứ Bảy, 3/12/2022, 15:38"."""
    at = utc_time(utc) + _VIETNAM
    day = f"{_WEEKDAYS[at.weekday()]}, {at.day}/{at.month}/{at.year}"
    return day if date_only else f"{day}, {at:%H:%M}"
