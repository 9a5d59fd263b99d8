"""The stand-in newspaper as a web server on loopback, with a log of every request.

Its newsroom may work on while it is crawled: publish(), withdraw(). What goes wrong on demand
is told in faults.py, in what it may contradict our knowledge of the paper in departure.py.
"""

import gzip
import hashlib
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from email.utils import format_datetime
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from scraper.demo import list_pages, onecms_pages, site2022_pages
from scraper.demo.departure import Departure
from scraper.demo.faults import Fault, edited, fault_at, spoiled
from scraper.demo.markup import SECTIONS
from scraper.demo.newspaper import Newspaper
from scraper.demo.sending import Answer, headers_of, send
from scraper.demo.story import Story
from scraper.urls import article_id

NEWEST = 30  # articles on list pages and in feeds


@dataclass(frozen=True, slots=True)
class Request:
    """One request, as the server saw it."""

    started: float  # monotonic seconds
    answered: float  # before the first byte of the answer: the client had it no sooner
    ended: float
    method: str
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
        port: int = 0,
        *,
        faults: Sequence[Fault] = (),
        departure: Departure | None = None,
    ) -> None:
        self.newspaper = newspaper
        self.faults = faults
        self.departure = departure or Departure()
        self.stories = {story.article_id: story for story in newspaper}
        self.newest = sorted(self.stories.values(), key=lambda s: s.article_id, reverse=True)
        self._asked: Counter[str] = Counter()  # requests by path
        self._lock = threading.Lock()  # over stories, newest, and what was made of them
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.site = self
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        self.base_url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self.answer = lru_cache(maxsize=4096)(self._answer)

    def __enter__(self) -> "StandIn":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def log(self) -> list[Request]:
        """Every request so far, once none is under way: a client may be ahead of us by a moment."""
        with self._server.turn:
            self._server.turn.wait_for(lambda: self._server.under_way == 0, timeout=2.0)
        return self._server.log

    def publish(self, story: Story) -> None:
        """Put a story into the paper, new or in place of the one with its number."""
        with self._lock:
            self._take_out(story.article_id)
            self.stories[story.article_id] = story
            self.newest.append(story)
            self.newest.sort(key=lambda s: s.article_id, reverse=True)

    def withdraw(self, number: int) -> None:
        """Take a story out of the paper and its lists."""
        with self._lock:
            self._take_out(number)

    def _take_out(self, number: int) -> None:
        if (story := self.stories.pop(number, None)) is not None:
            self.newest.remove(story)
        self.answer.cache_clear()

    def reply(self, path: str) -> Answer:
        """What this request is answered: the page, or what a fault makes of it."""
        with self._lock:
            asked = self._asked[path]
            self._asked[path] += 1
            fault = fault_at(self.faults, self.newspaper.seed, path, asked)
            if fault is None:
                return self.answer(path)
            if fault.kind == "soft 404":
                return Answer(200, list_pages.soft_404(self.newest[:NEWEST]))
            if fault.kind == "changed":
                return self._changed(path)
            return spoiled(self.answer(path), fault, path)

    def _changed(self, path: str) -> Answer:
        story = self.stories.get(article_id(path) or 0)
        if story is None or path != story.path:
            return self.answer(path)
        return self.departure.told(path, self._page(edited(story), self._others(story)))

    def _answer(self, path: str) -> Answer:
        number, usual = article_id(path), self.departure.usual_path(path)
        found = None
        if number is not None:
            found = self._article(path, number)
        elif usual is not None:
            found = self._list(usual)
        return self.departure.told(path, found or Answer(404, b"<html><body>404</body></html>"))

    def _article(self, path: str, number: int) -> Answer:
        story = self.stories.get(number)
        if story is None:
            return Answer(200, list_pages.soft_404(self.newest[:NEWEST]))
        if path != story.path and story.template != "site2022":
            return Answer(301, b"", location=story.path)
        return self._page(story, self._others(story))

    def _page(self, story: Story, others: Sequence[Story]) -> Answer:
        render = site2022_pages.render if story.template == "site2022" else onecms_pages.render
        modified = story.modified_at or story.published_at
        return Answer(
            200, render(story, others), last_modified=format_datetime(modified, usegmt=True)
        )

    def _others(self, story: Story) -> list[Story]:
        """Articles for the boxes of a page: the same ones at every request."""
        at = self.newest.index(story)
        ring = self.newest[at + 1 :] + self.newest[:at] or [story]  # a paper of one article
        return (ring * NEWEST)[:NEWEST]

    def _list(self, path: str) -> Answer | None:
        base, xml = self.base_url, "application/xml"
        if path == "/robots.txt":
            return Answer(200, list_pages.robots_txt(base), "text/plain")
        if path == "/sitemap.xml":
            months = {list_pages.month_of(story) for story in self.newest}
            return Answer(200, list_pages.sitemap_index(base, months), xml)
        if path == "/sitemaps/categories.xml":
            return Answer(200, list_pages.section_map(base), xml)
        if path == "/sitemaps/topics.xml":
            return Answer(200, list_pages.topic_map(base), xml)
        if path.startswith("/sitemaps/news-"):
            return self._month(path)
        if path == "/rss/home.rss":
            body = list_pages.feed(base, "Báo Lào Cai", self.newest[:NEWEST])
            return Answer(200, body, "application/rss+xml")
        if path == "/":
            return Answer(200, list_pages.list_page("Báo Lào Cai", self.newest[:NEWEST]))
        for slug, name in SECTIONS:
            own = [story for story in self.newest if story.section_slug == slug][:NEWEST]
            if path == f"/{slug}/":
                return Answer(200, list_pages.list_page(name, own))
            if path == f"/rss/{slug}.rss":
                return Answer(200, list_pages.feed(base, name, own), "application/rss+xml")
        return None

    def _month(self, path: str) -> Answer | None:
        months = sorted({list_pages.month_of(story) for story in self.newest})
        for year, month in months:
            if path == f"/sitemaps/news-{year}-{month}.xml":
                own = [s for s in self.newest if list_pages.month_of(s) == (year, month)]
                body = list_pages.month_map(self.base_url, own)
                if (year, month) != months[-1]:
                    return Answer(200, body, "application/xml")
                # One of them travels compressed, whatever was asked for.
                packed = gzip.compress(body, mtime=0)
                return Answer(200, packed, "application/xml", encoding="gzip")
        return None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    site: StandIn

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.log: list[Request] = []
        self.under_way = 0
        self.turn = threading.Condition()  # over both

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that went away."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def log_message(self, format: str, *arguments: Any) -> None:
        pass

    def do_GET(self) -> None:
        started = time.monotonic()
        with self.server.turn:
            self.server.under_way += 1
            at_once = self.server.under_way
        answer = self.server.site.reply(self.path)
        etag = f'"{hashlib.sha256(answer.body).hexdigest()[:16]}"'
        if answer.status == 200 and self.headers.get("if-none-match") == etag:
            answer = replace(answer, status=304, body=b"", encoding="", manner="whole")
        self.close_connection = answer.manner != "whole"
        answered = time.monotonic()
        size = send(self.connection, answer, headers_of(answer, etag))
        ended, status = time.monotonic(), answer.status
        headers = {name.lower(): value for name, value in self.headers.items()}
        with self.server.turn:
            self.server.log.append(
                Request(started, answered, ended, "GET", self.path, headers, status, size, at_once)
            )
            self.server.under_way -= 1
            self.server.turn.notify_all()
