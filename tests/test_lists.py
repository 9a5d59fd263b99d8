from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from scraper.archive import frontier, runs
from scraper.archive.schema import Archive, open_archive
from scraper.config import CrawlSettings, Settings, SiteSettings
from scraper.crawl import now
from scraper.fetch import open_fetcher
from scraper.lists import Survey, read_lists
from scraper.pace import HostState
from scraper.progress import Silence

SITE = "http://127.0.0.1:8610"
ENTRY = "<url><loc>/a-post1.html</loc></url>"


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with open_archive(tmp_path / "archive.db") as opened:
        yield opened


def survey(archive: Archive, answers: dict[str, httpx.Response]) -> Survey:
    """What the lists of one run tell, on a site that answers so, and 404 elsewhere."""

    def answer(request: httpx.Request) -> httpx.Response:
        found = answers.get(request.url.path, httpx.Response(404))
        return httpx.Response(
            found.status_code, headers=found.headers, stream=httpx.ByteStream(found.content)
        )

    settings = Settings(
        SiteSettings(SITE, feeds=(), sections=(), delay_seconds=0.0),
        CrawlSettings(retries=0, backoff_seconds=0.0),
    )
    run = runs.begin_run(archive.db, "crawl", now())
    with open_fetcher(
        settings, HostState(), lambda _: None, transport=httpx.MockTransport(answer)
    ) as fetcher:
        return read_lists(archive.db, fetcher, settings, run, Silence())


def xml(body: str) -> httpx.Response:
    return httpx.Response(200, headers={"content-type": "application/xml"}, text=body)


def moved(target: str) -> httpx.Response:
    return httpx.Response(301, headers={"location": target})


def test_what_stands_before_the_break_of_a_list_is_kept(archive: Archive) -> None:
    told = survey(archive, {"/sitemap.xml": xml(f"<urlset>{ENTRY}<url><loc>/b-po")})
    assert told.found == 1
    assert frontier.find(archive.db, SITE + "/a-post1.html") is not None
    assert [failure.url for failure in told.failures] == [SITE + "/sitemap.xml"]


def test_moved_list_is_followed_within_the_site(archive: Archive) -> None:
    told = survey(
        archive,
        {"/sitemap.xml": moved("/maps/all.xml"), "/maps/all.xml": xml(f"<urlset>{ENTRY}</urlset>")},
    )
    assert (told.found, told.failures) == (1, [])


@pytest.mark.parametrize(
    "target", ["https://evil.example/sitemap.xml", "/sitemap.xml", "http://[x/"]
)
def test_list_that_leads_away_or_in_circles_is_a_failure(archive: Archive, target: str) -> None:
    told = survey(archive, {"/sitemap.xml": moved(target)})
    assert [failure.url for failure in told.failures] == [SITE + "/sitemap.xml"]
