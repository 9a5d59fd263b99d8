"""Reading WARC and WET: captures of the paper, whole, decoded, and nothing else."""

import gzip
import os
import zlib
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import brotli  # FastWARC's own
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from scraper.errors import BadCapture
from scraper.models import Snapshot
from scraper.warc.message import Unusable, read_message
from scraper.warc.reader import BadRecord, Captured, Passed, Revisit, captures_in
from tests.support.warcs import AT, HTML, PAGE, SITE, URL, record, response, sha1, write

LATER = "2023-01-01T00:00:00Z"
LAYOUTS = pytest.mark.parametrize("packed", [True, False], ids=["packed", "plain"])


def captured(path: Path) -> list[Snapshot]:
    """The captures in a file, all of whose records must be captures."""
    found = list(captures_in(path, SITE))
    assert all(isinstance(f, Captured) for f in found), found
    return [f.snapshot for f in found if isinstance(f, Captured)]


def read(tmp_path: Path, *records: bytes, packed: bool = True) -> list[Snapshot]:
    return captured(write(tmp_path / "a.warc", records, packed=packed))


def bad(path: Path) -> list[BadRecord]:
    return [f for f in captures_in(path, SITE) if isinstance(f, BadRecord)]


@LAYOUTS
def test_a_response_is_a_capture_with_its_own_time_and_headers(
    tmp_path: Path, packed: bool
) -> None:
    headers = HTML + b"Set-Cookie: a\r\nX-Folded: one\r\n  two\r\nset-cookie: \xe9\r\nno colon\r\n"
    (snapshot,) = read(tmp_path, response(headers=headers), packed=packed)
    assert snapshot == Snapshot(
        url=URL,
        captured_at=datetime(2022, 12, 3, 8, 38, tzinfo=UTC),
        status=200,
        headers=(
            ("content-type", "text/html; charset=utf-8"),
            ("set-cookie", "a"),
            ("x-folded", "one two"),
            ("set-cookie", "é"),
        ),
        body=PAGE,
        origin="import:a.warc",
    )


@LAYOUTS
def test_captures_are_picked_out_by_address_and_the_rest_is_counted(
    tmp_path: Path, packed: bool
) -> None:
    records = [
        record(b"software: x\r\n", "warcinfo", ""),
        response(url="https://example.org/a-post1.html"),
        response(url="http://www.baolaocai.vn:80/bai-viet/1-a?utm_source=x#y"),
        response(b"GIF89a", b"Content-Type: image/gif\r\n", url="https://baolaocai.vn/a.gif"),
        record(b"a: b\r\n", "metadata"),
        response(url="dns:baolaocai.vn"),
        response(b"", b"Location: /\r\n", "301 Moved", url="https://baolaocai.vn/x"),
        response(url="<https://baolaocai.vn/a-post2.html>"),
        response(url="https://baolaocai.vn.example.org/a-post1.html"),
    ]
    found = list(captures_in(write(tmp_path / "a.warc", records, packed=packed), SITE))
    assert [
        f.snapshot.url if isinstance(f, Captured) else f.why for f in found if hasattr(f, "why") or isinstance(f, Captured)
    ] == [
        "no capture",
        "other site",
        "https://baolaocai.vn/bai-viet/1-a",
        "no page",
        "no capture",
        "other site",
        "https://baolaocai.vn/x",
        "https://baolaocai.vn/a-post2.html",
        "other site",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("stated", "second"),
    [
        ("2022-12-03T08:38:00.999999999Z", 0),
        ("2022-12-03T08:38:07.5Z", 7),
        ("2022-12-03T15:38:09+07:00", 9),
        ("2022-12-03T08:38Z", 0),
    ],
)
def test_a_date_is_kept_to_the_second(tmp_path: Path, stated: str, second: int) -> None:
    (snapshot,) = read(tmp_path, response(at=stated))
    assert snapshot.captured_at == datetime(2022, 12, 3, 8, 38, second, tzinfo=UTC)


@pytest.mark.parametrize(
    "stated", ["", "2022", "2022-12-03", "20221203083800", "2022-13-03T08:38:00Z"]
)
def test_a_warc_date_that_cannot_be_read_is_refused(tmp_path: Path, stated: str) -> None:
    path = write(tmp_path / "a.warc", [response(at=stated), response()])
    assert [b.reason for b in bad(path)] == [f"WARC-Date {stated!r} is no time of a day"]
    assert len(list(captures_in(path, SITE))) == 2


def test_a_raw_page_from_the_wayback_machine_is_its_capture(tmp_path: Path) -> None:
    memento = HTML + b"Memento-Datetime: Sat, 03 Dec 2022 08:38:00 GMT\r\n"
    replayed = f"https://web.archive.org/web/20221203083800{{}}/{URL}"
    records = [
        response(headers=memento, url=replayed.format("id_"), at=LATER),
        response(headers=memento, url=replayed.format(""), at=LATER),  # rewritten for its readers
        response(headers=HTML, url=replayed.format("id_"), at=LATER),  # "not in the archive"
        response(b"", HTML + b"Location: x\r\n", "302 Found", url=replayed.format("id_")),
        response(headers=memento, url=replayed.format("id_").replace("2022", "2099", 1)[:40] + "x"),
    ]
    found = list(captures_in(write(tmp_path / "a.warc", records), SITE))
    assert [type(f) for f in found] == [Captured, Passed, Passed, Passed, Passed]
    assert isinstance(found[0], Captured)
    assert (found[0].snapshot.url, found[0].snapshot.captured_at) == (
        URL,
        datetime(2022, 12, 3, 8, 38, tzinfo=UTC),
    )
    impossible = response(headers=memento, url=replayed.format("id_").replace("1203", "1303"))
    assert "WARC-Date" in bad(write(tmp_path / "b.warc", [impossible]))[0].reason


def test_a_revisit_of_an_image_is_no_page(tmp_path: Path) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: image/gif\r\n\r\n"
    path = write(tmp_path / "a.warc", [record(head, "revisit", URL + ".gif")])
    assert list(captures_in(path, SITE)) == [Passed(0, "no page")]


def chunked(body: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    pieces = [body[at : at + 37] for at in range(0, len(body), 37)]
    return b"".join(b"%x;a=b\r\n%s\r\n" % (len(p), p) for p in pieces) + end


def deflate(body: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-15)
    return stream.compress(body) + stream.flush()


ENCODED = {
    "gzip": gzip.compress(PAGE, mtime=0),
    "x-gzip": gzip.compress(PAGE, mtime=0),
    "deflate": zlib.compress(PAGE),
    "Deflate": deflate(PAGE),
    "br": brotli.compress(PAGE),
    "zstd": zstandard.compress(PAGE),
    "br, gzip": gzip.compress(brotli.compress(PAGE), mtime=0),
    "identity": PAGE,
    # Some archivists decode and leave the header.
    "GZIP": PAGE,
    "BR": PAGE,
}


@pytest.mark.parametrize("encoding", ENCODED)
@pytest.mark.parametrize("is_chunked", [True, False], ids=["chunked", "whole"])
def test_encodings_are_undone_and_headers_kept(
    tmp_path: Path, encoding: str, is_chunked: bool
) -> None:
    body = chunked(ENCODED[encoding]) if is_chunked else ENCODED[encoding]
    headers = HTML + f"Content-Encoding: {encoding}\r\n".encode()
    headers += (
        b"Transfer-Encoding: chunked\r\n" if is_chunked else b"Content-Length: %d\r\n" % len(body)
    )
    (snapshot,) = read(tmp_path, response(body, headers))
    assert (snapshot.body, snapshot.truncated) == (PAGE, False)
    assert snapshot.header("content-encoding") == encoding


def test_a_body_without_the_chunks_that_its_headers_state_is_kept_as_it_is(tmp_path: Path) -> None:
    (snapshot,) = read(tmp_path, response(PAGE, HTML + b"Transfer-Encoding: chunked\r\n"))
    assert (snapshot.body, snapshot.truncated) == (PAGE, False)


def test_chunks_without_their_header_are_no_text_of_the_page(tmp_path: Path) -> None:
    (snapshot,) = read(tmp_path, response(chunked(PAGE), HTML))
    assert (snapshot.body, snapshot.truncated) == (PAGE, False)


@pytest.mark.parametrize(
    "body",
    [b"", b"0\r\n\r\n", chunked(PAGE) + b"<p>", chunked(PAGE, end=b""), b"a\r\n" + PAGE],
    ids=["empty", "no chunk", "text behind", "no end", "a letter"],
)
def test_what_is_not_wholly_chunks_is_a_body_without_them(tmp_path: Path, body: bytes) -> None:
    (snapshot,) = read(tmp_path, response(body, HTML))
    assert snapshot.body == body


@pytest.mark.parametrize(
    "form", [ENCODED["gzip"], chunked(ENCODED["gzip"]), PAGE], ids=["packed", "chunked", "page"]
)
def test_a_payload_digest_may_be_of_any_form_of_the_page(tmp_path: Path, form: bytes) -> None:
    headers = HTML + b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"
    (snapshot,) = read(
        tmp_path, response(chunked(ENCODED["gzip"]), headers, WARC_Payload_Digest=sha1(form))
    )
    assert snapshot.body == PAGE


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (chunked(PAGE, end=b""), b"Transfer-Encoding: chunked\r\n"),
        (chunked(PAGE, end=b"ff\r\nabc"), b"Transfer-Encoding: chunked\r\n"),
        (PAGE, b"Content-Length: 9999\r\n"),
        (chunked(ENCODED["gzip"][:-20], end=b""), b"Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n"),
    ],
    ids=["no last chunk", "a short chunk", "less than its length", "packed and cut"],
)  # fmt: skip
def test_an_answer_that_broke_off_is_marked(tmp_path: Path, body: bytes, headers: bytes) -> None:
    (snapshot,) = read(tmp_path, response(body, HTML + headers))
    assert snapshot.truncated
    assert snapshot.body[:60] == PAGE[:60]


@pytest.mark.parametrize("field", ["WARC_Truncated", "WARC_Segment_Number"])
def test_a_record_that_states_a_truncation_is_marked(tmp_path: Path, field: str) -> None:
    digest = {"WARC_Payload_Digest": sha1(PAGE + b"more")}
    (snapshot,) = read(tmp_path, response(**{field: "1"}, **digest))
    assert snapshot.truncated


@LAYOUTS
def test_a_record_at_the_cut_end_of_a_file_is_marked(tmp_path: Path, packed: bool) -> None:
    path = write(
        tmp_path / "a.warc", [response(), response(at="2023-01-01T00:00:00Z")], packed=packed
    )
    whole = path.read_bytes()
    path.write_bytes(whole[:-40])
    first, last = captured(path)
    assert (first.truncated, last.truncated) == (False, True)
    assert PAGE.startswith(last.body)
    assert len(last.body) < len(PAGE)


@LAYOUTS
def test_a_file_cut_within_a_record_of_another_site_is_named(tmp_path: Path, packed: bool) -> None:
    path = write(tmp_path / "a.warc", [response(), response(url="https://x.org/")], packed=packed)
    path.write_bytes(path.read_bytes()[:-40])
    assert [b.reason for b in bad(path)] == ["the file ends within it"]


@pytest.mark.parametrize("left", [3, 10, 12])
def test_a_file_cut_within_the_header_of_a_gzip_member_is_named(tmp_path: Path, left: int) -> None:
    path = write(tmp_path / "a.warc.gz", [response()])
    path.write_bytes(path.read_bytes() * 2)
    whole = path.stat().st_size
    os.truncate(path, whole // 2 + left)
    assert [b.reason for b in bad(path)] == ["the file ends within it"]


def test_text_and_resource_records_are_captures_without_http(tmp_path: Path) -> None:
    text = "Tựa\nSapo.\n".encode()
    path = write(
        tmp_path / "a.wet",
        [
            record(text, "conversion", Content_Type="text/plain"),
            record(PAGE, "resource", Content_Type="text/html; charset=utf-8"),
            record(b"GIF89a", "resource", Content_Type="image/gif"),
        ],
    )
    found = list(captures_in(path, SITE))
    assert [f.snapshot.headers for f in found if isinstance(f, Captured)] == [
        (("content-type", "text/plain; charset=utf-8"),),
        (("content-type", "text/html; charset=utf-8"),),
    ]
    assert [f.snapshot.body for f in found if isinstance(f, Captured)] == [text, PAGE]
    assert [f.why for f in found if isinstance(f, Passed)] == ["no page"]


ONE = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
UNCHANGED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
HEAD = b"HTTP/1.1 200 OK\r\n" + HTML + b"Content-Length: 999999\r\nEtag: x\r\n\r\n"


def revisit(block: bytes = HEAD, **more: str) -> bytes:
    return record(block, "revisit", at=LATER, **({"WARC_Profile": ONE} | more))


@LAYOUTS
@pytest.mark.parametrize(
    "reference",
    [
        {"WARC_Payload_Digest": sha1(PAGE)},
        {"WARC_Refers_To_Target_URI": URL, "WARC_Refers_To_Date": AT},
        {"WARC_Refers_To_Date": AT, "WARC_Payload_Digest": sha1(PAGE).replace("sha1", "SHA-1")},
    ],
    ids=["digest", "place", "both"],
)
def test_a_revisit_has_the_page_of_an_earlier_record(
    tmp_path: Path, packed: bool, reference: dict[str, str]
) -> None:
    first, again = read(tmp_path, response(), revisit(**reference), packed=packed)
    assert (again.body, again.status, again.header("etag")) == (PAGE, 200, "x")
    assert (again.captured_at.year, again.truncated) == (2023, False)


def test_a_revisit_without_its_earlier_record_says_what_it_refers_to(tmp_path: Path) -> None:
    wrong = {"WARC_Payload_Digest": sha1(b"other"), "WARC_Refers_To_Date": AT}
    path = write(tmp_path / "a.warc", [response(), revisit(**wrong)])
    found = list(captures_in(path, SITE))[1]
    assert isinstance(found, Revisit)
    assert (found.digest, found.earlier_url) == (sha1(b"other"), URL)
    assert found.earlier_at == datetime(2022, 12, 3, 8, 38, tzinfo=UTC)


@pytest.mark.parametrize(
    "block", [b"HTTP/1.1 304 Not Modified\r\nEtag: x\r\n\r\n", b""], ids=["head", "none"]
)
def test_a_revisit_of_an_unmodified_page_is_a_304(tmp_path: Path, block: bytes) -> None:
    (snapshot,) = read(tmp_path, revisit(block, WARC_Profile=UNCHANGED))
    assert (snapshot.status, snapshot.body) == (304, b"")


def test_the_request_before_a_response_gives_its_request_headers(tmp_path: Path) -> None:
    sent = b"GET / HTTP/1.1\r\nUser-Agent: x\r\nAccept: y\r\n\r\n"
    ask = record(sent, "request")
    first, other = read(tmp_path, ask, response(), response(at=LATER))
    assert first.request_headers == (("user-agent", "x"), ("accept", "y"))
    assert other.request_headers == ()
    (only,) = read(tmp_path, record(b"GET / HTTP/1.1", "request"), response())
    assert only.request_headers == ()


BOMB = 60_000_000
# Made when they are needed: four of them are of 50 MB and more.
DAMAGED: dict[str, Callable[[], bytes]] = {
    "digests": lambda: response(WARC_Block_Digest=sha1(b"x"), WARC_Payload_Digest=sha1(b"y")),
    "page": lambda: response(WARC_Block_Digest="", WARC_Payload_Digest=sha1(b"x")),
    "gzip": lambda: response(ENCODED["gzip"][:40], HTML + b"Content-Encoding: gzip\r\n"),
    "encoding": lambda: response(PAGE, HTML + b"Content-Encoding: rot13\r\n"),
    "bomb": lambda: response(
        gzip.compress(b"a" * BOMB, mtime=0), HTML + b"Content-Encoding: gzip\r\n"
    ),
    "br bomb": lambda: response(
        brotli.compress(b"a" * BOMB, quality=1), HTML + b"Content-Encoding: br\r\n"
    ),
    "zstd bomb": lambda: response(
        zstandard.compress(b"a" * BOMB), HTML + b"Content-Encoding: zstd\r\n"
    ),
    "chunks": lambda: response(b"4\r\nabcd\r\nzz\r\n", HTML + b"Transfer-Encoding: chunked\r\n"),
    "no http": lambda: record(b"<html>"),
    "no end of headers": lambda: record(b"HTTP/1.1 200 OK\r\nA: b\r\n"),
    "length": lambda: response(Content_Length="20"),
    "long": lambda: response(Content_Length="2000"),
    "no length": lambda: response(Content_Length="2x"),
    "huge": lambda: response(Content_Length="9" * 30),
    "endless": lambda: response(Content_Length="9" * 9000),
    "large": lambda: response(PAGE.ljust(50_000_001)),
}


@LAYOUTS
@pytest.mark.parametrize("kind", DAMAGED)
def test_a_bad_record_costs_only_itself(tmp_path: Path, kind: str, packed: bool) -> None:
    records = [response(), DAMAGED[kind](), response(at=LATER), response(url=URL + "-b")]
    if kind in ("length", "long"):
        records[1] = (
            records[1].replace(b"WARC-Block-Digest", b"X").replace(b"WARC-Payload-Digest", b"Y")
        )
    path = write(tmp_path / "a.warc", records, packed=packed)
    found = list(captures_in(path, SITE))
    assert [type(f) for f in found] == [Captured, BadRecord, Captured, Captured]
    before = gzip.compress(records[0], mtime=0) if packed else records[0]
    assert [f.offset for f in found[:2]] == [0, len(before)]
    assert found[1].reason if isinstance(found[1], BadRecord) else False


@LAYOUTS
@pytest.mark.parametrize("at", [0, 1, 20, 200, -30, -6])
def test_damage_inside_a_file_is_named_and_passed_over(
    tmp_path: Path, packed: bool, at: int
) -> None:
    times = [f"2023-01-01T00:00:0{n}Z" for n in range(6)]
    path = write(tmp_path / "a.warc", [response(at=t) for t in times], packed=packed)
    content = bytearray(path.read_bytes())
    size = len(content) // 6
    content[(2 * size + at) if at >= 0 else (3 * size + at)] ^= 0x20
    path.write_bytes(content)
    found = list(captures_in(path, SITE))
    whole = [f.snapshot for f in found if isinstance(f, Captured)]
    assert [s.body for s in whole] == [PAGE] * len(whole)
    assert len(whole) >= 5
    assert len(whole) + len(bad(path)) == 6


@LAYOUTS
def test_junk_between_records_is_passed_over(tmp_path: Path, packed: bool) -> None:
    path = write(tmp_path / "a.warc", [response()], packed=packed)
    more = write(tmp_path / "b.warc", [response(at=LATER)], packed=packed)
    path.write_bytes(path.read_bytes() + b"junk " * 99 + more.read_bytes())
    found = list(captures_in(path, SITE))
    assert [type(f) for f in found] == [Captured, BadRecord, Captured]


def test_a_file_packed_as_one_stream_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(gzip.compress(response() + response(at=LATER) + revisit(), mtime=0))
    found = list(captures_in(path, SITE))
    assert [type(f) for f in found] == [Captured, Captured, Revisit]


@pytest.mark.parametrize("how", ["cut", "flipped"])
def test_a_damaged_stream_is_refused_in_one_line(tmp_path: Path, how: str) -> None:
    whole = bytearray(gzip.compress(response() + response(at=LATER), mtime=0))
    whole[len(whole) // 2] ^= 1
    path = tmp_path / "a.warc.gz"
    path.write_bytes(whole if how == "flipped" else whole[: len(whole) // 2])
    with pytest.raises(BadCapture, match="one gzip stream, and damaged or cut short"):
        list(captures_in(path, SITE))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "it is empty"),
        (b"PK\x03\x04abcdefgh", "it begins with b'PK"),
        (b"<html><body>", "it begins with b'<html>"),
        (gzip.compress(b"hello", mtime=0), "no WARC record in it"),
        (b"WARC/1.1\r\nnothing", "no WARC record in it"),
    ],
)
def test_a_file_that_is_no_warc_is_refused_in_one_line(
    tmp_path: Path, content: bytes, said: str
) -> None:
    path = tmp_path / "a.warc"
    path.write_bytes(content)
    with pytest.raises(BadCapture, match=said):
        list(captures_in(path, SITE))
    with pytest.raises(BadCapture, match="cannot be read: No such file"):
        list(captures_in(tmp_path / "none.warc", SITE))


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_raise_unusable(block: bytes) -> None:
    for start in (
        b"",
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    ):
        for encoding in (b"", b"gzip", b"deflate", b"br", b"zstd"):
            coded = start.replace(b"Transfer", b"Content-Encoding: " + encoding + b"\r\nTransfer")
            with suppress(Unusable):
                read_message(coded + block, is_cut=False, limit_bytes=10_000)


@given(st.binary(), st.lists(st.integers(1, 50), min_size=1), st.booleans())
def test_chunks_of_any_size_are_put_together(body: bytes, sizes: list[int], is_whole: bool) -> None:
    sent, at = b"", 0
    while at < len(body):
        size = sizes[at % len(sizes)]
        piece = body[at : at + size]
        sent += b"%X\r\n%s\r\n" % (len(piece), piece)
        at += size
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    message = read_message(head + sent + b"0\r\n\r\n" * is_whole, is_cut=False, limit_bytes=10_000)
    assert message.body == body
    assert message.truncated == (not is_whole and bool(body))


def test_a_header_folded_a_hundred_thousand_times_is_one_value() -> None:
    block = b"HTTP/1.1 200 OK\r\nA: b\r\n" + b" c\r\n" * 100_000 + b"\td\r\n \r\n\r\n"
    ((name, value),) = read_message(block, is_cut=False, limit_bytes=100).headers
    assert (name, value) == ("a", "b" + " c" * 100_000 + " d")
