"""The articles to export, each with all that the archive tells of it, one after the other."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from scraper.archive import tombstones
from scraper.archive.files import one_moment, open_articles, open_reader, snapshots_path
from scraper.errors import ExportStopped
from scraper.export.filters import Condition, Where, conditions
from scraper.models import Caption
from scraper.progress import Progress
from scraper.search.query import Aliases

TOLD_EVERY = 1000  # articles or captures between two words about how far it has come


@dataclass(frozen=True, slots=True)
class Observation:
    """One row of the weather widget, on one capture of an article's page."""

    observed_at: str  # UTC, the page clock, else the time of the capture
    snapshot_id: int
    place: str
    text: str
    temperature_c: float | None
    temperature_min_c: float | None
    temperature_max_c: float | None
    humidity_pct: float | None
    condition: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One article. Times are UTC as in the archive, "2022-12-03T08:38:00Z"."""

    id: int  # the paper's number
    url: str
    title: str
    lead: str
    paragraphs: tuple[str, ...]
    captions: tuple[Caption, ...]
    section: str
    byline: tuple[str, ...]
    tags: tuple[str, ...]
    timestamp: str  # the best known time, and what kind of time it is
    timestamp_source: str
    local_date: str  # its day in Vietnam
    published_at: str | None
    published_source: str
    modified_at: str | None
    page_clock_at: str | None
    page_clock_text: str
    layout: str
    template: str
    flags: tuple[str, ...]
    photo_count: int
    syllable_count: int
    revision_count: int
    first_captured_at: str
    last_captured_at: str
    gone_at: str | None
    weather: tuple[Observation, ...]
    snapshot_id: int  # the capture all this was read from
    snapshot_captured_at: str
    snapshot_sha256: str | None  # of its body; None where snapshots.db is not here


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which articles are to be exported, and as they are at which moment: that of `db`."""

    db: Database
    snapshots: Database | None  # None beside a slim copy
    is_all: bool  # no article is left out, but for those that were withdrawn
    wanted: tuple[Condition, ...]
    progress: Progress
    stop: Callable[[], bool]


@contextmanager
def choose(
    path: Path,
    wheres: tuple[Where, ...],
    aliases: Aliases,
    progress: Progress,
    stop: Callable[[], bool],
) -> Iterator[Chosen]:
    """The articles of the archive at `path` that fit `wheres`, seen in one read transaction.

    Raises ArchiveError as `open_reader` does.
    """
    with ExitStack() as stack:
        beside: Database | None = None
        if snapshots_path(path).exists():
            archive = stack.enter_context(open_reader(path))
            stack.enter_context(one_moment(archive))
            db, beside = archive.db, archive.snapshots
        else:
            db = stack.enter_context(open_articles(path))
            db.conn.execute("BEGIN")
        wanted = (*conditions(db, wheres, aliases), *_not_withdrawn(beside))
        yield Chosen(db, beside, not wheres, wanted, progress, stop)


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
    """Each chosen article, in order of its number. Raises ExportStopped where told to stop."""
    sql, parameters = select("id", chosen)
    numbers = chosen.db.conn.execute(f"{sql} ORDER BY id", parameters)
    for number in walk(chosen, (row[0] for row in numbers), count(chosen), "article"):
        yield _entry(chosen, number)


def walk(chosen: Chosen, numbers: Iterable[int], total: int, what: str) -> Iterator[int]:
    """Each of `numbers`, of which there are `total`, while it is told how far it has come.

    Raises ExportStopped where told to stop.
    """
    chosen.progress.expect(total)
    done = told = 0
    for number in numbers:
        if chosen.stop():
            raise ExportStopped("stopped before the end")
        yield number
        done += 1
        if done - told == TOLD_EVERY:
            chosen.progress.step(f"{what} {number}", done - told)
            told = done
    if done > told:
        chosen.progress.step("all", done - told)


def select(what: str, chosen: Chosen) -> tuple[str, list[str]]:
    """A query for a column of the chosen articles, and its parameters."""
    where = " AND ".join(condition.sql for condition in chosen.wanted) or "1"
    parameters = [text for condition in chosen.wanted for text in condition.parameters]
    return f"SELECT {what} FROM articles WHERE {where}", parameters


_COLUMNS = (
    "url, title, lead, section, byline, timestamp, timestamp_source, local_date, published_at,"
    " published_source, modified_at, page_clock_at, page_clock_text, layout, template, flags,"
    " photo_count, syllable_count, revision_count, first_captured_at, last_captured_at, gone_at,"
    " snapshot_id"
)
_TOLD = [name.strip() for name in _COLUMNS.split(",")]
_ARRAYS = ("byline", "flags")


def _entry(chosen: Chosen, number: int) -> Entry:
    query = chosen.db.conn.execute
    row = query(f"SELECT {_COLUMNS} FROM articles WHERE id = ?", [number]).fetchone()
    told = dict(zip(_TOLD, row, strict=True))
    told |= {name: tuple(json.loads(told[name])) for name in _ARRAYS}
    body = query("SELECT body FROM texts WHERE article_id = ?", [number]).fetchone()
    captured_at, sha256 = _evidence(chosen, told["snapshot_id"])
    return Entry(
        **told,
        id=number,
        paragraphs=tuple(body[0].split("\n\n")) if body and body[0] else (),
        captions=tuple(Caption(*caption) for caption in query(_CAPTIONS, [number])),
        tags=tuple(name for (name,) in query(_TAGS, [number])),
        weather=tuple(Observation(*seen) for seen in query(_WEATHER, [number])),
        snapshot_captured_at=captured_at or told["last_captured_at"],
        snapshot_sha256=sha256,
    )


_CAPTIONS = (
    "SELECT text, credit, image_url, after_paragraph, source FROM captions WHERE article_id = ?"
    " ORDER BY position"
)
_TAGS = (
    "SELECT name FROM article_tags JOIN tags ON tags.id = tag_id WHERE article_id = ? ORDER BY name"
)
_WEATHER = (
    "SELECT observed_at, snapshot_id, place, text, temperature_c, temperature_min_c,"
    " temperature_max_c, humidity_pct, condition FROM weather WHERE article_id = ? ORDER BY id"
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
