"""Who wrote an article: as an element of its page says, its last line, or its metadata.

The last line is the writer's if it is set to the right or all in bold, and reads like names and
nothing else: no subhead has nothing below it. It is the source's if it reads "Theo TTXVN".
Evidence: bodies of sister papers sign at the right, in bold, or in `.article__author`; news of the
agency ends "Theo TTXVN" or "Nguồn: …"; two to five capitalised words are a Vietnamese name.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from selectolax.lexbor import LexborNode

from scraper.extract.boxes import Excluded, Figure, Paragraph
from scraper.extract.nodes import classes, each, text_of
from scraper.extract.page import Page
from scraper.extract.surroundings import own
from scraper.extract.text import clean
from scraper.extract.trace import first_of

_RIGHT = re.compile(r"text-align\s*:\s*right", re.I)
_SOURCE = re.compile(r"^[(\[]?\s*(?:(theo)\s|nguồn\s*:)\s*([^,.!?:;]+(?:\.\w+)*)\s*[)\]]?$", re.I)
_BETWEEN = re.compile(r"\s+[–—-]\s+|[,;&]")
_JOINING = re.compile(r"\s+và\s+|\s*[/-]\s*")
_LABEL = re.compile(
    r"(?:(?:tin|bài|ảnh|video|nội dung|thực hiện|thiết kế|trình bày|tác giả|đồ họa|biên tập)"
    r"(?:\s*(?:,|-|và|&)\s*)?){1,3}:",
    re.I,
)
_LONGEST_BYLINE = 1_000  # characters; longer texts name nobody
# Never an author: the paper itself, as its metadata sign every page.
_PAPER = {"báo lào cai", "báo lào cai điện tử", "lào cai điện tử", "baolaocai.vn"}
_LONGEST = 80  # characters
_MOST_WORDS = 8


class Signed(NamedTuple):
    """The parts of an article without the lines that sign it."""

    parts: list[Paragraph | Figure]
    names: str  # as printed; "" if there are none
    excluded: list[Excluded]  # the line that names the source


def byline_of(
    page: Page,
    selector: str,
    title: LexborNode | None,
    around: LexborNode | None,
    signature: str,
) -> tuple[str, ...]:
    """The names that sign the article, as printed; else as its metadata state them.

    `title`: the headline; `around`: the article's own part of the page; `signature`: what a last
    line of the text says.
    """

    def candidates() -> Iterator[tuple[str, str]]:
        signing = _signing(page, selector, title, around)
        yield selector, ", ".join(name for name in signing if len(name) <= _LONGEST_BYLINE)
        yield "last line of the body", signature
        stated = (page.meta.get("dable:author", ""), *_json_ld_authors(page))
        yield "meta dable:author, JSON-LD author", ", ".join(name for name in stated if name)

    names = split_names(first_of(page.notes, "byline", candidates()))
    return tuple(dict.fromkeys(name for name in names if name and name.lower() not in _PAPER))


def _signing(
    page: Page, selector: str, title: LexborNode | None, around: LexborNode | None
) -> list[str]:
    """What elements name that sign the article: in its own part of the page, else anywhere."""
    if title is None or around is None:
        return []
    for scope in (around, page.tree.body):
        holders = own(scope, selector, title) if scope is not None else []
        if named := [name for holder in holders if (name := _named(holder))]:
            return named
    return []


def _named(holder: LexborNode) -> str:
    """The names in an element that may also hold a portrait, a post, an address."""
    if "cms-author" in classes(holder):
        return text_of(holder)
    names = [text_of(name) for name in each(holder, ".name, .cms-author")]
    return ", ".join(name for name in names if name) or text_of(holder)


def _json_ld_authors(page: Page) -> list[str]:
    stated = page.json_ld.get("author")
    authors = stated if isinstance(stated, list) else [stated]
    named = [a.get("name") if isinstance(a, dict) else a for a in authors]
    names = [n for name in named for n in (name if isinstance(name, list) else [name])]
    return [clean(name) for name in names if isinstance(name, str)]


def without_signature(parts: list[Paragraph | Figure]) -> Signed:
    """`parts` and what their last lines are; a source is above the names or below them."""
    rest, names, excluded = list(parts), "", list[Excluded]()
    while len(rest) > 1 and isinstance(last := rest[-1], Paragraph):
        if not excluded and is_source(last.text):
            excluded.append(Excluded("source line", last))
        elif not names and _is_signature(last):
            names = last.text
        else:
            break
        rest.pop()
    return Signed(rest, names, excluded)


def is_source(text: str) -> bool:
    if len(text) > _LONGEST or not (match := _SOURCE.match(text)):
        return False
    name = match[2]
    return len(name.split()) <= _MOST_WORDS and (not match[1] or name[0].isupper() or "." in name)


def _is_signature(last: Paragraph) -> bool:
    holder = last.holder
    if holder is None or len(last.text) > _LONGEST or not is_names(last.text):
        return False
    return last.is_bold or _is_right(holder)


def is_names(text: str) -> bool:
    """True if a text is names of people and nothing else: "Nguyễn Thử - Lê Bịa"."""
    return all(_is_name(name) for name in split_names(text))


def split_names(text: str) -> list[str]:
    """The names in a byline, without what says who did what: "Bài, ảnh: Lê Thử" is one name."""
    if _is_name(text):
        return [text]
    parts = _BETWEEN.split(_LABEL.sub(", ", text))
    return [name for part in parts if part.strip() for name in _people(part.strip())]


def _people(text: str) -> list[str]:
    """Two people whom a weaker sign joins; "TTXVN/Vietnam+" and "Lê Thử-TTXVN" are one name."""
    people = [name.strip() for name in _JOINING.split(text)]
    return people if all(_is_name(name) for name in people) else [text]


def _is_name(text: str) -> bool:
    words = text.strip("() ").split()
    return 2 <= len(words) <= 5 and all(w[0].isupper() and w.isalpha() for w in words)


def _is_right(holder: LexborNode) -> bool:
    attributes = holder.attributes
    if (attributes.get("align") or "").lower() == "right" or "text-right" in classes(holder):
        return True
    return bool(_RIGHT.search(attributes.get("style") or ""))
