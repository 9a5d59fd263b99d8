"""The archive as files for other programs: whole, escape_formula, and as it was at one moment."""

import csv
import hashlib
import io
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import tracemalloc
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper import export as exports
from scraper.archive import snapshots
from scraper.archive.files import open_archive, open_reader, write
from scraper.archive.tombstones import Tombstone, put
from scraper.cli.export_command import FORMATS
from scraper.errors import BadFilter, ExportError, ExportStopped, MissingExtra
from scraper.export import entries, export
from scraper.export.cite import Source, archive_address, bibtex, csl, plain, ris
from scraper.export.csv_safety import escape_formula
from scraper.export.filters import read_where
from scraper.models import utc_text
from scraper.progress import Silence
from scraper.upkeep.backup import backup
from scraper.urls import article_id
from tests.support.commands import configure, in_process, scraper
from tests.support.filled import captures, fill, page
from tests.support.patient import SCRAPER
from tests.support.searches import searched

pytestmark = pytest.mark.slow  # whole runs and archives

HOSTILE = r"=cmd|'/c calc'!A1 {\input{x} 50% & $1 #2 a_b ~ ^ \end{document} @book{evil, ../../etc"
NUMBER = article_id(page(30).url)
ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def archived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("export") / "archive.db"
    configure(path.parent, "https://baolaocai.vn", 5)
    fill(path, [*captures(24), page(30, title=HOSTILE.replace("&", "&amp;").encode())])
    return path


def choose(path: Path, *wheres: str, stop: Any = lambda: False) -> Any:
    return entries.choose(path, tuple(map(read_where, wheres)), (), Silence(), stop)


def write_out(path: Path, name: str, target: Path, *wheres: str) -> exports.Exported:
    with choose(path, *wheres) as chosen:
        return export(chosen, name, target)


def lines_of(path: Path, folder: Path, *wheres: str) -> list[dict[str, Any]]:
    write_out(path, "jsonl", folder / "x.jsonl", *wheres)
    *lines, last = (folder / "x.jsonl").read_text("utf-8").split("\n")
    assert last == ""
    return [json.loads(line) for line in lines]


def rows_of(path: Path) -> list[dict[str, str]]:
    written = path.read_bytes()
    assert written.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(written.decode("utf-8-sig"), newline=""), strict=True))


def select(path: Path, sql: str, *parameters: object) -> list[Any]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute(sql, parameters).fetchall()


def column(path: Path, sql: str, *parameters: object) -> list[Any]:
    return [value for (value,) in select(path, sql, *parameters)]


# What is written


def test_a_json_line_holds_everything_that_the_archive_has_of_an_article(
    archived: Path, tmp_path: Path
):
    lines = lines_of(archived, tmp_path)
    assert [line["id"] for line in lines] == column(archived, "SELECT id FROM articles ORDER BY id")
    for line in lines:
        number = line["id"]
        assert ["\n\n".join(line.pop("paragraphs"))] == column(
            archived, "SELECT body FROM texts WHERE article_id = ?", number
        )
        assert [tuple(caption.values()) for caption in line.pop("captions")] == select(
            archived,
            "SELECT text, credit, image_url, after_paragraph, source FROM captions"
            " WHERE article_id = ? ORDER BY position",
            number,
        )
        assert line.pop("tags") == column(
            archived,
            "SELECT name FROM tags JOIN article_tags ON tag_id = tags.id WHERE article_id = ?"
            " ORDER BY name",
            number,
        )
        assert [tuple(place.values()) for place in line.pop("places")] == select(
            archived,
            "SELECT place_id, label, part, form, certainty, times FROM article_places"
            " JOIN places ON places.id = place_id WHERE article_id = ?"
            " ORDER BY place_id, part, form, certainty",
            number,
        )
        weather = line.pop("weather")
        assert [tuple(seen.values()) for seen in weather] == select(
            archived,
            f"SELECT {', '.join(weather[0]) if weather else 'id'} FROM weather"
            " WHERE article_id = ? ORDER BY id",
            number,
        )
        with open_reader(archived) as archive:
            snapshot = snapshots.load(archive.snapshots, line["snapshot_id"])
        assert line.pop("snapshot_sha256") == hashlib.sha256(snapshot.body).hexdigest()
        assert line.pop("snapshot_captured_at") == utc_text(snapshot.captured_at)
        line |= {key: json.dumps(line[key], ensure_ascii=False) for key in ("byline", "flags")}
        [row] = select(archived, f"SELECT {', '.join(line)} FROM articles WHERE id = ?", number)
        assert tuple(line.values()) == row


def test_a_csv_row_holds_the_same_and_no_cell_is_a_formula(archived: Path, tmp_path: Path):
    write_out(archived, "csv", tmp_path / "x.csv")
    rows = rows_of(tmp_path / "x.csv")
    assert len(rows) == 25
    for row, line in zip(rows, lines_of(archived, tmp_path), strict=True):
        assert row["body"] == escape_formula("\n\n".join(line["paragraphs"]))
        assert row["tags"] == escape_formula("; ".join(line["tags"]))
        assert row["captions"].count("\n") == max(0, len(line["captions"]) - 1)
        assert row["published_at"] == (line["published_at"] or "")
        assert not [cell for cell in row.values() if cell.lstrip(" ")[:1] in tuple("=+-@\t\r\n")]
    assert next(row for row in rows if row["id"] == str(NUMBER))["title"] == f"'{HOSTILE}"


@given(st.text(alphabet="=+-@\t\r\n '\"＝＋－＠a1\0\xa0\u200b\ufeff", max_size=6))
def test_no_cell_begins_as_a_formula_does_and_none_loses_a_letter(text: str):
    cell = escape_formula(text)
    assert cell in (text, f"'{text}")
    seen = "".join(c for c in cell if c.isprintable() and c != " ")
    assert cell[:1] not in tuple("\t\r\n") and seen[:1] not in tuple("=+-@＝＋－＠")


def test_text_files_and_their_table_are_what_corpus_tools_take(archived: Path, tmp_path: Path):
    write_out(archived, "txt", tmp_path / "corpus")
    rows = rows_of(tmp_path / "corpus" / "metadata.csv")
    files = {path.name for path in (tmp_path / "corpus").iterdir()} - {"metadata.csv"}
    assert files == {row["filename"] for row in rows}
    assert all(re.fullmatch(r"[0-9]{7}\.txt", name) for name in files)
    for row, line in zip(rows, lines_of(archived, tmp_path), strict=True):
        text = (tmp_path / "corpus" / row["filename"]).read_bytes().decode("utf-8")
        parts = [part for part in (line["title"], line["lead"], *line["paragraphs"]) if part]
        assert text == "\n\n".join(parts) + "\n"
        assert (row["id"], row["url"]) == (str(line["id"]), line["url"])


def test_bibtex_is_read_back_whole_whatever_a_title_says(archived: Path, tmp_path: Path):
    write_out(archived, "bibtex", tmp_path / "x.bib")
    found = read_bibtex((tmp_path / "x.bib").read_text("utf-8"))
    lines = {f"baolaocai{line['id']}": line for line in lines_of(archived, tmp_path)}
    assert list(found) == list(lines)
    for key, entry in found.items():
        assert entry["url"] == lines[key]["url"]
        assert lines[key]["snapshot_sha256"] in entry["note"]
        assert entry["urldate"] in entry["note"]
        assert ("date" in entry) == (lines[key]["published_at"] is not None)
        assert untex(entry["title"]) == lines[key]["title"]
    assert found[f"baolaocai{NUMBER}"]["title"].count("\\textbraceleft{}") == 4


@given(st.text(), st.lists(st.text(min_size=1), max_size=2))
def test_no_title_or_name_breaks_out_of_its_bibtex_entry(title: str, byline: list[str]):
    source = Source(7, title, tuple(byline), PUBLISHED, "https://x/a{b", CAPTURED, "")
    assert list(read_bibtex(bibtex(source) + bibtex(source).replace("cai7", "cai8"))) == [
        "baolaocai7",
        "baolaocai8",
    ]


def read_bibtex(text: str) -> dict[str, dict[str, str]]:
    """Entries as BibTeX takes them: it counts braces, also after a backslash."""
    found: dict[str, dict[str, str]] = {}
    at = text.find("@")
    while at >= 0:
        key, at = text[text.index("{", at) + 1 : text.index(",", at)], text.index(",", at)
        entry, depth, begin = {}, 0, 0
        while depth or text[at] != "}":
            if text[at] == "{":
                depth += 1
                if depth == 1:
                    name, begin = text[begin:at].strip("\n ,="), at + 1
            elif text[at] == "}":
                depth -= 1
                if depth == 0:
                    entry[name], begin = text[begin:at], at + 1
            elif depth == 0 and text[at] == ",":
                begin = at
            at += 1
        found[key], at = entry, text.find("@", at)
    return found


def untex(text: str) -> str:
    names = {"backslash": "\\", "braceleft": "{", "braceright": "}"}
    names |= {"asciitilde": "~", "asciicircum": "^"}
    text = text.removeprefix("{").removesuffix("}")
    return re.sub(r"\\text([a-z]+)\{\}|\\(.)", lambda m: m[2] or names[m[1]], text)


# Of the schema at https://github.com/citation-style-language/schema, what our items use.
CSL_TEXTS = {"id", "type", "title", "container-title", "URL", "archive", "archive_location"}
CSL_TEXTS |= {"language", "note"}
PUBLISHED, CAPTURED = "2023-05-01T01:00:00Z", "2023-05-02T01:02:03Z"


def test_csl_items_are_of_the_schema_and_dated_in_vietnam(archived: Path, tmp_path: Path):
    write_out(archived, "csl", tmp_path / "x.json")
    items = json.loads((tmp_path / "x.json").read_text("utf-8"))
    lines = lines_of(archived, tmp_path)
    assert len(items) == len(lines) == 25
    for item, line in zip(items, lines, strict=True):
        assert item["type"] == "article-newspaper"
        assert item["archive_location"] == f"sha256:{line['snapshot_sha256']}"
        assert all(isinstance(item[key], str) for key in CSL_TEXTS)
        for key in set(item) - CSL_TEXTS - {"author"}:
            assert key in ("issued", "accessed")
            [[year, month, day]] = item[key]["date-parts"]
            assert all(isinstance(part, int) for part in (year, month, day))
        assert all(set(name) == {"literal"} for name in item.get("author", []))
        assert ("issued" in item) == (line["published_at"] is not None)


def test_an_article_of_the_evening_in_utc_is_cited_by_the_next_day_in_vietnam():
    late = Source(1, "A", (), "2023-05-01T17:00:00Z", "u", CAPTURED, "")
    early = replace(late, published_at="2023-05-01T16:59:59Z")
    assert csl(late)["issued"] == {"date-parts": [[2023, 5, 2]]}
    assert csl(early)["issued"] == {"date-parts": [[2023, 5, 1]]}


def test_an_article_without_a_day_is_cited_by_its_capture():
    source = Source(1, "A", (), "", "https://x/1", CAPTURED, "")
    assert "issued" not in csl(source) and "date" not in bibtex(source).replace("urldate", "")
    assert plain(source) == "“A”. Báo Lào Cai, captured 2 May 2023. https://x/1."
    assert "DA  - " not in ris(source) and "Y2  - 2023/05/02/" in ris(source)


def test_every_citation_gives_both_addresses_the_capture_and_the_hash():
    here = archive_address("https://luu.example.org/lao-cai", 7)
    source = Source(7, "Chợ", ("Lan",), PUBLISHED, "https://x/7", CAPTURED, "ab" * 32, here)
    for cited in (
        plain(source),
        plain(source, "vi"),
        bibtex(source),
        str(csl(source)),
        ris(source),
    ):
        assert "https://x/7" in cited and "ab" * 32 in cited
        assert "https://luu.example.org/lao-cai/archive/articles/7" in cited
    for cited in (bibtex(source), csl(source)["note"], ris(source)):
        assert CAPTURED in cited
    assert plain(source, "vi").startswith(
        "Lan. “Chợ”. Báo Lào Cai, 1/5/2023. https://x/7 (lưu ngày 2/5/2023;"
    )
    assert archive_address("", 7) == ""


@pytest.mark.parametrize(
    "title", ["a\r\nER  - \r\nTY  - BOOK", "a\u2028TI  - b", "\x1c\x1dTI  - b"]
)
def test_no_title_begins_another_field_of_ris(title: str):
    lines = ris(Source(7, title, (), PUBLISHED, "https://x/7", CAPTURED, "")).splitlines()
    assert [line[:2] for line in lines].count("TY") == 1
    assert [line[:2] for line in lines].count("TI") == 1


@pytest.mark.bulk
def test_parquet_is_typed_and_holds_what_a_json_line_holds(archived: Path, tmp_path: Path):
    parquet = pytest.importorskip("pyarrow.parquet", reason="needs the bulk extra")
    write_out(archived, "parquet", tmp_path / "x.parquet")
    table = parquet.read_table(tmp_path / "x.parquet")
    assert table.column_names == list(lines_of(archived, tmp_path)[0])
    assert str(table.schema.field("timestamp").type) == "timestamp[ms, tz=UTC]"
    assert str(table.schema.field("paragraphs").type).startswith("list<")
    assert str(table.schema.field("local_date").type) == "date32[day]"
    for row, line in zip(table.to_pylist(), lines_of(archived, tmp_path), strict=True):
        for observation in row["weather"]:
            observation["observed_at"] = utc_text(observation["observed_at"])
        for name in row:
            if name.endswith("_at") or name == "timestamp":
                row[name] = utc_text(row[name]) if row[name] else None
        assert row | {"local_date": str(row["local_date"])} == line


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "parquet"])
def test_an_archive_without_articles_gives_an_empty_export(name: str, tmp_path: Path):
    fill(tmp_path / "archive.db", [])
    target = tmp_path / "out"
    for _ in range(2):  # which the next one may replace
        assert write_out(tmp_path / "archive.db", name, target).articles == 0
    if name == "csl":
        assert json.loads(target.read_text()) == []


# Which articles


@pytest.mark.parametrize(
    ("wheres", "sql"),
    [
        (["year=2026"], "local_date LIKE '2026-%'"),
        (["year!=2026"], "local_date NOT LIKE '2026-%'"),
        (["date>2026-04"], "local_date >= '2026-05-01'"),
        (["date>=2026-04"], "local_date >= '2026-04-01'"),
        (["date<=2026-04"], "local_date < '2026-05-01'"),
        (["month<2026-04"], "local_date < '2026-04-01'"),
        (
            ["date >= 2026-03-02 ", "date<2026-04-20"],
            "local_date BETWEEN '2026-03-02' AND '2026-04-19'",
        ),
        (["section=VĂN HOÁ"], "section = 'Văn hóa'"),
        (["section!='Văn hóa'"], "section <> 'Văn hóa'"),
        (['section=""'], "section = ''"),
        (["template=onecms", "timestamp_source=published"], "template = 'onecms'"),
        (["gone=yes"], "gone_at IS NOT NULL"),
        (["gone=no"], "gone_at IS NULL"),
        (["layout=article"], "layout = 'article'"),
    ],
    ids=str,
)
def test_a_where_chooses_the_articles_that_it_names(
    archived: Path, tmp_path: Path, wheres: list[str], sql: str
):
    wanted = column(archived, f"SELECT id FROM articles WHERE {sql} ORDER BY id")
    assert [line["id"] for line in lines_of(archived, tmp_path, *wheres)] == wanted


def test_where_finds_articles_that_name_a_place_for_sure(archived: Path, tmp_path: Path):
    some = lines_of(archived, tmp_path)
    sure = [{p["label"] for p in line["places"] if p["certainty"] == "sure"} for line in some]
    label = max((name for names in sure for name in names), key=lambda n: sum(n in s for s in sure))
    named = [line for line, labels in zip(some, sure, strict=True) if label in labels]
    assert 0 < len(named) < len(some)
    assert lines_of(archived, tmp_path, f"place={label.upper()}") == named
    others = lines_of(archived, tmp_path, f"place!={label}")
    assert others == [line for line in some if line not in named]


def test_where_finds_any_spelling_of_a_tag_and_a_name(archived: Path, tmp_path: Path):
    some = lines_of(archived, tmp_path)
    tag = next(tag for line in some for tag in line["tags"])
    name = next(name for line in some for name in line["byline"])
    tagged = lines_of(archived, tmp_path, f"tag={tag.upper()}")
    assert tagged == [line for line in some if tag in line["tags"]]
    signed = lines_of(archived, tmp_path, f"byline={name.lower()}")
    assert signed == [line for line in some if name in line["byline"]]
    others = lines_of(archived, tmp_path, f"byline!={name}")
    assert others == [line for line in some if name not in line["byline"]]


@pytest.mark.parametrize("text", ["nguoi", '"thôn"', "-chợ", "người -chợ", "??", "th*"])
def test_search_finds_what_scraper_search_finds_without_a_cap(
    archived: Path, tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("scraper.search.hits.RANKED_AT_MOST", 2)
    with open_reader(archived) as archive:
        total = searched(archive.db, text).total
    assert len(lines_of(archived, tmp_path, f"search={text}")) == total


@pytest.mark.parametrize(
    "written",
    ["", "date", "sektion=x", "=x", "date=", "date=2026-13", "date=2026-02-30", "date=yesterday"]
    + [
        "date=٢٠٢٦",
        "year=26",
        "year=2026-05",
        "month=2026",
        "section>a",
        "gone=maybe",
        "search!=x",
    ],
)
def test_an_incomplete_where_is_refused(written: str):
    with pytest.raises(BadFilter, match=re.escape(f"--where {written}: ")):
        read_where(written)


def test_an_unknown_key_is_wrong_usage_in_one_line(archived: Path):
    run = in_process(archived.parent, "export", "jsonl", "-", "--where", "sektion=x")
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.startswith("scraper: --where sektion=x: no key sektion; there are date, year")
    assert len(run.stderr.splitlines()) == 1


@given(
    st.text()
    | st.builds(
        "{}{}{}".format,
        st.sampled_from(["date", "year", "section"]),
        st.sampled_from("=<>"),
        st.text(),
    )
)
def test_any_where_is_read_or_refused_in_one_line(written: str):
    try:
        read_where(written)
    except BadFilter as e:
        assert str(e).startswith(f"--where {written}: ")


def test_an_empty_section_is_named(archived: Path):
    run = in_process(archived.parent, "export", "jsonl", "-", "--where", "section=Thể dục")
    assert (run.returncode, run.stdout) == (0, "")
    assert "no article here has the section Thể dục" in run.stderr


# When


def test_an_export_sees_one_moment_while_a_crawl_writes(tmp_path: Path):
    path = tmp_path / "archive.db"
    fill(path, [page(n) for n in range(4)])
    with choose(path) as chosen:
        reading = entries.entries(chosen)
        first = next(reading)
        fill(path, [page(n, day=3, title=b"Sau") for n in range(9)])
        seen = [first, *reading]
        assert entries.count(chosen) == 4
    assert len(seen) == 4 and "Sau" not in {entry.values["title"] for entry in seen}
    assert column(path, "SELECT count(*) FROM articles") == [9]


def test_a_withdrawn_article_is_left_out_even_if_its_withdrawal_was_killed(tmp_path: Path):
    path = tmp_path / "archive.db"
    fill(path, [page(n) for n in range(3)])
    number = article_id(page(1).url)
    assert number
    with open_archive(path) as archive, write(archive.snapshots):
        put(archive.snapshots, Tombstone(number, "2026-05-01T00:00:00Z", "court order"))
    assert column(path, "SELECT count(*) FROM articles") == [3]
    for name in ("jsonl", "csv", "bibtex", "csl"):
        assert write_out(path, name, tmp_path / "out").articles == 2
        assert str(number).encode() not in (tmp_path / "out").read_bytes()
        (tmp_path / "out").unlink()


def test_a_slim_copy_is_exported_without_hashes(archived: Path, tmp_path: Path):
    with open_reader(archived) as archive:
        backup(archive, tmp_path / "slim", Silence(), slim=True)
    slim = lines_of(tmp_path / "slim" / "archive.db", tmp_path)
    whole = lines_of(archived, tmp_path)
    assert slim == [line | {"snapshot_sha256": None} for line in whole]
    with pytest.raises(ExportError, match="a slim copy has no captures"):
        write_out(tmp_path / "slim" / "archive.db", "warc", tmp_path / "x.warc")


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in FORMATS if name != "parquet"])
def test_memory_does_not_grow_with_the_archive(name: str, tmp_path: Path):
    path = tmp_path / "archive.db"
    fill(path, [page(1)])
    multiply(path, 1500)
    [characters] = column(path, "SELECT sum(length(body)) FROM texts")
    tracemalloc.start()
    write_out(path, name, tmp_path / "out")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_500_000 < characters


def multiply(path: Path, count: int) -> None:
    """Have the first article `count` times, under other numbers."""
    owners = {"articles": "id", "texts": "article_id", "captions": "article_id"}
    with closing(sqlite3.connect(path)) as db, db:
        first = db.execute("SELECT min(id) FROM articles").fetchone()[0]
        for table, owner in owners.items():
            db.execute(f"DELETE FROM {table} WHERE {owner} > ?", [first])
            columns = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
            copied = [f"{c} + n" if c == owner else "NULL" if c == "id" else c for c in columns]
            db.execute(
                "WITH RECURSIVE numbers (n) AS"
                " (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)"
                f" INSERT INTO {table} SELECT {', '.join(copied)} FROM {table}, numbers",
                [count],
            )


# Where to


def test_an_earlier_export_is_replaced_and_nothing_else(archived: Path, tmp_path: Path):
    for name in FORMATS:
        if name == "parquet":
            continue
        target = tmp_path / f"out-{name}"
        write_out(archived, name, target, "year=2026")
        write_out(archived, name, target)
        theirs = tmp_path / "notes.txt"
        theirs.write_text("Ghi chép.\n", "utf-8")
        with pytest.raises(ExportError, match="not an earlier export"):
            write_out(archived, name, theirs)
        assert theirs.read_text("utf-8") == "Ghi chép.\n"
    for path in (archived, archived.with_name("config.toml"), archived.parent, Path("/dev/null")):
        with pytest.raises(ExportError, match="not an earlier export"):
            write_out(archived, "csv", path)
    (tmp_path / "out-txt" / "notes.md").write_text("x")
    with pytest.raises(ExportError, match="not an earlier export"):
        write_out(archived, "txt", tmp_path / "out-txt")
    assert (tmp_path / "out-txt" / "notes.md").exists()
    assert not list(tmp_path.glob(".*"))


def test_a_link_to_an_earlier_export_stays_a_link(archived: Path, tmp_path: Path):
    write_out(archived, "csv", tmp_path / "real.csv", "gone=yes")
    (tmp_path / "link.csv").symlink_to("real.csv")
    write_out(archived, "csv", tmp_path / "link.csv")
    assert (tmp_path / "link.csv").is_symlink()
    assert len(rows_of(tmp_path / "real.csv")) == 25


@pytest.mark.parametrize("name", ["jsonl", "txt", "csl"])
def test_a_stopped_export_leaves_the_file_that_was_there(archived: Path, tmp_path: Path, name: str):
    target = tmp_path / "out"
    write_out(archived, name, target, "gone=yes")
    before = contents(target)
    asked = iter([False] * 9 + [True])
    with choose(archived, stop=lambda: next(asked)) as chosen, pytest.raises(ExportStopped):
        export(chosen, name, target)
    assert contents(target) == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def contents(path: Path) -> dict[str, bytes]:
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    return {file.name: file.read_bytes() for file in files}


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_an_export_with_one_line(archived: Path, sent: signal.Signals):
    command = [*SCRAPER, "export", "jsonl", "-"]
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, cwd=archived.parent, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as run:
        assert run.stdout and run.stderr
        run.stdout.read(1)  # the rest does not fit into the pipe: it waits for its reader
        run.send_signal(sent)
        while run.stdout.read(100_000):
            pass
        said = run.stderr.read().decode()
    assert (run.returncode, said) == (1, "scraper: stopped before the end\n")


def test_a_closed_pipe_is_no_error(archived: Path):
    command = f"{sys.executable} -m scraper export jsonl - | head -c 1"
    run = subprocess.run(
        command,
        shell=True,
        cwd=archived.parent,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
    )
    assert (run.stdout, run.stderr) == (b"{", b"")


@pytest.mark.parametrize("name", ["jsonl", "txt"])
def test_a_full_disk_is_named_in_one_line_and_leaves_the_file_that_was_there(
    archived: Path, tmp_path: Path, name: str
):
    target = tmp_path / "out"
    write_out(archived, name, target, "gone=yes")
    before = contents(target)
    with open_reader(archived):  # else the archive itself could not be opened
        run = scraper(archived.parent, "export", name, str(target), limit=3000)
    assert run.returncode == 1
    assert run.stderr.splitlines()[-1] == f"scraper: {target}: not written: File too large"
    assert contents(target) == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_the_command_says_what_it_wrote(archived: Path, tmp_path: Path):
    run = in_process(archived.parent, "export", "csv", str(tmp_path / "x.csv"), "--json")
    assert json.loads(run.stdout) == {
        "format": "csv",
        "path": str(tmp_path / "x.csv"),
        "articles": 25,
        "size_bytes": (tmp_path / "x.csv").stat().st_size,
        "captures": None,
        "damaged": [],
    }
    piped = in_process(archived.parent, "export", "csv", "-", "--json")
    assert piped.stdout == (tmp_path / "x.csv").read_text("utf-8")
    assert json.loads(piped.stderr)["articles"] == 25


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("parquet", "-"), 2, "cannot go to stdout"),
        (("txt", "-"), 2, "cannot go to stdout"),
        (("docx", "x"), 2, "'docx' is not one of"),
        (("csv", "missing/x.csv"), 1, "there is no folder"),
        (("csv", "archive.db"), 1, "not an earlier export"),
    ],
)
def test_a_file_that_cannot_be_written_is_named(
    archived: Path, arguments: tuple[str, ...], code: int, said: str
):
    run = in_process(archived.parent, "export", *arguments)
    assert run.returncode == code
    assert said in run.stderr and "Traceback" not in run.stderr


def test_parquet_without_pyarrow_says_what_to_install(
    archived: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delitem(sys.modules, "scraper.export.parquet", raising=False)
    monkeypatch.delattr(exports, "parquet", raising=False)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtra, match=r"parquet needs pyarrow: .*pip install -e '\.\[bulk\]'"):
        write_out(archived, "parquet", tmp_path / "x.parquet")
    assert list(tmp_path.iterdir()) == []


def test_the_command_offers_every_format():
    assert set(FORMATS) == {*exports.FORMATS, exports.FOLDER, exports.CAPTURES}


@pytest.mark.parametrize("name", ["jsonl", "txt"])
def test_files_that_a_killed_export_left_are_removed_by_the_next(
    archived: Path, tmp_path: Path, name: str
) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    (tmp_path / f".out.{ended.pid}.partial").write_bytes(b"half")
    (tmp_path / f".out.{ended.pid}.old").mkdir()
    (tmp_path / f".out.{ended.pid}.old/a.txt").write_bytes(b"old")
    alive = {f".out.{os.getppid()}.partial", f".other.{ended.pid}.partial", ".out.x.partial"}
    for kept in alive:
        (tmp_path / kept).write_bytes(b"of another")
    write_out(archived, name, tmp_path / "out")
    assert {path.name for path in tmp_path.iterdir()} == {"out", *alive}
