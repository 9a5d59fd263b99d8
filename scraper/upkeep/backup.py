"""Copies of an archive: whole ones for safety, slim ones for readers.

A copy may be made while a crawl runs. It shows both files at one moment, is checked, and only then
replaces an older one.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from scraper.archive import snapshots
from scraper.archive.connections import open_to_write
from scraper.archive.files import Archive, one_moment
from scraper.archive.identity import read_identity
from scraper.archive.lock import lock_or_refuse
from scraper.archive.tables import archive_migrations, photo_migrations, snapshot_migrations
from scraper.archive.withdrawals import require_finished
from scraper.atomic_files import put_in_place
from scraper.errors import ArchiveError
from scraper.progress import Progress
from scraper.upkeep.verify import check_file, check_photos, missing_captures

SPAN = 5000  # snapshots checked between two reports of progress
FILES = {
    "snapshots.db": snapshot_migrations,
    "photos.db": photo_migrations,
    "archive.db": archive_migrations,
}
# The crawl's own state: of no use to readers. `failures` names rows of `runs`, so it goes first.
INTERNAL = ("failures", "runs", "frontier", "hosts", "marks", "recoverable")


@dataclass(frozen=True, slots=True)
class Copy:
    """What a backup made."""

    sizes: dict[str, int]  # file name -> bytes
    articles: int
    snapshots: int  # 0 in a slim copy
    photos: int  # the same
    damages: tuple[str, ...]  # found in the copy; () if it is sound


def backup(archive: Archive, folder: Path, progress: Progress, *, slim: bool = False) -> Copy:
    """Copy `archive`, open for reading, into `folder`, made if missing.

    `slim` copies only archive.db, without the crawl's own state, analysed and packed. Raises
    ArchiveError, and leaves an older copy as it was, if the copy cannot be made, if it is damaged
    and an older one exists, or if the folder holds a copy of another archive; Locked if another
    copy is being made there.
    """
    with _faults_in_one_line(folder), _alone_in(folder):
        _refuse_folder(archive, folder, slim)
        sources = {"archive.db": archive.db} if slim else _files(archive)
        for left in folder.glob(".*.db.partial*"):  # of a copy that was killed, with its journal
            left.unlink()
        partial = {name: folder / f".{name}.partial" for name in sources}
        try:
            _copy(archive, sources, partial, progress)
            if slim:
                progress.note("making it slim")
                _slim(partial["archive.db"])
            copy = _checked(partial, progress)
            if copy.damages and (folder / "archive.db").exists():
                raise ArchiveError(
                    f"{folder}: the copy is damaged ({copy.damages[0]}); the older one was kept"
                )
            for name in sources:  # archive.db last: the captures it was made from must be there
                _settle(folder / name)
                put_in_place(partial[name], folder / name)
        finally:
            for path in partial.values():
                path.unlink(missing_ok=True)
    return copy


@contextmanager
def _faults_in_one_line(folder: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.Error) as e:
        why = e.strerror if isinstance(e, OSError) and e.strerror else e
        raise ArchiveError(
            f"{folder}: no copy was made: {why}; an older one, if any, was kept"
        ) from e


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Make `folder` if missing, and lock it: two copies made in it at once would be mixed."""
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # as on a network's disk that knows no such locks
            lock_or_refuse(handle, f"{folder}: another copy is being made there; try again later")
        yield
    finally:
        os.close(handle)


def _refuse_folder(archive: Archive, folder: Path, slim: bool) -> None:
    if folder.samefile(archive.path.parent):
        raise ArchiveError(f"{folder}: holds the archive itself; name another folder")
    if slim and (folder / "snapshots.db").exists():
        raise ArchiveError(f"{folder}: holds a whole copy; name another folder for a slim one")
    ours = read_identity(archive.db)
    for name, migrations in FILES.items():
        if (folder / name).exists():
            with suppress(sqlite3.DatabaseError), open_to_write(folder / name, migrations) as db:
                theirs = read_identity(db)
                if ours and theirs and ours.archive_id != theirs.archive_id:
                    raise ArchiveError(
                        f"{folder / name}: a copy of another archive, of {theirs.base_url}; name"
                        f" another folder for this one, of {ours.base_url}"
                    )


def _files(archive: Archive) -> dict[str, Database]:
    """The open files of an archive by name, in the order of FILES."""
    photos = {} if archive.photos is None else {"photos.db": archive.photos}
    return {"snapshots.db": archive.snapshots, **photos, "archive.db": archive.db}


def _copy(
    archive: Archive, sources: dict[str, Database], partial: dict[str, Path], progress: Progress
) -> None:
    with one_moment(archive):
        require_finished(archive)
        for name, path in partial.items():
            progress.note(f"copying {name}")
            path.unlink(missing_ok=True)
            with closing(sqlite3.connect(path)) as target:
                # In one step: a copy in several steps starts again at each write of the crawl.
                sources[name].conn.backup(target, pages=-1)
                # One file, that can be copied on, and read on a disk that cannot be written to.
                target.execute("PRAGMA journal_mode = DELETE")


def _slim(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        for table in INTERNAL:
            db.execute(f"DELETE FROM {table}")
        db.execute("INSERT INTO articles_fts (articles_fts) VALUES ('optimize')")
        db.execute("ANALYZE")
        db.execute("VACUUM")


def _checked(partial: dict[str, Path], progress: Progress) -> Copy:
    """What the copies hold, and what is wrong with each and with the pair."""
    damages: list[str] = []
    counts = {"articles": 0, "snapshots": 0, "photos": 0}
    for name, path in partial.items():
        with closing(Database(path, execute_plugins=False)) as db:
            progress.note(f"checking the copy of {name}")
            is_photos = name == "photos.db"
            found = check_photos(db, progress) if is_photos else check_file(name, db)
            damages += map(str, found)
            table = "articles" if name == "archive.db" else name.removesuffix(".db")
            counts[table] = db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            if table == "snapshots":
                damages += _broken(db, progress)
    if not damages and "snapshots.db" in partial:
        with (
            closing(Database(partial["archive.db"], execute_plugins=False)) as db,
            closing(Database(partial["snapshots.db"], execute_plugins=False)) as beside,
        ):
            damages += map(str, missing_captures(db, beside))
    sizes = {name: path.stat().st_size for name, path in partial.items()}
    return Copy(sizes, **counts, damages=tuple(damages))


def _broken(db: Database, progress: Progress) -> Iterator[str]:
    """Snapshots whose page or record is not as it was stored."""
    progress.expect(snapshots.count(db, 0, None))
    for span in snapshots.spans(db, 0, None, SPAN):
        ids = snapshots.ids(db, span, None)
        for snapshot_id in ids:
            try:
                snapshots.load(db, snapshot_id)
            except ArchiveError as e:
                yield str(e)
        progress.step(f"snapshot {span[1]}", len(ids))


def _settle(target: Path) -> None:
    """Merge an older copy's write-ahead log: it must not be read beside the new copy.

    Raises ArchiveError if another program has the older copy open.
    """
    if not target.with_name(target.name + "-wal").exists():
        return
    with closing(sqlite3.connect(target)) as db:
        if db.execute("PRAGMA journal_mode = DELETE").fetchone()[0] != "delete":
            raise ArchiveError(f"{target}: another program has it open; it was left as it was")
