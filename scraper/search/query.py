"""What a reader typed into the search box -> what to ask the index.

    du lịch sa pa   the words du lịch and sa pa (scraper/lexicon), each as neighbours, anywhere
    đảng viên       letters typed with marks count; bare ones match any marks, but not in a word
                    that the lexicon has just so: công an is not công ăn, cong an may be
    "đảng viên"     the syllables side by side
    đảng*           words that start with it
    -du lịch        none with this word
    15/2020/NĐ-CP   words joined by signs are side by side
    a OR b          what a alone finds, and what b alone finds; AND and NOT (as -) in capitals too

Nothing that can be typed is an error: what is no word is passed over. The lexicon's lists, files of
this package, are read at the first call; nothing else outside is touched.
"""

from dataclasses import dataclass, replace
from functools import cache

from scraper.lexicon import Cut, Lexicon, cuts, lexicon, show, with_names
from scraper.search.typed_runs import MAX_WORDS, Phrase, TypedRun, runs_of, sides_of, spelled_words
from scraper.spelling import agrees, is_bare, unmark

Alternatives = tuple[Phrase, ...]  # a name written in more than one way; the typed one first
Reading = tuple[Alternatives, ...]  # words, all of which must be there


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a query, in each way that it can be cut into words."""

    readings: tuple[Reading, ...]  # the longest match first
    shown: tuple[str, ...]  # each reading as a reader sees it: du lịch · sa pa


@dataclass(frozen=True, slots=True)
class Side:
    """What was typed on one side of OR; without an OR, all that was typed."""

    include: tuple[Part, ...] = ()  # never empty if there are other sides
    exclude: tuple[Part, ...] = ()  # one reading each

    @property
    def read_as(self) -> str:
        """How it was read: `du lịch · sa pa`; other readings behind a stroke."""
        wanted = [" / ".join(part.shown) for part in self.include]
        return " · ".join([*wanted, *(f"-{part.shown[0]}" for part in self.exclude)])


@dataclass(frozen=True, slots=True)
class Query:
    """What was typed, read."""

    sides: tuple[Side, ...] = ()  # any of which an article must fit; none if no word was typed
    is_blank: bool = True  # nothing typed: everything is meant; but "?!" means nothing
    dropped: int = 0  # words past MAX_WORDS

    def means_as(self, other: "Query") -> bool:
        """True if both find the same articles, as `"du lịch"` and `du lịch` do."""
        ours, theirs = (
            [(_readings(side.include), _readings(side.exclude)) for side in query.sides]
            for query in (self, other)
        )
        return ours == theirs

    @property
    def read_as(self) -> str:
        """How it was read: `du lịch · sa pa OR bắc hà`."""
        return " OR ".join(side.read_as for side in self.sides)


def _readings(parts: tuple[Part, ...]) -> list[set[frozenset[Alternatives]]]:
    """The words of each part, in each reading; those of parts read in one way as parts alone."""
    single = [
        {frozenset([either])}
        for part in parts
        if len(part.readings) == 1
        for either in part.readings[0]
    ]
    return single + [set(map(frozenset, p.readings)) for p in parts if len(p.readings) > 1]


Aliases = tuple[tuple[tuple[str, ...], ...], ...]  # names, each in its forms, each in its words


def read_aliases(lines: tuple[str, ...]) -> Aliases:
    """Lines like "Sapa = Sa Pa", as the query reader wants them."""
    return tuple(tuple(spelled_words(form) for form in line.split("=")) for line in lines)


def read_query(text: str, aliases: Aliases = (), *, apart: bool = False) -> Query:
    """`text` as a Query; `apart` takes each syllable for a word. Raises nothing."""
    typed = sides_of(text)
    sides: list[Side] = []
    taken = 0
    for tokens in typed:
        runs = runs_of(tokens, MAX_WORDS - taken)
        taken += sum(len(token.syllables) for token in tokens)
        sides = _with_side(sides, _side(runs, aliases, apart))
    return Query(tuple(sides), typed == [[]], max(0, taken - MAX_WORDS))


def _with_side(sides: list[Side], side: Side) -> list[Side]:
    """`sides` and one more; one that only leaves out is joined to the side before it.

    The index can list the articles that have a word, but not those that lack it.
    """
    if not (side.include or side.exclude):
        return sides
    if sides and not (side.include and sides[-1].include):
        last = sides[-1]
        joined = Side(last.include + side.include, last.exclude + side.exclude)
        return [*sides[:-1], joined]
    return [*sides, side]


def one_phrase(text: str) -> str:
    """What to type for all that is wanted in `text` as one phrase; "" if it is not one run."""
    sides = [runs_of(tokens) for tokens in sides_of(text)]
    if [len(runs) for runs in sides] != [1] or len(sides[0][0].typed) < 2:
        return ""
    (run,) = sides[0]
    return "" if run.is_excluded else f'"{" ".join(run.typed)}"'


def _side(runs: list[TypedRun], aliases: Aliases, apart: bool) -> Side:
    include: list[Part] = []
    exclude: list[Part] = []
    for run in runs:
        if run.is_excluded:
            part, run = _excluded(run, aliases, apart)
            exclude.append(part)
        if run.typed or run.phrase:
            include.append(_part(run, aliases, apart))
    return Side(tuple(include), tuple(exclude))


def _part(run: TypedRun, aliases: Aliases, apart: bool) -> Part:
    def alternatives(phrase: Phrase) -> Alternatives:
        return _alternatives(_with_exact(phrase, aliases) if run.has_marks else phrase, aliases)

    if run.phrase:
        return Part(((alternatives(run.phrase),),), (run.shown,))
    ways = _cuts(run, aliases, apart)
    readings = tuple(
        tuple(alternatives(Phrase(spelled_words(" ".join(word)))) for word in way) for way in ways
    )
    return Part(readings, tuple(map(show, ways)))


def _cuts(run: TypedRun, aliases: Aliases, apart: bool) -> tuple[Cut, ...]:
    return (tuple((s,) for s in run.typed),) if apart else cuts(run.typed, _known(aliases))


def _excluded(run: TypedRun, aliases: Aliases, apart: bool) -> tuple[Part, TypedRun]:
    """What a minus sign leaves out, one word, and the rest of the run."""
    if run.phrase:
        return _part(run, aliases, apart), TypedRun()
    word = _cuts(run, aliases, apart)[0][0]
    rest = TypedRun(run.typed[len(word) :], has_marks=run.has_marks)
    return _part(replace(run, typed=word), aliases, apart), rest


@cache
def _known(aliases: Aliases) -> Lexicon:
    return with_names(lexicon(), [" ".join(form) for name in aliases for form in name])


def _with_exact(phrase: Phrase, aliases: Aliases) -> Phrase:
    """A phrase of a query with marks: its words that are in the lexicon as typed are exact.

    A name of one syllable, which the lexicon lacks, too: `du lịch Sapa` means what `du lịch Sa Pa`
    does.
    """
    known = _known(aliases)
    names = {form for name in aliases for form in name if len(form) == 1}
    whole = phrase.words[:-1] if phrase.is_prefix else phrase.words
    cut = [word for first in cuts(whole, known)[:1] for word in first]
    exact = [known.holds_as_typed(word) or word in names for word in cut for _ in word]
    return replace(phrase, exact=(*exact, False) if phrase.is_prefix else tuple(exact))


def _alternatives(phrase: Phrase, aliases: Aliases) -> Alternatives:
    found = {phrase: None}
    open_ = (False,) * len(phrase.words)
    exact = phrase.exact or open_
    for name in aliases:
        for form in name:
            for at in range(len(phrase.words) - len(form) + 1):
                end = at + len(form)
                ends_in_prefix = phrase.is_prefix and end == len(phrase.words)
                if ends_in_prefix or not _agree(phrase.words[at:end], form, exact[at:end]):
                    continue
                is_exact = all(exact[at:end])
                # A name typed bare is meant bare in its other forms too.
                bare = not is_exact and all(map(is_bare, phrase.words[at:end]))
                for other in name:
                    new = tuple(map(unmark, other)) if bare else other
                    found[
                        Phrase(
                            phrase.words[:at] + new + phrase.words[end:],
                            phrase.is_prefix,
                            phrase.exact and exact[:at] + (is_exact,) * len(new) + exact[end:],
                        )
                    ] = None
    return tuple(found)


def _agree(typed: tuple[str, ...], form: tuple[str, ...], exact: tuple[bool, ...]) -> bool:
    return all(
        t == f if is_exact else agrees(t, f)
        for t, f, is_exact in zip(typed, form, exact, strict=True)
    )
