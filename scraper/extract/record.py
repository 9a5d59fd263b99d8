"""What a reading found on a page -> Article: the steps that every design shares."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from selectolax.lexbor import LexborNode

from scraper.errors import MissingField
from scraper.extract.boxes import Figure, Paragraph
from scraper.extract.byline import byline_of
from scraper.extract.dates import Moment, clock_flags
from scraper.extract.nodes import text_of
from scraper.extract.page import Page
from scraper.extract.photo_markup import captions_of
from scraper.extract.stated_times import read_times
from scraper.extract.trace import Choice, first_of
from scraper.models import Article, Caption, Snapshot, Weather
from scraper.urls import article_id

_MISSING = re.compile(
    r"^(?:lỗi|error|http)\s*[45]\d\d\b|^[45]\d\d$"
    r"|^[45]\d\d\b.{0,3}(?:not found|bad gateway|forbidden|internal|service|gateway|lỗi|không tìm)"
    r"|không tìm thấy (?:trang|nội dung|bài viết|đường dẫn|liên kết|kết quả|yêu cầu)"
    r"|\b(?:trang|nội dung|bài viết|đường dẫn|liên kết)\b.{0,40}"
    r"(?:không (?:còn )?tồn tại|đã bị (?:gỡ|xóa|xoá))"
    r"|\bpage not found\b|^not found$|^đăng nhập$|^log ?in$|^access denied|^truy cập bị từ chối",
    re.I,
)
_LOGIN = re.compile(r"\bđăng (?:nhập|ký)\b.{0,40}\bđể (?:đọc|xem|tiếp tục)\b", re.I)
_LONGEST = 100  # characters of a headline
_FEW = 300  # characters; such pages have no more text


class Findings(NamedTuple):
    """Where the parts of an article are on a page, whatever its design."""

    template: str
    title: str
    lead: str
    parts: list[Paragraph | Figure]  # below the lead, in reading order
    times: list[LexborNode]  # elements that print the article's own time
    section: str  # selector
    byline: str  # selector, in `around`
    heading: LexborNode | None  # the headline
    around: LexborNode | None  # the article's own part of the page
    signature: str = ""  # names that sign the text in no element of their own
    tags: tuple[str, ...] = ()
    weather: tuple[Weather, ...] = ()
    clock: Moment | None = None
    clock_text: str = ""
    layout: str = ""  # "": as paragraphs and photos say
    flags: tuple[str, ...] = ()
    kicker: str = ""
    unaccounted: tuple[str, ...] = ()  # texts around the parts that are named nowhere


def article_of(found: Findings, page: Page, snapshot: Snapshot) -> Article:
    """The article made of what was found. Raises MissingField if there is no text at all."""
    captions, photo_count, beside = captions_of(page, found.title, found.parts)
    paragraphs = tuple(p.text for p in found.parts if isinstance(p, Paragraph))
    if not (paragraphs or captions or found.lead):
        raise MissingField(page.url, found.template, "text")
    times = read_times(page, found.times, snapshot.captured_at)
    unaccounted = (*found.unaccounted, *beside)
    if page.notes is not None:
        page.notes.extend(Choice("unaccounted", "", text) for text in unaccounted)
    another = ("names another article",) if page.names_another else ()
    doubts = ("unaccounted",) if unaccounted else ()
    return Article(
        url=page.url,
        article_id=article_id(page.url),
        title=found.title,
        lead=found.lead,
        paragraphs=paragraphs,
        captions=captions,
        published_at=times.published_at,
        published_source=times.published_source,
        modified_at=times.modified_at,
        page_clock_at=found.clock.at if found.clock else None,
        page_clock_text=found.clock_text,
        section=_section(page, found),
        byline=byline_of(page, found.byline, found.heading, found.around, found.signature),
        tags=found.tags,
        weather=found.weather,
        template=found.template,
        layout=found.layout or _layout(found.parts, photo_count, captions),
        photo_count=photo_count,
        flags=(*found.flags, *another, *times.flags, *clock_flags(found.clock), *doubts),
        kicker=found.kicker,
    )


def _layout(
    parts: list[Paragraph | Figure], photo_count: int, captions: tuple[Caption, ...]
) -> str:
    if any(isinstance(part, Paragraph) for part in parts):
        return "article"
    if photo_count == 0:
        return "video" if parts else "article"
    is_captioned = any(caption.text for caption in captions)
    return "photo" if photo_count > 1 or is_captioned else "infographic"


def _section(page: Page, found: Findings) -> str:
    """The section's name: as stated in the head, else the last step of the breadcrumb."""

    def candidates() -> Iterator[tuple[str, str]]:
        yield "meta article:section", page.meta.get("article:section", "")
        yield "JSON-LD articleSection", page.stated("articleSection")
        for step in reversed([text_of(node) for node in page.tree.css(found.section)]):
            if step.lower() not in ("trang chủ", "home") and step != found.title:
                yield found.section, step

    return first_of(page.notes, "section", candidates())


def is_refusal(headline: str, texts: Sequence[str]) -> bool:
    """True if a page with this headline and these paragraphs says that there is nothing to read
    at its address, or only for members. An article may have such a headline, but has more text."""
    if sum(len(text) for text in texts) > _FEW:
        return False
    if any(_LOGIN.search(text) for text in texts):
        return True
    return len(headline) <= _LONGEST and bool(_MISSING.search(headline))
