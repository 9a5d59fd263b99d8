"""One request and its answer, within the limits of response.py and transport.py."""

from contextlib import closing
from dataclasses import dataclass, replace

import httpx

from scraper.errors import FetchError, Refused, Transient
from scraper.http.pace import Clock
from scraper.http.refusals import BUSY_STATUSES, is_challenge
from scraper.http.refusals import MOST_BYTES as CHALLENGE_BYTES
from scraper.http.response import MAX_HEADER_BYTES, Limits, check, read_body, texts
from scraper.http.transport import Allowance, Overflow
from scraper.models import Snapshot

Headers = tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True, slots=True)
class Ask:
    """One address to be asked for."""

    url: str  # as the frontier writes it
    target: httpx.URL  # as it is sent
    headers: Headers
    limit: Limits  # of the answer
    conditional: bool = False  # a 304 is an answer


class Exchange:
    """Sends requests one by one. There is no httpx.Client around the transport: that follows
    redirects, keeps cookies and reads the environment."""

    def __init__(
        self,
        transport: httpx.BaseTransport,
        allowance: Allowance,
        clock: Clock,
        timeout_seconds: float,
    ) -> None:
        self._transport, self._allowance, self._clock = transport, allowance, clock
        self._timeout_seconds = timeout_seconds

    def send(self, ask: Ask) -> Snapshot:
        """The answer. Raises Transient if there is none or it is 429 or 5xx; Refused, NotAPage."""
        most_bytes = 2 * ask.limit.size_bytes + 2 * MAX_HEADER_BYTES
        self._allowance.grant(self._timeout_seconds, most_bytes)
        request = httpx.Request("GET", ask.target, headers=ask.headers)
        try:
            with closing(self._transport.handle_request(request)) as response:
                body = self._challenge(ask, response)
                if body is None:
                    check(ask.url, response, conditional=ask.conditional)
                    body = read_body(ask.url, response, ask.limit, self._allowance.is_spent)
        except httpx.TransportError as e:
            raise Transient(ask.url, str(e) or type(e).__name__) from e
        except Overflow as e:
            raise Refused(ask.url, "the server sent far more than it should") from e
        return replace(
            self._snapshot(ask, response, body), request_headers=texts(request.headers.raw)
        )

    def _snapshot(self, ask: Ask, response: httpx.Response, body: bytes) -> Snapshot:
        return Snapshot(
            url=ask.url,
            captured_at=self._clock.now().replace(microsecond=0),
            status=response.status_code,
            headers=texts(response.headers.raw),
            body=body,
        )

    def _challenge(self, ask: Ask, response: httpx.Response) -> bytes | None:
        """The body of a challenge page that comes as 429 or 503; None for other answers.

        A server that says when to come again is busy, not unwilling.
        """
        if (
            response.status_code not in BUSY_STATUSES
            or "retry-after" in response.headers
            or ask.limit.types is None  # robots.txt
        ):
            return None
        limit = Limits(CHALLENGE_BYTES, cut=True)
        try:
            body = read_body(ask.url, response, limit, self._allowance.is_spent)
        except FetchError:
            return None  # it counts as what its status says
        return body if is_challenge(self._snapshot(ask, response, body)) else None
