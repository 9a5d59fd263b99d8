"""MHTML, as browsers save a page with all that it shows: a mail message of several parts."""

import email
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import errors, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

from scraper.errors import BadCapture

_START = re.compile(
    rb"(?:[A-Za-z][A-Za-z-]{0,60}:[^\n]{0,1000}\n(?:[ \t][^\n]{0,1000}\n)*){0,30}?"
    rb"(?:MIME-Version:|Snapshot-Content-Location:|Content-Type: multipart/related)",
    re.I,
)
_START_BYTES = 8192


@dataclass(frozen=True, slots=True)
class SavedInMhtml:
    """The page in an MHTML file."""

    body: bytes  # decoded
    headers: tuple[tuple[str, str], ...]  # its content type
    url: str  # "" if not stated
    saved_at: datetime | None  # UTC


def is_mhtml(body: bytes) -> bool:
    """Whether a file begins as MHTML does."""
    return bool(_START.match(body[:_START_BYTES]))


def read_mhtml(path: Path, body: bytes) -> SavedInMhtml:
    """The page in an MHTML file; photos and styles beside it are not needed.

    Raises BadCapture if the file is damaged or holds no page.
    """
    message = email.message_from_bytes(body, policy=policy.default)
    is_damaged = any(
        isinstance(defect, (errors.StartBoundaryNotFoundDefect, errors.CloseBoundaryNotFoundDefect))
        for defect in message.defects
    )
    page = next((part for part in message.walk() if part.get_content_type() == "text/html"), None)
    content = page.get_payload(decode=True) if page is not None else None
    if is_damaged or page is None or not isinstance(content, bytes):
        what = "damaged or cut short" if is_damaged else "it holds no page"
        raise BadCapture(f"{path}: MHTML: not read: {what}; save the page again, as HTML")
    url = str(message["Snapshot-Content-Location"] or page["Content-Location"] or "").strip()
    charset = page.get_content_charset()
    kind = "text/html" + (f"; charset={charset}" if charset else "")
    return SavedInMhtml(content, (("content-type", kind),), url, _time(message))


def _time(message: EmailMessage) -> datetime | None:
    try:
        at = parsedate_to_datetime(str(message["Date"]))
    except (TypeError, ValueError):
        return None
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
