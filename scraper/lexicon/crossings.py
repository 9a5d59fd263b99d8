"""Words that are neighbours only across a sign, a paragraph or a field: no words at all.

FTS5 takes `công` and `an` for neighbours in `thi công, an toàn`. So the index has one more column
with such false words of each article, one term each, and a search for the word leaves those
articles out. A term starts with a private character that nobody types and no text holds.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from scraper.lexicon import MAX_SYLLABLES, lexicon
from scraper.spelling import divisions, spell, unmark, words

_JOIN, _OF_PLACE = "\ue000", "\ue001"
_SIGN = "|"


def is_word(folded: Sequence[str]) -> bool:
    """True if these syllables without marks are a word of the lexicon, with some marks."""
    return " ".join(folded) in lexicon().spellings


def crossing_term(syllables: Sequence[str], place: str = "") -> str:
    """The term for a false word, in any place of an article or in one."""
    start = f"{_JOIN}{place}{_OF_PLACE}" if place else _JOIN
    return start + _JOIN.join(syllables)


def crossing_terms(places: Mapping[str, Iterable[str]]) -> list[str]:
    """The false words of an article, spelled and folded, for each place and for all together.

    `places` are its printed texts: `{"title": [...], ...}`; the place "" has those that cannot be
    searched alone. A word that is also found whole in the place is no false one.
    """
    terms: set[str] = set()
    everything: list[_Text] = []
    everywhere: set[tuple[str, ...]] = set()
    for place, texts in places.items():
        read = [_Text(text) for text in texts if text]
        found = {window for text in read for window in text.crossing()}
        if place:
            terms.update(crossing_term(w, place) for w in _false(found, read))
        everything += read
        everywhere |= found
    terms.update(crossing_term(w) for w in _false(everywhere, everything))
    return sorted(terms)


class _Text:
    """A printed text, cut into spelled and folded words."""

    def __init__(self, text: str) -> None:
        self.spelled = words(spell(text))
        self.folded = words(unmark(" ".join(self.spelled)))
        self.divided = divisions(text)

    def crossing(self) -> Iterator[tuple[str, ...]]:
        """Each known word, spelled and folded, with a division inside."""
        known, folded, last = lexicon().spellings, self.folded, len(self.folded)
        for at in (n for n, is_divided in enumerate(self.divided) if is_divided):
            for first in range(max(0, at - MAX_SYLLABLES + 2), at + 1):
                for end in range(at + 2, min(first + MAX_SYLLABLES, last) + 1):
                    if " ".join(folded[first:end]) in known:
                        yield tuple(self.spelled[first:end])
                        yield tuple(folded[first:end])

    def shown(self) -> str:
        """The words in both forms, a sign for each division."""
        lines = []
        for form in (self.spelled, self.folded):
            line = [_SIGN]
            for word, is_divided in zip(form, [*self.divided, True], strict=False):
                line += [word, _SIGN] if is_divided else [word]
            lines.append(" ".join(line))
        return " ".join(lines)


def _false(found: set[tuple[str, ...]], texts: Sequence[_Text]) -> Iterator[tuple[str, ...]]:
    """Those of `found` that are nowhere whole in `texts`."""
    if not found:
        return
    shown = " ".join(text.shown() for text in texts)
    yield from (window for window in found if f" {' '.join(window)} " not in shown)
