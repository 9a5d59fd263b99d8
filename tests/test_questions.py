"""The ready-made questions: what each answers about an archive whose rows are known."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from datasette.app import Datasette
from sqlite_utils import Database

from scraper.archive.index import index_article
from scraper.browse.metadata import QUESTIONS
from tests.support.filled import archive_of_rows
from tests.support.opened import get, opened, settings_of
from tests.support.searches import add_article

# Number, day, section, byline, captions: Sa Pa is named in all but 4.
ROWS = (
    (1, "2023-05-06", "Du lịch", ("Lan Chi",), ("Chợ|Mai Khôi", "Hoa|CTV")),
    (2, "2023-05-06", "Du lịch", ("Lan Chi", "Hải Đăng"), ("Lê|CTV",)),
    (3, "2023-07-01", "Kinh tế", ("Hải Đăng",), ("Quế|",)),
    (4, "2024-01-02", "Kinh tế", (), ()),
)
# Article, place, hour, °C, lowest, highest: the first was captured twice.
READINGS = (
    (1, "Sa Pa", "01", 12.5, None, None),
    (2, "Sa Pa", "01", 12.5, None, None),
    (3, "Sa Pa", "02", None, -1.0, 5.0),
    (3, "Bắc Hà", "02", 9.0, None, None),
    (4, "Lào Cai", "03", None, None, None),
)
EXPECTED: dict[str, list[tuple[Any, ...]]] = {
    "named_by_month": [("2023-05", 2), ("2023-07", 1)],
    "sections_by_year": [
        ("2024", "Kinh tế", 1),
        ("2023", "Du lịch", 2),
        ("2023", "Kinh tế", 1),
    ],
    "busiest_days": [("2023-05-06", 2), ("2024-01-02", 1), ("2023-07-01", 1)],
    "bylines_by_section": [
        ("Du lịch", "Lan Chi", 2),
        ("Du lịch", "Hải Đăng", 1),
        ("Kinh tế", "Hải Đăng", 1),
    ],
    "photographers": [("CTV", 2, 1, 2), ("Mai Khôi", 1, 1, 1)],
    "edited_after_publication": [
        (1, "Bài 1", 2, "2023-05-06T01:00:00Z", "2024-05-03T00:00:00Z"),
    ],
    "headlines_changed": [(1, "Bài cũ", "Bài 1", "2024-05-02T00:00:00Z")],
    "vanished": [(3, "Bài 3", "Kinh tế", "2023-07-01T01:00:00Z", "2024-06-01T00:00:00Z")],
    "moved": [(2, "Bài 2", 2)],
    "temperatures": [
        ("2024-05-02T00:00:00Z", "Bắc Hà", 9.0, None, None, 80.0, "Mưa", 3),
        ("2024-05-02T00:00:00Z", "Sa Pa", None, -1.0, 5.0, 80.0, "Mưa", 3),
        ("2024-05-01T00:00:00Z", "Sa Pa", 12.5, None, None, 80.0, "Mưa", 1),
    ],
}


def fill(db: Database) -> None:
    for number, day, section, names, captions in ROWS:
        text = "Chữ." if number == 4 else "Sa Pa."
        add_article(db, number, f"Bài {number}", "", text, captions)
        db.execute(
            "UPDATE articles SET section = ?, local_date = ?, timestamp = ? WHERE id = ?",
            [section, day, f"{day}T01:00:00Z", number],
        )
        db.execute("DELETE FROM article_bylines WHERE article_id = ?", [number])
        for name in names:
            db.execute(
                "INSERT INTO article_bylines (name, article_id) VALUES (?, ?)", [name, number]
            )
        index_article(db, number)
    for row, (number, place, day, *degrees) in enumerate(READINGS, 1):
        text = f"{place} {degrees}"
        db.execute(
            "INSERT INTO weather VALUES (?, ?, ?, 0, ?, ?, ?, ?, ?, ?, 80, 'Mưa')",
            [row, row, number, f"2024-05-{day}T00:00:00Z", place, text, *degrees],
        )
    for number, title in ((1, "Bài cũ"), (2, "Bài 1"), (3, "Bài 1")):
        at = f"2024-05-0{number}T00:00:00Z"
        db.execute(
            "INSERT INTO revisions VALUES (1, ?, ?, ?, 1, ?, '', 'Chữ.', '[]', ?)",
            [number, at, at, title, str(number)],
        )
    db.execute(
        "UPDATE articles SET revision_count = 3, last_captured_at = '2024-05-03T00:00:00Z'"
        " WHERE id = 1"
    )
    db.execute("UPDATE articles SET gone_at = '2024-06-01T00:00:00Z' WHERE id = 3")
    for url in ("https://baolaocai.vn/bai-viet/2-x", "https://baolaocai.vn/y-post2.html"):
        db.execute("INSERT OR IGNORE INTO addresses VALUES (?, 2, '2024-05-01T00:00:00Z')", [url])


@pytest.fixture(scope="module")
def datasette(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Datasette]:
    path: Path = tmp_path_factory.mktemp("questions") / "archive.db"
    with opened(settings_of(archive_of_rows(path, fill))) as datasette:
        yield datasette


def test_there_are_ten_questions_and_each_is_tested() -> None:
    assert len(QUESTIONS) >= 10 and set(EXPECTED) == set(QUESTIONS)


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_is_answered_from_the_rows(datasette: Datasette, name: str) -> None:
    rows = get(datasette, f"/archive/{name}.json?_shape=array&words=sa+pa").json()
    assert [tuple(row.values()) for row in rows] == EXPECTED[name]


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("vi", ["07:00, 2/5/2024", ">12,5<", ">-1<", ">Bắc Hà<", 'articles/3">3</a>']),
        ("en", ["2 May 2024, 07:00", ">12.5<", ">-1<", ">Bắc Hà<", 'articles/3">3</a>']),
    ],
)
def test_an_answer_has_times_figures_and_links_as_its_readers_write_them(
    datasette: Datasette, language: str, shown: list[str]
) -> None:
    page = get(datasette, "/archive/temperatures", language=language).text
    assert [text for text in shown if text not in page] == []
    days = get(datasette, "/archive/busiest_days", language=language).text
    assert '<a href="/days/2023-05-06">' in days
    assert ("6/5/2023" if language == "vi" else "6 May 2023") in days


@pytest.mark.parametrize("name", [name for name, asked in QUESTIONS.items() if "chart" in asked])
def test_a_series_is_drawn_without_leaving_out_months(datasette: Datasette, name: str) -> None:
    page = get(datasette, f"/archive/{name}?words=sa+pa", language="vi").text
    drawn = page.split('<svg class="chart"')[1].split("</svg>")[0]
    assert drawn.count("<rect") == 2  # May and July
    assert all(f">{month}/2023<" in drawn for month in (5, 6, 7))
