"""Every text of an article's part of the page is in a part of the article, or left out by name."""

from datetime import UTC, datetime

import pytest

from scraper.extract import extract
from scraper.extract.trace import Choice
from scraper.models import Article, Snapshot

CAPTURED_AT = datetime(2026, 11, 2, tzinfo=UTC)
PAGE = """<html><head><meta property="article:published_time" content="2026-03-05T08:30:00+0700">
</head><body><header>Báo Lào Cai <div class="hotline">Hotline: 0986</div></header>
<div class="container"><div class="main-col content-col">
<div class="breadcrumb"><a href="/">Trang chủ</a></div>
<h1 class="article__title">Mùa lê</h1><div class="article__meta"><time>05/03/2026</time></div>
<div class="article__sapo">Một lead.</div>{above}
<div class="article__body"><p>Một.</p>{inside}<p>Hai.</p></div>{below}
<div class="box"><h2>Cùng chuyên mục</h2><article class="story"><a href="/b-post2.html">Bài hai</a>
<div>Lead khác.</div></article></div></div><div class="side">Bên lề</div></div></body></html>"""


def read(notes: list[Choice] | None = None, **boxes: str) -> Article:
    html = PAGE.format(**({"above": "", "inside": "", "below": ""} | boxes))
    url = "https://baolaocai.vn/mua-le-post1.html"
    return extract(Snapshot(url, CAPTURED_AT, 200, (), html.encode()), notes)


@pytest.mark.parametrize("place", ["above", "inside", "below"])
@pytest.mark.parametrize(
    ("box", "text"),
    [
        ('<div class="poll-2027"><p>Bạn có thích lê không?</p></div>', "Bạn có thích lê không?"),
        ('<section class="promo"><div>Tải ứng dụng</div></section>', "Tải ứng dụng"),
        ('<figure><img src="/a.jpg"><div>Vườn</div><p>Lạ</p><b>lẫm</b></figure>', "lẫm"),
    ],
)
def test_text_in_a_new_box_is_flagged_and_told(place: str, box: str, text: str) -> None:
    notes: list[Choice] = []
    article = read(notes, **{place: box})
    assert article.flags == ("unaccounted",)
    assert text in " ".join(n.text for n in notes if n.field == "unaccounted")


@pytest.mark.parametrize("place", ["above", "below"])
def test_bare_text_between_the_parts_is_flagged(place: str) -> None:
    assert read(**{place: "Lời lạ"}).flags == ("unaccounted",)


@pytest.mark.parametrize("place", ["above", "inside", "below"])
@pytest.mark.parametrize(
    ("box", "rule"),
    [
        ('<div class="article__social">Chia sẻ</div>', ".article__social"),
        ('<div class="ads_middle">Quảng cáo</div>', ".ads_middle"),
        ('<div style="display: none">Ẩn</div>', "hidden"),
        ('<div id="adsWeb_1">Quảng cáo</div>', "ad"),
        ("<button>Nghe</button>", "<button>"),
        ('<div class="related-news"><a href="/b-post2.html">Bài hai</a></div>', ".related-news"),
    ],
)
def test_what_a_rule_leaves_out_is_named_and_no_doubt(place: str, box: str, rule: str) -> None:
    notes: list[Choice] = []
    article = read(notes, **{place: box})
    assert (article.flags, article.paragraphs) == ((), ("Một.", "Hai."))
    assert rule in [n.rule for n in notes if n.field == "excluded"]


@pytest.mark.parametrize(
    "box",
    [
        '<figure><img src="/a.jpg"><figcaption>Vườn lê. Ảnh: Lê An</figcaption></figure>',
        '<table class="picture"><tr><td><img src="/a.jpg"></td></tr><tr><td class="caption">Vườn'
        "</td></tr></table>",
        '<div class="article-photo"><img src="/a.jpg"><noscript><img src="/a.jpg"></noscript>'
        "<span>Vườn lê</span></div>",
    ],
)
@pytest.mark.parametrize("place", ["above", "inside"])
def test_a_caption_accounts_for_the_text_of_its_photo(place: str, box: str) -> None:
    article = read(**{place: box})
    assert (len(article.captions), article.flags) == (1, ())


@pytest.mark.parametrize(
    "box",
    [
        '<div class="box"><h2>Đọc nhiều</h2><ul><li><a href="/b-post2.html">Bài hai</a></li></ul></div>',
        '<div class="dong"><div><a href="/b-post2.html"><h3>Bài hai</h3></a><p>Lead hai.</p></div></div>',
        '<div class="tin"><h4><a href="/bai-viet/2-b">Bài hai</a></h4><div>Lead của bài hai.</div></div>',
    ],
)
def test_lists_of_other_articles_are_known_whatever_their_class(box: str) -> None:
    notes: list[Choice] = []
    assert read(notes, below=box).flags == ()
    assert "list of links" in [n.rule for n in notes if n.field == "excluded"]


def test_a_page_without_a_column_of_its_own_is_looked_at_below_the_headline() -> None:
    html = """<html><body><div class="logo">Báo</div><h1 class="article__title">Mùa lê</h1>{}
    <div class="article__body"><p>Một.</p></div></body></html>"""
    url = "https://baolaocai.vn/mua-le-post1.html"
    flags = [
        extract(Snapshot(url, CAPTURED_AT, 200, (), html.format(box).encode())).flags
        for box in ("", "<div class='poll'>Bạn nghĩ gì?</div>")
    ]
    assert flags == [(), ("unaccounted",)]


def test_nothing_of_the_stand_ins_pages_is_unaccounted_for() -> None:
    from scraper.demo.edition import Edition
    from scraper.demo.newspaper import make_newspaper

    edition = Edition(make_newspaper(pages=60), "https://baolaocai.vn")
    for story in edition.newspaper:
        url = edition.base_url + story.path
        snapshot = Snapshot(url, CAPTURED_AT, 200, (), edition.answer(story.path).body)
        assert "unaccounted" not in extract(snapshot).flags, url


PLAYERS = {
    "lines": "<p>0:00 / 0:00</p><p>0:00</p><p>Nam miền Bắc</p><p>Nữ miền Bắc</p><p>Nữ miền Nam</p><p>Nam miền Nam</p>",
    "box": '<div class="qx7"><div><span>0:00</span> / <span>3:45</span></div><ul><li>Nam miền Bắc</li><li>Nữ miền Nam</li></ul></div>',
    "one line": '<div class="audio-2024">0:00 / 0:00 0:00 Nam miền Bắc Nữ miền Bắc Nữ miền Nam Nam miền Nam</div>',
    "select": '<div class="x">0:00/4:05 <select><option>Nam miền Bắc</option></select></div><p>4:05</p>',
    "menu": '<span>Giọng nữ miền Bắc</span>',
}  # fmt: skip


@pytest.mark.parametrize("place", ["above", "inside"])
@pytest.mark.parametrize("box", PLAYERS.values(), ids=PLAYERS)
def test_the_read_aloud_player_is_left_out_by_name(place: str, box: str) -> None:
    if place == "above" and box == PLAYERS["select"]:
        box = box.replace("<p>4:05</p>", "")
    notes: list[Choice] = []
    article = read(notes, **{place: box})
    assert (article.paragraphs, article.flags) == (("Một.", "Hai."), ())
    assert "read-aloud player" in {n.rule for n in notes if n.field == "excluded"}


@pytest.mark.parametrize("text", ["8:30", "Nam miền Bắc Bộ", "10:30 / sân A", "Nữ miền núi"])
def test_a_time_or_a_region_is_no_label_of_the_player(text: str) -> None:
    assert read(inside=f"<p>{text}</p>").paragraphs == ("Một.", text, "Hai.")


def test_an_item_of_a_live_report_is_a_known_box() -> None:
    item = '<div class="key-event__content"><p>Ba.</p><div><p>Bốn.</p></div></div>'
    article = read(inside=item)
    assert (article.paragraphs, article.flags) == (("Một.", "Ba.", "Bốn.", "Hai."), ())
