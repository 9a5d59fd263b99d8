"""Archives of every released version open, and give the rows that this version makes."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from scraper.archive import snapshots
from scraper.archive.files import open_archive, open_reader
from scraper.archive.index import check_index
from scraper.errors import ArchiveError
from scraper.progress import Silence
from scraper.upkeep.reread import reread
from tests.support.dump import FOLDER, load
from tests.support.filled import CONTEXT, captures, fill

VERSIONS = sorted(
    (p.stem for p in FOLDER.glob("v*.sql") if "-" not in p.stem), key=lambda name: int(name[1:])
)


def schema(path: Path) -> dict[str, str]:
    db = sqlite3.connect(path)
    found = dict(
        db.execute(
            "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE '%sqlite%'"
        ).fetchall()
    )
    db.close()
    return found


def told(path: Path) -> list[tuple[object, ...]]:
    db = sqlite3.connect(path)
    found = db.execute("SELECT * FROM articles_full ORDER BY id").fetchall()
    found += db.execute(
        "SELECT article_id, position, text, credit FROM captions ORDER BY 1, 2"
    ).fetchall()
    found += db.execute("SELECT article_id, number, sha256 FROM revisions ORDER BY 1, 2").fetchall()
    db.close()
    return found


def test_the_newest_dump_is_of_the_schema_of_today(tmp_path: Path) -> None:
    """Where this fails a migration is new: `.venv/bin/python -m tests.support.dump N` dumps its schema."""
    old, new = tmp_path / "old", tmp_path / "new"
    for folder in (old, new):
        folder.mkdir()
    load(VERSIONS[-1], old)
    fill(new / "archive.db", captures(1))
    for name in ("archive.db", "snapshots.db"):
        assert schema(old / name) == schema(new / name)


@pytest.mark.parametrize("version", VERSIONS)
def test_an_old_archive_keeps_every_row(version: str, tmp_path: Path) -> None:
    load(version, tmp_path)
    before = told(tmp_path / "archive.db")
    assert before
    with open_archive(tmp_path / "archive.db") as archive:
        assert list(check_index(archive.db)) == []
        assert archive.db.execute("PRAGMA foreign_key_check").fetchall() == []
    assert told(tmp_path / "archive.db") == before


@pytest.mark.parametrize("version", VERSIONS)
def test_an_old_archive_becomes_one_that_is_made_today(version: str, tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    for folder in (old, new):
        folder.mkdir()
    load(version, old)
    with open_archive(old / "archive.db") as archive:
        stored = snapshots.above(archive.snapshots, 0)
        fill(new / "archive.db", [snapshots.load(archive.snapshots, n) for n in stored])
        reread(archive, CONTEXT, Silence())
    for name in ("archive.db", "snapshots.db"):
        assert schema(old / name) == schema(new / name)
    for name in ("articles", "captions", "tags", "article_tags", "weather", "revisions"):
        rows = f"SELECT * FROM {name} ORDER BY 1, 2"
        with (
            closing(sqlite3.connect(old / "archive.db")) as migrated,
            closing(sqlite3.connect(new / "archive.db")) as fresh,
        ):
            assert migrated.execute(rows).fetchall() == fresh.execute(rows).fetchall(), name


@pytest.mark.parametrize("version", VERSIONS[:-1])
def test_a_reader_leaves_an_old_archive_as_it_is(version: str, tmp_path: Path) -> None:
    load(version, tmp_path)
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    with (
        pytest.raises(ArchiveError, match="written by an earlier version"),
        open_reader(tmp_path / "archive.db"),
    ):
        pass
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before


@pytest.mark.parametrize("later", ["archive", "snapshots"])
def test_a_later_version_in_either_file_leaves_both_as_they_are(later: str, tmp_path: Path) -> None:
    load("v1", tmp_path)
    db = sqlite3.connect(tmp_path / f"{later}.db")
    db.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
        f" VALUES ('{later}', 'm999_later', '2030-01-01')"
    )
    db.commit()
    db.close()
    names = ("archive.db", "snapshots.db")
    before = [(tmp_path / name).read_bytes() for name in names]
    with (
        pytest.raises(ArchiveError, match="later version"),
        open_archive(tmp_path / "archive.db"),
    ):
        pass
    assert [(tmp_path / name).read_bytes() for name in names] == before


def test_a_first_start_that_was_cut_short_is_begun_again(tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / "archive.db")
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("VACUUM")
    db.close()
    assert (tmp_path / "archive.db").stat().st_size > 0
    fill(tmp_path / "archive.db", captures(1))
