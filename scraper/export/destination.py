"""Where an export goes: it takes the place of an earlier one, and of nothing else."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from scraper.atomic_files import new_file, partial_name, remove_leftovers
from scraper.errors import ExportError

STDOUT = Path("-")


@contextmanager
def file_at(path: Path, is_earlier: Callable[[Path], bool]) -> Iterator[BinaryIO]:
    """What an export to `path` is to be written to.

    Raises ExportError if something is there that is not `is_earlier`; OSError.
    """
    if path == STDOUT:
        yield sys.stdout.buffer
        sys.stdout.flush()
        return
    target = path.resolve()  # a link stays one
    if target.exists() and not is_earlier(target):
        raise ExportError(
            f"{path}: not an earlier export in this format, so it was left alone; name another file"
        )
    _require_folder(path, target)
    with new_file(target) as file:
        yield file


def begins_with(target: Path, openings: tuple[bytes, ...]) -> bool:
    """True if a file starts with one of these, as an earlier export does, or is empty."""
    if not target.is_file():
        return False
    with target.open("rb") as file:
        head = file.read(max(map(len, openings)))
    return not head or head.startswith(openings)


@contextmanager
def folder_at(path: Path, is_earlier: Callable[[Path], bool]) -> Iterator[Path]:
    """An empty folder to write to, which gets the name `path` when whole.

    Raises ExportError if something is there that is neither empty nor `is_earlier`;
    OSError.
    """
    target = path.resolve()
    if target.exists() and not (target.is_dir() and (_is_empty(target) or is_earlier(target))):
        raise ExportError(
            f"{path}: not an earlier export, so it was left alone; name another folder"
        )
    _require_folder(path, target)
    remove_leftovers(target)
    partial = partial_name(target)
    try:
        partial.mkdir()
        yield partial
        _exchange(partial, target)
    finally:
        if partial.exists():
            _remove(partial)


def _is_empty(folder: Path) -> bool:
    with os.scandir(folder) as names:
        return next(names, None) is None


def _exchange(partial: Path, target: Path) -> None:
    """Put a finished folder in the place of an older one, which goes."""
    if not target.exists():
        partial.rename(target)
        return
    old = partial.with_suffix(".old")
    target.rename(old)
    try:
        partial.rename(target)
    except OSError:
        old.rename(target)
        raise
    _remove(old)


def _remove(folder: Path) -> None:
    """Remove a folder of files; without a list of them, which for many takes more than all else."""
    while not _is_empty(folder):
        with os.scandir(folder) as files:
            for file in files:
                os.unlink(file.path)
    folder.rmdir()


def _require_folder(path: Path, target: Path) -> None:
    if not target.parent.is_dir():
        raise ExportError(f"{path}: there is no folder {target.parent}")
