"""WARC: the captures themselves, for other web archives' programs and for another archive of ours.

Without a condition every capture that is kept, also of what was no article; with one, those of
the chosen articles. Photos that are kept follow behind.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sqlite_utils import Database

from scraper import __version__
from scraper.archive import kept_photos, snapshots, tombstones
from scraper.errors import ArchiveError, ExportError, ExportStopped
from scraper.export.entries import Chosen, select, walk
from scraper.models import Snapshot, utc_time
from scraper.urls import article_id
from scraper.warc.frames import frame_at
from scraper.warc.writer import WarcWriter

_SOFTWARE = "scraper"
_PLAIN = ".warc"  # files of this name are not packed


@dataclass(frozen=True, slots=True)
class Captures:
    """What came of the captures that were to be written."""

    written: int
    damaged: tuple[str, ...]  # "snapshot 12: ...": not written


def write(chosen: Chosen, out: BinaryIO, path: Path) -> Captures:
    """Write the captures of the chosen articles; packed, unless `path` ends in `.warc`.

    Raises ExportError if the captures are not here, ExportStopped if `stop` says so.
    """
    if chosen.snapshots is None:
        raise ExportError(f"{path}: not written: a slim copy has no captures, the archive has them")
    writer = WarcWriter(out, f"{_SOFTWARE}/{__version__}", packed=path.suffix.lower() != _PLAIN)
    written, damaged = 0, []
    for snapshot_id in _wanted(chosen, chosen.snapshots):
        try:
            snapshot = snapshots.load(chosen.snapshots, snapshot_id)
        except ArchiveError as e:
            damaged.append(str(e))
        else:
            writer.write(snapshot)
            written += 1
    for photo in _photos(chosen):
        writer.write(photo)
        written += 1
    return Captures(written, tuple(damaged))


def is_earlier(target: Path) -> bool:
    """True if a file is an earlier export, or empty."""
    if not target.is_file():
        return False
    first = frame_at(target, 0)
    if first is None:
        return target.stat().st_size == 0
    return f"software: {_SOFTWARE}/".encode() in (first.block or b"")


def _wanted(chosen: Chosen, kept: Database) -> Iterator[int]:
    """The captures to write; reports progress on the way."""
    withdrawn = {tombstone.article_id for tombstone in tombstones.every(kept)}
    for number in walk(chosen, _captures(chosen, kept), _count(chosen, kept), "snapshot"):
        if article_id(snapshots.url_of(kept, number) or "") not in withdrawn:
            yield number


def _photos(chosen: Chosen) -> Iterator[Snapshot]:
    """The photos of the chosen articles, as saved files: their headers are not kept."""
    db = chosen.photos
    if db is None:
        return
    if chosen.is_all:
        found = set(kept_photos.addresses(db))
    else:
        numbers = chosen.db.conn.execute(*select("id", chosen)).fetchall()
        found = {row for (number,) in numbers for row in kept_photos.addresses(db, number)}
    for url, sha256, asked_at in sorted(found):
        if chosen.stop():
            raise ExportStopped("stopped before the end")
        if photo := kept_photos.load(db, sha256):
            headers = (("content-type", photo.media_type),)
            yield Snapshot(url, utc_time(asked_at), 200, headers, photo.body, origin="photo")


def _captures(chosen: Chosen, kept: Database) -> Iterator[int]:
    if chosen.is_all:
        return snapshots.above(kept, 0)
    sql, parameters = select("id", chosen)
    rows = chosen.db.conn.execute(
        f"SELECT snapshot_id FROM captures WHERE article_id IN ({sql}) ORDER BY snapshot_id",
        parameters,
    )
    return (int(snapshot_id) for (snapshot_id,) in rows)


def _count(chosen: Chosen, kept: Database) -> int:
    if chosen.is_all:
        return snapshots.count(kept, 0, None)
    sql, parameters = select("id", chosen)
    counted = f"SELECT count(*) FROM captures WHERE article_id IN ({sql})"
    return int(chosen.db.conn.execute(counted, parameters).fetchone()[0])
