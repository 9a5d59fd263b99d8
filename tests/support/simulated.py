"""Runs of the crawl on a clock of the test's own, against answers made in this process."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import httpx
import pytest

from scraper.archive.files import open_archive
from scraper.config import CheckSettings, CrawlSettings, Settings, SiteSettings
from scraper.crawl.outcome import RunOutcome
from scraper.crawl.run import Plan, crawl_site
from scraper.errors import SiteUnavailable
from scraper.http.fetcher import open_fetcher
from scraper.http.pace import Clock
from scraper.progress import Silence
from scraper.upkeep.check import check
from scraper.urls import article_id

BASE = "http://127.0.0.1:8610"
START = datetime(2026, 1, 1, 1, tzinfo=UTC)
Reply = tuple[int, dict[str, str], str]


def article_page(number: int, at: datetime) -> str:
    """A whole article page of today's design."""
    return (
        "<!DOCTYPE html><html><head><meta charset='utf-8'><meta property='og:type' content='article'>"
        f"<meta property='article:published_time' content='{at.isoformat()}'></head><body>"
        f"<h1 class='article__title cms-title'>Bản tin số {number}</h1>"
        f"<div class='article__sapo cms-desc'>Lời dẫn của bản tin {number}.</div>"
        f"<div class='article__body cms-body'><p>Nội dung của bản tin số {number} trong ngày.</p></div>"
        "</body></html>"
    )


class Paper:
    """A newspaper whose articles are in one map, and the newest in a feed and two sections."""

    def __init__(self) -> None:
        self.articles: dict[int, datetime] = {}
        self.log: list[str] = []  # paths of the run in progress
        self.refuses: Callable[[str], Reply | None] = lambda path: None
        self.spoils_lists: Callable[[str], str] = lambda body: body

    def publish(self, number: int, at: datetime) -> None:
        self.articles[number] = at

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        self.log.append(path)
        status, headers, body = self.refuses(path) or self._answer(path)
        named = {"content-type": "text/html; charset=utf-8"} | headers
        return httpx.Response(status, headers=named, stream=httpx.ByteStream(body.encode()))

    def _answer(self, path: str) -> Reply:
        number = article_id(path)
        if number in self.articles:
            return 200, {}, article_page(number, self.articles[number])
        xml = {"content-type": "application/xml"}
        if path == "/sitemap.xml":
            entries = "".join(
                f"<url><loc>{address(n)}</loc><lastmod>{at.isoformat()}</lastmod></url>"
                for n, at in self.articles.items()
            )
            return 200, xml, self.spoils_lists(f"<urlset>{entries}</urlset>")
        newest = sorted(self.articles, reverse=True)[:10]
        if path == "/rss/home.rss":
            items = "".join(f"<item><link>{address(n)}</link></item>" for n in newest)
            return 200, xml, f"<rss><channel>{items}</channel></rss>"
        if path in ("/", "/xa-hoi/"):
            links = "".join(f"<a href='{address(n)}'>Bản tin số {n}</a>" for n in newest)
            return 200, {}, f"<html><body>{links}</body></html>"
        return 404, {}, "<html><body>404</body></html>"


def address(number: int) -> str:
    return f"{BASE}/ban-tin-post{number}.html"


class Newsroom:
    """One archive in `folder`, crawled at times of the test's choice."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch, paper: Paper) -> None:
        self.paper = paper
        self.path = folder / "archive.db"
        self.settings = Settings(
            SiteSettings(BASE, feeds=(), sections=(), delay_seconds=1.0),
            CrawlSettings(retries=1, backoff_seconds=1.0),
            CheckSettings(min_free_mb=0),
        )
        self.now = START
        self._patch = patch

    def crawl(self, at: datetime, plan: Plan | None = None) -> RunOutcome | SiteUnavailable:
        """One run that starts at `at`; what it did, or what ended it."""
        self.now, passed = at, 0.0

        def sleep(seconds: float) -> None:
            nonlocal passed
            passed += seconds
            self.now = at + timedelta(seconds=passed)

        clock = Clock(lambda: self.now, lambda: passed, sleep)
        transport = httpx.MockTransport(self.paper)
        self._patch.setattr(
            "scraper.crawl.session.open_fetcher", partial(open_fetcher, transport=transport)
        )
        self.paper.log.clear()
        with open_archive(self.path) as archive:
            try:
                return crawl_site(
                    archive, self.settings, plan or Plan(500, 50), Silence(), clock=clock
                )
            except SiteUnavailable as e:
                return e

    @property
    def asked(self) -> list[int]:
        """The articles that the last run asked for."""
        return [number for path in self.paper.log if (number := article_id(path)) is not None]

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        with open_archive(self.path) as archive:
            return [tuple(row) for row in archive.db.execute(sql)]

    def alarms(self) -> str:
        return "\n".join(check(self.path, self.settings.check, self.now))
