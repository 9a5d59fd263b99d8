"""How the site takes us: failures and refusals in a row, which end a run."""

from dataclasses import replace

from scraper.errors import FetchError, SiteUnavailable
from scraper.http.pace import REFUSED, Pace
from scraper.http.response import PageKind

# The silence after a run that was refused; it doubles with each further page that is.
FIRST_REFUSED_SECONDS = 3600.0
LONGEST_REFUSED_SECONDS = 86400.0
# Taken off each: a job that cron starts every hour would else find the hour not quite over.
REFUSED_SLACK_SECONDS = 300.0


class Standing:
    """Counts the addresses in a row that failed; refusals also over several runs."""

    def __init__(self, pace: Pace, most_failures: int) -> None:
        self._pace, self._most = pace, most_failures
        self._failures = pace.state.refused_in_row  # in a row
        self._page_failures = self._failures  # those of pages, which no list makes good

    def note_refused(self, error: FetchError) -> None:
        """Count an article page that was refused.

        Raises SiteUnavailable after `most_failures` failures in a row. Then nothing is asked
        for about an hour, and twice as long after each further refusal.
        """
        state = self._pace.state
        self._pace.learn(replace(state, refused_in_row=state.refused_in_row + 1))
        self.note_failure(error, "page")

    def note_welcome(self) -> None:
        """Note that an article page was shown to us: the row of failures is over."""
        self._failures = self._page_failures = 0
        if self._pace.state.refused_in_row:
            self._pace.learn(replace(self._pace.state, refused_in_row=0))

    def note_answer(self, kind: PageKind) -> None:
        """Note that the server is there.

        A list ends a row of failed lists, not one of failed pages: a run asks for both in turn. A
        row of refusals ends only with an article page.
        """
        if self._pace.state.refused_in_row:
            return
        self._page_failures = self._page_failures if kind == "list" else 0
        self._failures = self._page_failures

    def note_failure(self, error: FetchError, kind: PageKind) -> None:
        """Count an address that failed. Raises SiteUnavailable after `most_failures` in a row."""
        self._failures += 1
        self._page_failures += kind != "list"
        if self._failures < self._most:
            return
        if not self._pace.state.refused_in_row:
            raise SiteUnavailable(
                f"{self._failures} failures in a row; the last: {error}"
            ) from error
        reason = f"{REFUSED} {self._failures} pages in a row; the last: {error}"
        self._pace.hold(refused_seconds(self._failures - self._most), reason)
        raise SiteUnavailable(self._pace.silence()) from error


def refused_seconds(further: int) -> float:
    """How long nothing is asked after the refusal that ended a run, and `further` ones."""
    doubled: float = FIRST_REFUSED_SECONDS * 2.0 ** min(further, 10)
    return min(doubled, LONGEST_REFUSED_SECONDS) - REFUSED_SLACK_SECONDS
