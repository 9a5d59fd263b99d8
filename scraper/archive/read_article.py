"""One article with everything the archive knows of it, and what changed between its texts."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from scraper.archive import tombstones
from scraper.archive.article_columns import LISTS
from scraper.archive.snapshots import load
from scraper.archive.word_diff import Change, changes
from scraper.errors import UnknownArticle
from scraper.models import Snapshot

_FIELDS = ("title", "lead", "body", "captions")
_CAPTIONS = "id, article_id, position, after_paragraph, text, credit, image_url, source"
_WEATHER = (
    "snapshot_id, observed_at, place, text, temperature_c, temperature_min_c, temperature_max_c,"
    " humidity_pct, condition"
)
_PLACES = (
    "SELECT place_id, label, part, form, certainty, times FROM article_places"
    " JOIN places ON places.id = place_id WHERE article_id = ?"
    " ORDER BY place_id, part, form, certainty"
)


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """One article as the tables show it: everything but its history."""

    row: dict[str, Any]  # of `articles`, as stored: byline and flags are JSON text
    body: str  # paragraphs, a blank line between
    captions: tuple[dict[str, Any], ...]  # rows of `captions`, in page order
    tags: tuple[str, ...]  # in alphabetical order
    weather: tuple[dict[str, Any], ...]  # readings of every capture, oldest snapshot first
    places: tuple[dict[str, Any], ...]  # rows of `article_places` with the label of each place

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """The paragraphs of the body."""
        return tuple(self.body.split("\n\n")) if self.body else ()

    @property
    def place_labels(self) -> tuple[str, ...]:
        """The places that the article names for sure, in the order of their ids."""
        return tuple(dict.fromkeys(p["label"] for p in self.places if p["certainty"] == "sure"))

    def values(self) -> dict[str, Any]:
        """The row with its JSON arrays as lists."""
        return self.row | {name: json.loads(self.row[name]) for name in LISTS}


@dataclass(frozen=True, slots=True)
class History:
    """An article as its newest capture shows it, and how it came to be so."""

    article: StoredArticle
    addresses: tuple[str, ...]  # every address it was met under, oldest first
    revisions: tuple[dict[str, Any], ...]  # without their texts, oldest first
    captures: tuple[dict[str, Any], ...]  # each time it was asked for, oldest first


@dataclass(frozen=True, slots=True)
class RevisionRecord:
    """One distinct text of an article."""

    number: int  # from 1
    captured_at: str  # when it was first seen, and the capture that shows it
    kind: str  # of that capture: "page", "text with headline" or "text"
    snapshot_id: int
    texts: tuple[str, str, str, str]  # title, lead, body, captions: one on a line


@dataclass(frozen=True, slots=True)
class FieldChange:
    """What changed in one field between two revisions."""

    field: str  # "title", "lead", "body" or "captions"
    runs: tuple[Change, ...]  # all of both texts, in reading order


def read_article(db: Database, article_id: int) -> StoredArticle | None:
    """The article with this number; None if the archive does not hold it."""
    found = _rows(
        db,
        "SELECT articles.*, coalesce(body, '') AS body FROM articles"
        " LEFT JOIN texts ON article_id = id WHERE id = ?",
        article_id,
    )
    if not found:
        return None
    row = found[0]
    names = db.execute(
        "SELECT name FROM tags JOIN article_tags ON tag_id = tags.id WHERE article_id = ?"
        " ORDER BY name",
        [article_id],
    )
    captions = f"SELECT {_CAPTIONS} FROM captions WHERE article_id = ? ORDER BY position"
    weather = f"SELECT {_WEATHER} FROM weather WHERE article_id = ? ORDER BY id"
    return StoredArticle(
        body=row.pop("body"),
        row=row,
        captions=tuple(_rows(db, captions, article_id)),
        tags=tuple(name for (name,) in names),
        weather=tuple(_rows(db, weather, article_id)),
        places=tuple(_rows(db, _PLACES, article_id)),
    )


def history(db: Database, article_id: int) -> History:
    """The article with this number. Raises UnknownArticle if the archive does not hold it."""
    article = read_article(db, article_id)
    if article is None:
        raise _unknown(db, article_id)
    urls = db.execute(
        "SELECT url FROM addresses WHERE article_id = ? ORDER BY first_seen_at, url", [article_id]
    )

    def lines(columns: str, table: str, order: str) -> tuple[dict[str, Any], ...]:
        sql = f"SELECT {columns} FROM {table} WHERE article_id = ? ORDER BY {order}"
        return tuple(_rows(db, sql, article_id))

    return History(
        article=article,
        addresses=tuple(url for (url,) in urls),
        revisions=lines(
            "number, captured_at, last_seen_at, snapshot_id, sha256", "revisions", "number"
        ),
        captures=lines(
            "snapshot_id, captured_at, captured_source, status, reading, kind",
            "captures",
            "captured_at, snapshot_id",
        ),
    )


def as_json(history: History, proofs: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    """What `scraper show --json` prints."""
    article = history.article
    return article.values() | {
        "body": article.body,
        "captions": [
            {name: value for name, value in caption.items() if name not in ("id", "article_id")}
            for caption in article.captions
        ],
        "tags": article.tags,
        "weather": article.weather,
        "addresses": history.addresses,
        "revisions": history.revisions,
        "captures": history.captures,
        "snapshots": proofs,
    }


def captured_page(
    db: Database, snapshots: Database, article_id: int, number: int | None
) -> Snapshot:
    """Capture `number` of an article, counted from 1 as in `history`; the newest page if None.

    Raises UnknownArticle if there is no such article or capture, ArchiveError if it holds no page.
    """
    captures = [capture["snapshot_id"] for capture in history(db, article_id).captures]
    if number is not None and not 1 <= number <= len(captures):
        raise UnknownArticle(
            f"article {article_id}: no capture {number}; --capture takes 1 to {len(captures)}"
        )
    if number is not None:
        return load(snapshots, captures[number - 1])
    for snapshot_id in reversed(captures):
        snapshot = load(snapshots, snapshot_id)
        if snapshot.body and snapshot.status == 200:
            return snapshot
    raise UnknownArticle(f"article {article_id}: no capture holds a page")


def evidence(snapshots: Database, article: History) -> tuple[dict[str, Any], ...]:
    """What snapshots.db holds of each capture: its address, time, hash, size and origin."""
    ids = [capture["snapshot_id"] for capture in article.captures]
    return tuple(
        row
        for snapshot_id in ids
        for row in _rows(
            snapshots,
            "SELECT id, url, captured_at, status, sha256, size_bytes, origin, truncated"
            " FROM snapshots WHERE id = ?",
            snapshot_id,
        )
    )


def compared(
    db: Database, article_id: int, before: int | None, after: int | None
) -> tuple[RevisionRecord, RevisionRecord]:
    """Two revisions of an article: the last two if no number is given.

    Raises UnknownArticle if the archive does not hold the article, or not that revision.
    """
    numbers = [
        number
        for (number,) in db.execute(
            "SELECT number FROM revisions WHERE article_id = ? ORDER BY number", [article_id]
        )
    ]
    if not numbers:
        raise _unknown(db, article_id)
    after = numbers[-1] if after is None else after
    before = max(after - 1, 1) if before is None else before
    for number in (before, after):
        if number not in numbers:
            raise UnknownArticle(
                f"article {article_id}: no revision {number}; it has 1 to {numbers[-1]}"
            )
    return _revision(db, article_id, before), _revision(db, article_id, after)


def differences(before: RevisionRecord, after: RevisionRecord) -> tuple[FieldChange, ...]:
    """The fields that differ, each with its words kept, removed and added."""
    return tuple(
        FieldChange(field, changes(old, new))
        for field, old, new in zip(_FIELDS, before.texts, after.texts, strict=True)
        if old != new
    )


def marked_lines(change: FieldChange) -> Iterator[str]:
    """The changed lines of a field, `Giá vé [-50-]{+70+} nghìn đồng.`, and one line around them."""
    lines: list[list[str]] = [[]]
    marked: set[int] = set()
    for kind, text in change.runs:
        for n, piece in enumerate(text.split("\n")):
            if n:
                lines.append([])
            if kind != "same" and piece:
                marked.add(len(lines) - 1)
            lines[-1].append(_marked(kind, piece))
    texts = [(n, "".join(line)) for n, line in enumerate(lines) if any(line)]
    near = [n in marked for n, _ in texts]
    return (text for at, (_, text) in enumerate(texts) if any(near[max(at - 1, 0) : at + 2]))


def _unknown(db: Database, article_id: int) -> UnknownArticle:
    tombstone = tombstones.find(db, article_id)
    return UnknownArticle(f"article {article_id}: {tombstone or 'not in this archive'}")


def _marked(kind: str, text: str) -> str:
    if kind == "same" or not text:
        return text
    return f"[-{text}-]" if kind == "removed" else f"{{+{text}+}}"


def _revision(db: Database, article_id: int, number: int) -> RevisionRecord:
    captured_at, snapshot_id, title, lead, body, captions = db.execute(
        "SELECT captured_at, snapshot_id, title, lead, body, captions_json FROM revisions"
        " WHERE article_id = ? AND number = ?",
        [article_id, number],
    ).fetchone()
    kind = db.execute("SELECT kind FROM captures WHERE snapshot_id = ?", [snapshot_id]).fetchone()
    shown = "\n".join(" ".join(filter(None, pair)) for pair in json.loads(captions))
    return RevisionRecord(
        number, captured_at, kind[0] if kind else "", snapshot_id, (title, lead, body, shown)
    )


def _rows(db: Database, sql: str, value: int) -> list[dict[str, Any]]:
    cursor = db.execute(sql, [value])
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]
