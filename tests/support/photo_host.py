"""A stand-in for the host of the newspaper's photos, on a second address of loopback."""

import hashlib
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, get_args

from scraper.config import CrawlSettings, PhotoSettings, Settings, SiteSettings
from scraper.demo.edition import Answer
from scraper.demo.newspaper import Newspaper
from scraper.demo.server import Loopback
from tests.support.faults import Fault, spoiled
from tests.support.image_files import png
from tests.support.sending import Manner, send
from tests.support.stand_in import StandIn

PRINTED = b"https://cdn.baolaocai.example"  # the host that the stand-in newspaper names
PhotoFault = Literal[
    "html",
    "html that says jpeg",
    "svg",
    "svg that says png",
    "script after gif",  # GIF89a and script in one: no picture in it
    "too many pixels",
    "huge",
    "broken header",
    "cut file",
    "403",
    "404",
    "500",
    "redirect abroad",
    "redirect inwards",
    "redirect loop",
    "slow body",
    "truncated",
    "reset",
    "flood",
    "gzip bomb",
    "empty",
]
FAULTS: tuple[PhotoFault, ...] = get_args(PhotoFault)
HOSTILE = b"<script>alert(1)</script>"
MAX_MB = 0.2


@dataclass(frozen=True)
class Asked:
    """One request."""

    at: float  # monotonic seconds
    path: str
    headers: dict[str, str]


@dataclass
class PhotoHost:
    """The host: `with PhotoHost(fault_of) as cdn: ... cdn.url`."""

    fault_of: Callable[[str], PhotoFault | None] = lambda path: None
    robots: str = "User-agent: *\nDisallow: /private/\n"
    address: str = "127.0.0.2"
    retry_after: str = ""  # with each 500
    log: list[Asked] = field(default_factory=list)

    def __enter__(self) -> "PhotoHost":
        self._server = Loopback(self._reply, address=self.address)
        self._server.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.__exit__()

    def _reply(self, connection: socket.socket, path: str, headers: Mapping[str, str]) -> bool:
        self.log.append(Asked(time.monotonic(), path, dict(headers)))
        answer, manner = self.answer(path)
        send(connection, answer, manner)
        return manner == "whole"

    @property
    def url(self) -> str:
        return self._server.base_url

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://")

    @property
    def photos(self) -> list[str]:
        """The paths asked for, robots.txt left out."""
        return [asked.path for asked in self.log if asked.path != "/robots.txt"]

    def answer(self, path: str) -> tuple[Answer, Manner]:
        """What is sent for `path`, and how."""
        if path == "/robots.txt":
            return Answer(200, self.robots.encode(), "text/plain"), "whole"
        good = Answer(200, photo_at(path), "image/png")
        match fault := self.fault_of(path):
            case None:
                return good, "whole"
            case (
                "404"
                | "500"
                | "redirect abroad"
                | "redirect inwards"
                | "slow body"
                | "truncated"
                | "reset"
                | "flood"
                | "gzip bomb"
                | "empty"
            ):  # as the newspaper itself may do
                return spoiled(good, Fault(fault, retry_after=self.retry_after), path)
        return self._spoiled(fault, good, path), "whole"

    def _spoiled(self, fault: PhotoFault, good: Answer, path: str) -> Answer:
        svg = b"<svg xmlns='http://www.w3.org/2000/svg'>" + HOSTILE + b"</svg>"
        match fault:
            case "html" | "html that says jpeg":
                kind = "text/html" if fault == "html" else "image/jpeg"
                return Answer(200, b"<html>" + HOSTILE + b"</html>", kind)
            case "svg":
                return Answer(200, svg, "image/svg+xml")
            case "svg that says png":
                return replace(good, body=svg)
            case "script after gif":
                return replace(
                    good, body=b"GIF89a/*" + HOSTILE + b"*/=1;", content_type="image/gif"
                )
            case "too many pixels":
                return replace(good, body=png(60_000, 60_000))
            case "huge":
                return replace(good, body=good.body + bytes(int(MAX_MB * 1e6)))
            case "broken header":
                return replace(good, body=good.body[:12] + HOSTILE + good.body[40:])
            case "cut file":
                return replace(good, body=good.body[:-20])
            case "403":
                return Answer(403, b"<html>no</html>")
            case "redirect loop":
                return Answer(302, b"", headers=(("Location", path),))
        raise ValueError(fault)


def photo_at(path: str) -> bytes:
    """The photo that is at a path when nothing goes wrong: another one for each."""
    return png(64, 48, int.from_bytes(hashlib.sha256(path.encode()).digest()[:2]))


class PaperWithPhotos(StandIn):
    """The stand-in newspaper, whose pages name the photos of a host that is there."""

    def __init__(self, newspaper: Newspaper, cdn: PhotoHost) -> None:
        super().__init__(newspaper)
        self._cdn = cdn

    def answer(self, path: str) -> Answer:
        answer = super().answer(path)
        if answer.encoding:
            return answer
        return replace(answer, body=answer.body.replace(PRINTED, self._cdn.url.encode()))


def settings_for(site: StandIn, *hosts: str, **options: object) -> Settings:
    """Settings of a crawl that keeps photos of these hosts."""
    photos = {"keep": "display", "max_mb": MAX_MB, "max_photos": 1000, **options}
    return Settings(
        SiteSettings(site.base_url, delay_seconds=0.0),
        CrawlSettings(retries=0, backoff_seconds=0.0, timeout_seconds=1.5, stop_after_failures=50),
        photos=PhotoSettings(hosts=hosts, **photos),  # type: ignore[arg-type]
    )
