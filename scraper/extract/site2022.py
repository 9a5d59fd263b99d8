"""Article pages of the 2022 site, read by structure: its class names are not known.

In reading order such a page shows: the page clock ("Thứ 7, 3/12/2022, 08:38 [UTC-0]"), a hotline,
the headline, the lead, photos with captions between the paragraphs, then side blocks
(Multimedia, the weather widget). The page clock is when the server rendered the page: never the
time of publication, of which these pages say nothing.
"""

import re

from scraper.errors import MissingField, NotAnArticle
from scraper.extract.dates import read_page_clock
from scraper.extract.flow import Paragraph, TooDeep, flow
from scraper.extract.nodes import text_of
from scraper.extract.page import Page
from scraper.extract.record import Found, article_of
from scraper.extract.trace import Choice
from scraper.extract.weather import read_weather
from scraper.extract.widget import weather_of
from scraper.models import Article, Snapshot, Weather

NAME = "site2022"
_HOTLINE = re.compile(r"^hotline\b", re.I)
_SIDE_BLOCK = re.compile(
    r"^(multimedia|thời tiết\b.*|tin mới( nhất)?|tin liên quan|cùng chuyên mục|đọc nhiều( nhất)?"
    r"|tin cùng chuyên mục|bình luận|từ khóa|tags?|xem nhiều)\s*:?$",
    re.I,
)


def is_of_2022(page: Page) -> bool:
    """Whether the page is one of the 2022 site: it bears Nuxt's assets."""
    sources = (node.attributes.get("src") or "" for node in page.tree.css("script[src]"))
    return any("/_nuxt/" in source for source in sources) or bool(page.tree.css_first("#__nuxt"))


def read(page: Page, snapshot: Snapshot) -> Article:
    """The article on a page of the 2022 site. Raises MissingField, NotAnArticle."""
    root = page.tree.body
    if root is None:
        raise NotAnArticle(page.url, "an empty page")
    try:
        parts = flow(root, frozenset()).parts
    except TooDeep as e:
        raise NotAnArticle(page.url, str(e)) from e
    lines = [p.text if isinstance(p, Paragraph) else "" for p in parts]
    clock = next((n for n, line in enumerate(lines) if read_page_clock(line)), None)
    if clock is None:
        raise NotAnArticle(page.url, "no page clock, as every article of the 2022 site has")
    moment = read_page_clock(lines[clock])
    start = _headline(page, lines, clock)
    title = lines[start]
    end = next((n for n in range(start + 1, len(lines)) if _ends(parts[n])), len(lines))
    inside = [p for p in parts[start + 1 : end] if not (isinstance(p, Paragraph) and p.is_linked)]
    lead = ""
    if inside and isinstance(inside[0], Paragraph):
        lead, inside = inside[0].text, inside[1:]
    if page.notes is not None:
        page.notes.extend(
            [
                Choice("template", "/_nuxt/ assets", NAME),
                Choice(
                    "page_clock_at", "first line with weekday, date, time and zone", lines[clock]
                ),
                Choice("title", "h1, else first line below clock and hotline", title),
                Choice("lead", "first lines below the headline, no photo between", lead),
                Choice(
                    "paragraphs",
                    "from the lead to the first side block",
                    lines[end] if end < len(lines) else "",
                ),
            ]
        )
    found = Found(
        template=NAME,
        title=title,
        lead=lead,
        parts=inside,
        times=[],
        section=".breadcrumb a",
        byline=".author",
        around=root,
        weather=weather_of(page) or _weather(lines[end:]),
        clock=moment,
        clock_text=lines[clock],
    )
    return article_of(found, page, snapshot)


def _headline(page: Page, lines: list[str], clock: int) -> int:
    """Which line is the headline: the h1's, else the first after clock and hotline."""
    heading = text_of(page.tree.css_first("h1"))
    for n in range(clock + 1, len(lines)):
        if lines[n] and (lines[n] == heading or not heading) and not _HOTLINE.match(lines[n]):
            return n
    raise MissingField(page.url, NAME, "title")


def _ends(part: object) -> bool:
    return isinstance(part, Paragraph) and bool(_SIDE_BLOCK.match(part.text))


def _weather(lines: list[str]) -> tuple[Weather, ...]:
    """The widget below its heading, up to the next side block."""
    for n, line in enumerate(lines):
        if line.lower().startswith("thời tiết"):
            below = []
            for text in lines[n + 1 :]:
                if _SIDE_BLOCK.match(text):
                    break
                below.append(text)
            return read_weather(line, " ".join(t for t in below[:8] if t))
    return ()
