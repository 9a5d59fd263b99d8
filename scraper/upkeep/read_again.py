"""Every stored snapshot, read again by today's rules, on several cores."""

import multiprocessing
from collections import deque
from collections.abc import Generator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from scraper.archive import snapshots
from scraper.archive.files import Archive, open_snapshots
from scraper.archive.snapshots import IdSpan
from scraper.errors import ArchiveError
from scraper.models import Snapshot
from scraper.processes import become_reader, sigint_blocked
from scraper.reading import Read, read_snapshot

SPAN = 100  # snapshots handed to a process at a time


@dataclass(frozen=True, slots=True)
class Reread:
    """One stored snapshot, read again."""

    snapshot_id: int
    snapshot: Snapshot | None  # without its body; None if that or its headers are damaged
    read: Read | None
    damage: str = ""


def reread_all(
    archive: Archive, after_id: int, since: datetime | None, workers: int
) -> Generator[list[Reread], None, None]:
    """Every snapshot above `after_id`, captured at or after `since`, read again, in order of id.

    One worker reads in this process, several in processes of their own. Raises ArchiveError if
    one of them dies.
    """
    spans = snapshots.spans(archive.snapshots, after_id, since, SPAN)
    if workers == 1:
        yield from (_read_span(archive.snapshots, span, since) for span in spans)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=become_reader) as pool:
        waiting: deque[Future[list[Reread]]] = deque()
        try:
            for span in spans:
                with sigint_blocked():
                    waiting.append(pool.submit(_read_in_process, archive.path, span, since))
                if len(waiting) > 3 * workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BrokenProcessPool as e:
            raise ArchiveError(f"{archive.path}: a process that read snapshots was killed") from e
        finally:
            pool.shutdown(cancel_futures=True)


def _read_in_process(path: Path, span: IdSpan, since: datetime | None) -> list[Reread]:
    with open_snapshots(path) as db:
        return _read_span(db, span, since)


def _read_span(db: Database, span: IdSpan, since: datetime | None) -> list[Reread]:
    return [_reread(db, snapshot_id) for snapshot_id in snapshots.ids(db, span, since)]


def _reread(db: Database, snapshot_id: int) -> Reread:
    try:
        snapshot = snapshots.load(db, snapshot_id)
    except ArchiveError as e:
        return Reread(snapshot_id, None, None, str(e))
    return Reread(snapshot_id, replace(snapshot, body=b""), read_snapshot(snapshot))
