"""Saved pages, one a file: HTML and plain text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from scraper.errors import BadCapture, ExtractError
from scraper.extract import extract
from scraper.extract.page import parse
from scraper.models import Snapshot
from scraper.urls import Site, article_id, canonical

_MOST_BYTES = 50_000_000
_ARCHIVES = (b"WARC/", b"\x1f\x8b", b"PK\x03\x04")
# What browsers write in a page that they save: "Save as", and the SingleFile add-on.
_SAVED_FROM = re.compile(
    rb"<!-- saved from url=\([0-9]+\)(\S+)|Page saved with SingleFile\s+url:\s*(\S+)"
)
_START_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved page, as a capture."""

    snapshot: Snapshot
    is_dated: bool  # its time is stated, by the page or by who saved it; else it is the file's own


def read_file(
    path: Path, site: Site, url: str | None = None, captured_at: datetime | None = None
) -> Saved:
    """The page saved in `path`, as a capture of `url`, else of the article that it says it is.

    Its time is `captured_at`, else the page clock that it shows, else the file's own time.
    Raises BadCapture where the file cannot be read, or does not say which article it is.
    """
    try:
        with path.open("rb") as file:
            body = file.read(_MOST_BYTES + 1)  # a device has no size, and may have no end
        saved_at = datetime.fromtimestamp(int(path.stat().st_mtime), UTC)
    except OSError as e:
        raise BadCapture(f"{path}: cannot be read: {e.strerror}") from e
    if len(body) > _MOST_BYTES:
        raise BadCapture(f"{path}: larger than {_MOST_BYTES // 1_000_000} MB, no page is")
    if body.startswith(_ARCHIVES):
        raise BadCapture(f"{path}: an archive, not a page; give saved pages, .html or .txt")
    is_text = path.suffix.lower() == ".txt"
    content_type = "text/plain; charset=utf-8" if is_text else "text/html"
    snapshot = Snapshot(
        url=canonical(url, site) if url else "",
        captured_at=captured_at or saved_at,
        status=200,
        headers=(("content-type", content_type),),
        body=body,
        origin=f"import:{path.name}",
    )
    if url is None:
        named = None if is_text else _article_named(snapshot, site)
        if named is None:
            raise BadCapture(f"{path}: names no article of {site.base_url} as its own; give --url")
        snapshot = replace(snapshot, url=named)
    clock = None if captured_at else _page_clock(snapshot)
    return Saved(
        replace(snapshot, captured_at=clock) if clock else snapshot, bool(captured_at or clock)
    )


def _page_clock(snapshot: Snapshot) -> datetime | None:
    try:
        return extract(snapshot).page_clock_at
    except ExtractError:
        return None


def _article_named(snapshot: Snapshot, site: Site) -> str | None:
    """The article of the site that a page says it is."""
    for address in _addresses_in(snapshot):
        url = canonical(address, site)
        if site.owns(url) and article_id(url) is not None:
            return url
    return None


def _addresses_in(snapshot: Snapshot) -> Iterator[str]:
    if saved := _SAVED_FROM.search(snapshot.body[:_START_BYTES]):
        yield (saved[1] or saved[2]).decode("utf-8", "replace")
    try:
        page = parse(snapshot)
    except ExtractError:
        return
    link = page.tree.css_first("link[rel='canonical'][href]")
    yield (link.attributes["href"] or "") if link else ""
    yield page.meta.get("og:url", "")
