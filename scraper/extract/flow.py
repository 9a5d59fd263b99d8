"""An element's content in reading order: paragraphs, photos and players.

A list item, a table row (cells joined by " | ") and a subhead are paragraphs of their own; two
line breaks in a row end a paragraph. What belongs to a photo is no paragraph.
"""

import re
from dataclasses import dataclass, field

from selectolax.lexbor import LexborNode

from scraper.extract.nodes import classes, text_of
from scraper.extract.text import clean

MOST_LEVELS = 300  # deeper than any page that a person made

_UNSEEN_TAGS = {"script", "style", "noscript", "template", "iframe", "svg", "-comment", "object"}
_UNSEEN_TAGS |= {"input", "audio"}
_SKIPPED_TAGS = _UNSEEN_TAGS | {"button", "form", "select", "nav", "textarea"}
_INLINE_TAGS = {"a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "del", "em", "font", "i"}
_INLINE_TAGS |= {"ins", "kbd", "label", "mark", "q", "s", "samp", "small", "span", "strike", "u"}
_INLINE_TAGS |= {"strong", "sub", "sup", "time", "tt", "var", "wbr"}
_PLAYERS = frozenset({"cms-video", "cms-audio", "podcast", "cms-podcast"})
_LABEL = r"(?:>{2,}|»|(?:mời )?(?:xem|đọc) thêm\b|(?:tin|bài) liên quan\b)"
_READ_ALSO = re.compile(rf"^{_LABEL}", re.I)
_LABEL_ALONE = re.compile(rf"^{_LABEL}\s*[:.]*\s*(?:>{{2,}}|»)?$", re.I)
_BOXES = {"div", "section", "aside", "article", "ul"}
_BLOCKS = "p, div, ul, ol, h2, h3, h4, table, section"
# Classes of the paper's own blocks of text, and those that editors' programs write.
_OF_TEXT = re.compile(
    r"(?:cms|zce|article|e-magazine|box-live|live|notebox|note|quote|text|align|table|clearfix"
    r"|col|row|content|detail|WordSection|Mso)",
    re.I,
)
_HIDDEN = re.compile(r"display\s*:\s*none", re.I)


class TooDeep(ValueError):
    """More levels of elements than any page that a person made."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Text between two block boundaries."""

    text: str
    unlinked: str  # what of it stands outside links

    @property
    def is_linked(self) -> bool:
        """Whether all of it is link text."""
        return not self.unlinked


@dataclass(frozen=True, slots=True)
class Figure:
    """A photo, or a player: the element that holds it and its caption."""

    node: LexborNode
    is_player: bool = False


@dataclass(frozen=True, slots=True)
class Excluded:
    """What is part of no text, and the rule that says so."""

    rule: str  # "read also", "ad", ".article__social"
    what: LexborNode | Paragraph

    @property
    def text(self) -> str:
        """What is left out, on one line."""
        return self.what.text if isinstance(self.what, Paragraph) else text_of(self.what)


@dataclass(frozen=True, slots=True)
class Content:
    """All that an element holds: each text in it is in one of these."""

    parts: list[Paragraph | Figure]  # in reading order
    excluded: list[Excluded]
    unknown: list[LexborNode]  # boxes of a class that no rule names; their text is in `parts`


@dataclass(slots=True)
class _Flow:
    """What was met so far; and of the paragraph at hand, the text since the last boundary."""

    dropped: frozenset[str]
    content: Content
    texts: list[str] = field(default_factory=list)
    unlinked: list[str] = field(default_factory=list)  # those of `texts` outside links
    breaks: int = 0  # line breaks in a row

    def add(self, text: str, in_link: bool) -> None:
        """Inline text."""
        if text.isspace():
            if not self.texts:
                return  # no paragraph begins with a space
        else:
            self.breaks = 0
        self.texts.append(text)
        if not in_link:
            self.unlinked.append(text)

    def break_line(self) -> None:
        """A line break; two in a row end a paragraph."""
        self.breaks += 1
        self.space()
        if self.breaks > 1:
            self.end()

    def space(self) -> None:
        """What parts words without being one."""
        if self.texts:
            self.texts.append(" ")
            self.unlinked.append(" ")

    def end(self) -> None:
        """A block boundary: the text at hand is a paragraph."""
        self.breaks = 0
        if not self.texts:
            return
        whole, unlinked = "".join(self.texts), "".join(self.unlinked)
        self.texts, self.unlinked = [], []
        if text := clean(whole):
            self.add_paragraph(Paragraph(text, text if unlinked == whole else clean(unlinked)))

    def add_paragraph(self, paragraph: Paragraph) -> None:
        """A paragraph, unless it only leads to another article."""
        if is_read_also(paragraph):
            self.content.excluded.append(Excluded("read also", paragraph))
        else:
            self.content.parts.append(paragraph)

    def add_figure(self, figure: Figure) -> None:
        """A photo or player, which parts paragraphs."""
        self.end()
        self.content.parts.append(figure)


def flow(root: LexborNode, dropped: frozenset[str]) -> Content:
    """What `root` holds; elements of the classes `dropped` are left out. Raises TooDeep."""
    found = _Flow(dropped, Content([], [], []))
    _walk(root, found, False, 0)
    found.end()
    return found.content


def is_read_also(paragraph: Paragraph) -> bool:
    """Whether a paragraph only leads to another article."""
    if not _READ_ALSO.match(paragraph.text):
        return False
    if paragraph.is_linked or paragraph.text.startswith(">>"):
        return True
    return paragraph.unlinked != paragraph.text and bool(_LABEL_ALONE.match(paragraph.unlinked))


def why_dropped(node: LexborNode, names: frozenset[str], dropped: frozenset[str]) -> str:
    """Why an element, of the classes `names`, is left out: it is hidden, an ad, never text, or
    one of `dropped`; "" where it is not."""
    if (tag := node.tag) in _SKIPPED_TAGS:
        return f"<{tag}>"
    attributes = node.attributes
    if not attributes:
        return ""
    if (attributes.get("id") or "").startswith("ads"):
        return "ad"
    if "hidden" in attributes or _HIDDEN.search(attributes.get("style") or ""):
        return "hidden"
    if not names:
        return ""
    if "notebox" in names:
        return "notebox of links" if "cms-note" not in names and is_all_links(node) else ""
    return "" if names.isdisjoint(dropped) else "." + min(names & dropped)


def is_photo(node: LexborNode, names: frozenset[str]) -> bool:
    """Whether an element, of the classes `names`, is one of the paper's photo markups."""
    if node.tag == "table":
        return "picture" in names
    if node.tag == "figure":
        return True
    return "article-photo" in names or "picture" in names


def is_player(node: LexborNode, names: frozenset[str]) -> bool:
    """Whether an element, of the classes `names`, is a video or podcast player with its caption."""
    return node.tag == "video" or not names.isdisjoint(_PLAYERS)


def is_all_links(node: LexborNode) -> bool:
    """Whether an element's text is links and their headings."""
    linked = sum(len(clean(a.text(deep=True))) for a in node.css("a"))
    headings = sum(len(clean(h.text(deep=True))) for h in node.css("h2, h3, h4, strong, .title"))
    return linked > 0 and linked + headings >= 0.8 * len(clean(node.text(deep=True)))


def _walk(node: LexborNode, found: _Flow, in_link: bool, depth: int) -> None:
    if depth > MOST_LEVELS:
        raise TooDeep(f"more than {MOST_LEVELS} levels of elements")
    for child in node.iter(include_text=True):
        tag = child.tag
        if tag == "-text":
            found.add(child.text_content or "", in_link)
            continue
        if tag == "br":
            found.break_line()
            continue
        names = classes(child)
        if rule := why_dropped(child, names, found.dropped):
            if tag not in _UNSEEN_TAGS:
                found.content.excluded.append(Excluded(rule, child))
            found.space()
        elif is_player(child, names):
            found.add_figure(Figure(child, is_player=True))
        elif is_photo(child, names):
            found.add_figure(Figure(child))
        elif tag == "img":
            found.content.parts.append(Figure(child))
        elif tag == "tr":
            found.end()
            _add_row(child, found)
        elif tag in _INLINE_TAGS:
            _walk(child, found, in_link or tag == "a", depth + 1)
        else:
            if names and _is_unknown_box(child, names):
                found.content.unknown.append(child)
            found.end()
            _walk(child, found, in_link, depth + 1)
            found.end()


def _is_unknown_box(node: LexborNode, names: frozenset[str]) -> bool:
    """Whether a block with blocks in it is of a class that says nothing of text."""
    if node.tag not in _BOXES or any(_OF_TEXT.match(name) for name in names):
        return False
    return node.css_first(_BLOCKS) is not None


def _add_row(row: LexborNode, found: _Flow) -> None:
    found.content.parts.extend(Figure(image) for image in row.css("img"))
    cells = [clean(cell.text(deep=True, separator=" ")) for cell in row.css("td, th")]
    if text := " | ".join(cell for cell in cells if cell):
        found.add_paragraph(Paragraph(text, text))
