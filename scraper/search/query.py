"""What a reader typed into the search box -> what to ask the index.

    đảng viên       both words; letters typed with marks count, bare ones match any marks
    "đảng viên"     the words side by side
    đảng*           words that begin so
    -họp            none with this word
    15/2020/NĐ-CP   words joined by signs stand side by side

Nothing that can be typed is an error: what is no word is passed over.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import prod

from scraper.archive.tables import AS_WRITTEN
from scraper.spelling import (
    agrees,
    half_typed,
    is_bare,
    loosely_typed,
    spell,
    unmark,
    words,
)

MAX_WORDS = 64  # more are passed over, and Query.dropped says so
MAX_PHRASES = 256  # spellings of one phrase asked for side by side

_PART = re.compile(r'(-?)(?:"([^"]*)"?|([^\s"]+))(\*?)')
_QUOTES = str.maketrans("“”„«»″", '""""""')


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words side by side, spelled; one word is a phrase too."""

    words: tuple[str, ...]
    is_prefix: bool = False  # the last word is only the beginning of one


Alternatives = tuple[Phrase, ...]  # a name written in more than one way; the typed one first


@dataclass(frozen=True, slots=True)
class Query:
    """What was typed, read."""

    include: tuple[Alternatives, ...] = ()
    exclude: tuple[Alternatives, ...] = ()
    is_blank: bool = True  # nothing typed: everything is meant; but "?!" means nothing
    dropped: int = 0  # words past MAX_WORDS


Aliases = tuple[tuple[tuple[str, ...], ...], ...]  # names, each in its forms, each in its words


def read_aliases(lines: tuple[str, ...]) -> Aliases:
    """Lines like "Sapa = Sa Pa", as the query reader wants them."""
    return tuple(tuple(_spelled_words(form) for form in line.split("=")) for line in lines)


def read_query(text: str, aliases: Aliases = ()) -> Query:
    """`text` as a Query; raises nothing."""
    text = "".join(c for c in text if unicodedata.category(c) != "Cf").translate(_QUOTES)
    include: list[Phrase] = []
    exclude: list[Phrase] = []
    taken = dropped = 0
    for minus, quoted, bare, star in _PART.findall(text):
        is_prefix = (quoted + bare + star).rstrip().endswith("*")
        found = _spelled_words(quoted or bare, is_prefix)
        dropped += max(0, taken + len(found) - MAX_WORDS)
        found = found[: MAX_WORDS - taken]
        taken += len(found)
        if found:
            (exclude if minus or bare.startswith("-") else include).append(Phrase(found, is_prefix))
    return Query(
        include=tuple(_named(include, aliases)),
        exclude=tuple(_named(exclude, aliases)),
        is_blank=not text.strip(),
        dropped=dropped,
    )


def _spelled_words(text: str, is_prefix: bool = False) -> tuple[str, ...]:
    spelled = words(spell(text))
    if is_prefix:  # "ky*" begins kỳ and kyoto; its spelling as a whole word, ki, would begin kinh
        spelled[-1:] = [w.lower() for w in words(text)[-1:]]
    return tuple(spelled)


def _named(phrases: list[Phrase], aliases: Aliases) -> Iterator[Alternatives]:
    """Each phrase with the other ways to write the names in it; split names joined first."""
    at = 0
    while at < len(phrases):
        joined = _joined_name(phrases[at:], aliases)
        if joined:
            at += len(joined.words)
            yield _alternatives(joined, aliases)
        else:
            yield _alternatives(phrases[at], aliases)
            at += 1


def _joined_name(phrases: list[Phrase], aliases: Aliases) -> Phrase | None:
    """The name of several words that `phrases`, typed without quotes, begin with."""
    singles = []
    for phrase in phrases:
        if len(phrase.words) > 1 or phrase.is_prefix:
            break
        singles.append(phrase.words[0])
    forms = [form for name in aliases for form in name if len(form) > 1]
    fitting = [form for form in forms if _agree(tuple(singles[: len(form)]), form)]
    longest = max(map(len, fitting), default=0)
    return Phrase(tuple(singles[:longest])) if longest else None


def _alternatives(phrase: Phrase, aliases: Aliases) -> Alternatives:
    found = {phrase: None}
    for name in aliases:
        for form in name:
            for at in range(len(phrase.words) - len(form) + 1):
                typed = phrase.words[at : at + len(form)]
                ends_in_prefix = phrase.is_prefix and at + len(form) == len(phrase.words)
                if _agree(typed, form) and not ends_in_prefix:
                    for other in name:
                        # A name typed bare is meant bare in its other forms too.
                        bare = all(map(is_bare, typed))
                        new = tuple(map(unmark, other)) if bare else other
                        swapped = phrase.words[:at] + new + phrase.words[at + len(form) :]
                        found[Phrase(swapped, phrase.is_prefix)] = None
    return tuple(found)


def _agree(typed: tuple[str, ...], form: tuple[str, ...]) -> bool:
    return len(typed) == len(form) and all(map(agrees, typed, form))


@dataclass(frozen=True, slots=True)
class Place:
    """The words that may stand at one place of a phrase."""

    folded: str  # what was typed, without marks
    spellings: tuple[str, ...] = ()  # spelled words, any of them; () for any with these letters
    is_prefix: bool = False  # words beginning with one of these
    whole: tuple[str, ...] = ()  # of a prefix: words that begin as typed, but are spelled otherwise

    @property
    def written(self) -> tuple[tuple[str, bool], ...]:
        """The words of the index that may stand here, and whether each is only a beginning."""
        begun = self.spellings or (self.folded,)
        return (*((w, self.is_prefix) for w in begun), *((w, False) for w in self.whole))

    def takes(self, spelled: str, folded: str) -> bool:
        """Whether a word, spelled and folded, may stand here."""
        word = spelled if self.spellings else folded
        return any(
            word.startswith(wanted) if begun else word == wanted for wanted, begun in self.written
        )


Pattern = tuple[Place, ...]  # a phrase, with what each of its places takes


@dataclass(frozen=True, slots=True)
class Resolved:
    """A Query in words that the archive holds."""

    include: tuple[tuple[Pattern, ...], ...]
    exclude: tuple[tuple[Pattern, ...], ...]


Occurs = Callable[[str, bool], bool]  # (spelled word, is it only a beginning) -> in the archive?


def resolve(query: Query, occurs: Occurs) -> Resolved:
    """`query`, with each half-typed word replaced by the words of the archive it stands for."""
    return Resolved(
        tuple(tuple(_pattern(p, occurs) for p in either) for either in query.include),
        tuple(tuple(_pattern(p, occurs) for p in either) for either in query.exclude),
    )


def _pattern(phrase: Phrase, occurs: Occurs) -> Pattern:
    last = len(phrase.words) - 1
    return tuple(
        _place(word, phrase.is_prefix and at == last, occurs)
        for at, word in enumerate(phrase.words)
    )


def _place(typed: str, is_prefix: bool, occurs: Occurs) -> Place:
    spellings: tuple[str, ...] = ()
    if not is_bare(typed):
        spellings = (
            _held(half_typed(typed), is_prefix, occurs)
            or _held(loosely_typed(typed), is_prefix, occurs)
            or (typed,)
        )
    begun = spellings or (typed,)
    whole = {spell(b + end) for b in begun for end in ("", "a", "e", "y")} if is_prefix else set()
    return Place(
        unmark(typed),
        spellings,
        is_prefix,
        tuple(sorted(w for w in whole if not w.startswith(begun))),
    )


def _held(spellings: tuple[str, ...], is_prefix: bool, occurs: Occurs) -> tuple[str, ...]:
    return tuple(s for s in spellings if occurs(s, is_prefix))


def match_expression(
    resolved: Resolved, occurs: Occurs, columns: tuple[str, ...] = AS_WRITTEN
) -> str:
    """What to MATCH in `articles_fts`; "" where nothing is asked for (see `exclusion`)."""
    include = [_any_of(either, columns, occurs) for either in resolved.include]
    if not include:
        return ""
    wanted = " AND ".join(include)
    unwanted = exclusion(resolved, occurs, columns)
    return f"({wanted}) NOT ({unwanted})" if unwanted else wanted


def exclusion(resolved: Resolved, occurs: Occurs, columns: tuple[str, ...] = AS_WRITTEN) -> str:
    """What an article must not MATCH; "" where nothing is excluded."""
    return " OR ".join(_any_of(either, columns, occurs) for either in resolved.exclude)


def typed_expression(query: Query, columns: tuple[str, ...] = AS_WRITTEN) -> str:
    """What to MATCH for the articles that have every whole word exactly as typed; "" for none."""
    return " AND ".join(
        f"{{{' '.join(columns)}}} : {_quoted(either[0].words, False)}"
        for either in query.include
        if not either[0].is_prefix
    )


Beginning = Callable[[str], tuple[str, ...] | None]  # the words of the archive that begin so


def expand(resolved: Resolved, beginning: Beginning) -> Resolved:
    """`resolved`, with words that stand alone and are but begun replaced by those in the archive.

    Not where `beginning` gives None, as they are too many to name. Naming them is faster: the
    index gathers all places of all words that begin so before it gives one.
    """

    def expanded(pattern: Pattern) -> Pattern:
        place = pattern[0]
        if len(pattern) > 1 or not place.is_prefix:
            return pattern
        begun = [beginning(word) for word in place.spellings or (place.folded,)]
        if None in begun:
            return pattern
        whole = {word for found in begun if found for word in found}
        return (replace(place, is_prefix=False, whole=(*place.whole, *sorted(whole))),)

    return Resolved(
        *(
            tuple(tuple(map(expanded, either)) for either in phrases)
            for phrases in (resolved.include, resolved.exclude)
        )
    )


def is_as_typed(resolved: Resolved, query: Query) -> bool:
    """Whether whatever matches has every word just as typed: none is bare, none has a variant."""
    return all(
        len(either) == 1
        and all(
            place.written == ((word, False),) and place.spellings
            for place, word in zip(either[0], phrases[0].words, strict=True)
        )
        for either, phrases in zip(resolved.include, query.include, strict=True)
    )


def _any_of(either: tuple[Pattern, ...], columns: tuple[str, ...], occurs: Occurs) -> str:
    return "(" + " OR ".join(_phrase(pattern, columns, occurs) for pattern in either) + ")"


def _phrase(pattern: Pattern, columns: tuple[str, ...], occurs: Occurs) -> str:
    folded = _side_by_side([Place(p.folded, (), p.is_prefix, p.whole).written for p in pattern])
    if not any(place.spellings for place in pattern):
        return _in_columns(columns, "_folded", folded)
    choices = [_every_spelling(place, occurs).written for place in pattern]
    if prod(map(len, choices)) <= MAX_PHRASES:
        return _in_columns(columns, "", _side_by_side(choices))
    # Too many spellings to ask for each: the phrase without marks, and its marked words anywhere.
    marked = [_in_columns(columns, "", _side_by_side([p.written])) for p in pattern if p.spellings]
    return "(" + " AND ".join([_in_columns(columns, "_folded", folded), *marked]) + ")"


def _every_spelling(place: Place, occurs: Occurs) -> Place:
    """`place` with its spellings in the archive listed, where it takes any with its letters."""
    if place.spellings:
        return place
    held = _held(loosely_typed(place.folded), place.is_prefix, occurs)
    return replace(place, spellings=held or (place.folded,))


def _side_by_side(choices: Sequence[tuple[tuple[str, bool], ...]]) -> str:
    """Each phrase that takes one of the words at each place, any of them."""
    return " OR ".join(
        _quoted(tuple(word for word, _ in chosen), chosen[-1][1]) for chosen in product(*choices)
    )


def _in_columns(columns: tuple[str, ...], suffix: str, expression: str) -> str:
    if columns == AS_WRITTEN:
        # Bare words that stand in a column as written stand in its folded one too, and words with
        # marks in none that is folded: without naming columns the same is found, in half the time.
        return f"({expression})"
    return "{" + " ".join(c + suffix for c in columns) + "} : (" + expression + ")"


def _quoted(chosen: tuple[str, ...], is_prefix: bool) -> str:
    return '"' + " ".join(chosen) + '"' + (" *" if is_prefix else "")
