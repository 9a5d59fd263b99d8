"""What goes wrong with the stand-in on demand: on which pages, on what share of them, and when.

`StandIn(newspaper, faults=[Fault("503", share=0.1, retry_after="2"), Fault("404", on="feeds")])`.
Which pages are hit follows from the newspaper's seed and the article's number (the path, if it is
not an article), so that a run can be repeated. The faults on one kind of page add up and never
meet on one page: two of share 0.1 hit 0.2 of the pages.
"""

import gzip
import hashlib
import struct
import unicodedata
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from typing import Literal, get_args

from scraper.demo.edition import Answer
from scraper.demo.story import Story, Text
from scraper.urls import article_id
from tests.support.sending import FLOOD_BYTES, Manner

FaultKind = Literal[
    "500",
    "503",
    "429",
    "reset",
    "truncated",
    "slow headers",
    "slow body",  # a byte a second
    "gzip bomb",  # 200 MB, unpacked
    "flood",  # 200 MB, of undeclared length
    "bad gzip",
    "wrong charset",  # Windows-1258, said to be UTF-8
    "redirect loop",
    "redirect abroad",  # to another host
    "redirect inwards",  # to an address of the private network
    "404",
    "410",
    "soft 404",  # status 200, and a page that is no article
    "empty",
    "binary",
    "changed",  # another text, lists unchanged
    "401",
    "403",
    "451",
    "challenge",  # a page that sets a cookie and reloads, status 200
    "challenge 403",
    "challenge 503",
    "meta refresh",  # a challenge without a script
    "wrong type",  # application/pdf
    "refused encoding",  # br
    "oversize",  # by its declared length
]
KINDS: tuple[FaultKind, ...] = get_args(FaultKind)
On = Literal["articles", "robots", "sitemaps", "feeds", "sections"]

ABROAD = "https://tin-khac.example/"
INWARDS = "http://169.254.169.254/latest/meta-data/"
_CHALLENGE = b"<html><body><script>document.cookie='D1N=ab';window.location.reload(true);</script></body></html>"
_REFRESH = b"<html><head><meta http-equiv='refresh' content='5; url=/'></head><body></body></html>"
_PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 16
_TONES = "\u0300\u0301\u0303\u0309\u0323"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong."""

    kind: FaultKind
    on: str = "articles"  # a kind of page (On), or one path: "/sitemap.xml"
    share: float = 1.0  # of these pages
    after: int = 0  # requests for a page that are answered well before: 1 and 404, it vanished
    times: int | None = None  # requests that it lasts; None: for good
    retry_after: str = ""  # of 503 and 429: seconds, or a date
    location: str = ""  # of a redirect, in place of ABROAD and INWARDS


def fault_at(faults: Sequence[Fault], seed: int, path: str, asked: int) -> Fault | None:
    """What goes wrong with a request for `path`, which was asked for `asked` times before."""
    draw = _draw(seed, path)
    for fault in faults:
        if fault.on not in (path, page_kind(path)):
            continue
        draw -= fault.share
        if draw < 0:
            past = asked - fault.after
            return fault if past >= 0 and (fault.times is None or past < fault.times) else None
    return None


def page_kind(path: str) -> On:
    """What a path of the stand-in is."""
    if article_id(path) is not None:
        return "articles"
    if path == "/robots.txt":
        return "robots"
    if path.startswith("/sitemap"):
        return "sitemaps"
    return "feeds" if path.startswith("/rss/") else "sections"


def spoiled(answer: Answer, fault: Fault, path: str) -> tuple[Answer, Manner]:
    """`answer` with the fault, and how it is sent.

    Raises ValueError for a fault that needs another page.
    """
    if answer.encoding:
        answer = replace(answer, body=gzip.decompress(answer.body), encoding="")
    kind = fault.kind
    if kind in ("reset", "truncated", "slow headers", "slow body", "flood"):
        return answer, kind
    if kind == "oversize":
        return answer, "declared too large"
    return _changed(answer, fault, path), "whole"


def _changed(answer: Answer, fault: Fault, path: str) -> Answer:
    match fault.kind:
        case "500" | "503" | "429" | "404" | "410" | "401" | "403" | "451":
            body = f"<html><body>{fault.kind}</body></html>".encode()
            waits = (("Retry-After", fault.retry_after),)
            return Answer(int(fault.kind), body, headers=waits)
        case "challenge" | "challenge 403" | "challenge 503":
            return Answer(int(fault.kind.removeprefix("challenge") or 200), _CHALLENGE)
        case "meta refresh":
            return Answer(200, _REFRESH)
        case "wrong type":
            return replace(answer, content_type="application/pdf")
        case "refused encoding":
            return replace(answer, encoding="br")
        case "gzip bomb":
            return replace(answer, body=_bomb(), encoding="gzip")
        case "bad gzip":
            body = gzip.compress(answer.body, mtime=0)
            return replace(answer, body=body[:-9] + bytes(9), encoding="gzip")
        case "wrong charset":
            return replace(answer, body=_windows_1258(answer.body.decode()))
        case "redirect loop":
            return _moved(_round_and_round(path))
        case "redirect abroad":
            return _moved(fault.location or ABROAD)
        case "redirect inwards":
            return _moved(fault.location or INWARDS)
        case "empty":
            return replace(answer, body=b"")
        case "binary":
            return replace(answer, body=_PNG)
    raise ValueError(f"{fault.kind} is another page, not this one spoiled")


def _moved(location: str) -> Answer:
    return Answer(302, b"", headers=(("Location", location),))


def edited(story: Story) -> Story:
    """The story after the newsroom went over it: another headline, a paragraph more."""
    addition = Text("p", ("Tòa soạn đã bổ sung đoạn này sau khi bài được đăng.",))
    return replace(
        story,
        title=f"{story.title} (cập nhật)",
        blocks=(*story.blocks, addition),
        modified_at=(story.modified_at or story.published_at) + timedelta(hours=2),
    )


def _draw(seed: int, path: str) -> float:
    """A number in 0 to 1, the same whenever it is asked for, and for all names of an article."""
    number = article_id(path)
    name = f"{seed} {path if number is None else number}".encode()
    return int.from_bytes(hashlib.sha256(name).digest()[:6]) / 2**48


def _round_and_round(path: str) -> str:
    """The other of two addresses that lead to each other; of a list, itself."""
    number = article_id(path)
    if number is None:
        return path
    old, new = f"/bai-viet/{number}-", f"-post{number}.html"
    if path.startswith(old):
        return f"/{path.removeprefix(old)}{new}"
    return old + path.strip("/").removesuffix(new)


@lru_cache(maxsize=1)
def _bomb() -> bytes:
    """200 MB of zeros, packed: one block again and again, as each was flushed in full."""
    block, count = bytes(1_000_000), FLOOD_BYTES // 1_000_000
    packer = zlib.compressobj(9, wbits=-15)
    packed = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    crc = 0
    for _ in range(count):
        crc = zlib.crc32(block, crc)
    head, end = b"\x1f\x8b\x08" + bytes(6) + b"\xff", b"\x03\x00"
    return head + packed * count + end + struct.pack("<II", crc, FLOOD_BYTES)


def _windows_1258(text: str) -> bytes:
    """`text` in the Vietnamese charset of old, which writes the tone after its letter."""
    letters = []
    for letter in unicodedata.normalize("NFC", text):
        parts = unicodedata.normalize("NFD", letter)
        tones = "".join(part for part in parts if part in _TONES)
        bare = "".join(part for part in parts if part not in _TONES)
        letters.append(unicodedata.normalize("NFC", bare) + tones)
    return "".join(letters).encode("cp1258", "xmlcharrefreplace")
