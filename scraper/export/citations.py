"""Citations, for reference managers and LaTeX: BibTeX, CSL-JSON."""

import json
from collections.abc import Iterator
from typing import BinaryIO

from scraper.export.cite import Source, bibtex, csl
from scraper.export.entries import Chosen, Entry, entries
from scraper.models import utc_time
from scraper.times import VIETNAM

_HEAD = b"% Exported by scraper: UTF-8; an entry for each article.\n"
BIBTEX_OPENINGS = (_HEAD,)
CSL_OPENINGS = (b'[\n{"id": "baolaocai', b"[\n]")


def write_bibtex(chosen: Chosen, out: BinaryIO) -> None:
    """Write an entry for each chosen article."""
    out.write(_HEAD)
    for source in _sources(chosen):
        out.write(b"\n" + bibtex(source).encode())


def write_csl(chosen: Chosen, out: BinaryIO) -> None:
    """Write an array with an item for each chosen article."""
    out.write(b"[")
    before = b"\n"
    for source in _sources(chosen):
        out.write(before + json.dumps(csl(source), ensure_ascii=False).encode())
        before = b",\n"
    out.write(b"\n]\n")


def _sources(chosen: Chosen) -> Iterator[Source]:
    return map(_source, entries(chosen))


def _source(entry: Entry) -> Source:
    values = entry.values
    return Source(
        id=values["id"],
        title=values["title"],
        byline=tuple(values["byline"]),
        published=_day(values["published_at"]),
        url=values["url"],
        captured=_day(entry.snapshot_captured_at),
        sha256=entry.snapshot_sha256 or "",
    )


def _day(utc: str | None) -> str:
    return utc_time(utc).astimezone(VIETNAM).date().isoformat() if utc else ""
