"""What is around the body: photos, the kicker, times, and where all other text belongs.

Each text in the article's own part of the page is in a part of the article (title, lead, body,
caption, byline, tag), or is left out by a rule that has a name, or belongs nowhere that we know.
"""

import re
from collections.abc import Sequence

from selectolax.lexbor import LexborNode

from scraper.extract.boxes import (
    PLAYER,
    Excluded,
    Figure,
    is_all_links,
    is_photo,
    is_player,
    is_player_line,
    names_others,
    why_dropped,
)
from scraper.extract.flow import flow
from scraper.extract.line_kinds import is_kicker
from scraper.extract.nodes import ARTICLE_LINKS, class_names, classes, holds, is_inside, text_of
from scraper.extract.page import Page
from scraper.extract.weather import HEADINGS, is_weather_heading

_FRAME = {"header", "footer", "aside", "time", "a"}  # of no article, whatever they hold
# What is beside the parts of an article, besides the classes that a template drops.
_BESIDE = frozenset(
    "breadcrumb breadcrumbs time cms-date weather comment article__comment box-comment menu"
    " footer header site-header site-footer side-col sidebar tags share".split()
)
_LISTED = ".story a[href], article a[href], li a[href], a[href*='-post'], a[href*='/bai-viet/']"
_OF_PHOTO = re.compile(r"avatar|cover|photo|picture|thumb", re.I)
_KICKERS = {"-text", "p", "div", "span", "strong", "em", "b", "h2", "h3", "h4", "h5"}
_NO_KICKER = re.compile(
    r"breadcrumb|time|date|author|cms-|article__(?!.*kick)|social|category", re.I
)
_OF_OTHERS = {"a", "aside", "blockquote", "nav"}
_MOST_ELEMENTS = 50
_MOST_TIMES = 4  # beside one another


def unclaimed_text(
    container: LexborNode, claimed: list[LexborNode], dropped: frozenset[str]
) -> tuple[list[Excluded], list[str]]:
    """What of `container` is in none of the `claimed` parts, of which the first is the headline:
    what a rule leaves out, and texts that belong nowhere.

    If the container is the whole page, its header, above the headline, is not looked at.
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
        elif not is_below:
            continue
        elif node.tag != "-text" and (rule := _why_beside(node, dropped)):
            excluded.append(Excluded(rule, node))
        elif not (text := node.text(deep=True).strip()):
            continue
        elif is_player_line(text, in_player=False):
            excluded.append(Excluded(PLAYER, node))
        elif node.tag != "-text" and (rule := _why_list(node)):
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
    """Which rule leaves out an element that holds no part of the article; "" if none does."""
    if node.tag in _FRAME:
        return f"<{node.tag}>"
    attributes = node.attributes
    names = class_names(attributes)
    if rule := why_dropped(node, attributes, names, dropped):
        return rule
    if not names.isdisjoint(_BESIDE):
        return "." + min(names & _BESIDE)
    return ""


def _why_list(node: LexborNode) -> str:
    """Which rule leaves out an element by what it holds; "" if none does."""
    if node.css_first(_LISTED) or is_all_links(node):
        return "list of links"
    return "weather" if is_weather_heading(text_of(node.css_first(HEADINGS))) else ""


def cover_of(body: LexborNode, title: LexborNode, dropped: frozenset[str]) -> list[Figure]:
    """Photos and players before the body: below the headline, beside it or an element around it;
    above the headline, photos right in the article's column."""
    found: list[Figure] = []
    node: LexborNode | None = body
    is_below = True
    while node is not None and is_below:
        before = node.prev
        while before is not None:
            is_below = is_below and not holds(before, title)
            found += _figures_in(before, dropped, is_deep=is_below)[::-1]
            before = before.prev
        node = node.parent
        is_below = is_below and node is not None and not holds(node, title)
    return found[::-1]


def photos_after(last: LexborNode, dropped: frozenset[str], *, is_deep: bool) -> list[Figure]:
    """Photos below the last part of the article, in its column; also players, and what boxes
    hold, if they are all its text (`is_deep`)."""
    found: list[Figure] = []
    node = last.next
    while node is not None:
        found += _figures_in(node, dropped, is_deep=is_deep)
        node = node.next
    return found


def _figures_in(node: LexborNode, dropped: frozenset[str], *, is_deep: bool) -> list[Figure]:
    """The photos and players that an element beside the body is, or (`is_deep`) holds."""
    if node.tag in ("-text", "-comment"):
        return []
    attributes = node.attributes
    names = class_names(attributes)
    if why_dropped(node, attributes, names, dropped):
        return []
    if is_photo(node, names):
        return [] if node.css_first(ARTICLE_LINKS) else [Figure(node)]
    if not is_deep:
        return []
    if is_player(node, names):
        return [Figure(node, is_player=True)]
    if node.css_first(ARTICLE_LINKS):  # a box of other articles
        return []
    figures = (part for part in flow(node, dropped).parts if isinstance(part, Figure))
    return [figure for figure in figures if not _is_icon(figure, names)]


def _is_icon(figure: Figure, names: frozenset[str]) -> bool:
    """True if an image in a box, of the classes `names`, is no photo."""
    if figure.node.tag != "img" or "cms-photo" in classes(figure.node):
        return False
    return not any(_OF_PHOTO.search(name) for name in names)


def kicker_of(title: LexborNode, page: Page, section: str) -> LexborNode | None:
    """The line right above the headline: "Kỷ niệm 60 năm …:", "Di sản Lào Cai"; no section's name,
    as `section` finds it."""
    node = title.prev
    while node is not None and (node.tag == "-comment" or not node.text(deep=True).strip()):
        node = node.prev
    if node is None or node.tag not in _KICKERS:
        return None
    if node.tag != "-text" and (
        any(_NO_KICKER.match(name) for name in classes(node))
        or node.css_first("a, time, img, h1, li, input")
    ):
        return None
    text = text_of(node)
    is_section = any(text == text_of(step) for step in page.tree.css(section))
    return node if is_kicker(text) and not is_section else None


def times_of(
    around: LexborNode, selector: str, title: LexborNode, bodies: list[LexborNode]
) -> list[LexborNode]:
    """The element that prints the article's time, and others beside it: when it was changed."""
    first = own_first(around, selector, title, bodies)
    if first is None:
        return []
    line = first.parent
    if line is None or line.tag not in ("div", "p", "span", "section"):
        return [first]
    beside = [node for node in line.iter() if node.tag == "time"][:_MOST_TIMES]
    return [first, *(node for node in beside if node.mem_id != first.mem_id)]


def own(around: LexborNode, selector: str, title: LexborNode) -> list[LexborNode]:
    """The elements in `around` that are of the article with the headline `title`, and not where
    the page shows other articles, what readers wrote, what every page has. None of them is
    inside another; at most fifty that fit `selector` are looked at."""
    found: list[LexborNode] = []
    for node in around.css(selector)[:_MOST_ELEMENTS]:
        if not (found and holds(found[-1], node)) and not _is_foreign(node, around, title):
            found.append(node)
    return found


def own_first(
    around: LexborNode, selector: str, title: LexborNode, outside: Sequence[LexborNode] = ()
) -> LexborNode | None:
    """The first of `own` that lies in no element of `outside`, or None."""
    # The first that fits is nearly always the one: it is found much faster than all.
    first = around.css_first(selector)
    if first is None:
        return None
    if not is_inside(first, outside) and not _is_foreign(first, around, title):
        return first
    others = (node for node in own(around, selector, title) if not is_inside(node, outside))
    return next(others, None)


def _is_foreign(node: LexborNode, around: LexborNode, title: LexborNode) -> bool:
    """True if an element is in one, inside `around`, that shows other things."""
    box, is_page = node.parent, around.tag == "body"
    while box is not None and box.mem_id != around.mem_id:
        if _is_of_others(box, is_page, title):
            return True
        box = box.parent
    return False


def _is_of_others(box: LexborNode, is_page: bool, title: LexborNode) -> bool:
    if box.tag in _OF_OTHERS:
        return True
    # An article has a header and a footer of its own, which hold its time and its byline.
    if is_page and box.tag in ("header", "footer"):
        return not holds(box, title)
    names = classes(box)
    return bool(names) and names_others(names)
