"""Snapshots of lists -> addresses: sitemaps, feeds, section pages.

    /sitemap.xml               an index: lists maps of topics, and one map a month
    /sitemaps/news-2024-9.xml  one month's articles, newest first; months without leading zero
    /rss/home.rss              the newest; on sister papers the route may answer a few bytes of junk
    /chinh-tri/                links in <article class="story">, as in /api/morenews-… fragments

Only addresses of the site itself are handed out, in canonical form.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from xml.parsers import expat

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scraper.errors import UnreadableList
from scraper.extract.bounds import beyond
from scraper.inflate import Damaged, Oversize, inflate, is_gzip
from scraper.models import Snapshot
from scraper.times import VIETNAM
from scraper.urls import Site, article_id, canonical

_MAX_XML_BYTES = 64_000_000  # of an unpacked map; 50,000 addresses, the most allowed, need less
_STEP_BYTES = 64 * 1024
# What a list of a paper never has, and what would cost a parser much time or memory.
_MOST_TOKEN_BYTES = 1_000_000  # one tag or comment
_MOST_LEVELS = 30
_MOST_NAMES = 1000  # of elements and attributes
_MOST_PIECES = 8  # of a text: the parser hands it out in some 8 KB each
# Children of an entry that are looked at; a prefix is left out where the entry has the same.
_FIELDS = frozenset("loc lastmod link guid updated pubDate published dc:date".split())
# Whatever stands before year and month, or after: other papers name theirs posts-2024-09-1.xml.
_MONTH = re.compile(
    r"(?<![0-9])((?:19|20)[0-9]{2})[-_/.]?(0?[1-9]|1[0-2])(?![0-9])[^/]*\.xml(?:\.gz)?$"
)

Fields = dict[str, str]  # of one entry: child element (no prefix of its own) to text


@dataclass(frozen=True, slots=True)
class ListedAddresses:
    """One address that a list names."""

    url: str  # canonical
    lastmod: datetime | None = None  # aware, UTC; a date alone is 00:00 in Vietnam
    date_only: bool = False  # lastmod was a date alone
    is_list: bool = False  # a further sitemap, not a page


def read_sitemap(snapshot: Snapshot, site: Site) -> Iterator[ListedAddresses]:
    """The maps of a sitemap index, or the pages of a map, in the order listed.

    Raises UnreadableList where the file breaks off or is no sitemap; what was handed out
    before that is sound.
    """
    own = own_address(snapshot.url, site)
    for kind, fields in _entries(snapshot, {"urlset": "url", "sitemapindex": "sitemap"}):
        if url := own(fields.get("loc", "")):
            lastmod, date_only = read_time(fields.get("lastmod", ""))
            yield ListedAddresses(url, lastmod, date_only, kind == "sitemap")


def read_feed(snapshot: Snapshot, site: Site) -> Iterator[ListedAddresses]:
    """The pages that an RSS or Atom feed names; none for a feed that is empty.

    Raises UnreadableList as read_sitemap does; a few bytes of junk are no empty feed.
    """
    own = own_address(snapshot.url, site)
    for _, fields in _entries(snapshot, {"rss": "item", "RDF": "item", "feed": "entry"}):
        if url := own(fields.get("link", "")) or own(_permanent(fields.get("guid", ""))):
            times = (
                fields.get(name, "") for name in ("updated", "pubDate", "published", "dc:date")
            )
            lastmod, date_only = read_time(next(filter(None, times), ""))
            yield ListedAddresses(url, lastmod, date_only)


def read_section(snapshot: Snapshot, site: Site) -> Iterator[ListedAddresses]:
    """The articles that a section page, or a fragment of one, links to; each once.

    Links inside `article.story` are taken; where there are none, any on the page. Raises
    UnreadableList where the page holds no link at all, or would take a parser long.
    """
    if why := beyond(snapshot.body):
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
    """A function: an address as found on `base` -> canonical, or "" where not the site's own."""
    scheme = site.base_url.partition(":")[0]
    # Most addresses are canonical as they stand, which is quicker to see than to make.
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
    """An item's guid where that is an address, and no mere number; else ""."""
    return guid if guid.strip().startswith(("http://", "https://")) else ""


def _href(node: LexborNode) -> str:
    return node.attributes.get("href") or ""


def _entries(snapshot: Snapshot, roots: dict[str, str]) -> Iterator[tuple[str, Fields]]:
    """Each entry of an XML list with its name; `roots` gives the entry name by root element."""
    found: list[tuple[str, Fields]] = []
    parser = _parser(snapshot.url, roots, found)
    try:
        fed = 0
        for chunk in _chunks(snapshot.body):
            parser.Parse(chunk, False)
            yield from found
            found.clear()
            fed += len(chunk)
            # Each step reads an unfinished tag anew: time rises with the square of its length.
            if fed - parser.CurrentByteIndex > _MOST_TOKEN_BYTES:
                raise UnreadableList(snapshot.url, "holds a tag of more than a megabyte")
            if len(parser.intern) > _MOST_NAMES:  # the parser keeps each
                raise UnreadableList(snapshot.url, f"has more than {_MOST_NAMES} kinds of elements")
        parser.Parse(b"", True)
    except (expat.ExpatError, Damaged, Oversize, LookupError, ValueError) as e:
        yield from found
        raise UnreadableList(snapshot.url, f"is no readable XML: {e}") from e


def _parser(
    url: str, roots: dict[str, str], found: list[tuple[str, Fields]]
) -> expat.XMLParserType:
    """An expat parser that appends to `found`. It keeps nothing else, and takes no entities."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    text: list[str] = []
    fields: Fields = {}
    prefix = entry = ""
    level = 0

    def first(name: str, attributes: dict[str, str]) -> None:
        nonlocal prefix, entry
        prefix, local = name[: name.rfind(":") + 1], name[name.rfind(":") + 1 :]
        if local not in roots:
            raise UnreadableList(url, f"is <{name}>, not <{'> or <'.join(roots)}>")
        # RSS 1.0 has its root in a namespace of its own, and no prefix on the rest.
        prefix = "" if local == "RDF" else prefix
        entry = prefix + roots[local]
        parser.StartElementHandler = start

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal level
        level += 1
        if level > _MOST_LEVELS:
            raise UnreadableList(url, f"nests elements more than {_MOST_LEVELS} deep")
        text.clear()
        if name == entry:
            fields.clear()
        elif "href" in attributes and attributes.get("rel", "alternate") == "alternate":
            keep(name, attributes["href"])

    def end(name: str) -> None:
        nonlocal level
        level -= 1
        if name == entry:
            found.append((name.removeprefix(prefix), fields.copy()))
        elif text:
            keep(name, "".join(text))
        text.clear()

    def keep(name: str, value: str) -> None:
        if (field := name.removeprefix(prefix)) in _FIELDS:
            fields.setdefault(field, value)

    def hear(piece: str) -> None:
        if len(text) < _MOST_PIECES:
            text.append(piece)

    def refuse(name: str, system: str | None, public: str | None, has_rules: bool) -> None:
        if has_rules:
            raise UnreadableList(url, "declares entities or rules of its own, which no list needs")

    parser.StartElementHandler = first
    parser.EndElementHandler = end
    parser.CharacterDataHandler = hear
    parser.StartDoctypeDeclHandler = refuse
    return parser


def _chunks(body: bytes) -> Iterator[bytes]:
    """`body` in pieces, unpacked where it is a gzip file, without space before the XML."""
    steps = (body[at : at + _STEP_BYTES] for at in range(0, len(body), _STEP_BYTES))
    pieces = inflate(steps, "gzip" if is_gzip(body) else "", _MAX_XML_BYTES)
    first = next(pieces, b"").removeprefix(b"\xef\xbb\xbf").lstrip()
    yield first
    yield from pieces
