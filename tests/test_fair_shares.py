"""Lists and articles share the requests of a run, however few a delay allows."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from scraper.crawl.outcome import RunOutcome
from scraper.crawl.run import Plan
from scraper.urls import article_id
from tests.support.simulated import START, Newsroom, Paper

pytestmark = pytest.mark.slow  # whole runs and archives


@pytest.fixture
def newsroom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Newsroom:
    paper = Paper()
    for number in range(1, 11):
        paper.publish(number, START)
    return Newsroom(tmp_path, monkeypatch, paper)


def slow(newsroom: Newsroom, delay: float) -> None:
    site = replace(newsroom.settings.site, delay_seconds=delay, sections=("/", "/xa-hoi/"))
    newsroom.settings = replace(newsroom.settings, site=site)


@pytest.mark.parametrize("requests", [1, 2, 3, 4, 5])
def test_lists_never_take_more_than_every_second_request_while_an_article_is_due(
    newsroom: Newsroom, requests: int
) -> None:
    slow(newsroom, 600.0)
    plan = Plan(500, 10.0 * requests - 5)
    asked: list[str] = []
    for run in range(24):
        outcome = newsroom.crawl(START + timedelta(hours=run), plan)
        asked += newsroom.paper.log
        if run > 1 and isinstance(outcome, RunOutcome) and outcome.remaining:
            assert "the delay leaves no room" in outcome.run.detail
            assert "the delay leaves no room" in newsroom.alarms()
    asked = [path for path in asked if path != "/robots.txt"]
    articles = [n for n, path in enumerate(asked) if article_id(path)]
    assert len(articles) == 10
    until_last = asked[: articles[-1] + 1]
    assert len(until_last) <= 2 * len(articles) + 2
    assert {"/sitemap.xml", "/", "/xa-hoi/"} <= set(asked)


def test_a_run_with_nothing_due_spends_all_on_lists_and_has_no_word_on_the_delay(
    newsroom: Newsroom,
) -> None:
    outcome = newsroom.crawl(START)
    assert isinstance(outcome, RunOutcome) and outcome.run.outcome == "done"
    newsroom.crawl(START + timedelta(hours=1))
    assert newsroom.paper.log == ["/sitemap.xml"]
    assert newsroom.alarms() == ""
