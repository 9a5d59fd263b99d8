"""The weather widget: where it stands on a page."""

from collections.abc import Iterator, Sequence
from itertools import islice

from selectolax.lexbor import LexborNode

from scraper.extract.nodes import ARTICLE_LINKS, above, fitting, is_inside, labels_of
from scraper.extract.page import Page
from scraper.extract.text import clean
from scraper.extract.trace import Choice
from scraper.extract.weather import (
    is_weather_heading,
    read_weather,
    says_weather,
    without_heading,
)
from scraper.models import Weather

# In two: lexbor takes twice as long for one list of many forms.
_HEADINGS = ("h2, h3, h4, h5", ".title, .heading, .box-heading")
HEADINGS = ", ".join(_HEADINGS)
# "Thời tiết" in every way of writing it: what accents and capitals leave alone.
_SPOKEN = ':lexbor-contains("i ti" i)'
_WIDGET = "[class*=weather], [id*=weather], [class*=thoi-tiet]"
_ARTICLES = f"h1, {ARTICLE_LINKS}"
_MOST_WIDGETS = 10  # on a page
_FRAMES = 3  # elements between a heading and its box
_LONGEST = 1_000  # characters; some twenty places


def weather_of(page: Page, bodies: Sequence[LexborNode] = ()) -> tuple[Weather, ...]:
    """What the weather widget shows: known by its class, else by its heading outside `bodies`."""
    found: tuple[Weather, ...] = ()
    for rule, heading, text in _widgets(page, bodies):
        if not found:
            found = read_weather(heading, without_heading(heading, text))
        if page.notes is None:
            break
        page.notes.append(Choice("weather", rule, text))
    return found


def _widgets(page: Page, bodies: Sequence[LexborNode]) -> Iterator[tuple[str, str, str]]:
    """Each widget on the page: how it was known, its heading, its text."""
    told: set[str] = set()
    for node in islice(fitting(page.tree, _WIDGET), _MOST_WIDGETS):
        if (text := labels_of(node)) and len(text) < _LONGEST and text not in told:
            told.add(text)
            yield _WIDGET, labels_of(node.css_first(HEADINGS)), text
    for head, heading in islice(_headings(page), _MOST_WIDGETS):
        text = _text_below(head, heading, bodies)
        if text and text not in told:
            told.add(text)
            yield "heading", heading, text
    # Any other element that reads so may be a step of the menu: its box has to show weather.
    for head, heading in islice(_spoken(page) if bodies else (), _MOST_WIDGETS):
        text = _text_below(head, heading, bodies)
        if text and text not in told and says_weather(text):
            told.add(text)
            yield "text of a heading", heading, text


def _headings(page: Page) -> Iterator[tuple[LexborNode, str]]:
    """Each heading that is a weather widget's, and its text."""
    for head in (head for forms in _HEADINGS for head in page.tree.css(forms)):
        text = clean(head.text(deep=True, separator=" "))
        if is_weather_heading(text):
            yield head, text


def _spoken(page: Page) -> Iterator[tuple[LexborNode, str]]:
    """Each element, of any tag and class, whose own text reads like a widget's heading."""
    for node in page.tree.css(_SPOKEN):
        text = clean(node.text(deep=False))
        if node.tag != "a" and is_weather_heading(text):
            yield node, text


def _text_below(head: LexborNode, heading: str, bodies: Sequence[LexborNode]) -> str:
    """What a heading's box shows; "" for a section of an article, or a list of articles."""
    box = None if is_inside(head, bodies) else _box_below(head, heading)
    text = labels_of(box)
    if box is None or len(text) >= _LONGEST or box.css_first(_ARTICLES):
        return ""
    return text


def _box_below(head: LexborNode, heading: str) -> LexborNode | None:
    """The smallest element that holds more than the heading `head`: the one around it, or, where
    the heading has a box of its own, one around that which shows weather."""
    for n, box in enumerate(above(head, _FRAMES)):
        if (text := labels_of(box)) != heading:
            return box if n == 0 or says_weather(text) else None
    return None
