"""Asking the site's lists which articles there are: sitemaps, feeds, section pages.

A normal run asks for the sitemap index, the maps that can still change or may have changed since
maps were last read, the feeds, and one section page in turn (each one at first). `--full` asks for
every map; the maps not yet read when half its time is over are due in the runs after it, so that no
paper's lists keep a run from its articles. All are conditional requests: a list that did not change
costs one empty answer.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from scraper.archive import frontier
from scraper.archive.files import write
from scraper.archive.frontier import Map, Sighting
from scraper.archive.runs import Run, read_mark, set_mark
from scraper.config import Settings
from scraper.crawl.discover import (
    ListedAddresses,
    month_of_map,
    read_feed,
    read_section,
    read_sitemap,
)
from scraper.errors import FetchError, UnreadableList
from scraper.http.fetcher import Fetcher
from scraper.models import Snapshot
from scraper.progress import Progress
from scraper.urls import Site, article_id, canonical

NEWEST_MAPS = 2  # monthly maps that are always asked: this month's and the last one's
LATE = timedelta(days=40)  # an article whose list dates it earlier is backfill, not news
DEEPEST_INDEX = 3  # sitemap indexes within sitemap indexes
MONTHS_MARK = "maps_read"  # 202701: the newest month when all maps from then on were last read

Reader = Callable[[Snapshot, Site], Iterator[ListedAddresses]]


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
        self.named: set[str] = set()  # lists that an index names
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
            self._settle(url, source, snapshot)
        except (FetchError, UnreadableList) as e:
            self._settle_failed(url, e.reason, status=None, due_at=self.at)

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

    def _note(self, found: Iterable[ListedAddresses], source: str) -> None:
        """File what a list names. Raises UnreadableList at its end, where it broke off.

        All of it before the list is settled: one that has not changed tells nothing again.
        """
        broken: list[UnreadableList] = []
        with write(self.db):
            sightings = self._sightings(_readable(found, broken), source)
            self.found += frontier.remember(self.db, sightings, self.at)
        for error in broken:
            raise error

    def _settle(self, url: str, source: str, snapshot: Snapshot) -> None:
        if snapshot.status not in (200, 304):
            reason = f"answered {snapshot.status}"
            self._settle_failed(url, reason, status=snapshot.status, due_at=None)
            if source == "sitemap" and snapshot.status in frontier.NO_MAP:
                # Whether there should be such a map, the index must say again, and in full.
                frontier.forget_validators(self.db, "index")
            return
        frontier.settle(self.db, url, "list", due_at=None, status=snapshot.status)
        if snapshot.status == 200:
            frontier.set_validators(
                self.db, url, snapshot.header("etag"), snapshot.header("last-modified")
            )

    def _settle_failed(
        self, url: str, reason: str, *, status: int | None, due_at: datetime | None
    ) -> None:
        self.failures.append(ListFailure(url, reason))
        known = frontier.find(self.db, url)
        attempts = known.attempts + 1 if known else 1
        frontier.settle(
            self.db, url, "list", due_at=due_at, status=status, error=reason, attempts=attempts
        )

    def _sightings(self, found: Iterable[ListedAddresses], source: str) -> Iterator[Sighting]:
        for entry in found:
            if entry.is_list:
                self.named.add(entry.url)
                frontier.add_list(self.db, entry.url, "sitemap", self.at, entry.lastmod)
            elif article_id(entry.url) is not None:
                late = entry.lastmod is not None and self.at - entry.lastmod > LATE
                yield Sighting(entry.url, entry.lastmod, source, backfill=late)


def _readable(
    found: Iterable[ListedAddresses], broken: list[UnreadableList]
) -> Iterator[ListedAddresses]:
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
    waiting = ""
    if fetcher.requests and not full:
        waiting = ("map", "section")[_next_turn(db, "list_turn") % 2]
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
    else:
        _note_months(survey)
    sections = survey.addresses(settings.site.sections)
    if not full and not survey.failures:
        sections = _in_turn(db, sections, waits=waiting == "section")
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
        asked = [url for url in _maps_to_ask(survey, newest, since) if not survey.was_asked(url)]
        if not asked:
            return
        yield from asked


def _maps_to_ask(survey: Survey, newest: int, since: datetime | None) -> list[str]:
    """The maps that can have changed, or are due, newest month first."""
    known = [
        (month, row)
        for month, row in _months(survey.db)
        if not row.is_missing or row.is_due or row.url in survey.named
    ]
    months = sorted({month for month, _ in known if month != (0, 0)}, reverse=True)
    changing, unread = months[:newest], months[newest:NEWEST_MAPS]
    # After weeks without a run, what came out since stands in more maps than the newest.
    if last_read := read_mark(survey.db, MONTHS_MARK):
        changing += [month for month in months[newest:] if _number(month) >= last_read]
    first = (since.year, since.month) if since else (0, 0)
    return [
        row.url
        for month, row in sorted(known, key=lambda one: one[0], reverse=True)
        if month in changing
        or (month in unread and not row.was_read)
        or (row.is_due and (month == (0, 0) or month >= first))
        or (month == (0, 0) and not row.was_read)
    ]


def _months(db: Database) -> list[tuple[tuple[int, int], Map]]:
    """Every map, with its year and month; (0, 0) where it is of none."""
    return [(month_of_map(row.url) or (0, 0), row) for row in frontier.maps(db)]


def _number(month: tuple[int, int]) -> int:
    return 100 * month[0] + month[1]


def _note_months(survey: Survey) -> None:
    """Note up to which month all maps have been read."""
    numbers = (_number(month) for month, row in _months(survey.db) if not row.is_missing)
    if newest := max(numbers, default=0):
        set_mark(survey.db, MONTHS_MARK, newest)


def _next_turn(db: Database, name: str) -> int:
    """A number that is one higher each time."""
    turn = read_mark(db, name) + 1
    set_mark(db, name, turn)
    return turn


def _in_turn(db: Database, sections: list[str], *, waits: bool) -> list[str]:
    """The sections never asked yet; when there are none left, one after the other, one a run."""
    unread = [url for url in sections if frontier.find(db, url) is None]
    if unread or waits or not sections:
        return unread
    return [sections[_next_turn(db, "section_turn") % len(sections)]]
