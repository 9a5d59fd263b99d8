"""Article pages in the markup of the ONECMS generation, in each of its variants."""

import json
from collections.abc import Sequence
from html import escape

from scraper.demo import frame
from scraper.demo.markup import printed_time, typed, weather_box
from scraper.demo.story import Photo, Player, Story, Text, states_modified
from scraper.models import utc_text
from scraper.times import VIETNAM

_AD = (
    '<div class="ads_middle"><div class="banner" id="adsWeb_AdsMid{n}"><script>'
    'var ad{n} = {{"text": "Quảng cáo {n}"}};</script></div></div>'
)


def render(story: Story, others: Sequence[Story]) -> bytes:
    """The page of one story; `others` fill its lists."""
    emagazine = story.layout == "emagazine"
    names = ("e-magazine__title", "e-magazine__sapo", "e-magazine__body")
    title, sapo, body = (
        names
        if emagazine
        else (
            "article__title cms-title ",
            "article__sapo cms-desc",
            "article__body cms-body ",
        )
    )
    side = weather_box(story.weather, "Thời tiết")
    in_header = story.dress.weather == "header"
    return (
        f'<!DOCTYPE html><html lang="vi"><head>{_head(story)}{frame.head()}</head><body>'
        f'<header class="site-header">{frame.header_tools()}{frame.navigation()}'
        f"{side if in_header else ''}</header>"
        f'<div class="container "><div class="main-col content-col">'
        f'<div class="breadcrumb"><a href="/">Trang chủ</a>'
        f'<a href="/{story.section_slug}/">{story.section}</a></div>'
        f'<h1 class="{title}">{escape(story.title)}</h1>{_above(story)}{_lead(story, sapo)}'
        f"{_photo(story, story.cover, 0) if story.cover else ''}"
        f'<div class="{body}" itemprop="articleBody">{_body(story, others)}</div>'
        f"{_below(story)}"
        f"{frame.comments()}{frame.story_list('Cùng chuyên mục', others[:8])}</div>"
        f'<aside class="side-col">{"" if in_header else side}'
        f"{frame.story_list('Tin mới nhất', others[8:22])}</aside></div>"
        f'<footer class="site-footer">{frame.footer()}</footer></body></html>'
    ).encode()


def _head(story: Story) -> str:
    dress, local = story.dress, story.published_at.astimezone(VIETNAM)
    compact, iso = local.strftime("%Y-%m-%dT%H:%M:%S+0700"), local.isoformat()
    lines = [
        '<meta charset="utf-8">',
        f"<title>{escape(story.title)}{dress.og_suffix}</title>",
        f'<meta property="og:title" content="{escape(story.title)}{dress.og_suffix}">',
        '<meta property="og:type" content="article">',
        f'<meta name="description" content="{escape(story.lead)}">',
        f'<meta property="dable:item_id" content="{story.article_id}">',
        f'<meta property="article:section" content="{story.section}">',
    ]
    if dress.time in ("everywhere", "meta"):
        lines.append(f'<meta property="article:published_time" content="{compact}">')
    if dress.time == "itemprop":
        lines.append(f'<meta itemprop="datePublished" content="{iso}">')
    if states_modified(story) and story.modified_at and dress.time != "json-ld":
        changed = story.modified_at.astimezone(VIETNAM).isoformat()
        lines.append(f'<meta property="article:modified_time" content="{changed}">')
    lines.append(_json_ld(story, iso))
    return "\n".join(lines)


def _json_ld(story: Story, iso: str) -> str:
    stated: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": story.title,
        "author": {"@type": "Organization", "name": "Báo Lào Cai"},
    }
    if story.dress.time in ("everywhere", "json-ld", "datetime +07:00"):
        stated["datePublished"] = iso
    if story.dress.time == "json-ld" and story.modified_at:
        stated["dateModified"] = utc_text(story.modified_at)
    text = json.dumps(stated, ensure_ascii=False).replace("</", "<\\/")
    return f'<script type="application/ld+json">{text}</script>'


def _above(story: Story) -> str:
    return f'<div class="article__meta">{_time(story)}</div>' + (
        _byline(story) if story.dress.byline == "above" else ""
    )


def _time(story: Story) -> str:
    local, printed = story.published_at.astimezone(VIETNAM), printed_time(story)
    match story.dress.time:
        case "everywhere" | "datetime +0700":
            stamp = local.strftime("%Y-%m-%dT%H:%M:%S+0700")
            return f'<time class="time" datetime="{stamp}">{printed}</time>'
        case "datetime +07:00":
            return f'<time class="cms-date" datetime="{local.isoformat()}">{printed}</time>'
        case "time text":
            return f'<time class="time">{printed}</time>'
        case "text":
            return f'<span class="cms-date">{printed}</span>'
        case "date only":
            return f'<time class="time">{printed[:10]}</time>'
    return ""


def _byline(story: Story) -> str:
    names = "".join(
        f'<div class="author"><div class="info"><a class="name cms-author" title="{escape(name)}">'
        f"{escape(name)}</a></div></div>"
        for name in story.byline
    )
    return f'<div class="article__author">{names}</div>'


def _lead(story: Story, classes: str) -> str:
    text = typed(story.lead, story.dress.quirk)
    if story.dress.lead == "h2":
        return f'<h2 class="{classes}">{text}</h2>'
    inner = f"<p>{text}</p>" if story.dress.lead == "div p" else text
    return f'<div class="{classes}">{inner}</div>'


def _body(story: Story, others: Sequence[Story]) -> str:
    parts = []
    for number, block in enumerate(story.blocks, 1):
        if isinstance(block, Text):
            parts.append(_text(story, block))
        elif isinstance(block, Photo):
            parts.append(_photo(story, block, number))
        else:
            parts.append(_player(block))
        if number == 2:
            parts.append(_AD.format(n=story.article_id))
            parts.append(_read_also(story, others[0]))
    if story.dress.byline == "in body":
        parts.append(_byline(story) + '<div id="adsWeb_AdsArticleAfterBody"></div>')
    if story.source_line and story.dress.source == "in body":
        parts.append(f'<div class="article__source">{escape(story.source_line)}</div>')
    return "\n".join(parts)


def _text(story: Story, block: Text) -> str:
    lines = [typed(line, story.dress.quirk) for line in block.lines]
    match block.kind:
        case "subhead":
            return "".join(f"<p><strong>{line}</strong></p>" for line in lines)
        case "quote":
            return "<blockquote>" + "".join(f"<p>{line}</p>" for line in lines) + "</blockquote>"
        case "note":
            inner = "".join(f"<p>{line}</p>" for line in lines)
            return f'<div class="notebox cms-note">{inner}</div>'
        case "list":
            return "<ul>" + "".join(f"<li>{line}</li>" for line in lines) + "</ul>"
        case "table":
            rows = (line.split(" | ") for line in block.lines)
            cells = ("".join(f"<td>{escape(c)}</td>" for c in row) for row in rows)
            return "<table><tbody>" + "".join(f"<tr>{c}</tr>" for c in cells) + "</tbody></table>"
        case "live":
            inner = "".join(f"<p>{line}</p>" for line in lines)
            return f'<div class="box-live"><time>{block.at}</time>{inner}</div>'
    return _paragraph(story.dress.paragraphs, lines)


def _paragraph(form: str, lines: list[str]) -> str:
    match form:
        case "p justify":
            return "".join(f'<p style="text-align: justify;">{line}</p>' for line in lines)
        case "br":
            return "".join(f"{line}<br><br>" for line in lines)
        case "div":
            return "".join(f"<div>{line}</div>" for line in lines)
    return "".join(f"<p>{line}</p>" for line in lines)


def _read_also(story: Story, other: Story) -> str:
    link = f'<a href="{other.path}">{escape(other.title)}</a>'
    match story.dress.read_also:
        case "article-relate" | "related-news" as name:
            return f'<div class="{name}"><p>{link}</p><p>{escape(other.lead)}</p></div>'
        case "notebox":
            return f'<div class="notebox"><strong>Đọc thêm</strong><ul><li>{link}</li></ul></div>'
        case ">>>":
            return f"<p>&gt;&gt;&gt; {link}</p>"
    return ""


def _photo(story: Story, photo: Photo, number: int) -> str:
    caption, image = _caption(story, photo), _image(story, photo, number)
    match story.dress.photo:
        case "table" | "table with link" as form:
            link = f'<a class="photo" href="{photo.image_url}">{image}</a>'
            inner = link if "link" in form else image
            row = f'<tr><td class="caption"><p>{caption}</p></td></tr>' if caption else ""
            return f'<table class="picture"><tr><td class="pic">{inner}</td></tr>{row}</table>'
        case "figure.article-avatar":
            text = f'<figcaption class="fig">{caption}</figcaption>' if caption else ""
            return f'<figure class="article-avatar"><a class="photo">{image}</a>{text}</figure>'
        case "div.article-photo":
            text = f"<span>{caption}</span>" if caption else ""
            return f'<div class="article-photo">{image}{text}</div>'
        case form:
            name = ' class="picture"' if form == "figure.picture" else ""
            text = f"<figcaption>{caption}</figcaption>" if caption else ""
            return f"<figure{name}>{image}{text}</figure>"


def _image(story: Story, photo: Photo, number: int) -> str:
    lazy, address = story.dress.lazy, escape(photo.image_url)
    source = "" if lazy == "src" else 'src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" '
    caption = escape(photo.text)
    alt = {"headline": f"{escape(story.title)} ảnh {number}", "caption": caption, "none": ""}
    desc = (
        f'data-desc="{_caption(story, photo)}" ' if photo.text and story.dress.alt != "none" else ""
    )
    return (
        f'<img class="cms-photo" data-image-id="{number}" {source}{lazy}="{address}" {desc}'
        f'alt="{alt[story.dress.alt]}">'
    )


def _caption(story: Story, photo: Photo) -> str:
    if not photo.credit:
        return escape(photo.text)
    form = story.dress.credit
    credit = f"{' ' * 12}Ảnh: {photo.credit}" if form == "padded" else form.format(photo.credit)
    return escape(f"{photo.text} {credit}".strip() if photo.text else credit.strip())


def _player(player: Player) -> str:
    name = "cms-video" if player.kind == "video" else "cms-podcast"
    text = f"<figcaption>{escape(player.text)}</figcaption>" if player.text else ""
    return f'<div class="{name}"><div class="player">Trình phát đang tải</div>{text}</div>'


def _below(story: Story) -> str:
    parts = ['<div class="article__social"><a>Chia sẻ</a> <a>In bài</a></div>']
    if story.dress.byline == "below":
        parts.append(_byline(story))
    if story.source_line and story.dress.source == "below":
        parts.append(f'<div class="article__source">{escape(story.source_line)}</div>')
    tags = "".join(f'<a href="/tu-khoa/{n}/">{escape(t)}</a>' for n, t in enumerate(story.tags))
    parts.append(f'<div class="article__tag">{tags}</div>')
    return "".join(parts)
