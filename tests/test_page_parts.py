"""Headline, lead, section, byline and tags of whole pages, in every markup and place."""

import json

import pytest

from tests.support.made import (
    BELOW,
    CRUMBS,
    FIRST,
    LEAD,
    META,
    SAPO,
    SECOND,
    TITLE,
    TOP,
    WRAP,
    page,
    read,
)

H1 = '<h1 class="article__title cms-title">{}</h1>'


@pytest.mark.parametrize(
    "html",
    [
        "Mùa l<em>ê</em> chín trên <b>bản</b>",
        "Mùa lê chín<br>trên bản",
        "Mùa&nbsp;l&ecirc; ch&#237;n tr&ecirc;n b&#7843;n ",
        "Mùa l<!-- x -->ê chín trên bản",
        f'<i class="ic"></i><span hidden>Video</span>{TITLE}',
        f"{TITLE}<script>var a = 1</script>",
        "Mùa l&shy;ê chín trên\u200b bản",
    ],
)
def test_a_headline_is_on_one_line_with_its_words_whole(html: str) -> None:
    assert read(page(top=CRUMBS + H1.format(html))).title == TITLE


@pytest.mark.parametrize(
    "header",
    [
        '<header><h1 class="logo"><a href="/">Báo Lào Cai</a></h1></header>',
        f'<header><div class="sticky article__title">{TITLE}</div></header>',
    ],
)
def test_another_headline_on_the_page_does_no_harm(header: str) -> None:
    article = read(page(header=header))
    assert (article.title, article.flags) == (TITLE, ())


ALSO = '<p>&gt;&gt;&gt; <a href="/b-post2.html">Bài hai</a></p>'
RELATED = '<div class="article-relate"><a href="/b-post2.html">Bài hai</a></div>'


@pytest.mark.parametrize(
    "sapo",
    [
        f'<h2 class="article__sapo cms-desc ">{LEAD}</h2>',
        f'<h2 class="cms-desc">{LEAD}</h2>',
        '<div class="article__sapo"><p><strong>L</strong>CĐT - Bà con vui mùa l<b>ê</b>.</p></div>',
        '<div class="article__sapo"><p>LCĐT - Bà con</p><p>vui mùa lê.</p></div>',
        f'<div class="article__sapo"><p>{LEAD}</p>{RELATED}</div>',
        f'<div class="article__sapo">{LEAD}{ALSO}</div>',
        f'<div class="article__sapo">{LEAD}<script>var a = "x"</script></div>',
        f'{SAPO}<div class="article__sapo cms-desc mobile">{LEAD}</div>',
    ],
)
def test_a_lead_is_read_without_what_it_leads_to(sapo: str) -> None:
    article = read(page(sapo=sapo))
    assert (article.lead, article.flags) == (LEAD, ())


@pytest.mark.parametrize("sapo", ["", '<div class="article__sapo cms-desc"></div>'])
def test_what_the_head_describes_is_no_lead(sapo: str) -> None:
    head = META + '<meta property="og:description" content="Bà con vui.">'
    assert read(page(head=head, sapo=sapo)).lead == ""


@pytest.mark.parametrize(
    "wrap",
    [
        '<div itemprop="articleBody">{}</div>',
        '<div class="article__body zce-content-body cms-body" itemprop="articleBody">{}</div>',
        f"<article><section>{WRAP}</section></article>",
    ],
)
def test_a_body_is_found_in_each_of_its_containers(wrap: str) -> None:
    article = read(page(wrap=wrap))
    assert (article.paragraphs, article.flags) == (("Bà con hái lê.", "Chợ họp từ sớm."), ())


def ld(**stated: object) -> str:
    whole = json.dumps({"@type": "NewsArticle"} | stated, ensure_ascii=False)
    return f'{META}<script type="application/ld+json">{whole}</script>'


@pytest.mark.parametrize(
    ("parts", "section"),
    [
        ({}, "Kinh tế"),
        ({"head": META + '<meta property="article:section" content="Nông nghiệp">'}, "Nông nghiệp"),
        ({"head": ld(articleSection=["Nông nghiệp", "Kinh tế"])}, "Nông nghiệp"),
        ({"top": TOP.replace("</a></div>", f'</a> <a href="/a-post901301.html">{TITLE}</a></div>')}, "Kinh tế"),
        ({"top": TOP.replace("Kinh tế</a>", 'Kinh tế</a> <a href="/x/">Nông nghiệp</a>')}, "Nông nghiệp"),
        ({"top": '<ul class="breadcrumb"><li><a href="/">Trang chủ</a></li><li><a href="/k/">Kinh tế</a></li></ul>' + H1.format(TITLE)}, "Kinh tế"),
    ],
)  # fmt: skip
def test_the_section_is_the_last_step_that_is_one(parts: dict[str, str], section: str) -> None:
    assert read(page(**parts)).section == section


@pytest.mark.parametrize(
    ("html", "names"),
    [
        ("<div class='article__author'>Lê Thử</div>", ("Lê Thử",)),
        ("<div class='article__author'>LÊ T<b>H</b>Ử</div>", ("LÊ THỬ",)),
        ("<a class='cms-author'>Lê Thử</a>", ("Lê Thử",)),
        ("<p class='author'><strong>Lê Thử</strong></p>", ("Lê Thử",)),
        ("<div class='article__author'></div><a class='cms-author'>Lê Thử</a>", ("Lê Thử",)),
        ("<div class='article__author'>Tác giả: Lê Thử</div>", ("Lê Thử",)),
        ("<div class='article__author'>Bài, ảnh: Lê Thử</div>", ("Lê Thử",)),
        ("<div class='article__author'>Lê Thử (CTV)</div>", ("Lê Thử (CTV)",)),
        ("<div class='article__author'>Lê Thử - Vàng Bịa</div>", ("Lê Thử", "Vàng Bịa")),
        ("<div class='article__author'>Lê Thử-Vàng Bịa</div>", ("Lê Thử", "Vàng Bịa")),
        ("<div class='article__author'>Lê Thử/Vàng Bịa</div>", ("Lê Thử", "Vàng Bịa")),
        ("<div class='article__author'>Lê Thử và Vàng Bịa</div>", ("Lê Thử", "Vàng Bịa")),
        ("<div class='article__author'>Lê Thử</div><div class='article__author'>Vàng Bịa</div>", ("Lê Thử", "Vàng Bịa")),
        ("<div class='article__author'><div class='author'><div class='info'><a class='name cms-author'"
         " title='Lê Thử'>Lê Thử</a><span class='role'>Phóng viên</span></div></div></div>", ("Lê Thử",)),
        ("<div class='article__author'>Báo Lào Cai</div>", ()),
        ("<div class='article__author'>TTXVN/Vietnam+</div>", ("TTXVN/Vietnam+",)),
    ],
)  # fmt: skip
@pytest.mark.parametrize("place", ["time", "after", "below"])
def test_a_byline_is_names(html: str, names: tuple[str, ...], place: str) -> None:
    assert read(page(**{place: html})).byline == names


@pytest.mark.parametrize(
    ("last", "names"),
    [
        ("<p style='text-align: right;'><strong>Lê Thử</strong></p>", ("Lê Thử",)),
        ("<p align='right'>Lê Thử</p>", ("Lê Thử",)),
        ("<p><strong>Lê Thử - Vàng Bịa</strong></p>", ("Lê Thử", "Vàng Bịa")),
        ("<p><strong>Bài, ảnh: Lê Thử</strong></p>", ("Lê Thử",)),
        ("<p><b>Lê Thử</b></p><p style='text-align: right'><em>(Theo TTXVN)</em></p>", ("Lê Thử",)),
        ("<p>Theo TTXVN</p><p><b>Lê Thử</b></p>", ("Lê Thử",)),
    ],
)
def test_the_last_line_of_a_body_may_sign_it(last: str, names: tuple[str, ...]) -> None:
    article = read(page(f"<p>Bà con hái lê.</p>{last}"))
    assert (article.paragraphs, article.byline) == (("Bà con hái lê.",), names)


@pytest.mark.parametrize(
    "last",
    [
        "<p>Lê Thử</p>",
        "<p><strong>Bà con bản Đá được mùa.</strong></p>",
        "<p><strong>Đường dây nóng: 0986.000.111</strong></p>",
        "<p>Theo ông Thử, giá sẽ tăng.</p>",
        "<p><strong>Lê Thử</strong></p><p>Ông là trưởng bản.</p>",
    ],
)
def test_other_last_lines_are_body(last: str) -> None:
    article = read(page(f"<p>Bà con hái lê.</p>{last}"))
    assert (len(article.paragraphs), article.byline) == (1 + last.count("</p>"), ())


@pytest.mark.parametrize(
    ("head", "names"),
    [
        (ld(author=[{"name": "Lê Thử"}, {"name": "Vàng Bịa"}]), ("Lê Thử", "Vàng Bịa")),
        (ld(author={"name": ["Lê Thử", "Vàng Bịa"]}), ("Lê Thử", "Vàng Bịa")),
        (ld(author="Lê Thử"), ("Lê Thử",)),
        (ld(author={"@type": "Organization", "name": "Báo Lào Cai"}), ()),
        (META + '<meta property="dable:author" content="Lê Thử">', ("Lê Thử",)),
    ],
)
def test_the_head_names_who_wrote_what_is_not_signed(head: str, names: tuple[str, ...]) -> None:
    assert read(page(head=head)).byline == names


@pytest.mark.parametrize(
    "parts",
    [
        {"below": BELOW.replace("</article>", "<span class='author'>Vàng Khác</span></article>")},
        {"after": "<div class='box-comment'><span class='author'>Vàng Khác</span></div>"},
        {"side": "<span class='author'>Vàng Khác</span>"},
        {"side": "<div class='article__tag'><a>mưa</a></div>"},
    ],
    ids=["story", "comment", "side", "tags"],
)
def test_names_and_tags_elsewhere_are_not_the_articles(parts: dict[str, str]) -> None:
    article = read(page(**parts))
    assert (article.byline, article.tags) == ((), ())


@pytest.mark.parametrize(
    "html",
    [
        '<div class="article__tag"><span>Từ khóa:</span><a>lê</a><a>#Bắc Hà</a><a>lê</a></div>',
        '<ul class="article__tag"><li><a>l<b>ê</b></a></li><li><a>Bắc Hà,</a></li></ul>',
    ],
)
def test_tags_are_words_alone(html: str) -> None:
    assert read(page(after=html)).tags == ("lê", "Bắc Hà")


BAR = f'<header><div class="article__title cms-title">{TITLE} …</div></header>'
AUTHOR = '<div class="article__author">Lê Thử</div>'
NEXT = f"""<div class="next"><h1 class="article__title">Bản Gió mở hội</h1>
<div class="article__sapo">Lead khác.</div>{WRAP.format("<p>Đoạn của bài khác.</p>")}</div>"""


def test_a_headline_repeated_in_a_bar_above_is_not_where_the_article_begins() -> None:
    article = read(page(header=BAR))
    assert (article.title, article.lead, article.flags) == (TITLE, LEAD, ())


def test_an_article_has_a_header_and_a_footer_of_its_own() -> None:
    time = '<header><time class="time">05/03/2026 08:30</time></header>'
    article = read(page(head="", time=time, after=f"<footer>{AUTHOR}</footer>"))
    assert (article.published_source, article.byline) == ("text", ("Lê Thử",))


def test_a_body_in_several_pieces_is_read_whole() -> None:
    article = read(page("<p>Một.</p>", after=WRAP.format("<p>Hai.</p>")))
    assert (article.paragraphs, article.flags) == (("Một.", "Hai."), ())


def test_a_body_printed_once_more_is_read_once() -> None:
    article = read(page(after=WRAP.format("<p>Bà con hái lê.</p><p>Chợ họp từ sớm.</p>")))
    assert article.paragraphs == ("Bà con hái lê.", "Chợ họp từ sớm.")


@pytest.mark.parametrize("tag", ["h1", "h2"])
@pytest.mark.parametrize("wrap", [WRAP, '<div class="cms-video"><video src="a.mp4"></video></div>'])
def test_an_article_that_the_page_goes_on_with_is_another(wrap: str, tag: str) -> None:
    below = NEXT.replace('<h1 class="article__title', f'<{tag} class="article__title cms-title')
    article = read(page(wrap=wrap, below=below))
    assert (article.title, article.lead) == (TITLE, LEAD)
    assert "Đoạn của bài khác." not in article.paragraphs


@pytest.mark.parametrize("box", ["{}", "<div>{}</div>"])
def test_a_player_without_a_body_is_the_article(box: str) -> None:
    player = '<div class="cms-video"><video poster="/p.jpg"></video><figcaption>Lễ hội lê.</figcaption></div>'
    article = read(page(wrap=box.format(player)))
    assert (article.layout, article.paragraphs, article.photo_count) == ("video", (), 0)
    assert [(c.text, c.image_url) for c in article.captions] == [
        ("Lễ hội lê.", "https://baolaocai.vn/p.jpg")
    ]


def test_a_button_beside_an_article_without_a_body_is_no_photo() -> None:
    box = '<div class="tools"><p><img src="/zalo.png"></p></div>'
    player = '<div class="cms-video"><video poster="/p.jpg"></video></div>'
    assert read(page(wrap=player + box)).photo_count == 0
    assert read(page(wrap=player + box.replace("tools", "photo-box"))).photo_count == 1


KICKERS = {
    "p": '<p class="kk">{}</p>',
    "span": "<span>{}</span>",
    "h2": '<h2 class="article__kicker">{}</h2>',
    "text": "{}",
}


@pytest.mark.parametrize("form", KICKERS.values(), ids=KICKERS)
@pytest.mark.parametrize("text", ["Kỷ niệm 60 năm thành lập tỉnh:", "Di sản Lào Cai"])
def test_the_line_right_above_the_headline_is_a_kicker(form: str, text: str) -> None:
    article = read(page(top=TOP.replace("<h1", form.format(text) + "<h1")))
    assert (article.kicker, article.title, article.flags) == (text, TITLE, ())


@pytest.mark.parametrize(
    "above",
    ['<p><a href="/kinh-te/">Kinh tế</a></p>', "<p>Kinh tế</p>", '<div class="social">Chia sẻ bài</div>',
     '<div class="time">Thứ Hai, 1/3/2026</div>', "<div><img src=a.jpg></div>"],
)  # fmt: skip
def test_a_section_a_time_or_a_button_is_no_kicker(above: str) -> None:
    assert read(page(top=TOP.replace("<h1", above + "<h1"))).kicker == ""


OTHER = "https://baolaocai.vn/ban-khac-post901302.html"
NAMES = {
    "canonical": f'<link rel="canonical" href="{OTHER}">',
    "canonical, relative": '<link href="/ban-khac-post901302.html" rel="Canonical">',
    "og:url": f'<meta property="og:url" content="{OTHER}">',
    "og:url, old form": '<meta property="og:url" content="http://www.baolaocai.vn/bai-viet/901302-x">',
    "item": '<meta property="dable:item_id" content="901302">',
}


@pytest.mark.parametrize("head", NAMES.values(), ids=NAMES)
def test_a_page_that_names_another_article_is_flagged(head: str) -> None:
    article = read(page(head=META + head))
    assert (article.flags, article.paragraphs) == (("names another article",), (FIRST, SECOND))


@pytest.mark.parametrize("head", NAMES.values(), ids=NAMES)
def test_a_page_that_names_itself_or_no_article_is_not(head: str) -> None:
    head = head.replace("901302", "901301")
    assert read(page(head=META + head)).flags == ()
    assert read(page(head=META + '<link rel="canonical" href="https://baolaocai.vn/">')).flags == ()


def test_another_address_in_the_body_names_no_article() -> None:
    assert read(page(f'<p>Một.</p><link rel="canonical" href="{OTHER}">')).flags == ()


@pytest.mark.parametrize(
    ("body", "layout"),
    [
        ('<figure><img src="/a.jpg"><figcaption>Vườn lê.</figcaption></figure>', "photo"),
        ('<figure><img src="/a.jpg"></figure>', "infographic"),
        ('<figure><img src="/a.jpg"></figure><figure><img src="/b.jpg"></figure>', "photo"),
    ],
)
def test_a_captioned_photo_alone_is_a_photo_and_no_infographic(body: str, layout: str) -> None:
    assert read(page(body)).layout == layout
