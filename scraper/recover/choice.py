"""Which of an article's captures add something to its history. Pure."""

from collections.abc import Iterable

from scraper.recover.wayback import IndexedCapture

_MISSING = (404, 410)


def worth_asking(captures: Iterable[IndexedCapture]) -> list[IndexedCapture]:
    """Of all captures of one article, in order of time: those worth asking for, in that order.

    The first, each with another page than the one before, the last before the article was missing,
    the last of all, and the first and last of each stretch for which it was missing: two looks a
    day apart prove that it is gone. A redirect says nothing that its target does not say.
    """
    chosen: list[IndexedCapture] = []
    before: IndexedCapture | None = None
    for capture in captures:
        if capture.status not in (None, 200, *_MISSING):
            continue
        if before is None or _shows(capture) != _shows(before):
            if before is not None and "" in (_shows(capture), _shows(before)):
                _add(chosen, before)
            _add(chosen, capture)
        before = capture
    if before is not None:
        _add(chosen, before)
    return chosen


def _add(chosen: list[IndexedCapture], capture: IndexedCapture) -> None:
    if chosen[-1:] != [capture]:
        chosen.append(capture)


def _shows(capture: IndexedCapture) -> str:
    """The digest of the page; "" if the article was missing.

    A revisit repeats a page and has its digest; the index gives it no status.
    """
    return "" if capture.status in _MISSING else capture.digest
