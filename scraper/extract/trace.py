"""What a reading chose and why, for whoever looks after the templates: `scraper extract --trace`.

A reading writes its notes as it goes, if somebody asked for them: the page is not read again for
them, and what they say is what happened. Without notes, candidates that lose are not looked at.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scraper.extract.nodes import text_of


@dataclass(frozen=True, slots=True)
class Choice:
    """Where one field came from."""

    field: str  # as `scraper extract` names it; also "template", "excluded", "unaccounted"
    rule: str  # the selector or rule that won; "" where none did
    text: str  # what it gave
    lost: tuple[tuple[str, str], ...] = ()  # rule and text of every candidate that did not count


Notes = list[Choice] | None  # None: nobody asked


def select(
    notes: Notes, field: str, scope: LexborHTMLParser | LexborNode, selector: str
) -> LexborNode | None:
    """The first element in `scope` that fits any form of `selector`."""
    if notes is None:
        return scope.css_first(selector)
    found = scope.css(selector)
    told = [(_form(node, selector), text_of(node)) for node in found]
    notes.append(Choice(field, *(told or [("", "")])[0], tuple(told[1:])))
    return found[0] if found else None


def _form(node: LexborNode, selector: str) -> str:
    """Which of a selector's forms an element fits."""
    return next(form for form in selector.split(", ") if node.css_matches(form))


def first_of(notes: Notes, field: str, candidates: Iterable[tuple[str, str]]) -> str:
    """The text of the first candidate that has one; the rest is looked at for the notes alone."""
    won = ("", "")
    lost: list[tuple[str, str]] = []
    for rule, text in candidates:
        if won[1]:
            lost.append((rule, text))
        elif text:
            won = (rule, text)
        if won[1] and notes is None:
            break
    if notes is not None:
        notes.append(Choice(field, *won, tuple(lost)))
    return won[1]
