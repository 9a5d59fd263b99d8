"""What a reading chose and why, for whoever looks after the templates: `scraper extract --trace`.

A reading writes its notes as it goes, if somebody asked for them: the page is not read again for
them, and what they say is what happened. Without notes, candidates that lose are not looked at.
"""

from collections.abc import Iterable
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scraper.extract.nodes import each, text_of


class Choice(NamedTuple):
    """Where one field came from."""

    field: str  # as `scraper extract` names it; also "template", "excluded", "unaccounted"
    rule: str  # the selector or rule that won; "" if none did
    text: str  # what it gave
    lost: tuple[tuple[str, str], ...] = ()  # the candidates that did not count: rule, text or ""


Notes = list[Choice] | None  # None: nobody asked
_LONGEST = 120  # characters of a text that is printed


def select(
    notes: Notes, field: str, scope: LexborHTMLParser | LexborNode, selector: str
) -> LexborNode | None:
    """The first element in `scope` that fits any form of `selector`."""
    found = scope.css_first(selector)
    if notes is not None:
        note_found(notes, field, selector, each(scope, selector))
    return found


def note_found(notes: list[Choice], field: str, selector: str, found: list[LexborNode]) -> None:
    """Note the elements that fit `selector` and are of the article: the first was chosen."""
    tried = [(_form(node, selector), text_of(node)) for node in found]
    won, lost = (tried[0], tried[1:]) if tried else (("", ""), [(selector, "")])
    notes.append(Choice(field, *won, tuple(lost)))


def _form(node: LexborNode, selector: str) -> str:
    """Which of a selector's forms an element fits."""
    return next(form for form in selector.split(", ") if node.css_matches(form))


def first_of(notes: Notes, field: str, candidates: Iterable[tuple[str, str]]) -> str:
    """The text of the first candidate that has one; the rest is looked at for the notes alone."""
    waiting = iter(candidates)
    lost: list[tuple[str, str]] = []
    rule = text = ""
    for candidate in waiting:
        if candidate[1]:
            rule, text = candidate
            break
        lost.append(candidate)
    if notes is not None:
        notes.append(Choice(field, rule, text, (*lost, *waiting)))
    return text


def trace_json(notes: list[Choice]) -> list[dict[str, object]]:
    """What `scraper extract --trace` prints; long texts are cut."""
    return [
        {
            "field": choice.field,
            "rule": choice.rule,
            "text": _cut(choice.text),
            "lost": [{"rule": rule, "text": _cut(text)} for rule, text in choice.lost],
        }
        for choice in notes
    ]


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
