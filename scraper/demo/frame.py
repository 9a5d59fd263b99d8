"""The frame of a page around its article: styles, scripts, menus, boxes of other articles.

It weighs what the frame of such a paper's page weighs, in bytes (92 KB a page, 26 KB packed by
gzip) and in elements: a reader that is quick on a page without them says nothing of real ones.
"""

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from html import escape
from itertools import count, islice

from scraper.demo.markup import SECTIONS
from scraper.demo.story import Story

NOTICE = "Trang thử nghiệm: mọi bài viết, nhân vật và sự kiện ở đây đều là hư cấu."
_EMPTY_IMAGE = "data:image/gif;base64,R0lGODlhAQABAAAAACw="
_ICONS = ("home", "search", "zalo", "facebook", "link", "print", "mail", "bookmark", "rss", "up")
_TOPICS = ("Tin tức", "Sự kiện", "Bản làng", "Đời sống", "Góc nhìn", "Phóng sự", "Ảnh", "Video")


def head() -> str:
    """Styles and scripts."""
    return f"<style>{_style()}</style><script>{_script()}</script>"


@cache
def _style() -> str:
    rules = "\n".join(f".menu-item-{n}{{margin:{n % 7}px;padding:{n % 5}px}}" for n in range(40))
    return f"{rules}\n.logo{{background:url(data:image/png;base64,{_noise('logo', 5_500)})}}"


@cache
def _script() -> str:
    zones = "\n".join(
        f'window.__q.push({{id:{n},slot:"zone-{n}",key:"{_noise(f"zone {n}", 24)}"}});'
        for n in range(30)
    )
    return f'window.__q=window.__q||[];window.__state="{_noise("state", 3_500)}";{zones}'


def _noise(seed: str, size: int) -> str:
    """`size` bytes that look like a picture's or a key's, in base64: no packer shortens them."""
    blocks = (hashlib.sha256(f"{seed} {n}".encode()).digest() for n in count())
    return base64.b64encode(b"".join(islice(blocks, size // 32 + 1))[:size]).decode()


@cache
def navigation() -> str:
    """The menu, with a line that says what this is."""
    return _laid_out(f'<nav class="menu"><p class="notice">{NOTICE}</p>{_menu("menu-item")}</nav>')


@cache
def _menu(name: str) -> str:
    rows = "".join(
        f'<li class="{name} {name}-{n}"><a class="cms-link" href="/{slug}/" title="{section}">'
        f'{section}</a><ul class="sub-menu">{_below(slug, section)}</ul></li>\n'
        for n, (slug, section) in enumerate(SECTIONS)
    )
    return f"<ul>{rows}</ul>"


def _below(slug: str, section: str) -> str:
    return "".join(
        f'<li><a class="cms-link" href="/{slug}/muc-{k}/" title="{section}: {topic}">{topic}</a></li>'
        for k, topic in enumerate(_TOPICS, 1)
    )


@cache
def header_tools() -> str:
    """The bar above the menu: logo, search, icons."""
    return (
        '<div class="top-bar"><a class="logo" href="/" title="Báo Lào Cai"></a>'
        '<form class="search" action="/tim-kiem"><input name="q" placeholder="Tìm kiếm">'
        f'<button type="submit">{_icon("search")}</button></form>{share_bar("header-social")}</div>'
    )


@cache
def share_bar(name: str) -> str:
    """Icons that pass a page on."""
    links = "".join(
        f'<a class="{icon}" href="javascript:void(0);" rel="nofollow" data-type="{icon}">'
        f"{_icon(icon)}</a>"
        for icon in _ICONS
    )
    return f'<div class="{name}">{links}</div>'


def _icon(name: str) -> str:
    at = _ICONS.index(name)
    path = "".join(f"l{n * at % 9} {n * 7 % 11}" for n in range(1, 9))
    return (
        f'<svg class="icon icon-{name}" width="16" height="16" viewBox="0 0 16 16">'
        f'<g><path d="M{at} 2{path}z"></path></g></svg>'
    )


def story_list(heading: str, stories: Sequence[Story]) -> str:
    """A box of other articles, with their leads: what careless readers take for body text."""
    rows = "".join(_entry(story) for story in stories)
    return _laid_out(
        f'<div class="box"><h2 class="box-heading">{heading}</h2>'
        f'<div class="box-content">{rows}</div></div>'
    )


def _entry(story: Story) -> str:
    title, number = escape(story.title), story.article_id
    link = f'class="cms-link" href="{story.path}" title="{title}"'
    thumb = f"https://cdn.baolaocai.example/images/{_hex(story, 'thumb')}.jpg.webp"
    large = f"https://cdn.baolaocai.example/images/{_hex(story, 'large')}.jpg.webp"
    return (
        f'<article class="story" data-id="{number}"><figure class="story__thumb"><a {link}>'
        f'<img class="lazyload" src="{_EMPTY_IMAGE}" data-src="{thumb}" '
        f'data-srcset="{thumb} 1x, {large} 2x" alt="{title}">'
        f'<noscript><img src="{thumb}" alt="{title}"></noscript></a></figure>'
        f'<h3 class="story__heading" data-tracking="{number}"><a {link}>{title}</a></h3>'
        f'<div class="story__meta"><a class="cms-link" href="/{story.section_slug}/">'
        f'{story.section}</a><span class="views">{_icon("bookmark")}{number % 97}</span></div>'
        f'<div class="story__summary">{escape(story.lead)}</div></article>\n'
    )


def _hex(story: Story, size: str) -> str:
    return hashlib.sha256(f"{size} {story.article_id}".encode()).hexdigest()


def _laid_out(html: str) -> str:
    """`html` with the line breaks and spaces between elements that templates leave."""
    return html.replace("><", ">\n    <")


@cache
def comments() -> str:
    """The form for readers' comments."""
    return (
        '<div class="box-comment"><h4>Bình luận</h4><form><textarea name="text"></textarea>'
        '<input name="name"><input name="email"><button type="submit">Gửi</button></form></div>'
    )


@cache
def footer() -> str:
    """The menu again, and who publishes."""
    menus = _menu("mobile-item") + _menu("footer-item")
    return _laid_out(f"{menus}<p>{NOTICE}</p>{share_bar('footer-social')}")
