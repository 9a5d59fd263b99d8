"""Saved pages, one a file: HTML, plain text, MHTML.

What a browser or an archive has added to the page is taken as what it is: its address, the time
of its saving, and what the Wayback Machine's replay rewrites, which is undone.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from scraper.errors import BadCapture, ExtractError
from scraper.extract import extract
from scraper.extract.page import parse
from scraper.importing.mhtml import is_mhtml, read_mhtml
from scraper.importing.replay import original_address, undo_replay
from scraper.importing.savers import SavedPage, note_of_saver
from scraper.models import Snapshot, file_name
from scraper.urls import Site, article_id, canonical

_MOST_BYTES = 50_000_000
_ARCHIVES = (b"WARC/", b"\x1f\x8b", b"PK\x03\x04")
# What is no page, whatever its name says: by its first bytes.
_NO_PAGES = {
    b"%PDF-": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"bplist": "Safari web archive",
    b"7z\xbc\xaf": "7z",
    b"Rar!": "RAR",
    b"\xfd7zXZ": "xz",
    b"BZh": "bzip2",
    b"\x04\x22\x4d\x18": "lz4",
    b"\xd0\xcf\x11\xe0": "Word or Excel",
    b'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE plist': "Safari web archive",
}
_BINARY_BYTES = 64
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
FROM_FILE = "file"  # `captured_source` of a capture whose time is that of its file


def read_file(
    path: Path,
    site: Site,
    url: str | None = None,
    captured_at: datetime | None = None,
    *,
    is_alone: bool = True,
) -> Snapshot:
    """The page saved in `path`, as a capture of `url`, else of the article that it names itself.

    Its time is `captured_at`, else that of its archiving or saving, else its page clock, else the
    file's, with `captured_source` "file". Raises BadCapture if the file cannot be read, names no
    article, or is not `is_alone` and names another one than `url`.
    """
    body, file_time = _read(path)
    saved = _saved_page(path, body)
    stated_url, replayed_at = original_address(saved.url)
    url, asked_at = original_address(url or "")
    is_text = saved.headers[0][1].startswith("text/plain")
    if not is_text:
        body, replayed_at = undo_replay(saved.body, replayed_at or asked_at)
    snapshot = Snapshot(
        url=canonical(url, site) if url else "",
        captured_at=file_time,
        status=200,
        headers=saved.headers,
        body=body,
        origin=f"import:{file_name(path)}",
    )
    named = None if is_text else _article_named(snapshot, stated_url, site)
    if not url and named is None:
        raise BadCapture(f"{path}: names no article of {site.base_url} as its own; give --url")
    if url and named and not is_alone and article_id(named) != article_id(snapshot.url):
        raise BadCapture(
            f"{path}: names {named} as its own; --url is for pages that do not say what they are"
        )
    snapshot = replace(snapshot, url=snapshot.url or named or "")
    at = captured_at or replayed_at or asked_at or saved.saved_at or _page_clock(snapshot)
    return replace(snapshot, captured_at=at or file_time, captured_source="" if at else FROM_FILE)


def _read(path: Path) -> tuple[bytes, datetime]:
    """The bytes of a file, and its own time."""
    try:
        with path.open("rb") as file:
            body = file.read(_MOST_BYTES + 1)
        saved_at = datetime.fromtimestamp(int(path.stat().st_mtime), UTC)
    except OSError as e:
        raise BadCapture(f"{path}: cannot be read: {e.strerror}") from e
    if len(body) > _MOST_BYTES:
        raise BadCapture(f"{path}: larger than {_MOST_BYTES // 1_000_000} MB, no page is")
    if body.startswith(_ARCHIVES):
        raise BadCapture(f"{path}: an archive, not a page; give saved pages, .html or .txt")
    if not body.strip():
        raise BadCapture(f"{path}: empty, not a page")
    what = next((what for start, what in _NO_PAGES.items() if body.startswith(start)), "")
    if what or (b"\0" in body[:_BINARY_BYTES] and not body.startswith(_UTF_16)):
        raise BadCapture(f"{path}: {what or 'binary'}: not read; save the page as HTML")
    return body, saved_at


def _saved_page(path: Path, body: bytes) -> SavedPage:
    """What a file says of itself. Raises BadCapture for damaged MHTML."""
    if is_mhtml(body):
        return read_mhtml(path, body)
    if path.suffix.lower() in (".txt", ".text", ".md"):
        return SavedPage(body, (("content-type", "text/plain; charset=utf-8"),))
    return SavedPage(body, (("content-type", "text/html"),), *note_of_saver(body))


def _page_clock(snapshot: Snapshot) -> datetime | None:
    try:
        return extract(snapshot).page_clock_at
    except ExtractError:
        return None


def _article_named(snapshot: Snapshot, stated_url: str, site: Site) -> str | None:
    """The article of the site that a page says it is."""
    for address in (stated_url, *_addresses_in(snapshot)):
        url = canonical(original_address(address)[0], site) if address else ""
        if site.owns(url) and article_id(url) is not None:
            return url
    return None


def _addresses_in(snapshot: Snapshot) -> Iterator[str]:
    try:
        page = parse(snapshot)
    except ExtractError:
        return
    link = page.tree.css_first("link[rel='canonical'][href]")
    yield (link.attributes["href"] or "") if link else ""
    yield page.meta.get("og:url", "")
