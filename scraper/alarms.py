"""`scraper check`: what an operator who does not look must be told."""

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlite_utils import Database

from scraper.archive.schema import Archive
from scraper.config import CheckSettings
from scraper.models import utc_text, utc_time

RECENT = timedelta(days=7)  # what drift is looked for in
BEFORE = timedelta(days=90)  # what it is compared with
ENOUGH = 20  # articles on either side, below which a share says nothing

# Fields that a changed page design would lose; each is empty or NULL where the page has none.
_FILLED = ("lead", "section", "published_at")


def alarms(archive: Archive, limits: CheckSettings, now: datetime) -> list[str]:
    """One line for each limit that is passed; none where all is well."""
    db = archive.db
    found = [
        *_runs(db, limits, now),
        *_news(db, limits, now),
        *_fallback(db, limits, now),
        *_drift(db, limits, now),
    ]
    free_mb = shutil.disk_usage(archive.path.parent).free / 1_000_000
    if free_mb < limits.min_free_mb:
        found.append(f"disk nearly full: {free_mb:.0f} MB free, limit {limits.min_free_mb:g}")
    for name, file in (("archive.db", db), ("snapshots.db", archive.snapshots)):
        said = file.execute("PRAGMA quick_check(1)").fetchone()[0]
        if said != "ok":
            found.append(f"{name} is damaged: {said}")
    return found


def _runs(db: Database, limits: CheckSettings, now: datetime) -> Iterator[str]:
    row = db.execute(
        "SELECT max(finished_at) FROM runs WHERE command = 'crawl'"
        " AND outcome IN ('done', 'stopped')"
    ).fetchone()
    if row[0] is None:
        yield "no crawl has ended well yet"
    elif now - utc_time(row[0]) > timedelta(hours=limits.max_hours_since_run):
        yield f"last good crawl ended {row[0]}, limit {limits.max_hours_since_run:g} hours"
    last = db.execute(
        "SELECT fetched, failed FROM runs WHERE command = 'crawl' AND outcome <> 'running'"
        " ORDER BY id DESC LIMIT 1"
    ).fetchone()
    if last and last[1] > limits.max_failure_share * (last[0] + last[1]):
        yield (
            f"{last[1]} of {last[0] + last[1]} requests failed in the last crawl,"
            f" limit {limits.max_failure_share:.0%}"
        )


def _news(db: Database, limits: CheckSettings, now: datetime) -> Iterator[str]:
    newest = db.execute("SELECT max(first_captured_at) FROM articles").fetchone()[0]
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
    shares = ", ".join(f"avg(coalesce({field}, '') <> '')" for field in _FILLED)
    query = (
        f"SELECT template, count(*), {shares}, avg(caption_count > 0) FROM articles"
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
        for field, share, share_before in zip((*_FILLED, "captions"), filled, was[2:], strict=True):
            if share_before - share > limits.max_fill_drop:
                yield (
                    f"{template}: {field} found on {share:.0%} of recent articles, before on"
                    f" {share_before:.0%}, limit {limits.max_fill_drop:.0%}"
                )
