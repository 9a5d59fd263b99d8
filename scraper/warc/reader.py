"""WARC and WET records -> captures of one newspaper. Touches no archive.

Captures are picked out by address, and each keeps the time that its record states.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from scraper.models import Snapshot, file_name
from scraper.urls import Site, canonical
from scraper.warc.digests import compare
from scraper.warc.frames import MOST_BYTES, DamagedSpan, Frame, frame_at, frames
from scraper.warc.layout import Stop
from scraper.warc.message import (
    CAPTURED_SOURCE,
    HeaderLines,
    Message,
    Unusable,
    as_sent,
    read_head,
    read_headers,
    read_message,
)

_CAPTURES = ("response", "resource", "revisit", "conversion")
_OTHERS = ("warcinfo", "request", "metadata", "continuation")
_PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml", "text/plain", ""})
_TEXT = (("content-type", "text/plain; charset=utf-8"),)
# A page as the Wayback Machine captured it, asked for unchanged (`id_`); its time, and its address.
_REPLAYED = re.compile(r"https?://web\.archive\.org/web/([0-9]{14})id_/(\S+)")
_STAMP = re.compile("(....)(..)(..)(..)(..)(..)")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Captured:
    """A capture of the newspaper."""

    offset: int  # of its record in the file
    snapshot: Snapshot
    is_last: bool = False  # the file ends within this record
    doubt: str = ""  # which of its digests is wrong, though another proves the page


@dataclass(frozen=True, slots=True)
class Revisit:
    """A capture that repeats the page of an earlier one, which is not in this file."""

    offset: int
    snapshot: Snapshot  # without its body
    digest: str  # of that body, as WARC states it; "" if not stated
    earlier_url: str  # canonical; "" if not stated
    earlier_at: datetime | None  # UTC, whole seconds


@dataclass(frozen=True, slots=True)
class Passed:
    """A record that holds no page of the newspaper."""

    offset: int
    why: Literal["other site", "no page", "no capture"]


@dataclass(frozen=True, slots=True)
class BadRecord:
    """A record that is damaged or contradicts itself."""

    path: Path
    offset: int
    url: str  # as the record has it; "" if that is lost
    reason: str

    def __str__(self) -> str:
        named = f" ({self.url})" if self.url else ""
        return f"{self.path}: record at {self.offset}{named}: {self.reason}"


Record = Captured | Revisit | Passed | BadRecord


def captures_in(
    path: Path, site: Site, container: Path | None = None, stop: Stop = lambda: False
) -> Iterator[Record]:
    """What each record of the WARC or WET file `path` is to `site`, in the order of the file.

    `container`: the file that `path` was unpacked from. Memory is bounded by the largest page.
    Raises BadCapture if no record in the file can be read, ReadingStopped if `stop` says so.
    """
    known = _Known(path, container or path)
    request: Frame | None = None
    for frame in frames(path, lambda frame: _is_wanted(frame, site), stop):
        if isinstance(frame, DamagedSpan):
            yield BadRecord(known.named, frame.offset, "", frame.reason)
        elif frame.header("warc-type") == "request":
            request = frame
        else:
            yield _record(frame, request, site, known)


def _is_wanted(frame: Frame, site: Site) -> bool:
    return frame.header("warc-type") in (*_CAPTURES, "request") and site.owns(_target(frame))


def _target(frame: Frame) -> str:
    """The address that was captured."""
    address = frame.header("warc-target-uri").strip(" <>")  # the standard's grammar has brackets
    replayed = _REPLAYED.fullmatch(address)
    return replayed[2] if replayed else address


def _captured_at(frame: Frame) -> datetime:
    """When the page was captured. Raises Unusable."""
    if replayed := _REPLAYED.search(frame.header("warc-target-uri")):
        return _time(_STAMP.sub(r"\1-\2-\3T\4:\5:\6Z", replayed[1]))
    return _time(frame.header("warc-date"))


def _record(frame: Frame, request: Frame | None, site: Site, known: "_Known") -> Record:
    kind = frame.header("warc-type")
    if kind in _OTHERS:
        return Passed(frame.offset, "no capture")
    if kind not in _CAPTURES or not _target(frame):
        lacks = "address" if kind in _CAPTURES else f"kind that is known: {kind!r}"
        return BadRecord(known.named, frame.offset, _target(frame), f"it has no {lacks}")
    if not site.owns(_target(frame)):
        return Passed(frame.offset, "other site")
    if frame.block is None:
        large = f"larger than {MOST_BYTES // 1_000_000} MB"
        return BadRecord(known.named, frame.offset, _target(frame), large)
    try:
        message = _message(frame)
        if message is None or not _is_as_captured(frame, message):
            return Passed(frame.offset, "no page")
        sent = _request_headers(frame, request)
        snapshot = _snapshot(frame, message, sent, site, known.named)
        if kind != "revisit":
            known.note(frame, snapshot)
        elif snapshot.status != 304:
            return _revisit(frame, snapshot, site, known)
    except Unusable as e:
        return BadRecord(known.named, frame.offset, _target(frame), str(e))
    return Captured(frame.offset, snapshot, frame.is_cut, _doubt(frame, message))


def _snapshot(
    frame: Frame, message: Message, sent: HeaderLines, site: Site, path: Path
) -> Snapshot:
    return Snapshot(
        url=canonical(_target(frame), site),
        captured_at=_captured_at(frame),
        status=message.status,
        headers=as_sent(message.headers),
        body=message.body,
        request_headers=sent,
        origin=f"import:{file_name(path)}",
        captured_source=frame.header(CAPTURED_SOURCE.lower()),
        truncated=message.truncated,
    )


def _message(frame: Frame) -> Message | None:
    """What was captured; None if it is not a page. Raises Unusable."""
    kind, block = frame.header("warc-type"), frame.block or b""
    if kind == "revisit":
        return _revisited(frame)
    is_cut = frame.is_cut or any(map(frame.header, ("warc-truncated", "warc-segment-number")))
    if kind == "response":
        if not _is_page(*read_head(block)):
            return None
        message = read_message(block, is_cut=is_cut, limit_bytes=MOST_BYTES)
    else:
        declared = frame.header("content-type")
        headers = _TEXT if kind == "conversion" else (("content-type", declared),)
        if not _is_page(200, (("content-type", declared),)):
            return None
        message = Message(200, headers if declared else (), block, is_cut, (block,))
    if not (message.truncated or frame.is_proven or _has_payload_digest(frame, message)):
        raise Unusable("its page does not have the digest that it states")
    return message


def _revisited(frame: Frame) -> Message | None:
    """What a revisit states of the answer: all but the page; None if it is not of a page."""
    status, headers = read_head(frame.block) if frame.block else (200, ())
    if frame.header("warc-profile").endswith("/server-not-modified"):
        status = 304
    return Message(status, headers, b"", False, ()) if _is_page(status, headers) else None


def _is_page(status: int, headers: HeaderLines) -> bool:
    """True if an answer is a page, or says what became of one: an error, a redirect."""
    declared = next((value for name, value in headers if name == "content-type"), "")
    return not 200 <= status < 300 or re.split(r"[;,\s]", declared.lower())[0] in _PAGE_TYPES


def _is_as_captured(frame: Frame, message: Message) -> bool:
    """True if an answer is the newspaper's, and not the Wayback Machine's own about it."""
    is_replayed = _REPLAYED.search(frame.header("warc-target-uri")) is not None
    is_memento = any(name == "memento-datetime" for name, _ in message.headers)
    return not is_replayed or (is_memento and message.status == 200)


def _has_payload_digest(frame: Frame, message: Message) -> bool:
    return _has_digest(message, frame.header("warc-payload-digest"))


def _doubt(frame: Frame, message: Message) -> str:
    """Which digest is not right, though another proves the page."""
    is_whole = not message.truncated and frame.header("warc-type") != "revisit"
    if frame.doubt or not is_whole or _has_payload_digest(frame, message):
        return frame.doubt
    return "only its block has the digest that it states, its page has not"


def _has_digest(message: Message, digest: str) -> bool:
    """True if a digest may be of the page, or of its bytes as sent: archivists differ."""
    forms = (*message.payloads, message.body)
    return any(compare(digest, form) != "other" for form in forms)


def _time(text: str) -> datetime:
    """The second in a WARC-Date. Raises Unusable."""
    try:
        if _TIME.fullmatch(text):
            return datetime.fromisoformat(text).astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError):
        pass
    raise Unusable(f"WARC-Date {text!r} is no time of a day")


def _request_headers(frame: Frame, request: Frame | None) -> HeaderLines:
    """The headers of the request, if the record before is that request."""
    if request is None or request.block is None or request.is_cut:
        return ()
    ids = {frame.header("warc-record-id"), frame.header("warc-concurrent-to")} - {""}
    same = ("warc-target-uri", "warc-date")
    if {request.header("warc-record-id"), request.header("warc-concurrent-to")} & ids or all(
        frame.header(name) == request.header(name) for name in same
    ):
        with suppress(Unusable):  # its answer may be sound although the request is damaged
            return read_headers(request.block)
    return ()


def _revisit(frame: Frame, snapshot: Snapshot, site: Site, known: "_Known") -> Captured | Revisit:
    """A capture with the page of an earlier one, if that is in the same file."""
    stated = frame.header("warc-refers-to-date")
    earlier = frame.header("warc-refers-to-target-uri").strip(" <>") or _target(frame)
    revisit = Revisit(
        frame.offset,
        snapshot,
        frame.header("warc-payload-digest"),
        canonical(earlier, site),
        _time(stated) if stated else None,
    )
    body = known.find(revisit, site)
    if body is None:
        return revisit
    return Captured(frame.offset, replace(snapshot, body=body))


@dataclass(frozen=True, slots=True)
class _Known:
    """The offsets of captures that a later record in the file may refer to."""

    path: Path
    named: Path  # the same, or the file that it was unpacked from
    # Hashes of digests, and of address and time, -> offsets. What they find is read again there,
    # and compared: no need to keep more.
    offsets: dict[int, int] = field(default_factory=dict)

    def note(self, frame: Frame, snapshot: Snapshot) -> None:
        if snapshot.truncated or not snapshot.body:
            return
        if digest := frame.header("warc-payload-digest"):
            self.offsets.setdefault(hash(digest), frame.offset)
        self.offsets.setdefault(hash((snapshot.url, snapshot.captured_at)), frame.offset)

    def find(self, revisit: Revisit, site: Site) -> bytes | None:
        """The page that a revisit refers to."""
        place = (revisit.earlier_url, revisit.earlier_at)
        for key in (hash(revisit.digest), hash(place)):
            if (offset := self.offsets.get(key)) is None:
                continue
            frame = frame_at(self.path, offset)
            message = _message(frame) if frame else None
            if frame is None or message is None or message.truncated:
                continue
            if revisit.digest and frame.header("warc-payload-digest") == revisit.digest:
                return message.body
            found = canonical(_target(frame), site), _captured_at(frame)
            if found == place and _has_digest(message, revisit.digest):
                return message.body
        return None
