"""Which articles are shown as related to one, and why."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database

from scraper.archive.files import open_archive, write
from scraper.archive.index import index_article
from scraper.browse import related
from scraper.browse.related import RelatedArticle
from tests.support.searches import add_article

TEXTS = {
    1: ("Mùa thảo quả ở Suối Lủng", "Bà con thu hoạch. 719."),
    2: ("Giá thảo quả tăng", "Chợ đông."),
    3: ("Đường vào Lủng", "Xe đi được. 719."),
    4: ("Hội làng", "Trống vang từ sớm."),
    5: ("Quả thảo nguyên", "Thi công, an toàn."),
    6: ("Công an xã", "Tuần tra."),
}
TAGS = {1: ("giá cả", "nông sản"), 4: ("giá cả", "nông sản"), 6: ("giá cả",)}


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with open_archive(tmp_path / "archive.db") as archive:
        with write(archive.db) as db:
            for number, (title, lead) in TEXTS.items():
                add_article(db, number, title, lead, "Chữ.", ())
            for tag_id, name in enumerate(sorted({tag for tags in TAGS.values() for tag in tags})):
                db.execute("INSERT INTO tags VALUES (?, ?)", [tag_id, name])
                for number, names in TAGS.items():
                    if name in names:
                        db.execute("INSERT INTO article_tags VALUES (?, ?)", [number, tag_id])
            for number in TEXTS:
                index_article(db, number)
        yield archive.db


def of(db: Database, number: int) -> dict[int, RelatedArticle]:
    return {found.row[0]: found for found in related.related(db, number, *TEXTS[number])}


def test_articles_are_related_by_tags_and_rare_words_and_say_which(db: Database):
    found = of(db, 1)
    assert {n: (r.tags, r.words) for n, r in found.items()} == {
        4: (("giá cả", "nông sản"), ()),
        2: ((), ("thảo quả",)),
        3: ((), ("Lủng",)),
        6: (("giá cả",), ()),
    }
    assert list(found)[0] == 4  # shares two things, one with no other article


def test_a_word_is_its_syllables_side_by_side_and_a_number_is_none(db: Database):
    found = of(db, 1)
    assert 5 not in found and found[3].words == ("Lủng",)


def test_words_and_tags_that_many_articles_have_do_not_count(
    db: Database, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(related, "COMMON_TAG", 2)
    assert of(db, 1)[4].tags == ("nông sản",) and 6 not in of(db, 1)
    with write(db):
        add_article(db, 7, "Thảo quả", "", "Chữ.", ())
        index_article(db, 7)
    assert 2 not in of(db, 1)  # now three of seven articles have it


def test_a_tag_is_not_named_again_as_a_word(db: Database):
    with write(db):
        db.execute("INSERT INTO tags VALUES (9, 'Thảo quả')")
        db.conn.executemany("INSERT INTO article_tags VALUES (?, 9)", [(1,), (2,)])
    assert (of(db, 1)[2].tags, of(db, 1)[2].words) == (("Thảo quả",), ())


def test_no_text_breaks_it(db: Database):
    for title in ("", '"', "* OR ( : ^", "\u0301", "a\ue000b", "x " * 5000, "AND NOT NEAR"):
        assert related.related(db, 6, title, title) is not None
