"""JSON Lines: one article a line, with all that the archive knows of it."""

import json
from typing import BinaryIO

from scraper.export.entries import Chosen, entries

OPENINGS = (b'{"id": ',)


def write(chosen: Chosen, out: BinaryIO) -> None:
    """Write the chosen articles."""
    for entry in entries(chosen):
        out.write(json.dumps(entry.as_json(), ensure_ascii=False).encode() + b"\n")
