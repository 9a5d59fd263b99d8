"""Failures and refusals in a row, which end a run."""

from dataclasses import replace

from scraper.errors import FetchError, SiteUnavailable
from scraper.http.pace import REFUSED, Pace
from scraper.http.response import PageKind

# The silence after a run that was refused; it doubles with each further refusal.
FIRST_REFUSED_SECONDS = 3600.0
LONGEST_REFUSED_SECONDS = 86400.0
# Taken off each: a job that cron starts every hour would otherwise find the hour not quite over.
REFUSED_SLACK_SECONDS = 300.0


class Standing:
    """Counts the pages and the lists in a row that failed; refusals also over several runs.

    A run asks for pages and lists in turn. Both count towards the failures that end it, but a
    list that is answered ends only a row of lists.
    """

    def __init__(self, pace: Pace, most_failures: int) -> None:
        self._pace, self._most = pace, most_failures
        self._pages, self._lists = pace.state.refused_in_row, pace.state.refused_lists_in_row

    @property
    def is_refused(self) -> bool:
        """True if the last answers refused us, in this run or an earlier one."""
        return bool(self._pace.state.refused_in_row or self._pace.state.refused_lists_in_row)

    def note_refused(self, error: FetchError, kind: PageKind = "page") -> None:
        """Count an address that was refused.

        Raises SiteUnavailable after `most_failures` failures in a row. Then nothing is asked
        for about an hour, and twice as long after each further refusal.
        """
        state = self._pace.state
        if kind == "list":
            lists = state.refused_lists_in_row + 1
            self._pace.learn(replace(state, refused_lists_in_row=lists))
        else:
            self._pace.learn(replace(state, refused_in_row=state.refused_in_row + 1))
        self.note_failure(error, kind)

    def note_welcome(self) -> None:
        """Note that an article page was shown to us: the row of failures is over."""
        self._pages = self._lists = 0
        if self.is_refused:
            self._pace.learn(replace(self._pace.state, refused_in_row=0, refused_lists_in_row=0))

    def note_answer(self, kind: PageKind) -> None:
        """Note that the server is there, and did not refuse.

        A list ends a row of lists. A page that is perhaps no article ends a row of failures, but
        only note_welcome() ends one of refusals.
        """
        if kind == "list":
            self._lists = 0
            if self._pace.state.refused_lists_in_row:
                self._pace.learn(replace(self._pace.state, refused_lists_in_row=0))
        elif not self.is_refused:
            self._pages = self._lists = 0

    def note_failure(self, error: FetchError, kind: PageKind) -> None:
        """Count an address that failed. Raises SiteUnavailable after `most_failures` in a row."""
        if kind == "list":
            self._lists += 1
        else:
            self._pages += 1
        failures = self._pages + self._lists
        if failures < self._most:
            return
        if not self.is_refused:
            raise SiteUnavailable(f"{failures} failures in a row; the last: {error}") from error
        reason = f"{REFUSED} {failures} times in a row; the last: {error}"
        self._pace.hold(refused_seconds(failures - self._most), reason)
        raise SiteUnavailable(self._pace.silence()) from error


def refused_seconds(further: int) -> float:
    """Seconds without a request after the refusal that ended a run, and `further` ones."""
    doubled: float = FIRST_REFUSED_SECONDS * 2.0 ** min(further, 10)
    return min(doubled, LONGEST_REFUSED_SECONDS) - REFUSED_SLACK_SECONDS
