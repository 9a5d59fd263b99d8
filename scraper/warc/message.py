"""An HTTP response as a WARC record holds it: head, body, and the encodings undone."""

import re
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO

import zstandard
from fastwarc.stream_io import BrotliReader

from scraper.inflate import Damaged, Oversize, inflate

_STATUS_LINE = re.compile(rb"HTTP/[0-9](?:\.[0-9])? +([1-5][0-9]{2})(?: .*)?")
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_CHUNK = re.compile(rb"([0-9a-fA-F]{1,8})[ \t]*(?:;[^\r\n]*)?\r?\n")
_STEP_BYTES = 64 * 1024
_CRUMB_BYTES = 256
_ZSTD_WINDOW = 128 * 1024 * 1024  # bytes; what the zstd command allows itself

# How `writer` marks a head whose length and encodings it had to rewrite, and keeps the originals.
REWRITTEN = "x-archive-rewritten"
KEPT_AS = "x-archive-orig-"
# The field of a record whose time is that of a file: "file".
CAPTURED_SOURCE = "WARC-Captured-Source"

HeaderLines = tuple[tuple[str, str], ...]


class Unusable(ValueError):
    """The record's block is no HTTP response, or its body cannot be decoded; says why."""


@dataclass(frozen=True, slots=True)
class Message:
    """One HTTP response, decoded."""

    status: int
    headers: HeaderLines  # in the order sent, names lower-case, values as latin-1
    body: bytes  # after Transfer-Encoding and Content-Encoding
    truncated: bool  # the body ends before the page did
    payloads: tuple[bytes, ...]  # what a payload digest may be of: the body as recorded, unchunked


def read_message(block: bytes, *, is_cut: bool, limit_bytes: int) -> Message:
    """The response in `block`; `is_cut` says that the block ends before the response did.

    Raises Unusable. A body that was decoded before it was recorded, though its headers say
    otherwise, is taken as it is. One whose chunks are there without their header is unchunked.
    """
    status, headers = read_head(block)
    raw = block[_body_start(block) :]
    body, truncated = raw, is_cut
    if "chunked" in _listed(headers, "transfer-encoding") or _is_chunked(raw):
        body, is_whole = _dechunked(raw)
        truncated = truncated or not is_whole
    elif status != 304 and len(raw) < _declared_length(headers):
        truncated = True
    payloads = (raw,) if body is raw else (raw, body)
    for encoding in reversed(_listed(headers, "content-encoding")):
        body = _decoded(body, encoding, truncated, limit_bytes)
    if len(body) > limit_bytes:
        raise Unusable(f"a body larger than {limit_bytes / 1e6:g} MB")
    return Message(status, headers, body, truncated, payloads)


def read_head(block: bytes) -> tuple[int, HeaderLines]:
    """Status and headers of the response in `block`. Raises Unusable."""
    line = _STATUS_LINE.fullmatch(block.split(b"\n", 1)[0].rstrip(b"\r"))
    if line is None:
        raise Unusable(f"no HTTP response: begins {block[:20]!r}")
    return int(line[1]), read_headers(block)


def read_headers(block: bytes) -> HeaderLines:
    """The headers of a request or response. Raises Unusable if `block` ends within them."""
    return _headers_in(block[: _body_start(block)])


def as_sent(headers: HeaderLines) -> HeaderLines:
    """The headers as they were before `writer` rewrote them; others as they are."""
    if not headers or headers[-1][0] != REWRITTEN:
        return headers
    # The last but one is the length that was written for the decoded body.
    return tuple((name.removeprefix(KEPT_AS), value) for name, value in headers[:-2])


def _body_start(block: bytes) -> int:
    end = _HEAD_END.search(block)
    if end is None:
        raise Unusable("ends within its HTTP headers")
    return end.end()


def _headers_in(head: bytes) -> HeaderLines:
    headers: list[tuple[str, list[str]]] = []
    for line in head.decode("latin-1").split("\n")[1:]:
        if line[:1] in (" ", "\t") and headers:  # folded, as HTTP once allowed
            headers[-1][1].append(line.strip())
            continue
        name, colon, value = line.partition(":")
        if colon and name.strip():
            headers.append((name.strip().lower(), [value.strip(string.whitespace)]))
    return tuple((name, " ".join(filter(None, pieces))) for name, pieces in headers)


def _listed(headers: HeaderLines, name: str) -> list[str]:
    """The codings that a header lists, in the order in which they were applied."""
    named = ",".join(value for key, value in headers if key == name).lower().split(",")
    return [coding.strip() for coding in named if coding.strip() not in ("", "identity", "none")]


def _declared_length(headers: HeaderLines) -> int:
    declared = next((value for key, value in headers if key == "content-length"), "")
    return int(declared) if re.fullmatch("[0-9]{1,15}", declared) else 0


def _is_chunked(raw: bytes) -> bool:
    """True if `raw` is chunks from its first byte to its last."""
    at = 0
    while size := _CHUNK.match(raw, at):
        if not (length := int(size[1], 16)):
            return at > 0 and not raw[size.end() :].strip()
        at = size.end() + length
        if not raw.startswith(b"\r\n", at):
            return False
        at += 2
    return False


def _dechunked(raw: bytes) -> tuple[bytes, bool]:
    """The body without its chunks, and whether the last chunk is there."""
    pieces: list[bytes] = []
    at = 0
    while size := _CHUNK.match(raw, at):
        length = int(size[1], 16)
        if not length:
            return b"".join(pieces), True
        piece = raw[size.end() : size.end() + length]
        pieces.append(piece)
        if len(piece) < length:
            break
        at = size.end() + length
        at += 2 if raw.startswith(b"\r\n", at) else 1
    if not pieces:
        # Some archivists take the chunks away and leave the header.
        return raw, True
    if at < len(raw) and len(pieces[-1]) == length:
        raise Unusable(f"no chunk of its body begins at {at}")
    return b"".join(pieces), False


def _decoded(body: bytes, encoding: str, is_cut: bool, limit_bytes: int) -> bytes:
    if not body:
        return body
    decoder = _DECODERS.get(encoding)
    if decoder is None:
        raise Unusable(f"Content-Encoding {encoding!r}, which is not known")
    pieces: list[bytes] = []
    try:
        for piece in decoder(body, limit_bytes):
            pieces.append(piece)
    except Oversize as e:
        raise Unusable(f"a body {e}") from e
    except Damaged as e:
        if _is_text(body):
            return body  # decoded before it was archived
        if not is_cut:
            raise Unusable(f"{encoding} body is damaged: {e}") from e
    return b"".join(pieces)


def _is_text(body: bytes) -> bool:
    start = body[:512]
    try:
        start[: start.rfind(b" ") + 1 or None].decode("utf-8")
    except UnicodeDecodeError:
        return start.lstrip().startswith(b"<")
    return b"\x00" not in start


def _inflated(encoding: str) -> Callable[[bytes, int], Iterator[bytes]]:
    return lambda body, limit_bytes: inflate([body], encoding, limit_bytes)


def _unbrotlied(body: bytes, limit_bytes: int) -> Iterator[bytes]:
    reader = BrotliReader(BytesIO(body))
    try:
        yield from _bounded(iter(lambda: bytes(reader.read(_STEP_BYTES)), b""), limit_bytes)
    except OSError as e:
        raise Damaged(str(e)) from e


def _unzstd(body: bytes, limit_bytes: int) -> Iterator[bytes]:
    stream = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj()
    # In crumbs: all that a piece holds comes at once.
    crumbs = (body[at : at + _CRUMB_BYTES] for at in range(0, len(body), _CRUMB_BYTES))
    try:
        yield from _bounded((stream.decompress(c) for c in crumbs if not stream.eof), limit_bytes)
    except zstandard.ZstdError as e:
        raise Damaged(str(e)) from e
    if not stream.eof:
        raise Damaged("zstd stream ends too early")


def _bounded(pieces: Iterator[bytes], limit_bytes: int) -> Iterator[bytes]:
    left = limit_bytes
    for piece in pieces:
        left -= len(piece)
        if left < 0:
            raise Oversize(f"larger than {limit_bytes / 1e6:g} MB")
        yield piece


_DECODERS: dict[str, Callable[[bytes, int], Iterator[bytes]]] = {
    "gzip": _inflated("gzip"),
    "x-gzip": _inflated("gzip"),
    "deflate": _inflated("deflate"),
    "br": _unbrotlied,
    "zstd": _unzstd,
}
