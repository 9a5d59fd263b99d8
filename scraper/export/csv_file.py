"""CSV: one article a row, for spreadsheets.

UTF-8 with a byte order mark, without which Excel takes it for the charset of the machine.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO

from scraper.export.csv_safety import inert
from scraper.export.entries import Chosen, Entry, entries
from scraper.models import Caption

TEXTS = ("lead", "body", "captions")
COLUMNS = (
    "id",
    "local_date",
    "section",
    "title",
    *TEXTS,
    "byline",
    "tags",
    "timestamp",
    "timestamp_source",
    "published_at",
    "published_source",
    "modified_at",
    "layout",
    "template",
    "flags",
    "caption_count",
    "photo_count",
    "syllable_count",
    "revision_count",
    "first_captured_at",
    "last_captured_at",
    "gone_at",
    "url",
    "snapshot_id",
    "snapshot_captured_at",
    "snapshot_sha256",
)
_BOM = "\ufeff"
OPENINGS = ((_BOM + ",".join(COLUMNS[:4])).encode(),)


def write(chosen: Chosen, out: BinaryIO) -> None:
    """Write the chosen articles."""
    with new_table(out, COLUMNS) as table:
        for entry in entries(chosen):
            table.writerow(cells(entry))


@contextmanager
def new_table(out: BinaryIO, columns: Sequence[str]) -> Iterator["csv.DictWriter[str]"]:
    """A table to write rows to, of which only the cells of `columns` are taken."""
    text = io.TextIOWrapper(out, "utf-8", newline="", write_through=True)
    text.write(_BOM)
    table = csv.DictWriter(text, columns, extrasaction="ignore")
    table.writeheader()
    try:
        yield table
    finally:
        text.detach()  # else it would close `out` with itself


def cells(entry: Entry) -> dict[str, str | int | None]:
    """One article's cells; lists on one line, parted by semicolons, captions on one each."""
    made: dict[str, str | int] = {
        "caption_count": len(entry.captions),
        "body": "\n\n".join(entry.paragraphs),
        "captions": "\n".join(map(_caption, entry.captions)),
        "byline": "; ".join(entry.byline),
        "tags": "; ".join(entry.tags),
        "flags": "; ".join(entry.flags),
    }
    row = {name: made[name] if name in made else getattr(entry, name) for name in COLUMNS}
    return {name: inert(cell) if isinstance(cell, str) else cell for name, cell in row.items()}


def _caption(caption: Caption) -> str:
    credit = f"(Ảnh: {caption.credit})" if caption.credit else ""
    return " ".join(filter(None, (caption.text, credit)))
