"""How a long command shows how far it is: a bar on a terminal, log lines in cron."""

import json
import logging
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Literal, Protocol, TextIO

LogFormat = Literal["text", "json"]


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened in a run: one line of the log. None: does not apply."""

    event: str  # "connecting", "waiting", "answer", "no answer", "step", "note", "expect" …
    message: str
    url: str | None = None
    status: int | None = None  # HTTP
    seconds: float | None = None  # that it took
    bytes: int | None = None  # of the body, decompressed
    attempt: int | None = None  # 1 for the first
    wait_seconds: float | None = None  # before the next request
    is_detail: bool = False  # only for programs: people see what came of it in the next line


class Progress(Protocol):
    """What a long command says while it works."""

    def expect(self, total: int) -> None:
        """So many steps are to be done, as far as is known now."""

    def step(self, text: str, count: int = 1, url: str | None = None) -> None:
        """`count` steps are done; `text` says which, and what came of them."""

    def note(self, text: str, url: str | None = None) -> None:
        """Something worth knowing that is not a step."""

    def tell(self, event: Event) -> None:
        """A request, or a wait for the next one."""


OTHER_PAGE = ("page without an article", "pages without an article")


def counted(count: int, one: str, many: str = "") -> str:
    """A count and what was counted: "1 article", "2 articles", or `many`."""
    return f"{count} {one if count == 1 else many or f'{one}s'}"


class Lines:
    """Progress as log lines."""

    def __init__(self) -> None:
        self._log = logging.getLogger("scraper")
        self._done = self._total = 0

    def expect(self, total: int) -> None:
        self._total = self._done + total
        self.tell(Event("expect", f"{total} to do"))

    def step(self, text: str, count: int = 1, url: str | None = None) -> None:
        self._done += count
        self.tell(Event("step", f"{self._done}/{max(self._total, self._done)} {text}", url))

    def note(self, text: str, url: str | None = None) -> None:
        self.tell(Event("note", text, url))

    def tell(self, event: Event) -> None:
        level = logging.DEBUG if event.is_detail else logging.INFO
        self._log.log(level, "%s", event.message, extra={"event": event})


class Silence:
    """Progress that is not shown."""

    def expect(self, total: int) -> None:
        pass

    def step(self, text: str, count: int = 1, url: str | None = None) -> None:
        pass

    def note(self, text: str, url: str | None = None) -> None:
        pass

    def tell(self, event: Event) -> None:
        pass


@contextmanager
def watch(label: str, *, log_format: LogFormat = "text", quiet: bool = False) -> Iterator[Progress]:
    """Progress of one command: a bar if stderr is a terminal, else log lines on stderr."""
    if quiet:
        yield Silence()
    elif sys.stderr.isatty() and log_format == "text":
        yield from _bar(label)
    else:
        _log_to_stderr(log_format)
        yield Lines()


def _bar(label: str) -> Iterator[Progress]:
    # Imported late: rich takes longer to load than a whole run that finds nothing new.
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

            def step(self, text: str, count: int = 1, url: str | None = None) -> None:
                rate = (bar.tasks[0].completed + count) / max(
                    time.monotonic() - self.started, 0.001
                )
                bar.update(task, advance=count, rate=f"{rate:.1f}/s", where=text[:60])

            def note(self, text: str, url: str | None = None) -> None:
                bar.update(task, where=text[:60])

            def tell(self, event: Event) -> None:
                if not event.is_detail:
                    self.note(event.message)

        yield Bar()


def _log_to_stderr(log_format: LogFormat) -> None:
    handler = _StderrHandler()
    handler.setFormatter(
        _JsonLines() if log_format == "json" else logging.Formatter("%(asctime)s %(message)s")
    )
    log = logging.getLogger("scraper")
    log.handlers[:] = [handler]
    log.setLevel(logging.DEBUG if log_format == "json" else logging.INFO)
    log.propagate = False


class _StderrHandler(logging.StreamHandler[TextIO]):
    def handleError(self, record: logging.LogRecord) -> None:
        """Lose the line, as on a full disk: the run goes on, and no traceback gets into the log."""


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        event: Event = record.__dict__["event"]
        return json_line(event, sys.stderr, at=record.created)


def json_line(
    event: Event, stream: TextIO, more: Mapping[str, object] | None = None, at: float | None = None
) -> str:
    """An event, with `more` fields, as one line of JSON in letters that `stream` can write.

    `at` is as of time.time(), by default now.
    """
    line = asdict(event)
    del line["is_detail"]
    line["at"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))
    # Python would escape a letter that the stream cannot write in its own way, which is not JSON.
    has_all_letters = (stream.encoding or "").lower().replace("-", "") == "utf8"
    return json.dumps(line | dict(more or {}), ensure_ascii=not has_all_letters)
