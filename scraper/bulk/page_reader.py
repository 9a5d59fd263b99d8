"""Reading pages in a process of its own, which a page may kill without other harm.

Run as a program, this module is that process: it takes captures from a pipe and sends back what
each was read as.
"""

import resource
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import IO

from scraper.models import Snapshot
from scraper.reading import Read, read_snapshot

PATIENCE_SECONDS = 60.0  # that a page may take; nearly all take a thousandth
MOST_BYTES = 2_000_000_000  # of memory that a page may take
TRIES = 2  # a reader may be killed for another reason once


@dataclass(frozen=True, slots=True)
class Deadly:
    """A page that its reader did not survive."""

    reason: str


class Reader:
    """A process that reads captures one by one; if it dies, another takes its place."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def read(self, snapshot: Snapshot) -> Read | Deadly:
        """What `snapshot` says; Deadly if the process died of it twice."""
        for _ in range(TRIES):
            if self._process is None:
                self._start()
            answer = self._ask(snapshot)
            if not isinstance(answer, Deadly):
                break
            self.close()
        return answer

    def _start(self) -> None:
        self._pipe, other = Pipe()
        self._stderr: IO[bytes] = tempfile.TemporaryFile()
        with other:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "scraper.bulk.page_reader", str(other.fileno())],
                pass_fds=[other.fileno()],
                stdin=subprocess.DEVNULL,
                stderr=self._stderr,
            )

    def _ask(self, snapshot: Snapshot) -> Read | Deadly:
        try:
            self._pipe.send(snapshot)
            if not self._pipe.poll(PATIENCE_SECONDS):
                return Deadly(f"took longer than {PATIENCE_SECONDS:.0f} seconds")
            answer: Read = self._pipe.recv()
        except (EOFError, OSError):
            return Deadly(self._last_words())
        return answer

    def _last_words(self) -> str:
        """Why the process has ended, from its exit code or its last line."""
        assert self._process
        code = self._process.wait()
        if code < 0:
            return f"killed its reader: {signal.strsignal(-code)}"
        self._stderr.seek(0)
        lines = self._stderr.read().decode("utf-8", "replace").strip().splitlines()
        return f"ended its reader: {lines[-1] if lines else f'exit code {code}'}"

    def close(self) -> None:
        """End the process, if it is running."""
        if self._process is None:
            return
        self._pipe.close()
        self._process.kill()
        self._process.wait()
        self._stderr.close()
        self._process = None


def main(handle: int) -> None:
    """Read what comes from the pipe until that is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is handled by the parent
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    with Connection(handle) as pipe:
        while True:
            try:
                snapshot = pipe.recv()
            except EOFError:
                return
            pipe.send(read_snapshot(snapshot))


if __name__ == "__main__":
    main(int(sys.argv[1]))
