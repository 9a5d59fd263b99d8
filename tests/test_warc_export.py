"""`export warc`: what other programs take, and what brings the same archive back."""

import gzip
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tracemalloc
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.archive.files import open_archive, open_reader
from scraper.archive.files import write as transaction
from scraper.archive.tombstones import Tombstone, put
from scraper.archive.withdrawals import withdraw
from scraper.errors import ExportError
from scraper.export import Exported, export
from scraper.export.entries import choose
from scraper.export.filters import read_where
from scraper.importing import Wanted, import_files
from scraper.importing.sources import files_in
from scraper.models import Snapshot
from scraper.progress import Silence
from scraper.search.query import read_aliases
from scraper.upkeep.verify import verify
from scraper.warc.reader import Captured, Passed, captures_in
from scraper.warc.writer import WarcWriter
from tests.support.filled import CONTEXT, NOON, SITE, captures, fill, page

pytestmark = pytest.mark.slow  # servers, commands and whole archives

TABLES = (
    "articles", "texts", "captions", "tags", "article_tags", "weather", "revisions", "captures",
    "addresses",
)  # fmt: skip
# All of a snapshot that is no fact of this archive alone: how it is packed, where it came from.
RECORD = "id, url, captured_at, captured_source, status, headers_json, request_headers_json, sha256, size_bytes, truncated"
SENT = (("host", "baolaocai.vn"), ("user-agent", "scraper/0.1 (+mailto:é)"), ("accept", "*/*"))


def odd() -> Iterator[Snapshot]:
    """Captures as a crawl makes them, and some that are harder to write down."""
    for snapshot in captures(12):
        yield replace(snapshot, request_headers=SENT)
    packed = (("content-encoding", "gzip"), ("date", "x"), ("content-length", "4123"))
    chunked = (("transfer-encoding", "chunked"), ("set-cookie", "a=\xe9\xff"), ("set-cookie", "b"))
    yield replace(page(20), headers=(*packed, *page(20).headers))
    yield replace(page(21), headers=(*chunked, *page(21).headers, ("content-encoding", "br")))
    yield replace(
        page(22), headers=(*page(22).headers, ("content-length", str(len(page(22).body))))
    )
    yield replace(page(20, day=1), headers=(("server", ""), *page(20).headers))  # the same body
    yield replace(
        page(22, day=1), status=304, body=b"", headers=(("content-length", "77"), ("etag", "y"))
    )
    yield replace(page(23), status=301, body=b"", headers=(("location", "/bai-viet/1-\xc3\xa9"),))
    yield replace(page(24), status=299, headers=())
    whole = page(25)
    yield replace(whole, body=whole.body[:-500], truncated=True)
    text = (("content-type", "text/plain; charset=utf-8"),)
    yield replace(page(26), headers=text, body="Tựa\nSapo.\nBài.\n".encode(), origin="import:a.txt")
    yield replace(page(27), headers=(("content-type", "text/html"),), origin="import:a.html")
    yield replace(page(28), body=b"\x00\x01")
    yield replace(page(29), captured_source="file", origin="import:b.html")
    yield replace(page(29, day=1, title=b"Kh\xc3\xa1c"), captured_source="file")


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("filled")
    fill(folder / "archive.db", odd())
    return folder


def write(folder: Path, path: Path, *wheres: str) -> Exported:
    conditions = tuple(map(read_where, wheres))
    aliases = read_aliases({})
    with choose(folder / "archive.db", conditions, aliases, Silence(), lambda: False) as chosen:
        return export(chosen, "warc", path)


def bring(folder: Path, path: Path) -> None:
    with open_archive(folder / "archive.db") as archive:
        done = import_files(archive, files_in([path]), Wanted(), CONTEXT, Silence())
    assert (done.damages, done.unreadable) == ([], [])


def rows(folder: Path) -> dict[str, list[Any]]:
    found = {}
    with closing(sqlite3.connect(folder / "archive.db")) as db:
        for table in TABLES:
            found[table] = db.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()
    with closing(sqlite3.connect(folder / "snapshots.db")) as db:
        found["snapshots"] = db.execute(f"SELECT {RECORD} FROM snapshots ORDER BY id").fetchall()
    assert all(found.values())
    return found


TOKENS = st.text("abcdefghijklmnopqrstuvwxyz-", min_size=1, max_size=20)
VALUES = st.text(st.characters(max_codepoint=255, exclude_categories=["Cc"])).map(str.strip)
HEADERS = st.lists(
    st.tuples(
        TOKENS | st.sampled_from(["content-length", "content-encoding", "transfer-encoding"]),
        VALUES,
    ),
    max_size=6,
).map(tuple)


@given(
    snapshot=st.builds(
        Snapshot,
        url=st.sampled_from([page(0).url, "https://baolaocai.vn/?a=%C3%A9"]),
        captured_at=st.just(NOON),
        status=st.integers(200, 599),
        headers=HEADERS,
        body=st.binary(max_size=200),
        request_headers=HEADERS,
        origin=st.sampled_from(["crawl", "import:x"]),
        truncated=st.booleans(),
        captured_source=st.sampled_from(["", "file"]),
    ),
    packed=st.booleans(),
)
def test_any_capture_is_imported_as_it_was_exported(
    tmp_path_factory: pytest.TempPathFactory, snapshot: Snapshot, packed: bool
) -> None:
    if snapshot.status == 304:
        snapshot = replace(snapshot, body=b"", truncated=False)
    path = tmp_path_factory.getbasetemp() / "one.warc"
    with path.open("wb") as out:
        WarcWriter(out, "x", packed=packed).write(snapshot)
    _, found = captures_in(path, SITE)
    if found == Passed(found.offset, "no page"):
        assert snapshot.status < 300 and snapshot.header("content-type") is not None
    else:
        assert isinstance(found, Captured)
        assert replace(found.snapshot, origin=snapshot.origin) == snapshot


NAMES = pytest.mark.parametrize("name", ["all.warc.gz", "all.warc", "all"])


@NAMES
def test_importing_an_export_gives_the_same_archive(
    filled: Path, tmp_path: Path, name: str
) -> None:
    done = write(filled, tmp_path / name)
    bring(tmp_path, tmp_path / name)
    assert rows(tmp_path) == rows(filled)
    assert done.captures == len(rows(filled)["snapshots"])
    with open_reader(tmp_path / "archive.db") as archive:
        assert list(verify(archive, Silence())) == []
    before = (tmp_path / name).read_bytes()
    again = tmp_path / f"again-{name}"
    write(tmp_path, again)
    assert records(again.read_bytes()) == records(before)


def records(content: bytes) -> list[bytes]:
    """The records of a file, but for the first, which says when it was written."""
    plain = gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content
    return plain.split(b"\r\n\r\nWARC/1.1\r\n")[1:]


@NAMES
@pytest.mark.parametrize("program", [["warcio", "check"], ["fastwarc", "check", "-q", "-p"]])
def test_other_programs_find_every_digest_right(
    filled: Path, tmp_path: Path, name: str, program: list[str]
) -> None:
    write(filled, tmp_path / name)
    where = Path(sys.executable).parent / program[0]
    run = subprocess.run([where, *program[1:], tmp_path / name], capture_output=True, text=True)
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
    # Where a digest is wrong, they say so.
    content = bytearray((tmp_path / name).read_bytes())
    if name.endswith(".warc"):
        content[content.index(b"<html") + 9] ^= 1
        (tmp_path / name).write_bytes(content)
        assert (
            subprocess.run([where, *program[1:], tmp_path / name], capture_output=True).returncode
            == 1
        )


def test_each_record_is_a_gzip_member_of_its_own(filled: Path, tmp_path: Path) -> None:
    write(filled, tmp_path / "all.warc.gz")
    content, members = (tmp_path / "all.warc.gz").read_bytes(), []
    while content:
        stream = zlib.decompressobj(31)
        members.append(stream.decompress(content))
        content = stream.unused_data
    assert [m.count(b"WARC/1.1\r\nWARC-Type") for m in members] == [1] * len(members)
    kinds = [m.split(b"\r\n")[1].split(b": ")[1] for m in members]
    assert set(kinds) == {b"warcinfo", b"request", b"response", b"revisit", b"resource"}
    assert kinds[0] == b"warcinfo"
    for member in members:
        if b"WARC-Type: response" in member:
            head = member.split(b"\r\n\r\n")[1].lower()
            assert head.startswith(b"http/1.1 ")
            assert b"\r\ntransfer-encoding" not in head
            assert b"\r\ncontent-encoding" not in head


def test_with_conditions_only_their_articles_captures_are_written(
    filled: Path, tmp_path: Path
) -> None:
    number = rows(filled)["articles"][0][0]
    done = write(filled, tmp_path / "some.warc.gz", "section=Kinh tế")
    bring(tmp_path, tmp_path / "some.warc.gz")
    with closing(sqlite3.connect(filled / "archive.db")) as db:
        wanted = db.execute(
            "SELECT captured_at, reading, sha256 FROM captures WHERE article_id IN"
            " (SELECT id FROM articles WHERE section = 'Kinh tế') ORDER BY snapshot_id"
        ).fetchall()
    with closing(sqlite3.connect(tmp_path / "archive.db")) as db:
        sql = "SELECT captured_at, reading, sha256 FROM captures ORDER BY snapshot_id"
        assert db.execute(sql).fetchall() == wanted
        assert db.execute("SELECT count(*) FROM articles").fetchone()[0] == done.articles
    assert number and wanted
    assert len(wanted) < len(rows(filled)["captures"])


@pytest.mark.parametrize("killed", [True, False])
def test_withdrawn_articles_are_not_exported(filled: Path, tmp_path: Path, killed: bool) -> None:
    for name in ("archive.db", "snapshots.db"):
        shutil.copy(filled / name, tmp_path / name)
    number, url = rows(tmp_path)["articles"][3][:2]
    with open_archive(tmp_path / "archive.db") as archive:
        if killed:  # before their pages were removed
            with transaction(archive.snapshots):
                put(archive.snapshots, Tombstone(number, "2026-05-01T00:00:00Z", "court"))
        else:
            withdraw(archive, number, "court", NOON)
    write(tmp_path, tmp_path / "all.warc")
    content = (tmp_path / "all.warc").read_bytes()
    assert content.count(b"WARC-Type: response") > 5
    assert f"WARC-Target-URI: {url}".encode() not in content


def test_a_damaged_page_is_named_and_the_rest_is_written(filled: Path, tmp_path: Path) -> None:
    for name in ("archive.db", "snapshots.db"):
        shutil.copy(filled / name, tmp_path / name)
    with closing(sqlite3.connect(tmp_path / "snapshots.db")) as db, db:
        db.execute("UPDATE snapshots SET body = x'00' WHERE id = 3")
    done = write(tmp_path, tmp_path / "all.warc.gz")
    assert [line.split(":")[0] for line in done.damaged] == ["snapshot 3"]
    assert done.captures == len(rows(filled)["snapshots"]) - 1
    (tmp_path / "config.toml").write_text('[site]\nbase_url = "https://baolaocai.vn"\n', "utf-8")
    command = [sys.executable, "-m", "scraper", "export", "warc", "x.warc"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert (run.returncode, "left out" in run.stderr, "captures, " in run.stdout) == (1, True, True)


def test_an_earlier_warc_export_is_replaced_and_nothing_else(filled: Path, tmp_path: Path) -> None:
    target = tmp_path / "all.warc.gz"
    for _ in range(2):
        write(filled, target)
    other = gzip.compress(
        b"WARC/1.1\r\nWARC-Type: warcinfo\r\nContent-Length: 3\r\n\r\nabc\r\n\r\n", mtime=0
    )
    for content in (other, b"<html>", b"WARC/1.1\r\n"):
        target.write_bytes(content)
        with pytest.raises(ExportError, match="not an earlier export"):
            write(filled, target)
        assert target.read_bytes() == content
    assert os.listdir(tmp_path) == ["all.warc.gz"]


@pytest.mark.slow
def test_memory_does_not_grow_with_the_archive(tmp_path: Path) -> None:
    """Neither of the export nor of the import."""
    fill(tmp_path / "archive.db", (page(n % 60, day=n // 60) for n in range(300)))
    with closing(sqlite3.connect(tmp_path / "snapshots.db")) as db:
        (sizes,) = db.execute("SELECT sum(size_bytes) FROM snapshots").fetchone()
    tracemalloc.start()
    write(tmp_path, tmp_path / "all.warc.gz")
    bring(tmp_path, tmp_path / "all.warc.gz")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4_000_000 < sizes / 4


def test_a_full_disk_leaves_what_was_there(filled: Path, tmp_path: Path) -> None:
    target = tmp_path / "all.warc"
    write(filled, target)
    before = target.read_bytes()
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limit[1]))
    try:
        with pytest.raises(ExportError, match="not written: File too large"):
            write(filled, target)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert target.read_bytes() == before
    assert os.listdir(tmp_path) == ["all.warc"]
