"""Which files are to be imported, and what each of them holds."""

import glob
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from scraper.errors import BadCapture
from scraper.warc.containers import (
    NOT_READ_NAMES,
    Container,
    container_of,
    start_of,
    why_not_read,
)

_PAGES = (".html", ".htm", ".xhtml", ".txt", ".mhtml", ".mht")
_WARCS = (".warc", ".wet", ".warc.gz", ".wet.gz")
_WARC_STARTS = (b"WARC/", b"\x1f\x8b")
_PART, _PART_START = ".parquet", b"PAR1"
_CONTAINERS = (".wacz", ".warc.zst", ".wet.zst")
_KINDS = (*_WARCS, *_CONTAINERS, _PART, *_PAGES)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to import."""

    path: Path
    is_named: bool  # the user gave its name; else it was found in a folder

    @property
    def must_be_readable(self) -> bool:
        """True if it is an error that nothing can be read of it: folders hold much else."""
        return self.is_named or self.path.name.lower().endswith((*_WARCS, _PART))


def files_in(paths: Sequence[Path]) -> list[SourceFile]:
    """The files that `paths` name: themselves, those in folders, those that fit patterns.

    Raises BadCapture if one of them names no file.
    """
    found: list[SourceFile] = []
    for path in paths:
        is_pattern = not path.exists() and glob.has_magic(str(path))
        named = sorted(map(Path, glob.glob(str(path), recursive=True))) if is_pattern else [path]
        files = [file for name in named for file in _files_of(name)]
        if not files:
            raise BadCapture(f"{path}: nothing to import there ({' '.join(_KINDS)})")
        found += files
    return found


@dataclass(frozen=True, slots=True)
class Shards:
    """What `scraper bulk` is to read."""

    paths: list[Path]  # absolute, each once
    unread: list[str]  # files in folders whose form is not read, one line each
    passed_over: int  # files in folders that only `scraper import` reads


def shards_in(paths: Sequence[Path]) -> Shards:
    """The WARC and WET files that `paths` name, also packed ones, as `files_in` finds them.

    Raises BadCapture if there is none.
    """
    found: list[Path] = []
    unread: list[str] = []
    passed_over = 0
    for file in files_in(paths):
        name = file.path.name.lower()
        if file.is_named or name.endswith((*_WARCS, *_CONTAINERS)):
            found.append(file.path.resolve())
        elif name.endswith(NOT_READ_NAMES):
            unread.append(why_not_read(file.path, b""))
        else:
            passed_over += 1
    if not found:
        raise BadCapture(f"{paths[0]}: no shard there ({' '.join((*_WARCS, *_CONTAINERS))})")
    return Shards(list(dict.fromkeys(found)), unread, passed_over)


def _files_of(path: Path) -> list[SourceFile]:
    """The file itself, or those in a folder, and in folders in it, that may hold captures."""
    if not path.exists():
        raise BadCapture(f"{path}: cannot be read: No such file or directory")
    if not path.is_dir():
        if not path.is_file():
            raise BadCapture(f"{path}: a pipe or device, not a plain file; save it first")
        return [SourceFile(path, is_named=True)]
    return [
        SourceFile(file, is_named=False)
        for file in sorted(path.rglob("*"))
        if file.name.lower().endswith((*_KINDS, *NOT_READ_NAMES))
        and not file.name.startswith(".")
        and file.is_file()
    ]


Kind = Container | Literal["warc", "part", "page"]


def kind_of(path: Path) -> Kind:
    """What a file holds, by its first bytes, else by its name.

    Raises BadCapture if it cannot be read, or holds captures in a form that is not read.
    """
    start, name = start_of(path), path.name.lower()
    if start.startswith(_PART_START) or name.endswith(_PART):
        return "part"
    if container := container_of(path, start):
        return container
    if why := why_not_read(path, start):
        raise BadCapture(why)
    return "warc" if start.startswith(_WARC_STARTS) or name.endswith(_WARCS) else "page"
