"""A part: the captures of one shard as a Parquet file, with what each was read as.

A row holds all that filing a capture needs (address, time, headers, body as served), so that an
archive made from parts has the rows that one made from the shards has; and the fields of the
article, for those who only want to look.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
from pyarrow.parquet import ParquetFile, ParquetWriter

from scraper.errors import BadCapture
from scraper.export.parquet import ARTICLE, CAPTION, TEXTS, TIME, WEATHER
from scraper.models import Article, Snapshot
from scraper.reading import Read
from scraper.urls import Site
from scraper.warc.reader import Captured, Passed, Revisit

GROUP_BYTES = 16_000_000  # of pages in a row group: what is held in memory at a time
_KEY, _VERSION = b"scraper bulk", b"1"  # in the file's own metadata

_HEADERS = pa.list_(pa.struct({"name": pa.string(), "value": pa.string()}))
_EVIDENCE = {
    "offset": pa.int64(),  # of the record in its shard
    "url": pa.string(),
    "captured_at": TIME,
    "captured_source": pa.string(),
    "status": pa.int32(),
    "headers": _HEADERS,
    "body": pa.binary(),  # null for a revisit
    "sha256": pa.string(),  # of the body; null for a revisit
    "request_headers": _HEADERS,
    "origin": pa.string(),
    "truncated": pa.bool_(),
    "is_last": pa.bool_(),  # the shard ends within this record
    "revisit_digest": pa.string(),
    "revisit_url": pa.string(),
    "revisit_captured_at": TIME,
}
_READ = {
    "reading": pa.string(),  # null for a revisit: its page is elsewhere
    "detail": pa.string(),
    "article_id": pa.int64(),
    "paragraphs": TEXTS,
    "captions": pa.list_(CAPTION),
    "tags": TEXTS,
    "weather": pa.list_(pa.struct(WEATHER)),
    # Those columns of the table `articles` that the page itself states.
    **{f.name: ARTICLE[f.name] for f in fields(Article) if f.name in ARTICLE},
}
Record = Captured | Revisit
PartHeaders = tuple[tuple[str, str], ...]
SCHEMA = pa.schema(_EVIDENCE | _READ, metadata={_KEY: _VERSION})


def write_part(out: BinaryIO, rows: Iterable[tuple[Record, Read | None]]) -> None:
    """Write captures, each with what it was read as, to a new part."""
    with ParquetWriter(
        out,
        SCHEMA,
        compression="zstd",
        compression_level=9,
        use_dictionary=False,
        data_page_size=GROUP_BYTES,  # what pages share is found only within one of these
        write_page_checksum=True,
    ) as writer:
        for group in _groups(rows):
            writer.write_table(pa.Table.from_pylist(group, SCHEMA))


def records_in(path: Path, site: Site) -> Iterator[Record | Passed]:
    """The captures in a part, in the order of its shard; those that are not of `site` passed.

    Raises BadCapture where the file is no part, or damaged.
    """
    try:
        with ParquetFile(path, page_checksum_verification=True) as file:
            if (file.schema_arrow.metadata or {}).get(_KEY) != _VERSION:
                raise BadCapture(f"{path}: Parquet, but no part made by `scraper bulk`")
            for batch in file.iter_batches(batch_size=100, columns=list(_EVIDENCE)):
                for row in batch.to_pylist():
                    is_ours = site.owns(row["url"])
                    yield _record(path, row) if is_ours else Passed(row["offset"], "other site")
    except (OSError, pa.ArrowException) as e:
        raise BadCapture(f"{path}: cannot be read: {e}") from e


def _groups(rows: Iterable[tuple[Record, Read | None]]) -> Iterator[list[dict[str, Any]]]:
    group: list[dict[str, Any]] = []
    size = 0
    for record, read in rows:
        group.append(_row(record, read))
        size += len(record.snapshot.body)
        if size > GROUP_BYTES:
            yield group
            group, size = [], 0
    if group:
        yield group


def _row(record: Record, read: Read | None) -> dict[str, Any]:
    article = asdict(read.article) if read and read.article else {}
    told = {"reading": read.reading, "detail": read.detail} if read else {}
    return article | told | _evidence(record)


def _evidence(record: Record) -> dict[str, Any]:
    snapshot = record.snapshot
    row = asdict(snapshot) | {
        "offset": record.offset,
        "headers": _pairs(snapshot.headers),
        "request_headers": _pairs(snapshot.request_headers),
        "sha256": hashlib.sha256(snapshot.body).hexdigest(),
        "is_last": isinstance(record, Captured) and record.is_last,
    }
    if isinstance(record, Revisit):
        row |= {
            "body": None,
            "sha256": None,
            "revisit_digest": record.digest,
            "revisit_url": record.earlier_url,
            "revisit_captured_at": record.earlier_at,
        }
    return row


def _pairs(headers: PartHeaders) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers]


def _record(path: Path, row: dict[str, Any]) -> Record:
    snapshot = Snapshot(
        url=row["url"],
        captured_at=_utc(row["captured_at"]),
        captured_source=row["captured_source"],
        status=row["status"],
        headers=_headers(row["headers"]),
        body=row["body"] or b"",
        request_headers=_headers(row["request_headers"]),
        origin=row["origin"],
        truncated=row["truncated"],
    )
    if row["body"] is not None and hashlib.sha256(row["body"]).hexdigest() != row["sha256"]:
        raise BadCapture(f"{path}: {snapshot.url}: its page is not the one that was captured")
    if row["revisit_digest"] is None:
        return Captured(row["offset"], snapshot, row["is_last"])
    at = row["revisit_captured_at"]
    return Revisit(
        row["offset"], snapshot, row["revisit_digest"], row["revisit_url"], _utc(at) if at else None
    )


def _headers(pairs: list[dict[str, str]]) -> PartHeaders:
    return tuple((pair["name"], pair["value"]) for pair in pairs)


def _utc(at: datetime) -> datetime:
    # pyarrow hands out pytz's UTC where that is installed.
    return at.astimezone(UTC)
