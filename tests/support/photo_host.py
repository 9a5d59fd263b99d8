"""A stand-in for the host of the newspaper's photos, on a second address of loopback."""

import hashlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal, get_args

from scraper.config import CrawlSettings, PhotoSettings, Settings, SiteSettings
from scraper.demo.faults import Fault, spoiled
from scraper.demo.newspaper import Newspaper
from scraper.demo.sending import Answer, headers_of, send
from scraper.demo.server import StandIn
from tests.support.image_files import png

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
        host = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                headers = {name.lower(): value for name, value in self.headers.items()}
                host.log.append(Asked(time.monotonic(), self.path, headers))
                answer = host.answer(self.path)
                self.close_connection = answer.manner != "whole"
                send(self.connection, answer, headers_of(answer, '"1"'))

            def log_message(self, *_: object) -> None:
                pass

        self._server = _Server((self.address, 0), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def host(self) -> str:
        return f"{self.address}:{self._server.server_port}"

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    @property
    def photos(self) -> list[str]:
        """The paths asked for, robots.txt left out."""
        return [asked.path for asked in self.log if asked.path != "/robots.txt"]

    def answer(self, path: str) -> Answer:
        if path == "/robots.txt":
            return Answer(200, self.robots.encode(), "text/plain")
        good = Answer(200, photo_at(path), "image/png")
        fault = self.fault_of(path)
        return good if fault is None else self._spoiled(fault, good, path)

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
                return Answer(302, b"", location=path)
            case _:  # as the newspaper itself may do
                return spoiled(good, Fault(fault, retry_after=self.retry_after), path)


def photo_at(path: str) -> bytes:
    """The photo that is at a path when nothing goes wrong: another one for each."""
    return png(64, 48, int.from_bytes(hashlib.sha256(path.encode()).digest()[:2]))


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that went away."""


class PaperWithPhotos(StandIn):
    """The stand-in newspaper, whose pages name the photos of a host that is there."""

    def __init__(self, newspaper: Newspaper, cdn: PhotoHost) -> None:
        super().__init__(newspaper)
        self._cdn = cdn

    def reply(self, path: str) -> Answer:
        answer = super().reply(path)
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
