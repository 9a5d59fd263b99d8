"""When a page says that its article was published and changed.

Order of trust: the meta element, JSON-LD, the `datetime` of the time element, the printed text.
The newspaper's system writes the first three from the same record, with an offset. Of these the
meta element stands for this article alone, while JSON-LD and a time element may be those of
another article that the page shows. The printed text comes last: it names no zone and is
sometimes a date alone. Only where a date alone would win, a full time of the same day is taken.

All that is stated is looked at, also what did not win: a contradiction in any of it (see `Moment`),
an impossible date, statements more than a day apart and times after the capture are flags.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from selectolax.lexbor import LexborNode

from scraper.extract.dates import Moment, is_bad_date, read_moment
from scraper.extract.nodes import labels_of
from scraper.extract.page import Page
from scraper.extract.trace import Choice

_PUBLISHED = ("article:published_time", "datePublished", "pubdate")
_MODIFIED = ("article:modified_time", "dateModified", "og:updated_time")
# Clocks differ by minutes; a local time that is stated as UTC is seven hours ahead.
_LONGEST_AHEAD = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Times:
    """What a page states of its times."""

    published_at: datetime | None
    published_source: str  # "meta", "json-ld", "time", "text", + " (date only)"
    modified_at: datetime | None
    flags: tuple[str, ...]


def read_times(page: Page, printed: list[LexborNode], captured_at: datetime) -> Times:
    """The times of an article; `printed` are the time elements of its own header."""
    stated = list(_published(page, printed))
    changed = list(_modified(page))
    read = {text: read_moment(text) for _, text in stated + changed}
    moments = [(source, m) for source, text in stated if (m := read[text])]
    modified = next((m for _, text in changed if (m := read[text])), None)
    all_moments = [m for _, m in moments] + ([modified] if modified else [])
    flags = [flag for m in all_moments for flag in m.flags]
    if any(is_bad_date(text) for text, m in read.items() if m is None):
        flags.append("bad date")
    if _differ([m for _, m in moments]):
        flags.append("times disagree")
    if modified and modified.at > captured_at + _LONGEST_AHEAD:
        flags.append("modified in the future")
    at, source = None, ""
    if moments:
        source, first = _most_trusted(moments)
        at = first.at
        source += " (date only)" if first.date_only else ""
        if at > captured_at + _LONGEST_AHEAD:
            flags.append("published in the future")
    modified_at = modified.at if modified else None
    if page.notes is not None:
        page.notes.append(_choice("published_at", stated, at))
        page.notes.append(_choice("modified_at", changed, modified_at))
    return Times(at, source, modified_at, tuple(dict.fromkeys(flags)))


def _choice(field: str, stated: list[tuple[str, str]], at: datetime | None) -> Choice:
    """Which of the statements gave the instant, and all the others."""
    read = [(moment := read_moment(text)) and moment.at for _, text in stated]
    won = read.index(at) if at in read and at else None
    rule, text = ("", "") if won is None else stated[won]
    return Choice(field, rule, text, tuple(s for n, s in enumerate(stated) if n != won))


def _most_trusted(moments: list[tuple[str, Moment]]) -> tuple[str, Moment]:
    source, first = moments[0]
    # A date alone says less than the same day's date with its time.
    full = [(s, m) for s, m in moments if not m.date_only]
    if first.date_only and full and abs(full[0][1].at - first.at) <= timedelta(days=1):
        return full[0]
    return source, first


def _published(page: Page, printed: list[LexborNode]) -> Iterator[tuple[str, str]]:
    """Every statement of the publication time, the most trusted first: source, text."""
    for name in _PUBLISHED:
        if text := page.meta.get(name):
            yield "meta", text
    if text := page.stated("datePublished"):
        yield "json-ld", text
    for node in printed:
        if text := node.attributes.get("datetime") or "":
            yield "time", text
    for node in printed:
        if text := labels_of(node):
            yield "text", text


def _modified(page: Page) -> Iterator[tuple[str, str]]:
    """Every statement of the last change, the most trusted first: source, text."""
    for name in _MODIFIED:
        if text := page.meta.get(name):
            yield "meta", text
    if text := page.stated("dateModified"):
        yield "json-ld", text


def _differ(moments: list[Moment]) -> bool:
    """Whether two statements are more than a day apart; a date alone leaves a day open."""
    return any(
        abs(a.at - b.at) > timedelta(days=2 if a.date_only or b.date_only else 1)
        for a in moments
        for b in moments
    )
