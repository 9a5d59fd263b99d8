"""Article pages of the 2022 site, read by structure: its class names are not known.

In reading order such a page shows: the page clock ("Thứ 7, 3/12/2022, 08:38 [UTC-0]"), a hotline,
the headline, the lead, photos with captions between the paragraphs, then side blocks
(Multimedia, the weather widget). The page clock is when the server rendered the page: never the
time of publication, of which these pages say nothing.
"""

from collections.abc import Container
from dataclasses import dataclass
from typing import NoReturn

from selectolax.lexbor import LexborNode

from scraper.errors import MissingField, NotAnArticle
from scraper.extract.boxes import LIST_HEADING, Content, Excluded, Figure, Paragraph, is_linked
from scraper.extract.byline import without_signature
from scraper.extract.captions import with_captions_below
from scraper.extract.dates import read_page_clock
from scraper.extract.flow import IsEnd, flow
from scraper.extract.furniture import (
    LEAD_MARK,
    ends_article,
    is_hotline,
    page_clock,
)
from scraper.extract.line_kinds import is_kicker
from scraper.extract.nodes import each, text_of
from scraper.extract.page import Page
from scraper.extract.record import Findings, article_of, is_refusal
from scraper.extract.trace import Choice
from scraper.extract.weather import weather_of
from scraper.models import Article, Snapshot
from scraper.urls import article_id

NAME = "site2022"
_SIGNED = frozenset({"author", "cms-author"})  # who wrote it: found by `_BYLINE`, no paragraph
_BYLINE = ".author, .cms-author"
_MOST_ABOVE_LEAD = 4  # photos and their captions between headline and lead
_LEAST_TITLE = 15  # characters of a line that is the headline because the title starts with it


@dataclass(frozen=True, slots=True)
class _Lines:
    """The page in reading order, to the first side block below clock and headline."""

    content: Content
    texts: list[str]  # of each part; "" for a photo

    @property
    def clock(self) -> int | None:
        """Which line is the page clock, or begins with it."""
        return next((n for n, line in enumerate(self.texts) if page_clock(line)), None)


def is_of_2022(page: Page) -> bool:
    """True if the page is one of the 2022 site: it bears Nuxt's assets."""
    sources = (node.attributes.get("src") or "" for node in page.tree.css("script[src]"))
    return any("/_nuxt/" in source for source in sources) or bool(page.tree.css_first("#__nuxt"))


def read(page: Page, snapshot: Snapshot) -> Article:
    """The article on a page of the 2022 site. Raises MissingField, NotAnArticle, TooLarge."""
    headings = {text_of(node): node for node in each(page.tree, "h1")}
    lines = _lines(page, headings)
    clock = lines.clock
    clock_text = page_clock(lines.texts[clock]) if clock is not None else ""
    start, heading = _headline(page, lines, clock, headings)
    title = lines.texts[start]
    parts, end = _inside(lines, start)
    if clock is None and not any(_is_marked(p) for p in parts[: _MOST_ABOVE_LEAD + 1]):
        _refuse(page, lines)
    texts = [part.text for part in parts if isinstance(part, Paragraph)]
    is_list = article_id(page.url) is None and _is_list(lines, start, end, parts)
    if is_list or is_refusal(title, texts):
        raise NotAnArticle(page.url, f"a page of the 2022 site, but no article: {title}")
    lead, rest = _lead(parts)
    signed = without_signature(with_captions_below(rest, is_plain=True))
    if page.notes is not None:
        last = "".join(lines.texts[end : end + 1])
        _note(page.notes, (clock_text, title, lead, last), lines, start, end)
        page.notes.extend(Choice("excluded", e.rule, e.text) for e in signed.excluded)
    moment = read_page_clock(clock_text)
    found = Findings(
        template=NAME,
        title=title,
        lead=lead,
        parts=signed.parts,
        times=[],
        section=".breadcrumb a",
        byline=_BYLINE,
        heading=heading,
        around=page.tree.body,
        signature=signed.names,
        weather=weather_of(page),
        clock=moment,
        clock_text=clock_text,
        kicker=_kicker(lines, clock, start),
    )
    return article_of(found, page, snapshot)


def _note(notes: list[Choice], found: tuple[str, ...], lines: _Lines, start: int, end: int) -> None:
    """Notes what was found (the clock, the headline, the lead, and the line that ends the text),
    and what of the lines between headline and end is not part of the text."""
    rules = (
        ("page_clock_at", "first line with weekday, date, time and zone"),
        ("title", "h1, else first line below clock and hotline"),
        ("lead", "marked line, else first line below the headline"),
        ("paragraphs", "from the lead to the first side block"),
    )
    notes.append(Choice("template", "/_nuxt/ assets", NAME))
    notes += [Choice(*rule, text) for rule, text in zip(rules, found, strict=True)]
    linked = filter(is_linked, lines.content.parts[start + 1 : end])
    left_out = [Excluded("line of links", part) for part in linked if isinstance(part, Paragraph)]
    left_out += [e for e in lines.content.excluded if start < e.at <= end]
    notes += [Choice("excluded", e.rule, e.text) for e in left_out]


def _lines(page: Page, headings: Container[str]) -> _Lines:
    root = page.tree.body
    if root is None:
        raise NotAnArticle(page.url, "an empty page")
    # In this order; a page that lacks the clock or an h1 is read to its end.
    awaited: list[IsEnd] = [
        lambda line: bool(page_clock(line.text)),
        lambda line: line.text in headings and not line.is_linked,
        lambda line: ends_article(line.text),
    ]

    def is_end(line: Paragraph) -> bool:
        if awaited[0](line):
            awaited.pop(0)
        return not awaited

    content = flow(root, _SIGNED, is_end)
    return _Lines(content, [p.text if isinstance(p, Paragraph) else "" for p in content.parts])


def _headline(
    page: Page, lines: _Lines, clock: int | None, headings: dict[str, LexborNode]
) -> tuple[int, LexborNode | None]:
    """Which line is the headline: an h1's, else one that the title begins with, else the first
    after clock and hotline; and its h1."""
    named = text_of(page.tree.css_first("title"))
    below = [
        (n, text)
        for n, text in enumerate(lines.texts)
        if text and n > (-1 if clock is None else clock) and not is_hotline(text)
    ]
    for n, text in below:
        if text in headings and not is_linked(lines.content.parts[n]):
            return n, headings[text]
    for n, text in below:
        if text == named or (len(text) >= _LEAST_TITLE and named.startswith(text)):
            return n, None
    if clock is None or not below:
        _refuse(page, lines)
    return next(
        ((n, None) for n, _ in below if not is_linked(lines.content.parts[n])), (below[0][0], None)
    )


def _kicker(lines: _Lines, clock: int | None, start: int) -> str:
    """The line between the hotline and the headline; "" if there is none."""
    if clock is None or start - 1 <= clock or is_linked(lines.content.parts[start - 1]):
        return ""
    text = lines.texts[start - 1]
    return text if text and is_kicker(text) and not is_hotline(text) else ""


def _refuse(page: Page, lines: _Lines) -> NoReturn:
    """Raises what fits a page without headline: an article's, whose text may come by script, or
    another."""
    if article_id(page.url) is None:
        raise NotAnArticle(page.url, "no page clock, as every article of the 2022 site has")
    raise MissingField(page.url, NAME, "title" if any(lines.texts) else "text")


def _inside(lines: _Lines, start: int) -> tuple[list[Paragraph | Figure], int]:
    """What is between the headline and the first block beside the article, and where that is.

    Below a list of other articles, in a box of its own, the article goes on with what is in
    the same element as paragraphs above the list.
    """
    parts = lines.content.parts
    end = next(
        (n for n in range(start + 1, len(parts)) if ends_article(lines.texts[n])), len(parts)
    )
    lists = [e for e in lines.content.excluded if start < e.at < end and _heads_list(e)]
    first = min((e.at for e in lists), default=end)
    inside = [p for p in parts[start + 1 : first] if not is_linked(p)]
    homes = {_home(p) for p in inside} - {0}
    if not any(_home(e.what) in homes for e in lists):
        inside += [p for p in parts[first:end] if not is_linked(p) and _home(p) in homes]
    return inside, end


def _heads_list(excluded: Excluded) -> bool:
    """True if it is the heading of a list that the page adds; an editor's own, in a paragraph of
    the text, is above links alone."""
    holder = excluded.what.holder if isinstance(excluded.what, Paragraph) else None
    return excluded.rule == LIST_HEADING and (holder is None or holder.tag != "p")


def _home(part: Paragraph | Figure | LexborNode) -> int:
    """The element in which a paragraph is beside others; 0 for none."""
    holder = part.holder if isinstance(part, Paragraph) else None
    return holder.parent.mem_id if holder is not None and holder.parent is not None else 0


def _is_list(lines: _Lines, start: int, end: int, parts: list[Paragraph | Figure]) -> bool:
    """True if most of what is below the headline leads to articles."""
    if any(_is_marked(part) for part in parts[: _MOST_ABOVE_LEAD + 1]):
        return False
    links = sum(1 for n in range(start + 1, end) if is_linked(lines.content.parts[n]))
    above = lines.clock or 0  # a headline may be one of the list's
    links += sum(1 for e in lines.content.excluded if above < e.at <= end and is_linked(e.what))
    return links > 1 and links >= sum(1 for part in parts if isinstance(part, Paragraph))


def _lead(parts: list[Paragraph | Figure]) -> tuple[str, list[Paragraph | Figure]]:
    """The marked line of the first ones, else the line right below the headline; and the rest."""
    first = parts[: _MOST_ABOVE_LEAD + 1]
    lead = next((p for p in first if _is_marked(p)), parts[0] if parts else None)
    if not isinstance(lead, Paragraph):
        return "", parts
    return lead.text, [part for part in parts if part is not lead]


def _is_marked(part: Paragraph | Figure) -> bool:
    return isinstance(part, Paragraph) and part.text.startswith(LEAD_MARK)
