"""How the stand-in sends an answer: well, or as badly as a server can."""

import select
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import formatdate
from http import HTTPStatus
from typing import Literal

Manner = Literal["whole", "reset", "truncated", "slow headers", "slow body", "flood"]

SECONDS_A_BYTE = 1.0  # where headers or body are slow
FLOOD_BYTES = 200_000_000
_BLOCK_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent for one path."""

    status: int
    body: bytes  # as it travels
    content_type: str = "text/html; charset=utf-8"
    location: str = ""
    last_modified: str = ""
    encoding: str = ""  # Content-Encoding of the body
    retry_after: str = ""
    manner: Manner = "whole"


def headers_of(answer: Answer, etag: str) -> list[tuple[str, str]]:
    """The headers of an answer; those that say nothing are left out."""
    length = "" if answer.manner == "flood" or answer.status == 304 else str(len(answer.body))
    stated = [
        ("ETag", etag if answer.status in (200, 304) else ""),
        ("Last-Modified", answer.last_modified),
        ("Location", answer.location),
        ("Retry-After", answer.retry_after),
        ("Content-Type", answer.content_type if answer.status != 304 else ""),
        ("Content-Encoding", answer.encoding),
        ("Transfer-Encoding", "chunked" if answer.manner == "flood" else ""),
        ("Content-Length", length),
    ]
    return [(name, value) for name, value in stated if value]


def send(connection: socket.socket, answer: Answer, headers: list[tuple[str, str]]) -> int:
    """Send `answer`; how many bytes of its body went out, also where the client hung up."""
    sent = 0
    head = _head(answer.status, headers)
    try:
        for piece, of_body in _pieces(answer, head):
            if len(piece) == 1 and _hangs_up(connection, SECONDS_A_BYTE):
                break
            connection.sendall(piece)
            sent += of_body
    except OSError:  # the client hung up, as it should on some of these
        pass
    if answer.manner == "reset":
        _reset(connection)
    return sent


def _pieces(answer: Answer, head: bytes) -> Iterator[tuple[bytes, int]]:
    """What goes out together, and how much of it is body; single bytes are sent slowly."""
    body, size = answer.body, len(answer.body)
    match answer.manner:
        case "whole":
            yield head + body, size
        case "truncated":
            yield head + body[: size // 2], size // 2
        case "slow headers":
            yield from ((head[n : n + 1], 0) for n in range(len(head)))
            yield body, size
        case "slow body":
            yield head, 0
            yield from ((body[n : n + 1], 1) for n in range(size))
        case "flood":
            yield head, 0
            block = (body * (_BLOCK_BYTES // max(size, 1) + 1))[:_BLOCK_BYTES]
            chunk = b"%x\r\n%s\r\n" % (_BLOCK_BYTES, block)
            yield from ((chunk, _BLOCK_BYTES) for _ in range(FLOOD_BYTES // _BLOCK_BYTES))
            yield b"0\r\n\r\n", 0
        case "reset":
            return


def _head(status: int, headers: list[tuple[str, str]]) -> bytes:
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", f"Date: {formatdate(usegmt=True)}"]
    lines += [f"{name}: {value}" for name, value in headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _hangs_up(connection: socket.socket, seconds: float) -> bool:
    """Wait; whether the client left meanwhile. It has nothing more to say, so all else is that."""
    return bool(select.select([connection], [], [], seconds)[0])


def _reset(connection: socket.socket) -> None:
    """Break a connection off (RST) without a word."""
    with socket.socket(fileno=connection.detach()) as broken:
        broken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
