"""The weather widget: as printed and, if figures are there, as numbers.

Evidence: the paper's capture of 2022 ends with "Thời tiết Lào Cai" and the widget's labels; sister
papers print "23°C", "18 - 25°C", "Độ ẩm: 70%" and a phrase, in the header or the side column. The
places are the province's districts, before and after the merger of July 2025.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice

from selectolax.lexbor import LexborNode

from scraper.extract.nodes import ARTICLE_LINKS, above, classes, fitting, is_inside, labels_of
from scraper.extract.page import Page
from scraper.extract.text import clean
from scraper.extract.trace import Choice
from scraper.models import Weather

# A minus is right before its number; a dash with a space separates a label from it.
_NUMBER = r"((?:[-−–]|\bâm\s)?\d{1,2}(?:[.,]\d)?)"
_MINUS = re.compile(r"[−–]|âm\s", re.I)
_SIGN = r"(?:\s*(?:°|º|˚)(?:\s?C\b)?|\s*độ\b(?:\s?C\b)?|\s?o\s?C\b)"
_RANGE = re.compile(rf"(?<!\d){_NUMBER}{_SIGN}?\s*(?:-|–|—|−|~|đến|/)\s*{_NUMBER}{_SIGN}", re.I)
_TEMPERATURE = re.compile(rf"(?<![\d.,]){_NUMBER}{_SIGN}", re.I)
_LOWEST = re.compile(rf"(?:thấp nhất|tối thiểu|min)\s*:?\s*{_NUMBER}{_SIGN}", re.I)
_HIGHEST = re.compile(rf"(?:cao nhất|tối đa|max)\s*:?\s*{_NUMBER}{_SIGN}", re.I)
_EXTREME = re.compile(r"nhất|tối|min|max", re.I)
_HUMIDITY = re.compile(r"độ ẩm\s*:?\s*(\d{1,3}(?:[.,]\d+)?)\s*%", re.I)
_LABELS = re.compile(
    r"dự báo thời tiết|thời tiết|nhiệt độ|độ ẩm|hôm nay|hiện tại|\bC\b|sức gió|khả năng mưa", re.I
)
_EMPTY = re.compile(r"[(\[]\s*[)\]]")
_FORECAST = re.compile(r"dự báo thời tiết", re.I)
_HEADING = re.compile(r"^\s*(?:dự báo\s+)?thời tiết\b\s*:?", re.I)
# Places whose weather the paper shows: the province, its towns and districts, before and after
# the merger of July 2025.
PLACES = (
    "Lào Cai", "Sa Pa", "Sapa", "Bắc Hà", "Bảo Thắng", "Bảo Yên", "Bát Xát", "Mường Khương",
    "Si Ma Cai", "Simacai", "Văn Bàn", "Yên Bái", "Nghĩa Lộ", "Mù Cang Chải", "Trạm Tấu",
    "Văn Chấn", "Văn Yên", "Trấn Yên", "Lục Yên", "Yên Bình", "Y Tý", "Hà Nội",
)  # fmt: skip
# In both forms: ten times as fast as without regard to capitals.
_PRINTED = sorted((*PLACES, *(place.upper() for place in PLACES)), key=len, reverse=True)
_PLACE = re.compile(rf"(?:{'|'.join(_PRINTED)})\b")
# Words with capitals, before the first figure: a place that is not in our list.
_NAME = re.compile(r"^((?:[^\W\d]+\s){1,3}[^\W\d]+)\s*[:-]?\s*(?=[-−–]?\d)")
_HEADING_TAGS = ("h2", "h3", "h4", "h5")
_HEADING_CLASSES = ("title", "heading", "box-heading")
HEADINGS = ", ".join((*_HEADING_TAGS, *(f".{name}" for name in _HEADING_CLASSES)))
# "Thời tiết", in any case and any form of Unicode, contains "i ti".
_SAYS_WEATHER = ':lexbor-contains("i ti" i)'
_WIDGETS = "[class*=weather], [id*=weather], [class*=thoi-tiet]"
_ARTICLES = f"h1, {ARTICLE_LINKS}"
_MOST_WIDGETS, _MOST_HEADINGS = 10, 50  # on a page
_FRAMES = 3  # elements between a heading and its box
_LONGEST = 1_000  # characters; some twenty places
_MOST_SOURCE = 100_000  # characters, with scripts and spaces


# As a page is sent, the widget mostly holds its labels alone: the same on every page.
@lru_cache(maxsize=20)
def read_weather(heading: str, text: str) -> tuple[Weather, ...]:
    """What a widget shows: one Weather for each place it names; () for an empty or a long one.

    `text` is the widget's text without its heading. A widget that names no place shows that of
    its heading.
    """
    text = clean(text)
    if not text or len(text) >= _LONGEST:
        return ()
    places = list(_PLACE.finditer(text))
    if len(places) < 2 or not _TEMPERATURE.search(text):
        place = places[0][0] if places else _place_of(heading) or _named(text)
        return (_read_one(place, text),)
    edges = [0, *(place.start() for place in places[1:]), len(text)]
    return tuple(
        _read_one(place[0], text[start:end].strip(" |;,"))
        for place, start, end in zip(places, edges, edges[1:], strict=False)
    )


def is_weather_heading(text: str) -> bool:
    """True if a heading is a weather widget's: "Thời tiết", or with a place of the province."""
    if not _HEADING.match(text):
        return False
    rest = _HEADING.sub("", text).strip()
    return not rest or bool(_PLACE.fullmatch(rest))


def says_weather(text: str) -> bool:
    """True if a text has a temperature in it, or a widget's label in its place."""
    return bool(_TEMPERATURE.search(text) or _FORECAST.search(text))


def without_heading(heading: str, text: str) -> str:
    """A widget's text below its heading, be that an element of its own or its first words."""
    if is_weather_heading(heading):
        return clean(text.partition(heading)[2] if heading in text else text)
    return clean(_HEADING.sub("", text))


def _named(text: str) -> str:
    """The place before the first figure, if its words begin with capitals; "" for none."""
    match = _NAME.match(text)
    return match[1] if match and all(word[0].isupper() for word in match[1].split()) else ""


def _place_of(heading: str) -> str:
    """The place that a heading names: "Thời tiết Lào Cai"."""
    heading = clean(heading)
    place = _PLACE.search(heading)
    return place[0] if place else _HEADING.sub("", heading).strip()


def _read_one(place: str, text: str) -> Weather:
    rest = text.replace(place, " ", 1) if place else text
    humidity = _HUMIDITY.search(rest) if "%" in rest else None
    rest = _HUMIDITY.sub(" ", rest) if humidity else rest
    low, high, rest = _span(rest)
    now = _TEMPERATURE.search(rest)
    rest = _TEMPERATURE.sub(" ", rest) if now else rest
    rest = _PLACE.sub(" ", _LABELS.sub(" ", rest))
    return Weather(
        place=place,
        text=text,
        temperature_c=_number(now[1]) if now else None,
        temperature_min_c=low,
        temperature_max_c=high,
        humidity_pct=_number(humidity[1]) if humidity else None,
        condition=clean(_EMPTY.sub(" ", rest)).strip(" ,.;:|/-–"),
    )


def _span(text: str) -> tuple[float | None, float | None, str]:
    """The lowest and the highest temperature, and `text` without them."""
    if span := _RANGE.search(text):
        low, high = sorted((_number(span[1]), _number(span[2])))
        return low, high, _RANGE.sub(" ", text)
    if not _EXTREME.search(text):
        return None, None, text
    lowest, highest = _LOWEST.search(text), _HIGHEST.search(text)
    rest = _HIGHEST.sub(" ", _LOWEST.sub(" ", text))
    return _number(lowest[1]) if lowest else None, _number(highest[1]) if highest else None, rest


def _number(text: str) -> float:
    return float(_MINUS.sub("-", text).replace(",", "."))


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
    seen: set[str] = set()
    for node in islice(fitting(page.tree, _WIDGETS), _MOST_WIDGETS):
        if (text := _labels_of(node)) and len(text) < _LONGEST and text not in seen:
            seen.add(text)
            yield _WIDGETS, labels_of(node.css_first(HEADINGS)), text
    for head, heading in islice(_headings(page), _MOST_WIDGETS):
        text = _text_below(head, heading, bodies)
        # What is in no heading's element may be a step of the menu: its box has to show weather.
        is_shown = _is_heading(head) or (bodies and says_weather(text))
        if text and text not in seen and is_shown:
            seen.add(text)
            yield "heading", heading, text


def _headings(page: Page) -> Iterator[tuple[LexborNode, str]]:
    """Each element, of any tag and class, that reads like a widget's heading, and its text."""
    spoken = ((node, clean(node.text(deep=False))) for node in page.tree.css(_SAYS_WEATHER))
    found = ((node, text) for node, text in spoken if is_weather_heading(text))
    for node, text in islice(found, _MOST_HEADINGS):
        around = node.parent
        is_within = around is not None and _is_heading(around) and labels_of(around) == text
        head = around if is_within else node
        if head is not None and head.tag != "a":
            yield head, text


def _labels_of(box: LexborNode) -> str:
    """The labels and figures of a box; "" if it is too large for a widget, with its scripts."""
    return labels_of(box) if len(box.text(deep=True)) <= _MOST_SOURCE else ""


def _is_heading(node: LexborNode) -> bool:
    return node.tag in _HEADING_TAGS or not classes(node).isdisjoint(_HEADING_CLASSES)


def _text_below(head: LexborNode, heading: str, bodies: Sequence[LexborNode]) -> str:
    """What a heading's box shows; "" for a section of an article, or a list of articles."""
    box = None if is_inside(head, bodies) else _box_below(head, heading)
    text = _labels_of(box) if box else ""
    if box is None or len(text) >= _LONGEST or box.css_first(_ARTICLES):
        return ""
    return text


def _box_below(head: LexborNode, heading: str) -> LexborNode | None:
    """The smallest element that holds more than the heading `head`: the one around it, or, if
    the heading has a box of its own, one around that which shows weather."""
    for n, box in enumerate(above(head, _FRAMES)):
        if (text := _labels_of(box)) != heading:
            return box if n == 0 or says_weather(text) else None
    return None
