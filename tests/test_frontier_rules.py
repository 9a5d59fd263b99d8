"""When an address is asked for again: the rules, as tables of cases."""

from datetime import UTC, datetime, timedelta

import pytest

from scraper.archive.revisions import GONE_AFTER
from scraper.archive.revisits import SECOND_LOOK, after_failure, after_gone, next_revisit

AT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("attempts", "days"), [(1, 0.25), (2, 1), (3, 7), (4, 30), (5, 30), (50, 30)]
)
def test_after_each_failure_the_wait_is_longer(attempts: int, days: float) -> None:
    assert after_failure(attempts, AT) == AT + timedelta(days=days)


@pytest.mark.parametrize(
    ("attempts", "days"), [(1, 30), (2, 30), (3, 60), (4, 120), (5, 240), (6, 365), (20, 365)]
)
def test_a_page_that_is_gone_is_asked_for_ever_more_rarely(attempts: int, days: int) -> None:
    assert after_gone(attempts, AT) == AT + timedelta(days=days)


@pytest.mark.parametrize(
    ("age", "seen", "due"),
    [
        # Days: the article's age at its first capture; from that to the last look; to the next.
        (0, 0, 1),
        (0, 1, 7),
        (0, 7, 30),
        (0, 30, 365),
        (0, 365, 365 + 365),
        (10, 0, 1),
        (11, 0, 7),
        (70, 0, 7),
        (71, 0, 30),
        (300, 0, 30),
        (301, 0, 365),
        (5000, 0, 365),
    ],
)
def test_an_article_is_looked_at_again_in_steps_of_at_least_a_tenth_of_its_age(
    age: int, seen: int, due: int
) -> None:
    published = AT - timedelta(days=age)
    found = next_revisit([1, 7, 30, 365], published, AT, AT + timedelta(days=seen))
    assert found == AT + timedelta(days=due)


def test_two_looks_that_say_gone_are_a_day_apart_but_for_what_cron_wanders() -> None:
    assert timedelta(hours=22) < GONE_AFTER < timedelta(hours=24)
    assert timedelta(days=1) == SECOND_LOOK  # so that the second one can say it
