"""SIGTERM and Ctrl-C: every command ends within two seconds, in one of three ways.

A command that works in small steps ends after the step it is in, and says what was done. One that
does not, or whose step takes too long, is unwound: transactions are rolled back and
unfinished files removed. What cannot be unwound (a long call into SQLite) is left as a kill would
leave it, for the next run to repair.
"""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

STEP_SECONDS = 1.2  # that the step in progress may still take
UNWIND_SECONDS = 0.5  # and then what has to be rolled back
SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stopped(SystemExit):
    """SIGTERM or Ctrl-C came; the exit code is 143 or 130, as a shell gives it."""

    def __init__(self, signum: int) -> None:
        self.exit_code = 128 + signum
        super().__init__(self.exit_code)
        self.message = f"stopped by {_NAMES[signum]}; nothing archived is lost"


_NAMES: dict[int, str] = {signal.SIGINT: "Ctrl-C", signal.SIGTERM: "SIGTERM"}


@contextmanager
def ended_by_signal(last_line: Callable[[str, int], str]) -> Iterator[None]:
    """Raise Stopped in this block when a signal comes; end the process if that does not help.

    `last_line` makes the last line of stderr then, of a message and the exit code.
    """
    signals_read, tell = os.pipe()
    os.set_blocking(tell, False)
    before = signal.set_wakeup_fd(tell, warn_on_full_buffer=False)
    threading.Thread(target=_end_in_time, args=[signals_read, last_line], daemon=True).start()
    handlers = _handle(_stop_once())
    try:
        yield
    except Stopped:
        raise  # the thread watches on: what is done at exit may wait for other processes
    finally:
        _restore(handlers)
        signal.set_wakeup_fd(before)


@contextmanager
def stop_on_signal() -> Iterator[Callable[[], bool]]:
    """Yield a function that is true once a signal came. A second signal raises Stopped."""
    signals: list[int] = []
    stop = _stop_once()

    def note(signum: int, frame: object) -> None:
        if signals:
            stop(signum, frame)
        signals.append(signum)

    handlers = _handle(note)
    try:
        yield lambda: bool(signals)
    finally:
        _restore(handlers)


Handler = Callable[[int, object], None]


def _stop_once() -> Handler:
    """A handler that raises Stopped, but not again while that unwinds."""
    raised: list[int] = []

    def stop(signum: int, _frame: object) -> None:
        if not raised:
            raised.append(signum)
            raise Stopped(signum)

    return stop


def _handle(handler: Handler) -> dict[int, object]:
    """Give the signals a handler, unless they are ignored (nohup); the handlers before."""
    heard = [s for s in SIGNALS if signal.getsignal(s) != signal.SIG_IGN]
    return {s: signal.signal(s, handler) for s in heard}


def _restore(handlers: dict[int, object]) -> None:
    for signum, handler in handlers.items():
        signal.signal(signum, handler)  # type: ignore[arg-type]


def _end_in_time(signals_read: int, last_line: Callable[[str, int], str]) -> None:
    """Wait for a signal, then see to it that the process ends; runs in a thread of its own."""
    while (signum := os.read(signals_read, 1)[0]) not in SIGNALS:
        pass
    time.sleep(STEP_SECONDS)
    signal.pthread_kill(threading.main_thread().ident or 0, signum)
    time.sleep(UNWIND_SECONDS)
    show_cursor = "\033[?25h" if os.isatty(2) else ""  # hidden by a progress bar
    stopped = Stopped(signum)
    line = last_line(stopped.message, stopped.exit_code)
    os.write(2, f"{show_cursor}{line}\n".encode())
    os._exit(stopped.exit_code)
