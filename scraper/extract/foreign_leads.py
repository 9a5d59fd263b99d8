"""Leads of other articles below a bare lead, as photo essays and infographics have them.

A main-text extractor that finds little text of the article itself takes what the page lists below
it: leads of current articles, years younger than the article. Nothing in a text capture separates
them from the article but what they speak of.
"""

import re
from collections.abc import Sequence

from scraper.extract.line_kinds import letters

# Characters; leads of the paper have 130 to 450, while an article's own paragraphs vary.
_LEAST = 120
_MOST_LINES = 8  # a capture with more is an article's
# Two captures of that kind: each of 4 foreign leads shares at most 1 pair of syllables with the
# article's own lead. In 12 captures of articles one of the paragraphs shares 4 or more.
_MOST_SHARED = 2
# Pairs of syllables that any two articles of this paper may share.
_COMMON = frozenset(
    "lao cai|nguoi dan|du khach|dia phuong|dia ban|viet nam|thoi gian|yen bai|sa pa|tinh lao"
    "|thanh pho|tren dia|trong nhung|nhung nam|cua tinh".split("|")
)


def are_foreign(own: str, lines: Sequence[str]) -> bool:
    """Whether `lines`, all that follows the lead, are other articles' leads.

    `own`: the lead, and the headline or the words of the address.
    """
    whole = lines[:-1]  # the capture may end within the last one
    if not 2 <= len(lines) <= _MOST_LINES or any(len(line) < _LEAST for line in whole):
        return False
    spoken_of = _pairs(own)
    return all(len(spoken_of & _pairs(line)) <= _MOST_SHARED for line in lines)


def _pairs(text: str) -> set[str]:
    """The pairs of neighbouring syllables, without marks: most Vietnamese words are such pairs."""
    syllables = [letters(syllable) for syllable in re.findall(r"\w+", text)]
    pairs = zip(syllables, syllables[1:], strict=False)
    return {f"{first} {second}" for first, second in pairs} - _COMMON
