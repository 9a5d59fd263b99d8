"""How to cite an article: plain text, BibTeX, CSL-JSON, RIS.

Every citation names the newspaper's address, the capture's time and the SHA-256 of the page. If
this archive is published, it names that address too: the newspaper's dies with the page.
"""

from dataclasses import dataclass
from typing import Any, Literal

from scraper.times import day_in_english, day_shown, vietnam_day

PAPER = "Báo Lào Cai"
Language = Literal["en", "vi"]

_WORDS = {
    "en": {"captured": "captured", "page": "SHA-256 of the page", "archived": "Archived at"},
    "vi": {"captured": "lưu ngày", "page": "SHA-256 của trang", "archived": "Bản lưu"},
}


@dataclass(frozen=True, slots=True)
class Source:
    """What a citation says of an article. Times are UTC, ISO 8601."""

    id: int
    title: str
    byline: tuple[str, ...]
    published_at: str  # "" if the page does not state it
    url: str  # at the newspaper
    captured_at: str  # when the page was captured that the text was read from
    sha256: str  # of that page; "" if snapshots.db is not here
    archive_url: str = ""  # of the article in this archive; "" if it is not public


def archive_address(public_url: str, article_id: int) -> str:
    """The article's address in an archive that is published at `public_url`; "" if it is ""."""
    return f"{public_url}/archive/articles/{article_id}" if public_url else ""


def plain(source: Source, language: Language = "en") -> str:
    """One sentence, authors first."""
    words = _WORDS[language]
    title = _without_direction(source.title)
    authors = f"{', '.join(map(_without_direction, source.byline))}. " if source.byline else ""
    shown = day_shown if language == "vi" else day_in_english
    captured = f"{words['captured']} {shown(vietnam_day(source.captured_at))}"
    day = shown(vietnam_day(source.published_at)) if source.published_at else captured
    evidence = [captured] if source.published_at else []
    evidence += [f"{words['page']}: {source.sha256}"] if source.sha256 else []
    proof = f" ({'; '.join(evidence)})" if evidence else ""
    archived = f" {words['archived']} {source.archive_url}." if source.archive_url else ""
    return f"{authors}“{title}”. {PAPER}, {day}. {source.url}{proof}.{archived}"


def bibtex(source: Source) -> str:
    """A BibTeX entry, for biblatex (`date`) and for older styles (`year`)."""
    published = vietnam_day(source.published_at)
    evidence = [f"Captured {source.captured_at}"]
    evidence += [f"SHA-256 of the page: {source.sha256}"] if source.sha256 else []
    evidence += [f"Archived at {_tex(source.archive_url)}"] if source.archive_url else []
    fields = {
        "title": f"{{{_tex(source.title)}}}",
        "author": " and ".join(f"{{{_tex(name)}}}" for name in source.byline),
        "journal": PAPER,
        "date": published,
        "year": published[:4],
        "url": source.url.replace("{", "%7B").replace("}", "%7D").replace("\\", "%5C"),
        "urldate": vietnam_day(source.captured_at),
        "note": "; ".join(evidence),
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
        "accessed": _parts(vietnam_day(source.captured_at)),
        "archive": source.archive_url or f"Web archive of {PAPER}",
        "note": f"Captured {source.captured_at}",
        "language": "vi",
    }
    if source.byline:
        item["author"] = [{"literal": name} for name in source.byline]
    if source.published_at:
        item["issued"] = _parts(vietnam_day(source.published_at))
    if source.sha256:
        item["archive_location"] = f"sha256:{source.sha256}"
    return item


def ris(source: Source) -> str:
    """A RIS record, for EndNote, Mendeley and Zotero."""
    published = vietnam_day(source.published_at).replace("-", "/")
    fields = [
        ("TY", "NEWS"),
        ("ID", f"baolaocai{source.id}"),
        *(("AU", name) for name in source.byline),
        ("TI", source.title),
        ("T2", PAPER),
        ("PY", published[:4]),
        ("DA", f"{published}/" if published else ""),
        ("Y2", vietnam_day(source.captured_at).replace("-", "/") + "/"),
        ("UR", source.url),
        ("L2", source.archive_url),
        ("LA", "vi"),
        ("N1", f"Captured {source.captured_at}"),
        ("N1", f"SHA-256 of the page: {source.sha256}" if source.sha256 else ""),
    ]
    # A line break in a value would begin another field.
    lines = [f"{tag}  - {' '.join(value.split())}" for tag, value in fields if value]
    return "\r\n".join([*lines, "ER  - ", ""])


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
