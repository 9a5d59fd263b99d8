"""Captures that hold only a page's text: .txt files and WET records.

In reading order such a capture shows what the page did: navigation, the page clock, a hotline,
the headline, the lead, captions and paragraphs, the side blocks. Captions are told apart from
paragraphs by guess, and marked so: a caption says where in a photo somebody is, or ends in a
credit, or is a single short sentence beside longer paragraphs: one that is last, or one of three
in a row, is none.
"""

from scraper.errors import NotAnArticle
from scraper.extract.byline import is_source
from scraper.extract.captions import has_cue, is_caption, says_photo, split_credit
from scraper.extract.dates import clock_flags, read_page_clock
from scraper.extract.frame_lines import (
    LEAD_MARK,
    ends_article,
    is_hotline,
    page_clock,
    weather_below,
)
from scraper.extract.text import clean, decode
from scraper.models import Article, Caption, Snapshot
from scraper.urls import article_id

NAME = "plaintext"
_MOST_ABOVE_LEAD = 3  # captions between headline and lead
_LEAST = 40  # characters; a text without a line as long is a list, a message, a program's file
_RUN = 3  # short lines in a row that are verse, a talk or a list


def read(snapshot: Snapshot) -> Article:
    """The article in a capture of text alone. Raises NotAnArticle."""
    blocks = _blocks(snapshot)
    clock = next((n for n, line in enumerate(blocks) if page_clock(line)), None)
    clock_text = page_clock(blocks[clock]) if clock is not None else ""
    moment = read_page_clock(clock_text)
    start = _start(blocks, clock)
    end = next((n for n in range(start, len(blocks)) if ends_article(blocks[n])), len(blocks))
    inside = blocks[start:end]
    if len(inside) < 2 or max(len(block) for block in inside) < _LEAST:
        raise NotAnArticle(snapshot.url, "no headline with text below it")
    title, lead, rest = _headed(inside)
    paragraphs, captions = _told_apart(rest)
    return Article(
        url=snapshot.url,
        article_id=article_id(snapshot.url),
        title=title,
        lead=lead,
        paragraphs=tuple(paragraphs),
        captions=tuple(captions),
        published_at=None,
        published_source="",
        modified_at=None,
        page_clock_at=moment.at if moment else None,
        page_clock_text=clock_text,
        section="",
        byline=(),
        tags=(),
        weather=weather_below(blocks[end:]),
        template=NAME,
        layout="article",
        photo_count=len(captions),
        flags=clock_flags(moment),
    )


def _blocks(snapshot: Snapshot) -> list[str]:
    """The lines of the capture; each paragraph of these captures is one line."""
    text = decode(snapshot.body, snapshot.header("content-type")).decode("utf-8", "replace")
    return [line for raw in text.splitlines() if (line := clean(raw))]


def _start(blocks: list[str], clock: int | None) -> int:
    """Where the headline stands: after clock and hotline, else above a marked lead, else first."""
    if clock is not None:
        after = clock + 1
        while after < len(blocks) and is_hotline(blocks[after]):
            after += 1
        return after
    marked = (n for n, block in enumerate(blocks) if block.startswith(LEAD_MARK))
    return max(next(marked, 1) - 1, 0)


def _headed(blocks: list[str]) -> tuple[str, str, list[str]]:
    """Headline, lead, and what follows the headline but the lead: the marked one, else the next
    line; one that ends in a photo's credit is no lead."""
    first = range(1, min(len(blocks), _MOST_ABOVE_LEAD + 2))
    lead = next((n for n in first if blocks[n].startswith(LEAD_MARK)), 1)
    if says_photo(blocks[lead]):
        return blocks[0], "", blocks[1:]
    return blocks[0], blocks[lead], blocks[1:lead] + blocks[lead + 1 :]


def _told_apart(blocks: list[str]) -> tuple[list[str], list[Caption]]:
    """The paragraphs and the captions; a last line that names the source is neither."""
    if len(blocks) > 1 and is_source(blocks[-1]):
        blocks = blocks[:-1]
    may_be = [is_caption(block) for block in blocks]
    paragraphs: list[str] = []
    captions: list[Caption] = []
    for n, block in enumerate(blocks):
        is_alone = n < len(blocks) - 1 and _run(may_be, n) < _RUN
        if may_be[n] and (is_alone or has_cue(block) or says_photo(block)):
            text, credit = split_credit(block)
            captions.append(Caption(text, credit, "", len(paragraphs), "guess"))
        else:
            paragraphs.append(block)
    return paragraphs, captions


def _run(may_be: list[bool], n: int) -> int:
    """How many in a row may be captions around number `n`, three at most on either side."""
    after = may_be[n : n + _RUN]
    before = may_be[max(n - _RUN + 1, 0) : n + 1][::-1]
    lengths = (side.index(False) if False in side else len(side) for side in (before, after))
    return sum(lengths) - 1
