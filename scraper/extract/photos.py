"""Photos and players -> captions, in page order, with their place in the text."""

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborNode

from scraper.extract.blocks import Figure, Paragraph
from scraper.extract.captions import is_numbered_headline, split_credit
from scraper.extract.flow import flow
from scraper.extract.nodes import above, each, holds, text_of
from scraper.extract.page import Page
from scraper.extract.text import clean
from scraper.extract.trace import first_of
from scraper.models import Caption

_CAPTION = "figcaption, td.caption, .fig, .caption, .cms-caption, .video-caption, .photo-caption"
_TAG = re.compile(r"</?[a-z][^<>]{0,200}>", re.I)
_IMAGE = re.compile(r"\.(jpe?g|png|webp|gif|avif)(\.webp)?(\?|$)", re.I)
_PLACEHOLDER = re.compile(
    r"(?:[\w-]{0,40}(?:blank|placeholder|spacer|1x1)[\w-]{0,40}|lazy(?:[-_]?load\w{0,9})?"
    r"|load(?:ing|er)|transparent|pixel)\.(?:gif|png|svg|jpe?g|webp)$",
    re.I,
)
_LAZY = ("data-src", "data-original", "data-lazy-src")
# Commas stand inside addresses too.
_NEXT = re.compile(r",\s+|(?<=\d[wx]),", re.A)
_SIZE = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)[wx]$", re.A)
_FRAMES = 3  # elements around a photo: a link, a picture


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
        photos += 0 if part.is_player else len(images)
        told = list(_printed(page, part, images, title))
        for printed, image in told:
            text, credit = split_credit(printed)
            address = full_size(page, image) if image else ""
            address = address if images else still(page, part.node)
            source = "guess" if part.is_guess else "markup"
            captions.append(Caption(text, credit, address, paragraphs, source))
        beside += _beside(part, [printed for printed, _ in told])
    return tuple(captions), photos, tuple(beside)


def _beside(part: Figure, captions: list[str]) -> list[str]:
    """Texts in a photo's element that are no caption; a player's own labels are not told."""
    if part.is_player or part.node.tag == "img":
        return []
    # Nearly always all the text there is, which is got much faster than told apart.
    if clean(part.node.text(deep=True, separator=" ")) in ("", " ".join(captions)):
        return []
    told = "\n".join(captions)
    return [p.text for p in flow(part.node, frozenset()).paragraphs if p.text not in told]


def _images(node: LexborNode) -> list[LexborNode]:
    if node.tag == "img":
        return [node]
    images = list(node.css("img"))
    # Lazy loading repeats the image for browsers without scripts.
    shown = [n for n in images if n.parent is None or n.parent.tag != "noscript"]
    return shown or images[:1]


def _printed(
    page: Page, part: Figure, images: list[LexborNode], title: str
) -> Iterator[tuple[str, LexborNode | None]]:
    """Each caption as printed, and the photo that it is of."""
    holders = _holders(part)
    if len(holders) > 1 and len(images) > 1:
        yield from _paired(part.node, images, holders)
        return
    image = images[0] if images else None
    if printed := first_of(page.notes, "captions", _candidates(part, holders, images, title)):
        apart = [text for _, text in holders[1:] if text not in printed and _is_credit(text)]
        yield " ".join([printed, *apart]), image


def _is_credit(text: str) -> bool:
    return not split_credit(text)[0]


def _holders(part: Figure) -> list[tuple[LexborNode, str]]:
    """The elements that print captions, and their texts; none is inside another."""
    node = part.node
    if node.tag == "img":
        return []
    if node.tag == "figcaption":
        return [(node, text_of(node))]
    found: list[tuple[LexborNode, str]] = []
    for holder in each(node, _CAPTION):
        if not (found and holds(found[-1][0], holder)) and (text := text_of(holder)):
            found.append((holder, text))
    if not found and node.tag == "table":
        return [(cell, text) for cell in node.css("td") if (text := text_of(cell))]
    return found


def _paired(
    node: LexborNode, images: list[LexborNode], holders: list[tuple[LexborNode, str]]
) -> Iterator[tuple[str, LexborNode | None]]:
    """Each caption with its photo: one by one where there are as many, else the first photo
    since the caption before."""
    if len(images) == len(holders):
        for image, (_, text) in zip(images, holders, strict=True):
            yield text, image
        return
    are_images = {image.mem_id for image in images}
    texts = {holder.mem_id: text for holder, text in holders}
    since: list[LexborNode] = []
    for met in each(node, f"img, td, {_CAPTION}"):
        if met.mem_id in are_images:
            since.append(met)
        elif met.mem_id in texts:
            yield texts[met.mem_id], since[0] if since else None
            since = []


def _candidates(
    part: Figure,
    holders: list[tuple[LexborNode, str]],
    images: list[LexborNode],
    title: str,
) -> Iterator[tuple[str, str]]:
    """Where a single caption is printed; the attributes that repeat it serve where it is not."""
    if part.below:
        yield "text below", part.below
    for holder, text in holders:
        yield f"<{holder.tag}>", text
    if part.node.tag != "img":
        yield "span, p", _span(part.node, {"p"} if part.is_player else {"span", "p"})
    for image in images:
        for name in ("data-desc", "cms-photo-caption"):
            text = clean(_TAG.sub(" ", image.attributes.get(name) or ""))
            yield f"[{name}]", "" if is_numbered_headline(text, title) else text


def _span(node: LexborNode, tags: set[str]) -> str:
    """div.article-photo prints its caption in a bare span or p beside the img; the spans of a
    player are labels."""
    for child in node.iter():
        if child.tag in tags and not child.css_first("img") and (text := text_of(child)):
            return text
    return ""


def full_size(page: Page, image: LexborNode) -> str:
    """The address of a photo, absolute; "" where none is known."""
    for address in _addresses(image):
        if address and not _is_placeholder(address.strip()):
            return page.absolute(address)
    return ""


def _is_placeholder(address: str) -> bool:
    """Whether an address is of what is shown until the photo is there."""
    if address[:5].lower() == "data:":
        return True
    name = address.partition("?")[0].rpartition("/")[2]
    return _PLACEHOLDER.match(name) is not None


def _addresses(image: LexborNode) -> Iterator[str | None]:
    """Where the photo is stated to be, the largest first."""
    attributes = image.attributes
    yield attributes.get("data-photo-original-src")
    yield attributes.get("data-large-src")
    yield from (href for a in above(image, _FRAMES) if _IMAGE.search(href := _href(a)))
    for name in _LAZY:
        yield attributes.get(name)
    sets = [attributes.get("data-srcset"), attributes.get("srcset"), *_sources(image)]
    sized = [_largest(written) for written in sets if written]
    yield from (address for address, size in sized if size)
    yield attributes.get("src")
    yield from (address for address, _ in sized)
    copy = image.next.css_first("img") if image.next and image.next.tag == "noscript" else None
    yield copy.attributes.get("src") if copy is not None else None


def _href(link: LexborNode) -> str:
    return (link.attributes.get("href") or "") if link.tag == "a" else ""


def _sources(image: LexborNode) -> list[str | None]:
    """The sets of addresses of a `picture`."""
    if image.parent is None or image.parent.tag != "picture":
        return []
    found = [source.attributes for source in image.parent.css("source")]
    return [a.get("data-srcset") or a.get("srcset") for a in found]


def _largest(written: str) -> tuple[str, float]:
    """The address of the largest photo of a `srcset`, and its size; 0 where none is stated."""
    found = [_sized(candidate.split()) for candidate in _NEXT.split(written)]
    return max(found, key=lambda candidate: candidate[1])


def _sized(candidate: list[str]) -> tuple[str, float]:
    address, *sizes = candidate or [""]
    match = _SIZE.match(sizes[0]) if sizes else None
    return address.rstrip(","), float(match[1]) if match else 0.0


def still(page: Page, holder: LexborNode) -> str:
    """The address of the still of a video in `holder`; "" where there is none."""
    video = holder if holder.tag == "video" else holder.css_first("video[poster]")
    return page.absolute(video.attributes.get("poster") or "") if video is not None else ""
