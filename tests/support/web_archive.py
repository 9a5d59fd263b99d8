"""A stand-in for the Wayback Machine on loopback: its index in pages, and replay with `id_`."""

import base64
import hashlib
import re
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Literal
from urllib.parse import parse_qs, urlsplit

Fault = Literal["429", "503", "cut", "rewritten", "own 403", "other time", "not html"]


@dataclass(frozen=True)
class Held:
    """One capture that the service holds."""

    timestamp: str  # "20220504010203"
    original: str
    body: bytes
    status: int = 200
    is_revisit: bool = False  # the index states neither status nor a digest of its own

    @property
    def digest(self) -> str:
        return base64.b32encode(hashlib.sha1(self.body).digest()).decode()

    @property
    def line(self) -> str:
        status = "-" if self.is_revisit else str(self.status)
        return f"{self.timestamp} {self.original} {status} {self.digest}"


@dataclass
class WebArchive:
    """The service. `log` holds (monotonic time, path) of each request."""

    held: list[Held]
    rows: int = 3  # of the index in one answer, at most
    faults: dict[str, Fault] = field(default_factory=dict)  # by timestamp, or "index"
    heals_after: int = 10**9  # so many faulty answers, after which the fault is gone
    robots: str = "User-agent: *\nDisallow: /save/\n"
    log: list[tuple[float, str]] = field(default_factory=list)

    def __enter__(self) -> "WebArchive":
        archive = self
        self._sent: Counter[str] = Counter()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                archive.log.append((time.monotonic(), self.path))
                status, headers, body = archive.answer(self.path)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if "content-length" not in headers:
                    self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def replayed(self) -> list[str]:
        """The timestamps asked for, in order."""
        return [m[1] for _, path in self.log if (m := re.match(r"/web/([0-9]+)id_/", path))]

    @property
    def listed(self) -> int:
        """How often the index was asked."""
        return sum(path.startswith("/cdx/") for _, path in self.log)

    def answer(self, path: str) -> tuple[int, dict[str, str], bytes]:
        if path == "/robots.txt":
            return 200, {"content-type": "text/plain"}, self.robots.encode()
        if path.startswith("/cdx/search/cdx?"):
            if fault := self._fault("index"):
                return self._broken(fault, b"", {})
            return 200, {"content-type": "text/plain"}, self._index(path).encode()
        match = re.match(r"/web/([0-9]{14})id_/(.*)", path)
        found = match and [h for h in self.held if (h.timestamp, h.original) == match.groups()]
        if not match or not found:
            return 404, {"content-type": "text/html"}, b"<html>not archived</html>"
        held = found[0]
        headers = {
            "content-type": "text/html; charset=utf-8",
            "memento-datetime": "Wed, 04 May 2022 01:02:03 GMT",
            "x-archive-orig-content-type": "text/html; charset=utf-8",
            "x-archive-orig-server": "nginx",
            "x-archive-orig-content-length": "7",
        }
        if fault := self._fault(held.timestamp):
            return self._broken(fault, held.body, headers)
        return held.status, headers, held.body

    def _fault(self, where: str) -> Fault | None:
        fault = self.faults.get(where)
        self._sent[where] += 1
        return fault if fault and self._sent[where] <= self.heals_after else None

    def _broken(
        self, fault: Fault, body: bytes, headers: dict[str, str]
    ) -> tuple[int, dict[str, str], bytes]:
        match fault:
            case "429":
                return 429, {"retry-after": "1"}, b"slow down"
            case "503":
                return 503, {}, b"down"
            case "cut":
                return 200, headers | {"content-length": str(len(body) + 100)}, body
            case "rewritten":
                toolbar = b"<!-- BEGIN WAYBACK TOOLBAR INSERT -->"
                return 200, headers, body.replace(b"<body>", b"<body>" + toolbar)
            case "own 403":
                return 403, {"content-type": "text/html"}, b"<html>blocked</html>"
            case "other time":
                return 302, headers | {"location": "/web/20200101000000id_/x"}, b""
            case "not html":
                return 200, headers | {"content-type": "image/png"}, body

    def _index(self, path: str) -> str:
        asked = {key: values[0] for key, values in parse_qs(urlsplit(path).query).items()}
        pattern = re.compile(asked["filter"].removeprefix("original:"))
        lines = sorted(
            (h.original.split("/", 3)[3], h.timestamp, h.line)
            for h in self.held
            if pattern.fullmatch(h.original)
            and h.timestamp >= asked.get("from", "")
            and h.timestamp[:8] <= asked.get("to", "9")
        )
        begin = int(asked.get("resumeKey", "0"))
        size = min(self.rows, int(asked["limit"]))
        page = "".join(f"{line}\n" for _, _, line in lines[begin : begin + size])
        return page + (f"\n{begin + size}\n" if begin + size < len(lines) else "")
