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
_NAMES_ITSELF = re.compile(rb"<(?:link|meta)\b[^<>]{0,2000}>")
_SCRIPTS_END = re.compile(rb"(<!-- End Wayback Rewrite JS Include -->)\s")  # and a line end
# What a replay adds: how it begins, how it ends, and how many bytes are between at most.
_ADDED = (
    (re.compile(rb"<!-- BEGIN WAYBACK TOOLBAR INSERT -->"),
     b"<!-- END WAYBACK TOOLBAR INSERT -->", 200_000),
    (re.compile(rb"<script[^<>]{0,300}archive\.org/"),
     b"<!-- End Wayback Rewrite JS Include -->", 20_000),
    (re.compile(rb"<!-- WB Insert -->"), b"<!-- End WB Insert -->", 200_000),
)  # fmt: skip
_COMMENT = (
    re.compile(rb"<!--\s{0,20}FILE ARCHIVED ON (\d\d:\d\d:\d\d \w{3} \d\d, \d{4}) AND RETRIEVED"),
    b"-->",
    5_000,
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
    body = _SCRIPTS_END.sub(rb"\1", body)
    for added in (*_ADDED, _COMMENT):
        body = _without(body, [(begin.start(), end) for begin, end in _stretches(body, *added)])
    if prefix:
        body = _rewritten(prefix[1]).sub(b"", body)
    return body, at


def _times_in(body: bytes) -> Iterator[datetime | None]:
    """The times that a replayed page states of its archiving."""
    for found, _ in _stretches(body, *_COMMENT):
        yield _time(found[1].decode(), "%H:%M:%S %b %d, %Y")
        break
    for tag in _NAMES_ITSELF.findall(body[:_START_BYTES]):
        if not (b"canonical" in tag or b"og:url" in tag):
            continue
        if named := _ADDRESS.search(tag.decode("utf-8", "replace")):
            yield _stamped(named[1])
    if any(next(_stretches(body, *added), None) for added in _ADDED):
        if prefix := _PREFIX.search(body):
            yield _stamped(prefix[2].decode())


def _stretches(
    body: bytes, begins: re.Pattern[bytes], ending: bytes, most: int
) -> Iterator[tuple[re.Match[bytes], int]]:
    """The stretches from a match of `begins` to `ending`, with at most `most` bytes between: the
    match, and where the stretch ends. Each byte is looked at once, however many begin."""
    at = end = 0
    while begin := begins.search(body, at):
        if end < begin.end() + len(ending):
            if (found := body.find(ending, begin.end())) < 0:
                return
            end = found + len(ending)
        is_near = end - len(ending) - begin.end() <= most
        at = end if is_near else begin.end()
        if is_near:
            yield begin, end


def _without(body: bytes, stretches: list[tuple[int, int]]) -> bytes:
    edges = [0, *(edge for stretch in stretches for edge in stretch), len(body)]
    return b"".join(body[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True))


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
