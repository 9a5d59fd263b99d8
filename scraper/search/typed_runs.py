"""What was typed, in runs of syllables: sides of OR, quotes, minus signs, words joined by signs.

AND, OR and NOT are read in capitals only: no Vietnamese syllable is spelled and or or.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from scraper.spelling import is_bare, spell, words

MAX_WORDS = 64  # more are passed over, and Query.dropped says so

_PART = re.compile(r'(-?)(?:"([^"]*)"?|([^\s"]+))(\*?)')
_OPERATORS = ("AND", "OR", "NOT")
_FIRST = re.compile(r"[^\W_]")  # a plain syllable starts and ends without a sign
_LAST = re.compile(r"[^\W_][\u0300-\u036f]*\Z")
_QUOTES = str.maketrans("“”„«»″", '""""""')


@dataclass(frozen=True, slots=True)
class Phrase:
    """Syllables side by side, spelled; one is a phrase too."""

    words: tuple[str, ...]
    is_prefix: bool = False  # the last one is only the beginning of one
    exact: tuple[bool, ...] = ()  # for each: True if no mark is missing; () if any may be


@dataclass(frozen=True, slots=True)
class TypedToken:
    """What is between blanks, or in quotes."""

    quoted: str  # without its quotes; "" if it has none
    bare: str
    syllables: tuple[str, ...]  # spelled; () of a sign
    is_excluded: bool
    is_prefix: bool


@dataclass(frozen=True, slots=True)
class TypedRun:
    """Plain syllables one after the other, as typed; or a phrase that is not cut."""

    typed: tuple[str, ...] = ()
    phrase: Phrase | None = None
    shown: str = ""  # of the phrase
    is_excluded: bool = False  # the first word of it, or the phrase
    has_marks: bool = False  # somewhere on its side of the query


def sides_of(text: str) -> list[list[TypedToken]]:
    """What is on each side of an OR; one side, empty, if nothing was typed.

    AND, OR and NOT are words unless another word follows; AND and OR unless one came before too.
    """
    text = "".join(c for c in text if unicodedata.category(c) != "Cf").translate(_QUOTES)
    found = [
        (*parts, spelled_words(parts[1] or parts[2], _is_begun(*parts)))
        for parts in _PART.findall(text)
    ]
    last = max((at for at, (*_, syllables) in enumerate(found) if syllables), default=0)
    sides: list[list[TypedToken]] = [[]]
    follows = is_negated = False  # a word came before; a NOT did
    for at, (minus, quoted, bare, star, syllables) in enumerate(found):
        operator = minus + bare + star
        if operator in _OPERATORS and at < last and (follows or operator == "NOT"):
            syllables, is_negated = (), operator == "NOT"
            if operator == "OR":
                sides.append([])
        is_excluded = bool(minus) or bare.startswith("-") or is_negated
        is_begun = _is_begun(minus, quoted, bare, star)
        sides[-1].append(TypedToken(quoted, bare, syllables, is_excluded, is_begun))
        follows |= bool(syllables)
        is_negated &= not syllables
    return sides


def _is_begun(minus: str, quoted: str, bare: str, star: str) -> bool:
    """True if the last word is only the beginning of one."""
    return (quoted + bare + star).rstrip().endswith("*")


def runs_of(tokens: Sequence[TypedToken], most: int = MAX_WORDS) -> list[TypedRun]:
    """The runs of one side of a query, of its first `most` words."""
    found: list[TypedRun] = []
    has_marks = not all(is_bare(syllable) for token in tokens for syllable in token.syllables)
    is_open = False  # the last run may go on
    for token in tokens:
        syllables, bare = token.syllables[: max(0, most)], token.bare
        most -= len(syllables)
        typed = tuple(words(bare))
        if not syllables:
            is_open = False  # a sign between blanks
        elif len(syllables) == len(typed) == 1 and not token.is_prefix:
            if is_open and not token.is_excluded and _FIRST.match(bare):
                found[-1] = replace(found[-1], typed=found[-1].typed + typed)
            else:
                found.append(TypedRun(typed, None, "", token.is_excluded, has_marks))
            is_open = bool(_LAST.search(bare))
        else:
            shown = f'"{" ".join(token.quoted.split())}"' if token.quoted else bare.lstrip("-")
            phrase = Phrase(syllables, token.is_prefix)
            found.append(TypedRun((), phrase, shown, token.is_excluded, has_marks))
            is_open = False
    return found


def spelled_words(text: str, is_prefix: bool = False) -> tuple[str, ...]:
    """The words of a text as the index has them; the last one as typed if it is a beginning."""
    spelled = words(spell(text))
    if is_prefix:  # "ky*" begins kỳ and kyoto; its spelling as a whole word, ki, would begin kinh
        spelled[-1:] = [w.lower() for w in words(text)[-1:]]
    return tuple(spelled)
