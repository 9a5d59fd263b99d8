"""Bytes -> UTF-8, whatever the page declares; text -> NFC on one line."""

import codecs
import html
import re

from scraper.spelling import nfc

_META_CHARSET = re.compile(
    rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_:.-]{2,40})""", re.I
)
_HEADER_CHARSET = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9_:.-]{2,40})""", re.I)
_JOINER = "\u200d"
_EMOJI = "\u2190-\u2bff\ufe0f\U0001f000-\U0001fbff"
# A joiner between two emoji makes one of them: a family of three persons.
_JOINS_NOTHING = re.compile(f"(?<![{_EMOJI}]){_JOINER}|{_JOINER}(?![{_EMOJI}])")
# Also lone surrogates, as JSON may hold them: they cannot be encoded.
_INVISIBLE = re.compile(
    "[\ud800-\udfff\u00ad\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2064\ufeff]"
)
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UTF16 = ((b"<\x00", "utf-16-le"), (b"\x00<", "utf-16-be"))  # pages without such a mark
_PIECE = 8192  # bytes
_BINARY = (b"%PDF-", b"\x1f\x8b", b"PK\x03\x04", b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"RIFF")
_HTML = re.compile(rb"\s{0,100}(?:<!doctype\s+html|<html)\b", re.I)
_IN_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body)\b", re.I)
# Vietnamese pages of the time before UTF-8; other charsets say so.
_UNDECLARED = "cp1258"


def is_binary(body: bytes) -> bool:
    """True if `body` is of no charset: an image, a PDF, an archive."""
    if body.startswith(_BINARY):
        return True
    if b"\x00" not in body[:1024] or body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return False
    if body.startswith(tuple(start for start, _ in _UTF16)):
        return False
    return _IN_HTML.search(body[:1024]) is None


def is_html(body: bytes) -> bool:
    """True if `body` begins as a page of HTML does, whatever its type is said to be."""
    return bool(_HTML.match(body.removeprefix(codecs.BOM_UTF8)))


def is_markup(body: bytes) -> bool:
    """True if `body` begins as a page of HTML or as XML does."""
    return is_html(body) or body.removeprefix(codecs.BOM_UTF8).lstrip()[:5] == b"<?xml"


def is_utf8(body: bytes) -> bool:
    """True if every byte of `body` is part of UTF-8."""
    return _valid_utf8(body) == len(body)


def is_marked(body: bytes) -> bool:
    """True if `body` begins with a byte order mark, or as UTF-16 does."""
    return body.startswith((*(bom for bom, _ in _BOMS), *(start for start, _ in _UTF16)))


def decode(body: bytes, content_type: str | None) -> bytes:
    """`body` as UTF-8, without a byte order mark.

    Bytes that are valid UTF-8 are UTF-8 whatever is declared: no Vietnamese text in another
    charset is valid UTF-8 by chance. Else the header's charset counts, then the page's own,
    then Windows-1258.
    """
    for bom, charset in _BOMS:
        if body.startswith(bom):
            return body[len(bom) :].decode(charset, "replace").encode()
    for start, charset in _UTF16:
        if body.startswith(start):
            return body.decode(charset, "replace").encode()
    valid = _valid_utf8(body)
    if valid == len(body):
        return body
    # A page cut short may end inside a character.
    if valid >= len(body) - 3 and _is_begun(body[valid:]):
        return body[:valid]
    if _is_mostly_utf8(body):
        # A byte lost or changed on the way: the page is UTF-8 all the same.
        return body.decode("utf-8", "replace").encode()
    for charset in _declared(body, content_type):
        try:
            return body.decode(charset).encode()
        except (LookupError, UnicodeError):
            continue
    # Bytes that Windows-1258 does not define are read as Latin-1 does: nothing is lost.
    codecs.register_error("scraper.latin1", _as_latin1)
    return body.decode(_UNDECLARED, "scraper.latin1").encode()


def _valid_utf8(body: bytes) -> int:
    """How many bytes from the beginning are UTF-8: in pieces, which stay in the processor's cache
    and cost half of what a whole page does."""
    view, at = memoryview(body), 0
    try:
        while at < len(body):
            end = at + _PIECE
            _, used = codecs.utf_8_decode(view[at:end], "strict", end >= len(body))
            at += used
    except UnicodeDecodeError as e:
        return at + e.start
    return at


def _is_begun(rest: bytes) -> bool:
    """True if the last bytes are a character of UTF-8 that is not yet whole."""
    return not codecs.utf_8_decode(rest, "ignore", False)[1]


def _declared(body: bytes, content_type: str | None) -> list[str]:
    header = _HEADER_CHARSET.search(content_type or "")
    meta = _META_CHARSET.search(body[:4096])
    names = [header[1]] if header else []
    names += [meta[1].decode("ascii")] if meta else []
    latin = {"iso-8859-1", "latin1", "latin-1", "windows-1252", "us-ascii", "ascii"}
    # Latin-1 has no Vietnamese letters: declared by a server's default, never meant.
    return [name for name in names if name.lower() not in latin | {"utf-8", "utf8"}]


def _is_mostly_utf8(body: bytes) -> bool:
    """True if only a few bytes of a UTF-8 page are damaged."""
    text = body.decode("utf-8", "replace")
    letters = sum(1 for c in text if ord(c) > 127)
    return text.count("\ufffd") * 10 < letters


def _as_latin1(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


def clean(text: str) -> str:
    """`text` on one line: NFC, spaces folded, no invisible characters, entities unescaped."""
    if "&" in text and _ENTITY.search(text):
        text = html.unescape(text)
    if text.isprintable():
        # No sign is invisible, no space is other than the plain one.
        text = nfc(text)
        return " ".join(text.split()) if "  " in text else text.strip(" ")
    text = " ".join(text.split())
    if not text.isprintable():
        text = " ".join(_INVISIBLE.sub("", text).split())
        text = _JOINS_NOTHING.sub("", text) if _JOINER in text else text
    return nfc(text)
