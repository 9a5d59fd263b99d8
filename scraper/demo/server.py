"""A small web server on loopback, and the stand-in newspaper served by it."""

import hashlib
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from email.utils import formatdate
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from scraper.demo.edition import Answer, Edition
from scraper.demo.newspaper import Newspaper

# Sends the answer for a path and request headers (names in lower case) on the connection; True
# if the connection can be kept.
Reply = Callable[[socket.socket, str, Mapping[str, str]], bool]


class Loopback:
    """A server of GET requests: `with Loopback(reply) as server: ... server.base_url`."""

    def __init__(self, reply: Reply, port: int = 0, address: str = "127.0.0.1") -> None:
        self._server = _Server((address, port), _Handler)
        self._server.reply = reply
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        self.base_url = f"http://{address}:{self._server.server_address[1]}"

    def __enter__(self) -> "Loopback":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextmanager
def serve_newspaper(newspaper: Newspaper, port: int = 0) -> Iterator[Edition]:
    """The newspaper at its `base_url` on loopback, until the block ends."""

    def reply(connection: socket.socket, path: str, headers: Mapping[str, str]) -> bool:
        answer = unless_known(edition.answer(path), headers)
        connection.sendall(head(answer) + answer.body)
        return True

    with Loopback(reply, port) as server:
        edition = Edition(newspaper, server.base_url)
        yield edition


def unless_known(answer: Answer, headers: Mapping[str, str]) -> Answer:
    """A 304 in place of an answer that the client has already."""
    etag = _etag(answer.body)
    if answer.status == 200 and headers.get("if-none-match") == etag:
        return Answer(304, b"", content_type="", headers=(("ETag", etag), *answer.headers))
    return answer


def head(answer: Answer, framing: tuple[str, str] | None = None) -> bytes:
    """Status line and headers. `framing` is sent in place of the true Content-Length."""
    stated = [
        ("Date", formatdate(usegmt=True)),
        ("ETag", _etag(answer.body) if answer.status == 200 else ""),
        *answer.headers,
        ("Content-Type", answer.content_type),
        ("Content-Encoding", answer.encoding),
    ]
    if answer.status != 304:
        stated.append(framing or ("Content-Length", str(len(answer.body))))
    lines = [f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}"]
    lines += [f"{name}: {value}" for name, value in stated if value]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _etag(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()[:16]}"'


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    reply: Reply

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that went away."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def log_message(self, format: str, *arguments: Any) -> None:
        pass

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.close_connection = not self.server.reply(self.connection, self.path, headers)
