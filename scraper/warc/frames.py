"""The records in a WARC file, and what is damaged between them.

`records` reads up to the first damage; then the next record is looked for behind it, so that a
damaged record costs only itself. Lengths, digests and ends are compared here. The work that
damage causes is bounded: a hostile file may hold a million headers that each claim 50 MB.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from scraper.errors import BadCapture
from scraper.warc.digests import compare
from scraper.warc.layout import (
    HEAD_END,
    Stop,
    WarcFile,
    end_of_record,
    is_followed_well,
    next_start,
    warc_file,
)
from scraper.warc.records import RawRecord, records_from

MOST_BYTES = 50_000_000  # of one block; no page comes near
# Bytes that may be read or unpacked in vain, for each byte of a file, and in any file. A file of
# which every record is damaged takes some five for each.
_VAIN_FACTOR, _VAIN_BYTES = 50, 1_000_000_000


@dataclass(frozen=True, slots=True)
class Frame:
    """One record."""

    offset: int  # bytes before it in the file
    headers: tuple[tuple[str, str], ...]  # names lower-case
    length: int  # of the block, as the record states it
    block: bytes | None = None  # None if it was not asked for, or is larger than MOST_BYTES
    is_cut: bool = False  # the file ends before the block does
    is_proven: bool = False  # the block, or the page in it, has a digest that the record states
    doubt: str = ""  # which digest is wrong, though another proves the page

    def header(self, name: str) -> str:
        """The first header of this (lower-case) name, or ""."""
        return next((value for key, value in self.headers if key == name), "")


@dataclass(frozen=True, slots=True)
class DamagedSpan:
    """A part of the file that is not a whole record."""

    offset: int
    reason: str


class _Lost(Exception):
    """A record is damaged, so that the place of the next one is not known."""

    def __init__(self, offset: int, reason: str) -> None:
        super().__init__(reason)
        self.offset = offset  # of what is damaged
        self.reason = reason


Wants = Callable[[Frame], bool]


def frames(path: Path, wants: Wants, stop: Stop = lambda: False) -> Iterator[Frame | DamagedSpan]:
    """Every record in `path`; `wants`, asked with the headers alone, chooses whose block is read.

    Raises BadCapture if the file cannot be read or holds no record, ReadingStopped if `stop` says
    so.
    """
    early: list[DamagedSpan] = []  # before the first record; if none comes, the file is no WARC
    found = False
    try:
        with path.open("rb") as file:
            for frame in _frames(warc_file(path, file, stop), wants):
                if not found and isinstance(frame, DamagedSpan):
                    early.append(frame)
                    continue
                if not found:
                    found = True
                    yield from early
                yield frame
    except OSError as e:
        raise BadCapture(f"{path}: cannot be read: {e.strerror or e}") from e
    if not found:
        raise BadCapture(f"{path}: no WARC record in it can be read")


def frame_at(path: Path, offset: int) -> Frame | None:
    """The record that begins at `offset`, with its block; None if none does."""
    with path.open("rb") as file:
        try:
            warc = warc_file(path, file, lambda: False)
            record = next(records_from(warc, offset), None)
            return _frame(record, lambda _: True) if record else None
        except (OSError, BadCapture, _Lost):
            return None


def _frames(warc: WarcFile, wants: Wants) -> Iterator[Frame | DamagedSpan]:
    start: int | None = 0
    most_in_vain = _VAIN_BYTES + _VAIN_FACTOR * warc.size
    in_vain = used = 0
    while start is not None:
        try:
            for frame in _run(warc, start, wants):
                yield frame
                used = warc.work
            return
        except _Lost as e:
            yield DamagedSpan(e.offset, e.reason)
            start = next_start(warc, e.offset + 1)
            in_vain += warc.work - used
            used = warc.work
            if start is not None and in_vain > most_in_vain:
                yield DamagedSpan(start, "too much before it is damaged; the rest is not read")
                return


def _run(warc: WarcFile, start: int, wants: Wants) -> Iterator[Frame]:
    """The records from `start` on. Raises _Lost."""
    records = records_from(warc, start)
    held: Frame | None = None  # yielded when it is known that the next record begins at its end
    while True:
        try:
            record = next(records, None)
        except OSError as e:
            if held is None:
                raise _Lost(start, str(e)) from e
            if not held.is_proven and not is_followed_well(warc, *_place(held)):
                raise _Lost(held.offset, "it does not end where it says") from e
            yield held
            end = end_of_record(warc, *_place(held))
            raise _Lost(held.offset if end is None else end, str(e)) from e
        if held is not None:
            yield held
        if record is None:
            break
        held = _frame(record, wants)
        if held.is_cut and next_start(warc, held.offset + 1) is not None:
            raise _Lost(held.offset, "it does not end where it says")
    if held is not None and held.block is None:
        if end_of_record(warc, *_place(held)) is None:
            raise _Lost(held.offset, "the file ends within it")


def _place(frame: Frame) -> tuple[int, int]:
    return frame.offset, frame.length


def _frame(record: RawRecord, wants: Wants) -> Frame:
    """A record, with its block if that is wanted. Raises _Lost if it is damaged."""
    offset = record.offset
    frame = Frame(offset, record.headers, record.length)
    stated = frame.header("content-length")
    is_stated = re.fullmatch("[0-9]{1,18}", stated) and int(stated) == frame.length
    if not is_stated or not frame.header("warc-type"):
        raise _Lost(offset, "its header is damaged or cut short")
    if not wants(frame) or frame.length > MOST_BYTES:
        return frame
    try:
        block = record.read()
    except OSError as e:
        raise _Lost(offset, str(e)) from e
    if len(block) < frame.length:
        return replace(frame, block=block, is_cut=True)
    verdict = compare(frame.header("warc-block-digest"), block)
    if verdict == "other":
        # Some writers state the digest of the page for both, and archivists disagree on it.
        if not _proves_page(frame, block):
            raise _Lost(offset, "its block does not have the digest that it states")
        doubt = "only its page has a digest that it states, its block has not"
        return replace(frame, block=block, is_proven=True, doubt=doubt)
    return replace(frame, block=block, is_proven=verdict == "same")


def _proves_page(frame: Frame, block: bytes) -> bool:
    """True if a digest that the record states is that of the page in its block."""
    head = HEAD_END.search(block)
    page = block[head.end() :] if head else block
    stated = map(frame.header, ("warc-payload-digest", "warc-block-digest"))
    return any(compare(digest, page) == "same" for digest in stated)
