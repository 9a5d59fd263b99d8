"""The Wayback Machine's two protocols, pure: its index of captures (CDX), and unchanged replay.

Index: https://github.com/internetarchive/wayback/tree/master/wayback-cdx-server (fields, matchType,
filter, resume keys). Replay: the flag `id_` after the timestamp asks for the page as captured. The
captured headers come back with `x-archive-orig-` before their names, and `memento-datetime` (RFC
7089) says that an answer is a capture and not the service's own page.
"""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import urlencode

from scraper.errors import Refused, UnreadableList
from scraper.models import Snapshot
from scraper.urls import Site, article_id, canonical

SERVICE = "wayback"
ROWS = 5_000  # of the index, asked for at a time: some 700 KB
_FIELDS = "timestamp,original,statuscode,digest"
# Both forms of an article's address: see scraper/urls.py.
_ARTICLES = r"original:.*(/bai-viet/[0-9]+|-post[0-9]+\.html).*"
_TIMESTAMP = re.compile(r"[0-9]{14}", re.ASCII)
_ORIGINAL = "x-archive-orig-"
# Our door has undone the encodings of the answer, and the length is that of the packed page.
_OF_TRANSFER = {"content-encoding", "transfer-encoding", "content-length", "connection"}
# What replay adds to a page if it does not honour `id_`.
_REWRITTEN = (b"<!-- BEGIN WAYBACK TOOLBAR INSERT -->", b"FILE ARCHIVED ON")


@dataclass(frozen=True, slots=True)
class IndexedCapture:
    """One line of the index."""

    captured_at: datetime  # aware, UTC
    original: str  # the address as the web archive writes it
    status: int | None  # HTTP; None for a revisit: the page was as before
    digest: str  # of the page: SHA-1 in base 32


@dataclass(frozen=True, slots=True)
class IndexPage:
    """One answer of the index."""

    captures: tuple[IndexedCapture, ...]
    resume_key: str  # "" after the last


@dataclass(frozen=True, slots=True)
class Position:
    """Where to go on in the index. Days as "20220504", "" for no limit."""

    since: str
    until: str
    resume_key: str  # "" at the start


def index_url(service: str, host: str, at: Position) -> str:
    """The address that lists captures of article pages of `host` and its subdomains."""
    query = {
        "url": host,
        "matchType": "domain",
        "fl": _FIELDS,
        "filter": _ARTICLES,
        "limit": str(ROWS),
        "showResumeKey": "true",
    }
    more = {"from": at.since, "to": at.until, "resumeKey": at.resume_key}
    query |= {key: value for key, value in more.items() if value}
    return f"{service}/cdx/search/cdx?{urlencode(query)}"


def read_index(snapshot: Snapshot) -> IndexPage:
    """The captures in an answer of the index; a line that states none is left out.

    Raises UnreadableList if no line states one, as in a page that is no index.
    """
    if snapshot.status != 200:
        raise UnreadableList(snapshot.url, f"answered {snapshot.status}")
    lines = snapshot.body.decode("utf-8", "replace").splitlines()
    resume_key = ""
    if len(lines) >= 2 and not lines[-2].strip():
        resume_key, lines = lines[-1].strip(), lines[:-2]
    captures = tuple(filter(None, map(_capture, lines)))
    if not captures and (first := next(filter(None, lines), "")):
        raise UnreadableList(snapshot.url, f"is no index of captures: {first[:60]!r}")
    return IndexPage(captures, resume_key)


def _capture(line: str) -> IndexedCapture | None:
    """The capture in a line; None if it states none: old indexes hold times that never were."""
    fields = line.split(" ")
    if len(fields) != 4 or not _TIMESTAMP.fullmatch(fields[0]):
        return None
    try:
        at = datetime.strptime(fields[0], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
    status = int(fields[2]) if fields[2].isdecimal() else None
    return IndexedCapture(at, fields[1], status, fields[3])


def is_article(capture: IndexedCapture, site: Site) -> bool:
    """True if the capture is of an article page of `site`."""
    return site.owns(capture.original) and article_id(capture.original) is not None


def replay_url(service: str, capture: IndexedCapture) -> str:
    """The address of the page as it was captured."""
    return f"{service}/web/{capture.captured_at:%Y%m%d%H%M%S}id_/{capture.original}"


def as_captured(answer: Snapshot, capture: IndexedCapture, site: Site) -> Snapshot:
    """The capture that a replay holds, with the web archive's time and the newspaper's headers.

    Raises Refused if the answer is the service's own page, another capture, or a changed page.
    """
    if answer.header("memento-datetime") is None:
        raise Refused(answer.url, f"answered {answer.status}, and no capture")
    if answer.is_redirect and (capture.status is None or capture.status == 200):
        raise Refused(answer.url, "leads to another capture")
    if any(mark in answer.body for mark in _REWRITTEN):
        raise Refused(answer.url, "is not the page as captured: the web archive changed it")
    headers = tuple(
        (name.removeprefix(_ORIGINAL), value)
        for name, value in answer.headers
        if name.startswith(_ORIGINAL) and name.removeprefix(_ORIGINAL) not in _OF_TRANSFER
    )
    return replace(
        answer,
        url=canonical(capture.original, site),
        captured_at=capture.captured_at,
        headers=headers,
        request_headers=(),
        origin=SERVICE,
    )
