"""Figures over the whole archive, kept while it does not change."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from datasette.app import Datasette
from sqlite_utils import Database

from scraper.browse.connection import in_archive

T = TypeVar("T")

FRESH_SECONDS = 20

_kept: WeakKeyDictionary[Datasette, dict[str, tuple[float, Any, Any]]] = WeakKeyDictionary()


async def cached(
    datasette: Datasette,
    name: str,
    read: Callable[[Database], T],
    fresh_seconds: float = FRESH_SECONDS,
) -> T:
    """What `read` makes of the archive, read again only after it changed.

    Beside a running crawl, what is kept may be `fresh_seconds` old.
    """
    kept = _kept.setdefault(datasette, {})
    version = _version(Path(datasette.get_database("archive").path))
    if name in kept:
        read_at, seen, held = kept[name]
        if seen == version or time.monotonic() - read_at < fresh_seconds:
            return held  # type: ignore[no-any-return]
    made = await in_archive(datasette, read)
    kept[name] = (time.monotonic(), version, made)
    return made


def _version(path: Path) -> tuple[tuple[int, int], ...]:
    """Time and size of the archive's files: they change with every commit."""
    files = [p for p in (path, path.with_name(path.name + "-wal")) if p.exists()]
    return tuple((p.stat().st_mtime_ns, p.stat().st_size) for p in files)
