"""What is counted before a page is parsed, so that none costs more than a second.

The parser's time rises with the square of what some pages hold: attributes of one element, options
of one list, formatting elements left open (each later block repeats them all), levels of elements.
Pages that people made are far below these bounds. A page is judged by counts that no quote, comment
or script can hide from: each `<` may begin a tag, wherever it is.
"""

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser

NO_EVENTS = LexborDocumentOptions.WO_EVENTS.value  # a few per cent of the parse, of no use here

MOST_BYTES = 10_000_000  # as crawl.max_page_mb is shipped
MOST_TEXT_BYTES = 1_000_000  # of a text capture; a page of the paper shows some 20,000
MOST_TAGS = 40_000  # opening and closing; a long live report has some 10,000
MOST_PRODUCT = 50_000_000_000  # tags times bytes: 10,000 tags in 5 MB
MOST_OPTIONS = 5_000
MOST_LEVELS = 1_000  # of elements
# Of the text of an article: levels, and elements that hold others.
MOST_TEXT_LEVELS, MOST_WALKED = 300, 50_000
MOST_ELEMENTS = 100_000  # of the parsed page
# Of the attributes of each tag, their square; the slower of two parsers takes a third of a second.
_MOST_SQUARES = 30_000_000
# Different formatting tags times all tags. The parser keeps three of each that are left open.
_MOST_FORMATS = 500_000
# So many are parsed at a time; and fewer, if there are many different formatting tags.
_STEP_TAGS, _STEP_FORMATS = 2_500, 50_000
_STEP_COPIED = 400_000_000  # bytes, if each tag has the text since the last beginning copied
MOST_ONE_TEXT = 50_000  # characters of one text that goes on in the next beginning
FEW_TAGS = 2_200  # too few to cost much, however they are put
_FEW_BYTES = 100_000
_SHORT = 500  # bytes of a tag; no more than some hundred attributes

_START = re.compile(rb"<[a-zA-Z][^\s/>]*")
_OPTION = re.compile(rb"<option", re.I)
_FORMATS = frozenset(b"<b <big <code <em <font <i <nobr <s <small <strike <strong <tt <u".split())
# As HTML's tokenizer reads them: a quote begins a value only after "=".
_ATTRIBUTE = rb"[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s>\"'][^\s>]*+)?+)?+"
_ATTRIBUTES = re.compile(rb"(?:[\s/]++|%b)*+" % _ATTRIBUTE)
_ONE_ATTRIBUTE = re.compile(_ATTRIBUTE)


class TooLarge(ValueError):
    """More elements, or levels of them, than any page that a person made."""


def tags_of(body: bytes) -> int:
    """How many tags a page of UTF-8 may have."""
    return body.count(b"<")


def beyond(body: bytes, tags: int) -> str:
    """Which bound a page of UTF-8 with so many tags passes, in words; "" if it passes none."""
    if tags > MOST_TAGS:
        return f"more than {MOST_TAGS} tags"
    if tags * len(body) > MOST_PRODUCT:
        return "too many tags for so many bytes"
    if tags <= FEW_TAGS and len(body) <= _FEW_BYTES:
        return ""
    if tags > MOST_OPTIONS and len(_OPTION.findall(body)) > MOST_OPTIONS:
        return f"more than {MOST_OPTIONS} options"
    return beyond_in_tags(body, tags)


def beyond_in_tags(body: bytes, tags: int) -> str:
    """Which bound the tags of a page pass, in words; "" if they pass none: as slow as a parse."""
    whole = body + b"\"'>"  # ends each value and tag
    formats: set[bytes] = set()
    scanned = squares = 0
    for start in _START.finditer(body):
        written = _ATTRIBUTES.match(whole, start.end())
        length = written.end() - start.end() if written else 0
        if written and start[0].lower() in _FORMATS:
            formats.add(start[0] + written[0])
        if written and length > _SHORT:
            scanned += length
            squares += len(_ONE_ATTRIBUTE.findall(written[0])) ** 2
            if scanned > 4 * len(whole) or squares > _MOST_SQUARES:
                return "too many attributes in a tag"
    if len(formats) * tags > _MOST_FORMATS:
        return "too many kinds of formatting tags"
    step = min(_STEP_TAGS, _STEP_FORMATS // max(len(formats), 1))
    return _beyond_in_beginnings(body, step)


def _beyond_in_beginnings(body: bytes, step: int) -> str:
    """No count of tags says how many elements a tag closes, looks at or repeats. So a large page
    is parsed in beginnings, each longer by as many tags as cannot cost much."""
    last_n = last_at = 0
    for n, tag in enumerate(re.finditer(b"<", body)):
        at = tag.start()
        if n - last_n >= step or (n - last_n) * (at - last_at) > _STEP_COPIED:
            last_n, last_at = n, at
            beginning = LexborHTMLParser(body[:at], options=NO_EVENTS)
            if why := beyond_in_tree(beginning) or _beyond_in_texts(beginning):
                return why
    return ""


def _beyond_in_texts(tree: LexborHTMLParser) -> str:
    """A tag that the parser leaves out has it copy the text around it: a cell outside tables."""
    for element in tree.css(":not(script, style)"):
        for node in element.iter(include_text=True):
            if node.tag == "-text" and len(node.text_content or "") > MOST_ONE_TEXT:
                return f"a text of more than {MOST_ONE_TEXT} characters on a page of many tags"
    return ""


def beyond_in_tree(tree: LexborHTMLParser) -> str:
    """Which bound a parsed page passes, in words; "" if it passes none."""
    elements = 0
    for n, of_level in enumerate(levels_of(tree)):
        elements += of_level
        if n == MOST_LEVELS:
            return f"more than {MOST_LEVELS} levels of elements"
        if elements > MOST_ELEMENTS:
            return f"more than {MOST_ELEMENTS} elements"
    return ""


def levels_of(tree: LexborHTMLParser) -> Iterator[int]:
    """How many elements each level of a page has, the outermost first."""
    level = [tree.root] if tree.root is not None else []
    while level:
        yield len(level)
        level = [child for node in level for child in node.iter()]
