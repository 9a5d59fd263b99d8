"""Pages made to be dear: what rises with the square of something on the page is bounded.

Seconds of CPU are what is bounded, and the bound is far above what any of these takes: a page that
grows with the square takes minutes.
"""

import time
from collections.abc import Callable

import pytest
from selectolax.lexbor import LexborHTMLParser

from scraper.errors import ExtractError
from scraper.extract import bounds
from scraper.extract.bounds import tags_of
from tests.support.made import META, SAPO, TITLE, TOP, page, read
from tests.support.mutants import MOST_SECONDS

pytestmark = pytest.mark.slow  # whole runs

MARKS = "a" + "\u0301" * 2_000_000
LD = '<script type="application/ld+json">{}</script>'
DEAR: dict[str, Callable[[], str]] = {
    "one word": lambda: page("a" * 9_000_000),
    "entities": lambda: page("&amp;amp;" * 900_000),
    "headline": lambda: page(top=TOP.replace("Mùa", "<b>a</b> " * 18_000)),
    "lead": lambda: page(sapo=SAPO.replace("LCĐT", "<b>a</b> " * 18_000)),
    "photos in a figure": lambda: page(f"<figure>{'<img src=a.jpg>' * 19_000}{'<figcaption>x</figcaption>' * 9_000}</figure>"),
    "photos in a table": lambda: page(f"<table class=picture>{'<tr><td><img src=a></tr><tr><td class=caption>x</tr>' * 4_000}</table>"),
    "photos and lines": lambda: page("<img src=a><b>x</b><br><br>" * 7_000),
    "photos and centred lines": lambda: page("<p><img src=a></p><p align=center>x</p>" * 7_000),
    "nested tables": lambda: page("<table><tr><td><img src=a>x" * 90 + "<p>y</p>" * 15_000),
    "nested figures": lambda: page("<figure><img src=a>" * 250 + "<p>y</p>" * 15_000),
    "nested notes": lambda: page("<div class=notebox>" * 250 + "<p>y</p>" * 15_000),
    "nested unknown boxes": lambda: page("<div class=zz>" * 280 + "<p>y</p>" * 15_000),
    "sources": lambda: page(f'<figure><img srcset="{"a" * 5_000_000} x, "><figcaption>x</figcaption></figure>'),
    "bylines": lambda: page(after="<div class=author>x</div>" * 18_000),
    "times": lambda: page(after="<time class=time>1/2/2024</time>" * 18_000),
    "widgets": lambda: page(side="<div class=weather>Sa Pa 1°C</div>" * 18_000),
    "a large widget": lambda: page(side=f"<div class=weather>{'Sa Pa 1°C ' * 300_000}</div>"),
    "headings of widgets": lambda: page(side=f"<div>{'<h3>Thời tiết</h3>' * 15_000}</div>"),
    "items": lambda: page("<div>" * 250 + "".join(f'<meta itemprop="a{n}" content="b">' for n in range(25_000))),
    "deep JSON": lambda: page(head=LD.format("[" * 4_000_000)),
    "deep graph": lambda: page(head=LD.format('{"@graph":' * 300 + "1" + "}" * 300)),
    "commas in JSON": lambda: page(head=LD.format("[" + ("," + " " * 900) * 9_000 + "x")),
    "attributes behind a quoted >": lambda: page('<p a=">" ' + " ".join(f"x{n}" for n in range(90_000)) + ">a</p>"),
    "many attributes": lambda: page("".join("<p " + " ".join(f"x{n}" for n in range(3_500)) + ">a</p>" for _ in range(400))),
    "attributes behind a comment": lambda: page('<!--<p a="-->' + "".join("<p " + " ".join(f"x{n}" for n in range(3_500)) + ">a</p>" for _ in range(400)) + '">'),
    "options": lambda: page("<select>" + "<option>a" * 30_000),
    "end tags in comments": lambda: page("<div><!--</div>-->" * 13_000 + "<p>x" * 200),
    "end tags in attributes": lambda: page('<div a="</div>">' * 19_000),
    "formats with end tags in attributes": lambda: page("<p>" + "".join(f'<b a{n}="</b>">' for n in range(4_000)) + "<p>x" * 4_000),
    "open links": lambda: page("<a href=x>" * 99 + "<p>abc" * 30_000),
    "marks": lambda: page("<p>a" + "\u0323\u0301" * 1_000_000),
    "names": lambda: page(after=f"<div class=author>{'Lê An, ' * 500_000}</div>"),
    "marks in titles": lambda: page(head=f"<title>{MARKS}</title>", top=TOP.replace("Mùa", MARKS)),
    "deep JSON after JSON": lambda: page(head=LD.format("[") * 10 + LD.format('{"a":' * 1_000_000)),
    "text below a widget's heading": lambda: page(side=f"<div><h3>Thời tiết</h3>{'Thứ Hai, ' * 900_000}</div>"),
    "links in a deep box": lambda: unknown("<div>" * 280 + "<a href=/x-post1.html>a</a>" * 4_800),
    "links in links": lambda: unknown("<div><a>" * 140 + "<a>a<img src=a></a>" * 3_000),
    "links in one box": lambda: unknown("".join(f"<a href=/x-post{n}.html>a</a> " for n in range(4_900))),
    "much text": lambda: unknown("<p>" + " ;" * 480_000),
    "fonts left open": lambda: page("<p>" + "".join(f"<font a{n}>" for n in range(1_000)) + "</p>" + "<p>x" * 1_000),
    "fewer fonts left open": lambda: page("<p>" + "".join(f"<font a{n}>" for n in range(200)) + "</p>" + "<p>x" * 1_900),
    "attributes on an unknown page": lambda: unknown("<p " + " ".join(f"x{n}" for n in range(15_000)) + ">a</p>"),
    "short paragraphs": lambda: unknown("<p>a " * 9_900),
    "short lines": lambda: unknown("a<br><br>" * 4_900),
    "a long widget": lambda: page(side=f"<div class=weather><h3>Thời tiết</h3>{'Sa Pa ' * 1_000_000}</div>"),
    "cells outside tables": lambda: page("<p>" + ("<td a=b>" + "a" * 500) * 19_000),
    "long cells outside tables": lambda: page("<p>" + ("<td a=b>" + "a" * 5_000) * 1_900),
    "captions without photos": lambda: page("<figcaption>x</figcaption>" * 19_000),
    "captions in a box": lambda: page("<div class=zz>" + "<figcaption>x</figcaption>" * 19_000),
    "long statements": lambda: page(head="".join(f'<meta property="p{n}" content="{"a" * 200}">' for n in range(38_000))),
    "many objects": lambda: page(head=LD.format('{"@type":"NewsArticle"}') * 15_000),
}  # fmt: skip


def unknown(body: str) -> str:
    """A page that no template fits and whose head says that it is an article."""
    return f"<html><head>{META}</head><body><h1>{TITLE}</h1>{body}</body></html>"


def seconds(html: str) -> float:
    """Processor seconds that reading takes."""
    began = time.process_time()
    try:
        read(html)
    except ExtractError:
        pass
    return time.process_time() - began


def is_cheap(html: str) -> bool:
    """True if reading takes less than may be, in the second of two times at the latest."""
    return any(seconds(html) < MOST_SECONDS for _ in range(2))


@pytest.mark.parametrize("kind", DEAR)
def test_no_page_costs_more_than_a_second(kind: str) -> None:
    html = DEAR[kind]()
    assert is_cheap(html)


@pytest.mark.parametrize(
    "tag", ["<div>", '<div a="</div>">', "<div><!--</div>-->", "<script></div></script><div>", "<ul><li>"]
)  # fmt: skip
def test_no_tag_in_a_comment_or_quote_hides_how_many_elements_are_open(
    tag: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: list[int] = []

    def count(body: bytes, options: int) -> LexborHTMLParser:
        parsed.append(tags_of(body))
        return LexborHTMLParser(body, options=options)

    monkeypatch.setattr(bounds, "LexborHTMLParser", count)
    body = (tag * (39_000 // tag.count("<"))).encode()
    assert bounds.beyond(body, tags_of(body)) == "more than 1000 levels of elements"
    assert parsed in ([2_500], [2_500, 5_000])


@pytest.mark.parametrize("kinds", [1, 9, 12, 30, 100])
def test_no_formatting_tag_left_open_makes_a_million_elements(
    kinds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []

    def count(body: bytes, options: int) -> LexborHTMLParser:
        tree = LexborHTMLParser(body, options=options)
        made.append(sum(bounds.levels_of(tree)))
        return tree

    monkeypatch.setattr(bounds, "LexborHTMLParser", count)
    fonts = "".join(f"<font a{n}>" for n in range(kinds)) * 3
    body = f"<p>{fonts}</p>{'<p>x' * (450_000 // max(kinds, 13))}".encode()
    assert "elements" in bounds.beyond(body, tags_of(body))
    assert max(made) < 400_000
    assert sum(made) < 800_000


def test_text_that_a_parser_copies_at_each_tag_is_refused_early(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parsed: list[int] = []

    def count(body: bytes, options: int) -> LexborHTMLParser:
        parsed.append(tags_of(body) * len(body))
        return LexborHTMLParser(body, options=options)

    monkeypatch.setattr(bounds, "LexborHTMLParser", count)
    body = b"<p>" + (b"<td a=b>" + b"a" * 100) * 19_000
    assert "a text of more than" in bounds.beyond(body, tags_of(body))
    assert sum(parsed) < 1_000_000_000


def test_levels_below_the_last_beginning_are_found_on_the_whole_page() -> None:
    body = b"<p>x</p>" * 10_000 + b"<div>" * 2_000
    assert bounds.beyond(body, tags_of(body)) == ""
    assert bounds.beyond_in_tree(LexborHTMLParser(body)) == "more than 1000 levels of elements"


PIECES = (
    "Ảnh: ", "(Ảnh:", "Ảnh:a ", "Nguồn : ", "(Ảnh: a(b", "a - ", "1/", "1/1/", "Thứ Hai, ", "1:", "12h ",
    "ngày 1 tháng ", "&#", "&a", "xem thêm ", ">>", "( ", "Sa Pa ", "1°", "1 - ", "độ ẩm: ", "âm 1", "A. ",
    "Lê An/", "tin, bài, ", " - ", "Bài và ", "theo ", "đăng nhập ", "trang nội dung ", "404 ", "TP. ", "“",
    "2024-01-01T", "UTC+", "\u200b", " ", "<p ", "lazyload", "blank-", "a,", "http://a/", "Báo Lào Cai | ", "Ông a ",
)  # fmt: skip


@pytest.mark.parametrize("piece", PIECES)
def test_no_rule_for_texts_is_slow_on_a_long_one(piece: str) -> None:
    long = piece * (50_000 // len(piece))
    text = long.replace("<", "&lt;").replace('"', "&quot;")
    html = page(
        f'<p>{text}</p><figure><img src="{text}" srcset="{text}" data-desc="{text}"><figcaption>{text}'
        f"</figcaption></figure><p align=right><b>{text}</b></p>",
        head=f'<meta property="article:published_time" content="{text}"><meta property="og:title"'
        f' content="{text}">',
        time=f'<time class="time" datetime="{text}">{text}</time>',
        after=f'<div class="article__author">{text}</div><i style="{text}" class="{text}" id="{text}">x</i>',
        side=f'<div class="weather"><h3>{text}</h3>{text}</div>',
    )  # fmt: skip
    nuxt = html.replace("<body>", '<body><div id="__nuxt"></div>').replace("article__title", "q")
    for form in (html, nuxt, html.replace("article__title", "q")):
        assert is_cheap(form)
