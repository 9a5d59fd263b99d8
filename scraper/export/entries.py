"""The articles to export, each with all that the archive knows of it, one after the other."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from scraper.archive import tombstones
from scraper.archive.files import one_moment, open_articles, open_reader, snapshots_path
from scraper.archive.read_article import StoredArticle, read_article
from scraper.errors import ExportStopped
from scraper.export.filters import Condition, Where, conditions
from scraper.progress import Progress
from scraper.search.query import Aliases

CAPTION = ("text", "credit", "image_url", "after_paragraph", "source")  # columns exported
REPORT_EVERY = 1000  # articles or captures between two reports of progress


@dataclass(frozen=True, slots=True)
class Entry:
    """One article, and the capture that it was read from. Times are UTC as in the archive."""

    article: StoredArticle
    values: dict[str, Any]  # the columns of `articles`, JSON arrays as lists
    snapshot_captured_at: str
    snapshot_sha256: str | None  # of its body; None if snapshots.db is not here

    def as_json(self) -> dict[str, Any]:
        """All of it, as JSON Lines and Parquet have it."""
        article = self.article
        return self.values | {
            "paragraphs": article.paragraphs,
            "captions": [{name: caption[name] for name in CAPTION} for caption in article.captions],
            "tags": article.tags,
            "weather": article.weather,
            "places": article.places,
            "snapshot_captured_at": self.snapshot_captured_at,
            "snapshot_sha256": self.snapshot_sha256,
        }


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which articles are to be exported, and as they are at which moment: that of `db`."""

    db: Database
    snapshots: Database | None  # None beside a slim copy
    is_all: bool  # no article is left out, but for those that were withdrawn
    wanted: tuple[Condition, ...]
    progress: Progress
    stop: Callable[[], bool]
    public_url: str = ""  # where this archive is published
    photos: Database | None = None  # None if none are kept


@contextmanager
def choose(
    path: Path,
    wheres: tuple[Where, ...],
    aliases: Aliases,
    progress: Progress,
    stop: Callable[[], bool],
    public_url: str = "",
) -> Iterator[Chosen]:
    """The articles of the archive at `path` that fit `wheres`, seen in one read transaction.

    Raises ArchiveError as `open_reader` does.
    """
    with ExitStack() as stack:
        beside = photos = None
        if snapshots_path(path).exists():
            archive = stack.enter_context(open_reader(path))
            stack.enter_context(one_moment(archive))
            db, beside, photos = archive.db, archive.snapshots, archive.photos
        else:
            db = stack.enter_context(open_articles(path))
            db.conn.execute("BEGIN")
        wanted = (*conditions(db, wheres, aliases), *_not_withdrawn(beside))
        yield Chosen(db, beside, not wheres, wanted, progress, stop, public_url, photos)


def _not_withdrawn(beside: Database | None) -> list[Condition]:
    """A kill may have left an article in archive.db after its pages and it were withdrawn."""
    if beside is None:
        return []
    numbers = [tombstone.article_id for tombstone in tombstones.every(beside)]
    return [Condition("id NOT IN (SELECT value FROM json_each(?))", (json.dumps(numbers),))]


def count(chosen: Chosen) -> int:
    """How many articles are chosen."""
    return int(chosen.db.conn.execute(*select("count(*)", chosen)).fetchone()[0])


def entries(chosen: Chosen) -> Iterator[Entry]:
    """Each chosen article, in order of its number. Raises ExportStopped if `stop` says so."""
    sql, parameters = select("id", chosen)
    numbers = chosen.db.conn.execute(f"{sql} ORDER BY id", parameters)
    for number in walk(chosen, (row[0] for row in numbers), count(chosen), "article"):
        yield _entry(chosen, number)


def walk(chosen: Chosen, numbers: Iterable[int], total: int, what: str) -> Iterator[int]:
    """Each of `numbers`, of which there are `total`; reports progress on the way.

    Raises ExportStopped if `stop` says so.
    """
    chosen.progress.expect(total)
    done = reported = 0
    for number in numbers:
        if chosen.stop():
            raise ExportStopped("stopped before the end")
        yield number
        done += 1
        if done - reported == REPORT_EVERY:
            chosen.progress.step(f"{what} {number}", done - reported)
            reported = done
    if done > reported:
        chosen.progress.step("all", done - reported)


def select(what: str, chosen: Chosen) -> tuple[str, list[str | int]]:
    """A query for a column of the chosen articles, and its parameters."""
    where = " AND ".join(condition.sql for condition in chosen.wanted) or "1"
    parameters = [value for condition in chosen.wanted for value in condition.parameters]
    return f"SELECT {what} FROM articles WHERE {where}", parameters


def _entry(chosen: Chosen, number: int) -> Entry:
    article = read_article(chosen.db, number)
    assert article is not None  # all is read in one transaction
    captured_at, sha256 = _evidence(chosen, article.row["snapshot_id"])
    return Entry(
        article=article,
        values=article.values(),
        snapshot_captured_at=captured_at or article.row["last_captured_at"],
        snapshot_sha256=sha256,
    )


def _evidence(chosen: Chosen, snapshot_id: int) -> tuple[str | None, str | None]:
    """When the capture was made that an article was read from, and the hash of its body."""
    row = None
    if chosen.snapshots is not None:
        row = chosen.snapshots.conn.execute(
            "SELECT captured_at, sha256 FROM snapshots WHERE id = ?", [snapshot_id]
        ).fetchone()
    if row is None:
        row = chosen.db.conn.execute(
            "SELECT captured_at, NULL FROM captures WHERE snapshot_id = ?", [snapshot_id]
        ).fetchone()
    return (row[0], row[1]) if row else (None, None)
