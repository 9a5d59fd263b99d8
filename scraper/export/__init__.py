"""The archive as files for other programs.

Each writer takes the chosen articles one by one, so that memory does not grow with the archive,
and sees them as they were at one moment, also while a crawl writes. An export gets its name when
it is complete.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from scraper.errors import ExportError, MissingExtra
from scraper.export import csv_file, jsonlines, reference_files, text_files, warc_file
from scraper.export.destination import STDOUT as STDOUT
from scraper.export.destination import begins_with, file_at, folder_at
from scraper.export.entries import Chosen, count

FOLDER = "txt"  # the format that is a folder
CAPTURES = "warc"  # the format that holds captures, not articles


@dataclass(frozen=True, slots=True)
class Format:
    """A format that is one file."""

    write: Callable[[Chosen, BinaryIO], None]
    openings: tuple[bytes, ...]  # an earlier export starts with one of these: it may be replaced
    is_text: bool = True  # may go to stdout


def _parquet(chosen: Chosen, out: BinaryIO) -> None:
    try:
        from scraper.export import parquet
    except ModuleNotFoundError as e:
        raise MissingExtra("parquet", e.name) from e
    parquet.write(chosen, out)


FORMATS = {
    "jsonl": Format(jsonlines.write, jsonlines.OPENINGS),
    "csv": Format(csv_file.write, csv_file.OPENINGS),
    "parquet": Format(_parquet, (b"PAR1",), is_text=False),
    "bibtex": Format(reference_files.write_bibtex, reference_files.BIBTEX_OPENINGS),
    "csl": Format(reference_files.write_csl, reference_files.CSL_OPENINGS),
    "ris": Format(reference_files.write_ris, reference_files.RIS_OPENINGS),
}


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export wrote."""

    format: str
    path: str  # "-" for stdout
    articles: int
    size_bytes: int | None  # None for stdout
    captures: int | None = None  # if it holds those
    damaged: tuple[str, ...] = ()  # captures that could not be written: "snapshot 12: ..."


def export(chosen: Chosen, name: str, path: Path) -> Exported:
    """Write the chosen articles at `path` in the format called `name`.

    Raises ExportError if that cannot be done, and leaves what was there before.
    """
    with _faults_in_one_line(path):
        if name == FOLDER:
            with folder_at(path, text_files.is_earlier) as folder:
                text_files.write(chosen, folder)
        elif name == CAPTURES:
            with file_at(path, warc_file.is_earlier) as file:
                came = warc_file.write(chosen, file, path)
            return Exported(name, str(path), count(chosen), _size(path), came.written, came.damaged)
        else:
            format_ = FORMATS[name]
            with file_at(path, lambda target: begins_with(target, format_.openings)) as file:
                format_.write(chosen, file)
        return Exported(name, str(path), count(chosen), _size(path))


@contextmanager
def _faults_in_one_line(path: Path) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise  # whoever read it has seen enough
    except OSError as e:
        raise ExportError(f"{path}: not written: {e.strerror or e}") from e


def _size(path: Path) -> int | None:
    if path == STDOUT:
        return None
    if path.is_dir():
        with os.scandir(path) as files:
            return sum(file.stat().st_size for file in files)
    return path.stat().st_size
