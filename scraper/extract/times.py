"""When a page says that its article was published and changed.

Order of trust: the meta element, JSON-LD, the `datetime` of the time element, the printed text.
The first two are written by the newspaper's system from the same record, with an offset; the
printed text has none and is sometimes a date alone. Where they differ by more than a day, the
article is flagged.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from selectolax.lexbor import LexborNode

from scraper.extract.dates import Moment, is_bad_date, read_moment
from scraper.extract.page import Page, text_of

_PUBLISHED = ("article:published_time", "datePublished")
_MODIFIED = ("article:modified_time", "dateModified", "og:updated_time")
_LONGEST_AHEAD = timedelta(days=1)  # a scheduled page's clock may be ahead of ours, not by more


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
    moments = [(source, m) for source, text in stated if (m := read_moment(text))]
    flags = [flag for _, m in moments[:1] for flag in m.flags]
    if any(is_bad_date(text) for _, text in stated):
        flags.append("bad date")
    if _differ([m for _, m in moments]):
        flags.append("times disagree")
    modified = _modified(page)
    if not moments:
        return Times(None, "", modified, tuple(flags))
    # A date alone says less than the same day's date with its time.
    source, first = moments[0]
    full = [(s, m) for s, m in moments if not m.date_only]
    if first.date_only and full and abs(full[0][1].at - first.at) <= timedelta(days=1):
        source, first = full[0]
    if first.at > captured_at + _LONGEST_AHEAD:
        flags.append("published in the future")
    return Times(
        first.at, source + (" (date only)" if first.date_only else ""), modified, tuple(flags)
    )


def _published(page: Page, printed: list[LexborNode]) -> Iterator[tuple[str, str]]:
    """Every statement of the publication time, the most trusted first: source, text."""
    for name in _PUBLISHED:
        if text := page.meta.get(name):
            yield "meta", text
    if isinstance(text := page.json_ld.get("datePublished"), str):
        yield "json-ld", text
    for node in printed:
        if text := node.attributes.get("datetime") or "":
            yield "time", text
    for node in printed:
        if text := text_of(node):
            yield "text", text


def _modified(page: Page) -> datetime | None:
    stated = [page.meta.get(name) for name in _MODIFIED] + [page.json_ld.get("dateModified")]
    for text in stated:
        if isinstance(text, str) and (moment := read_moment(text)):
            return moment.at
    return None


def _differ(moments: list[Moment]) -> bool:
    """Whether two statements are more than a day apart; a date alone leaves a day open."""
    return any(
        abs(a.at - b.at) > timedelta(days=2 if a.date_only or b.date_only else 1)
        for a in moments
        for b in moments
    )
