"""A parsed page, and the statements about itself in its head: meta elements and JSON-LD."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser

from scraper.errors import NotAnArticle
from scraper.extract.bounds import beyond
from scraper.extract.text import clean, decode
from scraper.extract.trace import Notes
from scraper.models import Snapshot

# Already as it would be after joining, which takes longer: nearly every photo.
_ABSOLUTE = re.compile(r"https?://[\w.-]+/[\w./-]+$", re.A)
_ARTICLE_TYPES = {"NewsArticle", "Article", "ReportageNewsArticle", "BlogPosting"}


@dataclass(frozen=True, slots=True)
class Page:
    """One page, parsed once."""

    url: str
    tree: LexborHTMLParser
    meta: dict[str, str]  # property, name or itemprop -> content, the first of each; cleaned
    json_ld: dict[str, Any]  # the article's own JSON-LD object; {} where there is none
    notes: Notes = None  # what the reading chose, written as it goes

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
    if bound := beyond(body):
        raise NotAnArticle(snapshot.url, bound)
    tree = LexborHTMLParser(body)
    return Page(snapshot.url, tree, _meta(tree), _json_ld(tree), notes)


def _meta(tree: LexborHTMLParser) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in tree.css("meta[content]"):
        attributes = node.attributes
        for key in ("property", "name", "itemprop"):
            if name := attributes.get(key):
                found.setdefault(name, clean(attributes["content"] or ""))
    return found


def _json_ld(tree: LexborHTMLParser) -> dict[str, Any]:
    for node in tree.css('script[type="application/ld+json"]'):
        try:
            for thing in _things(json.loads(node.text(deep=True), strict=False)):
                if _is_article(thing.get("@type")):
                    return thing
        except (ValueError, RecursionError):
            continue
    return {}


def _is_article(kind: object) -> bool:
    kinds = kind if isinstance(kind, list) else [kind]
    return any(isinstance(name, str) and name in _ARTICLE_TYPES for name in kinds)


def _things(stated: Any) -> Iterator[dict[str, Any]]:
    if isinstance(stated, list):
        for entry in stated:
            yield from _things(entry)
    elif isinstance(stated, dict):
        yield stated
        yield from _things(stated.get("@graph", []))
