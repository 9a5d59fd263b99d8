"""ONECMS article pages, made up in the markup of SITE facts: each test names what is odd."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from scraper.errors import MissingField, NotAnArticle
from scraper.extract import extract
from scraper.models import Caption, Snapshot

URL = "https://baolaocai.vn/mua-buoi-post381374.html"
HEAD = """<meta property="og:type" content="article">
<meta property="og:title" content="Mùa bưởi | Báo Lào Cai">
<meta property="article:published_time" content="2024-12-15T09:30:00+0700">
<meta property="article:modified_time" content="2024-12-15T10:30:00+07:00">
<meta property="article:section" content="Kinh tế">"""
TOP = """<div class="main-col content-col">
<div class="breadcrumb"><a href="/">Trang chủ</a> <a href="/kinh-te/">Kinh tế</a></div>
<h1 class="article__title cms-title ">Mùa bưởi</h1>
<time class="time" datetime="2024-12-15T09:30:00+0700">15/12/2024 09:30</time>
<div class="article__sapo cms-desc"><p>LCĐT - Một lead.</p></div>"""
BELOW = """<div class="article__tag"><a>bưởi</a> <a>Bảo Yên</a></div>
<div class="box"><h2>Cùng chuyên mục</h2><article class="story"><h3><a href="/z-post4.html">Bài
khác</a></h3><div class="summary">Lead của bài khác</div></article></div></div>"""


def page(body: str, *, head: str = HEAD, top: str = TOP, cover: str = "") -> Snapshot:
    html = f"""<!doctype html><html lang="vi"><head><meta charset="utf-8">{head}</head><body>{top}
    {cover}<div class="article__body cms-body " itemprop="articleBody">{body}</div>{BELOW}</body>"""
    return Snapshot(URL, datetime(2024, 12, 20, tzinfo=UTC), 200, (), html.encode())


def test_metadata_of_a_plain_article() -> None:
    article = extract(page("<p>Đoạn một.</p>"))
    assert article.article_id == 381374
    assert article.title == "Mùa bưởi"
    assert article.lead == "LCĐT - Một lead."
    assert article.published_at == datetime(2024, 12, 15, 2, 30, tzinfo=UTC)
    assert article.published_source == "meta"
    assert article.modified_at == datetime(2024, 12, 15, 3, 30, tzinfo=UTC)
    assert article.section == "Kinh tế"
    assert article.tags == ("bưởi", "Bảo Yên")
    assert (article.template, article.layout, article.flags) == ("onecms", "article", ())
    assert article.page_clock_at is None


@pytest.mark.parametrize(
    ("body", "paragraphs"),
    [
        ("<p>Một.</p><p><strong>Tiêu đề phụ</strong></p><p>Hai.</p>", ("Một.", "Tiêu đề phụ", "Hai.")),
        ("Một.<br><br>Hai.<br>vẫn hai.", ("Một.", "Hai. vẫn hai.")),
        ("<div>Một.</div><div>Hai <b>đậm</b>, <a href='/x'>liên kết</a>.</div>", ("Một.", "Hai đậm, liên kết.")),
        ("<ul><li>Một</li><li>Hai</li></ul>", ("Một", "Hai")),
        ("<blockquote><p>“Lời nói.”</p></blockquote>", ("“Lời nói.”",)),
        ("<table><tr><th>Xã</th><th>Hộ</th></tr><tr><td>A</td><td>1</td></tr></table>", ("Xã | Hộ", "A | 1")),
        ("<p>Một.</p><div class='notebox cms-note'><p>Ghi chú.</p></div>", ("Một.", "Ghi chú.")),
        ("<p>Một.</p><div class='notebox'><a href='/y-post3.html'>Đọc thêm</a></div>", ("Một.",)),
        ("<p>Một.</p><p>&gt;&gt;&gt; <a href='/y-post3.html'>Bài khác</a></p>", ("Một.",)),
        ("<p>Một.</p><div class='ads_middle'><div class='banner' id='adsWeb_1'>QC<script>var a</script></div></div>", ("Một.",)),
        ("<p>Một.</p><div class='article-relate'><a href='/y-post3.html'>Bài khác</a></div>", ("Một.",)),
        ("<p>Một.&nbsp;&nbsp;\u200b Cùng đoạn.</p><p>&nbsp;</p>", ("Một. Cùng đoạn.",)),
        ("<p>Ti\u00eau \u0111e\u0302\u0300</p>", ("Tiêu đề",)),
    ],
)  # fmt: skip
def test_body_in_reading_order(body: str, paragraphs: tuple[str, ...]) -> None:
    assert extract(page(body)).paragraphs == paragraphs


TABLE = """<table class="picture"><tr><td class="pic"><a class="photo" href="https://cdn.vn/1.jpg">
<img class="cms-photo" src="data:image/gif;base64,x" data-src="https://cdn.vn/1.jpg"
alt="Mùa bưởi ảnh 1"></a></td></tr><tr><td class="caption"><p>Vườn bưởi.      Ảnh: Ngọc Bằng</p>
</td></tr></table>"""
AVATAR = """<figure class="article-avatar"><a class="photo"><img data-photo-original-src=
"https://cdn.vn/1.jpg" src="/blank.gif"></a><figcaption class="fig">Vườn bưởi. (Ảnh: Ngọc Bằng)
</figcaption></figure>"""
FIGURE = """<figure><img data-large-src="https://cdn.vn/1.jpg" data-desc="Vườn bưởi. Ảnh: Ngọc Bằng">
<figcaption>Vườn bưởi. Ảnh: Ngọc Bằng.</figcaption></figure>"""
DIV = """<div class="article-photo"><img src="https://cdn.vn/1.jpg" alt="Mùa bưởi"><span>Vườn bưởi.
Ảnh: Ngọc Bằng</span></div>"""


@pytest.mark.parametrize("photo", [TABLE, AVATAR, FIGURE, DIV])
def test_each_photo_markup_gives_one_caption(photo: str) -> None:
    article = extract(page(f"<p>Một.</p>{photo}<p>Hai.</p>"))
    expected = Caption("Vườn bưởi.", "Ngọc Bằng", "https://cdn.vn/1.jpg", 1)
    assert article.captions == (expected,)
    assert article.paragraphs == ("Một.", "Hai.")
    assert article.photo_count == 1


@pytest.mark.parametrize("photo", [TABLE, AVATAR, FIGURE, DIV])
def test_a_cover_photo_outside_the_body_comes_first(photo: str) -> None:
    article = extract(page("<p>Một.</p>", cover=photo))
    expected = Caption("Vườn bưởi.", "Ngọc Bằng", "https://cdn.vn/1.jpg", 0)
    assert article.captions == (expected,)
    assert article.photo_count == 1


def test_a_photo_without_caption_is_counted_and_gives_none() -> None:
    article = extract(page('<p>Một.</p><figure><img src="/a.jpg" alt="Mùa bưởi ảnh 2"></figure>'))
    assert (article.captions, article.photo_count) == ((), 1)


def test_the_byline_at_the_end_of_the_body_is_no_paragraph() -> None:
    article = extract(
        page("""<p>Một.</p><div class="article__author"><div class="author"><div class="info">
        <a class="name cms-author" title="Ngọc Bằng">Ngọc Bằng</a></div></div></div>""")
    )
    assert article.byline == ("Ngọc Bằng",)
    assert article.paragraphs == ("Một.",)


def test_a_photo_essay_holds_nothing_of_the_lists_below_it() -> None:
    article = extract(page(TABLE + TABLE))
    assert article.layout == "photo"
    assert article.paragraphs == ()
    assert [caption.after_paragraph for caption in article.captions] == [0, 0]


def test_emagazine() -> None:
    html = f"""<html><head>{HEAD}</head><body><h1 class="e-magazine__title">Mùa bưởi</h1>
    <div class="e-magazine__sapo">Lead.</div><div class="e-magazine__body"><p>Một.</p></div>"""
    article = extract(replace(page(""), body=html.encode()))
    assert (article.layout, article.lead, article.paragraphs) == ("emagazine", "Lead.", ("Một.",))


def test_a_date_without_time_says_so() -> None:
    top = TOP.replace('datetime="2024-12-15T09:30:00+0700"', "").replace(" 09:30<", "<")
    article = extract(page("<p>Một.</p>", head="", top=top))
    assert article.published_at == datetime(2024, 12, 14, 17, tzinfo=UTC)
    assert article.published_source == "text (date only)"


def test_times_more_than_a_day_apart_are_flagged() -> None:
    head = HEAD.replace("2024-12-15T09:30", "2024-12-12T09:30")
    assert "times disagree" in extract(page("<p>Một.</p>", head=head)).flags


def test_weather_of_the_side_column() -> None:
    widget = """<div class="weather"><h3>Thời tiết</h3><span>Sa Pa</span> <b>18 - 25°C</b>
    <i>Độ ẩm: 70%</i> <em>Nhiều mây, không mưa</em></div>"""
    (weather,) = extract(page("<p>Một.</p>", top=widget + TOP)).weather
    assert (weather.place, weather.condition) == ("Sa Pa", "Nhiều mây, không mưa")
    assert (weather.temperature_min_c, weather.temperature_max_c) == (18, 25)
    assert (weather.temperature_c, weather.humidity_pct) == (None, 70)


def test_a_marker_without_title_or_text_raises() -> None:
    empty = TOP.replace("Mùa bưởi</h1>", "</h1>")
    with pytest.raises(MissingField, match="onecms found no title"):
        extract(page("<p>Một.</p>", top=empty))
    bare = '<h1 class="article__title">Mùa bưởi</h1>'
    with pytest.raises(MissingField, match="onecms found no text"):
        extract(page("", top=bare))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   \n",
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
        "<html><body><h1>Không tìm thấy</h1><article class='story'><p>Lead khác</p></article>".encode(),
        b"<div>" * 50_000 + b"<h1 class='article__title'>x</h1>",
    ],
)
def test_what_is_no_article_is_refused(body: bytes) -> None:
    with pytest.raises((NotAnArticle, MissingField)):
        extract(replace(page(""), body=body))


SITE_2022 = """<html><head><script src="/_nuxt/app.js"></script></head><body><div id="__nuxt">
<a class="zalo">Zalo</a><div><div>Báo Lào Cai</div><div>Thứ 7, 3/12/2022, 08:38 [UTC-0]</div>
<div>Hotline: 0986575708</div></div><div class="x1"><h1>Chi bộ Bản Ngoang</h1><div><b>LCĐT - Một
lead.</b></div><div><p>Một.</p><figure><img src="https://cdn.vn/2.jpg"><figcaption>Buổi họp.
</figcaption></figure><p>Hai.</p></div></div><div><h3>Multimedia</h3><a href="/x">Video khác</a></div>
<div><h3>Thời tiết Lào Cai</h3><div>Lào Cai Dự báo thời tiết</div></div></div></body></html>"""


def test_a_page_of_the_2022_site_is_read_by_structure() -> None:
    url = "https://baolaocai.vn/bai-viet/348925-chi-bo"
    article = extract(Snapshot(url, datetime(2022, 12, 3, tzinfo=UTC), 200, (), SITE_2022.encode()))
    assert article.template == "site2022"
    assert (article.title, article.lead) == ("Chi bộ Bản Ngoang", "LCĐT - Một lead.")
    assert article.paragraphs == ("Một.", "Hai.")
    assert article.captions == (Caption("Buổi họp.", "", "https://cdn.vn/2.jpg", 1),)
    assert article.page_clock_text == "Thứ 7, 3/12/2022, 08:38 [UTC-0]"
    assert article.page_clock_at == datetime(2022, 12, 3, 8, 38, tzinfo=UTC)
    assert article.published_at is None
    assert [(w.place, w.text) for w in article.weather] == [("Lào Cai", "Lào Cai Dự báo thời tiết")]


def test_a_page_clock_that_contradicts_itself_is_flagged() -> None:
    html = SITE_2022.replace("Thứ 7, 3/12", "Thứ 2, 3/12").encode()
    url = "https://baolaocai.vn/bai-viet/348925-chi-bo"
    article = extract(Snapshot(url, datetime(2022, 12, 3, tzinfo=UTC), 200, (), html))
    assert article.flags == ("page clock: weekday mismatch",)


def test_an_unknown_template_is_read_with_doubt() -> None:
    text = "Đây là một đoạn văn dài về mùa bưởi ở huyện Bảo Yên, được viết ra để thử. " * 4
    html = f"<html><head>{HEAD}</head><body><article><h1>Mùa bưởi</h1><p>{text}</p></article>"
    article = extract(replace(page(""), body=html.encode()))
    assert (article.template, article.flags[0], article.title) == (
        "fallback",
        "fallback",
        "Mùa bưởi",
    )
    assert article.paragraphs == (text.strip(),)


def test_the_lead_of_another_article_is_not_taken_if_this_one_has_none() -> None:
    top = '<header><div class="cms-desc">Lead của bài khác.</div></header><div class="main-col">'
    article = extract(
        page("<p>Đoạn một.</p>", top=top + '<h1 class="article__title">Mùa bưởi</h1>')
    )
    assert (article.lead, article.paragraphs) == ("", ("Đoạn một.",))


@pytest.mark.parametrize("kind", ['{"a": 1}', '[{"a": 1}]', '[["NewsArticle"]]', "null", "1"])
def test_json_ld_of_any_type_is_no_error(kind: str) -> None:
    head = f'<script type="application/ld+json">{{"@type": {kind}}}</script>'
    assert extract(page("<p>Đoạn một.</p>", head=head)).title == "Mùa bưởi"


def test_half_a_letter_in_json_ld_is_left_out() -> None:
    # JSON may hold it; no database and no file takes it.
    stated = '{"@type": ["NewsArticle", {}], "articleSection": "Kinh \\ud83d tế"}'
    head = f'<script type="application/ld+json">{stated}</script>'
    assert extract(page("<p>Đoạn một.</p>", head=head)).section == "Kinh tế"
