"""snapshots.db: every capture, byte for byte, and never edited.

A body is stored once, in the first row with its hash; later rows with the same hash, and 304
answers, hold NULL. Bodies are zstd frames (`codec` "zstd"), see dictionaries.py. A page that had
to be withdrawn leaves its row with `codec` "withdrawn"; only `load` finds it, and refuses.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import datetime

import zstandard
from sqlite_utils import Database

from scraper.archive import dictionaries, tombstones
from scraper.archive.files import write
from scraper.errors import ArchiveError
from scraper.models import Snapshot, utc_text, utc_time
from scraper.urls import article_id as number_of

WITHDRAWN = "withdrawn"  # codec of a row whose body was removed for good


def store(db: Database, snapshot: Snapshot) -> int:
    """File `snapshot` and return its id; one that is already there keeps its id."""
    with write(db):
        snapshot_id, is_new = _store(db, snapshot)
    if is_new and dictionaries.is_time_to_try(db, snapshot_id):
        dictionaries.renew(db)
    return snapshot_id


def _store(db: Database, snapshot: Snapshot) -> tuple[int, bool]:
    sha256 = hashlib.sha256(snapshot.body).hexdigest()
    captured_at = utc_text(snapshot.captured_at)
    there = db.execute(
        "SELECT id FROM snapshots WHERE url = ? AND captured_at = ? AND sha256 = ? AND status = ?",
        [snapshot.url, captured_at, sha256, snapshot.status],
    ).fetchone()
    if there:
        return int(there[0]), False
    record: list[str | int] = [
        snapshot.url,
        captured_at,
        snapshot.captured_source,
        snapshot.status,
        json.dumps(snapshot.headers, ensure_ascii=False),
        sha256,
        len(snapshot.body),
        json.dumps(snapshot.request_headers, ensure_ascii=False),
        snapshot.origin,
        int(snapshot.truncated),
    ]
    is_withdrawn = tombstones.find(db, number_of(snapshot.url)) is not None
    holds_body = not (snapshot.status == 304 or is_withdrawn or _has_body(db, sha256))
    codec = WITHDRAWN if is_withdrawn else ("zstd" if holds_body else "")
    body = dictionaries.pack(db, snapshot.body) if holds_body else (None, None)
    cursor = db.execute(
        f"INSERT INTO snapshots ({_RECORD}, record_sha256, codec, body, dictionary_id)"
        f" VALUES ({', '.join('?' * (len(record) + 4))})",
        [*record, record_hash(*record), codec, *body],
    )
    return int(cursor.lastrowid or 0), True


def load(db: Database, snapshot_id: int) -> Snapshot:
    """The snapshot with this id, exactly as it was stored.

    Raises ArchiveError if it or its body is missing, or not as it was stored.
    """
    row = db.execute(
        f"SELECT codec, record_sha256, {_RECORD} FROM snapshots WHERE id = ?", [snapshot_id]
    ).fetchone()
    if row is None:
        raise ArchiveError(f"snapshot {snapshot_id}: not in snapshots.db")
    codec, kept_hash, *record = row
    if record_hash(*record) != kept_hash:
        raise ArchiveError(f"snapshot {snapshot_id}: its address, time or headers were altered")
    if codec == WITHDRAWN:
        raise ArchiveError(f"snapshot {snapshot_id}: its page was withdrawn")
    url, captured_at, source, status, headers, sha256, _, request_headers, origin, truncated = (
        record
    )
    return Snapshot(
        url=url,
        captured_at=utc_time(captured_at),
        captured_source=source,
        status=status,
        headers=_headers(headers),
        body=b"" if status == 304 else _body(db, sha256, snapshot_id),
        request_headers=_headers(request_headers),
        origin=origin,
        truncated=bool(truncated),
    )


IdSpan = tuple[int, int]  # ids of snapshots, the first and the last


def spans(db: Database, after_id: int, since: datetime | None, size: int) -> Iterator[IdSpan]:
    """Spans above `after_id`, each of `size` snapshots captured at or after `since`."""
    while True:
        first, last = db.execute(
            "SELECT min(id), max(id) FROM (SELECT id FROM snapshots"
            f" WHERE id > ? AND captured_at >= ? AND {_KEPT} ORDER BY id LIMIT ?)",
            [after_id, utc_text(since) if since else "", size],
        ).fetchone()
        if first is None:
            return
        yield first, last
        after_id = last


def url_of(db: Database, snapshot_id: int) -> str | None:
    """The address a snapshot was captured from; None if there is no such snapshot."""
    row = db.execute("SELECT url FROM snapshots WHERE id = ?", [snapshot_id]).fetchone()
    return str(row[0]) if row else None


def has_page(db: Database, snapshot: Snapshot) -> bool:
    """True if the page of `snapshot` was captured at its address before, at any time."""
    sha256 = hashlib.sha256(snapshot.body).hexdigest()
    row = db.execute(
        "SELECT 1 FROM snapshots WHERE url = ? AND sha256 = ?", [snapshot.url, sha256]
    ).fetchone()
    return row is not None


def has_more_than_text(db: Database, snapshot: Snapshot) -> bool:
    """True if a capture of the same address and second is not plain text."""
    row = db.execute(
        "SELECT 1 FROM snapshots WHERE url = ? AND captured_at = ? AND status = ?"
        " AND headers_json NOT LIKE '%\"text/plain%'",
        [snapshot.url, utc_text(snapshot.captured_at), snapshot.status],
    ).fetchone()
    return row is not None


def pages_at(db: Database, url: str, at: datetime | None) -> list[int]:
    """The snapshots of pages captured at `url`: those of the moment `at` first, then the newest."""
    rows = db.execute(
        f"SELECT id FROM snapshots WHERE url = ? AND status <> 304 AND {_KEPT}"
        " ORDER BY captured_at = ? DESC, captured_at DESC, id DESC",
        [url, utc_text(at) if at else ""],
    )
    return [snapshot_id for (snapshot_id,) in rows]


def is_stored(db: Database, url: str, at: datetime) -> bool:
    """True if there is a capture of `url` (canonical) of this very second."""
    row = db.execute(
        "SELECT 1 FROM snapshots WHERE url = ? AND captured_at = ?", [url, utc_text(at)]
    ).fetchone()
    return row is not None


def ids(db: Database, span: IdSpan, since: datetime | None) -> list[int]:
    """The ids in `span` of snapshots captured at or after `since`."""
    rows = db.execute(
        "SELECT id FROM snapshots WHERE id BETWEEN ? AND ? AND captured_at >= ?"
        f" AND {_KEPT} ORDER BY id",
        [*span, utc_text(since) if since else ""],
    )
    return [snapshot_id for (snapshot_id,) in rows]


def blank(db: Database, article_id: int, urls: Iterable[str]) -> None:
    """Remove the pages captured at `urls`, all of one article.

    Their addresses, times and hashes stay. Inside the caller's transaction. A page that an
    address of another article answered with too (an error page) is kept there.
    """
    lost: set[int] = set()
    for url in urls:
        rows = db.execute("SELECT id, sha256, status FROM snapshots WHERE url = ?", [url])
        for snapshot_id, sha256, status in rows.fetchall():
            lost.add(snapshot_id)
            if status != 304:
                lost |= _keep_shared_body(db, article_id, sha256)
    db.conn.executemany(
        f"UPDATE snapshots SET codec = '{WITHDRAWN}', dictionary_id = NULL, body = NULL"
        " WHERE id = ?",
        [(snapshot_id,) for snapshot_id in lost],
    )


def _keep_shared_body(db: Database, article_id: int, sha256: str) -> set[int]:
    """Move a body to a snapshot of another article; if there is none, the ids that lose it."""
    same = db.execute(
        f"SELECT id, url FROM snapshots WHERE sha256 = ? AND status <> 304 AND {_KEPT}", [sha256]
    ).fetchall()
    heirs = [row[0] for row in same if number_of(row[1]) not in (article_id, None)]
    if not heirs:
        return {row[0] for row in same}
    db.execute(
        "UPDATE snapshots SET (codec, dictionary_id, body) = (SELECT codec, dictionary_id, body"
        " FROM snapshots WHERE sha256 = ? AND body IS NOT NULL) WHERE id = ?",
        [sha256, heirs[0]],
    )
    return set()


def addresses(db: Database, article_id: int) -> set[str]:
    """The addresses of an article that were captured."""
    rows = db.execute("SELECT DISTINCT url FROM snapshots WHERE url LIKE ?", [f"%{article_id}%"])
    return {url for (url,) in rows.fetchall() if number_of(url) == article_id}


def count_withdrawn(db: Database, article_id: int) -> int:
    """How many snapshots of an article lost their page when it was withdrawn."""
    rows = db.execute(f"SELECT url FROM snapshots WHERE codec = '{WITHDRAWN}'")
    return sum(number_of(url) == article_id for (url,) in rows.fetchall())


def count(db: Database, after_id: int, since: datetime | None) -> int:
    """How many snapshots above `after_id` were captured at or after `since`."""
    return int(
        db.execute(
            f"SELECT count(*) FROM snapshots WHERE id > ? AND captured_at >= ? AND {_KEPT}",
            [after_id, utc_text(since) if since else ""],
        ).fetchone()[0]
    )


def above(db: Database, after_id: int) -> Iterator[int]:
    """The id of every snapshot above `after_id`, in order."""
    while row := db.execute(
        f"SELECT id FROM snapshots WHERE id > ? AND {_KEPT} ORDER BY id LIMIT 1", [after_id]
    ).fetchone():
        after_id = int(row[0])
        yield after_id


def record_hash(*values: str | int) -> str:
    """The hash of what is kept beside a body, so that no letter of it can change unnoticed."""
    return hashlib.sha256(json.dumps(values, ensure_ascii=False).encode()).hexdigest()


_KEPT = f"codec <> '{WITHDRAWN}'"
# What is kept beside a body; `record_sha256` is made from these, in this order.
_RECORD = (
    "url, captured_at, captured_source, status, headers_json, sha256, size_bytes,"
    " request_headers_json, origin, truncated"
)


def _has_body(db: Database, sha256: str) -> bool:
    return bool(
        db.execute(
            "SELECT 1 FROM snapshots WHERE sha256 = ? AND body IS NOT NULL", [sha256]
        ).fetchone()
    )


def _headers(text: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in json.loads(text))


def _body(db: Database, sha256: str, snapshot_id: int) -> bytes:
    held = db.execute(
        "SELECT body, dictionary_id, size_bytes FROM snapshots"
        " WHERE sha256 = ? AND body IS NOT NULL LIMIT 1",
        [sha256],
    ).fetchone()
    if held is None:
        raise ArchiveError(f"snapshot {snapshot_id}: its body is not in snapshots.db")
    try:
        body = dictionaries.unpack(db, *held)
    except zstandard.ZstdError as e:
        raise ArchiveError(f"snapshot {snapshot_id}: its body cannot be unpacked: {e}") from e
    if hashlib.sha256(body).hexdigest() != sha256:
        raise ArchiveError(f"snapshot {snapshot_id}: its body is not the one that was captured")
    return body
