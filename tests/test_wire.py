"""Nasty servers on real sockets: each treats one connection after the other as scripted."""

import gzip
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

import pytest

from scraper.config import CrawlSettings, Settings, SiteSettings
from scraper.errors import FetchError, Refused, SiteUnavailable, Transient
from scraper.http.fetcher import Fetcher, open_fetcher
from scraper.http.transport import _KEEP_ALIVE_SECONDS
from scraper.models import HostState

pytestmark = pytest.mark.slow  # servers, commands and whole archives

Script = Callable[[socket.socket], None]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
SECONDS = 1.0  # for one request
LONG = 5.0  # if the size is to end it, also on a busy machine


@contextmanager
def serving(*scripts: Script) -> Iterator[str]:
    """The base URL of a server that treats its n-th connection as the n-th script says."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(5.0)

        def serve() -> None:
            for script in scripts:
                connection, _ = listener.accept()
                connection.settimeout(5.0)
                with connection, suppress(OSError):
                    connection.recv(65536)
                    script(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            thread.join()


@contextmanager
def asking(
    base_url: str, retries: int = 0, robots: bool = True, seconds: float = SECONDS
) -> Iterator[Fetcher]:
    """A fetcher without delay; with `robots` it remembers that there are no rules."""
    settings = Settings(
        SiteSettings(base_url, delay_seconds=0.0),
        CrawlSettings(
            retries=retries, timeout_seconds=seconds, max_page_mb=0.1, backoff_seconds=0.0
        ),
    )
    known = HostState("", 404, datetime.now(UTC)) if robots else HostState()
    with open_fetcher(settings, known, lambda _: None) as fetcher:
        yield fetcher


def failure(*scripts: Script, within: float = SECONDS) -> tuple[FetchError, float]:
    """What a page that is treated so ends in, and after how many seconds."""
    with serving(*scripts) as base_url, asking(base_url, seconds=within) as fetcher:
        started = time.monotonic()
        with pytest.raises(FetchError) as failed:
            fetcher.get(f"{base_url}/a-post1.html")
        return failed.value, time.monotonic() - started


def send(*parts: bytes) -> Script:
    return lambda connection: [connection.sendall(part) for part in parts] and None


def drip(start: bytes, rest: bytes) -> Script:
    """All of `start`, then `rest` byte by byte, each in time for a timeout per read."""

    def script(connection: socket.socket) -> None:
        connection.sendall(start)
        for byte in rest:
            connection.sendall(bytes([byte]))
            time.sleep(0.05)

    return script


def flood(connection: socket.socket, start: bytes, block: bytes) -> None:
    """`start`, then `block` again and again, until the other side hangs up."""
    connection.sendall(start)
    while True:
        connection.sendall(block)


@pytest.mark.parametrize(
    "script",
    [
        drip(b"", HEAD * 3),
        drip(HEAD, b"X-Padding: " + b"x" * 100),
        drip(HEAD + b"Content-Length: 100\r\n\r\n", b"x" * 100),
        drip(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"5;" + b"x" * 100),
        drip(HEAD + b"\r\n", b"x" * 100),
        lambda connection: time.sleep(2 * SECONDS),
    ],
    ids=["status", "headers", "body", "chunk", "endless", "silence"],
)
def test_slow_answers_end_in_time(script: Script) -> None:
    error, seconds = failure(script)
    assert isinstance(error, Transient)
    assert "took too long" in str(error)
    assert SECONDS <= seconds < SECONDS + 0.3


def test_slow_tls_handshake_ends_in_time() -> None:
    def silent(connection: socket.socket) -> None:
        time.sleep(2 * SECONDS)

    with serving(silent) as base_url, asking(base_url.replace("http", "https")) as fetcher:
        started = time.monotonic()
        with pytest.raises(Transient, match="took too long"):
            fetcher.get(base_url.replace("http", "https") + "/")
        assert time.monotonic() - started < SECONDS + 0.3


@pytest.mark.parametrize(
    "answer",
    [
        HEAD + b"Content-Length: 100\r\n\r\n<html>",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n6\r\n<html>\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n60\r\n<html>",
        HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"<html>", mtime=0)[:-4],
        HEAD + b"Content-Encoding: gzip\r\n\r\n<html>",
        HEAD,
        b"",
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 999999 ?\r\n\r\n",
        b"\x16\x03\x01\x02\x00",
    ],
)
def test_broken_answers_are_tried_again(answer: bytes) -> None:
    whole = send(HEAD + b"Content-Length: 6\r\n\r\n<html>")
    with serving(send(answer), whole) as base_url, asking(base_url, retries=1) as fetcher:
        assert fetcher.get(base_url + "/").body == b"<html>"


@pytest.mark.parametrize(
    "script",
    [
        lambda c: flood(c, HEAD + b"\r\n", b"x" * 65536),
        lambda c: flood(c, HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n" * 9999),
        lambda c: flood(c, b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 999),
        lambda c: flood(c, HEAD + b"Content-Length: 200000000\r\n\r\n", b"x" * 65536),
        send(HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"\0" * 10_000_000, mtime=0)),
        send(HEAD + b"Content-Encoding: br\r\n\r\nx"),
        send(HEAD + b"".join(b"X-%d: %s\r\n" % (n, b"x" * 900) for n in range(80)) + b"\r\n"),
        send(b"HTTP/1.1 304 Not Modified\r\n\r\n"),
    ],
    ids=["endless", "chunks", "interim", "length", "bomb", "brotli", "headers", "unasked-304"],
)
def test_what_is_too_much_is_refused(script: Script) -> None:
    error, seconds = failure(script, within=LONG)
    assert isinstance(error, Refused)
    assert seconds < LONG


def test_endless_header_line_is_ended() -> None:
    error, seconds = failure(lambda c: flood(c, HEAD + b"X: ", b"x" * 65536))
    assert isinstance(error, FetchError)
    assert seconds < SECONDS


def test_server_out_of_reach_is_transient() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        base_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with asking(base_url) as fetcher, pytest.raises(Transient, match="refused"):
        fetcher.get(base_url + "/")


def test_robots_out_of_reach_ends_the_run() -> None:
    with (
        serving(send(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nUser")) as base_url,
        asking(base_url, robots=False) as fetcher,
        pytest.raises(SiteUnavailable, match=r"robots\.txt"),
    ):
        fetcher.get(base_url + "/")


def test_robots_beyond_500_kib_is_cut_not_refused() -> None:
    robots = b"User-agent: *\nDisallow: /x\n" + b"# padding\n" * 60_000 + b"Disallow: /y\n"
    with (
        serving(
            send(b"HTTP/1.1 200 OK\r\n\r\n" + robots),
            send(HEAD + b"Content-Length: 6\r\n\r\n<html>"),
        ) as base_url,
        asking(base_url, robots=False) as fetcher,
    ):
        assert fetcher.get(base_url + "/y").status == 200
        assert not fetcher.robots.allows(base_url + "/x")


def test_connection_is_used_again() -> None:
    def twice(connection: socket.socket) -> None:
        connection.sendall(HEAD + b"Content-Length: 1\r\n\r\n1")
        connection.recv(65536)
        connection.sendall(HEAD + b"Content-Length: 1\r\n\r\n2")

    with serving(twice) as base_url, asking(base_url) as fetcher:
        assert [fetcher.get(base_url + "/").body for _ in range(2)] == [b"1", b"2"]


def test_cookies_are_not_kept() -> None:
    asked = []

    def watch(connection: socket.socket) -> None:
        connection.sendall(HEAD + b"Set-Cookie: a=b\r\nContent-Length: 0\r\n\r\n")
        asked.append(connection.recv(65536))
        connection.sendall(HEAD + b"Content-Length: 0\r\n\r\n")

    with serving(watch) as base_url, asking(base_url) as fetcher:
        fetcher.get(base_url + "/")
        fetcher.get(base_url + "/")
    assert b"cookie" not in asked[0].lower()
    assert b"accept-encoding: gzip, deflate\r\n" in asked[0].lower()


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    with (
        serving(send(HEAD + b"Content-Length: 0\r\n\r\n")) as base_url,
        asking(base_url) as fetcher,
    ):
        assert fetcher.get(base_url + "/").status == 200


def hang_up_before_the_second_request(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"Content-Length: 3\r\n\r\none")
    connection.recv(65536)  # the second request is on its way
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def test_a_kept_connection_that_breaks_after_a_rest_is_replaced_without_a_failure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("scraper.http.transport._IDLE_SECONDS", 0.0)
    answer = HEAD + b"Content-Length: 3\r\n\r\ntwo"
    with (
        serving(hang_up_before_the_second_request, lambda c: c.sendall(answer)) as base_url,
        asking(base_url, seconds=LONG) as fetcher,
    ):
        bodies = [fetcher.get(f"{base_url}/{n}").body for n in range(2)]
    assert bodies == [b"one", b"two"]


def test_a_kept_connection_that_breaks_in_use_is_a_failed_attempt() -> None:
    with (
        serving(hang_up_before_the_second_request) as base_url,
        asking(base_url, seconds=LONG) as fetcher,
    ):
        fetcher.get(f"{base_url}/1")
        with pytest.raises(Transient):
            fetcher.get(f"{base_url}/2")


def test_looking_up_an_address_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: ended.wait(30) and [])
    with asking("http://127.0.0.1:9") as fetcher, pytest.raises(Transient, match="too long"):
        fetcher.get("http://127.0.0.1:9/x")
    ended.set()


def test_a_connection_is_kept_for_longer_than_the_usual_delay() -> None:
    assert _KEEP_ALIVE_SECONDS > 3 * SiteSettings("https://baolaocai.vn").delay_seconds
