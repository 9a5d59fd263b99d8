"""When a whole page says that its article was published: every form of the statement, and whose."""

import json
import unicodedata

import pytest

from scraper.models import utc_text
from tests.support.made import BELOW, META, URL, page, read

AT = "2026-03-05T01:30:00Z"


@pytest.mark.parametrize(
    "printed",
    [
        "05/03/2026 08:30", "5/3/2026 8:30", "05/03/2026 - 08:30 (GMT+7)", "05/03/2026 08:30 (UTC+7)",
        "Thứ Năm, 05/03/2026 | 08:30", "Thứ 5, 05/03/2026, 08:30", "T5, 05/03/2026 08:30",
        "Thứ năm, ngày 05/03/2026 - 08:30", "THỨ NĂM, 05/03/2026 08:30", "Thứ Năm, 5-3-2026, 08h30",
        unicodedata.normalize("NFD", "Thứ Năm, 05/03/2026 | 08:30"), "08:30 05/03/2026",
        "08h30 ngày 05/3/2026", "8g30 ngày 5/3/2026", "08:30, Thứ Năm ngày 5/3/2026 (GMT+7)",
        "05/03/2026 01:30 [UTC-0]", "05/03/2026 08:30 [GMT+7]", "05/03/2026 08:30 SA",
        "05/03/2026 8:30 AM", "Thứ Năm, ngày 5 tháng 3 năm 2026, 8 giờ 30 phút", "05.03.2026 08:30",
        "Cập nhật: 05/03/2026 08:30", "Đăng lúc 08:30 ngày 05/03/2026", "5/3/2026&nbsp;&nbsp;8:30",
        "05/03/2026 08:30:00", "<b>05/03/2026</b><i>08:30</i>", "Thứ năm, 05/03/2026 08:30 +07:00", "2026/03/05 08:30",
        "05/03/2026 lúc 08:30", "05/03/2026 8 giờ 30", "05/03/2026 08:30 - 1.200 lượt xem",
    ],
)  # fmt: skip
def test_a_printed_time_is_an_instant(printed: str) -> None:
    article = read(page(head="", time=f'<time class="time">{printed}</time>'))
    assert article.published_at and utc_text(article.published_at) == AT
    assert (article.published_source, article.flags) == ("text", ())


@pytest.mark.parametrize(
    ("printed", "at", "flags"),
    [
        ("05/03/2026 08:30 CH", "2026-03-05T13:30:00Z", ()),
        ("05/03/2026 12:30 SA", "2026-03-04T17:30:00Z", ()),
        ("05/03/2026 12:30 CH", "2026-03-05T05:30:00Z", ()),
        ("02/03/2025 00:30", "2025-03-01T17:30:00Z", ()),
        ("29/02/2024 08:30", "2024-02-29T01:30:00Z", ()),
        ("05/03/2026", "2026-03-04T17:00:00Z", ()),
        ("Thứ Hai, 05/03/2026 08:30", AT, ("weekday mismatch",)),
        ("05/03/2027 08:30", "2027-03-05T01:30:00Z", ("published in the future",)),
        ("31/02/2026 08:30", None, ("unreadable time",)),
        ("29/02/2026 08:30", None, ("unreadable time",)),
        ("05/13/2026 08:30", None, ("unreadable time",)),
        ("05/03/0026 08:30", None, ("unreadable time",)),
        ("05/03/26 08:30", None, ("unreadable time",)),
        ("05/03/2026 25:30", None, ("unreadable time",)),
        ("24:00 04/03/2026", None, ("unreadable time",)),
        ("2 giờ trước", None, ("unreadable time",)),
        ("hôm qua", None, ("unreadable time",)),
    ],
)
def test_a_doubtful_time_is_flagged_and_never_mended(
    printed: str, at: str | None, flags: tuple[str, ...]
) -> None:
    article = read(page(head="", time=f'<time class="time">{printed}</time>'))
    assert (article.published_at and utc_text(article.published_at)) == at
    assert article.flags == flags


@pytest.mark.parametrize(
    "content",
    [
        "2026-03-05T08:30:00+0700", "2026-03-05T08:30:00.000+07:00", "2026-03-05T01:30:00Z",
        "2026-03-05 08:30:00", "2026-03-05 08:30:00 +0700", "2026-03-05T08:30+07:00",
        "Thu, 05 Mar 2026 08:30:00 +0700", "Thu, 05 Mar 2026 01:30:00 GMT",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "meta", ['property="article:published_time"', 'itemprop="datePublished"', 'name="pubdate"']
)
def test_a_meta_element_states_the_time(meta: str, content: str) -> None:
    article = read(page(head=f'<meta {meta} content="{content}">'))
    assert article.published_at and utc_text(article.published_at) == AT


STATED = {"@type": "NewsArticle", "datePublished": "2026-03-05T08:30:00+07:00"}
OTHER = {
    "@type": "NewsArticle",
    "headline": "Bản Gió mở hội",
    "url": "https://baolaocai.vn/ban-gio-post901299.html",
    "datePublished": "2020-01-01T08:30:00+07:00",
}
WHOLE = json.dumps(STATED)


@pytest.mark.parametrize(
    "written",
    [
        WHOLE,
        json.dumps({"@graph": [{"@type": "WebSite"}, STATED]}),
        json.dumps([{"@type": "BreadcrumbList"}, STATED | {"@type": ["X", "NewsArticle"]}]),
        json.dumps({"@type": "WebPage", "mainEntity": STATED}),
        json.dumps(STATED | {"datePublished": [STATED["datePublished"]]}),
        json.dumps(STATED | {"@type": "http://schema.org/NewsArticle"}),
        json.dumps(STATED | {"@type": "LiveBlogPosting"}),
        json.dumps([OTHER, STATED | {"url": URL}]),
        json.dumps([OTHER, STATED]),
        json.dumps(
            [OTHER | {"url": ""}, STATED | {"headline": "Mùa lê chín trên bản"}], ensure_ascii=False
        ),
        WHOLE[:-1] + ', "headline": "a\nb",}',
        f"//<![CDATA[\n{WHOLE}\n//]]>",
        WHOLE.replace('"', "&quot;"),
        f"{WHOLE[:-9]}</script><script type='application/ld+json'>{WHOLE}",
    ],
)
@pytest.mark.parametrize("kind", ["application/ld+json", "Application/LD+JSON; charset=utf-8"])
def test_json_ld_states_the_time_however_it_is_put(written: str, kind: str) -> None:
    article = read(page(head=f'<script type="{kind}">{written}</script>'))
    assert article.published_at and utc_text(article.published_at) == AT
    assert article.published_source == "json-ld"


@pytest.mark.parametrize(
    "parts",
    [
        {"head": f'<script type="application/ld+json">{json.dumps(OTHER)}</script>'},
        {"head": '<script type="application/ld+json">{"@type": "ItemList", "itemListElement":'
                 f"[{WHOLE}]}}</script>"},
        {"below": BELOW.replace("</article>", '<time class="time">01/01/2020 08:00</time></article>')},
        {"below": BELOW.replace("</article>", '<meta itemprop="datePublished" content="2020-01-01"></article>')},
        {"header": '<header><time class="time">Thứ Hai, 02/11/2026 07:00</time></header>'},
        {"side": '<time class="time" datetime="2020-01-01T08:00:00+0700">01/01/2020</time>'},
        {"body": "<p>Ngày 05/03/2026 08:30, xe về.</p>"},
    ],
    ids=["JSON-LD", "JSON-LD list", "story", "story's meta", "header", "side", "body"],
)  # fmt: skip
def test_the_time_of_something_else_is_none(parts: dict[str, str]) -> None:
    article = read(page(**({"head": ""} | parts)))
    assert (article.published_at, article.page_clock_at, article.flags) == (None, None, ())


def test_digits_of_an_address_are_no_date() -> None:
    article = read(page(head=""), "https://baolaocai.vn/ngay-20260305-post20260305.html")
    assert article.published_at is None


def test_what_is_beside_the_time_is_accounted_for() -> None:
    time = '<div class="article__meta"><time class="time">05/03/2026 08:30</time> <b>1.200 lượt xem</b></div>'
    assert read(page(head=META, time=time)).flags == ()
