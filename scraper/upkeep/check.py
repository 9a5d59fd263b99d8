"""`scraper check`: what an operator who does not look must know."""

import shutil
import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from sqlite_utils import Database

from scraper.archive.files import Archive, open_reader
from scraper.archive.tombstones import interruption
from scraper.archive.withdrawals import unfinished
from scraper.config import CheckSettings
from scraper.crawl.run import NO_ROOM
from scraper.errors import ArchiveError
from scraper.http.pace import REFUSES
from scraper.models import utc_text, utc_time

RECENT = timedelta(days=7)  # what drift is looked for in
BEFORE = timedelta(days=90)  # what it is compared with
ENOUGH = 20  # articles on either side, below which a share says nothing
ENOUGH_FAILED = 3  # requests, below which a share says nothing: a quiet run asks for few pages
MOST_NOT_ARTICLES = 0.5  # share of a run's pages: a ban that looks like pages taken down
AHEAD = timedelta(hours=1)  # what is dated later was written while the clock was wrong

# Fields that a changed page design would lose, and how a row of `articles` shows that it has one.
_FILLED = {
    "lead": "lead <> ''",
    "body": "EXISTS (SELECT 1 FROM texts WHERE article_id = articles.id AND body <> '')",
    "captions": "caption_count > 0",
    "photos": "photo_count > 0",
    "section": "section <> ''",
    "byline": "byline <> '[]'",
    "tags": "EXISTS (SELECT 1 FROM article_tags WHERE article_id = articles.id)",
    "published_at": "published_at IS NOT NULL",
    "modified_at": "modified_at IS NOT NULL",
    "page_clock_at": "page_clock_at IS NOT NULL",
    "weather": "EXISTS (SELECT 1 FROM weather WHERE article_id = articles.id)",
}
_MALFORMED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def check(path: Path, limits: CheckSettings, now: datetime) -> list[str]:
    """One line for each limit that the archive at `path` passes, and for each damaged file.

    None if all is well. Raises ArchiveError if there is no archive of ours to look at.
    """
    try:
        with open_reader(path) as archive:
            return [*_damages(archive), *alarms(archive, limits, now)]
    except ArchiveError as e:
        # Too damaged to be asked anything at all.
        if getattr(e.__cause__, "sqlite_errorcode", 0) & 0xFF in _MALFORMED:
            return [f"damaged: {e}"]
        raise


def alarms(archive: Archive, limits: CheckSettings, now: datetime) -> list[str]:
    """One line for each limit that is passed; whether the files are whole is not looked at."""
    db = archive.db
    found = [
        *(f"article {number}: {interruption(number)}" for number in unfinished(archive)),
        *_runs(db, limits, now),
        *_lists(db, limits, now),
        *_news(db, limits, now),
        *_fallback(db, limits, now),
        *_drift(db, limits, now),
    ]
    free_mb = shutil.disk_usage(archive.path.parent).free / 1_000_000
    if free_mb < limits.min_free_mb:
        found.append(f"disk nearly full: {free_mb:.0f} MB free, limit {limits.min_free_mb:g}")
    return found


def _damages(archive: Archive) -> Iterator[str]:
    """What SQLite's own check finds; it reads both files once, without unpacking any page."""
    for name, file in (("archive.db", archive.db), ("snapshots.db", archive.snapshots)):
        result = file.execute("PRAGMA quick_check(1)").fetchone()[0]
        if result != "ok":
            yield f"{name} is damaged: {' '.join(result.split())}; see `scraper verify`"


def _runs(db: Database, limits: CheckSettings, now: datetime) -> Iterator[str]:
    row = db.execute(
        "SELECT max(finished_at) FROM runs WHERE command = 'crawl'"
        " AND outcome IN ('done', 'stopped') AND finished_at <= ?",
        [utc_text(now + AHEAD)],
    ).fetchone()
    if row[0] is None:
        yield "no crawl has ended well yet"
    elif now - utc_time(row[0]) > timedelta(hours=limits.max_hours_since_run):
        yield f"last good crawl ended {row[0]}, limit {limits.max_hours_since_run:g} hours"
    last = db.execute(
        "SELECT id, requests, fetched, failed, not_articles, detail FROM runs"
        " WHERE command = 'crawl' AND outcome <> 'running' ORDER BY id DESC LIMIT 1"
    ).fetchone()
    if last is None:
        return
    run_id, requests, fetched, failed, not_articles, detail = last
    asked = fetched + failed  # a page that failed is not among those fetched
    if detail.startswith(REFUSES) or NO_ROOM in detail:
        yield f"the last crawl ended: {detail}"
    # All but robots.txt: a ban shows so in its first run, which may have little to ask for.
    is_shut_out = fetched == 0 and failed > 0 and failed >= requests - 1
    if is_shut_out or (failed >= ENOUGH_FAILED and failed > limits.max_failure_share * asked):
        yield (
            f"{failed} of {asked} requests failed in the last crawl ({_kinds(db, run_id)}),"
            f" limit {limits.max_failure_share:.0%}"
        )
    if not_articles >= ENOUGH_FAILED and not_articles > MOST_NOT_ARTICLES * asked:
        yield (
            f"{not_articles} of {asked} pages of the last crawl are not articles,"
            f" limit {MOST_NOT_ARTICLES:.0%}: has the site changed, or does it refuse us?"
        )


def _kinds(db: Database, run_id: int) -> str:
    """The failures of a run by kind, as in "5 refused, 1 list"."""
    kinds = db.execute(
        "SELECT count(*), kind FROM failures WHERE run_id = ? GROUP BY kind ORDER BY 1 DESC, 2",
        [run_id],
    )
    return ", ".join(f"{count} {kind}" for count, kind in kinds)


def _lists(db: Database, limits: CheckSettings, now: datetime) -> Iterator[str]:
    """Lists that could be read for more than a day once, and have not been for too long."""
    failing = db.execute(
        "SELECT url, attempts, found_at, error FROM frontier WHERE state = 'list' AND attempts > 0"
    )
    for url, attempts, found_at, error in failing.fetchall():
        times = db.execute(
            "SELECT at FROM failures WHERE url = ? ORDER BY id DESC LIMIT ?",
            [url, attempts],
        ).fetchall()
        if not times:
            continue
        # Not up to now: what no index names any more is not asked for again.
        last, first = utc_time(times[0][0]), utc_time(times[-1][0])
        too_long = last - first > timedelta(days=limits.max_days_without_new)
        if too_long and now - last < RECENT and first - utc_time(found_at) > timedelta(days=1):
            yield f"{url} could not be read since {times[-1][0]}: {error}"


def _news(db: Database, limits: CheckSettings, now: datetime) -> Iterator[str]:
    # Backfill, and what was added or imported by hand, is no news: it goes on for months even if
    # the lists of today cannot be read any more.
    newest, newest_of_all = db.execute(
        "SELECT max(first_captured_at) FILTER (WHERE id IN (SELECT article_id FROM frontier"
        " WHERE state = 'archived' AND backfill = 0 AND source IN ('sitemap', 'feed', 'section',"
        " 'redirect'))), max(first_captured_at) FROM articles WHERE first_captured_at <= ?",
        [utc_text(now + AHEAD)],
    ).fetchone()
    newest = newest or newest_of_all
    if newest is None:
        yield "no article is archived yet"
    elif now - utc_time(newest) > timedelta(days=limits.max_days_without_new):
        yield f"no new article since {newest}, limit {limits.max_days_without_new:g} days"


def _fallback(db: Database, limits: CheckSettings, now: datetime) -> Iterator[str]:
    fallback, total = db.execute(
        "SELECT coalesce(sum(template = 'fallback'), 0), count(*) FROM articles"
        " WHERE last_captured_at >= ?",
        [utc_text(now - RECENT)],
    ).fetchone()
    if total >= ENOUGH and fallback > limits.max_fallback_share * total:
        yield (
            f"{fallback} of {total} recent articles fit no known template,"
            f" limit {limits.max_fallback_share:.0%}: has the site changed its design?"
        )


def _drift(db: Database, limits: CheckSettings, now: datetime) -> Iterator[str]:
    shares = ", ".join(f"avg({is_filled})" for is_filled in _FILLED.values())
    query = (
        f"SELECT template, count(*), {shares} FROM articles"
        " WHERE first_captured_at >= ? AND first_captured_at < ? GROUP BY template"
    )
    recent, before = now - RECENT, now - RECENT - BEFORE
    earlier = {
        row[0]: row for row in db.execute(query, [utc_text(before), utc_text(recent)]).fetchall()
    }
    later = db.execute(query, [utc_text(recent), utc_text(now + RECENT)]).fetchall()
    for template, count, *filled in later:
        was = earlier.get(template)
        if was is None or min(count, was[1]) < ENOUGH:
            continue
        for field, share, share_before in zip(_FILLED, filled, was[2:], strict=True):
            if share_before - share > limits.max_fill_drop:
                yield (
                    f"{template}: {field} found on {share:.0%} of recent articles, before on"
                    f" {share_before:.0%}, limit {limits.max_fill_drop:.0%}"
                )
