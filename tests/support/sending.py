"""How the stand-in sends an answer: whole, or as badly as a server can."""

import select
import socket
import struct
from collections.abc import Iterator
from typing import Literal

from scraper.demo.edition import Answer
from scraper.demo.server import head

Manner = Literal[
    "whole", "reset", "truncated", "slow headers", "slow body", "flood", "declared too large"
]

SECONDS_A_BYTE = 1.0  # of slow headers and a slow body
FLOOD_BYTES = 200_000_000
DECLARED_BYTES = 99_000_000  # more than any page or list may have
_BLOCK_BYTES = 1_000_000
_FRAMING = {
    "flood": ("Transfer-Encoding", "chunked"),
    "declared too large": ("Content-Length", str(DECLARED_BYTES)),
}


def send(connection: socket.socket, answer: Answer, manner: Manner = "whole") -> int:
    """Send `answer`; return how many bytes of its body went out, also if the client hung up."""
    sent = 0
    try:
        for piece, of_body in _pieces(answer, manner):
            if len(piece) == 1 and _hangs_up(connection, SECONDS_A_BYTE):
                break
            connection.sendall(piece)
            sent += of_body
    except OSError:  # the client hung up, as it should on some of these
        pass
    if manner == "reset":
        _reset(connection)
    return sent


def _pieces(answer: Answer, manner: Manner) -> Iterator[tuple[bytes, int]]:
    """What goes out together, and how much of it is body; single bytes are sent slowly."""
    begin, body, size = head(answer, _FRAMING.get(manner)), answer.body, len(answer.body)
    match manner:
        case "whole" | "declared too large":
            yield begin + body, size
        case "truncated":
            yield begin + body[: size // 2], size // 2
        case "slow headers":
            yield from ((begin[n : n + 1], 0) for n in range(len(begin)))
            yield body, size
        case "slow body":
            yield begin, 0
            yield from ((body[n : n + 1], 1) for n in range(size))
        case "flood":
            yield begin, 0
            block = (body * (_BLOCK_BYTES // max(size, 1) + 1))[:_BLOCK_BYTES]
            chunk = b"%x\r\n%s\r\n" % (_BLOCK_BYTES, block)
            yield from ((chunk, _BLOCK_BYTES) for _ in range(FLOOD_BYTES // _BLOCK_BYTES))
            yield b"0\r\n\r\n", 0
        case "reset":
            return


def _hangs_up(connection: socket.socket, seconds: float) -> bool:
    """Wait; True if the client left. It has nothing more to say, so any input means that."""
    return bool(select.select([connection], [], [], seconds)[0])


def _reset(connection: socket.socket) -> None:
    """Break a connection off (RST) without a word."""
    with socket.socket(fileno=connection.detach()) as broken:
        broken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
