"""One writer at a time: locks that end with the process that holds them."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scraper.errors import ArchiveError, Locked


@contextmanager
def writer_lock(path: Path) -> Iterator[None]:
    """Hold `<path>.lock`. The kernel drops a flock with its process, however that dies.

    The lock is beside the file itself, so that a file reached by a link has the same lock. Raises
    Locked if another program holds it, ArchiveError if the folder cannot be written to.
    """
    try:
        real = path.resolve()
    except (OSError, RuntimeError) as e:  # RuntimeError: Python before 3.13
        raise ArchiveError(f"{path}: a link that leads to itself; put the archive there") from e
    lock = real.with_name(real.name + ".lock")
    try:
        handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as e:
        raise ArchiveError(f"{path}: folder is not writable: {e.strerror}") from e
    try:
        lock_or_refuse(handle, f"{path}: another scraper is writing to it; try again later")
        yield
    finally:
        os.close(handle)


def lock_or_refuse(handle: int, refusal: str) -> None:
    """Lock an open file or folder until it is closed.

    Raises Locked(refusal) if another program holds the lock, OSError if the disk knows no locks.
    """
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as e:
        raise Locked(refusal) from e
