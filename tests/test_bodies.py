"""Bodies: each markup of text gives its paragraphs, and nothing that is no text of the article."""

import pytest

from tests.support.made import FIRST, SECOND, page, read

BODIES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("inline split", "<p>Mùa l<b>ê</b> ch<i>í</i>n <span>r</span>ộ.</p>", ("Mùa lê chín rộ.", )),
    ("wbr", "<p>Mùa lê<wbr>chín.</p>", ("Mùa lêchín.", )),
    ("soft hyphen", "<p>Mùa l&shy;ê chín.</p>", ("Mùa lê chín.", )),
    ("br br", "Một câu đầu.<br><br>Câu hai.<br/>\n<br/>Câu ba.", ("Một câu đầu.", "Câu hai.", "Câu ba.", )),
    ("poem", "<p>Lê chín trên cành<br>Mây bay qua núi<br>Người về bản cũ</p>", ("Lê chín trên cành Mây bay qua núi Người về bản cũ", )),
    ("div in div", "<div><div><div>Một câu.</div></div><div><span>Hai câu.</span></div></div>", ("Một câu.", "Hai câu.", )),
    ("text beside block", "Lời trần.<p>Một câu.</p>Lời cuối.", ("Lời trần.", "Một câu.", "Lời cuối.", )),
    ("PV dialog", "<p><strong>PV:</strong> Thưa ông, năm nay thế nào?</p><p><b>Ông Thử:</b> Được mùa.</p>", ("PV: Thưa ông, năm nay thế nào?", "Ông Thử: Được mùa.", )),
    ("ordered list", "<ol><li>Một việc;</li><li>Hai việc.</li></ol>", ("Một việc;", "Hai việc.", )),
    ("nested list", "<ul><li>Cha<ul><li>Con một</li><li>Con hai</li></ul></li><li>Mẹ</li></ul>", ("Cha", "Con một", "Con hai", "Mẹ", )),
    ("dl", "<dl><dt>Lê</dt><dd>Quả ngọt.</dd></dl>", ("Lê", "Quả ngọt.", )),
    ("table rowspan", "<table><tr><th rowspan=2>Xã</th><th>Năm 2025</th></tr><tr><td>10</td></tr></table>", ("Xã | Năm 2025", "10", )),
    ("table caption", "<table><caption>Bảng 1</caption><tr><td>A</td><td>1</td></tr></table>", ("Bảng 1", "A | 1", )),
    ("table nested", "<table><tr><td><table><tr><td>A</td><td>1</td></tr><tr><td>B</td><td>2</td></tr></table></td></tr></table>", ("A | 1", "B | 2", )),
    ("table cell with ps", "<table><tr><td><p>A</p><p>B</p></td><td>1</td></tr></table>", ("A B | 1", )),
    ("table split word cell", "<table><tr><td>L<b>ê</b></td><td>1<sup>2</sup></td></tr></table>", ("Lê | 12", )),
    ("table as layout of one cell with paragraphs", "<table class='box'><tr><td><p>Bà con hái lê.</p><p>Chợ họp từ sớm.</p></td></tr></table>", ("Bà con hái lê.", "Chợ họp từ sớm.", )),
    ("table ad script in cell", "<table><tr><td>A<script>x()</script></td><td style='display:none'>B</td><td>1</td></tr></table>", ("A | 1", )),
    ("details", "<details><summary>Xem chi tiết</summary><p>Chi tiết đây.</p></details>", ("Xem chi tiết", "Chi tiết đây.", )),
    ("template noscript", "<p>Một câu.</p><template><p>Ẩn</p></template><noscript><p>Bật JS</p></noscript>", ("Một câu.", )),
    ("svg text", "<p>Một câu<svg><text>vẽ</text></svg>.</p>", ("Một câu.", )),
    ("math", "<p>Diện tích <math><mi>x</mi><mo>=</mo><mn>2</mn></math> ha.</p>", ("Diện tích x=2 ha.", )),
    ("ruby", "<p>Chữ <ruby>漢<rp>(</rp><rt>hán</rt><rp>)</rp></ruby> cổ.</p>", ("Chữ 漢(hán) cổ.", )),
    ("hidden style", "<p>Một câu.</p><p style='display:none'>Ẩn.</p><p style='visibility: hidden'>Ẩn.</p><p hidden>Ẩn.</p><p aria-hidden='true'>Ẩn.</p><p class='hidden'>Ẩn.</p><p class='d-none'>Ẩn.</p><span class='sr-only'>Ẩn</span>", ("Một câu.", )),
    ("hidden span inside", "<p>Một <span style='display:none'>ẩn</span>câu.</p>", ("Một câu.", )),
    ("link javascript", "<p>Bấm <a href='javascript:void(0)'>vào đây</a> để xem.</p>", ("Bấm vào đây để xem.", )),
    ("whole paragraph is a link, not read also", "<p>Bà con hái lê.</p><p><a href='https://laocai.gov.vn/vb'>Xem toàn văn Nghị quyết tại đây</a></p>", ("Bà con hái lê.", "Xem toàn văn Nghị quyết tại đây", )),
    ("read also >>>", "<p>Bà con hái lê.</p><p>&gt;&gt;&gt; <a href='/b-post2.html'>Bài hai</a></p><p>Chợ họp từ sớm.</p>", ("Bà con hái lê.", "Chợ họp từ sớm.", )),
    ("read also em", "<p>Bà con hái lê.</p><p><em>&gt;&gt; Xem thêm: <a href='/b-post2.html'>Bài hai</a></em></p>", ("Bà con hái lê.", )),
    ("read also Xem thêm:", "<p>Bà con hái lê.</p><p><strong>Xem thêm:</strong> <a href='/b-post2.html'>Bài hai</a></p>", ("Bà con hái lê.", )),
    ("read also Đọc thêm >>", "<p>Bà con hái lê.</p><p>Đọc thêm &gt;&gt; <a href='/b-post2.html'>Bài hai</a></p>", ("Bà con hái lê.", )),
    ("read also Tin liên quan then list", "<p>Bà con hái lê.</p><p><strong>Tin liên quan:</strong></p><ul><li><a href='/b-post2.html'>Bài hai</a></li><li><a href='/c-post3.html'>Bài ba</a></li></ul><p>Chợ họp từ sớm.</p>", ("Bà con hái lê.", "Chợ họp từ sớm.", )),
    ("read also bare link to other article", "<p>Bà con hái lê.</p><p><a href='/b-post2.html'>Bài hai của báo</a></p><p>Chợ họp từ sớm.</p>", ("Bà con hái lê.", "Chợ họp từ sớm.", )),
    ("read also bare link abs url", "<p>Bà con hái lê.</p><p><strong><a href='https://baolaocai.vn/bai-viet/3456-bai-hai'>Bài hai của báo</a></strong></p><p>Chợ họp từ sớm.</p>", ("Bà con hái lê.", "Chợ họp từ sớm.", )),
    ("prose beginning xem thêm", "<p>Xem thêm một chút, ai cũng thấy lê đẹp.</p>", ("Xem thêm một chút, ai cũng thấy lê đẹp.", )),
    ("prose with read also link in sentence", "<p>Bà con hái lê. (Xem thêm: <a href='/b-post2.html'>Bài hai</a>)</p>", ("Bà con hái lê. (Xem thêm: Bài hai)", )),
    ("arrow marks", "<p>Bà con hái lê.</p><p>» <a href='/b-post2.html'>Bài hai</a></p><p>→ <a href='/b-post2.html'>Bài hai</a></p><p>● <a href='/b-post2.html'>Bài hai</a></p>", ("Bà con hái lê.", )),
    ("multiple links in one p >>", "<p>Bà con hái lê.</p><p>&gt;&gt; <a href='/b-post2.html'>Bài hai</a><br>&gt;&gt; <a href='/c-post3.html'>Bài ba</a></p>", ("Bà con hái lê.", )),
    ("related with leads", "<p>Bà con hái lê.</p><div class='article-relate'><h3>Tin liên quan</h3><div class='item'><a href='/b-post2.html'>Bài hai</a><p>Lead bài hai.</p></div></div><p>Chợ họp từ sớm.</p>", ("Bà con hái lê.", "Chợ họp từ sớm.", )),
    ("related-news story", "<p>Bà con hái lê.</p><div class='related-news'><article class='story'><a href='/b-post2.html'>Bài hai</a><div class='story__summary'>Lead.</div></article></div><p>Chợ họp từ sớm.</p>", ("Bà con hái lê.", "Chợ họp từ sớm.", )),
    ("article.story straight in body", "<p>Bà con hái lê.</p><article class='story'><h3><a href='/b-post2.html'>Bài hai</a></h3><p>Lead bài hai.</p></article><p>Chợ họp từ sớm.</p>", ("Bà con hái lê.", "Chợ họp từ sớm.", )),
    ("notebox links", "<p>Bà con hái lê.</p><div class='notebox'><p>Đọc thêm</p><ul><li><a href='/b-post2.html'>Bài hai</a></li></ul></div><p>Chợ họp từ sớm.</p>", ("Bà con hái lê.", "Chợ họp từ sớm.", )),
    ("notebox ncenter links with a lead", "<p>Bà con hái lê.</p><div class='notebox ncenter'><a href='/b-post2.html'>Bài hai</a><p>Lead của bài hai dài hơn nhiều so với tên bài, để tỷ lệ chữ có liên kết thấp.</p></div><p>Chợ họp từ sớm.</p>", ("Bà con hái lê.", "Chợ họp từ sớm.", )),
    ("notebox prose", "<p>Bà con hái lê.</p><div class='notebox cms-note'><p><strong>Đôi nét</strong></p><p>Lê có từ lâu, <a href='/b-post2.html'>theo sách</a>.</p></div>", ("Bà con hái lê.", "Đôi nét", "Lê có từ lâu, theo sách.", )),
    ("notebox cms-note holding only links", "<p>Bà con hái lê.</p><div class='notebox cms-note'><p><a href='/b-post2.html'>Bài hai của báo</a></p></div>", ("Bà con hái lê.", )),
    ("notebox prose without cms-note", "<p>Bà con hái lê.</p><div class='notebox'><p>Lê Tai Nung được trồng ở độ cao trên 1.000 m.</p></div>", ("Bà con hái lê.", "Lê Tai Nung được trồng ở độ cao trên 1.000 m.", )),
    ("ads", "<p>Bà con hái lê.</p><div class='ads_middle'><div class='banner' id='adsWeb_AdsMiddle1'>Mua ngay<script>var a=1</script></div></div><div id='adsWeb_AdsArticleAfterBody'>QC</div><p>Chợ họp từ sớm.</p>", ("Bà con hái lê.", "Chợ họp từ sớm.", )),
    ("ads more names", "<p>Bà con hái lê.</p><div class='sda_middle'>QC</div><div class='ads'>QC</div><div class='adsbygoogle'>QC</div><div class='quangcao'>QC</div><div id='adm-slot'>QC</div><p>Chợ họp từ sớm.</p>", ("Bà con hái lê.", "Chợ họp từ sớm.", )),
    ("script inline in p", "<p>Một câu.<script>document.write('x')</script></p>", ("Một câu.", )),
    ("social tag source inside", "<p>Bà con hái lê.</p><div class='article__social'>Chia sẻ</div><div class='article__tag'><a>lê</a></div><div class='article__source'>Theo TTXVN</div>", ("Bà con hái lê.", )),
    ("Theo TTXVN last line right", "<p>Bà con hái lê.</p><p style='text-align:right'><em>Theo TTXVN</em></p>", ("Bà con hái lê.", )),
    ("(Theo baothu.vn) last", "<p>Bà con hái lê.</p><p>(Theo baothu.vn)</p>", ("Bà con hái lê.", )),
    ("Nguồn: last", "<p>Bà con hái lê.</p><p>Nguồn: TTXVN</p>", ("Bà con hái lê.", )),
    ("Theo prose last", "<p>Bà con hái lê.</p><p>Theo ông Thử, năm sau giá sẽ tăng.</p>", ("Bà con hái lê.", "Theo ông Thử, năm sau giá sẽ tăng.", )),
    ("facebook embed", "<p>Bà con hái lê.</p><iframe src='https://www.facebook.com/plugins/post.php'>Trình duyệt cũ</iframe><div class='fb-post' data-href='x'></div><blockquote class='tiktok-embed'><section><a href='https://tiktok.com/@x'>@x</a></section></blockquote><p>Chợ họp từ sớm.</p>", ("Bà con hái lê.", "Chợ họp từ sớm.", )),
    ("pdf embed", "<p>Bà con hái lê.</p><embed src='/a.pdf'><object data='/a.pdf'><p>Trình duyệt không mở được.</p></object><p>Chợ họp từ sớm.</p>", ("Bà con hái lê.", "Chợ họp từ sớm.", )),
    ("audio labels", "<p>Bà con hái lê.</p><div class='cms-audio'><audio src='a.mp3'>Không hỗ trợ</audio><span class='time'>00:00</span><span>Nghe bài</span></div><p>Chợ họp từ sớm.</p>", ("Bà con hái lê.", "Chợ họp từ sớm.", )),
    ("hashtags", "<p>Bà con hái lê.</p><p>#lê #Bắc Hà</p>", ("Bà con hái lê.", "#lê #Bắc Hà", )),
    ("footnotes", "<p>Một câu<sup>[1]</sup>.</p><p>[1] Theo sách cổ.</p>", ("Một câu[1].", "[1] Theo sách cổ.", )),
    ("poll", "<p>Bà con hái lê.</p><form class='poll'><p>Bạn thích lê?</p><label>Có</label></form>", ("Bà con hái lê.", )),
    ("twice escaped", "<p>Bà con &amp;amp; du khách: 5 &amp;lt; 6 &amp;ocirc;.</p>", ("Bà con & du khách: 5 < 6 ô.", )),
    ("literal less-than", "<p>Nhiệt độ &lt; 5 °C &amp; mưa.</p>", ("Nhiệt độ < 5 °C & mưa.", )),
    ("broken entity", "<p>A&B; tỷ lệ 5&lt;6; AT&amp;T &nbsp&copy 2026.</p>", ("A&B; tỷ lệ 5<6; AT&T © 2026.", )),
    ("zero width", "<p>Mùa\u200b lê\ufeff chín\u2060.</p>", ("Mùa lê chín.", )),
    ("control chars", "<p>Mùa\x0b lê\x1f chín.</p>", ("Mùa lê chín.", )),
    ("ideographic space / nbsp / thin", "<p>Mùa\u3000lê\u2009chín\u202f.</p>", ("Mùa lê chín .", )),
    ("comment splits word", "<p>Mùa l<!-- x -->ê.</p>", ("Mùa lê.", )),
    ("conditional comment", "<p>Mùa lê.<!--[if gte mso 9]><xml>x</xml><![endif]--></p>", ("Mùa lê.", )),
    ("o:p", "<p class='MsoNormal'>Mùa lê.<o:p></o:p></p>", ("Mùa lê.", )),
    ("custom inline element", "<p>Mùa <x-y>lê</x-y> chín.</p>", ("Mùa lê chín.", )),
    ("pre", "<pre>Một\n  hai</pre>", ("Một hai", )),
    ("address/center", "<center>Một câu.</center><address>Hai câu.</address>", ("Một câu.", "Hai câu.", )),
    ("h3 subheads", "<h3>Đầu mục</h3><p>Một câu.</p>", ("Đầu mục", "Một câu.", )),
    ("hr", "Một câu.<hr>Hai câu.", ("Một câu.", "Hai câu.", )),
    ("button in body", "<p>Một câu.</p><button>Chia sẻ</button>", ("Một câu.", )),
    ("input select textarea", "<p>Một câu.</p><select><option>A</option></select><textarea>x</textarea>", ("Một câu.", )),
    ("lead repeated in body", "<p><strong>LCĐT - Bà con vui mùa lê.</strong></p><p>Bà con hái lê.</p>", ("Bà con hái lê.", )),
    ("author p right last", "<p>Bà con hái lê.</p><p>Chợ họp từ sớm.</p><p style='text-align: right;'><strong>Nguyễn Thử</strong></p>", ("Bà con hái lê.", "Chợ họp từ sớm.", )),
    ("author p bold last", "<p>Bà con hái lê.</p><p>Chợ họp từ sớm.</p><p><strong>Nguyễn Thử - Lê Bịa</strong></p>", ("Bà con hái lê.", "Chợ họp từ sớm.", )),
    ("subhead bold not last", "<p>Bà con hái lê.</p><p><strong>Nguyễn Thử</strong></p><p>Chợ họp từ sớm.</p>", ("Bà con hái lê.", "Nguyễn Thử", "Chợ họp từ sớm.", )),
    ("bold last sentence", "<p>Bà con hái lê.</p><p><strong>Đường dây nóng nhận tin của bà con: 0986.000.111</strong></p>", ("Bà con hái lê.", "Đường dây nóng nhận tin của bà con: 0986.000.111", )),
    ("spans shown as blocks", '<span style="display:block">Một câu.</span><span style="display: block">Hai câu.</span>', ("Một câu.", "Hai câu.", )),
    ("line breaks apart", "Một câu.<br> <!-- x --> <br>Hai câu.<br>&nbsp;<br>Ba câu.", ("Một câu.", "Hai câu.", "Ba câu.", )),
    ("line break in bold", "<p><strong>Một câu.<br></strong><br>Hai câu.</p>", ("Một câu.", "Hai câu.", )),
    ("list in a cell", "<table><tr><td><ul><li>Một</li><li>Hai</li></ul></td><td>Xã</td></tr></table>", ("Một Hai | Xã", )),
    ("empty cells", "<table><tr><td></td><td>A</td><td>&nbsp;</td><td>1</td></tr></table>", ("A | 1", )),
    ("row of one cell", "<table><tr><td colspan=2>Bảng giá</td></tr><tr><td>A</td><td>1</td></tr></table>", ("Bảng giá", "A | 1", )),
    ("paragraphs in an item", "<ul><li><p>Một.</p><p>Thêm.</p></li><li>Hai<br>dòng.</li></ul>", ("Một.", "Thêm.", "Hai dòng.", )),
    ("a sign of no text", "<p>Mùa\x00 lê chín.</p>", ("Mùa lê chín.", )),
)  # fmt: skip


@pytest.mark.parametrize(
    ("html", "paragraphs"), [b[1:] for b in BODIES], ids=[b[0] for b in BODIES]
)
def test_a_body_gives_its_paragraphs(html: str, paragraphs: tuple[str, ...]) -> None:
    assert read(page(html)).paragraphs == paragraphs


BETWEEN: tuple[str, ...] = (
    '<div class="related-news"><h3>Tin liên quan</h3></div>',
    '<div class="notebox"><div class="notebox"><a href="/b-post2.html">Bài hai</a></div></div>',
)


@pytest.mark.parametrize("box", BETWEEN)
def test_a_box_parts_paragraphs_of_bare_text(box: str) -> None:
    assert read(page(f"{FIRST}{box}{SECOND}")).paragraphs == (FIRST, SECOND)


def test_what_begins_the_body_again_is_said_once() -> None:
    body = f"<h2>Mùa lê chín trên bản</h2><p>LCĐT - Bà con vui mùa lê.</p><p>{FIRST}</p>"
    assert read(page(body)).paragraphs == (FIRST,)
