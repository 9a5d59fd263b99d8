"""How much of the newspaper is archived, on the pages and on the command line."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from datasette.app import Datasette
from sqlite_utils import Database

from scraper.archive.coverage import coverage
from scraper.archive.files import open_archive, write
from scraper.browse.charts import Point, Series, bar_chart, line_chart
from scraper.times import is_running
from scraper.upkeep.status import lines, status
from tests.support.filled import archive_of_rows
from tests.support.opened import get
from tests.support.searches import add_article

FRONTIER = (  # number, state, lastmod
    (1, "archived", "2024-05-01T00:00:00Z"),
    (2, "new", "2024-05-31T16:59:59Z"),  # 23:59 in Vietnam
    (3, "new", "2024-05-31T17:00:00Z"),  # the first of June there
    (4, "failed", "2024-06-02T00:00:00Z"),
    (5, "new", None),
    (6, "gone", "2024-06-02T00:00:00Z"),
    (7, "duplicate", None),
    (None, "list", "2024-06-02T00:00:00Z"),
    (1, "new", "2024-06-02T00:00:00Z"),  # another address of an archived article
    (2, "failed", "2024-05-02T00:00:00Z"),  # another address of one that is waiting
    (5, "new", None),
)


def fill(db: Database) -> None:
    add_article(db, 1, "Một", "", "Chữ.", ())
    for place, (number, state, lastmod) in enumerate(FRONTIER):
        db.conn.execute(
            "INSERT INTO frontier (url, article_id, source, found_at, lastmod, state)"
            " VALUES (?, ?, 'sitemap', '2024-07-01T00:00:00Z', ?, ?)",
            (f"https://baolaocai.vn/{place}", number, lastmod, state),
        )


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return archive_of_rows(tmp_path_factory.mktemp("coverage") / "archive.db", fill)


def test_an_article_is_waiting_if_it_is_known_and_may_still_be_fetched(path: Path) -> None:
    with open_archive(path) as archive:
        held = coverage(archive.db)
    assert (held.archived, held.waiting, held.known) == (1, 4, 5)
    assert held.waiting_months == {"2024-05": 1, "2024-06": 2}


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE articles SET local_date = '2031-02-03' WHERE id % 3 = 0",
        "UPDATE articles SET local_date = NULL WHERE id % 2 = 0",
        "UPDATE articles SET section = 'Du lịch', template = 'fallback' WHERE id = 4",
        "UPDATE articles SET caption_count = 7 WHERE id < 5",
        "UPDATE articles SET title = 'x'",
        "DELETE FROM articles WHERE id IN (2, 3, 9)",
        "DELETE FROM articles",
        "INSERT INTO articles SELECT * FROM articles WHERE id = 1"
        " ON CONFLICT DO UPDATE SET section = 'Xã hội', local_date = NULL, caption_count = 2",
    ],
)
def test_the_counts_by_month_follow_every_change_of_the_articles(tmp_path: Path, sql: str) -> None:
    def add(db: Database) -> None:
        for number in range(1, 10):
            add_article(db, number, "Một", "", "Chữ.", ("Ảnh|",) * (number % 3))

    with open_archive(archive_of_rows(tmp_path / "archive.db", add)) as archive:
        for step in ("SELECT 1", sql):
            with write(archive.db) as db:
                db.execute(step)
            counted = archive.db.execute(
                "SELECT ifnull(substr(local_date, 1, 7), ''), section, template, count(*),"
                " sum(caption_count) FROM articles GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
            ).fetchall()
            assert archive.db.execute("SELECT * FROM article_counts").fetchall() == counted, step


def test_status_says_what_is_still_to_be_fetched(path: Path) -> None:
    with open_archive(path) as archive:
        said = list(lines(status(archive, datetime(2024, 7, 1, tzinfo=UTC)), []))
    assert "known: 5 articles, 4 of them still to be fetched (2024-05: 1, 2024-06: 2)" in said


@pytest.mark.parametrize("address", ["/", "/search?q=mot", "/trends?q=mot"])
def test_pages_with_figures_say_how_much_they_are_of(datasette: Datasette, address: str) -> None:
    assert "1 of 5 known articles are archived." in get(datasette, address).text
    assert "Đã lưu 1 trên 5 bài đã biết." in get(datasette, address, language="vi").text


def test_months_still_to_be_fetched_are_hatched(datasette: Datasette) -> None:
    page = get(datasette, "/").text
    assert page.count('fill="url(#hatch)"') == 2
    assert "Jun 2024: 0; 2 still to be fetched" in page


def test_the_running_month_is_marked_in_bars_and_lines() -> None:
    over, now = Point("2024-05", 3), Point("2024-06", 1, running=True)
    for chart in (bar_chart("x", [over, now]), line_chart("x", [Series("a", (over, now))])):
        assert chart.count('class="running"') == 1
    now_here = datetime.now(UTC).year
    assert [y for y in range(now_here - 2, now_here + 3) if is_running(str(y))] in (
        [now_here],
        [now_here + 1],  # seven hours before New Year in UTC
    )
