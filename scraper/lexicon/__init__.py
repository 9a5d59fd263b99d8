"""Which neighbouring syllables form one Vietnamese word, and how a query is cut into words.

Vietnamese writes a space between syllables, not between words. What a reader types without quotes
is cut here by the longest match from the left over three lists in the folder `words`:

    general.txt   the words of a dictionary       nông nghiệp, hợp tác xã
    places.txt    provinces, districts, communes  mường khương, nghĩa đô
    terms.txt     what those lack, by hand        nông thôn mới, séo mý tỷ

All three hold spelled text (see `scraper.spelling`). docs/searching.md says why these lists.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path

from scraper.spelling import agrees, is_bare, spell, unmark, words

VERSION = "words 2026.1"  # of the three lists; shown with every search, as counts depend on them
FOLDER = Path(__file__).with_name("words")
MADE = ("general.txt", "places.txt")  # by bench/make_words.py, spelled
BY_HAND = "terms.txt"

MAX_SYLLABLES = 4  # in one word
MAX_CUTS = 8  # more readings of one query would be guesses

Word = tuple[str, ...]  # its syllables, as typed
Cut = tuple[Word, ...]  # a run of syllables as words; a syllable of no word is a word of its own


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The known words of two to four syllables."""

    spellings: dict[str, str]  # folded word -> its spellings, one a line: "cong an" -> "công an"

    def holds(self, spelled: Sequence[str]) -> bool:
        """True if spelled syllables, with all, some or no marks typed, may be a known word."""
        known = self._alike(spelled)
        if all(map(is_bare, spelled)):
            return bool(known)
        return any(all(map(_may_be, spelled, word.split())) for word in known)

    def holds_as_typed(self, spelled: Sequence[str]) -> bool:
        """True if spelled syllables are a known word, with no mark to add."""
        return " ".join(spelled) in self._alike(spelled)

    def _alike(self, spelled: Sequence[str]) -> list[str]:
        """The known words that differ from `spelled` only in marks."""
        known = self.spellings.get(unmark(" ".join(spelled)))
        return known.split("\n") if known else []


@cache
def lexicon() -> Lexicon:
    """The lexicon of this version, read at the first call."""
    made = "\n".join((FOLDER / name).read_text(encoding="utf-8") for name in MADE)
    by_hand = spell((FOLDER / BY_HAND).read_text(encoding="utf-8"))
    lines = (line for text in (made, by_hand) for line in text.split("\n"))
    return _with_words({}, [line for line in lines if line and line[0] != "#"])


def with_names(known: Lexicon, names: Iterable[str]) -> Lexicon:
    """`known` with more names of two to four syllables, such as the aliases of config.toml."""
    spelled = [words(spell(name)) for name in names]
    wanted = [" ".join(name) for name in spelled if 1 < len(name) <= MAX_SYLLABLES]
    return _with_words(known.spellings, wanted)


def cuts(typed: Sequence[str], known: Lexicon) -> tuple[Cut, ...]:
    """The readings of a run of plain syllables, the longest match from the left first.

    `typed` has one syllable in each item, as typed: any case, any of its marks. Every cut has all
    of them, in order. After the first come the other cuts with equally few words, at most MAX_CUTS
    in all. `("học", "sinh", "học")` is học sinh · học and học · sinh học. No syllables, no cut.
    """
    if not typed:
        return ()
    lengths = _word_lengths([spell(syllable) for syllable in typed], known)
    fewest = _fewest_words(lengths)
    first = _longest_from_left(lengths)
    others: Iterable[list[int]] = ()
    if len(first) == fewest[0]:
        others = (way for way in _shortest_ways(lengths, fewest) if way != first)
    return tuple(_cut(typed, way) for way in (first, *islice(others, MAX_CUTS - 1)))


def show(cut: Cut) -> str:
    """A cut as a reader sees it: du lịch · sa pa."""
    return " · ".join(" ".join(word) for word in cut)


def _with_words(spellings: dict[str, str], added: list[str]) -> Lexicon:
    found = dict(spellings)
    folded = unmark("\n".join(added)).splitlines()  # in one call, as each has a cost
    for key, word in zip(folded, added, strict=True):
        found[key] = f"{found[key]}\n{word}" if key in found else word
    return Lexicon(found)


def _may_be(typed: str, syllable: str) -> bool:
    """True if `typed` is `syllable` with none, some or all of its marks; both spelled.

    As for single words (`half_typed`), a typed d is đ only among bare letters: dầu is not đầu.
    """
    if not agrees(typed, syllable):
        return False
    return is_bare(typed) or all(
        (t == "d") == (s == "d") for t, s in zip(typed, syllable, strict=True)
    )


def _word_lengths(spelled: list[str], known: Lexicon) -> list[list[int]]:
    """For each place: how many syllables the words have that begin there, the longest first.

    A reader who types marks means "cho" in "cho người dân", not "chợ" as in chợ người: marks are
    added only if that saves a word, as in "đang viên".
    """
    lengths = _fitting(spelled, known.holds)
    if not all(map(is_bare, spelled)):
        as_typed = _fitting(spelled, known.holds_as_typed)
        if len(_longest_from_left(as_typed)) <= len(_longest_from_left(lengths)):
            return as_typed
    return lengths


def _fitting(spelled: list[str], is_word: Callable[[Sequence[str]], bool]) -> list[list[int]]:
    found: list[list[int]] = []
    for at in range(len(spelled)):
        longest = min(MAX_SYLLABLES, len(spelled) - at)
        several = [n for n in range(longest, 1, -1) if is_word(spelled[at : at + n])]
        found.append([*several, 1])
    return found


def _longest_from_left(lengths: list[list[int]]) -> list[int]:
    way: list[int] = []
    at = 0
    while at < len(lengths):
        way.append(lengths[at][0])
        at += way[-1]
    return way


def _fewest_words(lengths: list[list[int]]) -> list[int]:
    """For each place, and for the end: the fewest words that the syllables from there make."""
    fewest = [0] * (len(lengths) + 1)
    for at in range(len(lengths) - 1, -1, -1):
        fewest[at] = 1 + min(fewest[at + n] for n in lengths[at])
    return fewest


def _shortest_ways(lengths: list[list[int]], fewest: list[int]) -> Iterator[list[int]]:
    """The cuts with the fewest words, as lengths of words; those with a longer first word first."""
    pending: list[tuple[int, list[int]]] = [(0, [])]
    while pending:
        at, way = pending.pop()
        if at == len(lengths):
            yield way
            continue
        for n in reversed(lengths[at]):
            if fewest[at + n] == fewest[at] - 1:
                pending.append((at + n, [*way, n]))


def _cut(typed: Sequence[str], way: list[int]) -> Cut:
    found: list[Word] = []
    at = 0
    for n in way:
        found.append(tuple(typed[at : at + n]))
        at += n
    return tuple(found)
