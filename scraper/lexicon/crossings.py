"""Words that are neighbours only across a sign, a paragraph or a field: no words at all.

FTS5 takes `công` and `an` for neighbours in `thi công, an toàn`. So the index has one more column
with such false words of each article, one term each, and a search for the word leaves those
articles out. A term starts with a private character that nobody types and no text holds.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import accumulate, chain, islice, pairwise

from scraper.lexicon import MAX_SYLLABLES, lexicon
from scraper.spelling import runs, unmark

_JOIN, _OF_FIELD = "\ue000", "\ue001"
# How many syllables a word of three or more may have before and after a division inside it.
_COUNTS = range(1, MAX_SYLLABLES)
_LONGER = [(n, m) for n in _COUNTS for m in _COUNTS if 2 < n + m <= MAX_SYLLABLES]
_DIVISION = " | "  # no word holds this sign


def is_word(folded: Sequence[str]) -> bool:
    """True if these syllables without marks are a word of the lexicon, with some marks."""
    return " ".join(folded) in lexicon().spellings


def crossing_term(syllables: Sequence[str], field: str = "") -> str:
    """The term for a false word, in any field of an article or in one."""
    start = f"{_JOIN}{field}{_OF_FIELD}" if field else _JOIN
    return start + _JOIN.join(syllables)


class DividedText:
    """A spelled text: its words, spelled and folded, and which of them signs divide."""

    def __init__(self, spelled: str) -> None:
        self._runs = runs(spelled)
        joined = _DIVISION.join(map(" ".join, self._runs))
        folded = unmark(joined)
        self.shown = f"{_DIVISION}{joined}{_DIVISION}{folded}{_DIVISION}"
        self.spelled = list(chain.from_iterable(self._runs))
        self.folded = folded.replace(_DIVISION, " ").split()

    def crossing(self) -> Iterator[str]:
        """Each known word, spelled and folded, with a division inside."""
        known, longer, folded = lexicon().spellings, _pairs_in_longer_words(), self.folded
        for at in islice(accumulate(map(len, self._runs)), max(0, len(self._runs) - 1)):
            pair = f"{folded[at - 1]} {folded[at]}"
            if pair in known:
                yield " ".join(self.spelled[at - 1 : at + 1])
                yield pair
            for before, after in _LONGER if pair in longer else ():
                span = slice(max(0, at - before), at + after)
                if (word := " ".join(folded[span])) in known:
                    yield " ".join(self.spelled[span])
                    yield word


@cache
def _pairs_in_longer_words() -> frozenset[str]:
    """The neighbouring syllables in words of three and more: few texts have such at a division."""
    longer = [word.split() for word in lexicon().spellings if word.count(" ") > 1]
    return frozenset(" ".join(two) for word in longer for two in pairwise(word))


def crossing_terms(fields: Mapping[str, Iterable[DividedText]]) -> list[str]:
    """The false words of an article, spelled and folded, for each field and for all together.

    `fields` are its texts: `{"title": [...], ...}`; the field "" has those that cannot be searched
    alone. A word that is also found whole in the field is no false one.
    """
    terms: set[str] = set()
    everything: list[DividedText] = []
    everywhere: set[str] = set()
    for field, texts in fields.items():
        read = list(texts)
        found = {word for text in read for word in text.crossing()}
        if field:
            terms.update(crossing_term(word.split(), field) for word in _false(found, read))
        everything += read
        everywhere |= found
    terms.update(crossing_term(word.split()) for word in _false(everywhere, everything))
    return sorted(terms)


def _false(found: set[str], texts: Sequence[DividedText]) -> list[str]:
    """Those of `found` that are nowhere whole in `texts`."""
    shown = "".join(text.shown for text in texts)
    return [word for word in found if f" {word} " not in shown]
