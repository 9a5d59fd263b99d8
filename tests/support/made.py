"""A page of the ONECMS family, all of its parts plain; a test puts something odd in place of one."""

from datetime import UTC, datetime

from scraper.extract import extract
from scraper.models import Article, Snapshot

CAPTURED_AT = datetime(2026, 11, 2, tzinfo=UTC)
URL = "https://baolaocai.vn/mua-le-chin-post901301.html"
TITLE = "Mùa lê chín trên bản"
LEAD = "LCĐT - Bà con vui mùa lê."
FIRST, SECOND = "Bà con hái lê.", "Chợ họp từ sớm."
META = '<meta property="article:published_time" content="2026-03-05T08:30:00+0700">'
CRUMBS = '<div class="breadcrumb"><a href="/">Trang chủ</a> <a href="/kinh-te/">Kinh tế</a></div>'
TOP = f'{CRUMBS}<h1 class="article__title cms-title">{TITLE}</h1>'
SAPO = f'<div class="article__sapo cms-desc">{LEAD}</div>'
STORY = """<article class="story"><figure class="story__thumb"><a href="/ban-gio-post901299.html">
<img src="/thumb.jpg" alt="Bản Gió"></a></figure><h3 class="story__heading">
<a href="/ban-gio-post901299.html">Bản Gió mở hội</a></h3>
<div class="story__summary">Lead của một bài khác.</div></article>"""
BELOW = f'<div class="box"><h2 class="box-heading">Cùng chuyên mục</h2>{STORY}</div>'
HEADER = '<header><a href="/">Báo Lào Cai</a></header>'
WRAP = '<div class="article__body cms-body " itemprop="articleBody">{}</div>'


def page(
    body: str = f"<p>{FIRST}</p><p>{SECOND}</p>",
    *,
    head: str = META,
    header: str = HEADER,
    top: str = TOP,
    time: str = "",
    sapo: str = SAPO,
    cover: str = "",
    wrap: str = WRAP,
    after: str = "",
    below: str = BELOW,
    side: str = "",
) -> str:
    """The page, as HTML."""
    return f"""<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8">
<title>{TITLE} | Báo Lào Cai</title><meta property="og:type" content="article">
<meta property="og:title" content="{TITLE} | Báo Lào Cai">{head}</head><body>{header}
<div class="container"><div class="main-col content-col">{top}{time}{sapo}{cover}{wrap.format(body)}
{after}{below}</div><aside class="side-col">{side}</aside></div></body></html>"""


def read(html: str | bytes, url: str = URL, kind: str = "text/html") -> Article:
    """What the page is read as."""
    body = html.encode() if isinstance(html, str) else html
    return extract(Snapshot(url, CAPTURED_AT, 200, (("content-type", kind),), body))
