from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scraper.alarms import alarms
from scraper.archive.schema import open_archive
from scraper.config import CheckSettings, CrawlSettings, Settings, SiteSettings
from scraper.crawl import Plan, crawl_site
from scraper.demo.newspaper import make_newspaper
from scraper.demo.server import StandIn
from scraper.progress import Silence

LIMITS = CheckSettings(min_free_mb=0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with StandIn(make_newspaper(pages=30)) as site:
        settings = Settings(SiteSettings(site.base_url, delay_seconds=0), CrawlSettings(retries=0))
        with open_archive(tmp_path / "archive.db") as archive:
            crawl_site(archive, settings, Plan(100, 5, full=True), Silence())
    return tmp_path / "archive.db"


def found(path: Path, limits: CheckSettings = LIMITS, days_later: float = 0, sql: str = "") -> str:
    with open_archive(path) as archive:
        if sql:
            archive.db.execute(sql)
        return "\n".join(alarms(archive, limits, datetime.now(UTC) + timedelta(days=days_later)))


def test_a_fresh_archive_raises_none(path: Path) -> None:
    assert found(path) == ""


def test_an_old_last_run_and_a_lack_of_news_raise_it(path: Path) -> None:
    assert "last good crawl ended" in found(path, days_later=2)
    assert "no new article since" in found(path, days_later=4)


def test_failures_raise_it(path: Path) -> None:
    assert "30 of 60 requests failed" in found(path, sql="UPDATE runs SET failed = 30")


def test_a_run_that_never_ended_well_raises_it(path: Path) -> None:
    said = found(path, sql="UPDATE runs SET outcome = 'failed'")
    assert "no crawl has ended well yet" in said


def test_articles_of_no_known_template_raise_it(path: Path) -> None:
    said = found(path, sql="UPDATE articles SET template = 'fallback'")
    assert "30 of 30 recent articles fit no known template" in said


def test_a_field_that_is_found_less_often_raises_it(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scraper.alarms.ENOUGH", 10)
    month_ago = (datetime.now(UTC) - timedelta(days=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
    said = found(
        path,
        sql="UPDATE articles SET template = 'onecms', lead = iif(rowid IN later, '', lead),"
        f" first_captured_at = iif(rowid IN later, first_captured_at, '{month_ago}')".replace(
            "later", "(SELECT id FROM articles ORDER BY id LIMIT 15)"
        ),
    )
    assert "onecms: lead found on 0% of recent articles, before on 100%, limit 20%" in said


def test_a_full_disk_raises_it(path: Path) -> None:
    assert "disk nearly full" in found(path, CheckSettings(min_free_mb=1e12))
