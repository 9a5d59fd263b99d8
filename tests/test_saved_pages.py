"""Saved pages and containers: their own times and addresses, what is not read, odd names."""

import gzip
import io
import os
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
import zstandard

import scraper.warc.frames as frames_module
from scraper.cli.import_command import _CaptureTime
from scraper.errors import BadCapture
from scraper.importing.replay import replayed_at, without_replay
from scraper.importing.saved_pages import read_file
from scraper.importing.sources import files_in
from scraper.importing.tally import Imported
from scraper.models import Snapshot
from scraper.warc.frames import DamagedSpan, Frame
from scraper.warc.layout import Layout, WarcFile, next_start, warc_file
from scraper.warc.reader import Captured, captures_in
from tests.support.filled import SITE, page
from tests.support.imported import ask, bring
from tests.support.warcs import containers, of_snapshot, response, sha1, write

URL = page(0).url
FILE_TIME = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
LINK = f"<link rel='canonical' href='{URL}'>"


def saved(path: Path, head: str = LINK) -> Snapshot:
    """What is read of the page of a story, saved with `head` in its head."""
    path.write_bytes(page(0).body.replace(b"<head>", b"<head>" + head.encode(), 1))
    os.utime(path, (FILE_TIME.timestamp(),) * 2)
    return read_file(path, SITE)


SINGLEFILE = f"<!--\n Page saved with SingleFile \n url: {URL} \n saved date: {{}}\n-->"


@pytest.mark.parametrize(
    ("head", "at", "source"),
    [
        (LINK, FILE_TIME, "file"),
        (SINGLEFILE.format("Sat Jun 01 2024 08:13:40 GMT+0700 (Indochina Time)"),
         datetime(2024, 6, 1, 1, 13, 40, tzinfo=UTC), ""),
        (SINGLEFILE.format("Sat Jun 31 2024 08:13:40 GMT+0700"), FILE_TIME, "file"),
        (LINK + "<!--\n FILE ARCHIVED ON 01:02:03 May 04, 2022 AND RETRIEVED FROM THE\n-->",
         datetime(2022, 5, 4, 1, 2, 3, tzinfo=UTC), ""),
    ],
)  # fmt: skip
def test_a_saved_page_has_the_time_that_it_states(
    tmp_path: Path, head: str, at: datetime, source: str
) -> None:
    found = saved(tmp_path / "a.html", head)
    assert (found.url, found.captured_at, found.captured_source) == (URL, at, source)


def test_what_the_wayback_machine_rewrites_is_undone() -> None:
    played = b"https://web.archive.org/web/20220504010203"
    body = (
        b"<head></head><body><!-- BEGIN WAYBACK TOOLBAR INSERT --><p>x</p>"
        b"<!-- END WAYBACK TOOLBAR INSERT --><img src='" + played + b"im_/https://cdn.b.vn/a.jpg'>"
        b"<a href='/web/20220504010203/https://b.vn/'>B</a><a href='/web/chinh-tri'>C</a>"
    )
    assert without_replay(body) == (
        b"<head></head><body><img src='https://cdn.b.vn/a.jpg'>"
        b"<a href='https://b.vn/'>B</a><a href='/web/chinh-tri'>C</a>"
    )
    assert replayed_at(body) == datetime(2022, 5, 4, 1, 2, 3, tzinfo=UTC)
    own = page(0).body
    assert (without_replay(own) == own, replayed_at(own)) == (True, None)


def mhtml() -> bytes:
    message = EmailMessage()
    message["Snapshot-Content-Location"] = URL
    message["Date"] = "Sat, 1 Jun 2024 08:00:00 +0700"
    message.set_content(page(0).body.decode(), subtype="html", cte="quoted-printable")
    message.make_related()
    message.add_related(b"GIF89a", "image", "gif")
    return message.as_bytes()


def test_mhtml_is_read_and_a_damaged_one_refused(tmp_path: Path) -> None:
    (tmp_path / "a.mhtml").write_bytes(mhtml())
    found = read_file(tmp_path / "a.mhtml", SITE)
    assert (found.url, found.captured_at) == (URL, datetime(2024, 6, 1, 1, tzinfo=UTC))
    assert found.header("content-type") == "text/html; charset=utf-8"
    assert found.body.split() == page(0).body.split()
    (tmp_path / "a.mhtml").write_bytes(mhtml()[:-300])
    with pytest.raises(BadCapture, match="MHTML: not read: damaged"):
        read_file(tmp_path / "a.mhtml", SITE)


def test_containers_are_unpacked(tmp_path: Path) -> None:
    containers(tmp_path, [of_snapshot(page(n)) for n in range(4)])
    assert bring(tmp_path, "a.wacz", "b.warc.zst").filed == {"new": 4}
    origins = ask(tmp_path, "SELECT DISTINCT origin FROM snapshots", "snapshots.db")
    assert origins == ["import:a.wacz", "import:b.warc.zst"]


def test_a_zst_file_may_bring_its_dictionary(tmp_path: Path) -> None:
    records = [of_snapshot(page(n)) for n in range(8)]
    dictionary = zstandard.train_dictionary(20_000, records * 8)
    content = dictionary.as_bytes()
    packer = zstandard.ZstdCompressor(dict_data=dictionary)
    head = b"\x5d\x2a\x4d\x18" + len(content).to_bytes(4, "little") + content
    (tmp_path / "a.warc.zst").write_bytes(head + b"".join(map(packer.compress, records)))
    assert bring(tmp_path, "a.warc.zst").filed == {"new": 8}


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.arc", b"filedesc://x 0.0.0.0 2\n", "ARC: not read"),
        ("a.arc.gz", gzip.compress(b"filedesc://x 0.0.0.0 2\n", mtime=0), "ARC: not read"),
        ("a.wacz", b"PK\x03\x04 cut", "WACZ: not read"),
        ("a.warc.zst", zstandard.compress(b"WARC/1.0\r\n" * 9)[:-3], "zst: not read"),
        ("a.warc.gz.open", b"\x1f\x8b", "not read"),
        ("a.har", b"{}", "HAR: not read"),
    ],
)
def test_what_is_not_read_is_named_also_in_a_folder(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    folder = tmp_path / "all"
    folder.mkdir()
    (folder / name).write_bytes(content)
    containers(folder, [of_snapshot(page(n)) for n in range(4)])
    lost = {"a.wacz": 2, "a.warc.zst": 0}.get(name, 0)
    if name == "a.wacz":
        (folder / name).write_bytes(content)
    done = bring(tmp_path, "all")
    assert any(said in line for line in (*done.damages, *done.unreadable))
    assert done.filed["new"] == 4 - lost
    assert ask(
        tmp_path, "SELECT count(*) FROM snapshots WHERE body LIKE 'filedesc%'", "snapshots.db"
    ) == [0]


def test_a_pipe_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "p.html")
    with pytest.raises(BadCapture, match="a pipe or device"):
        files_in([tmp_path / "p.html"])


def test_pages_that_name_themselves_are_not_filed_under_one_address(tmp_path: Path) -> None:
    saved(tmp_path / "a.html")
    (tmp_path / "b.html").write_bytes((tmp_path / "a.html").read_bytes())
    other = page(1).url
    with pytest.raises(BadCapture, match="names .* as its own"):
        read_file(tmp_path / "a.html", SITE, other, is_alone=False)
    assert read_file(tmp_path / "a.html", SITE, other).url == other
    assert read_file(tmp_path / "a.html", SITE, URL, is_alone=False).url == URL


def test_a_name_that_is_no_utf8_is_escaped(tmp_path: Path) -> None:
    name = os.fsdecode(b"b\xe0i.html")
    saved(tmp_path / name)
    write(Path(os.fsdecode(os.fsencode(tmp_path) + b"/t\xe0i.warc")), [of_snapshot(page(1))])
    done: Imported = bring(tmp_path, name, os.fsdecode(b"t\xe0i.warc"))
    assert done.filed == {"new": 2}
    origins = ask(tmp_path, "SELECT origin FROM snapshots", "snapshots.db")
    assert origins == [r"import:b\xe0i.html", r"import:t\xe0i.warc"]


def test_a_day_is_a_time_of_capture() -> None:
    kind = _CaptureTime(["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d"])
    assert kind.convert("2024-05-06", None, None).astimezone(UTC) == datetime(
        2024, 5, 5, 17, tzinfo=UTC
    )
    assert kind.convert("2024-05-06T00:00:00Z", None, None) == datetime(2024, 5, 6, tzinfo=UTC)


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("names", [str.lower, str.upper, str.title])
@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
def test_field_names_are_read_in_any_case(
    tmp_path: Path, names: object, end: bytes, packed: bool
) -> None:
    head, _, block = response().partition(b"\r\n\r\n")
    version, *lines = head.split(b"\r\n")
    pairs = (line.partition(b":") for line in lines)
    spelt = [names(name.decode()).encode() + colon + value for name, colon, value in pairs]  # type: ignore[operator]
    record = end.join([version, *spelt]) + end * 2 + block.removesuffix(b"\r\n\r\n") + end * 2
    path = write(tmp_path / "a.warc", [record, record], packed=packed)
    assert [type(found) for found in captures_in(path, SITE)] == [Captured, Captured]


def test_one_digest_that_proves_the_page_is_enough_with_a_doubt(tmp_path: Path) -> None:
    block = response().partition(b"\r\n\r\n")[2].removesuffix(b"\r\n\r\n")
    body = block.partition(b"\r\n\r\n")[2]
    for block_digest, page_digest in ((block, block), (body, body), (block, b"x"), (b"x", body)):
        made = response(WARC_Block_Digest=sha1(block_digest), WARC_Payload_Digest=sha1(page_digest))
        (found,) = captures_in(write(tmp_path / "a.warc", [made]), SITE)
        assert isinstance(found, Captured)
        assert found.doubt


class Counted(io.BytesIO):
    """Bytes that know how many of them were read."""

    taken = 0

    def read(self, size: int | None = -1, /) -> bytes:
        found = super().read(size)
        self.taken += len(found)
        return found


@pytest.mark.parametrize(
    ("junk", "layout"),
    [(b"\x1f\x8b\x08", "members"), (b"WARC/1.0", "plain"), (b"WARC/1.0\r\nA", "plain")],
)
def test_the_search_behind_a_damage_reads_each_byte_once(junk: bytes, layout: Layout) -> None:
    file = Counted(junk * 500_000)
    assert next_start(WarcFile(file, layout, lambda: False), 0) is None
    assert file.taken <= 1.1 * len(file.getvalue())


@pytest.mark.parametrize(
    "content",
    [
        b"\x1f\x8b\x08" * 100_000,
        b"WARC/1.0" * 40_000,
        gzip.compress(b"WARC/1.1\r\nWARC-Type: x\r\n\r\n" + bytes(9_000_000), mtime=0),
        zstandard.compress(bytes(9_000_000)),
        b"\x5d\x2a\x4d\x18\0\0\0\0" * 40_000,
    ],
    ids=["gzip magic", "versions", "long member", "zst", "empty frames"],
)
def test_a_signal_ends_the_reading_of_a_file_without_records(
    tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "a.warc").write_bytes(content)
    done = bring(tmp_path, "a.warc", stop=lambda: True)
    assert (done.is_whole, done.unreadable, done.damages) == (False, [], [])


HEAD = b"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: " + URL.encode()


@pytest.mark.parametrize("length", [b"900000", b"49999999"])
def test_headers_that_claim_more_than_there_is_cost_a_bounded_number_of_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, length: bytes
) -> None:
    monkeypatch.setattr(frames_module, "_VAIN_BYTES", 10_000_000)
    path = tmp_path / "a.warc"
    path.write_bytes(
        of_snapshot(page(0)) + (HEAD + b"\r\nContent-Length: %s\r\n\r\n" % length) * 9000
    )
    with path.open("rb") as file:
        warc = warc_file(path, file, lambda: False)
        found = list(frames_module._frames(warc, lambda frame: True))
    assert isinstance(found[0], Frame) and found[0].is_proven
    assert isinstance(found[-1], DamagedSpan) and "the rest is not read" in found[-1].reason
    assert warc.work < 100 * warc.size + 20_000_000


def test_a_file_of_which_every_record_is_damaged_is_read_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frames_module, "_VAIN_BYTES", 0)
    wrong = of_snapshot(page(0), WARC_Block_Digest=sha1(b"x"), WARC_Payload_Digest=sha1(b"y"))
    write(tmp_path / "a.warc", [*[wrong] * 50, of_snapshot(page(1))])
    done = bring(tmp_path, "a.warc")
    assert (done.bad, done.filed) == (50, {"new": 1})
