"""Update the frontier after a fetch: an address's state, and when to ask for it again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from scraper.archive import frontier, revisits, sightings
from scraper.archive.articles import is_archived
from scraper.archive.files import Archive
from scraper.archive.history import address_since, is_gone
from scraper.archive.revisions import GONE_AFTER
from scraper.models import Snapshot, utc_text, utc_time
from scraper.reading import SEEN, Read
from scraper.urls import Site, article_id, canonical


@dataclass(frozen=True, slots=True)
class Context:
    """What filing has to know beside the snapshot itself."""

    site: Site
    revisit_days: Sequence[float]
    run_id: int | None = None


def settle(
    archive: Archive, snapshot: Snapshot, read: Read, context: Context, state: frontier.State
) -> tuple[str, str]:
    """Update the frontier after a fetch. Returns the reason, and a redirect's target."""
    if state == "list":
        pass  # Lists are scheduled by the crawl; nothing to do here.
    elif _is_stale(archive, snapshot):
        _settle_outdated(archive, snapshot, state)
    elif read.reading in SEEN:
        _settle_archived(archive, snapshot, read, context)
    elif says_absent(snapshot, read, context) and (other := _moved_to(archive, snapshot)):
        what = read.detail or "redirects elsewhere"
        _settle_duplicate(archive, snapshot, f"same article as {other}; {what}")
    elif read.reading == "missing":
        _settle_missing(archive, snapshot)
    elif read.reading == "redirect":
        return _settle_redirect(archive, snapshot, context)
    else:
        _settle_not_article(archive, snapshot, read)
    return read.detail, ""


def says_absent(snapshot: Snapshot, read: Read, context: Context) -> bool:
    """True if an answer says that the article is not there, in words or by what it is.

    Most sites answer for an article they took out with a page that is no article, or a redirect
    to one. Other answers (403, a redirect out of the site) are about us, not about the article.
    """
    if read.reading == "redirect":
        target = _target(snapshot, context)
        return context.site.owns(target) and article_id(target) is None
    return read.reading == "missing" or (read.reading == "not_article" and snapshot.status == 200)


def _target(snapshot: Snapshot, context: Context) -> str:
    """The address that a redirect leads to."""
    return canonical(snapshot.location, context.site, base=snapshot.url)


def _settle_outdated(archive: Archive, snapshot: Snapshot, state: frontier.State) -> None:
    """Ask no more for an address that is met for the first time in a capture of long ago.

    The article's later captures have another; that one is asked for.
    """
    if state == "new":
        _settle_duplicate(archive, snapshot, "captured later under another address")


def _settle_duplicate(archive: Archive, snapshot: Snapshot, error: str) -> None:
    """Ask no more for an address whose article has another."""
    frontier.settle(
        archive.db, snapshot.url, "duplicate", due_at=None, status=snapshot.status, error=error
    )


def _settle_archived(archive: Archive, snapshot: Snapshot, read: Read, context: Context) -> None:
    db, number = archive.db, article_id(snapshot.url)
    row = db.execute(
        "SELECT coalesce(published_at, timestamp, first_captured_at), first_captured_at,"
        " last_captured_at FROM articles WHERE id = ?",
        [number],
    ).fetchone()
    if row is None:
        return
    published, first, last = map(utc_time, row)
    due = revisits.next_revisit(context.revisit_days, published, first, last)
    frontier.settle(db, snapshot.url, "archived", due_at=due, status=snapshot.status)
    if read.reading == "text":  # a page cut short must be sent whole next time
        frontier.set_validators(
            db, snapshot.url, snapshot.header("etag"), snapshot.header("last-modified")
        )


def _settle_missing(archive: Archive, snapshot: Snapshot) -> None:
    """A first 404 is looked at again after a day; a second one, then, is `gone`."""
    db, url, at = archive.db, snapshot.url, snapshot.captured_at
    since = _missing_since(archive, snapshot)
    attempts = _attempts(archive, url) + 1
    state: frontier.State = "gone" if at - since >= GONE_AFTER else "failed"
    due = revisits.after_gone(attempts, at) if state == "gone" else since + revisits.SECOND_LOOK
    frontier.settle(
        db,
        url,
        state,
        due_at=due,
        status=snapshot.status,
        error=f"answered {snapshot.status}",
        attempts=attempts,
    )
    if number := article_id(url):
        frontier.promote_duplicate(db, number)


def _moved_to(archive: Archive, snapshot: Snapshot) -> str | None:
    """The address that an article has had since it was at that of `snapshot`."""
    number = article_id(snapshot.url)
    if number is None:
        return None
    return address_since(archive.db, number, snapshot.url, snapshot.captured_at)


def _missing_since(archive: Archive, snapshot: Snapshot) -> datetime:
    """When the row of 404 answers began that this one belongs to."""
    number = article_id(snapshot.url)
    row = archive.db.execute(
        "SELECT min(captured_at) FROM captures WHERE article_id = ? AND reading = 'missing'"
        " AND coalesce(absent_from, ?) = ?"
        " AND captured_at > (SELECT coalesce(max(captured_at), '') FROM captures"
        " WHERE article_id = ? AND reading IN ('text', 'cut', 'unchanged'))",
        [number, snapshot.url, snapshot.url, number],
    ).fetchone()
    return utc_time(row[0]) if row[0] else snapshot.captured_at


def _settle_redirect(archive: Archive, snapshot: Snapshot, context: Context) -> tuple[str, str]:
    """Mark a redirect, and have its target asked for if that is an article of this site.

    Returns why, in words, and the target; "" if that is not to be asked for.
    """
    db, url, at = archive.db, snapshot.url, snapshot.captured_at
    location = snapshot.location
    target = _target(snapshot, context)
    attempts = _attempts(archive, url) + 1
    state: frontier.State = "redirect"
    if not location or not context.site.owns(target) or article_id(target) is None:
        detail = f"redirects to {location or 'nowhere'}, which is no article of this site"
        due: datetime | None = revisits.after_failure(attempts, at)
        if location and context.site.owns(target):
            # Most sites answer like this for a page they took down, some for an hour: look again.
            state, due = _state_of_absent(archive, snapshot, attempts, state)
    elif sightings.is_circle(db, url, target):
        detail = f"redirects in a circle, to {target}"
        due = revisits.after_failure(attempts, at)
    else:
        detail, due, attempts = f"redirects to {target}", None, 0
    if target == url and is_archived(db, article_id(url) or 0):
        state = "archived"  # To https, or to its own host: both are one address to us.
    frontier.settle(
        db, url, state, due_at=due, status=snapshot.status, error=detail, attempts=attempts
    )
    if due is None:
        sightings.follow(db, target, at)
    return detail, "" if due else target


def _settle_not_article(archive: Archive, snapshot: Snapshot, read: Read) -> None:
    """Mark a page that is no article, refuses us, or could not be read as one.

    An article that is archived stays so: what answered in its place says nothing of its text.
    """
    db, url, at = archive.db, snapshot.url, snapshot.captured_at
    number = article_id(url)
    is_failure = read.reading in ("unreadable", "refused")
    state: frontier.State = "failed" if is_failure else "not_article"
    if number is not None and is_archived(db, number):
        state = "archived"
    attempts = _attempts(archive, url) + 1
    due = revisits.after_failure(attempts, at) if number is not None else None
    if read.reading == "not_article" and snapshot.status == 200:
        state, due = _state_of_absent(archive, snapshot, attempts, state)
    frontier.settle(
        db,
        url,
        state,
        due_at=due,
        status=snapshot.status,
        error=read.detail,
        attempts=attempts,
    )


def _state_of_absent(
    archive: Archive, snapshot: Snapshot, attempts: int, state: frontier.State
) -> tuple[frontier.State, datetime | None]:
    """The state of an address without its article, and when to ask for it again."""
    number, at = article_id(snapshot.url), snapshot.captured_at
    if number is None:
        return state, None
    frontier.promote_duplicate(archive.db, number)
    if is_gone(archive.db, number):
        # This took four failures, a 404 takes two: start the longer waits at the same point.
        return "gone", revisits.after_gone(attempts - 3, at)
    return state, revisits.after_failure(attempts, at)


def _attempts(archive: Archive, url: str) -> int:
    row = archive.db.execute("SELECT attempts FROM frontier WHERE url = ?", [url]).fetchone()
    return int(row[0])


def _is_stale(archive: Archive, snapshot: Snapshot) -> bool:
    """True if the archive holds a later capture: this one does not say how the page is now."""
    row = archive.db.execute(
        "SELECT max(captured_at) FROM captures WHERE article_id = ?", [article_id(snapshot.url)]
    ).fetchone()
    return bool(row[0] and row[0] > utc_text(snapshot.captured_at))
