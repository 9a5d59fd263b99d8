"""Pages that no template fits: the article's own text and no other's, or a refusal."""

import gzip
import json

import pytest

from scraper.errors import NotAnArticle
from tests.support.made import META, URL, page, read

LINES = (
    "Bản Mây Xanh họp chợ mỗi tuần một lần trên đỉnh núi, từ lúc gà chưa gáy cho đến khi sương tan.",
    "Người đến chợ mang theo lê, mận, mật ong và tiếng cười; ai bán hết sớm thì ở lại giúp bạn hàng.",
    "Năm nay chợ có thêm một dãy hàng cho học sinh bày sách cũ, mỗi cuốn đổi lấy một bó rau cải.",
)
TEXT = "".join(f"<p>{line}</p>" for line in LINES)
OG = '<meta property="og:type" content="article">'
HEAD = f"""{OG}<meta property="og:title" content="Phiên chợ | Báo Lào Cai">{META}"""
BOX = """<div class="tin"><h3>Tin liên quan</h3><div class="it"><h4><a href="/x-post11.html">Bài khác
mở hội</a></h4><p>Lead của bài khác, dài đủ để một máy đọc lầm là thân bài của trang này.</p></div>
<div class="it"><h4><a href="/y-post12.html">Bài khác nữa</a></h4><p>Lead của bài khác nữa, cũng dài
đủ để một máy đọc lầm là thân bài của trang này.</p></div></div>"""
PHOTO = '<figure><img src="/a.jpg"><figcaption>Chợ. Ảnh: Lê An</figcaption></figure>'


def unknown(body: str, head: str = HEAD) -> str:
    return f'<!doctype html><html><head><meta charset="utf-8"><title>Phiên chợ | Báo Lào Cai</title>{head}</head><body>{body}</body></html>'  # fmt: skip


@pytest.mark.parametrize(
    "body",
    [
        f"<article><h1>Phiên chợ</h1>{TEXT}</article>",
        f"<article><h1>Phiên chợ</h1>{TEXT}{BOX}</article>",
        f"<div><h1>Phiên chợ</h1><div><p>{LINES[0]}</p>{BOX}<p>{LINES[1]}</p><p>{LINES[2]}</p></div></div>",
        f"<div><h1>Phiên chợ</h1><div>{TEXT}</div></div>{BOX}{BOX}",
        f"<article><div>Phiên chợ</div>{TEXT}</article>",
        f'<header><h1><a href="/">Báo Lào Cai</a></h1></header><article><h1>Phiên chợ</h1>{TEXT}</article>',
        f'<article><h1>Phiên chợ</h1>{TEXT}</article><div class="comments"><p>Lời của bạn đọc, dài đủ để lẫn vào bài.</p></div>',
        f"<form id='aspnetForm'><article><h1>Phiên chợ</h1>{TEXT}</article></form>",
    ],
)  # fmt: skip
def test_an_unknown_page_gives_its_own_text(body: str) -> None:
    article = read(unknown(body))
    assert (article.title, article.paragraphs) == ("Phiên chợ", LINES)
    assert (article.template, article.flags) == ("fallback", ("fallback",))


def test_a_short_text_is_not_filled_up_with_other_articles() -> None:
    article = read(unknown(f"<div><h1>Phiên chợ</h1><div><p>{LINES[0]}</p></div></div>{BOX}{BOX}"))
    assert article.paragraphs == LINES[:1]
    article = read(unknown(f"<div><h1>Phiên chợ</h1><div>{PHOTO}</div></div>{BOX}{BOX}"))
    assert (article.paragraphs, len(article.captions)) == ((), 1)


def test_photos_are_placed_as_the_page_shows_them() -> None:
    body = (
        f"<header><h1>Phiên chợ</h1></header><div><p>{LINES[0]}</p>{PHOTO}<p>{LINES[1]}</p></div>"
    )
    article = read(unknown(f"<main>{body}</main>"))
    assert [(c.text, c.credit, c.after_paragraph) for c in article.captions] == [("Chợ.", "Lê An", 1)]  # fmt: skip
    assert article.paragraphs == LINES[:2]


def test_a_list_is_read_without_marks_that_are_not_printed() -> None:
    items = ("Một bó rau cải nương của bản.", "Hai nắm hạt giống bí đỏ.")
    lines = f"<p>{LINES[0]}</p><ul><li>{items[0]}</li><li>{items[1]}</li></ul><p>{LINES[1]}</p>"
    article = read(unknown(f"<article><h1>Phiên chợ</h1>{lines}<p>{LINES[2]}</p></article>"))
    assert article.paragraphs == (LINES[0], *items, *LINES[1:])


@pytest.mark.parametrize(
    "headline",
    [
        "400 phụ nữ bản Mây học chữ",
        "Trang mạng giả mạo chợ Mây đã bị gỡ",
        "Nội dung họp chợ không còn tồn tại ở bản Mây",
    ],
)
def test_a_headline_that_sounds_like_an_error_is_none_above_a_text(headline: str) -> None:
    text = f"{TEXT}<p>Bà con đăng nhập vào cổng của xã để xem lịch họp chợ.</p>"
    article = read(unknown(f"<article><h1>{headline}</h1>{text}</article>", OG))
    assert (article.title, len(article.paragraphs)) == (headline, 4)


def ld(stated: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(stated)}</script>'


REFUSED = {
    "soft 404": unknown(f"<h1>Không tìm thấy trang</h1><p>Nội dung bạn tìm đã bị gỡ khỏi hệ thống.</p>{BOX}", OG),
    "soft 404, h1 gone": unknown(f"<p>404</p>{BOX}{BOX}", OG + '<meta property="og:title" content="Trang không tồn tại">'),
    "soft 404, number": unknown(f"<h1>Lỗi 404</h1>{BOX}{BOX}", OG),
    "home": unknown(f"<h1>Báo Lào Cai</h1>{BOX}{BOX}{BOX}", OG),
    "section": unknown(f"<h1>Kinh tế</h1>{BOX}{BOX}", OG + '<meta name="description" content="Tin kinh tế">'),
    "tag list": unknown(f"<h1>lê</h1>{BOX}", ld({"@type": "ItemList", "itemListElement": [{"@type": "NewsArticle"}]})),
    "tag graph": unknown(f"<h1>lê</h1>{BOX}", ld([{"@type": "NewsArticle", "url": "https://baolaocai.vn/x-post11.html"}])),
    "author": unknown(f"<h1>Lê Thử</h1><p>Phóng viên.</p>{BOX}", '<meta property="og:type" content="profile">'),
    "log in": unknown('<h1>Đăng nhập</h1><form><input type="password"></form>', OG),
    "members only": unknown('<h1>Phiên chợ</h1><div><p>Vui lòng đăng nhập để đọc tiếp bài viết này.</p></div>', OG),
    "challenge": "<html><body><h1>Checking your browser</h1></body></html>",
    "gateway": "<html><body><center><h1>502 Bad Gateway</h1></center></body></html>",
    "list of the known design": '<h1>Kinh tế</h1><article class="story"><h2 class="article__title cms-title">'
                                '<a href="/x-post1.html">Bài một</a></h2><div class="article__sapo">Lead một.</div></article>',
}  # fmt: skip


@pytest.mark.parametrize("html", REFUSED.values(), ids=REFUSED)
@pytest.mark.parametrize("url", [URL, "https://baolaocai.vn/kinh-te/"])
def test_a_page_without_an_article_is_refused(html: str, url: str) -> None:
    with pytest.raises(NotAnArticle):
        read(html, url)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" \n ",
        b'{"error": "not found"}',
        b"\xff\xd8\xff\xe0\x10JFIF" + bytes(range(1, 255)),
        b"\x89PNG\r\n\x1a\n\x00\x00",
        b"%PDF-1.4\n1 0 obj\n<</Type/Catalog>>\nendobj\nstream of a length that is that of a line\n",
        b"PK\x03\x04" + b"\x14\x08" * 60,
        gzip.compress(page().encode(), mtime=0),
        b"User-agent: *\nDisallow: /admin\n",
        b"404 page not found\n",
        b"<?xml version='1.0'?><urlset><url><loc>https://baolaocai.vn/x-post1.html</loc></url></urlset>",
    ],
)
@pytest.mark.parametrize("kind", ["text/html", "text/plain", ""])
def test_an_answer_that_is_no_page_is_refused(body: bytes, kind: str) -> None:
    with pytest.raises(NotAnArticle):
        read(body, kind=kind)


def test_a_page_sent_as_plain_text_is_a_page() -> None:
    assert read(page(), kind="text/plain").template == "onecms"


@pytest.mark.parametrize("end", ["<", "</", "</p", '<p style="te', "<!--", "&am"])
def test_a_page_cut_short_in_its_signs_gives_what_came_before(end: str) -> None:
    whole = page("<p>Một câu.</p>§")
    cut = whole[: whole.index("§")]
    assert read(cut + end).paragraphs[0] == "Một câu."
    assert "<" not in "".join(read(cut + end).paragraphs)


@pytest.mark.parametrize("form", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_its_mark_is_read(form: str) -> None:
    assert read(page().encode(form)) == read(page())
