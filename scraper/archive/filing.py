"""Stored snapshots -> rows: the one way from a capture to everything that follows from it.

crawl, add, import, reread and the repair after a kill all file through here. A snapshot is
stored (and committed) first; then `file_snapshot` writes article, captions, weather, revision
and frontier mark in one transaction, together with the mark that says how far filing has come.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlite_utils import Database

from scraper.archive import frontier, snapshots
from scraper.archive.articles import (
    GONE_AFTER,
    Capture,
    Reading,
    file_article,
    is_archived,
    note_capture,
)
from scraper.archive.runs import add_failure, read_mark, set_mark
from scraper.archive.schema import Archive, write
from scraper.errors import ExtractError, NotAnArticle
from scraper.extract import extract
from scraper.models import Article, Snapshot, utc_text, utc_time
from scraper.urls import Site, article_id, canonical

Kind = Literal["new", "changed"] | Reading
FILED_MARK = "filed_snapshot"  # the highest snapshot id that has been filed


@dataclass(frozen=True, slots=True)
class Context:
    """What filing has to know beside the snapshot itself."""

    site: Site
    revisit_days: Sequence[float]
    run_id: int | None = None


@dataclass(frozen=True, slots=True)
class Filing:
    """What came of one snapshot."""

    kind: Kind
    url: str
    detail: str = ""  # why, where it is no article
    title: str = ""
    target: str = ""  # where a redirect leads, if to an article of the site


def file_snapshot(
    archive: Archive, snapshot_id: int, snapshot: Snapshot, context: Context
) -> Filing:
    """Read one stored snapshot and file what it says, in one transaction."""
    article, refusal = _read(snapshot)
    with write(archive.db):
        filing = _file(archive, snapshot_id, snapshot, article, refusal, context)
        set_mark(archive.db, FILED_MARK, max(snapshot_id, read_mark(archive.db, FILED_MARK)))
    return filing


def file_unfiled(archive: Archive, context: Context) -> int:
    """File the snapshots that a killed run stored but did not file; how many there were."""
    count = 0
    for snapshot_id, snapshot in snapshots.since(
        archive.snapshots, read_mark(archive.db, FILED_MARK)
    ):
        file_snapshot(archive, snapshot_id, snapshot, context)
        count += 1
    return count


def is_filed(db: Database, snapshot_id: int) -> bool:
    """Whether this stored snapshot has been filed: they are filed in the order of their ids."""
    return snapshot_id <= read_mark(db, FILED_MARK)


def _read(snapshot: Snapshot) -> tuple[Article | None, ExtractError | None]:
    """The article on a page, or why there is none; neither for an answer without a page."""
    if snapshot.status != 200:
        return None, None
    try:
        article = extract(snapshot)
    except ExtractError as e:
        return None, e
    if article.article_id is None:
        return None, NotAnArticle(snapshot.url, "no article number in its address")
    return article, None


def _file(
    archive: Archive,
    snapshot_id: int,
    snapshot: Snapshot,
    article: Article | None,
    refusal: ExtractError | None,
    context: Context,
) -> Filing:
    db, url, at = archive.db, snapshot.url, snapshot.captured_at
    _meet(archive, snapshot)
    number = article_id(url)
    if article is not None and number is not None:
        capture = Capture(snapshot_id, number, at, snapshot.status, "text")
        filed = file_article(db, article, capture)
        _settle_archived(archive, snapshot, context)
        kind: Kind = "changed" if filed.new_revision else "unchanged"
        return Filing("new" if filed.new_article else kind, url, title=article.title)
    reading, detail = _reading(snapshot, refusal)
    target = ""
    if number is not None:
        note_capture(db, Capture(snapshot_id, number, at, snapshot.status, reading))
    if reading == "unchanged":
        _settle_archived(archive, snapshot, context)
    elif _is_stale(archive, snapshot):
        pass
    elif reading == "missing":
        _settle_missing(archive, snapshot)
    elif reading == "redirect":
        detail, target = _settle_redirect(archive, snapshot, context)
    else:
        _settle_refused(archive, snapshot, reading, detail)
    if reading == "unreadable":
        add_failure(db, context.run_id, url, "extract", detail, at)
    return Filing(reading, url, detail, target=target)


def _reading(snapshot: Snapshot, refusal: ExtractError | None) -> tuple[Reading, str]:
    if refusal is not None:
        reading: Reading = "not_article" if isinstance(refusal, NotAnArticle) else "unreadable"
        return reading, refusal.reason
    if snapshot.status == 304:
        return "unchanged", ""
    if snapshot.status in (404, 410):
        return "missing", f"answered {snapshot.status}"
    if snapshot.is_redirect:
        return "redirect", ""
    return "not_article", f"answered {snapshot.status}"


def _meet(archive: Archive, snapshot: Snapshot) -> None:
    """Make sure that frontier and addresses know the snapshot's address."""
    db, at = archive.db, snapshot.captured_at
    source = "crawl" if snapshot.origin == "crawl" else "import"
    db.execute(
        "INSERT INTO frontier (url, article_id, source, found_at, state) VALUES (?, ?, ?, ?, 'new')"
        " ON CONFLICT DO NOTHING",
        [snapshot.url, article_id(snapshot.url), source, utc_text(at)],
    )


def _settle_archived(archive: Archive, snapshot: Snapshot, context: Context) -> None:
    db, number = archive.db, article_id(snapshot.url)
    db.execute(
        "INSERT INTO addresses VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET"
        " first_seen_at = min(first_seen_at, excluded.first_seen_at)",
        [snapshot.url, number, utc_text(snapshot.captured_at)],
    )
    row = db.execute(
        "SELECT coalesce(published_at, timestamp), first_captured_at, last_captured_at"
        " FROM articles WHERE id = ?",
        [number],
    ).fetchone()
    if row is None or _is_stale(archive, snapshot):
        return
    published, first, last = map(utc_time, row)
    due = frontier.next_revisit(context.revisit_days, published, first, last)
    frontier.settle(db, snapshot.url, "archived", due_at=due, status=snapshot.status)
    if snapshot.status == 200:
        frontier.set_validators(
            db, snapshot.url, snapshot.header("etag"), snapshot.header("last-modified")
        )


def _settle_missing(archive: Archive, snapshot: Snapshot) -> None:
    """A first 404 is looked at again after a day; a second one, then, is `gone`."""
    db, url, at = archive.db, snapshot.url, snapshot.captured_at
    since = _missing_since(archive, snapshot)
    attempts = _attempts(archive, url) + 1
    state: frontier.State = "gone" if at - since >= GONE_AFTER else "failed"
    due = frontier.after_gone(attempts, at) if state == "gone" else since + frontier.SECOND_LOOK
    frontier.settle(
        db,
        url,
        state,
        due_at=max(due, at),
        status=snapshot.status,
        error=f"answered {snapshot.status}",
        attempts=attempts,
    )
    if number := article_id(url):
        frontier.promote_duplicate(db, number)


def _missing_since(archive: Archive, snapshot: Snapshot) -> datetime:
    """When the row of 404 answers began that this one belongs to."""
    number = article_id(snapshot.url)
    row = archive.db.execute(
        "SELECT min(captured_at) FROM captures WHERE article_id = ? AND reading = 'missing'"
        " AND captured_at > (SELECT coalesce(max(captured_at), '') FROM captures"
        " WHERE article_id = ? AND reading IN ('text', 'unchanged'))",
        [number, number],
    ).fetchone()
    return utc_time(row[0]) if row[0] else snapshot.captured_at


def _settle_redirect(archive: Archive, snapshot: Snapshot, context: Context) -> tuple[str, str]:
    """Mark a redirect, and have its target asked for if that is an article of this site.

    Returns what is to be said of it, and the target, "" if it is not to be asked.
    """
    db, url, at = archive.db, snapshot.url, snapshot.captured_at
    location = snapshot.location
    target = canonical(location, context.site, base=url)
    attempts = _attempts(archive, url) + 1
    if not location or not context.site.owns(target) or article_id(target) is None:
        # Most sites answer so for a page they took down, some only for an hour: look again.
        detail = f"redirects to {location or 'nowhere'}, which is no article of this site"
        due: datetime | None = frontier.after_failure(attempts, at)
    elif frontier.is_circle(db, url, target):
        detail = f"redirects in a circle, to {target}"
        due = frontier.after_failure(attempts, at)
    else:
        detail, due, attempts = f"redirects to {target}", None, 0
    frontier.settle(
        db, url, "redirect", due_at=due, status=snapshot.status, error=detail, attempts=attempts
    )
    if due is None:
        frontier.follow(db, target, at)
    return detail, "" if due else target


def _settle_refused(archive: Archive, snapshot: Snapshot, reading: Reading, detail: str) -> None:
    """Mark a page that is no article, or could not be read as one.

    An article that is archived stays so: what answered in its place says nothing of its text.
    """
    db, url, at = archive.db, snapshot.url, snapshot.captured_at
    number = article_id(url)
    state: frontier.State = "failed" if reading == "unreadable" else "not_article"
    if number is not None and is_archived(db, number):
        state = "archived"
    attempts = _attempts(archive, url) + 1
    frontier.settle(
        db,
        url,
        state,
        due_at=frontier.after_failure(attempts, at) if number is not None else None,
        status=snapshot.status,
        error=detail,
        attempts=attempts,
    )


def _attempts(archive: Archive, url: str) -> int:
    row = archive.db.execute("SELECT attempts FROM frontier WHERE url = ?", [url]).fetchone()
    return int(row[0])


def _is_stale(archive: Archive, snapshot: Snapshot) -> bool:
    """Whether the archive holds a later capture, so that this one says nothing of today."""
    row = archive.db.execute(
        "SELECT max(captured_at) FROM captures WHERE article_id = ?", [article_id(snapshot.url)]
    ).fetchone()
    return bool(row[0] and row[0] > utc_text(snapshot.captured_at))
