"""`captures` and `revisions`: what each capture of an article was read as, and what that tells.

`captures` holds one line for each capture of an article: what it was read as, and the hash of
its text. `revisions`, `gone_at` and the first and last capture follow from those lines alone, so
captures may be filed in any order and twice, and give the same rows.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from sqlite_utils import Database

from scraper.models import Article, utc_text, utc_time
from scraper.reading import SEEN, WITH_TEXT, Reading

GONE_AFTER = timedelta(hours=23)  # "a day apart", for a cron job that wanders by minutes
# Of answers that do not say so in so many words, as a 404 does: a redesign may look like them.
SURELY_GONE_AFTER = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Capture:
    """One line of `captures`: what one snapshot says of one article."""

    snapshot_id: int
    article_id: int
    captured_at: datetime
    status: int  # HTTP
    reading: Reading
    absent_from: str = ""  # the address asked, where the answer says that the article is not there


@dataclass(frozen=True)
class RevisionText:
    """What makes two captures the same text."""

    title: str
    lead: str
    body: str  # paragraphs, a blank line between
    captions_json: str  # [[text, credit], ...]

    @cached_property
    def sha256(self) -> str:
        """The fingerprint of the text."""
        parts = [self.title, self.lead, self.body, self.captions_json]
        return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


def revision_of(article: Article) -> RevisionText:
    """The text of an article, as far as a change of it makes a new revision."""
    captions = json.dumps([[c.text, c.credit] for c in article.captions], ensure_ascii=False)
    return RevisionText(article.title, article.lead, "\n\n".join(article.paragraphs), captions)


def note(db: Database, capture: Capture, sha256: str | None) -> None:
    """Write the line of one capture; `sha256` is its revision's, None where it has no text."""
    db.execute(
        "INSERT INTO captures (snapshot_id, article_id, captured_at, status, reading, sha256,"
        " absent_from) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (snapshot_id) DO UPDATE SET"
        " article_id = excluded.article_id, captured_at = excluded.captured_at,"
        " status = excluded.status, reading = excluded.reading, sha256 = excluded.sha256,"
        " absent_from = excluded.absent_from WHERE (article_id, captured_at, status, reading,"
        " sha256, absent_from) IS NOT (excluded.article_id, excluded.captured_at, excluded.status,"
        " excluded.reading, excluded.sha256, excluded.absent_from)",
        [
            capture.snapshot_id,
            capture.article_id,
            utc_text(capture.captured_at),
            capture.status,
            capture.reading,
            sha256,
            capture.absent_from or None,
        ],
    )


def address_since(db: Database, article_id: int, url: str, at: datetime) -> str | None:
    """The address at which an article was first seen after it was at `url`, and before `at`."""
    row = db.execute(
        "SELECT url FROM addresses WHERE article_id = ? AND url <> ? AND first_seen_at <= ?"
        " AND first_seen_at > coalesce((SELECT first_seen_at FROM addresses WHERE url = ?), '')"
        " ORDER BY first_seen_at DESC, url LIMIT 1",
        [article_id, url, utc_text(at), url],
    ).fetchone()
    return str(row[0]) if row else None


def is_gone(db: Database, article_id: int) -> bool:
    """Whether an archived article is no longer on the site."""
    row = db.execute("SELECT gone_at FROM articles WHERE id = ?", [article_id]).fetchone()
    return bool(row and row[0])


def reading_of(db: Database, snapshot_id: int) -> tuple[Reading | None, str | None]:
    """What a capture was read as, and the hash of its text; None where it was not filed."""
    row = db.execute(
        "SELECT reading, sha256 FROM captures WHERE snapshot_id = ?", [snapshot_id]
    ).fetchone()
    return (row[0], row[1]) if row else (None, None)


def newest_text(db: Database, article_id: int) -> int | None:
    """The snapshot whose text `articles` has to show; None where no capture shows a text."""
    row = db.execute(
        "SELECT snapshot_id FROM captures WHERE article_id = ? AND reading IN ('text', 'cut')"
        " ORDER BY reading = 'cut', captured_at DESC, snapshot_id DESC LIMIT 1",
        [article_id],
    ).fetchone()
    return int(row[0]) if row else None


def is_outdone(db: Database, capture: Capture) -> bool:
    """Whether a capture ends before its page did, and another shows the article whole."""
    return capture.reading == "cut" and bool(
        db.execute(
            "SELECT 1 FROM captures WHERE article_id = ? AND reading = 'text'", [capture.article_id]
        ).fetchone()
    )


def has_revision(db: Database, article_id: int, revision: RevisionText) -> bool:
    """Whether this text was ever filed of an article."""
    row = db.execute(
        "SELECT 1 FROM revisions WHERE article_id = ? AND sha256 = ?", [article_id, revision.sha256]
    ).fetchone()
    return row is not None


def add_revision(db: Database, revision: RevisionText, capture: Capture) -> bool:
    """Add the text of a capture, unless it is there; `retell` then gives it its place."""
    at, number, sha256 = utc_text(capture.captured_at), capture.article_id, revision.sha256
    texts = [revision.title, revision.lead, revision.body, revision.captions_json]
    # Not INSERT ... SELECT: that opens a statement journal, a file, for each article.
    (last,) = db.execute(
        "SELECT coalesce(max(number), 0) FROM revisions WHERE article_id = ?", [number]
    ).fetchone()
    cursor = db.execute(
        "INSERT INTO revisions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (article_id, sha256) DO NOTHING",
        [number, last + 1, at, at, capture.snapshot_id, *texts, sha256],
    )
    if cursor.rowcount > 0:
        return True
    db.execute(
        "UPDATE revisions SET title = ?, lead = ?, body = ?, captions_json = ?"
        " WHERE article_id = ? AND sha256 = ?"
        " AND (title, lead, body, captions_json) IS NOT (?, ?, ?, ?)",
        [*texts, number, sha256, *texts],
    )
    return False


@dataclass(slots=True)
class _Story:
    """What the captures of one article tell, walked from the oldest to the newest."""

    spans: dict[str, list[object]]  # sha256 -> [first seen, last seen, first snapshot]
    first_at: str
    last_at: str
    gone_at: str | None


def retell(db: Database, article_id: int) -> None:
    """Bring everything up to date that follows from the lines of `captures`."""
    story = _story(_lines(db, article_id))
    if story is None:
        return
    told = _told(story)
    if _revisions(db, article_id) != told:
        _renumber(db, article_id, told)
    follows = [len(told), story.first_at, story.last_at, story.gone_at]
    db.execute(
        "UPDATE articles SET revision_count = ?, first_captured_at = ?, last_captured_at = ?,"
        " gone_at = ? WHERE id = ? AND (revision_count, first_captured_at, last_captured_at,"
        " gone_at) IS NOT (?, ?, ?, ?)",
        [*follows, article_id, *follows],
    )


def is_told(db: Database, article_id: int) -> bool:
    """Whether `revisions` and the row of the article say what its captures tell."""
    story = _story(_lines(db, article_id))
    row = db.execute(
        "SELECT revision_count, first_captured_at, last_captured_at, gone_at FROM articles"
        " WHERE id = ?",
        [article_id],
    ).fetchone()
    if story is None or row is None:
        return story is None and row is None
    texts = db.execute(
        "SELECT title, lead, body, captions_json, sha256 FROM revisions WHERE article_id = ?",
        [article_id],
    )
    told = _told(story)
    return (
        tuple(row) == (len(told), story.first_at, story.last_at, story.gone_at)
        and _revisions(db, article_id) == told
        and all(RevisionText(*text).sha256 == sha256 for *text, sha256 in texts)
    )


_Line = tuple[str, int, Reading, str | None, bool]


def _lines(db: Database, article_id: int) -> list[_Line]:
    """captured_at, snapshot_id, reading, sha256, whether the article was not there.

    Without what was answered at an address that the article had left by then.
    """
    return db.execute(
        "SELECT captured_at, snapshot_id, reading, sha256,"
        " reading = 'missing' OR absent_from IS NOT NULL FROM captures WHERE article_id = ?"
        " AND (absent_from IS NULL OR NOT EXISTS (SELECT 1 FROM addresses AS later"
        " WHERE later.article_id = captures.article_id AND later.url <> absent_from"
        " AND later.first_seen_at <= captured_at AND later.first_seen_at > coalesce("
        "(SELECT first_seen_at FROM addresses WHERE url = absent_from), '')))"
        " ORDER BY captured_at, snapshot_id",
        [article_id],
    ).fetchall()


def _revisions(db: Database, article_id: int) -> list[tuple[object, ...]]:
    return db.execute(
        "SELECT sha256, captured_at, last_seen_at, snapshot_id FROM revisions WHERE article_id = ?"
        " ORDER BY number",
        [article_id],
    ).fetchall()


def _told(story: _Story) -> list[tuple[object, ...]]:
    """The rows that `revisions` should have: sha256, first seen, last seen, first snapshot."""
    return [(sha256, *span) for sha256, span in story.spans.items()]


def _story(lines: list[_Line]) -> _Story | None:
    """The story of the captures of an article; None without a text."""
    story: _Story | None = None
    current = first_at = missing_since = absent_since = ""
    texts = _texts(lines, "text") or _texts(lines, "cut")
    for at, snapshot_id, reading, sha256, is_absent in lines:
        if reading in WITH_TEXT:
            first_at = first_at or at
        if sha256 in texts:
            current = sha256
            story = story or _Story({}, first_at, at, None)
            story.spans.setdefault(current, [at, at, snapshot_id])
        if story is None:
            continue
        if sha256 in texts or reading == "unchanged":
            story.spans[current][1] = at
        if reading in SEEN:
            story.last_at = at
            missing_since = absent_since = ""
            story.gone_at = None
        elif is_absent:
            absent_since = absent_since or at
            if reading == "missing":
                missing_since = missing_since or at
            if (
                utc_time(at) - utc_time(missing_since or at) >= GONE_AFTER
                or utc_time(at) - utc_time(absent_since) >= SURELY_GONE_AFTER
            ):
                story.gone_at = absent_since
    return story


def _texts(lines: list[_Line], reading: Reading) -> set[str]:
    return {sha256 for _, _, read, sha256, _ in lines if read == reading and sha256}


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
