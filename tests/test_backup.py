"""Copies of an archive: made beside a crawl, at one moment, and sound."""

import itertools
import shutil
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from scraper.archive.files import one_moment, open_archive, open_articles, open_reader
from scraper.cli import cli
from scraper.config import CrawlSettings, Settings, SiteSettings
from scraper.crawl.run import Plan, crawl_site
from scraper.errors import ArchiveError, Locked
from scraper.progress import Silence
from scraper.upkeep.backup import INTERNAL, Copy, backup
from scraper.upkeep.verify import missing_captures, verify
from tests.support.filled import captures, fill, page
from tests.support.searches import searched
from tests.support.stand_in import StandIn

pytestmark = pytest.mark.slow  # whole runs


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("original")
    fill(folder / "archive.db", captures(6))
    return folder


@pytest.fixture
def path(original: Path, tmp_path: Path) -> Path:
    shutil.copytree(original, tmp_path / "live", dirs_exist_ok=True)
    return tmp_path / "live/archive.db"


def copied(path: Path, folder: Path, *, slim: bool = False) -> Copy:
    with open_reader(path) as archive:
        return backup(archive, folder, Silence(), slim=slim)


def dump(path: Path) -> list[str]:
    db = sqlite3.connect(path)
    lines = [
        str(row)
        for (name,) in db.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1"
        ).fetchall()
        for row in db.execute(f"SELECT * FROM {name}")
    ]
    db.close()
    return lines


def test_a_copy_is_the_same_archive_in_two_plain_files(path: Path, tmp_path: Path) -> None:
    made = copied(path, tmp_path / "a/b")
    assert (made.articles, made.snapshots, made.damages) == (6, 12, ())
    assert {p.name for p in (tmp_path / "a/b").iterdir()} == {"archive.db", "snapshots.db"}
    for name in ("archive.db", "snapshots.db"):
        assert dump(tmp_path / "a/b" / name) == dump(path.with_name(name))
    fill(tmp_path / "a/b/archive.db", [page(9)])
    with open_reader(tmp_path / "a/b/archive.db") as archive:
        assert list(verify(archive, Silence())) == []


def test_a_new_copy_takes_the_place_of_an_older_one_that_was_written_to(
    path: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "copy"
    copied(path, folder)
    fill(folder / "archive.db", [page(9)])
    assert not copied(path, folder).damages
    assert dump(folder / "archive.db") == dump(path)


def test_a_copy_that_another_program_has_open_for_writing_is_left(
    path: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "copy"
    copied(path, folder)
    with (
        open_archive(folder / "archive.db"),
        pytest.raises(ArchiveError, match="left as it was|kept"),
    ):
        copied(path, folder)
    assert not list(folder.glob(".*"))


def test_a_slim_copy_has_all_that_readers_need_and_nothing_of_the_crawl(
    path: Path, tmp_path: Path
) -> None:
    copied(path, tmp_path / "slim", slim=True)
    assert [p.name for p in (tmp_path / "slim").iterdir()] == ["archive.db"]
    with open_articles(tmp_path / "slim/archive.db") as db:
        assert searched(db, '"tieu de da sua"').total == 2
        for table in INTERNAL:
            assert db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == 0, table
        assert db.execute("SELECT count(*) FROM sqlite_stat1").fetchone()[0] > 0
        assert db.execute("PRAGMA freelist_count").fetchone()[0] == 0


def test_two_copies_are_not_made_in_one_folder_at_once(path: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    copied(path, folder)
    before = [(folder / name).read_bytes() for name in ("archive.db", "snapshots.db")]

    class Second(Silence):
        refusal = ""

        def note(self, text: str, url: str | None = None) -> None:
            if not self.refusal:
                with pytest.raises(Locked) as refusal:
                    copied(path, folder)
                self.refusal = str(refusal.value)

    first = Second()
    with open_reader(path) as archive:
        backup(archive, folder, first)
    assert first.refusal == f"{folder}: another copy is being made there; try again later"
    assert [(folder / name).read_bytes() for name in ("archive.db", "snapshots.db")] == before
    assert copied(path, folder).articles == 6


def test_what_needs_the_captures_says_that_a_slim_copy_lacks_them(
    path: Path, tmp_path: Path
) -> None:
    copied(path, tmp_path, slim=True)
    (tmp_path / "config.toml").write_text('[site]\nbase_url = "https://baolaocai.vn"\n', "utf-8")
    for arguments in (["status"], ["verify"], ["check"], ["reread"], ["backup", "x"]):
        run = CliRunner().invoke(cli, [*arguments, "--config", str(tmp_path / "config.toml")])
        assert isinstance(run.exception, ArchiveError)
        assert "snapshots.db: missing; a slim copy has none: do this where" in str(run.exception)


def test_a_reader_who_can_make_no_file_beside_the_archive_learns_what_can(path: Path) -> None:
    path.with_name("archive.db-shm").symlink_to(
        "nowhere/x"
    )  # as on a disk that is for reading only
    assert refusal_to_read(path).endswith(what_can(path))


def test_a_reader_in_a_folder_of_somebody_else_learns_the_same(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        error = sqlite3.OperationalError("attempt to write a readonly database")
        error.sqlite_errorcode = sqlite3.SQLITE_READONLY_DIRECTORY
        raise error

    monkeypatch.setattr("scraper.archive.connections._require_ours", refused)
    assert refusal_to_read(path).endswith(what_can(path))


def refusal_to_read(path: Path) -> str:
    with pytest.raises(ArchiveError) as refusal, open_articles(path):
        pass
    return str(refusal.value)


def what_can(path: Path) -> str:
    return f"; {path.parent} must be writable, or hold a copy made by `scraper backup`"


def test_a_slim_copy_takes_no_captures(path: Path, tmp_path: Path) -> None:
    """They would get the numbers of those that it tells of."""
    copied(path, tmp_path / "slim", slim=True)
    before = (tmp_path / "slim/archive.db").read_bytes()
    with (
        pytest.raises(ArchiveError, match=r"snapshots.db: lacks captures .* \(up to number 11\)"),
        open_archive(tmp_path / "slim/archive.db"),
    ):
        pass
    assert (tmp_path / "slim/archive.db").read_bytes() == before
    assert not (tmp_path / "slim/snapshots.db").exists()


def test_an_archive_beside_older_snapshots_is_refused(path: Path, tmp_path: Path) -> None:
    copied(path, tmp_path / "copy")
    fill(path, [page(9)])
    (tmp_path / "copy/snapshots.db").replace(path.with_name("snapshots.db"))
    with pytest.raises(ArchiveError, match="lacks captures"), open_archive(path):
        pass


def test_a_damaged_page_never_replaces_a_sound_copy(path: Path, tmp_path: Path) -> None:
    copied(path, tmp_path / "copy")
    before = (tmp_path / "copy/snapshots.db").read_bytes()
    db = sqlite3.connect(path.with_name("snapshots.db"))
    db.execute("UPDATE snapshots SET body = x'00' WHERE id = 2")
    db.commit()
    db.close()
    with pytest.raises(ArchiveError, match=r"damaged \(snapshot 2: .* older one was kept"):
        copied(path, tmp_path / "copy")
    assert (tmp_path / "copy/snapshots.db").read_bytes() == before
    (damage,) = copied(path, tmp_path / "first").damages
    assert damage.startswith("snapshot 2: ")


def test_an_archive_beside_older_snapshots_never_replaces_a_sound_copy(
    path: Path, tmp_path: Path
) -> None:
    older, copy = tmp_path / "older", tmp_path / "copy"
    copied(path, older)
    fill(path, [page(9)])
    copied(path, copy)
    before = (copy / "snapshots.db").read_bytes()
    (older / "snapshots.db").replace(path.with_name("snapshots.db"))
    with pytest.raises(ArchiveError, match=r"snapshot 13: not in snapshots\.db.*was kept"):
        copied(path, copy)
    assert (copy / "snapshots.db").read_bytes() == before
    assert [d for d in copied(path, tmp_path / "first").damages if d.startswith("snapshot 13")]


def test_a_foreign_database_in_the_folder_is_left_alone(path: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "archive.db")) as db:
        db.execute("CREATE TABLE mine (x)")
    before = (tmp_path / "archive.db").read_bytes()
    with pytest.raises(ArchiveError, match="left alone"):
        copied(path, tmp_path)
    assert (tmp_path / "archive.db").read_bytes() == before


def test_the_archives_own_folder_is_refused(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(ArchiveError, match="holds the archive itself"):
        copied(path, path.parent)
    assert path.read_bytes() == before


def test_a_slim_copy_does_not_take_the_place_of_a_whole_one(path: Path, tmp_path: Path) -> None:
    copied(path, tmp_path / "copy")
    with pytest.raises(ArchiveError, match="holds a whole copy"):
        copied(path, tmp_path / "copy", slim=True)


def test_a_folder_that_cannot_be_made_is_said_in_one_line(path: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(ArchiveError, match="no copy was made"):
        copied(path, tmp_path / "file/copy")


@contextmanager
def crawl(path: Path, site: StandIn) -> Iterator[None]:
    """Crawl the whole stand-in in a thread of its own; ends when the crawl has ended."""
    settings = Settings(SiteSettings(site.base_url, delay_seconds=0.0), CrawlSettings())

    def run() -> int:
        with open_archive(path) as archive:
            plan = Plan(pages=1000, minutes=5, full=True)
            return crawl_site(archive, settings, plan, Silence()).run.new_articles

    with ThreadPoolExecutor(1) as pool:
        crawling = pool.submit(run)
        yield
        assert crawling.result() == len(site.stories)


def wait_for(path: Path, articles: int) -> None:
    with closing(sqlite3.connect(path)) as db:
        end = time.monotonic() + 30
        while db.execute("SELECT count(*) FROM articles").fetchone()[0] < articles:
            assert time.monotonic() < end
            time.sleep(0.002)


def test_twenty_copies_during_a_crawl_are_each_of_one_moment(
    short_stand_in: StandIn, tmp_path: Path
) -> None:
    path = tmp_path / "archive.db"
    fill(path, [])
    seen = []
    with crawl(path, short_stand_in):
        for number in range(20):
            wait_for(path, 2 * number)
            folder = tmp_path / f"copy{number % 3}"  # some take the place of older ones
            made = copied(path, folder)
            assert made.damages == ()
            # At one moment, at most one page is stored and not filed yet.
            assert made.snapshots - made.articles in (0, 1)
            seen.append(made.articles)
            if number % 5 == 0:
                with open_reader(folder / "archive.db") as archive:
                    assert list(verify(archive, Silence())) == []
    assert seen == sorted(seen) and seen[0] < seen[-1]


def test_what_a_killed_backup_left_is_removed_by_the_next(path: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    folder.mkdir()
    for name in (".snapshots.db.partial", ".archive.db.partial", ".archive.db.partial-journal"):
        (folder / name).write_bytes(b"half")
    with open_reader(path) as archive:
        backup(archive, folder, Silence(), slim=True)
    assert [file.name for file in folder.iterdir()] == ["archive.db"]


def test_no_rows_are_read_whose_captures_came_later(path: Path) -> None:
    begun = itertools.count(1)

    def file_a_page_between(statement: str) -> None:
        if statement == "BEGIN" and next(begun) == 2:
            fill(path, [page(40)])

    with open_reader(path) as archive:
        for db in (archive.db, archive.snapshots):
            db.conn.set_trace_callback(file_a_page_between)
        with one_moment(archive):
            assert list(missing_captures(archive.db, archive.snapshots)) == []
            stored = archive.snapshots.execute("SELECT max(id) FROM snapshots").fetchone()[0]
            filed = archive.db.execute("SELECT max(snapshot_id) FROM captures").fetchone()[0]
            assert stored > filed
    assert next(begun) == 3
