"""Captures of two older articles as others may have saved them: a page's text, a reading view.

The stand-in no longer has these articles; the demonstration imports their captures.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path

from scraper.demo.newspaper import Newspaper
from scraper.demo.story import Photo, Story, Text, page_clock_text, printed_lines
from scraper.demo.writing import Assignment, write_story

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Saved:
    """One saved capture."""

    path: Path
    url: str
    captured_at: datetime | None  # None: it shows the time itself


def save_captures(paper: Newspaper, base_url: str, folder: Path) -> tuple[Saved, ...]:
    """Write the text of one article and the reading view of another into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    old, newer = (_older(paper, 3, "site2022"), _older(paper, 2, ""))
    text, view = folder / f"{old.article_id}.txt", folder / f"{newer.article_id}.html"
    text.write_text(_text_of(old), "utf-8")
    view.write_text(_reading_view(newer), "utf-8")
    return (
        Saved(text, base_url + old.path, None),
        Saved(view, base_url + newer.path, newer.published_at + _DAY),
    )


def _older(paper: Newspaper, before: int, template: str) -> Story:
    """An article from `before` months' worth of days before the paper's first."""
    at = (paper.start - before * 30 * _DAY).replace(hour=8)
    number = paper.article_id(0) - before * 1000
    return write_story(Assignment(paper.seed, 0, number, at.astimezone(UTC), template, "article"))


def _text_of(story: Story) -> str:
    """What a page of the 2022 site shows, in reading order."""
    lines = ["Zalo", "Báo Lào Cai", page_clock_text(story), "Hotline: 0986575708"]
    lines += [story.title, story.lead]
    for block in story.blocks:
        lines += [block.text] if isinstance(block, Photo) else printed_lines(block)
    lines += ["Multimedia", "Thời tiết Lào Cai", "Lào Cai Dự báo thời tiết"]
    return "\n\n".join(filter(None, lines)) + "\n"


def _reading_view(story: Story) -> str:
    """The article as a browser's reading view keeps it: none of the paper's own markup."""
    lines = [line for block in story.blocks if isinstance(block, Text) for line in block.lines]
    body = "".join(f"<p>{escape(line)}</p>\n" for line in (story.lead, *lines))
    return (
        '<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8">'
        f'<title>{escape(story.title)}</title><meta property="og:type" content="article">'
        f'<meta property="og:title" content="{escape(story.title)}">'
        f'<meta property="article:section" content="{story.section}">'
        f'<meta property="article:published_time" content="{story.published_at.isoformat()}">'
        f"</head><body><article><h1>{escape(story.title)}</h1>\n{body}</article></body></html>\n"
    )
