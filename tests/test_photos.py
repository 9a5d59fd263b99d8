"""Photos: each markup gives its captions, credits and addresses, and leaves the body as it is."""

import pytest

from scraper.models import Caption
from tests.support.made import FIRST, SAPO, SECOND, TITLE, TOP, page, read

A, B = "https://cdn.baolaocai.vn/a.jpg", "https://cdn.baolaocai.vn/b.jpg"
# What is odd; the markup; text, credit and address of each caption; photos; paragraphs in it.
PHOTOS: tuple[tuple[str, str, tuple[tuple[str, str, str], ...], int, tuple[str, ...]], ...] = (
    ("table a", '<table class="picture"><tbody><tr><td class="pic"><a class="photo" href="{A}"><img src="{A}" ></a></td></tr><tr><td class="caption"><p>Vườn lê.   Ảnh: Lê An</p></td></tr></tbody></table>', (("Vườn lê.", "Lê An", A), ), 1, ()),
    ("table 2 photos one caption", '<table class="picture"><tr><td class="pic"><img src="{A}" ></td><td class="pic"><img src="{B}" ></td></tr><tr><td class="caption" colspan=2><p>Hai góc vườn.</p></td></tr></table>', (("Hai góc vườn.", "", A), ), 2, ()),
    ("table 2 photos 2 captions", '<table class="picture"><tr><td class="pic"><img src="{A}" ></td></tr><tr><td class="caption"><p>Vườn một.</p></td></tr><tr><td class="pic"><img src="{B}" ></td></tr><tr><td class="caption"><p>Vườn hai. Ảnh: Lê An</p></td></tr></table>', (("Vườn một.", "", A), ("Vườn hai.", "Lê An", B), ), 2, ()),
    ("table 2 photos side by side 2 captions", '<table class="picture"><tr><td class="pic"><img src="{A}" ></td><td class="pic"><img src="{B}" ></td></tr><tr><td class="caption"><p>Vườn một.</p></td><td class="caption"><p>Vườn hai.</p></td></tr></table>', (("Vườn một.", "", A), ("Vườn hai.", "", B), ), 2, ()),
    ("caption of two p", '<table class="picture"><tr><td class="pic"><img src="{A}" ></td></tr><tr><td class="caption"><p>Vườn lê.</p><p>Ảnh: Lê An</p></td></tr></table>', (("Vườn lê.", "Lê An", A), ), 1, ()),
    ("figure nested p", '<figure class="picture"><img src="{A}" ><figcaption><p><em>Vườn lê</em> (Ảnh: TTXVN)</p></figcaption></figure>', (("Vườn lê", "TTXVN", A), ), 1, ()),
    ("avatar figure in body", '<figure class="article-avatar"><a class="photo"><img src="data:image/gif;base64,R0" data-src={A}></a><figcaption class="fig">Vườn lê. Nguồn: Báo Thử.</figcaption></figure>', (("Vườn lê.", "Báo Thử", A), ), 1, ()),
    ("div photo", '<div class="article-photo"><img src="/blank.gif" data-photo-original-src={A}><span>Vườn lê</span></div>', (("Vườn lê", "", A), ), 1, ()),
    ("div photo lazily span around img", '<div class="article-photo"><span><img src="{A}" ></span><span>Vườn lê</span></div>', (("Vườn lê", "", A), ), 1, ()),
    ("credit alone", '<figure><img src="{A}" ><figcaption>Ảnh: Lê An</figcaption></figure>', (("", "Lê An", A), ), 1, ()),
    ("credit alone in brackets", '<figure><img src="{A}" ><figcaption>(Ảnh: Lê An)</figcaption></figure>', (("", "Lê An", A), ), 1, ()),
    ("credit upper", '<figure><img src="{A}" ><figcaption>Vườn lê. ẢNH: LÊ AN</figcaption></figure>', (("Vườn lê.", "LÊ AN", A), ), 1, ()),
    ("credit slash", '<figure><img src="{A}" ><figcaption>Vườn lê. Ảnh: Lê An/TTXVN</figcaption></figure>', (("Vườn lê.", "Lê An/TTXVN", A), ), 1, ()),
    ("credit ctv", '<figure><img src="{A}" ><figcaption>Vườn lê. (Ảnh: Lê An - CTV)</figcaption></figure>', (("Vườn lê.", "Lê An - CTV", A), ), 1, ()),
    ("credit dash", '<figure><img src="{A}" ><figcaption>Vườn lê – Ảnh: Lê An</figcaption></figure>', (("Vườn lê", "Lê An", A), ), 1, ()),
    ("credit em span", '<figure><img src="{A}" ><figcaption>Vườn lê. <span class="source"><em>Ảnh: Lê An</em></span></figcaption></figure>', (("Vườn lê.", "Lê An", A), ), 1, ()),
    ("credit br", '<figure><img src="{A}" ><figcaption>Vườn lê.<br>Ảnh: Lê An</figcaption></figure>', (("Vườn lê.", "Lê An", A), ), 1, ()),
    ("credit internet", '<figure><img src="{A}" ><figcaption>Ảnh minh họa. Nguồn: Internet</figcaption></figure>', (("Ảnh minh họa.", "Internet", A), ), 1, ()),
    ("credit NFD", '<figure><img src="{A}" ><figcaption>Vườn lê. Ảnh: Lê Ân</figcaption></figure>', (("Vườn lê.", "Lê Ân", A), ), 1, ()),
    ("credit nbsp", '<figure><img src="{A}" ><figcaption>Vườn lê.&nbsp;&nbsp;&nbsp; Ảnh:&nbsp;Lê An&nbsp;</figcaption></figure>', (("Vườn lê.", "Lê An", A), ), 1, ()),
    ("credit with 'do'", '<figure><img src="{A}" ><figcaption>Vườn lê. (Nguồn: baothu.vn)</figcaption></figure>', (("Vườn lê.", "baothu.vn", A), ), 1, ()),
    ("credit ảnh do", '<figure><img src="{A}" ><figcaption>Vườn lê. Ảnh: Báo Ảnh Việt Nam.</figcaption></figure>', (("Vườn lê.", "Báo Ảnh Việt Nam", A), ), 1, ()),
    ("caption with colon", '<figure><img src="{A}" ><figcaption>Từ trái sang: ông A, bà B. Ảnh: Lê An</figcaption></figure>', (("Từ trái sang: ông A, bà B.", "Lê An", A), ), 1, ()),
    ("caption word anh inside", '<figure><img src="{A}" ><figcaption>Bức ảnh: “Mùa lê” treo ở nhà ông Thử từ năm 1990, được nhiều người biết.</figcaption></figure>', (("Bức ảnh: “Mùa lê” treo ở nhà ông Thử từ năm 1990, được nhiều người biết.", "", A), ), 1, ()),
    ("caption ends Ảnh chụp", '<figure><img src="{A}" ><figcaption>Vườn lê. Ảnh chụp ngày 2/3/2026.</figcaption></figure>', (("Vườn lê. Ảnh chụp ngày 2/3/2026.", "", A), ), 1, ()),
    ("long caption", '<figure><img src="{A}" ><figcaption>Bà con thu hoạch lê trên sườn núi. Bà con thu hoạch lê trên sườn núi. Bà con thu hoạch lê trên sườn núi. Bà con thu hoạch lê trên sườn núi. Bà con thu hoạch lê trên sườn núi. Bà con thu hoạch lê trên sườn núi. Bà con thu hoạch lê trên sườn núi. Bà con thu hoạch lê trên sườn núi. Bà con thu hoạch lê trên sườn núi. Bà con thu hoạch lê trên sườn núi. Bà con thu hoạch lê trên sườn núi. Bà con thu hoạch lê trên sườn núi. Ảnh: Lê An</figcaption></figure>', (("Bà con thu hoạch lê trên sườn núi. Bà con thu hoạch lê trên sườn núi. Bà con thu hoạch lê trên sườn núi. Bà con thu hoạch lê trên sườn núi. Bà con thu hoạch lê trên sườn núi. Bà con thu hoạch lê trên sườn núi. Bà con thu hoạch lê trên sườn núi. Bà con thu hoạch lê trên sườn núi. Bà con thu hoạch lê trên sườn núi. Bà con thu hoạch lê trên sườn núi. Bà con thu hoạch lê trên sườn núi. Bà con thu hoạch lê trên sườn núi.", "Lê An", A), ), 1, ()),
    ("alt headline", '<figure><img src="{A}" alt="{TITLE} ảnh 3" title="{TITLE} ảnh 3"></figure>', (), 1, ()),
    ("alt is caption but none printed", '<table class="picture"><tr><td class="pic"><img class="cms-photo" src="{A}" alt="Vườn lê bản Đá" title="Vườn lê bản Đá"></td></tr></table>', (), 1, ()),
    ("data-desc only", '<table class="picture"><tr><td class="pic"><img class="cms-photo" src="{A}" data-desc="Vườn lê. Ảnh: Lê An" alt="x"></td></tr></table>', (("Vườn lê.", "Lê An", A), ), 1, ()),
    ("cms-photo-caption bare img", '<p><img class="cms-photo" src="{A}" cms-photo-caption="Vườn lê."></p>', (("Vườn lê.", "", A), ), 1, ()),
    ("data-desc headline", '<p><img class="cms-photo" src="{A}" data-desc="{TITLE} ảnh 2"></p>', (), 1, ()),
    ("data-desc entities", '<figure><img src="{A}" data-desc="&lt;p&gt;Vườn lê.&lt;/p&gt;"></figure>', (("Vườn lê.", "", A), ), 1, ()),
    ("caption repeated 3x", '<table class="picture"><tr><td class="pic"><img class="cms-photo" src="{A}" data-desc="Vườn lê." cms-photo-caption="Vườn lê." alt="Vườn lê." title="Vườn lê."></td></tr><tr><td class="caption"><p>Vườn lê.</p></td></tr></table>', (("Vườn lê.", "", A), ), 1, ()),
    ("empty figcaption", '<figure><img src="{A}" ><figcaption>&nbsp;</figcaption></figure>', (), 1, ()),
    ("srcset only", '<figure><img srcset="https://cdn.baolaocai.vn/s.jpg 320w, {A} 1280w"><figcaption>Vườn lê.</figcaption></figure>', (("Vườn lê.", "", A), ), 1, ()),
    ("placeholder src + data-srcset", '<figure><img src="data:image/gif;base64,R0" data-srcset="https://cdn.baolaocai.vn/s.jpg 1x, {A} 2x"><figcaption>Vườn lê.</figcaption></figure>', (("Vườn lê.", "", A), ), 1, ()),
    ("picture source", '<figure><picture><source media="(min-width:1px)" srcset="{A}"><img src="/lazy.gif"></picture><figcaption>Vườn lê.</figcaption></figure>', (("Vườn lê.", "", A), ), 1, ()),
    ("picture bare", '<p><picture><source srcset="{A}"><img src="{A}"></picture></p>', (), 1, ()),
    ("srcset with commas in url", '<figure><img srcset="https://cdn.baolaocai.vn/w_300,h_200/s.jpg 300w, https://cdn.baolaocai.vn/w_900,h_600/a.jpg 900w"><figcaption>Vườn lê.</figcaption></figure>', (("Vườn lê.", "", "https://cdn.baolaocai.vn/w_900,h_600/a.jpg"), ), 1, ()),
    ("relative address", '<figure><img src="/images/a.jpg"><figcaption>Vườn lê.</figcaption></figure>', (("Vườn lê.", "", "https://baolaocai.vn/images/a.jpg"), ), 1, ()),
    ("protocol-relative", '<figure><img src="//cdn.baolaocai.vn/a.jpg"><figcaption>Vườn lê.</figcaption></figure>', (("Vườn lê.", "", A), ), 1, ()),
    ("webp double ext", '<figure><img data-src="{A}.webp" src="x/placeholder.png"><figcaption>Vườn lê.</figcaption></figure>', (("Vườn lê.", "", "https://cdn.baolaocai.vn/a.jpg.webp"), ), 1, ()),
    ("avif link", '<figure><a class="photo" href="https://cdn.baolaocai.vn/big.avif"><img src="{A}"></a><figcaption>Vườn lê.</figcaption></figure>', (("Vườn lê.", "", "https://cdn.baolaocai.vn/big.avif"), ), 1, ()),
    ("word lazy in real path", '<figure><img src="https://cdn.baolaocai.vn/images/lazy-river.jpg"><figcaption>Vườn lê.</figcaption></figure>', (("Vườn lê.", "", "https://cdn.baolaocai.vn/images/lazy-river.jpg"), ), 1, ()),
    ("question behind a placeholder", '<figure><img data-src="/js/loading.gif?v=/2" src="{A}"><figcaption>Vườn lê.</figcaption></figure>', (("Vườn lê.", "", A), ), 1, ()),
    ("space in address", '<figure><img src=" {A} "><figcaption>Vườn lê.</figcaption></figure>', (("Vườn lê.", "", A), ), 1, ()),
    ("noscript copy", '<figure><img src="data:image/png;base64,AA" data-src="{A}"><noscript><img src="{A}"></noscript><figcaption>Vườn lê.</figcaption></figure>', (("Vườn lê.", "", A), ), 1, ()),
    ("noscript copy alone", '<figure><img src="data:image/png;base64,AA"><noscript><img src="{A}"></noscript><figcaption>Vườn lê.</figcaption></figure>', (("Vườn lê.", "", A), ), 1, ()),
    ("fewer captions than photos", '<figure><img src="{A}"><img src="/c.jpg"><p class="caption">Vườn lê.</p><img src="{B}"><p class="caption">Chợ lê.</p></figure>', (("Vườn lê.", "", A), ("Chợ lê.", "", B)), 3, ()),
    ("noscript copy beside bare img", '<p><img src="data:image/png;base64,AA" data-src="{A}"><noscript><img src="{A}"></noscript></p>', (), 1, ()),
    ("source apart in the caption's cell", '<table class="picture"><tr><td class="pic"><img src="{A}"></td></tr><tr><td class="caption"><p>Vườn lê chín</p><div class="source"><p>lê an</p></div></td></tr></table>', (("Vườn lê chín", "lê an", A), ), 1, ()),
    ("source apart with its label", '<figure><img src="{A}"><figcaption><div><p>Vườn lê.</p><div class="source">(Ảnh: Lê An)</div></div></figcaption></figure>', (("Vườn lê.", "Lê An", A), ), 1, ()),
    ("source beside the caption", '<table class="picture"><tr><td class="pic"><img src="{A}"></td></tr><tr><td class="caption">Vườn lê.</td><td class="source">Lê An</td></tr></table>', (("Vườn lê.", "Lê An", A), ), 1, ()),
    ("source alone", '<figure><img src="{A}"><figcaption><p class="source">Lê An</p></figcaption></figure>', (("", "Lê An", A), ), 1, ()),
    ("name of the file in an attribute", '<p><img class="cms-photo" src="{A}" alt="DSC_7759.JPG" cms-photo-caption="DSC_7759.JPG"></p>', (), 1, ()),
    ("sentence as name of the file", '<figure><img src="{A}" data-desc="Bà con hái lê ở bản Đá.jpg"></figure>', (), 1, ()),
    ("name of the file as printed caption", '<figure><img src="{A}"><figcaption>bao-1.jpg</figcaption></figure>', (), 1, ()),
    ("headline in small letters", '<figure><img src="{A}" data-desc="mùa lê chín trên bản hình 1"></figure>', (), 1, ()),
    ("host twice", '<figure><img src="x.gif" data-photo-original-src="https://cdn.baolaocai.vn/{A}"><figcaption>Vườn lê.</figcaption></figure>', (("Vườn lê.", "", A), ), 1, ()),
    ("host twice without scheme", '<figure><img src="https://cdn.baolaocai.vn/cdn.baolaocai.vn/a.jpg"><figcaption>Vườn lê.</figcaption></figure>', (("Vườn lê.", "", A), ), 1, ()),
    ("empty original, lazy address", '<figure><img src="x.gif" data-photo-original-src="" data-src="{A}"><figcaption>Vườn lê.</figcaption></figure>', (("Vườn lê.", "", A), ), 1, ()),
    ("p img br em, repeated in an attribute", '<p><img class="cms-photo" src="{A}" cms-photo-caption="Vườn lê. Bà con hái."><br><em>Vườn lê. Bà con hái.</em></p>', (("Vườn lê. Bà con hái.", "", A), ), 1, ()),
    ("p img br em, many sentences", '<p><img class="cms-photo" src="{A}"><br><em>Vườn lê. Bà con hái. Chợ vui.</em></p>', (("Vườn lê. Bà con hái. Chợ vui.", "", A), ), 1, ()),
    ("p img, p repeats its attribute", '<p><img class="cms-photo" src="{A}" data-desc="Vườn lê. Bà con hái."></p><p>Vườn lê. Bà con hái.</p>', (("Vườn lê. Bà con hái.", "", A), ), 1, ()),
    ("p img em caption", '<p style="text-align:center"><img src="{A}"><br><em>Vườn lê. Ảnh: Lê An</em></p>', (("Vườn lê.", "Lê An", A), ), 1, ()),
    ("p img, then centred em p", '<p style="text-align:center"><img src="{A}"></p><p style="text-align:center"><em>Vườn lê.</em></p>', (("Vườn lê.", "", A), ), 1, ()),
    ("bare photo before short sentence", '<p><img src="{A}"></p>', (), 1, ()),
    ("gallery slider", '<div class="slider"><div class="slide"><figure><img src="{A}" ><figcaption>Một.</figcaption></figure></div><div class="slide"><figure><img src="{B}" ><figcaption>Hai.</figcaption></figure></div></div>', (("Một.", "", A), ("Hai.", "", B), ), 2, ()),
    ("figure of 2 img", '<figure><img src="{A}" ><img src="{B}" ><figcaption>Hai góc. Ảnh: Lê An</figcaption></figure>', (("Hai góc.", "Lê An", A), ), 2, ()),
    ("nested figures", '<figure class="gallery"><figure><img src="{A}" ><figcaption>Một.</figcaption></figure><figure><img src="{B}" ><figcaption>Hai.</figcaption></figure></figure>', (("Một.", "", A), ("Hai.", "", B), ), 2, ()),
    ("table.picture without class caption", '<table class="picture"><tr><td><img src="{A}" ></td></tr><tr><td><p>Vườn lê. Ảnh: Lê An</p></td></tr></table>', (("Vườn lê.", "Lê An", A), ), 1, ()),
    ("plain table with img and caption row", '<table align="center"><tr><td><img src="{A}" ></td></tr><tr><td><em>Vườn lê. Ảnh: Lê An</em></td></tr></table>', (("Vườn lê.", "Lê An", A), ), 1, ()),
    ("data table with an icon", '<table><tr><th>Xã</th><th>Hộ</th></tr><tr><td><img src="/icon.png"> A</td><td>1</td></tr></table>', (), 1, ("Xã | Hộ", "A | 1", )),
    ("wp-caption", '<div class="wp-caption"><img src="{A}" ><p class="wp-caption-text">Vườn lê.</p></div>', (("Vườn lê.", "", A), ), 1, ()),
    ("div.caption below img in figure", '<figure><img src="{A}" ><div class="caption">Vườn lê.</div></figure>', (("Vườn lê.", "", A), ), 1, ()),
    ("fig class caption span", '<div class="article-photo"><img src="{A}" ><p class="fig">Vườn lê. <span>Ảnh: Lê An</span></p></div>', (("Vườn lê.", "Lê An", A), ), 1, ()),
    ("inline split caption", '<figure><img src="{A}" ><figcaption>Vườn l<b>ê</b> b<i>ản</i> Đá.</figcaption></figure>', (("Vườn lê bản Đá.", "", A), ), 1, ()),
    ("figure table inside", '<figure class="table"><table><tr><td>Xã</td><td>Hộ</td></tr><tr><td>A</td><td>1</td></tr></table></figure>', (), 0, ("Xã | Hộ", "A | 1", )),
    ("figure table with caption", '<figure class="table"><table><tr><td>Xã</td><td>Hộ</td></tr></table><figcaption>Bảng 1. Số hộ.</figcaption></figure>', (("Bảng 1. Số hộ.", "", ""), ), 0, ("Xã | Hộ", )),
    ("figure blockquote", "<figure><blockquote><p>“Lê ngọt lắm.”</p></blockquote><figcaption>Bà Lý</figcaption></figure>", (), 0, ("“Lê ngọt lắm.”", "Bà Lý", )),
    ("tracking pixel", '<img src="https://track.vn/p.gif" width="1" height="1">', (), 0, ()),
    ("emoji img in sentence", '<p>Bà con vui <img class="emoji" src="/e.png" alt="🙂"> lắm, năm nay được mùa.</p>', (), 0, ("Bà con vui lắm, năm nay được mùa.", )),
    ("no img at all", '<figure><div class="lazy" data-bg="{A}"></div><figcaption>Vườn lê.</figcaption></figure>', (("Vườn lê.", "", ""),), 0, ()),
    ("player with a p", '<div class="cms-video"><div class="player"></div><p>Lễ hội lê. Video: Lê An</p></div>', (("Lễ hội lê.", "Lê An", ""),), 0, ()),
    ("items of captions", '<div class="item"><img src="{A}"><p class="caption">Vườn lê.</p></div>', (("Vườn lê.", "", A),), 1, ()),
    ("ad in a figure", '<figure><img src="{A}"><div class="ads_middle">QC</div><button>Phóng</button><figcaption>Vườn lê.</figcaption></figure>', (("Vườn lê.", "", A),), 1, ()),
)  # fmt: skip


@pytest.mark.parametrize(
    ("html", "captions", "photos", "paragraphs"),
    [p[1:] for p in PHOTOS],
    ids=[p[0] for p in PHOTOS],
)
def test_a_photo_gives_its_captions(
    html: str, captions: tuple[tuple[str, str, str], ...], photos: int, paragraphs: tuple[str, ...]
) -> None:
    html = html.replace("{A}", A).replace("{B}", B).replace("{TITLE}", TITLE)
    article = read(page(f"<p>{FIRST}</p>{html}<p>{SECOND}</p>"))
    assert tuple((c.text, c.credit, c.image_url) for c in article.captions) == captions
    assert article.photo_count == photos
    assert article.paragraphs == (FIRST, *paragraphs, SECOND)
    assert article.flags == ()


COVER = f'<figure class="article-avatar"><img src="{A}"><figcaption>Vườn lê.</figcaption></figure>'


@pytest.mark.parametrize(
    ("parts", "place"),
    [
        ({"cover": COVER}, 0),
        ({"cover": f'<div class="article__avatar">{COVER}</div>'}, 0),
        ({"sapo": COVER + SAPO}, 0),
        ({"sapo": SAPO.replace("</div>", f"{COVER}</div>")}, 0),
        ({"top": COVER + TOP}, 0),
        ({"after": COVER}, 2),
    ],
    ids=["below lead", "in a box", "above lead", "in lead", "above headline", "below body"],
)
def test_a_cover_photo_may_be_anywhere_in_the_column(parts: dict[str, str], place: int) -> None:
    article = read(page(**parts))
    assert article.captions == (Caption("Vườn lê.", "", A, place),)
    assert (article.photo_count, article.flags) == (1, ())
    assert article.lead == "LCĐT - Bà con vui mùa lê."
    assert article.paragraphs == (FIRST, SECOND)


@pytest.mark.parametrize("where", ["cover", "after"])
def test_the_photo_of_another_article_is_none(where: str) -> None:
    photo = COVER.replace("<img", '<a href="/b-post2.html"><img').replace('jpg">', 'jpg"></a>')
    article = read(page(**{where: photo}))
    assert (article.captions, article.photo_count) == ((), 0)


def test_what_is_a_caption_by_guess_says_so() -> None:
    html = f'<p><img src="{A}"><br><em>Vườn lê. Ảnh: Lê An</em></p>'
    assert read(page(html)).captions == (Caption("Vườn lê.", "Lê An", A, 0, "markup"),)
    html = f'<p><img src="{A}"><br>Vườn lê. Ảnh: Lê An</p>'
    assert read(page(html)).captions == (Caption("Vườn lê.", "Lê An", A, 0, "guess"),)


@pytest.mark.parametrize(
    "below",
    [
        "<p>Bà con vui.</p>",
        "<p><em>Bà con vui.</em></p>",
        '<p style="text-align: center"><strong>Bà con vui</strong></p>',
        '<p style="text-align: center"><a href="https://x.vn/">Bà con vui</a></p>',
        f'<p style="text-align: center">{"Bà con vui. " * 9}</p>',
    ],
    ids=["plain", "italic", "subhead", "link", "many sentences"],
)
def test_text_below_a_photo_without_caption_is_body(below: str) -> None:
    article = read(page(f'<p><img src="{A}"></p>{below}<p>{FIRST}</p>'))
    assert (article.captions, len(article.paragraphs)) == ((), 2)
