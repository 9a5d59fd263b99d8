"""A stand-in that contradicts what is known of the paper: other names for the same things.

What is known was read off sister papers; the real site may call its lists and classes otherwise,
or have no feed. `StandIn(newspaper, departure=Departure(sitemaps=True))` shows what happens then.
"""

from dataclasses import dataclass, replace

from scraper.demo.edition import Answer
from scraper.urls import article_id

_SITEMAPS = (("/sitemap.xml", "/sitemap_index.xml"), ("/sitemaps/news-", "/sitemaps/posts-"))
_CLASSES = (
    ("article__", "post-"),
    ("e-magazine__", "longform-"),
    ("cms-", "js-"),
    ('itemprop="articleBody"', 'data-zone="text"'),
)


@dataclass(frozen=True, slots=True)
class Departure:
    """How the stand-in differs from what the paper is taken to be."""

    classes: bool = False  # none of today's class names on article pages; 2022 pages stay
    sitemaps: bool = False  # robots.txt names another index, that one other maps
    feeds: bool = False  # there are none

    def usual_path(self, path: str) -> str | None:
        """The path of the requested page in the plain paper, or None."""
        if self.feeds and path.startswith("/rss/"):
            return None
        for usual, other in _SITEMAPS if self.sitemaps else ():
            if path.startswith(usual):
                return None
            if path.startswith(other):
                return usual + path.removeprefix(other)
        return path

    def renamed(self, path: str, answer: Answer) -> Answer:
        """The plain paper's answer with this one's names."""
        if self.classes and article_id(path) is not None:
            return _replaced(answer, _CLASSES)
        if self.sitemaps and path.startswith(("/robots.txt", "/sitemap")) and not answer.encoding:
            return _replaced(answer, _SITEMAPS)
        return answer


def _replaced(answer: Answer, words: tuple[tuple[str, str], ...]) -> Answer:
    body = answer.body
    for usual, other in words:
        body = body.replace(usual.encode(), other.encode())
    return replace(answer, body=body)
