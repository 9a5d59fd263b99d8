"""The commands, run as a user runs them."""

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from scraper.config import BUILT_IN, load_settings
from tests.support.commands import configure, in_process, scraper
from tests.support.filled import fill, page
from tests.support.warcs import response, sha1, write

pytestmark = pytest.mark.slow  # servers, commands and whole archives

ROOT = Path(__file__).parent.parent
SEED = ROOT / "tests/pages/plaintext/seed-348925.txt"
SEED_URL = (
    "https://baolaocai.vn/bai-viet/348925-kinh-nghiem-phat-trien-dang-vien-o-chi-bo-nong-thon"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config.toml").write_text('[site]\nbase_url = "https://baolaocai.vn"\n', "utf-8")
    return tmp_path


def one_line(run: subprocess.CompletedProcess[str]) -> str:
    assert run.stderr.count("\n") == 1, run.stderr
    return run.stderr


def test_the_seed_capture_is_filed_as_the_page_says(folder: Path) -> None:
    run = in_process(folder, "import", SEED, "--url", SEED_URL)
    assert run.returncode == 0, run.stderr
    db = sqlite3.connect(folder / "archive.db")
    db.row_factory = sqlite3.Row
    article = dict(db.execute("SELECT * FROM articles").fetchone())
    assert article["id"] == 348925
    assert article["title"] == "Kinh nghiệm phát triển đảng viên ở chi bộ nông thôn"
    assert article["lead"].startswith("LCĐT - Đảng bộ huyện Văn Bàn")
    assert article["published_at"] is None
    assert article["page_clock_text"] == "Thứ 7, 3/12/2022, 08:38 [UTC-0]"
    assert article["page_clock_at"] == article["timestamp"] == "2022-12-03T08:38:00Z"
    assert article["timestamp_source"] == "page clock"
    assert article["local_date"] == "2022-12-03"
    body = db.execute("SELECT body FROM texts").fetchone()[0]
    assert len(body.split("\n\n")) == 3
    captions = db.execute("SELECT source, after_paragraph, text FROM captions").fetchall()
    assert [tuple(c)[:2] for c in captions] == [("guess", 0), ("guess", 2)]
    weather = db.execute("SELECT place, text, temperature_c FROM weather").fetchone()
    assert tuple(weather) == ("Lào Cai", "Lào Cai Dự báo thời tiết", None)
    assert db.execute("SELECT state FROM frontier").fetchone()[0] == "archived"
    db.close()


def test_importing_the_same_capture_again_changes_nothing(folder: Path) -> None:
    dumps = []
    for _ in range(2):
        assert in_process(folder, "import", SEED, "--url", SEED_URL).returncode == 0
        db = sqlite3.connect(folder / "archive.db")
        dumps.append(list(db.iterdump()))
        db.close()
    assert dumps[0] == dumps[1]


@pytest.mark.parametrize(
    "arguments",
    [["crawl"], ["add", "https://baoyenbai.vn/a-post348925.html"], ["probe"],
     ["import", SEED, "--url", SEED_URL.replace("baolaocai", "baoyenbai")]],
    ids=lambda arguments: arguments[0],
)  # fmt: skip
def test_an_archive_takes_no_other_newspaper_whose_numbers_are_the_same(
    folder: Path, arguments: list[object]
) -> None:
    in_process(folder, "import", SEED, "--url", SEED_URL)
    config = '[site]\nbase_url = "https://baoyenbai.vn"\ncontact = "a@example.org"\n'
    (folder / "config.toml").write_text(config, "utf-8")
    run = in_process(folder, *arguments)
    assert run.returncode == 1
    assert "archive.db: belongs to an archive of https://baolaocai.vn, not of" in one_line(run)
    # It was not asked for anything either.
    with closing(sqlite3.connect(folder / "archive.db")) as db:
        assert db.execute("SELECT count(*) FROM hosts").fetchone()[0] == 0
        assert db.execute("SELECT count(*) FROM runs").fetchone()[0] == 0


def test_an_archive_takes_a_newspaper_that_names_its_own_as_an_alias(folder: Path) -> None:
    in_process(folder, "import", SEED, "--url", SEED_URL)
    config = '[site]\nbase_url = "https://baoyenbai.vn"\naliases = ["baolaocai.vn"]\n'
    (folder / "config.toml").write_text(config, "utf-8")
    assert in_process(folder, "status").returncode == 0
    assert in_process(folder, "import", SEED, "--url", SEED_URL).returncode == 0


def test_search_finds_the_seed_with_and_without_marks(folder: Path) -> None:
    in_process(folder, "import", SEED, "--url", SEED_URL)
    for query in ("đảng viên", "dang vien", "đang vien"):
        found = json.loads(in_process(folder, "search", query, "--json").stdout)
        assert [hit["id"] for hit in found["results"]] == [348925], query
    run = in_process(folder, "search", 'đảng" OR (', "--json")
    assert run.returncode == 0


def test_extract_needs_no_config_and_no_archive(tmp_path: Path) -> None:
    run = in_process(tmp_path, "extract", SEED, "--url", SEED_URL)
    article = json.loads(run.stdout)
    assert article["article_id"] == 348925
    assert len(article["paragraphs"]) == 3
    assert list(tmp_path.iterdir()) == []


def test_extract_says_where_each_field_came_from_also_of_a_page_that_it_refuses(
    tmp_path: Path,
) -> None:
    (tmp_path / "a.html").write_text('<h1 class="article__title">A</h1><p>B</p>')
    run = in_process(tmp_path, "extract", "a.html", "--url", SEED_URL, "--trace")
    assert (run.returncode, "onecms found no text" in run.stderr) == (1, True)
    trace = {choice["field"]: choice for choice in json.loads(run.stdout)["trace"]}
    assert trace["title"]["rule"] == "h1.article__title"
    assert trace["paragraphs"]["rule"] == ""


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["extract", "none.html", "--url", SEED_URL], 1, "none.html: cannot be read"),
        (["import", "none.txt", "--url", SEED_URL], 1, "none.txt: cannot be read"),
        (["status", "--config", "none.toml"], 1, "none.toml: not found"),
        (["status"], 1, "no archive here yet"),
        (["search", "x"], 1, "no archive here yet"),
        (["show", "1"], 1, "no archive here yet"),
        (["diff", "1"], 1, "no archive here yet"),
        (["reread"], 1, "no archive here yet"),
        (["verify"], 1, "no archive here yet"),
        (["backup", "copy"], 1, "no archive here yet"),
        (["withdraw", "1", "--reason", "x"], 1, "no archive here yet"),
        (["crawl"], 1, "site.contact: missing"),
        (["add", "https://baolaocai.vn/a-post1.html"], 1, "site.contact: missing"),
    ],
)
def test_bad_input_ends_in_one_line(
    folder: Path, arguments: list[str], code: int, said: str
) -> None:
    run = in_process(folder, *arguments)
    assert run.returncode == code
    assert said in one_line(run)


@pytest.mark.parametrize(
    ("start", "said"),
    [
        (b"WARC/1.1\r\n", "no WARC record in it can be read"),
        (b"\x1f\x8b\x08\x00", "one gzip stream, and damaged"),
        (b"PK\x03\x04", "an archive, not a page"),
    ],
)
def test_an_archive_file_is_not_taken_for_a_page(folder: Path, start: bytes, said: str) -> None:
    (folder / "page.html").write_bytes(start + b"...")
    run = in_process(folder, "import", "page.html", "--url", SEED_URL)
    assert run.returncode == 1
    assert said in one_line(run)
    run = in_process(folder, "extract", "page.html", "--url", SEED_URL)
    assert run.returncode == 1
    assert "an archive, not a page" in one_line(run)


def test_an_archive_that_cannot_be_written_is_said_in_one_line(folder: Path) -> None:
    with (folder / "config.toml").open("a", encoding="utf-8") as config:
        config.write('[archive]\npath = "missing/archive.db"\n')
    run = in_process(folder, "import", SEED, "--url", SEED_URL)
    assert run.returncode == 1
    assert "folder is not writable" in one_line(run)


def test_a_file_without_an_end_is_not_read_as_a_page(folder: Path) -> None:
    for arguments, found in (
        (["import", "/dev/zero"], "a pipe or device, not a plain file; save it first"),
        (["extract", "/dev/zero", "--url", SEED_URL], "larger than 50 MB, no page is"),
    ):
        run = in_process(folder, *arguments)
        assert run.returncode == 1
        assert f"/dev/zero: {found}" in one_line(run)


@pytest.mark.parametrize(
    "arguments",
    [
        ["show", "9" * 30],
        ["diff", "9" * 30],
        ["withdraw", "9" * 30, "--reason", "x"],
        ["search", "x", "--limit", "9" * 30],
        ["crawl", "--limit", "9" * 30],
    ],
    ids=lambda arguments: arguments[0],
)
def test_a_number_that_no_database_holds_is_wrong_usage(folder: Path, arguments: list[str]) -> None:
    run = in_process(folder, *arguments)
    assert run.returncode == 2
    assert "Invalid value" in run.stderr


def test_the_first_day_of_the_calendar_is_a_day_too(folder: Path) -> None:
    in_process(folder, "import", SEED, "--url", SEED_URL)
    run = in_process(folder, "reread", "--since", "0001-01-01", "--workers", "1")
    assert (run.returncode, run.stdout) == (0, "1 snapshot read, 0 changed something\n")


def test_a_day_is_stated_as_it_was_in_vietnam(folder: Path) -> None:
    page = (
        '<h1 class="article__title">Mùa lê</h1><div class="article__body"><p>Chín.</p></div>'
        '<meta property="article:published_time" content="2024-05-02T06:30:00+07:00">'
    )
    (folder / "page.html").write_text(page, "utf-8")
    url = "https://baolaocai.vn/mua-le-post950001.html"
    assert in_process(folder, "import", "page.html", "--url", url).returncode == 0
    assert in_process(folder, "search", "mùa lê").stdout.startswith("950001  2024-05-02  Mùa lê\n")
    shown = in_process(folder, "show", 950001).stdout.splitlines()
    assert shown[2] == "2024-05-02 in Vietnam: 2024-05-01T23:30:00Z (published)"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has such a device")
def test_an_output_that_the_disk_has_no_room_for_is_said_in_one_line(folder: Path) -> None:
    in_process(folder, "import", SEED, "--url", SEED_URL)
    with open("/dev/full", "w") as full:
        run = subprocess.run(
            [sys.executable, "-m", "scraper", "search", "dang vien"],
            cwd=folder,
            env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert run.returncode == 1
    assert run.stderr == "scraper: the disk is full: not all of the output was written\n"


def test_a_page_that_is_no_article_exits_4(folder: Path) -> None:
    (folder / "page.html").write_text("<html><body><h1>Chính trị</h1></body></html>", "utf-8")
    run = in_process(folder, "extract", "page.html", "--url", "https://baolaocai.vn/chinh-tri/")
    assert run.returncode == 4
    assert "no template fits" in one_line(run)


def test_a_foreign_database_is_left_alone(folder: Path) -> None:
    db = sqlite3.connect(folder / "archive.db")
    db.execute("CREATE TABLE mine (x)")
    db.commit()
    db.close()
    before = (folder / "archive.db").read_bytes()
    run = in_process(folder, "import", SEED, "--url", SEED_URL)
    assert run.returncode == 1
    assert "not an archive made by scraper" in one_line(run)
    assert (folder / "archive.db").read_bytes() == before


def test_an_archive_of_a_later_version_is_refused_unharmed(folder: Path) -> None:
    in_process(folder, "import", SEED, "--url", SEED_URL)
    db = sqlite3.connect(folder / "archive.db")
    db.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
        " VALUES ('archive', 'm999_later', '2030-01-01')"
    )
    db.commit()
    db.close()
    before = (folder / "archive.db").read_bytes()
    for arguments in (["status"], ["import", SEED, "--url", SEED_URL]):
        run = in_process(folder, *arguments)
        assert run.returncode == 1
        assert "later version (m999_later)" in one_line(run)
    assert (folder / "archive.db").read_bytes() == before


def test_an_unreachable_site_exits_3_and_says_so(folder: Path) -> None:
    (folder / "config.toml").write_text(
        '[site]\nbase_url = "http://127.0.0.1:9"\ndelay_seconds = 0\n[crawl]\nretries = 0\n',
        "utf-8",
    )
    run = in_process(folder, "crawl")
    assert run.returncode == 3
    assert "robots.txt cannot be read" in run.stderr.splitlines()[-1]


def test_a_dry_reread_prints_its_changes_as_json(folder: Path) -> None:
    in_process(folder, "import", SEED, "--url", SEED_URL)
    with closing(sqlite3.connect(folder / "archive.db")) as db, db:
        db.execute("UPDATE articles SET title = 'x'")
    run = in_process(folder, "reread", "--dry-run", "--json", "--workers", "1")
    assert json.loads(run.stdout)["fields"] == {"title": 1}


def test_import_names_what_it_could_not_read_and_files_the_rest(folder: Path) -> None:
    write(
        folder / "a.warc.gz",
        [
            response(),
            response(
                WARC_Block_Digest=sha1(b"x"),
                WARC_Payload_Digest=sha1(b"x"),
                at="2024-01-01T00:00:00Z",
            ),
        ],
    )
    (folder / "b.html").write_text("<h1>T</h1>", "utf-8")
    run = in_process(folder, "import", "a.warc.gz", "b.html", "--json")
    assert run.returncode == 1
    tally = json.loads(run.stdout)
    assert (tally["records"], tally["new"], tally["bad"]) == (2, 1, 1)
    damaged, unnamed, said = run.stderr.splitlines()
    assert damaged == tally["damages"][0]
    assert damaged.startswith("a.warc.gz: record at ")
    assert unnamed == "b.html: names no article of https://baolaocai.vn as its own; give --url"
    assert said == "2 records read: 1 new, 1 bad"
    run = in_process(folder, "import", "a*.gz")
    assert (run.returncode, run.stdout) == (0, "2 records read: 1 unchanged, 1 bad\n")


def test_init_writes_settings_that_the_crawl_takes(tmp_path: Path) -> None:
    made = in_process(tmp_path, "init", "--contact", "lan@example.org")
    assert (made.returncode, made.stderr) == (0, "")
    settings = load_settings(tmp_path / "config.toml")
    assert settings.site == replace(BUILT_IN.site, contact="lan@example.org")
    for more in (("--contact", "x@example.org"), ()):  # the second asks for nothing first
        again = in_process(tmp_path, "init", *more)
        assert (again.returncode, "is there already" in one_line(again)) == (1, True)
    assert "lan@example.org" in (tmp_path / "config.toml").read_text("utf-8")


def test_a_crawl_leaves_out_what_it_does_not_use_even_if_it_is_installed(tmp_path: Path) -> None:
    # rich is for terminals; httpx imports it for a command line of its own.
    for name in ("pandas", "numpy", "trio", "rich"):
        (tmp_path / f"{name}.py").write_text(f"raise SystemExit('{name} was imported')", "utf-8")
    config = '[site]\nbase_url = "http://127.0.0.1:9"\n[crawl]\nretries = 0\n'
    (tmp_path / "config.toml").write_text(config, "utf-8")
    run = scraper(tmp_path, "crawl")  # the folder is on its path
    assert (run.returncode, "robots.txt cannot be read" in run.stderr) == (3, True)
    assert "was imported" not in run.stderr


def test_processes_that_read_pages_leave_it_out_too(tmp_path: Path) -> None:
    configure(tmp_path, "https://baolaocai.vn", 5)
    fill(tmp_path / "archive.db", [page(1)])
    for name in ("pandas", "numpy"):
        (tmp_path / f"{name}.py").write_text(f"raise SystemExit('{name} was imported')", "utf-8")
    run = scraper(tmp_path, "reread", "--workers", "2")
    assert (run.returncode, "was imported" in run.stderr) == (0, False), run.stderr


def test_init_asks_for_the_contact_and_writes_nothing_without_one(tmp_path: Path) -> None:
    refused = in_process(tmp_path, "init")
    assert (refused.returncode, "give --contact" in refused.stderr) == (1, True)
    assert not (tmp_path / "config.toml").exists()
    assert in_process(tmp_path, "init", typed="lan@example.org\n").returncode == 0
    assert load_settings(tmp_path / "config.toml").site.contact == "lan@example.org"


@pytest.mark.parametrize("contact", ["tên@example.org", "a@b\nc", "", "me"])
def test_init_takes_no_contact_that_cannot_be_sent(tmp_path: Path, contact: str) -> None:
    refused = in_process(tmp_path, "init", "--contact", contact)
    assert (refused.returncode, "site.contact" in one_line(refused)) == (1, True)
    assert not (tmp_path / "config.toml").exists()


def test_articles_are_named_by_number_or_by_any_address_of_theirs(folder: Path) -> None:
    in_process(folder, "import", SEED, "--url", SEED_URL)
    by_number = in_process(folder, "show", "348925")
    assert by_number.returncode == 0
    for address in (SEED_URL, "http://www.baolaocai.vn/khac-post348925.html"):
        assert in_process(folder, "show", address).stdout == by_number.stdout
    for nothing in ("https://baolaocai.vn/chinh-tri/", "abc", "-1", str(2**63)):
        assert in_process(folder, "show", "--", nothing).returncode == 2


def test_failures_lists_what_is_not_mended(folder: Path) -> None:
    in_process(folder, "import", SEED, "--url", SEED_URL)
    assert "nothing failed" in in_process(folder, "failures").stdout
    later, mended = "https://baolaocai.vn/x-post5.html", "https://baolaocai.vn/x-post6.html"
    feed = "https://baolaocai.vn/rss/home.rss"
    with closing(sqlite3.connect(folder / "archive.db")) as db, db:
        db.execute(
            "INSERT INTO runs VALUES (1, 'crawl', '2026-03-01T00:00:00Z', NULL, 'done', '',"
            " 3, 0, 0, 0, 0, 0, 0, 0)"
        )
        for url, state in ((later, "failed"), (mended, "archived"), (feed, "list")):
            db.execute(
                "INSERT INTO frontier (url, source, found_at, state, due_at)"
                " VALUES (?, 'feed', '2026-03-01T00:00:00Z', ?, '2026-03-02T00:00:00Z')",
                [url, state],
            )
        for url, kind in ((later, "page"), (mended, "page"), (later, "page"), (feed, "list")):
            db.execute(
                "INSERT INTO failures (run_id, at, url, kind, detail)"
                " VALUES (1, '2026-03-01T00:00:05Z', ?, ?, 'answered 500')",
                [url, kind],
            )
    found = json.loads(in_process(folder, "failures", "--json").stdout)
    assert [(f["url"], f["times"], f["next_try_at"]) for f in found] == [
        (feed, 1, None),
        (later, 2, "2026-03-02T00:00:00Z"),
    ]
    said = in_process(folder, "failures", "--limit", "1").stdout
    assert feed in said and later not in said and "1 more" in said


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_closed_streams_harm_no_command(folder: Path, closed: str) -> None:
    command = f"{sys.executable} -m scraper import {SEED} --url {SEED_URL} {closed}"
    env = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
    run = subprocess.run(["bash", "-c", command], cwd=folder, env=env, capture_output=True)
    assert (run.returncode, b"Traceback" in run.stderr) == (0, False)
    assert in_process(folder, "show", "348925").returncode == 0
    assert in_process(folder, "verify").returncode == 0


@pytest.mark.parametrize("encoding", ["latin-1", "cp1258"])
def test_output_goes_to_a_stream_of_any_encoding(folder: Path, encoding: str) -> None:
    in_process(folder, "import", SEED, "--url", SEED_URL)
    run = subprocess.run(
        [sys.executable, "-m", "scraper", "show", "348925"],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": encoding},
        capture_output=True,
    )
    assert (run.returncode, run.stderr) == (0, b"")
    assert b"\\u1ea3" in run.stdout  # ả, which neither has
