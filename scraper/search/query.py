"""What a reader typed into the search box -> what to ask the index.

    du lịch sa pa   the words du lịch and sa pa (scraper/lexicon), each as neighbours, anywhere
    đảng viên       letters typed with marks count; bare ones match any marks, but not in a word
                    that the lexicon has just so: công an is not công ăn, cong an may be
    "đảng viên"     the syllables side by side
    đảng*           words that start with it
    -du lịch        none with this word
    15/2020/NĐ-CP   words joined by signs are side by side

Nothing that can be typed is an error: what is no word is passed over. The lexicon's lists, files of
this package, are read at the first call; nothing else outside is touched.
"""

import re
import unicodedata
from dataclasses import dataclass, replace
from functools import cache

from scraper.lexicon import Cut, Lexicon, cuts, lexicon, show, with_names
from scraper.spelling import agrees, is_bare, spell, unmark, words

MAX_WORDS = 64  # more are passed over, and Query.dropped says so

_PART = re.compile(r'(-?)(?:"([^"]*)"?|([^\s"]+))(\*?)')
_FIRST = re.compile(r"[^\W_]")  # a plain syllable starts and ends without a sign
_LAST = re.compile(r"[^\W_][\u0300-\u036f]*\Z")
_QUOTES = str.maketrans("“”„«»″", '""""""')


@dataclass(frozen=True, slots=True)
class Phrase:
    """Syllables side by side, spelled; one is a phrase too."""

    words: tuple[str, ...]
    is_prefix: bool = False  # the last one is only the beginning of one
    exact: tuple[bool, ...] = ()  # for each: True if no mark is missing; () if any may be


Alternatives = tuple[Phrase, ...]  # a name written in more than one way; the typed one first
Reading = tuple[Alternatives, ...]  # words, all of which must be there


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a query, in each way that it can be cut into words."""

    readings: tuple[Reading, ...]  # the longest match first
    shown: tuple[str, ...]  # each reading as a reader sees it: du lịch · sa pa


@dataclass(frozen=True, slots=True)
class Query:
    """What was typed, read."""

    include: tuple[Part, ...] = ()
    exclude: tuple[Part, ...] = ()  # one reading each
    is_blank: bool = True  # nothing typed: everything is meant; but "?!" means nothing
    dropped: int = 0  # words past MAX_WORDS

    def means_as(self, other: "Query") -> bool:
        """True if both find the same articles, as `"du lịch"` and `du lịch` do."""
        return _readings(self.include) == _readings(other.include) and (
            _readings(self.exclude) == _readings(other.exclude)
        )

    @property
    def read_as(self) -> str:
        """How it was read: `du lịch · sa pa`; other readings behind a stroke."""
        wanted = [" / ".join(part.shown) for part in self.include]
        return " · ".join([*wanted, *(f"-{part.shown[0]}" for part in self.exclude)])


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
    return tuple(tuple(_spelled_words(form) for form in line.split("=")) for line in lines)


def read_query(text: str, aliases: Aliases = (), *, apart: bool = False) -> Query:
    """`text` as a Query; `apart` takes each syllable for a word. Raises nothing."""
    text = "".join(c for c in text if unicodedata.category(c) != "Cf").translate(_QUOTES)
    runs, dropped = _runs(text)
    include: list[Part] = []
    exclude: list[Part] = []
    for run in runs:
        if run.is_excluded:
            part, run = _excluded(run, aliases, apart)
            exclude.append(part)
        if run.typed or run.phrase:
            include.append(_part(run, aliases, apart))
    return Query(tuple(include), tuple(exclude), not text.strip(), dropped)


def one_phrase(text: str) -> str:
    """What to type for all that is wanted in `text` as one phrase; "" if it is not one run."""
    runs, _ = _runs(text.translate(_QUOTES))
    plain = [run for run in runs if not (run.is_excluded or run.phrase)]
    if len(runs) != 1 or len(plain) != 1 or len(plain[0].typed) < 2:
        return ""
    return f'"{" ".join(plain[0].typed)}"'


@dataclass(frozen=True, slots=True)
class _Run:
    """Plain syllables one after the other, as typed; or a phrase that is not cut."""

    typed: tuple[str, ...] = ()
    phrase: Phrase | None = None
    shown: str = ""  # of the phrase
    is_excluded: bool = False  # the first word of it, or the phrase
    has_marks: bool = False  # somewhere in the whole query


def _runs(text: str) -> tuple[list[_Run], int]:
    """The runs of a query, and how many words were too many."""
    found: list[_Run] = []
    has_marks = not is_bare(spell(text))
    taken = dropped = 0
    is_open = False  # the last run may go on
    for minus, quoted, bare, star in _PART.findall(text):
        is_prefix = (quoted + bare + star).rstrip().endswith("*")
        syllables = _spelled_words(quoted or bare, is_prefix)
        dropped += max(0, taken + len(syllables) - MAX_WORDS)
        syllables = syllables[: MAX_WORDS - taken]
        taken += len(syllables)
        typed = tuple(words(bare))
        is_excluded = bool(minus) or bare.startswith("-")
        if not syllables:
            is_open = False  # a sign between blanks
        elif len(syllables) == len(typed) == 1 and not is_prefix:
            if is_open and not is_excluded and _FIRST.match(bare):
                found[-1] = replace(found[-1], typed=found[-1].typed + typed)
            else:
                found.append(_Run(typed, None, "", is_excluded, has_marks))
            is_open = bool(_LAST.search(bare))
        else:
            shown = f'"{" ".join(quoted.split())}"' if quoted else bare.lstrip("-") + star
            phrase = Phrase(syllables, is_prefix)
            found.append(_Run((), phrase, shown, is_excluded, has_marks))
            is_open = False
    return found, dropped


def _part(run: _Run, aliases: Aliases, apart: bool) -> Part:
    def alternatives(phrase: Phrase) -> Alternatives:
        return _alternatives(_with_exact(phrase, aliases) if run.has_marks else phrase, aliases)

    if run.phrase:
        return Part(((alternatives(run.phrase),),), (run.shown,))
    ways = _cuts(run, aliases, apart)
    readings = tuple(
        tuple(alternatives(Phrase(_spelled_words(" ".join(word)))) for word in way) for way in ways
    )
    return Part(readings, tuple(map(show, ways)))


def _cuts(run: _Run, aliases: Aliases, apart: bool) -> tuple[Cut, ...]:
    return (tuple((s,) for s in run.typed),) if apart else cuts(run.typed, _known(aliases))


def _excluded(run: _Run, aliases: Aliases, apart: bool) -> tuple[Part, _Run]:
    """What a minus sign leaves out, one word, and the rest of the run."""
    if run.phrase:
        return _part(run, aliases, apart), _Run()
    word = _cuts(run, aliases, apart)[0][0]
    rest = _Run(run.typed[len(word) :], has_marks=run.has_marks)
    return _part(replace(run, typed=word), aliases, apart), rest


@cache
def _known(aliases: Aliases) -> Lexicon:
    return with_names(lexicon(), [" ".join(form) for name in aliases for form in name])


def _with_exact(phrase: Phrase, aliases: Aliases) -> Phrase:
    """A phrase of a query with marks: its words that are in the lexicon as typed are exact."""
    known = _known(aliases)
    whole = phrase.words[:-1] if phrase.is_prefix else phrase.words
    cut = [word for first in cuts(whole, known)[:1] for word in first]
    exact = [known.holds_as_typed(word) for word in cut for _ in word]
    return replace(phrase, exact=(*exact, False) if phrase.is_prefix else tuple(exact))


def _spelled_words(text: str, is_prefix: bool = False) -> tuple[str, ...]:
    spelled = words(spell(text))
    if is_prefix:  # "ky*" begins kỳ and kyoto; its spelling as a whole word, ki, would begin kinh
        spelled[-1:] = [w.lower() for w in words(text)[-1:]]
    return tuple(spelled)


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
