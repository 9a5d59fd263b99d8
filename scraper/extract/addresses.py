"""The address of a photo at full size, whatever the lazy loading."""

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborNode

from scraper.extract.nodes import above
from scraper.extract.page import Page

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
