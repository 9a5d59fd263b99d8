"""The 2022 site, whose markup is not known: captions, headline and lead in any markup that may be."""

import pytest

from scraper.errors import ExtractError, MissingField, NotAnArticle
from scraper.extract import extract
from scraper.extract.trace import Choice
from scraper.models import Article, Snapshot, Weather, utc_text
from tests.support.made import CAPTURED_AT, URL

A, B = "https://cdn.baolaocai.vn/a.jpg", "https://cdn.baolaocai.vn/b.jpg"
OLD = "https://baolaocai.vn/bai-viet/348925-chi-bo"
TITLE = "Chi bộ Bản Gió phát triển đảng viên"
LEAD = "LCĐT - Đảng bộ xã Mây hiện có 6.071 đảng viên thuộc 58 tổ chức cơ sở đảng."
ONE = (
    "Có được kết quả trên, phải kể đến những kinh nghiệm quý của bản. Hằng năm, chi bộ xây dựng "
    "kế hoạch phát triển đảng viên, bồi dưỡng tạo nguồn ngay từ các đoàn thể."
)
TWO = (
    "Trên cơ sở các văn bản chỉ đạo, các đoàn thể tích cực tuyên truyền, giáo dục, bồi dưỡng. Nhờ "
    "vậy, bà con đã thay đổi nhận thức."
)
THREE = (
    "Trong thời gian tới, để làm tốt hơn nữa công tác phát triển đảng viên khu vực nông thôn, xã "
    "tăng cường tuyên truyền, giáo dục cho cán bộ, đảng viên, quần chúng."
)
MEETING = "Buổi sinh hoạt của Chi bộ Bản Gió."
VISIT = "Ông Nguyễn Văn Thử (thứ 2 từ trái sang) nắm tình hình tại Chi bộ Xuân Mây."
TEXT = f"<p>{ONE}</p><p>{TWO}</p><p>{THREE}</p>"
CLOCK = "<div>Thứ 7, 3/12/2022, 08:38 [UTC-0]</div>"
HOTLINE = "<div>Hotline: 0986575708</div>"
SIDE = """<div class="q-side"><h3>Multimedia</h3><a href="/v">Một video khác</a></div>
<div class="q-wx"><h3>Thời tiết Lào Cai</h3><div>Lào Cai Dự báo thời tiết</div></div>"""


def page(
    body: str = TEXT,
    *,
    bar: str = CLOCK + HOTLINE,
    headline: str = f"<h1>{TITLE}</h1>",
    lead: str = f"<div class='sapo'><b>{LEAD}</b></div>",
    side: str = SIDE,
) -> str:
    return f"""<!doctype html><html><head><meta charset="utf-8"><title>{TITLE}</title></head><body>
<div id="__nuxt"><div class="q-float"><a href="/zalo">Zalo</a></div><div class="q-bar">
<a href="/">Báo Lào Cai</a>{bar}</div><div class="q-main">{headline}{lead}<div class="q-b">{body}</div>
</div>{side}</div><script>window.__NUXT__={{data:[{{}}]}}</script><script src="/_nuxt/7c1f.js"></script>
</body></html>"""


def read(html: str, url: str = OLD) -> Article:
    return extract(Snapshot(url, CAPTURED_AT, 200, (), html.encode()))


PRINTED = {  # how a photo and its caption may be printed; whether the caption's place is a guess
    "figure": ('<figure><img src="{}"><figcaption>{}</figcaption></figure>', False),
    "p.caption": ('<div class="picture"><img src="{}"><p class="caption">{}</p></div>', False),
    "div.image-caption": ('<div class="q"><img data-src="{}" src="data:image/gif;base64,R0"></div><div class="image-caption">{}</div>', False),
    "box of p": ('<div class="q"><img src="{}"><p>{}</p></div>', True),
    "box of div": ('<div><img src="{}"><div>{}</div></div>', True),
    "box of span": ('<div><img src="{}"><span>{}</span></div>', True),
    "two p": ('<p><img src="{}"></p><p>{}</p>', True),
    "two centred p": ('<p align="center"><img src="{}"></p><p style="text-align:center"><em>{}</em></p>', True),
    "p, empty p, p": ('<p><img src="{}"></p><p>&nbsp;</p><p><i>{}</i></p>', True),
    "p with em": ('<p><img src="{}"><em>{}</em></p>', False),
    "p with line break": ('<p><img src="{}"><br>{}</p>', True),
    "bare, then p": ('<img src="{}"><p>{}</p>', True),
    "bare, line breaks": ('<img src="{}"><br>{}<br><br>', True),
    "linked": ('<div><a href="/x.html"><img src="{}"></a></div><div><i>{}</i></div>', True),
    "center": ('<center><img src="{}"></center><center>{}</center>', True),
    "font": ('<div align="center"><img src="{}"></div><div><font color="blue">{}</font></div>', True),
    "table of rows": ('<table><tr><td><img src="{}"></td></tr><tr><td>{}</td></tr></table>', True),
    "table of p": ('<table align="center"><tr><td><p><img src="{}"></p></td></tr><tr><td><p><em>{}</em></p></td></tr></table>', True),
    "table of one cell": ('<table><tr><td><img src="{}"><br><em>{}</em></td></tr></table>', True),
}  # fmt: skip


@pytest.mark.parametrize(("printed", "is_guess"), PRINTED.values(), ids=PRINTED)
def test_captions_are_distinguished_from_paragraphs(printed: str, is_guess: bool) -> None:
    first, second = printed.format(A, MEETING), printed.format(B, VISIT)
    article = read(page(f"{first}<p>{ONE}</p><p>{TWO}</p>{second}<p>{THREE}</p>"))
    assert article.paragraphs == (ONE, TWO, THREE)
    told = [(c.text, c.image_url, c.after_paragraph) for c in article.captions]
    assert told == [(MEETING, A, 0), (VISIT, B, 2)]
    assert {c.source for c in article.captions} == {"guess" if is_guess else "markup"}
    assert (article.photo_count, article.flags) == (2, ())


def test_a_body_parted_by_line_breaks_alone() -> None:
    photos = [f'<img src="{a}"><br>{text}<br><br>' for a, text in ((A, MEETING), (B, VISIT))]
    article = read(page(f"{photos[0]}{ONE}<br><br>{TWO}<br><br>{photos[1]}{THREE}"))
    assert article.paragraphs == (ONE, TWO, THREE)
    assert [(c.text, c.after_paragraph) for c in article.captions] == [(MEETING, 0), (VISIT, 2)]


@pytest.mark.parametrize(
    ("below", "captions", "paragraphs"),
    [
        (f"<p>{ONE}</p><p>{TWO}</p>", (), (ONE, TWO)),
        (f"<p><strong>Kinh nghiệm hay</strong></p><p>{TWO}</p>", (), ("Kinh nghiệm hay", TWO)),
        (f"<h3>Kinh nghiệm hay</h3><p>{TWO}</p>", (), ("Kinh nghiệm hay", TWO)),
        (f"<p>PV: Thưa ông, vì sao?</p><p>{TWO}</p>", (), ("PV: Thưa ông, vì sao?", TWO)),
        (f"<ul><li>Một việc.</li></ul><p>{TWO}</p>", (), ("Một việc.", TWO)),
        (f"<p>{MEETING}</p><p><strong>Kinh nghiệm</strong></p><p>{TWO}</p>", (MEETING,), ("Kinh nghiệm", TWO)),
        (f"<p>{MEETING}</p>", (), (MEETING,)),
        (f"<p>{VISIT}</p>", (VISIT,), ()),
        (f"<p>{MEETING} Ảnh: Lê An</p>", (MEETING,), ()),
        (f'<p><img src="{B}"></p><p>{MEETING}</p><p>{TWO}</p>', (MEETING,), (TWO,)),
    ],
)  # fmt: skip
def test_the_line_below_a_photo(
    below: str, captions: tuple[str, ...], paragraphs: tuple[str, ...]
) -> None:
    article = read(page(f'<p>{ONE}</p><p><img src="{A}"></p>{below}'))
    assert tuple(c.text for c in article.captions) == captions
    assert article.paragraphs == (ONE, *paragraphs)


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"bar": '<h1 class="logo"><a href="/">Báo Lào Cai</a></h1>' + CLOCK + HOTLINE},
        {"bar": HOTLINE + CLOCK},
        {"bar": CLOCK.replace("[UTC-0]", "[UTC-0] Hotline: 0986575708")},
        {"bar": "<div><span>Thứ 7, 3/12/2022,</span> <b>08:38</b> [UTC-0]</div>" + HOTLINE},
        {"bar": CLOCK.replace("ứ", "u\u031b\u0301") + HOTLINE},
        {"bar": CLOCK + HOTLINE + "<h3>Thời tiết Lào Cai</h3><p>Lào Cai Dự báo thời tiết</p>"},
        {"headline": f"<div>{TITLE}</div>"},
        {"headline": f"<h2>{TITLE}</h2>"},
        {"headline": "<h1>Chi bộ Bản Gi<b>ó</b> phát triển<br>đảng viên</h1>"},
        {"headline": f'<ul><li><a href="/x">Chính trị</a></li></ul><div>{TITLE}</div>'},
        {"lead": f"<p>{LEAD}</p>"},
        {"body": f'<p><a href="/bai-viet/11-x">Bài khác của báo</a></p>{TEXT}'},
        {"body": TEXT + '<div><h3>Tin liên quan</h3><a href="/bai-viet/1-x">Bài</a><p>Lead khác.</p></div>'},
        {"body": TEXT.replace(f"<p>{TWO}", f'<div><h3>Tin liên quan</h3><a href="/bai-viet/1-x">Bài</a><p>Lead khác.</p></div><p>{TWO}')},
        {"body": TEXT.replace(f"<p>{TWO}", f'<p><b>Tin liên quan:</b></p><p><a href="/bai-viet/1-x">Bài</a></p><p>{TWO}')},
        {"body": TEXT + '<h3>Tin liên quan</h3><div><a href="/bai-viet/1-x">Bài</a></div><p>Lead khác.</p>'},
    ],
)  # fmt: skip
def test_headline_lead_and_text_are_found_by_their_place(parts: dict[str, str]) -> None:
    article = read(page(**parts))
    assert (article.title, article.lead) == (TITLE, LEAD)
    assert article.paragraphs == (ONE, TWO, THREE)
    assert article.page_clock_text == "Thứ 7, 3/12/2022, 08:38 [UTC-0]"
    assert article.page_clock_at and utc_text(article.page_clock_at) == "2022-12-03T08:38:00Z"
    assert article.published_at is None
    assert article.weather == (Weather("Lào Cai", "Lào Cai Dự báo thời tiết"),)
    assert article.flags == ()


def test_a_photo_above_the_lead_leaves_the_lead_what_it_is() -> None:
    for photo, _ in PRINTED.values():
        article = read(page(lead=photo.format(A, MEETING) + f"<p>{LEAD}</p>"))
        assert (article.lead, article.paragraphs) == (LEAD, (ONE, TWO, THREE))
        assert [(c.text, c.after_paragraph) for c in article.captions] == [(MEETING, 0)]


def test_a_paragraph_about_the_weather_ends_nothing() -> None:
    weather = "Thời tiết năm nay thuận lợi."
    assert read(page(f"<p>{ONE}</p><p>{weather}</p><p>{TWO}</p>")).paragraphs == (ONE, weather, TWO)


def test_what_is_below_the_first_side_block_is_not_walked_through() -> None:
    too_deep = f"{'<div>' * 400}Sâu{'</div>' * 400}"
    assert read(page(side=SIDE + too_deep)).paragraphs == (ONE, TWO, THREE)
    with pytest.raises(NotAnArticle):
        read(page(side=too_deep + SIDE))


def test_the_last_line_signs_the_article() -> None:
    article = read(page(TEXT + "<p style='text-align:right'><strong>Thanh Thử</strong></p>"))
    assert (article.byline, article.paragraphs) == (("Thanh Thử",), (ONE, TWO, THREE))


LIST = "".join(f'<div><a href="/bai-viet/{n}-x">Bài {n}</a><p>Lead khác {n}.</p></div>' for n in (1, 2, 3))  # fmt: skip
EMPTY = """<html><head><title>Chi bộ</title></head><body><div id="__nuxt">{}</div>
<script>window.__NUXT__=(function(a){{return {{data:[{{title:"Chi bộ",content:"<p>Đoạn.</p>"}}]}}}}(1))</script>
<script src="/_nuxt/a.js"></script></body></html>"""


@pytest.mark.parametrize(
    ("html", "url", "error"),
    [
        (EMPTY.format(""), OLD, MissingField),
        (EMPTY.format(CLOCK + HOTLINE), OLD, MissingField),
        (EMPTY.format(f"<h1>{TITLE}</h1>"), OLD, MissingField),
        (EMPTY.format(""), "https://baolaocai.vn/chinh-tri", NotAnArticle),
        (page(LIST, headline="<h1>Chính trị</h1>", lead=""), "https://baolaocai.vn/chinh-tri", NotAnArticle),
        (page(LIST, headline="", lead=""), "https://baolaocai.vn/", NotAnArticle),
        (page("<p>Nội dung đã bị gỡ.</p>", headline="<h1>Lỗi 404</h1>", lead=""), OLD, NotAnArticle),
    ],
    ids=["script alone", "clock alone", "headline alone", "section by script", "section", "home", "404"],
)  # fmt: skip
def test_what_shows_no_article_is_refused(html: str, url: str, error: type[ExtractError]) -> None:
    with pytest.raises(error):
        read(html, url)


def test_addresses_of_today_are_answered_too() -> None:
    assert read(page(), URL).article_id == 901301


def test_a_short_article_below_its_own_address_is_no_list() -> None:
    body = f"<p>{ONE}</p>" + '<p><a href="/bai-viet/1-x">Bài khác</a></p>' * 3
    article = read(page(body, lead="<p>Bà con bản Gió vui.</p>"))
    assert (article.lead, article.paragraphs) == ("Bà con bản Gió vui.", (ONE,))


def test_a_byline_in_an_element_of_its_own_is_no_paragraph() -> None:
    article = read(page(TEXT + '<div class="author">Thanh Thử</div>'))
    assert (article.byline, article.paragraphs) == (("Thanh Thử",), (ONE, TWO, THREE))


def test_what_is_left_out_of_the_text_is_named() -> None:
    notes: list[Choice] = []
    also = '<p><a href="/bai-viet/11-x">Một bài trước</a></p><p><a href="/vb.pdf">Toàn văn</a></p>'
    html = page(f"{TEXT}{also}<p>Theo TTXVN</p>")
    extract(Snapshot(OLD, CAPTURED_AT, 200, (), html.encode()), notes)
    assert [(n.rule, n.text) for n in notes if n.field == "excluded"] == [
        ("line of links", "Toàn văn"),
        ("link to another article", "Một bài trước"),
        ("source line", "Theo TTXVN"),
    ]
