"""What one line of a text capture is, by its own words: rules with the evidence for each.

Such captures print, besides the article's text, what other programs made of the page's furniture
and of photos' `alt` texts.
"""

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from scraper.extract.boxes import MOST_CAPTION
from scraper.extract.captions import (
    CAPTION_LENGTH,
    PHOTO_NUMBER,
    has_cue,
    is_caption,
    is_image_name,
    says_photo,
)
from scraper.extract.dates import read_moment
from scraper.spelling import with_few_marks

_SHORT = 120  # characters; a longer line is no caption below the lead, and no kicker
_ARTICLE_PATH = re.compile(r"^/bai-viet/[0-9]+-?([^/]*)/?$|([^/]*)-post[0-9]+\.html$")
_SITE_NAME = re.compile(r"\s+[|–-]\s+Báo [^|]{2,30}$")  # as <title> ends
# Text corpora of sister papers' pages put the day before the headline: "date 2025-09-22 Headline".
_CORPUS_DATE = re.compile(r"^date\s+(\d{4}-\d\d-\d\d)\b\s*", re.I)
_TIMES_BEHIND = tuple(
    # The headline may end in "lần thứ 4": a weekday is tried after the date alone.
    re.compile(rf"\s({weekday}\d{{1,2}}/\d{{1,2}}/\d{{4}}\b.{{0,24}})$", re.I)
    for weekday in ("", r"(?:thứ \w+|chủ nhật),?\s+")
)
# What a line of printed times is made of: "Thứ hai, 22/09/2025 - 13:58 (GMT+7)", "Cập nhật: …".
_OF_TIMES = re.compile(
    r"\d{1,2}:\d\d(?::\d\d)?|\d{1,2}[/-]\d{1,2}[/-]\d{4}|ngày \d{1,2} tháng \d{1,2},? năm \d{4}"
    r"|thứ \w+|chủ nhật|(?:cập nhật|đăng|xuất bản|ngày|lúc)\b|(?:GMT|UTC)\s?[+-]?\s?\d{0,2}|[\W_]",
    re.I,
)
_MOST_TIMES = 120  # characters
_NUMBER_ALONE = re.compile(r"^(?:ảnh|hình)(?: số)? \d{1,3}$", re.I)  # of a photo without a name
_CLOCK = re.compile(r"(?!00?:00)\d{1,2}:\d\d", re.A)
# The capture ends within such a name: one long word with digits.
_CUT_NAME = re.compile(r"^(?=\S{8,250}$)[\w().-]*(?:\d\d|_)[\w().-]*$", re.A)
# What stays of `table.picture` where tables are written as Markdown: "![]() |", "| --- |".
_MARKDOWN_IMAGE = re.compile(r"^\|?\s*!\[([^\]]*)\]\([^)]*\)\s*\|?$")
_TABLE_RULE = re.compile(r"^[|\s:-]+$")
_CELL_END = re.compile(r"^\|\s*|\s*\|$")
# A note on the photo or video in brackets, or under its name: "(Video do Đài … cung cấp)".
_NOTE = re.compile(
    r"^[(\[](?:video|clip|ảnh|hình ảnh|đồ h[oọ]a|infographic)\b[^()]{3,200}[)\]]\.?$"
    r"|^(?:video|clip|infographic)\s*:\s*\S",
    re.I,
)
_SENTENCE_END = re.compile(r"[.!?…][”\"')\]]*$")
# What opens a paragraph of news and no caption: it tells when, or leans on the sentence before.
_OPENS_NEWS = re.compile(
    r"^(?:(?:sáng|trưa|chiều|tối|đêm|ngày|từ ngày|trong ngày)\s+\d"
    r"|tại (?:đây|hội nghị|buổi)|(?:cùng |tham )?dự\b|theo (?:đó|kế hoạch|báo cáo|ông|bà)|cụ thể"
    r"|trước đó|sau đó|ngay sau|ngoài ra|bên cạnh đó|được biết|tuy nhiên|do đó|vì vậy|đồng thời"
    r"|hiện nay|hiện tại|đến nay|cũng |trong đó|đây là|như vậy|tiếp đó)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Stated:
    """A headline line taken apart: what is printed around the headline in the same line."""

    text: str  # the headline, or the line without the times
    times: tuple[str, ...]  # as printed, the fullest first


def slug_letters(url: str) -> str:
    """The letters and digits of the slug in an article's address; "" if it has none."""
    return letters(slug_of(url))


def slug_of(url: str) -> str:
    """The slug in an article's address, its words separated by spaces; "" if it has none."""
    match = _ARTICLE_PATH.search(unquote(urlsplit(url).path))
    return " ".join((match[1] or match[2] or "").replace("-", " ").split()) if match else ""


def letters(text: str) -> str:
    """`text` as the newspaper makes slugs: marks off, `đ` as `d`, letters and digits alone."""
    bare = unicodedata.normalize("NFD", with_few_marks(text.lower())).replace("đ", "d")
    return "".join(c for c in bare if c.isascii() and c.isalnum())


def take_apart(line: str, slug: str) -> Stated:
    """A line without a corpus's date before it, a time or the site's name behind it.

    What is behind comes off only if the rest is the headline by its slug, or a date is before it.
    """
    match = _CORPUS_DATE.match(line)
    rest = line[match.end() :] if match else line
    times = [match[1]] if match else []
    for behind in (form.search(rest) for form in _TIMES_BEHIND):
        if behind and read_moment(behind[1]):
            if letters(rest[: behind.start()]) == slug or match:
                rest, times = rest[: behind.start()].strip(), [behind[1], *times]
                break
    named = _SITE_NAME.search(rest)
    if named and letters(rest[: named.start()]) == slug:
        rest = rest[: named.start()]
    return Stated(rest, tuple(times))


def is_time_line(line: str) -> bool:
    """True if a line is printed times and nothing else."""
    is_short = len(line) <= _MOST_TIMES
    return is_short and not _OF_TIMES.sub("", line) and read_moment(line) is not None


def photo_alt(line: str, headline: str) -> str | None:
    """None if a line is no photo's `alt`; "" for a file's name, the numbered headline or no text.

    Else the text of an image as Markdown writes it. `headline` may be the words of the address.
    """
    match = _MARKDOWN_IMAGE.match(line)
    alt = match[1].strip() if match else line
    if not alt or is_image_name(alt) or _NUMBER_ALONE.match(alt):
        return ""
    bare = PHOTO_NUMBER.sub("", alt)
    # The headline itself is a photo's alt only in an image's brackets: else it is printed again.
    if (match or bare != alt) and letters(bare) == letters(headline):
        return ""
    return alt if match else None


def is_cut_name(line: str) -> bool:
    """True if the last line of a capture is the beginning of a photo's name."""
    return bool(_CUT_NAME.match(line))


def without_cell_ends(line: str) -> str:
    """A line without the bars that end a table's cell; "" for what rules a table."""
    return "" if _TABLE_RULE.match(line) and "|" in line else _CELL_END.sub("", line)


def shows_photo(line: str) -> bool:
    """True if a line says by itself that it belongs to a photo or video."""
    return has_cue(line) or says_photo(line) or bool(_NOTE.match(line))


def may_follow_name(line: str, *, is_beside: bool) -> bool:
    """True if a line below a photo's name is its caption.

    `is_beside`: no blank line is between the two, while blank lines are between paragraphs.
    """
    if is_beside:
        return len(line) <= MOST_CAPTION
    return is_caption(line) and len(line) < CAPTION_LENGTH and not opens_news(line)


def may_follow_lead(line: str, after: str) -> bool:
    """True if one line between a lead and the paragraph `after` is more likely a caption.

    Seen in whole and in headless captures: "Quang cảnh buổi sinh hoạt của chi bộ."
    """
    return (
        len(line) <= _SHORT
        and line.endswith(".")
        and is_caption(line)
        and not opens_news(line)
        and len(after) > len(line)
    )


def is_clock(line: str) -> bool:
    """True if a line is a time of day alone, as above each entry of a live report; a single one
    may be a player's."""
    return bool(_CLOCK.fullmatch(line))


def opens_news(line: str) -> bool:
    """True if a line opens as a paragraph within an article does: "Theo đó", "Bên cạnh đó"."""
    return bool(_OPENS_NEWS.match(line))


def is_sentence(line: str) -> bool:
    """True if a line ends as a sentence does, and is no name of a section or a series."""
    return len(line) >= 40 and bool(_SENTENCE_END.search(line))


def is_kicker(line: str) -> bool:
    """True if a line above the headline is a kicker: "Kỷ niệm 60 năm …:", "Di sản Lào Cai"."""
    return len(line) <= _SHORT and not line.endswith((".", "…", "!")) and len(line.split()) > 1
