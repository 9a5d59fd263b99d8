"""`revisions`, and what else follows from the captures of an article: see history.py."""

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import NamedTuple

from sqlite_utils import Database

from scraper.archive.history import Capture, shown_capture
from scraper.models import Article, CaptureKind, utc_text, utc_time
from scraper.reading import SEEN, WITH_TEXT, Reading

GONE_AFTER = timedelta(hours=23)  # "a day apart", for a cron job that wanders by minutes
# For answers that do not state it, as a 404 does: after a redesign a page may look like them.
SURELY_GONE_AFTER = timedelta(days=30)


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


def revision_count(db: Database, article_id: int) -> int:
    """How many revisions of an article there are."""
    row = db.execute("SELECT count(*) FROM revisions WHERE article_id = ?", [article_id])
    return int(row.fetchone()[0])


def _add_revision(db: Database, revision: RevisionText, capture: Capture) -> None:
    """Add the text of a capture, unless it is there; `_renumber` then gives it its place."""
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
        return
    db.execute(
        "UPDATE revisions SET title = ?, lead = ?, body = ?, captions_json = ?"
        " WHERE article_id = ? AND sha256 = ?"
        " AND (title, lead, body, captions_json) IS NOT (?, ?, ?, ?)",
        [*texts, number, sha256, *texts],
    )


@dataclass(slots=True)
class _Timeline:
    """What the captures of one article tell, walked from the oldest to the newest."""

    spans: dict[str, list[object]]  # sha256 -> [first seen, last seen, first snapshot]
    first_at: str
    last_at: str
    gone_at: str | None


def refresh_history(db: Database, capture: Capture, text: RevisionText | None = None) -> None:
    """Bring everything up to date that follows from the lines of `captures`.

    `capture` is the one noted last, and `text` what it shows, if it shows any.
    """
    article_id = capture.article_id
    timeline = _timeline(_lines(db, article_id), shown_capture(db, article_id))
    if timeline is None:
        return
    if text is not None and text.sha256 in timeline.spans:
        _add_revision(db, text, capture)
    expected = _expected_rows(timeline)
    if _revisions(db, article_id) != expected:
        _renumber(db, article_id, expected)
    follows = [len(expected), timeline.first_at, timeline.last_at, timeline.gone_at]
    db.execute(
        "UPDATE articles SET revision_count = ?, first_captured_at = ?, last_captured_at = ?,"
        " gone_at = ? WHERE id = ? AND (revision_count, first_captured_at, last_captured_at,"
        " gone_at) IS NOT (?, ?, ?, ?)",
        [*follows, article_id, *follows],
    )


def history_matches(db: Database, article_id: int) -> bool:
    """True if `revisions` and the row of the article agree with its captures."""
    timeline = _timeline(_lines(db, article_id), shown_capture(db, article_id))
    row = db.execute(
        "SELECT revision_count, first_captured_at, last_captured_at, gone_at FROM articles"
        " WHERE id = ?",
        [article_id],
    ).fetchone()
    if timeline is None or row is None:
        return timeline is None and row is None
    texts = db.execute(
        "SELECT title, lead, body, captions_json, sha256 FROM revisions WHERE article_id = ?",
        [article_id],
    )
    expected = _expected_rows(timeline)
    return (
        tuple(row) == (len(expected), timeline.first_at, timeline.last_at, timeline.gone_at)
        and _revisions(db, article_id) == expected
        and all(RevisionText(*text).sha256 == sha256 for *text, sha256 in texts)
    )


class _Line(NamedTuple):
    """One line of `captures`, as a timeline is made of them."""

    at: str
    snapshot_id: int
    reading: Reading
    kind: CaptureKind | None
    sha256: str | None
    is_dated: bool  # `at` was recorded; else it is the time of a file
    is_absent: bool  # the article was not there


def _lines(db: Database, article_id: int) -> list[_Line]:
    """The captures of an article from the oldest to the newest, those without a time first.

    Without what was answered at an address that the article had left by then.
    """
    rows = db.execute(
        "SELECT captured_at, snapshot_id, reading, kind, sha256, captured_source <> 'file',"
        " reading = 'missing' OR absent_from IS NOT NULL FROM captures WHERE article_id = ?"
        " AND (absent_from IS NULL OR NOT EXISTS (SELECT 1 FROM addresses AS later"
        " WHERE later.article_id = captures.article_id AND later.url <> absent_from"
        " AND later.first_seen_at <= captured_at AND later.first_seen_at > coalesce("
        "(SELECT first_seen_at FROM addresses WHERE url = absent_from), '')))"
        " ORDER BY captured_source <> 'file', captured_at, snapshot_id",
        [article_id],
    )
    return [_Line(*row) for row in rows]


def _revisions(db: Database, article_id: int) -> list[tuple[object, ...]]:
    return db.execute(
        "SELECT sha256, captured_at, last_seen_at, snapshot_id FROM revisions WHERE article_id = ?"
        " ORDER BY number",
        [article_id],
    ).fetchall()


def _expected_rows(timeline: _Timeline) -> list[tuple[object, ...]]:
    """The rows that `revisions` should have: sha256, first seen, last seen, first snapshot."""
    return [(sha256, *span) for sha256, span in timeline.spans.items()]


def _timeline(lines: list[_Line], shown: int | None) -> _Timeline | None:
    """The timeline of the captures of an article; None without a text.

    `shown`: the snapshot that the article is shown from, whose text is the only revision if there
    is no whole page.
    """
    texts = {line.sha256 for line in lines if line.reading == "text" and line.kind == "page"}
    texts = texts or {line.sha256 for line in lines if line.snapshot_id == shown}
    # If the same text was captured at a recorded time too, that says more than a file's time.
    dated_texts = {line.sha256 for line in lines if line.is_dated}
    lines = [line for line in lines if line.is_dated or line.sha256 not in dated_texts]
    seen = [line for line in lines if line.reading in WITH_TEXT]
    if not seen:
        return None
    first_at = next((line.at for line in seen if line.is_dated), seen[0].at)
    timeline = _Timeline({}, first_at, first_at, None)
    current: list[object] = []
    for line in lines:
        if line.sha256 and line.sha256 in texts:
            current = timeline.spans.setdefault(line.sha256, [line.at, line.at, line.snapshot_id])
        if current and (line.reading == "unchanged" or (line.sha256 and line.sha256 in texts)):
            current[1] = line.at
    _follow(timeline, [line for line in lines if line.is_dated])
    return timeline


def _follow(timeline: _Timeline, lines: list[_Line]) -> None:
    """Find when the article was last there, and since when it is gone."""
    missing_since = absent_since = ""
    for line in lines:
        if line.at < timeline.first_at:
            continue
        if line.reading in SEEN:
            timeline.last_at = line.at
            missing_since = absent_since = ""
            timeline.gone_at = None
        elif line.is_absent:
            absent_since = absent_since or line.at
            if line.reading == "missing":
                missing_since = missing_since or line.at
            at = utc_time(line.at)
            if (
                at - utc_time(missing_since or line.at) >= GONE_AFTER
                or at - utc_time(absent_since) >= SURELY_GONE_AFTER
            ):
                timeline.gone_at = absent_since


def _renumber(db: Database, article_id: int, expected: list[tuple[object, ...]]) -> None:
    # By way of negative numbers: (article_id, number) stays unique at every step.
    db.execute("UPDATE revisions SET number = -number WHERE article_id = ?", [article_id])
    for number, (sha256, captured_at, last_seen_at, snapshot_id) in enumerate(expected, 1):
        db.execute(
            "UPDATE revisions SET number = ?, captured_at = ?, last_seen_at = ?, snapshot_id = ?"
            " WHERE article_id = ? AND sha256 = ?",
            [number, captured_at, last_seen_at, snapshot_id, article_id, sha256],
        )
    # A text that no capture shows any more: the rules of reading have changed since.
    db.execute("DELETE FROM revisions WHERE article_id = ? AND number < 0", [article_id])
