"""The two languages of the reading pages, and which of them a request gets."""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any, Literal
from urllib.parse import parse_qsl, urlencode

Language = Literal["vi", "en"]
LANGUAGES: tuple[Language, ...] = ("vi", "en")
COOKIE = "lang"
REMEMBERED_SECONDS = 365 * 24 * 3600

Message = dict[str, Any]
App = Callable[[Message, Any, Any], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class _Reader:
    """Who the request being answered comes from."""

    language: Language = "vi"
    query: tuple[tuple[str, str], ...] = ()  # of the address, without `lang`


_NOBODY = _Reader()

# Datasette's hooks for cells and for errors get no request, so each request is kept here.
_reader: ContextVar[_Reader] = ContextVar("reader", default=_NOBODY)


def language() -> Language:
    """The language of the request being answered, "vi" or "en"."""
    return _reader.get().language


def in_other(code: str) -> str:
    """The address of the same page in the language `code`, relative to it."""
    return "?" + urlencode([*_reader.get().query, (COOKIE, code)])


def preferred(accept_language: str) -> Language:
    """The language for an Accept-Language header.

    Vietnamese if nothing is asked for, as most readers are Vietnamese; English for a reader of
    other languages only.
    """
    weights: dict[str, float] = {}
    for part in accept_language[:1000].lower().split(","):
        name, _, weight = part.partition(";")
        code = name.strip().split("-")[0]
        try:
            q = float(weight.strip().removeprefix("q=")) if weight.strip() else 1.0
        except ValueError:
            q = 0.0
        if code and q > 0:
            weights[code] = max(weights.get(code, 0), q)
    vietnamese, english = weights.get("vi", 0), weights.get("en", 0)
    if not vietnamese and not english:
        return "vi" if not weights or set(weights) == {"*"} else "en"
    return "vi" if vietnamese >= english else "en"


def in_language(app: App, path: str) -> App:
    """`app`, answering in the language of `?lang=`, else of the cookie, else of Accept-Language.

    `?lang=` is remembered in a cookie below `path`, and taken off the address: Datasette would
    take it for a column.
    """

    async def inner(scope: Message, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        asked, scope = _asked(scope)
        chosen = asked or _remembered(scope) or preferred(_header(scope, b"accept-language"))

        async def send_marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = _varied(message.get("headers", []))
                if asked:
                    headers.append((b"set-cookie", _cookie(asked, path)))
                message = {**message, "headers": headers}
            await send(message)

        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        token = _reader.set(_Reader(chosen, tuple(query)))
        try:
            await app(scope, receive, send_marked)
        finally:
            _reader.reset(token)

    return inner


def _varied(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """`headers` with one Vary that names the language: of several, compression keeps the first."""
    named = [value for name, value in headers if name.lower() == b"vary"]
    vary = b", ".join([b"Accept-Language, Cookie", *named])
    return [*(h for h in headers if h[0].lower() != b"vary"), (b"vary", vary)]


def _asked(scope: Message) -> tuple[Language | None, Message]:
    """The language that the address asks for, if any, and the request without it."""
    query = scope["query_string"].decode("latin-1")
    if "lang=" not in query:
        return None, scope
    pairs = parse_qsl(query, keep_blank_values=True)
    asked = next((code for name, value in pairs if name == COOKIE for code in _known(value)), None)
    kept = urlencode([pair for pair in pairs if pair[0] != COOKIE])
    return asked, {**scope, "query_string": kept.encode()}


def _known(value: str) -> list[Language]:
    return [code for code in LANGUAGES if code == value]


def _remembered(scope: Message) -> Language | None:
    cookies: SimpleCookie = SimpleCookie()
    try:
        cookies.load(_header(scope, b"cookie")[:4000])
    except CookieError:
        return None
    value = cookies[COOKIE].value if COOKIE in cookies else ""
    return next(iter(_known(value)), None)


def _header(scope: Message, name: bytes) -> str:
    return b", ".join(value for key, value in scope["headers"] if key == name).decode("latin-1")


def _cookie(chosen: str, path: str) -> bytes:
    kept = f"{COOKIE}={chosen}; Path={path}; Max-Age={REMEMBERED_SECONDS}; HttpOnly; SameSite=Lax"
    return kept.encode()
