"""What is damaged is named; what is not, is not."""

import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlite_utils import Database

from scraper.archive import snapshots
from scraper.archive.files import open_archive, open_articles, open_reader
from scraper.archive.index import check_index, reindex, scratch_index, unindex_article
from scraper.archive.index_check import check_structure
from scraper.cli import cli
from scraper.errors import ArchiveError
from scraper.progress import Silence
from scraper.upkeep.reread import reread
from scraper.upkeep.verify import Finding, verify
from scraper.urls import article_id
from tests.support.filled import CONTEXT, captures, fill, page

pytestmark = pytest.mark.slow  # servers, commands and whole archives

NUMBER = article_id(page(3).url)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("original")
    fill(folder / "archive.db", captures(8))
    return folder


@pytest.fixture
def path(original: Path, tmp_path: Path) -> Path:
    shutil.copytree(original, tmp_path, dirs_exist_ok=True)
    return tmp_path / "archive.db"


def damages(path: Path) -> list[Finding]:
    with open_reader(path) as archive:
        return list(verify(archive, Silence()))


def alter(path: Path, sql: str) -> None:
    db = sqlite3.connect(path)
    db.execute("PRAGMA foreign_keys = OFF")
    db.executescript(sql)
    db.commit()
    db.close()


def test_a_sound_archive_is_well(path: Path) -> None:
    assert damages(path) == []


@pytest.mark.parametrize(
    "column",
    ["body", "url", "captured_at", "status", "headers_json", "sha256", "size_bytes", "origin"],
)
def test_one_byte_flipped_in_a_snapshot_names_it(path: Path, column: str) -> None:
    db = sqlite3.connect(path.with_name("snapshots.db"))
    (value,) = db.execute(f"SELECT {column} FROM snapshots WHERE id = 4").fetchone()
    if isinstance(value, int):
        altered: object = value ^ 1
    elif isinstance(value, str):
        altered = value[:9] + chr(ord(value[9]) ^ 1) + value[10:] if len(value) > 9 else "x"
    else:
        middle = len(value) // 2
        altered = value[:middle] + bytes([value[middle] ^ 1]) + value[middle + 1 :]
    db.execute(f"UPDATE snapshots SET {column} = ? WHERE id = 4", [altered])
    db.commit()
    db.close()
    assert "snapshot 4" in {damage.where for damage in damages(path)}


def test_any_byte_flipped_in_the_file_is_found(path: Path) -> None:
    file = path.with_name("snapshots.db")
    whole = file.read_bytes()
    db = sqlite3.connect(file)
    held = db.execute("SELECT id, body FROM snapshots WHERE body IS NOT NULL").fetchall()
    db.close()
    chance = random.Random(4)
    for snapshot_id, body in chance.sample(held, 6):
        at = whole.index(body[:200]) + chance.randrange(200)
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :])
        assert f"snapshot {snapshot_id}" in {damage.where for damage in damages(path)}


@pytest.mark.parametrize(
    "sql",
    [
        f"UPDATE articles SET title = title || ' ' WHERE id = {NUMBER}",
        f"UPDATE articles SET revision_count = 7 WHERE id = {NUMBER}",
        f"UPDATE texts SET body = 'x' WHERE article_id = {NUMBER}",
        f"DELETE FROM texts WHERE article_id = {NUMBER}",
        f"UPDATE captions SET credit = 'x' WHERE article_id = {NUMBER}",
        f"DELETE FROM captions WHERE article_id = {NUMBER}",
        f"UPDATE revisions SET body = 'x' WHERE article_id = {NUMBER}",
        f"DELETE FROM revisions WHERE article_id = {NUMBER}",
        f"INSERT INTO tags VALUES (1, 'x'); INSERT INTO article_tags VALUES ({NUMBER}, 1)",
        f"UPDATE weather SET humidity_pct = 1.5 WHERE article_id = {NUMBER}",
        f"UPDATE captures SET reading = 'not_article' WHERE article_id = {NUMBER}",
        f"DELETE FROM captures WHERE article_id = {NUMBER}",
        f"DELETE FROM articles WHERE id = {NUMBER}",
        "INSERT INTO articles_fts (articles_fts) VALUES ('delete-all')",
    ],
)
def test_altered_rows_are_named_and_made_good_by_a_reread(path: Path, sql: str) -> None:
    alter(path, sql)
    found = damages(path)
    assert f"article {NUMBER}" in {damage.where for damage in found}
    with open_archive(path) as archive:
        reread(archive, CONTEXT, Silence())
    if not sql.startswith("DELETE FROM articles "):  # which leaves rows that belong to no article
        assert {damage.remedy for damage in found} == {"reread"}
        assert damages(path) == []


def test_other_words_in_the_index_are_found(path: Path) -> None:
    with open_archive(path) as archive:
        unindex_article(archive.db, NUMBER)
        archive.db.execute(
            "INSERT INTO articles_fts (rowid, title, body_folded) VALUES (?, 'khác', 'khac')",
            [NUMBER],
        )
    (damage,) = damages(path)
    assert str(damage).startswith(f"article {NUMBER}: is in the search index with other words")
    assert damage.remedy == "new archive.db"


def flipped(path: Path, table: str, column: str, condition: str, chance: random.Random) -> None:
    """Flip one bit of one cell of the search index."""
    db = sqlite3.connect(path)
    cells = db.execute(f"SELECT rowid, {column} FROM {table} WHERE {condition}").fetchall()
    rowid, cell = chance.choice(cells)
    at = chance.randrange(len(cell))
    bit = bytes([cell[at] ^ 1 << chance.randrange(8)])
    db.execute(
        f"UPDATE {table} SET {column} = ? WHERE rowid = ?",
        [cell[:at] + bit + cell[at + 1 :], rowid],
    )
    db.commit()
    db.close()


def answers(path: Path, words: list[str]) -> list[object]:
    """What the search index returns for many searches, in every order; or that it fails."""
    found: list[object] = []
    db = sqlite3.connect(path)
    for word in words:
        for query in (f'"{word}"', f'"{word[:1]}"*', f'"{word}" NOT "{words[0]}"'):
            for order in ("rank, rowid", "rowid", "rowid DESC"):
                sql = f"SELECT rowid FROM articles_fts WHERE articles_fts MATCH ? ORDER BY {order}"
                try:
                    found.append(db.execute(sql, [query]).fetchall())
                except sqlite3.DatabaseError as e:
                    found.append(str(e))
    db.close()
    return found


def index_damages(path: Path) -> list[object]:
    """What `verify` says of the search index alone."""
    with open_articles(path) as db:
        try:
            return [*check_structure(db), *check_index(db)]
        except sqlite3.DatabaseError as e:
            return [str(e)]


LONG_LISTS = "id >> 36 & 1"  # FTS5's doclist indexes


def with_long_lists(path: Path) -> None:
    """Make the search index anew in pages so short that common words have doclist indexes."""
    with open_archive(path) as archive:
        archive.db.execute("INSERT INTO articles_fts (articles_fts, rank) VALUES ('pgsz', 32)")
        reindex(archive.db)


@pytest.mark.slow
def test_any_bit_flipped_in_the_search_index_that_changes_an_answer_is_found(path: Path) -> None:
    fill(path, (page(n) for n in range(8, 24)))
    with_long_lists(path)
    db = sqlite3.connect(path)
    db.execute("CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, articles_fts, row)")
    words = [word for (word,) in db.execute("SELECT term FROM temp.words ORDER BY doc DESC")]
    db.close()
    chance = random.Random(8)
    words = words[:5] + chance.sample(words[5:], 120)
    sound, before = path.read_bytes(), answers(path, words)
    assert index_damages(path) == []
    changed = 0
    for _ in range(8):
        for table, column, condition in (
            ("articles_fts_data", "block", "id > 10"),  # words, and the articles that hold them
            ("articles_fts_data", "block", "id <= 10"),
            ("articles_fts_data", "block", LONG_LISTS),
            ("articles_fts_docsize", "sz", "true"),
        ):
            flipped(path, table, column, condition, chance)
            if answers(path, words) != before:
                changed += 1
                assert index_damages(path) != [], (table, condition)
            path.write_bytes(sound)
    assert changed > 10


def test_a_look_up_that_passes_over_its_words_is_found(path: Path) -> None:
    with open_archive(path) as archive:
        archive.db.execute("INSERT INTO articles_fts (articles_fts) VALUES ('optimize')")
    db = sqlite3.connect(path)
    ((segment, first),) = db.execute(
        "SELECT segid, min(term) FROM articles_fts_idx WHERE length(term) > 1"
    ).fetchall()
    db.execute(  # the second page is looked into for words that the first one holds
        "UPDATE articles_fts_idx SET term = x'3030' WHERE segid = ? AND term = ?", [segment, first]
    )
    db.commit()
    db.close()
    (damage,) = damages(path)
    assert str(damage).startswith(
        "archive.db: the search index does not find every article that it holds, as with the word"
    )
    assert damage.remedy == "new archive.db"


def test_an_index_that_miscounts_its_words_is_found(path: Path) -> None:
    block = "CAST(x'01' || substr(block, 2) AS BLOB)"
    alter(path, f"UPDATE articles_fts_data SET block = {block} WHERE id = 1")
    assert list(map(str, damages(path))) == [
        "archive.db: the search index does not count its words rightly: hits are ranked wrongly"
    ]


def test_a_flip_in_what_finds_a_place_in_a_long_list_of_articles_is_found(path: Path) -> None:
    fill(path, (page(n) for n in range(8, 24)))
    with_long_lists(path)
    sound = path.read_bytes()
    chance, found = random.Random(3), []
    for _ in range(5):
        flipped(path, "articles_fts_data", "block", LONG_LISTS, chance)
        found += map(str, damages(path))
        path.write_bytes(sound)
    assert set(found) == {"archive.db: the search index is malformed"}


def test_an_index_that_cannot_be_copied_to_be_checked_is_not_called_damaged(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def tiny(db: Database, file: str) -> Iterator[Database]:
        with scratch_index(db, file) as scratch:
            scratch.execute("PRAGMA max_page_count = 20")
            yield scratch

    monkeypatch.setattr("scraper.archive.index_check.scratch_index", tiny)
    with pytest.raises(ArchiveError, match="temporary file to check it.*TMPDIR"):
        damages(path)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE article_counts SET articles = articles + 1",
        "UPDATE article_counts SET captions = captions - 1",
        "DELETE FROM article_counts",
        "INSERT INTO article_counts VALUES ('2031-01', '', '', 1, 0)",
    ],
)
def test_a_count_that_is_not_true_is_found(path: Path, sql: str) -> None:
    alter(path, sql)
    (damage,) = damages(path)
    assert damage.where == "archive.db" and "article_counts is not true of month" in damage.found


def test_rows_without_an_article_are_found(path: Path) -> None:
    alter(path, "INSERT INTO texts VALUES (7, 'x')")
    (damage,) = damages(path)
    assert str(damage) == "archive.db: row 7 of texts belongs to no row of articles"


def test_a_lost_snapshot_is_named(path: Path) -> None:
    alter(path.with_name("snapshots.db"), "DELETE FROM snapshots WHERE id = 4")
    assert [(d.where, d.remedy) for d in damages(path)] == [("snapshot 4", "backup")]


def test_a_snapshot_that_is_not_filed_yet_is_no_damage(path: Path) -> None:
    with open_archive(path) as archive:
        snapshots.store(archive.snapshots, page(9))
    assert damages(path) == []


def test_a_file_that_sqlite_cannot_read_ends_no_other_check(path: Path) -> None:
    whole = bytearray(path.read_bytes())
    db = sqlite3.connect(path)
    (root,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'texts'").fetchone()
    db.close()
    whole[(root - 1) * 4096 : root * 4096] = b"\xff" * 4096
    path.write_bytes(whole)
    alter(path.with_name("snapshots.db"), "UPDATE snapshots SET origin = 'x' WHERE id = 2")
    found = {damage.where for damage in damages(path)}
    assert {"archive.db", "snapshot 2"} <= found


def test_the_command_names_the_damage_and_exits_1(path: Path, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[site]\nbase_url = "https://baolaocai.vn"\n', "utf-8")
    command = ["verify", "--config", str(tmp_path / "config.toml"), "--workers", "1"]
    well = CliRunner().invoke(cli, command, catch_exceptions=False)
    assert (well.exit_code, well.stdout) == (0, "all is well\n")
    alter(path.with_name("snapshots.db"), "UPDATE snapshots SET body = x'00' WHERE id = 2")
    run = CliRunner().invoke(cli, command, catch_exceptions=False)
    assert run.exit_code == 1
    assert run.stdout.startswith("snapshot 2: its body cannot be unpacked")
    assert "only a backup has it" in run.stderr


def test_a_damaged_snapshot_is_never_loaded(path: Path) -> None:
    alter(path.with_name("snapshots.db"), "UPDATE snapshots SET url = url || 'x' WHERE id = 2")
    with (
        open_reader(path) as archive,
        pytest.raises(ArchiveError, match="^snapshot 2: its address"),
    ):
        snapshots.load(archive.snapshots, 2)
