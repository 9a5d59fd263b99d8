"""Articles and all that belongs to them: rows derived from captures.

`captures` holds one line for each capture of an article: what it was read as, and the hash of
its text. `revisions`, `gone_at` and the first and last capture follow from those lines alone, so
captures may be filed in any order and twice, and give the same rows.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Literal

from sqlite_utils import Database

from scraper.archive.index import index_article, unindex_article
from scraper.models import Article, Caption, utc_text, utc_time

VIETNAM = timezone(timedelta(hours=7))  # no daylight saving since 1975
GONE_AFTER = timedelta(hours=23)  # "a day apart", for a cron job that wanders by minutes

Reading = Literal["text", "unchanged", "missing", "redirect", "not_article", "unreadable"]


@dataclass(frozen=True, slots=True)
class Capture:
    """One line of `captures`: what one snapshot says of one article."""

    snapshot_id: int
    article_id: int
    captured_at: datetime
    status: int  # HTTP
    reading: Reading


@dataclass(frozen=True, slots=True)
class Filed:
    """What filing one article changed."""

    new_article: bool
    new_revision: bool  # a text not seen before, of an article that was known


def file_article(db: Database, article: Article, capture: Capture) -> Filed:
    """File what one capture says, inside the caller's transaction.

    `articles` shows the newest capture that could be read, `revisions` each distinct text.
    Filing a capture twice, or an old one late, leaves the same rows.
    """
    article_id = capture.article_id
    revision = _revision_of(article)
    known = db.execute("SELECT 1 FROM articles WHERE id = ?", [article_id]).fetchone()
    had = db.execute(
        "SELECT 1 FROM revisions WHERE article_id = ? AND sha256 = ?", [article_id, revision.sha256]
    ).fetchone()
    _note(db, capture, revision.sha256)
    if known is None or _newest_text(db, article_id) == capture.snapshot_id:
        if known:
            unindex_article(db, article_id)
        _put_article(db, article, capture)
        _put_parts(db, article, article_id)
        index_article(db, article_id)
    if not had:
        _add_revision(db, article_id, revision, capture)
    _put_weather(db, article, capture)
    _retell(db, article_id)
    return Filed(new_article=known is None, new_revision=known is not None and had is None)


def note_capture(db: Database, capture: Capture) -> None:
    """File a capture that holds no article text: a 304, a 404, a page that is none."""
    _note(db, capture, None)
    _retell(db, capture.article_id)


def is_archived(db: Database, article_id: int) -> bool:
    """Whether the archive holds this article."""
    return bool(db.execute("SELECT 1 FROM articles WHERE id = ?", [article_id]).fetchone())


@dataclass(frozen=True, slots=True)
class _Revision:
    """What makes two captures the same text."""

    title: str
    lead: str
    body: str
    captions_json: str

    @property
    def sha256(self) -> str:
        parts = [self.title, self.lead, self.body, self.captions_json]
        return hashlib.sha256(_json(parts).encode()).hexdigest()


def _revision_of(article: Article) -> _Revision:
    captions = [[c.text, c.credit] for c in article.captions]
    return _Revision(article.title, article.lead, _body(article), _json(captions))


def _body(article: Article) -> str:
    return "\n\n".join(article.paragraphs)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _note(db: Database, capture: Capture, sha256: str | None) -> None:
    db.execute(
        "INSERT OR REPLACE INTO captures VALUES (?, ?, ?, ?, ?, ?)",
        [
            capture.snapshot_id,
            capture.article_id,
            utc_text(capture.captured_at),
            capture.status,
            capture.reading,
            sha256,
        ],
    )


def _newest_text(db: Database, article_id: int) -> int:
    """The snapshot whose text `articles` has to show."""
    row = db.execute(
        "SELECT snapshot_id FROM captures WHERE article_id = ? AND reading = 'text'"
        " ORDER BY captured_at DESC, snapshot_id DESC LIMIT 1",
        [article_id],
    ).fetchone()
    return int(row[0])


def _put_article(db: Database, article: Article, capture: Capture) -> None:
    timestamp, source = best_time(article, capture.captured_at)
    row = {
        "id": capture.article_id,
        "url": article.url,
        "title": article.title,
        "lead": article.lead,
        "section": article.section,
        "byline": _json(article.byline),
        "published_at": _text_or_none(article.published_at),
        "published_source": article.published_source,
        "modified_at": _text_or_none(article.modified_at),
        "page_clock_at": _text_or_none(article.page_clock_at),
        "page_clock_text": article.page_clock_text,
        "timestamp": utc_text(timestamp),
        "timestamp_source": source,
        "local_date": timestamp.astimezone(VIETNAM).date().isoformat(),
        "layout": article.layout,
        "template": article.template,
        "flags": _json(article.flags),
        "caption_count": len(article.captions),
        "photo_count": article.photo_count,
        "syllable_count": _syllables(article),
        "revision_count": 0,  # this and the next three: _retell() says
        "first_captured_at": utc_text(capture.captured_at),
        "last_captured_at": utc_text(capture.captured_at),
        "gone_at": None,
        "snapshot_id": capture.snapshot_id,
    }
    columns = ", ".join(row)
    news = ", ".join(f"{name} = excluded.{name}" for name in row if name != "id")
    db.execute(
        f"INSERT INTO articles ({columns}) VALUES ({', '.join('?' * len(row))})"
        f" ON CONFLICT (id) DO UPDATE SET {news}",
        list(row.values()),
    )


def best_time(article: Article, captured_at: datetime) -> tuple[datetime, str]:
    """The time to sort an article by, and what kind of time that is."""
    if article.published_at:
        return article.published_at, "published"
    if article.page_clock_at:
        return article.page_clock_at, "page clock"
    return captured_at, "captured"


def _text_or_none(at: datetime | None) -> str | None:
    return utc_text(at) if at else None


def _syllables(article: Article) -> int:
    """How many syllables title, lead and body hold: Vietnamese puts a space between any two."""
    return sum(len(text.split()) for text in (article.title, article.lead, *article.paragraphs))


def _put_parts(db: Database, article: Article, article_id: int) -> None:
    db.execute(
        "INSERT INTO texts VALUES (?, ?) ON CONFLICT DO UPDATE SET body = excluded.body",
        [article_id, _body(article)],
    )
    db.execute("DELETE FROM captions WHERE article_id = ?", [article_id])
    db.conn.executemany(
        "INSERT INTO captions (article_id, position, after_paragraph, text, credit, image_url,"
        " source) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [_caption_row(article_id, n, c) for n, c in enumerate(article.captions, 1)],
    )
    db.execute("DELETE FROM article_tags WHERE article_id = ?", [article_id])
    for name in article.tags:
        db.execute("INSERT INTO tags (name) VALUES (?) ON CONFLICT DO NOTHING", [name])
        db.execute(
            "INSERT OR IGNORE INTO article_tags SELECT ?, id FROM tags WHERE name = ?",
            [article_id, name],
        )


def _caption_row(article_id: int, position: int, caption: Caption) -> Sequence[object]:
    return (
        article_id,
        position,
        caption.after_paragraph,
        caption.text,
        caption.credit,
        caption.image_url,
        caption.source,
    )


def _put_weather(db: Database, article: Article, capture: Capture) -> None:
    # The widget tells of the moment the page was rendered, which is the capture at the latest.
    observed_at = utc_text(article.page_clock_at or capture.captured_at)
    db.execute("DELETE FROM weather WHERE snapshot_id = ?", [capture.snapshot_id])
    for position, weather in enumerate(article.weather, 1):
        db.execute(
            "INSERT INTO weather (snapshot_id, article_id, position, observed_at, place, text,"
            " temperature_c, temperature_min_c, temperature_max_c, humidity_pct, condition)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
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
            ],
        )


def _add_revision(db: Database, article_id: int, revision: _Revision, capture: Capture) -> None:
    at = utc_text(capture.captured_at)
    last = db.execute(
        "SELECT coalesce(max(number), 0) FROM revisions WHERE article_id = ?", [article_id]
    ).fetchone()[0]
    db.execute(
        "INSERT INTO revisions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            article_id,
            last + 1,
            at,
            at,
            capture.snapshot_id,
            revision.title,
            revision.lead,
            revision.body,
            revision.captions_json,
            revision.sha256,
        ],
    )


@dataclass(slots=True)
class _Story:
    """What the captures of one article tell, walked from the oldest to the newest."""

    spans: dict[str, list[object]]  # sha256 -> [first seen, last seen, first snapshot]
    first_at: str
    last_at: str
    gone_at: str | None


def _retell(db: Database, article_id: int) -> None:
    """Bring everything up to date that follows from the lines of `captures`."""
    lines = db.execute(
        "SELECT captured_at, snapshot_id, reading, sha256 FROM captures WHERE article_id = ?"
        " ORDER BY captured_at, snapshot_id",
        [article_id],
    ).fetchall()
    story = _story(lines)
    if story is None:
        return
    stored = db.execute(
        "SELECT sha256, captured_at, last_seen_at, snapshot_id FROM revisions WHERE article_id = ?"
        " ORDER BY number",
        [article_id],
    ).fetchall()
    told = [(sha256, *span) for sha256, span in story.spans.items()]
    if stored != told:
        _renumber(db, article_id, told)
    db.execute(
        "UPDATE articles SET revision_count = ?, first_captured_at = ?, last_captured_at = ?,"
        " gone_at = ? WHERE id = ?",
        [len(told), story.first_at, story.last_at, story.gone_at, article_id],
    )


def _story(lines: list[tuple[str, int, Reading, str | None]]) -> _Story | None:
    """The story of captures (captured_at, snapshot_id, reading, sha256); None without a text."""
    story: _Story | None = None
    current = missing_since = ""
    for at, snapshot_id, reading, sha256 in lines:
        if reading == "text" and sha256:
            current = sha256
            story = story or _Story({}, at, at, None)
            story.spans.setdefault(current, [at, at, snapshot_id])
        if story is None:
            continue
        if reading in ("text", "unchanged"):
            story.spans[current][1] = story.last_at = at
            missing_since, story.gone_at = "", None
        elif reading == "missing":
            missing_since = missing_since or at
            if utc_time(at) - utc_time(missing_since) >= GONE_AFTER:
                story.gone_at = missing_since
    return story


def _renumber(db: Database, article_id: int, told: list[tuple[object, ...]]) -> None:
    # By way of negative numbers: (article_id, number) stays unique at every step.
    db.execute("UPDATE revisions SET number = -number WHERE article_id = ?", [article_id])
    for number, (sha256, captured_at, last_seen_at, snapshot_id) in enumerate(told, 1):
        db.execute(
            "UPDATE revisions SET number = ?, captured_at = ?, last_seen_at = ?, snapshot_id = ?"
            " WHERE article_id = ? AND sha256 = ?",
            [number, captured_at, last_seen_at, snapshot_id, article_id, sha256],
        )
    # A text that no capture shows any more: the rules of reading have changed since.
    db.execute("DELETE FROM revisions WHERE article_id = ? AND number < 0", [article_id])
