"""Read every stored snapshot again, and bring archive.db to what they say now.

What has not changed is not written, so that readers see an archive that stays whole throughout:
a snapshot's rows change in one transaction, a batch of snapshots in each.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime

from sqlite_utils import Database

from scraper.archive import snapshots
from scraper.archive.articles import REINDEX_MARK, shown_by, shown_in
from scraper.archive.files import Archive, write
from scraper.archive.filing import file_read, file_unfiled
from scraper.archive.frontier_updates import Context
from scraper.archive.history import capture_of, reading_of
from scraper.archive.index import is_complete, reindex
from scraper.archive.revisions import revision_of
from scraper.archive.runs import read_mark, set_mark
from scraper.archive.withdrawals import carry_out
from scraper.models import utc_text
from scraper.progress import Progress
from scraper.reading import RULES_VERSION, WITH_TEXT
from scraper.upkeep.read_again import Reread, reread_all
from scraper.urls import article_id

EXAMPLES = 3  # articles named for each field that would change


@dataclass(slots=True)
class Rebuilt:
    """What a reread came to."""

    read: int = 0
    changed: int = 0  # snapshots that brought rows into the archive, or others than before
    damaged: list[str] = field(default_factory=list)  # "snapshot 5: ...": left as they were filed
    is_reindexed: bool = False
    is_whole: bool = False  # every snapshot was read; else the next reread goes on from here


@dataclass(slots=True)
class Forecast:
    """What a reread would change."""

    read: int = 0
    fields: Counter[str] = field(default_factory=Counter)  # field -> articles
    examples: dict[str, list[str]] = field(default_factory=dict)  # field -> "348925: old -> new"
    damaged: list[str] = field(default_factory=list)

    def note(self, name: str, example: str) -> None:
        self.fields[name] += 1
        shown = self.examples.setdefault(name, [])
        if len(shown) < EXAMPLES:
            shown.append(example)


def reread(
    archive: Archive,
    context: Context,
    progress: Progress,
    *,
    since: datetime | None = None,
    workers: int = 1,
    stop: Callable[[], bool] = lambda: False,
) -> Rebuilt:
    """File what every snapshot (captured at or after `since`) says, by today's rules.

    If the last one was interrupted, this one continues it, unless the rules have changed since.
    """
    mark = f"reread {RULES_VERSION} {utc_text(since) if since else 'all'}"
    done = Rebuilt()
    begin = read_mark(archive.db, mark)
    carry_out(archive)
    if not is_complete(archive.db):
        _reindex(archive.db, progress, done)
    if since:
        file_unfiled(archive, context)  # else they would count as filed
    elif begin:
        progress.note(f"continues after snapshot {begin}")
    else:
        _forget_unknown(archive)
    for batch in batches(archive, begin, since, workers, progress):
        with write(archive.db):
            for again in batch:
                _file(archive, again, context, done)
            set_mark(archive.db, mark, batch[-1].snapshot_id)
        if stop():
            return done
    if read_mark(archive.db, REINDEX_MARK):
        _reindex(archive.db, progress, done)
    _forget_marks(archive.db, mark)
    done.is_whole = True
    return done


def _forget_marks(db: Database, mark: str) -> None:
    """Forget how far this reread has come, and those by other rules."""
    with write(db):
        db.execute(
            "DELETE FROM marks WHERE name = ? OR name GLOB 'reread *' AND name NOT GLOB ?",
            [mark, f"reread {RULES_VERSION} *"],
        )


def _forget_unknown(archive: Archive) -> None:
    """Forget captures of articles that the frontier does not know, so that they count as new."""
    lines = archive.db.execute(
        "SELECT snapshot_id, article_id FROM captures WHERE article_id NOT IN"
        " (SELECT article_id FROM frontier WHERE article_id IS NOT NULL)"
    ).fetchall()
    with write(archive.db):
        for snapshot_id, number in lines:
            url = snapshots.url_of(archive.snapshots, snapshot_id)
            if url and article_id(url) == number:  # else this line is all that is left of it
                archive.db.execute("DELETE FROM captures WHERE snapshot_id = ?", [snapshot_id])


def _reindex(db: Database, progress: Progress, done: Rebuilt) -> None:
    progress.note("making a new search index")
    reindex(db)
    with write(db):
        set_mark(db, REINDEX_MARK, 0)
    done.is_reindexed = True


def batches(
    archive: Archive, begin: int, since: datetime | None, workers: int, progress: Progress
) -> Iterator[list[Reread]]:
    """Snapshots above `begin`, read again in batches; reports to `progress` once a second."""
    total = snapshots.count(archive.snapshots, begin, since)
    progress.expect(total)
    started = reported_at = time.monotonic()
    read = reported = 0
    with closing(reread_all(archive, begin, since, workers)) as reading:
        for batch in reading:
            yield batch
            read, now = read + len(batch), time.monotonic()
            if now - reported_at >= 1 or read >= total:
                rate = read / max(now - started, 0.001)
                progress.step(
                    f"snapshot {batch[-1].snapshot_id}, {rate:.0f} a second", read - reported
                )
                reported, reported_at = read, now


def forecast(
    archive: Archive, progress: Progress, *, since: datetime | None = None, workers: int = 1
) -> Forecast:
    """What `reread` would change, field by field; writes nothing."""
    found = Forecast()
    for batch in batches(archive, 0, since, workers, progress):
        for reread in batch:
            found.read += 1
            if reread.damage:
                found.damaged.append(reread.damage)
            for name, example in changes_of(archive.db, reread):
                found.note(name, example)
    return found


def changes_of(db: Database, reread: Reread) -> Iterator[tuple[str, str]]:
    """How the rows of a snapshot's article differ from what it says: field, "348925: old -> new".

    Only the capture that an article is shown from speaks for its fields; every other only for
    `reading` (what the page was taken for) and `text` (what a revision is made of).
    """
    snapshot, read = reread.snapshot, reread.read
    number = article_id(snapshot.url) if snapshot else None
    if snapshot is None or read is None or number is None:
        return
    was, text = reading_of(db, reread.snapshot_id)
    if was != read.reading:
        yield "reading", f"{number}: {was} -> {read.reading} {read.detail}".rstrip()
    if read.article is None:
        return
    if was in WITH_TEXT and revision_of(read.article).sha256 != text:
        yield "text", f"{number}: snapshot {reread.snapshot_id}"
    old = shown_in(db, number)
    if old is None or old.article["snapshot_id"] != reread.snapshot_id:
        return
    capture = capture_of(reread.snapshot_id, snapshot, read)
    new = shown_by(read.article, capture)
    for name, value in new.article.items():
        if value != old.article[name]:
            yield name, f"{number}: {_short(old.article[name])} -> {_short(value)}"
    for name in ("body", "captions", "tags"):
        if getattr(old, name) != getattr(new, name):
            yield name, f"{number}: {_short(getattr(old, name))} -> {_short(getattr(new, name))}"


def _file(archive: Archive, reread: Reread, context: Context, done: Rebuilt) -> None:
    done.read += 1
    if reread.snapshot is None or reread.read is None:
        done.damaged.append(reread.damage)
        return
    writes = archive.db.conn.total_changes
    file_read(archive, reread.snapshot_id, reread.snapshot, reread.read, context)
    done.changed += archive.db.conn.total_changes > writes


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
