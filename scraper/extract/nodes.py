"""Small questions to one element of a page."""

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scraper.extract.text import clean


def classes(node: LexborNode) -> frozenset[str]:
    """The class names of an element."""
    return frozenset((node.attributes.get("class") or "").split())


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


def common_ancestor(node: LexborNode, other: LexborNode | None) -> LexborNode:
    """The element around both; without `other`, the whole page."""
    while node.parent is not None and node.tag != "body" and not (other and holds(node, other)):
        node = node.parent
    return node
