"""Files that are never seen half-written: written under another name, renamed when complete."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from glob import escape
from pathlib import Path
from shutil import rmtree
from typing import BinaryIO


@contextmanager
def new_file(target: Path) -> Iterator[BinaryIO]:
    """A file to write to. At the end it replaces `target`; after an error it is removed.

    Raises OSError.
    """
    remove_leftovers(target)
    partial = partial_name(target)
    try:
        with partial.open("wb") as file:
            yield file
        put_in_place(partial, target)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def working_folder(target: Path) -> Iterator[Path]:
    """A folder beside `target` for this process; removed at the end. Raises OSError.

    If the process is killed, `remove_leftovers` removes it.
    """
    folder = partial_name(target)
    folder.mkdir(exist_ok=True)
    try:
        yield folder
    finally:
        rmtree(folder, ignore_errors=True)


def partial_name(target: Path) -> Path:
    """The name of `target` while this process writes it; hidden from `ls` and globs."""
    return target.with_name(f".{target.name}.{os.getpid()}.partial")


def remove_leftovers(target: Path) -> None:
    """Remove what killed processes left of earlier attempts to make `target`. Raises OSError."""
    for left in target.parent.glob(f".{escape(target.name)}.*.*"):
        pid, _, ending = left.name.removeprefix(f".{target.name}.").partition(".")
        if pid.isdecimal() and ending in ("partial", "old") and not _is_alive(int(pid)):
            if left.is_dir():
                rmtree(left)
            else:
                left.unlink(missing_ok=True)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):  # another user's; no number of a process
        return True
    return True


def put_in_place(partial: Path, target: Path) -> None:
    """Rename a finished file to `target`, safe against a power cut."""
    with partial.open("rb") as file:
        os.fsync(file.fileno())
    partial.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
