"""WARC files made by hand for tests, record by record, and not by the writer under test."""

import base64
import gzip
import hashlib
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import zstandard

from scraper.models import Snapshot, utc_text
from scraper.urls import Site

SITE = Site("https://baolaocai.vn")
URL = "https://baolaocai.vn/bai-viet/348925-kinh-nghiem"
AT = "2022-12-03T08:38:00Z"
HTML = b"Content-Type: text/html; charset=utf-8\r\n"
PAGE = (
    "<html><body><h1 class='article__title'>Tựa</h1><div class='article__sapo'>Sapo.</div>"
    "<div class='article__body'><p>Thân bài, đoạn một.</p></div></body></html>"
).encode()


def sha1(content: bytes) -> str:
    return "sha1:" + base64.b32encode(hashlib.sha1(content).digest()).decode()


def record(
    block: bytes, kind: str = "response", url: str = URL, at: str = AT, **more: str
) -> bytes:
    """One record; `more` are further fields of its header, `_` for `-`."""
    fields = {
        "WARC-Type": kind,
        "WARC-Target-URI": url,
        "WARC-Date": at,
        "WARC-Record-ID": f"<urn:test:{hashlib.sha1(block + url.encode() + at.encode()).hexdigest()}>",
        "Content-Type": "application/http; msgtype=response",
        "Content-Length": str(len(block)),
    }
    fields |= {name.replace("_", "-"): value for name, value in more.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return b"WARC/1.1\r\n" + head.encode() + b"\r\n" + block + b"\r\n\r\n"


def response(
    body: bytes = PAGE, headers: bytes = HTML, status: str = "200 OK", **more: str
) -> bytes:
    """A response record with the digests of its block and body."""
    block = b"HTTP/1.1 " + status.encode() + b"\r\n" + headers + b"\r\n" + body
    digests = {"WARC_Block_Digest": sha1(block), "WARC_Payload_Digest": sha1(body)}
    return record(block, **(digests | more))


def of_snapshot(snapshot: Snapshot, **more: str) -> bytes:
    """The response record of a capture."""
    head = "".join(f"{name}: {value}\r\n" for name, value in snapshot.headers).encode()
    seen = {"url": snapshot.url, "at": utc_text(snapshot.captured_at)}
    return response(snapshot.body, head, f"{snapshot.status} X", **(seen | more))


def write(path: Path, records: Iterable[bytes], *, packed: bool = True) -> Path:
    """A file of `records`, each a gzip member of its own where `packed`."""
    path.write_bytes(b"".join(gzip.compress(r, mtime=0) if packed else r for r in records))
    return path


def containers(folder: Path, records: Sequence[bytes]) -> None:
    """Write four or more records into `folder`: a WACZ of two WARC files, and a WARC in zstd."""
    with zipfile.ZipFile(folder / "a.wacz", "w") as packed:
        packed.writestr("archive/data-1.warc.gz", gzip.compress(records[0], mtime=0))
        packed.writestr("archive/data-2.warc", records[1])
        packed.writestr("datapackage.json", "{}")
    (folder / "b.warc.zst").write_bytes(b"".join(map(zstandard.compress, records[2:])))
