"""Pages saved from the Wayback Machine's replay: when they were archived, and what it rewrote.

Evidence: a replayed page has a toolbar between two comments, the comment "FILE ARCHIVED ON
01:02:03 May 04, 2022 AND RETRIEVED FROM …", and "https://web.archive.org/web/20220504010203im_/"
before the addresses of links, photos and scripts.
"""

import re
from datetime import UTC, datetime

_PREFIX = rb"(?:https?:)?(?://web\.archive\.org)?/web/(\d{14})(?:[a-z]{2}_)?/"
# Only before an address: "/web/…" may be a path of the page's own.
_REWRITTEN = re.compile(_PREFIX + rb"(?=https?:(?:\\?/){2}|mailto:)")
_TOOLBAR = re.compile(
    rb"<!-- BEGIN WAYBACK TOOLBAR INSERT -->.{0,200000}?<!-- END WAYBACK TOOLBAR INSERT -->", re.S
)
_SCRIPTS = re.compile(
    rb"<script[^>]{0,300}archive\.org/.{0,20000}?<!-- End Wayback Rewrite JS Include -->\s?", re.S
)
_ARCHIVED = re.compile(rb"FILE ARCHIVED ON (\d\d:\d\d:\d\d \w{3} \d\d, \d{4}) AND RETRIEVED")
_COMMENT = re.compile(rb"<!--\s{0,20}FILE ARCHIVED ON .{0,5000}?-->", re.S)
_PLAYED = re.compile(_PREFIX + rb"https?:")


def replayed_at(body: bytes, address: str = "") -> datetime | None:
    """When the Wayback Machine archived a page that was saved from its replay; None for others.

    `address`: where it was saved from, if its container says so.
    """
    if found := _ARCHIVED.search(body):
        return _time(found[1].decode(), "%H:%M:%S %b %d, %Y")
    if played := _PLAYED.match(address.encode()):
        return _time(played[1].decode(), "%Y%m%d%H%M%S")
    if _TOOLBAR.search(body) and (first := _REWRITTEN.search(body)):
        return _time(first[1].decode(), "%Y%m%d%H%M%S")
    return None


def without_replay(body: bytes) -> bytes:
    """The page as it was archived: without toolbar and scripts of the replay, addresses as before.

    A page that was not replayed comes back as it is.
    """
    if b"/web/" not in body or not (_REWRITTEN.search(body) or _ARCHIVED.search(body)):
        return body
    for added in (_TOOLBAR, _SCRIPTS, _COMMENT, _REWRITTEN):
        body = added.sub(b"", body)
    return body


def _time(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form).replace(tzinfo=UTC)
    except ValueError:
        return None
