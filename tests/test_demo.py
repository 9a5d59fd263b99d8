"""The stand-in newspaper itself."""

import asyncio
import gzip
import sqlite3
from collections import Counter
from contextlib import closing
from datetime import UTC
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import httpx
import pytest
from click.testing import CliRunner
from datasette.app import Datasette
from selectolax.lexbor import LexborHTMLParser

from scraper.browse.metadata import QUESTIONS
from scraper.cli import cli
from scraper.config import load_settings
from scraper.demo.demonstration import run_demo
from scraper.demo.edition import Edition
from scraper.demo.newspaper import Newspaper, make_newspaper
from scraper.demo.newsroom import CRAWLS
from scraper.demo.story import DRESSES
from scraper.errors import ConfigError
from scraper.progress import Silence
from tests.support.departure import Departure
from tests.support.opened import get, opened
from tests.support.stand_in import StandIn

pytestmark = pytest.mark.slow  # whole runs and archives


def test_a_seed_gives_the_same_pages_to_the_byte() -> None:
    for seed in (1, 2):
        editions = [Edition(make_newspaper(seed, 10), "http://127.0.0.1") for _ in range(2)]
        first, second = ([e.answer(s.path).body for s in e.newest] for e in editions)
        assert first == second


def test_pages_weigh_what_real_ones_do(stand_in: StandIn) -> None:
    sizes = [len(stand_in.answer(story.path).body) for story in stand_in.newest]
    assert 60_000 <= min(sizes) and max(sizes) <= 100_000
    newest = stand_in.answer(stand_in.newest[0].path).body
    assert 20_000 <= len(gzip.compress(newest, mtime=0)) <= 30_000
    assert len(LexborHTMLParser(newest).css("*")) > 900


def test_every_layout_and_every_variant_of_markup_occurs(newspaper: Newspaper) -> None:
    stories = list(newspaper)
    layouts = Counter((story.template, story.layout) for story in stories)
    assert {layout for template, layout in layouts if template == "onecms"} == {
        "article", "photo", "emagazine", "video", "podcast", "infographic", "live",
    }  # fmt: skip
    assert layouts["site2022", "article"] > 10
    for name, options in DRESSES.items():
        assert {getattr(story.dress, name) for story in stories} == set(options), name


def test_old_addresses_redirect_and_unknown_ones_are_soft_404s(stand_in: StandIn) -> None:
    story = next(s for s in stand_in.newest if s.template == "onecms")
    with httpx.Client(base_url=stand_in.base_url, trust_env=False) as client:
        moved = client.get(story.old_path)
        assert (moved.status_code, moved.headers["location"]) == (301, story.new_path)
        assert client.get("/khong-co-post999999999.html").status_code == 200
        assert client.get("/khong-co").status_code == 404


@pytest.mark.parametrize("path", ["/", "/sitemap.xml", "/rss/home.rss", "/kinh-te/"])
def test_conditional_requests_are_answered_304(stand_in: StandIn, path: str) -> None:
    with httpx.Client(base_url=stand_in.base_url, trust_env=False) as client:
        etag = client.get(path).headers["etag"]
        assert client.get(path, headers={"if-none-match": etag}).status_code == 304
    assert [r.status for r in stand_in.log] == [200, 304]


def test_the_oldest_monthly_map_travels_compressed(stand_in: StandIn) -> None:
    with httpx.Client(base_url=stand_in.base_url, trust_env=False) as client:
        index = client.get("/sitemap.xml").text
        last = index.rsplit("<loc>", 1)[1].split("</loc>")[0]
        assert last.startswith(stand_in.base_url + "/sitemaps/news-20")
        packed = [
            client.get(loc.split("</loc>")[0]).headers.get("content-encoding")
            for loc in index.split("<loc>")[3:]
        ]
    assert packed.count("gzip") == 1


def test_the_stand_in_can_contradict_what_is_known_of_the_paper() -> None:
    other = Departure(classes=True, sitemaps=True, feeds=True)
    with (
        StandIn(make_newspaper(pages=20), departure=other) as site,
        httpx.Client(base_url=site.base_url, trust_env=False) as client,
    ):
        for path in ("/sitemap.xml", "/rss/home.rss", "/rss/kinh-te.rss"):
            assert client.get(path).status_code == 404
        assert "/sitemap_index.xml" in client.get("/robots.txt").text
        maps = [
            loc.split("</loc>")[0] for loc in client.get("/sitemap_index.xml").text.split("<loc>")
        ]
        months = [url for url in maps if "/sitemaps/posts-" in url]
        assert months and all("<urlset" in client.get(url).text for url in months)
        page = client.get(site.newest[0].path).text
    assert site.newest[0].title in page
    assert not [name for name in ("article__", "cms-", "articleBody") if name in page]


@pytest.mark.parametrize("pages", [1, 2, 3])
def test_a_paper_of_a_few_articles_answers_each(pages: int) -> None:
    with StandIn(make_newspaper(pages=pages)) as site:
        for story in site.newspaper:
            assert httpx.get(site.base_url + story.path, trust_env=False).status_code == 200


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a demonstration."""
    folder = tmp_path_factory.mktemp("shown")
    run_demo(folder, 150, Silence())
    return folder


def ask(folder: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(folder / "archive.db")) as db:
        return db.execute(sql).fetchall()


@pytest.mark.slow
@pytest.mark.parametrize(
    "least, sql",
    [
        (100, "SELECT count(*) FROM articles"),
        (60, "SELECT count(*) FROM captions"),
        (10, "SELECT count(*) FROM weather"),
        (5, "SELECT count(DISTINCT substr(local_date, 1, 4)) FROM articles"),
        (1, "SELECT count(*) FROM articles WHERE template = 'plaintext'"),
        (1, "SELECT count(*) FROM articles WHERE template = 'fallback'"),
        (1, "SELECT count(*) FROM articles WHERE revision_count = 3"),
        (2, "SELECT count(*) FROM articles WHERE gone_at IS NOT NULL"),
    ],
)
def test_the_demo_shows_what_an_archive_is_for(shown: Path, least: int, sql: str) -> None:
    assert ask(shown, sql)[0][0] >= least


@pytest.mark.slow
def test_the_demo_has_a_corrected_figure_a_new_headline_and_a_moved_article(shown: Path) -> None:
    texts = "FROM revisions a JOIN revisions b USING (article_id) WHERE a.number + 1 = b.number"
    assert ask(shown, f"SELECT 1 {texts} AND a.title <> b.title")
    ((before, after),) = ask(
        shown, f"SELECT a.body, b.body {texts} AND b.number = 2 AND a.title = b.title"
    )
    changes = [(x, y) for x, y in zip(before.split(), after.split(), strict=True) if x != y]
    assert len(changes) == 1 and int(changes[0][1]) - int(changes[0][0]) == 7
    assert ask(shown, "SELECT count(*) FROM addresses GROUP BY article_id HAVING count(*) = 2")
    assert ask(shown, "SELECT DISTINCT detail FROM failures") == [("answered 404",)]


@pytest.mark.slow
def test_no_panel_and_no_ready_made_question_is_empty_in_the_demo(shown: Path) -> None:
    names = ["/dashboard", *(f"/archive/{name}?words=xã" for name in QUESTIONS)]
    rows = [f"/archive/{name}.json?_shape=array&words=xã" for name in QUESTIONS]

    async def pages(datasette: Datasette) -> dict[str, str]:
        answers = {}
        for language in ("vi", "en"):
            for name in names:
                answer = await datasette.client.get(name, cookies={"lang": language})
                answers[f"{language} {name}"] = answer.text
        for name in rows:
            assert (await datasette.client.get(name)).json(), name
        return answers

    with opened(load_settings(shown / "config.toml")) as datasette:
        for name, text in asyncio.run(pages(datasette)).items():
            for nothing in ("None so far", "Chưa có.", "None here", "Không có", "No rows"):
                assert nothing not in text, name


@pytest.mark.slow
def test_the_demo_is_called_one_in_the_language_of_its_reader(shown: Path) -> None:
    with opened(load_settings(shown / "config.toml")) as datasette:
        for language, title in (("vi", "bản trình diễn"), ("en", "demonstration")):
            for address in ("/", "/about", "/days"):
                page = get(datasette, address, language=language).text
                assert f"Báo Lào Cai: {title}" in page.split("</title>")[0]


@pytest.mark.slow
def test_no_page_is_larger_than_60_kb(shown: Path) -> None:
    addresses = (
        "/", "/search?q=người", "/trends?q=du+lich&q=bản&by=month", "/days", "/days/2025", "/tags",
        "/places", "/places/02647-2025", "/dashboard", "/about", "/archive", "/archive/articles",
        "/archive/captions", "/archive/weather", "/archive/revisions", "/archive/temperatures",
        "/archive/photographers", "/archive/named_by_month?words=xã",
    )  # fmt: skip
    with opened(load_settings(shown / "config.toml")) as datasette:
        for language in ("vi", "en"):
            sizes = {at: len(get(datasette, at, language=language).content) for at in addresses}
            assert {at: size for at, size in sizes.items() if size > 60_000} == {}


@pytest.mark.slow
def test_the_command_names_the_days_of_its_crawls_as_in_vietnam(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = CliRunner().invoke(cli, ["demo", "--pages", "1"]).output
    assert CRAWLS[0].astimezone(UTC).day != CRAWLS[0].day
    assert f"Crawled as on {CRAWLS[0]:%Y-%m-%d}: " in said


@pytest.mark.slow
def test_another_demo_in_the_same_folder_adds_no_article_and_no_text(tmp_path: Path) -> None:
    for pages in (1, 2):  # of a few articles, too
        folder = tmp_path / str(pages)
        sizes = [
            (now.articles, now.revisions)
            for now in (run_demo(folder, pages, Silence()).status for _ in range(2))
        ]
        assert sizes == [(pages + 2, pages + 2)] * 2


@pytest.mark.slow
def test_a_demo_that_was_stopped_goes_on_with_the_next_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as stopped, pytest.raises(KeyboardInterrupt):
        stopped.setattr("scraper.demo.demonstration.work", Mock(side_effect=KeyboardInterrupt))
        run_demo(tmp_path, 60, Silence())
    assert ask(tmp_path, "SELECT count(*) FROM runs") == [(1,)]
    assert len(run_demo(tmp_path, 60, Silence()).outcomes) == 3
    assert ask(tmp_path, "SELECT max(number) FROM revisions") == [(3,)]


def test_settings_that_no_demonstration_wrote_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("# mine\n", "utf-8")
    with pytest.raises(ConfigError, match="not written by `scraper demo`"):
        run_demo(tmp_path, 1, Silence())
    assert (tmp_path / "config.toml").read_text("utf-8") == "# mine\n"


def test_a_folder_that_cannot_be_made_is_named_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "demo").write_text("a file")
    with pytest.raises(ConfigError, match="demo/config.toml: cannot be written: File exists"):
        run_demo(tmp_path / "demo", 1, Silence())
