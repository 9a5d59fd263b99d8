"""Captures that hold only a page's text: .txt files and WET records.

In reading order such a capture shows what the page did: navigation, the page clock, a hotline,
the headline, the lead, captions and paragraphs, the side blocks. Captions are told apart from
paragraphs by guess, and marked so: a caption is a single sentence, short, not the last block,
and stands beside longer paragraphs or says where in a photo somebody is.
"""

import re

from scraper.errors import NotAnArticle
from scraper.extract.captions import split_credit
from scraper.extract.dates import clock_flags, read_page_clock
from scraper.extract.text import clean, decode
from scraper.extract.weather import read_weather
from scraper.models import Article, Caption, Snapshot, Weather
from scraper.urls import article_id

NAME = "plaintext"
CAPTION_LENGTH = 160  # characters; longer ones are captions only where a cue says so
_LONGEST_CAPTION = 400
_HOTLINE = re.compile(r"^(hotline|đường dây nóng)\b", re.I)
_SIDE_BLOCK = re.compile(
    r"^(multimedia|thời tiết(\s.{0,30})?|tin mới( nhất)?|tin liên quan|tin cùng chuyên mục"
    r"|cùng chuyên mục|đọc nhiều( nhất)?|xem nhiều|bình luận|từ khóa|tags?)\s*:?$",
    re.I,
)
_CUE = re.compile(
    r"\((?:thứ [\w ]{1,12}|bên|ngoài cùng|hàng|đứng|ngồi|người|áo|giữa|trái|phải|ảnh)"
    r"|\bảnh\s*:|từ trái sang|trong ảnh|nguồn\s*:|^ảnh\b|ảnh minh h[oọ]",
    re.I,
)
_SENTENCE_END = re.compile(r"[.!?…]+[\"”')\]]*\s+(?=[\"“'(]?[A-ZÀ-ỸĐ0-9])")
_LEAD_MARK = "LCĐT"


def read(snapshot: Snapshot) -> Article:
    """The article in a capture of text alone. Raises NotAnArticle."""
    blocks = _blocks(snapshot)
    clock = next((n for n, line in enumerate(blocks) if read_page_clock(line)), None)
    moment = read_page_clock(blocks[clock]) if clock is not None else None
    start = _start(blocks, clock)
    end = next((n for n in range(start, len(blocks)) if _SIDE_BLOCK.match(blocks[n])), len(blocks))
    inside = blocks[start:end]
    if len(inside) < 2:
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
        page_clock_text=blocks[clock] if clock is not None else "",
        section="",
        byline=(),
        tags=(),
        weather=_weather(blocks[end:]),
        template=NAME,
        layout="article",
        photo_count=len(captions),
        flags=clock_flags(moment),
    )


def _headed(blocks: list[str]) -> tuple[str, str, list[str]]:
    """Headline, lead, and what follows them; a block that ends in a photo's credit is no lead."""
    if _says_photo(blocks[1]):
        return blocks[0], "", blocks[1:]
    return blocks[0], blocks[1], blocks[2:]


def _blocks(snapshot: Snapshot) -> list[str]:
    """The lines of the capture; each paragraph of these captures is one line."""
    text = decode(snapshot.body, snapshot.header("content-type")).decode("utf-8", "replace")
    return [line for raw in text.splitlines() if (line := clean(raw))]


def _start(blocks: list[str], clock: int | None) -> int:
    """Where the headline stands: after clock and hotline, else above a marked lead, else first."""
    if clock is not None:
        after = clock + 1
        while after < len(blocks) and _HOTLINE.match(blocks[after]):
            after += 1
        return after
    marked = (n for n, block in enumerate(blocks) if block.startswith(_LEAD_MARK))
    return max(next(marked, 1) - 1, 0)


def _told_apart(blocks: list[str]) -> tuple[list[str], list[Caption]]:
    paragraphs: list[str] = []
    captions: list[Caption] = []
    for n, block in enumerate(blocks):
        if is_caption(block) if n < len(blocks) - 1 else _says_photo(block):
            text, credit = split_credit(block)
            captions.append(Caption(text, credit, "", len(paragraphs), "guess"))
        else:
            paragraphs.append(block)
    return paragraphs, captions


def is_caption(block: str) -> bool:
    """Whether a block that is not the last is more likely a caption than a paragraph."""
    if len(block) > _LONGEST_CAPTION or len(_SENTENCE_END.findall(block)) > 0:
        return _says_photo(block) and len(block) <= _LONGEST_CAPTION
    return len(block) < CAPTION_LENGTH or bool(_CUE.search(block))


def _says_photo(block: str) -> bool:
    """Whether a block ends in a photo's credit, as no paragraph does."""
    return bool(split_credit(block)[1]) and len(block) <= _LONGEST_CAPTION


def _weather(blocks: list[str]) -> tuple[Weather, ...]:
    for n, block in enumerate(blocks):
        if block.lower().startswith("thời tiết"):
            below = []
            for text in blocks[n + 1 :]:
                if _SIDE_BLOCK.match(text):
                    break
                below.append(text)
            return read_weather(block, " ".join(below[:8]))
    return ()
