"""What an element of a page holds: paragraphs and photos in reading order, and what is left out."""

from dataclasses import dataclass

from selectolax.lexbor import LexborNode

from scraper.extract.nodes import text_of


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Text between two block boundaries."""

    text: str
    unlinked: str  # what of it stands outside links
    holder: LexborNode | None = None  # the block in which it begins
    is_bold: bool = False  # all of it
    is_slanted: bool = False  # all of it
    image: LexborNode | None = None  # the photo that stands in it, before its text

    @property
    def is_linked(self) -> bool:
        """Whether all of it, signs aside, is link text."""
        return self.unlinked != self.text and not any(sign.isalnum() for sign in self.unlinked)


@dataclass(frozen=True, slots=True)
class Figure:
    """A photo, or a player: the element that holds it and its caption."""

    node: LexborNode
    is_player: bool = False
    is_guess: bool = False  # whether what stands with the photo is its caption by guess
    below: str = ""  # the caption, where it stands in no element of the photo's


@dataclass(frozen=True, slots=True)
class Excluded:
    """What is part of no text, and the rule that says so."""

    rule: str  # "read also", "ad", ".article__social"
    what: LexborNode | Paragraph
    at: int = 0  # how many parts stand before it

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

    @property
    def paragraphs(self) -> list[Paragraph]:
        """The paragraphs among the parts."""
        return [part for part in self.parts if isinstance(part, Paragraph)]


def is_linked(part: Paragraph | Figure | LexborNode) -> bool:
    """Whether it is a paragraph that is all link text."""
    return isinstance(part, Paragraph) and part.is_linked
