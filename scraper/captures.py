"""Captures made elsewhere, one page a file: saved HTML pages and plain-text captures."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from scraper.archive import snapshots
from scraper.archive.filing import Context, Filing, file_snapshot, file_unfiled, is_filed
from scraper.archive.schema import Archive
from scraper.errors import BadCapture, ExtractError
from scraper.extract import extract
from scraper.models import Snapshot
from scraper.urls import Site, canonical

_MOST_BYTES = 50_000_000


def read_file(path: Path, url: str, site: Site, captured_at: datetime | None = None) -> Snapshot:
    """The page saved in `path`, as a capture of `url`.

    Its time is `captured_at`, else the page clock that it shows, else the file's own time.
    Raises BadCapture where the file cannot be read.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise BadCapture(f"{path}: larger than {_MOST_BYTES // 1_000_000} MB, no page is")
        body = path.read_bytes()
        saved_at = datetime.fromtimestamp(int(path.stat().st_mtime), UTC)
    except OSError as e:
        raise BadCapture(f"{path}: cannot be read: {e.strerror}") from e
    if body.startswith((b"WARC/", b"\x1f\x8b", b"PK\x03\x04")):
        raise BadCapture(f"{path}: an archive, not a page; give saved pages, .html or .txt")
    is_text = path.suffix.lower() == ".txt"
    content_type = "text/plain; charset=utf-8" if is_text else "text/html"
    snapshot = Snapshot(
        url=canonical(url, site),
        captured_at=captured_at or saved_at,
        status=200,
        headers=(("content-type", content_type),),
        body=body,
        origin=f"import:{path.name}",
    )
    if captured_at is None and (clock := _page_clock(snapshot)):
        return replace(snapshot, captured_at=clock)
    return snapshot


def import_files(
    archive: Archive,
    paths: Sequence[Path],
    url: str,
    context: Context,
    captured_at: datetime | None = None,
) -> list[Filing]:
    """File the captures in `paths`, all of `url`; one filed before changes nothing."""
    file_unfiled(archive, context)
    filings = []
    for path in paths:
        snapshot = read_file(path, url, context.site, captured_at)
        if not context.site.owns(snapshot.url):
            raise BadCapture(f"{path}: {url} is not an address of {context.site.base_url}")
        snapshot_id = snapshots.store(archive.snapshots, snapshot)
        if is_filed(archive.db, snapshot_id):
            filings.append(Filing("unchanged", snapshot.url, "filed before"))
        else:
            filings.append(file_snapshot(archive, snapshot_id, snapshot, context))
    return filings


def _page_clock(snapshot: Snapshot) -> datetime | None:
    try:
        return extract(snapshot).page_clock_at
    except ExtractError:
        return None
