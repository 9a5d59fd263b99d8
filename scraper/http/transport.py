"""The network under fetch: one deadline and one count of bytes for all that a request does.

httpx's timeouts are per operation: a server that sends a byte now and then is never late for
it. Here every connect, handshake, read and write gets what is left of the request's own time,
and all bytes that come in are counted, headers and framing included. No proxy, no environment.
"""

import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import httpcore
import httpx

_CONNECT_SECONDS = 10.0  # for one of a host's addresses; the next may be within reach
# Longer than the usual delay, or each page would cost a new connection and a look-up. A server
# that hangs up earlier is noticed: then a new connection is made.
_KEEP_ALIVE_SECONDS = 120.0
# A server that hangs up on a connection idle for as long was out of patience; the request that
# crossed that on its way is sent again at once (RFC 9112, 9.3.1). One that was busy broke off.
_IDLE_SECONDS = 1.0
_FAILURES = (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError)


class Overflow(Exception):
    """The server sent more bytes than one request may bring in."""


class Allowance:
    """What the request under way may still use: seconds and bytes."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._deadline = 0.0
        self._bytes_left = 0
        self.has_bytes = False  # some came in since the last grant

    def grant(self, seconds: float, size_bytes: int) -> None:
        """Begin anew, for the next request."""
        self._deadline = self._monotonic() + seconds
        self._bytes_left = size_bytes
        self.has_bytes = False

    def is_spent(self) -> bool:
        """True if the time is over."""
        return self._monotonic() >= self._deadline

    def seconds_left(self) -> float:
        """Seconds left, above 0. Raises httpcore.ReadTimeout if the time is over."""
        left = self._deadline - self._monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return left

    def count(self, size_bytes: int) -> None:
        """So many bytes came in. Raises Overflow."""
        self.has_bytes = self.has_bytes or size_bytes > 0
        self._bytes_left -= size_bytes
        if self._bytes_left < 0:
            raise Overflow


class Transport(httpx.BaseTransport):
    """httpx's way to the network: HTTP/1.1 and verified TLS, within an Allowance."""

    def __init__(self, allowance: Allowance) -> None:
        self._allowance = allowance
        self._used = time.monotonic()  # when the connection was last used
        self._backend = _Backend(allowance)
        self._pool = httpcore.ConnectionPool(
            ssl_context=_tls(),
            max_connections=1,
            keepalive_expiry=_KEEP_ALIVE_SECONDS,
            network_backend=self._backend,
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send `request`. Raises httpx.TransportError if the network fails, and Overflow."""
        url = request.url
        target = httpcore.URL(
            scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
        )
        sent = httpcore.Request(request.method, target, headers=request.headers.raw)
        connected = self._backend.connections
        was_idle = time.monotonic() - self._used >= _IDLE_SECONDS
        try:
            answer = self._pool.handle_request(sent)
        except _FAILURES as e:
            is_new = self._backend.connections > connected
            if is_new or self._allowance.has_bytes or not was_idle:
                raise _as_httpx(e) from e
            try:
                answer = self._pool.handle_request(sent)
            except _FAILURES as again:
                raise _as_httpx(again) from again
        return httpx.Response(
            answer.status, headers=answer.headers, stream=_Body(answer, self._note_used)
        )

    def close(self) -> None:
        self._pool.close()

    def _note_used(self) -> None:
        self._used = time.monotonic()


@cache
def _tls() -> ssl.SSLContext:
    """Verified TLS. Made once: reading the authorities' certificates takes 20 ms."""
    return httpx.create_ssl_context(trust_env=False)


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response, note_used: Callable[[], None]) -> None:
        self._answer, self._note_used = answer, note_used

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._answer.iter_stream()
        except _FAILURES as e:
            raise _as_httpx(e) from e

    def close(self) -> None:
        self._answer.close()
        self._note_used()


class _Backend(httpcore.NetworkBackend):
    def __init__(self, allowance: Allowance) -> None:
        self.connections = 0  # that were asked for
        self._allowance = allowance
        self._backend = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.NetworkStream:
        self.connections += 1
        failure: Exception = httpcore.ConnectError(f"{host}: no address is known")
        for address in _addresses(host, port, self._allowance.seconds_left()):
            seconds = min(self._allowance.seconds_left(), _CONNECT_SECONDS)
            try:
                stream = self._backend.connect_tcp(
                    address, port, seconds, local_address, socket_options or []
                )
                return _Stream(stream, self._allowance)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as e:
                failure = e
        raise failure


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, allowance: Allowance) -> None:
        self._stream = stream
        self._allowance = allowance

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        chunk = self._stream.read(max_bytes, self._allowance.seconds_left())
        self._allowance.count(len(chunk))
        return chunk

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._allowance.seconds_left())

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = self._allowance.seconds_left()
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, left), self._allowance)

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _addresses(host: str, port: int, seconds: float) -> list[str]:
    """The addresses of `host`. Raises ConnectError, and ConnectTimeout after so many seconds."""
    answers: queue.SimpleQueue[list[str] | OSError] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as e:
            answers.put(e)
        else:
            answers.put([str(address[0]) for *_, address in found])

    # getaddrinfo() takes no deadline. A thread that is given up ends with the resolver's own.
    threading.Thread(target=look_up, daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except queue.Empty:
        raise httpcore.ConnectTimeout(f"{host}: looking up its address took too long") from None
    if isinstance(answer, OSError):
        raise httpcore.ConnectError(f"{host}: {answer.strerror}") from answer
    return answer


def _as_httpx(error: Exception) -> httpx.TransportError:
    if isinstance(error, httpcore.TimeoutException):
        return httpx.ReadTimeout("took too long")
    return httpx.NetworkError(str(error) or type(error).__name__)
