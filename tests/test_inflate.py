import gzip
import tracemalloc
import zlib
from collections.abc import Iterator

import pytest

from scraper.inflate import Damaged, Oversize, inflate, is_gzip

TEXT = b"".join(b"%d b\xc3\xa1o " % n for n in range(20_000))


def raw_deflate(body: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-15)
    return stream.compress(body) + stream.flush()


def cut(body: bytes, size: int) -> Iterator[bytes]:
    return (body[at : at + size] for at in range(0, len(body), size))


@pytest.mark.parametrize("size", [1, 7, 4096, 10**7])
@pytest.mark.parametrize(
    ("packed", "encoding"),
    [
        (TEXT, ""),
        (gzip.compress(TEXT, mtime=0), "gzip"),
        (
            gzip.compress(TEXT[:999], mtime=0)
            + gzip.compress(b"", mtime=0)
            + gzip.compress(TEXT[999:], mtime=0),
            "gzip",
        ),
        (gzip.compress(TEXT, mtime=0) + b"\0" * 100, "gzip"),
        (gzip.compress(TEXT, mtime=0) + b"\x1f", "gzip"),
        (zlib.compress(TEXT), "deflate"),
        (raw_deflate(TEXT), "deflate"),
        (zlib.compress(TEXT) + b"rest", "deflate"),
    ],
    ids=["plain", "gzip", "members", "padding", "half-magic", "zlib", "raw", "rest"],
)
def test_streams_come_out_whole_however_cut(packed: bytes, encoding: str, size: int) -> None:
    assert b"".join(inflate(cut(packed, size), encoding, len(TEXT))) == TEXT


@pytest.mark.parametrize("encoding", ["", "gzip", "deflate"])
def test_nothing_comes_of_nothing(encoding: str) -> None:
    assert list(inflate([b"", b""], encoding, 0)) == []


@pytest.mark.parametrize(
    ("packed", "encoding"),
    [
        (gzip.compress(TEXT, mtime=0)[:-1], "gzip"),
        (gzip.compress(TEXT, mtime=0)[:5], "gzip"),
        (gzip.compress(TEXT, mtime=0) + gzip.compress(TEXT, mtime=0)[:40], "gzip"),
        (gzip.compress(TEXT, mtime=0)[:-8] + b"\0" * 8, "gzip"),
        (b"<html>no gzip at all", "gzip"),
        (b"\x1f", "gzip"),
        (zlib.compress(TEXT)[:-5], "deflate"),
        (raw_deflate(TEXT)[:-5], "deflate"),
        (b"\xff\xff\xff", "deflate"),
    ],
)
def test_damage_is_noticed(packed: bytes, encoding: str) -> None:
    for size in (1, 10**7):
        with pytest.raises(Damaged):
            list(inflate(cut(packed, size), encoding, 10**9))


@pytest.mark.parametrize("encoding", ["", "gzip", "deflate"])
def test_limit_is_exact(encoding: str) -> None:
    packed = {"": TEXT, "gzip": gzip.compress(TEXT, mtime=0), "deflate": zlib.compress(TEXT)}[
        encoding
    ]
    assert b"".join(inflate([packed], encoding, len(TEXT))) == TEXT
    with pytest.raises(Oversize):
        list(inflate([packed], encoding, len(TEXT) - 1))


@pytest.mark.parametrize("encoding", ["", "gzip"])
def test_all_that_is_allowed_is_handed_out_before_the_limit(encoding: str) -> None:
    packed = gzip.compress(TEXT, mtime=0) if encoding else TEXT
    taken = bytearray()
    with pytest.raises(Oversize):
        for piece in inflate(cut(packed, 4096), encoding, 100_000):
            taken += piece
    assert taken == TEXT[:100_000]


def test_bomb_takes_little_memory() -> None:
    bomb = gzip.compress(b"\0" * 100_000_000, 1, mtime=0)
    tracemalloc.start()
    with pytest.raises(Oversize):
        for _ in inflate([bomb], "gzip", 50_000_000):
            pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000


def test_gzip_is_known_by_its_first_bytes() -> None:
    assert is_gzip(gzip.compress(b"", mtime=0))
    assert not is_gzip(b"<urlset>")
