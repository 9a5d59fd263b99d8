"""Damaged WARC files, as broken disks and downloads make them: the same for the same number.

    .venv/bin/python -m tests.support.warc_mutants 1000

imports that many into one archive, and prints each that breaks a rule: no error but ours, no
page that is not as it was captured but is not marked as cut short, an archive that stays sound.
Exit code 1 if one did.
"""

import gzip
import random
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from scraper.archive.files import Archive, open_archive, open_reader
from scraper.errors import BadCapture
from scraper.importing import Wanted, import_files
from scraper.importing.sources import SourceFile
from scraper.progress import Silence
from scraper.upkeep.verify import verify
from scraper.warc.reader import Captured, captures_in
from tests.support.filled import CONTEXT, page
from tests.support.mutants import report
from tests.support.warcs import record, sha1

PAGES = 6
LENGTH = 70_000  # of each page: none may be shorter


@dataclass(frozen=True, slots=True)
class Base:
    """A whole file, and what its records say of themselves."""

    records: tuple[bytes, ...]
    packed: bool
    digests: bool  # else a changed letter goes unnoticed in what is not packed either

    @property
    def pieces(self) -> list[bytes]:
        """Each record as it is in the file."""
        return [gzip.compress(r, mtime=0) if self.packed else r for r in self.records]


@cache
def bodies() -> tuple[bytes, ...]:
    """The pages, each of the same length."""
    return tuple(page(n).body.ljust(LENGTH, b"\n") for n in range(PAGES))


@cache
def bases() -> tuple[Base, ...]:
    """Files with and without digests, packed and not; pages as they are, chunked, encoded."""
    return tuple(
        Base(tuple(_records(digests)), packed, digests)
        for packed in (True, False)
        for digests in (True, False)
    )


def _records(digests: bool) -> Iterator[bytes]:
    yield record(b"software: x\r\n", "warcinfo", "")
    for number, body in enumerate(bodies()):
        sent, headers = _sent(body, number % 3)
        url, at = page(number).url, f"2024-01-0{number + 1}T00:00:00Z"
        if number % 2:
            yield record(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "request", url, at)
        block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n" + headers + b"\r\n" + sent
        more = {"WARC_Block_Digest": sha1(block), "WARC_Payload_Digest": sha1(sent)}
        yield record(block, url=url, at=at, **(more if digests else {}))
    again = {
        "WARC_Profile": "x/identical-payload-digest",
        "WARC_Refers_To_Date": "2024-01-01T00:00:00Z",
    }
    yield record(
        b"HTTP/1.1 200 OK\r\n\r\n", "revisit", page(0).url, "2024-02-01T00:00:00Z", **again
    )


def _sent(body: bytes, how: int) -> tuple[bytes, bytes]:
    if how == 1:
        chunks = [body[at : at + 9999] for at in range(0, len(body), 9999)]
        sent = b"".join(b"%x\r\n%s\r\n" % (len(c), c) for c in chunks) + b"0\r\n\r\n"
        return sent, b"Transfer-Encoding: chunked\r\n"
    if how == 2:
        sent = gzip.compress(body, mtime=0)
        return sent, b"Content-Encoding: gzip\r\nContent-Length: %d\r\n" % len(sent)
    return body, b"Content-Length: %d\r\n" % len(body)


def cut(content: bytes, chance: random.Random) -> bytes:
    """The file ends too early."""
    return content[: chance.randrange(len(content))]


def lacking(content: bytes, chance: random.Random) -> bytes:
    """A stretch is lost."""
    at = chance.randrange(len(content))
    return content[:at] + content[at + chance.choice((1, 100, 5000)) :]


def flipped(content: bytes, chance: random.Random) -> bytes:
    """Bits are changed."""
    changed = bytearray(content)
    for _ in range(chance.choice((1, 1, 3, 30))):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def flipped_in_a_head(content: bytes, chance: random.Random) -> bytes:
    """A bit of a record's own header is changed, or of the gzip member's."""
    starts = [
        at for at in range(len(content)) if content.startswith((b"WARC/", b"\x1f\x8b\x08"), at)
    ]
    at = min(chance.choice(starts) + chance.randrange(700), len(content) - 1)
    return content[:at] + bytes((content[at] ^ (1 << chance.randrange(8)),)) + content[at + 1 :]


def junk(content: bytes, chance: random.Random) -> bytes:
    """Bytes of something else are in between."""
    at = chance.randrange(len(content))
    return content[:at] + chance.randbytes(chance.choice((1, 300, 9000))) + content[at:]


def blanked(content: bytes, chance: random.Random) -> bytes:
    """A block of the disk reads as zeros."""
    at = chance.randrange(len(content)) // 512 * 512
    return content[:at] + bytes(len(content[at : at + 512])) + content[at + 512 :]


CHANGES: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    cut, lacking, flipped, flipped_in_a_head, junk, blanked,
)  # fmt: skip


def mutant(number: int) -> tuple[Base, bytes]:
    """Mutant `number`: what it was made from, and its bytes."""
    chance = random.Random(number)
    base = bases()[number % len(bases())]
    return base, chance.choice(CHANGES)(b"".join(base.pieces), chance)


def fault_of(number: int, path: Path, archive: Archive) -> str:
    """Which rule a mutant breaks; "" for none. What is not ours to raise goes on up."""
    base, content = mutant(number)
    path.write_bytes(content)
    whole: list[bytes] = []
    try:
        for found in captures_in(path, CONTEXT.site):
            if isinstance(found, Captured) and not found.snapshot.truncated:
                if wrong := _wrong_with(found.snapshot.body, base):
                    return f"record at {found.offset}: {wrong}"
                whole.append(found.snapshot.body)
    except BadCapture:
        pass
    import_files(archive, [SourceFile(path, True)], Wanted(), CONTEXT, Silence())
    lost = untouched(base, content) - set(whole)
    return f"{len(lost)} pages were lost whose records are whole" if lost else ""


def untouched(base: Base, content: bytes) -> set[bytes]:
    """The pages whose records are unchanged in a mutant, before or behind what was changed."""
    pages = iter(bodies())
    of_records = [next(pages) if b"WARC-Type: response" in r else None for r in base.records]
    found = set()
    for order in (1, -1):
        at = 0
        for piece, body in list(zip(base.pieces, of_records, strict=True))[::order]:
            end = at + len(piece)
            there = content[at:end] if order == 1 else content[len(content) - end :][: len(piece)]
            if there != piece:
                break
            found.add(body)
            at = end
    return found - {None}


def _wrong_with(body: bytes, base: Base) -> str:
    """What is wrong with a page that was filed as whole."""
    if body in bodies():
        return ""
    if base.digests or base.packed:
        return "a page that was never captured"
    # Changed unnoticed, then. That a page is packed may have become unknown with its header.
    is_page = body.lstrip().startswith(b"<")
    return "a page cut short" if is_page and len(body) < LENGTH else ""


@contextmanager
def an_archive() -> Iterator[tuple[Path, Archive]]:
    """A file for the mutants, and an archive to import them into."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "archive.db"
        with open_archive(path) as archive:
            yield Path(folder) / "mutant.warc.gz", archive
        with open_reader(path) as archive:
            damages = [str(damage) for damage in verify(archive, Silence())]
            assert not damages, damages


def faults(numbers: range) -> Iterator[tuple[int, str]]:
    """The mutants that break a rule, and how."""
    with an_archive() as (path, archive):
        for number in numbers:
            if fault := fault_of(number, path, archive):
                yield number, fault


if __name__ == "__main__":
    count = int(sys.argv[1])
    sys.exit(report(faults(range(count)), f"{count} files imported"))
