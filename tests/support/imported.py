"""Files imported into the archive of a test's folder, and what is in it then."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from scraper.archive.files import open_archive
from scraper.importing import Wanted, import_files
from scraper.importing.sources import files_in
from scraper.importing.tally import Imported
from scraper.progress import Silence
from tests.support.filled import CONTEXT

NOTHING_SAID = Wanted()


def bring(folder: Path, *names: str, wanted: Wanted = NOTHING_SAID, **more: Any) -> Imported:
    """Import files of `folder` into the archive there."""
    files = files_in([folder / name for name in names])
    with open_archive(folder / "archive.db") as archive:
        return import_files(archive, files, wanted, CONTEXT, Silence(), **more)


def ask(folder: Path, sql: str, name: str = "archive.db") -> list[Any]:
    with closing(sqlite3.connect(folder / name)) as db:
        return [row[0] if len(row) == 1 else row for row in db.execute(sql).fetchall()]


def dump(folder: Path) -> dict[str, list[str]]:
    """Everything in both files but when they were made, and their random id."""
    found = {}
    for name in ("archive.db", "snapshots.db"):
        with closing(sqlite3.connect(folder / name)) as db:
            found[name] = [
                line
                for line in db.iterdump()
                if "_sqlite_migrations" not in line and 'INSERT INTO "identity"' not in line
            ]
    return found
