"""In which order hits are shown, by the part of the article that has the word."""

from pathlib import Path

import pytest

from scraper.archive.files import open_archive
from scraper.archive.index import reindex
from tests.support.filled import captures, fill
from tests.support.searches import searched

ALTERED = {
    "title": "UPDATE articles SET title = ? WHERE id = ?",
    "lead": "UPDATE articles SET lead = ? WHERE id = ?",
    "body": "UPDATE texts SET body = ? WHERE article_id = ?",
}


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ranking") / "archive.db"
    fill(path, captures(12))
    return path


@pytest.mark.parametrize("parts", [("title", "lead"), ("title", "body"), ("lead", "body")])
def test_a_word_weighs_most_in_the_title_then_in_the_lead_then_in_the_body(
    path: Path, parts: tuple[str, str]
) -> None:
    with open_archive(path) as archive:
        db = archive.db
        # Of equal hits, the higher number is shown first.
        better, worse = [n for (n,) in db.execute("SELECT id FROM articles ORDER BY id LIMIT 2")]
        for number in (better, worse):
            for sql in ALTERED.values():
                db.execute(sql, ["vài chữ khác", number])
        db.execute(ALTERED[parts[0]], ["vài chữ zqxwvk", better])
        db.execute(ALTERED[parts[1]], ["vài chữ zqxwvk zqxwvk", worse])
        reindex(db)
        assert [hit.id for hit in searched(db, "zqxwvk").hits] == [better, worse]
