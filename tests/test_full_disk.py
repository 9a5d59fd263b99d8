"""A disk that fills up at any point: one clear line, and an archive that goes on later."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from scraper.archive.files import open_reader
from scraper.demo.newspaper import make_newspaper
from scraper.progress import Silence
from scraper.upkeep.verify import verify
from scraper.urls import article_id
from tests.support.commands import configure, in_process, scraper
from tests.support.filled import captures, fill, page
from tests.support.stand_in import StandIn

pytestmark = pytest.mark.slow  # whole runs


def assert_sound(folder: Path) -> None:
    with open_reader(folder / "archive.db") as archive:
        assert [str(damage) for damage in verify(archive, Silence())] == []


@pytest.mark.slow
@pytest.mark.parametrize("limit", [1, 4096, 20_000, 60_000, 150_000, 300_000, 500_000, 900_000])
def test_a_crawl_ends_with_one_line_and_the_next_goes_on(tmp_path: Path, limit: int) -> None:
    with StandIn(make_newspaper(pages=15 if limit <= 300_000 else 50)) as site:
        configure(tmp_path, site.base_url)
        run = scraper(tmp_path, "crawl", "--full", limit=limit)
        last = run.stderr.splitlines()[-1]
        assert run.returncode == 1
        assert "Traceback" not in run.stderr
        assert last.startswith("scraper: ") and "nothing filed before is lost" in last
        again = in_process(tmp_path, "crawl", "--full")
    assert again.returncode == 0, again.stderr
    assert_sound(tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "limit"),
    [
        (("reread", "--workers", "1"), 1),
        (("reread", "--workers", "1"), 100_000),
        (("reread", "--workers", "2"), 300_000),
        (("backup", "copy"), 1),
        (("backup", "copy"), 100_000),
        (("backup", "slim", "--slim"), 100_000),
        (("withdraw", str(article_id(page(1).url)), "--reason", "x"), 1),
        (("withdraw", str(article_id(page(1).url)), "--reason", "x"), 30_000),
        (("withdraw", str(article_id(page(1).url)), "--reason", "x"), 200_000),
    ],
    ids=str,
)
def test_other_writers_end_with_one_line_and_can_be_repeated(
    tmp_path: Path, arguments: tuple[str, ...], limit: int
) -> None:
    configure(tmp_path, "https://baolaocai.vn", 5)
    fill(tmp_path / "archive.db", captures(30))
    if arguments[0] == "reread":
        (tmp_path / "archive.db").unlink()
    run = scraper(tmp_path, *arguments, limit=limit)
    assert run.returncode == 1, run.stderr
    assert re.search(r"^scraper: .*(archive|copy|slim)", run.stderr.splitlines()[-1]), run.stderr
    assert "Traceback" not in run.stderr
    assert not list(tmp_path.glob("copy/*")) and not list(tmp_path.glob("slim/*"))
    again = in_process(tmp_path, *arguments)
    assert again.returncode == 0, again.stderr
    assert_sound(tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("limit", [33_000, 70_000, 120_000, 250_000, 400_000])
def test_a_full_disk_says_what_is_not_withdrawn_and_a_repetition_finishes_it(
    tmp_path: Path, limit: int
) -> None:
    configure(tmp_path, "https://baolaocai.vn", 5)
    title = b"Zqxwvk"
    fill(tmp_path / "archive.db", [*captures(8), page(5, 7, title=title)])
    arguments = ("withdraw", str(article_id(page(5).url)), "--reason", "x")
    run = scraper(tmp_path, *arguments, limit=limit)
    assert run.returncode == 1
    said = run.stderr.splitlines()[-1]
    assert "nothing filed before is lost" not in said
    assert ("not withdrawn, nothing was changed" in said) != ("is not finished" in said), said
    with closing(sqlite3.connect(tmp_path / "snapshots.db")) as db:
        (begun,) = db.execute("SELECT count(*) FROM withdrawals").fetchone()
    assert begun == ("is not finished" in said)
    assert in_process(tmp_path, *arguments).returncode == 0
    for file in tmp_path.iterdir():
        assert title.lower() not in file.read_bytes().lower()
    assert_sound(tmp_path)
