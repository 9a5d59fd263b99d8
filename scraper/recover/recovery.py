"""One run of `scraper recover`: list what the web archive has, ask for what adds, file it.

The web archive is asked as politely as the newspaper, through the same door: its robots.txt first,
one request at a time with a rest after each, Retry-After obeyed and remembered between runs.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from scraper.archive import runs, snapshots
from scraper.archive.files import Archive, write
from scraper.archive.filing import file_snapshot, file_unfiled
from scraper.archive.frontier_updates import Context
from scraper.config import Settings, SiteSettings
from scraper.errors import (
    FetchError,
    RobotsDisallowed,
    RunEnded,
    SiteUnavailable,
    UnreadableList,
)
from scraper.http.fetcher import Fetcher, open_fetcher
from scraper.models import HostState, utc_text
from scraper.progress import Progress
from scraper.recover import listing
from scraper.recover.wayback import (
    SERVICE,
    IndexedCapture,
    Position,
    as_captured,
    index_url,
    read_index,
    replay_url,
)
from scraper.urls import canonical

# The index learns of a capture some days late: a later run looks at these again.
_OVERLAP = timedelta(days=60)


@dataclass(slots=True)
class Recovered:
    """What a run came to."""

    requests: int = 0
    listed: int = 0  # captures of articles that the index had and we did not know of
    filed: int = 0
    new_articles: int = 0
    failed: int = 0
    remaining: int = 0  # captures still worth asking for
    by_year: Counter[str] = field(default_factory=Counter)  # the same, by year of capture
    detail: str = ""  # why the run ended, if not because all was done


@dataclass(frozen=True, slots=True)
class Window:
    """Which captures are wanted, by their time. Aware; None for no limit."""

    since: datetime | None = None
    until: datetime | None = None  # exclusive

    @property
    def limits(self) -> tuple[str, str]:
        """Both as the tables write times; "" for no limit."""
        return (
            utc_text(self.since) if self.since else "",
            utc_text(self.until) if self.until else "",
        )


@dataclass(frozen=True, slots=True)
class _Recovery:
    """A run in progress."""

    archive: Archive
    settings: Settings
    window: Window
    progress: Progress
    context: Context
    fetcher: Fetcher
    done: Recovered


def recover(
    archive: Archive,
    settings: Settings,
    window: Window,
    progress: Progress,
    *,
    limit: int | None = None,
    dry: bool = False,
    stop: Callable[[], bool] = lambda: False,
) -> Recovered:
    """File older captures from the Wayback Machine; with `dry` only list them.

    At most `limit` captures (default: of the settings) are asked for; the next run goes on from
    there, and asks nothing twice. Raises SiteUnavailable if the service cannot be asked.
    """
    done = Recovered()
    with (
        _run_of(archive, done, window) as run_id,
        _open_service(archive, settings, progress, stop, done) as fetcher,
    ):
        context = Context(settings.site.site, settings.crawl.revisit_days, run_id)
        recovery = _Recovery(archive, settings, window, progress, context, fetcher, done)
        file_unfiled(archive, context)
        fetcher.read_robots()
        _list_captures(recovery)
        if not dry:
            _ask_for_captures(recovery, limit or settings.recover.max_pages)
    return done


@contextmanager
def _run_of(archive: Archive, done: Recovered, window: Window) -> Iterator[int]:
    """A row of `runs` whose end is written down however the run ends; its id."""
    runs.close_killed_runs(archive.db)
    run = runs.begin_run(archive.db, "recover", _now())
    outcome = "done"
    try:
        yield run.id
        outcome = "stopped" if done.detail else "done"
    except RunEnded as e:
        outcome, done.detail = "stopped", str(e)
    except BaseException as e:
        outcome = "failed"
        done.detail = runs.failure_in_words(e)
        raise
    finally:
        left = listing.wanted(archive.db, *window.limits)
        done.remaining = len(left)
        done.by_year.update(f"{capture.captured_at:%Y}" for capture in left)
        counts = {"fetched": done.filed, "new_articles": done.new_articles, "failed": done.failed}
        run = run.plus(requests=done.requests, **counts)
        runs.save_run(archive.db, replace(run, outcome=outcome, detail=done.detail), _now())


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


@contextmanager
def _open_service(
    archive: Archive,
    settings: Settings,
    progress: Progress,
    stop: Callable[[], bool],
    done: Recovered,
) -> Iterator[Fetcher]:
    """Our one door, for the web archive instead of the newspaper."""
    service = SiteSettings(
        settings.recover.wayback_url,
        contact=settings.site.contact,
        delay_seconds=settings.recover.delay_seconds,
    )
    host = service.site.host

    def remember(state: HostState) -> None:
        runs.save_host(archive.db, host, state)

    with open_fetcher(
        replace(settings, site=service),
        runs.load_host(archive.db, host),
        remember,
        max_minutes=settings.recover.max_minutes,
        stop=stop,
        tell=progress.tell,
    ) as fetcher:
        try:
            yield fetcher
        finally:
            done.requests = fetcher.requests


def _list_captures(recovery: _Recovery) -> None:
    """Read the index to its end, from where the last run left it."""
    db, window, done = recovery.archive.db, recovery.window, recovery.done
    site = recovery.settings.site.site
    last = listing.listed_until(db)
    at = listing.position(db) or _first_position(last, window)
    today = f"{_now():%Y%m%d}"
    is_last = False
    while not is_last:
        recovery.progress.note(f"reading the index: {done.listed} captures not known before")
        url = index_url(recovery.fetcher.origins.current, site.host.partition(":")[0], at)
        try:
            page = read_index(recovery.fetcher.get(url, kind="list"))
        except (FetchError, UnreadableList) as e:
            raise SiteUnavailable(f"the index cannot be read: {e}") from e
        is_last = not page.resume_key
        at = replace(at, resume_key=page.resume_key)
        with write(db):
            done.listed += listing.add(db, page.captures, site)
            if is_last:
                is_whole = not at.until and (not at.since or bool(last))
                listing.end_listing(db, today if is_whole else "")
            else:
                listing.save_position(db, at)


def _first_position(listed_until: str, window: Window) -> Position:
    """Where a listing begins: with the window, else a little before the last one ended."""
    since = f"{window.since:%Y%m%d}" if window.since else ""
    if listed_until and not window.since:
        since = f"{datetime.strptime(listed_until, '%Y%m%d') - _OVERLAP:%Y%m%d}"
    return Position(since, f"{window.until:%Y%m%d}" if window.until else "", "")


def _ask_for_captures(recovery: _Recovery, most: int) -> None:
    db, done = recovery.archive.db, recovery.done
    waiting = listing.wanted(db, *recovery.window.limits)
    recovery.progress.expect(min(len(waiting), most))
    asked = in_a_row = 0
    for capture in waiting:
        if _is_archived(recovery, capture):
            with write(db):
                listing.settle(db, capture, "filed")
            continue
        if asked == most:
            done.detail = f"{most} captures asked for, as many as one run may"
            return
        asked += 1
        try:
            _file_capture(recovery, capture)
            in_a_row = 0
        except RobotsDisallowed as e:
            raise SiteUnavailable(f"captures may not be asked for: {e}") from e
        except FetchError as e:
            in_a_row += 1
            _note_failure(recovery, capture, e)
            if in_a_row >= recovery.settings.crawl.stop_after_failures:
                raise SiteUnavailable(f"{in_a_row} failures in a row; the last: {e}") from e


def _is_archived(recovery: _Recovery, capture: IndexedCapture) -> bool:
    """True if this capture was filed before: by an import, or by a run that was then killed."""
    url = canonical(capture.original, recovery.context.site)
    return snapshots.is_stored(recovery.archive.snapshots, url, capture.captured_at)


def _note_failure(recovery: _Recovery, capture: IndexedCapture, error: FetchError) -> None:
    db, run_id = recovery.archive.db, recovery.context.run_id
    recovery.done.failed += 1
    with write(db):
        listing.settle(db, capture, "failed", error.reason)
        runs.add_failure(db, run_id, error.url, SERVICE, error.reason, _now())
    recovery.progress.step(f"{error.url}: {error.reason}")


def _file_capture(recovery: _Recovery, capture: IndexedCapture) -> None:
    """Ask for one capture and file it. Raises FetchError."""
    archive, done = recovery.archive, recovery.done
    answer = recovery.fetcher.get(replay_url(recovery.fetcher.origins.current, capture))
    snapshot = as_captured(answer, capture, recovery.context.site)
    number = snapshots.store(archive.snapshots, snapshot)
    filing = file_snapshot(archive, number, snapshot, recovery.context)
    with write(archive.db):
        listing.settle(archive.db, capture, "filed")
    done.filed += 1
    done.new_articles += filing.kind == "new"
    recovery.progress.step(f"{filing}, captured {utc_text(capture.captured_at)}")
