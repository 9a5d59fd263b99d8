"""`scraper recover`: older captures out of the Wayback Machine, asked for politely and once."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from scraper.archive import snapshots
from scraper.archive.files import open_archive
from scraper.archive.filing import file_snapshot
from scraper.archive.withdrawals import withdraw
from scraper.cli import cli
from scraper.cli.recover_command import _say_recovered
from scraper.config import CrawlSettings, RecoverSettings, Settings, SiteSettings
from scraper.errors import Refused, SiteUnavailable, UnreadableList
from scraper.models import Snapshot
from scraper.progress import Silence
from scraper.recover.choice import worth_asking
from scraper.recover.recovery import Recovered, Window, recover
from scraper.recover.wayback import IndexedCapture, as_captured, read_index
from tests.support.filled import CONTEXT, SITE, page
from tests.support.web_archive import Held, WebArchive

pytestmark = pytest.mark.slow  # servers, commands and whole archives

ROOT = Path(__file__).parent.parent
EVER = Window()


def held(index: int, timestamp: str, prefix: str = "https://baolaocai.vn", **edit: bytes) -> Held:
    """The web archive's capture of story `index`."""
    snapshot = page(index, **edit)
    return Held(timestamp, prefix + snapshot.url.removeprefix(SITE.base_url), snapshot.body)


def missing(index: int, timestamp: str) -> Held:
    return replace(held(index, timestamp), status=404, body=b"<h1>404</h1>")


LIFE = [
    held(0, "20220504010203"),
    held(0, "20220601000000"),  # the same page: adds nothing
    held(0, "20230101000000", "http://www.baolaocai.vn:80", title="Tiêu đề mới".encode()),
    missing(0, "20240101000000"),
    missing(0, "20240301000000"),
    held(1, "20210101000000", "http://baolaocai.vn"),
    held(1, "20220101000000", "http://baolaocai.vn"),
    Held("20220101000000", "https://baolaocai.vn/chinh-tri/", b"<html>a section</html>"),
    Held("20220101000000", "https://cdn.baolaocai.vn/x-post5.html", b"<html>another host</html>"),
]
WORTH = ["20210101000000", "20220101000000", "20220504010203", "20230101000000"] + [
    "20240101000000", "20240301000000",
]  # fmt: skip


def settings(folder: Path, service: str, **options: float) -> Settings:
    return Settings(
        SiteSettings(SITE.base_url, ("www.baolaocai.vn",), contact="lan@example.org"),
        CrawlSettings(retries=1, backoff_seconds=0, stop_after_failures=3),
        recover=RecoverSettings(service, **{"delay_seconds": 0, **options}),  # type: ignore[arg-type]
        source=str(folder),
    )


def run(path: Path, archive: WebArchive, window: Window = EVER, **options: object) -> Recovered:
    chosen = settings(path, archive.url)
    with open_archive(path) as opened:
        return recover(opened, chosen, window, Silence(), **options)  # type: ignore[arg-type]


def rows(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """What follows from captures alone; ids of snapshots aside, which tell the order of filing."""
    with closing(sqlite3.connect(path)) as db:
        return {
            table: sorted(db.execute(sql).fetchall(), key=repr)
            for table, sql in {
                "articles": "SELECT id, title, lead, gone_at, first_captured_at, last_captured_at,"
                " revision_count, timestamp FROM articles",
                "texts": "SELECT * FROM texts",
                "revisions": "SELECT article_id, number, captured_at, last_seen_at, sha256"
                " FROM revisions",
                "captures": "SELECT article_id, captured_at, status, reading FROM captures",
            }.items()
        }


def test_what_the_site_has_lost_is_filed_with_its_history(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    with WebArchive(LIFE) as archive:
        done = run(path, archive)
        assert (done.filed, done.new_articles, done.failed, done.remaining) == (6, 2, 0, 0)
        assert sorted(archive.replayed) == WORTH
    found = rows(path)
    story = page(0).url.rpartition("post")[2]
    first = next(row for row in found["articles"] if f"{row[0]}.html" == story)
    assert (first[1], first[3], first[6]) == ("Tiêu đề mới", "2024-01-01T00:00:00Z", 2)
    assert first[4] == "2022-05-04T01:02:03Z"
    with closing(sqlite3.connect(tmp_path / "snapshots.db")) as db:
        stored = db.execute("SELECT DISTINCT origin, headers_json FROM snapshots").fetchall()
    assert {origin for origin, _ in stored} == {"wayback"}
    assert ["server", "nginx"] in json.loads(stored[0][1])
    assert not [
        name for name, _ in json.loads(stored[0][1]) if "archive" in name or "length" in name
    ]


def test_a_second_run_asks_the_index_once_and_for_no_capture(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    with WebArchive(LIFE, rows=5000) as archive:
        run(path, archive)
        archive.log.clear()
        assert run(path, archive).filed == 0
        assert (archive.listed, archive.replayed) == (1, [])
        assert "from=" in archive.log[-1][1]


def test_a_dry_run_lists_and_asks_for_nothing(tmp_path: Path) -> None:
    with WebArchive(LIFE) as archive:
        done = run(tmp_path / "archive.db", archive, dry=True)
        assert (done.listed, done.filed, done.remaining) == (7, 0, 6)
        assert done.by_year == {"2021": 1, "2022": 2, "2023": 1, "2024": 2}
        assert archive.replayed == []


def test_a_limit_ends_the_run_and_the_next_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    with WebArchive(LIFE) as archive:
        assert (first := run(path, archive, limit=2)).remaining == 4
        assert "as many as one run may" in first.detail
        assert run(path, archive).filed == 4
        assert sorted(archive.replayed) == WORTH


def test_only_the_days_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    window = Window(datetime(2022, 1, 1, tzinfo=UTC), datetime(2022, 12, 31, tzinfo=UTC))
    with WebArchive(LIFE) as archive:
        run(path, archive, window)
        # The last of what the index lists for these days counts too.
        assert sorted(archive.replayed) == ["20220101000000", "20220504010203", "20220601000000"]
        run(path, archive)
        assert sorted(archive.replayed) == sorted({*WORTH, "20220601000000"})


def test_articles_that_the_archive_lacks_come_first(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    with open_archive(path) as opened:
        number = snapshots.store(opened.snapshots, page(1))
        file_snapshot(opened, number, page(1), CONTEXT)
    with WebArchive(LIFE) as archive:
        run(path, archive, limit=1)
        assert archive.replayed == ["20220504010203"]


def test_the_rows_are_the_same_whatever_came_first(tmp_path: Path) -> None:
    """Own captures before, between and after two recoveries of different years."""
    own = [page(0), page(1), page(2)]
    early = Window(until=datetime(2022, 3, 1, tzinfo=UTC))

    def file_own(path: Path) -> None:
        with open_archive(path) as opened:
            for snapshot in own:
                number = snapshots.store(opened.snapshots, snapshot)
                file_snapshot(opened, number, snapshot, CONTEXT)

    with WebArchive(LIFE) as archive:
        steps: list[Callable[[Path], object]] = [
            file_own,
            lambda path: run(path, archive, early),
            lambda path: run(path, archive),
        ]
        found = []
        for n, order in enumerate([(0, 1, 2), (1, 0, 2), (1, 2, 0), (2, 0, 1)]):
            path = tmp_path / str(n) / "archive.db"
            path.parent.mkdir()
            for step in order:
                steps[step](path)
            found.append(rows(path))
    assert found[0]["articles"] and all(other == found[0] for other in found[1:])


@pytest.mark.parametrize("fault", ["429", "503", "cut"])
def test_a_passing_failure_is_tried_again(tmp_path: Path, fault: str) -> None:
    faults = {"20220504010203": fault, "index": "503"}
    with WebArchive(LIFE, faults=faults, heals_after=1) as archive:  # type: ignore[arg-type]
        done = run(tmp_path / "archive.db", archive)
    assert (done.filed, done.failed) == (6, 0)


@pytest.mark.parametrize("fault", ["rewritten", "own 403", "other time", "not html"])
def test_what_is_not_the_page_as_captured_is_not_filed(tmp_path: Path, fault: str) -> None:
    path = tmp_path / "archive.db"
    with WebArchive(LIFE, faults={"20220504010203": fault}) as archive:  # type: ignore[dict-item]
        for _ in range(4):
            done = run(path, archive)
        assert archive.replayed.count("20220504010203") == 3
        assert done.remaining == 0
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT count(*) FROM captures").fetchone() == (5,)
        assert db.execute("SELECT count(*) FROM failures WHERE kind = 'wayback'").fetchone() == (3,)
        left = db.execute("SELECT attempts, error FROM recoverable WHERE state = 'failed'")
        assert [(attempts, bool(error)) for attempts, error in left] == [(3, True)]


def test_a_service_that_refuses_is_left_alone(tmp_path: Path) -> None:
    faults = {held.timestamp: "own 403" for held in LIFE}
    with WebArchive(LIFE, faults=faults) as archive:  # type: ignore[arg-type]
        with pytest.raises(SiteUnavailable, match="3 failures in a row"):
            run(tmp_path / "archive.db", archive)
        assert len(archive.replayed) == 3


def test_retry_after_holds_the_next_run_too(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    with WebArchive(LIFE, faults={"index": "429"}) as archive:
        with pytest.raises(SiteUnavailable):
            run(path, archive)
    with closing(sqlite3.connect(path)) as db:
        host = archive.url.removeprefix("http://")
        reason = db.execute("SELECT next_request_reason FROM hosts WHERE host = ?", [host])
        assert reason.fetchone()[0].startswith("Retry-After")


@pytest.mark.parametrize(
    ("robots", "captures"),
    [("User-agent: *\nDisallow: /web/", 0), ("User-agent: *\nDisallow: /cdx/", 0)],
)
def test_robots_txt_of_the_service_is_obeyed(tmp_path: Path, robots: str, captures: int) -> None:
    with WebArchive(LIFE, robots=robots) as archive:
        with pytest.raises(SiteUnavailable, match=r"robots\.txt"):
            run(tmp_path / "archive.db", archive)
        assert len(archive.replayed) == captures


def test_the_delay_is_kept_between_all_requests(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    with WebArchive(LIFE) as archive:
        chosen = settings(path, archive.url, delay_seconds=0.05)
        with open_archive(path) as opened:
            recover(opened, chosen, Window(), Silence())
        times = [at for at, _ in archive.log]
    assert min(b - a for a, b in zip(times, times[1:], strict=False)) >= 0.05


def test_a_withdrawn_article_is_not_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    with WebArchive(LIFE) as archive:
        run(path, archive, limit=1)
        with closing(sqlite3.connect(path)) as db:
            number = db.execute("SELECT id FROM articles").fetchone()[0]
        with open_archive(path) as opened:
            withdraw(opened, number, "a court", datetime(2026, 1, 1, tzinfo=UTC))
        archive.log.clear()
        run(path, archive)
        assert all(f"post{number}" not in address for _, address in archive.log)


def command(folder: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "scraper", "recover", "wayback", *more]


def configure(folder: Path, archive: WebArchive, delay: float) -> dict[str, str]:
    (folder / "config.toml").write_text(
        '[site]\nbase_url = "https://baolaocai.vn"\ncontact = "lan@example.org"\n'
        f'[recover]\nwayback_url = "{archive.url}"\ndelay_seconds = {delay}\n'
    )
    return {**os.environ, "PYTHONPATH": str(ROOT)}


@pytest.mark.slow
def test_killed_again_and_again_it_asks_for_nothing_twice_but_what_was_on_its_way(
    tmp_path: Path,
) -> None:
    rng, kills = random.Random(5), 0
    with WebArchive(LIFE) as archive:
        env = configure(tmp_path, archive, 0.1)
        while kills < 6:
            process = subprocess.Popen(
                command(tmp_path), cwd=tmp_path, env=env, stderr=subprocess.DEVNULL
            )
            until = len(archive.log) + rng.randint(1, 4)
            while process.poll() is None and len(archive.log) < until:
                time.sleep(0.005)
            time.sleep(rng.uniform(0, 0.1))
            if process.poll() is not None:
                break
            process.send_signal(signal.SIGKILL)
            process.wait()
            kills += 1
        subprocess.run(command(tmp_path), cwd=tmp_path, env=env, check=True)
        assert len(archive.replayed) - len(set(archive.replayed)) <= kills
        assert kills > 2 and sorted(set(archive.replayed)) == WORTH
        alone = tmp_path / "alone" / "archive.db"
        alone.parent.mkdir()
        run(alone, archive)
    assert rows(tmp_path / "archive.db") == rows(alone)


def test_the_command_says_what_is_left_and_how_long_it_takes(tmp_path: Path) -> None:
    with WebArchive(LIFE) as archive:
        env = configure(tmp_path, archive, 0)
        said = subprocess.run(
            command(tmp_path, "--dry-run", "--from", "2023-01-01", "--to", "2024-01-01"),
            cwd=tmp_path, env=env, capture_output=True, text=True,
        )  # fmt: skip
    assert (said.returncode, "2 still to ask for" in said.stdout) == (0, True), said
    assert "1 of 2023, 1 of 2024" in said.stdout


@pytest.mark.parametrize(
    ("remaining", "said"),
    [(2, "at least 1 min:"), (700, "at least 59 min:"), (1800, "at least 2.5 hours:")],
)
def test_how_long_it_takes_is_said_in_minutes_or_hours(
    capsys: pytest.CaptureFixture[str], remaining: int, said: str
) -> None:
    _say_recovered(Recovered(remaining=remaining, by_year=Counter({"2022": remaining})), 5.0)
    assert said in capsys.readouterr().out


def test_days_in_the_wrong_order_are_refused(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[site]\nbase_url = "http://127.0.0.1:1"\n')
    asked = ["recover", "wayback", "--from", "2023-02-01", "--to", "2023-01-31"]
    run = CliRunner().invoke(cli, [*asked, "--config", str(tmp_path / "config.toml")])
    assert run.exit_code == 2
    assert "--to 2023-01-31 is before --from 2023-02-01" in run.output
    assert not (tmp_path / "archive.db").exists()


def capture(day: int, digest: str, status: int | None = 200) -> IndexedCapture:
    return IndexedCapture(datetime(2022, 1, day, tzinfo=UTC), "https://x.vn/a", status, digest)


@pytest.mark.parametrize(
    ("captures", "days"),
    [
        ([], []),
        ([capture(1, "A")], [1]),
        ([capture(1, "A"), capture(2, "A"), capture(3, "A")], [1, 3]),
        ([capture(1, "A"), capture(2, "A"), capture(3, "B")], [1, 3]),
        ([capture(1, "A"), capture(2, "A", None), capture(3, "B")], [1, 3]),
        ([capture(1, "A"), capture(2, "A"), capture(3, "x", 404)], [1, 2, 3]),
        ([capture(1, "x", 404), capture(2, "y", 404), capture(3, "z", 404)], [1, 3]),
        ([capture(1, "x", 404), capture(2, "y", 410), capture(3, "A")], [1, 2, 3]),
        ([capture(1, "A"), capture(2, "r", 301), capture(3, "A"), capture(4, "s", 503)], [1, 3]),
        ([capture(1, "A"), capture(2, "B"), capture(3, "A")], [1, 2, 3]),
    ],
)
def test_captures_that_add_something(captures: list[IndexedCapture], days: list[int]) -> None:
    assert [chosen.captured_at.day for chosen in worth_asking(captures)] == days


def answer(status: int = 200, body: bytes = b"", **headers: str) -> Snapshot:
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Snapshot("http://127.0.0.1/x", datetime(2026, 1, 1, tzinfo=UTC), status, named, body)


@pytest.mark.parametrize("text", ["<html>busy</html>", "2022 x 200 A", "20221399000000 x 200 A"])
def test_an_answer_that_is_no_index_is_not_read_as_one(text: str) -> None:
    with pytest.raises(UnreadableList):
        read_index(answer(body=text.encode()))


def test_a_line_of_the_index_that_states_no_capture_is_left_out() -> None:
    good = "20220504010203 https://x.vn/a 200 A"
    bad = ("20220431010203 https://x.vn/a 200 B", "20220504010203 https://x.vn/a b 200 C", "-")
    assert read_index(answer(body="\n".join([bad[0], good, *bad]).encode())).captures == (
        IndexedCapture(datetime(2022, 5, 4, 1, 2, 3, tzinfo=UTC), "https://x.vn/a", 200, "A"),
    )


def test_an_empty_index_is_an_index() -> None:
    assert read_index(answer()).captures == ()


def test_the_services_own_page_is_not_a_capture() -> None:
    with pytest.raises(Refused, match="no capture"):
        as_captured(answer(), capture(1, "A"), SITE)
