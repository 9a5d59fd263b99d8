"""Photos and players -> captions, in page order, with their place in the text."""

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborNode

from scraper.extract.captions import is_numbered_headline, split_credit
from scraper.extract.flow import Figure, Paragraph, flow
from scraper.extract.nodes import each, text_of
from scraper.extract.page import Page
from scraper.extract.text import clean
from scraper.extract.trace import first_of
from scraper.models import Caption

_CAPTION = "figcaption, td.caption, .fig, .caption, .cms-caption, .video-caption, .photo-caption"
_IMAGE = re.compile(r"\.(jpe?g|png|webp|gif)(\.webp)?(\?|$)", re.I)
_PLACEHOLDER = re.compile(r"^data:|blank\.|placeholder|lazy|/1x1|spacer", re.I)


def captions_of(
    page: Page, title: str, flowed: list[Paragraph | Figure]
) -> tuple[tuple[Caption, ...], int, tuple[str, ...]]:
    """The captions of everything in `flowed`; how many photos there are; texts in photos that
    are no caption."""
    captions: list[Caption] = []
    beside: list[str] = []
    photos = paragraphs = 0
    for part in flowed:
        if isinstance(part, Paragraph):
            paragraphs += 1
            continue
        images = _images(part.node)
        photos += 0 if part.is_player else max(len(images), 1) if images else 0
        printed = first_of(page.notes, "captions", _printed(part, images, title))
        if printed:
            text, credit = split_credit(printed)
            address = full_size(page, images[0], part.node) if images else ""
            captions.append(Caption(text, credit, address, paragraphs))
        beside += _beside(part, printed)
    return tuple(captions), photos, tuple(beside)


def _beside(part: Figure, caption: str) -> list[str]:
    """Texts in a photo's element that are not its caption; a player's own labels are not told."""
    if part.is_player or part.node.tag == "img" or text_of(part.node) in ("", caption):
        return []
    within = flow(part.node, frozenset()).parts
    return [p.text for p in within if isinstance(p, Paragraph) and p.text != caption]


def full_size(page: Page, image: LexborNode, holder: LexborNode) -> str:
    """The address of the photo at full size, whatever the lazy loading."""
    for address in _addresses(image.attributes, holder):
        if address and not _PLACEHOLDER.search(address):
            return page.absolute(address)
    return ""


def _addresses(image: dict[str, str | None], holder: LexborNode) -> Iterator[str | None]:
    """Where the photo is stated to be, the largest first."""
    yield image.get("data-photo-original-src")
    yield image.get("data-large-src")
    link = holder.css_first("a.photo") if holder.tag != "img" else None
    href = (link.attributes.get("href") or "") if link else ""
    yield href if _IMAGE.search(href) else None
    yield image.get("data-src")
    yield image.get("src")


def _images(node: LexborNode) -> list[LexborNode]:
    if node.tag == "img":
        return [node]
    images = list(node.css("img"))
    # Lazy loading repeats the image for browsers without scripts.
    shown = [n for n in images if n.parent is None or n.parent.tag != "noscript"]
    return shown or images


def _printed(part: Figure, images: list[LexborNode], title: str) -> Iterator[tuple[str, str]]:
    """The caption as printed; the attributes that repeat it serve where it is not."""
    if part.node.tag != "img":
        for holder in each(part.node, _CAPTION):
            yield f"<{holder.tag}>", text_of(holder)
        if not part.is_player:
            yield "span, p", _span(part.node)
    for image in images:
        for name in ("data-desc", "cms-photo-caption"):
            text = clean(image.attributes.get(name) or "")
            yield f"[{name}]", "" if is_numbered_headline(text, title) else text


def _span(node: LexborNode) -> str:
    """div.article-photo prints its caption in a bare span or p beside the img."""
    for child in node.iter():
        if child.tag in ("span", "p") and not child.css_first("img") and (text := text_of(child)):
            return text
    return ""
