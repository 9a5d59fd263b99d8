"""What an element on an article's page is by its tag, attributes and class (a photo, a player, an
ad, a box of links, or nothing in particular), and what is found in it: paragraphs and photos.

| rule | evidence |
| --- | --- |
| hidden elements | HTML: `hidden`, `aria-hidden`, `display: none`; Bootstrap's class names |
| tags that show no text of the article | HTML: scripts, forms and their controls, `nav` |
| ads: `ads_middle`, `sda_middle`, `#adsWeb_…` | body of a sister paper, 2024; ad networks |
| posts of other networks | the class names that these networks prescribe for embedding |
| `…relate…`, `…share…`, `…social…` | sister papers: `article-relate`, `article__social` |
| `…comment…` | text captures of the paper: "Bình luận (0)" below the article |
| photos: `picture`, `article-photo`, `figure` | bodies of sister papers, 2021 to 2024 |
| photos in a table of no class | body of vov.vn, 2020; articles of 2016 in today's design |
| players | sister papers: `cms-video`, `cms-audio`, podcasts; `table.video` (plo.vn, 2022) |
| labels of the read-aloud player | captures of the paper since 2024, body of baophapluat.vn |
| `story`, header, footer, `aside` are of others | sister papers; HTML's sectioning elements |
"""

import re
from functools import lru_cache
from typing import NamedTuple

from selectolax.lexbor import LexborNode

from scraper.extract.nodes import (
    UNSEEN_TAGS,
    class_names,
    inside,
    is_article_address,
    is_hidden,
    text_of,
)
from scraper.extract.text import clean

MOST_CAPTION = 400  # characters
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
_MOST_PHOTOS = 20  # in one table
_SHOWN = frozenset("img video iframe object embed svg audio".split())
_MARK = r"(?:>{2,}|»)"
_LABEL = rf"(?:{_MARK}|(?:mời )?(?:xem|đọc) thêm\b|(?:tin|bài)(?: bài)? liên quan\b)"
_READ_ALSO = re.compile(rf"^{_LABEL}", re.I)
_LABEL_ALONE = re.compile(rf"^{_LABEL}\s*[:.]*\s*{_MARK}?$", re.I)
LIST_HEADING = "heading of a list"  # the rule that leaves one out
_LIST_HEADING = re.compile(
    r"^(?:(?:các )?(?:tin|bài)(?: bài| viết)? (?:liên quan|khác|nổi bật|mới(?: nhất)?)"
    r"|(?:(?:tin|bài)(?: bài| viết)? )?cùng (?:chuyên mục|chủ đề|tác giả)"
    r"|(?:tin )?(?:đọc|xem) nhiều(?: nhất)?|(?:đọc|xem) (?:thêm|tiếp)|có thể bạn quan tâm)\s*:?$",
    re.I,
)
FEW_WORDS = 60  # characters; a note's own prose is longer, or ends in a full stop


class Paragraph(NamedTuple):
    """Text between two block boundaries."""

    text: str
    unlinked: str  # the part of it outside links
    holder: LexborNode | None = None  # the block in which it begins
    is_bold: bool = False  # all of it
    is_slanted: bool = False  # all of it
    image: LexborNode | None = None  # the photo in it, before its text

    @property
    def is_linked(self) -> bool:
        """True if all of it, signs aside, is link text."""
        return self.unlinked != self.text and not any(sign.isalnum() for sign in self.unlinked)


class Figure(NamedTuple):
    """A photo, or a player: the element that holds it and its caption."""

    node: LexborNode
    is_player: bool = False
    is_guess: bool = False  # true if the text beside the photo is its caption by guess
    below: str = ""  # the caption, if it is in no element of the photo's


class Excluded(NamedTuple):
    """What is part of no text, and the rule that says so."""

    rule: str  # "read also", "ad", ".article__social"
    what: LexborNode | Paragraph
    at: int = 0  # how many parts are before it

    @property
    def text(self) -> str:
        """What is left out, on one line."""
        return self.what.text if isinstance(self.what, Paragraph) else text_of(self.what)


class Content(NamedTuple):
    """All that an element holds: each text in it is in one of these."""

    parts: list[Paragraph | Figure]  # in reading order
    excluded: list[Excluded]
    unknown: list[LexborNode]  # boxes of a class that no rule names; their text is in `parts`

    @property
    def paragraphs(self) -> list[Paragraph]:
        """The paragraphs among the parts."""
        return [part for part in self.parts if isinstance(part, Paragraph)]


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


def figure_of(node: LexborNode, tag: str, names: frozenset[str]) -> Figure | None:
    """What an element holds that is one photo or player; None for most elements."""
    if is_player(node, names):
        return Figure(node, is_player=True)
    if is_photo(node, names):
        return Figure(node)
    return Figure(node, is_guess=True) if tag == "table" and _is_photo_table(node) else None


def is_photo(node: LexborNode, names: frozenset[str]) -> bool:
    """True if an element, of the classes `names`, is one of the paper's photo markups."""
    if node.tag == "table":
        return "picture" in names
    if node.tag == "figure":
        tags = [within.tag for within in node.traverse()]  # of its own too; faster than selectors
        return tags.count("figure") == 1 and "table" not in tags and not _SHOWN.isdisjoint(tags)
    return "article-photo" in names or "picture" in names


def _is_photo_table(table: LexborNode) -> bool:
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


@lru_cache(maxsize=2000)
def names_others(names: frozenset[str]) -> bool:
    """True if a class says that a box is of other articles, or of readers."""
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


def is_linked(part: Paragraph | Figure | LexborNode) -> bool:
    """True if it is a paragraph that is all link text."""
    return isinstance(part, Paragraph) and part.is_linked


def is_list_heading(text: str) -> bool:
    """True if a line can only be the heading of a list of other articles."""
    return bool(_LIST_HEADING.match(text))


def why_leads_away(paragraph: Paragraph, addresses: list[str], below_heading: bool) -> str:
    """Why a paragraph is not of the text: it only leads to other articles; "" if it is."""
    text = paragraph.text
    if paragraph.unlinked == text and len(text) > FEW_WORDS and not text.startswith(">>"):
        return ""
    if len(text) <= FEW_WORDS and is_list_heading(text):
        return LIST_HEADING
    if paragraph.is_linked:
        if below_heading or any(is_article_address(address) for address in addresses):
            return "link to another article"
        return "read also" if _READ_ALSO.match(text) else ""
    if not _READ_ALSO.match(text):
        return ""
    if text.startswith(">>"):
        return "read also"
    is_link = paragraph.unlinked != text and _LABEL_ALONE.match(paragraph.unlinked)
    return "read also" if is_link else ""
