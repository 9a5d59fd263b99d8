"""What a probe asked for, and what it got."""

from dataclasses import dataclass

from scraper.crawl.discover import ListedAddresses
from scraper.extract.trace import Choice
from scraper.http.robots import Rules
from scraper.models import Article, Snapshot
from scraper.urls import article_id


@dataclass(frozen=True, slots=True)
class RobotsSeen:
    """robots.txt as it is in force."""

    status: int | None
    body: str
    rules: Rules


@dataclass(frozen=True, slots=True)
class ListSeen:
    """One list that was asked for."""

    name: str  # "sitemap", "feed", "newest map", "oldest map", "section page"
    url: str
    snapshot: Snapshot | None  # None: there was no answer
    found: tuple[ListedAddresses, ...]
    failure: str  # why it could not be read, or not to its end; ""

    @property
    def articles(self) -> int:
        """How many article addresses it names."""
        return sum(article_id(found.url) is not None for found in self.found)


@dataclass(frozen=True, slots=True)
class PageSeen:
    """One article page that was asked for."""

    age: str  # "newest", "middle", "oldest"
    url: str
    snapshot: Snapshot | None
    article: Article | None  # None: the page could not be read as one
    notes: tuple[Choice, ...]  # which selectors matched
    failure: str  # why, then; ""


@dataclass(frozen=True, slots=True)
class Seen:
    """All that a probe saw; None and () for what it did not come to."""

    origin: str  # scheme and host under which the site answers
    robots: RobotsSeen | None
    lists: tuple[ListSeen, ...]
    pages: tuple[PageSeen, ...]

    @property
    def asked(self) -> list[tuple[str, Snapshot | None]]:
        """Every address that was asked for, robots.txt aside, and the answer."""
        lists = [(seen.url, seen.snapshot) for seen in self.lists]
        return lists + [(seen.url, seen.snapshot) for seen in self.pages]

    def of(self, *names: str) -> list[ListSeen]:
        """The lists of these names, in the order asked."""
        return [seen for seen in self.lists if seen.name in names]
