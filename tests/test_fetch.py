import gzip
import itertools
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from scraper.config import CrawlSettings, Settings, SiteSettings
from scraper.errors import NotAPage, Refused, RobotsDisallowed, RunEnded, SiteUnavailable, Transient
from scraper.http.fetcher import Fetcher, open_fetcher
from scraper.http.pace import Clock
from scraper.http.response import limits
from scraper.models import HostState

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
        headers = [(name.encode(), value.encode("latin-1")) for name, value in self.headers.items()]
        return httpx.Response(self.status, headers=headers, stream=httpx.ByteStream(self.body))


def page(body: bytes = b"<html>", status: int = 200, **headers: str) -> Reply:
    named = {name.lower().replace("_", "-"): value for name, value in headers.items()}
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
    assert dict(snapshot.request_headers)["user-agent"].startswith("BaoLaoCaiArchive/")
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
    server.answers = iter([page(gzip.compress(b"<html>x", mtime=0), Content_Encoding="gzip")])
    with opened(server) as fetcher:
        assert fetcher.get(PAGE).body == b"<html>x"


def test_gzip_bomb_is_refused(server: Server) -> None:
    bomb = gzip.compress(b"\0" * 20_000_000, mtime=0)
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
        page(status=302, Location="http://[x/"),
        page(status=302),
    ],
)
def test_site_without_readable_robots_is_left_alone(server: Server, robots: Reply) -> None:
    server.robots = robots
    with opened(server) as fetcher, pytest.raises(SiteUnavailable):
        fetcher.get(PAGE)
    assert set(server.paths) == {"/robots.txt"}


@pytest.mark.parametrize(
    ("asked", "waited"),
    [
        ("120", 120.0),
        (" 90.5 ", 90.5),
        ("Fri, 02 Jan 2026 03:06:05 GMT", 100.0),  # by the server's Date, 03:04:25
        ("Fri, 02 Jan 2026 03:00:00 GMT", 2.0),
        ("0", 2.0),
        ("-5", 2.0),
        ("1e9", 2.0),
        ("bald", 2.0),
        ("\u0663".encode().decode("latin-1"), 2.0),
        ("", 2.0),
    ],
)
def test_retry_after_is_seconds_or_a_date(server: Server, asked: str, waited: float) -> None:
    date = "Fri, 02 Jan 2026 03:04:25 GMT"
    server.answers = iter([page(status=503, Retry_After=asked, Date=date), page()])
    with opened(server, backoff_seconds=0.0) as fetcher:
        fetcher.get(PAGE)
    assert server.log[2][0] - server.log[1][0] == pytest.approx(waited)


def test_absurd_retry_after_ends_the_run(server: Server) -> None:
    server.answers = iter([page(status=503, Retry_After="9" * 200)])
    with opened(server) as fetcher, pytest.raises(SiteUnavailable):
        fetcher.get(PAGE)
    with opened(server, state=fetcher.pace.state) as fetcher, pytest.raises(SiteUnavailable):
        fetcher.get(PAGE)
    assert len(server.log) == 2


def test_retry_after_of_one_page_stops_every_other(server: Server) -> None:
    server.answers = iter([page(status=429, Retry_After="300"), page()])
    with opened(server, retries=0) as fetcher:
        with pytest.raises(Transient):
            fetcher.get(PAGE)
        fetcher.get(SITE + "/b-post2.html")
    assert server.log[2][0] - server.log[1][0] == pytest.approx(300.0)


def test_no_attempt_is_begun_that_the_run_cannot_wait_for(server: Server) -> None:
    server.answers = itertools.repeat(page(status=500))
    with opened(server, backoff_seconds=500.0) as fetcher, pytest.raises(Transient):
        fetcher.get(PAGE)
    assert len(server.log) <= 3
    assert server.time.passed < 1000.0 + 600.0


def test_crawl_delay_counts_from_the_first_request_on(server: Server) -> None:
    server.robots = page(b"User-agent: *\nCrawl-delay: 30")
    with opened(server) as fetcher:
        fetcher.get(PAGE)
        fetcher.get(PAGE)
        state = fetcher.pace.state
    assert [at for at, _ in server.log] == [1000.0, 1030.0, 1060.0]
    with opened(server, state=state) as fetcher:
        fetcher.get(PAGE)
    assert server.log[3][0] == pytest.approx(1090.0, abs=1.0)


def test_crawl_delay_below_ours_changes_nothing(server: Server) -> None:
    server.robots = page(b"User-agent: *\nCrawl-delay: 0.5")
    with opened(server) as fetcher:
        fetcher.get(PAGE)
    assert server.log[1][0] == pytest.approx(1002.0)


def test_robots_copy_is_good_for_24_hours(server: Server) -> None:
    server.robots = page(b"User-agent: *\nDisallow: /x")
    with opened(server) as fetcher:
        fetcher.read_robots()
        state = fetcher.pace.state
    server.robots = page(status=500)
    server.time.sleep(23 * 3600)
    with opened(server, state=state, max_minutes=1e6) as fetcher:
        fetcher.get(PAGE)
        with pytest.raises(RobotsDisallowed):
            fetcher.get(SITE + "/x")
        server.time.sleep(3600)
        with pytest.raises(SiteUnavailable):
            fetcher.get(PAGE)
    assert server.paths == ["/robots.txt", "/a-post1.html"] + ["/robots.txt"] * 3


def test_robots_copy_from_the_future_is_not_trusted(server: Server) -> None:
    state = HostState("User-agent: *\nDisallow: /", 200, START + timedelta(days=365))
    with opened(server, state=state) as fetcher:
        assert fetcher.get(PAGE).status == 200


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_missing_robots_means_no_rules(server: Server, status: int) -> None:
    server.robots = page(b"<html>no such page", status)
    with opened(server) as fetcher:
        assert fetcher.get(PAGE).status == 200
        assert fetcher.pace.state.robots_status == status


@pytest.mark.parametrize("hops", [5, 6])
def test_robots_may_redirect_five_times(hops: int) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        hop = int(request.url.params.get("hop", 0))
        if hop < hops:
            location = f"/robots.txt?hop={hop + 1}"
            return page(status=301, Location=location).response()
        return page(b"User-agent: *\nDisallow: /").response()

    with open_fetcher(
        SETTINGS,
        HostState(),
        lambda _: None,
        clock=FakeTime().clock,
        transport=httpx.MockTransport(answer),
    ) as fetcher:
        with pytest.raises(RobotsDisallowed if hops == 5 else SiteUnavailable):
            fetcher.get(PAGE)


def test_state_is_handed_out_before_the_first_request_and_after_the_last(server: Server) -> None:
    reasons: list[tuple[int, str]] = []
    with open_fetcher(
        SETTINGS,
        HostState("", 404, START),
        lambda state: reasons.append((len(server.log), state.next_request_reason)),
        clock=server.time.clock,
        transport=httpx.MockTransport(server),
    ) as fetcher:
        fetcher.get(PAGE)
        fetcher.get(PAGE)
    assert reasons == [(0, "request in flight"), (2, "delay")]


def test_redirect_is_captured_whatever_its_type(server: Server) -> None:
    moved = page(status=301, Location="/x", **{"content-type": "image/png"})
    server.answers = iter([moved])
    with opened(server) as fetcher:
        assert fetcher.get(PAGE).location == "/x"


def test_location_may_hold_plain_utf8(server: Server) -> None:
    target = "/đảng-post1.html"
    server.answers = iter([page(status=301, Location=target.encode().decode("latin-1"))])
    with opened(server) as fetcher:
        assert fetcher.get(PAGE).location == target


@pytest.mark.parametrize(
    ("content_type", "kind", "taken"),
    [
        ("text/html; charset=utf-8", "page", True),
        ("TEXT/HTML charset=utf-8", "page", True),
        ("application/xhtml+xml", "page", True),
        ("text/plain", "page", True),
        ("", "page", True),
        ("application/pdf", "page", False),
        ("application/octet-stream", "page", False),
        ("application/xml", "list", True),
        ("application/octet-stream", "list", True),
        ("text/html", "list", True),
        ("video/mp4", "list", False),
    ],
)
def test_types_that_are_taken(server: Server, content_type: str, kind: str, taken: bool) -> None:
    server.answers = iter([page(**{"content-type": content_type})])
    with opened(server) as fetcher:
        if taken:
            assert fetcher.get(PAGE, kind=kind).body == b"<html>"
        else:
            with pytest.raises(NotAPage):
                fetcher.get(PAGE, kind=kind)


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("identity", b"<html>"),
        ("gzip, identity", gzip.compress(b"<html>", mtime=0)),
        (" , ", b"<html>"),
    ],
)
def test_encodings_that_are_taken(server: Server, encoding: str, body: bytes) -> None:
    server.answers = iter([page(body, Content_Encoding=encoding)])
    with opened(server) as fetcher:
        assert fetcher.get(PAGE).body == b"<html>"


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "aws-chunked"])
def test_encodings_that_were_not_asked_for_are_refused(server: Server, encoding: str) -> None:
    server.answers = iter([page(b"x", Content_Encoding=encoding)])
    with opened(server) as fetcher, pytest.raises(Refused, match="Content-Encoding"):
        fetcher.get(PAGE)
    assert len(server.log) == 2


def test_lists_may_be_larger_than_pages(server: Server) -> None:
    server.answers = itertools.repeat(page(b"x" * 200_000))
    with opened(server) as fetcher:
        assert len(fetcher.get(PAGE, kind="list").body) == 200_000
        with pytest.raises(Refused):
            fetcher.get(PAGE)


def test_odd_etag_is_sent_back_as_it_came(server: Server) -> None:
    server.answers = iter([page(ETag='"\xe9"'), page(b"", 304)])
    with opened(server) as fetcher:
        etag = fetcher.get(PAGE).header("etag") or ""
        fetcher.get(PAGE, etag=etag)
    assert (b"if-none-match", b'"\xe9"') in server.asked[2].headers.raw


def test_success_forgives_earlier_failures(server: Server) -> None:
    server.answers = itertools.cycle([page(status=500), page()])
    with opened(server, retries=0, stop_after_failures=2) as fetcher:
        for _ in range(4):
            with pytest.raises(Transient):
                fetcher.get(PAGE)
            fetcher.get(PAGE)


@pytest.mark.parametrize("refusing", [page(status=403), page(b"", **{"content-type": "image/x"})])
def test_a_page_that_refuses_us_forgives_nothing(server: Server, refusing: Reply) -> None:
    server.answers = iter([page(status=500), refusing, page(status=500)])
    with opened(server, retries=0, stop_after_failures=2) as fetcher:
        with pytest.raises(Transient):
            fetcher.get(PAGE)
        with suppress(NotAPage):
            fetcher.get(PAGE)
        with pytest.raises(SiteUnavailable):
            fetcher.get(PAGE)


ALIAS = "http://localhost:8610"
NAMED_TWICE = replace(SETTINGS, site=replace(SETTINGS.site, aliases=("localhost:8610",)))


def test_a_site_that_sends_us_to_its_other_name_is_asked_under_that(server: Server) -> None:
    answers = [page(status=301, location=ALIAS + "/a-post1.html"), page(b"a"), page(b"b")]
    server.answers = iter(answers)
    with opened(server, NAMED_TWICE) as fetcher:
        first, second = fetcher.get(PAGE), fetcher.get(SITE + "/b-post2.html")
    assert (first.url, first.status, first.body) == (PAGE, 200, b"a")
    assert (second.url, second.body) == (SITE + "/b-post2.html", b"b")
    assert [str(request.url) for request in server.asked] == [
        SITE + "/robots.txt",
        PAGE,
        ALIAS + "/robots.txt",
        ALIAS + "/a-post1.html",
        ALIAS + "/b-post2.html",
    ]
    starts = [at for at, _ in server.log]
    assert min(b - a for a, b in itertools.pairwise(starts)) >= 2.0


def test_the_other_name_has_a_robots_txt_of_its_own(server: Server) -> None:
    server.answers = iter([page(status=301, location=ALIAS + "/a-post1.html")])
    with opened(server, NAMED_TWICE) as fetcher:
        fetcher.read_robots()
        server.robots = page(b"User-agent: *\nDisallow: /", content_type="text/plain")
        with pytest.raises(RobotsDisallowed):
            fetcher.get(PAGE)
    assert server.paths == ["/robots.txt", "/a-post1.html", "/robots.txt"]


def test_two_names_that_lead_to_each_other_end_in_a_redirect(server: Server) -> None:
    server.answers = iter(
        [
            page(status=301, location=ALIAS + "/a-post1.html"),
            page(status=301, location=PAGE),
        ]
    )
    with opened(server, NAMED_TWICE) as fetcher:
        assert fetcher.get(PAGE).status == 301
    assert len(server.paths) == 4


@pytest.mark.parametrize(
    "location", ["http://127.0.0.1:8611/a-post1.html", "https://a.example/", "/a-post1.html", "//["]
)
def test_no_name_is_learnt_but_the_site_s_own(server: Server, location: str) -> None:
    server.answers = iter([page(status=301, location=location)])
    with opened(server, NAMED_TWICE) as fetcher:
        assert fetcher.get(PAGE).status == 301
        assert fetcher.origins.current == SITE


@pytest.mark.parametrize(
    "path",
    ["/%2e/secret/x", "/a/%2E%2e/secret/x", "/a/.%2e/secret/x", "/a/../secret/x", "/./secret/x",
     "/a/b/%2e%2e/%2e%2e/secret/x"],
)  # fmt: skip
def test_dot_segments_are_resolved_before_robots_is_asked(path: str) -> None:
    server = Server(FakeTime(), page(b"User-agent: *\nDisallow: /secret\n"))
    with opened(server) as fetcher, pytest.raises(RobotsDisallowed):
        fetcher.get(SITE + path)
    assert server.paths == ["/robots.txt"]


def test_dot_segments_are_not_sent() -> None:
    server = Server(FakeTime())
    with opened(server) as fetcher:
        fetcher.get(SITE + "/a/%2e%2e/b%2Ehtml")
    assert server.paths[-1] == "/b.html"


@pytest.mark.parametrize(("page_mb", "list_mb"), [(3.0, 32), (50.0, 50)])
def test_a_list_may_have_32_mb_and_a_photo_has_a_limit_of_its_own(page_mb: float, list_mb: int):
    sizes = {kind: limit.size_bytes for kind, limit in limits(page_mb, 10.0).items()}
    assert sizes == {"page": page_mb * 1e6, "list": list_mb * 1e6, "photo": 10_000_000}
