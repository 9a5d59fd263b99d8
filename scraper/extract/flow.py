"""An element's content in reading order: paragraphs, photos and players.

A list item, a table row (cells joined by " | ") and a subhead are paragraphs of their own; two
line breaks in a row end a paragraph. What belongs to a photo is no paragraph.

| rule | evidence |
| --- | --- |
| blocks end paragraphs; `br` parts words | HTML's rendering rules |
| two `br` end a paragraph | bodies of vov.vn, 2020, and zh.vietnamplus.vn, 2021 |
| cells joined, rows and items apart | what `scraper extract` promises to print |
| `>>>` and "Xem thêm" before a link: read also | sister papers' bodies |
| a `notebox` of links is left out, not of prose | sister papers: `notebox`, `notebox cms-note` |
| headings of lists and the links below | sister papers: "Tin liên quan", "Cùng chuyên mục" |
| at most 300 levels | deeper than any page that a person made; Python's stack |
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from selectolax.lexbor import LexborNode

from scraper.extract.bounds import MOST_TEXT_LEVELS, MOST_WALKED, TooLarge
from scraper.extract.boxes import (
    FEW_WORDS,
    LIST_HEADING,
    PLAYER,
    Content,
    Excluded,
    Figure,
    Paragraph,
    cells_of,
    figure_of,
    is_image,
    is_player_line,
    is_unknown,
    why_dropped,
    why_leads_away,
)
from scraper.extract.nodes import (
    BLOCK_TAGS,
    NO_CLASSES,
    UNSEEN_TAGS,
    class_names,
    holds_any,
    is_hidden,
    is_shown_as_block,
    only_text,
    text_of,
)
from scraper.extract.text import clean

_FIGURES = {"figure", "table", "video"}  # whatever their class
_PLAIN = {"p", "div", "li", "h2", "h3", "h4"}  # blocks of text, if they have no class
_STYLED = frozenset({"style"})
_BOLD, _SLANTED = {"b", "strong"}, {"em", "i"}
_INLINE = frozenset({"a", "b", "strong", "em", "i", "u"})
_PLAINLY = frozenset({"href", "title", "target", "rel"})  # attributes that hide and mean nothing
IsEnd = Callable[[Paragraph], bool]


class _Ended(Exception):
    """The walk has met what ends the article."""


class _Place(NamedTuple):
    """Where on the page the walk is: made for each element, and so no dataclass."""

    holder: LexborNode  # the nearest block
    link: str | None = None  # the address of the link around it
    is_bold: bool = False
    is_slanted: bool = False
    depth: int = 0


@dataclass(slots=True)
class _Flow:
    """What was met so far; and of the paragraph in progress, the text since the last boundary."""

    dropped: frozenset[str]
    content: Content
    is_end: IsEnd | None = None
    in_note: bool = False  # true if the box around it is a note, which was judged as a whole
    in_unknown: bool = False  # true if the box around it is of `content.unknown`
    texts: list[str] = field(default_factory=list)
    unlinked: list[str] = field(default_factory=list)  # those of `texts` outside links
    addresses: list[str] = field(default_factory=list)  # where those in links lead
    holder: LexborNode | None = None
    is_bold: bool = True
    is_slanted: bool = True
    image: LexborNode | None = None  # the photo before the text in progress
    breaks: int = 0  # line breaks in a row
    below_heading: bool = False  # true if all since the heading of a list was links
    walked: int = 0  # elements
    quoting: dict[int, bool] = field(default_factory=dict)  # of blocks with captions, by mem_id
    in_player: bool = False  # true if the line before was the read-aloud player's

    def add(self, text: str, at: _Place) -> None:
        """Inline text."""
        if not text.isspace():
            self.breaks = 0
            self.is_bold = self.is_bold and at.is_bold
            self.is_slanted = self.is_slanted and at.is_slanted
        if not self.texts:
            self.holder = at.holder
        self.texts.append(text)
        if at.link is None:
            self.unlinked.append(text)
        else:
            self.addresses.append(at.link)

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
        """A block boundary: the text in progress is a paragraph."""
        self.breaks = 0
        image, self.image = self.image, None
        if not self.texts:
            return
        is_bold, self.is_bold = self.is_bold, True
        is_slanted, self.is_slanted = self.is_slanted, True
        whole, unlinked, addresses = "".join(self.texts), "".join(self.unlinked), self.addresses
        self.texts, self.unlinked, self.addresses = [], [], []
        if text := clean(whole):
            rest = text if not addresses else unlinked
            rest = clean(rest) if addresses and len(rest) <= FEW_WORDS else rest
            self.add_paragraph(
                Paragraph(text, rest, self.holder, is_bold, is_slanted, image), addresses
            )

    def add_line(self, text: str, holder: LexborNode, at: _Place) -> None:
        """A block that holds `text` and nothing else."""
        self.end()
        if line := clean(text):
            self.add_paragraph(Paragraph(line, line, holder, at.is_bold, at.is_slanted), [])

    def add_paragraph(self, paragraph: Paragraph, addresses: list[str]) -> None:
        """A paragraph, unless it only leads to other articles."""
        rule = why_leads_away(paragraph, addresses, self.below_heading)
        self.in_player = is_player_line(paragraph.text, self.in_player)
        rule = PLAYER if self.in_player else rule
        self.below_heading = rule == LIST_HEADING or (self.below_heading and bool(rule))
        if rule:
            self.content.excluded.append(Excluded(rule, paragraph, len(self.content.parts)))
        else:
            self.content.parts.append(paragraph)
            if self.is_end is not None and self.is_end(paragraph):
                raise _Ended

    def add_figure(self, figure: Figure) -> None:
        """A photo or player, which parts paragraphs."""
        self.end()
        self.content.parts.append(figure)

    def add_image(self, image: LexborNode) -> None:
        """A photo in a line of text."""
        self.content.parts.append(Figure(image))
        if not self.texts:
            self.image = image


def flow(root: LexborNode, dropped: frozenset[str], is_end: IsEnd | None = None) -> Content:
    """What `root` holds; elements of the classes `dropped` are left out. Raises TooLarge.

    The first paragraph of which `is_end` is true is the last part: nothing below it is read.
    """
    found = _Flow(dropped, Content([], [], []), is_end)
    try:
        return _flow(root, found, 0)
    except _Ended:
        return found.content


def _flow(root: LexborNode, found: _Flow, depth: int) -> Content:
    _walk(root, found, _Place(root, depth=depth))
    found.end()
    return found.content


def _walk(node: LexborNode, found: _Flow, at: _Place) -> None:
    found.walked += 1
    if at.depth > MOST_TEXT_LEVELS:
        raise TooLarge(f"more than {MOST_TEXT_LEVELS} levels of elements")
    if found.walked > MOST_WALKED:
        raise TooLarge(f"more than {MOST_WALKED} elements that hold others")
    for child in node.iter(include_text=True):
        tag = child.tag or ""
        if tag == "-text":
            text = child.text_content or ""
            if found.texts or not text.isspace():  # no paragraph begins with a space
                found.add(text, at)
        elif tag == "br":
            found.break_line()
        elif tag in _INLINE and _is_plain_line(child, tag, found, at):
            continue
        elif tag not in UNSEEN_TAGS:
            _meet(child, tag, found, at)


def _meet(child: LexborNode, tag: str, found: _Flow, at: _Place) -> None:
    """An element: what is one thing is taken whole, all others are walked through."""
    attributes = child.attributes
    is_styled = attributes.keys() == _STYLED and not is_hidden(attributes)
    if tag in _PLAIN and (is_styled or not attributes):
        # Nearly every block: no rule asks about it, and most hold a text and nothing else.
        if at.link is None and (text := only_text(child)) is not None:
            found.add_line(text, child, at)
        else:
            _walk_block(child, NO_CLASSES, found, at)
        return
    names = class_names(attributes)
    rule = why_dropped(child, attributes, names, found.dropped)
    if not rule and "notebox" in names:
        rule = _note(child, names, found, at.depth)
    if rule:
        found.content.excluded.append(Excluded(rule, child))
        if rule != "hidden":
            found.end() if tag in BLOCK_TAGS else found.space()
    elif (names or tag in _FIGURES) and (figure := figure_of(child, tag, names)):
        found.add_figure(figure)
    elif tag == "img":
        if is_image(attributes, names):
            found.add_image(child)
    elif tag == "tr" and (cells := cells_of(child, found.dropped)):
        found.end()
        _add_row(child, cells, found)
    elif tag == "figcaption" and not holds_any(at.holder, "blockquote", found.quoting):
        found.add_figure(Figure(child))
    elif tag in BLOCK_TAGS or is_shown_as_block(attributes):
        _walk_block(child, names, found, at)
    else:
        link = (attributes.get("href") or "") if tag == "a" else at.link
        is_bold = at.is_bold or tag in _BOLD
        is_slanted = at.is_slanted or tag in _SLANTED
        _walk(child, found, _Place(at.holder, link, is_bold, is_slanted, at.depth + 1))


def _is_plain_line(node: LexborNode, tag: str, found: _Flow, at: _Place) -> bool:
    """Takes a link or emphasis that holds a text and nothing else; False for all others."""
    if (text := only_text(node)) is None or not (attributes := node.attributes).keys() <= _PLAINLY:
        return False
    link = (attributes.get("href") or "") if tag == "a" else at.link
    is_bold = at.is_bold or tag in _BOLD
    found.add(text, _Place(at.holder, link, is_bold, at.is_slanted or tag in _SLANTED))
    return True


def _walk_block(block: LexborNode, names: frozenset[str], found: _Flow, at: _Place) -> None:
    was_in_unknown, was_in_note = found.in_unknown, found.in_note
    if names:
        found.in_note = was_in_note or "notebox" in names
        if not was_in_unknown and is_unknown(block, names):
            found.content.unknown.append(block)
            found.in_unknown = True
    found.end()
    _walk(block, found, _Place(block, at.link, at.is_bold, at.is_slanted, at.depth + 1))
    found.end()
    found.in_unknown, found.in_note = was_in_unknown, was_in_note


def _note(node: LexborNode, names: frozenset[str], found: _Flow, depth: int) -> str:
    """Why a `.notebox` is left out: it leads to other articles; "" if it is prose."""
    if found.in_note:
        return ""
    inner = _flow(node, _Flow(found.dropped, Content([], [], []), in_note=True), depth)
    linked = [p for p in inner.paragraphs if p.is_linked]
    if not (linked or any(isinstance(e.what, Paragraph) for e in inner.excluded)):
        return ""
    prose = [p.text for p in inner.paragraphs if not p.is_linked]
    has_prose = any(len(text) > FEW_WORDS or text.endswith((".", "!", "?")) for text in prose)
    return "" if has_prose and "cms-note" in names else "notebox of links"


def _add_row(row: LexborNode, cells: list[LexborNode], found: _Flow) -> None:
    images = (i for i in row.css("img") if is_image(i.attributes, class_names(i.attributes)))
    found.content.parts.extend(Figure(image) for image in images)
    if text := " | ".join(text for cell in cells if (text := text_of(cell))):
        found.content.parts.append(Paragraph(text, text, row))
