"""JSON-LD: what a page states about its article in `script` elements."""

import html
import json
import re
from collections.abc import Iterator
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from scraper.extract.text import clean
from scraper.urls import article_id

_ARTICLE_TYPE = re.compile(r"\w{0,40}(?:Article|BlogPosting)$")  # NewsArticle, LiveBlogPosting
_WRAPPING = re.compile(r"^\s*(?://\s*)?<!\[CDATA\[|(?://\s*)?\]\]>\s*$")
_LAST_COMMA = re.compile(r",(?=\s{0,1000}[}\]])")
_WITHIN = ("@graph", "mainEntity")  # where a page's objects hold its article's
_MOST_OBJECTS = 1_000


def article_object(tree: LexborHTMLParser, url: str, title: str) -> dict[str, Any]:
    """The page's statement about its own article, of the address `url` and the headline `title`;
    {} where there is none. What names another article's address is that article's."""
    number = article_id(url)
    found: list[dict[str, Any]] = []
    for node in tree.css("script[type*='ld+json' i]"):
        for thing in _things(_read(node.text(deep=True))):
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
        return json.loads(written, strict=False)
    except (ValueError, RecursionError):
        pass
    mended = _LAST_COMMA.sub("", html.unescape(_WRAPPING.sub("", written)))
    try:
        return json.loads(mended, strict=False)
    except (ValueError, RecursionError):
        return None


def _things(stated: Any) -> Iterator[dict[str, Any]]:
    """The objects that stand for the page or parts of it, in order."""
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
