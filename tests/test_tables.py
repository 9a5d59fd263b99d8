"""Datasette's tables of the archive: every row once in every order, CSV for spreadsheets."""

import asyncio
import csv
import io
import json
import subprocess
import sys
import threading
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from datasette.app import Datasette
from sqlite_utils import Database

from scraper.archive.index import index_article
from scraper.browse.cache import cached
from scraper.browse.datasette_065 import BOM, with_tie_breaker
from tests.support.filled import archive_of_rows
from tests.support.hostile import fill_hostile
from tests.support.opened import get, opened, settings_of
from tests.support.searches import add_article

pytestmark = pytest.mark.slow  # servers, commands and whole archives

TIED = 60  # articles with one time, one section, one everything
TABLES_WALKED = (
    "articles", "texts", "captions", "tags", "article_tags", "article_bylines", "weather",
    "revisions", "captures", "addresses", "runs", "frontier", "failures", "hosts", "marks",
    "withdrawals", "articles_full",
)  # fmt: skip
INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u202e\u2066\u180e\U000e0001"


def fill_ties(db: Database) -> None:
    """Rows of every table that share all values but their key; some hold none."""
    for number in range(100, 100 + TIED):
        add_article(db, number, "Một tiêu đề", "Sapo.", "Một hai.", ("Chú thích|X", "Ảnh|X"))
        index_article(db, number)
    db.conn.execute(
        "UPDATE articles SET timestamp = '2024-05-01T00:00:00Z', local_date = '2024-05-01',"
        " section = 'Kinh tế', gone_at = CASE WHEN id % 3 = 0 THEN '2024-06-01T00:00:00Z' END"
        " WHERE id >= 100"
    )
    rows = [
        ("INSERT INTO tags VALUES (?, ?)", lambda n: (n, f"từ {n}")),
        ("INSERT INTO article_tags VALUES (?, ?)", lambda n: (n, 100)),
        ("INSERT INTO article_tags VALUES (?, ?)", lambda n: (n, 101)),
        # Different texts: a reading that was captured twice is shown as one row.
        ("INSERT INTO weather VALUES (?, ?, 100, 0, '2024', 'Sa Pa', ?, 9.5, NULL, NULL, ?, '')",
         lambda n: (n, n, str(n), n % 2 or None)),
        ("INSERT INTO revisions VALUES (?, 1, '2024', '2024', 1, '', '', 'Một.', '[]', '')",
         lambda n: (n,)),
        ("INSERT INTO revisions VALUES (?, 2, '2024', '2024', 1, '', '', 'Hai.', '[]', 'x')",
         lambda n: (n,)),
        ("INSERT INTO addresses VALUES (?, 100, '2024')", lambda n: (f"https://a.vn/{n}",)),
        ("INSERT INTO frontier (url, source, found_at, state) VALUES (?, '', '2024', 'new')",
         lambda n: (f"https://a.vn/{n},~/%24",)),
        ("INSERT INTO failures (id, at, url, kind, detail) VALUES (?, '2024', '', 'x', '')",
         lambda n: (n,)),
    ]  # fmt: skip
    for statement, values in rows:
        db.conn.executemany(statement, [values(n) for n in range(100, 100 + TIED)])


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tables") / "archive.db"
    return archive_of_rows(path, fill_hostile, fill_ties)


def walked(datasette: Datasette, table: str, **asked: str | int) -> Counter[str]:
    """The rows of a table, page after page, each with how often it came."""
    seen: Counter[str] = Counter()
    following = f"/archive/{table}.json?{urlencode({'_shape': 'objects', **asked})}"
    while following:
        answer = get(datasette, following.removeprefix("http://localhost")).json()
        seen.update(json.dumps(row, sort_keys=True) for row in answer["rows"])
        following = answer["next_url"]
    return seen


def columns(path: Path, table: str) -> list[str]:
    with closing(Database(path)) as db:
        return [row[1] for row in db.conn.execute(f"PRAGMA table_info({table})")]


def count(path: Path, table: str) -> int:
    with closing(Database(path)) as db:
        return int(db.conn.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


@pytest.mark.parametrize("table", TABLES_WALKED)
def test_every_row_comes_once_in_every_order_page_by_page_and_as_a_stream(
    datasette: Datasette, path: Path, table: str
):
    rows = count(path, table)
    orders: list[dict[str, Any]] = [{}]
    orders += [{key: c} for key in ("_sort", "_sort_desc") for c in columns(path, table)]
    for order in orders:
        seen = walked(datasette, table, _size=37, **order)
        assert (len(seen), sum(seen.values())) == (rows, rows), order
        text = get(datasette, f"/archive/{table}.csv?{urlencode({'_stream': 'on', **order})}").text
        streamed = Counter(map(tuple, list(csv.reader(io.StringIO(text)))[1:]))
        assert (len(streamed), streamed.total()) == (rows, rows), order


@pytest.mark.parametrize("size", [1, 2, 17, TIED, TIED + 1])
def test_no_row_is_lost_at_any_page_size_with_filters_and_searches(
    datasette: Datasette, path: Path, size: int
):
    for asked in (
        {"section": "Kinh tế"},
        {"_search": "tiêu đề"},
        {"_search": "tieu de", "_sort": "gone_at"},
        {"gone_at__isnull": 1, "_sort_desc": "section"},
        {"_where": "id in (select id from articles order by id limit 99)", "_sort": "timestamp"},
    ):
        whole = walked(datasette, "articles", _size=1000, **asked)
        assert walked(datasette, "articles", _size=size, **asked) == whole
        assert set(whole.values()) == {1} and len(whole) > 40, asked


@pytest.mark.parametrize(
    ("sql", "ordered"),
    [
        ("select a from t order by b limit 3", "select a from t order by b, id limit 3"),
        ("select a from t order by b desc limit 3", "select a from t order by b desc, id limit 3"),
        ("select a from v order by [b c] limit 3 offset 2",
         "select a from v order by [b c], id limit 3 offset 2"),
        ("select a from t order by b, id limit 3", "select a from t order by b, id limit 3"),
        ("select a from t limit 3", "select a from t limit 3"),
        ("select a from t where b in (select c from u order by c limit 1) limit 3",) * 2,
        ("select count(*) from t", "select count(*) from t"),
    ],
)  # fmt: skip
def test_the_key_comes_behind_the_order_of_a_first_page(sql: str, ordered: str):
    assert with_tie_breaker(sql, "id") == ordered


@pytest.mark.parametrize(
    "address",
    [
        "/archive/articles.csv?_dl=1",
        "/archive/articles.csv?_stream=on",
        "/archive/captions.csv?_labels=on",
        "/archive/articles/90.csv",
        "/archive/bylines_by_section.csv",
        "/archive.csv?sql=select+title+from+articles",
        "/search.csv?q=script",
        "/trends.csv?q=ma",
    ],
)
def test_every_csv_is_for_spreadsheets(datasette: Datasette, path: Path, address: str):
    answer = get(datasette, address)
    assert answer.status_code == 200 and answer.text.startswith(BOM)
    for row in csv.reader(io.StringIO(answer.text.removeprefix(BOM))):
        assert not any(cell.lstrip().startswith(("=", "+", "@")) for cell in row), row


def test_a_formula_in_a_table_becomes_text_in_csv_and_stays_as_it_is_in_json(
    datasette: Datasette,
):
    sql = urlencode({"sql": "select '=1+1' as a, -2.5 as b, '-3' as c", "_shape": "array"})
    assert get(datasette, f"/archive.csv?{sql}").text.splitlines()[1] == "'=1+1,-2.5,'-3"
    assert get(datasette, f"/archive.json?{sql}").json() == [{"a": "=1+1", "b": -2.5, "c": "-3"}]


def test_no_heading_of_csv_is_a_formula(datasette: Datasette):
    sql = urlencode({"sql": "select 1 as [=1+1], 2 as [ @a]"})
    assert get(datasette, f"/archive.csv?{sql}").text == f"{BOM}'=1+1,' @a\r\n1,2\r\n"


FOR_EVER = "with recursive c(x) as (select 1 union all select x + 1 from c) select max(x) from c"


@pytest.mark.parametrize(
    ("asked", "status", "said"),
    [
        ("", 400, "cannot be read"),
        ("?sql=", 400, "cannot be read"),
        ("?sql=select+x+from+nowhere", 400, "no such table: nowhere"),
        ("?" + urlencode({"sql": FOR_EVER, "_timelimit": 20}), 503, "took too long"),
    ],
)
def test_sql_that_gives_no_table_is_no_empty_csv_and_no_error_of_ours(
    datasette: Datasette, asked: str, status: int, said: str
):
    answer = get(datasette, f"/archive.csv{asked}")
    assert answer.status_code == status and said in answer.text


@pytest.mark.parametrize("sign", [*INVISIBLE, INVISIBLE], ids=ascii)
def test_a_search_of_signs_that_nobody_sees_is_a_blank_one_through_every_door(
    datasette: Datasette, path: Path, sign: str
):
    everything = count(path, "articles")
    asked = urlencode({"_search": sign})
    assert get(datasette, f"/archive/articles?{asked}").status_code == 200
    answer = get(datasette, f"/archive/articles.json?{asked}").json()
    assert answer["filtered_table_rows_count"] == everything
    answer = get(datasette, f"/archive/articles.csv?{asked}&_size=max")
    assert len(list(csv.reader(io.StringIO(answer.text)))) == everything + 1
    query = urlencode({"q": sign})
    assert get(datasette, f"/search.json?{query}").json()["total"] == everything
    for address in (f"/search?{query}", f"/trends.csv?{query}", f"/search.atom?{query}"):
        assert get(datasette, address).status_code == 200


# Datasette's own switch for its tests: no entry point is loaded.
_WITHOUT_PLUGIN = "sys._called_from_test = True"
_GET = """
import sys
{}
from datasette.cli import cli
path, *addresses = sys.argv[1:]
for address in addresses:
    try:
        cli([path, "--get", address])
    except SystemExit as end:
        print(end.code, flush=True)
"""


def plain(path: Path, *addresses: str, switch: str = "") -> str:
    """What `datasette archive.db --get` answers and its exit codes, in a process of its own."""
    command = [sys.executable, "-c", _GET.format(switch), str(path), *addresses]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.mark.slow
def test_plain_datasette_shows_the_reading_pages_if_the_plugin_is_installed(path: Path):
    page, found, after = plain(path, "/", "/search.json?q=ma").split("\n0\n")
    assert 'action="/search"' in page and after == ""
    assert json.loads(found)["total"] > 0
    assert 'action="/search"' not in plain(path, "/", switch=_WITHOUT_PLUGIN)


@pytest.mark.slow
def test_the_plugin_leaves_other_databases_alone(tmp_path: Path):
    other = tmp_path / "other.db"
    with closing(Database(other)) as db:
        db["articles"].insert({"id": 1, "title": "=x"})
    page, rows, after = plain(other, "/", "/other/articles.csv").split("\n0\n")
    assert "other" in page and "1,1,=x" in rows and after == ""


def test_an_archive_under_another_name_is_shown_as_archive(path: Path, tmp_path: Path):
    other, copy = tmp_path / "other.db", tmp_path / "lao-cai.db"
    with closing(Database(other)) as db:
        db["t"].insert({"id": 1})
    with closing(Database(path)) as db:
        db.conn.execute("VACUUM INTO ?", (str(copy),))
    served = Datasette([str(other), str(copy)])
    asyncio.run(served.invoke_startup())
    assert get(served, "/archive/articles.json").json()["filtered_table_rows_count"] > TIED
    assert get(served, "/other/t.json").json()["rows"] == [[1, 1]]
    served.executor.shutdown()
    for database in served.databases.values():
        database.close()


def test_figures_are_read_again_after_the_archive_changed_and_once_for_all_who_ask(
    path: Path, tmp_path: Path
):
    copy = tmp_path / "archive.db"
    with closing(Database(path)) as db:
        db.conn.execute("VACUUM INTO ?", (str(copy),))
    readings: list[int] = []
    go_on = threading.Event()

    def read(db: Database) -> int:
        go_on.wait(timeout=10)
        readings.append(db["articles"].count)
        return readings[-1]

    async def ask(fresh_seconds: float) -> list[int]:
        asked = [cached(served, "n", read, fresh_seconds) for _ in range(5)]
        tasks = [asyncio.create_task(one) for one in asked]
        await asyncio.sleep(0)
        go_on.set()
        return await asyncio.gather(*tasks)

    with opened(settings_of(copy)) as served:
        first = asyncio.run(ask(0))
        assert len(readings) == 1 and len(set(first)) == 1
        asyncio.run(ask(0))
        assert len(readings) == 1, "nothing changed"
        with closing(Database(copy)) as db:
            db.conn.execute("DELETE FROM articles WHERE id = 100")
            db.conn.commit()
        assert asyncio.run(ask(1000)) == first, "still fresh"
        assert asyncio.run(ask(0)) == [first[0] - 1] * 5
        assert len(readings) == 2
