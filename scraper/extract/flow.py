"""An element's content in reading order: paragraphs, photos and players.

A list item, a table row (cells joined by " | ") and a subhead are paragraphs of their own; two
line breaks in a row end a paragraph. What belongs to a photo is no paragraph.
"""

import re
from collections.abc import Iterator
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
class _Run:
    """Inline text met since the last block boundary, and what stood beside it."""

    excluded: list[Excluded] = field(default_factory=list)
    unknown: list[LexborNode] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    unlinked: list[str] = field(default_factory=list)  # those of `parts` outside links
    breaks: int = 0  # line breaks in a row

    def add(self, text: str, is_link: bool) -> None:
        self.parts.append(text)
        if not is_link:
            self.unlinked.append(text)
        self.breaks = 0 if text.strip() else self.breaks

    def take(self) -> Iterator[Paragraph]:
        if not self.parts:
            return
        parts, unlinked = "".join(self.parts), "".join(self.unlinked)
        self.parts, self.unlinked, self.breaks = [], [], 0
        if text := clean(parts):
            yield Paragraph(text, clean(unlinked) if unlinked != parts else text)


def flow(root: LexborNode, dropped: frozenset[str]) -> Content:
    """What `root` holds; elements of the classes `dropped` are left out. Raises TooDeep."""
    run = _Run()
    parts: list[Paragraph | Figure] = []
    for part in (*_walk(root, run, dropped, False, 0), *run.take()):
        if isinstance(part, Paragraph) and is_read_also(part):
            run.excluded.append(Excluded("read also", part))
        else:
            parts.append(part)
    return Content(parts, run.excluded, run.unknown)


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
    if node.tag in _SKIPPED_TAGS:
        return f"<{node.tag}>"
    attributes = node.attributes
    if (attributes.get("id") or "").startswith("ads"):
        return "ad"
    if "hidden" in attributes or _HIDDEN.search(attributes.get("style") or ""):
        return "hidden"
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


def _walk(
    node: LexborNode, run: _Run, dropped: frozenset[str], in_link: bool, depth: int
) -> Iterator[Paragraph | Figure]:
    if depth > MOST_LEVELS:
        raise TooDeep(f"more than {MOST_LEVELS} levels of elements")
    for child in node.iter(include_text=True):
        tag = child.tag
        if tag == "-text":
            run.add(child.text(deep=False) or "", in_link)
            continue
        names = classes(child)
        if tag == "br":
            run.breaks += 1
            run.parts.append(" ")
            run.unlinked.append(" ")
            if run.breaks > 1:
                yield from run.take()
        elif rule := why_dropped(child, names, dropped):
            if tag not in _UNSEEN_TAGS:
                run.excluded.append(Excluded(rule, child))
            run.parts.append(" ")
            run.unlinked.append(" ")
        elif is_player(child, names):
            yield from run.take()
            yield Figure(child, is_player=True)
        elif is_photo(child, names):
            yield from run.take()
            yield Figure(child)
        elif tag == "img":
            yield Figure(child)
        elif tag == "tr":
            yield from run.take()
            yield from _row(child)
        elif tag in _INLINE_TAGS:
            yield from _walk(child, run, dropped, in_link or tag == "a", depth + 1)
        else:
            if names and _is_unknown_box(child, names):
                run.unknown.append(child)
            yield from run.take()
            yield from _walk(child, run, dropped, in_link, depth + 1)
            yield from run.take()


def _is_unknown_box(node: LexborNode, names: frozenset[str]) -> bool:
    """Whether a block with blocks in it is of a class that says nothing of text."""
    if node.tag not in _BOXES or any(_OF_TEXT.match(name) for name in names):
        return False
    return node.css_first(_BLOCKS) is not None


def _row(row: LexborNode) -> Iterator[Paragraph | Figure]:
    for image in row.css("img"):
        yield Figure(image)
    cells = [clean(cell.text(deep=True, separator=" ")) for cell in row.css("td, th")]
    if text := " | ".join(cell for cell in cells if cell):
        yield Paragraph(text, text)
