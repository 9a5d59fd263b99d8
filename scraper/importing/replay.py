"""Pages saved from the replay of a web archive: when they were archived, and what it rewrote.

Evidence: the Wayback Machine, and archives that run pywb (arquivo.pt), replay a page at
"https://web.archive.org/web/20220504010203/https://…" and put the same, with marks like "im_",
before the addresses of links, photos and scripts. The Wayback Machine adds a toolbar between two
comments and the comment "FILE ARCHIVED ON 01:02:03 May 04, 2022 AND RETRIEVED FROM …".
archive.today writes the time as "2022.05.04-010203".
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

_STAMP = r"(?:\d{14}|\d{4}\.\d\d\.\d\d-\d{6})"
_ADDRESS = re.compile(
    rf"(?:(?:https?:)?//[^/\s]{{1,200}})?(?:/[\w.~-]{{1,60}}){{0,4}}/({_STAMP})(?:[a-z]{{2}}_)?/"
    r"(https?:/{1,2}[^\s\"'<>]+)"
)
# What a replay puts before an address, up to the time. "/web/…" alone may be a path of the page.
_PREFIX = re.compile(
    rb"[\"'(=]((?:(?:https?:)?//[^/\"'\s<>]{1,200})?(?:/[\w.~-]{1,60}){0,4}/)"
    rb"(\d{14})(?:[a-z]{2}_)?/https?:"
)
_NAMES_ITSELF = re.compile(rb"<(?:link|meta)\b[^>]{0,2000}(?:canonical|og:url)[^>]{0,2000}>")
_ADDED = tuple(
    re.compile(form, re.S)
    for form in (
        rb"<!-- BEGIN WAYBACK TOOLBAR INSERT -->.{0,200000}?<!-- END WAYBACK TOOLBAR INSERT -->",
        rb"<script[^>]{0,300}archive\.org/.{0,20000}?<!-- End Wayback Rewrite JS Include -->\s?",
        rb"<!-- WB Insert -->.{0,200000}?<!-- End WB Insert -->",
    )
)
_COMMENT = re.compile(
    rb"<!--\s{0,20}FILE ARCHIVED ON (\d\d:\d\d:\d\d \w{3} \d\d, \d{4}) AND RETRIEVED.{0,5000}?-->",
    re.S,
)
_START_BYTES = 64 * 1024


def original_address(address: str) -> tuple[str, datetime | None]:
    """The address that is replayed at `address`, and when it was archived.

    One that is not a replay's comes back as it is, with None.
    """
    found = _ADDRESS.fullmatch(address)
    if found is None:
        return address, None
    return re.sub("^(https?:)/{1,2}", r"\1//", found[2]), _stamped(found[1])


def undo_replay(body: bytes, archived_at: datetime | None = None) -> tuple[bytes, datetime | None]:
    """The page as it was archived, and when; for a page that was not replayed, itself and None.

    `archived_at`: as the address says at which the page was saved, if that is a replay's. What
    the replay added is removed, and addresses are as before.
    """
    at = next(filter(None, (archived_at, *_times_in(body))), None)
    if at is None:
        return body, None
    prefix = _PREFIX.search(body)
    for added in (*_ADDED, _COMMENT):
        body = added.sub(b"", body)
    if prefix:
        body = _rewritten(prefix[1]).sub(b"", body)
    return body, at


def _times_in(body: bytes) -> Iterator[datetime | None]:
    """The times that a replayed page states of its archiving."""
    if found := _COMMENT.search(body):
        yield _time(found[1].decode(), "%H:%M:%S %b %d, %Y")
    for tag in _NAMES_ITSELF.findall(body[:_START_BYTES]):
        if named := _ADDRESS.search(tag.decode("utf-8", "replace")):
            yield _stamped(named[1])
    if any(added.search(body) for added in _ADDED) and (prefix := _PREFIX.search(body)):
        yield _stamped(prefix[2].decode())


def _rewritten(prefix: bytes) -> re.Pattern[bytes]:
    """What to remove: the prefix with or without scheme and host, slashes also as in JSON."""
    path = re.escape(re.sub(rb"^(?:https?:)?//[^/]+", b"", prefix)).replace(b"/", rb"\\?/")
    return re.compile(
        rb"(?:(?:https?:)?(?:\\?/){2}[^/\\\"'\s<>]{1,200})?"
        + path
        + rb"\d{14}(?:[a-z]{2}_)?\\?/(?=https?:(?:\\?/){2}|mailto:)"
    )


def _stamped(stamp: str) -> datetime | None:
    return _time(re.sub(r"\D", "", stamp), "%Y%m%d%H%M%S")


def _time(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form).replace(tzinfo=UTC)
    except ValueError:
        return None
