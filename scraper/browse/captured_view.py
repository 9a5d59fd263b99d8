"""A captured page as a reader may see it: the words and styles that it holds, nothing that acts."""

from collections.abc import Callable
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scraper.urls import article_id

# What runs, loads, refreshes or is filled in. `link` also prefetches and preconnects.
_REMOVED = (
    "script, noscript, iframe, frame, frameset, object, embed, applet, base, meta, link, template,"
    " input, button, select, textarea, portal, audio, video, source, track, svg, math"
)
_KEPT = {
    "alt", "class", "colspan", "datetime", "dir", "height", "id", "lang", "rowspan", "style",
    "title", "width",
}  # fmt: skip
# As wide as the screen, so that the bar can be read on a phone.
HEAD = "<meta charset=utf-8><meta name=viewport content=width=device-width>"
# No rule of the page's own may hide the bar that says what this is.
_SHOWN = "display: block !important; visibility: visible !important; opacity: 1 !important;"


def inert(page: str, url: str, bar: str, in_archive: Callable[[int], str]) -> str:
    """The page at `url` as HTML under `bar`, without anything that acts or leads out unsaid.

    `in_archive` gives the address here of an article, or "" if the archive does not hold it.
    """
    tree = LexborHTMLParser(page)
    for node in tree.css(_REMOVED):
        node.decompose()
    for form in tree.css("form"):
        form.unwrap() if form.child is not None else form.decompose()
    for node in tree.css("*"):
        _disarm(node, url, in_archive)
    body = tree.body
    if body is None:
        return bar
    body.attrs["style"] = _SHOWN
    head = tree.head.html if tree.head is not None and tree.head.html else ""
    return (
        f'<!DOCTYPE html><html lang="vi" style="{_SHOWN}">'
        f"{head.replace('<head>', f'<head>{HEAD}', 1)}{_under(body, bar)}</html>"
    )


def _under(body: LexborNode, bar: str) -> str:
    html = body.html or ""
    end_of_tag = html.index(">") + 1
    return html[:end_of_tag] + bar + html[end_of_tag:]


def _disarm(node: LexborNode, url: str, in_archive: Callable[[int], str]) -> None:
    attributes = dict(node.attributes)
    for name in attributes:
        if name.lower() not in _KEPT:
            del node.attrs[name]
    target = (attributes.get("href") or attributes.get("src") or "").strip()
    if node.tag == "img":
        if target.lower().startswith("data:image/"):
            node.attrs["src"] = target
        node.attrs["alt"] = attributes.get("alt") or ""  # else a reader's voice says its address
        return
    if node.tag not in ("a", "area") or not target or target.startswith("#"):
        return
    try:
        absolute = urljoin(url, target)
        number = article_id(absolute)
    except ValueError:
        absolute, number = target, None
    here = in_archive(number) if number is not None else ""
    if here:
        node.attrs["href"] = here
    else:
        node.attrs["title"] = absolute
