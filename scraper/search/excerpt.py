"""The places of the words found in a text, and the piece of it to show."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scraper.lexicon.crossings import is_word
from scraper.search.match import Pattern, Place
from scraper.spelling import WORD, divisions, spell, unmark

TextSpan = tuple[int, int]  # first character, and the one after the last

WORDS_BEFORE = 8
WORDS_SHOWN = 32
CHARACTERS_SHOWN = 320  # a "word" may be a megabyte long
PLACES_COMPARED = 300  # of a word that fills a text, the first places will do
_BLANKS = str.maketrans("\n\r\t", "   ")


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A piece of an article's text, and the places of the words found in it."""

    text: str
    marks: tuple[TextSpan, ...] = ()
    source: str = ""  # which text it is from; "" if there is no text


@dataclass(frozen=True, slots=True)
class _Found:
    first: int  # number of the word in the text
    last: int
    pattern: int  # number of the pattern it fits


def marks(text: str, patterns: Sequence[Pattern]) -> tuple[TextSpan, ...]:
    """The places in `text` of words or phrases that fit one of `patterns`."""
    spans = [m.span() for m in WORD.finditer(text)]
    return _spans(_find(text, spans, patterns), spans)


def excerpt(texts: Iterable[tuple[str, str]], patterns: Sequence[Pattern]) -> Excerpt:
    """The piece of one of `texts` (name, text) that shows most of `patterns` close together.

    If nothing fits, the beginning of the first text that is not empty.
    """
    best, most = Excerpt(""), -1
    for source, text in texts:
        if not text:
            continue
        spans = [m.span() for m in WORD.finditer(text)]
        found = _find(text, spans, patterns)
        first, shown = _densest(found)
        if shown > most:
            best, most = _cut(source, text, spans, found, first), shown
    return best


def _find(text: str, spans: Sequence[TextSpan], patterns: Sequence[Pattern]) -> list[_Found]:
    spelled = WORD.findall(spell(text))
    folded = WORD.findall(unmark(" ".join(spelled)))
    divided = divisions(text)
    found = []
    for number, pattern in enumerate(patterns):
        # A word of the lexicon never reaches across a sign.
        is_whole = not pattern[-1].is_prefix and is_word([p.folded for p in pattern])
        for at in _places(pattern[0], spelled, folded):
            last = at + len(pattern) - 1
            if (
                last < len(spans)
                and all(p.takes(spelled[at + i], folded[at + i]) for i, p in enumerate(pattern))
                and not (is_whole and any(divided[at:last]))
            ):
                found.append(_Found(at, last, number))
    return sorted(found, key=lambda f: (f.first, f.last))


def _places(wanted: Place, spelled: Sequence[str], folded: Sequence[str]) -> list[int]:
    """The places of words that fit `wanted`."""
    words = spelled if wanted.spellings else folded
    whole = {word for word, begun in wanted.written if not begun}
    begun = tuple(word for word, begun in wanted.written if begun)
    return [
        at for at, word in enumerate(words) if word in whole or (begun and word.startswith(begun))
    ]


def _densest(found: Sequence[_Found]) -> tuple[int, int]:
    """The word to begin at, and how many different patterns the piece from there shows."""
    first, most = 0, 0
    found = found[:PLACES_COMPARED]
    for start in found:
        end = start.first + WORDS_SHOWN - WORDS_BEFORE
        shown = len({f.pattern for f in found if start.first <= f.first and f.last < end})
        if shown > most:
            first, most = max(0, start.first - WORDS_BEFORE), shown
    return first, most


def _cut(
    source: str, text: str, spans: Sequence[TextSpan], found: Sequence[_Found], first: int
) -> Excerpt:
    last = min(first + WORDS_SHOWN, len(spans)) - 1
    # To the very ends of a text, so that its signs are shown too.
    start = spans[first][0] if first else 0
    end = spans[last][1] if 0 <= last < len(spans) - 1 else len(text)
    end = min(end, start + CHARACTERS_SHOWN)
    before, after = "… " if start else "", " …" if end < len(text) else ""
    shift = len(before) - start
    within = tuple(
        (max(a, start) + shift, min(b, end) + shift)
        for a, b in _spans(found, spans)
        if b > start and a < end
    )
    return Excerpt(before + text[start:end].translate(_BLANKS) + after, within, source)


def _spans(found: Sequence[_Found], spans: Sequence[TextSpan]) -> tuple[TextSpan, ...]:
    """The stretches of text found; those that overlap or are side by side as one."""
    joined: list[list[int]] = []
    for f in found:
        if joined and f.first <= joined[-1][1] + 1:
            joined[-1][1] = max(joined[-1][1], f.last)
        else:
            joined.append([f.first, f.last])
    return tuple((spans[first][0], spans[last][1]) for first, last in joined)
