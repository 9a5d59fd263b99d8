"""Files that hold WARC files (WACZ, zst), and files that hold captures but are not read.

A container is unpacked into a temporary file before anything of it is filed, so that one that is
damaged is refused whole.
"""

import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO

import zstandard

from scraper.errors import BadCapture

ZSTD = (b"\x28\xb5\x2f\xfd", b"\x5d\x2a\x4d\x18")  # a frame; the dictionary of a WARC in zstd
_DICTIONARY_LENGTH = 8  # magic number and size, both of 4 bytes
_MOST_DICTIONARY = 100_000_000
_WINDOW = 2**31
MOST_UNPACKED = 100_000_000_000  # bytes
_STEP_BYTES = 1 << 20
_ZIP = b"PK\x03\x04"
_GZIP = b"\x1f\x8b"
_ARC = b"filedesc://"
# Names of what is met beside WARC files and not read: what it is, and what to do.
_NOT_READ = {
    ".arc": ("ARC", "convert it to WARC, with warcio recompress or JWAT"),
    ".arc.gz": ("ARC", "convert it to WARC, with warcio recompress or JWAT"),
    ".warc.gz.open": ("WARC that is being written", "close the crawler, then rename it"),
    ".warc.open": ("WARC that is being written", "close the crawler, then rename it"),
    ".warc.xz": ("xz", "unxz it first"),
    ".warc.bz2": ("bzip2", "bunzip2 it first"),
    ".har": ("HAR", "save the pages as HTML or WARC"),
    ".maff": ("MAFF", "unzip it, import its index.html"),
    ".webarchive": ("Safari web archive", "save the page as HTML"),
    ".zip": ("ZIP", "unzip it, import the folder"),
}
NOT_READ_NAMES = tuple(_NOT_READ)

Stop = Callable[[], bool]


def refuse_unread(path: Path, start: bytes) -> None:
    """Raise BadCapture for a container that is not read, by its name or first bytes."""
    name = path.name.lower()
    known = next((told for end, told in _NOT_READ.items() if name.endswith(end)), None)
    if start.startswith(_ARC) or (start.startswith(_GZIP) and _begins_arc(path)):
        known = _NOT_READ[".arc"]
    if known:
        what, do = known
        raise BadCapture(f"{path}: {what}: not read; {do}")


def _begins_arc(path: Path) -> bool:
    with path.open("rb") as file:
        try:
            return zlib.decompressobj(31).decompress(file.read(4096), 64).startswith(_ARC)
        except zlib.error:
            return False


def is_wacz(path: Path, start: bytes) -> bool:
    """Whether a file is a WACZ: a ZIP file that says so by its name or by what is in it."""
    if path.name.lower().endswith(".wacz"):
        return True
    if not start.startswith(_ZIP):
        return False
    try:
        with zipfile.ZipFile(path) as packed:
            return "datapackage.json" in packed.namelist()
    except (zipfile.BadZipFile, OSError):
        return False


def warcs_in(path: Path, kind: str, stop: Stop) -> Iterator[Path]:
    """The WARC files in a container ("wacz", "zst"), each a temporary file while it is read.

    Ends early if `stop` says so. Raises BadCapture for a damaged container.
    """
    with tempfile.TemporaryDirectory(prefix="scraper-import-") as folder:
        try:
            if kind == "zst":
                unpacked = [Path(folder) / "0.warc"]
                with path.open("rb") as packed, unpacked[0].open("wb") as out:
                    _copy(_zstd_pieces(packed), out, stop)
            else:
                unpacked = _unzip(path, Path(folder), stop)
        except (zipfile.BadZipFile, zstandard.ZstdError, zlib.error, EOFError, struct.error) as e:
            what, do = _DAMAGED[kind]
            raise BadCapture(f"{path}: {what}: not read: damaged ({e}); {do}") from e
        except OSError as e:
            raise BadCapture(f"{path}: cannot be unpacked: {e.strerror or e}") from e
        if not stop():
            yield from unpacked


_DAMAGED = {
    "zst": ("zst", "see what zstd -d makes of it, import that"),
    "wacz": ("WACZ", "see what unzip makes of it, import archive/*.warc.gz"),
}


def _unzip(path: Path, folder: Path, stop: Stop) -> list[Path]:
    unpacked = []
    with zipfile.ZipFile(path) as packed:
        members = [
            name
            for name in sorted(packed.namelist())
            if name.startswith("archive/") and name.endswith((".warc", ".warc.gz"))
        ]
        if not members:
            raise zipfile.BadZipFile("no archive/*.warc.gz in it")
        for number, name in enumerate(members):
            unpacked.append(folder / f"{number}.warc")
            with packed.open(name) as member, unpacked[-1].open("wb") as out:
                _copy(iter(partial(member.read, _STEP_BYTES), b""), out, stop)
    return unpacked


def _copy(pieces: Iterator[bytes], out: BinaryIO, stop: Stop) -> None:
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > MOST_UNPACKED:
            raise OSError(f"larger than {MOST_UNPACKED // 1_000_000_000} GB")
        out.write(piece)
        if stop():
            return


def _zstd_pieces(packed: BinaryIO) -> Iterator[bytes]:
    """What zstd frames hold. A skippable frame at the start may hold their dictionary."""
    dictionary = None
    start = packed.read(_DICTIONARY_LENGTH)
    if start.startswith(ZSTD[1]):
        (size,) = struct.unpack("<I", start[4:])
        if size > _MOST_DICTIONARY:
            raise zstandard.ZstdError("its dictionary is too large")
        content = packed.read(size)
        if content.startswith(ZSTD[0]):
            content = zstandard.ZstdDecompressor().decompress(content, _MOST_DICTIONARY)
        dictionary = zstandard.ZstdCompressionDict(content)
    else:
        packed.seek(0)
    reader = zstandard.ZstdDecompressor(dict_data=dictionary, max_window_size=_WINDOW)
    frame = reader.decompressobj()
    has_begun = False
    left = b""
    while piece := left or packed.read(_STEP_BYTES // 8):
        if frame.eof:
            frame, has_begun = reader.decompressobj(), False
        has_begun = True
        unpacked = frame.decompress(piece)
        left = frame.unused_data if frame.eof else b""
        if unpacked:
            yield unpacked
    if has_begun and not frame.eof:
        raise zstandard.ZstdError("it ends within a frame")
