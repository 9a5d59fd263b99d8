"""A part: the captures of one shard as a Parquet file, with what each was read as.

A row holds what filing a capture needs (address, time, headers, body as served), so that parts
make the same archive as their shards do. It also holds the fields of the article, for reading
without an archive.
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
from scraper.warc.frames import MOST_BYTES
from scraper.warc.reader import Captured, Passed, Revisit

GROUP_BYTES = 16_000_000  # of pages in a row group: what is held in memory at a time
GROUP_ROWS = 10_000  # the headers of so many take as much
# A group may go beyond GROUP_BYTES by one page; headers take little beside it.
MOST_GROUP_BYTES = GROUP_BYTES + 2 * MOST_BYTES
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
    "doubt": pa.string(),  # which of its digests is wrong; "" if none
    "revisit_digest": pa.string(),
    "revisit_url": pa.string(),
    "revisit_captured_at": TIME,
}
_EVERY_ROW = (
    "offset", "url", "captured_at", "captured_source", "status", "headers", "request_headers",
    "origin", "truncated", "is_last", "doubt",
)  # fmt: skip
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
        data_page_size=GROUP_BYTES,  # compression finds what pages share only within one of these
        write_page_checksum=True,
    ) as writer:
        for group in _groups(rows):
            writer.write_table(pa.Table.from_pylist(group, SCHEMA))


def records_in(path: Path, site: Site) -> Iterator[Record | Passed]:
    """The captures in a part, in the order of its shard; those that are not of `site` passed.

    Raises BadCapture if the file is damaged, or is not a part as `scraper bulk` writes it.
    Memory is bounded by the largest row group that it writes.
    """
    try:
        with ParquetFile(path, page_checksum_verification=True) as file:
            _check(path, file)
            for batch in file.iter_batches(batch_size=100, columns=list(_EVIDENCE)):
                for row in batch.to_pylist():
                    if _is_forged(row):
                        raise BadCapture(f"{path}: a row is not as `scraper bulk` writes it")
                    is_ours = site.owns(row["url"])
                    yield _record(path, row) if is_ours else Passed(row["offset"], "other site")
    except (OSError, pa.ArrowException, ValueError, OverflowError) as e:
        raise BadCapture(f"{path}: cannot be read: {e}") from e


def _check(path: Path, file: ParquetFile) -> None:
    """Raise BadCapture if the columns, or the sizes that the file states, are not a part's."""
    schema = file.schema_arrow
    if (schema.metadata or {}).get(_KEY) != _VERSION:
        raise BadCapture(f"{path}: Parquet, but no part made by `scraper bulk`")
    for name, kind in _EVIDENCE.items():
        index = schema.get_field_index(name)  # -1 if missing, or there twice
        if index < 0 or schema.field(index).type != kind:
            raise BadCapture(f"{path}: its column {name} is not one of a part; make it again")
    for number in range(file.num_row_groups):
        group = file.metadata.row_group(number)
        columns = [group.column(n) for n in range(group.num_columns)]
        evidence = [c for c in columns if c.path_in_schema.split(".")[0] in _EVIDENCE]
        size = sum(column.total_uncompressed_size for column in evidence)
        # Other encodings say a long value once and have many rows repeat it.
        is_plain = all(set(column.encodings) <= {"PLAIN", "RLE"} for column in evidence)
        if size > MOST_GROUP_BYTES or group.num_rows > GROUP_ROWS or not is_plain:
            raise BadCapture(f"{path}: a row group is larger than `scraper bulk` writes it")


def _is_forged(row: dict[str, Any]) -> bool:
    """True if a row lacks what every capture has."""
    pairs = (*(row["headers"] or []), *(row["request_headers"] or []))
    is_revisit = row["revisit_digest"] is not None
    return (
        any(row[name] is None for name in _EVERY_ROW)
        or any(pair is None or None in pair.values() for pair in pairs)
        or not 100 <= row["status"] <= 999
        or len(row["body"] or b"") > MOST_BYTES
        or (row["body"] is None) != is_revisit
        or (is_revisit and row["revisit_url"] is None)
    )


def _groups(rows: Iterable[tuple[Record, Read | None]]) -> Iterator[list[dict[str, Any]]]:
    group: list[dict[str, Any]] = []
    size = 0
    for record, read in rows:
        group.append(_row(record, read))
        size += len(record.snapshot.body)
        if size > GROUP_BYTES or len(group) == GROUP_ROWS:
            yield group
            group, size = [], 0
    if group:
        yield group


def _row(record: Record, read: Read | None) -> dict[str, Any]:
    article = asdict(read.article) if read and read.article else {}
    reading = {"reading": read.reading, "detail": read.detail} if read else {}
    return article | reading | _evidence(record)


def _evidence(record: Record) -> dict[str, Any]:
    snapshot = record.snapshot
    row = asdict(snapshot) | {
        "offset": record.offset,
        "headers": _pairs(snapshot.headers),
        "request_headers": _pairs(snapshot.request_headers),
        "sha256": hashlib.sha256(snapshot.body).hexdigest(),
        "is_last": isinstance(record, Captured) and record.is_last,
        "doubt": record.doubt if isinstance(record, Captured) else "",
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
        return Captured(row["offset"], snapshot, row["is_last"], row["doubt"])
    at = row["revisit_captured_at"]
    return Revisit(
        row["offset"], snapshot, row["revisit_digest"], row["revisit_url"], _utc(at) if at else None
    )


def _headers(pairs: list[dict[str, str]]) -> PartHeaders:
    return tuple((pair["name"], pair["value"]) for pair in pairs)


def _utc(at: datetime) -> datetime:
    # pyarrow returns pytz's UTC if that is installed.
    return at.astimezone(UTC)
