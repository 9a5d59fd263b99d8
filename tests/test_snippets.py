"""Excerpts of captions: a caption, its credit and the next caption never run together."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from datasette.app import Datasette

from scraper.archive.files import open_archive, write
from scraper.archive.index import index_article
from scraper.cli import cli
from tests.support.opened import get, opened, settings_of
from tests.support.searches import add_article

CAPTIONS = ("Một góc chợ phiên|Mai Khôi", "Bà con thu hoạch lê|", "|CTV", "Hoa nở|Lê Na")
EXPECTED = "Một góc chợ phiên · Mai Khôi | Bà con thu hoạch lê | CTV | Hoa nở · Lê Na"


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("snippets") / "archive.db"
    with open_archive(path) as archive, write(archive.db) as db:
        add_article(db, 7, "Tin vắn", "Sapo.", "Một hai.", CAPTIONS)
        index_article(db, 7)
    return path


@pytest.fixture(scope="module")
def datasette(path: Path) -> Iterator[Datasette]:
    with opened(settings_of(path)) as datasette:
        yield datasette


def test_a_search_keeps_captions_and_credits_apart_in_every_form(datasette: Datasette):
    for address in ("/search.json?q=thu+hoach", "/search.atom?q=thu+hoach"):
        assert EXPECTED in get(datasette, address).text
    page = get(datasette, "/search?q=thu+hoach").text
    assert EXPECTED.replace("thu hoạch", "<mark>thu hoạch</mark>") in page


def test_the_command_line_keeps_them_apart_too(path: Path):
    config = path.with_name("config.toml")
    config.write_text('[site]\nbase_url = "https://baolaocai.vn"\n', "utf-8")
    answer = CliRunner().invoke(cli, ["search", "thu hoạch", "--config", str(config)])
    assert EXPECTED in answer.output


def test_the_list_of_captions_names_each_credit_as_one(datasette: Datasette):
    page = get(datasette, "/archive/captions").text
    assert page.count('<span class="credit">Ảnh:') == 3
    assert 'Một góc chợ phiên <span class="credit">Ảnh: Mai Khôi</span>' in page
