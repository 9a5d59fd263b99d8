"""Photos: asked for after the pages, politely and once; nothing kept but pictures."""

import hashlib
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from scraper.archive.files import open_archive, open_reader
from scraper.archive.kept_photos import MOST_ATTEMPTS
from scraper.config import PhotoSettings, Settings
from scraper.crawl.run import Plan, RunOutcome, crawl_site
from scraper.demo.newspaper import Newspaper, make_newspaper
from scraper.errors import ArchiveError, BadPhoto
from scraper.photos.image_header import LONGEST_SIDE_PX, MOST_PIXELS, read_header
from scraper.progress import Silence
from tests.support.image_files import REAL, png
from tests.support.photo_host import (
    FAULTS,
    HOSTILE,
    PaperWithPhotos,
    PhotoFault,
    PhotoHost,
    photo_at,
    settings_for,
)

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
        # The frame of a GIF is larger than the file says, and browsers widen the picture to it.
        (GIF.replace(b",\0\0\0\0\6\0\4\0", b",\0\0\0\0\xff\xff\xff\xff"), "more than a photo has"),
    ],
)
def test_what_is_no_photo_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(BadPhoto, match=said):
        read_header(data)


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
