"""The real crawler against a newspaper on which things go wrong, by kind of fault and of page."""

import json
import os
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scraper.archive.files import open_archive
from scraper.config import CrawlSettings, Settings, SiteSettings
from scraper.crawl.outcome import RunOutcome
from scraper.crawl.run import Plan, crawl_site
from scraper.demo.newspaper import make_newspaper
from scraper.errors import SiteUnavailable
from scraper.progress import Silence
from scraper.urls import article_id
from tests.support.faults import KINDS, Fault, edited, fault_at
from tests.support.runs import rows
from tests.support.stand_in import StandIn

pytestmark = pytest.mark.slow  # whole runs

DELAY = 0.01
PAPER = make_newspaper(seed=3, pages=9, months=2)
SHORT_PAPER = make_newspaper(seed=3, pages=4, months=2)
SHARE = 0.4
# What a page with the fault ends as: its frontier state, and what the reason says.
ENDS = {
    "500": ("failed", "answered 500"),
    "503": ("failed", "answered 503"),
    "429": ("failed", "answered 429"),
    "reset": ("failed", "reset"),
    "truncated": ("failed", "closed connection"),
    "slow headers": ("failed", "took too long"),
    "slow body": ("failed", "took too long"),
    "gzip bomb": ("failed", "refused: larger than 0.2 MB"),
    "flood": ("failed", "more than it should|larger than 0.2 MB"),
    "bad gzip": ("failed", "damaged on the way"),
    "wrong charset": ("archived", ""),
    "redirect loop": ("redirect", "redirects to|in a circle"),
    "redirect abroad": ("redirect", "no article of this site"),
    "redirect inwards": ("redirect", "no article of this site"),
    "404": ("failed", "answered 404"),
    "410": ("failed", "answered 410"),
    "soft 404": ("not_article", "no template fits"),
    "empty": ("not_article", "empty"),
    "binary": ("not_article", "binary"),
    "changed": ("archived", ""),
    "401": ("failed", "refused: answered 401"),
    "403": ("failed", "refused: answered 403"),
    "451": ("failed", "refused: answered 451"),
    "challenge": ("failed", "refused: answered with a challenge page"),
    "challenge 403": ("failed", "refused: answered 403"),
    "challenge 503": ("failed", "refused: answered with a challenge page (status 503)"),
    "meta refresh": ("failed", "refused: answered with a challenge page"),
    "wrong type": ("failed", "refused: is application/pdf"),
    "refused encoding": ("failed", "refused: Content-Encoding 'br'"),
    "oversize": ("failed", "refused: larger than 0.2 MB"),
}


@pytest.fixture
def contacted(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Every host whose address is looked up from here on."""
    hosts: set[str] = set()
    look_up = socket.getaddrinfo

    def noted(host: str, *arguments: Any, **options: Any) -> Any:
        hosts.add(host)
        return look_up(host, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", noted)
    return hosts


def settings_for(site: StandIn, retries: int = 0) -> Settings:
    is_slow = any(fault.kind.startswith("slow") for fault in site.faults)
    crawl = CrawlSettings(
        retries=retries,
        backoff_seconds=0.0,
        timeout_seconds=1.0 if is_slow else 30.0,
        max_page_mb=0.2,
        stop_after_failures=100,
    )
    return Settings(SiteSettings(site.base_url, delay_seconds=DELAY), crawl)


def crawl(folder: Path, site: StandIn, *, retries: int = 0, minutes: float = 1.0) -> RunOutcome:
    plan = Plan(pages=1000, minutes=minutes, full=True)
    settings = settings_for(site, retries)
    with open_archive(folder / "archive.db", settings.site.site) as archive:
        return crawl_site(archive, settings, plan, Silence())


def make_due(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "archive.db")) as db, db:
        db.execute("UPDATE frontier SET due_at = '2020-01-01T00:00:00Z' WHERE due_at IS NOT NULL")


def hit(site: StandIn, asked: int = 0) -> set[int]:
    """The numbers of the articles that a fault is on, after so many requests."""
    seed = site.newspaper.seed
    return {n for n, s in site.stories.items() if fault_at(site.faults, seed, s.path, asked)}


def assert_polite(site: StandIn) -> None:
    """The delay was kept on the whole: a server that is hung up on notes the end late."""
    log = site.log
    assert log[0].path == "/robots.txt"
    assert log[-1].started - log[0].started >= DELAY * (len(log) - 1)


def asked_articles(site: StandIn) -> list[str]:
    return [r.path for r in site.log if article_id(r.path)]


@pytest.mark.parametrize("kind", KINDS)
def test_every_page_ends_in_a_stated_state_and_the_rest_is_archived(
    kind: Any, tmp_path: Path, contacted: set[str]
) -> None:
    state, reason = ENDS[kind]
    with StandIn(PAPER, faults=[Fault(kind, share=SHARE)]) as site:
        outcome = crawl(tmp_path, site)
        assert_polite(site)
        spoiled = hit(site)
    assert 2 <= len(spoiled) <= 6
    frontier = rows(tmp_path, "SELECT * FROM frontier WHERE state NOT IN ('list', 'duplicate')")
    assert {row["article_id"] for row in frontier} == site.stories.keys()
    for row in frontier:
        if row["article_id"] in spoiled:
            assert row["state"] == state
            assert any(part in row["error"] for part in reason.split("|")), row["error"]
        else:
            assert (row["state"], row["error"]) == ("archived", "")
        assert row["due_at"] or row["state"] != "failed"
    filed = {row["id"] for row in rows(tmp_path, "SELECT id FROM articles")}
    assert filed == site.stories.keys() - (set() if state == "archived" else spoiled)
    run = outcome.run
    assert run.outcome == "done"
    assert run.new_articles == len(filed)
    counted = run.new_articles + outcome.missing + outcome.redirects + run.not_articles
    assert run.fetched == counted
    failed = len(spoiled) if state == "failed" and kind not in ("404", "410") else 0
    assert outcome.run.failed == failed == len(rows(tmp_path, "SELECT 1 FROM failures"))
    assert contacted <= {"127.0.0.1"}


# What a robots.txt with the fault means for a run: why it stops; "" if it goes on.
ROBOTS = {
    **{kind: reason for kind, (_, reason) in ENDS.items()},
    "gzip bomb": "no robots.txt",
    "flood": "",  # the first 500 KiB count
    "wrong charset": "",
    "redirect loop": "more than five times",
    "redirect abroad": "out of the site",
    "redirect inwards": "out of the site",
    "404": "",
    "410": "",
    "soft 404": "no robots.txt",
    "empty": "",
    "binary": "no robots.txt",
    "changed": "",
    # RFC 9309, 2.3.1.3: any 4xx means that there are no rules.
    **dict.fromkeys(("401", "403", "451", "challenge 403"), ""),
    "challenge": "no robots.txt",
    "challenge 503": "answered 503",
    "meta refresh": "no robots.txt",
    "wrong type": "",
    "refused encoding": "Content-Encoding 'br'",
    "oversize": "closed connection",  # only so much is read, and it ends too early
}


@pytest.mark.parametrize("kind", KINDS)
def test_no_article_is_asked_for_while_robots_txt_is_in_doubt(
    kind: Any, tmp_path: Path, contacted: set[str]
) -> None:
    reason = ROBOTS[kind]
    with StandIn(SHORT_PAPER, faults=[Fault(kind, on="robots")]) as site:
        if reason:
            with pytest.raises(SiteUnavailable, match=reason) as stopped:
                crawl(tmp_path, site)
            assert stopped.value.exit_code == 3
            assert {request.path for request in site.log} == {"/robots.txt"}
            run = rows(tmp_path, "SELECT outcome, detail FROM runs")[0]
            assert tuple(run) == ("failed", str(stopped.value))
        else:
            assert crawl(tmp_path, site).run.new_articles == len(SHORT_PAPER)
            assert_polite(site)
    assert contacted <= {"127.0.0.1"}


LISTS_THAT_STILL_READ = {"wrong charset", "changed"}


@pytest.mark.slow
@pytest.mark.parametrize("on", ["sitemaps", "feeds", "sections"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_broken_list_is_a_recorded_failure_and_the_others_still_count(
    kind: Any, on: str, tmp_path: Path, contacted: set[str]
) -> None:
    with StandIn(SHORT_PAPER, faults=[Fault(kind, on=on)]) as site:
        outcome = crawl(tmp_path, site)
        assert_polite(site)
    assert (outcome.run.outcome, outcome.run.new_articles) == ("done", len(SHORT_PAPER))
    failures = rows(tmp_path, "SELECT kind, url, detail FROM failures")
    # A page that lists articles is a section page, whatever its heading says.
    if kind in LISTS_THAT_STILL_READ or (kind, on) == ("soft 404", "sections"):
        return
    assert failures and outcome.run.failed == len(failures)
    is_refused = ENDS[kind][1].startswith("refused: answered")
    assert {row["kind"] for row in failures} == {"refused" if is_refused else "list"}
    assert all(row["detail"] for row in failures)
    assert contacted <= {"127.0.0.1"}


@pytest.mark.parametrize("kind", ["503", "429"])
def test_nothing_is_asked_while_the_server_asks_for_silence(kind: Any, tmp_path: Path) -> None:
    silence = Fault(kind, share=SHARE, times=1, retry_after="1")
    with StandIn(SHORT_PAPER, faults=[silence]) as site:
        outcome = crawl(tmp_path, site, retries=1)
        assert outcome.run.new_articles == 4
        refusals = [n for n, request in enumerate(site.log) if request.status == int(kind)]
        assert len(refusals) == len(hit(site)) > 0
        for n in refusals:
            assert site.log[n + 1].started - site.log[n].answered >= 1


def test_silence_beyond_the_run_ends_it_and_binds_the_next(tmp_path: Path) -> None:
    with StandIn(PAPER, faults=[Fault("503", times=1, retry_after="3600")]) as site:
        for _ in range(2):
            with pytest.raises(SiteUnavailable, match="asked for silence until"):
                crawl(tmp_path, site)
        assert len(asked_articles(site)) == 1
        assert site.log[-1].status == 503


def test_pages_that_fail_once_are_archived_within_the_same_run(tmp_path: Path) -> None:
    faults = [
        Fault(kind, share=0.2, times=1)
        for kind in ("500", "reset", "truncated", "bad gzip", "slow body")
    ]
    with StandIn(PAPER, faults=faults) as site:
        outcome = crawl(tmp_path, site, retries=1)
        assert_polite(site)
    assert len(asked_articles(site)) == 2 * len(PAPER)
    assert (outcome.run.new_articles, outcome.run.failed) == (len(PAPER), 0)


def test_a_changed_article_gets_a_revision_and_no_other_does(tmp_path: Path) -> None:
    with StandIn(PAPER, faults=[Fault("changed", share=SHARE, after=1)]) as site:
        crawl(tmp_path, site)
        make_due(tmp_path)
        outcome = crawl(tmp_path, site)
        changed = hit(site, asked=1)
    assert outcome.run.new_revisions == len(changed) > 0
    assert outcome.run.unchanged == len(PAPER) - len(changed) > 0
    filed = {row["id"]: row for row in rows(tmp_path, "SELECT * FROM articles")}
    assert {n for n, row in filed.items() if row["revision_count"] == 2} == changed
    assert all(filed[n]["title"] == edited(site.stories[n]).title for n in changed)


@pytest.mark.parametrize("kind", ["404", "410", "soft 404", "empty", "redirect abroad", "500"])
def test_a_vanished_article_keeps_its_text(kind: Any, tmp_path: Path) -> None:
    with StandIn(PAPER, faults=[Fault(kind, after=1)]) as site:
        crawl(tmp_path, site)
        kept = rows(tmp_path, "SELECT article_id, body FROM texts ORDER BY 1")
        make_due(tmp_path)
        crawl(tmp_path, site)
    assert rows(tmp_path, "SELECT article_id, body FROM texts ORDER BY 1") == kept
    assert {row["gone_at"] for row in rows(tmp_path, "SELECT gone_at FROM articles")} == {None}
    frontier = rows(tmp_path, "SELECT * FROM frontier WHERE article_id IS NOT NULL")
    assert all(row["error"] and row["due_at"] for row in frontier)


def test_what_the_newsroom_publishes_edits_and_takes_out_is_followed(tmp_path: Path) -> None:
    with StandIn(PAPER) as site:
        crawl(tmp_path, site)
        latest, before, *_ = site.newest
        site.publish(replace(latest, article_id=latest.article_id + 7, slug="tin-moi"))
        site.publish(edited(before))
        outcome = crawl(tmp_path, site)
        assert (outcome.run.new_articles, outcome.run.new_revisions) == (1, 0)
        site.withdraw(latest.article_id)
        make_due(tmp_path)
        outcome = crawl(tmp_path, site)
    assert (outcome.run.new_articles, outcome.run.new_revisions) == (0, 1)
    assert outcome.run.not_articles == 1  # a soft 404


def test_faults_of_one_kind_of_page_add_up_and_never_meet() -> None:
    faults = [Fault(kind, share=0.5 / len(KINDS)) for kind in KINDS]
    paper = make_newspaper(seed=5, pages=2000)
    paths = [story.path for story in paper]
    kinds = [fault.kind for path in paths if (fault := fault_at(faults, paper.seed, path, 0))]
    assert set(kinds) == set(KINDS)
    assert 0.45 < len(kinds) / len(paths) < 0.55
    assert [fault_at(faults, 5, path, 0) for path in paths] == [
        fault_at(faults, 5, path, 7) for path in paths
    ]
    assert fault_at(faults, 5, "/rss/home.rss", 0) is None


# Starts a command and says on its own last line of stdout what it took at its peak: a process
# starts with the peak of the one that it was forked from, so a small one goes between.
_WATCHED = """
import resource, subprocess, sys
code = subprocess.call(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
sys.exit(code)
"""


def run_crawl(
    folder: Path, site: StandIn, crawl: str = "retries = 0\nstop_after_failures = 3\n"
) -> subprocess.CompletedProcess[str]:
    """`scraper crawl --full --json`; the last line of its stdout is its peak memory in MB."""
    (folder / "config.toml").write_text(
        f'[site]\nbase_url = "{site.base_url}"\ndelay_seconds = 0\n[crawl]\n{crawl}', "utf-8"
    )
    command = [sys.executable, "-m", "scraper", "crawl", "--full", "--json"]
    return subprocess.run(
        [sys.executable, "-c", _WATCHED, *command],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.slow
def test_a_run_that_meets_every_fault_reports_them_and_archives_the_rest(
    tmp_path: Path,
) -> None:
    paper = make_newspaper(seed=642, pages=70, months=2)  # each kind is on a page of it
    faults = [Fault(kind, share=0.8 / len(KINDS), retry_after="1") for kind in KINDS]
    with StandIn(paper, faults=faults) as site:
        run = run_crawl(
            tmp_path, site, "retries = 0\ntimeout_seconds = 1\nstop_after_failures = 100\n"
        )
        log = site.log
    summary, peak_mb = run.stdout.splitlines()
    said = json.loads(summary)
    met = {
        number: fault.kind
        for number, story in site.stories.items()
        if (fault := fault_at(faults, paper.seed, story.path, 0))
    }
    assert set(met.values()) == set(KINDS)
    assert run.returncode == 0, run.stderr
    # Every address ends in the state of its fault, with a reason; the rest is archived.
    frontier = rows(tmp_path, "SELECT * FROM frontier WHERE article_id IS NOT NULL")
    asked = {row["article_id"]: row for row in frontier if row["state"] != "duplicate"}
    for number in site.stories:
        state, reason = ENDS[met[number]] if number in met else ("archived", "")
        assert asked[number]["state"] == state, met.get(number)
        assert bool(asked[number]["error"]) == bool(reason), met.get(number)
    filed = {row["id"] for row in rows(tmp_path, "SELECT id FROM articles")}
    assert filed == {n for n in site.stories if n not in met or ENDS[met[n]][0] == "archived"}
    # The summary, on stdout and in `runs`, adds up.
    failures = rows(tmp_path, "SELECT url FROM failures")
    kept = ("new_articles", "missing", "redirects", "not_articles")
    assert said["fetched"] == sum(said[name] for name in kept)
    assert (said["outcome"], said["remaining"]) == ("done", 0)
    assert (said["new_articles"], said["failed"]) == (len(filed), len(failures))
    assert f"{len(failures)} failed" in run.stderr.splitlines()[-1]
    stored = rows(tmp_path, "SELECT outcome, fetched, failed FROM runs")
    assert [tuple(row) for row in stored] == [("done", said["fetched"], said["failed"])]
    # 200 MB pages and bombs among them.
    assert int(peak_mb) < 150
    silenced = [
        after.started - refused.answered
        for refused, after in zip(log, log[1:], strict=False)
        if met.get(article_id(refused.path) or 0) in ("429", "503")
    ]
    assert len(silenced) >= 2 and min(silenced) >= 1.0


def test_single_failed_pages_are_counted_and_end_in_exit_0(tmp_path: Path) -> None:
    with StandIn(PAPER, faults=[Fault("bad gzip", share=SHARE)]) as site:
        run = run_crawl(tmp_path, site)
    said = json.loads(run.stdout.splitlines()[0])
    failed = len(hit(site))
    assert run.returncode == 0
    assert (said["outcome"], said["failed"], said["remaining"]) == ("done", failed, 0)
    assert said["new_articles"] == len(PAPER) - failed
    assert f"{failed} failed" in run.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("fault", "articles"),
    [
        (Fault("500", on="robots"), 0),
        (Fault("500"), 3),
        (Fault("403"), 3),
        (Fault("challenge"), 3),
        (Fault("503", retry_after="7200"), 1),
    ],
)
def test_a_site_that_cannot_be_asked_ends_the_run_in_exit_3(
    fault: Fault, articles: int, tmp_path: Path
) -> None:
    with StandIn(PAPER, faults=[fault]) as site:
        run = run_crawl(tmp_path, site)
    assert (run.returncode, len(asked_articles(site))) == (3, articles)
    assert run.stderr.splitlines()[-1].startswith("scraper: ")
