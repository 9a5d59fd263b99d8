"""Snapshots of lists -> addresses: sitemaps, feeds, section pages, answers to "load more".

    /sitemap.xml               an index: lists maps of topics, and one map a month
    /sitemaps/news-2024-9.xml  one month's articles, in any order; months without leading zero
    /rss/home.rss              the newest; on sister papers the route may answer a few bytes of junk
    /chinh-tri/                links in <article class="story">
    /api/morenews-…            JSON that holds such links as HTML, or the articles' addresses

Only addresses of the site itself are handed out, in canonical form.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scraper.crawl.list_entries import MOST_ENTRIES, entries, text_lines
from scraper.errors import UnreadableList
from scraper.extract.bounds import beyond, tags_of
from scraper.models import Snapshot
from scraper.times import VIETNAM
from scraper.urls import Site, article_id, canonical

# Whatever is written before year and month, or after: other papers name theirs posts-2024-09-1.xml.
_MONTH = re.compile(
    r"(?<![0-9])((?:19|20)[0-9]{2})[-_/.]?(0?[1-9]|1[0-2])(?![0-9])[^/]*\.xml(?:\.gz)?$"
)


@dataclass(frozen=True, slots=True)
class ListedAddresses:
    """One address that a list names."""

    url: str  # canonical
    lastmod: datetime | None = None  # aware, UTC; a date alone is 00:00 in Vietnam
    date_only: bool = False  # lastmod was a date alone
    is_list: bool = False  # a further sitemap, not a page


def read_sitemap(snapshot: Snapshot, site: Site) -> Iterator[ListedAddresses]:
    """The maps of a sitemap index, or the pages of a map, in the order listed.

    Raises UnreadableList if the file breaks off or is not a sitemap, DoubtfulList at its end if
    single entries cannot be read; what was handed out before that is sound. A file of plain text
    has one address on each line (sitemaps.org, "Text file").
    """
    own = own_address(snapshot.url, site)
    lines = text_lines(snapshot)
    if lines is not None:
        yield from (ListedAddresses(url) for line in lines if (url := own(line)))
        return
    for kind, fields in entries(snapshot, {"urlset": "url", "sitemapindex": "sitemap"}):
        if url := own(fields.get("loc", "")):
            lastmod, date_only = read_time(fields.get("lastmod", ""))
            yield ListedAddresses(url, lastmod, date_only, kind == "sitemap")


def read_feed(snapshot: Snapshot, site: Site) -> Iterator[ListedAddresses]:
    """The pages that an RSS or Atom feed names; none for a feed that is empty.

    Raises UnreadableList as read_sitemap does; a few bytes of junk are no empty feed.
    """
    own = own_address(snapshot.url, site)
    for _, fields in entries(snapshot, {"rss": "item", "RDF": "item", "feed": "entry"}):
        if url := own(fields.get("link", "")) or own(_permanent(fields.get("guid", ""))):
            times = (
                fields.get(name, "") for name in ("updated", "pubDate", "published", "dc:date")
            )
            lastmod, date_only = read_time(next(filter(None, times), ""))
            yield ListedAddresses(url, lastmod, date_only)


def read_section(snapshot: Snapshot, site: Site) -> Iterator[ListedAddresses]:
    """The articles that a section page, or a fragment of one, links to; each once.

    Takes the links inside `article.story`; if it has none, all on the page. Raises
    UnreadableList if the page holds no link at all, or would take a parser long.
    """
    if why := beyond(snapshot.body, tags_of(snapshot.body)):
        raise UnreadableList(snapshot.url, f"is no section page: {why}")
    tree = LexborHTMLParser(snapshot.body)
    base = tree.css_first("base[href]")
    own = own_address(canonical(_href(base), site, snapshot.url) if base else snapshot.url, site)
    links = [_href(node) for node in tree.css("a[href]")]
    if not links:
        raise UnreadableList(snapshot.url, "is no section page: it holds no link")
    stories = [_href(node) for node in tree.css("article.story a[href]")]
    for some in (stories, links):
        urls = dict.fromkeys(filter(None, map(own, some)))
        articles = [ListedAddresses(url) for url in urls if article_id(url) is not None]
        if articles:
            yield from articles
            return


def read_more(snapshot: Snapshot, site: Site) -> Iterator[ListedAddresses]:
    """The articles that an answer to "load more" names, in either of the shapes of its JSON.

    `{"data": {"articles": "<article …>"}}` or `{"data": {"contents": [{"url", "date"}]}}`, with
    `date` in seconds since 1970. Raises UnreadableList for anything else.
    """
    try:
        data = json.loads(snapshot.body)["data"]
        html, contents = data.get("articles"), data.get("contents")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as e:
        raise UnreadableList(snapshot.url, "is not the JSON of a load-more list") from e
    if isinstance(html, str):
        yield from read_section(replace(snapshot, body=html.encode("utf-8", "replace")), site)
    elif isinstance(contents, list):
        own = own_address(snapshot.url, site)
        for entry in contents[:MOST_ENTRIES]:
            if isinstance(entry, dict) and (url := own(str(entry.get("url") or ""))):
                yield ListedAddresses(url, _epoch(entry.get("date")))
    else:
        raise UnreadableList(snapshot.url, "has neither data.articles nor data.contents")


def _epoch(seconds: object) -> datetime | None:
    """The instant so many seconds after 1970; None if that is not a time."""
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float, str)):
        return None
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def month_of_map(url: str) -> tuple[int, int] | None:
    """Year and month of a monthly map's address; None for other lists."""
    match = _MONTH.search(url)
    return (int(match[1]), int(match[2])) if match else None


def read_time(text: str) -> tuple[datetime | None, bool]:
    """The instant that a list states, and whether it was a date alone; None if unreadable.

    Times without a zone are Vietnam's.
    """
    text = text.strip()
    try:
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            at = parsedate_to_datetime(text)  # "Sun, 15 Dec 2024 09:30:00 +0700"
        if at.tzinfo is None:
            at = at.replace(tzinfo=VIETNAM)
        return at.astimezone(UTC).replace(microsecond=0), ":" not in text
    except (ValueError, OverflowError):
        return None, False


def own_address(base: str, site: Site) -> Callable[[str], str]:
    """A function: an address as found on `base` -> canonical, or "" if it is not the site's."""
    scheme = site.base_url.partition(":")[0]
    # Most addresses are canonical already, which is quicker to see than to make.
    plain = re.compile(
        re.escape(f"{scheme}://{site.host}") + r"(?:/[\w~!$&'()*+,;=:@-][\w.~!$&'()*+,;=:@-]*)+/?",
        re.ASCII,
    ).fullmatch

    def own(address: str) -> str:
        address = address.strip()
        if plain(address):
            return address
        if not address:
            return ""
        url = canonical(address, site, base)
        return url if site.owns(url) else ""

    return own


def _permanent(guid: str) -> str:
    """An item's guid if it is an address and not just a number; else ""."""
    return guid if guid.strip().startswith(("http://", "https://")) else ""


def _href(node: LexborNode) -> str:
    return node.attributes.get("href") or ""
