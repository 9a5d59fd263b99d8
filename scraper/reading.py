"""What stored snapshots say: one of them, or all, read again on several cores.

Readers are processes of their own, started afresh and not forked: a fork would inherit the
writer's lock, and keep it where the writer is killed.
"""

import hashlib
import multiprocessing
import os
import re
import signal
import threading
from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.resources import files
from pathlib import Path

from sqlite_utils import Database

from scraper.archive import snapshots
from scraper.archive.files import Archive, open_snapshots
from scraper.archive.history import Reading
from scraper.archive.snapshots import Span
from scraper.errors import ArchiveError, ExtractError, NotAnArticle
from scraper.extract import extract
from scraper.extract.text import is_html
from scraper.models import Article, Snapshot

SPAN = 100  # snapshots handed to a reader at a time

_END = re.compile(rb"</(?:body|html)\b", re.IGNORECASE)
_TAIL = 4000  # bytes in which a page's end usually is


@dataclass(frozen=True, slots=True)
class Read:
    """What one snapshot was read as."""

    reading: Reading
    article: Article | None = None  # where `reading` is "text" or "cut"
    detail: str = ""  # why it is no article


@dataclass(frozen=True, slots=True)
class Reread:
    """One stored snapshot, read again."""

    snapshot_id: int
    snapshot: Snapshot | None  # without its body; None where that, or its headers, are damaged
    read: Read | None
    damage: str = ""


def read_snapshot(snapshot: Snapshot) -> Read:
    """What a snapshot says: the article on it, or what it is instead."""
    if snapshot.status == 200:
        return _read_page(snapshot)
    if snapshot.status == 304:
        return Read("unchanged")
    if snapshot.status in (404, 410):
        return Read("missing", detail=f"answered {snapshot.status}")
    if snapshot.is_redirect:
        return Read("redirect")
    return Read("not_article", detail=f"answered {snapshot.status}")


def _read_page(snapshot: Snapshot) -> Read:
    try:
        article = extract(snapshot)
    except NotAnArticle as e:
        return Read("not_article", detail=e.reason)
    except ExtractError as e:
        return Read("unreadable", detail=e.reason)
    if article.article_id is None:
        return Read("not_article", detail="no article number in its address")
    return Read("cut" if snapshot.truncated or _breaks_off(snapshot.body) else "text", article)


def _breaks_off(body: bytes) -> bool:
    """Whether a page ends before its own end, as a cache hands it out that got no more of it."""
    if not is_html(body.lstrip()):
        return False
    return not (_END.search(body, max(0, len(body) - _TAIL)) or _END.search(body))


def reading_rules(*beside: str) -> str:
    """A name for the rules of reading as they are now: a hash of their source.

    `beside` names packages that count too.
    """
    sources = sorted(
        Path(str(source))
        for package in ("scraper.extract", *beside)
        for source in files(package).iterdir()
        if source.name.endswith(".py")
    )
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:16]


def reread_all(
    archive: Archive, after_id: int, since: datetime | None, workers: int
) -> Generator[list[Reread], None, None]:
    """Every snapshot above `after_id`, captured at or after `since`, read again, in order of id.

    With one worker in this process, else in processes of their own. Raises ArchiveError where
    one of them dies.
    """
    spans = snapshots.spans(archive.snapshots, after_id, since, SPAN)
    if workers == 1:
        yield from (_read_span(archive.snapshots, span, since) for span in spans)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=as_reader) as pool:
        waiting: deque[Future[list[Reread]]] = deque()
        try:
            for span in spans:
                with deaf():
                    waiting.append(pool.submit(_read_in_process, archive.path, span, since))
                if len(waiting) > 3 * workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BrokenProcessPool as e:
            raise ArchiveError(f"{archive.path}: a process that read snapshots was killed") from e
        finally:
            pool.shutdown(cancel_futures=True)


@contextmanager
def deaf() -> Iterator[None]:
    """Processes begun within never hear Ctrl-C: as_reader() could tell them only once loaded."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def as_reader() -> None:
    """Make this process end with the one that started it, and leave Ctrl-C to that."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _read_in_process(path: Path, span: Span, since: datetime | None) -> list[Reread]:
    with open_snapshots(path) as db:
        return _read_span(db, span, since)


def _read_span(db: Database, span: Span, since: datetime | None) -> list[Reread]:
    return [_reread(db, snapshot_id) for snapshot_id in snapshots.ids(db, span, since)]


def _reread(db: Database, snapshot_id: int) -> Reread:
    try:
        snapshot = snapshots.load(db, snapshot_id)
    except ArchiveError as e:
        return Reread(snapshot_id, None, None, str(e))
    return Reread(snapshot_id, replace(snapshot, body=b""), read_snapshot(snapshot))
