"""When a page says that its article was published and changed.

Order of trust: the meta element, JSON-LD, the `datetime` of the time element, the printed text.
The newspaper's system writes the first three from the same record, with an offset. The meta
element is of this article alone, while JSON-LD and a time element may be of another article that
the page shows. The printed text comes last: it names no zone and is sometimes a date alone. Only
if a date alone would win, a full time of the same day is taken.

One clock with two offsets is the commonest slip: local time is stated as UTC. Then the time
element's offset counts, and of a `Z` and another offset, Vietnam's.

Everything that is stated is looked at, also what did not win. Flags are: a contradiction in any
of it (see `Moment`), one clock with two offsets, statements more than a day apart, two dates in
one element that says not which is which, a time that cannot be read, times after the capture.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import NamedTuple

from selectolax.lexbor import LexborNode

from scraper.extract.dates import Moment, has_two_times, is_bad_date, read_moment
from scraper.extract.nodes import labels_of
from scraper.extract.page import MODIFIED, PUBLISHED, Page
from scraper.extract.trace import Choice, Notes

# Clocks differ by minutes; a local time that is stated as UTC is seven hours ahead.
_LONGEST_AHEAD = timedelta(hours=1)
_AT_HOME = timedelta(hours=7)  # Vietnam's offset
_LONGEST_LABEL = 40  # characters, before a time element
_SHORTEST_LABELLED = 20  # characters: a time and a label
_LONGEST_TEXT = 300  # characters of a time element
# "Cập nhật: 07/05/2024 09:00 - Đăng: 06/05/2024 08:00", in any order and wording.
_LABEL = re.compile(
    r"\b(?:(?P<changed>cập nhật|sửa|thay đổi|updated|(?:last )?modified|edited)"
    r"|(?:ngày |giờ )?(?:đăng|xuất bản|phát hành|đưa tin|tạo|published|posted|created))\b",
    re.I,
)
_LABEL_ALONE = re.compile(rf"{_LABEL.pattern}[^\w]*(?:lúc|vào|ngày|at|on)?[^\w]*$", re.I)


class Times(NamedTuple):
    """What a page states of its times."""

    published_at: datetime | None
    published_source: str  # "meta", "json-ld", "time", "text", + " (date only)"
    modified_at: datetime | None
    flags: tuple[str, ...]


_Statement = tuple[str, str]  # source, text


class _Read(NamedTuple):
    """A statement that states a time."""

    source: str
    text: str
    moment: Moment

    @property
    def offset(self) -> timedelta:
        """From UTC; a time without a zone is Vietnam's."""
        return _AT_HOME if self.moment.offset is None else self.moment.offset


class _Slip(NamedTuple):
    """One clock that is stated with two offsets."""

    sources: frozenset[str]  # that state a wrong offset
    right: timedelta

    def corrected(self, read: _Read) -> datetime:
        """The instant that a statement means."""
        if read.source not in self.sources or read.moment.date_only:
            return read.moment.at
        return (read.moment.at + read.offset - self.right).astimezone(UTC)


def read_times(page: Page, printed: Sequence[LexborNode], captured_at: datetime) -> Times:
    """The times of an article; `printed` are the time elements of its own header."""
    published, changed = _statements(page, printed)
    return _weigh(published, changed, captured_at, page.notes)


def read_printed_times(lines: Iterable[str], captured_at: datetime, notes: Notes) -> Times:
    """The times of an article of which only lines are known that print them."""
    own, others = _labelled(lines)
    return _weigh(own, others, captured_at, notes)


def _weigh(
    published: list[_Statement], changed: list[_Statement], captured_at: datetime, notes: Notes
) -> Times:
    """Which of the statements count, and the doubts about all of them."""
    own, updates = _read(published), _read(changed)
    first, last = _most_trusted(own), next(iter(updates), None)
    slip = _slip(own)
    at = slip.corrected(first) if first else None
    modified_at = slip.corrected(last) if last else None
    flags = [flag for read in own + updates for flag in read.moment.flags]
    unread = (set(published) | set(changed)) - {(r.source, r.text) for r in own + updates}
    if any(map(_is_unreadable, unread)) or (published and not own):
        flags.append("unreadable time")
    if any(
        source == "text" and len(text) > _SHORTEST_LABELLED and has_two_times(text)
        for source, text in published + changed
    ):
        flags.append("two times in one element")
    is_reversed = last and last.source == "text" and at and modified_at and modified_at < at
    if slip.sources or is_reversed or _differ({read.moment for read in own}):
        flags.append("times disagree")
    latest = captured_at + _LONGEST_AHEAD
    if modified_at and modified_at > latest:
        flags.append("modified in the future")
    if at and at > latest:
        flags.append("published in the future")
    if notes is not None:
        notes.append(_choice("published_at", published, first))
        notes.append(_choice("modified_at", changed, last))
    source = first.source + (" (date only)" if first.moment.date_only else "") if first else ""
    return Times(at, source, modified_at, tuple(dict.fromkeys(flags)))


def _choice(field: str, stated: list[_Statement], won: _Read | None) -> Choice:
    """Which of the statements gave the time, and all the others."""
    winner = (won.source, won.text) if won else ("", "")
    return Choice(field, *winner, tuple(s for s in stated if s != winner))


def _statements(
    page: Page, printed: Sequence[LexborNode]
) -> tuple[list[_Statement], list[_Statement]]:
    """Every statement of the publication and of the last change, the most trusted first."""
    published = list(_in_head(page, PUBLISHED, "datePublished"))
    changed = list(_in_head(page, MODIFIED, "dateModified"))
    shown, updates = _labelled(map(_printed, printed))
    if not published and not shown:
        shown, updates = updates, []  # some pages call their only time an update
    clocks = {read.moment.clock for read in _read(updates)} if updates else set()
    for node in printed:
        if text := (node.attributes.get("datetime") or "").strip():
            same = _read([("time", text)]) if clocks else []
            is_update = any(read.moment.clock in clocks for read in same)
            (changed if is_update else published).append(("time", text))
    return published + shown, changed + updates


def _in_head(page: Page, names: tuple[str, ...], key: str) -> Iterator[_Statement]:
    for name in names:
        if text := page.meta.get(name):
            yield "meta", text
    if text := page.stated(key):
        yield "json-ld", text


def _printed(node: LexborNode) -> str:
    """The text of a time element, with a label right before it: "Cập nhật: <time>"."""
    before = node.prev
    label = (before.text(deep=True).strip() if before is not None else "")[-_LONGEST_LABEL:]
    text = labels_of(node)
    return f"{label} {text}" if label and _LABEL_ALONE.search(label) else text


def _labelled(texts: Iterable[str]) -> tuple[list[_Statement], list[_Statement]]:
    """What texts print of the publication, and of changes."""
    split = [_split_labelled(text) for text in texts]
    own = [("text", text) for published, _ in split for text in published]
    return own, [("text", text) for _, changed in split for text in changed]


def _split_labelled(text: str) -> tuple[list[str], list[str]]:
    """What a text prints of the publication, and of changes: split at its labels."""
    text = text[:_LONGEST_TEXT]
    if text[:1].isdigit() and len(text) < _SHORTEST_LABELLED:
        return [text], []
    labels = list(_LABEL.finditer(text))
    edges = [0, *(label.start() for label in labels), len(text)]
    own, others = list[str](), list[str]()
    for n, (a, b) in enumerate(zip(edges, edges[1:], strict=False)):
        part = text[a:b].strip(" -–|()[],;")
        if n == 0 and labels and read_moment(part) is None:
            continue
        is_change = n > 0 and labels[n - 1]["changed"] is not None
        if part:
            (others if is_change else own).append(part)
    return own, others


def _read(stated: list[_Statement]) -> list[_Read]:
    read = ((source, text, read_moment(text)) for source, text in stated)
    return [_Read(source, text, moment) for source, text, moment in read if moment]


def _is_unreadable(stated: _Statement) -> bool:
    """True if a statement is of no time: what a program wrote, or a date that never was."""
    source, text = stated
    return source != "text" or is_bad_date(text)


def _most_trusted(stated: list[_Read]) -> _Read | None:
    if not stated:
        return None
    first = stated[0]
    # A date alone says less than the same day's date with its time.
    full = [read for read in stated if not read.moment.date_only]
    is_near = full and abs(full[0].moment.at - first.moment.at) <= timedelta(days=1)
    return full[0] if first.moment.date_only and is_near else first


def _slip(stated: list[_Read]) -> _Slip:
    """The first clock that is stated with two offsets, and which offset counts."""
    timed = [read for read in stated if not read.moment.date_only]
    if len({read.offset for read in timed}) < 2:
        return _Slip(frozenset(), _AT_HOME)
    for clock in [read.moment.clock for read in timed]:
        same = [other for other in timed if other.moment.clock == clock]
        if len({other.offset for other in same}) > 1:
            right = _right_offset(same)
            return _Slip(frozenset(o.source for o in same if o.offset != right), right)
    return _Slip(frozenset(), _AT_HOME)


def _right_offset(same: list[_Read]) -> timedelta:
    """The time element's offset; a `Z` is the slip itself if another statement says +07:00."""
    of_element = [r.offset for r in same if r.source == "time" and r.moment.offset is not None]
    is_stated = any(r.moment.offset == _AT_HOME for r in same)
    if of_element and (of_element[0] or not is_stated):
        return of_element[0]
    return _AT_HOME if any(r.offset == _AT_HOME for r in same) else same[-1].offset


def _differ(moments: set[Moment]) -> bool:
    """True if two statements are more than a day apart, or one is stated in UTC as Vietnam's time
    or the reverse; a date alone leaves a day open."""
    for a, b in combinations(moments, 2):
        has_day_alone = a.date_only or b.date_only
        apart = abs(a.at - b.at)
        if apart > timedelta(days=2 if has_day_alone else 1):
            return True
        if apart == _AT_HOME and not has_day_alone:
            return True
    return False
