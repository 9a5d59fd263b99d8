"""Whole runs against the stand-in newspaper, and the rows they leave."""

import sqlite3
from contextlib import closing
from pathlib import Path

from scraper.archive.files import open_archive
from scraper.config import CrawlSettings, Settings, SiteSettings
from scraper.crawl.outcome import RunOutcome
from scraper.crawl.run import Plan, crawl_site
from scraper.http.pace import SYSTEM_CLOCK, Clock
from scraper.progress import Silence
from tests.support.stand_in import StandIn

FULL = Plan(pages=1000, minutes=5, full=True)


def settings_for(site: StandIn, *, delay_seconds: float = 0.0) -> Settings:
    """Settings of a run that does not wait between its attempts."""
    crawl = CrawlSettings(retries=1, backoff_seconds=0.0)
    return Settings(SiteSettings(site.base_url, delay_seconds=delay_seconds), crawl)


def crawl(
    folder: Path, settings: Settings, plan: Plan = FULL, clock: Clock = SYSTEM_CLOCK
) -> RunOutcome:
    """One run into the archive of a folder."""
    with open_archive(folder / "archive.db") as archive:
        return crawl_site(archive, settings, plan, Silence(), clock=clock)


def rows(folder: Path, sql: str) -> list[sqlite3.Row]:
    """What a query finds in the archive of a folder."""
    with closing(sqlite3.connect(folder / "archive.db")) as db:
        db.row_factory = sqlite3.Row
        return db.execute(sql).fetchall()
