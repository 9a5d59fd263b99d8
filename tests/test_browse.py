"""The reading pages and Datasette's tables, asked in process."""

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from datasette.app import Datasette
from sqlite_utils import Database
from test_search import ARTICLES, QUERIES, add_article

from scraper.archive.index import index_article
from scraper.archive.schema import open_archive, write
from scraper.archive.tombstones import Tombstone, put
from scraper.browse.metadata import QUERIES as CANNED
from scraper.browse.metadata import TABLES
from scraper.browse.serve import open_datasette
from scraper.cli import cli
from scraper.config import ArchiveSettings, Settings, SiteSettings
from scraper.errors import ArchiveError

HOSTILE = "<script>alert(1)</script> {{ 7*7 }} ' OR 1=1 -- \u202e<img src=x onerror=alert(2)>"
PAGES = (
    "/",
    "/search?q=ma",
    "/search?q=%22",
    "/search",
    "/trends?q=ma&q=dang+vien&by=month&as=share",
    "/dashboard",
    "/about",
    "/archive",
    "/archive/articles",
    "/archive/articles?_search=ma",
    "/archive/articles/90",
    "/archive/captions",
    "/archive/captions/1",
    "/archive/revisions",
    "/archive/weather",
    "/archive/frontier",
    "/archive/articles_full",
    "/archive/named_by_month?words=dang+vien",
    "/archive?sql=select+*+from+articles",
    "/archive?sql=nonsense",
    "/nowhere",
    "/archive/articles/424242",
)
FILES = (
    "/search.json?q=script",
    "/search.csv?q=script",
    "/search.atom?q=script",
    "/trends.csv?q=script",
    "/trends.svg?q=script",
    "/feeds/new.atom",
    "/feeds/changed.atom",
    "/cite/90.bib",
    "/cite/90.json",
    "/cite/90.txt",
)


def settings_of(path: Path) -> Settings:
    return Settings(SiteSettings("https://baolaocai.vn"), archive=ArchiveSettings(path))


def fill(db: Database) -> None:
    for article in ARTICLES:
        add_article(db, *article)
        index_article(db, article[0])
    add_article(db, 90, HOSTILE, HOSTILE, f"{HOSTILE}\n\nHai.", (f"{HOSTILE}|{HOSTILE}",))
    db.conn.execute("UPDATE articles SET url = 'javascript:alert(3)', byline = ?", ('["=cmd()"]',))
    index_article(db, 90)
    for number, body in ((1, "Giá vé 50 nghìn."), (2, "Giá vé 70 nghìn.")):
        db.conn.execute(
            "INSERT INTO revisions VALUES (90, ?, '2024-05-01T00:00:00Z', '2024-05-02T00:00:00Z',"
            " 1, ?, '', ?, '[[\"Chú thích\", \"X\"]]', ?)",
            (number, HOSTILE, body, str(number)),
        )


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("browse") / "archive.db"
    with open_archive(path) as archive, write(archive.db) as db:
        fill(db)
    return path


@pytest.fixture(scope="module")
def datasette(path: Path) -> Iterator[Datasette]:
    opened = open_datasette(settings_of(path))
    asyncio.run(opened.invoke_startup())
    yield opened
    opened.executor.shutdown()
    for database in opened.databases.values():
        database.close()


def get(datasette: Datasette, address: str, method: str = "GET") -> Any:
    async def ask() -> Any:
        return await datasette.client.request(method, address)

    return asyncio.run(ask())


@pytest.mark.parametrize("address", PAGES)
def test_every_page_is_inert_and_asks_no_other_host(datasette: Datasette, address: str):
    answer = get(datasette, address)
    assert answer.status_code in (200, 400, 404)
    assert "<script" not in answer.text.lower()
    assert "<img" not in answer.text.lower()
    assert "49" not in answer.text or address != "/archive/articles/90"
    assert not re.search(r'href="\s*javascript:', answer.text, re.IGNORECASE)
    assert not re.search(r'\s(style|on\w+)="', answer.text.split("<main")[0])
    assert not re.search(r'(src|rel="stylesheet" href|rel="icon" href)="(https?:)?//', answer.text)
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'") and "http" not in policy


@pytest.mark.parametrize("address", FILES)
def test_every_file_is_told_by_its_type_and_well_formed(datasette: Datasette, address: str):
    answer = get(datasette, address)
    assert answer.status_code == 200
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "text/html" not in answer.headers["content-type"]
    if ".atom" in address or ".svg" in address:
        ElementTree.fromstring(answer.text)
    if ".csv" in address:
        assert not re.search(r"(^|,)[=+@]", answer.text, re.MULTILINE)


def test_every_query_finds_the_same_on_the_page_and_in_the_table(datasette: Datasette):
    for text, numbers in QUERIES.items():
        params = {"q": text.replace("\x00", "")}
        found = get(datasette, f"/search.json?{_encoded(params)}").json()
        assert {r["id"] for r in found["results"]} - {90} == numbers, text
        table = f"/archive/articles.json?_shape=array&_size=max&{_encoded({'_search': text})}"
        if any(c.isalnum() for c in text):
            assert {r["id"] for r in get(datasette, table).json()} - {90} == numbers, text


def _encoded(params: dict[str, str]) -> str:
    return urlencode(params)


@pytest.mark.parametrize(
    "sql",
    [
        "select load_extension('x')",
        "with x as (select 1) insert into tags values (1, 'x')",
        "with x as (select 1) delete from articles",
        "attach database '/etc/passwd' as x",
        "select * from pragma_journal_mode('delete')",
        "select * from pragma_query_only(0)",
        "pragma query_only = 0",
        "drop table articles",
        "vacuum into '/tmp/x'",
        "select replicate('x', 1)",
        "select length(zeroblob(900000000))",
        "select writefile('/tmp/x', 'x')",
    ],
)
def test_no_sql_writes_attaches_loads_or_fills_memory(datasette: Datasette, sql: str):
    answer = get(datasette, "/archive.json?" + _encoded({"sql": sql, "_shape": "objects"}))
    assert answer.status_code == 400 or not answer.json().get("rows")
    assert get(datasette, "/archive/articles/1").status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_only_reading_is_answered(datasette: Datasette, method: str):
    assert get(datasette, "/archive/articles", method).status_code == 405


@pytest.mark.parametrize(
    "address",
    ["/assets/../serve.py", "/assets/%2e%2e/serve.py", "/-/static/..%2f..%2fapp.py", "/archive.db"],
)
def test_no_path_leads_out_of_the_static_files(datasette: Datasette, address: str):
    answer = get(datasette, address)
    assert answer.status_code in (301, 302, 403, 404)


def test_the_article_page_shows_changes_citation_and_kind_of_time(datasette: Datasette):
    text = get(datasette, "/archive/articles/90").text
    assert "<del>50</del><ins>70</ins>" in text
    assert "not later than this: time of capture" in text
    assert 'name="citation_title"' in text
    assert "Thứ " in text and "snapshots.db" in text
    assert get(datasette, "/archive/articles/90?before=1&after=9").status_code == 404


def test_robots_are_kept_out(datasette: Datasette):
    assert "Disallow: /" in get(datasette, "/robots.txt").text


def test_every_table_and_column_is_described_and_no_other(path: Path):
    db = Database(path)
    tables = [
        name
        for name, sql in db.conn.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
        if not name.startswith(("articles_fts", "sqlite_", "_sqlite"))
    ]
    described = {name: set(told.get("columns", {})) for name, told in TABLES.items()}
    for name in tables:
        assert described.get(name) == {c.name for c in db[name].columns}, name
    assert set(described) <= {*tables, *db.view_names(), "articles_fts", "_sqlite_migrations"}
    db.close()


def test_every_ready_made_question_has_an_answer(datasette: Datasette):
    for name in CANNED:
        answer = get(datasette, f"/archive/{name}.json?words=dang+vien&_shape=array")
        assert answer.status_code == 200, name
        assert isinstance(answer.json(), list)
    months = get(datasette, "/archive/named_by_month.json?words=dang+vien&_shape=array").json()
    assert months == [{"month": "2011-05", "articles": 1}]


def test_all_addresses_stand_below_the_path_it_is_served_under(path: Path):
    below = open_datasette(settings_of(path), base_url="/bao/", immutable=True)
    asyncio.run(below.invoke_startup())
    for address in ("/", "/search?q=ma", "/archive/articles", "/archive/articles/1", "/archive"):
        text = get(below, address).text
        assert all(
            a.startswith(("/bao/", "#", "?", "http")) for a in re.findall(r'href="([^"]*)"', text)
        )
    assert "Download the whole archive" in get(below, "/archive").text
    below.executor.shutdown()
    for database in below.databases.values():
        database.close()


def test_a_missing_archive_is_said_in_one_line(tmp_path: Path):
    with pytest.raises(ArchiveError, match="no archive here yet"):
        open_datasette(settings_of(tmp_path / "archive.db"))


def test_a_slim_copy_without_snapshots_is_served(path: Path, tmp_path: Path):
    slim = tmp_path / "archive.db"
    Database(path).conn.execute("VACUUM INTO ?", (str(slim),))
    copy = open_datasette(settings_of(slim), immutable=True)
    asyncio.run(copy.invoke_startup())
    assert "snapshots.db is not beside this copy" in get(copy, "/archive/articles/1").text
    copy.executor.shutdown()
    for database in copy.databases.values():
        database.close()


def test_the_command_line_finds_what_the_page_finds(path: Path, tmp_path: Path):
    config = tmp_path / "config.toml"
    config.write_text(
        f"""[site]\nbase_url = "https://baolaocai.vn"\n[archive]\npath = "{path}"\n"""
    )
    for text, numbers in QUERIES.items():
        args = ["search", "--config", str(config), "--json", "--limit", "100", "--", text]
        answer = CliRunner().invoke(cli, args)
        assert answer.exit_code == 0, text
        found = json.loads(answer.output)
        assert {hit["id"] for hit in found["results"]} - {90} == numbers, text


def test_a_withdrawn_article_is_told_with_the_reason(datasette: Datasette, path: Path):
    db = Database(path)
    put(db, Tombstone(77, "2026-06-01T00:00:00Z", "Quyết định 12"))
    db.conn.commit()
    db.close()
    answer = get(datasette, "/archive/articles/77")
    assert answer.status_code == 404
    assert "Article 77 was withdrawn 2026-06-01: Quyết định 12" in answer.text
    assert "No article with the number 78" in get(datasette, "/archive/articles/78").text
