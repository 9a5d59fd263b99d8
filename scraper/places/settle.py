"""Which unit each name of an article means, from its words, the article's day and other names.

unit word      "xã Thanh Bình"            only communes
parent         "(Mường Khương)"           only those below it
day            since July 2025            the units that were there then
nearest        "thị xã Sa Pa" above it    of those that are left
named before   "xã Tân An" ... "Tân An"   the same unit
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from scraper.places.context import Right
from scraper.places.gazetteer import COMMUNE, MERGER, PROVINCE, Unit, all_places
from scraper.places.printed_names import Name, names

Choice = tuple[tuple[Unit, ...], bool]  # what may be meant; True if that is sure
NOTHING: Choice = ((), False)


class Evidence(NamedTuple):
    """A printed name and what the words beside it say."""

    form: str  # a key of names()
    kinds: tuple[str, ...]  # of the words before it, or before the list that it is in
    is_inherited: bool  # from the list
    is_several: bool  # the list begins "các xã", "hai phường"
    role: str  # of Left
    right: Right


class Mention(NamedTuple):
    """A printed name at its place in the article's text."""

    start: int
    end: int
    form_at: int  # the place of the word for its unit, else `start`
    name: Name
    evidence: Evidence


def settle(mentions: Sequence[Mention], elsewhere: Sequence[int], on: date | None) -> list[Choice]:
    """For each mention the units that it may mean; several are never sure.

    `elsewhere` are the positions at which the text names another province.
    """
    day = _last_change(on) if on else None
    choices = [_first_choice(mention.evidence, day) for mention in mentions]
    if not elsewhere and all(
        choice[1] and not (mention.evidence.is_inherited and mention.name.is_common)
        for mention, choice in zip(mentions, choices, strict=True)
    ):
        return choices
    anchors = [
        (mention.start, choice[0][0])
        for mention, choice in zip(mentions, choices, strict=True)
        if choice[1] and choice[0][0].level < COMMUNE
    ]
    for at, (mention, choice) in enumerate(zip(mentions, choices, strict=True)):
        if mention.evidence.kinds and len(choice[0]) > 1:
            choices[at] = _nearest(mention, choice, anchors)
        elif choice[1] and mention.name.is_common and _is_doubtful(at, mentions, choices):
            choices[at] = choice[0], False
        elif choice[1] and _may_be_elsewhere(mention, elsewhere, anchors):
            choices[at] = choice[0], False
    named = {
        choice[0][0].place_id
        for mention, choice in zip(mentions, choices, strict=True)
        if choice[1] and (mention.evidence.kinds or mention.evidence.right.parents)
    }
    return [
        choice if choice[1] else _as_named(at, mentions, choice, named)
        for at, choice in enumerate(choices)
    ]


def _is_doubtful(at: int, mentions: Sequence[Mention], choices: Sequence[Choice]) -> bool:
    """True if a common name only follows a unit by chance: "ở xã Y Tý, Vũ Linh cho biết"."""
    evidence = mentions[at].evidence
    if not evidence.is_inherited or evidence.is_several or evidence.right.parents:
        return False
    before, place = choices[at - 1][0], choices[at][0][0]
    if place.level < COMMUNE:
        return False
    is_sibling = any(p.parent_id == place.parent_id for p in before)
    # Since July 2025 all communes have one parent, which proves nothing.
    return not is_sibling or all_places()[place.parent_id].level == PROVINCE


def _may_be_elsewhere(
    mention: Mention, elsewhere: Sequence[int], anchors: list[tuple[int, Unit]]
) -> bool:
    """True if another province is named shortly before a common name, and nearer than ours."""
    if not mention.name.is_common or mention.name.level < COMMUNE or mention.evidence.right.parents:
        return False
    last = bisect_left(elsewhere, mention.start) - 1
    distance = mention.start - elsewhere[last] if last >= 0 else 150
    ours = [abs(mention.start - at) for at, _ in anchors]
    return distance < min(150, min(ours, default=150))


@lru_cache(maxsize=1)
def _changes() -> list[date]:
    """The days on which a unit began or ended."""
    days = {day for p in all_places().values() for day in (p.valid_from, p.valid_to) if day}
    return sorted(days)


def _last_change(on: date) -> date:
    """A day with the same units as `on`, so that what was settled once is found again."""
    at = bisect_right(_changes(), on)
    return _changes()[at - 1] if at else date.min


@lru_cache(maxsize=20_000)
def _first_choice(evidence: Evidence, on: date | None) -> Choice:
    """What the name's own words and the day leave; never sure of a unit that is yet to begin."""
    places, is_sure = _choice_by_words(evidence, on)
    return places, is_sure and (on is None or places[0].has_begun(on))


def _choice_by_words(evidence: Evidence, on: date | None) -> Choice:
    name, right = names()[evidence.form], evidence.right
    if right.is_elsewhere and name.places[0].level != PROVINCE:
        return NOTHING
    if right.is_unknown and name.is_common:
        return NOTHING
    if on and on >= MERGER and right.is_weak:  # no districts: "Võ Lao, Văn Bàn" is a list
        right = right._replace(parents=frozenset())
    if evidence.kinds:
        fitting = tuple(p for p in name.places if p.kind in evidence.kinds)
        if evidence.is_inherited:
            fitting = tuple(p for p in fitting if on is None or p.is_valid(on))
        if fitting:
            left = _there(_below(fitting, name, right), on, right.has_ended)
            return left, len(left) == 1
        if not evidence.is_inherited:
            return NOTHING  # "huyện Kim Sơn" is another province's
    return _bare_choice(name, evidence.role, right, on)


def _bare_choice(name: Name, role: str, right: Right, on: date | None) -> Choice:
    """A name without a word for a unit: the highest unit of that name, if it is no other thing."""
    has_parent = any(_is_below(p, name, right) for p in name.places)
    if role == "other" or (role == "product" and not has_parent):
        return NOTHING
    below = _below(name.places, name, right)
    places = _there(below, on, right.has_ended)
    top = min(p.level for p in places)
    highest = tuple(p for p in places if p.level == top)
    ended_above = () if has_parent else tuple(p for p in below if p.level < top)
    if ended_above and on:
        last = max(p.valid_to or date.max for p in ended_above)
        return (*(p for p in ended_above if p.valid_to == last), *highest), False
    if name.is_unmarked:
        return NOTHING if name.is_common else (highest, False)
    return highest, len(highest) == 1 and (has_parent or not name.is_common)


def _below(places: tuple[Unit, ...], name: Name, right: Right) -> tuple[Unit, ...]:
    """Those that belong to the parent named after the name; all, if none does."""
    return tuple(p for p in places if _is_below(p, name, right)) or places


def _is_below(place: Unit, name: Name, right: Right) -> bool:
    return not right.parents.isdisjoint(name.parents[place.place_id])


def _there(places: tuple[Unit, ...], on: date | None, has_ended: bool) -> tuple[Unit, ...]:
    """Those that were there on the day; if none was, those that ended last, or are yet to begin."""
    if on is None:
        return places
    begun = tuple(p for p in places if p.has_begun(on)) or places
    there = tuple(p for p in begun if p.is_valid(on) != has_ended)
    if there:
        return there
    last = max(p.valid_to or date.max for p in begun)
    return tuple(p for p in begun if (p.valid_to or date.max) == last)


def _nearest(mention: Mention, choice: Choice, anchors: list[tuple[int, Unit]]) -> Choice:
    """The unit below the nearest district or province that tells the units apart."""
    places = choice[0]
    for _, anchor in sorted(anchors, key=lambda a: abs(a[0] - mention.start)):
        key = (anchor.level, anchor.name)
        below = tuple(p for p in places if key in mention.name.parents[p.place_id])
        if below and len(below) < len(places):
            places = below
            if len(places) == 1:
                return places, True
    return places, False


def _as_named(at: int, mentions: Sequence[Mention], choice: Choice, named: set[str]) -> Choice:
    """The unit that the article names surely elsewhere, or that is the parent in "X (Y)"."""
    if mentions[at].name.is_unmarked:
        return choice
    same = tuple(p for p in choice[0] if p.place_id in named)
    if len(same) == 1:
        return same, True
    if at and mentions[at].start - mentions[at - 1].end < 4:
        parents = mentions[at - 1].evidence.right.parents
        above = tuple(p for p in choice[0] if (p.level, p.name) in parents)
        if len(above) == 1 and mentions[at - 1].evidence.kinds:
            return above, True
    return choice
