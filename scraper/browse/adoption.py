"""Which of Datasette's databases is an archive of ours."""

import sqlite3
from contextlib import closing
from pathlib import Path
from weakref import WeakSet

from datasette.app import Datasette

from scraper.archive.connections import APPLICATION_ID
from scraper.browse.datasette_065 import ArchiveFile, connected, show_no_traceback

NAME = "archive"  # of the database, in every address

_adopted: WeakSet[Datasette] = WeakSet()


def is_ours(datasette: Datasette) -> bool:
    """True if a database of `datasette` is an archive of ours.

    The first that is one is opened as such and called `archive` from then on.
    """
    if datasette not in _adopted and not _adopt(datasette):
        return False
    _adopted.add(datasette)
    return True


def _adopt(datasette: Datasette) -> bool:
    for name, database in list(datasette.databases.items()):
        if database.path and _is_archive(Path(database.path)):
            if name != NAME and NAME in datasette.databases:
                return False  # two databases cannot have one name
            datasette.remove_database(name)
            ours = ArchiveFile(datasette, path=database.path, is_mutable=database.is_mutable)
            datasette.add_database(ours, name=NAME)
            show_no_traceback()
            return True
    return False


def _is_archive(path: Path) -> bool:
    try:
        with closing(connected(path, "mode=ro")) as conn:
            (mark,) = conn.execute("PRAGMA application_id").fetchone()
            return mark == APPLICATION_ID and bool(
                conn.execute("SELECT 1 FROM sqlite_master WHERE name = 'articles_fts'").fetchone()
            )
    except sqlite3.Error:
        return False  # Datasette says what is wrong with it
