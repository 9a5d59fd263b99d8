"""Pages are kept byte for byte, once, and small."""

import gzip
import hashlib
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from scraper.archive import dictionaries, snapshots
from scraper.archive.files import Archive, open_archive, open_reader
from scraper.demo.edition import Edition
from scraper.demo.newspaper import make_newspaper
from scraper.errors import ArchiveError
from scraper.models import Snapshot
from tests.support.filled import NOON, page

pytestmark = pytest.mark.slow  # whole runs

BASE = "https://baolaocai.vn"


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with open_archive(tmp_path / "archive.db") as archive:
        yield archive


@pytest.fixture(scope="module")
def pages() -> list[Snapshot]:
    """800 pages of the stand-in as it serves them, some 70 KB each."""
    edition = Edition(make_newspaper(pages=800), BASE)
    return [
        replace(page(0), url=BASE + story.path, body=edition.answer(story.path).body)
        for story in edition.newspaper
    ]


def test_what_was_stored_is_loaded(archive: Archive) -> None:
    @given(st.binary(max_size=300), st.text(max_size=20), st.booleans())
    def is_loaded(body: bytes, header: str, truncated: bool) -> None:
        headers = (("x", header), ("x", "y"))
        stored = replace(page(0), body=body, headers=headers, truncated=truncated)
        with archive.snapshots.conn as db:
            db.execute("DELETE FROM snapshots")
        number = snapshots.store(archive.snapshots, stored)
        assert snapshots.store(archive.snapshots, stored) == number
        assert snapshots.load(archive.snapshots, number) == stored

    is_loaded()


def store_all(db: Database, pages: Sequence[Snapshot]) -> list[int]:
    return [snapshots.store(db, snapshot) for snapshot in pages]


def numbers_of(db: Database) -> set[int | None]:
    return {n for (n,) in db.execute("SELECT DISTINCT dictionary_id FROM snapshots")}


def share_of_gzip(db: Database, newest: Sequence[Snapshot]) -> float:
    """What the newest pages take in the archive, as a share of what `gzip -6` makes of each."""
    packed = db.execute(
        "SELECT sum(length(body)) FROM (SELECT body FROM snapshots ORDER BY id DESC LIMIT ?)",
        [len(newest)],
    ).fetchone()[0]
    return float(packed / sum(len(gzip.compress(page.body, 6, mtime=0)) for page in newest))


def test_pages_take_a_third_of_what_gzip_makes_of_them(
    archive: Archive, pages: list[Snapshot]
) -> None:
    ids = store_all(archive.snapshots, pages[:700])
    assert share_of_gzip(archive.snapshots, pages[600:700]) < 0.33
    assert dictionaries.renew(archive.snapshots)
    ids += store_all(archive.snapshots, pages[700:])
    assert share_of_gzip(archive.snapshots, pages[-100:]) < 0.28
    whole = archive.snapshots.execute("SELECT sum(length(body)) FROM snapshots").fetchone()[0]
    whole += archive.snapshots.execute("SELECT sum(length(body)) FROM dictionaries").fetchone()[0]
    assert whole < 0.35 * sum(len(gzip.compress(p.body, 6, mtime=0)) for p in pages)
    # Those stored before the first dictionary were packed anew; no row lost its old one.
    assert numbers_of(archive.snapshots) == {1, 2}
    assert [snapshots.load(archive.snapshots, n) for n in ids] == pages


def test_another_process_reads_pages_packed_with_any_dictionary(
    tmp_path: Path, pages: list[Snapshot]
) -> None:
    path = tmp_path / "archive.db"
    with open_archive(path) as archive:
        store_all(archive.snapshots, pages[:160])
    with open_reader(path) as reader:
        assert numbers_of(reader.snapshots) == {1}
        assert snapshots.load(reader.snapshots, 7) == pages[6]


def test_a_dictionary_that_is_no_better_is_not_adopted(archive: Archive) -> None:
    noise = random.Random(1)
    store_all(
        archive.snapshots,
        [replace(page(n % 60, n), body=noise.randbytes(3000)) for n in range(160)],
    )
    assert numbers_of(archive.snapshots) == {None}


def test_the_same_dictionary_again_is_not_adopted(archive: Archive, pages: list[Snapshot]) -> None:
    store_all(archive.snapshots, pages[:150])
    assert numbers_of(archive.snapshots) == {1}
    assert not dictionaries.renew(archive.snapshots)


def test_the_boxes_of_one_day_on_all_its_pages_make_no_dictionary(
    archive: Archive, pages: list[Snapshot]
) -> None:
    """It would pack the pages of that day well, and those of no other."""
    chance = random.Random(1)
    news = [b"<i>%x</i>" % chance.getrandbits(3600) for _ in range(160)]
    dated, day = [], 0
    for n, story in enumerate(pages):
        if n >= 200 and n % 50 == 0:  # the pages before are a first crawl's, of one day
            day += 1
        box = b"".join(news[10 * day : 10 * day + 20])  # half of it is there the next day too
        at = NOON + timedelta(days=day, seconds=n)
        dated.append(replace(story, body=story.body + box, captured_at=at))
    store_all(archive.snapshots, dated[:600])
    dictionaries.renew(archive.snapshots)  # of the paper's frame, which all share
    for later in (700, 800):
        store_all(archive.snapshots, dated[later - 100 : later])
        assert not dictionaries.renew(archive.snapshots)


def test_a_dictionary_that_a_kill_came_before_is_made_later(
    archive: Archive, pages: list[Snapshot], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(dictionaries, "renew", lambda _: False)
        store_all(archive.snapshots, pages[:150])
    store_all(archive.snapshots, pages[150:300])
    assert numbers_of(archive.snapshots) == {1}


def test_no_articles_own_text_is_in_a_dictionary(archive: Archive, pages: list[Snapshot]) -> None:
    own = b"<p>Ch\xe1\xbb\x89 b\xc3\xa0i n\xc3\xa0y, " * 40
    twice = [replace(p, body=p.body + own) for p in (pages[3], pages[3])]
    again = replace(twice[1], captured_at=NOON + timedelta(days=9))
    store_all(archive.snapshots, [*pages[:149], twice[0], again])
    (made,) = archive.snapshots.execute("SELECT body FROM dictionaries").fetchone()
    assert own[:30] not in made


def test_a_damaged_page_stops_no_dictionary_and_stays_named(
    archive: Archive, pages: list[Snapshot]
) -> None:
    store_all(archive.snapshots, pages[:149])
    archive.snapshots.execute("UPDATE snapshots SET body = x'28b52ffd00' WHERE id = 5")
    store_all(archive.snapshots, pages[149:150])
    assert numbers_of(archive.snapshots) == {None, 1}
    with pytest.raises(ArchiveError, match="snapshot 5: its body cannot be unpacked"):
        snapshots.load(archive.snapshots, 5)


def test_a_lost_dictionary_names_the_pages_it_packed(
    archive: Archive, pages: list[Snapshot]
) -> None:
    store_all(archive.snapshots, pages[:150])
    with open_reader(archive.path) as reader:
        archive.snapshots.execute("PRAGMA foreign_keys = OFF")
        archive.snapshots.execute("DELETE FROM dictionaries")
        with pytest.raises(ArchiveError, match="snapshot 9: .* dictionary 1 is not there"):
            snapshots.load(reader.snapshots, 9)


def test_identical_bodies_are_stored_once_and_304_without_one(archive: Archive) -> None:
    first = snapshots.store(archive.snapshots, page(0))
    again = snapshots.store(
        archive.snapshots, replace(page(0), captured_at=NOON + timedelta(days=1))
    )
    unchanged = snapshots.store(archive.snapshots, replace(page(0), status=304, body=b""))
    held = archive.snapshots.execute("SELECT id FROM snapshots WHERE body IS NOT NULL").fetchall()
    assert held == [(first,)]
    assert snapshots.load(archive.snapshots, again).body == page(0).body
    assert snapshots.load(archive.snapshots, unchanged).body == b""
    (sha256,) = archive.snapshots.execute("SELECT sha256 FROM snapshots WHERE id = 2").fetchone()
    assert sha256 == hashlib.sha256(page(0).body).hexdigest()


def test_a_frame_that_asks_for_much_memory_is_refused(archive: Archive) -> None:
    bomb = zstandard.ZstdCompressor(1).compress(bytes(50_000_000))
    snapshots.store(archive.snapshots, page(0))
    archive.snapshots.execute("UPDATE snapshots SET body = ?", [bomb])
    with pytest.raises(ArchiveError, match="cannot be unpacked: not a page of"):
        snapshots.load(archive.snapshots, 1)
