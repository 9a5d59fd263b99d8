"""A parsed page, and the statements about itself in its head: meta elements and JSON-LD."""

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, NamedTuple
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scraper.errors import NotAnArticle
from scraper.extract.bounds import FEW_TAGS, NO_EVENTS, beyond, beyond_in_tree, tags_of
from scraper.extract.nodes import above, classes
from scraper.extract.text import clean, decode
from scraper.extract.trace import Notes
from scraper.models import Snapshot
from scraper.urls import article_id

# Already as it would be after joining, which takes longer: nearly every photo.
_ABSOLUTE = re.compile(r"https?://[\w.-]+/[\w./-]+$", re.A)
PUBLISHED = ("article:published_time", "datePublished", "pubdate")  # the most trusted first
MODIFIED = ("article:modified_time", "dateModified", "og:updated_time")
# Of all meta elements these say something of an article that we use.
_STATEMENTS = frozenset(
    (*PUBLISHED, *MODIFIED, "article:section", "dable:author", "dable:item_id", "description",
     "og:description", "og:title", "og:type", "og:url")
)  # fmt: skip
_JSON = json.JSONDecoder(strict=False)  # json.loads() would make one for each page
_MOST_ITEMPROPS = 100  # that are looked at
_ARTICLE_TYPE = re.compile(r"\w{0,40}(?:Article|BlogPosting)$")  # NewsArticle, LiveBlogPosting
_WRAPPING = re.compile(r"^\s*(?://\s*)?<!\[CDATA\[|(?://\s*)?\]\]>\s*$")
_LAST_COMMA = re.compile(r",(?=\s{0,1000}[}\]])")
_WITHIN = ("@graph", "mainEntity")  # where a page's objects hold its article's
_MOST_OBJECTS = 1_000
MOST_JSON = 1_000_000  # characters of a page's scripts; the longest article has some 50,000


class Page(NamedTuple):
    """One page, parsed once."""

    url: str
    tree: LexborHTMLParser
    meta: dict[str, str]  # property, name or itemprop -> content, the first of each; cleaned
    json_ld: dict[str, Any]  # the article's own JSON-LD object; {} if there is none
    names_another: bool = False  # its head gives the address of another article
    notes: Notes = None  # what the reading chose, written as it goes

    def stated(self, key: str) -> str:
        """A text of the article's JSON-LD, or the first of several; "" if there is none."""
        stated = self.json_ld.get(key)
        if isinstance(stated, list):
            stated = next(iter(stated), None)
        return clean(stated) if isinstance(stated, str) else ""

    def absolute(self, address: str) -> str:
        """`address` as found on this page; "" if it is no address."""
        address = address.strip()
        if _ABSOLUTE.match(address):
            return address
        try:
            return urljoin(self.url, address)
        except ValueError:
            return ""


def parse(snapshot: Snapshot, notes: Notes = None, *, as_utf8: bool = False) -> Page:
    """The page in `snapshot`. Raises NotAnArticle for one that would take too long to parse.

    `as_utf8`: its bytes are taken for UTF-8 unseen; those that are not show as U+FFFD.
    """
    sent = snapshot.body
    body = sent if as_utf8 else decode(sent, snapshot.header("content-type"))
    # A page may be cut short in the first signs of a tag, which would be text.
    body = body.removesuffix(b"</").removesuffix(b"<")
    tags = tags_of(body)
    if bound := beyond(body, tags):
        raise NotAnArticle(snapshot.url, bound)
    tree = LexborHTMLParser(body, options=NO_EVENTS)
    if tags > FEW_TAGS and (bound := beyond_in_tree(tree)):
        raise NotAnArticle(snapshot.url, bound)
    head = _head(tree)
    json_ld = _article_object(head.scripts, snapshot.url, head.meta.get("og:title", ""))
    return Page(snapshot.url, tree, head.meta, json_ld, _names_another(head, snapshot.url), notes)


@dataclass(slots=True)
class _Head:
    """What the page says of itself."""

    meta: dict[str, str]
    scripts: list[str]  # of JSON-LD
    canonical: str = ""


def _head(tree: LexborHTMLParser) -> _Head:
    """The statements in the head; those in the body, if the head does not say when the article was
    published."""
    found = _Head({}, [])
    for node in tree.head.iter() if tree.head else ():
        tag = node.tag
        if tag == "meta":
            _add_meta(node.attributes, found.meta)
        elif tag == "script":
            if "ld+json" in (node.attributes.get("type") or "").lower():
                found.scripts.append(node.text(deep=True))
        elif tag == "link" and not found.canonical:
            attributes = node.attributes
            if "canonical" in (attributes.get("rel") or "").lower().split():
                found.canonical = attributes.get("href") or ""
    if not found.scripts:
        scripts = tree.body.css("script[type*='ld+json' i]") if tree.body else []
        found.scripts += [script.text(deep=True) for script in scripts]
    is_dated = any("datePublished" in script for script in found.scripts)
    if not is_dated and found.meta.keys().isdisjoint(PUBLISHED):
        for node in tree.body.css("meta[content]")[:_MOST_ITEMPROPS] if tree.body else ():
            if not _is_of_a_list(node):
                _add_meta(node.attributes, found.meta)
    return found


def _add_meta(attributes: dict[str, str | None], meta: dict[str, str]) -> None:
    content = attributes.get("content")
    if content is None:
        return
    for key in ("property", "name", "itemprop"):
        if (name := attributes.get(key)) in _STATEMENTS and name not in meta:
            meta[name] = clean(content)


def _names_another(head: _Head, url: str) -> bool:
    """True if the canonical link, og:url or dable:item_id is of another article than `url`."""
    number = article_id(url)
    addresses = {head.canonical, head.meta.get("og:url", "")}
    named = {_number_of(url, address) for address in addresses if address != url}
    item = head.meta.get("dable:item_id", "")
    named |= {int(item)} if item.isascii() and item.isdigit() and len(item) <= 12 else set()
    return number is not None and not named <= {None, number}


def _number_of(url: str, address: str) -> int | None:
    try:
        return article_id(urljoin(url, address.strip())) if address else None
    except ValueError:
        return None


def _is_of_a_list(node: LexborNode) -> bool:
    """True if a statement is in a list of other articles."""
    return any(n.tag == "aside" or "story" in classes(n) for n in above(node))


def _article_object(scripts: list[str], url: str, title: str) -> dict[str, Any]:
    """The page's statement about its own article, of the address `url` and the headline `title`;
    {} if there is none. What names another article's address is that article's."""
    number = article_id(url)
    found: list[dict[str, Any]] = []
    lengths = accumulate(len(script) for script in scripts)
    for script in (s for s, length in zip(scripts, lengths, strict=True) if length <= MOST_JSON):
        for thing in _things(_read(script)):
            if _is_article(thing.get("@type")):
                of = _number(thing)
                if of is not None and of == number:
                    return thing
                found += [thing] if of is None else []
    if len(found) > 1:
        return next((thing for thing in found if _is_named(thing, title)), found[0])
    return found[0] if found else {}


def _read(written: str) -> Any:
    """What a script holds, with the slips that are common in hand-made JSON; None for no JSON."""
    try:
        return _JSON.decode(written)
    except (ValueError, RecursionError):
        pass
    mended = _LAST_COMMA.sub("", html.unescape(_WRAPPING.sub("", written)))
    try:
        return _JSON.decode(mended)
    except (ValueError, RecursionError):
        return None


def _things(stated: Any) -> Iterator[dict[str, Any]]:
    """The objects that describe the page or parts of it, in order."""
    waiting = [stated]
    for _ in range(_MOST_OBJECTS):
        if not waiting:
            return
        thing = waiting.pop()
        if isinstance(thing, list):
            waiting += reversed(thing)
        elif isinstance(thing, dict):
            yield thing
            waiting += [thing[key] for key in _WITHIN if key in thing]


def _is_article(kind: object) -> bool:
    kinds = kind if isinstance(kind, list) else [kind]
    names = (name.rpartition("/")[2] for name in kinds if isinstance(name, str))
    return any(_ARTICLE_TYPE.match(name) for name in names)


def _number(thing: dict[str, Any]) -> int | None:
    """The number of the article that an object names by its address."""
    for key in ("mainEntityOfPage", "url", "@id"):
        address = thing.get(key)
        if isinstance(address, dict):
            address = address.get("@id") or address.get("url")
        if isinstance(address, str) and (number := article_id(address)) is not None:
            return number
    return None


def _is_named(thing: dict[str, Any], title: str) -> bool:
    headline = thing.get("headline")
    return isinstance(headline, str) and bool(headline) and title.startswith(clean(headline))
