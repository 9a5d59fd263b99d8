"""Lines that every page of the 2022 site shows around its article, as markup or as plain text."""

import re
from collections.abc import Sequence

from scraper.extract.dates import read_page_clock
from scraper.extract.weather import is_weather_heading, read_weather
from scraper.models import Weather

LEAD_MARK = "LCĐT"
_HOTLINE = re.compile(r"^(hotline|đường dây nóng)\b", re.I)
_SIDE_BLOCK = re.compile(
    r"^(multimedia|tin mới( nhất)?|(các )?(tin|bài)( bài| viết)? (liên quan|khác|nổi bật|mới)"
    r"|(tin |bài )?(viết )?cùng (chuyên mục|chủ đề|tác giả)|có thể bạn quan tâm"
    r"|(tin )?(đọc|xem) nhiều( nhất)?|bình luận|từ khóa|tags?)\s*:?$",
    re.I,
)
_MORE = re.compile(r"^(xem|đọc) (thêm|tiếp)\s*:?$", re.I)
_CLOCK_AND_MORE = re.compile(r"^(.{10,70}?[\])]|.{10,70}?(?:UTC|GMT)\s?[+-]\s?\d{1,2})\s+\D", re.I)
_MOST_LINES = 8  # of a weather widget


def is_hotline(line: str) -> bool:
    """Whether a line is the editors' telephone number."""
    return bool(_HOTLINE.match(line))


def ends_article(line: str) -> bool:
    """Whether a line is the heading of a block beside the article."""
    return bool(_SIDE_BLOCK.match(line)) or is_weather_heading(line)


def says_more(line: str) -> bool:
    """Whether a line may be the heading of such a block, or a button: "Xem thêm"."""
    return bool(_MORE.match(line))


def page_clock(line: str) -> str:
    """The page clock with which a line starts, as printed, or ""."""
    if read_page_clock(line):
        return line
    match = _CLOCK_AND_MORE.match(line)
    return match[1] if match and read_page_clock(match[1]) else ""


def weather_below(lines: Sequence[str]) -> tuple[Weather, ...]:
    """What the widget shows below its heading, up to the next block."""
    for n, line in enumerate(lines):
        if is_weather_heading(line):
            below: list[str] = []
            for text in lines[n + 1 :]:
                if _SIDE_BLOCK.match(text) or len(below) == _MOST_LINES:
                    break
                below += [text] if text else []
            return read_weather(line, " ".join(below))
    return ()
