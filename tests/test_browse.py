"""The reading pages and Datasette's tables, asked in process."""

import asyncio
import csv
import hashlib
import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from html import unescape
from pathlib import Path
from urllib.parse import urlencode
from xml.etree import ElementTree

import httpx
import pytest
import uvicorn
from click.testing import CliRunner
from datasette.app import Datasette
from sqlite_utils import Database

from scraper.archive.files import open_archive, write
from scraper.archive.index import index_article
from scraper.archive.tombstones import Tombstone, put
from scraper.browse.datasette_065 import BOM
from scraper.browse.metadata import QUESTIONS as CANNED
from scraper.browse.metadata import TABLES
from scraper.browse.serve import SERVER, listening, open_datasette
from scraper.browse.weather_readings import temperatures
from scraper.cli import cli
from scraper.errors import ArchiveError, CannotServe
from tests.support.filled import archive_of_rows
from tests.support.hostile import FILES, MISSING, PAGES, fill_hostile
from tests.support.opened import get, opened, settings_of
from tests.support.searches import ARTICLES, QUERIES, add_article

pytestmark = pytest.mark.slow  # servers, commands and whole archives

ENDLESS = (
    300_000  # letters of a word: more than FTS5 takes for one, and than a cell of CSV may have
)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return archive_of_rows(tmp_path_factory.mktemp("browse") / "archive.db", fill_hostile)


@pytest.mark.parametrize("address", PAGES + MISSING)
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
def test_every_file_has_its_type_and_is_well_formed(datasette: Datasette, address: str):
    answer = get(datasette, address)
    assert answer.status_code == 200
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "text/html" not in answer.headers["content-type"]
    if ".atom" in address or ".svg" in address:
        ElementTree.fromstring(answer.text)
    if ".csv" in address:
        assert not re.search(r"(^|,)[=+@]", answer.text, re.MULTILINE)


@pytest.mark.parametrize(
    ("address", "is_data"),
    [
        ("/search.json?q=ma", True),
        ("/search.json?q=ma&from=abc", True),
        ("/search.csv?q=ma", True),
        ("/search.jsonl?q=ma", True),
        ("/trends.csv?q=ma", True),
        ("/archive/articles.json", True),
        ("/archive/articles.csv?_stream=1", True),
        ("/search?q=ma", False),
        ("/search?q=x.json", False),
        ("/search.bib?q=ma", False),
        ("/archive/articles/1", False),
        ("/feeds/new.atom", False),
    ],
)
def test_scripts_of_other_websites_read_data_and_no_page(
    datasette: Datasette, address: str, is_data: bool
):
    allowed = get(datasette, address).headers.get_list("access-control-allow-origin")
    assert allowed == (["*"] if is_data else [])
    assert "access-control-allow-origin" not in get(datasette, address, "POST").headers


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
        "select * from pragma_database_list",
        "pragma database_list",
        "pragma query_only = 0",
        "drop table articles",
        "vacuum into '/tmp/x'",
        "select replicate('x', 1)",
        "select length(zeroblob(900000000))",
        "select writefile('/tmp/x', 'x')",
        "with recursive c(x) as (select 1 union all select x + 1 from c limit 900)"
        " select zeroblob(19000000) from c",
        "with recursive c(x) as (select 1 union all select x + 1 from c) select count(*) from c",
        "insert into articles_fts (articles_fts) values ('rebuild')",
        "select fts3_tokenizer('simple')",
        "create temp table x (y)",
        "begin; drop table articles",
        "select 1; drop table articles",
        "pragma journal_mode = delete",
        "explain pragma query_only = 0",
        "select edit('x', 'sh')",
        "reindex",
        "analyze",
    ],
)
def test_no_sql_writes_attaches_loads_or_fills_memory(datasette: Datasette, sql: str):
    answer = get(datasette, "/archive.json?" + _encoded({"sql": sql, "_shape": "objects"}))
    assert answer.status_code == 400 or not answer.json().get("rows")
    assert get(datasette, "/archive/articles/1").status_code == 200


def test_readers_may_be_kept_from_sql_of_their_own(path: Path):
    with opened(settings_of(path), own_sql=False) as served:
        for address in (
            "/archive?sql=select+1",
            "/archive.json?sql=select+1",
            "/archive.csv?sql=select+1",
            "/archive/articles?_where=1",
            "/archive/articles.json?_where=1",
        ):
            assert get(served, address).status_code == 403, address
        assert "<textarea" not in get(served, "/archive").text
        assert "?sql=" not in get(served, "/about").text
        for name in CANNED:
            answer = get(served, f"/archive/{name}?words=ma")
            assert answer.status_code == 200 and "<textarea" not in answer.text
        assert get(served, "/archive/articles?_search=ma&section__contains=te").status_code == 200


def test_a_pattern_too_long_to_be_looked_for_in_time_is_refused(datasette: Datasette):
    sql = "select hex(zeroblob(50000)) like '%' || hex(zeroblob(20000)) || '1'"
    begun = time.monotonic()
    assert get(datasette, "/archive.json?" + _encoded({"sql": sql})).status_code == 400
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize(
    "value", ["aaaaaaaaaaTaaaaaaaaa", "2024-13-45T99:99:99Z", "9999-12-31T23:59:59Z"]
)
def test_what_a_reader_calls_a_time_need_not_be_one(datasette: Datasette, value: str):
    answer = get(datasette, "/archive?" + _encoded({"sql": f"select '{value}' as seen_at"}))
    assert answer.status_code == 200
    assert value in answer.text


@pytest.mark.parametrize(
    "address",
    ["/search?q=ma", "/search.json?q=ma", "/search.csv?q=ma", "/trends?q=ma", "/", "/dashboard",
     "/days", "/bylines", "/places", "/archive", "/archive/articles/1", "/feeds/new.atom"],
)  # fmt: skip
def test_what_takes_too_long_is_answered_with_503_in_the_readers_language(
    path: Path, address: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    def interrupted(*_: object, **__: object) -> None:
        raise sqlite3.OperationalError("interrupted")

    monkeypatch.setattr("scraper.browse.connection.Database", interrupted)
    with opened(settings_of(path)) as served:
        for language, said in (("en", "This took too long."), ("vi", "mất quá nhiều thời gian.")):
            answer = get(served, address, language=language)
            text = answer.json()["error"] if ".json" in address else answer.text
            assert (answer.status_code, said in text) == (503, True)
    assert "".join(capfd.readouterr()) == ""


def test_a_query_is_ended_at_the_time_limit(path: Path):
    with opened(settings_of(path)) as served:
        served._settings["sql_time_limit_ms"] = 0
        assert get(served, "/days").status_code == 503


def test_no_text_keeps_search_words_past_the_time_limit(datasette: Datasette):
    text = "replace(hex(zeroblob(1000000)), '00', 'đò ')"
    begun = time.monotonic()
    sql = f"select search_words({text}) = search_words(substr({text}, 1, 3000)) as same"
    answer = get(datasette, "/archive.json?" + _encoded({"sql": sql, "_shape": "array"}))
    assert answer.json() == [{"same": 1}]
    assert time.monotonic() - begun < 2


@pytest.fixture(scope="module")
def endless(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Datasette]:
    """An archive with an article all of whose texts are one endless word."""
    path = tmp_path_factory.mktemp("endless") / "archive.db"
    word = "\u202eạ" + "x" * ENDLESS
    with open_archive(path) as archive, write(archive.db) as db:
        add_article(db, 91, word, word, f"{word}\n\n{word}", (f"{word}|{word}",))
        db.conn.execute(
            "UPDATE articles SET section = ?, byline = ?", (word, json.dumps([word, "An"]))
        )
        db.conn.execute("INSERT INTO tags VALUES (1, ?)", (word,))
        db.conn.execute("INSERT INTO article_tags VALUES (91, 1)")
        db.conn.execute(
            "INSERT INTO weather VALUES (1, 1, 91, 0, '2024-05-01T00:00:00Z', ?, ?, 1, 1, 1, 1, ?)",
            (word, word, word),
        )
        for number in (1, 2):
            db.conn.execute(
                "INSERT INTO revisions VALUES (91, ?, '2024-05-01T00:00:00Z',"
                " '2024-05-02T00:00:00Z', 1, ?, ?, ?, '[]', ?)",
                (number, word, word, f"{word} {number}", str(number)),
            )
        index_article(db, 91)
    opened = open_datasette(settings_of(path))
    asyncio.run(opened.invoke_startup())
    yield opened
    opened.executor.shutdown()
    for database in opened.databases.values():
        database.close()


@pytest.mark.parametrize(
    "address",
    [page.replace("/90", "/91") for page in PAGES + FILES if "sql=" not in page]
    + ["/search?q=an&byline=an", "/search.csv?byline=an", "/archive/articles/91?text=1"],
)
def test_an_endless_word_breaks_no_page(endless: Datasette, address: str):
    answer = get(endless, address)
    assert answer.status_code in (200, 404)
    assert "Traceback" not in answer.text
    alone = ("/archive/articles/91", "/cite/91", "/archive/texts/91", "/about")
    if not address.startswith(alone) and "text/html" in answer.headers["content-type"]:
        assert len(answer.text) < 4 * ENDLESS, "texts are shown whole in a list"


@pytest.mark.parametrize(
    "address",
    [
        "/assets/../serve.py",
        "/assets/%2e%2e/serve.py",
        "/assets//etc/passwd",
        "/-/static/..%2f..%2fapp.py",
        "/archive.db",
        "/snapshots.db",
        "/archive/..%2f..%2fetc%2fpasswd",
        "/cite/..%2f1.bib",
        "/days/..%2f..",
        "/-/static-plugins/scraper/..%2fserve.py",
    ],
)
def test_no_path_leads_out_of_the_static_files(datasette: Datasette, address: str):
    answer = get(datasette, address)
    assert answer.status_code in (301, 302, 403, 404)


def test_the_article_page_shows_changes_citation_and_kind_of_time(datasette: Datasette):
    text = get(datasette, "/archive/articles/90").text
    assert "<del>50</del><ins>70</ins>" in get(datasette, "/archive/articles/90/changes/2").text
    assert 'href="/archive/articles/90/changes/2"' in text
    assert "not later than this: time of capture" in text
    assert 'name="citation_title"' in text
    assert "snapshots.db" in text
    assert get(datasette, "/archive/articles/90/changes/9").status_code == 404


def test_an_older_text_has_an_address_of_its_own(datasette: Datasette):
    older = get(datasette, "/archive/articles/90?text=1").text
    assert "Giá vé 50 nghìn." in older.split("</article>")[0]
    assert "This is text 1 of 2" in older and "Chú thích" in older.split("</article>")[0]
    assert "/cite/90.bib?text=1" in older
    assert "captured 1 May 2024" in get(datasette, "/cite/90.txt?text=1").text
    assert get(datasette, "/archive/articles/90?text=3").status_code == 404
    assert get(datasette, "/cite/90.txt?text=3").status_code == 404


def test_a_day_without_an_hour_is_shown_without_one_everywhere(path: Path, tmp_path: Path):
    copy = tmp_path / "archive.db"
    with closing(Database(path)) as db:
        db.conn.execute("VACUUM INTO ?", (str(copy),))
    with closing(Database(copy)) as db:
        db.conn.execute(
            "UPDATE articles SET timestamp = '2024-02-29T17:00:00Z', local_date = '2024-03-01',"
            " timestamp_source = 'published', published_source = 'text (date only)' WHERE id = 12"
        )
        db.conn.commit()
    with opened(settings_of(copy), immutable=True) as datasette:
        for address in ("/", "/search?q=ma+chay", "/archive/articles", "/archive/articles/12",
                        "/days/2024-03-01"):  # fmt: skip
            text = get(datasette, address).text
            assert "1 March 2024" in text and "1 March 2024, 00:00" not in text, address


def test_a_time_that_only_says_not_later_says_so_everywhere(datasette: Datasette):
    for address in ("/", "/search?q=ma+chay", "/archive/articles", "/archive/articles/12",
                    "/days/2010-05-12"):  # fmt: skip
        assert "not later than this: time of capture" in get(datasette, address).text, address


def test_articles_are_found_by_day_byline_and_tag(datasette: Datasette):
    assert re.search(r'href="/days/2010"', get(datasette, "/days").text)
    year = get(datasette, "/days/2010").text
    assert 'href="/days/2010-05-12"' in year and 'aria-label="12 May 2010: 1 article"' in year
    day = get(datasette, "/days/2010-05-12").text
    assert "Ma chay" in day and "Wednesday, 12 May 2010" in day
    assert 'href="/days/2010-05-08"' in day and 'href="/days/2010-05-16"' in day
    assert "same day in other years" in get(datasette, "/days/2011-05-12").text
    assert "du lịch</a> <span>3</span>" in get(datasette, "/tags").text
    assert "1 of 2 begin with D" in get(datasette, "/tags?letter=d").text
    assert get(datasette, "/days/1999").status_code == 404
    assert get(datasette, "/days/2012-13-45").status_code == 404
    for typed in ("du lịch", "Du Lich"):
        found = get(datasette, f"/search.json?{_encoded({'tag': typed})}").json()
        assert {r["id"] for r in found["results"]} == {7, 12, 90}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("10/5/2012", "2012-05-10"),
        (" 10-05-2012 ", "2012-05-10"),
        ("10.5.2012", "2012-05-10"),
        ("5/2012", "2012-05"),
        ("2012-05-10", "2012-05-10"),
        ("2012", "2012"),
    ],
)
def test_days_may_be_typed_as_they_are_written_in_vietnam(
    datasette: Datasette, written: str, read: str
):
    for bound in ("from", "to"):
        numbers = [
            [
                hit["id"]
                for hit in get(datasette, f"/search.json?{_encoded({bound: day})}").json()[
                    "results"
                ]
            ]
            for day in (written, read)
        ]
        assert numbers[0] == numbers[1]
        assert 0 < len(numbers[0]) < len(ARTICLES)
    years = get(datasette, "/search?" + _encoded({"q": "ma", "from": written})).text
    assert f'name="from" value="{written}"' in years


def test_a_trend_keeps_its_filters_and_leaves_no_gap(datasette: Datasette):
    query = _encoded({"q": "ma", "from": "10/5/2010", "to": "2013", "section": "Kinh tế"})
    text = get(datasette, f"/trends?{query}").text
    assert "from=2010-05-10&amp;to=2010" in text and "section=Kinh" in text
    rows = get(datasette, f"/trends.csv?{query}").text.splitlines()
    assert [row.split(",")[0] for row in rows[1:]] == ["2010", "2011", "2012"]
    by_month = get(datasette, "/trends.csv?q=ma&by=month&to=2011").text.splitlines()[1:]
    assert len(by_month) == 13 and by_month[1] == "2010-06,0,0"
    assert ">81<" not in get(datasette, "/trends?q=ma&as=share&by=month").text


def test_a_chart_to_take_away_names_its_lines_and_leads_nowhere(datasette: Datasette):
    svg = get(datasette, "/trends.svg?q=ma&q=sa+pa").text
    root = ElementTree.fromstring(svg)
    assert {"ma", "sa pa"} <= {element.text for element in root.iter()}
    assert "href" not in svg and "#1b5e8a" in svg


def test_charts_reach_below_zero_and_show_what_is_missing(datasette: Datasette):
    text = get(datasette, "/archive/weather").text
    chart = text.split("<h2>Mean temperature of each month")[1].split("</section>")[0]
    assert ">-4<" in chart or ">-5<" in chart
    assert chart.count("<polyline") == 0  # May and August, nothing between
    assert 'height="-' not in text


def test_means_of_the_weather_are_of_months_in_vietnam(tmp_path: Path):
    """A page captured at 22:30 UTC is of the next day there."""
    path = tmp_path / "archive.db"
    with open_archive(path) as archive, write(archive.db) as db:
        add_article(db, 1, "Bài", "", "Chữ.", ())
        for number, at in enumerate(("2026-08-31T16:59:59Z", "2026-08-31T17:00:00Z"), start=1):
            db.conn.execute(
                "INSERT INTO weather (snapshot_id, article_id, position, observed_at, place, text,"
                " temperature_c, condition) VALUES (?, 1, 1, ?, 'Sa Pa', '', ?, '')",
                (number, at, 10 * number),
            )
    with opened(settings_of(path)) as datasette:
        means = asyncio.run(temperatures(datasette)).means
    assert means == {("Sa Pa", "2026-08"): 10, ("Sa Pa", "2026-09"): 20}


def test_the_command_serves_an_archive_from_a_folder_of_any_name(path: Path, tmp_path: Path):
    """As a process of its own: what is imported first, and in which order, is as a user has it."""
    folder = tmp_path / "kho báo #1, 50%?"
    folder.mkdir()
    with closing(Database(path)) as db:
        db.conn.execute("VACUUM INTO ?", (str(folder / "archive.db"),))
    (folder / "config.toml").write_text('[site]\nbase_url = "https://baolaocai.vn"\n', "utf-8")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    command = [sys.executable, "-m", "scraper", "serve", "--port", str(port)]
    log = (tmp_path / "log").open("w+", encoding="utf-8")
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    env["PYTHONUNBUFFERED"] = "1"
    with log, subprocess.Popen(command, cwd=folder, env=env, stdout=log, stderr=log) as server:
        try:
            with httpx.Client(
                base_url=f"http://127.0.0.1:{port}", transport=httpx.HTTPTransport(retries=9)
            ) as client:
                assert "Số bài theo tháng" in client.get("/").text
                for address in MISSING:
                    answer = client.get(address)
                    assert (answer.status_code, "Không có ở đây" in answer.text) == (404, True), (
                        address
                    )
                assert client.get("/archive?sql=nonsense").status_code == 400
                assert client.get("/archive/articles/1").status_code == 200
        finally:
            server.terminate()
        server.wait()
        log.seek(0)
        address, *rest = log.read().splitlines()
        assert address == f"http://127.0.0.1:{port}/"
        assert all("SIGTERM" in line for line in rest), rest


@pytest.mark.parametrize(
    "asked",
    [
        "_sort=x",
        "_sort_desc=x",
        "_sort=title&_sort_desc=title",
        "_through=1",
        "_through={}",
        "id__in=[x",
        "_size=x",
    ],
)
@pytest.mark.parametrize("format", ["", ".json", ".csv"])
def test_an_address_that_cannot_be_read_is_answered_with_400(
    datasette: Datasette, asked: str, format: str, capsys: pytest.CaptureFixture[str]
):
    answer = get(datasette, f"/archive/articles{format}?{asked}")
    assert answer.status_code == 400, answer.text
    assert "Traceback" not in "".join(capsys.readouterr())


def test_a_time_limit_that_is_not_a_number_is_answered_with_400(datasette: Datasette):
    assert get(datasette, "/archive.json?sql=select+1&_timelimit=x").status_code == 400


def test_feeds_say_nothing_of_the_host_that_was_asked_for(datasette: Datasette):
    async def ask(host: str) -> str:
        answer = await datasette.client.get("/feeds/new.atom", headers={"host": host})
        return str(answer.text)

    one, other = asyncio.run(ask("evil.example")), asyncio.run(ask("localhost"))
    assert one == other and "evil.example" not in one
    ids = re.findall("<id>(.*?)</id>", one)
    assert len(set(ids)) == len(ids) > 2
    assert all(re.fullmatch("urn:uuid:[0-9a-f-]{36}", name) for name in ids)


def test_an_answer_does_not_wait_for_the_acknowledgement_of_its_first_part():
    with listening("127.0.0.1", 0) as [opened]:
        with socket.create_connection(opened.getsockname()):
            accepted, _ = opened.accept()
            with accepted:
                assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@contextmanager
def served(datasette: Datasette) -> Iterator[int]:
    """The port of a server on loopback, set as `scraper serve` sets it."""
    config = uvicorn.Config(datasette.app(), **SERVER)
    server = uvicorn.Server(config)
    with listening("127.0.0.1", 0) as sockets:
        thread = threading.Thread(target=server.run, args=(sockets,))
        thread.start()
        try:
            yield sockets[0].getsockname()[1]
        finally:
            server.should_exit = True
            thread.join()


HALF = b"GET / HTTP/1.1\r\nHost: x\r\n"


@pytest.mark.parametrize("begun", [b"", HALF], ids=["idle", "half-sent"])
def test_silent_connections_keep_nobody_out(datasette: Datasette, begun: bytes):
    with served(datasette) as port, ExitStack() as stack:
        for _ in range(200):
            silent = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
            silent.sendall(begun)
        assert httpx.get(f"http://127.0.0.1:{port}/about").status_code == 200


@pytest.mark.parametrize(
    "before", [b"", HALF + b"\r\n" + HALF], ids=["the first", "one after an answer"]
)
def test_a_request_that_is_not_finished_in_time_is_hung_up_on(
    datasette: Datasette, before: bytes, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("scraper.browse.prompt_connection.ASK_SECONDS", 0.3)
    with served(datasette) as port, socket.create_connection(("127.0.0.1", port)) as slow:
        slow.sendall(before)
        with suppress(ConnectionError):
            for _ in range(600):  # a byte now and then must not keep it open
                slow.settimeout(0.1)
                with suppress(TimeoutError):
                    if not slow.recv(65536):
                        break
                slow.sendall(b"X")
            else:
                pytest.fail("still open")


def test_an_upgrade_to_a_websocket_is_answered_with_a_page(datasette: Datasette):
    headers = {"connection": "upgrade", "upgrade": "websocket", "sec-websocket-version": "13"}
    headers["sec-websocket-key"] = "x3JJHMbDL1EzLkh9GBhXDw=="
    with served(datasette) as port:
        assert httpx.get(f"http://127.0.0.1:{port}/about", headers=headers).status_code == 200


@pytest.mark.parametrize("host", ["127.0.0.1", "192.0.2.1", "no host"])
def test_an_address_where_nothing_can_listen_is_one_line(path: Path, tmp_path: Path, host: str):
    config = tmp_path / "config.toml"
    config.write_text(f'[site]\nbase_url = "https://a.vn"\n[archive]\npath = "{path}"\n', "utf-8")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        args = ["serve", "--config", str(config), "--host", host, "--port", port]
        answer = CliRunner().invoke(cli, args)
    assert isinstance(answer.exception, CannotServe)
    assert answer.exception.exit_code == 1 and answer.output == ""
    assert str(answer.exception).startswith(f"{host}:{port}: cannot listen there: ")
    assert str(answer.exception).endswith("; choose another with --port or --host")


@pytest.mark.parametrize(("sample", "many"), [(2, 1), (2, 20_000), (1000, 20_000)])
def test_a_search_in_the_table_has_exact_figures_whatever_way_it_goes(
    datasette: Datasette, sample: int, many: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("scraper.search.sql.SAMPLE", sample)
    monkeypatch.setattr("scraper.browse.table_pages.MANY", many)
    for text in ("ma", "ban", "-ma", "!?", "zzz"):
        found = get(datasette, f"/search.json?{_encoded({'q': text})}").json()
        query = _encoded({"_search": text})
        page = get(datasette, f"/archive/articles?{query}&_size=2").text
        assert re.search(rf"<strong>{found['total']}</strong> rows?", page), text
        assert "_nocount" not in page
        numbers, following = [], f"/archive/articles.json?{query}&_size=2"
        while following:
            rows = get(datasette, following.removeprefix("http://localhost")).json()
            assert rows["filtered_table_rows_count"] == found["total"]
            numbers += [row[0] for row in rows["rows"]]
            following = rows["next_url"]
        assert sorted(numbers) == sorted(hit["id"] for hit in found["results"]), text
        for table in ("articles", "articles_full"):
            rows = get(datasette, f"/archive/{table}.json?{query}&_size=max&_shape=array").json()
            assert sorted(row["id"] for row in rows) == sorted(numbers), (table, text)
    narrowed = get(datasette, "/archive/articles?_search=ma&section__exact=Kinh+t%E1%BA%BF").text
    assert "<strong>1</strong> row" in narrowed
    assert "section__exact=Kinh" in get(datasette, "/archive/articles?_search=ma").text


def test_figures_of_a_searched_table_that_take_too_long_are_said_to(
    datasette: Datasette, monkeypatch: pytest.MonkeyPatch
):
    def too_long(*_: object) -> None:
        raise sqlite3.OperationalError("interrupted")

    monkeypatch.setattr("scraper.search.sql.count_by_section", too_long)
    assert get(datasette, "/archive/articles?_search=ma").status_code == 503
    # Rows that fail are said to, whatever becomes of the figures.
    assert get(datasette, "/archive/articles?_search=ma&_nocount=1&_sort=x").status_code == 400
    # Nothing is counted that nobody is shown.
    assert get(datasette, "/archive/articles.json?_search=ma&_nocount=1").status_code == 200


def test_every_address_on_the_help_page_answers_as_it_says(datasette: Datasette):
    text = unescape(get(datasette, "/about").text)
    addresses = re.findall(r"http://localhost(/[^'\"<]+)['\"]", text)
    assert len(addresses) == 6
    for address in addresses:
        answer = get(datasette, address)
        assert answer.status_code == 200, address
        if ".json" in address:
            answer.json()
        else:
            rows = list(csv.reader(answer.text.removeprefix(BOM).splitlines()))
            assert rows[0][0] in ("id", "period") and len({len(row) for row in rows}) == 1
    shown = re.findall(r"<code>(/[^<]+)</code>", text)
    assert len(shown) >= 9
    for address in shown:
        asked = (
            address.replace("ID", "90").replace("…", "ma").replace("sql=selectma", "sql=select+1")
        )
        assert get(datasette, asked).status_code == 200, address


def test_pages_of_json_follow_each_other_to_the_last(datasette: Datasette):
    first = get(datasette, "/search.json?q=&start=15").json()
    assert first["next_start"] is None and first["total"] == len(ARTICLES) + 1
    keys = {"id", "url", "archive_url", "title", "timestamp", "section", "snippet"}
    assert keys <= set(first["results"][0])


@pytest.mark.parametrize("ending", ["csv", "jsonl", "bib", "ris"])
def test_a_file_of_a_search_has_every_hit_however_many_are_read_at_once(
    datasette: Datasette, monkeypatch: pytest.MonkeyPatch, ending: str
):
    whole = get(datasette, f"/search.{ending}?q=a*").text
    monkeypatch.setattr("scraper.browse.whole_search.AT_ONCE", 2)
    assert get(datasette, f"/search.{ending}?q=a*").text == whole
    monkeypatch.setattr("scraper.browse.search_page.MOST", 1)
    total = get(datasette, "/search.json?q=").json()["total"]
    everything = get(datasette, f"/search.{ending}").text
    starts = {"jsonl": '{"id": ', "bib": "@", "ris": "TY  - "}
    assert total == len(ARTICLES) + 1
    if ending == "csv":
        rows = list(csv.DictReader(everything.removeprefix(BOM).splitlines(keepends=True)))
        assert len(rows) == total and "Kết nạp 250 người." in {row["body"] for row in rows}
    else:
        lines = [
            x for x in everything.removeprefix(BOM).splitlines() if x.startswith(starts[ending])
        ]
        assert len(lines) == total
    assert get(datasette, f"/search.{ending}?q=khongconaonhuthe").status_code == 200


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("from=abc", "from=abc: write 2021, 5/2021 or 1/5/2021"),
        ("to=2021-13", "to=2021-13: write"),
        ("from=31/2/2021", "from=31/2/2021: write"),
        ("from=2021-06&to=5/2021", "from=2021-06, to=2021-05: the first day is after the last"),
        ("sort=xyz", "sort=xyz: there are best, newest, oldest"),
        ("in=xyz", "in=xyz: there are title, text, captions"),
        ("photos=2", "photos=2: there are 0, 1"),
        ("gone=yes", "gone=yes: there are 0, 1"),
        ("apart=true", "apart=true: there are 0, 1"),
        ("asof=2026", "asof=2026: write a time in UTC"),
    ],
)
def test_a_bad_filter_is_named_in_one_line(datasette: Datasette, asked: str, said: str):
    page = get(datasette, f"/search?q=ma&{asked}")
    assert page.status_code == 400 and said in page.text
    answer = get(datasette, f"/search.json?q=ma&{asked}")
    assert answer.status_code == 400 and said in answer.json()["error"]
    for address in (f"/search.csv?{asked}", f"/search.atom?{asked}", f"/trends?q=ma&{asked}"):
        if "sort" not in asked:
            assert get(datasette, address).status_code == 400, address


@pytest.mark.parametrize("asked", ["size=many", "start=-1", "start=99999999999", "facets=yes"])
def test_a_part_of_an_address_that_cannot_be_read_is_not_passed_over(
    datasette: Datasette, asked: str
):
    answer = get(datasette, f"/search.json?q=ma&{asked}")
    assert answer.status_code == 400 and answer.json()["error"].startswith(f"{asked}: ")


def test_pages_forward_and_back_show_each_hit_once_while_articles_are_captured(tmp_path: Path):
    def add(db: Database, number: int, time: str) -> None:
        add_article(db, number, f"Chợ phiên {number}", "", "", ())
        index_article(db, number)
        db.conn.execute("UPDATE articles SET first_captured_at = ? WHERE id = ?", (time, number))

    def hits(address: str) -> tuple[list[str], dict[str, str]]:
        page = unescape(get(datasette, address).text)
        follow = re.findall(r'<a rel="(next|prev)" href="([^"]+)"', page)
        return re.findall(r">Chợ phiên (\d+)<", re.sub("</?mark>", "", page)), dict(follow)

    def fill(db: Database) -> None:
        for number in range(1, 31):
            add(db, number, "2020-01-01T00:00:00Z")

    path = archive_of_rows(tmp_path / "archive.db", fill)
    with opened(settings_of(path)) as datasette:
        first, to = hits("/search?q=cho+phien&sort=newest")
        with open_archive(path) as archive, write(archive.db) as db:
            add(db, 43, "9999-01-01T00:00:00Z")
        second, back = hits(to["next"])
        assert sorted(map(int, first + second)) == list(range(1, 31))
        again, forth = hits(back["prev"])
        assert again == first and hits(forth["next"])[0] == second
        assert hits("/search?q=cho+phien&sort=newest")[0][0] == "43"


@pytest.mark.parametrize("asked", ["by=week", "as=percent"])
@pytest.mark.parametrize("ending", ["", ".csv", ".svg"])
def test_a_trend_by_no_period_or_as_no_figure_is_not_shown(
    datasette: Datasette, asked: str, ending: str
):
    answer = get(datasette, f"/trends{ending}?q=ma&{asked}")
    assert answer.status_code == 400 and f"{asked}: there are " in answer.text


@pytest.mark.parametrize("ending", ["", ".csv", ".svg"])
def test_trends_of_more_texts_than_are_compared_are_not_shown(datasette: Datasette, ending: str):
    asked = "&".join(["q=ma"] * 6)
    answer = get(datasette, f"/trends{ending}?{asked}")
    assert answer.status_code == 400 and "6 words or phrases: at most 5" in answer.text
    assert get(datasette, f"/trends{ending}?{asked[5:]}").status_code == 200


def test_a_first_day_inside_the_last_month_is_no_bad_filter(datasette: Datasette):
    assert get(datasette, "/search.json?from=2012-05-04&to=2012").json()["total"] > 0


def test_trends_say_how_a_text_was_read_as_the_search_does(datasette: Datasette):
    asked = _encoded({"q": "học sinh học"})
    read_as = get(datasette, f"/search.json?{asked}").json()["read_as"]
    assert read_as.startswith("học sinh · học [")  # the archive has no sinh học
    assert '<span lang="vi">học sinh · học</span>' in get(datasette, f"/trends?{asked}").text


def test_a_filter_set_to_0_is_not_asked_for(datasette: Datasette):
    every = get(datasette, "/search.json?q=du+lich").json()
    assert every["total"] > 0
    for name in ("photos", "gone", "apart", "facets"):
        assert get(datasette, f"/search.json?q=du+lich&{name}=0").json() == every


def test_the_form_keeps_and_shows_each_filter_that_is_set(datasette: Datasette):
    for address in ("/search?q=ma", "/trends?q=ma"):
        plain = get(datasette, address).text
        asked = get(datasette, f"{address}&in=title&layout=photo&apart=1&gone=1").text
        form = asked[asked.index("<details") :]
        form = form[: form.index("</details>")]
        assert '<details class="more" open>' in form
        assert '<option value="title" selected>' in form
        for name, value in (("layout", "photo"), ("apart", "1"), ("gone", "1")):
            assert f'name="{name}" value="{value}" checked>' in form
        assert 'name="layout"' not in plain and 'name="apart"' not in plain


def test_a_section_is_found_without_marks_capitals_or_the_blanks_around_it(datasette: Datasette):
    totals = {
        get(datasette, "/search.json?" + _encoded({"section": name})).json()["total"]
        for name in ("Kinh tế", " kinh te ", "KINH TẾ")
    }
    assert len(totals) == 1 and 0 not in totals


def test_a_name_that_no_article_has_is_called_unknown(datasette: Datasette):
    for kind in ("byline", "tag", "section", "layout", "unit"):
        said = "No place is called" if kind == "unit" else f"No article here has the {kind}"
        assert said in get(datasette, f"/search?{kind}=xyz").text
        assert get(datasette, f"/search.json?{kind}=xyz").json()["unknown"] == [kind]
    assert get(datasette, "/search.json?byline==CMD()").json()["unknown"] == []


def test_a_search_says_how_it_was_read_and_how_else_it_can_be(datasette: Datasette):
    query = _encoded({"q": "du lịch sa pa"})
    answer = get(datasette, f"/search.json?{query}").json()
    assert answer["read_as"].startswith("du lịch · sa pa [words ")
    assert {o["kind"]: o["total"] for o in answer["others"]} == {"phrase": 1, "apart": 1}
    page = get(datasette, f"/search?{query}").text
    assert 'Read as: <span lang="vi">du lịch · sa pa</span> (1)' in page
    assert "apart=1" in page and "Syllables anywhere: 1" in page
    apart = get(datasette, f"/search.json?{query}&apart=1").json()
    assert apart["read_as"].startswith("du · lịch · sa · pa")
    assert {o["kind"] for o in apart["others"]} == {"words", "phrase"}


def test_if_only_the_syllables_of_a_word_are_here_the_page_says_so(datasette: Datasette):
    page = get(datasette, "/search?" + _encoded({"q": "bàn ghế ban"})).text
    assert "bàn ghế · ban" in page
    page = get(datasette, "/search?" + _encoded({"q": "quyết nghị"})).text
    assert "No article has these words, but 1 has their syllables" in page


def test_hits_in_tags_and_sections_are_found_below_those_in_titles_and_named(datasette: Datasette):
    answer = get(datasette, "/search.json?" + _encoded({"q": "du lịch"})).json()
    sources = {hit["id"]: hit["snippet_source"] for hit in answer["results"]}
    assert answer["results"][0]["id"] == 7 and sources[12] == sources[90] == "tags"
    assert "in the tags" in get(datasette, "/search?" + _encoded({"q": "du lịch"})).text
    found = get(datasette, "/search.json?" + _encoded({"q": "kinh tế"})).json()
    assert found["total"] > 10 and found["results"][-1]["snippet_source"] == "section"


def test_facets_count_all_hits_and_lead_to_a_narrower_search(datasette: Datasette):
    page = get(datasette, "/search?" + _encoded({"q": "ma"})).text
    facets = unescape(page.split('class="facets"')[1].split("</details>")[0])
    links = re.findall(
        r'href="(/search\?[^"]+)">(?:<span[^>]*>)?[^<]*(?:</span>)?</a> (\d+)', facets
    )
    assert {"byline=", "section=", "layout=", "from=", "in=title"} <= {
        name for name in ("byline=", "section=", "layout=", "from=", "in=title") if name in facets
    }
    for address, count in links:
        answer = get(datasette, address.replace("/search?", "/search.json?"))
        assert answer.json()["total"] == int(count), address
    assert len(links) > 6


def test_oldest_first_is_newest_first_backwards_and_pages_lead_both_ways(datasette: Datasette):
    newest, oldest = (
        [hit["id"] for hit in get(datasette, f"/search.json?q=&sort={s}").json()["results"]]
        for s in ("newest", "oldest")
    )
    assert newest == oldest[::-1]
    assert 'rel="prev"' not in get(datasette, "/search?q=").text
    assert 'rel="prev"' in get(datasette, "/search?q=&start=20").text


def test_an_article_filed_while_it_is_served_is_found_at_once(tmp_path: Path):
    path = tmp_path / "archive.db"
    with open_archive(path) as archive:
        with write(archive.db) as db:
            fill_hostile(db)
        opened = open_datasette(settings_of(path))
        asyncio.run(opened.invoke_startup())
        assert get(opened, "/search.json?q=khai+truong").json()["total"] == 0
        with write(archive.db) as db:  # as a crawl would, its transaction open while pages are read
            add_article(db, 95, "Khai trường", "", "", ())
            index_article(db, 95)
            for address in ("/", "/search?q=khai+truong", "/archive/articles", "/days"):
                assert get(opened, address).status_code == 200
        assert get(opened, "/search.json?q=khai+truong").json()["total"] == 1
        assert "Khai trường" in get(opened, "/archive/articles/95").text
    opened.executor.shutdown()
    for database in opened.databases.values():
        database.close()


def test_a_month_that_came_since_the_figures_were_kept_has_a_share_too(tmp_path: Path):
    path = tmp_path / "archive.db"
    with open_archive(path) as archive:
        with write(archive.db) as db:
            fill_hostile(db)
        with opened(settings_of(path)) as served:
            get(served, "/")  # the months are counted, and kept for a little time
            with write(archive.db) as db:
                db.execute(
                    "UPDATE articles SET local_date = '2031-01-02', template = 'fallback'"
                    " WHERE id IN (1, 2)"
                )
                db.execute("UPDATE articles SET local_date = '2031-01-03' WHERE id = 3")
            answer = get(served, "/dashboard")
    assert answer.status_code == 200
    assert "Jan 2031: 66.67" in answer.text


def test_a_copy_for_the_public_shows_its_hash_and_counts(path: Path, tmp_path: Path):
    slim = tmp_path / "archive.db"
    Database(path).conn.execute("VACUUM INTO ?", (str(slim),))
    copy = open_datasette(settings_of(slim), immutable=True)
    asyncio.run(copy.invoke_startup())
    digest = hashlib.sha256(slim.read_bytes()).hexdigest()
    assert digest in get(copy, "/archive").text
    answer = get(copy, "/archive.db")
    assert hashlib.sha256(answer.content).hexdigest() == digest
    assert get(copy, "/archive/articles.json").json()["filtered_table_rows_count"] == (
        len(ARTICLES) + 1
    )
    copy.executor.shutdown()
    for database in copy.databases.values():
        database.close()


@pytest.mark.parametrize("ending", ["", ".json"])
def test_no_page_shows_the_folder_of_the_archive(datasette: Datasette, path: Path, ending: str):
    for name in ("databases", "threads"):
        assert get(datasette, f"/-/{name}{ending}").status_code == 404
    for name in ("metadata", "plugins", "settings", "versions"):
        answer = get(datasette, f"/-/{name}{ending}")
        assert answer.status_code == 200
        assert str(path.parent) not in answer.text


def test_robots_are_kept_out(datasette: Datasette):
    assert "Disallow: /" in get(datasette, "/robots.txt").text


def test_every_table_and_column_is_described_and_no_other(path: Path):
    db = Database(path)
    tables = [
        name
        for name, sql in db.conn.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
        if not name.startswith(("articles_fts", "sqlite_", "_sqlite"))
    ]
    described = {name: set(table.get("columns", {})) for name, table in TABLES.items()}
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


def test_all_addresses_start_with_the_path_it_is_served_under(path: Path):
    with opened(settings_of(path), base_url="/bao/", immutable=True) as below:
        for address in PAGES:
            text = get(below, address).text  # asks for /bao/...
            found = re.findall(r'(?:href|action)="([^"]*)"', text)
            outside = ("#", "?", "https://baolaocai.vn")
            for at in (a.removeprefix("http://localhost") for a in found):
                assert at.startswith(("/bao/", *outside)), (address, at)
                assert not at.startswith("/bao/bao/"), (address, at)
        assert '<a rel="next" href="/bao/archive/articles?' in (
            get(below, "/archive/articles?_size=5").text
        )
        assert 'href="/bao/archive/articles/90"' in get(below, "/feeds/new.atom").text
        assert get(below, "/archive/articles.csv").status_code == 200
        assert get(below, "/assets/archive.css").status_code == 200
        assert "Download the whole archive" in get(below, "/archive").text


@pytest.mark.parametrize("query", ["", "?_sort=id"])
def test_the_path_without_its_last_slash_leads_to_the_first_page(path: Path, query: str):
    async def ask(below: Datasette) -> httpx.Response:
        transport = httpx.ASGITransport(below.app())
        async with httpx.AsyncClient(transport=transport) as client:
            return await client.get(f"http://localhost/luu-tru{query}")

    with opened(settings_of(path), base_url="/luu-tru/") as below:
        answer = asyncio.run(ask(below))
    assert (answer.status_code, answer.headers["location"]) == (308, f"/luu-tru/{query}")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_missing_archive_is_one_line(tmp_path: Path):
    with pytest.raises(ArchiveError, match="no archive here yet"):
        open_datasette(settings_of(tmp_path / "archive.db"))


def test_an_archive_in_use_is_not_served_as_one_that_nothing_writes_to(tmp_path: Path):
    path = tmp_path / "archive.db"
    with open_archive(path) as archive:
        with write(archive.db) as db:
            fill_hostile(db)
        with pytest.raises(ArchiveError, match="in use, .* --immutable is for a copy"):
            open_datasette(settings_of(path), immutable=True)
    with opened(settings_of(path), immutable=True) as copy:
        assert get(copy, "/archive/articles/1").status_code == 200


def test_a_slim_copy_without_snapshots_is_served(path: Path, tmp_path: Path):
    slim = tmp_path / "archive.db"
    with closing(Database(path)) as db:
        db.conn.execute("VACUUM INTO ?", (str(slim),))
    with opened(settings_of(slim), immutable=True) as copy:
        assert "snapshots.db is not beside this copy" in get(copy, "/archive/articles/1").text


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


def test_a_withdrawn_article_is_answered_with_the_reason(datasette: Datasette, path: Path):
    db = Database(path)
    put(db, Tombstone(77, "2026-06-01T00:00:00Z", "Quyết định 12"))
    db.conn.commit()
    db.close()
    answer = get(datasette, "/archive/articles/77")
    assert answer.status_code == 410
    assert "Article 77 was withdrawn on 1 June 2026: Quyết định 12" in answer.text
    assert "No article with the number 78" in get(datasette, "/archive/articles/78").text


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Datasette]:
    """Articles of one day in three years, one without a time, one with readings seen twice."""
    path = tmp_path / "small.db"
    with open_archive(path) as archive, write(archive.db) as db:
        for number in (1, 2, 3, 4, 5):
            add_article(db, number, f"Bài {number}", "", "Chữ.", ())
            day = {1: "2012-05-07", 3: "2014-05-07", 4: "2012-05-08"}.get(number, "2013-05-07")
            time = f"{day}T01:00:00Z"
            db.conn.execute(
                "UPDATE articles SET timestamp = ?, local_date = ? WHERE id = ?",
                (None, None, 5) if number == 5 else (time, day, number),
            )
        for row, (snapshot, at, text) in enumerate(
            [(1, "01", "21°C"), (2, "01", "21°C"), (3, "01", "22°C"), (4, "02", "21°C"),
             (5, "01", "21°C")], 1
        ):  # fmt: skip
            db.conn.execute(
                "INSERT INTO weather VALUES (?, ?, ?, 0, ?, 'Sa Pa', ?, ?, NULL, NULL, NULL, '')",
                (row, snapshot, 3 if row == 5 else 2, f"2024-05-{at}T00:00:00Z", text, text[:2]),
            )
    with opened(settings_of(path)) as datasette:
        yield datasette


def test_a_reading_captured_twice_is_one_row_and_the_newest_comes_first(small: Datasette):
    rows = get(small, "/archive/weather.json?_shape=array").json()
    assert [(row["observed_at"][8:10], row["text"]) for row in rows] == [
        ("02", "21°C"),
        ("01", "21°C"),
        ("01", "22°C"),
    ]
    page = get(small, "/archive/articles/2").text
    assert (page.count("21°C"), page.count("22°C")) == (2, 1)
    for address, count in (("weather", 3), ("weather?place=Sa+Pa", 3), ("weather?id=1", 1)):
        assert f"<strong>{count}</strong> row" in get(small, f"/archive/{address}").text
    assert ">3 rows<" in get(small, "/archive").text.split("<code>weather</code>")[1]
    assert len(get(small, "/archive/temperatures.json?_shape=array").json()) == 3


def test_a_reading_of_another_article_too_is_among_those_of_each(small: Datasette):
    for asked, numbers in (("article_id=3", [5]), ("snapshot_id__exact=2", [2]), ("id__gt=4", [5])):
        rows = get(small, f"/archive/weather.json?_shape=array&{asked}").json()
        assert [row["id"] for row in rows] == numbers, asked
        assert "<strong>1</strong> row" in get(small, f"/archive/weather?{asked}").text


def test_the_weather_is_drawn_by_place_and_month_without_readings_seen_twice(small: Datasette):
    page = get(small, "/archive/weather").text
    assert re.findall(r"<title>(Sa Pa[^<]*)", page) == ["Sa Pa, May 2024: 21.33"]
    assert 'href="/archive/weather?place=Sa+Pa">Sa Pa</a> <span>3</span>' in page
    assert "<svg" not in get(small, "/archive/weather?place=Sa+Pa").text
    assert "<svg" not in get(small, "/archive/weather?place=Sa+Pa&_nocount=1").text


def test_an_article_leads_to_the_same_day_in_other_years(small: Datasette):
    page = get(small, "/archive/articles/2").text
    section = page.split("The same day in other years")[1].split("</section>")[0]
    assert re.findall(r"articles/(\d+)", section) == ["3", "1"]
    assert "The same day in other years" not in get(small, "/archive/articles/4").text


@pytest.mark.parametrize(
    ("number", "neighbours"), [(1, ["4"]), (4, ["1", "2"]), (2, ["4", "3"]), (5, ["4"])]
)
def test_neighbours_are_by_time_or_by_number_if_it_is_unknown(
    small: Datasette, number: int, neighbours: list[str]
):
    page = get(small, f"/archive/articles/{number}").text
    section = page.split('<nav class="neighbours"')[1]
    assert re.findall(r'rel="(?:prev|next)" href="/archive/articles/(\d+)', section) == neighbours
