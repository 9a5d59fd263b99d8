"""Photos: asked for after the pages, politely and once; nothing kept but pictures."""

import asyncio
import hashlib
import re
import shutil
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import httpx
import pytest
from warcio.archiveiterator import ArchiveIterator

from scraper.archive.files import open_archive, open_reader
from scraper.archive.frontier_updates import Context
from scraper.archive.kept_photos import MOST_ATTEMPTS
from scraper.archive.withdrawals import carry_out, withdraw
from scraper.config import ArchiveSettings, PhotoSettings, Settings, SiteSettings
from scraper.crawl.outcome import RunOutcome
from scraper.crawl.run import Plan, crawl_site
from scraper.demo.newspaper import Newspaper, make_newspaper
from scraper.errors import ArchiveError, BadPhoto
from scraper.export import export
from scraper.export.entries import choose, select
from scraper.export.filters import read_where
from scraper.importing import Wanted, import_files
from scraper.importing.sources import files_in
from scraper.photos.image_header import LONGEST_SIDE_PX, MOST_PIXELS, read_header
from scraper.progress import Silence
from scraper.upkeep.backup import backup
from scraper.upkeep.status import lines, status
from scraper.upkeep.verify import verify
from scraper.urls import Site
from tests.support.image_files import REAL, png
from tests.support.opened import opened
from tests.support.photo_host import (
    FAULTS,
    HOSTILE,
    PaperWithPhotos,
    PhotoFault,
    PhotoHost,
    photo_at,
    settings_for,
)
from tests.support.photo_kills import killed_photos

pytestmark = pytest.mark.slow  # servers, commands and whole archives

FULL = Plan(pages=1000, minutes=5, full=True)


@pytest.fixture(scope="module")
def paper() -> Newspaper:
    return make_newspaper(pages=8)


def crawl(folder: Path, settings: Settings, plan: Plan = FULL) -> RunOutcome:
    keeps = settings.photos.is_on
    with open_archive(folder / "archive.db", settings.site.site, keeps_photos=keeps) as archive:
        return crawl_site(archive, settings, plan, Silence())


def rows(file: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(file)) as db:
        return db.execute(sql).fetchall()


def named(folder: Path) -> set[str]:
    """The addresses of photos that captions name."""
    sql = "SELECT DISTINCT image_url FROM captions WHERE image_url <> ''"
    return {str(url) for (url,) in rows(folder / "archive.db", sql)}


def kept(folder: Path) -> dict[str, bytes]:
    sql = "SELECT url, body FROM photo_addresses JOIN photos USING (sha256)"
    return dict(rows(folder / "photos.db", sql))  # type: ignore[arg-type]


def errors(folder: Path) -> dict[str, str]:
    return dict(rows(folder / "photos.db", "SELECT url, error FROM photo_addresses"))  # type: ignore[arg-type]


# Headers.


@pytest.mark.parametrize("name", REAL)
def test_type_and_size_are_read_off_the_file(name: str) -> None:
    media_type, data = REAL[name]
    header = read_header(data)
    assert (header.media_type, header.width_px, header.height_px) == (media_type, 6, 4)


@pytest.mark.parametrize("name", REAL)
def test_a_file_that_is_cut_is_refused_wherever_it_is_cut(name: str) -> None:
    data = REAL[name][1]
    for length in range(len(data) - 1):
        with pytest.raises(BadPhoto):
            read_header(data[:length])


@pytest.mark.parametrize("name", REAL)
def test_any_damage_gives_a_header_within_the_limits_or_a_refusal(name: str) -> None:
    data = REAL[name][1]
    for at in range(min(len(data), 400)):
        for value in (0, 0x7F, 0xFF):
            try:
                header = read_header(data[:at] + bytes([value]) + data[at + 1 :])
            except BadPhoto:
                continue
            assert 0 < header.width_px <= LONGEST_SIDE_PX
            assert 0 < header.height_px <= LONGEST_SIDE_PX
            assert header.width_px * header.height_px <= MOST_PIXELS


GIF = REAL["gif"][1]
AVIF = REAL["avif"][1]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "not a JPEG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a JPEG"),
        (b"<!DOCTYPE html><img>", "not a JPEG"),
        (b"BM" + bytes(60), "not a JPEG"),
        (b"%PDF-1.7", "not a JPEG"),
        (AVIF.replace(b"avif", b"heic"), "not a JPEG"),
        (b"GIF89a/*<script>*/=1;", "broken header"),
        (b"\xff\xd8\xff" + b"\xff\xe0\x00\x02" * 5000 + b"\xff\xd9", "broken header"),
        (png(0, 10), "no width or height"),
        (png(LONGEST_SIDE_PX + 1, 1), "more than a photo has"),
        (png(10_000, 5_001), "more than a photo has"),
        (REAL["jpeg"][1][:-2] + b"\xff\xda\0\2" * 101 + b"\xff\xd9", "more scans"),
        # The frame of a GIF is larger than the file says, and browsers widen the picture to it.
        (GIF.replace(b",\0\0\0\0\6\0\4\0", b",\0\0\0\0\xff\xff\xff\xff"), "more than a photo has"),
    ],
)
def test_what_is_no_photo_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(BadPhoto, match=said):
        read_header(data)


def exif(orientation: int, order: Literal["little", "big"]) -> bytes:
    """A JPEG's segment that states an orientation, behind another tag."""

    def number(value: int, size: int) -> bytes:
        return value.to_bytes(size, order)

    tags = ((0x010F, 2, 4), (0x0112, 3, orientation))
    tiff = {"little": b"II", "big": b"MM"}[order] + number(42, 2) + number(8, 4) + number(2, 2)
    for tag, kind, value in tags:
        size = 2 if kind == 3 else 4
        tiff += (
            number(tag, 2) + number(kind, 2) + number(1, 4) + number(value, size).ljust(4, b"\0")
        )
    segment = b"Exif\0\0" + tiff + bytes(4)
    return b"\xff\xe1" + (len(segment) + 2).to_bytes(2) + segment


@pytest.mark.parametrize("order", ["little", "big"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_that_is_shown_turned_has_the_sides_that_are_shown(
    orientation: int, order: Literal["little", "big"]
) -> None:
    data = REAL["jpeg"][1]
    header = read_header(data[:2] + exif(orientation, order) + data[2:])
    assert (header.width_px, header.height_px) == ((4, 6) if orientation > 4 else (6, 4))


def test_a_picture_of_the_largest_size_is_taken() -> None:
    assert read_header(png(10_000, 5_000)).width_px == 10_000
    assert read_header(png(LONGEST_SIDE_PX, 1)).width_px == LONGEST_SIDE_PX


# Runs.


def test_photos_of_captions_are_kept_byte_for_byte(tmp_path: Path, paper: Newspaper) -> None:
    with PhotoHost() as cdn, PaperWithPhotos(paper, cdn) as site:
        outcome = crawl(tmp_path, settings_for(site, cdn.host))
        requests = len(site.log) + len(cdn.log)
    wanted = {url for url in named(tmp_path) if url.startswith(cdn.url)}
    assert len(wanted) > 5
    assert kept(tmp_path) == {url: photo_at(url.removeprefix(cdn.url)) for url in wanted}
    assert (outcome.photos.kept, outcome.photos.failed) == (len(wanted), 0)
    assert outcome.photos.remaining == 0
    assert outcome.run.requests == requests
    assert rows(tmp_path / "archive.db", "SELECT requests FROM runs") == [(requests,)]
    facts = rows(tmp_path / "photos.db", "SELECT DISTINCT media_type, width_px FROM photos")
    assert facts == [("image/png", 64)]


def test_the_newspapers_pages_are_asked_for_first(tmp_path: Path, paper: Newspaper) -> None:
    with PhotoHost() as cdn, PaperWithPhotos(paper, cdn) as site:
        settings = settings_for(site, cdn.host)
        crawl(tmp_path, settings)
        assert max(asked.started for asked in site.log) < min(asked.at for asked in cdn.log)


def test_with_keep_none_nothing_is_asked_and_no_file_is_made(
    tmp_path: Path, paper: Newspaper
) -> None:
    with PhotoHost() as cdn, PaperWithPhotos(paper, cdn) as site:
        crawl(tmp_path, settings_for(site, cdn.host, keep="none"))
        assert cdn.log == []
    assert not (tmp_path / "photos.db").exists()
    assert not list(tmp_path.glob("photos*"))


def test_a_dry_run_asks_for_no_photo(tmp_path: Path, paper: Newspaper) -> None:
    with PhotoHost() as cdn, PaperWithPhotos(paper, cdn) as site:
        settings = settings_for(site, cdn.host)
        crawl(tmp_path, replace(settings, photos=PhotoSettings()))
        crawl(tmp_path, settings, replace(FULL, dry=True))
        assert cdn.log == []


def test_no_photo_is_asked_for_twice(tmp_path: Path, paper: Newspaper) -> None:
    with PhotoHost() as cdn, PaperWithPhotos(paper, cdn) as site:
        settings = settings_for(site, cdn.host, max_photos=4)
        assert crawl(tmp_path, settings).photos.remaining > 0
        assert len(cdn.photos) == 4
        for _ in range(20):
            if not crawl(tmp_path, settings).photos.remaining:
                break
        assert Counter(cdn.photos) == Counter(set(cdn.photos))
        assert len(cdn.log) - len(cdn.photos) == 1  # robots.txt
        before = len(cdn.log)
        crawl(tmp_path, settings)
        assert len(cdn.log) == before
    assert set(kept(tmp_path)) == named(tmp_path)


def test_hosts_that_are_not_allowed_are_not_asked(tmp_path: Path, paper: Newspaper) -> None:
    with PhotoHost() as cdn, PaperWithPhotos(paper, cdn) as site:
        crawl(tmp_path, settings_for(site, "127.0.0.2:1"))
        assert cdn.log == []
    assert kept(tmp_path) == {}


def test_robots_of_the_photos_own_host_is_obeyed(tmp_path: Path, paper: Newspaper) -> None:
    robots = "User-agent: *\nDisallow: /images/\n"
    with PhotoHost(robots=robots) as cdn, PaperWithPhotos(paper, cdn) as site:
        crawl(tmp_path, settings_for(site, cdn.host))
        assert cdn.photos == []
    assert set(errors(tmp_path).values()) == {"disallowed by robots.txt"}


def test_the_pace_of_the_photos_own_host_is_kept(tmp_path: Path, paper: Newspaper) -> None:
    robots = "User-agent: *\nCrawl-delay: 0.2\n"
    with PhotoHost(robots=robots) as cdn, PaperWithPhotos(paper, cdn) as site:
        crawl(tmp_path, settings_for(site, cdn.host, max_photos=4))
        times = [asked.at for asked in cdn.log]
    assert len(times) == 5
    assert all(later - earlier > 0.19 for earlier, later in zip(times, times[1:], strict=False))


def test_retry_after_silences_the_photos_host_and_not_the_newspaper(
    tmp_path: Path, paper: Newspaper
) -> None:
    fault: PhotoFault = "500"
    with (
        PhotoHost(lambda path: fault, retry_after="86400") as cdn,
        PaperWithPhotos(paper, cdn) as site,
    ):
        settings = settings_for(site, cdn.host)
        assert crawl(tmp_path, settings).run.outcome == "done"
        assert len(cdn.photos) == 1
        pages = len(site.log)
        assert crawl(tmp_path, settings).run.outcome == "done"
        assert len(cdn.photos) == 1 and len(site.log) > pages


def test_a_host_that_refuses_us_is_left_alone(tmp_path: Path, paper: Newspaper) -> None:
    with PhotoHost(lambda path: "403") as cdn, PaperWithPhotos(paper, cdn) as site:
        settings = settings_for(site, cdn.host)
        settings = replace(settings, crawl=replace(settings.crawl, stop_after_failures=3))
        crawl(tmp_path, settings)
        assert len(cdn.photos) == 3
        outcome = crawl(tmp_path, settings)
        assert len(cdn.photos) == 3
        assert outcome.run.outcome == "done" and outcome.run.failed == 0


def test_a_photo_that_fails_is_tried_in_three_later_runs(tmp_path: Path, paper: Newspaper) -> None:
    with PhotoHost(lambda path: "404") as cdn, PaperWithPhotos(paper, cdn) as site:
        settings = settings_for(site, cdn.host)
        outcomes = [crawl(tmp_path, settings) for _ in range(MOST_ATTEMPTS + 2)]
        assert set(Counter(cdn.photos).values()) == {4}
    assert [outcome.photos.failed > 0 for outcome in outcomes] == [True] * 4 + [False] * 2
    assert [outcome.photos.remaining > 0 for outcome in outcomes] == [True] * 3 + [False] * 3


def test_a_photo_that_comes_late_is_kept(tmp_path: Path, paper: Newspaper) -> None:
    faults: list[PhotoFault | None] = ["500"]
    with PhotoHost(lambda path: faults[0]) as cdn, PaperWithPhotos(paper, cdn) as site:
        crawl(tmp_path, settings_for(site, cdn.host))
        assert kept(tmp_path) == {}
        faults[0] = None
        crawl(tmp_path, settings_for(site, cdn.host))
    assert set(kept(tmp_path)) == named(tmp_path)
    assert set(errors(tmp_path).values()) == {""}


def test_the_newspaper_may_serve_its_photos_itself(tmp_path: Path, paper: Newspaper) -> None:
    with PhotoHost() as cdn, PaperWithPhotos(paper, cdn) as site:
        own = site.base_url.removeprefix("http://")
        other = replace(settings_for(site, cdn.host), site=settings_for(site).site)
        crawl(tmp_path, replace(other, photos=PhotoSettings()))
        with closing(sqlite3.connect(tmp_path / "archive.db")) as db, db:
            db.execute("UPDATE captions SET image_url = ?", [f"{site.base_url}/x.jpg"])
        outcome = crawl(tmp_path, settings_for(site, own))
        assert [asked.path for asked in site.log].count("/x.jpg") == 1
    assert outcome.photos.failed == 1 and outcome.photos.requests == 0


def fault_of(path: str) -> PhotoFault | None:
    """Every fourth photo is sound; the faults are spread evenly over the others."""
    draw = int.from_bytes(hashlib.sha256(path.encode()).digest()[:4])
    # Those that take seconds are few.
    return None if draw % 4 == 0 else QUICK[draw // 4 % len(QUICK)]


QUICK = [fault for fault in FAULTS if fault not in ("slow body", "flood")]


def test_nothing_hostile_is_kept(tmp_path: Path) -> None:
    with PhotoHost(fault_of) as cdn, PaperWithPhotos(make_newspaper(pages=60), cdn) as site:
        outcome = crawl(tmp_path, settings_for(site, cdn.host))
        assert max(asked.started for asked in site.log) < min(asked.at for asked in cdn.log)
        sound = {url for url in named(tmp_path) if not fault_of(url.removeprefix(cdn.url))}
        met = {fault_of(path) for path in cdn.photos}
    assert met == {None, *QUICK}
    assert outcome.run.outcome == "done"
    assert kept(tmp_path) == {url: photo_at(url.removeprefix(cdn.url)) for url in sound}
    assert outcome.photos.kept == len(sound)
    assert HOSTILE not in b"".join(file.read_bytes() for file in tmp_path.glob("photos.db*"))


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_named(tmp_path: Path, paper: Newspaper, fault: PhotoFault) -> None:
    said = {
        "html": "is text/html",
        "html that says jpeg": "answered with a challenge page",
        "svg": "is image/svg+xml",
        "svg that says png": "is not a JPEG, PNG, WebP, GIF or AVIF file",
        "script after gif": "broken header",
        "too many pixels": "60000 x 60000 pixels",
        "huge": "larger than 0.2 MB",
        "broken header": "broken header",
        "cut file": "is cut short",
        "403": "answered 403",
        "404": "answered 404",
        "500": "answered 500",
        "redirect abroad": "which photos.hosts does not allow",
        "redirect inwards": "which photos.hosts does not allow",
        "redirect loop": "redirects more than 3 times",
        "slow body": "took too long",
        "gzip bomb": "MB",
        "flood": "MB",
        "empty": "is not a JPEG",
    }
    with PhotoHost(lambda path: fault) as cdn, PaperWithPhotos(paper, cdn) as site:
        outcome = crawl(tmp_path, settings_for(site, cdn.host, max_photos=1))
    assert (outcome.photos.kept, outcome.photos.failed) == (0, 1)
    (error,) = errors(tmp_path).values()
    assert said.get(fault, "") in error and "\n" not in error
    failures = rows(tmp_path / "archive.db", "SELECT kind, detail FROM failures")
    assert failures == [("photo", error)]


@pytest.mark.parametrize("kills", [2])
def test_photos_are_kept_and_asked_for_once_whatever_kill_comes_between(
    tmp_path: Path, kills: int
) -> None:
    done = killed_photos(24, kills, tmp_path)
    assert (done.faults, done.kills) == ([], kills)
    assert done.kept >= 3


# Files.


def test_a_photos_file_of_another_archive_is_refused(tmp_path: Path, paper: Newspaper) -> None:
    with PhotoHost() as cdn, PaperWithPhotos(paper, cdn) as site:
        settings = settings_for(site, cdn.host, max_photos=1)
        for name in ("one", "two"):
            (tmp_path / name).mkdir()
            crawl(tmp_path / name, settings)
        foreign = tmp_path / "two" / "photos.db"
        (tmp_path / "one" / "photos.db").write_bytes(foreign.read_bytes())
        asked = len(site.log)
        with pytest.raises(ArchiveError, match="photos.db: belongs to another archive"):
            crawl(tmp_path / "one", settings)
        assert len(site.log) == asked
        with pytest.raises(ArchiveError, match="photos.db: belongs to another archive"):
            open_reader(tmp_path / "one" / "archive.db").__enter__()


# Other commands. The archive of these tests keeps every photo of eight articles.


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, paper: Newspaper) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    with PhotoHost() as cdn, PaperWithPhotos(paper, cdn) as site:
        crawl(folder, settings_for(site, cdn.host))
    return folder


@pytest.fixture
def live(whole: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may change."""
    shutil.copytree(whole, tmp_path / "live")
    return tmp_path / "live" / "archive.db"


def change(file: Path, sql: str, *parameters: object) -> None:
    with closing(sqlite3.connect(file)) as db, db:
        db.execute(sql, parameters)


def photo_of(path: Path) -> tuple[int, str, str]:
    """An article, the address of a photo that only it shows, and the photo's SHA-256."""
    (row, *_) = rows(
        path.with_name("photos.db"),
        "SELECT article_id, url, sha256 FROM photo_articles JOIN photo_addresses USING (url)"
        " WHERE sha256 IN (SELECT sha256 FROM photo_addresses GROUP BY sha256 HAVING count(*) = 1)",
    )
    return row  # type: ignore[return-value]


def findings(path: Path) -> list[str]:
    with open_reader(path) as archive:
        return [str(found) for found in verify(archive, Silence())]


def test_verify_finds_nothing_wrong_with_sound_photos(whole: Path) -> None:
    assert findings(whole / "archive.db") == []


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("UPDATE photos SET body = ? WHERE sha256 = ?", "its bytes do not have this hash"),
        ("UPDATE photos SET width_px = length(?) WHERE sha256 = ?", "another type or size"),
    ],
)
def test_verify_names_a_damaged_photo(live: Path, sql: str, said: str) -> None:
    *_, sha256 = photo_of(live)
    change(live.with_name("photos.db"), sql, png(1, 1), sha256)
    (found,) = findings(live)
    assert found.startswith(f"photo {sha256}: ") and said in found


def test_verify_names_a_photo_that_nothing_leads_to(live: Path) -> None:
    _, url, sha256 = photo_of(live)
    change(live.with_name("photos.db"), "DELETE FROM photo_articles WHERE url = ?", url)
    assert findings(live) == [f"photo {sha256}: no address of any article leads to it"]


def test_a_backup_has_the_photos_and_a_slim_copy_has_none(whole: Path, tmp_path: Path) -> None:
    with open_reader(whole / "archive.db") as archive:
        copy = backup(archive, tmp_path / "copy", Silence())
        slim = backup(archive, tmp_path / "slim", Silence(), slim=True)
    assert copy.photos == len(set(kept(whole).values())) and not copy.damages
    assert kept(tmp_path / "copy") == kept(whole)
    assert findings(tmp_path / "copy" / "archive.db") == []
    assert slim.photos == 0
    assert [file.name for file in (tmp_path / "slim").iterdir()] == ["archive.db"]


def test_a_damaged_photo_does_not_replace_a_sound_copy(live: Path, tmp_path: Path) -> None:
    with open_reader(live) as archive:
        backup(archive, tmp_path / "copy", Silence())
    *_, sha256 = photo_of(live)
    change(live.with_name("photos.db"), "UPDATE photos SET body = x'00' WHERE sha256 = ?", sha256)
    with open_reader(live) as archive, pytest.raises(ArchiveError, match=f"photo {sha256}"):
        backup(archive, tmp_path / "copy", Silence())
    assert findings(tmp_path / "copy" / "archive.db") == []


def take_out(path: Path, number: int) -> None:
    with open_archive(path, Site("http://127.0.0.1:1")) as archive:
        withdraw(archive, number, "Quyết định 12", datetime(2026, 12, 1, tzinfo=UTC))


def bytes_of(path: Path) -> bytes:
    return b"".join(file.read_bytes() for file in path.parent.glob("photos.db*"))


def test_a_withdrawn_articles_photos_leave_no_trace(live: Path) -> None:
    number, url, sha256 = photo_of(live)
    body = kept(live.parent)[url]
    assert body in bytes_of(live)
    take_out(live, number)
    assert url not in kept(live.parent)
    left = bytes_of(live)
    assert body not in left and url.encode() not in left and sha256.encode() not in left
    assert len(kept(live.parent)) > 0 and findings(live) == []


def test_a_photo_that_another_article_shows_stays(live: Path) -> None:
    number, url, _ = photo_of(live)
    sql = "UPDATE captions SET image_url = ? WHERE id ="
    sql += " (SELECT min(id) FROM captions WHERE article_id <> ?)"
    change(live, sql, url, number)
    take_out(live, number)
    assert url in kept(live.parent)
    owners = f"SELECT article_id FROM photo_articles WHERE url = '{url}'"
    assert (number,) not in rows(live.with_name("photos.db"), owners)


def test_the_same_bytes_at_another_address_stay(live: Path) -> None:
    number, url, sha256 = photo_of(live)
    photos = live.with_name("photos.db")
    change(photos, "UPDATE photo_addresses SET sha256 = ? WHERE url <> ?", sha256, url)
    take_out(live, number)
    assert url not in kept(live.parent)
    assert rows(photos, f"SELECT count(*) FROM photos WHERE sha256 = '{sha256}'") == [(1,)]


def test_an_interrupted_withdrawal_takes_its_photos_out_at_the_next_start(live: Path) -> None:
    number, url, _ = photo_of(live)
    old = bytes_of(live)
    take_out(live, number)
    live.with_name("photos.db").write_bytes(old)  # put back from a backup
    assert any("withdrawal was interrupted" in found for found in findings(live))
    with open_archive(live, Site("http://127.0.0.1:1")) as archive:
        carry_out(archive)
    assert url not in kept(live.parent)
    assert all("withdrawal" not in found for found in findings(live))


def test_warc_holds_the_photos_as_resources(whole: Path, tmp_path: Path) -> None:
    path, out = whole / "archive.db", tmp_path / "all.warc.gz"
    with choose(path, (), {}, Silence(), lambda: False) as chosen:
        export(chosen, "warc", out)
    with out.open("rb") as file:
        found = {
            record.rec_headers.get_header("WARC-Target-URI"): (
                record.rec_headers.get_header("Content-Type"),
                record.content_stream().read(),
            )
            for record in ArchiveIterator(file)
            if record.rec_type == "resource"
        }
    assert found == {url: ("image/png", body) for url, body in kept(whole).items()}
    site = Site(str(rows(path, "SELECT base_url FROM identity")[0][0]))
    with open_archive(tmp_path / "archive.db", site) as archive:
        context = Context(site, [1.0])
        done = import_files(archive, files_in([out]), Wanted(), context, Silence())
    assert (done.damages, done.unreadable) == ([], [])
    assert done.no_pages + done.other_sites == len(found)


def test_warc_of_one_article_holds_its_photos_alone(whole: Path, tmp_path: Path) -> None:
    path, out = whole / "archive.db", tmp_path / "one.warc"
    number, *_ = photo_of(path)
    title = rows(path, f"SELECT title FROM articles WHERE id = {number}")[0][0]
    wheres = (read_where(f'search="{title}"'),)
    with choose(path, wheres, (), Silence(), lambda: False) as chosen:
        numbers = [row[0] for row in chosen.db.execute(*select("id", chosen))]
        export(chosen, "warc", out)
    owned = {
        url
        for url, article_id in rows(
            whole / "photos.db", "SELECT url, article_id FROM photo_articles"
        )
        if article_id in numbers
    }
    assert owned and len(owned) < len(kept(whole))
    data = out.read_bytes()
    for url, body in kept(whole).items():
        assert (str(url).encode() in data and body in data) == (url in owned) or url not in owned
    assert data.count(b"WARC-Type: resource") == len(owned)


def test_status_counts_the_photos(live: Path) -> None:
    with open_reader(live) as archive:
        found = status(archive, datetime.now(UTC))
        assert f"photos: {found.photos}, {found.photos_mb} MB; 0 failed" in lines(found, [])
    assert found.photos == len(set(kept(live.parent).values()))
    for file in live.parent.glob("photos.db*"):
        file.unlink()
    with open_reader(live) as archive:
        assert not [x for x in lines(status(archive, datetime.now(UTC)), []) if "photos" in x]


# Reading pages.


def asked(path: Path, *addresses: str) -> list[httpx.Response]:
    """What the reading pages answer."""
    settings = Settings(SiteSettings("https://baolaocai.vn"), archive=ArchiveSettings(path))

    async def ask(app: object) -> list[httpx.Response]:
        transport = httpx.ASGITransport(app)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://archive") as client:
            return [await client.get(address) for address in addresses]

    with opened(settings) as datasette:
        return asyncio.run(ask(datasette.app()))


def test_the_page_shows_its_photos_from_the_archive(whole: Path) -> None:
    number, url, sha256 = photo_of(whole / "archive.db")
    page, photo = asked(
        whole / "archive.db", f"/archive/articles/{number}?lang=en", f"/photo/{sha256}"
    )
    image = f'<img src="/photo/{sha256}" width="64" height="48" loading="lazy" alt="">'
    assert image in page.text
    assert "Photos belong to their photographers" in page.text
    sources = re.findall(r'<img[^>]* src="([^"]*)"', page.text)
    assert sources and all(source.startswith("/photo/") for source in sources)
    assert "img-src 'self' data:" in page.headers["content-security-policy"]
    assert (photo.status_code, photo.content) == (200, kept(whole)[url])
    assert photo.headers["content-type"] == "image/png"
    assert photo.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert photo.headers["x-content-type-options"] == "nosniff"
    assert photo.headers["content-security-policy"].startswith("default-src 'none'")


def test_a_photo_that_is_not_here_is_said_with_404(live: Path) -> None:
    number, _, sha256 = photo_of(live)
    take_out(live, number)
    answers = asked(live, f"/photo/{sha256}", f"/photo/{'0' * 64}", "/photo/x", f"/photo/{sha256}a")
    assert [answer.status_code for answer in answers] == [404] * 4


def test_photos_of_another_archive_are_not_shown(live: Path) -> None:
    number, _, sha256 = photo_of(live)
    change(live.with_name("photos.db"), "UPDATE identity SET archive_id = 'other'")
    page, photo = asked(live, f"/archive/articles/{number}", f"/photo/{sha256}")
    assert page.status_code == 200 and "<img" not in page.text
    assert photo.status_code == 404


def test_without_photos_the_page_has_no_picture_and_no_note(live: Path) -> None:
    number, *_ = photo_of(live)
    for file in live.parent.glob("photos.db*"):
        file.unlink()
    (page,) = asked(live, f"/archive/articles/{number}?lang=en")
    assert "<img" not in page.text and "Photos belong" not in page.text
