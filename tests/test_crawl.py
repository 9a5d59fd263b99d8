"""Whole runs against the stand-in newspaper; what it was asked is read from its own log."""

import json
import os
import signal
import sqlite3
import subprocess
import time
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from scraper.archive import frontier, known_lists
from scraper.archive.files import open_archive, write
from scraper.cli import cli
from scraper.crawl.run import crawl_site
from scraper.demo.newspaper import make_newspaper
from scraper.demo.story import published_sources, truth
from scraper.errors import ArchiveError, Locked
from scraper.models import Article, utc_text
from scraper.progress import Silence
from scraper.urls import article_id
from tests.support.faults import Fault
from tests.support.kills import killed_crawl
from tests.support.patient import SCRAPER
from tests.support.runs import FULL, crawl, rows, settings_for
from tests.support.stand_in import StandIn

pytestmark = pytest.mark.slow  # whole runs


def expected(article: Article) -> dict[str, object]:
    """The row that a perfect archive holds of an article, as far as the newsroom decides it."""
    return {
        "id": article.article_id,
        "url": article.url,
        "title": article.title,
        "lead": article.lead,
        "body": "\n\n".join(article.paragraphs),
        "section": article.section,
        "byline": json.dumps(article.byline, ensure_ascii=False),
        "published_at": article.published_at and utc_text(article.published_at),
        "modified_at": article.modified_at and utc_text(article.modified_at),
        "page_clock_at": article.page_clock_at and utc_text(article.page_clock_at),
        "page_clock_text": article.page_clock_text,
        "layout": article.layout,
        "template": article.template,
        "photo_count": article.photo_count,
        "caption_count": len(article.captions),
    }


def test_every_article_is_filed_field_by_field_as_the_newsroom_published_it(
    stand_in: StandIn, tmp_path: Path
) -> None:
    outcome = crawl(tmp_path, settings_for(stand_in))
    assert (outcome.run.outcome, outcome.run.new_articles, outcome.run.failed) == ("done", 150, 0)
    filed = {row["id"]: dict(row) for row in rows(tmp_path, "SELECT * FROM articles_full")}
    assert filed.keys() == stand_in.stories.keys()
    for number, story in stand_in.stories.items():
        article = truth(story, stand_in.base_url)
        row, wanted = filed[number], expected(article)
        assert {key: row[key] for key in wanted} == wanted
        assert row["published_source"] in (published_sources(story) or ("",))
        captions = rows(
            tmp_path,
            "SELECT text, credit, image_url, after_paragraph, source FROM captions"
            f" WHERE article_id = {number} ORDER BY position",
        )
        assert [tuple(c) for c in captions] == [
            (c.text, c.credit, c.image_url, c.after_paragraph, c.source) for c in article.captions
        ]
        weather = rows(
            tmp_path,
            "SELECT place, text, temperature_c, temperature_min_c, temperature_max_c, humidity_pct,"
            f" condition FROM weather WHERE article_id = {number} ORDER BY position",
        )
        assert [tuple(w) for w in weather] == [
            (w.place, w.text, w.temperature_c, w.temperature_min_c, w.temperature_max_c,
             w.humidity_pct, w.condition)
            for w in article.weather
        ]  # fmt: skip
        tags = rows(
            tmp_path,
            "SELECT name FROM tags JOIN article_tags ON tag_id = tags.id"
            f" WHERE article_id = {number}",
        )
        assert {tag["name"] for tag in tags} == set(article.tags)


def test_the_site_is_asked_politely(tmp_path: Path) -> None:
    delay = 0.05
    with StandIn(make_newspaper(pages=12)) as site:
        crawl(tmp_path, settings_for(site, delay_seconds=delay))
        log = site.log
    assert log[0].path == "/robots.txt"
    assert [request.path for request in log].count("/robots.txt") == 1
    assert max(request.at_once for request in log) == 1
    assert min(b.started - a.answered for a, b in zip(log, log[1:], strict=False)) >= delay
    assert not [r for r in log if r.path.startswith(("/api/", "/tim-kiem"))]
    assert {r.headers["user-agent"].partition("/")[0] for r in log} == {"BaoLaoCaiArchive"}


def test_a_second_run_asks_for_lists_only_and_changes_no_article(
    short_stand_in: StandIn, tmp_path: Path
) -> None:
    settings = settings_for(short_stand_in)
    crawl(tmp_path, settings)
    tables = ("articles", "texts", "captions", "weather", "revisions", "tags", "article_tags")
    before = {table: rows(tmp_path, f"SELECT * FROM {table}") for table in tables}
    short_stand_in.log.clear()
    outcome = crawl(tmp_path, settings, replace(FULL, full=False))
    assert (outcome.run.fetched, outcome.run.found, outcome.remaining) == (0, 0, 0)
    assert {r.status for r in short_stand_in.log} == {304}
    assert not [r.path for r in short_stand_in.log if article_id(r.path) or r.path == "/robots.txt"]
    assert len(short_stand_in.log) <= 5
    assert before == {table: rows(tmp_path, f"SELECT * FROM {table}") for table in tables}


def test_a_run_that_has_to_ask_for_robots_txt_again_asks_no_more_for_it(
    short_stand_in: StandIn, tmp_path: Path
) -> None:
    settings = settings_for(short_stand_in)
    crawl(tmp_path, settings)
    asked = []
    for fetched_at in ("robots_fetched_at", "'2020-01-01T00:00:00Z'"):
        with closing(sqlite3.connect(tmp_path / "archive.db")) as db, db:
            db.execute(f"UPDATE hosts SET robots_fetched_at = {fetched_at}")
        short_stand_in.log.clear()
        crawl(tmp_path, settings, replace(FULL, full=False))
        asked.append([request.path for request in short_stand_in.log])
    assert asked[1] == ["/robots.txt", *asked[0]]


def test_a_budget_ends_a_run_between_two_pages_and_the_next_goes_on(
    short_stand_in: StandIn, tmp_path: Path
) -> None:
    settings = settings_for(short_stand_in)
    first = crawl(tmp_path, settings, replace(FULL, pages=20))
    assert (first.run.outcome, first.run.fetched, first.remaining) == ("stopped", 20, 30)
    second = crawl(tmp_path, settings)
    assert (second.run.outcome, second.run.new_articles) == ("done", 30)
    paths = [r.path for r in short_stand_in.log if article_id(r.path)]
    assert len(paths) == len(set(paths)) == 50


def test_a_dry_run_names_what_is_due_and_asks_for_no_article(
    short_stand_in: StandIn, tmp_path: Path
) -> None:
    outcome = crawl(tmp_path, settings_for(short_stand_in), replace(FULL, dry=True))
    assert len(outcome.due) == 50
    assert not [r for r in short_stand_in.log if article_id(r.path)]


def test_what_a_killed_run_stored_is_filed_without_asking_again(
    short_stand_in: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    settings = settings_for(short_stand_in)
    with monkeypatch.context() as patch:
        patch.setattr("scraper.crawl.capture.file_read", killed)
        with pytest.raises(KeyboardInterrupt):
            crawl(tmp_path, settings)
    assert rows(tmp_path, "SELECT count(*) AS n FROM articles")[0]["n"] == 0
    asked = [r.path for r in short_stand_in.log if article_id(r.path)]
    assert len(asked) == 1
    crawl(tmp_path, settings)
    assert rows(tmp_path, "SELECT count(*) AS n FROM articles")[0]["n"] == 50
    assert [r.path for r in short_stand_in.log].count(asked[0]) == 1


@pytest.mark.parametrize(
    ("fault", "detail"),
    [
        (sqlite3.OperationalError("disk is full"), "OperationalError: disk is full"),
        (ArchiveError("archive.db: damaged"), "archive.db: damaged"),
        (KeyboardInterrupt(), "KeyboardInterrupt"),
    ],
    ids=repr,
)
def test_a_run_that_breaks_off_keeps_the_reason(
    stand_in: StandIn,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    fault: BaseException,
    detail: str,
) -> None:
    def broken(*_: object) -> None:
        raise fault

    monkeypatch.setattr("scraper.crawl.capture.file_read", broken)
    with pytest.raises(type(fault)):
        crawl(tmp_path, settings_for(stand_in))
    assert [tuple(row) for row in rows(tmp_path, "SELECT outcome, detail FROM runs")] == [
        ("failed", detail)
    ]


def test_add_says_of_each_address_what_came_of_it(stand_in: StandIn, tmp_path: Path) -> None:
    story = stand_in.newest[0]
    article = f"{stand_in.base_url}{story.path}"
    nothing = f"{stand_in.base_url}/khong-co-post999999.html"
    text = f'[site]\nbase_url = "{stand_in.base_url}"\ndelay_seconds = 0\n'
    (tmp_path / "config.toml").write_text(text, "utf-8")
    asked = ["add", article, article, nothing, "--config", str(tmp_path / "config.toml")]
    run = CliRunner().invoke(cli, asked)
    assert run.exit_code == 0
    first, second, third = run.stdout.splitlines()
    assert first == f"new: {story.title}"
    assert second == f"unchanged: {article}"  # a 304 has no title
    assert third.startswith(f"not_article: {nothing}: ")


def test_a_run_that_is_stopped_ends_between_two_requests(stand_in: StandIn, tmp_path: Path) -> None:
    with open_archive(tmp_path / "archive.db") as archive:
        outcome = crawl_site(
            archive, settings_for(stand_in), FULL, Silence(), lambda: len(stand_in.log) >= 60
        )
    assert (outcome.run.outcome, outcome.run.detail) == ("stopped", "stopped by a signal")
    assert len(stand_in.log) == 60
    assert outcome.remaining == 150 - outcome.run.fetched > 0
    assert rows(tmp_path, "SELECT count(*) AS n FROM articles")[0]["n"] == outcome.run.new_articles


def test_a_run_that_is_stopped_while_it_reads_lists_says_so(
    short_stand_in: StandIn, tmp_path: Path
) -> None:
    with open_archive(tmp_path / "archive.db") as archive:
        outcome = crawl_site(
            archive,
            settings_for(short_stand_in),
            FULL,
            Silence(),
            lambda: len(short_stand_in.log) >= 5,
        )
    assert outcome.run.outcome == "stopped"
    rest = crawl(tmp_path, settings_for(short_stand_in)).run.new_articles
    assert outcome.run.new_articles + rest == 50


@pytest.mark.slow
def test_killed_8_times_a_crawl_ends_with_the_archive_of_one_left_alone(tmp_path: Path) -> None:
    report = killed_crawl(8, tmp_path)
    assert report.faults == []
    assert report.before_first_request <= 2  # most kills meet it at work


def start(folder: Path, site: StandIn, delay: float = 0.0, *options: str) -> subprocess.Popen[str]:
    (folder / "config.toml").write_text(
        f'[site]\nbase_url = "{site.base_url}"\ndelay_seconds = {delay}\n', "utf-8"
    )
    return subprocess.Popen(
        [*SCRAPER, "crawl", "--full", *options],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_two_runs_started_together_ask_once_and_exit_0_and_75(tmp_path: Path) -> None:
    with StandIn(make_newspaper(pages=12)) as site:
        both = [start(tmp_path, site, 0.02) for _ in range(2)]
        said = [run.communicate(timeout=60)[1] for run in both]
        paths = [request.path for request in site.log]
    assert sorted(run.returncode for run in both) == [0, 75]
    assert len(paths) == len(set(paths))
    (locked,) = (text for run, text in zip(both, said, strict=True) if run.returncode == 75)
    assert locked.count("\n") == 1 and "another scraper is writing to it" in locked
    assert rows(tmp_path, "SELECT count(*) AS n FROM articles")[0]["n"] == 12


def test_json_is_all_that_is_on_stdout_of_a_dry_run_too(tmp_path: Path) -> None:
    with StandIn(make_newspaper(pages=4)) as site:
        output, said = start(tmp_path, site, 0.0, "--json", "--dry-run").communicate(timeout=60)
        plain, _ = start(tmp_path, site, 0.0, "--dry-run").communicate(timeout=60)
    due = json.loads(output)["due"]
    assert sorted(map(article_id, due)) == sorted(site.stories)
    assert plain.splitlines()[:4] == due
    assert said.splitlines()[-1].startswith("4 found, 0 fetched")


def test_an_archive_reached_by_a_link_has_the_same_lock(tmp_path: Path) -> None:
    with open_archive(tmp_path / "archive.db"):
        (tmp_path / "other.db").symlink_to(tmp_path / "archive.db")
        with pytest.raises(Locked), open_archive(tmp_path / "other.db"):
            pass


@pytest.mark.parametrize("name", ["archive.db", "snapshots.db"])
def test_a_link_that_leads_to_itself_is_refused_in_one_line(tmp_path: Path, name: str) -> None:
    (tmp_path / name).symlink_to(name)
    with pytest.raises(ArchiveError), open_archive(tmp_path / "archive.db"):
        pass


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("at", [3, 60])
def test_a_signal_ends_a_run_after_the_page_in_progress(
    tmp_path: Path, sent: signal.Signals, at: int
) -> None:
    with StandIn(make_newspaper(pages=150)) as site:
        run = start(tmp_path, site, 0.02, "--json")
        while len(site.log) < at:
            time.sleep(0.01)
        run.send_signal(sent)
        output, _ = run.communicate(timeout=10)
        asked = len([r for r in site.log if article_id(r.path) is not None])
    summary = json.loads(output)
    assert run.returncode == 0
    assert (summary["outcome"], summary["detail"]) == ("stopped", "stopped by a signal")
    assert summary["fetched"] == summary["new_articles"] == asked < 150
    assert summary["remaining"] > 0 or at == 3
    assert rows(tmp_path, "SELECT count(*) AS n FROM articles")[0]["n"] == asked


def test_a_signal_ends_the_silence_that_a_server_asked_for(tmp_path: Path) -> None:
    with StandIn(make_newspaper(pages=3), faults=[Fault("503", retry_after="600")]) as site:
        run = start(tmp_path, site)
        while not any(request.status == 503 for request in site.log):
            time.sleep(0.01)
        run.send_signal(signal.SIGTERM)
        run.communicate(timeout=10)
        assert run.returncode == 0
        assert [r.status for r in site.log].count(503) == 1
    state = rows(tmp_path, "SELECT next_request_reason AS reason FROM hosts")[0]
    assert state["reason"] == "Retry-After (503)"


def test_an_address_that_filing_leaves_due_is_asked_for_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scraper.archive.filing.settle", lambda *_: ("", ""))
    with StandIn(make_newspaper(pages=5)) as site:
        outcome = crawl(tmp_path, settings_for(site))
        paths = [r.path for r in site.log if article_id(r.path) is not None]
    assert len(paths) == len(set(paths)) == outcome.run.fetched == 5


def test_validators_that_no_server_would_take_back_are_not_kept(tmp_path: Path) -> None:
    with open_archive(tmp_path / "archive.db") as archive, write(archive.db):
        url = "https://baolaocai.vn/"
        known_lists.add_list(archive.db, url, "section", datetime.now(UTC))
        for etag, kept in (('"a"', '"a"'), ("x" * 501, ""), ("a\x01b", ""), ("", "")):
            frontier.set_validators(archive.db, url, etag, None)
            found = frontier.find(archive.db, url)
            assert found is not None and found.etag == kept


def test_a_soft_404_leaves_an_archived_article_as_it_was(tmp_path: Path) -> None:
    with StandIn(make_newspaper(pages=5)) as site:
        settings = settings_for(site)
        crawl(tmp_path, settings)
        number = min(site.stories)
        site.withdraw(number)
        # A soft 404 says nothing of the article's text: it stays as it was.
        db = sqlite3.connect(tmp_path / "archive.db")
        db.execute(
            "UPDATE frontier SET due_at = '2020-01-01T00:00:00Z' WHERE article_id = ?", [number]
        )
        db.commit()
        db.close()
        crawl(tmp_path, settings)
    row = rows(tmp_path, f"SELECT state, error FROM frontier WHERE article_id = {number}")[0]
    assert row["state"] == "archived"
    assert "no template fits" in row["error"]
    assert rows(tmp_path, f"SELECT 1 FROM texts WHERE article_id = {number} AND body <> ''")
