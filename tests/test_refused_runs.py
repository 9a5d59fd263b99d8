"""Runs over real sockets against a stand-in that refuses us, by each way of refusing."""

import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest

from scraper.archive.files import open_archive
from scraper.config import CheckSettings
from scraper.crawl.run import Plan
from scraper.demo.newspaper import make_newspaper
from scraper.errors import SiteUnavailable
from scraper.http.pace import Clock
from scraper.upkeep.check import check
from scraper.upkeep.status import lines, status
from tests.support.faults import Fault, FaultKind, On
from tests.support.runs import crawl, rows, settings_for
from tests.support.stand_in import StandIn

pytestmark = pytest.mark.slow  # whole runs

PAPER = make_newspaper(seed=3, pages=9, months=2)
PLAN = Plan(pages=100, minutes=5)
BY_ANSWER: tuple[FaultKind, ...] = (
    "401", "403", "451", "challenge", "challenge 403", "challenge 503", "meta refresh",
)  # fmt: skip
BY_SHAPE: tuple[FaultKind, ...] = ("wrong type", "refused encoding", "oversize")
EVERYWHERE: tuple[On, ...] = tuple(on for on in get_args(On) if on != "robots")
STOP = 5  # crawl.stop_after_failures


def crawl_later(folder: Path, site: StandIn, hours: float) -> str:
    """A run as it would be so many hours from now; how it was ended, "" if it was not."""
    clock = Clock(lambda: datetime.now(UTC) + timedelta(hours=hours), time.monotonic, time.sleep)
    try:
        crawl(folder, settings_for(site), PLAN, clock)
    except SiteUnavailable as e:
        return str(e)
    return ""


def make_due(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "archive.db")) as db, db:
        db.execute("UPDATE frontier SET due_at = '2020-01-01T00:00:00Z' WHERE state <> 'list'")


def alarms(folder: Path, hours: float) -> str:
    now = datetime.now(UTC) + timedelta(hours=hours)
    return "\n".join(check(folder / "archive.db", CheckSettings(min_free_mb=0), now))


def asked(site: StandIn, since: int) -> list[str]:
    return [request.path for request in site.log[since:] if request.path != "/robots.txt"]


@pytest.mark.parametrize("kind", BY_ANSWER + BY_SHAPE)
def test_a_refused_run_stops_is_remembered_and_says_nothing_of_the_articles(
    kind: FaultKind, tmp_path: Path
) -> None:
    with StandIn(PAPER) as site:
        assert crawl_later(tmp_path, site, 0) == ""
        before = rows(tmp_path, "SELECT id, revision_count, gone_at, snapshot_id FROM articles")
        assert len(before) == len(PAPER)
        make_due(tmp_path)
        site.faults = [Fault(kind)]
        for hours, most in ((48, STOP), (48.5, 0), (49, 1), (50.5, 0), (51, 1), (54, 0), (55, 1)):
            since = len(site.log)
            assert "the site refuses us; nothing is asked until" in crawl_later(
                tmp_path, site, hours
            )
            assert len([path for path in asked(site, since) if "post" in path]) == most
            if not most:
                assert asked(site, since) == []
        assert "the last crawl ended: the site refuses us" in alarms(tmp_path, 55.2)
        with open_archive(tmp_path / "archive.db") as archive:
            said = "\n".join(lines(status(archive, datetime.now(UTC)), []))
        assert "the site refuses us; nothing is asked until" in said
    after = rows(tmp_path, "SELECT id, revision_count, gone_at, snapshot_id FROM articles")
    assert after == before
    failures = rows(tmp_path, "SELECT DISTINCT kind, detail LIKE 'refused: %' FROM failures")
    assert [tuple(row) for row in failures] == [("refused", 1)]


@pytest.mark.parametrize("kind", BY_ANSWER + BY_SHAPE)
def test_the_alarm_after_a_refused_run_names_the_kind(kind: FaultKind, tmp_path: Path) -> None:
    with StandIn(PAPER, faults=[Fault(kind)]) as site:
        assert "the site refuses us" in crawl_later(tmp_path, site, 0)
    assert f"{STOP} of {STOP} requests failed in the last crawl ({STOP} refused)" in alarms(
        tmp_path, 0
    )


@pytest.mark.parametrize("kind", BY_ANSWER)
def test_lists_that_refuse_us_stop_a_run_with_nothing_due(kind: FaultKind, tmp_path: Path) -> None:
    with StandIn(PAPER) as site:
        crawl_later(tmp_path, site, 0)
        site.faults = [Fault(kind, on=on) for on in EVERYWHERE]
        since = len(site.log)
        assert "the site refuses us" in crawl_later(tmp_path, site, 1)
        assert len(asked(site, since)) == STOP
        assert f"({STOP} refused)" in alarms(tmp_path, 1)
        site.faults = []
        assert crawl_later(tmp_path, site, 3) == ""
    assert alarms(tmp_path, 3) == ""


@pytest.mark.parametrize("on", ["sitemaps", "feeds"])
@pytest.mark.parametrize("kind", BY_SHAPE)
def test_a_list_of_a_wrong_shape_is_one_broken_list(
    kind: FaultKind, on: On, tmp_path: Path
) -> None:
    with StandIn(PAPER, faults=[Fault(kind, on=on)]) as site:
        assert crawl_later(tmp_path, site, 0) == ""
    found = rows(tmp_path, "SELECT DISTINCT kind FROM failures")
    assert [row["kind"] for row in found] == ["list"]
    assert rows(tmp_path, "SELECT sum(refused_lists_in_row) AS n FROM hosts")[0]["n"] == 0
