"""How the bytes of a WARC file are laid out, and where in them records begin and end."""

import re
import zlib
from pathlib import Path
from typing import BinaryIO, Literal

from scraper.errors import BadCapture

Layout = Literal["plain", "members", "stream"]
# plain: not compressed; members: each record a gzip member of its own, as is usual;
# stream: one gzip member for all, so that nothing behind a damage can be read.

_MAGIC: dict[Layout, bytes] = {"plain": b"WARC/1.", "members": b"\x1f\x8b\x08"}
# What begins a record, and no other thing that has the magic bytes by chance: a line follows.
VERSION = re.compile(rb"WARC/1\.[0-9]\r?\n[A-Za-z][A-Za-z0-9-]{0,60}[ \t]*:")
_VERSION_BYTES = 80
HEAD_END = re.compile(rb"\r?\n\r?\n")
HEAD_BYTES = 64 * 1024
_BLANK_LINES = (b"\r\n\r\n", b"\n\n")
_READ_BYTES = 1 << 20
# Packed bytes that show whether a gzip member begins with a record. No writer puts more before it.
_LOOK_BYTES = 512


def layout_of(path: Path, file: BinaryIO) -> Layout:
    """How `file` is laid out. Raises BadCapture where it is no WARC file, or one beyond repair."""
    start = file.read(8)
    if start.startswith(b"WARC/"):
        return "plain"
    if not start.startswith(_MAGIC["members"]):
        for layout in ("members", "plain"):  # its first bytes may be damaged
            if next_start(file, layout, 0) is not None:
                return layout
        found = f"begins with {start!r}" if start else "is empty"
        raise BadCapture(f"{path}: no WARC file: it {found}")
    end = _member_end(file, 0)
    if end is None and next_start(file, "members", 1) is None:
        raise BadCapture(
            f"{path}: one gzip stream, and damaged or cut short; import what gunzip makes of it"
        )
    return "stream" if end == _size(file) else "members"


def next_start(file: BinaryIO, layout: Layout, at: int) -> int | None:
    """Where the first record at `at` or behind it begins; None if none does.

    Each byte is read once, and what has the magic bytes by chance costs no more than a look.
    """
    if layout == "stream":
        return None
    magic = _MAGIC[layout]
    file.seek(at)
    window = b""
    while piece := file.read(_READ_BYTES):
        window += piece
        is_last = len(piece) < _READ_BYTES
        searched = len(window) if is_last else max(len(window) - _LOOK_BYTES, 0)
        found = window.find(magic)
        while 0 <= found < searched:
            if _is_start(layout, window[found : found + _LOOK_BYTES]):
                return at + found
            found = window.find(magic, found + 1)
        at, window = at + searched, window[searched:]
    return None


def _is_start(layout: Layout, start: bytes) -> bool:
    """Whether a record begins with these bytes."""
    if layout == "members":
        try:
            start = zlib.decompressobj(31).decompress(start, _VERSION_BYTES)
        except zlib.error:
            return False
    return VERSION.match(start) is not None


def end_of_record(file: BinaryIO, layout: Layout, offset: int, length: int) -> int | None:
    """Where the record at `offset` ends, whose block is `length` bytes; None where not in `file`.

    Of a record that shares its gzip member with others, that member's end.
    """
    if layout != "plain":
        return _member_end(file, offset if layout == "members" else 0)
    end = offset + len(_head(file, layout, offset)) + length
    return end if end <= _size(file) else None


def is_followed_well(file: BinaryIO, layout: Layout, offset: int, length: int) -> bool:
    """Whether the record at `offset` is followed by a blank line, as every record is.

    False in a stream, whose records cannot be come back to.
    """
    if layout == "stream":
        return False
    size = len(_head(file, layout, offset)) + length
    behind = _unpacked(file, layout, offset, size + 16)[size:]
    if layout == "plain":
        return not behind or behind.startswith(_BLANK_LINES)
    return behind in (b"", *_BLANK_LINES) or behind.startswith(
        tuple(line + _MAGIC["plain"] for line in _BLANK_LINES)
    )


def _size(file: BinaryIO) -> int:
    return file.seek(0, 2)


def _head(file: BinaryIO, layout: Layout, offset: int) -> bytes:
    """A record's own headers, with the blank line that ends them."""
    start = _unpacked(file, layout, offset, HEAD_BYTES)
    end = HEAD_END.search(start)
    return start[: end.end()] if end else start


def _unpacked(file: BinaryIO, layout: Layout, offset: int, size: int) -> bytes:
    """The first `size` bytes of what is at `offset`, unpacked; fewer where it is damaged."""
    file.seek(offset)
    if layout == "plain":
        return file.read(size)
    stream, pieces = zlib.decompressobj(31), []
    try:
        while size > 0 and not stream.eof and (packed := file.read(_READ_BYTES)):
            piece = stream.decompress(packed, size)
            pieces.append(piece)
            size -= len(piece)
    except zlib.error:
        pass
    return b"".join(pieces)


def _member_end(file: BinaryIO, offset: int) -> int | None:
    """Where the gzip member at `offset` ends; None where it is damaged, or the file ends first."""
    file.seek(offset)
    stream = zlib.decompressobj(31)
    packed = b""
    try:
        while not stream.eof:
            packed = stream.unconsumed_tail or file.read(_READ_BYTES)
            if not packed:
                return None
            stream.decompress(packed, _READ_BYTES)
    except zlib.error:
        return None
    return file.tell() - len(stream.unused_data)
