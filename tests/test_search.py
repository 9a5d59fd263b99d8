"""The index `articles_fts`, and what is found in it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from sqlite_utils import Database

from scraper.archive.files import open_archive, write
from scraper.archive.index import (
    check_index,
    index_article,
    reindex,
    section_term,
    unindex_article,
)
from scraper.search.conditions import Filters
from scraper.search.counts import count_by_stretch, stretches
from scraper.search.facets import facets
from scraper.search.query import read_aliases, read_query
from scraper.search.sql import (
    MATCHING,
    are_common,
    ask,
    count_by_period,
    count_by_section,
    matching_ids,
    newest_ids,
)
from scraper.spelling import fold, is_bare, spell
from tests.support.searches import (
    ALIASES,
    ARTICLES,
    NUMBERS,
    PUBLISHED,
    QUERIES,
    add_article,
    searched,
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """An archive of ARTICLES, for tests that only read it."""
    with open_archive(tmp_path_factory.mktemp("search") / "archive.db") as archive:
        with write(archive.db) as db:
            for article in ARTICLES:
                add_article(db, *article)
                index_article(db, article[0])
        yield archive.db


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """The same, for tests that change it."""
    with open_archive(tmp_path / "archive.db") as archive:
        with write(archive.db) as db:
            for article in ARTICLES:
                add_article(db, *article)
                index_article(db, article[0])
        yield archive.db


def found(db: Database, text: str, **options: object) -> list[int]:
    return [hit.id for hit in searched(db, text, aliases=ALIASES, limit=100, **options).hits]


@pytest.mark.parametrize("text", QUERIES, ids=ascii)
def test_a_query_finds_these_articles_and_no_other(shared: Database, text: str):
    page = searched(shared, text, aliases=ALIASES, limit=100)
    assert {hit.id for hit in page.hits} == QUERIES[text]
    assert page.total == len(page.hits)
    newest = searched(shared, text, aliases=ALIASES, limit=100, sort="newest")
    assert {hit.id for hit in newest.hits} == QUERIES[text]


def test_or_finds_what_each_side_finds_alone(shared: Database):
    alone = (
        "sa pa",
        "công an",
        "cong an",
        '"chợ phiên"',
        "đả*",
        "ma -má",
        "15-NQ/TW",
        "nhà AND tạm",
    )
    for left, right in product(alone, repeat=2):
        both = searched(shared, f"{left} OR {right}", aliases=ALIASES, limit=100)
        wanted = set(found(shared, left)) | set(found(shared, right))
        assert {hit.id for hit in both.hits} == wanted and both.total == len(wanted), (left, right)
    assert searched(shared, "đảng " * 40 + "OR " + "viên " * 40).dropped_words == 16


def test_the_published_searches_are_several_of_each_kind_and_none_twice():
    kinds = PUBLISHED["searches"].values()
    assert all(len(kind) >= 4 for kind in kinds)
    assert sum(map(len, kinds)) == len(QUERIES)
    assert set().union(*QUERIES.values()) <= NUMBERS


@pytest.mark.parametrize("text", ["nghi*", "đả*", "hòa*", "ky*", "quyet*", "-nghi* chợ", "15*"])
def test_naming_the_words_that_begin_so_finds_the_same(
    shared: Database, text: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("scraper.search.sql.SHORTEST_NAMED", 1)
    named = ask(shared, read_query(text))
    monkeypatch.setattr("scraper.search.sql.LOOKED_AT", 0)
    begun = ask(shared, read_query(text))
    assert " *" in begun.match and " *" not in named.match
    numbers = [
        {row[0] for row in shared.execute(MATCHING, [asked.match])} for asked in (named, begun)
    ]
    assert numbers[0] == numbers[1] != set()


def test_a_phrase_of_too_many_spellings_is_found_without_marks_beside_its_marked_words(
    shared: Database, monkeypatch: pytest.MonkeyPatch
):
    exact = set(found(shared, '"chợ phien"'))
    monkeypatch.setattr("scraper.search.match.MAX_PHRASES", 0)
    loose = set(found(shared, '"chợ phien"'))
    assert exact and exact <= loose
    assert loose == set(found(shared, '"cho phien" chợ'))


NAMES = ("Sapa = Sa Pa", "Y Tý = Ý Tý", "Si Ma Cai = Simacai", "TP = thành phố")
OTHERS = ("sả pà", "ỳ tỳ", "sĩ mà cải", "thanh phở")  # the same letters, with other marks


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """An archive of one article for each form of NAMES, and one for each of OTHERS."""
    path = tmp_path_factory.mktemp("names") / "archive.db"
    forms = [form.strip() for name in NAMES for form in name.split("=")]
    with open_archive(path) as archive:
        with write(archive.db) as db:
            for number, form in enumerate((*forms, *OTHERS), 1):
                add_article(db, number, f"Du lịch {form} năm nay", "", "", ())
                index_article(db, number)
        yield archive.db


@pytest.mark.parametrize("place", range(len(NAMES)), ids=("sapa", "y ty", "si ma cai", "tp"))
def test_each_form_of_a_name_finds_all_of_them_with_marks_without_and_in_a_phrase(
    named: Database, place: int
):
    def numbers(text: str) -> set[int]:
        page = searched(named, text, aliases=read_aliases(NAMES), limit=100)
        assert page.total == len(page.hits)
        return {hit.id for hit in page.hits}

    forms = [form.strip() for form in NAMES[place].split("=")]
    own = {2 * place + 1, 2 * place + 2}
    all_marks = own | {2 * len(NAMES) + place + 1}
    for form in forms:
        bare = fold(form)
        assert numbers(f"du lịch {form}") == numbers(f'"du lịch {form}"') == own, form
        assert numbers(f"{form} du lịch") == numbers(f"{form.upper()} du lịch") == own, form
        assert numbers(f"du lich {bare}") == numbers(f'"du lich {bare}"') == all_marks, form
        assert numbers(bare) == all_marks, form
        assert not own & numbers(f"du lịch -{form}"), form
    marked = [form for form in forms if not is_bare(spell(form))]
    assert all(numbers(form) == own for form in marked)


def test_a_word_printed_without_marks_is_found_beside_a_marked_one(db: Database):
    half_typed = ("đảng vien", '"đảng vien"', '"đảng vie*"')
    assert [found(db, text) for text in half_typed] == [[1]] * 3
    with write(db):
        add_article(db, 90, "Thầy Đảng Vien kể chuyện bản", "", "", ())
        index_article(db, 90)
    assert [sorted(found(db, text)) for text in half_typed] == [[1, 90]] * 3


def test_articles_with_the_words_as_typed_come_first(shared: Database):
    assert found(shared, "ban")[0] == 20
    assert found(shared, "ma")[0] == 12


def test_only_words_with_marks_need_no_second_look_for_those_just_as_typed(shared: Database):
    for text, is_looked_for in (
        ("đảng viên", False),
        ("đảng vien", True),
        ("dang", True),
        ("đả*", False),
        ("ma đả*", True),
        ("Sapa", True),
        ("đuong", True),
        ('"chợ phiên"', False),
        ("-ma", False),
    ):
        assert bool(ask(shared, read_query(text, ALIASES)).typed) == is_looked_for, text


def test_a_blank_query_finds_everything_and_only_exclusions_nearly_so(shared: Database):
    assert set(found(shared, "")) == set(found(shared, "  ")) == NUMBERS
    assert set(found(shared, "-ma")) == NUMBERS - {11, 12, 13}


def test_filters_narrow_what_is_found(shared: Database):
    assert found(shared, "ma", filters=Filters(section="Kinh tế")) == [12]
    of_2012 = {number for number in NUMBERS if number % 4 == 2}
    assert set(found(shared, "", filters=Filters(since="2012", until="2012"))) == of_2012
    assert found(shared, "", filters=Filters(since="2012-05-10", until="2012-05-12")) == [10]
    assert set(found(shared, "", filters=Filters(byline="Ngọc Bằng"))) == {1, 2, 3}
    assert found(shared, "Sa Pa", filters=Filters(photos=True)) == [7]
    assert found(shared, "ban phung", filters=Filters(field="captions")) == [19]
    assert found(shared, "du lich", filters=Filters(field="captions")) == []
    assert found(shared, "", filters=Filters(gone=True)) == []
    assert found(shared, "", filters=Filters(tag="x")) == []
    assert found(shared, "ma", filters=Filters(section="xa hoi")) == found(
        shared, "ma", filters=Filters(section="Xã hội")
    )
    of_2010 = {number for number in NUMBERS if number % 4 == 0}
    without = found(shared, "-ma", filters=Filters(section="Kinh tế", until="2010"))
    assert without == sorted(of_2010 - {12}, reverse=True)


@pytest.mark.parametrize(
    "filters",
    [
        Filters(section="Kinh tế"),
        Filters(section="xa hoi"),
        Filters(section="Xã"),
        Filters(byline="Ngọc Bằng"),
        Filters(since="2011", until="2012"),
        Filters(section="Xã hội", since="2012"),
        Filters(section="Kinh tế", byline="Bằng", layout="article"),
        Filters(section="Xã hội", photos=True),
        Filters(section="Thể thao"),
    ],
    ids=repr,
)
def test_words_and_filters_find_what_both_find_alone(shared: Database, filters: Filters):
    passing = set(found(shared, "", filters=filters))
    for text in ("ma", "công an", "cong", "sapa OR bản", "bản -tin", '"du lịch"', "t*"):
        wanted = passing & set(found(shared, text))
        for sort in ("best", "newest", "oldest"):
            page = searched(shared, text, filters=filters, sort=sort, limit=100, aliases=ALIASES,
                          with_years=True)  # fmt: skip
            assert {hit.id for hit in page.hits} == wanted and page.total == len(wanted), text
            assert sum(n for _, n in page.years) == len(wanted)
        counted = facets(shared, ask(shared, read_query(text, ALIASES), filters))
        assert counted.counted == len(wanted)
        for field, n in counted.values.get("in", ()):
            there = replace(filters, field=field)
            assert n == len(set(found(shared, text, filters=there))), (text, field)


def test_pages_follow_each_other_without_gap_or_repeat(shared: Database):
    for sort in ("newest", "oldest", "best"):
        seen, offset = [], 0
        while offset is not None:
            page = searched(shared, "-xyz", offset=offset, limit=7, sort=sort)
            seen += [hit.id for hit in page.hits]
            offset = page.next_offset
        assert sorted(seen) == sorted(NUMBERS)


def test_the_snippet_is_the_printed_text_with_the_words_marked(shared: Database):
    (hit,) = searched(shared, "xu phat nghi dinh").hits
    assert "Xử phạt theo Nghị định 15/2020/NĐ-CP." in hit.snippet
    marked = [hit.snippet[a:b] for a, b in hit.snippet_marks]
    assert marked == ["Xử phạt", "Nghị định"]
    assert [hit.title[a:b] for a, b in hit.title_marks] == ["Nghị định"]


def test_hits_are_counted_by_year_and_month(shared: Database):
    asked = ask(shared, read_query("ma"))
    assert count_by_period(shared, asked) == [("2010", 1), ("2011", 1), ("2013", 1)]
    assert count_by_period(shared, asked, 7)[0] == ("2010-05", 1)


def test_an_overlong_query_is_cut_and_says_so(shared: Database):
    assert searched(shared, "đảng " * 100).dropped_words == 36
    assert searched(shared, "đảng " * 100).total == 1
    assert searched(shared, "đ" * 100_000).total == 0


@pytest.mark.parametrize("sign", "🤗🥇\U0001f3fb\uf0b7\ue000₿", ids=ascii)
def test_a_sign_that_fts5_takes_for_a_letter_hides_no_word_beside_it(db: Database, sign: str):
    with write(db):
        add_article(db, 90, f"{sign}Điện ảnh{sign} mở khoa {sign} phim", "", "", ())
        index_article(db, 90)
    for text in ("điện ảnh", "dien anh", '"ảnh mở khoa phim"', "điệ* phim"):
        assert found(db, text) == [90], text
    assert list(check_index(db)) == []


def test_no_text_can_name_a_section(db: Database):
    with write(db):
        add_article(db, 90, f"Điện ảnh {section_term('Xã hội')}", "", "", ())
        index_article(db, 90)
    assert found(db, "điện ảnh", filters=Filters(section="Kinh tế")) == [90]
    assert found(db, "điện ảnh", filters=Filters(section="Xã hội")) == []


def test_a_changed_article_is_found_by_its_new_words_only(db: Database):
    with write(db):
        unindex_article(db, 7)
        db.conn.execute("UPDATE articles SET title = 'Lễ hội đền' WHERE id = 7")
        db.conn.execute("UPDATE texts SET body = 'Khai hội.' WHERE article_id = 7")
        db.conn.execute("DELETE FROM captions WHERE article_id = 7")
        index_article(db, 7)
    assert found(db, "le hoi") == [7]
    assert found(db, "sapa") == [8]
    assert list(check_index(db)) == []


def test_taking_out_an_article_that_is_not_in_the_index_does_nothing(db: Database):
    with write(db):
        unindex_article(db, 999)
        unindex_article(db, 1)
        unindex_article(db, 1)
    assert found(db, "dang vien") == []
    assert list(check_index(db)) == [(1, "is not in the search index")]


def test_the_check_finds_every_kind_of_damage_and_reindex_mends_it(db: Database):
    assert list(check_index(db)) == []
    with write(db):
        db.conn.execute("UPDATE texts SET body = 'Kết nạp 251 người.' WHERE article_id = 1")
        db.conn.execute("DELETE FROM articles WHERE id = 2")
        add_article(db, 30, "Mới", "", "", ())
    problems = dict(check_index(db))
    assert set(problems) == {1, 2, 30}
    assert "other words" in problems[1]
    assert "not in the archive" in problems[2]
    assert "not in the search index" in problems[30]
    assert reindex(db) == len(ARTICLES)
    assert list(check_index(db)) == []
    assert found(db, "251") == [1]


def test_a_new_index_is_one_segment(db: Database):
    with write(db):  # as if its texts were too many to be kept in memory
        db.conn.execute("INSERT INTO articles_fts (articles_fts, rank) VALUES ('hashsize', 1000)")
    reindex(db)
    segments = db.conn.execute("SELECT count(DISTINCT segid) FROM articles_fts_idx").fetchone()
    assert segments[0] == 1


@pytest.mark.slow
def test_the_index_weighs_at_most_a_quarter_more_than_the_text(db: Database):
    body = " ".join(a[1] + " " + a[3] for a in ARTICLES) * 5
    with write(db):
        for number in range(100, 250):
            add_article(db, number, f"Bài {number}", "", f"{body} {number}", ())
    reindex(db)
    text = db.conn.execute("SELECT sum(length(CAST(body AS BLOB))) FROM texts").fetchone()[0]
    index = db.conn.execute("SELECT sum(length(block)) FROM articles_fts_data").fetchone()[0]
    assert index <= 1.25 * text


def test_hits_per_period_are_the_same_by_stretches_of_numbers(
    db: Database, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("scraper.search.sql.LOOKED_UP_AT_MOST", 0)
    monkeypatch.setattr("scraper.search.counts.STRAY_SHARE", 10_000)
    with write(db):
        for number in range(1000, 1400):
            add_article(db, number, "Ma", "", "", ())
            stray = number % 50 == 7
            day = f"20{(number - 1000) // 100 + 20}-{(number // 9) % 12 + 1:02d}-01"
            db.conn.execute(
                "UPDATE articles SET local_date = ? WHERE id = ?",
                ("2026-01-01" if stray else day, number),
            )
            index_article(db, number)
    known = stretches(db)
    # What came in since is counted too: a month before all others, one after, and no day.
    days = {2000: "2009-12-31", 2001: "2027-01-01", 2002: None, 5: "2023-05-05", 1010: None}
    with write(db):
        for number, day in days.items():
            if number >= 2000:
                add_article(db, number, "Ma", "", "", ())
            db.conn.execute("UPDATE articles SET local_date = ? WHERE id = ?", (day, number))
            if number >= 2000:
                index_article(db, number)
    for text in ("ma", "má", "hoa", '"ma chay"', "ma -chay"):
        asked = ask(db, read_query(text))
        for digits in (4, 7):
            looked_up, ids = count_by_period(db, asked, digits), matching_ids(db, asked)
            assert count_by_stretch(db, ids, known, digits) == looked_up
            assert count_by_period(db, asked, digits, known) == looked_up, text
            assert count_by_period(db, asked, digits, known, ids) == looked_up
    assert len(known) > 12


@pytest.mark.parametrize("strays_asked", [1000, 0])
def test_the_newest_are_the_same_whether_months_are_searched_or_all_are_sorted(
    db: Database, monkeypatch: pytest.MonkeyPatch, strays_asked: int
):
    monkeypatch.setattr("scraper.search.hits.RANKED_AT_MOST", 10)
    monkeypatch.setattr("scraper.search.hits.STRAYS_ASKED", strays_asked)
    with write(db):
        for number in range(1000, 1300):
            add_article(db, number, "Ma", "", "", ())
            day = f"20{number % 7 + 18 if number % 40 == 3 else (number - 1000) // 100 + 20}"
            moment = f"{day}-{(number // 9) % 12 + 1:02d}-01"
            db.conn.execute(
                "UPDATE articles SET local_date = ?, timestamp = ? WHERE id = ?",
                (moment, f"{moment}T0{number % 9}:00:00Z", number),
            )
            index_article(db, number)
    known = stretches(db)
    for filters in (Filters(), Filters(section="Kinh tế"), Filters(until="2021")):
        pages = []
        for months in ((), known):
            page = [
                searched(db, "ma", filters=filters, sort="newest", limit=20, offset=offset,
                       stretches=months)
                for offset in (0, 20, 40, 120)
            ]  # fmt: skip
            pages.append([(p.total, [hit.id for hit in p.hits]) for p in page])
        assert pages[0] == pages[1]


def test_without_stretches_each_day_is_looked_up(shared: Database):
    assert count_by_stretch(shared, [11, 12, 13], (), 4) is None
    few = matching_ids(shared, ask(shared, read_query("má")))
    assert count_by_stretch(shared, few, stretches(shared), 4) is None


def test_facets_of_too_many_hits_count_those_of_the_highest_numbers(
    shared: Database, monkeypatch: pytest.MonkeyPatch
):
    asked = ask(shared, read_query("cong an"))

    def counted() -> tuple[int, int, dict[str, int]]:
        found = facets(shared, asked)
        sections = sum(count for _, count in found.values["section"])
        return found.counted, sections, dict(found.values["in"])

    assert counted() == (3, 3, {"title": 3, "text": 2, "captions": 0})
    monkeypatch.setattr("scraper.search.facets.COUNTED_AT_MOST", 2)
    assert counted() == (2, 2, {"title": 2, "text": 1, "captions": 0})
    assert facets(shared, asked).values["year"] == (("2012", 2),)  # of 42 and 70, not of 40


def test_hits_of_each_section_are_the_same_whichever_way_they_are_counted(
    db: Database, monkeypatch: pytest.MonkeyPatch
):
    unindex_article(db, 12)
    db.conn.execute("UPDATE articles SET section = '' WHERE id = 12")  # its section is not known
    index_article(db, 12)
    sections = dict(db.conn.execute("SELECT id, section FROM articles").fetchall())
    for text in ("ma", "ban", "công an", "-xyz", "zzz"):
        asked = ask(db, read_query(text))
        wanted = Counter(sections[number] for number in found(db, text))
        for sample, common in ((2, 0.001), (2, 2.0), (100, 0.001)):
            monkeypatch.setattr("scraper.search.sql.SAMPLE", sample)
            monkeypatch.setattr("scraper.search.sql.COMMON", common)
            counted = count_by_section(db, asked, newest_ids(db, asked, sample))
            assert dict(counted) == wanted and len(counted) == len(wanted), (text, sample, common)
            assert [n for _, n in counted] == sorted(wanted.values(), reverse=True)


def test_hits_are_common_if_they_are_so_large_a_share_of_the_newest_articles(
    db: Database, monkeypatch: pytest.MonkeyPatch
):
    with write(db):
        for number in range(100, 110):
            add_article(db, number, "Zà" if number % 2 else "Cá", "", "", ())
            index_article(db, number)
    newest = newest_ids(db, ask(db, read_query("zà")), 4)
    for common, is_so in ((0.57, True), (0.6, False)):  # 4 of the 7 from 103 on
        monkeypatch.setattr("scraper.search.sql.COMMON", common)
        assert are_common(db, newest) == is_so


def test_a_total_counts_hits_without_a_day_too(db: Database):
    with write(db):
        db.conn.execute("UPDATE articles SET local_date = NULL WHERE id = 40")
    found_by_year = searched(db, "công an", with_years=True)
    assert found_by_year.total == 2 and sum(n for _, n in found_by_year.years) == 1
    assert searched(db, "", with_years=True).total == len(ARTICLES)
