"""One address, asked until there is an answer or no further attempt may be made.

Every request and every long wait is reported to the progress bar and the log.
"""

from collections.abc import Callable
from random import uniform

from tenacity import RetryCallState, Retrying, retry_if_exception_type

from scraper.config import CrawlSettings
from scraper.errors import FetchError, SiteUnavailable, Transient
from scraper.http.exchange import Ask, Exchange
from scraper.http.pace import ASKED, BACKOFF, DELAY, LONGEST_BACKOFF_SECONDS, Clock, Pace
from scraper.models import Snapshot
from scraper.progress import Event

Tell = Callable[[Event], None]

LONG_WAIT_SECONDS = 10.0  # such a wait looks like a program that hangs


class Attempts:
    """Sends requests at the pace, and repeats those that fail."""

    def __init__(
        self, crawl: CrawlSettings, pace: Pace, exchange: Exchange, clock: Clock, tell: Tell
    ) -> None:
        self.requests = 0  # sent so far
        self._crawl, self._pace, self._exchange = crawl, pace, exchange
        self._clock, self._tell = clock, tell
        self._number = 1  # of the attempt in progress
        self._failed = ""  # why the attempt before it failed

    def capture(self, ask: Ask) -> Snapshot:
        """Ask until there is an answer. Raises Transient after the last attempt; Refused."""
        self._number, self._failed = 1, ""
        retrying = Retrying(
            retry=retry_if_exception_type(Transient),
            stop=self._is_last,
            wait=self._backoff,
            # No sleep here: the pace holds back the whole host, and remembers that it does.
            sleep=lambda seconds: self._pace.hold(seconds, BACKOFF),
            reraise=True,
        )
        return retrying(self._capture_once, ask)

    def _is_last(self, state: RetryCallState) -> bool:
        too_late = state.upcoming_sleep > self._pace.seconds_left()
        return too_late or state.attempt_number > self._crawl.retries

    def _backoff(self, state: RetryCallState) -> float:
        """A doubling step with jitter; what the server asked for, the pace holds anyway."""
        step: float = self._crawl.backoff_seconds * 2 ** (state.attempt_number - 1)
        return min(step, LONGEST_BACKOFF_SECONDS) * uniform(1.0, 1.5)

    def _capture_once(self, ask: Ask) -> Snapshot:
        """One request. Raises Transient, Refused."""
        is_silent = self.requests == 0

        def tell_wait(seconds: float, reason: str) -> None:
            nonlocal is_silent
            if seconds >= LONG_WAIT_SECONDS or self._failed:
                is_silent = True
                self._tell_wait(ask, seconds, reason)

        self._pace.wait(tell_wait)
        if is_silent:
            message = f"connecting to {ask.target.netloc.decode('ascii')} …"
            self._tell(Event("connecting", message, ask.url, attempt=self._number))
        self.requests += 1
        started = self._clock.monotonic()
        try:
            snapshot = self._exchange.send(ask)
        except FetchError as e:
            self._tell_answer(ask, e, self._clock.monotonic() - started)
            if isinstance(e, Transient):
                self._note_failed(e)
            raise
        else:
            self._tell_answer(ask, snapshot, self._clock.monotonic() - started)
            return snapshot
        finally:
            self._pace.rest(self._clock.monotonic() - started)

    def _note_failed(self, error: Transient) -> None:
        """Keep to what the server asked. Raises SiteUnavailable if that is longer than the run."""
        self._number += 1
        self._failed = str(error.status or error.reason)
        if error.retry_after:
            self._pace.hold(error.retry_after, f"{ASKED} ({error.status})")
        if silence := self._pace.silence():
            raise SiteUnavailable(silence) from error

    def _tell_wait(self, ask: Ask, seconds: float, reason: str) -> None:
        """Say for what the next request waits, as in "503, waiting 20 s (attempt 2 of 4)"."""
        message = f"{self._failed or reason}, waiting {_in_words(seconds)}"
        if self._failed:
            asked = f"; {reason}" if reason not in (BACKOFF, DELAY) else ""
            most = self._crawl.retries + 1
            message += f" (attempt {self._number} of {most}{asked})"
        self._tell(
            Event("waiting", message, ask.url, attempt=self._number, wait_seconds=round(seconds, 1))
        )

    def _tell_answer(self, ask: Ask, answer: Snapshot | FetchError, seconds: float) -> None:
        is_page = isinstance(answer, Snapshot)
        self._tell(
            Event(
                "answer" if is_page else "no answer",
                str(answer.status) if isinstance(answer, Snapshot) else answer.reason,
                ask.url,
                status=answer.status if isinstance(answer, Snapshot | Transient) else None,
                seconds=round(seconds, 3),
                bytes=len(answer.body) if isinstance(answer, Snapshot) else None,
                attempt=self._number,
                is_detail=True,
            )
        )


def _in_words(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 600 else f"{seconds / 60:.0f} minutes"
