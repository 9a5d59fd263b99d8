"""What a page says itself, held against the catalogues of both languages."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from html import unescape
from html.parser import HTMLParser

from scraper.browse.metadata import QUESTIONS, TABLES
from scraper.browse.phrases import catalogue
from scraper.times import MONTHS

# The same in both languages: names, and what is written in code.
NAMES = {
    "Báo Lào Cai", "Ảnh:", "Tiếng Việt", "English", "CSV", "JSON", "Atom", "SVG", "SQL", "BibTeX",
    "CSL-JSON", "RIS", "SHA-256", "°C", "curl", "pandas", "R", "JSON Lines", "Vietnam",
    "du lịch, nông nghiệp", "“sạt lở”, “rét đậm”", "Sa Pa, Bắc Hà, Y Tý",
    "đảng viên, dang vien, “chợ phiên”, 15/2020/NĐ-CP",
}  # fmt: skip
SPOKEN = {"aria-label", "alt", "placeholder", "title", "data-label"}
_WRITTEN = {  # dates and times
    "vi": ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật", "CN", "tháng",
           "Tháng", *(f"T{n}" for n in range(2, 8))),
    "en": (*MONTHS, *(month[:3] for month in MONTHS), "Monday", "Tuesday", "Wednesday", "Thursday",
           "Friday", "Saturday", "Sunday", "Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"),
}  # fmt: skip


class Words(HTMLParser):
    """What a reader sees or hears of a page, with the language it is marked as."""

    VOID = ("area", "br", "circle", "hr", "img", "input", "line", "link", "meta", "rect", "wbr")

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[tuple[str, str]] = [("", "")]
        self.found: list[tuple[str, str]] = []  # language, text
        self.unmarked: list[str] = []  # text that no element within the page marks
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = dict(attrs)
        lang = own.get("lang") or self.open[-1][1]
        if tag in ("code", "pre", "textarea", "style"):
            lang = "code"
        elif own.get("lang") and tag != "html":
            lang = f"{own['lang']} within"
        for name in SPOKEN & set(own):
            self._say(lang, own[name] or "")
        if tag not in self.VOID:
            self.open.append((tag, lang))

    def handle_endtag(self, tag: str) -> None:
        if tag in [name for name, _ in self.open]:
            while self.open.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        if data.strip():
            self._say(self.open[-1][1], " ".join(data.split()))

    def _say(self, lang: str, text: str) -> None:
        self.found.append((lang.removesuffix(" within"), text))
        if not lang.endswith(" within") and lang != "code":
            self.unmarked.append(text)


def mixed(html: str, language: str, given: Iterable[str] = ()) -> dict[str, str]:
    """The texts of a page that are not all of the catalogues in `language`, and what is not.

    `given` is what a title may hold besides: a headline, or what was typed.
    """
    others = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, given))})(?!\w)")
    texts = [others.sub("", text) if given else text for text in Words(html).unmarked]
    return {text: rest for text in texts if (rest := left_over(text, language))}


def left_over(text: str, language: str) -> str:
    """What of a text of a page is not of the catalogues in `language`: "" if all of it is.

    Taken away are the phrases' texts between their {values}, names, figures and dates.
    """
    rest = _said(language).sub(" ", text)
    return " ".join(re.findall(r"[^\W\d_]{2,}", rest))


@cache
def _said(language: str) -> re.Pattern[str]:
    parts = {part for phrase in _phrases(language) for part in _parts(phrase)}
    parts |= NAMES | set(_WRITTEN[language])
    longest_first = sorted(parts, key=lambda part: (-len(part), part))
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")


def _phrases(language: str) -> Iterator[str]:
    for vietnamese, *english in catalogue().values():
        yield from [vietnamese] if language == "vi" else english
    for described in (*TABLES.values(), *QUESTIONS.values()):
        for pair in (
            described["title"],
            described["about"],
            *described.get("columns", {}).values(),
        ):
            yield pair[language == "en"]


def _parts(phrase: str) -> Iterator[str]:
    """The texts of a phrase that its {values} and tags leave; not what is marked as another."""
    plain = re.sub(r"<(\w+) lang=.*?</\1>|<code>.*?</code>", "{}", phrase)
    for part in re.split(r"\{.*?\}|<.*?>", plain):
        text = " ".join(unescape(part).split()).strip(" ·,.:;()?“”…")
        if re.search(r"[^\W\d_]", text):
            yield text
