"""Shards into parts: nothing lost, whoever dies on the way."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from scraper.archive.files import open_archive, open_reader
from scraper.errors import BadCapture, BulkError, Locked
from scraper.importing import Wanted, import_files
from scraper.importing.sources import files_in, shards_in
from scraper.importing.tally import Imported
from scraper.models import utc_text
from scraper.progress import Silence
from scraper.reading import read_snapshot
from scraper.upkeep.verify import verify
from scraper.urls import Site
from scraper.warc.reader import Captured, Passed, Revisit, captures_in
from tests.support.commands import configure, in_process, scraper
from tests.support.filled import CONTEXT, SITE, page
from tests.support.imported import dump
from tests.support.warcs import AT, HTML, containers, of_snapshot, record, response, sha1, write

pytestmark = pytest.mark.bulk
pytest.importorskip("pyarrow", reason="needs the bulk extra")

import pyarrow  # noqa: E402
from pyarrow import parquet  # noqa: E402

from scraper.bulk import manifest, page_reader, workers  # noqa: E402
from scraper.bulk.coordinator import BulkOutcome, bulk  # noqa: E402
from scraper.bulk.parts import records_in  # noqa: E402
from scraper.bulk.shard import Job, part_name, read_shard, shard_rules  # noqa: E402

ROOT = Path(__file__).parent.parent
DEADLY = "<!-- deadly -->"


def captured(index: int, mark: str = "") -> bytes:
    """A record of a page of the stand-in newspaper; `mark` is added at its end."""
    snapshot = page(index % 60, day=index // 60)
    body = snapshot.body + mark.encode()
    return response(body, at=utc_text(snapshot.captured_at), url=snapshot.url)


def shards(folder: Path, count: int, size: int, deadly: Sequence[int] = ()) -> list[Path]:
    """`count` shards of `size` pages each; those numbered in `deadly` are marked."""
    folder.mkdir(exist_ok=True)
    return [
        write(
            folder / f"{shard}.warc.gz",
            (captured(n, DEADLY * (n in deadly)) for n in range(shard * size, (shard + 1) * size)),
        )
        for shard in range(count)
    ]


def job(out: Path) -> Job:
    out.mkdir(exist_ok=True)
    return Job(out, SITE, shard_rules())


def run(
    paths: Sequence[Path], out: Path, count: int = 1, stop: Callable[[], bool] = lambda: False
) -> BulkOutcome:
    return bulk(paths, job(out), workers.local_workers, count, Silence(), stop)


def parts(out: Path) -> dict[str, bytes]:
    assert not list(out.glob(".*"))
    return {path.name: path.read_bytes() for path in out.glob("*.parquet")}


def urls(out: Path) -> list[str]:
    return [
        r.snapshot.url for path in sorted(out.glob("*.parquet")) for r in records_in(path, SITE)
    ]


class ReaderHere:
    """Reads pages in this process."""

    read = staticmethod(read_snapshot)

    def close(self) -> None:
        pass


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shards and pages are read in this process: for what does not depend on who reads them."""

    @contextmanager
    def workers_here(count: int) -> Iterator[workers.Workers]:
        with ThreadPoolExecutor(count) as pool:
            yield workers.Workers(pool, BrokenProcessPool, is_shared=True)

    monkeypatch.setattr(workers, "local_workers", workers_here)
    monkeypatch.setattr("scraper.bulk.shard.Reader", ReaderHere)


# Parts


def test_a_part_holds_every_capture_of_its_shard_unchanged(tmp_path: Path):
    first, second = page(1), page(2)
    shard = write(
        tmp_path / "mixed.warc.gz",
        [
            record(b"GET / HTTP/1.1\r\nUser-Agent: x\r\n\r\n", "request", first.url, AT),
            response(first.body, url=first.url),
            response(b"<h1>404</h1>", status="404 Not Found", url=second.url),
            response(b"", HTML + b"Location: /\xc4\x91\r\n", "301 Moved", url=second.url),
            response(first.body, url="https://vnexpress.net/"),
            record(b"HTTP/1.1 200 OK\r\n\r\n", "revisit", second.url, WARC_Payload_Digest="sha1:A"),
            record("Một bài.".encode(), "conversion", first.url, Content_Type="text/plain"),
            response(first.body, WARC_Truncated="length", url=first.url),
        ],
    )
    done = read_shard(shard, job(tmp_path / "out"))
    wanted = [r for r in captures_in(shard, SITE) if isinstance(r, Captured | Revisit)]
    assert list(records_in(tmp_path / "out" / done.part, SITE)) == wanted
    assert len(wanted) == done.captures == 6 and done.passed == 1 and done.articles >= 2
    kinds = {type(r).__name__ for r in wanted}
    assert kinds == {"Captured", "Revisit"} and any(r.snapshot.truncated for r in wanted)
    assert wanted[0].snapshot.request_headers == (("user-agent", "x"),)


@pytest.mark.usefixtures("in_this_process")
def test_a_part_has_the_fields_that_its_captures_were_read_as(tmp_path: Path):
    [shard] = shards(tmp_path, 1, 3)
    done = read_shard(shard, job(tmp_path / "out"))
    rows = parquet.read_table(tmp_path / "out" / done.part).to_pylist()
    for row, kept in zip(rows, captures_in(shard, SITE), strict=True):
        assert isinstance(kept, Captured)
        read = read_snapshot(kept.snapshot)
        assert read.article and row["reading"] == "text"
        for name in ("title", "lead", "section", "template", "published_at", "article_id"):
            assert row[name] == getattr(read.article, name)
        assert tuple(row["paragraphs"]) == read.article.paragraphs
        assert [c["text"] for c in row["captions"]] == [c.text for c in read.article.captions]


@pytest.mark.parametrize("written", [b"", b"PAR1", b"PAR1" + b"x" * 100 + b"PAR1", b"<html>"])
def test_a_file_that_is_no_part_is_refused(tmp_path: Path, written: bytes):
    (tmp_path / "x.parquet").write_bytes(written)
    with pytest.raises(BadCapture, match=r"x\.parquet: "):
        list(records_in(tmp_path / "x.parquet", SITE))


def test_parquet_of_another_kind_is_no_part(tmp_path: Path):
    parquet.write_table(pyarrow.table({"url": ["x"]}), tmp_path / "x.parquet")
    with pytest.raises(BadCapture, match="no part made by"):
        list(records_in(tmp_path / "x.parquet", SITE))


@pytest.fixture(scope="module")
def part(tmp_path_factory: pytest.TempPathFactory) -> pyarrow.Table:
    """A part of two captures."""
    folder = tmp_path_factory.mktemp("part")
    done = read_shard(*shards(folder, 1, 2), job(folder / "out"))
    return parquet.read_table(folder / "out" / done.part)


NO_VALUE = ["url", "captured_at", "status", "headers", "origin", "body", "sha256", "is_last"]


@pytest.mark.parametrize(
    "columns",
    [
        *({name: None} for name in NO_VALUE),
        {"status": -1},
        {"headers": [None]},
        {"headers": [{"name": "a", "value": None}]},
        {"body": None, "revisit_digest": "sha1:x"},
        {"body": b"other"},
        {"body": bytes(50_000_001)},
    ],
    ids=lambda columns: "-".join(columns),
)
def test_a_row_that_bulk_would_not_write_makes_a_part_unreadable(
    tmp_path: Path, part: pyarrow.Table, columns: dict[str, object]
):
    path = tmp_path / "forged.parquet"
    first, second = part.to_pylist()
    rows = pyarrow.Table.from_pylist([first | columns, second], part.schema)
    parquet.write_table(rows, path, use_dictionary=False)
    with pytest.raises(BadCapture, match=r"forged\.parquet: "):
        list(records_in(path, SITE))


def test_columns_of_another_kind_or_number_make_a_part_unreadable(
    tmp_path: Path, part: pyarrow.Table
):
    path = tmp_path / "forged.parquet"
    places = {name: part.schema.get_field_index(name) for name in ("status", "url")}
    for other in (
        part.drop_columns("url"),
        part.append_column("url", part["url"]),
        part.set_column(places["status"], "status", part["url"]),
        part.set_column(places["url"], "url", part["body"]),
    ):
        parquet.write_table(other, path, use_dictionary=False)
        with pytest.raises(BadCapture, match="its column (url|status) "):
            list(records_in(path, SITE))


def test_a_row_group_larger_than_bulk_writes_is_refused_before_it_is_unpacked(
    tmp_path: Path, part: pyarrow.Table
):
    large = {"body": bytes(5_000_000)}
    rows = [row | large for row in part.slice(0, 1).to_pylist() * 30]
    path = tmp_path / "large.parquet"
    for is_repeated in (True, False):
        parquet.write_table(
            pyarrow.Table.from_pylist(rows, part.schema),
            path,
            compression="zstd",
            use_dictionary=is_repeated,
        )
        assert path.stat().st_size < 1_000_000
        before = pyarrow.total_allocated_bytes()
        with pytest.raises(BadCapture, match="a row group is larger"):
            next(records_in(path, SITE))
        assert pyarrow.total_allocated_bytes() - before < 10_000_000


# Import


def test_the_commands_read_shards_and_file_their_parts(tmp_path: Path):
    """With pandas installed too, which the command hides: pyarrow must not take it for there."""
    import pandas  # noqa: F401 - of the extra `test`

    configure(tmp_path, "https://baolaocai.vn", 5)
    shards(tmp_path / "in", 1, 2)
    read = scraper(tmp_path, "bulk", "in", "--out", "parts")
    assert read.returncode == 0, read.stderr
    filed = scraper(tmp_path, "import", "parts")
    assert (filed.returncode, filed.stdout) == (0, "2 records read: 2 new\n"), filed.stderr
    written = scraper(tmp_path, "export", "parquet", "articles.parquet")
    assert written.returncode == 0, written.stderr


@pytest.mark.usefixtures("in_this_process")
def test_parts_make_the_same_archive_as_their_shards(tmp_path: Path):
    first, second = page(1), page(2)
    records = [captured(n) for n in range(12)]
    write(
        tmp_path / "a.warc.gz",
        [
            *records,
            record(b"GET / HTTP/1.1\r\nUser-Agent: x\r\n\r\n", "request", first.url, AT),
            response(first.body, url=first.url, at=AT, X_Note="\xe9"),
            response(b"<h1>404</h1>", status="404 Not Found", url=second.url, at=AT),
            response(first.body, url="https://vnexpress.net/"),
            response(second.body[:9000], WARC_Truncated="length", url=second.url, at=AT),
        ],
    )
    again = record(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n",
        "revisit",
        first.url,
        "2023-01-01T00:00:00Z",
        WARC_Payload_Digest=sha1(first.body),
        WARC_Refers_To_Target_URI=first.url,
        WARC_Refers_To_Date=AT,
        WARC_Profile="http://netpreserve.org/warc/1.1/revisit/identical-payload-digest",
    )
    write(tmp_path / "b.warc", [again, captured(20), captured(21)[:-900]], packed=False)
    run([tmp_path / "a.warc.gz", tmp_path / "b.warc"], tmp_path / "out")
    one, other = tmp_path / "from-shards", tmp_path / "from-parts"
    of_shards = bring(one, tmp_path / "a.warc.gz", tmp_path / "b.warc")
    of_parts = bring(other, tmp_path / "out")
    assert dump(one) == dump(other)
    assert of_parts.filed == of_shards.filed and of_parts.filed.total() == 18
    assert (of_parts.cut, of_parts.bad) == (of_shards.cut, of_shards.bad) == (2, 0)
    assert len(of_parts.damages) == len(of_shards.damages) == 1  # the record that ends too soon
    assert bring(other, tmp_path / "out").filed == {"unchanged": 18}
    with open_reader(other / "archive.db") as archive:
        assert list(verify(archive, Silence())) == []


@pytest.mark.usefixtures("in_this_process")
def test_parts_of_packed_shards_make_the_same_archive_as_importing_them(tmp_path: Path):
    page_alone = {"WARC_Block_Digest": sha1(b"another block")}
    records = [of_snapshot(page(n), **(page_alone if n == 2 else {})) for n in range(5)]
    folder = tmp_path / "in"
    folder.mkdir()
    containers(folder, records)
    run(shards_in([folder]).paths, tmp_path / "out")
    of_shards = bring(tmp_path / "from-shards", folder)
    of_parts = bring(tmp_path / "from-parts", tmp_path / "out")
    assert dump(tmp_path / "from-shards") == dump(tmp_path / "from-parts")
    assert of_shards.filed == of_parts.filed == {"new": 5}
    assert [line.partition("record at ")[2] for line in of_shards.damages] == [
        line.partition("record at ")[2] for line in of_parts.damages
    ]
    assert "only its page has a digest that it states" in of_parts.damages[0]
    with manifest.open_manifest(tmp_path / "out") as book:
        doubted = [line for done in manifest.read(book).values() for line in done.doubted]
    assert len(doubted) == 1 and doubted[0].startswith(f"{folder / 'b.warc.zst'}: record at 0")


def bring(folder: Path, *paths: Path) -> Imported:
    folder.mkdir(exist_ok=True)
    with open_archive(folder / "archive.db") as archive:
        return import_files(archive, files_in(paths), Wanted(), CONTEXT, Silence())


@pytest.mark.usefixtures("in_this_process")
def test_a_part_of_another_paper_is_passed_over(tmp_path: Path):
    [shard] = shards(tmp_path, 1, 2)
    done = read_shard(shard, job(tmp_path / "out"))
    found = list(records_in(tmp_path / "out" / done.part, Site("https://other.vn")))
    assert [record.why for record in found if isinstance(record, Passed)] == ["other site"] * 2


@pytest.mark.usefixtures("in_this_process")
def test_a_damaged_part_is_named_and_costs_only_itself(tmp_path: Path):
    run(shards(tmp_path, 2, 2), tmp_path / "out")
    bad, good = sorted((tmp_path / "out").glob("*.parquet"))
    bad.write_bytes(bad.read_bytes()[:-100])
    done = bring(tmp_path / "archive", tmp_path / "out")
    assert [line.partition(": ")[0] for line in done.unreadable] == [str(bad)]
    assert done.filed == {"new": 2}


@pytest.mark.usefixtures("in_this_process")
def test_a_flipped_byte_in_a_part_is_found_before_anything_is_filed_of_it(tmp_path: Path):
    run(shards(tmp_path, 1, 3), tmp_path / "out")
    [part] = (tmp_path / "out").glob("*.parquet")
    whole, wanted = part.read_bytes(), list(records_in(part, SITE))
    for place in range(50, len(whole), len(whole) // 40):
        part.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        found: list[Captured | Revisit | Passed] = []
        with suppress(BadCapture):
            found += records_in(part, SITE)
        assert found in ([], wanted), place


# Runs


def test_one_worker_and_two_make_the_same_parts_and_a_second_run_none(tmp_path: Path):
    paths = shards(tmp_path, 3, 8)
    one, two = tmp_path / "one", tmp_path / "two"
    assert run(paths, one) == BulkOutcome(shards=3, captures=24, articles=24, is_whole=True)
    run(paths, two, count=2)
    assert parts(one) == parts(two) and len(parts(one)) == 3
    before = {path: path.stat().st_mtime_ns for path in one.iterdir()}
    assert run(paths, one) == BulkOutcome(kept=3, is_whole=True)
    assert before == {path: path.stat().st_mtime_ns for path in one.iterdir()}


@pytest.mark.usefixtures("in_this_process")
def test_a_shard_is_read_again_only_if_it_its_part_or_the_rules_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    paths, out = shards(tmp_path, 2, 2), tmp_path / "out"
    run(paths, out)
    os.utime(paths[0])  # copied elsewhere and back, say
    assert run(paths, out).kept == 2
    write(paths[0], [captured(40)])
    assert run(paths, out).shards == 1
    (out / part_name(paths[1])).unlink()
    assert run(paths, out).shards == 1
    assert run(paths, out).kept == 2
    with manifest.open_manifest(out) as book:
        known = manifest.read(book)
    for other in (Job(out, SITE, "other rules"), Job(out, Site("https://x.vn"), shard_rules())):
        assert not any(manifest.is_done(known[str(path)], path, other) for path in paths)


@pytest.mark.usefixtures("in_this_process")
def test_a_line_of_the_manifest_that_was_cut_short_is_ignored(tmp_path: Path):
    paths, out = shards(tmp_path, 2, 1), tmp_path / "out"
    run(paths, out)
    with (out / "manifest.jsonl").open("r+b") as book:
        book.truncate(book.seek(0, os.SEEK_END) - 5)  # a kill, or a power cut
    assert run(paths, out).shards == 1
    assert run(paths, out).kept == 2


def test_a_worker_of_another_version_reads_nothing(tmp_path: Path):
    [path] = shards(tmp_path, 1, 1)
    with pytest.raises(BulkError, match="another version"):
        read_shard(path, Job(tmp_path, SITE, "other rules"))


@pytest.mark.usefixtures("in_this_process")
def test_a_shard_that_cannot_be_read_costs_only_itself(tmp_path: Path):
    paths, out = shards(tmp_path, 2, 2), tmp_path / "out"
    bad = tmp_path / "bad.warc.gz"
    bad.write_bytes(b"\x1f\x8b" + b"nothing")
    done = run([bad, tmp_path / "missing.warc.gz", *paths], out)
    assert (done.shards, len(done.failed), done.is_whole) == (2, 2, True)
    of_bad, of_missing = sorted(done.failed)
    assert "bad.warc.gz: " in of_bad and "missing.warc.gz: cannot be read" in of_missing
    assert len(parts(out)) == 2
    paths[0].unlink()
    assert (run(paths, out).kept, len(parts(out))) == (1, 2)


def test_a_folder_that_cannot_be_written_is_named_in_one_line(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(BulkError, match=r"file/out: cannot be written to: "):
        bulk([], Job(tmp_path / "file" / "out", SITE, ""), workers.local_workers, 1, Silence())


@pytest.mark.usefixtures("in_this_process")
def test_a_damaged_record_costs_only_itself(tmp_path: Path):
    records = [captured(n) for n in range(3)]
    records[1] = records[1].replace(b"<p>", b"<q>", 1)
    out = tmp_path / "out"
    done = run([write(tmp_path / "x.warc", records, packed=False)], out)
    assert (done.captures, done.damaged) == (2, 1)
    [line] = (out / "manifest.jsonl").read_text("utf-8").splitlines()
    assert "digest" in json.loads(line)["damaged"][0]


def test_a_second_run_into_a_folder_is_refused(tmp_path: Path):
    out = job(tmp_path / "out").out
    with manifest.open_manifest(out), pytest.raises(Locked):
        run([], out)


def test_a_run_that_is_stopped_goes_on_later(tmp_path: Path):
    paths, out = shards(tmp_path, 3, 5), tmp_path / "out"
    asked = iter([False] * 3)
    done = run(paths, out, stop=lambda: next(asked, True))
    assert not done.is_whole and done.shards < 3
    assert not list(out.glob(".*"))
    assert run(paths, out).shards == 3 - done.shards
    run(paths, tmp_path / "serial")
    assert parts(out) == parts(tmp_path / "serial")


# Death


@contextmanager
def deadly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, act: str) -> Iterator[None]:
    """Have a page with the mark do `act` to the process that reads it, whichever that is."""
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(
        "import os, time\n"
        "from scraper import reading\n"
        "real = reading.extract\n"
        "def extract(snapshot, *more):\n"
        f"    if {DEADLY.encode()!r} in snapshot.body:\n"
        f"        {act}\n"
        "    return real(snapshot, *more)\n"
        "reading.extract = extract\n",
        "utf-8",
    )
    monkeypatch.setenv("PYTHONPATH", f"{folder}:{ROOT}")
    yield


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        ("os.kill(os.getpid(), 9)", "killed its reader: Killed"),
        ("os._exit(3)", "ended its reader: exit code 3"),
        ("raise RecursionError('too deep')", "ended its reader: RecursionError: too deep"),
        ("b'x' * 3_000_000_000", "ended its reader: MemoryError"),
        ("time.sleep(60)", "took longer than 1 seconds"),
    ],
)
def test_only_the_page_that_kills_its_reader_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, act: str, reason: str
):
    monkeypatch.setattr(page_reader, "PATIENCE_SECONDS", 1.0 if "sleep" in act else 20.0)
    [path] = shards(tmp_path, 1, 4, deadly=[2])
    with deadly(tmp_path, monkeypatch, act):
        done = read_shard(path, job(tmp_path / "out"))
    assert [(q.url, q.reason) for q in done.quarantined] == [(page(2).url, reason)]
    assert urls(tmp_path / "out") == [page(n).url for n in (0, 1, 3)]


def test_a_run_names_deadly_pages_and_keeps_all_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    configure(tmp_path, "https://baolaocai.vn", 5)
    shards(tmp_path, 2, 4, deadly=[1, 6])
    command = [sys.executable, "-m", "scraper", "bulk", "0.warc.gz", "1.warc.gz", "--out", "out"]
    with deadly(tmp_path, monkeypatch, "os.kill(os.getpid(), 9)"):
        found = subprocess.run(
            [*command, "--workers", "2", "--json"], cwd=tmp_path, capture_output=True, text=True
        )
    assert found.returncode == 0, found.stderr
    assert json.loads(found.stdout)["captures"] == 6
    for number in (1, 6):
        assert f"{page(number).url}: killed its reader: Killed; left out" in found.stderr
    assert sorted(urls(tmp_path / "out")) == sorted(page(n).url for n in (0, 2, 3, 4, 5, 7))


def test_a_shard_that_kills_its_worker_is_named_and_the_others_are_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    paths, out = shards(tmp_path, 3, 2), tmp_path / "out"
    (tmp_path / "sitecustomize.py").write_text(
        "import os\n"
        "from scraper.bulk import shard\n"
        "real = shard.read_captures\n"
        "shard.read_captures = lambda path, site, folder: os._exit(1) if path.name[0] == '1' else"
        " real(path, site, folder=folder)\n"
    )
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{ROOT}")
    done = run(paths, out, count=2)
    assert done.failed == [f"{paths[1]}: the process that read it was killed"]
    assert (done.shards, done.is_whole, len(parts(out))) == (2, True, 2)


def pids_at_work(out: Path) -> dict[int, str]:
    """The processes that write parts now, and which."""
    names = [path.name for path in out.glob(".*.partial")]
    return {int(name.split(".")[-2]): name for name in names}


def kill_one(out: Path, done: subprocess.Popen[str], whom: Callable[[int], int | None]) -> None:
    """SIGKILL what `whom` names of the first process that is seen to write a part."""
    end = time.monotonic() + 60
    while time.monotonic() < end and done.poll() is None:
        for pid in pids_at_work(out):
            if (victim := whom(pid)) is not None:
                os.kill(victim, signal.SIGKILL)
                return
        time.sleep(0.005)
    raise AssertionError("nobody was at work")


def child_of(pid: int) -> int | None:
    """The reader of a worker."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    found = children.read_text().split() if children.exists() else []
    return int(found[0]) if found else None


@pytest.mark.slow
@pytest.mark.usefixtures("in_this_process")  # the parts that are compared
@pytest.mark.parametrize("whom", [lambda pid: pid, child_of], ids=["worker", "reader"])
def test_a_local_worker_that_is_killed_costs_nothing(
    tmp_path: Path, whom: Callable[[int], int | None]
):
    assert_killing_costs_nothing(tmp_path, whom, "--workers", "2")


def assert_killing_costs_nothing(
    tmp_path: Path, whom: Callable[[int], int | None], *options: str
) -> None:
    """Run `scraper bulk`, kill one at work, and hold the parts against a serial run's."""
    configure(tmp_path, "https://baolaocai.vn", 5)
    paths = shards(tmp_path, 4, 25)
    command = [sys.executable, "-m", "scraper", "bulk", *map(str, paths), "--out", "out"]
    with subprocess.Popen(
        [*command, *options, "--json"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as done:
        kill_one(tmp_path / "out", done, whom)
        said, log = done.communicate(timeout=120)
    assert done.returncode == 0, log
    assert json.loads(said)["captures"] == 100 and json.loads(said)["quarantined"] == []
    run(paths, tmp_path / "serial")
    assert parts(tmp_path / "out") == parts(tmp_path / "serial")


@contextmanager
def dask(folder: Path, count: int) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler on this machine, its address, and its workers."""
    file = folder / "scheduler.json"
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    here = ("--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", str(file))

    def start(stack: ExitStack, *command: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "dask", *command, *here], env=env, stderr=subprocess.DEVNULL
        )
        stack.callback(process.wait)
        stack.callback(process.kill)
        return process

    with ExitStack() as stack:
        start(stack, "scheduler", "--port", "0")
        more = ("worker", "--no-nanny", "--nthreads", "1", "--local-directory", str(folder))
        started = [start(stack, *more) for _ in range(count)]
        while not file.exists():
            time.sleep(0.05)
        yield json.loads(file.read_text())["address"], started


@pytest.mark.slow
@pytest.mark.usefixtures("in_this_process")  # the parts that are compared
def test_a_dask_worker_that_is_killed_costs_nothing(tmp_path: Path):
    with dask(tmp_path, 2) as (address, started):
        assert_killing_costs_nothing(tmp_path, lambda pid: pid, "--scheduler", address)
        assert [worker.poll() for worker in started].count(-signal.SIGKILL) == 1


# What is said


def test_a_missing_scheduler_is_named_in_one_line(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(workers, "SECONDS", 0.5)
    with (
        pytest.raises(BulkError, match="tcp://127.0.0.1:9: no Dask scheduler answers"),
        workers.dask_workers("tcp://127.0.0.1:9"),
    ):
        pass


def test_folders_and_patterns_name_shards_too_and_none_twice(tmp_path: Path):
    paths = shards(tmp_path / "in", 2, 1)
    for folder in ("in", "pages"):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / "page.html").write_text("<p>x")
    for named in ([tmp_path / "in"], [tmp_path / "in" / "*.gz"], [*paths, tmp_path / "in"]):
        assert shards_in(named).paths == paths
    with pytest.raises(BadCapture, match="no shard there"):
        shards_in([tmp_path / "pages"])


@pytest.mark.usefixtures("in_this_process")
def test_what_bulk_does_not_read_in_a_folder_is_named(tmp_path: Path):
    configure(tmp_path, "https://baolaocai.vn", 5)
    shards(tmp_path / "in", 1, 1)
    for name in ("old.arc", "new.warc.gz.open", "page.html", "page.mhtml"):
        (tmp_path / "in" / name).write_bytes(b"x")
    found = in_process(tmp_path, "bulk", "in", "--out", "out")
    assert found.returncode == 0, found.stderr
    assert "old.arc: ARC: not read; convert it to WARC" in found.stderr
    assert "new.warc.gz.open: WARC that is being written: not read" in found.stderr
    assert "2 passed over" in found.stderr


@pytest.mark.usefixtures("in_this_process")
def test_a_shard_without_a_part_is_an_error_in_one_line(tmp_path: Path):
    configure(tmp_path, "https://baolaocai.vn", 5)
    found = in_process(tmp_path, "bulk", "missing.warc", "--out", "out")
    assert found.returncode == 1 and "missing.warc: cannot be read" in found.stderr
    assert "Traceback" not in found.stderr


@pytest.mark.parametrize(
    "options",
    [
        ("--scheduler", "tcp://127.0.0.1:9", "--workers", "2"),
        ("--scheduler", "nonsense"),
        ("--scheduler", "tcp://"),
        ("--workers", "0"),
    ],
)
def test_contradicting_options_are_wrong_usage(tmp_path: Path, options: tuple[str, ...]):
    configure(tmp_path, "https://baolaocai.vn", 5)
    assert in_process(tmp_path, "bulk", "x.warc", "--out", "out", *options).returncode == 2
    assert not (tmp_path / "out").exists()


def test_a_full_disk_is_named_in_one_line_and_the_next_run_goes_on(tmp_path: Path):
    configure(tmp_path, "https://baolaocai.vn", 5)
    [path] = shards(tmp_path, 1, 3)
    found = scraper(tmp_path, "bulk", path.name, "--out", "out", limit=4000)
    assert found.returncode == 1
    assert "not written: File too large" in found.stderr.splitlines()[-1]
    assert "Traceback" not in found.stderr and parts(tmp_path / "out") == {}
    assert in_process(tmp_path, "bulk", path.name, "--out", "out").returncode == 0
    assert len(parts(tmp_path / "out")) == 1
