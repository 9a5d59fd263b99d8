"""The captured pages of a probe as a ZIP file that can be attached to a public report.

Nothing in it says who asked, or from where: of the headers only those are kept that describe the
page, none of our own; and internet addresses in numbers and the operator's contact are struck
out of headers, bodies and report alike.
"""

import json
import os
import re
import zipfile
from collections.abc import Iterator
from html import escape
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import quote

from scraper.atomic_files import new_file
from scraper.errors import ExportError
from scraper.inflate import Damaged, Oversize, inflate, is_gzip
from scraper.models import Snapshot, utc_text
from scraper.probe import Probe, report

STRUCK_OUT = "[struck out]"
_HEADERS = frozenset(
    {
        "age",
        "cache-control",
        "content-encoding",
        "content-language",
        "content-length",
        "content-type",
        "date",
        "etag",
        "expires",
        "last-modified",
        "location",
        "retry-after",
        "server",
        "vary",
    }
)
_MOST_BYTES = 32_000_000  # of one unpacked list
_NUMBERS = re.compile(
    rb"(?<!\w)[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?:\.[0-9]{1,3}){0,3}(?![\w:])"
    rb"|(?<![0-9.])[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?![0-9]|\.[0-9])"
)
_ANY_TIME = (2000, 1, 1, 0, 0, 0)  # of every member: the same probe, the same bytes


def require_place(path: Path) -> None:
    """Raise ExportError if no bundle can be written at `path`; to be called before any request."""
    if not os.access(path.parent, os.W_OK):
        raise ExportError(f"{path}: cannot be written: no folder to write to; nothing was asked")
    if path.exists() and not zipfile.is_zipfile(path):
        raise ExportError(f"{path}: no earlier bundle, so it was left alone; nothing was asked")


def write_bundle(path: Path, probe: Probe, contact: str) -> None:
    """Write the bundle, in place of an earlier one of this name. Raises ExportError."""
    try:
        with (
            new_file(path) as file,
            zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bundle,
        ):
            for name, body in _members(probe):
                member = zipfile.ZipInfo(name, _ANY_TIME)
                member.compress_type = zipfile.ZIP_DEFLATED
                bundle.writestr(member, redacted(body, contact))
    except OSError as e:
        raise ExportError(f"{path}: not written: {e.strerror or e}") from e


def redacted(body: bytes, contact: str) -> bytes:
    """`body` without internet addresses in numbers, and without `contact`."""
    for spelling in {contact, quote(contact, safe=""), quote(contact), escape(contact)} - {""}:
        body = body.replace(spelling.encode(), STRUCK_OUT.encode())
    return _NUMBERS.sub(_struck_out, body)


def _struck_out(match: re.Match[bytes]) -> bytes:
    try:
        address = ip_address(match[0].decode("ascii"))
    except ValueError:
        return match[0]
    # Of the stand-in newspaper: nothing in it is private.
    return match[0] if address.is_loopback else STRUCK_OUT.encode()


def _members(probe: Probe) -> Iterator[tuple[str, bytes]]:
    """Each file's name and content: the report, robots.txt, and every answer with its headers."""
    yield "report.txt", report.text(probe).encode()
    yield "report.json", _json(report.as_json(probe))
    if probe.seen.robots:
        yield "0-robots.txt", probe.seen.robots.body.encode("utf-8", "surrogateescape")
    lists = [(seen.name, seen.snapshot, "xml") for seen in probe.seen.lists]
    pages = [(f"{seen.age} article", seen.snapshot, "html") for seen in probe.seen.pages]
    for number, (name, snapshot, ending) in enumerate(lists + pages, start=1):
        if snapshot is None:
            continue
        stem = f"{number}-{name.replace(' ', '-')}"
        ending = "html" if "html" in (snapshot.header("content-type") or "") else ending
        yield f"{stem}.{ending}", _unpacked(snapshot.body)
        yield f"{stem}.json", _json(_envelope(snapshot))


def _envelope(snapshot: Snapshot) -> dict[str, object]:
    return {
        "url": snapshot.url,
        "captured_at": utc_text(snapshot.captured_at),
        "status": snapshot.status,
        "headers": [[name, value] for name, value in snapshot.headers if name in _HEADERS],
    }


def _unpacked(body: bytes) -> bytes:
    """`body`, unpacked if it is a gzip list: the contact cannot be removed from packed bytes."""
    if not is_gzip(body):
        return body
    try:
        return b"".join(inflate([body], "gzip", _MOST_BYTES))
    except (Damaged, Oversize) as e:
        return f"left out: {e}".encode()


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2).encode()
