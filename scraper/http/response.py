"""What a server may answer: how large, of what type, in what encoding, and how whole."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Literal

import httpx

from scraper.errors import NotAPage, Refused, Transient
from scraper.inflate import Damaged, Oversize, inflate

PageKind = Literal["page", "list", "photo"]

MAX_HEADER_BYTES = 64 * 1024
_LIST_BYTES = 32_000_000  # a map of 50,000 addresses, the most that one may hold, is below
_PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml", "text/plain", ""})
_LIST_TYPES = _PAGE_TYPES | {
    "application/xml",
    "text/xml",
    "text/x-xml",
    "application/sitemap+xml",
    "application/json",
    "application/rss+xml",
    "application/atom+xml",
    "application/rdf+xml",
    "application/gzip",
    "application/x-gzip",
    "application/octet-stream",
    "binary/octet-stream",
}
# Servers that do not know a type call it octet-stream; what it is, its first bytes say.
_PHOTO_TYPES = frozenset(
    {f"image/{kind}" for kind in ("jpeg", "jpg", "pjpeg", "png", "webp", "gif", "avif")}
    | {"application/octet-stream", "binary/octet-stream", ""}
)
_ENCODINGS = {"gzip": "gzip", "x-gzip": "gzip", "deflate": "deflate"}


@dataclass(frozen=True, slots=True)
class Limits:
    """What one answer may be."""

    size_bytes: int  # decoded, and on the wire
    types: frozenset[str] | None = None  # None: any
    cut: bool = False  # take the first size_bytes, instead of refusing more


def limits(max_page_mb: float, max_photo_mb: float) -> dict[PageKind, Limits]:
    """What pages, lists and photos may be; lists larger, and XML or gzip."""
    page_bytes = int(max_page_mb * 1_000_000)
    return {
        "page": Limits(page_bytes, _PAGE_TYPES),
        "list": Limits(max(page_bytes, _LIST_BYTES), _LIST_TYPES),
        "photo": Limits(int(max_photo_mb * 1_000_000), _PHOTO_TYPES),
    }


def check(url: str, response: httpx.Response, *, conditional: bool) -> None:
    """Raise Transient for 429 and 5xx, Refused for what no server should answer."""
    status = response.status_code
    if status == 429 or status >= 500:
        waits = _retry_after(response.headers)
        raise Transient(url, f"answered {status}", status=status, retry_after=waits)
    if status < 200:
        raise Refused(url, f"answered {status}, which nobody asked for")
    if status == 304 and not conditional:
        raise Refused(url, "answered 304 though no condition was sent")
    if sum(len(name) + len(value) for name, value in response.headers.raw) > MAX_HEADER_BYTES:
        raise Refused(url, f"headers larger than {MAX_HEADER_BYTES} bytes")


def read_body(
    url: str, response: httpx.Response, limit: Limits, is_late: Callable[[], bool]
) -> bytes:
    """The body without Content-Encoding; b"" for a 304.

    Raises NotAPage before any of it is read, Refused if it is too large, Transient if it
    is damaged, incomplete, or `is_late()` before its end.
    """
    if response.status_code == 304:
        return b""
    declared = response.headers.get("content-type", "").strip().lower()
    content_type = re.split(r"[;,\s]", declared)[0]
    if response.is_success and limit.types is not None and content_type not in limit.types:
        raise NotAPage(url, f"is {content_type}")
    encoding = _encoding(url, response)
    length = response.headers.get("content-length", "")
    if not limit.cut and length.isdecimal() and int(length) > limit.size_bytes:
        raise Refused(url, f"larger than {limit.size_bytes / 1e6:g} MB")
    pieces = []
    try:
        for piece in inflate(_in_time(url, response, is_late), encoding, limit.size_bytes):
            pieces.append(piece)
    except Oversize as e:
        if not limit.cut:
            raise Refused(url, str(e)) from e
    except Damaged as e:
        raise Transient(url, f"damaged on the way: {e}") from e
    return b"".join(pieces)


def texts(headers: list[tuple[bytes, bytes]]) -> tuple[tuple[str, str], ...]:
    """Headers as a Snapshot holds them; any byte is a character of latin-1."""
    return tuple((k.decode("latin-1").lower(), v.decode("latin-1")) for k, v in headers)


def _in_time(url: str, response: httpx.Response, is_late: Callable[[], bool]) -> Iterator[bytes]:
    for chunk in response.iter_raw():
        yield chunk
        if is_late():
            raise Transient(url, "took too long")


def _encoding(url: str, response: httpx.Response) -> str:
    """The body's encoding as inflate() names it. Raises Refused for any not asked for."""
    named = response.headers.get("content-encoding", "").lower().split(",")
    used = [name.strip() for name in named if name.strip() not in ("", "identity")]
    if not used:
        return ""
    if len(used) > 1 or used[0] not in _ENCODINGS:
        raise Refused(url, f"Content-Encoding {', '.join(used)!r}, which was not asked for")
    return _ENCODINGS[used[0]]


def _retry_after(headers: httpx.Headers) -> float | None:
    """Seconds that the server asks us to wait; None if it asks nothing sensible."""
    asked = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,300}(\.[0-9]*)?", asked):
        return float(asked)
    try:
        until = _date(asked)
        # By the server's own clock: ours may be wrong.
        sent = _date(headers["date"]) if "date" in headers else datetime.now(UTC)
    except (ValueError, OverflowError):
        return None
    return max(0.0, (until - sent).total_seconds())


def _date(text: str) -> datetime:
    at = parsedate_to_datetime(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
