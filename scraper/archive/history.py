"""`captures`: what each capture of an article was read as, and which one the article is shown from.

`captures` holds one line for each capture of an article: what it was read as, and the hash of
its text. `revisions`, `gone_at` and the first and last capture follow from those lines alone
(revisions.py), so
captures may be filed in any order and twice, and give the same rows.

Kinds of capture rank: a whole page over a text with headline over a text, all of these over what
is cut short. Only whole pages make revisions: two programs that take a page's text apart differ
though the newspaper edited nothing. A capture whose time is that of a file counts as the oldest.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from scraper.models import CaptureKind, Snapshot, utc_text
from scraper.reading import Read, Reading
from scraper.urls import article_id as article_id_of


@dataclass(frozen=True, slots=True)
class Capture:
    """One line of `captures`: what one snapshot says of one article."""

    snapshot_id: int
    article_id: int
    captured_at: datetime
    status: int  # HTTP
    captured_source: str  # "file": captured_at is the time of a file; "": it was recorded
    reading: Reading
    kind: CaptureKind | None  # None: it shows no text
    syllable_count: int  # of title, lead and body
    absent_from: str = ""  # the address asked, if the answer says that the article is not there


def capture_of(snapshot_id: int, snapshot: Snapshot, read: Read, absent_from: str = "") -> Capture:
    """The line of a snapshot that was read as `read`; article 0 if its address has no number."""
    return Capture(
        snapshot_id=snapshot_id,
        article_id=article_id_of(snapshot.url) or 0,
        captured_at=snapshot.captured_at,
        status=snapshot.status,
        captured_source=snapshot.captured_source,
        reading=read.reading,
        kind=read.article.kind if read.article else None,
        syllable_count=read.article.syllable_count if read.article else 0,
        absent_from=absent_from,
    )


def note(db: Database, capture: Capture, sha256: str | None) -> None:
    """Write the line of one capture; `sha256` is its text's, None if it has no text."""
    line = {
        "snapshot_id": capture.snapshot_id,
        "article_id": capture.article_id,
        "captured_at": utc_text(capture.captured_at),
        "captured_source": capture.captured_source,
        "status": capture.status,
        "reading": capture.reading,
        "kind": capture.kind,
        "syllable_count": capture.syllable_count,
        "sha256": sha256,
        "absent_from": capture.absent_from or None,
    }
    db.execute(_NOTE, list(line.values()))


_NOTED = (
    "snapshot_id",
    "article_id",
    "captured_at",
    "captured_source",
    "status",
    "reading",
    "kind",
    "syllable_count",
    "sha256",
    "absent_from",
)
_NOTE = (
    f"INSERT INTO captures ({', '.join(_NOTED)}) VALUES ({', '.join('?' * len(_NOTED))})"
    f" ON CONFLICT (snapshot_id) DO UPDATE SET"
    f" {', '.join(f'{name} = excluded.{name}' for name in _NOTED[1:])}"
    f" WHERE ({', '.join(_NOTED[1:])})"
    f" IS NOT ({', '.join(f'excluded.{name}' for name in _NOTED[1:])})"
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
    """True if an archived article is no longer on the site."""
    row = db.execute("SELECT gone_at FROM articles WHERE id = ?", [article_id]).fetchone()
    return bool(row and row[0])


def reading_of(db: Database, snapshot_id: int) -> tuple[Reading | None, str | None]:
    """What a capture was read as, and the hash of its text; None if it was not filed."""
    row = db.execute(
        "SELECT reading, sha256 FROM captures WHERE snapshot_id = ?", [snapshot_id]
    ).fetchone()
    return (row[0], row[1]) if row else (None, None)


def shown_capture(db: Database, article_id: int) -> int | None:
    """The snapshot whose text `articles` has to show; None if no capture shows a text.

    The newest whole page; else of the best kind of text the longest, then the newest; else a
    capture that is cut short.
    """
    row = db.execute(
        "SELECT snapshot_id FROM captures WHERE article_id = ? AND reading IN ('text', 'cut')"
        " ORDER BY reading = 'cut', kind <> 'page', kind = 'text',"
        " CASE kind WHEN 'page' THEN 0 ELSE syllable_count END DESC, captured_source = 'file',"
        " captured_at DESC, snapshot_id DESC LIMIT 1",
        [article_id],
    ).fetchone()
    return int(row[0]) if row else None
