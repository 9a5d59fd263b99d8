"""snapshots.db: every capture, byte for byte, and never edited.

A body is stored once, in the first row with its hash; later rows with the same hash, and 304
answers, hold NULL. Bodies are zstd frames (`codec` "zstd").
"""

import hashlib
import json
from collections.abc import Iterator

import zstandard
from sqlite_utils import Database

from scraper.archive.schema import write
from scraper.errors import ArchiveError
from scraper.models import Snapshot, utc_text, utc_time

LEVEL = 10  # measured: level 10 halves a page against level 3; higher levels gain next to nothing


def store(db: Database, snapshot: Snapshot) -> int:
    """File `snapshot` and return its id; one that is already there keeps its id."""
    with write(db):
        return _store(db, snapshot)


def _store(db: Database, snapshot: Snapshot) -> int:
    sha256 = hashlib.sha256(snapshot.body).hexdigest()
    captured_at = utc_text(snapshot.captured_at)
    there = db.execute(
        "SELECT id FROM snapshots WHERE url = ? AND captured_at = ? AND sha256 = ? AND status = ?",
        [snapshot.url, captured_at, sha256, snapshot.status],
    ).fetchone()
    if there:
        return int(there[0])
    holds_body = snapshot.status != 304 and not _has_body(db, sha256)
    cursor = db.execute(
        "INSERT INTO snapshots (url, captured_at, status, headers_json, sha256, size_bytes, codec,"
        " body, request_headers_json, origin, truncated) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            snapshot.url,
            captured_at,
            snapshot.status,
            json.dumps(snapshot.headers, ensure_ascii=False),
            sha256,
            len(snapshot.body),
            "zstd" if holds_body else "",
            zstandard.ZstdCompressor(LEVEL).compress(snapshot.body) if holds_body else None,
            json.dumps(snapshot.request_headers, ensure_ascii=False),
            snapshot.origin,
            snapshot.truncated,
        ],
    )
    return int(cursor.lastrowid or 0)


def load(db: Database, snapshot_id: int) -> Snapshot:
    """The snapshot with this id. Raises ArchiveError where it, or its body, is not there."""
    row = db.execute(_SELECT + " WHERE id = ?", [snapshot_id]).fetchone()
    if row is None:
        raise ArchiveError(f"snapshot {snapshot_id}: not in snapshots.db")
    return _snapshot(db, row)


def since(db: Database, after_id: int) -> Iterator[tuple[int, Snapshot]]:
    """Every snapshot with an id above `after_id`, in order of id, with that id."""
    while row := db.execute(_SELECT + " WHERE id > ? ORDER BY id LIMIT 1", [after_id]).fetchone():
        after_id = row[0]
        yield after_id, _snapshot(db, row)


def last_id(db: Database) -> int:
    """The highest snapshot id; 0 where there is none."""
    return int(db.execute("SELECT coalesce(max(id), 0) FROM snapshots").fetchone()[0])


_SELECT = (
    "SELECT id, url, captured_at, status, headers_json, sha256, request_headers_json, origin,"
    " truncated FROM snapshots"
)


def _has_body(db: Database, sha256: str) -> bool:
    return bool(
        db.execute(
            "SELECT 1 FROM snapshots WHERE sha256 = ? AND body IS NOT NULL", [sha256]
        ).fetchone()
    )


def _snapshot(db: Database, row: tuple[object, ...]) -> Snapshot:
    snapshot_id, url, captured_at, status, headers, sha256, request_headers, origin, cut = row
    return Snapshot(
        url=str(url),
        captured_at=utc_time(str(captured_at)),
        status=int(str(status)),
        headers=_headers(str(headers)),
        body=b"" if status == 304 else _body(db, str(sha256), snapshot_id),
        request_headers=_headers(str(request_headers)),
        origin=str(origin),
        truncated=bool(cut),
    )


def _headers(text: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in json.loads(text))


def _body(db: Database, sha256: str, snapshot_id: object) -> bytes:
    held = db.execute(
        "SELECT body, size_bytes FROM snapshots WHERE sha256 = ? AND body IS NOT NULL LIMIT 1",
        [sha256],
    ).fetchone()
    if held is None:
        raise ArchiveError(f"snapshot {snapshot_id}: its body is not in snapshots.db")
    try:
        return zstandard.ZstdDecompressor().decompress(held[0], max_output_size=held[1])
    except zstandard.ZstdError as e:
        raise ArchiveError(f"snapshot {snapshot_id}: its body cannot be unpacked: {e}") from e
