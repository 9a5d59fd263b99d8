"""One run's photos: asked for after its pages, each of its own host, and stored in photos.db.

Every host is asked through the same door as the newspaper, with its own robots.txt, pace and
refusals, which are remembered between runs. One request is in flight at all.
"""

import re
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from urllib.parse import urljoin, urlsplit

from sqlite_utils import Database

from scraper.archive import kept_photos, runs
from scraper.archive.files import Archive
from scraper.archive.kept_photos import KeptPhoto, WantedPhoto
from scraper.config import Settings, SiteSettings
from scraper.errors import BadPhoto, FetchError, OutsideSite, Refused, SiteUnavailable
from scraper.http.fetcher import Fetcher, open_fetcher
from scraper.http.refusals import refusal
from scraper.models import HostState, Snapshot
from scraper.photos.image_header import read_header
from scraper.progress import Progress, counted
from scraper.urls import Site

KIND = "photo"  # of the rows in `failures`
_MOST_REDIRECTS = 3
_HTML = re.compile(rb"\s*<(?:!doctype\s+html|html|head)\b", re.IGNORECASE)


@dataclass(slots=True)
class Collected:
    """What a run did about photos."""

    requests: int = 0  # to hosts other than the newspaper's own
    kept: int = 0
    failed: int = 0
    remaining: int = 0  # photos still to ask for

    def __str__(self) -> str:
        """In words; "" if there was nothing to do."""
        if not (self.kept or self.failed or self.remaining):
            return ""
        kept = counted(self.kept, "photo")
        return f"{kept} kept, {self.failed} failed, {self.remaining} still to ask for"


@dataclass(slots=True)
class _Collection:
    """A run's photos in progress."""

    archive: Archive
    photos: Database
    settings: Settings
    paper: Fetcher
    run_id: int
    progress: Progress
    stop: Callable[[], bool]
    done: Collected
    opened: ExitStack
    fetchers: dict[str, Fetcher] = field(default_factory=dict)  # by host


def collect_photos(
    archive: Archive,
    settings: Settings,
    paper: Fetcher,
    run_id: int,
    progress: Progress,
    stop: Callable[[], bool],
    done: Collected,
) -> None:
    """Ask for photos that captions name, `max_photos` at most; what came of it goes into `done`.

    `archive` must be open with `keeps_photos`. Uses what is left of the time that `paper`, the
    newspaper's own fetcher, may take. A host that cannot be asked ends its own photos, not the run.
    Raises RunEnded if time is up.
    """
    assert archive.photos is not None
    hosts = settings.photos.hosts
    queue = kept_photos.wanted(archive, lambda url: _host(url) in hosts, settings.photos.max_photos)
    done.remaining = queue.size
    if not queue.first:
        return
    progress.expect(len(queue.first))
    silent: set[str] = set()
    with ExitStack() as opened:
        collection = _Collection(
            archive, archive.photos, settings, paper, run_id, progress, stop, done, opened
        )
        for asked in queue.first:
            host = _host(asked.url)
            if host in silent:
                continue
            try:
                _collect(collection, asked)
            except SiteUnavailable as e:
                silent.add(host)
                progress.note(f"{host}: no more photos in this run: {e}")
            finally:
                done.requests = sum(fetcher.requests for fetcher in collection.fetchers.values())


def _collect(collection: _Collection, asked: WantedPhoto) -> None:
    """Ask for one photo, and note what came of it. Raises SiteUnavailable and RunEnded."""
    try:
        answer = _ask(collection, asked.url)
        photo = _photo(answer)
    except SiteUnavailable as e:
        if isinstance(e.__cause__, FetchError) and e.__cause__.url == asked.url:
            _fail(collection, asked, e.__cause__.reason)
        raise
    except BadPhoto as e:
        _fail(collection, asked, str(e))
    except FetchError as e:
        _fail(collection, asked, e.reason)
        if isinstance(e, Refused) and not isinstance(e, OutsideSite):
            _fetcher(collection, e.url).standing.note_refused(e)
    else:
        kept_photos.keep(collection.photos, asked, photo, answer.captured_at)
        collection.done.kept += 1
        collection.done.remaining -= 1
        collection.progress.step(f"photo: {asked.url}")
        _fetcher(collection, answer.url).standing.note_welcome()


def _fail(collection: _Collection, asked: WantedPhoto, reason: str) -> None:
    now = datetime.now(UTC)
    attempts = kept_photos.note_failure(collection.photos, asked, reason, now)
    runs.add_failure(collection.archive.db, collection.run_id, asked.url, KIND, reason, now)
    collection.done.failed += 1
    collection.done.remaining -= attempts == kept_photos.MOST_ATTEMPTS
    collection.progress.step(f"{asked.url}: {reason}")


def _ask(collection: _Collection, url: str) -> Snapshot:
    """The answer for a photo's address, redirects between the allowed hosts followed."""
    for _ in range(_MOST_REDIRECTS + 1):
        answer = _fetcher(collection, url).get(url, kind="photo")
        if not answer.is_redirect:
            return answer
        try:
            there = urljoin(url, answer.location)
        except ValueError:
            there = ""
        if _host(there) not in collection.settings.photos.hosts:
            raise OutsideSite(url, f"redirects to {there!r}, which photos.hosts does not allow")
        url = there
    raise BadPhoto(f"redirects more than {_MOST_REDIRECTS} times")


def _photo(answer: Snapshot) -> KeptPhoto:
    """The photo in an answer. Raises Refused if it refuses us, BadPhoto if it is another thing."""
    try:
        if answer.status != 200:
            raise BadPhoto(f"answered {answer.status}")
        header = read_header(answer.body)
    except BadPhoto:
        is_page = answer.status != 200 or _HTML.match(answer.body)
        if is_page and (reason := refusal(answer)):
            raise Refused(answer.url, reason) from None
        raise
    return KeptPhoto(header.media_type, header.width_px, header.height_px, answer.body)


def _fetcher(collection: _Collection, url: str) -> Fetcher:
    """The door to the host of `url`: opened with what earlier runs remembered of it."""
    settings, db = collection.settings, collection.archive.db
    if settings.site.site.owns(url):
        return collection.paper
    host = _host(url)
    if host not in collection.fetchers:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        slowest = 0.0 if Site(origin).is_loopback else 1.0
        site = SiteSettings(
            origin,
            contact=settings.site.contact,
            delay_seconds=max(settings.site.delay_seconds, slowest),
        )

        def remember(state: HostState) -> None:
            runs.save_host(db, host, state)

        # A photo that fails is tried again in later runs, so not in this one.
        crawl = replace(settings.crawl, retries=0)
        collection.fetchers[host] = collection.opened.enter_context(
            open_fetcher(
                replace(settings, site=site, crawl=crawl),
                runs.load_host(db, host),
                remember,
                max_minutes=collection.paper.pace.seconds_left() / 60,
                stop=collection.stop,
                tell=collection.progress.tell,
            )
        )
    return collection.fetchers[host]


def _host(url: str) -> str:
    """The host of an address as [photos] hosts names it; "" if it has none."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https"):
        return ""
    return Site(f"{parts.scheme}://{parts.netloc}").host
