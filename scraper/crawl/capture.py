"""Capturing article addresses: ask for one, store the answer, and file what it says."""

from collections.abc import Callable, Iterator, Sequence

from scraper.archive import frontier, revisits, sightings, snapshots, tombstones
from scraper.archive.files import Archive, write
from scraper.archive.filing import Filing, file_read
from scraper.archive.frontier import Address
from scraper.archive.runs import Run
from scraper.config import Settings
from scraper.crawl.session import Crawl, now, open_run
from scraper.errors import (
    FetchError,
    OutsideSite,
    Refused,
    RobotsDisallowed,
    SiteUnavailable,
    Transient,
)
from scraper.models import Snapshot
from scraper.progress import Progress
from scraper.reading import read_snapshot
from scraper.urls import article_id, canonical


def add_urls(
    archive: Archive,
    settings: Settings,
    urls: Sequence[str],
    progress: Progress,
    stop: Callable[[], bool] = lambda: False,
) -> tuple[Run, list[Filing]]:
    """Capture these article addresses now, and follow each one's redirects within the site.

    Raises OutsideSite for an address that is no article of the site, before anything is asked.
    """
    site = settings.site.site
    wanted = [canonical(url, site) for url in urls]
    for given, url in zip(urls, wanted, strict=True):
        if not site.owns(url) or article_id(url) is None:
            raise OutsideSite(given, f"no article address of {site.base_url}")
        if tombstone := tombstones.find(archive.snapshots, article_id(url)):
            raise Refused(given, str(tombstone))
    filings: list[Filing] = []
    with open_run(archive, settings, "add", settings.crawl.max_minutes, progress, stop) as crawl:
        crawl.fetcher.read_robots()
        progress.expect(len(wanted))
        with write(archive.db):
            met = [sightings.Sighting(url, None, "add") for url in wanted]
            crawl.count(found=sightings.remember(archive.db, met, crawl.run.started_at))
        for url in wanted:
            filings += _capture_now(crawl, url)
    return crawl.run, filings


def _capture_now(crawl: Crawl, url: str) -> Iterator[Filing]:
    """Capture `url`, and what it redirects to within the site."""
    for _ in range(sightings.MOST_REDIRECTS):
        address = frontier.find(crawl.archive.db, url)
        if address is None or tombstones.find(crawl.archive.db, address.article_id):
            return
        filing = capture(crawl, address)
        if filing is None:
            return
        yield filing
        if filing.kind != "redirect" or not filing.target:
            return
        url = filing.target


def capture(crawl: Crawl, address: Address) -> Filing | None:
    """Ask for one address and file the answer; None if there was none."""
    # Only what is filed may be asked for conditionally: a 304 brings no text.
    snapshot = ask(crawl, address, conditionally=address.state == "archived")
    if snapshot is None:
        crawl.save()
        return None
    return file(crawl, snapshot)


def ask(crawl: Crawl, address: Address, *, conditionally: bool) -> Snapshot | None:
    """Ask for one address. If that fails, record the failure and return None."""
    url = address.url
    try:
        return crawl.fetcher.get(
            url,
            etag=address.etag if conditionally else "",
            last_modified=address.last_modified if conditionally else "",
        )
    except RobotsDisallowed as e:
        _settle(crawl, address, "disallowed", e)
    except OutsideSite as e:
        _settle(crawl, address, "not_article", e)
    except Refused as e:
        refused = Refused(url, f"refused: {e.reason}")
        _settle(crawl, address, "failed", refused)
        crawl.fail(url, "refused", refused.reason)
        crawl.fetcher.standing.note_refused(refused)
    except Transient as e:
        _settle(crawl, address, "failed", e)
        crawl.fail(url, "fetch", e.reason)
    except SiteUnavailable as e:
        if isinstance(e.__cause__, Transient) and e.__cause__.url == url:
            _settle(crawl, address, "failed", e.__cause__)
            crawl.fail(url, "fetch", e.__cause__.reason)
        raise
    return None


def file(crawl: Crawl, snapshot: Snapshot) -> Filing:
    """Store an answer, then file what it says, and count it in one transaction with that."""
    snapshot_id = snapshots.store(crawl.archive.snapshots, snapshot)
    read = read_snapshot(snapshot)
    with write(crawl.archive.db):
        filing = file_read(crawl.archive, snapshot_id, snapshot, read, crawl.context)
        _count_filing(crawl, filing)
        crawl.save()
    crawl.progress.step(str(filing), url=filing.url)
    if filing.kind == "refused":
        crawl.fetcher.standing.note_refused(Refused(filing.url, read.detail))
    elif filing.kind not in ("not_article", "unreadable"):
        crawl.fetcher.standing.note_welcome()
    return filing


def _settle(crawl: Crawl, address: Address, state: frontier.State, error: FetchError) -> None:
    """Mark an address that gave no snapshot; an article that is archived stays so."""
    attempts = address.attempts + 1
    with write(crawl.archive.db):
        frontier.settle(
            crawl.archive.db,
            address.url,
            "archived" if address.state == "archived" else state,
            due_at=revisits.after_failure(attempts, now(crawl.clock)),
            status=error.status if isinstance(error, Transient) else None,
            error=error.reason,
            attempts=attempts,
        )
    crawl.progress.step(f"{address.url}: {error.reason}", url=address.url)


def _count_filing(crawl: Crawl, filing: Filing) -> None:
    failed = filing.kind in ("unreadable", "refused")
    crawl.count(
        fetched=not failed,
        new_articles=filing.kind == "new",
        new_revisions=filing.kind == "changed",
        unchanged=filing.kind == "unchanged",
        not_articles=filing.kind == "not_article",
        failed=failed,
    )
    crawl.cut_short += filing.is_cut
    crawl.refused += filing.kind == "refused"
    crawl.missing += filing.kind == "missing"
    crawl.redirects += filing.kind == "redirect"
