"""Decompression that a server cannot abuse: bounded in output, strict about damage."""

import zlib
from collections.abc import Iterable, Iterator

_GZIP_MAGIC = b"\x1f\x8b"
_STEP_BYTES = 256 * 1024  # decompressed at a time
_WBITS = {"gzip": 31, "zlib": 15, "raw": -15}


class Damaged(ValueError):
    """The stream ends too early or is no valid gzip or deflate; callers say whose it is."""


class Oversize(ValueError):
    """More came out than is allowed; callers say whose it is."""


def is_gzip(body: bytes) -> bool:
    """True if `body` starts as every gzip file does."""
    return body.startswith(_GZIP_MAGIC)


def inflate(chunks: Iterable[bytes], encoding: str, limit_bytes: int) -> Iterator[bytes]:
    """`chunks` decompressed, piece by piece; `encoding` is "gzip", "deflate", or "" for none.

    Raises Oversize once `limit_bytes` are handed out and there is more, Damaged if the
    stream is broken or ends too early. An empty stream is empty, whatever its encoding.
    """
    left = limit_bytes
    for piece in _pieces((chunk for chunk in chunks if chunk), encoding):
        left -= len(piece)
        if left < 0:
            yield piece[:left]
            raise Oversize(f"larger than {limit_bytes / 1e6:g} MB")
        yield piece


def _pieces(chunks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    if not encoding:
        return chunks
    start = next(chunks, b"")
    while 0 < len(start) < 2 and (more := next(chunks, b"")):
        start += more
    if encoding == "deflate":
        # "deflate" means zlib-wrapped, but some servers send the bare stream.
        encoding = "zlib" if _is_zlib(start) else "raw"
    return _decompressed(start, chunks, encoding)


def _decompressed(chunk: bytes, chunks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    """Every member of the stream; what follows the last one is padding, and ignored."""
    stream = zlib.decompressobj(_WBITS[encoding])
    if not chunk:
        return
    while True:
        yield from _drained(stream, chunk)
        chunk = stream.unused_data or next(chunks, b"")
        if not stream.eof and not chunk:
            raise Damaged(f"{encoding} stream ends too early")
        if stream.eof:
            while len(chunk) == 1 and (more := next(chunks, b"")):
                chunk += more
            if encoding != "gzip" or not is_gzip(chunk):
                return
            stream = zlib.decompressobj(_WBITS[encoding])


def _drained(stream: "zlib._Decompress", chunk: bytes) -> Iterator[bytes]:
    """All that `stream` makes of `chunk`, a step at a time."""
    while True:
        try:
            piece = stream.decompress(chunk, _STEP_BYTES)
        except zlib.error as e:
            raise Damaged(str(e)) from e
        if piece:
            yield piece
        chunk = stream.unconsumed_tail
        if stream.eof or (not chunk and len(piece) < _STEP_BYTES):
            return


def _is_zlib(start: bytes) -> bool:
    """RFC 1950: method 8 in the first byte, and a multiple of 31 in the first two."""
    return len(start) > 1 and start[0] & 15 == 8 and (start[0] * 256 + start[1]) % 31 == 0
