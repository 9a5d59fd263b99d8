"""What every answer says to the browser, and which requests are answered at all."""

from collections.abc import Awaitable, Callable
from typing import Any

from scraper.browse.phrases import catalogue

Message = dict[str, Any]
App = Callable[[Message, Any, Any], Awaitable[None]]

_HEADERS = {
    # No script, no frame, nothing from another host: not even what an article's text asks for.
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self' data:;"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "x-robots-tag": "noindex, nofollow",
}
_POLICY = b"content-security-policy"
_DATA = (".json", ".jsonl", ".csv")
_ANY_ORIGIN = (b"access-control-allow-origin", b"*")
_SAFE_HEADERS = [(name.encode(), value.encode()) for name, value in _HEADERS.items()]


def _on_this_host(header: tuple[bytes, bytes]) -> tuple[bytes, bytes]:
    """`header`; as Location without backslashes, with which browsers leave: /\\evil.example."""
    name, value = header
    return (name, value.replace(b"\\", b"%5C")) if name.lower() == b"location" else header


def below(app: App, base_url: str) -> App:
    """`app`, met below the path `base_url`, seeing its requests without it.

    The path without its last slash leads to the one with it.

    Datasette strips it to find a page, but keeps it in the address from which it makes that of
    the next page, and puts it before that once more.
    """

    async def inner(scope: Message, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"].startswith(base_url):
            raw = scope.get("raw_path") or scope["path"].encode()
            scope = {
                **scope,
                "path": scope["path"][len(base_url) - 1 :],
                "raw_path": raw[len(base_url) - 1 :],
            }
        elif scope["type"] == "http" and scope["path"] + "/" == base_url:
            query = scope["query_string"]
            headers = [(b"location", base_url.encode() + (b"?" + query if query else b""))]
            await send({"type": "http.response.start", "status": 308, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
            return
        await app(scope, receive, send)

    return inner


def secured(app: App) -> App:
    """`app`, answering only GET and HEAD, with headers that allow nothing foreign.

    Data (an address that ends in .json, .jsonl or .csv) may be read by the scripts of any
    website: it is public, and a browser sends no cookie or password with such a request.
    """

    async def inner(scope: Message, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        is_data = scope["method"] in ("GET", "HEAD") and scope["path"].endswith(_DATA)
        shared = [_ANY_ORIGIN] if is_data else []
        replaced = {name for name, _ in [*_SAFE_HEADERS, _ANY_ORIGIN]}

        async def send_secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                sent = message.get("headers", [])
                # A captured page has a policy of its own, stricter than ours.
                own = [h for h in sent if h[0].lower() == _POLICY and h[1].startswith(b"sandbox")]
                ours = [h for h in _SAFE_HEADERS if not own or h[0] != _POLICY]
                kept = [_on_this_host(h) for h in sent if h[0].lower() not in replaced]
                message = {**message, "headers": [*kept, *own, *ours, *shared]}
            await send(message)

        if scope["method"] not in ("GET", "HEAD"):
            start = {"type": "http.response.start", "status": 405}
            headers = [(b"allow", b"GET, HEAD"), (b"content-type", b"text/plain; charset=utf-8")]
            await send_secured({**start, "headers": headers})
            # In both languages: none is chosen yet.
            said = "\n".join((*catalogue()["error.only_reading"], ""))
            await send_secured({"type": "http.response.body", "body": said.encode()})
            return
        await app(scope, receive, send_secured)

    return inner
