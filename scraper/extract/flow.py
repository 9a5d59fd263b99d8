"""An element's content in reading order: paragraphs, photos and players.

A list item, a table row (cells joined by " | ") and a subhead are paragraphs of their own; two
line breaks in a row end a paragraph. What belongs to a photo is no paragraph.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from selectolax.lexbor import LexborNode

from scraper.extract.page import classes
from scraper.extract.text import clean

MOST_LEVELS = 300  # deeper than any page that a person made

_SKIPPED_TAGS = {"script", "style", "noscript", "template", "iframe", "button", "form", "select"}
_SKIPPED_TAGS |= {"svg", "nav", "textarea", "-comment", "object", "input", "audio"}
_INLINE_TAGS = {"a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "del", "em", "font", "i"}
_INLINE_TAGS |= {"ins", "kbd", "label", "mark", "q", "s", "samp", "small", "span", "strike", "u"}
_INLINE_TAGS |= {"strong", "sub", "sup", "time", "tt", "var", "wbr"}
_PLAYERS = frozenset({"cms-video", "cms-audio", "podcast", "cms-podcast"})
_LABEL = r"(?:>{2,}|»|(?:mời )?(?:xem|đọc) thêm\b|(?:tin|bài) liên quan\b)"
_READ_ALSO = re.compile(rf"^{_LABEL}", re.I)
_LABEL_ALONE = re.compile(rf"^{_LABEL}\s*[:.]*\s*(?:>{{2,}}|»)?$", re.I)
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


@dataclass(slots=True)
class _Run:
    """Inline text met since the last block boundary."""

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


def flow(root: LexborNode, dropped: frozenset[str]) -> list[Paragraph | Figure]:
    """What `root` holds, in reading order; elements of the classes `dropped` left out.

    Raises TooDeep.
    """
    run = _Run()
    found = list(_walk(root, run, dropped, False, 0))
    found += run.take()
    return [e for e in found if not (isinstance(e, Paragraph) and is_read_also(e))]


def is_read_also(paragraph: Paragraph) -> bool:
    """Whether a paragraph only leads to another article."""
    if not _READ_ALSO.match(paragraph.text):
        return False
    if paragraph.is_linked or paragraph.text.startswith(">>"):
        return True
    return paragraph.unlinked != paragraph.text and bool(_LABEL_ALONE.match(paragraph.unlinked))


def is_dropped(node: LexborNode, names: frozenset[str], dropped: frozenset[str]) -> bool:
    """Whether an element, of the classes `names`, is one of `dropped`, an ad, or never text."""
    if node.tag in _SKIPPED_TAGS:
        return True
    attributes = node.attributes
    if (attributes.get("id") or "").startswith("ads") or "hidden" in attributes:
        return True
    if (style := attributes.get("style")) and _HIDDEN.search(style):
        return True
    if "notebox" in names:
        return "cms-note" not in names and _is_all_links(node)
    return not names.isdisjoint(dropped)


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


def _is_all_links(node: LexborNode) -> bool:
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
        elif is_dropped(child, names, dropped):
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
            yield from run.take()
            yield from _walk(child, run, dropped, in_link, depth + 1)
            yield from run.take()


def _row(row: LexborNode) -> Iterator[Paragraph | Figure]:
    for image in row.css("img"):
        yield Figure(image)
    cells = [clean(cell.text(deep=True, separator=" ")) for cell in row.css("td, th")]
    if text := " | ".join(cell for cell in cells if cell):
        yield Paragraph(text, text)
