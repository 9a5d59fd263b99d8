from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from scraper.errors import RunEnded, SiteUnavailable
from scraper.http.pace import ASKED, BACKOFF, DELAY, IN_FLIGHT, REFUSED, REFUSES, Clock, Pace
from scraper.models import HostState

START = datetime(2026, 1, 2, 3, 4, 5, 250_000, tzinfo=UTC)  # 10:04:05 in Vietnam
DAY = 86400.0


class FakeTime:
    """A wall clock that can be set, and a monotonic one; both move only when slept on."""

    def __init__(self, at: datetime = START) -> None:
        self.wall = at
        self.passed = 0.0
        self.clock = Clock(lambda: self.wall, lambda: self.passed, self.sleep)

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.passed += seconds
        self.wall += timedelta(seconds=seconds)


class Remembered:
    """What the pace hands out, as the archive would keep it."""

    def __init__(self, state: HostState | None = None) -> None:
        self.state = state or HostState()

    def __call__(self, state: HostState) -> None:
        self.state = state


def pace(time: FakeTime, kept: Remembered, **options: object) -> Pace:
    settings = {"delay_seconds": 5.0, "run_seconds": 3600.0} | options
    return Pace(kept.state, kept, clock=time.clock, **settings)


def owing(seconds: float, reason: str = DELAY) -> Remembered:
    at = (START + timedelta(seconds=seconds)).replace(microsecond=0)
    return Remembered(HostState(next_request_at=at, next_request_reason=reason))


def waited(time: FakeTime, kept: Remembered, **options: object) -> float:
    before = time.passed
    pace(time, kept, **options).wait()
    return time.passed - before


def test_first_request_need_not_wait() -> None:
    assert waited(FakeTime(), Remembered()) == 0.0


def test_delay_runs_from_the_end_of_a_request() -> None:
    time = FakeTime()
    one = pace(time, Remembered())
    one.wait()
    time.sleep(2.0)
    one.rest(2.0)
    time.sleep(1.0)
    one.wait()
    assert time.passed == pytest.approx(2.0 + 5.0)


def test_slow_server_is_left_alone_as_long_as_it_worked() -> None:
    time = FakeTime()
    one = pace(time, Remembered())
    for took, rest in ((4.0, 5.0), (30.0, 30.0), (500.0, 60.0)):
        one.wait()
        one.rest(took)
        before = time.passed
        one.wait()
        assert time.passed - before == pytest.approx(rest)
        one.rest(0.0)


def test_delay_holds_into_the_next_run() -> None:
    time, kept = FakeTime(), Remembered()
    one = pace(time, kept)
    one.wait()
    one.rest(0.1)
    one.end()
    time.sleep(2.0)
    assert 3.0 <= waited(time, kept) < 4.0  # noted in whole seconds, never too few
    assert kept.state.next_request_at is not None
    assert kept.state.next_request_at.microsecond == 0


def test_delay_holds_after_a_kill_mid_request() -> None:
    time, kept = FakeTime(), Remembered()
    pace(time, kept).wait()
    assert kept.state.next_request_reason == IN_FLIGHT
    time.sleep(40.0)  # the request was slow, and killed in the end
    assert waited(time, kept) == pytest.approx(5.0)


def test_delay_holds_after_a_kill_between_two_requests() -> None:
    time, kept = FakeTime(), Remembered()
    one = pace(time, kept)
    for _ in range(3):
        one.wait()
        one.rest(0.1)
    assert kept.state.next_request_reason == IN_FLIGHT  # one write for all of them
    assert waited(time, kept) == pytest.approx(5.0)


def test_delay_holds_after_a_kill_that_a_longer_silence_came_before() -> None:
    time, kept = FakeTime(), Remembered()
    one = pace(time, kept)
    one.wait()
    one.hold(600.0, ASKED)
    one.rest(0.1)
    one.wait()
    assert kept.state.next_request_reason == IN_FLIGHT
    time.sleep(40.0)
    assert waited(time, kept) == pytest.approx(5.0)


def test_rest_of_a_slow_server_outlives_a_kill() -> None:
    time, kept = FakeTime(), Remembered()
    one = pace(time, kept)
    one.wait()
    one.rest(30.0)
    assert 30.0 <= waited(time, kept) <= 31.0


@pytest.mark.parametrize(("took", "reason"), [(5.9, IN_FLIGHT), (6.1, DELAY)])
def test_rest_is_noted_only_if_a_kill_could_lose_more_than_a_second_of_it(
    took: float, reason: str
) -> None:
    time, kept = FakeTime(), Remembered()
    one = pace(time, kept)
    one.wait()
    one.rest(took)
    assert kept.state.next_request_reason == reason


@pytest.mark.parametrize(
    ("reason", "owed", "wait"),
    [
        (BACKOFF, 7200.0, 7200.0),
        (BACKOFF, 7210.0, 5.0),
        (ASKED, DAY, DAY),
        (ASKED, 7.1 * DAY, 5.0),
    ],
)
def test_more_than_is_ever_noted_means_that_the_clock_was_set_back(
    reason: str, owed: float, wait: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scraper.http.pace.SLICE_SECONDS", DAY)
    slept = waited(FakeTime(), owing(owed, reason), run_seconds=8 * DAY)
    assert slept == pytest.approx(wait, abs=1.0)


def test_no_delay_takes_the_place_of_the_silence_after_refusals() -> None:
    one = pace(FakeTime(), Remembered(), delay_seconds=7200.0)
    one.hold(3300.0, f"{REFUSED} 5 times in a row")
    one.rest(0.0)
    assert one.silence().startswith(REFUSES)


def test_run_that_asks_nothing_forgets_no_kill() -> None:
    time, kept = FakeTime(), Remembered()
    pace(time, kept).wait()
    pace(time, kept).end()
    assert 5.0 <= waited(time, kept) <= 6.0


def test_no_delay_means_no_wait_after_a_kill() -> None:
    time, kept = FakeTime(), Remembered()
    pace(time, kept, delay_seconds=0.0).wait()
    assert waited(time, kept, delay_seconds=0.0) == 0.0


def test_longer_delay_learnt_later_counts() -> None:
    time = FakeTime()
    one = pace(time, Remembered())
    one.wait()
    one.delay_seconds = 20.0
    one.rest(0.0)
    one.wait()
    assert time.passed == pytest.approx(20.0)


def test_retry_after_outlives_run_and_kill() -> None:
    time, kept = FakeTime(), Remembered()
    one = pace(time, kept)
    one.wait()
    one.hold(600.0, ASKED)
    assert kept.state.next_request_reason == ASKED  # before the request has even ended
    one.rest(0.1)
    assert kept.state.next_request_reason == ASKED
    assert 600.0 <= waited(time, kept) <= 601.0


def test_shorter_hold_does_not_cut_a_longer_one() -> None:
    time = FakeTime()
    one = pace(time, Remembered())
    one.hold(600.0, ASKED)
    one.hold(10.0, "backoff")
    one.wait()
    assert time.passed == pytest.approx(600.0)


def test_silence_longer_than_the_run_ends_it_and_is_remembered() -> None:
    time, kept = FakeTime(), Remembered()
    one = pace(time, kept, run_seconds=600.0)
    one.hold(7200.0, ASKED)
    assert "2026-01-02T05:04:05Z" in one.silence()
    with pytest.raises(SiteUnavailable, match="Retry-After"):
        one.wait()
    time.sleep(3600.0)
    with pytest.raises(SiteUnavailable):
        pace(time, kept, run_seconds=600.0).wait()
    assert time.passed == 3600.0
    time.sleep(3601.0)
    assert waited(time, kept, run_seconds=600.0) == 0.0


def test_absurd_retry_after_is_a_week_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scraper.http.pace.SLICE_SECONDS", DAY)  # a week has a million of them
    time = FakeTime()
    one = pace(time, Remembered(), run_seconds=1e12)
    one.hold(1e11, ASKED)
    one.wait()
    assert time.passed == pytest.approx(7 * DAY)


@pytest.mark.parametrize(
    ("reason", "jump", "most"),
    [
        (DELAY, -3650 * DAY, 5.0),
        (IN_FLIGHT, -3650 * DAY, 5.0),
        (ASKED, -3650 * DAY, 5.0),
        (ASKED, -DAY, DAY + 600.0),
        (ASKED, 3650 * DAY, 0.0),
    ],
)
def test_clock_set_anew_between_runs_freezes_nothing(reason: str, jump: float, most: float) -> None:
    time, kept = FakeTime(), owing(600.0, reason)
    time.wall += timedelta(seconds=jump)
    assert waited(time, kept, run_seconds=1e9) <= most


@pytest.mark.parametrize("jump", [-DAY, DAY])
def test_clock_set_anew_inside_a_run_changes_no_delay(jump: float) -> None:
    time = FakeTime()
    one = pace(time, Remembered())
    one.wait()
    one.rest(0.0)
    time.wall += timedelta(seconds=jump)
    one.wait()
    assert time.passed == pytest.approx(5.0)


def test_run_that_is_over_lets_nothing_through() -> None:
    time = FakeTime()
    one = pace(time, Remembered(), run_seconds=7.0)
    one.wait()
    one.rest(0.0)
    one.wait()
    one.rest(0.0)
    with pytest.raises(RunEnded, match="time is up"):
        one.wait()
    assert time.passed == pytest.approx(5.0)
    assert one.seconds_left() == pytest.approx(2.0)


def test_stop_is_noticed_in_a_long_wait() -> None:
    time = FakeTime()
    one = pace(time, Remembered(), stop=lambda: time.passed > 30.0)
    one.hold(600.0, ASKED)
    with pytest.raises(RunEnded, match="stopped by a signal"):
        one.wait()
    assert time.passed < 31.0


def test_stop_is_noticed_without_a_wait() -> None:
    with pytest.raises(RunEnded):
        pace(FakeTime(), Remembered(), stop=lambda: True).wait()


@pytest.mark.parametrize(
    ("quiet_hours", "minutes"),
    [
        ("10:00-10:30", 26),
        ("23:00-10:30", 26),
        ("10:05-10:30", 0),
        ("09:00-10:04", 0),
        ("10:00-10:00", 0),
    ],
)
def test_quiet_hours_of_vietnam_are_sat_out(quiet_hours: str, minutes: int) -> None:
    slept = waited(FakeTime(), Remembered(), quiet_hours=quiet_hours)
    assert slept == pytest.approx(minutes * 60, abs=60)


def test_quiet_hours_that_begin_during_a_wait_count() -> None:
    time = FakeTime()
    assert waited(time, owing(120.0), quiet_hours="10:05-10:30") == pytest.approx(26 * 60, abs=60)
    assert time.wall.hour * 60 + time.wall.minute == 3 * 60 + 30


def test_quiet_hours_longer_than_the_run_end_it_cleanly() -> None:
    time = FakeTime()
    with pytest.raises(RunEnded, match="quiet hours"):
        pace(time, Remembered(), quiet_hours="06:00-22:00").wait()
    assert time.passed == 0.0


def test_robots_copy_passes_through_unchanged() -> None:
    kept = Remembered(HostState("Disallow:", 200, START))
    one = pace(FakeTime(), kept)
    one.wait()
    one.rest(0.0)
    bare = replace(kept.state, next_request_at=None, next_request_reason="")
    assert bare == HostState("Disallow:", 200, START)
