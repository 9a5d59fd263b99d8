"""Captures that hold only a page's text: .txt files and WET records. docs/importing.md shows one.

Three kinds occur. A whole capture shows all that the page did, in reading order: navigation, the
page clock, a hotline, the headline, the lead, captions and paragraphs, the side blocks. Others
have the headline but not the page's frame; those of main-text extractors have not even that.

The address settles the headline: without marks it is the slug, letter for letter (12 of 12
captures of the paper that show one). A capture without it gets a supplied title and a flag. What
cannot be placed is kept as a paragraph; what is no text of the article is left out and noted.
"""

from collections.abc import Sequence

from scraper.errors import NotAnArticle
from scraper.extract import line_kinds as kinds
from scraper.extract.dates import clock_flags, read_page_clock
from scraper.extract.furniture import (
    LEAD_MARK,
    ends_article,
    is_above_emagazine,
    is_hotline,
    is_list_line,
    page_clock,
    says_more,
    weather_below,
    without_navigation,
)
from scraper.extract.stated_times import read_printed_times
from scraper.extract.text import clean, decode
from scraper.extract.text_lines import LEFT_OUT, Headed, Kept, Line, keep_text, separate, take_lead
from scraper.extract.trace import Choice, Notes
from scraper.models import PLAINTEXT, Article, Snapshot
from scraper.urls import article_id

_LEAST = 40  # characters; a text without a line as long is a list, a message, a program's file
_MOST_TITLE = 250  # characters of a line that is the headline by its place alone
_PARAGRAPH = 120  # characters; a longer sentence may be the article's, or another's lead
MOST_LINES = 20_000  # of a capture; no page of the paper comes near


def read(snapshot: Snapshot, notes: Notes = None) -> Article:
    """The article in a capture of text alone. Raises NotAnArticle."""
    lines = _lines(snapshot)
    texts = [line.text for line in lines]
    clock = next((n for n, text in enumerate(texts) if page_clock(text)), None)
    clock_text = page_clock(texts[clock]) if clock is not None else ""
    kept = Kept(is_whole=clock is not None)
    headed = _headed(texts, clock, kinds.slug_letters(snapshot.url), kept)
    slug = kinds.slug_of(snapshot.url)
    end = _keep(lines, headed, slug, kept)
    is_emagazine = any(is_above_emagazine(text) for text in texts[:end])
    lead = take_lead(kept, headed, slug, is_emagazine=is_emagazine)
    paragraphs, captions = separate(kept.lines, headed.above)
    _require_text(snapshot.url, (headed.title, lead, *paragraphs, *(c.text for c in captions)))
    moment = read_page_clock(clock_text)
    times = read_printed_times(kept.times, snapshot.captured_at, notes)
    if notes is not None:
        notes += [Choice("title", "the slug of the address", headed.title), *kept.excluded]
    return Article(
        url=snapshot.url,
        article_id=article_id(snapshot.url),
        title=headed.title or f"[{slug or article_id(snapshot.url)}]",
        lead=lead,
        paragraphs=tuple(paragraphs),
        captions=tuple(captions),
        published_at=times.published_at,
        published_source=times.published_source,
        modified_at=times.modified_at,
        page_clock_at=moment.at if moment else None,
        page_clock_text=clock_text,
        section="",
        byline=(),
        tags=(),
        weather=weather_below(texts[end:]),
        template=PLAINTEXT,
        layout="emagazine" if is_emagazine else "article",
        photo_count=max(kept.photos, len(captions)),
        flags=tuple(dict.fromkeys((*kept.flags, *times.flags, *clock_flags(moment)))),
        kicker=headed.kicker,
    )


def _keep(lines: list[Line], headed: Headed, slug: str, kept: Kept) -> int:
    """Keeps the article's lines; returns which line is the first below them."""
    texts = [line.text for line in lines]
    end = _end(texts, headed.below)
    keep_text(lines[headed.below : end], headed.title, slug, kept)
    if not kept.is_whole and any(map(_is_paragraph, texts[end:])):
        kept.flags.append(LEFT_OUT)
    return end


def _require_text(url: str, texts: Sequence[str]) -> None:
    """Raises NotAnArticle if a capture, whose headline is the first of `texts`, has no text of an
    article: it is a title, a list or a message alone."""
    if not any(texts[1:]) or max(map(len, texts)) < _LEAST:
        raise NotAnArticle(url, "no text of an article")


def _lines(snapshot: Snapshot) -> list[Line]:
    """The lines of the capture; each paragraph of these captures is one line."""
    if article_id(snapshot.url) is None:
        raise NotAnArticle(snapshot.url, "no article number in its address")
    text = decode(snapshot.body, snapshot.header("content-type")).decode("utf-8", "replace")
    raw = text.splitlines()
    if len(raw) > MOST_LINES:
        raise NotAnArticle(snapshot.url, f"more than {MOST_LINES} lines")
    cleaned = [clean(line) for line in raw]
    if sum(map(is_list_line, cleaned)) > 1:
        raise NotAnArticle(snapshot.url, "a list of articles with their times")
    first = next((n for n, line in enumerate(cleaned) if line), 0)
    last = next((n for n in range(len(cleaned), 0, -1) if cleaned[n - 1]), 0)
    is_spaced = "" in cleaned[first:last]
    return [
        Line(line, is_beside=is_spaced and n > 0 and bool(cleaned[n - 1]))
        for n, line in enumerate(cleaned)
        if line
    ]


def _end(texts: Sequence[str], below: int) -> int:
    """Where the blocks below the article begin; a heading above all text of it is a button."""
    first = next((n for n in range(below, len(texts)) if kinds.is_sentence(texts[n])), len(texts))
    for n in range(first, len(texts)):
        after = texts[n + 1] if n + 1 < len(texts) else ""
        if ends_article(texts[n]) or (says_more(texts[n]) and not kinds.is_sentence(after)):
            return n
    return len(texts)


def _is_paragraph(line: str) -> bool:
    return len(line) >= _PARAGRAPH and kinds.is_sentence(line)


def _headed(texts: Sequence[str], clock: int | None, slug: str, kept: Kept) -> Headed:
    """The headline: the line whose slug is the address's, else the one below clock and hotline."""
    start, has_hotline = 0, False
    if clock is not None:
        start = clock + 1
        has_hotline = is_hotline(texts[clock].removeprefix(page_clock(texts[clock])).strip())
        while start < len(texts) and is_hotline(texts[start]):
            start, has_hotline = start + 1, True
    stated = [kinds.take_apart(without_navigation(text), slug) for text in texts[start:]]
    same = [n for n, s in enumerate(stated) if slug and kinds.letters(s.text) == slug]
    if same:
        found = same[0]
        kept.times += stated[found].times
        # Printed in capitals too, for search engines or as a banner: the other print counts.
        title = next((stated[n].text for n in same if not stated[n].text.isupper()), None)
        title = title or stated[found].text
        return _above(texts[start : start + found], title, start + found + 1, kept)
    while start < len(texts) and not without_navigation(texts[start]):
        kept.exclude("navigation", texts[start])
        start += 1
    if has_hotline and start < len(texts) and not _is_text(texts[start]):
        return Headed(texts[start], start + 1)
    return Headed("", start)


def _is_text(line: str) -> bool:
    """True if a line in the headline's place is not one: a marked lead, a paragraph, a photo."""
    is_photo = kinds.photo_alt(line, "") is not None
    return line.startswith(LEAD_MARK) or len(line) > _MOST_TITLE or is_photo


def _above(above: Sequence[str], title: str, below: int, kept: Kept) -> Headed:
    """What the lines above the headline are: navigation, a kicker, the lead, paragraphs."""
    lines = []
    for text in above:
        if rest := without_navigation(text):
            lines.append(rest)
        else:
            kept.exclude("navigation", text)
    if len(lines) == 1 and kinds.is_sentence(lines[0]):
        return Headed(title, below, lead=lines[0])
    kicker = lines.pop() if lines and kinds.is_kicker(lines[-1]) else ""
    for text in lines:
        if not kinds.is_sentence(text):
            kept.leave_out("short line above the headline", text)
    return Headed(title, below, kicker, above=tuple(filter(kinds.is_sentence, lines)))
