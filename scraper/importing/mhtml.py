"""MHTML, as browsers save a page with all that it shows: a mail message of several parts."""

import email
import re
from email import errors, policy
from email.message import EmailMessage
from pathlib import Path

from scraper.errors import BadCapture
from scraper.importing.savers import SavedPage, read_time

_START = re.compile(
    rb"(?:[A-Za-z][A-Za-z-]{0,60}:[^\n]{0,1000}\n(?:[ \t][^\n]{0,1000}\n)*){0,30}?"
    rb"(?:MIME-Version:|Snapshot-Content-Location:|Content-Type: multipart/related)",
    re.I,
)
_START_BYTES = 8192


_PAGES = ("text/html", "application/xhtml+xml")
_DAMAGES = (
    errors.StartBoundaryNotFoundDefect,
    errors.CloseBoundaryNotFoundDefect,
    errors.InvalidBase64CharactersDefect,
    errors.InvalidBase64LengthDefect,
)
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def is_mhtml(body: bytes) -> bool:
    """True if a file begins as MHTML does."""
    return bool(_START.match(body[:_START_BYTES].removeprefix(_BYTE_ORDER_MARK)))


def read_mhtml(path: Path, body: bytes) -> SavedPage:
    """The page in an MHTML file; photos, styles and frames beside it are not needed.

    Raises BadCapture if the file is damaged or holds no page.
    """
    message = email.message_from_bytes(body.removeprefix(_BYTE_ORDER_MARK), policy=policy.default)
    url = _stated(message, "Snapshot-Content-Location")
    page = _page(message, url)
    content = page.get_payload(decode=True) if page is not None else None
    defects = [*message.defects, *(page.defects if page is not None else [])]
    if any(isinstance(defect, _DAMAGES) for defect in defects):
        raise BadCapture(_refusal(path, "damaged or cut short"))
    if page is None or not isinstance(content, bytes):
        raise BadCapture(_refusal(path, "it holds no page"))
    charset = page.get_content_charset()
    kind = page.get_content_type() + (f"; charset={charset}" if charset else "")
    url = url or _stated(page, "Content-Location")
    return SavedPage(content, (("content-type", kind),), url, read_time(str(message["Date"])))


def _stated(part: EmailMessage, name: str) -> str:
    """A header of a part; "" if it has none."""
    return str(part[name] or "").strip()


def _refusal(path: Path, why: str) -> str:
    return f"{path}: MHTML: not read: {why}; save the page again, as HTML"


def _page(message: EmailMessage, url: str) -> EmailMessage | None:
    """The part with the page: that of the address or the number stated, else the first.

    Others of the same type are frames. RFC 2387 3.2 has the number, in "start".
    """
    parts = [part for part in message.walk() if part.get_content_type() in _PAGES]
    start = message.get_param("start") or "-"
    for part in parts:
        if start == part["Content-ID"] or (url and url == _stated(part, "Content-Location")):
            return part
    return parts[0] if parts else None
