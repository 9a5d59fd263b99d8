"""WARC files and what they come packed in (WACZ, zst); and files of captures that are not read.

A container is unpacked into a temporary file before anything of it is filed, so that one that is
damaged is refused whole.
"""

import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO, Literal

import zstandard

from scraper.errors import BadCapture, ReadingStopped
from scraper.urls import Site
from scraper.warc.layout import Stop
from scraper.warc.reader import BadRecord, Record, captures_in

ZSTD = (b"\x28\xb5\x2f\xfd", b"\x5d\x2a\x4d\x18")  # a frame; the dictionary of a WARC in zstd
_DICTIONARY_LENGTH = 8  # magic number and size, both of 4 bytes
_MOST_DICTIONARY = 100_000_000
_WINDOW = 2**31
MOST_UNPACKED = 100_000_000_000  # bytes
_STEP_BYTES = 1 << 20
_CRUMB_BYTES = 1024
_BEHIND = b"behind the last frame"
_START_BYTES = 16
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
    ".warc.lz4": ("lz4", "unlz4 it first"),
    ".html.gz": ("gzip", "gunzip it first"),
    ".mhtml.gz": ("gzip", "gunzip it first"),
    ".txt.gz": ("gzip", "gunzip it first"),
    ".pdf": ("PDF", "save the page as HTML"),
    ".har": ("HAR", "save the pages as HTML or WARC"),
    ".maff": ("MAFF", "unzip it, import its index.html"),
    ".webarchive": ("Safari web archive", "save the page as HTML"),
    ".zip": ("ZIP", "unzip it, import the folder"),
    **dict.fromkeys(
        (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz"),
        ("tar", "unpack it with tar -xf, import the folder"),
    ),
    **dict.fromkeys((".7z", ".rar"), ("packed folder", "unpack it, import the folder")),
}
NOT_READ_NAMES = tuple(_NOT_READ)

Container = Literal["wacz", "zst"]
UNPACKED = ".scraper-unpacked-"  # begins the names of folders with unpacked files


def read_captures(
    path: Path, site: Site, stop: Stop = lambda: False, folder: Path | None = None
) -> Iterator[Record]:
    """What each record of a WARC or WET file is to `site`, also of one in zstd and of a WACZ.

    `folder` is where containers are unpacked, by default the system's for temporary files. Raises
    BadCapture if the file cannot be read or is not read in its form, ReadingStopped if `stop`
    says so.
    """
    start = start_of(path)
    kind = container_of(path, start)
    if kind is None and (why := why_not_read(path, start)):
        raise BadCapture(why)
    if kind is None:
        yield from captures_in(path, site, stop=stop)
        return
    for name, unpacked in _warcs_in(path, kind, stop, folder):
        try:
            yield from captures_in(unpacked, site, path, stop)
        except BadCapture as e:
            why = str(e).removeprefix(f"{unpacked}: ")
            yield BadRecord(path, 0, "", f"{name}: {why}")


def start_of(path: Path) -> bytes:
    """The first bytes of a file. Raises BadCapture if it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(_START_BYTES)
    except OSError as e:
        raise BadCapture(f"{path}: cannot be read: {e.strerror}") from e


def container_of(path: Path, start: bytes) -> Container | None:
    """What a file that begins with `start` is packed in; None if it is not a container."""
    if _is_wacz(path, start):
        return "wacz"
    return "zst" if start.startswith(ZSTD) else None


def why_not_read(path: Path, start: bytes) -> str:
    """One line on a file whose form is not read, by its name or first bytes; "" for others."""
    name = path.name.lower()
    known = next((found for end, found in _NOT_READ.items() if name.endswith(end)), None)
    if start.startswith(_ARC) or (start.startswith(_GZIP) and _begins_arc(path)):
        known = _NOT_READ[".arc"]
    return f"{path}: {known[0]}: not read; {known[1]}" if known else ""


def _begins_arc(path: Path) -> bool:
    with path.open("rb") as file:
        try:
            return zlib.decompressobj(31).decompress(file.read(4096), 64).startswith(_ARC)
        except zlib.error:
            return False


def _is_wacz(path: Path, start: bytes) -> bool:
    """True if a file is a WACZ: a ZIP file that says so by its name or by what is in it."""
    if path.name.lower().endswith(".wacz"):
        return True
    if not start.startswith(_ZIP):
        return False
    try:
        with zipfile.ZipFile(path) as packed:
            return any(name.endswith("datapackage.json") for name in packed.namelist())
    except (zipfile.BadZipFile, OSError):
        return False


def _warcs_in(
    path: Path, kind: Container, stop: Stop, folder: Path | None
) -> Iterator[tuple[str, Path]]:
    """The WARC files in a container: their names in it, and temporary files in `folder`.

    Raises BadCapture for a damaged container, ReadingStopped.
    """
    with tempfile.TemporaryDirectory(prefix=UNPACKED, dir=folder) as unpacked:
        try:
            if kind == "zst":
                warcs = [("unpacked", Path(unpacked) / "0.warc")]
                with path.open("rb") as packed, warcs[0][1].open("wb") as out:
                    _copy(_zstd_pieces(packed), out, stop)
            else:
                warcs = _unzip(path, Path(unpacked), stop)
        except (zipfile.BadZipFile, zstandard.ZstdError, zlib.error, EOFError, struct.error) as e:
            what, do = _DAMAGED[kind]
            raise BadCapture(f"{path}: {what}: not read: damaged ({e}); {do}") from e
        except OSError as e:
            raise BadCapture(f"{path}: cannot be unpacked: {e.strerror or e}") from e
        yield from warcs


_DAMAGED: dict[Container, tuple[str, str]] = {
    "zst": ("zst", "see what zstd -d makes of it, import that"),
    "wacz": ("WACZ", "see what unzip makes of it, import archive/*.warc.gz"),
}


def _unzip(path: Path, folder: Path, stop: Stop) -> list[tuple[str, Path]]:
    unpacked = []
    with zipfile.ZipFile(path) as packed:
        names = sorted(packed.namelist())
        members = [name for name in names if name.lower().endswith((".warc", ".warc.gz"))]
        if not members:
            raise zipfile.BadZipFile("no WARC file in it")
        for number, name in enumerate(members):
            unpacked.append((name, folder / f"{number}.warc"))
            with packed.open(name) as member, unpacked[-1][1].open("wb") as out:
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
            raise ReadingStopped


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
    frames = reader.decompressobj(read_across_frames=True)
    while piece := packed.read(_STEP_BYTES):
        # In crumbs: all that a piece holds comes at once, and four bytes may hold 128 KB.
        for at in range(0, len(piece), _CRUMB_BYTES):
            yield frames.decompress(piece[at : at + _CRUMB_BYTES])
    # The library does not say whether the last frame is whole: a further one is read only then.
    if frames.decompress(zstandard.ZstdCompressor().compress(_BEHIND)) != _BEHIND:
        raise zstandard.ZstdError("it ends within a frame")
