"""The frontier: every address known, what came of it, and when to ask again.

States: `new` not asked yet · `list` a sitemap, feed or section page · `archived` its article is
filed · `duplicate` another address of an article that is asked for elsewhere · `not_article` ·
`redirect` · `gone` · `failed` · `disallowed`. `error` says why. `due_at` is when the address is
asked again; NULL means not before something new is heard of it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlite_utils import Database

from scraper.models import utc_text
from scraper.urls import article_id

State = Literal[
    "new",
    "list",
    "archived",
    "duplicate",
    "not_article",
    "redirect",
    "gone",
    "failed",
    "disallowed",
]

LONGEST_VALIDATOR = 500  # characters of an ETag or Last-Modified


@dataclass(frozen=True, slots=True)
class Address:
    """A row of the frontier, as much of it as a request needs."""

    url: str
    article_id: int | None
    state: State
    attempts: int  # failures in a row
    etag: str  # "" if none was sent
    last_modified: str
    error: str  # why it is in this state; ""


def due_urls(db: Database, run_started: datetime, since: datetime | None, limit: int) -> list[str]:
    """The first `limit` addresses that `next_due` would yield one by one, in its order."""
    urls: list[str] = []
    for where, values in _due(run_started, since):
        rows = db.execute(
            f"SELECT url FROM frontier WHERE {where} ORDER BY article_id DESC LIMIT ?",
            [*values, limit - len(urls)],
        )
        urls += [url for (url,) in rows]
    return urls


def _due(run_started: datetime, since: datetime | None) -> list[tuple[str, list[str]]]:
    """Conditions on the frontier, and their values, in the order in which addresses are asked."""
    dated = " AND (lastmod IS NULL OR lastmod >= ?)" if since else ""
    dated_from = [utc_text(since)] if since else []
    return [
        ("state = 'new' AND backfill = 0" + dated, dated_from),
        ("due_at <= ? AND state <> 'list'" + dated, [utc_text(run_started), *dated_from]),
        ("state = 'new' AND backfill = 1" + dated, dated_from),
    ]


def meet(db: Database, url: str, source: str, at: datetime) -> State:
    """The state of an address that was captured; one not known before is added as `new`."""
    row = db.execute("SELECT state FROM frontier WHERE url = ?", [url]).fetchone()
    if row is None:
        db.execute(
            "INSERT INTO frontier (url, article_id, source, found_at, state)"
            " VALUES (?, ?, ?, ?, 'new')",
            [url, article_id(url), source, utc_text(at)],
        )
    state: State = row[0] if row else "new"
    return state


def next_due(db: Database, run_started: datetime, since: datetime | None) -> Address | None:
    """The address to ask for next: new articles, then due revisits, then backfill, newest first.

    What fell due after `run_started` waits for the next run, so that no run goes round in
    circles. With `since`, addresses whose list dates them earlier are passed over.
    """
    for where, values in _due(run_started, since):
        row = db.execute(
            f"{_SELECT} WHERE {where} ORDER BY article_id DESC LIMIT 1", values
        ).fetchone()
        if row:
            return Address(*row)
    return None


def count_due(db: Database, run_started: datetime, since: datetime | None) -> int:
    """How many addresses `next_due` would yield now."""
    return sum(
        db.execute(f"SELECT count(*) FROM frontier WHERE {where}", values).fetchone()[0]
        for where, values in _due(run_started, since)
    )


def find(db: Database, url: str) -> Address | None:
    """The frontier's row for this address, if it has one."""
    row = db.execute(f"{_SELECT} WHERE url = ?", [url]).fetchone()
    return Address(*row) if row else None


_SELECT = (
    "SELECT url, article_id, state, attempts, coalesce(etag, ''), coalesce(last_modified, ''),"
    " coalesce(error, '') FROM frontier"
)


def settle(
    db: Database,
    url: str,
    state: State,
    *,
    due_at: datetime | None,
    status: int | None,
    error: str = "",
    attempts: int = 0,
) -> None:
    """Mark what came of asking for `url`, which must be in the frontier."""
    db.execute(
        "UPDATE frontier SET state = ?, due_at = ?, last_status = ?, error = ?, attempts = ?"
        " WHERE url = ?",
        [state, utc_text(due_at) if due_at else None, status, error, attempts, url],
    )


def postpone(db: Database, url: str, at: datetime) -> None:
    """Ask for `url` no sooner than a day after `at`."""
    db.execute(
        "UPDATE frontier SET due_at = ?, state = iif(state = 'new', 'failed', state),"
        " error = iif(state = 'new', 'was asked for, and not settled', error) WHERE url = ?",
        [utc_text(at + timedelta(days=1)), url],
    )


def forbid(db: Database, url: str, number: int, why: str, at: str) -> None:
    """Never ask for `url` again, known before or not; `at` is utc_text()."""
    db.execute(
        "INSERT INTO frontier (url, article_id, source, found_at, state, error)"
        " VALUES (?, ?, 'crawl', ?, 'disallowed', ?) ON CONFLICT (url) DO UPDATE SET"
        " source = excluded.source, state = 'disallowed', error = excluded.error, lastmod = NULL,"
        " due_at = NULL, attempts = 0, last_status = NULL, etag = NULL, last_modified = NULL,"
        " backfill = 0",
        [url, number, at, why],
    )


def set_validators(db: Database, url: str, etag: str | None, last_modified: str | None) -> None:
    """Keep what a later conditional request for `url` needs."""
    db.execute(
        "UPDATE frontier SET etag = ?, last_modified = ? WHERE url = ?",
        [_sendable(etag), _sendable(last_modified), url],
    )


def _sendable(validator: str | None) -> str | None:
    """`validator` if it can be sent back: a server may refuse a request of long headers."""
    if validator and len(validator) <= LONGEST_VALIDATOR and validator.isprintable():
        return validator
    return None


def promote_duplicate(db: Database, number: int) -> None:
    """Ask for an article under its newest other address: the one in use has failed for good."""
    db.execute(
        "UPDATE frontier SET state = 'new', error = '' WHERE url = (SELECT url FROM frontier"
        " WHERE article_id = ? AND state = 'duplicate' ORDER BY found_at DESC, url LIMIT 1)",
        [number],
    )
