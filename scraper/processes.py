"""Child processes that read pages: they leave Ctrl-C to their parent, and end with it.

They are started afresh ("spawn") and not forked: a fork would inherit the writer's lock, and keep
it if the writer is killed.
"""

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def sigint_blocked() -> Iterator[None]:
    """Child processes started in this block ignore Ctrl-C from the start.

    become_reader() would come too late: the child calls it only once Python has loaded.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def become_reader() -> None:
    """Set up a child process: it ignores Ctrl-C, and ends when its parent ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
