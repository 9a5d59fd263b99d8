"""What pages of both generations share: escaped text, the quirks of typists, lists, scripts."""

import unicodedata
from collections.abc import Sequence
from html import escape

from scraper.demo.story import Story
from scraper.models import Weather
from scraper.times import VIETNAM

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


def weather_box(weather: Sequence[Weather], heading: str) -> str:
    """The weather widget; "" if the page has none."""
    if not weather:
        return ""
    rows = "".join(f"<li>{escape(w.text)}</li>" for w in weather)
    return f'<div class="weather-box"><h3 class="title">{heading}</h3><ul>{rows}</ul></div>'
