"""Asking the site's lists which articles there are: sitemaps, feeds, section pages.

A run asks for the feeds, the sitemap index, the maps that can still change or may have changed
since maps were last read, and one section page in turn (each one at first). `--full` asks for every
map. Lists that a run does not reach come first in the next. All are conditional requests: a list
that did not change costs one empty answer.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Literal

from sqlite_utils import Database

from scraper.archive import frontier, known_lists, sightings
from scraper.archive.files import write
from scraper.archive.runs import Run, count_crawls
from scraper.archive.sightings import Sighting
from scraper.config import Settings
from scraper.crawl.discover import (
    ListedAddresses,
    read_feed,
    read_more,
    read_section,
    read_sitemap,
)
from scraper.crawl.monthly_maps import maps_to_ask, note_months
from scraper.errors import (
    DoubtfulList,
    FetchError,
    Refused,
    SiteUnavailable,
    Transient,
    UnreadableList,
)
from scraper.http.fetcher import Fetcher
from scraper.http.refusals import refusal
from scraper.http.robots import Rules
from scraper.models import Snapshot, utc_text
from scraper.progress import Progress
from scraper.urls import Site, article_id, canonical

LATE = timedelta(days=40)  # an article whose list dates it earlier is backfill, not news
DEEPEST_INDEX = 3  # sitemap indexes within sitemap indexes
BATCH = 1000  # addresses of a list that are filed in one transaction

Reader = Callable[[Snapshot, Site], Iterator[ListedAddresses]]
READERS: dict[str, Reader] = {
    "feed": read_feed,
    "more": read_more,
    "index": read_sitemap,
    "sitemap": read_sitemap,
    "section": read_section,
}


@dataclass(frozen=True, slots=True)
class ListFailure:
    """A list that could not be read."""

    url: str
    reason: str
    kind: Literal["list", "refused"]


@dataclass(frozen=True, slots=True)
class ListAddress:
    """A list to ask for."""

    url: str
    source: str  # a key of READERS; as in `frontier.source`


class Survey:
    """The lists of one run: which to ask for next, and what they named."""

    def __init__(
        self,
        db: Database,
        fetcher: Fetcher,
        settings: Settings,
        run: Run,
        progress: Progress,
        *,
        full: bool = False,
        since: datetime | None = None,
    ) -> None:
        self.db, self.at = db, run.started_at
        self.found = 0  # articles not known before
        self.failures: list[ListFailure] = []
        self.named: set[str] = set()  # maps that an index names
        self._fetcher, self._site, self._progress = fetcher, settings.site.site, progress
        self._settings, self._full, self._since = settings, full, since
        self._asked: set[str] = set()
        self._next: ListAddress | None = None
        self._next_of: Rules | None = None  # robots.txt when `_next` was found; None: find it anew
        self._depth: dict[str, int] = {}  # indexes above a map that one of them names
        self._sections = self._sections_in_turn(count_crawls(db, run.id))
        if full:
            known_lists.make_maps_due(db, self.at)

    def next(self) -> ListAddress | None:
        """The list to ask for next: what the last run did not reach first; None after the last."""
        robots = self._fetcher.robots
        if self._next_of is not robots:  # no article changes which list it is
            left = self._left()
            due = known_lists.lists_due(self.db)
            now = utc_text(self.at)
            # Ties are broken by the order of `left`.
            self._next = min(left, key=lambda one: due.get(one.url, now), default=None)
            self._next_of = robots
        return self._next

    def end(self) -> None:
        """Have the lists that were not reached asked for first in the next run."""
        left = self._left()
        for one in left:
            known_lists.add_list(self.db, one.url, one.source, self.at)
            known_lists.make_list_due(self.db, one.url, self.at)
        if not any(one.source in ("index", "sitemap") for one in left):
            note_months(self.db)

    def _left(self) -> list[ListAddress]:
        site, in_robots = self._settings.site, self._fetcher.robots.sitemaps
        if self._full:
            known_lists.make_unread_maps_due(self.db, self.at)
        asked_maps = maps_to_ask(self.db, self.named, self._since)
        maps = [url for url in asked_maps if self._depth.get(url, 1) <= DEEPEST_INDEX]
        sections = site.sections if self._full or self.failures else self._sections
        stated: list[tuple[str, Iterable[str]]] = [
            ("feed", site.feeds),
            ("more", site.more),
            ("index", [*site.sitemaps, *in_robots]),
            ("sitemap", maps),
            ("section", sections),
        ]
        lists = {
            url: ListAddress(url, source)
            for source, addresses in reversed(stated)
            for url in reversed(self._addresses(addresses))
            if url not in self._asked
        }
        return list(reversed(lists.values()))

    def _addresses(self, stated: Iterable[str]) -> list[str]:
        """Canonical addresses of lists as config.toml or robots.txt states them, each once."""
        found = dict.fromkeys(canonical(address, self._site) for address in stated)
        return [url for url in found if self._site.owns(url)]

    def _sections_in_turn(self, turn: int) -> list[str]:
        """The sections never asked yet; if there are none left, one a run, and those due."""
        sections = self._addresses(self._settings.site.sections)
        if not sections:
            return []
        unread = [url for url in sections if frontier.find(self.db, url) is None]
        due = known_lists.lists_due(self.db)
        return unread or [
            url for url in sections if url in due or url == sections[turn % len(sections)]
        ]

    def read(self, one: ListAddress) -> None:
        """Ask for one list, and note the articles and the further lists that it names.

        Raises SiteUnavailable if its failure is one too many in a row; it is noted then, too.
        """
        self._asked.add(one.url)
        self._next_of = None
        self._progress.note(f"list {one.url}", one.url)
        known_lists.add_list(self.db, one.url, one.source, self.at)
        try:
            snapshot = self._ask(one.url)
            if why := refusal(snapshot):
                refused = Refused(one.url, f"refused: {why}")
                self._settle_failed(one.url, refused.reason, kind="refused", due_at=self.at)
                self._fetcher.standing.note_refused(refused, "list")
                return
            doubt = ""
            if snapshot.status == 200:
                doubt = self._note(READERS[one.source](snapshot, self._site), one)
            self._settle(one, snapshot, doubt)
        except (FetchError, UnreadableList) as e:
            self._settle_failed(one.url, e.reason, due_at=self.at)
        except SiteUnavailable as e:
            if isinstance(e.__cause__, Transient):
                self._settle_failed(one.url, e.__cause__.reason, due_at=self.at)
            raise

    def _ask(self, url: str) -> Snapshot:
        """The list at `url`, or at the address it redirects to within the site."""
        known = frontier.find(self.db, url)
        snapshot = self._fetcher.get(
            url,
            etag=known.etag if known else "",
            last_modified=known.last_modified if known else "",
            kind="list",
        )
        for _ in range(sightings.MOST_REDIRECTS):
            if not (snapshot.is_redirect and snapshot.location):
                break
            target = canonical(snapshot.location, self._site, snapshot.url)
            snapshot = self._fetcher.get(target, kind="list")
        return snapshot

    def _note(self, found: Iterator[ListedAddresses], one: ListAddress) -> str:
        """File what a list names; the doubt about it, "" if there is none.

        All of it before the list is settled: a list that has not changed is not sent again. In
        batches, so that no transaction is long, and the end of the run is noticed between two.
        Raises UnreadableList at the end, if the list broke off.
        """
        depth = self._depth.get(one.url, 0 if one.source == "index" else 1) + 1
        while True:
            batch: list[ListedAddresses] = []
            error: UnreadableList | None = None
            try:
                for entry in islice(found, BATCH):
                    batch.append(entry)
            except UnreadableList as e:
                error = e
            with write(self.db):
                met = self._sightings(batch, one.source, depth)
                self.found += sightings.remember(self.db, met, self.at)
            if isinstance(error, DoubtfulList):
                return error.reason
            if error:
                raise error
            if len(batch) < BATCH:
                return ""
            self._fetcher.pace.check()

    def _settle(self, one: ListAddress, snapshot: Snapshot, doubt: str) -> None:
        if snapshot.status not in (200, 304):
            reason = f"answered {snapshot.status}"
            self._settle_failed(one.url, reason, status=snapshot.status)
            if one.source == "sitemap" and snapshot.status in known_lists.NO_MAP:
                # Whether there should be such a map, the index must say again, and in full.
                known_lists.forget_validators(self.db, "index")
            return
        if snapshot.status == 304 and (known := frontier.find(self.db, one.url)):
            doubt = known.error  # of the same list
        frontier.settle(self.db, one.url, "list", due_at=None, status=snapshot.status, error=doubt)
        if doubt:
            self._progress.note(f"{one.url}: {doubt}", one.url)
        if snapshot.status == 200:
            frontier.set_validators(
                self.db, one.url, snapshot.header("etag"), snapshot.header("last-modified")
            )

    def _settle_failed(
        self,
        url: str,
        reason: str,
        *,
        kind: Literal["list", "refused"] = "list",
        status: int | None = None,
        due_at: datetime | None = None,
    ) -> None:
        self.failures.append(ListFailure(url, reason, kind))
        known = frontier.find(self.db, url)
        attempts = known.attempts + 1 if known else 1
        frontier.settle(
            self.db, url, "list", due_at=due_at, status=status, error=reason, attempts=attempts
        )

    def _sightings(
        self, found: Iterable[ListedAddresses], source: str, depth: int
    ) -> Iterator[Sighting]:
        for entry in found:
            if entry.is_list:
                self.named.add(entry.url)
                self._depth.setdefault(entry.url, depth)
                known_lists.add_list(self.db, entry.url, "sitemap", self.at, entry.lastmod)
            elif article_id(entry.url) is not None:
                late = entry.lastmod is not None and self.at - entry.lastmod > LATE
                yield Sighting(entry.url, entry.lastmod, source, backfill=late)
