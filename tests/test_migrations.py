"""Versions of the tables: an archive of an earlier one is brought up to date, a later one refused.

The only released version is the first, so the later one is invented here.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlite_utils import Database, Migrations

from scraper.archive import files, tables
from scraper.archive.files import open_archive, open_articles, open_reader
from scraper.cli import cli
from scraper.errors import ArchiveError
from scraper.progress import Silence
from scraper.upkeep.backup import backup
from tests.support.filled import captures, fill

BOTH = ("archive.db", "snapshots.db")


def add_words(db: Database) -> None:
    """The invented version 2 of archive.db."""
    db.conn.execute("ALTER TABLE articles ADD COLUMN word_count INTEGER")
    db.conn.execute("UPDATE articles SET word_count = syllable_count / 2")


def broken(db: Database) -> None:
    """A version 3 that a full disk, say, stops half-way."""
    db.conn.execute("DROP TABLE failures")
    raise sqlite3.OperationalError("disk full")


def use_versions(monkeypatch: pytest.MonkeyPatch, *later: object) -> None:
    """Have the code know these versions of archive.db beside the first."""
    versions = Migrations("archive")
    for migration in (tables.m001_archive, *later):
        versions()(migration)
    monkeypatch.setattr(files, "archive_migrations", versions)


@pytest.fixture
def archive_path(tmp_path: Path) -> Path:
    """An archive of version 1."""
    path = tmp_path / "archive.db"
    fill(path, captures(2))
    return path


def contents(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in BOTH}


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute(sql).fetchall()


def everything(path: Path) -> Iterator[tuple[object, ...]]:
    for sql in (
        "SELECT id, url, title, body FROM articles_full ORDER BY id",
        "SELECT article_id, position, text, credit FROM captions ORDER BY 1, 2",
        "SELECT article_id, number, sha256 FROM revisions ORDER BY 1, 2",
    ):
        yield from rows(path, sql)


def test_a_writer_brings_an_earlier_archive_up_and_keeps_every_row(
    archive_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = list(everything(archive_path))
    use_versions(monkeypatch, add_words)
    with open_archive(archive_path) as archive:
        assert archive.db.execute("SELECT min(word_count) FROM articles").fetchone()[0] > 0
    assert list(everything(archive_path)) == before
    with open_reader(archive_path):
        pass


def test_a_reader_leaves_an_earlier_archive_as_it_is(
    archive_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(archive_path.parent)
    use_versions(monkeypatch, add_words)
    with pytest.raises(ArchiveError, match="earlier version"), open_reader(archive_path):
        pass
    assert contents(archive_path.parent) == before


@pytest.mark.parametrize("is_slim", [True, False], ids=["slim", "whole"])
@pytest.mark.parametrize("named", ["", "archive.db"], ids=["folder", "file"])
def test_a_copy_of_an_earlier_version_is_brought_up_by_one_command(
    is_slim: bool,
    named: str,
    archive_path: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    copy = tmp_path / "copy"
    with open_reader(archive_path) as archive:
        backup(archive, copy, Silence(), slim=is_slim)
    before = list(everything(copy / "archive.db"))
    use_versions(monkeypatch, add_words)
    with (
        pytest.raises(ArchiveError, match=r"`scraper upgrade .*copy/archive\.db` brings it"),
        open_articles(copy / "archive.db"),
    ):
        pass
    runs = [CliRunner().invoke(cli, ["upgrade", str(copy / named)]) for _ in range(2)]
    assert [run.output.partition(": ")[2] for run in runs] == [
        "add_words\n",
        "up to date already\n",
    ]
    with open_articles(copy / "archive.db") as db:
        assert db.execute("SELECT min(word_count) FROM articles").fetchone()[0] > 0
        assert db.execute("PRAGMA journal_mode").fetchone()[0] == "delete"
    assert list(everything(copy / "archive.db")) == before
    assert (copy / "snapshots.db").exists() is not is_slim


def test_a_version_that_fails_leaves_the_one_before_it(
    archive_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_versions(monkeypatch, add_words, broken)
    with pytest.raises(sqlite3.OperationalError), open_archive(archive_path):
        pass
    names = "SELECT name FROM _sqlite_migrations ORDER BY id"
    assert rows(archive_path, names) == [("m001_archive",), ("add_words",)]
    assert rows(archive_path, "SELECT count(*) FROM failures") == [(0,)]


@pytest.mark.parametrize("later", ["archive", "snapshots"])
def test_a_later_version_of_either_file_leaves_both_as_they_are(
    later: str, archive_path: Path
) -> None:
    with closing(sqlite3.connect(archive_path.with_name(f"{later}.db"))) as db:
        db.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
            f" VALUES ('{later}', 'm999_later', '2030-01-01')"
        )
        db.commit()
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = contents(archive_path.parent)
    with pytest.raises(ArchiveError, match="later version"), open_archive(archive_path):
        pass
    assert contents(archive_path.parent) == before


def test_a_first_start_that_was_cut_short_is_done_again(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("VACUUM")
    assert path.stat().st_size > 0
    fill(path, captures(1))
