"""When the next request may be sent: the politeness delay, Retry-After, quiet hours, run time.

The delay is a floor between the end of one request and the start of the next. It holds across
runs and kills: before its first request a run hands out (`remember`) that one may be in flight,
after which the next run waits a whole delay, whenever this one was killed. What is owed at its
end, and any longer silence at once, is handed out in place of that. Inside a run only the
monotonic clock counts; the wall clock, which may jump, is asked once, for what an earlier run left
behind.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from scraper.errors import RunEnded, SiteUnavailable
from scraper.models import HostState, utc_text
from scraper.times import VIETNAM

IN_FLIGHT = "request in flight"  # or may be: the reason that a killed run leaves behind
DELAY = "delay"
BACKOFF = "backoff"
ASKED = "Retry-After"
QUIET = "quiet hours"
REFUSED = "refused"
REFUSES = "the site refuses us"  # begins the end of a run that was refused, or waits after one
LONGEST_ASKED_SECONDS = 7 * 86400.0  # a Retry-After beyond this is taken for a mistake
LONGEST_REST_SECONDS = 60.0  # however slow the server was
LONGEST_BACKOFF_SECONDS = 3600.0  # before an address is tried again
LOST_SECONDS = 1.0  # of what is owed beyond the delay, if killed: a start takes about as long
SLICE_SECONDS = 0.5  # how soon a long wait notices that it is to stop


@dataclass(frozen=True, slots=True)
class Clock:
    """Time, passed in so that tests need not wait."""

    now: Callable[[], datetime]  # aware, UTC; may jump
    monotonic: Callable[[], float]  # seconds; never jumps
    sleep: Callable[[float], None]  # seconds


SYSTEM_CLOCK = Clock(lambda: datetime.now(UTC), time.monotonic, time.sleep)


class Pace:
    """Lets one request through at a time, never sooner than owed."""

    def __init__(
        self,
        state: HostState,
        remember: Callable[[HostState], None],
        *,
        delay_seconds: float,
        run_seconds: float,
        quiet_hours: str = "",
        stop: Callable[[], bool] = lambda: False,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self.delay_seconds = delay_seconds
        self.state = state
        self._remember = remember
        self._quiet = _minutes(quiet_hours)
        self._stop = stop
        self._clock = clock
        self._deadline = clock.monotonic() + run_seconds
        self._reason = state.next_request_reason
        self._ready = clock.monotonic() + self._owed_from_before()

    def seconds_left(self) -> float:
        """How long the run may still take; 0.0 when its time is up."""
        return max(0.0, self._deadline - self._clock.monotonic())

    def learn(self, state: HostState) -> None:
        """Keep what was learnt about the host, and hand it out."""
        self.state = state
        self._remember(state)

    def wait(self, tell: Callable[[float, str], None] = lambda seconds, reason: None) -> None:
        """Return when a request may start, having noted that one may be on its way.

        Before each pause `tell` is called with its seconds and its reason. Raises RunEnded if
        the request cannot start in this run, SiteUnavailable if the server asked for a longer
        silence than the run has.
        """
        if silence := self.silence():
            raise SiteUnavailable(silence)
        if self._quiet_seconds() > self.seconds_left():
            raise RunEnded(QUIET)
        while True:
            self._tell_and_pause(self._ready - self._clock.monotonic(), self._reason, tell)
            quiet = self._quiet_seconds()  # they may have begun meanwhile
            if quiet <= 0:
                break
            self._tell_and_pause(quiet, QUIET, tell)
        self._reason = IN_FLIGHT
        if self.state.next_request_reason != IN_FLIGHT:
            self._note(self.delay_seconds)

    def check(self) -> None:
        """Raise RunEnded if the run is over; for work between two requests."""
        self._pause(0.0)

    def rest(self, took_seconds: float) -> None:
        """Note that the request ended just now; it took this long."""
        # A server that works longer is left alone longer: it is busy with us half the time.
        self.hold(max(self.delay_seconds, min(took_seconds, LONGEST_REST_SECONDS)), DELAY)

    def hold(self, seconds: float, reason: str) -> None:
        """Let nothing through for so long from now; a longer wait that is owed already stays."""
        now = self._clock.monotonic()
        if self._reason.startswith(REFUSED) and self._ready > now:
            return
        if now + seconds >= self._ready:
            self._ready, self._reason = now + min(seconds, LONGEST_ASKED_SECONDS), reason
        owed = self._ready - now
        if self.state.next_request_reason != IN_FLIGHT or owed > self.delay_seconds + LOST_SECONDS:
            self._note(owed)

    def end(self) -> None:
        """Note what is still owed: no request is in flight, nor will be in this run."""
        if self.state.next_request_reason == IN_FLIGHT != self._reason:
            self._note(self._ready - self._clock.monotonic())

    def silence(self) -> str:
        """Why the rest of this run is silence: the server asked for it, or refuses us; else ""."""
        wait = self._ready - self._clock.monotonic()
        until = utc_text(self._clock.now() + timedelta(seconds=wait))
        if self._reason.startswith(REFUSED) and wait > 0:
            return f"{REFUSES}; nothing is asked until {until}: {self._reason}"
        if self._reason.startswith(ASKED) and wait > self.seconds_left():
            return f"the site asked for silence until {until}: {self._reason}"
        return ""

    def _note(self, owed_seconds: float) -> None:
        at = self._clock.now() + timedelta(seconds=owed_seconds)
        if owed_seconds > 0 and at.microsecond:  # whole seconds, and never less than owed
            at += timedelta(seconds=1)
        at = at.replace(microsecond=0)
        self.learn(replace(self.state, next_request_at=at, next_request_reason=self._reason))

    def _owed_from_before(self) -> float:
        """Seconds of silence that an earlier run still owes."""
        if self.state.next_request_at is None:
            return 0.0
        owed = (self.state.next_request_at - self._clock.now()).total_seconds()
        if self._reason == IN_FLIGHT:
            # Killed, no one knows when, at the latest just now.
            owed = max(owed, self.delay_seconds)
        # More than is ever noted means that the clock has been set back since.
        asked = self._reason.startswith((ASKED, REFUSED))
        longest = LONGEST_ASKED_SECONDS if asked else 2 * LONGEST_BACKOFF_SECONDS
        return owed if owed <= max(longest, self.delay_seconds) + 1 else self.delay_seconds

    def _quiet_seconds(self) -> float:
        """Seconds until the quiet hours end; 0.0 outside them."""
        if self._quiet is None:
            return 0.0
        begin, end = self._quiet
        local = self._clock.now().astimezone(VIETNAM)
        minute = local.hour * 60 + local.minute + local.second / 60
        since_begin = (minute - begin) % 1440
        length = (end - begin) % 1440
        return (length - since_begin) * 60 if since_begin < length else 0.0

    def _tell_and_pause(
        self, seconds: float, reason: str, tell: Callable[[float, str], None]
    ) -> None:
        if 0 < seconds <= self.seconds_left():
            tell(seconds, reason)
        self._pause(seconds)

    def _pause(self, seconds: float) -> None:
        """Sleep in slices, so that a stop is noticed. Raises RunEnded."""
        if seconds > self.seconds_left() or not self.seconds_left():
            raise RunEnded("the run's time is up")
        until = self._clock.monotonic() + seconds
        while True:
            if self._stop():
                raise RunEnded("stopped by a signal")
            left = until - self._clock.monotonic()
            if left <= 0:
                return
            self._clock.sleep(min(max(left, 0.001), SLICE_SECONDS))


def _minutes(quiet_hours: str) -> tuple[int, int] | None:
    """Begin and end of "06:30-08:30" in minutes after midnight; None for ""."""
    if not quiet_hours:
        return None
    begin, end = (
        int(hours) * 60 + int(minutes)
        for hours, minutes in (part.split(":") for part in quiet_hours.split("-"))
    )
    return begin, end
