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
    published: str  # day in Vietnam, "2023-05-01"; "" if the page does not say
    url: str
    captured: str  # day in Vietnam of the capture it was read from, "2023-05-02"
    sha256: str  # of the page as captured then; "" if snapshots.db is not here


def plain(source: Source) -> str:
    """One sentence, authors first."""
    title = _without_direction(source.title)
    authors = f"{', '.join(map(_without_direction, source.byline))}. " if source.byline else ""
    day = _day(source.published) if source.published else "undated"
    return f"{authors}“{title}”. {PAPER}, {day}. {source.url} (captured {_day(source.captured)})."


def bibtex(source: Source) -> str:
    """A BibTeX entry, for biblatex (`date`) and for older styles (`year`)."""
    evidence = f"Captured {source.captured}"
    if source.sha256:
        evidence += f"; SHA-256 of the page: {source.sha256}"
    fields = {
        "title": f"{{{_tex(source.title)}}}",
        "author": " and ".join(f"{{{_tex(name)}}}" for name in source.byline),
        "journal": PAPER,
        "date": source.published,
        "year": source.published[:4],
        "url": source.url.replace("{", "%7B").replace("}", "%7D").replace("\\", "%5C"),
        "urldate": source.captured,
        "note": evidence,
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
        "URL": source.url,
        "accessed": _parts(source.captured),
        "archive": f"Web archive of {PAPER}",
        "language": "vi",
    }
    if source.byline:
        item["author"] = [{"literal": name} for name in source.byline]
    if source.published:
        item["issued"] = _parts(source.published)
    if source.sha256:
        item["archive_location"] = f"sha256:{source.sha256}"
    return item


def _without_direction(text: str) -> str:
    """`text` without marks that would turn the words after it from right to left."""
    return "".join(
        c
        for c in text
        if c not in "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    )


# BibTeX counts braces even after a backslash: "\{" alone would swallow the entries after it.
_TEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{c: f"\\{c}" for c in "$&#%_"},
        # No text has them; TeX stops at some.
        **{chr(code): " " for code in (*range(0x20), *range(0x7F, 0xA0))},
    }
)


def _tex(text: str) -> str:
    """`text` for TeX, its letters as they are: UTF-8, as biber and today's LaTeX read it."""
    return text.translate(_TEX)


def _parts(day: str) -> dict[str, list[list[int]]]:
    return {"date-parts": [[int(part) for part in day.split("-")]]}


def _day(day: str) -> str:
    year, month, date = day.split("-")
    return f"{int(date)}/{int(month)}/{year}"
