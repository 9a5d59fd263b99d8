"""A run in progress: what it counts, and its row in `runs`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial

from scraper.archive import runs
from scraper.archive.files import Archive
from scraper.archive.filing import file_unfiled
from scraper.archive.frontier_updates import Context
from scraper.archive.runs import Run
from scraper.config import Settings
from scraper.errors import RunEnded
from scraper.http.fetcher import Fetcher, open_fetcher
from scraper.http.pace import SYSTEM_CLOCK, Clock
from scraper.photos.collect import Collected
from scraper.progress import Progress


def now(clock: Clock = SYSTEM_CLOCK) -> datetime:
    """This second, UTC."""
    return clock.now().replace(microsecond=0)


class Crawl:
    """A run in progress: its archive, its fetcher, and its counts so far."""

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
        """Note how the run ended; later calls change nothing."""
        if self.run.outcome == "running":
            self.run = replace(self.run, outcome=outcome, detail=detail)

    def save(self, finished_at: datetime | None = None) -> None:
        """Write the counts so far to `runs`."""
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
    """A run in progress. How it ends is written to its row in `runs`, whatever ends it."""
    db, site = archive.db, settings.site.site
    runs.close_killed_runs(db)

    run = runs.begin_run(db, command, now(clock))
    with open_fetcher(
        settings,
        runs.load_host(db, site.host),
        partial(runs.save_host, db, site.host),
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
        except BaseException as e:
            crawl.end("failed", runs.failure_in_words(e))
            raise
        finally:
            crawl.save(now(clock))
