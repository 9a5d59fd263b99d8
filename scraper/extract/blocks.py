"""What an element of a page holds: paragraphs and photos in reading order, and what is left out."""

import re
from typing import NamedTuple

from selectolax.lexbor import LexborNode

from scraper.extract.nodes import is_article_address, text_of

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
    if is_list_heading(text):
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
