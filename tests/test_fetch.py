import gzip
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from scraper.config import CrawlSettings, Settings, SiteSettings
from scraper.errors import NotAPage, Refused, RobotsDisallowed, RunEnded, SiteUnavailable, Transient
from scraper.fetch import Fetcher, open_fetcher
from scraper.pace import Clock, HostState

SITE = "http://127.0.0.1:8610"
START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
SETTINGS = Settings(
    SiteSettings(SITE, contact="you@example.org", delay_seconds=2.0),
    CrawlSettings(retries=2, timeout_seconds=60.0, max_page_mb=0.1, max_minutes=10.0),
)
PAGE = SITE + "/a-post1.html"


@dataclass(frozen=True)
class Reply:
    """What the server of a test answers."""

    status: int
    body: bytes
    headers: dict[str, str]

    def response(self) -> httpx.Response:
        return httpx.Response(self.status, headers=self.headers, stream=httpx.ByteStream(self.body))


def page(body: bytes = b"<html>", status: int = 200, **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, body, {"content-type": "text/html"} | named)


class FakeTime:
    """A clock that moves only when slept on; one request takes `seconds`."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.passed = 1000.0
        self.seconds = seconds
        self.clock = Clock(
            lambda: START + timedelta(seconds=self.passed - 1000.0), lambda: self.passed, self.sleep
        )

    def sleep(self, seconds: float) -> None:
        self.passed += seconds


class Server:
    """Answers from a script; keeps (time, path) of what it was asked."""

    def __init__(self, time: FakeTime, robots: Reply | None = None) -> None:
        self.time = time
        self.robots = robots or page(status=404)
        self.answers: Iterator[Reply | Exception] = itertools.repeat(page())
        self.log: list[tuple[float, str]] = []
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.log.append((self.time.passed, request.url.raw_path.decode()))
        self.asked.append(request)
        self.time.sleep(self.time.seconds)
        answer = self.robots if request.url.path == "/robots.txt" else next(self.answers)
        if isinstance(answer, Exception):
            raise answer
        return answer.response()

    @property
    def paths(self) -> list[str]:
        return [path for _, path in self.log]


@contextmanager
def opened(
    server: Server, settings: Settings = SETTINGS, state: HostState | None = None, **crawl: object
) -> Iterator[Fetcher]:
    if crawl:
        settings = replace(settings, crawl=replace(settings.crawl, **crawl))
    with open_fetcher(
        settings,
        state or HostState(),
        lambda _: None,
        clock=server.time.clock,
        transport=httpx.MockTransport(server),
    ) as fetcher:
        yield fetcher


@pytest.fixture
def server() -> Server:
    return Server(FakeTime())


def test_get_captures_what_was_sent(server: Server) -> None:
    server.answers = iter([page("<p>Bão</p>".encode(), 200, ETag='"1"')])
    with opened(server) as fetcher:
        snapshot = fetcher.get(PAGE)
    assert (snapshot.url, snapshot.status) == (PAGE, 200)
    assert snapshot.body == "<p>Bão</p>".encode()
    assert snapshot.header("etag") == '"1"'
    assert snapshot.captured_at == START + timedelta(seconds=2)
    assert dict(snapshot.request_headers)["user-agent"].startswith("scraper/")
    assert "you@example.org" in dict(snapshot.request_headers)["user-agent"]


def test_robots_is_asked_first_and_once(server: Server) -> None:
    with opened(server) as fetcher:
        fetcher.get(PAGE)
        fetcher.get(PAGE)
    assert server.paths == ["/robots.txt", "/a-post1.html", "/a-post1.html"]


def test_the_delay_is_kept_between_end_and_start() -> None:
    server = Server(FakeTime(seconds=1.5))
    with opened(server) as fetcher:
        for _ in range(3):
            fetcher.get(PAGE)
    starts = [at for at, _ in server.log]
    assert all(b - a == pytest.approx(3.5) for a, b in itertools.pairwise(starts))


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/",
        "http://127.0.0.1:8611/",
        "http://127.0.0.1:8610@evil.example/",
        "http://user@127.0.0.1:8610/",
        "http://127.0.0.1:8610\\@evil.example/",
        "ftp://127.0.0.1:8610/",
        "http://[bad/",
        "/a-post1.html",
        "http://127.0.0.1:8610/\x00",
    ],
)
def test_no_other_host_is_ever_asked(server: Server, url: str) -> None:
    with opened(server) as fetcher, pytest.raises(Refused):
        fetcher.get(url)
    assert server.log == []


@pytest.mark.parametrize("path", ["/api/x", "/public/../api/x", "/%61pi/x"])
def test_disallowed_addresses_are_not_asked(server: Server, path: str) -> None:
    server.robots = page(b"User-agent: *\nDisallow: /api/")
    with opened(server) as fetcher, pytest.raises(RobotsDisallowed):
        fetcher.get(SITE + path)
    assert server.paths == ["/robots.txt"]


def test_transient_failures_are_tried_again(server: Server) -> None:
    server.answers = iter([page(status=500), httpx.ReadError("reset"), page()])
    with opened(server) as fetcher:
        assert fetcher.get(PAGE).status == 200
    gaps = [b - a for (a, _), (b, _) in itertools.pairwise(server.log)]
    assert 10 <= gaps[1] <= 15
    assert 20 <= gaps[2] <= 30


def test_retry_waits_as_long_as_asked(server: Server) -> None:
    server.answers = iter([page(status=503, Retry_After="120"), page()])
    with opened(server) as fetcher:
        fetcher.get(PAGE)
    assert server.log[2][0] - server.log[1][0] == pytest.approx(120)


def test_last_failure_is_raised_as_transient(server: Server) -> None:
    server.answers = itertools.repeat(page(status=500))
    with opened(server) as fetcher, pytest.raises(Transient, match="answered 500"):
        fetcher.get(PAGE)
    assert len(server.log) == 4


def test_too_many_failures_in_a_row_end_the_run(server: Server) -> None:
    server.answers = itertools.repeat(page(status=500))
    with opened(server, retries=0, stop_after_failures=2) as fetcher:
        with pytest.raises(Transient):
            fetcher.get(PAGE)
        with pytest.raises(SiteUnavailable) as stopped:
            fetcher.get(PAGE)
    assert isinstance(stopped.value.__cause__, Transient)


def test_retry_after_beyond_the_run_ends_it(server: Server) -> None:
    server.answers = iter([page(status=429, Retry_After="3600")])
    with opened(server) as fetcher:
        with pytest.raises(SiteUnavailable, match="Retry-After") as stopped:
            fetcher.get(PAGE)
        state = fetcher.pace.state
    assert isinstance(stopped.value.__cause__, Transient)
    assert state.next_request_at == START + timedelta(seconds=2 + 3600)
    with opened(server, state=state) as fetcher, pytest.raises(SiteUnavailable):
        fetcher.get(PAGE)
    assert len(server.log) == 2


@pytest.mark.parametrize("status", [301, 404, 410, 403])
def test_answers_that_are_news_are_snapshots(server: Server, status: int) -> None:
    server.answers = iter([page(status=status, Location="/b-post1.html")])
    with opened(server) as fetcher:
        assert fetcher.get(PAGE).status == status
    assert len(server.log) == 2


def test_unchanged_page_has_no_body(server: Server) -> None:
    server.answers = iter([page(b"", 304)])
    with opened(server) as fetcher:
        snapshot = fetcher.get(PAGE, etag='"1"', last_modified="Fri, 02 Jan 2026 00:00:00 GMT")
    assert (snapshot.status, snapshot.body) == (304, b"")
    assert server.asked[1].headers["if-none-match"] == '"1"'
    assert server.asked[1].headers["if-modified-since"] == "Fri, 02 Jan 2026 00:00:00 GMT"


def test_images_are_no_pages(server: Server) -> None:
    server.answers = iter([page(b"JFIF", **{"content-type": "image/jpeg"})])
    with opened(server) as fetcher, pytest.raises(NotAPage, match="image/jpeg"):
        fetcher.get(PAGE)


def test_gzip_is_unpacked(server: Server) -> None:
    server.answers = iter([page(gzip.compress(b"<html>x"), Content_Encoding="gzip")])
    with opened(server) as fetcher:
        assert fetcher.get(PAGE).body == b"<html>x"


def test_gzip_bomb_is_refused(server: Server) -> None:
    bomb = gzip.compress(b"\0" * 20_000_000)
    server.answers = iter([page(bomb, Content_Encoding="gzip")])
    with opened(server) as fetcher, pytest.raises(Refused, match=r"larger than 0\.1 MB"):
        fetcher.get(PAGE)


def test_time_over_ends_the_run(server: Server) -> None:
    with opened(server) as fetcher:
        fetcher.get(PAGE)
        server.time.sleep(600)
        with pytest.raises(RunEnded):
            fetcher.get(PAGE)


@pytest.mark.parametrize(
    "robots",
    [
        page(status=500),
        page(status=429),
        page("<!DOCTYPE html><title>Bảo trì</title>".encode()),
        page(status=302, Location="https://evil.example/robots.txt"),
        page(status=302, Location="/robots.txt"),
    ],
)
def test_site_without_readable_robots_is_left_alone(server: Server, robots: Reply) -> None:
    server.robots = robots
    with opened(server) as fetcher, pytest.raises(SiteUnavailable):
        fetcher.get(PAGE)
    assert set(server.paths) == {"/robots.txt"}
