"""Citations as files for reference managers and LaTeX: BibTeX, CSL-JSON, RIS."""

import json
from collections.abc import Iterator
from typing import BinaryIO

from scraper.export.cite import Source, archive_address, bibtex, csl, ris
from scraper.export.entries import Chosen, Entry, entries

_HEAD = b"% Exported by scraper: UTF-8; an entry for each article.\n"
BIBTEX_OPENINGS = (_HEAD,)
CSL_OPENINGS = (b'[\n{"id": "baolaocai', b"[\n]")
_RIS_HEAD = b"\xef\xbb\xbf"  # tells EndNote that it is UTF-8
RIS_OPENINGS = (_RIS_HEAD + b"TY  - NEWS\r\nID  - baolaocai", _RIS_HEAD)


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


def write_ris(chosen: Chosen, out: BinaryIO) -> None:
    """Write a record for each chosen article."""
    out.write(_RIS_HEAD)
    for source in _sources(chosen):
        out.write(ris(source).encode())


def _sources(chosen: Chosen) -> Iterator[Source]:
    return (_source(entry, chosen.public_url) for entry in entries(chosen))


def _source(entry: Entry, public_url: str) -> Source:
    values = entry.values
    return Source(
        id=values["id"],
        title=values["title"],
        byline=tuple(values["byline"]),
        published_at=values["published_at"] or "",
        url=values["url"],
        captured_at=entry.snapshot_captured_at,
        sha256=entry.snapshot_sha256 or "",
        archive_url=archive_address(public_url, values["id"]),
    )
