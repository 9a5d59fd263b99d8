"""First contact: what a probe says of a paper that is as we think, and of one that is not."""

import errno
import json
import subprocess
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from scraper.archive.files import open_archive
from scraper.cli import cli
from scraper.config import CrawlSettings, Settings, SiteSettings
from scraper.crawl.run import Plan, crawl_site
from scraper.demo.newspaper import make_newspaper
from scraper.errors import ExportError, SiteUnavailable
from scraper.models import Snapshot
from scraper.probe import MOST_REQUESTS, Probe, probe_site, report
from scraper.probe.bundle import STRUCK_OUT, redacted, write_bundle
from scraper.probe.observations import PageSeen, Seen
from scraper.progress import Silence
from scraper.urls import Site, article_id
from tests.support.commands import in_process
from tests.support.departure import Departure
from tests.support.faults import Fault
from tests.support.stand_in import StandIn

pytestmark = pytest.mark.slow  # whole runs

DELAY = 0.05
PAPER = make_newspaper(pages=60)
ROOT = Path(__file__).parent.parent


def settings_for(site: StandIn) -> Settings:
    crawl = CrawlSettings(timeout_seconds=0.5, backoff_seconds=0.0)
    return Settings(SiteSettings(site.base_url, delay_seconds=0.0), crawl)


def probe(folder: Path, site: StandIn) -> Probe:
    settings = settings_for(site)
    with open_archive(folder / "archive.db", settings.site.site) as archive:
        return probe_site(archive, settings, Silence())


def differing(seen: Probe) -> set[str]:
    return {fact.name for fact in seen.facts if fact.verdict == "differs"}


def run(folder: Path, base_url: str, *options: str) -> subprocess.CompletedProcess[str]:
    (folder / "config.toml").write_text(
        f'[site]\nbase_url = "{base_url}"\ndelay_seconds = {1 if "example" in base_url else DELAY}\n',
        "utf-8",
    )
    return in_process(folder, "probe", *options)


def test_every_assumption_holds_on_the_stand_in(tmp_path: Path) -> None:
    with StandIn(PAPER) as site:
        ended = run(tmp_path, site.base_url, "--json")
    said = json.loads(ended.stdout)
    assert ended.returncode == 0
    assert {fact["verdict"] for fact in said["facts"]} == {"agrees"}
    assert said["requests"] == len(site.log) == MOST_REQUESTS
    assert site.log[0].path == "/robots.txt"
    assert max(request.at_once for request in site.log) == 1
    gaps = [b.started - a.answered for a, b in zip(site.log, site.log[1:], strict=False)]
    assert min(gaps) >= DELAY
    numbers = [story.article_id for story in site.newest]
    asked = [article_id(page["url"]) for page in said["pages"]]
    assert (asked[0], asked[-1]) == (numbers[0], numbers[-1])
    assert [page["age"] for page in said["pages"]] == ["newest", "middle", "oldest"]
    assert said["pages"][0]["rules"]["title"].endswith("title")
    with zipfile.ZipFile(said["bundle"]) as bundle:
        newest = next(name for name in bundle.namelist() if name.endswith("newest-article.html"))
        assert bundle.read(newest) == site.answer(site.newest[0].path).body


def test_the_report_says_in_words_what_differs_and_what_to_set(tmp_path: Path) -> None:
    with StandIn(PAPER, departure=Departure(sitemaps=True)) as site:
        ended = run(tmp_path, site.base_url, "--bundle", "seen.zip")
    lines = ended.stdout.splitlines()
    assert ended.returncode == 0
    at = next(n for n, line in enumerate(lines) if line.startswith("DIFFERS   sitemap index"))
    assert lines[at + 1].strip() == "assumed: /sitemap.xml is an index of sitemaps"
    assert lines[at + 2].strip() == 'do: [site] sitemaps = ["/sitemap_index.xml"]'
    assert lines[-1].endswith("seen.zip")
    with zipfile.ZipFile(tmp_path / "seen.zip") as bundle:
        assert bundle.read("report.txt").decode().splitlines() == lines[: len(lines) - 2]


@pytest.mark.parametrize(
    ("departure", "names"),
    [
        (Departure(classes=True), {"templates"}),
        (Departure(sitemaps=True), {"sitemap index", "monthly maps"}),
        (Departure(feeds=True), {"feed"}),
        (
            Departure(classes=True, sitemaps=True, feeds=True),
            {"templates", "sitemap index", "monthly maps", "feed"},
        ),
    ],
)
def test_only_contradicted_assumptions_are_named(
    departure: Departure, names: set[str], tmp_path: Path
) -> None:
    with StandIn(make_newspaper(pages=60, months=3), departure=departure) as site:
        seen = probe(tmp_path, site)
    wrong = differing(seen)
    assert wrong - {"templates"} == names - {"templates"}
    assert ("templates" in wrong) == ("templates" in names)
    assert len(site.log) <= MOST_REQUESTS
    assert len(seen.seen.pages) == 3


@pytest.mark.parametrize("kind", ["500", "reset", "404", "redirect loop", "binary", "flood"])
@pytest.mark.parametrize("on", ["sitemaps", "feeds", "articles", "sections"])
def test_a_broken_site_costs_no_more_requests_and_is_described(
    kind: Any, on: str, tmp_path: Path
) -> None:
    with StandIn(PAPER, faults=[Fault(kind, on=on)]) as site:
        seen = probe(tmp_path, site)
    assert len(site.log) <= MOST_REQUESTS
    named = {"sitemaps": "sitemap index", "feeds": "feed", "articles": "templates"}
    assert (named.get(on, "") in differing(seen)) == (on in named)
    assert len(seen.seen.pages) == 3
    assert all(page.article or page.failure for page in seen.seen.pages)


def test_without_sitemap_and_feed_articles_are_found_on_the_home_page(tmp_path: Path) -> None:
    with StandIn(PAPER, faults=[Fault("404", on="sitemaps"), Fault("404", on="feeds")]) as site:
        seen = probe(tmp_path, site)
    assert differing(seen) >= {"sitemap index", "feed"}
    assert [page.article is not None for page in seen.seen.pages] == [True] * 3


def test_a_site_that_redirects_to_its_other_name_is_to_be_configured_with_it(
    tmp_path: Path,
) -> None:
    with StandIn(PAPER) as site:
        other = site.base_url.replace("127.0.0.1", "localhost")
        location = f"{other}/sitemap.xml"
        site.faults = [Fault("redirect abroad", on="/sitemap.xml", times=1, location=location)]
        settings = settings_for(site)
        alias = SiteSettings(site.base_url, (other.removeprefix("http://"),), delay_seconds=0.0)
        with open_archive(tmp_path / "archive.db") as archive:
            seen = probe_site(archive, replace(settings, site=alias), Silence())
    fact = seen.facts[0]
    assert (fact.verdict, fact.advice) == ("differs", f'[site] base_url = "{other}"')
    assert [request.headers["host"] for request in site.log[3:]] == [
        other.removeprefix("http://")
    ] * (len(site.log) - 3)
    assert len(site.log) <= MOST_REQUESTS


def test_the_pages_of_a_probe_are_kept_and_the_next_crawl_misses_nothing(tmp_path: Path) -> None:
    with StandIn(PAPER) as site:
        for _ in range(2):
            assert len(probe(tmp_path, site).seen.pages) == 3
        with open_archive(tmp_path / "archive.db", Site(site.base_url)) as archive:
            kept = archive.snapshots.execute("SELECT count(*) FROM snapshots").fetchone()[0]
            filed = archive.db.execute("SELECT count(*) FROM articles").fetchone()[0]
            plan = Plan(pages=1000, minutes=1, full=True)
            outcome = crawl_site(archive, settings_for(site), plan, Silence())
            states = archive.db.execute("SELECT DISTINCT state FROM frontier").fetchall()
    assert (kept >= 3, filed) == (True, 3)
    assert outcome.run.new_articles == len(PAPER) - 3
    assert set(states) == {("archived",), ("list",)}


def test_a_site_without_robots_txt_in_reach_is_left_alone(tmp_path: Path) -> None:
    with StandIn(PAPER, faults=[Fault("500", on="robots")]) as site:
        with pytest.raises(SiteUnavailable, match="robots.txt"):
            probe(tmp_path, site)
        ended = run(tmp_path, site.base_url)
    assert (ended.returncode, ended.stdout) == (3, "")
    assert {request.path for request in site.log} == {"/robots.txt"}


def test_a_real_site_is_not_asked_without_a_contact(tmp_path: Path) -> None:
    ended = run(tmp_path, "https://bao.example")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "site.contact" in ended.stderr


def test_a_probe_beside_a_crawl_ends_at_once(tmp_path: Path) -> None:
    with StandIn(PAPER) as site, open_archive(tmp_path / "archive.db"):
        assert run(tmp_path, site.base_url).returncode == 75
    assert not site.log


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("ip=203.0.113.7;", "ip=[];"),
        ("ip:203.0.113.7:8080", "ip:[]:8080"),
        ('"2001:db8::17"', '"[]"'),
        ("addr:2001:db8:0:1:2:3:4:5", "addr:[]"),
        ("::ffff:203.0.113.7", "[]"),
        ("08:38:10, 3/12/2022", "08:38:10, 3/12/2022"),
        ("a::before, li::after{}", "a::before, li::after{}"),
        ("1.250.000 và 4.5.6", "1.250.000 và 4.5.6"),
        ("me@example.org, me%40example.org", "[], []"),
    ],
)
def test_addresses_and_the_contact_are_removed(text: str, kept: str) -> None:
    assert redacted(text.encode(), "me@example.org").decode() == kept.replace("[]", STRUCK_OUT)


@pytest.mark.parametrize("name", ["nowhere/seen.zip", "notes.zip"])
def test_a_bundle_that_cannot_be_written_is_named_before_any_request(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / "notes.zip").write_text("mine")
    with StandIn(PAPER) as site:
        ended = run(tmp_path, site.base_url, "--bundle", name)
    assert (ended.returncode, site.log) == (1, [])
    assert ended.stderr.startswith(f"scraper: {name}: ") and ended.stderr.count("\n") == 1
    assert ended.stderr.endswith("nothing was asked\n")
    assert (tmp_path / "notes.zip").read_text() == "mine"


def test_a_full_disk_costs_the_bundle_and_not_the_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("scraper.atomic_files.os.fsync", full)
    with StandIn(PAPER) as site:
        config = tmp_path / "config.toml"
        config.write_text(f'[site]\nbase_url = "{site.base_url}"\ndelay_seconds = 0\n', "utf-8")
        ended = CliRunner().invoke(cli, ["probe", "--config", str(config)])
    assert "agrees" in ended.stdout
    assert isinstance(ended.exception, ExportError)
    assert "not written: No space left on device" in str(ended.exception)
    assert not list(tmp_path.glob("*.zip*"))


def test_the_bundle_holds_no_cookie_and_nothing_of_our_own_request(tmp_path: Path) -> None:
    page = Snapshot(
        url="https://bao.example/a-post1.html",
        captured_at=datetime(2026, 11, 24, tzinfo=UTC),
        status=200,
        headers=(("set-cookie", "s=SECRET"), ("x-client-ip", "SECRET"), ("server", "nginx")),
        body=b"<p>Xin ch\xc3\xa0o 203.0.113.7",
        request_headers=(("user-agent", "scraper (+me@example.org)"),),
    )
    seen = Seen("", None, (), (PageSeen("newest", page.url, page, None, (), "no template fits"),))
    path = tmp_path / "bundle.zip"
    write_bundle(path, Probe("https://bao.example", page.captured_at, 1, "", (), seen), "SECRET")
    with zipfile.ZipFile(path) as bundle:
        whole = b"".join(bundle.read(name) for name in bundle.namelist())
        assert bundle.read("1-newest-article.html").decode() == f"<p>Xin chào {STRUCK_OUT}"
    assert b"nginx" in whole
    assert not [word for word in (b"SECRET", b"example.org", b"203.0.113") if word in whole]


def test_a_list_that_was_not_asked_for_is_reported_as_not_seen(tmp_path: Path) -> None:
    with StandIn(PAPER, faults=[Fault("404", on="sitemaps")]) as site:
        seen = probe(tmp_path, site)
    verdicts = {fact.name: fact.verdict for fact in seen.facts}
    assert verdicts["monthly maps"] == verdicts["article numbers"] == "not seen"
    assert "not seen  monthly maps" in report.text(seen)
