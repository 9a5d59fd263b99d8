"""What a process of ours imports; child processes that read pages.

The children leave Ctrl-C to their parent, and end with it. They are started afresh ("spawn") and
not forked: a fork would inherit the writer's lock, and keep it if the writer is killed.
"""

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class _Unused:
    """A finder of modules: hides what libraries import if it is installed, and no command uses.

    pandas and numpy (for sqlite-utils) cost .6 s and 100 MB in each hourly run; trio (httpcore)
    and httpx's own command line, with the half of rich, a fifth of one that finds nothing new.
    """

    NAMES = frozenset(("pandas", "numpy", "trio", "httpx._main"))

    @classmethod
    def find_spec(cls, name: str, *_: object) -> None:
        """Raise ImportError for an unused module; leave all others to the other finders.

        None in `sys.modules` would not do: pyarrow's compiled modules take it for pandas.
        """
        if name in cls.NAMES:
            raise ModuleNotFoundError(f"{name} is left out", name=name)


def hide_unused_modules() -> None:
    """From now on, let this process import nothing that no command uses."""
    sys.meta_path.insert(0, _Unused)


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
    """Set up a child process: it ignores Ctrl-C, ends when its parent ends, and starts fast."""
    hide_unused_modules()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
