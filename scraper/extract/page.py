"""A parsed page, and the statements about itself in its head: meta elements and JSON-LD."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scraper.errors import NotAnArticle
from scraper.extract.bounds import beyond
from scraper.extract.json_ld import article_object
from scraper.extract.nodes import above, classes
from scraper.extract.text import clean, decode
from scraper.extract.trace import Notes
from scraper.models import Snapshot

# Already as it would be after joining, which takes longer: nearly every photo.
_ABSOLUTE = re.compile(r"https?://[\w.-]+/[\w./-]+$", re.A)
_MOST_ITEMPROPS = 100  # that are looked at


@dataclass(frozen=True, slots=True)
class Page:
    """One page, parsed once."""

    url: str
    tree: LexborHTMLParser
    meta: dict[str, str]  # property, name or itemprop -> content, the first of each; cleaned
    json_ld: dict[str, Any]  # the article's own JSON-LD object; {} where there is none
    notes: Notes = None  # what the reading chose, written as it goes

    def stated(self, key: str) -> str:
        """A text of the article's JSON-LD, or the first of several; "" where there is none."""
        stated = self.json_ld.get(key)
        if isinstance(stated, list):
            stated = next(iter(stated), None)
        return clean(stated) if isinstance(stated, str) else ""

    def absolute(self, address: str) -> str:
        """`address` as found on this page; "" for one that is none."""
        address = address.strip()
        if _ABSOLUTE.match(address):
            return address
        try:
            return urljoin(self.url, address)
        except ValueError:
            return ""


def parse(snapshot: Snapshot, notes: Notes = None) -> Page:
    """The page in `snapshot`. Raises NotAnArticle for one that would take too long to parse."""
    body = decode(snapshot.body, snapshot.header("content-type"))
    # A page may be cut short in the first signs of a tag, which would be text.
    body = body.removesuffix(b"</").removesuffix(b"<")
    if bound := beyond(body):
        raise NotAnArticle(snapshot.url, bound)
    tree = LexborHTMLParser(body)
    meta = _meta(tree)
    json_ld = article_object(tree, snapshot.url, meta.get("og:title", ""))
    return Page(snapshot.url, tree, meta, json_ld, notes)


def _meta(tree: LexborHTMLParser) -> dict[str, str]:
    found: dict[str, str] = {}
    looked_at = 0
    for node in tree.css("meta[content]"):
        attributes = node.attributes
        if "itemprop" in attributes:
            looked_at += 1
            if looked_at > _MOST_ITEMPROPS or _is_of_a_list(node):
                continue
        for key in ("property", "name", "itemprop"):
            if name := attributes.get(key):
                found.setdefault(name, clean(attributes["content"] or ""))
    return found


def _is_of_a_list(node: LexborNode) -> bool:
    """Whether a statement stands in a list of other articles."""
    if node.parent is None or node.parent.tag == "head":
        return False
    return any(n.tag == "aside" or "story" in classes(n) for n in above(node))
