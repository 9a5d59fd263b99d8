"""What programs write into a page that they save: its address, and when they saved it."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_START_BYTES = 64 * 1024
_JAVASCRIPT = re.compile(r"\w{3} (\w{3} \d{1,2} \d{4} \d\d:\d\d:\d\d) GMT([+-]\d{4})")
_NOTES = tuple(
    re.compile(form)
    for form in (
        # SingleFile; in its archives too.
        rb"Page saved with SingleFile\s+url:\s*(?P<url>\S+)(?:\s+saved date:\s*(?P<at>[^\r\n]+))?",
        # "Save as" of Chrome, Edge and Internet Explorer.
        rb"<!-- saved from url=\([0-9]+\)(?P<url>\S+)",
        # HTTrack leaves the scheme out.
        rb"<!-- Mirrored from (?P<url>\S+) by HTTrack[^>]{0,200}?, (?P<at>\w{3}, [^>]{9,40}?) -->",
        # monolith.
        rb"<!-- Saved from (?P<url>\S+) at (?P<at>\S+) using monolith",
        # Save Page WE: two meta elements, one after the other.
        rb'<meta name="savepage-url" content="(?P<url>[^"\s]+)">'
        rb'(?:(?s:.{0,2000}?)<meta name="savepage-date" content="(?P<at>[^"]+)">)?',
    )
)


@dataclass(frozen=True, slots=True)
class SavedPage:
    """A page as it was saved, and what is known of its saving."""

    body: bytes
    headers: tuple[tuple[str, str], ...]  # its content type
    url: str = ""  # "" if not stated
    saved_at: datetime | None = None  # UTC


def note_of_saver(body: bytes) -> tuple[str, datetime | None]:
    """The address and the time that a page states of its saving; "" and None if it does not."""
    start = body[:_START_BYTES]
    found = next(filter(None, (note.search(start) for note in _NOTES)), None)
    if found is None:
        return "", None
    stated = {
        name: (text or b"").decode("utf-8", "replace") for name, text in found.groupdict().items()
    }
    url = stated["url"]
    return url if ":" in url else f"http://{url}", read_time(stated.get("at", ""))


def read_time(text: str) -> datetime | None:
    """A time as JavaScript, RFC 5322 (mail) or ISO 8601 writes it, in UTC; None for other text.

    JavaScript names the month in English wherever it runs; only the name of the zone differs.
    """
    found = _JAVASCRIPT.match(text.strip())
    stated = f"{found[1]} {found[2]}" if found else text.strip()
    for read in (_javascript, datetime.fromisoformat, parsedate_to_datetime):
        try:
            at = read(stated)
            return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
        except (ValueError, TypeError, OverflowError):
            continue
    return None


def _javascript(text: str) -> datetime:
    return datetime.strptime(text, "%b %d %Y %H:%M:%S %z")
