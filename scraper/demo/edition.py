"""What the stand-in newspaper shows at each of its addresses today."""

import gzip
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import format_datetime
from functools import lru_cache

from scraper.demo import list_pages, onecms_pages, site2022_pages
from scraper.demo.markup import SECTIONS
from scraper.demo.newspaper import Newspaper
from scraper.demo.story import Story
from scraper.urls import article_id

NEWEST = 30  # articles on list pages and in feeds


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server sends for one path."""

    status: int
    body: bytes  # as it travels
    content_type: str = "text/html; charset=utf-8"
    encoding: str = ""  # Content-Encoding of the body
    headers: tuple[tuple[str, str], ...] = ()  # further ones


class Edition:
    """The pages and lists of a newspaper, while its newsroom may publish and withdraw."""

    def __init__(self, newspaper: Newspaper, base_url: str) -> None:
        self.newspaper, self.base_url = newspaper, base_url
        self.stories = {story.article_id: story for story in newspaper}
        self.newest = sorted(self.stories.values(), key=lambda s: s.article_id, reverse=True)
        self._lock = threading.Lock()  # over stories, newest, and the answers made of them
        self._cached = lru_cache(maxsize=4096)(self._answer)

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

    def answer(self, path: str) -> Answer:
        """The page or list at `path`, or a 404."""
        with self._lock:
            return self._cached(path)

    def soft_404(self) -> Answer:
        """The page for an article that the paper does not have: status 200, as its CMS does."""
        return Answer(200, list_pages.soft_404(self.newest[:NEWEST]))

    def page(self, story: Story) -> Answer:
        """The page of a story, among the boxes of others: the same ones at every request."""
        at = self.newest.index(self.stories[story.article_id])
        ring = self.newest[at + 1 :] + self.newest[:at] or [story]  # a paper of one article
        others = (ring * NEWEST)[:NEWEST]
        render = site2022_pages.render if story.template == "site2022" else onecms_pages.render
        modified = format_datetime(story.modified_at or story.published_at, usegmt=True)
        return Answer(200, render(story, others), headers=(("Last-Modified", modified),))

    def _take_out(self, number: int) -> None:
        if (story := self.stories.pop(number, None)) is not None:
            self.newest.remove(story)
        self._cached.cache_clear()

    def _answer(self, path: str) -> Answer:
        number = article_id(path)
        found = self._list(path) if number is None else self._article(path, number)
        return found or Answer(404, b"<html><body>404</body></html>")

    def _article(self, path: str, number: int) -> Answer:
        story = self.stories.get(number)
        if story is None:
            return self.soft_404()
        if path != story.path and story.template != "site2022":
            return Answer(301, b"", headers=(("Location", story.path),))
        return self.page(story)

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
        if path in ("/", "/rss/home.rss"):
            return self._newest(path, "Báo Lào Cai", self.newest)
        for slug, name in SECTIONS:
            if path in (f"/{slug}/", f"/rss/{slug}.rss"):
                own = [story for story in self.newest if story.section_slug == slug]
                return self._newest(path, name, own)
        return None

    def _newest(self, path: str, name: str, stories: Sequence[Story]) -> Answer:
        """The newest of some stories, as a feed or as a page."""
        if path.endswith(".rss"):
            body = list_pages.feed(self.base_url, name, stories[:NEWEST])
            return Answer(200, body, "application/rss+xml")
        return Answer(200, list_pages.list_page(name, stories[:NEWEST]))

    def _month(self, path: str) -> Answer | None:
        months = sorted({list_pages.month_of(story) for story in self.newest})
        for year, month in months:
            if path == f"/sitemaps/news-{year}-{month}.xml":
                own = [s for s in self.newest if list_pages.month_of(s) == (year, month)]
                body = list_pages.month_map(self.base_url, own)
                if (year, month) != months[-1]:
                    return Answer(200, body, "application/xml")
                # One of them travels compressed, whatever was asked for.
                return Answer(200, gzip.compress(body, mtime=0), "application/xml", "gzip")
        return None
