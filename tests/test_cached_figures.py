"""Figures over the whole archive are kept while it does not change."""

import asyncio
from pathlib import Path

from sqlite_utils import Database

from scraper.archive.files import open_archive, write
from scraper.browse.cache import cached
from scraper.config import ArchiveSettings, Settings, SiteSettings
from tests.support.filled import SITE, captures, fill
from tests.support.opened import opened


def test_figures_are_read_again_only_after_the_archive_changed(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    fill(path, captures(3))
    readings = []

    def count(db: Database) -> int:
        readings.append(db)
        return int(db.execute("SELECT count(*) FROM marks").fetchone()[0])

    settings = Settings(SiteSettings(SITE.base_url), archive=ArchiveSettings(path))
    with opened(settings) as datasette:

        def figure(fresh_seconds: float) -> int:
            return asyncio.run(cached(datasette, "marks", count, fresh_seconds))

        before = figure(0)
        assert (figure(0), len(readings)) == (before, 1)
        with open_archive(path) as archive, write(archive.db):
            archive.db.execute("INSERT INTO marks VALUES ('x', 'y')")
        assert (figure(1e9), len(readings)) == (before, 1)  # not old enough beside a crawl
        assert (figure(0), len(readings)) == (before + 1, 2)
