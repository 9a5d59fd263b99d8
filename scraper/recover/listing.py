"""The table `recoverable`: captures that a web archive lists, and what became of each."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from sqlite_utils import Database

from scraper.models import utc_text, utc_time
from scraper.recover.choice import worth_asking
from scraper.recover.wayback import SERVICE, IndexedCapture, Position, is_article
from scraper.urls import Site, article_id

MOST_ATTEMPTS = 3  # for one capture, in as many runs

_RESUME_MARK = f"{SERVICE} index"  # the days asked for, and where to go on
_LISTED_MARK = f"{SERVICE} listed until"  # the day of the last complete listing


def add(db: Database, captures: Iterable[IndexedCapture], site: Site) -> int:
    """Remember the captures of the newspaper's articles; how many are new.

    Inside the caller's transaction.
    """
    rows = [
        [SERVICE, c.original, utc_text(c.captured_at), article_id(c.original), c.status, c.digest]
        for c in captures
        if is_article(c, site)
    ]
    before = db.conn.total_changes
    db.conn.executemany(
        "INSERT OR IGNORE INTO recoverable (service, url, captured_at, article_id, status, digest)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        rows,
    )
    return int(db.conn.total_changes - before)


def wanted(db: Database, since: str, until: str) -> list[IndexedCapture]:
    """The captures that are worth asking for and were not asked for yet.

    Articles that the archive does not have come first, then the oldest captures. `since` and
    `until` are UTC times as text, or "" for no limit.
    """
    known = {row[0] for row in db.execute("SELECT id FROM articles")}
    found = [
        (number in known, capture)
        for number, capture, state in _chosen(db)
        if state == "listed" and (since or "0") <= utc_text(capture.captured_at) < (until or "9")
    ]
    return [c for _, c in sorted(found, key=lambda f: (f[0], f[1].captured_at, f[1].original))]


def _chosen(db: Database) -> Iterator[tuple[int, IndexedCapture, str]]:
    rows = db.execute(
        "SELECT article_id, url, captured_at, status, digest, state FROM recoverable"
        " WHERE service = ? AND article_id NOT IN (SELECT article_id FROM withdrawals)"
        " ORDER BY article_id, captured_at, url",
        [SERVICE],
    )
    for number, group in groupby(rows, key=lambda row: row[0]):
        states = {
            IndexedCapture(utc_time(at), url, status, digest): state
            for _, url, at, status, digest, state in group
        }
        for capture in worth_asking(states):
            yield number, capture, states[capture]


def settle(db: Database, capture: IndexedCapture, state: str, error: str = "") -> None:
    """Say what became of a capture: "filed", or "failed" for good after MOST_ATTEMPTS.

    Inside the caller's transaction.
    """
    db.execute(
        "UPDATE recoverable SET attempts = attempts + 1, error = ?,"
        " state = CASE WHEN ? = 'failed' AND attempts + 1 < ? THEN 'listed' ELSE ? END"
        " WHERE service = ? AND url = ? AND captured_at = ?",
        [
            error,
            state,
            MOST_ATTEMPTS,
            state,
            SERVICE,
            capture.original,
            utc_text(capture.captured_at),
        ],
    )


def position(db: Database) -> Position | None:
    """Where an interrupted listing goes on; None if there is none."""
    row = _mark(db, _RESUME_MARK)
    return Position(*row.split(" ", 2)) if row else None


def listed_until(db: Database) -> str:
    """The day up to which the index was read completely, "20260301"; "" if never."""
    return _mark(db, _LISTED_MARK)


def save_position(db: Database, at: Position) -> None:
    """Remember how far a listing has come, inside the caller's transaction."""
    _set_mark(db, _RESUME_MARK, f"{at.since} {at.until} {at.resume_key}")


def end_listing(db: Database, day: str) -> None:
    """Forget the position; remember `day` if all up to it was listed ("" if not)."""
    _set_mark(db, _RESUME_MARK, "")
    if day:
        _set_mark(db, _LISTED_MARK, day)


def _mark(db: Database, name: str) -> str:
    row = db.execute("SELECT value FROM marks WHERE name = ?", [name]).fetchone()
    return str(row[0]) if row else ""


def _set_mark(db: Database, name: str, value: str) -> None:
    db.execute(
        "INSERT INTO marks VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
        [name, value],
    )
