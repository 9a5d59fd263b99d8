"""A column of an article is declared once: the tables, their descriptions and exports follow."""

import csv
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from scraper.archive.article_columns import COLUMNS, FROM_PAGE, NAMES
from scraper.archive.articles import shown_by
from scraper.archive.files import open_reader
from scraper.archive.history import Capture
from scraper.archive.read_article import read_article
from scraper.browse.metadata import TABLES
from scraper.export import export
from scraper.export.entries import choose
from scraper.extract import extract
from scraper.progress import Silence
from tests.support.filled import captures, fill, page


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("columns") / "archive.db"
    fill(path, captures(3))
    return path


def written(path: Path, name: str, target: Path) -> Path:
    with choose(path, (), (), Silence(), lambda: False) as chosen:
        export(chosen, name, target)
    return target


def test_the_table_has_the_declared_columns(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        table = db.execute("SELECT name, type, pk FROM pragma_table_info('articles')").fetchall()
    assert table == [(c.name, c.sql.split()[0], int("PRIMARY" in c.sql)) for c in COLUMNS]


def test_datasette_describes_the_declared_columns() -> None:
    assert tuple(TABLES["articles"]["columns"]) == NAMES


def test_exports_have_the_declared_columns(path: Path, tmp_path: Path) -> None:
    line = written(path, "jsonl", tmp_path / "x.jsonl").read_text("utf-8").splitlines()[0]
    assert tuple(json.loads(line))[: len(NAMES)] == NAMES
    with written(path, "csv", tmp_path / "x.csv").open(encoding="utf-8-sig", newline="") as file:
        assert set(NAMES) < set(next(csv.reader(file)))


@pytest.mark.bulk
def test_parquet_files_have_the_declared_columns(path: Path, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="needs the bulk extra")
    from scraper.bulk import parts

    table = parquet.read_table(written(path, "parquet", tmp_path / "x.parquet"))
    assert tuple(table.column_names)[: len(NAMES)] == NAMES
    assert {"kicker", "photo_count", "published_source"} < set(parts.SCHEMA.names)


def test_a_page_gives_every_column_but_those_that_follow_from_all_captures() -> None:
    snapshot = page(0)
    article = extract(snapshot)
    capture = Capture(1, article.article_id or 0, snapshot.captured_at, 200, "", "text", "page", 9)
    assert tuple(shown_by(article, capture).article) == FROM_PAGE


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.name)
def test_every_column_has_a_meaning_in_both_languages(column: object) -> None:
    english, vietnamese = column.english, column.vietnamese  # type: ignore[attr-defined]
    assert english.isascii() or "LCĐT" in english
    assert not vietnamese.isascii()


def test_an_article_is_read_whole(path: Path) -> None:
    with open_reader(path) as archive:
        (number,) = archive.db.execute("SELECT min(id) FROM articles").fetchone()
        article = read_article(archive.db, number)
        assert read_article(archive.db, number + 10**6) is None
    assert article is not None
    assert article.values()["byline"] == json.loads(article.row["byline"])
    assert "\n\n".join(article.paragraphs) == article.body
    assert [caption["position"] for caption in article.captions] == list(
        range(1, article.row["caption_count"] + 1)
    )
