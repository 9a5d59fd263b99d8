"""Importing: captures made elsewhere, whatever they come in, once."""

import os
import signal
import subprocess
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path

import pytest

from scraper.archive import known_lists
from scraper.archive.files import open_archive, open_reader
from scraper.archive.files import write as transaction
from scraper.archive.withdrawals import withdraw
from scraper.errors import BadCapture
from scraper.importing import Wanted, import_files
from scraper.importing.sources import files_in
from scraper.importing.tally import Imported, as_json, summary
from scraper.progress import Silence
from scraper.upkeep.reread import forecast
from scraper.upkeep.verify import verify
from tests.support.filled import CONTEXT, NOON, page
from tests.support.imported import NOTHING_SAID, ask, bring, dump
from tests.support.patient import SCRAPER
from tests.support.warcs import of_snapshot, record, response, sha1, write

URL = page(0).url


def is_sound(folder: Path) -> bool:
    """Whether nothing is damaged, and reading it all again would change nothing."""
    with open_reader(folder / "archive.db") as archive:
        assert list(verify(archive, Silence())) == []
        return not forecast(archive, Silence()).fields


@pytest.mark.parametrize(
    ("lost", "more"), [(20, []), (21, ["1 more like these; --json lists all"])]
)
def test_of_many_damages_the_first_twenty_are_shown(lost: int, more: list[str]) -> None:
    done = Imported()
    for number in range(lost):
        done.add_bad(f"a.warc: record at {number}: damaged")
    assert list(done.first_faults()) == done.damages[:20] + more
    assert as_json(done)["damages"] == done.damages


def test_captures_in_a_warc_file_are_filed_with_their_own_time(tmp_path: Path) -> None:
    home = replace(page(0), url="https://baolaocai.vn/", body=b"<h1>Trang nh\xe1\xbb\x8f</h1>")
    records = [
        record(b"software: x\r\n", "warcinfo", ""),
        *(of_snapshot(page(index)) for index in range(3)),
        of_snapshot(page(0, day=2, title=b"Another title")),
        of_snapshot(home),
        response(url="https://example.org/"),
        response(b"GIF89a", b"Content-Type: image/gif\r\n", url=URL + ".gif"),
        response(WARC_Block_Digest=sha1(b"x"), WARC_Payload_Digest=sha1(b"x"), url=URL),
    ]
    write(tmp_path / "a.warc.gz", records)
    done = bring(tmp_path, "a.warc.gz")
    assert summary(done) == (
        "8 records read: 3 new, 1 changed, 1 page without an article, 1 of another site,"
        " 1 image or other file, 1 bad"
    )
    assert "a.warc.gz: record at" in done.damages[0]
    assert ask(tmp_path, "SELECT count(*), max(revision_count) FROM articles") == [(3, 2)]
    assert ask(tmp_path, "SELECT url, origin FROM snapshots", "snapshots.db")[-1] == (
        home.url,
        "import:a.warc.gz",
    )
    assert ask(tmp_path, "SELECT state FROM frontier WHERE article_id IS NULL") == ["not_article"]
    assert is_sound(tmp_path)


def test_the_same_capture_again_changes_nothing(tmp_path: Path) -> None:
    records = [of_snapshot(page(index)) for index in range(3)]
    (tmp_path / "more").mkdir()
    write(tmp_path / "a.warc.gz", records)
    bring(tmp_path, "a.warc.gz")
    before = dump(tmp_path)
    write(tmp_path / "more" / "renamed.warc", records[::-1] + records, packed=False)
    done = bring(tmp_path, "a.warc.gz", "more")
    assert summary(done) == "9 records read: 9 unchanged"
    assert dump(tmp_path) == before


def saved(path: Path, index: int = 0, says: str = "<link rel='canonical' href='{url}'>") -> Path:
    """The page of a story, as a browser saved it."""
    story = page(index)
    head = b"<head>" + says.format(url=story.url).encode()
    path.write_bytes(story.body.replace(b"<head>", head, 1))
    return path


@pytest.mark.parametrize(
    "says",
    [
        "<link rel='canonical' href='{url}?utm_source=x'>",
        "<meta property='og:url' content='{url}'>",
        "<!-- saved from url=(0066){url}#x -->",
        "<!--\n Page saved with SingleFile \n url: {url} \n saved date: x\n-->",
        "<link rel='canonical' href='/'><meta property='og:url' content='{url}'>",
    ],
    ids=["canonical", "og:url", "saved", "singlefile", "not the first"],
)
def test_a_saved_page_says_which_article_it_is(tmp_path: Path, says: str) -> None:
    saved(tmp_path / "a.html", says=says)
    done = bring(tmp_path, "a.html")
    assert summary(done).startswith("new: ")
    assert ask(tmp_path, "SELECT url FROM articles") == [URL]


@pytest.mark.parametrize("address", ["https://example.org/a-post1.html", "/chinh-tri/", "http://["])
def test_a_page_that_names_no_article_of_the_site_needs_url(tmp_path: Path, address: str) -> None:
    link = f"<link rel='canonical' href='{address}'><h1>T</h1>"
    (tmp_path / "a.html").write_text(link)
    (tmp_path / "a.txt").write_text("T\n\nx\n")
    done = bring(tmp_path, "a.html", "a.txt")
    assert [line.partition(": ")[2] for line in done.unreadable] == [
        "names no article of https://baolaocai.vn as its own; give --url"
    ] * 2
    assert bring(tmp_path, "a.html", wanted=Wanted(URL)).records == 1
    with pytest.raises(BadCapture, match="not an address of https://baolaocai.vn"):
        bring(tmp_path, "a.html", wanted=Wanted("https://example.org/a-post1.html"))


def test_a_folder_is_searched_for_captures_and_other_files_are_passed_over(tmp_path: Path) -> None:
    inner = tmp_path / "pages" / "inner"
    inner.mkdir(parents=True)
    saved(tmp_path / "pages" / "a.HTML")
    saved(inner / "b.htm", 1)
    (inner / "ad.html").write_text("<p>Ad</p>")
    (inner / ".hidden.html").write_text("x")
    (inner / "photo.jpg").write_bytes(b"\xff\xd8")
    write(inner / "c.warc.gz", [of_snapshot(page(2))])
    done = bring(tmp_path, "pages")
    assert summary(done) == "4 records read: 3 new, 1 bad"
    assert done.unreadable == []
    assert bring(tmp_path, "pages/*/*.htm").records == 1


@pytest.mark.parametrize("name", ["none.html", "none*.html", "empty"])
def test_a_missing_file_is_named_before_anything_is_filed(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    saved(tmp_path / "a.html")
    with pytest.raises(BadCapture, match=r"(cannot be read: No such file|nothing to import there)"):
        files_in([tmp_path / "a.html", tmp_path / name])


def test_a_file_that_cannot_be_read_costs_only_itself(tmp_path: Path) -> None:
    (tmp_path / "bad.warc.gz").write_bytes(b"junk" * 99)
    saved(tmp_path / "a.html")
    done = bring(tmp_path, "bad.warc.gz", "a.html")
    assert len(done.unreadable) == 1
    assert done.filed["new"] == 1


def test_a_copy_of_a_saved_page_is_the_same_capture(tmp_path: Path) -> None:
    dated = datetime(2024, 5, 6, tzinfo=UTC)
    for number, name in enumerate(("a.html", "b.html")):
        saved(tmp_path / name)
        at = dated.timestamp() + number * 1000
        os.utime(tmp_path / name, (at, at))
    assert bring(tmp_path, "a.html", "b.html").filed == {"new": 1, "unchanged": 1}
    assert ask(tmp_path, "SELECT captured_at FROM captures") == ["2024-05-06T00:00:00Z"]
    later = Wanted(captured_at=dated + timedelta(days=1))
    assert bring(tmp_path, "b.html", wanted=later).filed == {"unchanged": 1}
    assert len(ask(tmp_path, "SELECT captured_at FROM captures")) == 2


def revisit(snapshot_of: bytes, **more: str) -> bytes:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    fields = {
        "WARC_Profile": "http://netpreserve.org/warc/1.0/revisit/identical-payload-digest",
        "WARC_Payload_Digest": sha1(snapshot_of),
    }
    return record(head, "revisit", URL, "2026-06-01T00:00:00Z", **(fields | more))


@pytest.mark.parametrize("order", ["ab", "ba"])
@pytest.mark.parametrize("at_once", [True, False])
def test_a_revisit_has_the_page_of_another_file(tmp_path: Path, order: str, at_once: bool) -> None:
    write(tmp_path / "a.warc.gz", [of_snapshot(page(0))])
    write(tmp_path / "b.warc.gz", [revisit(page(0).body)])
    names = [f"{name}.warc.gz" for name in order]
    runs = [names] if at_once else [names[:1], names[1:], names]
    bad = [line for run in runs for line in bring(tmp_path, *run).damages]
    lost = ["neither here nor in the archive" in line for line in bad]
    assert lost == ([True] if order == "ba" and not at_once else [])
    assert ask(tmp_path, "SELECT count(*), count(DISTINCT sha256) FROM captures") == [(2, 1)]
    assert is_sound(tmp_path)


def test_a_revisit_of_a_page_that_was_sent_packed_is_found_by_its_time(tmp_path: Path) -> None:
    first = replace(page(0), headers=(*page(0).headers, ("content-encoding", "gzip")))
    write(tmp_path / "a.warc.gz", [of_snapshot(first)])
    bring(tmp_path, "a.warc.gz")
    at = {"WARC_Refers_To_Date": "2026-05-01T12:00:00Z"}
    for name, more in {"b": {}, "c": at}.items():
        write(tmp_path / f"{name}.warc.gz", [revisit(b"as it was sent", **more)])
    assert bring(tmp_path, "b.warc.gz").bad == 1
    assert bring(tmp_path, "c.warc.gz").filed == {"unchanged": 1}


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_page_cut_short_never_replaces_a_whole_one(
    tmp_path: Path, order: tuple[int, ...]
) -> None:
    whole = page(0, title=b"A whole title")
    first, last = page(0, day=-2), page(0, day=2)
    at = whole.body.index(b"</p>", whole.body.index(b"article__body")) + 4
    records = [
        of_snapshot(replace(first, body=first.body[:at]), WARC_Truncated="length"),
        of_snapshot(whole),
        of_snapshot(replace(last, body=last.body[:at]), WARC_Truncated="time"),
    ]
    for number in order:
        write(tmp_path / "a.warc", [records[number]])
        done = bring(tmp_path, "a.warc")
        assert done.cut == (number != 1)
        flags = ask(tmp_path, "SELECT flags FROM articles")[0]
        assert ("cut short" in flags) == (1 not in order[: order.index(number) + 1])
        assert is_sound(tmp_path)
    assert ask(
        tmp_path, "SELECT title, revision_count, first_captured_at, last_captured_at FROM articles"
    ) == [("A whole title", 1, "2026-04-29T12:00:00Z", "2026-05-03T12:00:00Z")]
    assert ask(tmp_path, "SELECT title FROM revisions") == ["A whole title"]
    assert sorted(ask(tmp_path, "SELECT reading FROM captures")) == ["cut", "cut", "text"]
    assert sorted(ask(tmp_path, "SELECT truncated FROM snapshots", "snapshots.db")) == [0, 1, 1]


def test_a_record_at_the_cut_end_of_a_file_is_named_and_marked(tmp_path: Path) -> None:
    whole = write(tmp_path / "a.warc", [of_snapshot(page(0))], packed=False).read_bytes()
    (tmp_path / "a.warc").write_bytes(whole[:-900])
    done = bring(tmp_path, "a.warc")
    assert (done.cut, "the file ends within it" in done.damages[0]) == (1, True)
    (tmp_path / "a.warc").write_bytes(whole)
    bring(tmp_path, "a.warc")
    assert ask(tmp_path, "SELECT flags FROM articles") == ["[]"]


def test_answers_that_hold_no_page_are_captures_too(tmp_path: Path) -> None:
    nothing = replace(page(0, day=2), status=304, body=b"")
    gone = [replace(page(0, day=day), status=404, body=b"<h1>404</h1>") for day in (4, 6)]
    write(tmp_path / "a.warc", [of_snapshot(s) for s in (page(0), nothing, *gone)])
    done = bring(tmp_path, "a.warc")
    assert done.filed == {"new": 1, "unchanged": 1, "missing": 2}
    assert ask(tmp_path, "SELECT last_captured_at, gone_at FROM articles") == [
        ("2026-05-03T12:00:00Z", "2026-05-05T12:00:00Z")
    ]


@pytest.mark.parametrize("before", [True, False])
def test_a_redirect_to_the_same_address_leaves_the_article_archived(
    tmp_path: Path, before: bool
) -> None:
    to_https = replace(page(0), status=301, body=b"", headers=(("location", URL),))
    records = [of_snapshot(to_https, url=URL.replace("https", "http")), of_snapshot(page(0))]
    write(tmp_path / "a.warc", records if before else records[::-1])
    bring(tmp_path, "a.warc")
    assert ask(tmp_path, "SELECT state FROM frontier") == ["archived"]


def test_a_capture_of_a_list_leaves_its_place_in_the_crawl(tmp_path: Path) -> None:
    section = replace(page(0), url="https://baolaocai.vn/chinh-tri/", body=b"<h1>Tin</h1>")
    write(tmp_path / "a.warc", [of_snapshot(section)])
    with open_archive(tmp_path / "archive.db") as archive, transaction(archive.db):
        known_lists.add_list(archive.db, section.url, "section", NOON)
    before = ask(tmp_path, "SELECT * FROM frontier")
    assert bring(tmp_path, "a.warc").filed == {"not_article": 1}
    assert ask(tmp_path, "SELECT * FROM frontier") == before


def test_a_capture_from_the_future_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "a.warc", [of_snapshot(page(0), at="2922-12-03T08:38:00Z")])
    done = bring(tmp_path, "a.warc")
    assert done.damages[0].endswith("captured at 2922-12-03T08:38:00Z, which is still to come")
    assert ask(tmp_path, "SELECT count(*) FROM snapshots", "snapshots.db") == [0]


def test_the_text_of_a_page_does_not_replace_the_page(tmp_path: Path) -> None:
    write(tmp_path / "a.warc.gz", [of_snapshot(page(0))])
    text = record(
        "Tựa\nLCĐT - Sapo.\nBài viết có hai câu. Đây là câu thứ hai.\n".encode(),
        "conversion",
        URL,
        "2026-05-01T12:00:00Z",
        Content_Type="text/plain",
    )
    write(tmp_path / "a.wet.gz", [text, text.replace(b"2026-05-01", b"2026-05-02")])
    bring(tmp_path, "a.warc.gz")
    done = bring(tmp_path, "a.wet.gz")
    assert done.filed == {"unchanged": 2}
    assert ask(tmp_path, "SELECT captured_at FROM captures") == [
        "2026-05-01T12:00:00Z",
        "2026-05-02T12:00:00Z",
    ]
    assert bring(tmp_path, "a.wet.gz").filed == {"unchanged": 2}
    write(
        tmp_path / "b.wet.gz", [text.replace(b"2026-05-01", b"2026-05-02").replace(b".\n", b"!\n")]
    )
    assert bring(tmp_path, "b.wet.gz").filed == {"unchanged": 1}  # no edit of the newspaper's


def test_a_withdrawn_article_stays_out(tmp_path: Path) -> None:
    write(tmp_path / "a.warc", [of_snapshot(page(0))])
    bring(tmp_path, "a.warc")
    number = ask(tmp_path, "SELECT id FROM articles")[0]
    with open_archive(tmp_path / "archive.db") as archive:
        withdraw(archive, number, "court", NOON)
    write(tmp_path / "a.warc", [of_snapshot(page(0)), of_snapshot(page(0, day=3))])
    bring(tmp_path, "a.warc")
    assert ask(tmp_path, "SELECT count(*) FROM articles") == [0]
    assert ask(tmp_path, "SELECT count(body) FROM snapshots", "snapshots.db") == [0]


def test_a_stopped_import_is_completed_by_the_next(tmp_path: Path) -> None:
    write(tmp_path / "a.warc", [of_snapshot(page(index)) for index in range(6)])
    captures = "SELECT count(*) FROM captures"
    done = bring(tmp_path, "a.warc", stop=lambda: ask(tmp_path, captures) == [3])
    assert summary(done).endswith("3 new; broken off, import it again for the rest")
    assert bring(tmp_path, "a.warc").filed == {"new": 3, "unchanged": 3}
    assert is_sound(tmp_path)


@pytest.mark.slow
def test_sigterm_ends_a_long_import_between_two_records(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[site]\nbase_url = "https://baolaocai.vn"\n', "utf-8")
    pages = [of_snapshot(page(n)) for n in range(60)]
    many = [pages[n % 60].replace(b"2026-05", b"20%02d-05" % (n // 60)) for n in range(1500)]
    write(tmp_path / "a.warc", many, packed=False)
    run = subprocess.Popen(
        [*SCRAPER, "import", "a.warc"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not (tmp_path / "snapshots.db-wal").exists():
        time.sleep(0.05)
    time.sleep(0.5)
    run.send_signal(signal.SIGTERM)
    said, _ = run.communicate(timeout=60)
    assert run.returncode == 0
    assert "broken off, import it again for the rest" in said
    assert is_sound(tmp_path)


def test_progress_is_shown_in_megabytes_once_a_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Heard(Silence):
        total = done = 0
        said: list[str] = []

        def expect(self, total: int) -> None:
            self.total = total

        def step(self, text: str, count: int = 1, url: str | None = None) -> None:
            self.done += count
            self.said.append(text)

    write(tmp_path / "a.warc", [of_snapshot(page(n)) for n in range(60)], packed=False)
    saved(tmp_path / "b.html")
    (tmp_path / "gone.html").symlink_to(tmp_path / "a.warc")
    files = files_in([tmp_path / "a.warc", tmp_path / "b.html", tmp_path / "gone.html"])
    (tmp_path / "gone.html").unlink()
    for seconds, words in ((1e9, 0), (0.0, 62)):
        monkeypatch.setattr("scraper.importing.tally._SHOW_SECONDS", seconds)
        heard = Heard()
        with open_archive(tmp_path / "archive.db") as archive:
            done = import_files(archive, files, NOTHING_SAID, CONTEXT, heard)
        assert len(done.unreadable) == 1
        assert len(heard.said) == words
    assert heard.done == heard.total == sum(f.path.stat().st_size for f in files[:2]) // 1_000_000
    assert heard.said[-1] == "MB; 61 records, 61 of them filed"
