"""Datasette reads while crawl, import, reread or backup are at work: no page is ever locked out."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from datasette.app import Datasette

from scraper.archive.files import open_archive, open_reader
from scraper.config import ArchiveSettings, CrawlSettings, Settings, SiteSettings
from scraper.crawl.run import Plan, crawl_site
from scraper.importing import Wanted, import_files
from scraper.importing.sources import files_in
from scraper.progress import Silence
from scraper.upkeep.backup import backup
from scraper.upkeep.reread import reread
from tests.support.filled import CONTEXT, captures, fill, page
from tests.support.opened import opened
from tests.support.stand_in import StandIn
from tests.support.warcs import of_snapshot, write

PAGES = (
    "/",
    "/search?q=sua",
    "/archive/articles?_search=sua",
    "/archive/articles.json?_size=50&_facet=section",
    "/archive/captions.json",
    "/archive/revisions.json",
    "/archive/articles.json?_where=id+in+(select+article_id+from+texts)",
    "/dashboard",
)


def crawl(path: Path, site: StandIn) -> None:
    settings = Settings(SiteSettings(site.base_url, delay_seconds=0.0), CrawlSettings())
    with open_archive(path) as archive:
        crawl_site(archive, settings, Plan(pages=1000, minutes=5, full=True), Silence())


def read_again(path: Path, site: StandIn) -> None:
    with open_archive(path) as archive:
        archive.db.execute("DELETE FROM captions")  # so that all is written anew
        reread(archive, CONTEXT, Silence())


def import_pages(path: Path, site: StandIn) -> None:
    pages = [of_snapshot(page(index, day)) for day in (3, 4) for index in range(40)]
    file = write(path.parent / "a.warc", pages, packed=False)
    with open_archive(path) as archive:
        done = import_files(archive, files_in([file]), Wanted(), CONTEXT, Silence())
    assert done.filed.total() == len(pages)


def copy(path: Path, site: StandIn) -> None:
    for _ in range(8):
        with open_reader(path) as archive:
            backup(archive, path.parent / "copy", Silence())


def read_until(done: Future[None], settings: Settings) -> list[tuple[str, int, str]]:
    """Ask for every page, again and again, eight at a time, until `done`; what was answered."""

    async def ask(datasette: Datasette, address: str) -> tuple[str, int, str]:
        answer = await datasette.client.get(address)
        return address, answer.status_code, answer.text

    async def read(datasette: Datasette) -> list[tuple[str, int, str]]:
        answers: list[tuple[str, int, str]] = []
        while not done.done() or len(answers) < 2 * len(PAGES):
            answers += await asyncio.gather(*(ask(datasette, page) for page in PAGES))
        return answers

    with opened(settings) as datasette:
        return asyncio.run(read(datasette))


@pytest.mark.slow
@pytest.mark.parametrize("work", [crawl, read_again, import_pages, copy])
def test_no_page_is_locked_out(
    work: Callable[[Path, StandIn], None], short_stand_in: StandIn, tmp_path: Path
) -> None:
    path = tmp_path / "archive.db"
    fill(path, captures(40))
    settings = Settings(SiteSettings(short_stand_in.base_url), archive=ArchiveSettings(path))
    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(work, path, short_stand_in)
        answers = read_until(done, settings)
        done.result()
    for address, status, text in answers:
        assert status == 200, (address, text[:500])
        assert "locked" not in text, address
