"""How a long command shows how far it is: a bar on a terminal, log lines in cron."""

import json
import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, Protocol

LogFormat = Literal["text", "json"]


class Progress(Protocol):
    """What a long command says while it works."""

    def expect(self, total: int) -> None:
        """So many steps are to be done, as far as is known now."""

    def step(self, text: str, count: int = 1) -> None:
        """`count` steps are done; `text` says which, and what came of them."""

    def note(self, text: str) -> None:
        """Something worth knowing that is no step."""


class Lines:
    """Progress as log lines."""

    def __init__(self) -> None:
        self._log = logging.getLogger("scraper")
        self._done = self._total = 0

    def expect(self, total: int) -> None:
        self._total = self._done + total
        self._log.info("%d to do", total)

    def step(self, text: str, count: int = 1) -> None:
        self._done += count
        self._log.info("%d/%d %s", self._done, max(self._total, self._done), text)

    def note(self, text: str) -> None:
        self._log.info("%s", text)


class Silence:
    """Progress that nobody watches."""

    def expect(self, total: int) -> None:
        pass

    def step(self, text: str, count: int = 1) -> None:
        pass

    def note(self, text: str) -> None:
        pass


@contextmanager
def watch(label: str, *, log_format: LogFormat = "text", quiet: bool = False) -> Iterator[Progress]:
    """Progress of one command: a bar where stderr is a terminal, else log lines on stderr."""
    if quiet:
        yield Silence()
    elif sys.stderr.isatty() and log_format == "text":
        yield from _bar(label)
    else:
        _log_to_stderr(log_format)
        yield Lines()


def _bar(label: str) -> Iterator[Progress]:
    # rich takes longer to import than a run that finds nothing new may take in all.
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as RichProgress

    console = Console(stderr=True)
    with RichProgress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[where]}", markup=False),
        console=console,
    ) as bar:
        task = bar.add_task(label, total=None, rate="", where="")

        class Bar:
            started = time.monotonic()

            def expect(self, total: int) -> None:
                bar.update(task, total=bar.tasks[0].completed + total)

            def step(self, text: str, count: int = 1) -> None:
                rate = (bar.tasks[0].completed + count) / max(
                    time.monotonic() - self.started, 0.001
                )
                bar.update(task, advance=count, rate=f"{rate:.1f}/s", where=text[:60])

            def note(self, text: str) -> None:
                bar.update(task, where=text[:60])

        yield Bar()


def _log_to_stderr(log_format: LogFormat) -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(
        _JsonLines() if log_format == "json" else logging.Formatter("%(asctime)s %(message)s")
    )
    log = logging.getLogger("scraper")
    log.handlers[:] = [handler]
    log.setLevel(logging.INFO)
    log.propagate = False


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))
        line = {"at": at, "level": record.levelname.lower(), "message": record.getMessage()}
        return json.dumps(line, ensure_ascii=False)
