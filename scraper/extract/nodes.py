"""Small questions to one element of a page."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scraper.extract.text import clean

UNSEEN_TAGS = frozenset(
    "script style noscript template iframe svg -comment object input audio embed canvas map".split()
)
# All others are inline, also those that no standard names.
BLOCK_TAGS = frozenset(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset"
    " figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav"
    " ol optgroup option p pre search section select summary table tbody td tfoot th thead tr ul"
    " video".split()
)
_HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden")
_BLOCK_STYLE = re.compile(r"display\s*:\s*block")
_NOT_PLAIN = (
    "script, style, noscript, template, svg, select, sup, sub, [hidden], [style], [aria-hidden]"
)
ARTICLE_LINKS = "a[href$='.html'], a[href*='/bai-viet/']"
_ARTICLE_ADDRESS = re.compile(r"-post\d+\.html|/bai-viet/\d", re.A)
NO_CLASSES: frozenset[str] = frozenset()
_NO_IDS: frozenset[int] = frozenset()
_LONGEST_CLASS = 200  # characters of the attribute; longer ones are not remembered


def classes(node: LexborNode) -> frozenset[str]:
    """The class names of an element."""
    return class_names(node.attributes)


def class_names(attributes: dict[str, str | None]) -> frozenset[str]:
    """The class names among an element's attributes."""
    written = attributes.get("class")
    if not written:
        return NO_CLASSES
    return _names(written) if len(written) < _LONGEST_CLASS else frozenset(written.split())


@lru_cache(maxsize=2000)
def _names(written: str) -> frozenset[str]:
    return frozenset(written.split())


def is_hidden(attributes: dict[str, str | None]) -> bool:
    """True if an element's attributes keep it from being shown."""
    if "hidden" in attributes or attributes.get("aria-hidden") == "true":
        return True
    style = attributes.get("style")
    if style is None or not ("none" in style or "hidden" in style):
        return False
    return _HIDING.search(style) is not None


def is_shown_as_block(attributes: dict[str, str | None]) -> bool:
    """True if an element's style makes a block of it."""
    style = attributes.get("style")
    return style is not None and "block" in style and _BLOCK_STYLE.search(style) is not None


def is_article_address(address: str | None) -> bool:
    """True if a link's address has the form of an article's."""
    return bool(address and _ARTICLE_ADDRESS.search(address))


def text_of(node: LexborNode | None, without: frozenset[int] = _NO_IDS) -> str:
    """The text that an element shows, on one line: words whole, blocks apart; "" for None.

    `without`: the `mem_id` of elements that are left out.
    """
    if node is None:
        return ""
    text = only_text(node)
    return clean("".join(_texts(node, BLOCK_TAGS, without)) if text is None else text)


def only_text(node: LexborNode) -> str | None:
    """The text of an element that holds nothing else, as the page has it; else None."""
    first = node.first_child
    if first is None or first.next is not None or first.tag != "-text":
        return None
    return first.text_content or ""


def labels_of(node: LexborNode | None) -> str:
    """The text of an element whose inner elements are labels and figures, each a word."""
    if node is None:
        return ""
    if node.tag not in UNSEEN_TAGS and (text := only_text(node)) is not None:
        return clean(text)
    if node.css_first(_NOT_PLAIN) is None:
        return clean(node.text(deep=True, separator=" "))
    return clean("".join(_texts(node, None)))


def _texts(
    root: LexborNode, apart: frozenset[str] | None, without: frozenset[int] = _NO_IDS
) -> list[str]:
    """The texts that `root` shows, with spaces where an element in `apart` (None: any but `sup`,
    `sub`) begins and ends."""
    found: list[str] = []
    waiting: list[LexborNode | None] = [root]
    while waiting:
        node = waiting.pop()
        if node is None:
            found.append(" ")
            continue
        tag = node.tag or ""
        if tag == "-text":
            found.append(node.text_content or "")
            continue
        if tag in UNSEEN_TAGS or (node is not root and is_hidden(node.attributes)):
            continue
        if without and node.mem_id in without:
            found.append(" ")
            continue
        children: list[LexborNode | None] = list(node.iter(include_text=True))
        if tag == "select":
            children = [node.css_first("option[selected]") or node.css_first("option")]
        if tag == "br" or (tag in apart if apart is not None else tag not in ("sup", "sub")):
            found.append(" ")
            waiting.append(None)
        waiting += reversed(children)
    return found


def each(scope: LexborHTMLParser | LexborNode, selector: str) -> list[LexborNode]:
    """Every element that fits; one that fits two forms of the selector is found twice by css()."""
    return list({node.mem_id: node for node in scope.css(selector)}.values())


def fitting(scope: LexborHTMLParser | LexborNode, selector: str) -> Iterator[LexborNode]:
    """As `each`, for who may not want them all: the first is found without the others."""
    if (first := scope.css_first(selector)) is not None:
        yield first
        yield from (node for node in each(scope, selector) if node.mem_id != first.mem_id)


def inside(node: LexborNode, selector: str) -> LexborNode | None:
    """The first element within `node` that fits; css() looks at `node` itself too."""
    for child in node.iter():
        if (found := child.css_first(selector)) is not None:
            return found
    return None


def holds_any(node: LexborNode, selector: str, known: dict[int, bool]) -> bool:
    """True if an element within `node` fits; `known` keeps the answers, by `mem_id`."""
    if node.mem_id not in known:
        known[node.mem_id] = inside(node, selector) is not None
    return known[node.mem_id]


def above(node: LexborNode, most: int = 10_000) -> list[LexborNode]:
    """The elements around an element, the nearest first, `most` of them at most."""
    found: list[LexborNode] = []
    around = node.parent
    while around is not None and len(found) < most:
        found.append(around)
        around = around.parent
    return found


def holds(node: LexborNode, other: LexborNode) -> bool:
    """True if `other` is `node` or is inside it."""
    wanted = node.mem_id
    around: LexborNode | None = other
    while around is not None:
        if around.mem_id == wanted:
            return True
        around = around.parent
    return False


def is_inside(node: LexborNode, boxes: Sequence[LexborNode]) -> bool:
    """True if an element is one of `boxes` or is inside one."""
    return any(holds(box, node) for box in boxes)
