"""URL -> Snapshot: the one door through which every request goes.

A request is let through only if the address is the site's own, robots.txt allows it, and the
pace says that it is time. Nothing here follows a redirect (but that of robots.txt), keeps a
cookie, reads the environment, or trusts what a server sends to be small, fast or whole.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urljoin

import httpx

from scraper import __version__
from scraper.config import Settings
from scraper.errors import Refused, RobotsDisallowed, SiteUnavailable, Transient
from scraper.http.attempts import Attempts, Tell
from scraper.http.exchange import Ask, Exchange
from scraper.http.origins import Origins
from scraper.http.pace import DELAY, SYSTEM_CLOCK, Clock, Pace
from scraper.http.refusals import refusal
from scraper.http.response import Limits, PageKind, limits
from scraper.http.robots import MAX_BYTES, Rules, decode, is_robots_file, read_rules
from scraper.http.standing import Standing
from scraper.http.transport import Allowance, Transport
from scraper.models import HostState, Snapshot

PRODUCT = "BaoLaoCaiArchive"
_ACCEPT_PAGE = b"text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.1"
_ACCEPT_PHOTO = b"image/jpeg, image/png, image/webp, image/avif, image/gif"
_ROBOTS_VALID = timedelta(hours=24)
_ROBOTS_REDIRECTS = 5


class Fetcher:
    """Asks one site, politely. Make it with open_fetcher()."""

    def __init__(
        self, settings: Settings, pace: Pace, exchange: Exchange, clock: Clock, tell: Tell
    ) -> None:
        self.pace = pace
        self.robots = Rules()  # as read_robots() left it
        self.standing = Standing(pace, settings.crawl.stop_after_failures)
        self.origins = Origins(settings.site.site)
        self._settings, self._clock = settings, clock
        self._attempts = Attempts(settings.crawl, pace, exchange, clock, tell)
        self._robots_until = -1.0  # monotonic; when the rules must be read again
        self._headers = (
            (b"user-agent", user_agent(settings.site.contact).encode()),
            (b"accept-language", b"vi"),
            (b"accept-encoding", b"gzip, deflate"),
        )
        self._limits = limits(settings.crawl.max_page_mb, settings.photos.max_mb)

    @property
    def requests(self) -> int:
        """Requests sent so far, robots.txt and retries included."""
        return self._attempts.requests

    def get(
        self, url: str, *, etag: str = "", last_modified: str = "", kind: PageKind = "page"
    ) -> Snapshot:
        """Capture `url` (canonical); redirects are not followed but captured.

        If the site sends all on from one of its names to another (http to https, say), which
        to us is the same address, it is asked under that one from then on.

        With `etag` or `last_modified` of an earlier capture the answer may be a 304 without
        body. A 404 is news about the paper, not an error. Raises RobotsDisallowed and
        OutsideSite before any traffic; NotAPage and Refused for what we do not take; Transient
        if the last attempt broke off or was answered 429 or 5xx; SiteUnavailable and RunEnded
        if the run is to stop.
        """
        target = self._allowed(url)
        conditions = ((b"if-none-match", etag), (b"if-modified-since", last_modified))
        headers = (
            *self._headers,
            (b"accept", _ACCEPT_PHOTO if kind == "photo" else _ACCEPT_PAGE),
            *((k, v.encode("latin-1", "replace")) for k, v in conditions if v),
        )
        ask = Ask(url, target, headers, self._limits[kind], bool(etag or last_modified))
        try:
            snapshot = self._attempts.capture(ask)
        except Transient as e:
            self.standing.note_failure(e, kind)
            raise
        except Refused:
            if kind == "list":  # a page, its caller counts as refused
                self.standing.note_answer(kind)
            raise
        if not refusal(snapshot):
            self.standing.note_answer(kind)
        if self.origins.is_sent_on(target, snapshot):
            # Each name has a robots.txt of its own.
            self.pace.learn(replace(self.pace.state, robots_body=None))
            self._robots_until = -1.0
            return self.get(url, etag=etag, last_modified=last_modified, kind=kind)
        return snapshot

    def _allowed(self, url: str) -> httpx.URL:
        """`url` as it is sent, if robots.txt allows it. Raises RobotsDisallowed, OutsideSite."""
        target = self.origins.renamed(self.origins.admit(url))
        sent = str(target)
        self.read_robots()
        # As written, and as it goes out: httpx resolves "/../" and percent-encodes.
        if not self.robots.allows(url) or (sent != url and not self.robots.allows(sent)):
            raise RobotsDisallowed(url)
        return target

    def read_robots(self) -> None:
        """Have rules that are under 24 hours old: the remembered ones, else ask.

        Raises SiteUnavailable if robots.txt answers 429 or 5xx, not at all, or with something
        that is not a robots.txt.
        """
        if self._clock.monotonic() < self._robots_until:
            return
        age = self._age_of_robots()
        if is_stale := not timedelta(0) <= age < _ROBOTS_VALID:
            self.pace.learn(self._ask_robots())
            age = timedelta(0)
        self.robots = read_rules(self.pace.state.robots_body or "")
        self._robots_until = self._clock.monotonic() + (_ROBOTS_VALID - age).total_seconds()
        configured = self._settings.site.delay_seconds
        self.pace.delay_seconds = max(configured, self.robots.delay_seconds)
        if is_stale:  # asked just now, at the old pace
            self.pace.hold(self.pace.delay_seconds, DELAY)

    def _age_of_robots(self) -> timedelta:
        """The age of the remembered robots.txt; negative if there is none or the clock was set."""
        state = self.pace.state
        if state.robots_body is None or state.robots_fetched_at is None:
            return timedelta(-1)
        return self._clock.now() - state.robots_fetched_at

    def _ask_robots(self) -> HostState:
        """What the site's robots.txt says now. Raises SiteUnavailable."""
        url = f"{self.origins.current}/robots.txt"
        limit = Limits(MAX_BYTES + 1, cut=True)
        for _ in range(_ROBOTS_REDIRECTS + 1):
            headers = (*self._headers, (b"accept", _ACCEPT_PAGE))
            ask = Ask(url, httpx.URL(url), headers, limit)
            try:
                snapshot = self._attempts.capture(ask)
            except (Transient, Refused) as e:
                raise SiteUnavailable(f"robots.txt cannot be read: {e}") from e
            if not snapshot.is_redirect:
                break
            url = self._robots_moved(snapshot)
        else:
            raise SiteUnavailable(f"{url}: robots.txt redirects more than five times")
        text = decode(snapshot.body) if 200 <= snapshot.status < 300 else ""
        if not is_robots_file(text):
            raise SiteUnavailable(f"{url}: answers with something that is no robots.txt")
        return replace(
            self.pace.state,
            robots_body=text,
            robots_status=snapshot.status,
            robots_fetched_at=snapshot.captured_at,
        )

    def _robots_moved(self, snapshot: Snapshot) -> str:
        """The address that robots.txt redirects to. Raises SiteUnavailable if it is abroad."""
        try:
            return str(self.origins.admit(urljoin(snapshot.url, snapshot.location)))
        except (Refused, ValueError) as e:
            raise SiteUnavailable(f"robots.txt redirects out of the site: {e}") from e


@contextmanager
def open_fetcher(
    settings: Settings,
    state: HostState,
    remember: Callable[[HostState], None],
    *,
    max_minutes: float | None = None,
    stop: Callable[[], bool] = lambda: False,
    tell: Tell = lambda event: None,
    clock: Clock = SYSTEM_CLOCK,
    transport: httpx.BaseTransport | None = None,
) -> Iterator[Fetcher]:
    """A Fetcher for the site of `settings`, closed at the end.

    `state` is what an earlier run remembered of the host; `remember` is called with what this one
    learns of it, as pace.py says. Nothing is sent once `max_minutes` (default: of the
    settings) are over, nor after `stop()` is true. `tell` gets every request and every long
    wait. `transport` takes the place of the network.
    """
    stated = read_rules(state.robots_body or "").delay_seconds
    pace = Pace(
        state,
        remember,
        delay_seconds=max(settings.site.delay_seconds, stated),
        run_seconds=60 * (settings.crawl.max_minutes if max_minutes is None else max_minutes),
        quiet_hours=settings.crawl.quiet_hours,
        stop=stop,
        clock=clock,
    )
    allowance = Allowance(clock.monotonic)
    with transport or Transport(allowance) as network:
        try:
            exchange = Exchange(network, allowance, clock, settings.crawl.timeout_seconds)
            yield Fetcher(settings, pace, exchange, clock, tell)
        finally:
            pace.end()


def user_agent(contact: str) -> str:
    """How we name ourselves: program, version, and whom to write to."""
    return f"{PRODUCT}/{__version__}" + (f" (+{contact})" if contact else "")
