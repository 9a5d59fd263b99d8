"""Saved pages, one a file: HTML, plain text, MHTML.

What a browser or an archive has added to the page is taken as what it is: its address, the time
of its saving, and what the Wayback Machine's replay rewrites, which is undone.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from scraper.errors import BadCapture, ExtractError
from scraper.extract import extract
from scraper.extract.page import parse
from scraper.importing.mhtml import is_mhtml, read_mhtml
from scraper.importing.replay import replayed_at, without_replay
from scraper.models import Snapshot, file_name
from scraper.urls import Site, article_id, canonical

_MOST_BYTES = 50_000_000
_ARCHIVES = (b"WARC/", b"\x1f\x8b", b"PK\x03\x04")
# What browsers write in a page that they save: "Save as", and the SingleFile add-on.
_SAVED_FROM = re.compile(
    rb"<!-- saved from url=\([0-9]+\)(\S+)|Page saved with SingleFile\s+url:\s*(\S+)"
)
# " saved date: Sat Jun 01 2024 08:13:40 GMT+0700 (Indochina Time)", as JavaScript prints a date.
_SAVED_AT = re.compile(
    rb"Page saved with SingleFile\s+url:\s*\S+\s+saved date:\s*\w{3} (\w{3} \d{1,2} \d{4}"
    rb" \d\d:\d\d:\d\d) GMT([+-]\d{4})"
)
_START_BYTES = 64 * 1024
FROM_FILE = "file"  # `captured_source` of a capture whose time is that of its file


def read_file(
    path: Path,
    site: Site,
    url: str | None = None,
    captured_at: datetime | None = None,
    *,
    is_alone: bool = True,
) -> Snapshot:
    """The page saved in `path`, as a capture of `url`, else of the article that it says it is.

    Its time is `captured_at`, else that of its saving as the page states it, else the page clock
    that it shows, else the file's own time, with `captured_source` "file". Raises BadCapture if
    the file cannot be read, does not say which article it is, or is not `is_alone` and says that
    it is another than `url`.
    """
    body, saved_at = _read(path)
    stated_url, stated_at, headers = "", None, _headers(path)
    if is_mhtml(body):
        saved = read_mhtml(path, body)
        body, stated_url, stated_at, headers = saved.body, saved.url, saved.saved_at, saved.headers
    is_text = headers[0][1].startswith("text/plain")
    if not is_text:
        stated_at = replayed_at(body, stated_url) or stated_at or _singlefile_time(body)
        body = without_replay(body)
    snapshot = Snapshot(
        url=canonical(url, site) if url else "",
        captured_at=saved_at,
        status=200,
        headers=headers,
        body=body,
        origin=f"import:{file_name(path)}",
    )
    named = None if is_text else _article_named(snapshot, stated_url, site)
    if url is None and named is None:
        raise BadCapture(f"{path}: names no article of {site.base_url} as its own; give --url")
    if url and named and not is_alone and article_id(named) != article_id(snapshot.url):
        raise BadCapture(
            f"{path}: names {named} as its own; --url is for pages that do not say what they are"
        )
    snapshot = replace(snapshot, url=snapshot.url or named or "")
    at = captured_at or stated_at or _page_clock(snapshot)
    return replace(snapshot, captured_at=at or saved_at, captured_source="" if at else FROM_FILE)


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
    return body, saved_at


def _headers(path: Path) -> tuple[tuple[str, str], ...]:
    is_text = path.suffix.lower() == ".txt"
    return (("content-type", "text/plain; charset=utf-8" if is_text else "text/html"),)


def _singlefile_time(body: bytes) -> datetime | None:
    """When the SingleFile add-on saved a page, as its comment says."""
    found = _SAVED_AT.search(body[:_START_BYTES])
    if found is None:
        return None
    try:
        at = datetime.strptime(f"{found[1].decode()} {found[2].decode()}", "%b %d %Y %H:%M:%S %z")
    except ValueError:
        return None
    return at.astimezone(UTC)


def _page_clock(snapshot: Snapshot) -> datetime | None:
    try:
        return extract(snapshot).page_clock_at
    except ExtractError:
        return None


def _article_named(snapshot: Snapshot, stated_url: str, site: Site) -> str | None:
    """The article of the site that a page says it is."""
    for address in (stated_url, *_addresses_in(snapshot)):
        url = canonical(address, site) if address else ""
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
