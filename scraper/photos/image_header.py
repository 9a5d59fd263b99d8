"""What an image file says of itself: its type, width and height. Pure; no pixel is decoded.

Types that a browser shows as pixels and nothing else: no SVG, which may hold script. Sources:
JPEG ITU T.81 annex B; EXIF 2.3; PNG W3C 2022 section 5; GIF89a; WebP RFC 9649; AVIF 1.1 with
ISO/IEC 23008-12.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from scraper.errors import BadPhoto

MOST_PIXELS = 50_000_000  # a photo of a 45-megapixel camera passes
LONGEST_SIDE_PX = 16_384
_MOST_PARTS = 1000  # segments or boxes that are looked at

_FRAMES = {0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}
_START_OF_SCAN = 0xDA
_EXIF = 0xE1
_ORIENTATION = 0x0112
_MOST_TAGS = 100
_MOST_SCANS = 100  # a progressive JPEG has some ten; a browser decodes the whole picture for each


@dataclass(frozen=True, slots=True)
class ImageHeader:
    """The facts of one image file."""

    media_type: str
    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True)
class _Box:
    kind: bytes
    body: bytes
    is_whole: bool  # it ends within the file


def read_header(data: bytes) -> ImageHeader:
    """What the file `data` is. Raises BadPhoto if it is not an image that may be kept.

    That is: of an unknown type, without width and height, cut short, or with too many pixels.
    """
    for opening, read in _READERS:
        if opening.match(data):
            header = read(data)
            break
    else:
        raise BadPhoto("is not a JPEG, PNG, WebP, GIF or AVIF file")
    width, height = header.width_px, header.height_px
    if not (width and height):
        raise BadPhoto("states no width or height")
    if max(width, height) > LONGEST_SIDE_PX or width * height > MOST_PIXELS:
        raise BadPhoto(f"states {width} x {height} pixels, more than a photo has")
    return header


def _jpeg(data: bytes) -> ImageHeader:
    at, is_turned = 2, False
    for _ in range(_MOST_PARTS):
        while data[at : at + 2] == b"\xff\xff":  # fill bytes
            at += 1
        if len(data) < at + 4 or data[at] != 0xFF:
            break
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4])
        if marker in _FRAMES and len(data) >= at + 9:
            if data.find(b"\xff\xd9", at + 9) < 0:
                raise BadPhoto("is cut short")
            if data.count(b"\xff\xda", at) > _MOST_SCANS:
                raise BadPhoto("has more scans than a photo")
            height, width = (int.from_bytes(data[n : n + 2]) for n in (at + 5, at + 7))
            sides = (height, width) if is_turned else (width, height)
            return ImageHeader("image/jpeg", *sides)
        if marker == _EXIF and length >= 2:
            is_turned = is_turned or _is_turned(data[at + 4 : at + 2 + length])
        if marker == _START_OF_SCAN or length < 2:
            break
        at += 2 + length
    raise BadPhoto("is a JPEG file with a broken header")


def _is_turned(segment: bytes) -> bool:
    """True if EXIF says that the picture is to be shown turned by a quarter, as browsers do.

    EXIF 2.3, 4.6.2 and 4.6.4: a TIFF directory, of which tag 0x0112 is the orientation, 1 to 8.
    """
    order: Literal["little", "big"] = "little" if segment[6:8] == b"II" else "big"
    tiff = segment[6:] if segment.startswith(b"Exif\0\0") else b""
    first = int.from_bytes(tiff[4:8], order) + 2
    for at in range(first, min(first + 12 * _MOST_TAGS, len(tiff)), 12):
        if int.from_bytes(tiff[at : at + 2], order) == _ORIENTATION:
            return int.from_bytes(tiff[at + 8 : at + 10], order) in (5, 6, 7, 8)
    return False


def _png(data: bytes) -> ImageHeader:
    if data[8:16] != b"\0\0\0\x0dIHDR" or len(data) < 33:
        raise BadPhoto("is a PNG file with a broken header")
    if not 0 < data.rfind(b"IEND") <= len(data) - 8:  # its checksum follows
        raise BadPhoto("is cut short")
    width, height = (int.from_bytes(data[n : n + 4]) for n in (16, 20))
    return ImageHeader("image/png", width, height)


def _gif(data: bytes) -> ImageHeader:
    if len(data) < 14:
        raise BadPhoto("is a GIF file with a broken header")
    if not data.rstrip(b"\0").endswith(b";"):
        raise BadPhoto("is cut short")
    # Browsers widen the picture to its first frame, if that is larger than the file says.
    width, height = _u16(data, 6), _u16(data, 8)
    at = _first_frame(data)
    return ImageHeader(
        "image/gif",
        max(width, _u16(data, at + 1) + _u16(data, at + 5)),
        max(height, _u16(data, at + 3) + _u16(data, at + 7)),
    )


def _first_frame(data: bytes) -> int:
    """Where the first frame of a GIF is described."""
    at = 13 + _colours(data[10])
    for _ in range(_MOST_PARTS):
        if data[at : at + 1] == b"," and len(data) > at + 9:
            return at
        if data[at : at + 1] != b"!":
            break
        at += 2
        while at < len(data) and data[at]:  # sub-blocks, each with its length before it
            at += 1 + data[at]
        at += 1
    raise BadPhoto("is a GIF file with a broken header")


def _colours(flags: int) -> int:
    """Bytes of a table of colours."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _u16(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 2], "little")


def _webp(data: bytes) -> ImageHeader:
    if len(data) < int.from_bytes(data[4:8], "little") + 8:
        raise BadPhoto("is cut short")
    kind, body = data[12:16], data[20:30]
    if kind == b"VP8X" and len(body) == 10:
        width, height = (int.from_bytes(body[n : n + 3], "little") + 1 for n in (4, 7))
    elif kind == b"VP8L" and body[:1] == b"\x2f":
        bits = int.from_bytes(body[1:5], "little")
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    elif kind == b"VP8 " and body[3:6] == b"\x9d\x01\x2a":
        width, height = (_u16(body, n) & 0x3FFF for n in (6, 8))
    else:
        raise BadPhoto("is a WebP file with a broken header")
    return ImageHeader("image/webp", width, height)


def _avif(data: bytes) -> ImageHeader:
    """The largest picture in the file: the others are thumbnails and parts of a grid."""
    boxes = list(islice(_boxes(data), _MOST_PARTS))
    if not boxes[-1].is_whole:
        raise BadPhoto("is cut short")
    meta = next((box.body[4:] for box in boxes if box.kind == b"meta"), b"")  # version, flags
    if not (_inside(meta, b"idat") or any(box.kind == b"mdat" for box in boxes)):
        raise BadPhoto("is cut short")
    sizes = [
        (int.from_bytes(ispe[4:8]), int.from_bytes(ispe[8:12]))
        for properties in _inside(meta, b"iprp")
        for container in _inside(properties, b"ipco")
        for ispe in _inside(container, b"ispe")
    ]
    if not sizes:
        raise BadPhoto("is an AVIF file with a broken header")
    return ImageHeader("image/avif", *max(sizes, key=lambda size: size[0] * size[1]))


def _inside(data: bytes, wanted: bytes) -> list[bytes]:
    """The bodies of the boxes of one kind that are directly in `data`."""
    return [box.body for box in islice(_boxes(data), _MOST_PARTS) if box.kind == wanted]


def _boxes(data: bytes) -> Iterator[_Box]:
    """Each box of an ISO media file."""
    at = 0
    while at < len(data):
        size, start = int.from_bytes(data[at : at + 4]), at + 8
        if size == 1:
            size, start = int.from_bytes(data[at + 8 : at + 16]), at + 16
        end = at + size if size else len(data)  # 0: up to the end
        yield _Box(data[at + 4 : at + 8], data[start:end], start <= end <= len(data))
        if end < start:
            return
        at = end


_READERS = (
    (re.compile(rb"\xff\xd8\xff"), _jpeg),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), _png),
    (re.compile(rb"GIF8[79]a"), _gif),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), _webp),
    (re.compile(rb"....ftyp(?=.{0,64}avi[fs])", re.DOTALL), _avif),  # else HEIC, a video ...
)
