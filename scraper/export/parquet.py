"""Parquet: one article a row, typed; times are timestamps, lists are lists."""

from datetime import date
from itertools import islice
from typing import Any, BinaryIO

import pyarrow as pa
from pyarrow.parquet import ParquetWriter

from scraper.archive.article_columns import COLUMNS
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
_PLACE = pa.struct(
    dict.fromkeys(("place_id", "label", "part", "form", "certainty"), pa.string())
    | {"times": pa.int32()}
)
_TYPES = {
    "id": pa.int64(),
    "count": pa.int32(),
    "text": pa.string(),
    "time": TIME,
    "day": pa.date32(),
    "list": TEXTS,
}
ARTICLE = {column.name: _TYPES[column.kind] for column in COLUMNS}
SCHEMA = pa.schema(
    ARTICLE
    | {
        "paragraphs": TEXTS,
        "captions": pa.list_(CAPTION),
        "tags": TEXTS,
        "weather": pa.list_(_OBSERVATION),
        "places": pa.list_(_PLACE),
        "snapshot_captured_at": TIME,
        "snapshot_sha256": pa.string(),
    }
)
_TIMES = tuple(field.name for field in SCHEMA if field.type == TIME)
_DAYS = tuple(field.name for field in SCHEMA if field.type == pa.date32())


def write(chosen: Chosen, out: BinaryIO) -> None:
    """Write the chosen articles."""
    rows = map(_row, entries(chosen))
    with ParquetWriter(out, SCHEMA, compression="zstd") as writer:
        while group := list(islice(rows, ROWS)):
            writer.write_table(pa.Table.from_pylist(group, SCHEMA))


def _row(entry: Entry) -> dict[str, Any]:
    row = entry.as_json()
    for name in _TIMES:
        row[name] = utc_time(row[name]) if row[name] else None
    for name in _DAYS:
        row[name] = date.fromisoformat(row[name]) if row[name] else None
    row["weather"] = [w | {"observed_at": utc_time(w["observed_at"])} for w in row["weather"]]
    return row
