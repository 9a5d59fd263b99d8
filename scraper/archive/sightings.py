"""Addresses of articles as lists and redirects name them -> the frontier."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from scraper.models import utc_text, utc_time
from scraper.urls import article_id

MOST_REDIRECTS = 5
# A page that is gone, but is named by a list, is looked for again so soon: it may be back.
NAMED_AGAIN = timedelta(days=7)


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
    """True if following `url` to `target` leads back, or on and on through one article's names."""
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
