"""Runs on later days: what is asked for again, in which order, and what the archive makes of it."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from scraper.crawl.outcome import RunOutcome
from scraper.demo.newspaper import END, make_newspaper
from scraper.demo.story import Story
from scraper.demo.writing import Assignment, write_story
from scraper.http.pace import SYSTEM_CLOCK, Clock
from scraper.urls import article_id
from tests.support.faults import Fault, FaultKind, edited
from tests.support.runs import FULL, crawl, rows, settings_for
from tests.support.stand_in import StandIn

pytestmark = pytest.mark.slow  # whole runs

USUAL = replace(FULL, full=False)
On = Callable[..., RunOutcome]


@pytest.fixture
def on(tmp_path: Path) -> On:
    """A run so many days after the stand-in's last article came out: `on(site, days=1)`."""
    began = datetime.now(UTC)

    def run(site: StandIn, days: float, plan: Any = USUAL) -> RunOutcome:
        def now() -> datetime:
            passed = datetime.now(UTC) - began
            return END.astimezone(UTC) + timedelta(days=days) + passed

        clock = Clock(now, SYSTEM_CLOCK.monotonic, SYSTEM_CLOCK.sleep)
        site.log.clear()
        return crawl(tmp_path, settings_for(site), plan, clock)

    return run


def asked(site: StandIn) -> list[int]:
    """The numbers of the articles that the last run asked for, in order."""
    return [number for r in site.log if (number := article_id(r.path)) is not None]


def gone(folder: Path) -> list[tuple[object, ...]]:
    found = rows(folder, "SELECT state, gone_at FROM articles JOIN frontier ON id = article_id")
    return [tuple(row) for row in found]


def test_known_articles_are_asked_again_by_revisit_days_and_304_is_no_revision(
    tmp_path: Path, on: On
) -> None:
    with StandIn(make_newspaper(pages=6, months=1)) as site:
        on(site, 1, FULL)
        first = rows(tmp_path, "SELECT id, last_captured_at FROM articles ORDER BY id")
        assert on(site, 1.5).run.fetched == 0
        outcome = on(site, 9)  # past the step of 7 days
        assert sorted(asked(site)) == sorted(site.stories)
        articles = [r for r in site.log if article_id(r.path)]
        assert {r.status for r in articles} == {304}
        assert all("if-none-match" in r.headers for r in articles)
        assert on(site, 9.1).run.fetched == 0
    assert (outcome.run.unchanged, outcome.run.new_revisions) == (6, 0)
    later = rows(tmp_path, "SELECT id, last_captured_at FROM articles ORDER BY id")
    assert all(
        b["last_captured_at"] > a["last_captured_at"] for a, b in zip(first, later, strict=True)
    )
    assert {tuple(r) for r in rows(tmp_path, "SELECT max(number) FROM revisions")} == {(1,)}


def test_an_article_whose_list_dates_it_after_our_capture_is_due_at_once(
    tmp_path: Path, on: On
) -> None:
    with StandIn(make_newspaper(pages=6, months=1)) as site:
        on(site, 0.1, FULL)
        story = site.newest[2]
        at = END.astimezone(UTC) + timedelta(hours=5)
        site.publish(replace(edited(story), modified_at=at))
        outcome = on(site, 0.3)
        assert asked(site) == [story.article_id]
        assert on(site, 0.4).run.fetched == 0
    assert outcome.run.new_revisions == 1


def test_missing_twice_a_day_apart_is_gone_and_one_that_comes_back_is_not(
    tmp_path: Path, on: On
) -> None:
    with StandIn(
        make_newspaper(pages=1, months=1), faults=[Fault("410", after=1, times=3)]
    ) as site:
        on(site, 1, FULL)
        kept = [tuple(row) for row in rows(tmp_path, "SELECT * FROM texts")]
        on(site, 9)
        assert gone(tmp_path) == [("failed", None)]
        assert on(site, 9.5).run.fetched == 0  # not within the day
        on(site, 10.1)
        ((state, since),) = gone(tmp_path)
        assert state == "gone" and str(since).startswith("2026-11-09T17:")
        assert [tuple(row) for row in rows(tmp_path, "SELECT * FROM texts")] == kept
        on(site, 60)
        assert gone(tmp_path)[0][0] == "gone"
        on(site, 200)
        assert gone(tmp_path) == [("archived", None)]
    assert [tuple(row) for row in rows(tmp_path, "SELECT * FROM texts")] == kept


def test_a_moved_slug_gives_the_article_its_new_address_and_keeps_the_old_one(
    tmp_path: Path, on: On
) -> None:
    with StandIn(make_newspaper(pages=1, months=1)) as site:
        (story,) = site.newest
        old = replace(story, template="")
        site.publish(old)
        on(site, 1, FULL)
        before = rows(tmp_path, "SELECT url FROM articles")[0]["url"]
        moved = Fault(
            "redirect abroad", on=old.path, location=f"/ten-moi-post{old.article_id}.html"
        )
        site.publish(replace(old, slug="ten-moi"))
        site.faults = [moved]
        outcome = on(site, 9)
        assert outcome.redirects == 1 and outcome.run.new_articles == 0
        assert len(asked(site)) == 2
        assert on(site, 9.1).run.fetched == 0
    after = rows(tmp_path, "SELECT url FROM articles")[0]["url"]
    assert before.endswith(old.path) and after.endswith(f"/ten-moi-post{old.article_id}.html")
    known = rows(tmp_path, "SELECT url FROM addresses ORDER BY first_seen_at")
    assert [row["url"] for row in known] == [before, after]


def test_a_list_that_dates_all_articles_today_day_after_day_is_believed_less_and_less(
    tmp_path: Path, on: On
) -> None:
    with StandIn(make_newspaper(pages=8, months=1)) as site:
        on(site, 0.1, FULL)
        first = [s.article_id for s in site.newest]
        asked_on: list[int] = []
        for day in range(2, 34):
            at = END.astimezone(UTC) + timedelta(days=day - 0.2)
            for number in first:
                site.publish(replace(site.stories[number], modified_at=at))
            on(site, day)
            asked_on.append(len(asked(site)))
        # Each was looked at after 2, 4, 8, 16 and 32 days, and at the steps of revisit_days.
        assert asked_on[0] == 8 and sum(asked_on) <= 8 * 7
        # One edit that is one, and the list is believed again.
        number = first[0]
        for day in (34, 66, 67):
            at = END.astimezone(UTC) + timedelta(days=day - 0.2)
            site.publish(replace(edited(site.stories[number]), modified_at=at))
            on(site, day)
        assert number in asked(site)


@pytest.mark.parametrize("kind", ["404", "soft 404", "redirect abroad"])
def test_an_article_whose_old_address_is_dead_is_not_gone(
    tmp_path: Path, on: On, kind: Any
) -> None:
    with StandIn(make_newspaper(pages=1, months=1)) as site:
        (story,) = site.newest
        old = replace(story, template="")
        site.publish(old)
        on(site, 1, FULL)
        site.publish(replace(old, slug="ten-moi"))
        site.faults = [Fault(kind, on=old.path, location="/")]
        for days in (9, 10.1, 11.2, 12.3, 40, 41.1, 75, 120, 400):
            on(site, days)
            rows_of = rows(tmp_path, "SELECT gone_at, url FROM articles")
            assert [row["gone_at"] for row in rows_of] == [None]
        assert rows_of[0]["url"].endswith("/ten-moi-post" + str(old.article_id) + ".html")
        # Of no use any more, the old address is not asked again and again.
        assert old.path not in {r.path for r in site.log}
    states = rows(tmp_path, "SELECT state FROM frontier WHERE article_id IS NOT NULL ORDER BY 1")
    assert [row["state"] for row in states] == ["archived", "duplicate"]


@pytest.mark.parametrize("kind", ["soft 404", "redirect abroad"])
def test_another_page_in_an_articles_place_is_gone_after_a_month_not_after_a_week(
    tmp_path: Path, on: On, kind: Any
) -> None:
    with StandIn(make_newspaper(pages=1, months=1)) as site:
        on(site, 1, FULL)
        (story,) = site.newest
        site.withdraw(story.article_id)
        site.faults = [Fault(kind, on=story.path, location="/")]
        for days in (8.5, 9, 10.5, 18):
            on(site, days)
        assert gone(tmp_path)[0][1] is None
        on(site, 49)
        ((state, since),) = gone(tmp_path)
        assert state == "gone" and str(since).startswith("2026-11-09T05:")
        assert on(site, 75).run.fetched == 0  # looked for more and more seldom
        on(site, 80)
        assert gone(tmp_path)[0][0] == "gone"
        site.publish(story)
        site.faults = []
        on(site, 86)
        assert gone(tmp_path)[0][0] == "gone"
        on(site, 87.5)  # a list names it again: it need not wait for its next turn
        assert gone(tmp_path) == [("archived", None)]


def test_new_articles_come_first_then_revisits_then_backfill_newest_first(
    tmp_path: Path, on: On
) -> None:
    with StandIn(make_newspaper(pages=40, months=12)) as site:
        numbers = sorted(site.stories, reverse=True)
        on(site, 1, replace(FULL, pages=4))  # the rest is known, and waits
        latest = replace(site.newest[0], article_id=numbers[0] + 9, slug="moi")
        site.publish(latest)
        on(site, 9)
    # Feed and home page name the newest thirty, and tell no time: they are news.
    assert asked(site) == [latest.article_id, *numbers[4:30], *numbers[:4], *numbers[30:]]


def test_since_leaves_out_what_the_lists_date_earlier(tmp_path: Path, on: On) -> None:
    with StandIn(make_newspaper(pages=12, months=6)) as site:
        since = sorted(site.newest, key=lambda s: s.published_at)[6].published_at
        at_day = datetime(since.year, since.month, since.day, tzinfo=UTC)
        on(site, 1, replace(FULL, since=at_day))
        wanted = {s.article_id for s in site.newest if (s.modified_at or s.published_at) >= at_day}
    assert set(asked(site)) - wanted == set()
    assert 0 < len(asked(site)) < 12


@pytest.mark.parametrize("back", [0.02, 3, 400])
def test_a_clock_that_was_set_back_has_no_page_asked_twice_in_a_run(
    tmp_path: Path, on: On, back: float
) -> None:
    with StandIn(make_newspaper(pages=6, months=1)) as site:
        on(site, 500, FULL)
        story = site.newest[2]
        # The newsroom's own clock is ahead of both.
        at = END.astimezone(UTC) + timedelta(days=900)
        site.publish(replace(edited(story), modified_at=at))
        for days in (500 - back, 500 - back / 2):
            on(site, days)
            assert len(asked(site)) == len(set(asked(site)))
        on(site, 501)
        assert len(asked(site)) == len(set(asked(site)))
    assert rows(tmp_path, "SELECT count(*) AS n FROM articles")[0]["n"] == 6


def test_half_a_year_of_a_newsroom_at_work_is_archived_as_it_was(tmp_path: Path, on: On) -> None:
    """Stories come out, are edited, move and go, and for five weeks the machine is off."""
    chance = random.Random(4)
    versions: dict[int, list[Story]] = {}
    dead: dict[str, str] = {}  # path -> what is answered there now
    went: set[int] = set()

    def publish(site: StandIn, story: Story) -> None:
        versions.setdefault(story.article_id, []).append(story)
        site.publish(story)

    def work(site: StandIn, day: int) -> None:
        at = (END + timedelta(days=day - 0.3)).astimezone(UTC).replace(microsecond=0)
        for _ in range(1 + day % 3):
            number = site.newest[0].article_id + 1 + chance.randrange(9)
            publish(site, write_story(Assignment(1, number % 97, number, at)))
        newest = [site.stories[n] for n in sorted(site.stories)[-12:]]
        if day % 2:
            publish(site, replace(edited(chance.choice(newest)), modified_at=at))
        if day % 9 == 4:
            story = chance.choice(newest)
            dead[story.path] = chance.choice(["404", "soft 404"])
            publish(site, replace(site.stories[story.article_id], slug=f"ten-moi-{day}"))
        if day % 11 == 5:
            story = chance.choice(newest[:6])
            dead[story.path] = chance.choice(["404", "410", "soft 404"])
            went.add(story.article_id)
            site.withdraw(story.article_id)
        site.faults = [Fault(cast(FaultKind, kind), on=path) for path, kind in dead.items()]

    with StandIn(make_newspaper(pages=12, months=1)) as site:
        versions |= {number: [story] for number, story in site.stories.items()}
        on(site, 0.5, FULL)
        for day in range(1, 80):
            work(site, day)
            if not 28 < day < 64:
                on(site, day)
                numbers = [r.path for r in site.log if article_id(r.path)]
                assert len(numbers) == len(set(numbers))
        for day in range(80, 170, 4):
            on(site, day)
        assert len(site.log) < 30
    shown = {row["id"]: row for row in rows(tmp_path, "SELECT * FROM articles")}
    assert site.stories.keys() <= shown.keys()
    assert {n for n, row in shown.items() if row["gone_at"]} == went & shown.keys()
    assert len(went & shown.keys()) > 3
    for number, story in site.stories.items():
        assert shown[number]["title"] == story.title
        assert shown[number]["url"].endswith(story.path)
        assert shown[number]["revision_count"] <= len({v.title for v in versions[number]})
    revised = {
        (row[0], row[1]) for row in rows(tmp_path, "SELECT article_id, title FROM revisions")
    }
    assert revised <= {(n, story.title) for n, stories in versions.items() for story in stories}
    assert not rows(tmp_path, "SELECT 1 FROM frontier WHERE state IN ('new', 'failed')")
