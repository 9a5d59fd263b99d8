"""Photos and players -> captions, in page order, with their place in the text.

| rule | evidence |
| --- | --- |
| `figcaption`, `.caption`, `.fig`, a bare `span` or `p` | sister papers' four photo markups |
| `data-desc`, `cms-photo-caption` if none is printed | sister papers: they repeat the caption |
| the name of a file, the headline and "ảnh 1": no caption | captures of the paper since June 2023 |
| `.source` in or beside the caption is the credit | body of thanhnien.vn, 2022 |
| several captions are paired with their photos | `table.picture` of two rows, sister papers |
| address: `data-photo-original-src`, link, lazy forms, `srcset` | sister papers; HTML: `srcset` |
| a host before the address's own goes | body of zh.vietnamplus.vn, 2021 |
| the copy in `noscript` is no second photo | lazy loading as HTML's `noscript` is meant for |
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from selectolax.lexbor import LexborNode

from scraper.extract.boxes import Figure, Paragraph, why_dropped
from scraper.extract.captions import is_image_name, is_numbered_headline, split_credit
from scraper.extract.nodes import (
    NO_CLASSES,
    UNSEEN_TAGS,
    above,
    class_names,
    each,
    only_text,
    text_of,
)
from scraper.extract.page import Page
from scraper.extract.text import clean
from scraper.extract.trace import first_of
from scraper.models import Caption

_CAPTIONS = ("fig", "caption", "cms-caption", "video-caption", "photo-caption")
_CREDITS = ("source", "credit", "photo-source")  # beside or in a caption: the photographer
_CREDIT_FORMS = ", ".join(f".{name}" for name in _CREDITS)
_TAG = re.compile(r"</?[a-z][^<>]{0,200}>", re.I)
_IMAGE = re.compile(r"\.(jpe?g|png|webp|gif|avif)(\.webp)?(\?|$)", re.I)
_PLACEHOLDER = re.compile(
    r"(?:[\w-]{0,40}(?:blank|placeholder|spacer|1x1)[\w-]{0,40}|lazy(?:[-_]?load\w{0,9})?"
    r"|load(?:ing|er)|transparent|pixel)\.(?:gif|png|svg|jpe?g|webp)$",
    re.I,
)
_LAZY = ("data-src", "data-original", "data-lazy-src")
# Commas occur inside addresses too.
_NEXT = re.compile(r",\s+|(?<=\d[wx]),", re.A)
_SIZE = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)[wx]$", re.A)
_HOST_AGAIN = re.compile(r"https?://.*(?:(https?:)/{1,2}|[^:]//)([\w-]+\.[\w.-]+/.*)", re.A)
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
        seen = _look(part)
        photos += 0 if part.is_player else len(seen.images)
        caption_texts: list[str] = []
        for printed in _printed(page, part, seen, title):
            text, credit = split_credit(printed.text)
            address = full_size(page, printed.image) if printed.image else ""
            address = address if seen.images else still(page, part.node)
            source = "guess" if part.is_guess else "markup"
            captions.append(Caption(text, credit or printed.credit, address, paragraphs, source))
            caption_texts.append(printed.text)
        if not part.is_player:  # its own labels are of no interest
            beside += [text for text in seen.others if text not in "\n".join(caption_texts)]
    return tuple(captions), photos, tuple(beside)


class _Printed(NamedTuple):
    """A caption as printed, and the photo that it is of."""

    text: str
    credit: str = ""  # in an element of its own
    image: LexborNode | None = None


@dataclass(slots=True)
class _Seen:
    """What the element of a photo or player holds."""

    images: list[LexborNode]
    holders: list[tuple[LexborNode, str, str]]  # element, caption, credit apart from it
    others: list[str]  # texts in no caption


def _look(part: Figure) -> _Seen:
    """One walk through the element."""
    seen = _Seen([], [], [])
    if part.node.tag == "img":
        seen.images.append(part.node)
        return seen
    if part.node.tag == "figcaption":
        _add_holder(part.node, seen)
        return seen
    repeated: list[LexborNode] = []  # lazy loading repeats the image for browsers without scripts
    waiting = [part.node]
    while waiting:
        node = waiting.pop()
        tag = node.tag or ""
        if tag == "-text":
            seen.others += [text] if (text := clean(node.text_content or "")) else []
        elif tag == "img":
            seen.images.append(node)
        elif tag == "noscript":
            repeated += node.css("img")[:1]
        elif tag not in UNSEEN_TAGS:
            attributes = node.attributes
            names = class_names(attributes)
            if why_dropped(node, attributes, names, NO_CLASSES):
                continue
            if tag == "figcaption" or not names.isdisjoint(_CAPTIONS):
                _add_holder(node, seen)
            elif not names.isdisjoint(_CREDITS):
                seen.holders.append((node, "", _credit(text_of(node))))
            else:
                waiting += reversed(list(node.iter(include_text=True, skip_empty=True)))
    seen.images = seen.images or repeated[:1]
    return seen


def _add_holder(node: LexborNode, seen: _Seen) -> None:
    """A caption, and its credit, if that has an element of its own in it."""
    if (only := only_text(node)) is not None:
        seen.holders += [(node, text, "")] if (text := clean(only)) else []
        return
    apart = [c for c in node.css(_CREDIT_FORMS)[:2] if c.mem_id != node.mem_id]
    credit = _credit(" ".join(map(text_of, apart)))
    text = text_of(node, frozenset(c.mem_id for c in apart))
    if text or credit:
        seen.holders.append((node, text, credit))


def _credit(text: str) -> str:
    """A credit without its label, brackets and full stop."""
    rest, credit = split_credit(text)
    return credit or rest.strip(" .()[]")


def _printed(page: Page, part: Figure, seen: _Seen, title: str) -> Iterator[_Printed]:
    """Each caption as printed, and the photo that it is of."""
    if part.node.tag == "table" and not any(text for _, text, _ in seen.holders):
        cells = ((cell, text_of(cell)) for cell in part.node.css("td"))
        seen.holders = [(cell, text, "") for cell, text in cells if text] + seen.holders
    texts = [text for _, text, _ in seen.holders if text]
    if len(texts) > 1 and len(seen.images) > 1:
        yield from _paired(part.node, seen)
        return
    image = seen.images[0] if seen.images else None
    printed = first_of(page.notes, "captions", _candidates(part, seen, title))
    credit = next((credit for _, _, credit in seen.holders if credit), "")
    if not credit:
        apart = (t for t in texts if t not in printed)
        credit = next((split_credit(t)[1] for t in apart if not split_credit(t)[0]), "")
    if is_image_name(printed):
        printed = ""
    if printed or credit:
        yield _Printed(printed, credit, image)


def _paired(node: LexborNode, seen: _Seen) -> Iterator[_Printed]:
    """Each caption with its photo: one by one if there are as many, else the first photo since
    the caption before."""
    if len(seen.images) == len(seen.holders):
        for image, (_, text, credit) in zip(seen.images, seen.holders, strict=True):
            yield _Printed(text, credit, image)
        return
    are_images = {image.mem_id for image in seen.images}
    held = {holder.mem_id: (text, credit) for holder, text, credit in seen.holders}
    since: list[LexborNode] = []
    for met in each(node, f"img, td, figcaption, {_CREDIT_FORMS}, .{', .'.join(_CAPTIONS)}"):
        if met.mem_id in are_images:
            since.append(met)
        elif met.mem_id in held:
            yield _Printed(*held[met.mem_id], since[0] if since else None)
            since = []


def _candidates(part: Figure, seen: _Seen, title: str) -> Iterator[tuple[str, str]]:
    """Where a single caption is printed; the attributes that repeat it serve if it is not."""
    if part.below:
        yield "text below", part.below
    for holder, text, _ in seen.holders:
        yield f"<{holder.tag}>", text
    if part.node.tag != "img":
        yield "span, p", _span(part.node, {"p"} if part.is_player else {"span", "p"})
    for image in seen.images:
        for name in ("data-desc", "cms-photo-caption"):
            text = clean(_TAG.sub(" ", image.attributes.get(name) or ""))
            is_none = is_image_name(text) or is_numbered_headline(text, title)
            yield f"[{name}]", "" if is_none else text


def _span(node: LexborNode, tags: set[str]) -> str:
    """div.article-photo prints its caption in a bare span or p beside the img; the spans of a
    player are labels."""
    for child in node.iter():
        if child.tag in tags and not child.css_first("img") and (text := text_of(child)):
            return text
    return ""


def full_size(page: Page, image: LexborNode) -> str:
    """The address of a photo, absolute; "" if none is known."""
    for address in _addresses(image):
        if address and not _is_placeholder(address.strip()):
            return _with_one_host(page.absolute(address))
    return ""


def _with_one_host(address: str) -> str:
    """An address without the host that is before its own, as some pages write photos' addresses:
    "https://cdn.vn/https://cdn.vn/a.jpg", "https://cdn.vn/cdn.vn/a.jpg"."""
    path, mark, query = address.partition("?")
    if path.count("//") > 1 and (again := _HOST_AGAIN.match(path)):
        path = f"{again[1] or 'https:'}//{again[2]}"
    scheme, _, rest = path.partition("://")
    host, _, below = rest.partition("/")
    if below.startswith(f"{host}/"):
        path = f"{scheme}://{below}"
    return path + mark + query


def _is_placeholder(address: str) -> bool:
    """True if an address is of what is shown until the photo is there."""
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
    """The address of the largest photo of a `srcset`, and its size; 0 if none is stated."""
    found = [_sized(candidate.split()) for candidate in _NEXT.split(written)]
    return max(found, key=lambda candidate: candidate[1])


def _sized(candidate: list[str]) -> tuple[str, float]:
    address, *sizes = candidate or [""]
    match = _SIZE.match(sizes[0]) if sizes else None
    return address.rstrip(","), float(match[1]) if match else 0.0


def still(page: Page, holder: LexborNode) -> str:
    """The address of the still of a video in `holder`; "" if there is none."""
    video = holder if holder.tag == "video" else holder.css_first("video[poster]")
    return page.absolute(video.attributes.get("poster") or "") if video is not None else ""
