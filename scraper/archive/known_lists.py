"""The frontier's rows of lists: which are known, and which are due."""

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from scraper.models import utc_text

NO_MAP = (404, 410)  # statuses of a list that is not there


@dataclass(frozen=True, slots=True)
class Map:
    """A sitemap that an index names."""

    url: str
    is_due: bool  # its index says that it changed, or a full walk has not come to it yet
    was_read: bool
    is_missing: bool  # it was not there


def add_list(
    db: Database, url: str, source: str, at: datetime, lastmod: datetime | None = None
) -> None:
    """Know `url` for a list; one that was read before and changed since is due."""
    dated = utc_text(lastmod) if lastmod else None
    db.execute(
        "INSERT INTO frontier (url, source, found_at, lastmod, state) VALUES (?, ?, ?, ?, 'list')"
        " ON CONFLICT (url) DO UPDATE SET lastmod = excluded.lastmod,"
        " due_at = CASE WHEN last_status IS NULL THEN due_at ELSE excluded.found_at END"
        " WHERE state = 'list' AND excluded.lastmod > coalesce(lastmod, '')",
        [url, source, utc_text(at), dated],
    )


def make_maps_due(db: Database, at: datetime) -> None:
    """Begin a walk through all maps, unless an earlier one has still some to read."""
    db.execute(
        "UPDATE frontier SET due_at = ? WHERE state = 'list' AND source = 'sitemap' AND NOT EXISTS"
        " (SELECT 1 FROM frontier WHERE state = 'list' AND source = 'sitemap'"
        " AND due_at IS NOT NULL)",
        [utc_text(at)],
    )


def make_unread_maps_due(db: Database, at: datetime) -> None:
    """Have the walk through all maps come to those too that were met since it began."""
    db.execute(
        "UPDATE frontier SET due_at = ? WHERE state = 'list' AND source = 'sitemap'"
        " AND last_status IS NULL AND due_at IS NULL",
        [utc_text(at)],
    )


def make_list_due(db: Database, url: str, at: datetime) -> None:
    """Have a list asked for before those that are not due, if it is not due already."""
    db.execute(
        "UPDATE frontier SET due_at = ? WHERE url = ? AND state = 'list' AND due_at IS NULL",
        [utc_text(at), url],
    )


def lists_due(db: Database) -> dict[str, str]:
    """The lists that are due, with the time since when."""
    rows = db.execute(
        "SELECT url, due_at FROM frontier WHERE state = 'list' AND due_at IS NOT NULL"
    )
    return dict(rows.fetchall())


def maps(db: Database) -> list[Map]:
    """Every sitemap that an index ever named."""
    rows = db.execute(
        "SELECT url, due_at IS NOT NULL, last_status FROM frontier"
        " WHERE state = 'list' AND source = 'sitemap'"
    )
    return [
        Map(url, bool(is_due), status is not None, status in NO_MAP) for url, is_due, status in rows
    ]


def forget_validators(db: Database, source: str) -> None:
    """Have the lists of a kind sent whole next time, changed or not."""
    db.execute(
        "UPDATE frontier SET etag = NULL, last_modified = NULL WHERE state = 'list' AND source = ?",
        [source],
    )
