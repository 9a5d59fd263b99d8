"""Records of a WARC file one after another, up to the first damage.

Names of fields are read in any case and lines may end in LF alone: WARC 1.0 and 1.1, section 4,
and what writers make of it (`warc-type`, `WARC-TYPE`).
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from scraper.warc.layout import HEAD_BYTES, HEAD_END, VERSION, WarcFile

_PACKED_BYTES = 64 * 1024
_UNPACKED_BYTES = 1 << 20


@dataclass(slots=True)
class Bytes:
    """The unpacked bytes of a file from `offset` on."""

    warc: WarcFile
    offset: int  # of the gzip member that is being read; of the next byte if not packed
    _buffer: bytes = b""
    _packed: bytes = b""
    _member: "zlib._Decompress | None" = None

    def __post_init__(self) -> None:
        self.warc.seek(self.offset)

    @property
    def is_within_member(self) -> bool:
        """True at the end of a file that ends before its last gzip member does."""
        return self._member is not None and not self._member.eof

    def peek(self, size: int) -> bytes:
        """The next `size` bytes; fewer at the end of the file. Raises OSError."""
        while len(self._buffer) < size and (piece := self._more(size - len(self._buffer))):
            self._buffer += piece
        return self._buffer[:size]

    def skip(self, size: int) -> None:
        """Go on behind `size` bytes, or to the end of the file. Raises OSError."""
        if self.warc.layout == "plain":
            self.offset = min(self.offset + size, self.warc.size)
            self.warc.seek(self.offset)
            self._buffer = b""
            return
        while size > 0 and self.peek(1):
            taken = min(size, len(self._buffer))
            self._buffer, size = self._buffer[taken:], size - taken

    def read(self, size: int) -> bytes:
        """The next `size` bytes; fewer at the end of the file. Raises OSError."""
        pieces = []
        while size > 0 and (piece := self.peek(min(size, _UNPACKED_BYTES))):
            pieces.append(piece)
            self.skip(len(piece))
            size -= len(piece)
        return b"".join(pieces)

    def _more(self, size: int) -> bytes:
        if self.warc.layout == "plain":
            self.warc.seek(self.offset + len(self._buffer))
            return self.warc.read(size)
        while True:
            if self._member is None or (self._member.eof and self.warc.layout == "members"):
                if not self._next_member():
                    return b""
            member = self._member
            assert member
            if member.eof:
                return b""
            self._packed = self._packed or self.warc.read(_PACKED_BYTES)
            if not self._packed:
                return b""
            try:
                piece = member.decompress(self._packed, _UNPACKED_BYTES)
            except zlib.error as e:
                raise OSError(f"it cannot be unpacked: {e}") from e
            self._packed = member.unused_data if member.eof else member.unconsumed_tail
            self.warc.work += len(piece)
            if piece:
                return piece

    def _next_member(self) -> bool:
        """Begin the next gzip member, if there is one; what was read is used up by then."""
        if self._buffer and self._member is not None:
            return False  # a record's offset is that of its member
        self._packed = self._packed or self.warc.read(_PACKED_BYTES)
        if not self._packed:
            return False
        self.offset = self.warc.tell() - len(self._packed)
        self._member = zlib.decompressobj(31)
        return True


@dataclass(slots=True)
class RawRecord:
    """One record; its block is read once, before the next record is asked for."""

    offset: int  # bytes before it, or before its gzip member, in the file
    headers: tuple[tuple[str, str], ...]  # names lower-case
    length: int  # of its block as stated; 0 if that is no number
    _bytes: Bytes
    _left: int = field(init=False)

    def __post_init__(self) -> None:
        self._left = self.length

    def read(self) -> bytes:
        """The block; less of it if the file ends first. Raises OSError."""
        size, self._left = self._left, 0
        return self._bytes.read(size)

    def leave(self) -> None:
        """Go on behind the block. Raises OSError."""
        size, self._left = self._left, 0
        self._bytes.skip(size)


def records_from(warc: WarcFile, offset: int) -> Iterator[RawRecord]:
    """The records from `offset` on. Raises OSError at what is no record, or damaged."""
    source = Bytes(warc, offset)
    at = -1
    while True:
        while source.peek(1) in (b"\r", b"\n"):
            source.skip(1)
        start = source.peek(1)
        if not start:
            if source.is_within_member and source.offset != at:
                raise OSError("the file ends within it")
            return
        at = source.offset
        head = _head(source)
        record = RawRecord(at, _fields(head), 0, source)
        stated = dict(reversed(record.headers)).get("content-length", "")
        if re.fullmatch("[0-9]{1,18}", stated):
            record.length = record._left = int(stated)
        yield record
        record.leave()


def _head(source: Bytes) -> bytes:
    """The lines that begin a record, without the blank line behind them."""
    size = 4096
    while True:
        start = source.peek(size)
        if not VERSION.match(start):
            raise OSError("what follows is no record")
        if end := HEAD_END.search(start):
            source.skip(end.end())
            return start[: end.start()]
        if len(start) < size or size >= HEAD_BYTES:
            raise OSError("its header is damaged or cut short")
        size = HEAD_BYTES


def _fields(head: bytes) -> tuple[tuple[str, str], ...]:
    """Names in lower case and values; a line that begins with a space goes on with the last."""
    lines = re.sub(rb"\r?\n[ \t]+", b" ", head).splitlines()[1:]
    pairs = (line.decode("utf-8", "replace").partition(":") for line in lines)
    return tuple((name.strip().lower(), value.strip()) for name, _, value in pairs)
