"""Sentences of the invented newspaper: fragments from prose/*.txt with their blanks filled.

A fragment file holds one section of the paper: `section: <name>`, then parts headed `== titles`,
`== leads`, `== sentences` ... with one fragment a line. `{village}` and the like are blanks: some
are the same throughout a story (its cast), others are drawn anew each time (numbers, days).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from random import Random

from scraper.demo import names
from scraper.demo.names import pick

SECTION_SLUGS = (
    "chinh-tri", "kinh-te", "xa-hoi", "van-hoa", "du-lich", "giao-duc", "y-te", "the-thao",
    "moi-truong",
)  # fmt: skip
_SHARED = "chung"  # fragments that fit any section
WEEKDAYS = ("Thứ hai", "Thứ ba", "Thứ tư", "Thứ năm", "Thứ sáu", "Thứ bảy", "Chủ nhật")

Fragment = tuple[str, ...]  # literal text and names of blanks, in turn


@dataclass(frozen=True, slots=True)
class Topic:
    """What one section of the paper writes about."""

    slug: str  # "kinh-te"
    name: str  # "Kinh tế"
    parts: Mapping[str, tuple[Fragment, ...]]  # "titles", "leads", "sentences", "captions" ...
    tags: tuple[str, ...]
    cast: Mapping[str, tuple[str, ...]]  # words for blanks of this topic's own: "crop" -> ...


@cache
def topic(slug: str) -> Topic:
    """The fragments in prose/<slug>.txt."""
    text = (files(__package__) / "prose" / f"{slug}.txt").read_text("utf-8")
    header, *parts = re.split(r"^== ", text, flags=re.MULTILINE)
    lines = {part.split("\n", 1)[0]: tuple(part.splitlines()[1:]) for part in parts}
    return Topic(
        slug,
        header.removeprefix("section:").strip(),
        {
            name: tuple(tuple(re.split(r"[{}]", line)) for line in lines[name])
            for name in lines
            if not name.startswith("words ") and name != "tags"
        },
        lines.get("tags", ()),
        {name.split()[1]: lines[name] for name in lines if name.startswith("words ")},
    )


def shared() -> Topic:
    """Fragments that fit any section: quotations, notes, list entries."""
    return topic(_SHARED)


class ProseWriter:
    """Fills the blanks of one story: its cast stays, its numbers are drawn anew."""

    def __init__(self, rng: Random, about: Topic, day: datetime) -> None:
        self.rng = rng
        self.about = about
        self.day = day  # publication, Vietnam time: days in the text are shortly before it
        self.cast = _cast(rng, about)

    def write(self, fragment: Fragment) -> str:
        """`fragment` as a sentence."""
        cast = self.cast
        text = [
            part if i % 2 == 0 else cast.get(part) or _DRAWN[part](self.rng, self.day)
            for i, part in enumerate(fragment)
        ]
        return "".join(text)

    def some(self, part: str, count: int, about: Topic | None = None) -> list[str]:
        """`count` different sentences of one part, fewer if the part holds fewer."""
        fragments = (about or self.about).parts[part]
        chosen = self.rng.sample(fragments, min(count, len(fragments)))
        return [self.write(fragment) for fragment in chosen]

    def one(self, part: str, about: Topic | None = None) -> str:
        """A sentence of one part."""
        fragments = (about or self.about).parts[part]
        return self.write(fragments[int(self.rng.random() * len(fragments))])


def _cast(rng: Random, about: Topic) -> dict[str, str]:
    cast = {
        "place": pick(rng, names.PLACES),
        "place2": pick(rng, names.PLACES),
        "village": names.village(rng),
        "person": names.person(rng),
        "person2": names.person(rng),
        "role": pick(rng, names.ROLES),
        "org": pick(rng, names.ORGANISATIONS),
    }
    for name, choices in about.cast.items():
        cast[name] = pick(rng, choices)
    cast |= {_capital(name): _capital(value) for name, value in cast.items()}
    return cast


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def thousands(number: int) -> str:
    """`number` with the paper's dots: 6.071."""
    return f"{number:,}".replace(",", ".")


def _draw(rng: Random, low: int, high: int) -> int:
    return low + int(rng.random() * (high - low + 1))


def _percent(rng: Random, day: datetime) -> str:
    whole = _draw(rng, 8, 98)
    return f"{whole}%" if rng.random() < 0.5 else f"{whole},{_draw(rng, 1, 9)}%"


def _money(rng: Random, day: datetime) -> str:
    if rng.random() < 0.5:
        return f"{_draw(rng, 4, 98) * 10} triệu đồng"
    return f"{_draw(rng, 1, 19)},{_draw(rng, 1, 9)} tỷ đồng"


def _recent(rng: Random, day: datetime) -> datetime:
    return day - timedelta(days=_draw(rng, 1, 12))


def _day(rng: Random, day: datetime) -> str:
    at = _recent(rng, day)
    return f"ngày {at.day}/{at.month}"


def _day_bare(rng: Random, day: datetime) -> str:
    at = _recent(rng, day)
    return f"{at.day}/{at.month}/{at.year}"


def _hour(rng: Random, day: datetime) -> str:
    minute = _draw(rng, 0, 3) * 15
    return f"{_draw(rng, 5, 20)} giờ" + (f" {minute} phút" if minute else "")


_DRAWN: Mapping[str, Callable[[Random, datetime], str]] = {
    "n": lambda rng, day: str(_draw(rng, 2, 8)),
    "nn": lambda rng, day: str(_draw(rng, 11, 96)),
    "nnn": lambda rng, day: str(_draw(rng, 105, 980)),
    "big": lambda rng, day: thousands(_draw(rng, 1_010, 9_870)),
    "pct": _percent,
    "money": _money,
    "ha": lambda rng, day: f"{_draw(rng, 11, 320)} ha",
    "km": lambda rng, day: f"{_draw(rng, 2, 24)},{_draw(rng, 1, 9)} km",
    "day": _day,
    "day_bare": _day_bare,
    "hour": _hour,
    "month": lambda rng, day: f"tháng {day.month}",
    "year": lambda rng, day: str(day.year),
    "year_next": lambda rng, day: str(day.year + 1),
    "Weekday": lambda rng, day: WEEKDAYS[_recent(rng, day).weekday()],
}
