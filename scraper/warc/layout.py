"""How the bytes of a WARC file are laid out, and where in them records begin and end."""

import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Literal

from scraper.errors import BadCapture, ReadingStopped

Layout = Literal["plain", "members", "stream"]
# plain: not compressed; members: each record a gzip member of its own, as is usual;
# stream: one gzip member for all, so that nothing behind a damage can be read.

_MAGIC: dict[Layout, bytes] = {"plain": b"WARC/", "members": b"\x1f\x8b\x08"}
# What begins a record, and no other thing that has the magic bytes by chance: a line follows.
# WARC/0.17 and 0.18, of crawls before 2009, differ in fields that are not read here.
VERSION = re.compile(rb"WARC/(?:1\.[0-9]|0\.1[78])\r?\n[A-Za-z][A-Za-z0-9-]{0,60}[ \t]*:")
_VERSION_BYTES = 80
HEAD_END = re.compile(rb"\r?\n\r?\n")
HEAD_BYTES = 64 * 1024
_BLANK_LINES = (b"\r\n\r\n", b"\n\n")
_READ_BYTES = 64 * 1024  # as much as takes some hundredths of a second, whatever it is
_UNPACKED_BYTES = 1 << 20
# Packed bytes that show whether a gzip member begins with a record. No writer puts more before it.
_LOOK_BYTES = 512


Stop = Callable[[], bool]


@dataclass(slots=True)
class WarcFile:
    """An open file of this layout; reading from it raises ReadingStopped once `stop` says so."""

    file: BinaryIO
    layout: Layout
    stop: Stop
    size: int = field(init=False)  # bytes
    work: int = 0  # bytes that were read or unpacked until now

    def __post_init__(self) -> None:
        self.size = self.file.seek(0, 2)

    def seek(self, offset: int) -> None:
        """Go on reading at `offset`."""
        self.file.seek(offset)

    def tell(self) -> int:
        """Where the next read begins."""
        return self.file.tell()

    def read(self, size: int) -> bytes:
        """The next `size` bytes, packed if the file is; fewer at its end."""
        if self.stop():
            raise ReadingStopped
        data = self.file.read(size)
        self.work += len(data)
        return data


def warc_file(path: Path, file: BinaryIO, stop: Stop) -> WarcFile:
    """The WARC file opened as `file`. Raises BadCapture if it is not one, or beyond repair."""
    start = file.read(8)
    if start.startswith(b"WARC/"):
        return WarcFile(file, "plain", stop)
    members = WarcFile(file, "members", stop)
    if not start.startswith(_MAGIC["members"]):
        for warc in (members, WarcFile(file, "plain", stop)):  # its first bytes may be damaged
            if next_start(warc, 0) is not None:
                return warc
        found = f"begins with {start!r}" if start else "is empty"
        raise BadCapture(f"{path}: no WARC file: it {found}")
    end = _member_end(members, 0)
    if end is None and next_start(members, 1) is None:
        raise BadCapture(
            f"{path}: one gzip stream, and damaged or cut short; import what gunzip makes of it"
        )
    return WarcFile(file, "stream", stop) if end == members.size else members


def next_start(warc: WarcFile, at: int) -> int | None:
    """Where the first record at `at` or behind it begins; None if none does.

    Each byte is read once, and what has the magic bytes by chance costs no more than a look.
    """
    if warc.layout == "stream":
        return None
    magic = _MAGIC[warc.layout]
    warc.seek(at)
    window = b""
    while piece := warc.read(_READ_BYTES):
        window += piece
        is_last = len(piece) < _READ_BYTES
        searched = len(window) if is_last else max(len(window) - _LOOK_BYTES, 0)
        found = window.find(magic)
        while 0 <= found < searched:
            if _is_start(warc.layout, window[found : found + _LOOK_BYTES]):
                return at + found
            found = window.find(magic, found + 1)
        at, window = at + searched, window[searched:]
    return None


def _is_start(layout: Layout, start: bytes) -> bool:
    """True if a record begins with these bytes."""
    if layout == "members":
        try:
            start = zlib.decompressobj(31).decompress(start, _VERSION_BYTES)
        except zlib.error:
            return False
    return VERSION.match(start) is not None


def end_of_record(warc: WarcFile, offset: int, length: int) -> int | None:
    """Where the record at `offset` ends, whose block is `length` bytes; None if not in the file.

    Of a record that shares its gzip member with others, that member's end.
    """
    if warc.layout != "plain":
        return _member_end(warc, offset if warc.layout == "members" else 0)
    end = offset + _head_size(warc, offset) + length
    return end if end <= warc.size else None


def is_followed_well(warc: WarcFile, offset: int, length: int) -> bool:
    """True if the record at `offset` is followed by a blank line, as every record is.

    False in a stream: its records cannot be read a second time.
    """
    if warc.layout == "stream":
        return False
    behind = _unpacked(warc, offset, 16, skip=_head_size(warc, offset) + length)
    if warc.layout == "plain":
        return not behind or behind.startswith(_BLANK_LINES)
    return behind in (b"", *_BLANK_LINES) or behind.startswith(
        tuple(line + _MAGIC["plain"] for line in _BLANK_LINES)
    )


def _head_size(warc: WarcFile, offset: int) -> int:
    """The size of a record's own headers, with the blank line that ends them."""
    start = _unpacked(warc, offset, HEAD_BYTES)
    end = HEAD_END.search(start)
    return end.end() if end else len(start)


def _unpacked(warc: WarcFile, offset: int, size: int, skip: int = 0) -> bytes:
    """`size` bytes of what is at `offset`, unpacked, behind `skip` others; fewer if damaged."""
    if warc.layout == "plain":
        warc.seek(offset + skip)
        return warc.read(size)
    found = b""
    try:
        for piece in _pieces(warc, offset):
            found += piece[skip : skip + size - len(found)]
            skip = max(skip - len(piece), 0)
            if len(found) == size:
                break
    except zlib.error:
        pass
    return found


def _member_end(warc: WarcFile, offset: int) -> int | None:
    """Where the gzip member at `offset` ends; None if it is damaged, or the file ends first."""
    stream = zlib.decompressobj(31)
    try:
        for _ in _pieces(warc, offset, stream):
            pass
    except zlib.error:
        return None
    return warc.tell() - len(stream.unused_data) if stream.eof else None


def _pieces(
    warc: WarcFile, offset: int, stream: "zlib._Decompress | None" = None
) -> Iterator[bytes]:
    """What the gzip member at `offset` holds, as far as the file goes. Raises zlib.error."""
    stream = stream or zlib.decompressobj(31)
    warc.seek(offset)
    while not stream.eof:
        packed = stream.unconsumed_tail or warc.read(_READ_BYTES)
        if not packed:
            return
        piece = stream.decompress(packed, _UNPACKED_BYTES)
        warc.work += len(piece)
        yield piece
