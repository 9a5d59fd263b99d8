from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from scraper.archive import frontier, known_lists, runs
from scraper.archive.files import Archive, open_archive
from scraper.config import CrawlSettings, Settings, SiteSettings
from scraper.crawl.lists import DEEPEST_INDEX, Survey
from scraper.crawl.session import now
from scraper.errors import RunEnded
from scraper.http.fetcher import open_fetcher
from scraper.http.pace import Clock
from scraper.models import HostState
from scraper.progress import Silence

SITE = "http://127.0.0.1:8610"
ENTRY = "<url><loc>/a-post1.html</loc></url>"


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with open_archive(tmp_path / "archive.db") as opened:
        yield opened


def survey(
    archive: Archive,
    answers: dict[str, httpx.Response],
    *,
    full: bool = False,
    minutes: float = 5,
    delay: float = 0.0,
    sections: tuple[str, ...] = (),
    more: tuple[str, ...] = (),
    asked: list[str] | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> Survey:
    """What the lists of one run tell, on a site that answers so, and 404 elsewhere."""
    passed = 0.0

    def sleep(seconds: float) -> None:
        nonlocal passed
        passed += seconds

    start = now()
    clock = Clock(lambda: start + timedelta(seconds=passed), lambda: passed, sleep)

    def answer(request: httpx.Request) -> httpx.Response:
        if asked is not None:
            asked.append(request.url.path)
        found = answers.get(request.url.path, httpx.Response(404))
        return httpx.Response(
            found.status_code, headers=found.headers, stream=httpx.ByteStream(found.content)
        )

    settings = Settings(
        SiteSettings(SITE, feeds=(), sections=sections, more=more, delay_seconds=delay),
        CrawlSettings(retries=0, backoff_seconds=0.0),
    )
    run = runs.begin_run(archive.db, "crawl", now())
    with open_fetcher(
        settings,
        HostState(),
        lambda _: None,
        max_minutes=minutes,
        stop=stop,
        clock=clock,
        transport=httpx.MockTransport(answer),
    ) as fetcher:
        fetcher.read_robots()
        lists = Survey(archive.db, fetcher, settings, run, Silence(), full=full)
        with suppress(RunEnded):
            while one := lists.next():
                lists.read(one)
        lists.end()
        return lists


def xml(body: str) -> httpx.Response:
    return httpx.Response(200, headers={"content-type": "application/xml"}, text=body)


def moved(target: str) -> httpx.Response:
    return httpx.Response(301, headers={"location": target})


def test_what_comes_before_the_break_of_a_list_is_kept(archive: Archive) -> None:
    seen = survey(archive, {"/sitemap.xml": xml(f"<urlset>{ENTRY}<url><loc>/b-po")})
    assert seen.found == 1
    assert frontier.find(archive.db, SITE + "/a-post1.html") is not None
    assert [failure.url for failure in seen.failures] == [SITE + "/sitemap.xml"]


def test_moved_list_is_followed_within_the_site(archive: Archive) -> None:
    seen = survey(
        archive,
        {"/sitemap.xml": moved("/maps/all.xml"), "/maps/all.xml": xml(f"<urlset>{ENTRY}</urlset>")},
    )
    assert (seen.found, seen.failures) == (1, [])


@pytest.mark.parametrize(
    "target", ["https://evil.example/sitemap.xml", "/sitemap.xml", "http://[x/"]
)
def test_list_that_leads_away_or_in_circles_is_a_failure(archive: Archive, target: str) -> None:
    seen = survey(archive, {"/sitemap.xml": moved(target)})
    assert [failure.url for failure in seen.failures] == [SITE + "/sitemap.xml"]


def index(*paths: str) -> httpx.Response:
    return xml(
        f"<sitemapindex>{''.join(f'<sitemap><loc>{p}</loc></sitemap>' for p in paths)}</sitemapindex>"
    )


def test_index_that_names_itself_and_indexes_within_indexes_come_to_an_end(
    archive: Archive,
) -> None:
    deeper = {f"/maps/{n}.xml": index("/sitemap.xml", f"/maps/{n + 1}.xml") for n in range(9)}
    seen = survey(archive, {"/sitemap.xml": index("/sitemap.xml", "/maps/0.xml"), **deeper})
    assert (seen.found, seen.failures) == (0, [])
    assert len(known_lists.maps(archive.db)) == DEEPEST_INDEX + 1


def test_maps_of_an_index_are_known_before_it_counts_as_read(archive: Archive) -> None:
    def end(*_: object) -> None:
        raise KeyboardInterrupt

    whole = index("/maps/news-2026-1.xml")
    whole.headers["etag"] = '"1"'
    with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Survey, "_settle", end)
        survey(archive, {"/sitemap.xml": whole})
    assert [row.url for row in known_lists.maps(archive.db)] == [SITE + "/maps/news-2026-1.xml"]


def test_lists_that_a_run_does_not_reach_come_first_in_the_next(archive: Archive) -> None:
    paths = [f"/maps/news-2026-{month}.xml" for month in range(1, 11)]
    answers = {path: xml(f"<urlset>{ENTRY}</urlset>") for path in paths}
    answers["/sitemap.xml"] = index(*paths)
    asked: list[str] = []
    survey(archive, answers, full=True, minutes=6.5, delay=60.0, asked=asked)
    assert asked == ["/robots.txt", "/sitemap.xml", *reversed(paths[-5:])]
    waiting = [row.url for row in known_lists.maps(archive.db) if row.is_due]
    assert sorted(waiting) == sorted(SITE + path for path in paths[:5])
    asked.clear()
    archive.db.execute("UPDATE frontier SET due_at = '2026-01-01T00:00:00Z' WHERE due_at > ''")
    survey(archive, answers, asked=asked)
    assert asked[1:7] == [*reversed(paths[:5]), "/sitemap.xml"]
    assert not [row for row in known_lists.maps(archive.db) if row.is_due]


def monthly(*months: str) -> dict[str, httpx.Response]:
    """An index of the maps of these months, and the maps."""
    paths = [f"/maps/news-{month}.xml" for month in months]
    return {
        "/sitemap.xml": index(*paths),
        **{path: xml(f"<urlset>{ENTRY}</urlset>") for path in paths},
    }


def test_after_months_without_a_run_every_map_that_may_have_changed_is_read(
    archive: Archive,
) -> None:
    survey(archive, monthly("2026-9", "2026-10", "2026-11"))
    asked: list[str] = []
    months = monthly("2026-9", "2026-10", "2026-11", "2026-12", "2027-1", "2027-2")
    survey(archive, months, asked=asked)
    missed = {f"/maps/news-{month}.xml" for month in ("2026-11", "2026-12", "2027-1", "2027-2")}
    assert {path for path in asked if path.startswith("/maps/")} == missed
    asked.clear()
    survey(archive, months, asked=asked)
    survey(archive, months, asked=asked)
    assert {path for path in asked if path.startswith("/maps/")} == {
        "/maps/news-2027-1.xml",
        "/maps/news-2027-2.xml",
    }


def test_a_map_that_is_not_there_is_asked_for_again_once_the_index_names_it(
    archive: Archive,
) -> None:
    usual = monthly("2027-1", "2027-2")
    asked: list[str] = []
    survey(archive, usual)
    renamed = {path.replace("news", "posts"): answer for path, answer in usual.items()}
    renamed["/sitemap.xml"] = index("/maps/posts-2027-1.xml", "/maps/posts-2027-2.xml")
    seen = [len(survey(archive, renamed, asked=asked).failures) for _ in range(4)]
    assert (seen[-1], sum(seen)) == (0, 2)
    assert asked.count("/maps/news-2027-2.xml") == 1
    asked.clear()
    survey(archive, usual, asked=asked)
    assert "/maps/news-2027-2.xml" in asked


def test_every_section_and_map_has_its_turn_whatever_else_ran_between(archive: Archive) -> None:
    asked: list[str] = []
    sections = ("/a/", "/b/", "/c/", "/d/")
    answers = monthly("2027-1", "2027-2")
    answers |= {path: httpx.Response(200, text='<a href="/x-post1.html">') for path in sections}
    survey(archive, answers, sections=sections)
    for _ in range(10):
        runs.begin_run(archive.db, "add", now())
        survey(archive, answers, sections=sections, asked=asked)
    assert {*sections, "/maps/news-2027-1.xml"} <= set(asked)


def test_a_list_with_a_broken_entry_counts_as_read_with_a_doubt(archive: Archive) -> None:
    broken = f"<urlset>{ENTRY}<url><loc>/b-post2.html</loc><x>a&nbsp;b</x></url></urlset>"
    seen = survey(archive, {"/sitemap.xml": xml(broken)})
    assert (seen.found, seen.failures) == (2, [])
    known = frontier.find(archive.db, SITE + "/sitemap.xml")
    assert known and known.attempts == 0
    assert "undefined entity: line 1, column" in known.error


def test_a_long_list_is_filed_in_batches_that_notice_the_end_of_the_run(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scraper.crawl.lists.BATCH", 10)
    entries = "".join(f"<url><loc>/a-post{n}.html</loc></url>" for n in range(1, 101))
    answers = {"/sitemap.xml": xml(f"<urlset>{entries}</urlset>")}
    seen = survey(archive, answers, stop=lambda: in_frontier(archive) >= 30)
    assert (seen.found, in_frontier(archive)) == (30, 30)
    assert survey(archive, answers).found == 70


def in_frontier(archive: Archive) -> int:
    (count,) = archive.db.execute("SELECT count(*) FROM frontier WHERE state = 'new'").fetchone()
    return int(count)


def test_load_more_answers_are_read_only_if_configured(archive: Archive) -> None:
    data = {"contents": [{"url": "/b-post2.html", "date": 1700000000}, {"title": "x"}]}
    answers = {"/api/more": httpx.Response(200, json={"data": data})}
    asked: list[str] = []
    assert survey(archive, answers, asked=asked).found == 0
    assert "/api/more" not in asked
    assert survey(archive, answers, more=("/api/more",)).found == 1
