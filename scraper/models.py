"""The nouns: what passes between modules. Read this file first.

    URL ──fetch──▶ Snapshot ──extract──▶ Article ──archive──▶ rows

A Snapshot is evidence and never edited. An Article is what one Snapshot says, and can always
be read again.
"""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

# What a capture is of, the best first. A text without headline bears a supplied title.
CaptureKind = Literal["page", "text with headline", "text"]
PLAINTEXT = "plaintext"  # the template of captures that hold a page's text alone
NO_HEADLINE = "no headline"  # the flag of those whose title is made from the address


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One capture of one URL: what the server sent, and when."""

    url: str  # canonical, as made by urls.canonical()
    captured_at: datetime  # aware, UTC, whole seconds
    status: int  # HTTP status; redirects and 404s are captures too
    headers: tuple[tuple[str, str], ...]  # in the order sent, names lower-case
    body: bytes  # after Content-Encoding, before any charset; b"" for a 304
    request_headers: tuple[tuple[str, str], ...] = ()  # as sent; () if not known
    origin: str = "crawl"  # "crawl", or "import:<file>"
    truncated: bool = False  # the capture ends before the page did
    captured_source: str = ""  # "file": captured_at is the time of a file; "": it was recorded

    def header(self, name: str) -> str | None:
        """The first header of this (lower-case) name, or None."""
        return next((value for key, value in self.headers if key == name), None)

    @property
    def is_redirect(self) -> bool:
        """True if the answer only points to another address."""
        return self.status in (301, 302, 303, 307, 308)

    @property
    def location(self) -> str:
        """The address that a redirect points to, as written, or ""."""
        written = self.header("location") or ""
        try:
            # A header's bytes are kept as latin-1; an address in it is UTF-8 or plain ASCII.
            return written.encode("latin-1").decode("utf-8")
        except UnicodeError:
            return written


@dataclass(frozen=True, slots=True)
class Caption:
    """The text under one photo, video or chart."""

    text: str  # without the credit; "" if there is only a credit
    credit: str  # "Ngọc Bằng": no "Ảnh:", brackets or full stop; "" if absent
    image_url: str  # full size, absolute; "" if unknown
    after_paragraph: int  # how many body paragraphs come before it
    source: str = "markup"  # "guess" if no markup tells it from a paragraph


@dataclass(frozen=True, slots=True)
class Weather:
    """One place in the page's weather widget, as printed and as numbers."""

    place: str  # "Lào Cai"; "" if the widget names none
    text: str  # the widget's text on one line, without its heading
    temperature_c: float | None = None
    temperature_min_c: float | None = None
    temperature_max_c: float | None = None
    humidity_pct: float | None = None
    condition: str = ""  # "Nhiều mây, không mưa"


@dataclass(frozen=True, slots=True)
class Article:
    """One article as one snapshot shows it. Every text is NFC, spaces folded, on one line."""

    url: str
    article_id: int | None  # the paper's number, from the address; None: not an article address
    title: str
    lead: str  # the sapo; "" if the page has none
    paragraphs: tuple[str, ...]  # body only: no captions, no related-story boxes
    captions: tuple[Caption, ...]  # in page order
    published_at: datetime | None  # aware, UTC; None if the page does not say
    published_source: str  # "meta", "json-ld", "time", "text", + " (date only)"; "" if None
    modified_at: datetime | None
    page_clock_at: datetime | None  # when the server rendered the page, if it says so
    page_clock_text: str  # as printed
    section: str
    byline: tuple[str, ...]  # names as printed, in order; () if unsigned
    tags: tuple[str, ...]
    weather: tuple[Weather, ...]
    template: str  # which template read it: "onecms", "site2022", "plaintext", "fallback"
    layout: str  # "article", "photo", "emagazine", "video", "podcast", "infographic", "live"
    photo_count: int  # with or without a caption
    flags: tuple[str, ...] = ()  # what a reader should doubt: "fallback", "cut short" ...
    kicker: str = ""  # the line above the headline: "Kỷ niệm 60 năm …:"

    @property
    def kind(self) -> CaptureKind:
        """The kind of capture that it was read from."""
        if self.template != PLAINTEXT:
            return "page"
        return "text" if NO_HEADLINE in self.flags else "text with headline"

    @property
    def syllable_count(self) -> int:
        """The syllables of title, lead and body: Vietnamese puts a space between any two."""
        texts = (self.title, self.lead, *self.paragraphs)
        return sum(len(text.split()) for text in texts)


def file_name(path: Path) -> str:
    """The name of a file as `origin` states it; bytes that are no UTF-8 as `\\xe0`."""
    return os.fsencode(path.name).decode("utf-8", "backslashreplace")


def utc_text(at: datetime) -> str:
    """`at` as every table of the archive writes it: 2022-12-03T08:38:00Z."""
    return at.astimezone(UTC).isoformat()[:19] + "Z"


def utc_time(text: str) -> datetime:
    """The instant that `utc_text` wrote."""
    return datetime.fromisoformat(text)


@dataclass(frozen=True, slots=True)
class HostState:
    """What one run leaves for the next to know of a host: a row of `hosts`."""

    robots_body: str | None = None  # as read; None: never read
    robots_status: int | None = None  # HTTP status it came with
    robots_fetched_at: datetime | None = None  # aware, UTC
    next_request_at: datetime | None = None  # aware, UTC, whole seconds: none earlier
    next_request_reason: str = ""  # DELAY, IN_FLIGHT, or starts with ASKED or REFUSED
    refused_in_row: int = 0  # article pages, since the last one that was shown
    refused_lists_in_row: int = 0  # since the last list or article page that was shown
