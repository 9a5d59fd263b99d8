"""Asking the site's lists which articles there are: sitemaps, feeds, section pages.

A normal run asks for the sitemap index, the maps that can still change, the feeds, and one
section page in turn (each one at first). `--full` asks for every map; the maps not yet read when
half its time is over are due in the runs after it, so that no paper's lists keep a run from its
articles. All are conditional requests: a list that did not change costs one empty answer.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from scraper.archive import frontier
from scraper.archive.frontier import Sighting
from scraper.archive.runs import Run
from scraper.archive.schema import write
from scraper.config import Settings
from scraper.discover import Found, month_of_map, read_feed, read_section, read_sitemap
from scraper.errors import FetchError, UnreadableList
from scraper.fetch import Fetcher
from scraper.models import Snapshot
from scraper.progress import Progress
from scraper.urls import Site, article_id, canonical

NEWEST_MAPS = 2  # monthly maps that are always asked: this month's and the last one's
LATE = timedelta(days=40)  # an article whose list dates it earlier is backfill, not news
DEEPEST_INDEX = 3  # sitemap indexes within sitemap indexes

Reader = Callable[[Snapshot, Site], Iterator[Found]]


@dataclass(frozen=True, slots=True)
class ListFailure:
    """A list that could not be read."""

    url: str
    reason: str


class Survey:
    """What the lists of one run told."""

    def __init__(
        self, db: Database, fetcher: Fetcher, site: Site, at: datetime, progress: Progress
    ) -> None:
        self.db, self.at = db, at
        self.found = 0  # articles not known before
        self.failures: list[ListFailure] = []
        self._fetcher, self._site, self._progress = fetcher, site, progress
        self._asked: set[str] = set()

    def addresses(self, stated: Iterable[str]) -> list[str]:
        """Canonical addresses of lists as config.toml or robots.txt states them, each once."""
        found = dict.fromkeys(canonical(address, self._site) for address in stated)
        return [url for url in found if self._site.owns(url)]

    def was_asked(self, url: str) -> bool:
        """Whether this run has asked for the list at `url`."""
        return url in self._asked

    def read(self, url: str, source: str, reader: Reader) -> None:
        """Ask for one list, and note the articles and the further lists that it names."""
        if url in self._asked:
            return
        self._asked.add(url)
        self._progress.note(f"list {url}")
        frontier.add_list(self.db, url, source, self.at)
        try:
            snapshot = self._ask(url)
            if snapshot.status == 200:
                self._note(reader(snapshot, self._site), source)
            self._settle(url, snapshot)
        except (FetchError, UnreadableList) as e:
            self.failures.append(ListFailure(url, e.reason))
            frontier.settle(self.db, url, "list", due_at=self.at, status=None, error=e.reason)

    def _ask(self, url: str) -> Snapshot:
        """The list at `url`, or where that leads within the site."""
        known = frontier.find(self.db, url)
        snapshot = self._fetcher.get(
            url,
            etag=known.etag if known else "",
            last_modified=known.last_modified if known else "",
            kind="list",
        )
        for _ in range(frontier.MOST_REDIRECTS):
            if not (snapshot.is_redirect and snapshot.location):
                break
            target = canonical(snapshot.location, self._site, snapshot.url)
            snapshot = self._fetcher.get(target, kind="list")
        return snapshot

    def _note(self, found: Iterable[Found], source: str) -> None:
        """File what a list names. Raises UnreadableList at its end, where it broke off.

        All of it before the list is settled: one that has not changed tells nothing again.
        """
        broken: list[UnreadableList] = []
        with write(self.db):
            sightings = self._sightings(_readable(found, broken), source)
            self.found += frontier.remember(self.db, sightings, self.at)
        for error in broken:
            raise error

    def _settle(self, url: str, snapshot: Snapshot) -> None:
        ok = snapshot.status in (200, 304)
        reason = "" if ok else f"answered {snapshot.status}"
        if not ok:
            self.failures.append(ListFailure(url, reason))
        frontier.settle(self.db, url, "list", due_at=None, status=snapshot.status, error=reason)
        if snapshot.status == 200:
            frontier.set_validators(
                self.db, url, snapshot.header("etag"), snapshot.header("last-modified")
            )

    def _sightings(self, found: Iterable[Found], source: str) -> Iterator[Sighting]:
        for entry in found:
            if entry.is_list:
                frontier.add_list(self.db, entry.url, "sitemap", self.at, entry.lastmod)
            elif article_id(entry.url) is not None:
                late = entry.lastmod is not None and self.at - entry.lastmod > LATE
                yield Sighting(entry.url, entry.lastmod, source, backfill=late)


def _readable(found: Iterable[Found], broken: list[UnreadableList]) -> Iterator[Found]:
    """What can be read of a list; the error that ends it goes into `broken`."""
    try:
        yield from found
    except UnreadableList as e:
        broken.append(e)


def read_lists(
    db: Database,
    fetcher: Fetcher,
    settings: Settings,
    run: Run,
    progress: Progress,
    *,
    full: bool = False,
    since: datetime | None = None,
) -> Survey:
    """Ask the lists of this run, and note in the frontier what they name."""
    # Once a day robots.txt has been asked for too. One list then waits for the next run: last
    # month's map or the section page.
    waiting = ("map", "section")[run.id % 2] if fetcher.requests and not full else ""
    newest = NEWEST_MAPS - (waiting == "map")
    survey = Survey(db, fetcher, settings.site.site, run.started_at, progress)
    for feed in survey.addresses(settings.site.feeds):
        survey.read(feed, "feed", read_feed)
    for index in survey.addresses([*settings.site.sitemaps, *fetcher.robots.sitemaps]):
        survey.read(index, "index", read_sitemap)
    for_lists = fetcher.pace.seconds_left() / 2
    for url in _maps_in_turn(survey, newest, full=full, since=since):
        if fetcher.pace.seconds_left() < for_lists:
            break
        survey.read(url, "sitemap", read_sitemap)
    sections = survey.addresses(settings.site.sections)
    if not full and not survey.failures:
        sections = _in_turn(db, sections, run.id, waits=waiting == "section")
    for section in sections:
        survey.read(section, "section", read_section)
    return survey


def _maps_in_turn(
    survey: Survey, newest: int, *, full: bool, since: datetime | None
) -> Iterator[str]:
    """The maps to ask for, and after them those that they name, being indexes themselves."""
    if full:
        frontier.make_maps_due(survey.db, survey.at)
    for _ in range(DEEPEST_INDEX):
        if full:
            frontier.make_unread_maps_due(survey.db, survey.at)
        asked = [url for url in _maps_to_ask(survey.db, newest, since) if not survey.was_asked(url)]
        if not asked:
            return
        yield from asked


def _maps_to_ask(db: Database, newest: int, since: datetime | None) -> list[str]:
    """The maps that can have changed, or are due, newest month first."""
    known = [(month_of_map(row.url) or (0, 0), row) for row in frontier.maps(db)]
    months = sorted({month for month, _ in known if month != (0, 0)}, reverse=True)
    changing, unread = months[:newest], months[newest:NEWEST_MAPS]
    first = (since.year, since.month) if since else (0, 0)
    return [
        row.url
        for month, row in sorted(known, key=lambda one: one[0], reverse=True)
        if month in changing
        or (month in unread and not row.was_read)
        or (row.is_due and (month == (0, 0) or month >= first))
        or (month == (0, 0) and not row.was_read)
    ]


def _in_turn(db: Database, sections: list[str], turn: int, *, waits: bool) -> list[str]:
    """The sections never asked yet; when there are none left, one after the other, one a run."""
    unread = [url for url in sections if frontier.find(db, url) is None]
    if unread or waits or not sections:
        return unread
    return [sections[turn % len(sections)]]
