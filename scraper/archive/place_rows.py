"""The rows of `places` and `article_places`."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlite_utils import Database

from scraper.models import Article
from scraper.places import Unit, all_places, find_places, label, table_version

_VERSION_MARK = "places"  # which table of units is in `places`
_MENTION = "article_id, place_id, part, form, certainty, times"


def keep_places_current(db: Database) -> None:
    """Write this version's table of units, if another one is there. Inside a transaction."""
    row = db.execute("SELECT value FROM marks WHERE name = ?", [_VERSION_MARK]).fetchone()
    if row and row[0] == table_version():
        return
    db.execute("PRAGMA defer_foreign_keys = ON")
    db.execute("DELETE FROM places")
    db.conn.executemany(
        f"INSERT INTO places VALUES ({', '.join('?' * 13)})", map(_place_row, all_places().values())
    )
    # A unit that is not in the table any more: `reread` finds what is meant now.
    db.execute("DELETE FROM article_places WHERE place_id NOT IN (SELECT id FROM places)")
    db.execute(
        "INSERT INTO marks VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
        [_VERSION_MARK, table_version()],
    )


def mention_rows(article_id: int, article: Article, on: date | None) -> tuple[tuple[Any, ...], ...]:
    """The rows of `article_places` that an article gives; `on` is its day in Vietnam."""
    captions = [caption.text for caption in article.captions]
    found = find_places(article.title, article.lead, article.paragraphs, captions, on)
    return tuple(
        sorted((article_id, m.place_id, m.where, m.form, m.certainty, m.times) for m in found)
    )


def mention_row(article_id: int, place: dict[str, Any]) -> tuple[Any, ...]:
    """A row of `article_places` out of an article as it was read from the archive."""
    return (
        article_id,
        place["place_id"],
        place["part"],
        place["form"],
        place["certainty"],
        place["times"],
    )


def put_mentions(db: Database, article_id: int, rows: Sequence[tuple[Any, ...]]) -> None:
    """Have an article name these units and no others. Inside the caller's transaction."""
    db.execute("DELETE FROM article_places WHERE article_id = ?", [article_id])
    db.conn.executemany(f"INSERT INTO article_places ({_MENTION}) VALUES (?, ?, ?, ?, ?, ?)", rows)


def _place_row(place: Unit) -> tuple[Any, ...]:
    return (
        place.place_id,
        place.kind,
        place.name,
        label(place),
        json.dumps(place.other_names, ensure_ascii=False),
        place.code,
        place.parent_id or None,
        place.valid_from.isoformat() if place.valid_from else None,
        place.valid_to.isoformat() if place.valid_to else None,
        json.dumps(place.into),
        place.latitude,
        place.longitude,
        place.source,
    )
