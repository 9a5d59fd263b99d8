"""One crawl run: find out what is new, fetch what is due one page at a time, file it.

Whatever ends a run (a budget, a signal, kill -9, a full disk), the archive stays sound and the
next run goes on from there: a page is stored before it is filed, and filing is one transaction.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from scraper.archive import frontier, runs
from scraper.archive.files import Archive
from scraper.config import Settings
from scraper.crawl.capture import capture
from scraper.crawl.lists import ListAddress, Survey
from scraper.crawl.outcome import RunOutcome
from scraper.crawl.session import Crawl, open_run
from scraper.errors import RunEnded, SiteUnavailable
from scraper.http.pace import SYSTEM_CLOCK, Clock
from scraper.photos.collect import collect_photos
from scraper.progress import Progress

FEWEST_REQUESTS = 20  # in a run: with fewer, lists and articles take days to come round
NO_ROOM = "the delay leaves no room"  # begins the reason why such a run ended


@dataclass(frozen=True, slots=True)
class Plan:
    """How far one run may go."""

    pages: int  # article pages to ask for, at most
    minutes: float
    since: datetime | None = None  # leave out what the lists date earlier
    full: bool = False  # walk every sitemap back to the first
    dry: bool = False  # read the lists, ask for no article


def crawl_site(
    archive: Archive,
    settings: Settings,
    plan: Plan,
    progress: Progress,
    stop: Callable[[], bool] = lambda: False,
    report: Callable[[RunOutcome], None] = lambda _: None,
    clock: Clock = SYSTEM_CLOCK,
) -> RunOutcome:
    """One polite run. Raises SiteUnavailable if the site cannot be asked any more.

    `report` gets what the run did, also if it raises that. Single failed pages and lists are
    recorded in `failures`, and are no errors. `stop` is asked between two requests, and while
    waiting for the next.
    """
    # `check` counts crawls; a dry run is not one.
    command = "dry run" if plan.dry else "crawl"
    try:
        with open_run(archive, settings, command, plan.minutes, progress, stop, clock) as crawl:
            _run(crawl, settings, plan)
            if settings.photos.is_on and not plan.dry:
                collect_photos(
                    archive, settings, crawl.fetcher, crawl.run.id, progress, stop, crawl.photos
                )
    except SiteUnavailable:
        report(_outcome(crawl, plan))
        raise
    report(outcome := _outcome(crawl, plan))
    return outcome


def _run(crawl: Crawl, settings: Settings, plan: Plan) -> None:
    """Ask for lists and articles in turn, so that neither starves the other."""
    crawl.progress.note("reading robots.txt")
    crawl.fetcher.read_robots()
    survey = Survey(
        crawl.archive.db,
        crawl.fetcher,
        settings,
        crawl.run,
        crawl.progress,
        full=plan.full,
        since=plan.since,
    )
    articles = DueArticles(crawl, plan)
    # After a refusal an article comes first: only one that is shown ends the row of refusals.
    is_lists_turn = not (
        crawl.fetcher.standing.is_refused
        or runs.lists_had_more(crawl.archive.db, crawl.run.id, NO_ROOM)
    )
    try:
        while True:
            if not is_lists_turn and articles.fetch_next():
                is_lists_turn = True
            elif one := survey.next():
                _read_list(crawl, survey, one)
                is_lists_turn = False
            elif not articles.fetch_next():
                return
    except RunEnded as e:
        if plan.minutes * 60 < FEWEST_REQUESTS * crawl.fetcher.pace.delay_seconds:
            raise RunEnded(f"{e}; {_no_room(crawl, plan)}") from e
        raise
    finally:
        survey.end()


def _no_room(crawl: Crawl, plan: Plan) -> str:
    delay = crawl.fetcher.pace.delay_seconds
    return (
        f"{NO_ROOM}: {delay:g} s between two requests allow {int(plan.minutes * 60 / delay)} in"
        f" {plan.minutes:g} minutes; raise crawl.max_minutes or run more often"
    )


def _read_list(crawl: Crawl, survey: Survey, one: ListAddress) -> None:
    failed, found = len(survey.failures), survey.found
    try:
        survey.read(one)
    finally:
        crawl.count(found=survey.found - found)
        for failure in survey.failures[failed:]:
            crawl.fail(failure.url, failure.kind, failure.reason)


def _outcome(crawl: Crawl, plan: Plan) -> RunOutcome:
    db, started = crawl.archive.db, crawl.run.started_at
    return RunOutcome(
        crawl.run,
        frontier.count_due(db, started, plan.since),
        tuple(frontier.due_urls(db, started, plan.since, plan.pages)) if plan.dry else (),
        crawl.missing,
        crawl.redirects,
        crawl.cut_short,
        crawl.refused,
        crawl.photos,
    )


class DueArticles:
    """The articles of one run that are due, fetched one by one."""

    def __init__(self, crawl: Crawl, plan: Plan) -> None:
        self._crawl, self._plan = crawl, plan
        self._asked: set[str] = set()
        self._expected = -1  # `found` of the run when the due ones were last counted

    def fetch_next(self) -> bool:
        """Ask for the next one; False if there is none, or the run has asked for enough."""
        crawl, plan = self._crawl, self._plan
        db, started = crawl.archive.db, crawl.run.started_at
        while not plan.dry and (address := frontier.next_due(db, started, plan.since)):
            if address.url in self._asked:
                # Filing has left it due, as after the clock was set back: once a run is enough.
                frontier.postpone(db, address.url, started)
                continue
            if len(self._asked) == plan.pages:
                crawl.end("stopped", f"{plan.pages} pages asked for, as many as one run may")
                return False
            self._expect()
            self._asked.add(address.url)
            capture(crawl, address)
            return True
        return False

    def _expect(self) -> None:
        """Tell the progress how many are to be done, if lists have named more since."""
        if self._expected == self._crawl.run.found:
            return
        self._expected = self._crawl.run.found
        due = frontier.count_due(
            self._crawl.archive.db, self._crawl.run.started_at, self._plan.since
        )
        self._crawl.progress.expect(min(due, self._plan.pages - len(self._asked)))
