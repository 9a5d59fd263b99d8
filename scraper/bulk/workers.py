"""Who reads shards: processes on this machine, or the workers of a Dask scheduler."""

import logging
import multiprocessing
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass

from scraper.errors import BulkError, MissingExtra
from scraper.processes import become_reader

SECONDS = 10  # that a scheduler may take to answer


@dataclass(frozen=True, slots=True)
class Workers:
    """Processes that shards can be given to."""

    executor: Executor
    death: type[Exception]  # raised if the worker with the shard died, or may have died
    is_shared: bool  # if one dies, the work of all is lost


@contextmanager
def local_workers(count: int) -> Iterator[Workers]:
    """`count` processes on this machine; work in progress at the end is given up."""
    # Started afresh, not forked: a fork would inherit open files and threads.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(count, mp_context=context, initializer=become_reader) as pool:
        try:
            yield Workers(pool, BrokenProcessPool, is_shared=True)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            for process in multiprocessing.active_children():
                process.terminate()


@contextmanager
def dask_workers(scheduler: str) -> Iterator[Workers]:
    """The workers of the scheduler at an address like tcp://10.0.0.1:8786.

    Raises MissingExtra if Dask is not installed, BulkError if no scheduler answers.
    """
    try:
        from distributed import Client
        from distributed.scheduler import KilledWorker
    except ModuleNotFoundError as e:
        raise MissingExtra("--scheduler", e.name) from e
    # It logs pages of traceback when a connection ends; the error itself is raised here.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    try:
        client = Client(scheduler, timeout=SECONDS, set_as_default=False)
    except (OSError, ValueError) as e:
        raise BulkError(f"{scheduler}: no Dask scheduler answers: {e}") from e
    with client:
        executor = client.get_executor(pure=False)
        try:
            yield Workers(executor, KilledWorker, is_shared=False)
        finally:
            executor.shutdown(wait=False)
