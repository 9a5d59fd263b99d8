"""JSON Lines: one article a line, with all that is told of it."""

import json
from dataclasses import asdict
from typing import BinaryIO

from scraper.export.entries import Chosen, entries

OPENINGS = (b'{"id": ',)


def write(chosen: Chosen, out: BinaryIO) -> None:
    """Write the chosen articles."""
    for entry in entries(chosen):
        told = {"id": entry.id, **asdict(entry)}
        out.write(json.dumps(told, ensure_ascii=False).encode() + b"\n")
