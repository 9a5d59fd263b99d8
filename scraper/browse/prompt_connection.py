"""A connection that asks within a few seconds, or is closed.

uvicorn waits for a first request, or for the rest of a half-sent one, as long as the client likes:
a few dozen such connections would be all that `limit_concurrency` allows.
"""

import asyncio
import time
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

ASK_SECONDS = 5.0  # for a whole head of a request, since the connection or the answer before


class PromptConnection(H11Protocol):
    """uvicorn's HTTP/1.1, for clients that keep to ASK_SECONDS.

    If as many connections are open as may be, the one that has waited longest is closed for a new
    one: they never keep a reader out.
    """

    waiting_since = 0.0  # seconds of the monotonic clock
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Start to wait for the first request."""
        super().connection_made(transport)
        is_open = [c for c in self.connections if not c.transport.is_closing()]
        others = [c for c in is_open if isinstance(c, PromptConnection) and c is not self]
        waiting = [c for c in others if c.is_waiting()]
        if waiting and len(is_open) >= (self.limit_concurrency or len(is_open) + 1):
            min(waiting, key=lambda c: c.waiting_since).transport.abort()
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        if self._timer:
            self._timer.cancel()
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        """Start to wait for the next request."""
        super().on_response_complete()
        self._wait()

    def is_waiting(self) -> bool:
        """True if no request is being answered."""
        return self.cycle is None or self.cycle.response_complete

    def _wait(self) -> None:
        if self._timer:
            self._timer.cancel()
        self.waiting_since = time.monotonic()
        self._timer = self.loop.call_later(ASK_SECONDS, self._close_if_waiting)

    def _close_if_waiting(self) -> None:
        if self.is_waiting():
            self.transport.abort()
