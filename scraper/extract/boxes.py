"""What an element on an article's page is by its tag, attributes and class: a photo, a player, an
ad, a box of links, or nothing in particular.

| rule | evidence |
| --- | --- |
| hidden elements | HTML: `hidden`, `aria-hidden`, `display: none`; Bootstrap's class names |
| tags that show no text of the article | HTML: scripts, forms and their controls, `nav` |
| ads: `ads_middle`, `sda_middle`, `#adsWeb_…` | body of a sister paper, 2024; ad networks |
| posts of other networks | the class names that these networks prescribe for embedding |
| `…relate…`, `…share…`, `…social…` | sister papers: `article-relate`, `article__social` |
| `…comment…` | made-up pages alone |
| photos: `picture`, `article-photo`, `figure` | bodies of sister papers, 2021 to 2024 |
| photos in a table of no class | body of vov.vn, 2020; articles of 2016 in today's design |
| players | sister papers: `cms-video`, `cms-audio`, podcasts; `table.video` (plo.vn, 2022) |
| labels of the read-aloud player | captures of the paper since 2024, body of baophapluat.vn |
| `story`, header, footer, `aside` are of others | sister papers; HTML's sectioning elements |
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from selectolax.lexbor import LexborNode

from scraper.extract.captions import MOST_CAPTION
from scraper.extract.nodes import (
    UNSEEN_TAGS,
    class_names,
    classes,
    holds,
    inside,
    is_hidden,
    is_inside,
    text_of,
)
from scraper.extract.text import clean

_SKIPPED_TAGS = UNSEEN_TAGS | {"button", "form", "select", "nav", "textarea"}
_PLAYERS = frozenset({"cms-video", "cms-audio", "podcast", "cms-podcast"})
PLAYER = "read-aloud player"  # the rule that leaves one out
# The player's clock and voices, in elements of any class; they came to old pages later.
_PLAYER_LINE = re.compile(
    r"(?:[•*·-]?\s*(?:\d{1,2}:\d\d\s*/\s*\d{1,2}:\d\d|0?0:00"
    r"|(?:giọng )?(?:nam|nữ) miền (?:bắc|trung|nam))[\s,|]*)+",
    re.I,
)
_PLAYER_CLOCK = re.compile(r"\d{1,2}:\d\d|\d(?:[.,]\d+)?x", re.I)
_LONGEST_PLAYER = 150  # characters
_HIDING = frozenset({"hidden", "style", "aria-hidden"})  # attributes
_HIDDEN = frozenset("hidden hide d-none sr-only visually-hidden is-hidden".split())
_AD_ID = re.compile(r"^(?:ads|adm[-_]|div-gpt-ad|google_ads)")
_AD = re.compile(r"^(?:(?:ads?|sda|adv|advert\w*|qc|quang-?cao)(?:[_-].*)?|adsbygoogle)$", re.I)
_EMBED = re.compile(r"^(?:tiktok-embed|twitter-tweet|instagram-media|fb-\w+)", re.I)
# Of other articles, of readers, of those who pass it on: whatever the paper calls such boxes.
_NOT_OF_TEXT = re.compile(
    r"(?:^|[-_])(?:relat(?:es?|ed|ion)|shar(?:e|ing)|social|comments?)(?:$|[-_])", re.I
)
_BOXES = {"div", "section", "aside", "article", "ul"}
_BLOCKS = "p, div, ul, ol, h2, h3, h4, table, section"
# Classes of the paper's own blocks of text, and those that editors' programs write.
_OF_TEXT = re.compile(
    r"(?:cms|zce|key-event|article|e-?mag|box-live|box-text|live|notebox|note|quote|text|txt|align"
    r"|table|clearfix|col|row|grid|wp-|full|wide|wrap|inner|container|block|section|content|detail|slid"
    r"|swiper|galler|carousel|album|photo|image|img|picture|figure|media|caption|WordSection|Mso)",
    re.I,
)
_OF_OTHERS = {"a", "aside", "blockquote", "nav"}
_MOST_ELEMENTS = 50
_MOST_PHOTOS = 20  # in one table
_SHOWN = "img, video, iframe, object, embed, svg, audio"


def why_dropped(
    node: LexborNode,
    attributes: dict[str, str | None],
    names: frozenset[str],
    dropped: frozenset[str],
) -> str:
    """Why an element, of the classes `names`, is left out: it is hidden, an ad, never text, or
    one of `dropped`; "" if it is not."""
    if (tag := node.tag) in _SKIPPED_TAGS:
        return f"<{tag}>"
    if not attributes:
        return ""
    if not attributes.keys().isdisjoint(_HIDING) and is_hidden(attributes):
        return "hidden"
    if (name := attributes.get("id")) and _AD_ID.match(name):
        return "ad"
    return _rule(names, dropped) if names else ""


@lru_cache(maxsize=2000)
def _rule(names: frozenset[str], dropped: frozenset[str]) -> str:
    """The rule by which one of an element's classes leaves it out."""
    if not names.isdisjoint(dropped):
        return "." + min(names & dropped)
    if not names.isdisjoint(_HIDDEN):
        return "hidden"
    for name in sorted(names):
        if _AD.match(name):
            return "ad"
        if _EMBED.match(name):
            return "embed"
        if _NOT_OF_TEXT.search(name):
            return f".{name}"
    return ""


def is_photo(node: LexborNode, names: frozenset[str]) -> bool:
    """True if an element, of the classes `names`, is one of the paper's photo markups."""
    if node.tag == "table":
        return "picture" in names
    if node.tag == "figure":
        return inside(node, "figure, table") is None and node.css_first(_SHOWN) is not None
    return "article-photo" in names or "picture" in names


def is_photo_table(table: LexborNode) -> bool:
    """True if a table, of any class, only sets photos above their captions."""
    if inside(table, "table, th") or not (images := table.css("img")):
        return False
    cells = table.css("td")
    if len(cells) > 2 * len(images) or len(images) > _MOST_PHOTOS:
        return False
    texts = [text for cell in cells if (text := text_of(cell))]
    if not texts or len(texts) > len(images) or any(len(text) > MOST_CAPTION for text in texts):
        return False
    # A cell beside a photo is a row of a list of people or things.
    rows = [row for row in table.css("tr") if row.css_first("img") and text_of(row)]
    return all(len(row.css("td")) == 1 for row in rows)


def is_player(node: LexborNode, names: frozenset[str]) -> bool:
    """True if an element, of the classes `names`, is a video or podcast player with its caption."""
    return node.tag == "video" or not names.isdisjoint(_PLAYERS)


def is_player_line(text: str, in_player: bool) -> bool:
    """True if a text is labels of the read-aloud player; `in_player`: the one before was.

    Times of live reports are no such labels.
    """
    if len(text) > _LONGEST_PLAYER or not (text[:1].isdigit() or "iền" in text):
        return False
    if in_player and _PLAYER_CLOCK.fullmatch(text):
        return True
    return _PLAYER_LINE.fullmatch(text) is not None


def is_image(attributes: dict[str, str | None], names: frozenset[str]) -> bool:
    """True if an `img` shows something: not the pixel that counts readers, nor a smiley."""
    sizes = {attributes.get("width"), attributes.get("height")}
    return sizes.isdisjoint({"0", "1", "0px", "1px"}) and "emoji" not in names


def is_all_links(node: LexborNode) -> bool:
    """True if an element's text is links and their headings."""
    linked = sum(len(clean(a.text(deep=True))) for a in node.css("a"))
    headings = sum(len(clean(h.text(deep=True))) for h in node.css("h2, h3, h4, strong, .title"))
    return linked > 0 and linked + headings >= 0.8 * len(clean(node.text(deep=True)))


def is_unknown(node: LexborNode, names: frozenset[str]) -> bool:
    """True if a block with blocks in it is of a class that says nothing of text."""
    if node.tag not in _BOXES or _says_text(names):
        return False
    return inside(node, _BLOCKS) is not None


@lru_cache(maxsize=2000)
def _says_text(names: frozenset[str]) -> bool:
    return any(_OF_TEXT.match(name) for name in names)


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
    return bool(names) and _names_others(names)


@lru_cache(maxsize=2000)
def _names_others(names: frozenset[str]) -> bool:
    return "story" in names or any(_NOT_OF_TEXT.search(name) for name in names)


def cells_of(row: LexborNode, dropped: frozenset[str]) -> list[LexborNode]:
    """The cells of a row of data; [] if it only lays out blocks."""
    cells = [cell for cell in row.iter() if cell.tag in ("td", "th")]
    if len(cells) < 2 or row.css_first("table"):
        return []
    return [cell for cell in cells if not _is_dropped(cell, dropped)]


def _is_dropped(node: LexborNode, dropped: frozenset[str]) -> bool:
    attributes = node.attributes
    return bool(why_dropped(node, attributes, class_names(attributes), dropped))
