"""What is looked at before a page is parsed, so that none costs more than a second.

The parser's time rises with the square of what some pages hold: elements left open around many
paragraphs, formatting elements left open (each later paragraph repeats them all), attributes of
one element. Pages that people made are far below these bounds.
"""

import re
from collections import Counter

MOST_BYTES = 10_000_000  # as crawl.max_page_mb is shipped
MOST_TAGS = 40_000  # opening and closing; a long live report has some 10,000
MOST_OPEN = 1_000  # elements left open at a time, by the count of their tags
MOST_FORMATS_OPEN = 100
_FEW_TAGS = 2_500  # too few to cost much, however they are put
_FEW_BYTES = 100_000
_LONGEST_TAG = 20_000  # bytes, without its quoted values

_TAG = re.compile(rb"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_LONG_TAG = re.compile(rb"<[a-zA-Z][^<>]{%d,}" % _LONGEST_TAG)
_QUOTED = re.compile(rb"\"[^\"]*\"|'[^']*'")
# Never left open: they have no content, or end where the next one begins.
_CLOSED = set(b"area base br col embed hr img input link meta source track wbr".split())
_CLOSED |= set(b"p li td th tr dd dt option tbody thead tfoot".split())
_FORMATS = set(b"a b big code em font i nobr s small strike strong tt u".split())


def beyond(body: bytes) -> str:
    """Which bound a page of UTF-8 passes, in words; "" where it passes none."""
    tags = body.count(b"<")
    if tags > MOST_TAGS:
        return f"more than {MOST_TAGS} tags"
    if len(body) > _FEW_BYTES and _has_long_tag(body):
        return f"a tag of more than {_LONGEST_TAG} bytes"
    if tags > _FEW_TAGS and _leaves_open(body):
        return "too many elements left open"
    return ""


def _has_long_tag(body: bytes) -> bool:
    found = (_QUOTED.sub(b"", match[0]) for match in _LONG_TAG.finditer(body))
    return any(len(tag) > _LONGEST_TAG for tag in found)


def _leaves_open(body: bytes) -> bool:
    """Whether more elements are open at a time than in any page that a person made."""
    left: Counter[bytes] = Counter()
    levels = formats = 0
    for end, written in _TAG.findall(body):
        name = written.lower()
        if name in _CLOSED or (end and not left[name]):
            continue
        step = -1 if end else 1
        left[name] += step
        levels += step
        formats += step if name in _FORMATS else 0
        if levels > MOST_OPEN or formats > MOST_FORMATS_OPEN:
            return True
    return False
