"""How to cite an article: plain, BibTeX, CSL-JSON."""

from dataclasses import dataclass
from typing import Any

PAPER = "Báo Lào Cai"


@dataclass(frozen=True, slots=True)
class Source:
    """What a citation says of an article."""

    id: int
    title: str
    byline: tuple[str, ...]
    published: str  # day in Vietnam, "2023-05-01"; "" where the page does not say
    url: str
    captured: str  # day of the capture, "2023-05-02"


def plain(source: Source) -> str:
    """One sentence, authors first."""
    title = _without_direction(source.title)
    authors = f"{', '.join(map(_without_direction, source.byline))}. " if source.byline else ""
    day = _day(source.published) if source.published else "undated"
    return f"{authors}“{title}”. {PAPER}, {day}. {source.url} (captured {_day(source.captured)})."


def bibtex(source: Source) -> str:
    """A BibTeX entry."""
    fields = {
        "title": f"{{{_tex(source.title)}}}",
        "author": " and ".join(f"{{{_tex(name)}}}" for name in source.byline),
        "journal": PAPER,
        "date": source.published,
        "url": source.url.replace("{", "%7B").replace("}", "%7D"),
        "urldate": source.captured,
        "langid": "vietnamese",
    }
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
    return f"@article{{baolaocai{source.id},\n" + ",\n".join(lines) + "\n}\n"


def csl(source: Source) -> dict[str, Any]:
    """A CSL-JSON item."""
    item: dict[str, Any] = {
        "id": f"baolaocai{source.id}",
        "type": "article-newspaper",
        "title": source.title,
        "container-title": PAPER,
        "author": [{"literal": name} for name in source.byline],
        "URL": source.url,
        "accessed": _parts(source.captured),
        "language": "vi",
    }
    if source.published:
        item["issued"] = _parts(source.published)
    return item


def _without_direction(text: str) -> str:
    """`text` without marks that would turn the words after it from right to left."""
    return "".join(
        c
        for c in text
        if c not in "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    )


def _tex(text: str) -> str:
    escaped = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    return "".join(f"\\{c}" if c in "{}$&#%_" else escaped.get(c, c) for c in text)


def _parts(day: str) -> dict[str, list[list[int]]]:
    return {"date-parts": [[int(part) for part in day.split("-")]]}


def _day(day: str) -> str:
    year, month, date = day.split("-")
    return f"{int(date)}/{int(month)}/{year}"
