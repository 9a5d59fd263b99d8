"""One run of `scraper bulk`: shards given to workers, their parts and counts collected."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, wait
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from scraper.bulk import manifest
from scraper.bulk.shard import Done, Job, Quarantined, read_shard
from scraper.bulk.workers import Workers
from scraper.errors import BadCapture, BulkError
from scraper.models import file_name
from scraper.processes import sigint_blocked
from scraper.progress import Progress
from scraper.warc.containers import UNPACKED

Stop = Callable[[], bool]
OpenWorkers = Callable[
    [int], AbstractContextManager[Workers]
]  # as many as stated, if it can choose
LOOK_SECONDS = 0.5  # between two looks whether to stop


@dataclass(slots=True)
class BulkOutcome:
    """The counts of a run, and its failures."""

    shards: int = 0  # read in this run
    kept: int = 0  # done before, unchanged
    captures: int = 0  # in the parts that were made now
    articles: int = 0
    damaged: int = 0  # records that could not be read
    quarantined: list[Quarantined] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)  # why each shard without a part has none
    is_whole: bool = False  # False if it was stopped: the next run goes on

    def count(self, done: Done) -> None:
        """Add the counts of one shard."""
        self.shards += 1
        self.captures += done.captures
        self.articles += done.articles
        self.damaged += len(done.damaged)
        self.quarantined += done.quarantined


def bulk(
    shards: Sequence[Path],
    job: Job,
    open_workers: OpenWorkers,
    count: int,
    progress: Progress,
    stop: Stop = lambda: False,
) -> BulkOutcome:
    """Read each of `shards` (absolute paths) into a part in `job.out`, with `count` workers.

    A shard that was done before and has not changed is left. Raises BulkError if the run cannot
    go on, Locked if another run writes to that folder.
    """
    outcome = BulkOutcome()
    with _faults_in_one_line(job.out), manifest.open_manifest(job.out) as book:
        _clear(job.out)
        known = manifest.read(book)
        todo = [s for s in shards if not manifest.is_done(known.get(str(s)), s, job)]
        outcome.kept = len(shards) - len(todo)
        progress.expect(len(todo))
        try:
            for shard, ended in _all_ended(todo, job, open_workers, count, stop):
                if isinstance(ended, Done):
                    manifest.add(book, ended)
                    outcome.count(ended)
                else:
                    outcome.failed.append(ended)
                progress.step(_in_words(shard, ended))
        finally:
            _clear(job.out)  # of shards in progress when it was stopped
    outcome.is_whole = outcome.shards + len(outcome.failed) == len(todo)
    return outcome


@contextmanager
def _faults_in_one_line(out: Path) -> Iterator[None]:
    try:
        out.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as e:
        raise BulkError(f"{out}: cannot be written to: {e.strerror or e}") from e


def _clear(out: Path) -> None:
    """Remove what killed workers left: unfinished parts, unpacked shards."""
    for left in out.glob(".*.parquet.*.partial"):
        left.unlink(missing_ok=True)
    for folder in out.glob(f"{UNPACKED}*"):
        shutil.rmtree(folder, ignore_errors=True)


def _in_words(shard: Path, ended: Done | str) -> str:
    return f"{file_name(shard)}: {ended.captures} captures" if isinstance(ended, Done) else ended


Ended = tuple[Path, Done | str]  # a shard with its counts, or why it has no part


def _all_ended(
    todo: list[Path], job: Job, open_workers: OpenWorkers, count: int, stop: Stop
) -> Iterator[Ended]:
    """Each shard once it has ended; those whose worker died are given out again.

    If all remaining shards fail together, they are read one at a time to find the culprit.
    """
    left = dict.fromkeys(todo)
    while left and not stop():
        had = len(left)
        with open_workers(count) as workers:
            for shard, ended in _ended(list(left), job, workers, stop):
                del left[shard]
                yield shard, ended
        if len(left) == had:
            break
    for shard in left:
        if stop():
            return
        with open_workers(1) as workers:
            found = list(_ended([shard], job, workers, stop))
        if not stop():
            yield from found or [(shard, f"{shard}: the process that read it was killed")]


def _ended(todo: list[Path], job: Job, workers: Workers, stop: Stop) -> Iterator[Ended]:
    """Each shard that has ended, until `stop`; not those that a dead worker shared with another."""
    with sigint_blocked():
        handed = {workers.executor.submit(read_shard, shard, job): shard for shard in todo}
    waiting = set(handed)
    while waiting and not stop():
        ended, waiting = wait(waiting, LOOK_SECONDS, FIRST_COMPLETED)
        for future in ended:
            shard = handed[future]
            try:
                yield shard, future.result()
            except BadCapture as e:
                yield shard, str(e)
            except workers.death as e:
                if not workers.is_shared:
                    yield shard, f"{shard}: {e}"
            except CancelledError as e:
                raise BulkError("the scheduler is gone; the next run goes on from here") from e
