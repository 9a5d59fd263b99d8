"""One article with all that its page shows, read from the archive."""

import json
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from scraper.archive.read_article import read_article
from scraper.browse.related import RelatedArticle, related
from scraper.export.cite import Source

YEARS = 25  # that are looked through for the same day, each way


@dataclass(frozen=True, slots=True)
class ArticleView:
    """One article with all that its page shows."""

    row: Any  # of articles
    byline: tuple[str, ...]
    flags: tuple[str, ...]
    title: str
    lead: str
    blocks: tuple[tuple[str, Any], ...]  # ("paragraph" or "subhead", text) or ("caption", row)
    text: Any  # row of the older revision that is shown; None for the newest text
    snapshot_id: int  # of the capture that the text shown was read from
    tags: tuple[str, ...]
    places: tuple[Any, ...]  # that it names for sure: id and label
    weather: tuple[Any, ...]
    revisions: tuple[Any, ...]
    earlier: Any  # row of articles, or None
    later: Any
    related: tuple[RelatedArticle, ...]
    same_day: tuple[Any, ...]  # one article of each other year
    source: Source  # without the hash


def reading(db: Database, article_id: int, text: int = 0) -> ArticleView | None:
    """The article with this number, in its newest text or in that of revision `text`; or None."""
    stored = read_article(db, article_id)
    revisions = _rows(
        db,
        "SELECT revisions.*, kind FROM revisions LEFT JOIN captures USING (snapshot_id)"
        " WHERE revisions.article_id = ? ORDER BY number",
        article_id,
    )
    older = next((r for r in revisions if r["number"] == text), None)
    if stored is None or (text and older is None):
        return None
    row, values = stored.row, stored.values()
    byline = tuple(values["byline"])
    shown = older or row
    captured_at = older["captured_at"] if older else _captured_at(db, row)
    earlier, later = _neighbours(db, row)
    return ArticleView(
        row=row,
        byline=byline,
        flags=tuple(values["flags"]),
        title=shown["title"],
        lead=shown["lead"],
        blocks=_blocks_then(older) if older else _blocks(stored.paragraphs, stored.captions),
        text=older,
        snapshot_id=shown["snapshot_id"],
        tags=stored.tags,
        places=_places(stored.places),
        weather=tuple({(w["observed_at"], w["text"]): w for w in stored.weather}.values()),
        revisions=revisions,
        earlier=earlier,
        later=later,
        same_day=_same_day(db, row),
        related=related(db, article_id, row["title"], row["lead"]),
        source=_source(row, shown["title"], byline, captured_at),
    )


def _source(row: Any, title: str, byline: tuple[str, ...], captured_at: str) -> Source:
    return Source(
        id=row["id"],
        title=title,
        byline=byline,
        published_at=row["published_at"] or "",
        url=row["url"],
        captured_at=captured_at,
        sha256="",  # it is in the other file
    )


def _places(mentions: tuple[dict[str, Any], ...]) -> tuple[dict[str, str], ...]:
    sure = {p["place_id"]: p["label"] for p in mentions if p["certainty"] == "sure"}
    return tuple({"id": number, "label": label} for number, label in sure.items())


def _captured_at(db: Database, row: Any) -> str:
    """When the capture was made that an article is shown from."""
    found = _first(db, "SELECT captured_at FROM captures WHERE snapshot_id = ?", row["snapshot_id"])
    return str(found["captured_at"] if found else row["last_captured_at"])


def _blocks_then(revision: Any) -> tuple[tuple[str, Any], ...]:
    """The paragraphs of an older text, then its captions: their place in it is not kept."""
    paragraphs = tuple(revision["body"].split("\n\n")) if revision["body"] else ()
    captions = [
        {
            "text": text,
            "credit": credit,
            "after_paragraph": len(paragraphs),
            "image_url": "",
            "source": "",
        }
        for text, credit in json.loads(revision["captions_json"])
    ]
    return _blocks(paragraphs, tuple(captions))


def _blocks(paragraphs: tuple[str, ...], captions: tuple[Any, ...]) -> tuple[tuple[str, Any], ...]:
    blocks: list[tuple[str, Any]] = []
    waiting = list(captions)
    for number in range(len(paragraphs) + 1):
        # A caption whose place is after the last paragraph, or beyond it, comes at the end.
        while waiting and (waiting[0]["after_paragraph"] <= number or number == len(paragraphs)):
            blocks.append(("caption", waiting.pop(0)))
        if number < len(paragraphs):
            kind = "subhead" if is_subhead(paragraphs, number) else "paragraph"
            blocks.append((kind, paragraphs[number]))
    return tuple(blocks)


def is_subhead(paragraphs: tuple[str, ...], number: int) -> bool:
    """True if a paragraph reads as a subhead: a few words without an end, above a longer text.

    The archive keeps subheads as plain paragraphs (on the page they are bold ones of a few words).
    Items of a list are short too, but follow each other.
    """
    if number + 1 >= len(paragraphs) or not _is_short(paragraphs[number]):
        return False
    after = paragraphs[number + 1]
    before = paragraphs[number - 1] if number else ""
    is_listed = _is_short(before) or before.endswith(":")
    return not is_listed and not _is_short(after) and len(after) > 2 * len(paragraphs[number])


def _is_short(paragraph: str) -> bool:
    is_open = bool(paragraph) and (paragraph[-1].isalnum() or paragraph[-1] in "?)”")
    return is_open and len(paragraph.split()) <= 14 and " | " not in paragraph


def _neighbours(db: Database, row: Any) -> tuple[Any, Any]:
    """The articles before and after; if its time is unknown, by number, which grows with time."""
    key, values = (
        ("id", [row["id"]])
        if not row["timestamp"]
        else ("timestamp, id", [row["timestamp"], row["id"]])
    )
    marks = ", ".join("?" * len(values))
    backwards = ", ".join(f"{column} DESC" for column in key.split(", "))
    select = "SELECT id, title FROM articles WHERE"
    return (
        _first(db, f"{select} ({key}) < ({marks}) ORDER BY {backwards} LIMIT 1", *values),
        _first(db, f"{select} ({key}) > ({marks}) ORDER BY {key} LIMIT 1", *values),
    )


def _same_day(db: Database, row: Any) -> tuple[Any, ...]:
    """One article of the same day in each other year, the newest first."""
    if not row["local_date"]:
        return ()
    year, day = int(row["local_date"][:4]), row["local_date"][4:]
    others = [f"{y:04}{day}" for y in range(year - YEARS, year + YEARS + 1) if y != year]
    return _rows(
        db,
        f"SELECT max(id) AS id, title, local_date FROM articles WHERE local_date IN"
        f" ({', '.join('?' * len(others))}) GROUP BY local_date ORDER BY local_date DESC LIMIT 6",
        *others,
    )


def _rows(db: Database, sql: str, *parameters: object) -> tuple[Any, ...]:
    return tuple(db.conn.execute(sql, parameters).fetchall())


def _first(db: Database, sql: str, *parameters: object) -> Any:
    return db.conn.execute(sql, parameters).fetchone()
