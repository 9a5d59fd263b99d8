"""First contact with a site: a handful of requests, and what they say of our assumptions.

What is known of the paper was read off sister papers. Before a crawl rests on that, `scraper
probe` asks for robots.txt, the lists, and three articles of different ages, by the same door and
at the same pace as any run. The articles are filed as by a crawl; the lists are kept in the
bundle that bundle.py writes.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from scraper.archive import frontier, sightings, tombstones
from scraper.archive.files import Archive, write
from scraper.archive.sightings import Sighting
from scraper.config import Settings
from scraper.crawl.capture import ask, file
from scraper.crawl.discover import (
    ListedAddresses,
    month_of_map,
    read_feed,
    read_section,
    read_sitemap,
)
from scraper.crawl.lists import Reader
from scraper.crawl.session import Crawl, open_run
from scraper.errors import ExtractError, FetchError, UnreadableList
from scraper.extract import extract
from scraper.extract.trace import Choice
from scraper.models import Snapshot
from scraper.probe.facts import Fact, facts
from scraper.probe.observations import ListSeen, PageSeen, RobotsSeen, Seen
from scraper.progress import Progress
from scraper.urls import article_id, canonical

MOST_REQUESTS = 8
_FOR_LISTS = 5  # of these, robots.txt included: three are for articles
_AGES = ("newest", "middle", "oldest")


@dataclass(frozen=True, slots=True)
class Probe:
    """What a probe saw, and what follows."""

    base_url: str
    started_at: datetime
    requests: int
    stopped: str  # why it ended early; "" if it did not
    facts: tuple[Fact, ...]
    seen: Seen


def probe_site(
    archive: Archive,
    settings: Settings,
    progress: Progress,
    stop: Callable[[], bool] = lambda: False,
) -> Probe:
    """Ask at most MOST_REQUESTS times. Raises SiteUnavailable as a crawl does.

    No attempt is repeated: that a request fails is an answer here.
    """
    once = replace(settings, crawl=replace(settings.crawl, retries=0))
    robots: RobotsSeen | None = None
    lists: list[ListSeen] = []
    pages: list[PageSeen] = []
    with open_run(archive, once, "probe", once.crawl.max_minutes, progress, stop) as crawl:
        robots = _robots(crawl)
        progress.note(f"robots.txt: {robots.status}")
        for seen in _lists(crawl, once):
            progress.note(f"{seen.name}: {seen.url}")
            lists.append(seen)
        for age, url in _choose(archive, lists):
            if crawl.fetcher.requests < MOST_REQUESTS:
                pages.append(_page(crawl, age, url))
    run = crawl.run
    whole = Seen(crawl.fetcher.origins.current, robots, tuple(lists), tuple(pages))
    stopped = run.detail if run.outcome == "stopped" else ""
    return Probe(
        once.site.base_url, run.started_at, run.requests, stopped, facts(whole, once), whole
    )


def _robots(crawl: Crawl) -> RobotsSeen:
    crawl.fetcher.read_robots()
    state, rules = crawl.fetcher.pace.state, crawl.fetcher.robots
    return RobotsSeen(state.robots_status, state.robots_body or "", rules)


def _lists(crawl: Crawl, settings: Settings) -> Iterator[ListSeen]:
    """The sitemap index, wherever it is; the feed; the newest and the oldest map; the home page.

    What the budget does not reach is left out, the home page unless no other list worked.
    """
    site = settings.site.site
    named = [*settings.site.sitemaps, *crawl.fetcher.robots.sitemaps]
    maps: list[str] = []
    articles = 0
    for url in dict.fromkeys(canonical(address, site) for address in named):
        if site.owns(url) and not maps and not articles:
            for seen in _list(crawl, "sitemap", url, read_sitemap):
                maps = [found.url for found in seen.found if found.is_list]
                articles += seen.articles
                yield seen
    for address in settings.site.feeds[:1]:
        for seen in _list(crawl, "feed", canonical(address, site), read_feed):
            articles += seen.articles
            yield seen
    for name, url in _ends(maps):
        for seen in _list(crawl, name, url, read_sitemap):
            articles += seen.articles
            yield seen
    if not articles:
        for address in settings.site.sections[:1] or ("/",):
            yield from _list(crawl, "section page", canonical(address, site), read_section)


def _ends(maps: list[str]) -> list[tuple[str, str]]:
    """The newest and the oldest of the maps that hold articles, as far as their names tell."""
    dated = sorted((month, url) for url in maps if (month := month_of_map(url)))
    # Without months in their names: large sites list their maps in order, newest or oldest first.
    urls = [url for _, url in dated] or maps
    named = {urls[-1]: "newest map", urls[0]: "oldest map"} if urls else {}
    return [(name, url) for url, name in named.items()]


def _list(crawl: Crawl, name: str, url: str, reader: Reader) -> Iterator[ListSeen]:
    """One list, and where it leads if it redirects; nothing if the budget is spent."""
    for _ in range(2):
        if crawl.fetcher.requests >= _FOR_LISTS:
            return
        seen = _ask_list(crawl, name, url, reader)
        yield seen
        if not (seen.snapshot and seen.snapshot.is_redirect and seen.snapshot.location):
            return
        url = canonical(seen.snapshot.location, crawl.context.site, url)


def _ask_list(crawl: Crawl, name: str, url: str, reader: Reader) -> ListSeen:
    found: list[ListedAddresses] = []
    try:
        snapshot = crawl.fetcher.get(url, kind="list")
    except FetchError as e:
        return ListSeen(name, url, None, (), e.reason)
    if snapshot.status != 200:
        where = f" -> {snapshot.location}" if snapshot.is_redirect else ""
        return ListSeen(name, url, snapshot, (), f"answered {snapshot.status}{where}")
    try:
        found.extend(reader(snapshot, crawl.context.site))
    except UnreadableList as e:
        return ListSeen(name, url, snapshot, tuple(found), e.reason)
    return ListSeen(name, url, snapshot, tuple(found), "")


def _choose(archive: Archive, lists: list[ListSeen]) -> list[tuple[str, str]]:
    """The newest, a middle and the oldest of all articles that the lists name."""
    named = {article_id(found.url): found.url for seen in lists for found in seen.found}
    numbers = sorted(
        number
        for number in named
        if number is not None and tombstones.find(archive.snapshots, number) is None
    )
    if not numbers:
        return []
    chosen = (numbers[-1], numbers[len(numbers) // 2], numbers[0])
    ages = {number: age for age, number in zip(_AGES, chosen, strict=True)}
    return [(age, named[number]) for number, age in ages.items()]


def _page(crawl: Crawl, age: str, url: str) -> PageSeen:
    """Ask for one article, file it as a crawl does, and note how it was read."""
    db = crawl.archive.db
    with write(db):
        sighting = Sighting(url, None, "probe")
        crawl.count(found=sightings.remember(db, [sighting], crawl.run.started_at))
    address = frontier.find(db, url)
    snapshot = ask(crawl, address, conditionally=False) if address else None
    if snapshot is None:
        failed = frontier.find(db, url)
        return PageSeen(age, url, None, None, (), failed.error if failed else "")
    file(crawl, snapshot)
    return _read(age, snapshot)


def _read(age: str, snapshot: Snapshot) -> PageSeen:
    notes: list[Choice] = []
    if snapshot.status != 200:
        where = f" -> {snapshot.location}" if snapshot.is_redirect else ""
        failure = f"answered {snapshot.status}{where}"
        return PageSeen(age, snapshot.url, snapshot, None, (), failure)
    try:
        article = extract(snapshot, notes)
    except ExtractError as e:
        return PageSeen(age, snapshot.url, snapshot, None, tuple(notes), e.reason)
    return PageSeen(age, snapshot.url, snapshot, article, tuple(notes), "")
