"""What pages of both generations share: escaped text, the quirks of typists, lists, scripts."""

import unicodedata
from collections.abc import Sequence
from html import escape

from scraper.demo.story import VIETNAM, Story
from scraper.models import Weather

NOTICE = "Trang thử nghiệm: mọi bài viết, nhân vật và sự kiện ở đây đều là hư cấu."
SECTIONS = (
    ("chinh-tri", "Chính trị"),
    ("kinh-te", "Kinh tế"),
    ("xa-hoi", "Xã hội"),
    ("van-hoa", "Văn hóa"),
    ("du-lich", "Du lịch"),
    ("giao-duc", "Giáo dục"),
    ("y-te", "Y tế"),
    ("the-thao", "Thể thao"),
    ("moi-truong", "Môi trường"),
)
# Ballast of the weight that real pages carry in styles and scripts.
_STYLE = "\n".join(
    f".c-{n}{{margin:{n % 7}px;padding:{n % 5}px;color:#{n * 4099 % 0xFFFFFF:06x}}}"
    for n in range(560)
)
_SCRIPT = "\n".join(
    f'window.__q=window.__q||[];window.__q.push({{id:{n},slot:"zone-{n}",url:"/ads/{n}.js"}});'
    for n in range(160)
)


def typed(text: str, quirk: str) -> str:
    """`text` as HTML, with the quirk of who typed it; every reader sees the same words."""
    if quirk == "nfd":
        return escape(unicodedata.normalize("NFD", text), quote=False)
    html = escape(text, quote=False)
    if quirk == "nbsp":
        return html.replace(" ", "&nbsp;", 2)
    if quirk == "zero-width":
        return html.replace(" ", " \u200b", 1)
    if quirk == "links" and " " in html:
        first, rest = html.split(" ", 1)
        return f'<a href="/tu-khoa/{len(html)}/">{first}</a> {rest}'
    return html


def printed_time(story: Story) -> str:
    """The publication time as the paper prints it: "15/12/2024 09:30"."""
    return story.published_at.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M")


def story_list(heading: str, stories: Sequence[Story]) -> str:
    """A box of other articles, with their leads: what careless readers take for body text."""
    rows = "".join(
        f'<article class="story"><figure class="story__thumb"><a href="{s.path}"><img src="/thumb/'
        f'{s.article_id}.jpg" alt="{escape(s.title)}"></a></figure><h3 class="story__heading">'
        f'<a href="{s.path}">{escape(s.title)}</a></h3><div class="story__summary">'
        f"{escape(s.lead)}</div></article>\n"
        for s in stories
    )
    return f'<div class="box"><h2 class="box-heading">{heading}</h2>{rows}</div>'


def navigation() -> str:
    """The menu, with a line that says what this is."""
    rows = "".join(
        f'<li class="menu-item c-{n}"><a href="/{slug}/">{name}</a><ul>'
        + "".join(f'<li><a href="/{slug}/muc-{k}/">{name}: mục {k}</a></li>' for k in range(1, 9))
        + "</ul></li>\n"
        for n, (slug, name) in enumerate(SECTIONS)
    )
    return f'<nav class="menu"><p class="notice">{NOTICE}</p><ul>{rows}</ul></nav>'


def weather_box(weather: Sequence[Weather], heading: str) -> str:
    """The weather widget; "" where the page has none."""
    if not weather:
        return ""
    rows = "".join(f"<li>{escape(w.text)}</li>" for w in weather)
    return f'<div class="weather-box"><h3 class="title">{heading}</h3><ul>{rows}</ul></div>'


def head_ballast() -> str:
    """Styles and scripts, as heavy as a real page's."""
    return f"<style>{_STYLE}</style><script>{_SCRIPT}</script>"
