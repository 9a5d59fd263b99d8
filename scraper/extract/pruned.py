"""A page of unknown make without what leads to other articles: their teasers, lists and boxes."""

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scraper.extract.nodes import above, is_article_address, text_of
from scraper.extract.page import Page

_BESIDE = "aside, nav, footer, form, .story, [class*=relat], [class*=comment], [hidden]"
_TEASERS = {"li", "article", "div", "section", "figure", "td"}
_PARAGRAPHS = {"p", "h2", "h3", "h4", "h5", "li", "div", "figure", "strong"}
_MOST_TEASER = 600  # characters: a headline and a lead
_MOST_SOURCE = 5_000  # characters, with line ends and scripts
_MOST_LINKS = _MOST_BOXES = 300  # that are looked at


def pruned(page: Page, title: str) -> tuple[LexborHTMLParser, LexborNode | None]:
    """A copy of the page without them, and the element in it that prints the headline `title`."""
    tree = LexborHTMLParser(page.tree.html or "")
    heading = next((node for node in tree.css("h1")[:10] if text_of(node) == title), None)
    kept = {node.mem_id for node in ([heading, *above(heading)] if heading is not None else [])}
    most = _length(tree.body) / 2 if tree.body else 0
    boxes = [box for box in tree.css(_BESIDE)[:_MOST_BOXES] if _length(box) <= most]
    links = [a for a in tree.css("a[href]") if is_article_address(a.attributes["href"])]
    found = boxes + [box for link in links[:_MOST_LINKS] if (box := _teaser(link)) is not None]
    found = [box for box in found if box.mem_id not in kept]
    # What stands in an element that is taken out must not be touched afterwards.
    taken = {box.mem_id for box in found}
    outermost = {b.mem_id: b for b in found if not any(n.mem_id in taken for n in above(b))}
    for box in outermost.values():
        box.decompose()
    return tree, heading


def _teaser(link: LexborNode) -> LexborNode | None:
    """The element that holds a link to another article, with its lead; None for a link in a
    sentence."""
    text, node = text_of(link), link
    around = node.parent
    while around is not None and _length(around) <= _MOST_SOURCE and text_of(around) == text:
        node, around = around, around.parent
    if around is None or (node.tag == "a" and around.tag not in _TEASERS):
        return None
    if around.tag in _TEASERS and node.tag != "p" and _is_of_one(around, link):
        return around
    return node if node.tag in _PARAGRAPHS else None


def _is_of_one(box: LexborNode, link: LexborNode) -> bool:
    """Whether a small box leads to one article alone."""
    if _length(box) > _MOST_SOURCE or len(text_of(box)) > _MOST_TEASER:
        return False
    addresses = {a.attributes.get("href") for a in box.css("a[href]")}
    return addresses == {link.attributes["href"]}


def _length(node: LexborNode) -> int:
    """How many characters an element holds; much faster than its text."""
    return len(node.text(deep=True))
