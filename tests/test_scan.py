"""Totals of every door against an independent count of the texts; stock tools on archive.db."""

import json
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner
from datasette.app import Datasette
from sqlite_utils import Database
from sqlite_utils.cli import cli as sqlite_utils_cli

from scraper.archive.files import open_articles
from scraper.cli import cli
from scraper.spelling import fold, words
from tests.support.filled import archive_of_rows, captures, fill
from tests.support.hostile import fill_hostile
from tests.support.opened import opened, settings_of
from tests.support.plain_environment import python_with
from tests.support.scan import count_words, differences, texts

pytestmark = pytest.mark.slow  # whole runs and archives


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("scan") / "archive.db"
    fill(path, captures(60))
    return path


@pytest.mark.slow
def test_every_door_counts_the_hundred_commonest_words_as_a_reading_of_all_texts_does(
    datasette: Datasette, path: Path
):
    with open_articles(path) as db:
        counted = count_words(db, 100)
    assert len(counted) == 100
    assert differences(datasette, counted) == []


def test_every_door_takes_a_word_with_all_its_marks_as_typed(tmp_path: Path):
    path = archive_of_rows(tmp_path / "archive.db", fill_hostile)
    counted = {"công an": (2, 3), "bệnh viện": (1, 1), "trẻ em": (1, 2)}
    with opened(settings_of(path)) as datasette:
        assert differences(datasette, counted) == []


def test_the_page_the_table_and_the_command_line_count_words_and_not_syllables(
    datasette: Datasette, path: Path, tmp_path: Path
):
    with open_articles(path) as db:
        counted = count_words(db, 12)
    assert differences(datasette, counted, without=("CSV", "feed")) == []
    config = tmp_path / "config.toml"
    text = f'[site]\nbase_url = "https://baolaocai.vn"\n[archive]\npath = "{path}"\n'
    config.write_text(text, "utf-8")
    for word, (marked, _) in counted.items():
        args = ["search", "--config", str(config), "--json", word]
        assert json.loads(CliRunner().invoke(cli, args).output)["total"] == marked, word


STOCK = (
    "đảng viên",
    "dang vien",
    "kỹ thuật",
    "ky thuat",
    "hòa bình",
    "thủy điện",
    "công ty",
    "cho phien",
)


def holding(path: Path, typed: str) -> set[int]:
    """The articles that hold every syllable, marks respected if typed."""
    with open_articles(path) as db:
        forms = {
            number: {w for text in printed for w in words(text.lower())}
            | {fold(w) for text in printed for w in words(text)}
            | {w for text in printed for w in words(text.lower().translate(_BARE))}
            for number, printed in texts(db)
        }
    return {n for n, held in forms.items() if set(typed.split()) <= held}


_BARE = str.maketrans({c: fold(c) for c in "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữự"}
                      | {c: "y" for c in "ỳýỷỹỵ"})  # fmt: skip


@pytest.mark.parametrize("typed", STOCK)
def test_sqlite_utils_finds_by_stock_syntax(path: Path, typed: str):
    args = ["search", str(path), "articles", typed, "-c", "id", "--limit", "1000"]
    answer = CliRunner().invoke(sqlite_utils_cli, args)
    assert answer.exit_code == 0, answer.output
    found = {row["id"] for row in json.loads(answer.output)}
    assert found == holding(path, typed)


def asked_of(python: Path, archive: Path, address: str) -> str:
    """What Datasette, run by `python`, answers about an archive."""
    command = [python, "-m", "datasette", archive, "--get", address]
    answer = subprocess.run(command, capture_output=True, text=True, cwd=archive.parent)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def test_datasette_alone_in_its_environment_finds_by_the_search_box_of_the_table(
    path: Path, tmp_path: Path
):
    python = python_with("datasette", tmp_path / "venv")
    ours = subprocess.run([python, "-c", "import scraper"], capture_output=True, cwd=tmp_path)
    assert b"No module named 'scraper'" in ours.stderr
    for typed in ("đảng viên", "dang+vien"):
        address = f"/archive/articles.json?_shape=array&_size=max&_search={typed}"
        found = {row["id"] for row in json.loads(asked_of(python, path, address))}
        assert found == holding(path, typed.replace("+", " ")) != set()
    page = asked_of(python, path, "/archive/articles?_search=dang+vien")
    assert 'name="_search" value="dang vien"' in page
    assert 'action="/search"' not in asked_of(python, path, "/")


def test_the_index_is_what_stock_tools_detect(path: Path):
    assert Database(path)["articles"].detect_fts() == "articles_fts"
