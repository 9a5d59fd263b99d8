"""Saved pages and containers: their own times and addresses, what is not read, odd names."""

import base64
import gzip
import io
import os
import quopri
import signal
import subprocess
import sys
from datetime import UTC, datetime
from email.message import EmailMessage
from email.mime.image import MIMEImage
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.mime.text import MIMEText
from pathlib import Path

import click
import pytest
import zstandard

import scraper.warc.frames as frames_module
from scraper.archive.files import open_archive
from scraper.cli.import_command import _CaptureTime
from scraper.errors import BadCapture
from scraper.importing.replay import undo_replay
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
PLAYED = "https://web.archive.org/web/20220504010203"
BARE = URL.removeprefix("https://")
JUNE = datetime(2024, 6, 1, 1, 13, 40, tzinfo=UTC)
MAY = datetime(2022, 5, 4, 1, 2, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("head", "at"),
    [
        (LINK, None),
        (SINGLEFILE.format("Sat Jun 01 2024 08:13:40 GMT+0700 (Indochina Time)"), JUNE),
        (SINGLEFILE.format("Sat Jun 01 2024 08:13:40 GMT+0700 (Giờ Đông Dương)"), JUNE),
        (SINGLEFILE.format("Fri May 31 2024 18:13:40 GMT-0700 (PDT)"), JUNE),
        (SINGLEFILE.format("2024-06-01T01:13:40.000Z"), JUNE),
        (SINGLEFILE.format("Sat Jun 31 2024 08:13:40 GMT+0700"), None),
        (SINGLEFILE.format("hôm qua"), None),
        (SINGLEFILE.replace(URL, f"{PLAYED}/{URL}").format("Sat Jun 01 2024 08:13:40 GMT+0700"), MAY),
        (f"<!-- saved from url=(0052){URL} -->", None),
        (f"<!-- saved from url=(0052){PLAYED}/http://www.{BARE.replace('/', ':80/', 1)} -->", MAY),
        (f"<!-- saved from url=(0014)about:internet -->{LINK}", None),
        (f"<!-- Mirrored from {BARE} by HTTrack Website Copier/3.x [XR&CO'2014],"
         " Sat, 01 Jun 2024 01:13:40 GMT -->", JUNE),
        (f"<!-- Saved from {URL} at 2024-06-01T01:13:40Z using monolith v2.7.0 -->", JUNE),
        (f'<meta name="savepage-url" content="{URL}"><meta name="savepage-title" content="x">'
         '<meta name="savepage-date" content="Sat Jun 01 2024 08:13:40 GMT+0700 (+07)">', JUNE),
        (LINK + "<!--\n FILE ARCHIVED ON 01:02:03 May 04, 2022 AND RETRIEVED FROM THE\n-->", MAY),
        (f"<link rel='canonical' href='{PLAYED}/{URL}'>", MAY),
        (f"<link href='https://arquivo.pt/wayback/20220504010203mp_/{URL}' rel='canonical'>", MAY),
        (f"<meta property='og:url' content='https://archive.ph/2022.05.04-010203/{URL}'>", MAY),
    ],
)  # fmt: skip
def test_a_saved_page_has_the_address_and_the_time_that_it_states(
    tmp_path: Path, head: str, at: datetime | None
) -> None:
    found = saved(tmp_path / "a.html", head)
    expected = (URL, at or FILE_TIME, "" if at else "file")
    assert (found.url, found.captured_at, found.captured_source) == expected


def test_a_replays_address_may_be_given_for_a_page(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(page(0).body)
    found = read_file(tmp_path / "a.html", SITE, f"{PLAYED}id_/{URL}")
    assert (found.url, found.captured_at) == (URL, MAY)


TOOLBAR = b"<!-- BEGIN WAYBACK TOOLBAR INSERT --><p>x</p><!-- END WAYBACK TOOLBAR INSERT -->"


@pytest.mark.parametrize("mark", ["", "im_", "if_", "mp_", "cs_", "js_"])
@pytest.mark.parametrize("before", ["https://web.archive.org/web", "//web.archive.org/web", "/web"])
def test_what_a_replay_rewrites_is_undone(mark: str, before: str) -> None:
    played = f"{before}/20220504010203{mark}".encode()
    body = (
        b"<head></head><body>" + TOOLBAR + b"<img src='" + played + b"/https://cdn.b.vn/a.jpg'>"
        b"<a href='/web/20220504010203/https://b.vn/'>B</a><a href='/web/chinh-tri'>C</a>"
        b'<script>{"url":"https:\\/\\/web.archive.org\\/web\\/20220504010203\\/https:\\/\\/b.vn"}</script>'
    )
    assert undo_replay(body) == (
        b"<head></head><body><img src='https://cdn.b.vn/a.jpg'>"
        b"<a href='https://b.vn/'>B</a><a href='/web/chinh-tri'>C</a>"
        b'<script>{"url":"https:\\/\\/b.vn"}</script>',
        MAY,
    )


def test_a_page_that_was_not_replayed_stays_as_it_is() -> None:
    for body in (page(0).body, b"<a href='" + PLAYED.encode() + b"/https://b.vn/'>as it was</a>"):
        assert undo_replay(body) == (body, None)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"%PDF-1.7\n", "PDF: not read"),
        (b"\x89PNG\r\n\x1a\n", "PNG: not read"),
        (b"MZ\x90\0\3\0\0\0", "binary: not read"),
        (b"bplist00", "Safari web archive: not read"),
        (b"PK\x03\x04", "an archive"),
    ],
)
def test_a_file_that_is_no_page_is_refused_whatever_its_name(
    tmp_path: Path, content: bytes, said: str
) -> None:
    (tmp_path / "a.html").write_bytes(content)
    with pytest.raises(BadCapture, match=said):
        read_file(tmp_path / "a.html", SITE, URL)


@pytest.mark.parametrize("name", ["a.txt", "a.TXT", "a.text", "a.md"])
@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_of_text_is_a_text_capture(tmp_path: Path, name: str, charset: str) -> None:
    (tmp_path / name).write_bytes("Bà con lên nương hái lê.".encode(charset))
    found = read_file(tmp_path / name, SITE, URL)
    assert found.header("content-type") == "text/plain; charset=utf-8"


def mhtml(
    encoding: str = "quoted-printable", date: str = "Sat, 1 Jun 2024 08:00:00 +0700"
) -> bytes:
    """A page as Chrome saves it: a frame before it, a photo behind it."""
    whole = MIMEMultipart("related")
    whole["Snapshot-Content-Location"] = URL
    whole["Date"] = date
    frame, photo = MIMEText("<p>ad</p>", "html"), MIMEImage(b"GIF89a", "gif")
    frame["Content-Location"] = "https://ads.example.org/"
    shown = MIMENonMultipart("text", "html", charset="utf-8")
    shown["Content-Location"] = URL
    coded = {"base64": base64.encodebytes, "quoted-printable": quopri.encodestring}
    shown["Content-Transfer-Encoding"] = encoding
    shown.set_payload(coded.get(encoding, bytes)(page(0).body).decode())
    for part in (frame, shown, photo):
        whole.attach(part)
    return whole.as_bytes()


@pytest.mark.parametrize("encoding", ["quoted-printable", "base64"])
@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf"], ids=["plain", "byte order mark"])
def test_the_page_of_an_mhtml_file_is_read_and_no_frame(
    tmp_path: Path, encoding: str, before: bytes
) -> None:
    (tmp_path / "a.mhtml").write_bytes(before + mhtml(encoding))
    found = read_file(tmp_path / "a.mhtml", SITE)
    assert (found.url, found.captured_at) == (URL, datetime(2024, 6, 1, 1, tzinfo=UTC))
    assert found.header("content-type") == "text/html; charset=utf-8"
    assert found.body.split() == page(0).body.split()


def test_a_page_within_alternatives_of_an_mhtml_file_is_read(tmp_path: Path) -> None:
    message = EmailMessage()
    message["Snapshot-Content-Location"] = URL
    message.set_content("text")
    message.add_alternative(page(0).body.decode(), subtype="html", cte="base64")
    message.make_mixed()
    message.add_attachment(b"GIF89a", "image", "gif")
    (tmp_path / "a.mht").write_bytes(message.as_bytes())
    assert read_file(tmp_path / "a.mht", SITE).body.split() == page(0).body.split()


@pytest.mark.parametrize(
    ("date", "at"),
    [
        ("Sat, 01 Jun 2024 01:13:40 GMT", JUNE),
        ("Sat, 01 Jun 2024 01:13:40 -0000", JUNE),
        ("Fri, 31 May 2024 21:13:40 EDT", JUNE),
        ("Thứ bảy, 1 tháng 6", FILE_TIME),
    ],
)
def test_the_date_of_an_mhtml_file_is_read_in_its_zone(
    tmp_path: Path, date: str, at: datetime
) -> None:
    path = tmp_path / "a.mhtml"
    path.write_bytes(mhtml().replace(b"Sat, 1 Jun 2024 08:00:00 +0700", date.encode()))
    os.utime(path, (FILE_TIME.timestamp(),) * 2)
    assert read_file(path, SITE).captured_at == at


@pytest.mark.parametrize("cut", [300, 3])
def test_a_damaged_mhtml_file_is_refused(tmp_path: Path, cut: int) -> None:
    (tmp_path / "a.mhtml").write_bytes(mhtml().rstrip()[:-cut])
    with pytest.raises(BadCapture, match="MHTML: not read: damaged"):
        read_file(tmp_path / "a.mhtml", SITE)


def test_mhtml_whose_base64_is_damaged_is_refused(tmp_path: Path) -> None:
    begin = base64.encodebytes(page(0).body)[:40]
    (tmp_path / "a.mhtml").write_bytes(mhtml("base64").replace(begin, b"!" * 40))
    with pytest.raises(BadCapture, match="MHTML: not read: damaged"):
        read_file(tmp_path / "a.mhtml", SITE)


def test_containers_are_unpacked(tmp_path: Path) -> None:
    containers(tmp_path, [of_snapshot(page(n)) for n in range(4)])
    assert bring(tmp_path, "a.wacz", "b.warc.zst").filed == {"new": 4}
    origins = ask(tmp_path, "SELECT DISTINCT origin FROM snapshots", "snapshots.db")
    assert origins == ["import:a.wacz", "import:b.warc.zst"]


def test_what_a_killed_import_unpacked_is_removed_by_the_next_writer(tmp_path: Path) -> None:
    containers(tmp_path, [of_snapshot(page(n)) for n in range(4)])
    program = (
        "import os\nfrom pathlib import Path\nfrom tests.support.imported import bring\n"
        f"bring(Path({str(tmp_path)!r}), 'a.wacz', stop=lambda: os.kill(os.getpid(), 9))"
    )
    killed = subprocess.run([sys.executable, "-c", program], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert len(list(tmp_path.glob(".archive.db.*.partial/*"))) == 1
    with open_archive(tmp_path / "archive.db"):
        assert list(tmp_path.glob(".*.partial")) == []


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
        ("a.tar", b"page.html\0" + b"0" * 512, "tar: not read; unpack it with tar -xf"),
        ("a.tgz", gzip.compress(b"page.html\0", mtime=0), "tar: not read; unpack it with tar -xf"),
        ("a.rar", b"Rar!\x1a\x07", "packed folder: not read; unpack it"),
    ],
)
def test_a_file_of_a_form_that_is_not_read_is_named_in_a_folder_too(
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


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2024-05-06", datetime(2024, 5, 5, 17, tzinfo=UTC)),
        ("2024-05-06T00:00:00Z", datetime(2024, 5, 6, tzinfo=UTC)),
        ("2024-05-06T07:00:00+07:00", datetime(2024, 5, 6, tzinfo=UTC)),
        ("2024-05-06T07:00:00+0700", datetime(2024, 5, 6, tzinfo=UTC)),
    ],
)
def test_a_time_with_its_zone_or_a_day_is_a_time_of_capture(text: str, at: datetime) -> None:
    assert _CaptureTime().convert(text, None, None) == at


@pytest.mark.parametrize(
    "text", ["0001-01-01", "1970-01-01", "2999-01-01", "2024-13-01", "hôm qua", ""]
)
def test_other_text_is_no_time_of_capture(text: str) -> None:
    with pytest.raises(click.BadParameter):
        _CaptureTime().convert(text, None, None)


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


ADDED = "<!-- BEGIN WAYBACK TOOLBAR INSERT -->"
ADDED_END = "<!-- END WAYBACK TOOLBAR INSERT -->"


@pytest.mark.parametrize(
    ("page", "left"),
    [
        (f"a{ADDED}b{ADDED_END}c", "ac"),
        (f"a{ADDED}b{ADDED}c{ADDED_END}d", "ad"),
        (f"a{ADDED}{'b' * 200_001}{ADDED_END}c", None),
        (f"a{ADDED}{'b' * 200_001}{ADDED}c{ADDED_END}d", f"a{ADDED}{'b' * 200_001}d"),
        (f"a{ADDED_END}{ADDED}b", None),
        (f"a{ADDED}b{ADDED_END}c{ADDED}d{ADDED_END}e", "ace"),
        (ADDED * 250_000, None),
        ("<!-- FILE ARCHIVED ON 01:02:03 May 04, 2022 AND RETRIEVED" * 150_000, None),
        ("<script " * 1_000_000, None),
        ("<link canonical " * 4_000, None),
    ],
)
def test_what_a_replay_added_is_found_in_one_pass(page: str, left: str | None) -> None:
    at = datetime(2022, 5, 4, 1, 2, 3, tzinfo=UTC)
    body, _ = undo_replay(page.encode(), at)
    assert body.decode() == (page if left is None else left)
