"""Small questions to one element of a page."""

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scraper.extract.text import clean

_NONE: frozenset[str] = frozenset()


def classes(node: LexborNode) -> frozenset[str]:
    """The class names of an element."""
    written = node.attributes.get("class")
    return frozenset(written.split()) if written else _NONE


def text_of(node: LexborNode | None) -> str:
    """All text of an element on one line; "" for None."""
    return clean(node.text(deep=True, separator=" ")) if node else ""


def each(scope: LexborHTMLParser | LexborNode, selector: str) -> list[LexborNode]:
    """Every element that fits; one that fits two forms of the selector is found twice by css()."""
    return list({node.mem_id: node for node in scope.css(selector)}.values())


def holds(node: LexborNode, other: LexborNode) -> bool:
    """Whether `other` is `node` or stands in it."""
    above: LexborNode | None = other
    while above is not None:
        if above.mem_id == node.mem_id:
            return True
        above = above.parent
    return False
