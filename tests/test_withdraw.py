"""An article that was withdrawn is nowhere any more, and does not come back."""

import itertools
import json
import operator
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from scraper.archive import snapshots, withdrawals
from scraper.archive.files import open_archive, open_reader
from scraper.archive.filing import file_unfiled
from scraper.archive.read_article import history
from scraper.archive.tombstones import Tombstone
from scraper.archive.withdrawals import withdraw
from scraper.cli import cli
from scraper.config import CheckSettings, CrawlSettings, Settings, SiteSettings
from scraper.crawl.capture import add_urls
from scraper.crawl.run import Plan, crawl_site
from scraper.errors import ArchiveError, Refused, UnknownArticle
from scraper.importing import Wanted, import_files
from scraper.progress import Silence
from scraper.upkeep.backup import backup
from scraper.upkeep.check import check
from scraper.upkeep.reread import reread
from scraper.upkeep.verify import verify
from scraper.urls import article_id
from tests.support.filled import CONTEXT, captures, fill, page
from tests.support.searches import searched
from tests.support.stand_in import StandIn

pytestmark = pytest.mark.slow  # servers, commands and whole archives

AT = datetime(2026, 6, 1, tzinfo=UTC)
NUMBER = article_id(page(5).url) or 0
SECRET = "Tên riêng Zqxwvk"


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("original")
    fill(folder / "archive.db", [*captures(8), page(5, 7, title=SECRET.encode())])
    return folder


@pytest.fixture
def path(original: Path, tmp_path: Path) -> Path:
    shutil.copytree(original, tmp_path, dirs_exist_ok=True)
    return tmp_path / "archive.db"


def take_out(path: Path, number: int = NUMBER) -> int:
    with open_archive(path) as archive:
        return withdraw(archive, number, "Quyết định 12", AT)


def bytes_of(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir() if file.is_file())


def count(path: Path, sql: str) -> int:
    db = sqlite3.connect(path)
    found = db.execute(sql).fetchone()[0]
    db.close()
    return int(found)


def test_the_day_of_a_withdrawal_is_that_in_vietnam() -> None:
    assert str(Tombstone(1, "2026-06-01T17:30:00Z", "x")) == "withdrawn 2026-06-02: x"


def test_no_trace_of_its_text_is_left_in_any_file(path: Path) -> None:
    assert SECRET.encode() in bytes_of(path.parent) and b"zqxwvk" in bytes_of(path.parent)
    assert take_out(path) == 3
    left = bytes_of(path.parent)
    assert SECRET.encode() not in left and b"zqxwvk" not in left
    with open_reader(path) as archive:
        bodies = archive.snapshots.execute("SELECT id FROM snapshots WHERE body IS NOT NULL")
        for (snapshot_id,) in bodies.fetchall():
            assert SECRET.encode() not in snapshots.load(archive.snapshots, snapshot_id).body
        assert searched(archive.db, "zqxwvk").total == 0
        assert list(verify(archive, Silence())) == []
        with pytest.raises(UnknownArticle, match="withdrawn 2026-06-01: Quyết định 12"):
            history(archive.db, NUMBER)
    for table in ("texts", "captions", "revisions", "weather", "article_tags", "captures"):
        assert count(path, f"SELECT count(*) FROM {table} WHERE article_id = {NUMBER}") == 0
    assert count(path, "SELECT count(*) FROM articles") == 7


def test_its_page_cannot_be_loaded_and_its_hash_stays(path: Path) -> None:
    sql = "SELECT id, url, captured_at, sha256 FROM snapshots ORDER BY 1"
    db = sqlite3.connect(path.with_name("snapshots.db"))
    before = db.execute(sql).fetchall()
    take_out(path)
    assert db.execute(sql).fetchall() == before
    db.close()
    (snapshot_id,) = {row[0] for row in before if row[2] == "2026-05-08T12:05:00Z"}
    with open_archive(path) as archive, pytest.raises(ArchiveError, match="was withdrawn"):
        snapshots.load(archive.snapshots, snapshot_id)


def test_it_comes_back_by_no_import(path: Path) -> None:
    take_out(path)
    fill(
        path,
        [
            page(5),
            page(5, 9),
            replace(page(5, 9), url=f"https://baolaocai.vn/bai-viet/{NUMBER}-a"),
        ],
    )
    assert count(path, f"SELECT count(*) FROM articles WHERE id = {NUMBER}") == 0
    assert (
        count(
            path,
            f"SELECT count(*) FROM frontier WHERE article_id = {NUMBER} AND state <> 'disallowed'",
        )
        == 0
    )
    held = f"SELECT count(*) FROM snapshots WHERE body IS NOT NULL AND url LIKE '%{NUMBER}%'"
    assert count(path.with_name("snapshots.db"), held) == 0


def test_it_stays_out_of_an_archive_that_is_made_anew(path: Path) -> None:
    take_out(path)
    path.unlink()
    with open_archive(path) as archive:
        reread(archive, CONTEXT, Silence())
        assert archive.db.execute(
            "SELECT article_id, withdrawn_at, reason FROM withdrawals"
        ).fetchall() == [(NUMBER, "2026-06-01T00:00:00Z", "Quyết định 12")]
        assert list(verify_rows(path)) == []
    assert count(path, f"SELECT count(*) FROM articles WHERE id = {NUMBER}") == 0
    sql = (
        f"SELECT state = 'disallowed' AND due_at IS NULL FROM frontier WHERE article_id = {NUMBER}"
    )
    assert count(path, sql) == 1


def verify_rows(path: Path) -> list[str]:
    with open_reader(path) as archive:
        return [str(damage) for damage in verify(archive, Silence())]


class Killed(BaseException):
    pass


# Where a withdrawal is killed, and whether archive.db shows the article then.
KILLS = {
    "once the intent is recorded": ("carry_out", 1, True),
    "before the rows are gone": ("frontier.forbid", 1, True),
    "before the pages are gone": ("snapshots.blank", 1, False),
    "before archive.db is packed": ("_erase_free_space", 1, False),
    "before snapshots.db is packed": ("_erase_free_space", 2, False),
    "before it is noted that archive.db is clean": ("tombstones.mark_erased", 1, False),
    "before it is noted that snapshots.db is clean": ("tombstones.mark_erased", 2, False),
}


def kill_withdrawal(path: Path, name: str, call: int) -> None:
    """Withdraw, killed at the `call`th call of a function that withdrawals.py uses."""
    whole: Callable[..., object] = operator.attrgetter(name)(withdrawals)
    calls = itertools.count(1)

    def dies(*arguments: object) -> object:
        if next(calls) == call:
            raise Killed
        return whole(*arguments)

    with pytest.MonkeyPatch.context() as patch, pytest.raises(Killed):
        patch.setattr(f"scraper.archive.withdrawals.{name}", dies)
        take_out(path)


@pytest.mark.parametrize("kill", KILLS.values(), ids=KILLS)
def test_a_withdrawal_that_was_killed_is_named_by_what_only_reads(
    path: Path, tmp_path: Path, kill: tuple[str, int, bool]
) -> None:
    name, call, is_shown = kill
    kill_withdrawal(path, name, call)
    said = f"article {NUMBER}: its withdrawal was interrupted"
    assert any(line.startswith(said) for line in verify_rows(path))
    assert any(line.startswith(said) for line in check(path, CheckSettings(), AT))
    for slim in (True, False):
        with open_reader(path) as archive, pytest.raises(ArchiveError, match=said):
            backup(archive, tmp_path / "copy", Silence(), slim=slim)
    assert SECRET.encode() not in bytes_of(tmp_path / "copy")
    (tmp_path / "config.toml").write_text('[site]\nbase_url = "https://baolaocai.vn"\n', "utf-8")
    for command in (["search", "zqxwvk"], ["show", str(NUMBER)], ["diff", str(NUMBER)]):
        command += ["--config", str(tmp_path / "config.toml")]
        run = CliRunner().invoke(cli, command)
        assert SECRET not in run.output
        assert str(run.exception).startswith(said) == is_shown, command


@pytest.mark.parametrize("kill", KILLS.values(), ids=KILLS)
@pytest.mark.parametrize("later", ["reread", "import", "withdraw"])
def test_the_next_command_that_writes_finishes_a_withdrawal(
    path: Path, kill: tuple[str, int, bool], later: str
) -> None:
    kill_withdrawal(path, *kill[:2])
    if later == "withdraw":
        assert take_out(path) == 3
    else:
        with open_archive(path) as archive:
            if later == "reread":
                reread(archive, CONTEXT, Silence())
            else:
                import_files(archive, [], Wanted(), CONTEXT, Silence())
    left = bytes_of(path.parent)
    assert SECRET.encode() not in left and b"zqxwvk" not in left
    assert verify_rows(path) == []


@pytest.mark.parametrize("file", ["archive.db", "snapshots.db"])
def test_a_file_that_is_put_back_from_an_older_copy_loses_the_article_again(
    path: Path, file: str
) -> None:
    restored = path.with_name(file)
    older = restored.read_bytes()
    take_out(path)
    restored.write_bytes(older)
    assert any("its withdrawal was interrupted" in line for line in verify_rows(path))
    with open_archive(path) as archive:
        file_unfiled(archive, CONTEXT)
    left = bytes_of(path.parent)
    assert SECRET.encode() not in left and b"zqxwvk" not in left
    assert verify_rows(path) == []


def test_a_page_that_another_article_shares_stays_with_that(path: Path) -> None:
    error = b"<h1>Khong tim thay</h1>"
    fill(path, [replace(page(n, 20), status=404, body=error) for n in (5, 6)])
    take_out(path)
    assert verify_rows(path) == []
    with open_reader(path) as archive:
        (snapshot_id,) = archive.snapshots.execute(
            "SELECT id FROM snapshots WHERE url = ? AND status = 404", [page(6).url]
        ).fetchone()
        assert snapshots.load(archive.snapshots, snapshot_id).body == error


def test_a_program_that_reads_is_named_and_a_second_withdrawal_ends_the_work(path: Path) -> None:
    reader = sqlite3.connect(path)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM articles").fetchone()
    with (
        pytest.raises(ArchiveError, match="another program reads the archive"),
        open_archive(path) as archive,
    ):
        archive.db.execute("PRAGMA busy_timeout = 10")
        withdraw(archive, NUMBER, "x", AT)
    reader.close()
    take_out(path)
    assert SECRET.encode() not in bytes_of(path.parent)


def test_an_unknown_article_cannot_be_withdrawn(path: Path) -> None:
    with pytest.raises(UnknownArticle, match="article 7: not in this archive"):
        take_out(path, 7)


def test_the_crawler_never_asks_for_it_again(short_stand_in: StandIn, tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    settings = Settings(SiteSettings(short_stand_in.base_url, delay_seconds=0.0), CrawlSettings())
    number, story = next(iter(short_stand_in.stories.items()))
    url = short_stand_in.base_url + story.new_path
    with open_archive(path) as archive:
        crawl_site(archive, settings, Plan(1000, 5, full=True), Silence())
        withdraw(archive, number, "x", AT)
        short_stand_in.log.clear()
        archive.db.execute(
            "UPDATE frontier SET due_at = '2020-01-01T00:00:00Z' WHERE state = 'list'"
        )
        crawl_site(archive, settings, Plan(1000, 5, full=True), Silence())
        assert not [line for line in short_stand_in.log if str(number) in str(line)]
        with pytest.raises(Refused, match="withdrawn"):
            add_urls(archive, settings, [url], Silence())


def test_the_command_says_what_went_and_what_did_not(path: Path, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[site]\nbase_url = "https://baolaocai.vn"\n', "utf-8")
    command = ["--config", str(tmp_path / "config.toml")]
    run = CliRunner().invoke(cli, ["withdraw", str(NUMBER), "--reason", "Quyết định\n12", *command])
    assert (run.exit_code, run.stdout) == (
        0,
        f"article {NUMBER}: withdrawn, with the pages of 3 snapshots\n",
    )
    assert "copies made before still hold it" in run.stderr
    assert CliRunner().invoke(cli, ["withdraw", "1", "--reason", " ", *command]).exit_code == 2
    run = CliRunner().invoke(cli, ["show", str(NUMBER), *command])
    assert str(run.exception).endswith(": Quyết định 12")
    found = CliRunner().invoke(cli, ["search", "zqxwvk", "--json", *command])
    assert json.loads(found.stdout)["total"] == 0
