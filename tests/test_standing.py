"""Which answers in a row end a run, for how long nothing is asked then, and what ends the row."""

from datetime import UTC, datetime, timedelta
from typing import Literal, cast

import pytest

from scraper.errors import SiteUnavailable, Transient
from scraper.http.pace import Clock, Pace
from scraper.http.response import PageKind
from scraper.http.standing import Standing, refused_seconds
from scraper.models import HostState

MOST = 3
START = datetime(2026, 1, 1, tzinfo=UTC)
FAILURE = Transient("https://baolaocai.vn/a-post1.html", "answered 403")
Step = Literal["fail", "refuse", "answer", "welcome"]


class Row:
    """Steps on a Standing, each written as "refuse list", "answer page", "welcome" and so on."""

    def __init__(self, state: HostState | None = None) -> None:
        self.kept = state or HostState()
        self.writes = 0
        clock = Clock(lambda: START, lambda: 0.0, lambda seconds: None)
        self.pace = Pace(self.kept, self._keep, delay_seconds=1.0, run_seconds=3000.0, clock=clock)
        self.standing = Standing(self.pace, MOST)

    def _keep(self, state: HostState) -> None:
        self.kept = state
        self.writes += 1

    def steps(self, *steps: str) -> None:
        for step in steps:
            what, _, kind = step.partition(" ")
            page_kind = cast(PageKind, kind or "page")
            match cast(Step, what):
                case "fail":
                    self.standing.note_failure(FAILURE, page_kind)
                case "refuse":
                    self.standing.note_refused(FAILURE, page_kind)
                case "answer":
                    self.standing.note_answer(page_kind)
                case "welcome":
                    self.standing.note_welcome()


@pytest.mark.parametrize(
    "steps",
    [
        ["fail page"] * 3,
        ["fail list"] * 3,
        ["fail page", "fail list", "fail page"],
        ["fail page", "answer list", "fail page", "answer list", "fail page"],
        ["fail list", "fail page", "answer list", "fail page", "fail page"],
        ["fail photo", "fail page", "fail photo"],
    ],
    ids=" ".join,
)
def test_so_many_failures_in_a_row_end_the_run_with_the_last_step(steps: list[str]) -> None:
    row = Row()
    row.steps(*steps[:-1])
    with pytest.raises(SiteUnavailable, match="3 failures in a row; the last: .*answered 403"):
        row.steps(steps[-1])
    assert row.kept.next_request_at is None


@pytest.mark.parametrize(
    "steps",
    [
        ["refuse page"] * 3,
        ["refuse list"] * 3,
        ["refuse photo"] * 3,
        ["refuse page", "refuse list", "refuse list"],
        ["refuse page", "fail page", "fail list"],
        ["fail page", "fail list", "refuse page"],
        # No list and no page that is perhaps no article makes good for a refused page.
        ["refuse page", "answer list", "refuse page", "answer page", "refuse page"],
        ["refuse list", "answer page", "refuse list", "answer page", "refuse list"],
    ],
    ids=" ".join,
)
def test_so_many_refusals_in_a_row_end_the_run_and_silence_the_next(steps: list[str]) -> None:
    row = Row()
    row.steps(*steps[:-1])
    with pytest.raises(SiteUnavailable, match="the site refuses us; nothing is asked until"):
        row.steps(steps[-1])
    assert row.kept.next_request_at == START + timedelta(minutes=55)
    assert row.kept.next_request_reason.startswith("refused 3 times in a row; the last: ")


@pytest.mark.parametrize(
    "steps",
    [
        ["fail page", "fail page", "answer page", "fail page", "fail page"],
        ["fail list", "fail list", "answer list", "fail list", "fail list"],
        ["fail list", "fail list", "answer page", "fail list", "fail list"],
        ["fail page", "fail list", "answer photo", "fail page", "fail list"],
        ["refuse page", "refuse page", "welcome", "refuse page", "refuse page"],
        ["refuse list", "refuse list", "welcome", "refuse list", "refuse list"],
        ["refuse list", "refuse list", "answer list", "refuse list", "refuse list"],
        ["refuse page", "refuse list", "answer list", "refuse list"],
        ["refuse list", "answer list", "fail page", "answer page", "fail page", "fail page"],
    ],
    ids=" ".join,
)
def test_an_answer_between_ends_the_row(steps: list[str]) -> None:
    Row().steps(*steps)


@pytest.mark.parametrize(
    ("steps", "pages", "lists"),
    [
        (["refuse page", "refuse list"], 1, 1),
        (["refuse page", "refuse list", "answer list"], 1, 0),
        (["refuse page", "answer page"], 1, 0),
        (["refuse list", "answer page"], 0, 1),
        (["refuse page", "refuse list", "welcome"], 0, 0),
        (["refuse page", "welcome"], 0, 0),
        (["refuse list", "welcome"], 0, 0),
        (["fail page", "fail list"], 0, 0),
    ],
)
def test_the_next_run_goes_on_with_the_refusals_and_no_other_failures(
    steps: list[str], pages: int, lists: int
) -> None:
    row = Row()
    row.steps(*steps)
    assert (row.kept.refused_in_row, row.kept.refused_lists_in_row) == (pages, lists)
    later = Row(row.kept)
    assert later.standing.is_refused == bool(pages or lists)
    later.steps(*["fail list"] * (MOST - 1 - pages - lists))
    with pytest.raises(SiteUnavailable):
        later.steps("fail list")


def test_answers_without_a_refusal_before_write_nothing() -> None:
    row = Row()
    row.steps("answer page", "answer list", "welcome", "fail page", "fail list")
    assert row.writes == 0


def test_what_is_refused_is_remembered_before_the_run_ends() -> None:
    row = Row(HostState(refused_in_row=4))
    with pytest.raises(SiteUnavailable):
        row.steps("refuse page")
    assert row.kept.refused_in_row == 5
    assert row.kept.next_request_at == START + timedelta(minutes=235)


@pytest.mark.parametrize(
    ("further", "minutes"),
    [(0, 55), (1, 115), (2, 235), (3, 475), (4, 955), (5, 1435), (6, 1435), (5000, 1435)],
)
def test_the_wait_after_refusals_doubles_to_a_day_less_five_minutes(
    further: int, minutes: int
) -> None:
    assert refused_seconds(further) == minutes * 60
