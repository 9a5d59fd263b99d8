"""One crawl run: find out what is new, fetch what is due one page at a time, file it.

Whatever ends a run (a budget, a signal, kill -9, a full disk), the archive stays sound and the
next run goes on from there: a page is stored before it is filed, and filing is one transaction.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime

from scraper.archive import frontier, runs, snapshots, tombstones
from scraper.archive.files import Archive, write
from scraper.archive.filing import Filing, file_read, file_unfiled
from scraper.archive.frontier import Address
from scraper.archive.frontier_updates import Context
from scraper.archive.runs import Run
from scraper.config import Settings
from scraper.crawl.lists import ListAddress, Survey
from scraper.errors import (
    FetchError,
    OutsideSite,
    Refused,
    RobotsDisallowed,
    RunEnded,
    ScraperError,
    SiteUnavailable,
    Transient,
)
from scraper.http.fetcher import Fetcher, open_fetcher
from scraper.http.pace import SYSTEM_CLOCK, Clock
from scraper.models import HostState, Snapshot, utc_text
from scraper.photos.collect import Collected, collect_photos
from scraper.progress import Progress
from scraper.reading import read_snapshot
from scraper.urls import article_id, canonical

FEWEST_REQUESTS = 20  # in a run: with fewer, lists and articles take days to come round
NO_ROOM = "the delay leaves no room"  # part of the end of a run that had fewer


@dataclass(frozen=True, slots=True)
class Plan:
    """How far one run may go."""

    pages: int  # article pages to ask for, at most
    minutes: float
    since: datetime | None = None  # leave out what the lists date earlier
    full: bool = False  # walk every sitemap back to the first
    dry: bool = False  # read the lists, ask for no article


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """What one run did."""

    run: Run
    remaining: int  # addresses still due when it ended
    due: tuple[str, ...] = ()  # dry run: the addresses that would be asked for, in order
    missing: int = 0  # pages answered 404 or 410
    redirects: int = 0
    cut_short: int = 0  # pages filed, but marked as cut short
    refused: int = 0  # pages refused, of those that failed
    photos: Collected = field(default_factory=Collected)


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


def _run(crawl: "Crawl", settings: Settings, plan: Plan) -> None:
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


def _no_room(crawl: "Crawl", plan: Plan) -> str:
    delay = crawl.fetcher.pace.delay_seconds
    return (
        f"{NO_ROOM}: {delay:g} s between two requests allow {int(plan.minutes * 60 / delay)} in"
        f" {plan.minutes:g} minutes; raise crawl.max_minutes or run more often"
    )


def _read_list(crawl: "Crawl", survey: Survey, one: ListAddress) -> None:
    failed, found = len(survey.failures), survey.found
    try:
        survey.read(one)
    finally:
        crawl.count(found=survey.found - found)
        for failure in survey.failures[failed:]:
            crawl.fail(failure.url, failure.kind, failure.reason)


def _outcome(crawl: "Crawl", plan: Plan) -> RunOutcome:
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


def add_urls(
    archive: Archive,
    settings: Settings,
    urls: Sequence[str],
    progress: Progress,
    stop: Callable[[], bool] = lambda: False,
) -> tuple[Run, list[Filing]]:
    """Capture these article addresses now, and follow each one's redirects within the site.

    Raises OutsideSite for an address that is no article of the site, before anything is asked.
    """
    site = settings.site.site
    wanted = [canonical(url, site) for url in urls]
    for given, url in zip(urls, wanted, strict=True):
        if not site.owns(url) or article_id(url) is None:
            raise OutsideSite(given, f"no article address of {site.base_url}")
        if tombstone := tombstones.find(archive.snapshots, article_id(url)):
            raise Refused(given, str(tombstone))
    filings: list[Filing] = []
    with open_run(archive, settings, "add", settings.crawl.max_minutes, progress, stop) as crawl:
        crawl.fetcher.read_robots()
        progress.expect(len(wanted))
        with write(archive.db):
            sightings = [frontier.Sighting(url, None, "add") for url in wanted]
            crawl.count(found=frontier.remember(archive.db, sightings, crawl.run.started_at))
        for url in wanted:
            filings += _capture_now(crawl, url)
    return crawl.run, filings


def now(clock: Clock = SYSTEM_CLOCK) -> datetime:
    """This second, UTC."""
    return clock.now().replace(microsecond=0)


class Crawl:
    """A run under way: its fetcher, and its counts as they stand."""

    def __init__(
        self,
        archive: Archive,
        settings: Settings,
        fetcher: Fetcher,
        run: Run,
        progress: Progress,
        clock: Clock,
    ) -> None:
        self.archive, self.fetcher, self.run, self.progress = archive, fetcher, run, progress
        self.clock = clock
        self.context = Context(settings.site.site, settings.crawl.revisit_days, run.id)
        # Not columns of `runs`: reported at the end of the run.
        self.missing = self.redirects = self.cut_short = self.refused = 0
        self.photos = Collected()

    def count(self, **counts: int) -> None:
        """Add to the run's counts."""
        asked = self.fetcher.requests + self.photos.requests - self.run.requests
        self.run = self.run.plus(requests=asked, **counts)

    def fail(self, url: str, kind: str, reason: str) -> None:
        """Record a failure that is no reason to stop."""
        runs.add_failure(self.archive.db, self.run.id, url, kind, reason, now(self.clock))
        self.count(failed=1)
        self.refused += kind == "refused"
        self.progress.note(f"{url}: {reason}", url)

    def end(self, outcome: str, detail: str) -> None:
        """Say how the run ended; the first word counts."""
        if self.run.outcome == "running":
            self.run = replace(self.run, outcome=outcome, detail=detail)

    def save(self, finished_at: datetime | None = None) -> None:
        """Write the counts as they stand to `runs`."""
        self.count()
        runs.save_run(self.archive.db, self.run, finished_at)


@contextmanager
def open_run(
    archive: Archive,
    settings: Settings,
    command: str,
    minutes: float,
    progress: Progress,
    stop: Callable[[], bool],
    clock: Clock = SYSTEM_CLOCK,
) -> Iterator[Crawl]:
    """A run with its row in `runs`, whose end is written down however it ends."""
    db, site = archive.db, settings.site.site
    runs.close_killed_runs(db)

    def remember(state: HostState) -> None:
        runs.save_host(db, site.host, state)

    run = runs.begin_run(db, command, now(clock))
    state = runs.load_host(db, site.host)
    with open_fetcher(
        settings,
        state,
        remember,
        max_minutes=minutes,
        stop=stop,
        clock=clock,
        tell=progress.tell,
    ) as fetcher:
        crawl = Crawl(archive, settings, fetcher, run, progress, clock)
        try:
            if repaired := file_unfiled(archive, crawl.context):
                progress.note(f"filed {repaired} pages that a killed run had left unfiled")
            yield crawl
            crawl.end("done", "")
        except RunEnded as e:
            crawl.end("stopped", str(e))
        except ScraperError as e:
            crawl.end("failed", str(e))
            raise
        except BaseException as e:
            crawl.end("failed", type(e).__name__)
            raise
        finally:
            crawl.save(now(clock))


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
            _capture(crawl, address)
            return True
        return False

    def _expect(self) -> None:
        """Say how many are to be done, if lists have named more since."""
        if self._expected == self._crawl.run.found:
            return
        self._expected = self._crawl.run.found
        due = frontier.count_due(
            self._crawl.archive.db, self._crawl.run.started_at, self._plan.since
        )
        self._crawl.progress.expect(min(due, self._plan.pages - len(self._asked)))


def _capture_now(crawl: Crawl, url: str) -> Iterator[Filing]:
    """Capture `url`, and what it redirects to within the site."""
    for _ in range(frontier.MOST_REDIRECTS):
        address = frontier.find(crawl.archive.db, url)
        if address is None or tombstones.find(crawl.archive.db, address.article_id):
            return
        filing = _capture(crawl, address)
        if filing is None:
            return
        yield filing
        if filing.kind != "redirect" or not filing.target:
            return
        url = filing.target


def _capture(crawl: Crawl, address: Address) -> Filing | None:
    """Ask for one address and file the answer; None where there was none."""
    # Only what is filed may be asked for conditionally: a 304 brings no text.
    snapshot = ask(crawl, address, conditionally=address.state == "archived")
    if snapshot is None:
        crawl.save()
        return None
    return file(crawl, snapshot)


def ask(crawl: Crawl, address: Address, *, conditionally: bool) -> Snapshot | None:
    """Ask for one address; None where that failed, which is then recorded."""
    url = address.url
    try:
        return crawl.fetcher.get(
            url,
            etag=address.etag if conditionally else "",
            last_modified=address.last_modified if conditionally else "",
        )
    except RobotsDisallowed as e:
        _settle(crawl, address, "disallowed", e)
    except OutsideSite as e:
        _settle(crawl, address, "not_article", e)
    except Refused as e:
        refused = Refused(url, f"refused: {e.reason}")
        _settle(crawl, address, "failed", refused)
        crawl.fail(url, "refused", refused.reason)
        crawl.fetcher.standing.note_refused(refused)
    except Transient as e:
        _settle(crawl, address, "failed", e)
        crawl.fail(url, "fetch", e.reason)
    except SiteUnavailable as e:
        if isinstance(e.__cause__, Transient) and e.__cause__.url == url:
            _settle(crawl, address, "failed", e.__cause__)
            crawl.fail(url, "fetch", e.__cause__.reason)
        raise
    return None


def file(crawl: Crawl, snapshot: Snapshot) -> Filing:
    """Store an answer, then file what it says, and count it in one transaction with that."""
    snapshot_id = snapshots.store(crawl.archive.snapshots, snapshot)
    read = read_snapshot(snapshot)
    with write(crawl.archive.db):
        filing = file_read(crawl.archive, snapshot_id, snapshot, read, crawl.context)
        _count_filing(crawl, filing)
        crawl.save()
    crawl.progress.step(
        f"{filing.kind}: {filing.title or filing.url}{filing.detail and ': '}{filing.detail}",
        url=filing.url,
    )
    if filing.kind == "refused":
        crawl.fetcher.standing.note_refused(Refused(filing.url, read.detail))
    elif filing.kind not in ("not_article", "unreadable"):
        crawl.fetcher.standing.note_welcome()
    return filing


def _settle(crawl: Crawl, address: Address, state: frontier.State, error: FetchError) -> None:
    """Mark an address that gave no snapshot; an article that is archived stays so."""
    attempts = address.attempts + 1
    with write(crawl.archive.db):
        frontier.settle(
            crawl.archive.db,
            address.url,
            "archived" if address.state == "archived" else state,
            due_at=frontier.after_failure(attempts, now(crawl.clock)),
            status=error.status if isinstance(error, Transient) else None,
            error=error.reason,
            attempts=attempts,
        )
    crawl.progress.step(f"{address.url}: {error.reason}", url=address.url)


def _count_filing(crawl: Crawl, filing: Filing) -> None:
    failed = filing.kind in ("unreadable", "refused")
    crawl.count(
        fetched=not failed,
        new_articles=filing.kind == "new",
        new_revisions=filing.kind == "changed",
        unchanged=filing.kind == "unchanged",
        not_articles=filing.kind == "not_article",
        failed=failed,
    )
    crawl.cut_short += filing.is_cut
    crawl.refused += filing.kind == "refused"
    crawl.missing += filing.kind == "missing"
    crawl.redirects += filing.kind == "redirect"


def summary(outcome: RunOutcome) -> str:
    """One line on what a run did."""
    run = outcome.run
    if run.fetched or outcome.remaining or run.outcome == "stopped":
        said = (
            f"{run.found} found, {run.fetched} fetched: {run.new_articles} new,"
            f" {run.new_revisions} changed, {run.unchanged} unchanged,"
            f" {outcome.missing} missing, {outcome.redirects} redirects,"
            f" {run.not_articles} no articles; {outcome.remaining} still due"
        )
    else:
        said = f"nothing new: {run.requests} requests, all for lists"
    if outcome.cut_short:
        said += f"; {outcome.cut_short} cut short"
    if run.failed:
        refused = f" ({outcome.refused} refused)" if outcome.refused else ""
        said += f"; {run.failed} failed{refused}, see `scraper failures`"
    if photos := str(outcome.photos):
        said += f"; {photos}"
    return f"{said} ({run.detail})" if run.detail else said


def summary_row(outcome: RunOutcome) -> dict[str, object]:
    """The same, for programs."""
    run = asdict(outcome.run)
    run["started_at"] = utc_text(outcome.run.started_at)
    return {
        **run,
        "missing": outcome.missing,
        "redirects": outcome.redirects,
        "cut_short": outcome.cut_short,
        "refused": outcome.refused,
        "photos": asdict(outcome.photos),
        "remaining": outcome.remaining,
        "due": list(outcome.due),
    }
