"""What the reading pages say, in the language of the request: phrases, numbers, days, times.

One declared table, `phrases.toml`, rather than gettext: the two languages of a phrase are read and
changed side by side, nothing is compiled before a wheel is built, and a phrase that misses one of
them is an error when the file is read.
"""

import tomllib
from collections.abc import Iterable
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from markupsafe import Markup

from scraper import times
from scraper.archive.article_columns import COLUMNS
from scraper.browse.language import language
from scraper.models import utc_time

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@cache
def catalogue() -> dict[str, tuple[str, ...]]:
    """Each phrase by its name, "home.newest": Vietnamese, English, and English for one.

    A phrase is HTML of ours. The labels of the columns of `articles` are among them, as
    "column.title". Raises ValueError for a phrase without both languages.
    """
    read = tomllib.loads((files("scraper.browse") / "phrases.toml").read_text("utf-8"))
    phrases = {f"{group}.{name}": tuple(p) for group, ps in read.items() for name, p in ps.items()}
    phrases |= {f"column.{c.name}": (c.vietnamese_label, c.label) for c in COLUMNS}
    for name, phrase in phrases.items():
        if len(phrase) not in (2, 3) or not all(phrase):
            raise ValueError(
                f"phrases.toml: {name}: needs [Vietnamese, English] or a third for one"
            )
    return phrases


def say(name: str, /, **values: Any) -> Markup:
    """The phrase called `name`, its {values} put in: escaped, whole numbers as they are written.

    `n` is the number that English has a form for one of. Raises KeyError for no such phrase.
    """
    vietnamese, english, *for_one = catalogue()[name]
    if language() == "vi":
        phrase = vietnamese
    else:
        phrase = for_one[0] if for_one and values.get("n") == 1 else english
    shown = {k: number(v) if isinstance(v, int) else v for k, v in values.items()}
    return Markup(phrase).format(**shown)


def said(group: str, value: str) -> Markup:
    """What a value of the archive is called ("gone"), or the value itself if it has no name."""
    name = f"{group}.{value}"
    return say(name) if name in catalogue() else Markup('<span lang="en">{}</span>').format(value)


def number(value: float, places: int = 0) -> str:
    """A number as it is written: 1.234,5 in Vietnamese, 1,234.5 in English."""
    english = f"{value:,.{places}f}"
    if language() == "en":
        return english
    return english.translate(str.maketrans(",.", ".,"))


def decimal(value: float) -> str:
    """A measured value with the places that it has: 21, 21,5 or 21.5."""
    text = f"{value:g}"
    return text.replace(".", ",") if language() == "vi" else text


def day(iso: str | None) -> str:
    """A day, "2022-12-03": 3/12/2022, or 3 December 2022; "" for none."""
    return times.day_shown(iso) if language() == "vi" else times.day_in_english(iso)


def month(iso: str) -> str:
    """A month, "2022-12": tháng 12/2022, or December 2022."""
    name = int(iso[5:7])
    return (
        f"tháng {name}/{iso[:4]}" if language() == "vi" else f"{times.MONTHS[name - 1]} {iso[:4]}"
    )


def period(iso: str) -> str:
    """A month in little space, "2022-12": 12/2022, or Dec 2022; a year as it is."""
    if len(iso) != len("2022-12"):
        return iso
    name = int(iso[5:])
    return f"{name}/{iso[:4]}" if language() == "vi" else f"{times.MONTHS[name - 1][:3]} {iso[:4]}"


def month_name(of_year: int) -> str:
    """A month by its number from 1: Tháng 12, or December."""
    return f"Tháng {of_year}" if language() == "vi" else times.MONTHS[of_year - 1]


def weekday(iso: str) -> str:
    """The weekday of "2022-12-03": Thứ Bảy, or Saturday."""
    return (
        times.weekday(iso) if language() == "vi" else _WEEKDAYS[date.fromisoformat(iso).weekday()]
    )


def weekday_letters() -> list[str]:
    """The heads of a calendar's columns, Monday first."""
    short = ["T2", "T3", "T4", "T5", "T6", "T7", "CN"]
    return short if language() == "vi" else [name[:2] for name in _WEEKDAYS]


def time(utc: str | None) -> str:
    """A time in UTC as Vietnam's: 15:38, 3/12/2022, or 3 December 2022, 15:38; "" for none."""
    if language() == "vi" or not utc:
        return times.vietnam_time(utc)
    at = utc_time(utc).astimezone(times.VIETNAM)
    return f"{day(f'{at:%Y-%m-%d}')}, {at:%H:%M}"


def dateline(utc: str | None, date_only: bool) -> str:
    """The same with its weekday: Thứ Bảy, 3/12/2022, 15:38."""
    if language() == "vi" or not utc:
        return times.dateline(utc, date_only)
    local = times.vietnam_day(utc)
    return f"{weekday(local)}, {day(local) if date_only else time(utc)}"


def when(timestamp: str | None, timestamp_source: str, published_source: str) -> str:
    """The best known time of an article in a list; its day if no hour is stated, "" if unknown."""
    if timestamp_source == "published" and published_source.endswith("(date only)"):
        return day(times.vietnam_day(timestamp))
    return time(timestamp)


def flags_shown(flags: Iterable[str]) -> Markup:
    """What a reader should doubt about an article, in words."""
    return Markup(", ").join(said("flag", flag.removeprefix("page clock: ")) for flag in flags)
