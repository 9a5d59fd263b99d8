"""A query, in the words that the archive holds, as what `articles_fts` must MATCH."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import prod

from scraper.archive.tables import AS_WRITTEN, FIELDS
from scraper.lexicon.crossings import crossing_term, is_word
from scraper.search.query import Alternatives, Part, Query, Reading
from scraper.search.typed_runs import Phrase
from scraper.spelling import half_typed, is_bare, loosely_typed, spell, unmark

MAX_PHRASES = 256  # spellings of one phrase asked for side by side


@dataclass(frozen=True, slots=True)
class Place:
    """The words that fit at one place of a phrase."""

    folded: str  # what was typed, without marks
    spellings: tuple[str, ...] = ()  # spelled words, any of them; () for any with these letters
    is_prefix: bool = False  # words beginning with one of these
    whole: tuple[str, ...] = ()  # of a prefix: words that start as typed, but are spelled otherwise

    @property
    def written(self) -> tuple[tuple[str, bool], ...]:
        """The words of the index that fit here; with each, True if it is only a beginning."""
        begun = self.spellings or (self.folded,)
        return (*((w, self.is_prefix) for w in begun), *((w, False) for w in self.whole))

    def takes(self, spelled: str, folded: str) -> bool:
        """True if a word, spelled and folded, fits here."""
        word = spelled if self.spellings else folded
        return any(
            word.startswith(wanted) if begun else word == wanted for wanted, begun in self.written
        )


Pattern = tuple[Place, ...]  # a phrase, with what each of its places takes


ReadingPatterns = tuple[tuple[Pattern, ...], ...]  # words, each in its alternatives


@dataclass(frozen=True, slots=True)
class ResolvedSide:
    """A Side of a query in words that the archive holds."""

    include: tuple[tuple[ReadingPatterns, ...], ...]  # of each part, in each way to read it
    exclude: tuple[ReadingPatterns, ...]


Resolved = tuple[ResolvedSide, ...]  # a Query in words that the archive holds

Occurs = Callable[[str, bool], bool]  # (spelled word, is it only a beginning) -> in the archive?


def resolve(query: Query, occurs: Occurs) -> Resolved:
    """`query`, with each half-typed word replaced by the words of the archive it may mean."""

    def patterns(reading: Reading) -> ReadingPatterns:
        return tuple(tuple(_pattern(p, occurs) for p in either) for either in reading)

    return tuple(
        ResolvedSide(
            tuple(tuple(map(patterns, part.readings)) for part in side.include),
            tuple(patterns(part.readings[0]) for part in side.exclude),
        )
        for side in query.sides
    )


def with_readings_held(query: Query, occurs: Occurs, is_held: Callable[[str], bool]) -> Query:
    """`query` without the second readings that have a word which no article holds.

    If some word of the first reading is in no article, the first reading is kept alone. `is_held`
    is true if an article fits an expression.
    """

    def is_read(reading: Reading) -> bool:
        return all(
            is_held(_any_of(tuple(_pattern(p, occurs) for p in either), "", occurs))
            for either in reading
        )

    def chosen(part: Part) -> Part:
        if len(part.readings) == 1:
            return part
        held = [n for n, reading in enumerate(part.readings) if is_read(reading)]
        kept = held if held[:1] == [0] else [0]
        return Part(tuple(part.readings[n] for n in kept), tuple(part.shown[n] for n in kept))

    sides = (replace(side, include=tuple(map(chosen, side.include))) for side in query.sides)
    return replace(query, sides=tuple(sides))


def _pattern(phrase: Phrase, occurs: Occurs) -> Pattern:
    last = len(phrase.words) - 1
    return tuple(
        Place(unmark(word), (word,))
        if phrase.exact and phrase.exact[at]
        else _place(word, phrase.is_prefix and at == last, occurs)
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


def match_expression(resolved: Resolved, occurs: Occurs, field: str = "") -> str:
    """What to MATCH in `articles_fts`; "" if nothing is asked for (see `exclusion`).

    `field` is one of FIELDS, if the words must be there.
    """
    sides = [found for side in resolved if (found := _side_expression(side, occurs, field))]
    return sides[0] if len(sides) == 1 else " OR ".join(f"({side})" for side in sides)


def _side_expression(side: ResolvedSide, occurs: Occurs, field: str) -> str:
    include = [
        "(" + " OR ".join(_all_of(reading, field, occurs) for reading in part) + ")"
        for part in side.include
    ]
    if not include:
        return ""
    wanted = " AND ".join(include)
    unwanted = exclusion((side,), occurs, field)
    return f"({wanted}) NOT ({unwanted})" if unwanted else wanted


def exclusion(resolved: Resolved, occurs: Occurs, field: str = "") -> str:
    """What an article must not MATCH, if there is one side; "" if nothing is excluded."""
    return " OR ".join(
        _all_of(reading, field, occurs) for side in resolved for reading in side.exclude
    )


def typed_expression(query: Query, field: str = "") -> str:
    """What to MATCH for the articles that have every whole word exactly as typed; "" for none."""
    columns = " ".join(FIELDS.get(field, AS_WRITTEN))
    sides = (
        " AND ".join(
            f"{{{columns}}} : {_quoted(either[0].words, False)}"
            for part in side.include
            for either in part.readings[0]
            if not either[0].is_prefix
        )
        for side in query.sides
    )
    return " OR ".join(f"({side})" for side in sides if side)


Beginning = Callable[[str], tuple[str, ...] | None]  # the archive's words with a beginning


def expand(resolved: Resolved, beginning: Beginning) -> Resolved:
    """`resolved`, with single beginnings of words replaced by the words in the archive.

    A beginning stays if `beginning` gives None: its words are too many to name. Naming them is
    faster: the index gathers all places of all words with a beginning before it gives one.
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

    def all_expanded(reading: ReadingPatterns) -> ReadingPatterns:
        return tuple(tuple(map(expanded, either)) for either in reading)

    return tuple(
        ResolvedSide(
            tuple(tuple(map(all_expanded, part)) for part in side.include),
            tuple(map(all_expanded, side.exclude)),
        )
        for side in resolved
    )


def is_as_typed(resolved: Resolved, query: Query) -> bool:
    """True if what matches has every word just as typed: none is bare, none has a variant."""
    return all(
        len(readings) == 1 and all(map(_is_typed, readings[0], part.readings[0]))
        for found, side in zip(resolved, query.sides, strict=True)
        for readings, part in zip(found.include, side.include, strict=True)
    )


def _is_typed(either: tuple[Pattern, ...], phrases: Alternatives) -> bool:
    return len(either) == 1 and all(
        place.written == ((word, False),) and place.spellings
        for place, word in zip(either[0], phrases[0].words, strict=True)
    )


def _all_of(reading: ReadingPatterns, field: str, occurs: Occurs) -> str:
    return "(" + " AND ".join(_any_of(either, field, occurs) for either in reading) + ")"


def _any_of(either: tuple[Pattern, ...], field: str, occurs: Occurs) -> str:
    return "(" + " OR ".join(_pattern_expression(p, field, occurs) for p in either) + ")"


def _pattern_expression(pattern: Pattern, field: str, occurs: Occurs) -> str:
    folded = [Place(p.folded, (), p.is_prefix, p.whole).written for p in pattern]
    if not any(p.spellings for p in pattern):
        return _side_by_side(folded, field, "_folded")
    choices = [_every_spelling(p, occurs).written for p in pattern]
    if prod(map(len, choices)) <= MAX_PHRASES:
        return _side_by_side(choices, field, "")
    # Too many spellings to ask for each: the phrase without marks, and its marked words anywhere.
    marked = [_side_by_side([p.written], field, "") for p in pattern if p.spellings]
    return "(" + " AND ".join([_side_by_side(folded, field, "_folded"), *marked]) + ")"


def _every_spelling(place: Place, occurs: Occurs) -> Place:
    """`place` with its spellings in the archive listed, if it takes any with its letters."""
    if place.spellings:
        return place
    held = _held(loosely_typed(place.folded), place.is_prefix, occurs)
    return replace(place, spellings=held or (place.folded,))


def _side_by_side(choices: Sequence[tuple[tuple[str, bool], ...]], field: str, suffix: str) -> str:
    """Each phrase that takes one of the words at each place, any of them."""
    return " OR ".join(
        _neighbours(tuple(word for word, _ in chosen), chosen[-1][1], suffix, field)
        for chosen in product(*choices)
    )


def _neighbours(syllables: tuple[str, ...], is_prefix: bool, suffix: str, field: str) -> str:
    # Bare words that are in a column as written are in its folded one too, and words with marks
    # in none that is folded: without naming columns the same is found, in half the time. But bare
    # words that are exact must be in a column as written.
    is_exact = not suffix and all(map(is_bare, syllables))
    named = FIELDS.get(field, AS_WRITTEN if is_exact else ())
    columns = " ".join(f"{column}{suffix}" for column in named)
    phrase = _quoted(syllables, is_prefix)
    found = f"{{{columns}}} : {phrase}" if columns else phrase
    if len(syllables) > 1 and not is_prefix and is_word(unmark(" ".join(syllables)).split()):
        # A word never reaches across a sign.
        found = f'({found}) NOT "{crossing_term(syllables, field)}"'
    return f"({found})"


def _quoted(chosen: tuple[str, ...], is_prefix: bool) -> str:
    return '"' + " ".join(chosen) + '"' + (" *" if is_prefix else "")
