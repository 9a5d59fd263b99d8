"""The frontier: every address known, what came of it, and when to ask again.

States: `new` not asked yet · `list` a sitemap, feed or section page · `archived` its article is
filed · `duplicate` another address of an article that is asked for elsewhere · `not_article` ·
`redirect` · `gone` · `failed` · `disallowed`. `error` says why. `due_at` is when the address is
asked again; NULL means not before something new is heard of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlite_utils import Database

from scraper.models import utc_text, utc_time
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

# An address that failed is asked again after these days; the last repeats. Each is worth one
# request: a page that is only lost for a week is not lost.
FAILURE_DAYS = (0.25, 1, 7, 30)
MOST_REDIRECTS = 5
NO_MAP = (404, 410)  # statuses of a list that is not there
LONGEST_VALIDATOR = 500  # characters of an ETag or Last-Modified
# A page is `gone` once a second 404 comes this much later; cron wanders by minutes.
SECOND_LOOK = timedelta(days=1)
# One that a list names all the same is looked for again so soon: it may be back.
NAMED_AGAIN = timedelta(days=7)


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


@dataclass(frozen=True, slots=True)
class Sighting:
    """One mention of an article's address in a list."""

    url: str  # canonical
    lastmod: datetime | None
    source: str  # "sitemap", "feed", "section", "redirect", "add", "import"
    backfill: bool = False  # named by an old list: asked for last


def remember(db: Database, sightings: Iterable[Sighting], at: datetime) -> int:
    """Note addresses met in a list, inside the caller's transaction; how many articles are new.

    The number names the article: a second address of a known one becomes `duplicate`. A
    `lastmod` later than our last capture makes a known article due, unless the one before it was
    wrong: then not before its text has been the same for twice as long.
    """
    return sum(_remember(db, sighting, at) for sighting in sightings)


def _remember(db: Database, sighting: Sighting, at: datetime) -> bool:
    lastmod = utc_text(sighting.lastmod) if sighting.lastmod else None
    row = db.execute(
        "SELECT lastmod, backfill, state FROM frontier WHERE url = ?", [sighting.url]
    ).fetchone()
    if row:
        known_lastmod, backfill, state = row
        if lastmod and lastmod > (known_lastmod or ""):
            db.execute("UPDATE frontier SET lastmod = ? WHERE url = ?", [lastmod, sighting.url])
            _make_due(db, article_id(sighting.url), lastmod, at, known_lastmod or "")
        if backfill and state == "new" and not sighting.backfill:
            db.execute("UPDATE frontier SET backfill = 0 WHERE url = ?", [sighting.url])
        if state == "gone":
            _look_again(db, sighting.url, at)
        return False
    number = article_id(sighting.url)
    twin = _address_in_use(db, number)
    db.execute(
        "INSERT INTO frontier (url, article_id, source, found_at, lastmod, state, error, backfill)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            sighting.url,
            number,
            sighting.source,
            utc_text(at),
            lastmod,
            "duplicate" if twin else "new",
            f"same article as {twin}" if twin else "",
            sighting.backfill,
        ],
    )
    if twin and lastmod:
        _make_due(db, number, lastmod, at)
    return twin is None


def _address_in_use(db: Database, number: int | None) -> str | None:
    """The address under which an article is asked for, if it is known."""
    row = db.execute(
        "SELECT url FROM frontier WHERE article_id = ? AND state NOT IN ('duplicate', 'redirect')",
        [number],
    ).fetchone()
    return row[0] if row else None


def _look_again(db: Database, url: str, at: datetime) -> None:
    """Have an article that is gone, but is named by a list, looked for some days after the last."""
    (last,) = db.execute(
        "SELECT max(captured_at) FROM captures WHERE article_id = ?", [article_id(url)]
    ).fetchone()
    due = utc_text(utc_time(last) + NAMED_AGAIN if last else at)
    db.execute("UPDATE frontier SET due_at = ? WHERE url = ? AND due_at > ?", [due, url, due])


def _make_due(
    db: Database, number: int | None, lastmod: str, at: datetime, said_before: str = ""
) -> None:
    """Ask again for an article whose list says it changed after our last capture."""
    row = db.execute(
        "SELECT last_captured_at, (SELECT max(captured_at) FROM revisions WHERE article_id = ?)"
        " FROM articles WHERE id = ?",
        [number, number],
    ).fetchone()
    if row:
        last, changed = row
        if last >= lastmod:
            return
        if changed < min(last, said_before):
            # The list said so before, and there was nothing: some lists date all they name today.
            at = max(at, utc_time(last) + (utc_time(last) - utc_time(changed)))
    db.execute(
        "UPDATE frontier SET due_at = ? WHERE article_id = ? AND state IN ('archived', 'gone',"
        " 'not_article') AND (due_at IS NULL OR due_at > ?)",
        [utc_text(at), number, utc_text(at)],
    )


def is_circle(db: Database, url: str, target: str) -> bool:
    """Whether following `url` to `target` leads back, or on and on through one article's names."""
    if target == url:
        return True
    followed = db.execute(
        "SELECT count(*), max(url = ?) FROM frontier WHERE state = 'redirect' AND article_id = ?",
        [target, article_id(target)],
    ).fetchone()
    return bool(followed[0] > MOST_REDIRECTS or followed[1])


def follow(db: Database, target: str, at: datetime) -> None:
    """Ask for the target of a redirect, even if it is another address of a known article."""
    remember(db, [Sighting(target, None, "redirect")], at)
    db.execute(
        "UPDATE frontier SET state = 'new', error = '' WHERE url = ? AND state = 'duplicate'"
        " AND article_id NOT IN (SELECT article_id FROM withdrawals)",
        [target],
    )


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
    """The state of an address that was captured; `new` for one not known before, as it now is."""
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


def forget_validators(db: Database, source: str) -> None:
    """Have the lists of a kind sent whole next time, changed or not."""
    db.execute(
        "UPDATE frontier SET etag = NULL, last_modified = NULL WHERE state = 'list' AND source = ?",
        [source],
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


def after_failure(attempts: int, at: datetime) -> datetime:
    """When to ask again an address that has now failed `attempts` times in a row."""
    return at + timedelta(days=FAILURE_DAYS[min(attempts, len(FAILURE_DAYS)) - 1])


def after_gone(attempts: int, at: datetime) -> datetime:
    """When to ask again for a page that is gone, in case it comes back: rarer each time."""
    return at + timedelta(days=min(30 * 2 ** max(attempts - 2, 0), 365))


def next_revisit(
    days: Sequence[float], published: datetime, first_captured: datetime, at: datetime
) -> datetime:
    """When to look at an article again that was seen at `at`.

    `days` count from the first capture. A step shorter than a tenth of the article's age at
    that capture is left out: nobody edits an article of ten years ago tomorrow, and asking
    would only burden the server. The last step repeats.
    """
    age = first_captured - published
    for step in map(timedelta, sorted(days)):
        if step >= age / 10 and first_captured + step > at:
            return first_captured + step
    return at + timedelta(days=max(days))
