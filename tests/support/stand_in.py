"""The stand-in newspaper with a log of every request, on which things can go wrong."""

import socket
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scraper.demo.edition import Answer, Edition
from scraper.demo.newspaper import Newspaper
from scraper.demo.server import Loopback, unless_known
from scraper.urls import article_id
from tests.support.departure import Departure
from tests.support.faults import Fault, edited, fault_at, spoiled
from tests.support.sending import Manner, send


@dataclass(frozen=True, slots=True)
class Request:
    """One request, as the server saw it."""

    started: float  # monotonic seconds
    answered: float  # before the first byte of the answer: the client had it no sooner
    ended: float
    path: str
    headers: dict[str, str]  # names lower-case
    status: int
    bytes_sent: int  # of the body
    at_once: int  # requests under way when this one began, itself included


class StandIn:
    """The newspaper, served: `with StandIn(newspaper) as site: ... site.base_url`."""

    def __init__(
        self,
        newspaper: Newspaper,
        *,
        faults: Sequence[Fault] = (),
        departure: Departure | None = None,
    ) -> None:
        self.newspaper, self.faults = newspaper, faults
        self.departure = departure or Departure()
        self._asked: Counter[str] = Counter()  # requests by path
        self._log: list[Request] = []
        self._under_way = 0
        self._turn = threading.Condition()  # over these three
        self._server = Loopback(self._reply)
        self.base_url = self._server.base_url
        self._edition = Edition(newspaper, self.base_url)
        self.stories, self.newest = self._edition.stories, self._edition.newest
        self.publish, self.withdraw = self._edition.publish, self._edition.withdraw

    def __enter__(self) -> "StandIn":
        self._server.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.__exit__()

    @property
    def log(self) -> list[Request]:
        """Every request so far, once none is under way: a client may be ahead of us by a moment."""
        with self._turn:
            self._turn.wait_for(lambda: self._under_way == 0, timeout=2.0)
        return self._log

    def answer(self, path: str) -> Answer:
        """What this paper has at `path` if nothing goes wrong."""
        usual = self.departure.usual_path(path)
        found = Answer(404, b"<html><body>404</body></html>")
        if usual is not None:
            found = self._edition.answer(usual)
        return self.departure.renamed(path, found)

    def _reply(self, connection: socket.socket, path: str, headers: Mapping[str, str]) -> bool:
        started = time.monotonic()
        with self._turn:
            self._under_way += 1
            at_once, asked = self._under_way, self._asked[path]
            self._asked[path] += 1
        fault = fault_at(self.faults, self.newspaper.seed, path, asked)
        answer, manner = self._spoiled(path, fault)
        if fault is None:
            answer = unless_known(answer, headers)
        answered = time.monotonic()
        size = send(connection, answer, manner)
        ended = time.monotonic()
        with self._turn:
            self._log.append(
                Request(started, answered, ended, path, dict(headers), answer.status, size, at_once)
            )
            self._under_way -= 1
            self._turn.notify_all()
        return manner == "whole"

    def _spoiled(self, path: str, fault: Fault | None) -> tuple[Answer, Manner]:
        """The answer for a path, and how it is sent."""
        if fault is None:
            return self.answer(path), "whole"
        if fault.kind == "soft 404":
            return self._edition.soft_404(), "whole"
        if fault.kind == "changed":
            story = self.stories.get(article_id(path) or 0)
            if story is None or path != story.path:
                return self.answer(path), "whole"
            return self.departure.renamed(path, self._edition.page(edited(story))), "whole"
        return spoiled(self.answer(path), fault, path)
