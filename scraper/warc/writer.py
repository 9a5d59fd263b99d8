"""Captures -> WARC records, as other archives' programs read them.

Bodies are kept decoded, so a head that says otherwise is rewritten; the original headers are kept
under other names, and `message.as_sent` restores them. A page is written in full for each capture:
`fastwarc check` rejects the digest that the standard wants in a revisit.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from io import BytesIO
from typing import BinaryIO
from urllib.parse import urlsplit

from warcio.warcwriter import WARCWriter

from scraper.models import Snapshot, utc_text
from scraper.warc.digests import sha256
from scraper.warc.message import CAPTURED_SOURCE, KEPT_AS, REWRITTEN, HeaderLines

_NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
_OF_THE_WIRE = ("content-length", "content-encoding", "transfer-encoding")


@dataclass(frozen=True, slots=True)
class _Record:
    kind: str
    content_type: str
    head: bytes  # of the HTTP message, with its blank line; b"" if there was none
    payload: bytes
    fields: dict[str, str]  # besides those that every record has


class WarcWriter:
    """Writes a WARC file to `out`: if `packed`, each record is a gzip member of its own."""

    def __init__(self, out: BinaryIO, software: str, *, packed: bool) -> None:
        self._warc = WARCWriter(out, gzip=packed, warc_version="WARC/1.1")
        # The payload of other records is their whole block, or they have none.
        self._warc.NO_PAYLOAD_DIGEST_TYPES = ("warcinfo", "revisit", "request", "resource")
        software_fields = f"software: {software}\r\nformat: WARC File Format 1.1\r\n".encode()
        info = _Record("warcinfo", "application/warc-fields", b"", software_fields, {})
        self._put(info, "", datetime.now(UTC), uuid.uuid4())

    def write(self, snapshot: Snapshot) -> None:
        """Write one capture: the request, if it is known, and the answer."""
        answer = _number("answer", snapshot)
        for record in _records(snapshot, answer):
            number = _number("request", snapshot) if record.kind == "request" else answer
            self._put(record, snapshot.url, snapshot.captured_at, number)

    def _put(self, record: _Record, url: str, at: datetime, number: uuid.UUID) -> None:
        fields = {
            "WARC-Type": record.kind,
            "WARC-Record-ID": number.urn.join("<>"),
            "WARC-Date": utc_text(at),
            **record.fields,
            "WARC-Block-Digest": sha256(record.head + record.payload),
        }
        self._warc.write_record(
            self._warc.create_warc_record(
                url,
                record.kind,
                payload=BytesIO(record.payload),
                length=len(record.payload),
                http_headers=_Head(record.head) if record.head else None,
                warc_content_type=record.content_type,
                warc_headers_dict=fields,
            )
        )


class _Head:
    """The head of an HTTP message for warcio, whose own class rewrites what is not ASCII."""

    def __init__(self, headers_buff: bytes) -> None:
        self.headers_buff = headers_buff

    def compute_headers_buffer(self, _header_filter: object) -> None:
        """Already rendered."""


def _records(snapshot: Snapshot, answer: uuid.UUID) -> Iterator[_Record]:
    if snapshot.request_headers:
        line = f"GET {_path(snapshot.url)} HTTP/1.1"
        asked = {"WARC-Concurrent-To": answer.urn.join("<>")}
        yield _Record(
            "request", _http("request"), _head(line, snapshot.request_headers), b"", asked
        )
    fields = {"WARC-Truncated": "unspecified"} if snapshot.truncated else {}
    if snapshot.captured_source:
        fields[CAPTURED_SOURCE] = snapshot.captured_source
    if _is_without_http(snapshot):
        yield _Record("resource", snapshot.headers[0][1], b"", snapshot.body, fields)
        return
    head = _head(_status_line(snapshot.status), _as_kept(snapshot))
    if snapshot.status == 304:
        yield _Record(
            "revisit", _http("response"), head, b"", fields | {"WARC-Profile": _NOT_MODIFIED}
        )
    else:
        fields["WARC-Payload-Digest"] = sha256(snapshot.body)
        yield _Record("response", _http("response"), head, snapshot.body, fields)


def _is_without_http(snapshot: Snapshot) -> bool:
    """True if a capture is a saved file: nothing is known of its answer but the type."""
    names = [name for name, _ in snapshot.headers]
    return snapshot.origin != "crawl" and snapshot.status == 200 and names == ["content-type"]


def _as_kept(snapshot: Snapshot) -> HeaderLines:
    """The headers that fit the decoded body: those sent, if they do."""
    length = str(len(snapshot.body))
    wire = [(name, value) for name, value in snapshot.headers if name in _OF_THE_WIRE]
    if snapshot.status == 304 or wire in ([], [("content-length", length)]):
        return snapshot.headers
    renamed = tuple(
        (KEPT_AS + name if name in _OF_THE_WIRE else name, value)
        for name, value in snapshot.headers
    )
    return (*renamed, ("content-length", length), (REWRITTEN, "body decoded"))


def _head(line: str, headers: HeaderLines) -> bytes:
    lines = [line, *(f"{name}: {value}" for name, value in headers), "", ""]
    return "\r\n".join(lines).encode("latin-1")


def _status_line(status: int) -> str:
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = ""
    return f"HTTP/1.1 {status} {phrase}".rstrip()


def _path(url: str) -> str:
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _http(kind: str) -> str:
    return f"application/http; msgtype={kind}"


def _number(kind: str, snapshot: Snapshot) -> uuid.UUID:
    """A record id that is the same for the same capture in every file."""
    name = f"{kind} {utc_text(snapshot.captured_at)} {snapshot.status} {snapshot.url}"
    return uuid.uuid5(uuid.NAMESPACE_URL, f"{name} {sha256(snapshot.body)}")
