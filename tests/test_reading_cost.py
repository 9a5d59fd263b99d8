"""Pages made to be dear: what rises with the square of something on the page is bounded.

Seconds of CPU are what is bounded, and the bound is far above what any of these takes: a page that
grows with the square takes minutes.
"""

import time
from collections.abc import Callable

import pytest

from scraper.errors import ExtractError
from tests.support.made import SAPO, TOP, page, read
from tests.support.mutants import MOST_SECONDS

pytestmark = pytest.mark.slow  # whole runs

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
    "many objects": lambda: page(head=LD.format('{"@type":"NewsArticle"}') * 15_000),
}  # fmt: skip


def seconds(html: str) -> float:
    """Processor seconds that reading takes."""
    began = time.process_time()
    try:
        read(html)
    except ExtractError:
        pass
    return time.process_time() - began


@pytest.mark.parametrize("kind", DEAR)
def test_no_page_costs_more_than_a_second(kind: str) -> None:
    html = DEAR[kind]()
    assert min(seconds(html) for _ in range(2)) < MOST_SECONDS


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
        assert min(seconds(form) for _ in range(2)) < MOST_SECONDS
