"""URL -> Snapshot: the one door through which every request goes.

A request is let through only if the address is the site's own, robots.txt allows it, and the
pace says that it is time. Nothing here follows a redirect (but that of robots.txt), keeps a
cookie, reads the environment, or trusts what a server sends to be small, fast or whole.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from random import uniform
from urllib.parse import urljoin

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type

from scraper import __version__
from scraper.config import Settings
from scraper.errors import (
    FetchError,
    OutsideSite,
    Refused,
    RobotsDisallowed,
    SiteUnavailable,
    Transient,
)
from scraper.http.pace import (
    ASKED,
    DELAY,
    LONGEST_BACKOFF_SECONDS,
    REFUSED,
    SYSTEM_CLOCK,
    Clock,
    Pace,
)
from scraper.http.response import (
    MAX_HEADER_BYTES,
    Limits,
    PageKind,
    check,
    limits,
    read_body,
    texts,
)
from scraper.http.robots import MAX_BYTES, Rules, decode, is_robots_file, read_rules
from scraper.http.transport import Allowance, Overflow, Transport
from scraper.models import HostState, Snapshot
from scraper.refusals import BUSY_STATUSES, is_challenge
from scraper.refusals import MOST_BYTES as CHALLENGE_BYTES
from scraper.urls import canonical

Headers = tuple[tuple[bytes, bytes], ...]

PRODUCT = "BaoLaoCaiArchive"
_ENCODED_DOT = re.compile("%2e", re.IGNORECASE)
_ACCEPT_PAGE = b"text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.1"
_ACCEPT_PHOTO = b"image/jpeg, image/png, image/webp, image/avif, image/gif"
_ROBOTS_VALID = timedelta(hours=24)
_ROBOTS_REDIRECTS = 5
# The silence after a run that was refused; it doubles with each further page that is.
FIRST_REFUSED_SECONDS = 3600.0
LONGEST_REFUSED_SECONDS = 86400.0


@dataclass(frozen=True, slots=True)
class Ask:
    """One address to be asked for."""

    url: str  # as the frontier writes it
    target: httpx.URL  # as it is sent
    headers: Headers
    limit: Limits  # of the answer
    conditional: bool = False  # a 304 is an answer


class Fetcher:
    """Asks one site, politely. Make it with open_fetcher()."""

    def __init__(
        self,
        settings: Settings,
        pace: Pace,
        transport: httpx.BaseTransport,
        allowance: Allowance,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self.pace = pace
        self.robots = Rules()  # as read_robots() left it
        self.requests = 0  # sent so far, robots.txt and retries included
        # Scheme and host that are asked: another of the site's names, once it has sent us there.
        self.origin = settings.site.site.base_url
        self._site = settings.site.site
        self._settings = settings
        self._origins: set[str] = set()  # scheme and host that were seen to be the site's
        # No httpx.Client around it: that follows redirects, keeps cookies, reads the environment.
        self._transport = transport
        self._allowance = allowance
        self._clock = clock
        self._robots_until = -1.0  # monotonic; when the rules must be read again
        self._failures = pace.state.refused_in_row  # addresses in a row that failed
        self._headers = (
            (b"user-agent", user_agent(settings.site.contact).encode()),
            (b"accept-language", b"vi"),
            (b"accept-encoding", b"gzip, deflate"),
        )
        self._limits = limits(settings.crawl.max_page_mb, settings.photos.max_mb)

    def get(
        self, url: str, *, etag: str = "", last_modified: str = "", kind: PageKind = "page"
    ) -> Snapshot:
        """Capture `url` (canonical); redirects are not followed but captured.

        Where the site sends all on from one of its names to another (http to https, say), which
        to us is the same address, it is asked under that one from then on.

        With `etag` or `last_modified` of an earlier capture the answer may be a 304 without
        body. A 404 is news about the paper, not an error. Raises RobotsDisallowed and
        OutsideSite before any traffic; NotAPage and Refused for what we do not take; Transient
        if the last attempt broke off or was answered 429 or 5xx; SiteUnavailable and RunEnded
        if the run is to stop.
        """
        target = self._renamed(self._admit(url))
        sent = str(target)
        self.read_robots()
        # As written, and as it goes out: httpx resolves "/../" and percent-encodes.
        if not self.robots.allows(url) or (sent != url and not self.robots.allows(sent)):
            raise RobotsDisallowed(url)
        conditions = ((b"if-none-match", etag), (b"if-modified-since", last_modified))
        headers = (
            *self._headers,
            (b"accept", _ACCEPT_PHOTO if kind == "photo" else _ACCEPT_PAGE),
            *((k, v.encode("latin-1", "replace")) for k, v in conditions if v),
        )
        ask = Ask(url, target, headers, self._limits[kind], bool(etag or last_modified))
        try:
            snapshot = self._retrying()(self._capture, ask)
        except Transient as e:
            self._count_failure(e)
            raise
        except Refused:
            self._note_answer()
            raise
        self._note_answer()
        if self._is_sent_on(target, snapshot):
            return self.get(url, etag=etag, last_modified=last_modified, kind=kind)
        return snapshot

    def note_refused(self, error: FetchError) -> None:
        """Count an article page that was refused.

        Raises SiteUnavailable after `stop_after_failures` failures in a row, also over several
        runs; then nothing is asked for an hour, and twice as long after each further refusal.
        """
        self.pace.learn(replace(self.pace.state, refused_in_row=self.pace.state.refused_in_row + 1))
        self._count_failure(error)

    def note_welcome(self) -> None:
        """An article page was shown to us: the row of failures is over."""
        self._failures = 0
        if self.pace.state.refused_in_row:
            self.pace.learn(replace(self.pace.state, refused_in_row=0))

    def _note_answer(self) -> None:
        """The server is there. A row of refusals ends only with an article page."""
        if not self.pace.state.refused_in_row:
            self._failures = 0

    def _count_failure(self, error: FetchError) -> None:
        self._failures += 1
        most = self._settings.crawl.stop_after_failures
        if self._failures < most:
            return
        if not self.pace.state.refused_in_row:
            raise SiteUnavailable(
                f"{self._failures} failures in a row; the last: {error}"
            ) from error
        seconds = FIRST_REFUSED_SECONDS * 2.0 ** min(self._failures - most, 10)
        reason = f"{REFUSED} {self._failures} pages in a row; the last: {error}"
        self.pace.hold(min(seconds, LONGEST_REFUSED_SECONDS), reason)
        raise SiteUnavailable(self.pace.silence()) from error

    def _renamed(self, target: httpx.URL) -> httpx.URL:
        """`target` under the name by which the site wants to be asked."""
        if self.origin == self._site.base_url:
            return target
        name = httpx.URL(self.origin)
        return target.copy_with(scheme=name.scheme, netloc=name.netloc)

    def _is_sent_on(self, target: httpx.URL, snapshot: Snapshot) -> bool:
        """Whether the site has just told us its other name; it can do so once."""
        if not snapshot.is_redirect or self.origin != self._site.base_url:
            return False
        try:
            there = self._admit(urljoin(str(target), snapshot.location))
        except (Refused, ValueError):
            return False
        if _origin(there) == _origin(target) or canonical(str(there), self._site) != snapshot.url:
            return False
        self.origin = _origin(there)
        # Each name has a robots.txt of its own.
        self.pace.learn(replace(self.pace.state, robots_body=None))
        self._robots_until = -1.0
        return True

    def read_robots(self) -> None:
        """Have rules that are under 24 hours old: the remembered ones, else ask.

        Raises SiteUnavailable where robots.txt answers 429 or 5xx, not at all, or with
        something that is none.
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
        """Of the remembered robots.txt; negative where there is none, or the clock was set."""
        state = self.pace.state
        if state.robots_body is None or state.robots_fetched_at is None:
            return timedelta(-1)
        return self._clock.now() - state.robots_fetched_at

    def _ask_robots(self) -> HostState:
        """What the site's robots.txt says now. Raises SiteUnavailable."""
        url = f"{self.origin}/robots.txt"
        limit = Limits(MAX_BYTES + 1, cut=True)
        for _ in range(_ROBOTS_REDIRECTS + 1):
            headers = (*self._headers, (b"accept", _ACCEPT_PAGE))
            ask = Ask(url, httpx.URL(url), headers, limit)
            try:
                snapshot = self._retrying()(self._capture, ask)
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
        """Where robots.txt is instead. Raises SiteUnavailable where that is not on the site."""
        try:
            return str(self._admit(urljoin(snapshot.url, snapshot.location)))
        except (Refused, ValueError) as e:
            raise SiteUnavailable(f"robots.txt redirects out of the site: {e}") from e

    def _admit(self, url: str) -> httpx.URL:
        """`url` as it will be sent. Raises Refused unless it is the site's own."""
        try:
            # A dot is a dot, encoded or not (RFC 3986, 6.2.2.2); httpx resolves "/../".
            target = httpx.URL(_ENCODED_DOT.sub(".", url))
            # What httpx will connect to, however another parser reads the address.
            origin = _origin(target)
        except (httpx.InvalidURL, ValueError) as e:
            raise OutsideSite(url, f"is no address: {e}") from e
        if target.userinfo or not (origin in self._origins or self._site.owns(origin)):
            raise OutsideSite(url, "is outside the site")
        self._origins.add(origin)
        return target

    def _retrying(self) -> Retrying:
        """A fresh one for each address: attempts are counted in it."""
        return Retrying(
            retry=retry_if_exception_type(Transient),
            stop=self._is_last,
            wait=self._backoff,
            # No sleep here: the pace holds back the whole host, and remembers that it does.
            sleep=lambda seconds: self.pace.hold(seconds, "backoff"),
            reraise=True,
        )

    def _is_last(self, state: RetryCallState) -> bool:
        too_late = state.upcoming_sleep > self.pace.seconds_left()
        return too_late or state.attempt_number > self._settings.crawl.retries

    def _backoff(self, state: RetryCallState) -> float:
        """A doubling step with jitter; what the server asked for, the pace holds anyway."""
        step: float = self._settings.crawl.backoff_seconds * 2 ** (state.attempt_number - 1)
        return min(step, LONGEST_BACKOFF_SECONDS) * uniform(1.0, 1.5)

    def _capture(self, ask: Ask) -> Snapshot:
        """One request. Raises Transient, Refused."""
        self.pace.wait()
        self.requests += 1
        started = self._clock.monotonic()
        try:
            return self._exchange(ask)
        except Transient as e:
            if e.retry_after:
                self.pace.hold(e.retry_after, f"{ASKED} ({e.status})")
            if silence := self.pace.silence():
                raise SiteUnavailable(silence) from e
            raise
        finally:
            self.pace.rest(self._clock.monotonic() - started)

    def _exchange(self, ask: Ask) -> Snapshot:
        seconds = self._settings.crawl.timeout_seconds
        self._allowance.grant(seconds, 2 * ask.limit.size_bytes + 2 * MAX_HEADER_BYTES)
        request = httpx.Request("GET", ask.target, headers=ask.headers)
        try:
            with closing(self._transport.handle_request(request)) as response:
                body = self._challenge(ask, response)
                if body is None:
                    check(ask.url, response, conditional=ask.conditional)
                    body = read_body(ask.url, response, ask.limit, self._allowance.is_spent)
        except httpx.TransportError as e:
            raise Transient(ask.url, str(e) or type(e).__name__) from e
        except Overflow as e:
            raise Refused(ask.url, "the server sent far more than it should") from e
        return replace(
            self._snapshot(ask, response, body), request_headers=texts(request.headers.raw)
        )

    def _snapshot(self, ask: Ask, response: httpx.Response, body: bytes) -> Snapshot:
        return Snapshot(
            url=ask.url,
            captured_at=self._clock.now().replace(microsecond=0),
            status=response.status_code,
            headers=texts(response.headers.raw),
            body=body,
        )

    def _challenge(self, ask: Ask, response: httpx.Response) -> bytes | None:
        """The body of a challenge page that comes as 429 or 503; None for other answers.

        A server that says when to come again is busy, not unwilling.
        """
        if (
            response.status_code not in BUSY_STATUSES
            or "retry-after" in response.headers
            or ask.limit.types is None  # robots.txt
        ):
            return None
        limit = Limits(CHALLENGE_BYTES, cut=True)
        try:
            body = read_body(ask.url, response, limit, self._allowance.is_spent)
        except FetchError:
            return None  # it counts as what its status says
        return body if is_challenge(self._snapshot(ask, response, body)) else None


def _origin(url: httpx.URL) -> str:
    return f"{url.scheme}://{url.netloc.decode('ascii')}"


@contextmanager
def open_fetcher(
    settings: Settings,
    state: HostState,
    remember: Callable[[HostState], None],
    *,
    max_minutes: float | None = None,
    stop: Callable[[], bool] = lambda: False,
    clock: Clock = SYSTEM_CLOCK,
    transport: httpx.BaseTransport | None = None,
) -> Iterator[Fetcher]:
    """A Fetcher for the site of `settings`, closed at the end.

    `state` is what an earlier run remembered of the host; `remember` is called with what this one
    learns of it, as pace.py says. Nothing is sent once `max_minutes` (default: of the
    settings) are over, nor after `stop()` is true. `transport` stands in for the network.
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
            yield Fetcher(settings, pace, network, allowance, clock)
        finally:
            pace.end()


def user_agent(contact: str) -> str:
    """How we name ourselves: program, version, and whom to write to."""
    return f"{PRODUCT}/{__version__}" + (f" (+{contact})" if contact else "")
