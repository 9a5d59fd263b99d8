"""Where the text around the parts of an article belongs, so that none is passed over in silence.

Each text in the article's own part of the page is in a part of the article (title, lead, body,
caption, byline, tag), or is left out by a rule that has a name, or belongs nowhere that we know.
"""

from selectolax.lexbor import LexborNode

from scraper.extract.blocks import Excluded
from scraper.extract.boxes import PLAYER, is_all_links, is_player_line, why_dropped
from scraper.extract.nodes import class_names, classes, text_of
from scraper.extract.weather import HEADINGS, is_weather_heading

_FRAME = {"header", "footer", "aside", "time", "a"}  # of no article, whatever stands in them
# What stands beside the parts of an article, besides the classes that a template drops.
_BESIDE = frozenset(
    "breadcrumb breadcrumbs time cms-date weather comment article__comment box-comment menu"
    " footer header site-header site-footer side-col sidebar tags share".split()
)
_LISTED = ".story a[href], article a[href], li a[href], a[href*='-post'], a[href*='/bai-viet/']"


def beside(
    container: LexborNode, claimed: list[LexborNode], dropped: frozenset[str]
) -> tuple[list[Excluded], list[str]]:
    """What of `container` is in none of the `claimed` parts, of which the first is the headline:
    what a rule leaves out, and texts that belong nowhere.

    Where the container is the whole page, its header, above the headline, is not looked at.
    """
    taken = {node.mem_id for node in claimed}
    within = _ancestors(claimed)
    excluded: list[Excluded] = []
    unknown: list[str] = []
    is_below = container.tag != "body"
    waiting = [container]
    while waiting:
        node = waiting.pop()
        if node.mem_id in taken:
            is_below = True
        elif node.mem_id in within:
            children = list(node.iter(include_text=True))
            if rule := _box_of(node, dropped):
                excluded += (Excluded(rule, c) for c in children if not _leads_to(c, taken, within))
                children = [child for child in children if _leads_to(child, taken, within)]
            waiting += reversed(children)
        elif not is_below or not (text := node.text(deep=True).strip()):
            continue
        elif is_player_line(text, in_player=False):
            excluded.append(Excluded(PLAYER, node))
        elif rule := _why_beside(node, dropped):
            excluded.append(Excluded(rule, node))
        elif node.tag == "-text":
            unknown += [text] if (text := text_of(node)) else []
        else:
            waiting += reversed(list(node.iter(include_text=True)))
    return excluded, unknown


def _box_of(node: LexborNode, dropped: frozenset[str]) -> str:
    """Which class of an element around a part says what the rest of it is: `.article__meta`."""
    names = classes(node)
    return "" if names.isdisjoint(dropped) else "." + min(names & dropped)


def _leads_to(node: LexborNode, taken: set[int], within: set[int]) -> bool:
    return node.mem_id in taken or node.mem_id in within


def _ancestors(nodes: list[LexborNode]) -> set[int]:
    found: set[int] = set()
    for node in nodes:
        above = node.parent
        while above is not None and above.mem_id not in found:
            found.add(above.mem_id)
            above = above.parent
    return found


def _why_beside(node: LexborNode, dropped: frozenset[str]) -> str:
    """Which rule leaves out an element that holds no part of the article; "" where none does."""
    if node.tag == "-text":
        return ""
    if node.tag in _FRAME:
        return f"<{node.tag}>"
    attributes = node.attributes
    names = class_names(attributes)
    if rule := why_dropped(node, attributes, names, dropped):
        return rule
    if not names.isdisjoint(_BESIDE):
        return "." + min(names & _BESIDE)
    if node.css_first(_LISTED) or is_all_links(node):
        return "list of links"
    return "weather" if is_weather_heading(text_of(node.css_first(HEADINGS))) else ""
