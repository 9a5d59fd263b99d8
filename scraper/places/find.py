"""An article's title, lead, paragraphs and captions -> the units they speak of.

Three steps: find names (one pass over runs of capitalised words), read the words beside each, and
settle which unit is meant. A link is sure only if the text shows it: by a word for the unit
("xã", "TP"), by its parent, or because the name is no other thing. Everything else that may be a
unit is ambiguous: each unit that it may be is listed apart.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate, islice

from scraper.places.context import (
    UPPER,
    can_start,
    is_named_thing,
    is_plural,
    read_left,
    read_right,
)
from scraper.places.gazetteer import DISTRICT, LEVELS
from scraper.places.printed_names import Name, first_words, names, provinces_elsewhere
from scraper.places.settle import Evidence, Mention, settle

# Two or more capitalised words, or one of the names written as one: Sapa, SAPA, Simacai. It begins
# with one set of letters, which `re` scans for by itself. A longer row of capitals is in parts.
_RUN = re.compile(
    f"[{UPPER}](?:\\w* [{UPPER}]\\w*(?: [{UPPER}]\\w*){{0,40}}|(?<=S)[Aa][Pp][Aa]|(?<=S)imacai)"
)
_JOINS = frozenset([", ", " và ", "; ", " - ", " – ", ", và ", " cùng ", " hay ", " hoặc "])
MOST_MENTIONS = 1_000  # of an article, its first; most have fewer than 50
_SHORT_UNITS = (" TP ", " TX ", " TT ")


@dataclass(frozen=True, slots=True)
class PlaceMention:
    """How often one part of an article names one unit in one form."""

    place_id: str
    where: str  # "title", "lead", "text" or "caption"
    times: int
    form: str  # as printed, with the word for the unit if there is one: "huyện Bắc Hà"
    certainty: str  # "sure"; "ambiguous" if the text may mean another unit or none


def find_places(
    title: str,
    lead: str,
    paragraphs: Sequence[str],
    captions: Sequence[str],
    on: date | None,
) -> list[PlaceMention]:
    """The units that an article names, in the order of their first naming.

    `on` is the article's day in Vietnam: "xã Bản Hồ" is another unit since 1 July 2025. Without a
    day both are given, as ambiguous.
    """
    parts = [title, lead, *paragraphs, *captions]
    text = "\n".join(parts)
    if not unicodedata.is_normalized("NFC", text):
        parts = [unicodedata.normalize("NFC", part) for part in parts]
        text = "\n".join(parts)
    mentions, elsewhere = _mentions(text)
    if not mentions:
        return []
    wheres = ["title", "lead"] + ["text"] * len(paragraphs) + ["caption"] * len(captions)
    starts = list(accumulate(map(len, parts), lambda at, n: at + n + 1, initial=0))
    counts: dict[tuple[str, str, str, str], int] = {}
    for mention, (places, is_sure) in zip(mentions, settle(mentions, elsewhere, on), strict=True):
        where = wheres[bisect_right(starts, mention.start) - 1]
        form = text[mention.form_at : mention.end]
        for place in places:
            key = (place.place_id, where, form, "sure" if is_sure else "ambiguous")
            counts[key] = counts.get(key, 0) + 1
    return [PlaceMention(i, where, n, form, c) for (i, where, form, c), n in counts.items()]


def _mentions(text: str) -> tuple[list[Mention], list[int]]:
    """Each name with what the words beside it say, and the places of other provinces' names.

    The names of a list share the word for the unit and the parent.
    """
    known = names()
    elsewhere: list[int] = []
    mentions: list[Mention] = []
    joined = []  # of each name that follows another in a list
    end_before = head_at = -1
    for start, end in islice(_spans(text, known, elsewhere), MOST_MENTIONS):
        form = text[start:end]
        name = known[form]
        left = read_left(text, start, end, name.is_unmarked)
        kinds, is_inherited = left.kinds, False
        is_joined = start - end_before < 6 and text[end_before:start] in _JOINS
        if is_joined and not kinds:
            kinds = mentions[-1].evidence.kinds
            is_inherited = bool(kinds)
        if not is_inherited:
            head_at = start - left.unit_length
        level = LEVELS.get(left.kinds[-1], DISTRICT) if left.kinds else name.level
        right = read_right(text, end, level)
        several = is_inherited and is_plural(text, head_at)
        evidence = Evidence(form, kinds, is_inherited, several, left.role, right)
        if is_joined:
            joined.append(len(mentions))
        mentions.append(Mention(start, end, start - left.unit_length, name, evidence))
        end_before = end
    for at in reversed(joined):
        mentions[at - 1] = _shared(mentions[at - 1], mentions[at].evidence)
    return mentions, elsewhere


def _shared(mention: Mention, after: Evidence) -> Mention:
    """A name with what follows the list that it begins: "xã Gia Phú, Sơn Hà (Bảo Thắng)"."""
    right = mention.evidence.right
    is_elsewhere = right.is_elsewhere or (after.is_inherited and after.right.is_elsewhere)
    if right.parents or not (after.right.parents or is_elsewhere):
        return mention
    right = after.right._replace(is_elsewhere=is_elsewhere, has_ended=right.has_ended)
    return mention._replace(evidence=mention.evidence._replace(right=right))


def _spans(text: str, known: Mapping[str, Name], elsewhere: list[int]) -> Iterator[tuple[int, int]]:
    """The places of names; those of other provinces are added to `elsewhere`."""
    others, begins = provinces_elsewhere(), first_words()
    for found in _RUN.finditer(text):
        run = found.group()
        if run in known:
            yield found.span()
            continue
        head, _, rest = run.partition(" ")
        if run in others or (rest in others and rest not in known):  # "Tại Hà Nội"
            elsewhere.append(found.start())
        elif rest in known and not run.isupper():
            if can_start(head) or is_named_thing(head):
                yield found.start() + len(head) + 1, found.end()
        elif " T" in run or head in begins or run.isupper():
            yield from _within(text, run, found.start(), known)


def _within(text: str, run: str, at: int, known: Mapping[str, Name]) -> Sequence[tuple[int, int]]:
    """The places of names in a run of capitalised words that is not itself one.

    "UBND TP Lào Cai" and "Bảo Thắng Nguyễn Văn Sơn", if "huyện" is before it, hold one;
    "Nguyễn Thị Tân An" and "Hoàng Liên Sơn" do not.
    """
    if run.isupper():
        return _within_capitals(run, at, known)
    for unit in _SHORT_UNITS:
        rest = run.rpartition(unit)[2]
        if rest in known and rest != run:
            return ((at + len(run) - len(rest), at + len(run)),)
    words = run.split(" ")
    for length in range(len(words) - 1, 1, -1):
        name, rest = " ".join(words[:length]), " ".join(words[length:])
        if name not in known:
            continue
        end = at + len(name)
        if rest in known:  # "xã Tân An Văn Bàn"
            return (at, end), (end + 1, at + len(run))
        has_unit = read_left(text, at, end, known[name].is_unmarked).kinds
        return ((at, end),) if len(words) - length > 1 and has_unit else ()
    return ()


def _within_capitals(run: str, at: int, known: Mapping[str, Name]) -> Sequence[tuple[int, int]]:
    """Names in a line of capitals: after a word for a unit, or the first or last words."""
    words = run.split(" ")
    found = []
    for first in range(len(words)):
        for length in range(min(4, len(words) - first), 1, -1):
            name = " ".join(words[first : first + length])
            if name not in known:
                continue
            before = words[first - 1].lower() if first else ""
            ends_line = first + length == len(words)
            if not first or ends_line or can_start(before) or before in ("trấn", "phố"):
                start = at + len(" ".join(words[:first])) + bool(first)
                found.append((start, start + len(name)))
            break
    return found
