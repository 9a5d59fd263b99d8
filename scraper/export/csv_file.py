"""CSV: one article a row, for spreadsheets.

UTF-8 with a byte order mark, without which Excel takes it for the charset of the machine.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO

from scraper.archive.article_columns import LISTS, NAMES
from scraper.export.csv_safety import escape_formula
from scraper.export.entries import Chosen, Entry, entries

TEXTS = ("lead", "body", "captions")
# What a spreadsheet shows first and last; the other columns are between them.
_FIRST = (
    "id",
    "local_date",
    "section",
    "title",
    *TEXTS,
    "byline",
    "tags",
    "places",
    "timestamp",
    "timestamp_source",
)
_LAST = ("url", "snapshot_id", "snapshot_captured_at", "snapshot_sha256")
COLUMNS = (*_FIRST, *(name for name in NAMES if name not in (*_FIRST, *_LAST)), *_LAST)
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
    """One article's cells: lists joined with semicolons, a caption on each line."""
    values, article = entry.values, entry.article
    row = values | {
        **{name: "; ".join(values[name]) for name in LISTS},
        "body": article.body,
        "captions": "\n".join(map(_caption, article.captions)),
        "tags": "; ".join(article.tags),
        "places": "; ".join(article.place_labels),
        "snapshot_captured_at": entry.snapshot_captured_at,
        "snapshot_sha256": entry.snapshot_sha256,
    }
    return {
        name: escape_formula(cell) if isinstance(cell := row[name], str) else cell
        for name in COLUMNS
    }


def _caption(caption: dict[str, Any]) -> str:
    credit = f"(Ảnh: {caption['credit']})" if caption["credit"] else ""
    return " ".join(filter(None, (caption["text"], credit)))
