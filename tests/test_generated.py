"""Pages put together from every markup variant of the ONECMS family, read back field by field.

What a page says is drawn first; each part of it is then printed in any of its markups, whatever
the others wear. What the page prints, in the terms of Article, is known from the drawing.
"""

import json
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.extract import extract
from scraper.models import Caption, Snapshot, Weather
from scraper.times import VIETNAM

pytestmark = pytest.mark.slow  # whole runs

URL = "https://baolaocai.vn/mua-le-chin-post901234.html"
CAPTURED_AT = datetime(2026, 11, 2, tzinfo=UTC)
WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật")

SENTENCES = (
    "Sáng nay, bà con bản Đá Vàng dậy từ lúc gà chưa gáy để kịp phiên chợ.",
    "Ông Vàng A Tưởng nói: “Năm nay lê được mùa, giá 25.000 đồng/kg.”",
    "Con đường 3,5 km nối hai bản & ba thôn đã xong hôm 12/10.",
    "Theo kế hoạch, xã Mây Xanh trồng thêm 1.200 ha rừng; nguồn: quỹ của thôn.",
    "Xem thêm một chút, ai cũng thấy suối < sông về mùa cạn.",
    "Đội bóng bản Gió thắng 2 - 1.",
    "Ảnh của ông treo giữa nhà, cạnh tờ lịch đã cũ.",
)
CAPTIONS = ("Phiên chợ bản Đá Vàng.", "Bà Lý Thị Mơ (thứ hai từ trái sang) hái lê", "Nhà mới ở thôn Sương")  # fmt: skip
CREDITS = ("", "Ngọc Bằng", "TTXVN", "Hà Minh - Lê An")
NAMES = ("Thanh Thử", "Nguyễn Ví Dụ", "Bảo Bịa")
AD = """<div class="ads_middle"><div class="banner" id="adsWeb_AdsMiddle"><script>var q = {"text":
"Quảng cáo"};</script></div></div>"""
BESIDE = (  # in the body's element, but not part of the text
    "",
    AD,
    '<div class="sda_middle"><p>Quảng cáo</p></div>',
    '<div class="article-relate"><h3>Tin liên quan</h3><p><a href="/b-post2.html">Bài hai</a></p></div>',
    '<div class="related-news"><article class="story"><a href="/b-post2.html">Bài hai</a><p>Lead khác.</p></article></div>',
    '<div class="notebox"><strong>Đọc thêm</strong><ul><li><a href="/b-post2.html">Bài hai</a></li></ul></div>',
    '<p>&gt;&gt;&gt; <a href="/b-post2.html">Bài hai</a></p>',
    '<p style="text-align: right;">&gt;&gt; <a href="/b-post2.html"><em>Bài hai</em></a></p>',
    '<div class="article__social"><a>Chia sẻ</a><span>Lưu</span></div>',
    '<div class="article__source">Theo Báo Thử</div>',
    "<!-- Bài hai --><style>.x{color:red}</style><script>document.write('<p>Bài hai</p>')</script>",
    "<p>&nbsp;</p><p><br></p><div></div>",
    '<p><a href="/b-post2.html">Bài hai</a></p>',
    '<p><strong>Tin liên quan:</strong></p><ul><li><a href="/b-post2.html">Bài hai</a></li></ul>',
    '<div class="ads-inline"><p>Quảng cáo</p></div><div class="box-share">Chia sẻ</div>',
    '<div style="display: none">Ẩn</div><p hidden>Ẩn</p><img src="/p.gif" width="1" height="1">',
)
WIDGETS = (  # as printed, what it says
    ("Lào Cai Dự báo thời tiết", Weather("Lào Cai", "Lào Cai Dự báo thời tiết")),
    ("Sa Pa -1°C Độ ẩm: 91% Có băng giá", Weather("Sa Pa", "Sa Pa -1°C Độ ẩm: 91% Có băng giá", -1, None, None, 91, "Có băng giá")),
    ("Bắc Hà 18 - 25°C Nhiều mây, không mưa", Weather("Bắc Hà", "Bắc Hà 18 - 25°C Nhiều mây, không mưa", None, 18, 25, None, "Nhiều mây, không mưa")),
    ("Lào Cai 23 °C", Weather("Lào Cai", "Lào Cai 23 °C", 23)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the body, printed, and what it says."""

    html: str
    paragraphs: tuple[str, ...] = ()
    captions: tuple[tuple[str, str, str], ...] = ()  # text, credit, image address
    photos: int = 0


def inline(text: str, form: str) -> str:
    """A sentence with the inline markup of `form`."""
    first, rest = text.split(" ", 1)
    first, rest = escape(first, quote=False), escape(rest, quote=False)
    forms = {
        "plain": f"{first} {rest}",
        "strong": f"<strong>{first}</strong> {rest}",
        "link": f'<a href="/tim-kiem">{first}</a> {rest}',
        "span": f'<span style="color: #000"><em>{first} {rest}</em></span>',
        "nbsp": f"&nbsp;&nbsp;{first}&nbsp; {rest}\u200b",
        "newline": f"\n    {first}\n  {rest}\n",
        "comment": f"{first}<!-- x --> {rest}",
    }
    return forms[form]


INLINE = st.sampled_from(("plain", "strong", "link", "span", "nbsp", "newline", "comment"))


@st.composite
def prose(draw: st.DrawFn) -> Part:
    """One to three paragraphs in any of the markups of text."""
    lines = draw(st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=3))
    html = [inline(line, draw(INLINE)) for line in lines]
    kind = draw(st.sampled_from(("p", "justify", "div", "br", "p br", "ul", "ol", "quote", "note", "h2", "strong", "table", "div p")))  # fmt: skip
    wraps = {
        "p": "<p>{}</p>", "justify": '<p style="text-align: justify;">{}</p>', "div": "<div>{}</div>",
        "ul": "<li>{}</li>", "ol": "<li><p>{}</p></li>", "quote": "<p>{}</p>", "note": "<p>{}</p>",
        "h2": "<h2>{}</h2>", "strong": "<p><strong>{}</strong></p>", "div p": "<div><p>{}</p></div>",
        "br": "{}<br><br />", "p br": "{}<br>&nbsp;<br>", "table": "<tr><td>{}</td><td>1</td></tr>",
    }  # fmt: skip
    inner = "".join(wraps[kind].format(line) for line in html)
    outer = {
        "ul": "<ul>{}</ul>", "ol": "<ol>{}</ol>", "quote": "<blockquote>{}</blockquote>",
        "note": '<div class="notebox cms-note">{}</div>', "table": "<table><tbody>{}</tbody></table>",
        "br": "<div>{}</div>", "p br": "<p>{}</p>",
    }.get(kind, "{}")  # fmt: skip
    said = tuple(f"{line} | 1" if kind == "table" else line for line in lines)
    return Part(outer.format(inner), said)


@st.composite
def photo(draw: st.DrawFn, *, is_cover: bool = False) -> Part:
    """A photo in any of the markups, lazily loaded in any of the ways."""
    text = draw(st.sampled_from(("", *CAPTIONS)))
    credit = draw(st.sampled_from(CREDITS)) if text else ""
    form = draw(st.sampled_from((" Ảnh: {}", " (Ảnh: {})", " Ảnh: {}.", "      Ảnh: {}   ", ". Nguồn: {}")))  # fmt: skip
    caption = escape(text + form.format(credit) if credit else text)
    said = f"{text}." if credit and form.startswith(".") else text
    address = f"https://cdn.baolaocai.vn/images/{draw(st.integers(1, 9)):032x}/anh.jpg"
    lazy = draw(st.sampled_from(("src", "data-src", "data-photo-original-src", "data-large-src", "srcset", "data-srcset")))  # fmt: skip
    blank = draw(
        st.sampled_from(('src="data:image/gif;base64,R0lGOD"', 'src="/images/blank.gif"', ""))
    )
    alt = draw(st.sampled_from((caption, "Mùa lê chín ảnh 3", "Mùa lê chín", "")))
    again = draw(st.sampled_from(("", f'data-desc="{caption}"', f'cms-photo-caption="{caption}"')))
    written = f"/nho.jpg 320w, {address} 1280w" if lazy.endswith("srcset") else address
    source = f'{"" if lazy == "src" else blank} {lazy}="{written}"'
    image = f'<img class="cms-photo" data-image-id="7" {source} {again} alt="{alt}" title="{alt}">'
    html = photo_markup(draw(st.sampled_from(MARKUPS[is_cover:])), image, caption, address)
    captions = ((said, credit, address),) if text else ()
    return Part(html, (), captions, 1)


MARKUPS = (
    "bare",  # without caption, and never a cover
    "table",
    "table a",
    "avatar",
    "figure",
    "figure a",
    "figure.picture",
    "div",
)


def photo_markup(form: str, image: str, caption: str, address: str) -> str:
    """The image in one of the paper's markups; without the caption's element if it has no caption."""
    if form == "bare" and not caption:
        return f"<p>{image}</p>"
    link = f'<a class="photo" href="{address}">{image}</a>'
    if form.startswith("table"):
        row = f'<tr><td class="caption"><p>{caption}</p></td></tr>' if caption else ""
        rows = f'<tr><td class="pic">{link if form == "table a" else image}</td></tr>{row}'
        return f'<table class="picture" align="center"><tbody>{rows}</tbody></table>'
    if form == "avatar":
        text = f'<figcaption class="fig">{caption}</figcaption>' if caption else ""
        return f'<figure class="article-avatar"><a class="photo">{image}</a>{text}</figure>'
    if form == "div":
        return f'<div class="article-photo">{image}<span>{caption}</span></div>'
    name = ' class="picture"' if form == "figure.picture" else ""
    text = f"<figcaption><p>{caption}</p></figcaption>" if caption else ""
    return f"<figure{name}>{link if form == 'figure a' else image}{text}</figure>"


@st.composite
def player(draw: st.DrawFn) -> Part:
    """A video or podcast with its caption."""
    text = draw(st.sampled_from(("", *CAPTIONS)))
    name = draw(st.sampled_from(("cms-video", "cms-podcast")))
    below = f"<figcaption>{escape(text)}</figcaption>" if text else ""
    html = f'<div class="{name}"><iframe src="/nhung/1"></iframe>{below}</div>'
    return Part(html, (), ((text, "", ""),) if text else ())


@dataclass(frozen=True, slots=True)
class Printed:
    """A page, and the fields of the article it shows."""

    html: str
    fields: dict[str, object]


def filed(parts: list[Part]) -> dict[str, object]:
    """Paragraphs, captions and photos of the parts, in order."""
    captions, paragraphs = [], []
    for part in parts:
        captions += [Caption(*caption, len(paragraphs)) for caption in part.captions]
        paragraphs += part.paragraphs
    photos = sum(part.photos for part in parts)
    return {"paragraphs": tuple(paragraphs), "captions": tuple(captions), "photo_count": photos}


def clocks(at: datetime, form: str) -> tuple[str, str]:
    """The head and the printed line that state the time in the way of `form`."""
    local = at.astimezone(VIETNAM)
    compact, iso = local.strftime("%Y-%m-%dT%H:%M:%S+0700"), local.isoformat()
    text, weekday = local.strftime("%d/%m/%Y %H:%M"), WEEKDAYS[local.weekday()]
    return {
        "meta": (f'<meta property="article:published_time" content="{compact}">', ""),
        "meta utc": (f'<meta property="article:published_time" content="{at:%Y-%m-%dT%H:%M:%S}Z">', ""),
        "itemprop": (f'<meta itemprop="datePublished" content="{iso}">', f"<time>{text}</time>"),
        "time +0700": ("", f'<time class="time" datetime="{compact}">{text}</time>'),
        "time +07:00": ("", f'<time class="cms-date" datetime="{iso}">{weekday}, {text} GMT+7</time>'),
        "text": ("", f'<time class="time">{text}</time>'),
        "weekday": ("", f'<time class="time">{weekday}, {local:%d/%m/%Y} | {local:%H:%M}</time>'),
        "h": ("", f'<span class="cms-date">{weekday}, ngày {local:%d/%m/%Y} - {local:%Hh%M}</span>'),
        "utc": ("", f'<time class="time">{at:%d/%m/%Y, %H:%M} [UTC-0]</time>'),
        "half": ("", f'<time class="time">{local:%d/%m/%Y %I:%M} {"SA" if local.hour < 12 else "CH"}</time>'),
        "json-ld": (ld(datePublished=iso), ""),
    }[form]  # fmt: skip


CLOCKS = ("meta", "meta utc", "itemprop", "time +0700", "time +07:00", "text", "weekday", "h", "utc", "half", "json-ld")  # fmt: skip


def ld(**stated: str) -> str:
    """The page's JSON-LD."""
    whole = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": "Mùa lê chín"}
    author = {"@type": "Person", "name": "Báo Lào Cai"}
    text = json.dumps({**whole, "author": author, **stated}, ensure_ascii=False)
    return f'<script type="application/ld+json">{text}</script>'


def byline(names: list[str], form: str) -> str:
    """The names in one of the markups of bylines."""
    if not names:
        return ""
    if form == "text":
        return f'<div class="article__author">{", ".join(names)}</div>'
    if form == "author":
        return f'<p class="author">{" - ".join(names)}</p>'
    links = "".join(f'<a class="name cms-author" title="{n}">{n}</a>' for n in names)
    return f'<div class="article__author"><div class="author"><div class="info">{links}</div></div></div>'


@st.composite
def printed_pages(draw: st.DrawFn) -> Printed:
    """A page of any combination."""
    one = st.sampled_from
    at = draw(st.datetimes(datetime(2023, 3, 1), datetime(2026, 10, 30))).replace(
        second=0, microsecond=0, tzinfo=UTC
    )
    head, line = clocks(at, draw(one(CLOCKS)))
    modified = at + timedelta(hours=5) if draw(st.booleans()) else None
    if modified:
        head += f'<meta property="article:modified_time" content="{modified.isoformat()}">'
    parts = draw(st.lists(st.one_of(prose(), prose(), photo(), player()), min_size=1, max_size=6))
    cover = draw(st.one_of(st.none(), photo(is_cover=True)))
    lead, names = draw(one(("", "LCĐT - Lê chín.", "Năm nay lê được mùa."))), draw(st.lists(one(NAMES), unique=True, max_size=2))  # fmt: skip
    fields = filed([*([cover] if cover else []), *parts])
    if not (fields["paragraphs"] or fields["captions"]):
        lead = "Chỉ có lead."
    signed, widgets = byline(names, draw(one(("links", "text", "author")))), draw(st.lists(one(WIDGETS), unique=True, max_size=1))  # fmt: skip
    box = "".join(
        f'<div class="weather"><h3>Thời tiết</h3><div>{w[0]}</div></div>' for w in widgets
    )
    body = "".join(part.html + draw(one(BESIDE)) for part in parts)
    where = draw(one(("above", "in body", "below")))
    tags = draw(st.lists(one(("lê Tai nung", "Bắc Hà", "nông nghiệp")), unique=True))
    sapo = draw(one(('<div class="article__sapo cms-desc">{}</div>', '<h2 class="article__sapo cms-desc ">{}</h2>',
                     '<div class="article__sapo"><p>{}</p></div>')))  # fmt: skip
    top = (line, signed if where == "above" else "", sapo.format(lead) if lead else "")
    html = f"""<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>Mùa lê chín</title>
<meta property="og:title" content="Mùa lê chín | Báo Lào Cai"><meta property="og:type" content="article">
{head}</head><body><header>{box if draw(st.booleans()) else ""}</header><div class="main-col content-col">
<div class="breadcrumb"><a href="/">Trang chủ</a><a href="/kinh-te/">Kinh tế</a></div>
<h1 class="article__title cms-title ">Mùa lê chín</h1>{"".join(top)}{cover.html if cover else ""}
<div class="{draw(one(("article__body cms-body ", "article__body zce-content-body cms-body")))}" itemprop="articleBody">
{body}{signed if where == "in body" else ""}</div>{signed if where == "below" else ""}
<div class="article__tag">{"".join(f'<a href="/t">{tag}</a> ' for tag in tags)}</div>
<div class="box"><h2>Cùng chuyên mục</h2><article class="story"><figure><a href="/b-post2.html"><img src="/b.jpg"></a>
</figure><a href="/b-post2.html">Bài hai</a><p>Lead của bài hai.</p></article></div></div>
<aside>{box}</aside></body></html>"""  # fmt: skip
    fields |= {
        "title": "Mùa lê chín", "lead": lead, "published_at": at, "modified_at": modified, "byline": tuple(names),
        "section": "Kinh tế", "tags": tuple(tags), "weather": tuple(w[1] for w in widgets),
        "article_id": 901234, "template": "onecms", "page_clock_at": None,
    }  # fmt: skip
    return Printed(html, fields)


WRITTEN: dict[str, Callable[[str], bytes]] = {
    "UTF-8": str.encode,
    "byte order mark": lambda html: b"\xef\xbb\xbf" + html.encode(),
    "NFD": lambda html: unicodedata.normalize("NFD", html).encode(),
    "references": lambda html: html.encode("ascii", "xmlcharrefreplace"),
    "UTF-16": lambda html: html.encode("utf-16"),
    "line ends": lambda html: html.replace("\n", "\r\n").encode(),
    "e-magazine": lambda html: in_emagazine(html).encode(),
}


def in_emagazine(html: str) -> str:
    """The page in the classes of the e-magazine layout."""
    for old, new in (
        ("article__title cms-title", "e-magazine__title"),
        ("article__sapo cms-desc", "e-magazine__sapo"),
        ("article__sapo", "e-magazine__sapo"),
        ("article__body cms-body", "e-magazine__body"),
        ("article__body zce-content-body cms-body", "e-magazine__body cms-body"),
    ):
        html = html.replace(old, new)
    return html


@settings(max_examples=200, deadline=None)
@given(printed_pages(), st.sampled_from(sorted(WRITTEN)))
def test_every_field_of_a_page_of_any_combination(page: Printed, written: str) -> None:
    article = extract(Snapshot(URL, CAPTURED_AT, 200, (), WRITTEN[written](page.html)))
    assert (article.layout == "emagazine") == (written == "e-magazine")
    found = {name: getattr(article, name) for name in page.fields}
    assert found == page.fields
    assert article.flags == ()
