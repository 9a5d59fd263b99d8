"""archive.db and snapshots.db are a pair, of one archive and one newspaper."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from scraper.archive.files import open_archive, open_reader
from scraper.cli import cli
from scraper.errors import ArchiveError, Locked
from scraper.progress import Silence
from scraper.upkeep.backup import backup
from scraper.upkeep.reread import reread
from scraper.urls import BAOLAOCAI, Site
from tests.support.filled import CONTEXT, captures, fill

OTHER = Site("https://baoyenbai.vn")
BOTH = ("archive.db", "snapshots.db")


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("original")
    fill(folder / "archive.db", captures(3))
    return folder


@pytest.fixture
def path(original: Path, tmp_path: Path) -> Path:
    shutil.copytree(original, tmp_path / "live", dirs_exist_ok=True)
    return tmp_path / "live/archive.db"


def identity(file: Path) -> tuple[str, ...]:
    with closing(sqlite3.connect(file)) as db:
        (row,) = db.execute("SELECT archive_id, base_url FROM identity").fetchall()
    return tuple(row)


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.glob("*.db")}


def refusal(path: Path, site: Site = BAOLAOCAI) -> str:
    """How a writer of `path` is refused; nothing in its folder changes."""
    before = contents(path.parent)
    with pytest.raises(ArchiveError) as refused, open_archive(path, site):
        pass
    assert contents(path.parent) == before
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_both_files_have_one_random_id_and_the_newspaper(path: Path, tmp_path: Path) -> None:
    ours = identity(path)
    assert ours == identity(path.with_name("snapshots.db"))
    assert ours[1] == "https://baolaocai.vn" and len(ours[0]) == 32
    fill(tmp_path / "archive.db", [])
    assert identity(tmp_path / "archive.db")[0] != ours[0]


def test_a_file_of_another_archive_is_refused(path: Path, tmp_path: Path) -> None:
    fill(tmp_path / "archive.db", captures(4))
    path.with_name("snapshots.db").write_bytes((tmp_path / "snapshots.db").read_bytes())
    assert "snapshots.db: belongs to another archive than archive.db" in refusal(path)
    with pytest.raises(ArchiveError, match="belongs to another archive"), open_reader(path):
        pass


def test_swapped_files_are_refused_by_every_command(path: Path, tmp_path: Path) -> None:
    archive, snapshots = (path.with_name(name) for name in BOTH)
    archive.rename(tmp_path / "x")
    snapshots.rename(archive)
    (tmp_path / "x").rename(snapshots)
    before = contents(path.parent)
    config = path.with_name("config.toml")
    config.write_text('[site]\nbase_url = "https://baolaocai.vn"\n', "utf-8")
    page = tmp_path / "page.html"
    page.write_text("<p>x")
    url = "https://baolaocai.vn/a-post1.html"
    for command in (
        ["import", str(page), "--url", url],
        ["reread"],
        ["status"],
        ["search", "x"],
        ["backup", str(tmp_path / "copy")],
    ):
        run = CliRunner().invoke(cli, [*command, "--config", str(config)])
        assert isinstance(run.exception, ArchiveError), command
        assert "archive.db: this is the snapshots.db of an archive" in str(run.exception)
    assert contents(path.parent) == before


def test_an_archive_of_another_newspaper_is_refused(path: Path) -> None:
    assert "an archive of https://baolaocai.vn, not of https://baoyenbai.vn" in refusal(path, OTHER)


@pytest.mark.parametrize(
    ("made", "opened"),
    [
        ("https://baolaocai.vn", Site("http://baolaocai.vn")),
        ("https://baolaocai.vn", Site("https://www.baolaocai.vn")),
        ("https://www.baolaocai.vn", Site("https://baolaocai.vn")),
        ("https://baolaocai.vn", Site("https://baoyenbai.vn", ("baolaocai.vn",))),
        ("http://127.0.0.1:8610", Site("http://127.0.0.1:9000")),
    ],
)
def test_a_newspaper_is_known_by_its_host_and_aliases(
    made: str, opened: Site, tmp_path: Path
) -> None:
    for site in (Site(made), opened):
        with open_archive(tmp_path / "archive.db", site):
            pass
    assert identity(tmp_path / "archive.db")[1] == made


def test_a_stand_in_does_not_write_to_a_newspapers_archive(path: Path) -> None:
    assert "not of http://127.0.0.1:9000" in refusal(path, Site("http://127.0.0.1:9000"))


@pytest.mark.parametrize("site", [BAOLAOCAI, OTHER], ids=["same-newspaper", "another-newspaper"])
def test_two_archives_in_one_folder_are_refused(path: Path, site: Site) -> None:
    said = refusal(path.with_name("second.db"), site)
    assert "give each newspaper a folder of its own" in said
    assert not path.with_name("second.db").exists()


def test_an_archive_that_was_moved_away_is_made_again_from_its_snapshots(path: Path) -> None:
    before = identity(path)
    path.rename(path.with_name("damaged.db"))
    with open_archive(path) as archive:
        reread(archive, CONTEXT, Silence())
        assert archive.db.execute("SELECT count(*) FROM articles").fetchone()[0] == 3
    assert identity(path) == before


def test_an_archive_may_be_given_another_name(path: Path) -> None:
    named = path.rename(path.with_name("lao-cai.db"))
    for _ in range(2):
        with open_archive(named):
            pass
    assert identity(named) == identity(path.with_name("snapshots.db"))


def test_one_writer_has_both_files(path: Path) -> None:
    """Two archives beside one snapshots.db cannot be written to at once either."""
    with open_archive(path), pytest.raises(Locked, match=r"snapshots\.db: another scraper"):
        with open_archive(path.with_name("second.db")):
            pass


def test_a_backup_does_not_replace_the_copy_of_another_archive(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other/archive.db"
    other.parent.mkdir()
    with open_archive(other, OTHER):
        pass
    folder = tmp_path / "copy"
    with open_reader(path) as archive:
        backup(archive, folder, Silence())
    before = contents(folder)
    with (
        open_reader(other) as archive,
        pytest.raises(ArchiveError, match=r"a copy of another archive, of https://baolaocai\.vn"),
    ):
        backup(archive, folder, Silence())
    assert contents(folder) == before


def test_a_slim_copy_has_the_id_and_no_partner(path: Path, tmp_path: Path) -> None:
    with open_reader(path) as archive:
        backup(archive, tmp_path / "slim", Silence(), slim=True)
    assert identity(tmp_path / "slim/archive.db") == identity(path)
