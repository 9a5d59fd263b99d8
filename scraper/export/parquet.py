"""Parquet: one article a row, typed; times are timestamps, lists are lists."""

from dataclasses import asdict
from datetime import date
from itertools import islice
from typing import Any, BinaryIO

import pyarrow as pa
from pyarrow.parquet import ParquetWriter

from scraper.export.entries import Chosen, Entry, entries
from scraper.models import utc_time

OPENINGS = (b"PAR1",)
ROWS = 1000  # of a row group: some 5 MB, all that is held at a time

TIME = pa.timestamp("ms", tz="UTC")  # Parquet has no whole seconds
TEXTS = pa.list_(pa.string())
CAPTION = pa.struct(
    {
        "text": pa.string(),
        "credit": pa.string(),
        "image_url": pa.string(),
        "after_paragraph": pa.int32(),
        "source": pa.string(),
    }
)
WEATHER = {
    "place": pa.string(),
    "text": pa.string(),
    "temperature_c": pa.float64(),
    "temperature_min_c": pa.float64(),
    "temperature_max_c": pa.float64(),
    "humidity_pct": pa.float64(),
    "condition": pa.string(),
}
_OBSERVATION = pa.struct({"observed_at": TIME, "snapshot_id": pa.int64()} | WEATHER)
SCHEMA = pa.schema(
    {
        "id": pa.int64(),
        "url": pa.string(),
        "title": pa.string(),
        "lead": pa.string(),
        "paragraphs": TEXTS,
        "captions": pa.list_(CAPTION),
        "section": pa.string(),
        "byline": TEXTS,
        "tags": TEXTS,
        "timestamp": TIME,
        "timestamp_source": pa.string(),
        "local_date": pa.date32(),
        "published_at": TIME,
        "published_source": pa.string(),
        "modified_at": TIME,
        "page_clock_at": TIME,
        "page_clock_text": pa.string(),
        "layout": pa.string(),
        "template": pa.string(),
        "flags": TEXTS,
        "photo_count": pa.int32(),
        "syllable_count": pa.int32(),
        "revision_count": pa.int32(),
        "first_captured_at": TIME,
        "last_captured_at": TIME,
        "gone_at": TIME,
        "weather": pa.list_(_OBSERVATION),
        "snapshot_id": pa.int64(),
        "snapshot_captured_at": TIME,
        "snapshot_sha256": pa.string(),
    }
)
_TIMES = tuple(field.name for field in SCHEMA if field.type == TIME)


def write(chosen: Chosen, out: BinaryIO) -> None:
    """Write the chosen articles."""
    rows = map(_row, entries(chosen))
    with ParquetWriter(out, SCHEMA, compression="zstd") as writer:
        while group := list(islice(rows, ROWS)):
            writer.write_table(pa.Table.from_pylist(group, SCHEMA))


def _row(entry: Entry) -> dict[str, Any]:
    told = asdict(entry)
    for observation in told["weather"]:
        observation["observed_at"] = utc_time(observation["observed_at"])
    times = {name: utc_time(told[name]) if told[name] else None for name in _TIMES}
    return {**told, **times, "local_date": date.fromisoformat(entry.local_date)}
