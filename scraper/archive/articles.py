"""Articles and all that belongs to them: rows derived from captures.

`articles`, `texts`, `captions` and tags show one capture, `history.shown_capture`; `weather` has
rows of each. What has not changed is not written again.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlite_utils import Database

from scraper.archive.article_columns import FROM_PAGE
from scraper.archive.history import Capture, note, shown_capture
from scraper.archive.index import index_article, unindex_article
from scraper.archive.place_rows import mention_row, mention_rows, put_mentions
from scraper.archive.read_article import read_article
from scraper.archive.revisions import (
    refresh_history,
    revision_count,
    revision_of,
)
from scraper.archive.runs import set_mark
from scraper.models import Article, utc_text
from scraper.times import VIETNAM

# Ids of captions and weather rows: the article's or snapshot's times this, plus the position. A
# reread gives the same ids, so that citations of a row stay right.
CAPTIONS_PER_ARTICLE = 10_000
READINGS_PER_SNAPSHOT = 1_000
REINDEX_MARK = "reindex"  # 1: `reread` has to make a new search index


@dataclass(frozen=True, slots=True)
class Filed:
    """What filing one article changed."""

    new_article: bool
    new_revision: bool  # a text not seen before, of an article that was known


@dataclass(frozen=True, slots=True)
class Shown:
    """What the tables show of an article, but for what follows from all of its captures."""

    article: dict[str, Any]  # columns of `articles`
    body: str
    captions: tuple[tuple[Any, ...], ...]  # rows of `captions`
    tags: frozenset[str]
    places: tuple[tuple[Any, ...], ...]  # rows of `article_places`


def file_article(db: Database, article: Article, capture: Capture) -> Filed:
    """File what one capture says, inside the caller's transaction.

    Filing a capture twice, or an old one late, leaves the same rows.
    """
    article_id, revision = capture.article_id, revision_of(article)
    is_known = is_archived(db, article_id)
    before = revision_count(db, article_id) if is_known else 0
    note(db, capture, revision.sha256)
    if not is_known or shown_capture(db, article_id) == capture.snapshot_id:
        shown = shown_in(db, article_id) if is_known else None
        _show(db, article_id, shown, shown_by(article, capture))
    _put_weather(db, capture.snapshot_id, weather_rows(article, capture))
    refresh_history(db, capture, revision)
    has_more = is_known and revision_count(db, article_id) > before
    return Filed(new_article=not is_known, new_revision=has_more)


def note_capture(db: Database, capture: Capture) -> int | None:
    """File a capture that holds no article text: a 304, a 404, a page that is not an article.

    Returns the snapshot that the article now has to be read from, if it was shown from this
    one, which other rules of reading took for its text.
    """
    note(db, capture, None)
    _put_weather(db, capture.snapshot_id, [])
    newest = shown_capture(db, capture.article_id)
    shown = db.execute(
        "SELECT snapshot_id FROM articles WHERE id = ?", [capture.article_id]
    ).fetchone()
    if shown and newest is None:
        remove_article(db, capture.article_id)
    refresh_history(db, capture)
    return newest if shown and shown[0] == capture.snapshot_id else None


def remove_article(db: Database, article_id: int) -> None:
    """Take an article, and all that belongs to it but its captures, out of archive.db."""
    unindex_article(db, article_id)
    _remove_tags(db, article_id)
    db.execute("DELETE FROM articles WHERE id = ?", [article_id])


def is_archived(db: Database, article_id: int) -> bool:
    """True if the archive holds this article."""
    return bool(db.execute("SELECT 1 FROM articles WHERE id = ?", [article_id]).fetchone())


def shown_by(article: Article, capture: Capture) -> Shown:
    """What the tables show if this capture of the article is the one shown."""
    return Shown(
        article=article_row(article, capture),
        body="\n\n".join(article.paragraphs),
        captions=tuple(
            (
                capture.article_id * CAPTIONS_PER_ARTICLE + position,
                capture.article_id,
                position,
                caption.after_paragraph,
                caption.text,
                caption.credit,
                caption.image_url,
                caption.source,
            )
            for position, caption in enumerate(article.captions, 1)
        ),
        tags=frozenset(article.tags),
        places=mention_rows(capture.article_id, article, _day(article, capture)),
    )


def shown_in(db: Database, article_id: int) -> Shown | None:
    """What the tables show of an article; None if it is not archived."""
    stored = read_article(db, article_id)
    if stored is None:
        return None
    return Shown(
        article={name: stored.row[name] for name in FROM_PAGE},
        body=stored.body,
        captions=tuple(tuple(caption.values()) for caption in stored.captions),
        tags=frozenset(stored.tags),
        places=tuple(mention_row(article_id, place) for place in stored.places),
    )


def weather_rows(article: Article, capture: Capture) -> list[tuple[Any, ...]]:
    """The rows of `weather` that a capture gives."""
    # The widget shows the weather when the page was rendered: not later than the capture.
    observed_at = utc_text(article.page_clock_at or capture.captured_at)
    return [
        (
            capture.snapshot_id * READINGS_PER_SNAPSHOT + position,
            capture.snapshot_id,
            capture.article_id,
            position,
            observed_at,
            weather.place,
            weather.text,
            weather.temperature_c,
            weather.temperature_min_c,
            weather.temperature_max_c,
            weather.humidity_pct,
            weather.condition,
        )
        for position, weather in enumerate(article.weather, 1)
    ]


def weather_in(db: Database, snapshot_id: int) -> list[tuple[Any, ...]]:
    """The rows of `weather` that are filed of a capture."""
    return db.execute(
        f"SELECT {_WEATHER} FROM weather WHERE snapshot_id = ? ORDER BY position", [snapshot_id]
    ).fetchall()


def best_time(article: Article, capture: Capture) -> tuple[datetime | None, str]:
    """The time to sort an article by, None if nothing states one, and what kind of time it is."""
    if article.published_at:
        return article.published_at, "published"
    if article.page_clock_at:
        return article.page_clock_at, "page clock"
    if capture.captured_source == "file":
        return None, "unknown"
    return capture.captured_at, "captured"


def _day(article: Article, capture: Capture) -> date | None:
    """The day of an article in Vietnam, as far as it is known."""
    at, _ = best_time(article, capture)
    return at.astimezone(VIETNAM).date() if at else None


def _text_or_none(at: datetime | None) -> str | None:
    return utc_text(at) if at else None


_PUT_ARTICLE = (
    # What follows from all captures is filled in once they are noted.
    f"INSERT INTO articles ({', '.join(FROM_PAGE)}, revision_count, first_captured_at,"
    f" last_captured_at) VALUES (:{', :'.join(FROM_PAGE)}, 0, '', '')"
    " ON CONFLICT (id) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in FROM_PAGE if name != "id")
)
_WEATHER = (
    "id, snapshot_id, article_id, position, observed_at, place, text, temperature_c,"
    " temperature_min_c, temperature_max_c, humidity_pct, condition"
)


def article_row(article: Article, capture: Capture) -> dict[str, Any]:
    """The columns of `articles` that follow from one capture: those of FROM_PAGE."""
    timestamp, source = best_time(article, capture)
    day = _day(article, capture)
    return {
        "id": capture.article_id,
        "url": article.url,
        "title": article.title,
        "lead": article.lead,
        "kicker": article.kicker,
        "section": article.section,
        "byline": json.dumps(article.byline, ensure_ascii=False),
        "published_at": _text_or_none(article.published_at),
        "published_source": article.published_source,
        "modified_at": _text_or_none(article.modified_at),
        "page_clock_at": _text_or_none(article.page_clock_at),
        "page_clock_text": article.page_clock_text,
        "timestamp": _text_or_none(timestamp),
        "timestamp_source": source,
        "local_date": day.isoformat() if day else None,
        "layout": article.layout,
        "template": article.template,
        "flags": json.dumps(article.flags, ensure_ascii=False),
        "caption_count": len(article.captions),
        "photo_count": article.photo_count,
        "syllable_count": article.syllable_count,
        "snapshot_id": capture.snapshot_id,
    }


def _show(db: Database, article_id: int, old: Shown | None, new: Shown) -> None:
    """Change the rows of an article, and its index entry, from `old` to `new`."""
    if new == old:
        return
    if old is not None:
        if not unindex_article(db, article_id):
            # The rows were altered from outside: their old index entry cannot be taken out.
            set_mark(db, REINDEX_MARK, 1)
    db.conn.execute(_PUT_ARTICLE, new.article)
    db.execute(
        "INSERT INTO texts VALUES (?, ?) ON CONFLICT DO UPDATE SET body = excluded.body",
        [article_id, new.body],
    )
    # If the row of an article was deleted from outside, the rows beside it may still be there.
    if old is None or old.captions != new.captions:
        db.execute("DELETE FROM captions WHERE article_id = ?", [article_id])
        db.conn.executemany("INSERT INTO captions VALUES (?, ?, ?, ?, ?, ?, ?, ?)", new.captions)
    if old is None or old.tags != new.tags:
        _remove_tags(db, article_id)
        _add_tags(db, article_id, new.tags)
    if old is None or old.places != new.places:
        put_mentions(db, article_id, new.places)
    index_article(db, article_id)


def _add_tags(db: Database, article_id: int, names: frozenset[str]) -> None:
    numbered = [(_tag_id(name), name) for name in sorted(names)]
    db.conn.executemany("INSERT INTO tags VALUES (?, ?) ON CONFLICT DO NOTHING", numbered)
    db.conn.executemany(
        "INSERT INTO article_tags VALUES (?, ?)", [(article_id, number) for number, _ in numbered]
    )


def _remove_tags(db: Database, article_id: int) -> None:
    """Take the tags off an article, and out of the archive if no other article has them."""
    had = db.execute(
        "DELETE FROM article_tags WHERE article_id = ? RETURNING tag_id", [article_id]
    ).fetchall()
    db.conn.executemany(
        "DELETE FROM tags WHERE id = ?"
        " AND NOT EXISTS (SELECT 1 FROM article_tags WHERE tag_id = tags.id)",
        had,
    )


def _tag_id(name: str) -> int:
    """The id of a tag: 52 bits of its name's hash, which a number of JavaScript can hold."""
    return int(hashlib.sha256(name.encode()).hexdigest()[:13], 16)


def _put_weather(db: Database, snapshot_id: int, rows: list[tuple[Any, ...]]) -> None:
    held = weather_in(db, snapshot_id)
    if held == rows:
        return
    if held:
        db.execute("DELETE FROM weather WHERE snapshot_id = ?", [snapshot_id])
    db.conn.executemany(
        f"INSERT INTO weather ({_WEATHER}) VALUES ({', '.join('?' * 12)})",
        rows,
    )
