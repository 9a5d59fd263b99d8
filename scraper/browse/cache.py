"""Figures over the whole archive, kept while it does not change."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from datasette.app import Datasette
from sqlite_utils import Database

from scraper.browse.connection import in_archive

T = TypeVar("T")

FRESH_SECONDS = 20

Version = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class _Kept:
    read_at: float  # seconds of the monotonic clock
    version: Version
    held: Any


_kept: WeakKeyDictionary[Datasette, dict[str, _Kept]] = WeakKeyDictionary()
_in_progress: WeakKeyDictionary[Datasette, dict[str, asyncio.Task[Any]]] = WeakKeyDictionary()


async def cached(
    datasette: Datasette,
    name: str,
    read: Callable[[Database], T],
    fresh_seconds: float = FRESH_SECONDS,
) -> T:
    """What `read` makes of the archive, read again only after it changed.

    Beside a running crawl, what is kept may be `fresh_seconds` old. Requests that need the same
    figures at the same time share one reading.
    """
    version = _version(Path(datasette.get_database("archive").path))
    kept = _kept.setdefault(datasette, {}).get(name)
    if kept and (kept.version == version or time.monotonic() - kept.read_at < fresh_seconds):
        return kept.held  # type: ignore[no-any-return]
    running = _in_progress.setdefault(datasette, {})
    reading = running.get(name)
    if reading is None or reading.get_loop() is not asyncio.get_running_loop():
        reading = asyncio.create_task(_read(datasette, name, read, version))
        running[name] = reading
        reading.add_done_callback(lambda done: running.pop(name, None))
    # One request that is given up does not end what others wait for.
    return await asyncio.shield(reading)


async def _read(
    datasette: Datasette, name: str, read: Callable[[Database], T], version: Version
) -> T:
    held = await in_archive(datasette, read)
    _kept[datasette][name] = _Kept(time.monotonic(), version, held)
    return held


def _version(path: Path) -> Version:
    """Time and size of the archive's files: they change with every commit."""
    files = [p for p in (path, path.with_name(path.name + "-wal")) if p.exists()]
    return tuple((p.stat().st_mtime_ns, p.stat().st_size) for p in files)
