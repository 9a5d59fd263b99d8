"""What a run says while it works: on a terminal, in a text log and in a JSON log."""

import json
import os
import pty
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import httpx
import pytest

from scraper.archive.files import open_archive
from scraper.archive.runs import Run
from scraper.config import CrawlSettings, Settings, SiteSettings
from scraper.crawl.outcome import RunOutcome, summary
from scraper.demo.newspaper import make_newspaper
from scraper.errors import FetchError, RunEnded, SiteUnavailable
from scraper.http.fetcher import open_fetcher
from scraper.http.pace import Clock
from scraper.models import HostState
from scraper.progress import Event, json_line
from tests.support.commands import configure, in_process, scraper
from tests.support.faults import Fault
from tests.support.simulated import BASE, START
from tests.support.stand_in import StandIn

pytestmark = pytest.mark.slow  # whole runs and archives

FIELDS = {"event", "url", "status", "seconds", "bytes", "attempt", "wait_seconds"}
SETTINGS = Settings(
    SiteSettings(BASE, delay_seconds=5.0),
    CrawlSettings(retries=3, backoff_seconds=20.0, max_minutes=600.0),
)
URL = f"{BASE}/a-post1.html"


def events_of(replies: list[httpx.Response], settings: Settings = SETTINGS) -> list[Event]:
    """The events of one request that is answered so."""
    events: list[Event] = []
    passed, answers = 0.0, iter(replies)

    def sleep(seconds: float) -> None:
        nonlocal passed
        passed += seconds

    def answer(request: httpx.Request) -> httpx.Response:
        if reply := next(answers, None):
            return reply
        raise httpx.ConnectError("connection refused")

    clock = Clock(lambda: START, lambda: passed, sleep)
    with open_fetcher(
        settings,
        HostState("", 404, START),
        lambda _: None,
        tell=events.append,
        clock=clock,
        transport=httpx.MockTransport(answer),
    ) as fetcher:
        with suppress(FetchError, SiteUnavailable, RunEnded):
            fetcher.get(URL)
    return events


def reply(status: int, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(
        status, headers={"content-type": "text/html"} | named, stream=httpx.ByteStream(b"<html>")
    )


@pytest.fixture(autouse=True)
def no_jitter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scraper.http.attempts.uniform", lambda low, high: low)


def said(events: list[Event]) -> list[str]:
    return [event.message for event in events if not event.is_detail]


CONNECTING = "connecting to 127.0.0.1:8610 …"


def test_each_attempt_is_announced_with_its_reason_wait_and_number() -> None:
    assert said(events_of([reply(503), reply(500), reply(200)])) == [
        CONNECTING,
        "503, waiting 20 s (attempt 2 of 4)",
        CONNECTING,
        "500, waiting 40 s (attempt 3 of 4)",
        CONNECTING,
    ]


def test_a_dead_host_is_announced_attempt_by_attempt() -> None:
    waits = [f"connection refused, waiting {s} s (attempt {n} of 4)" for n, s in ((2, 20), (3, 40), (4, 80))]  # fmt: skip
    expected = [CONNECTING]
    for wait in waits:
        expected += [wait, CONNECTING]
    assert said(events_of([])) == expected


def test_a_wait_that_the_server_asked_for_is_announced() -> None:
    events = events_of([reply(503, retry_after="90"), reply(200)])
    assert said(events)[1] == "503, waiting 90 s (attempt 2 of 4; Retry-After (503))"


def test_quiet_hours_are_announced() -> None:
    settings = replace(SETTINGS, crawl=replace(SETTINGS.crawl, quiet_hours="07:50-08:30"))
    assert said(events_of([reply(200)], settings))[0] == "quiet hours, waiting 30 minutes"


def test_a_request_without_a_wait_is_shown_only_to_programs() -> None:
    events = events_of([reply(200)])
    assert said(events) == [CONNECTING]
    assert (events[-1].event, events[-1].status, events[-1].bytes) == ("answer", 200, 6)


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "latin-1", "cp1258"])
def test_a_line_is_json_in_whatever_letters_the_stream_has(encoding: str) -> None:
    stream = TextIOWrapper(BytesIO(), encoding, errors="backslashreplace")
    message = "Báo Lào Cai: \x00 \ud800 “ệ” 😀"
    stream.write(json_line(Event("note", message), stream, {"exit_code": 3}))
    stream.flush()
    line = json.loads(stream.buffer.getvalue().decode(encoding))  # type: ignore[attr-defined]
    assert (line["message"], line["exit_code"]) == (message, 3)


def run_crawl(folder: Path, base_url: str, *options: str, **streams: Any) -> subprocess.Popen[Any]:
    (folder / "config.toml").write_text(
        f'[site]\nbase_url = "{base_url}"\ndelay_seconds = 0\n'
        "[crawl]\nretries = 1\nbackoff_seconds = 0.1\n",
        "utf-8",
    )
    return subprocess.Popen(
        [sys.executable, "-m", "scraper", "crawl", *options],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
        **streams,
    )


def json_log(folder: Path, base_url: str) -> tuple[int, list[dict[str, Any]]]:
    """Exit code and lines of stdout and stderr together."""
    run = run_crawl(
        folder, base_url, "--log-format", "json", stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    output, _ = run.communicate(timeout=60)
    lines = [json.loads(line) for line in output.decode().splitlines()]
    assert all(line.keys() >= FIELDS for line in lines)
    return run.returncode, lines


@pytest.fixture
def dead() -> str:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{unused.getsockname()[1]}"


def test_a_json_log_of_a_run_with_faults_is_json_to_its_last_line(tmp_path: Path) -> None:
    faults = [Fault("503", times=1, share=0.5), Fault("reset", share=0.2), Fault("404", on="feeds")]
    with StandIn(make_newspaper(pages=6), faults=faults) as site:
        code, lines = json_log(tmp_path, site.base_url)
        asked = len(site.log)
    assert (code, lines[-1]["event"], lines[-1]["outcome"]) == (0, "summary", "done")
    answers = [line for line in lines if line["event"] in ("answer", "no answer")]
    assert len(answers) == asked == lines[-1]["requests"]
    waits = [line for line in lines if line["event"] == "waiting"]
    assert waits and all(line["wait_seconds"] > 0 and line["attempt"] == 2 for line in waits)
    assert {503, 404, 200} <= {line["status"] for line in answers}


def test_a_json_log_of_a_dead_host_ends_with_the_error(tmp_path: Path, dead: str) -> None:
    code, lines = json_log(tmp_path, dead)
    assert [line["event"] for line in lines[-2:]] == ["summary", "error"]
    assert code == lines[-1]["exit_code"] == 3


def test_a_json_log_of_a_locked_archive_is_the_error(tmp_path: Path, dead: str) -> None:
    with open_archive(tmp_path / "archive.db"):
        code, lines = json_log(tmp_path, dead)
    assert code == lines[-1]["exit_code"] == 75
    assert [line["event"] for line in lines] == ["error"]


def test_a_json_log_of_a_broken_config_is_the_error(tmp_path: Path) -> None:
    code, lines = json_log(tmp_path, "no address")
    assert code == lines[-1]["exit_code"] == 1
    assert [line["event"] for line in lines] == ["error"]


@pytest.mark.parametrize(
    "options",
    [("--log-format=json", "--nonsense"), ("--limit", "x", "--log-format", "json"), ("--log-format", "json", "x")],
    ids=str,
)  # fmt: skip
def test_an_error_in_the_usage_is_a_line_of_a_json_log(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    run = in_process(tmp_path, "crawl", *options)
    line = json.loads(run.stderr)
    assert (run.returncode, run.stdout) == (2, "")
    assert (line["event"], line["exit_code"]) == ("error", 2) and line.keys() >= FIELDS


def test_an_error_in_the_usage_of_a_text_log_shows_the_usage(tmp_path: Path) -> None:
    for options in (("--nonsense",), ("--log-format", "json", "--log-format", "text", "x")):
        assert in_process(tmp_path, "crawl", *options).stderr.startswith("Usage: ")


@pytest.mark.parametrize("limit", [1, 20_000, 150_000])
def test_a_json_log_of_a_full_disk_is_json_to_its_last_line(tmp_path: Path, limit: int) -> None:
    with StandIn(make_newspaper(pages=6)) as site:
        configure(tmp_path, site.base_url)
        run = scraper(tmp_path, "crawl", "--log-format", "json", limit=limit)
    lines = [json.loads(line) for line in run.stderr.splitlines()]
    assert (run.returncode, lines[-1]["event"], lines[-1]["exit_code"]) == (1, "error", 1)


def test_a_summary_that_cannot_be_written_is_a_line_of_a_json_log(tmp_path: Path) -> None:
    with StandIn(make_newspaper(pages=3)) as site, open("/dev/full", "wb") as full:
        run = run_crawl(
            tmp_path, site.base_url, "--log-format", "json", stdout=full, stderr=subprocess.PIPE
        )
        _, log = run.communicate(timeout=60)
    last = [json.loads(line) for line in log.decode().splitlines()][-1]
    assert (run.returncode, last["event"]) == (1, "error")
    assert last["message"] == "the disk is full: not all of the output was written"


def test_a_log_that_cannot_be_written_stops_no_run(tmp_path: Path) -> None:
    with StandIn(make_newspaper(pages=3)) as site, open("/dev/full", "wb") as full:
        run = run_crawl(tmp_path, site.base_url, stdout=subprocess.PIPE, stderr=full)
        said, _ = run.communicate(timeout=60)
    assert (run.returncode, b"3 new" in said) == (0, True)


@contextmanager
def terminal() -> Iterator[tuple[int, int]]:
    ours, theirs = pty.openpty()
    try:
        yield ours, theirs
    finally:
        os.close(ours)


def test_a_terminal_shows_what_a_dead_host_is_waited_for(tmp_path: Path, dead: str) -> None:
    with terminal() as (ours, theirs):
        run = run_crawl(tmp_path, dead, stdout=subprocess.DEVNULL, stderr=theirs)
        os.close(theirs)
        shown = b""
        with suppress(OSError):  # the other end is closed
            while piece := os.read(ours, 65536):
                shown += piece
        assert run.wait(60) == 3
    assert b"connecting to 127" in shown
    assert b"(attempt 2 of 2)" in shown


@pytest.mark.parametrize(
    ("redirects", "others", "said"),
    [
        (1, 0, "1 redirect, 0 pages without an article; 1 still due"),
        (2, 1, "2 redirects, 1 page without an article; 1 still due"),
    ],
)
def test_a_summary_counts_in_singular_and_plural(redirects: int, others: int, said: str) -> None:
    run = Run(1, "crawl", START, fetched=redirects + others, not_articles=others)
    assert summary(RunOutcome(run, 1, redirects=redirects)).endswith(said)


@pytest.mark.parametrize(("requests", "said"), [(1, "1 request, "), (2, "2 requests, ")])
def test_a_run_without_news_counts_its_requests(requests: int, said: str) -> None:
    run = Run(1, "crawl", START, "done", requests=requests)
    assert summary(RunOutcome(run, 0)) == f"nothing new: {said}for lists only"
    refused = replace(run, outcome="failed", detail="robots.txt cannot be read")
    counted = said.removesuffix(", ")
    assert summary(RunOutcome(refused, 0)) == f"nothing new: {counted} ({refused.detail})"
