"""Reading stored snapshots again: the same rows, whatever they were before."""

import multiprocessing
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from scraper import reading
from scraper.archive.files import open_archive, open_reader
from scraper.archive.frontier_updates import Context
from scraper.archive.index import check_index, reindex
from scraper.config import CrawlSettings, Settings, SiteSettings
from scraper.crawl.capture import add_urls
from scraper.crawl.run import Plan, crawl_site
from scraper.errors import ArchiveError, MissingField, NotAnArticle
from scraper.models import Article, Snapshot, utc_text
from scraper.progress import Silence
from scraper.upkeep import read_again as stored
from scraper.upkeep.reread import Rebuilt, forecast, reread
from scraper.urls import article_id
from tests.support.filled import CONTEXT, captures, fill, page
from tests.support.patient import SCRAPER
from tests.support.stand_in import StandIn

pytestmark = pytest.mark.slow  # whole runs

# What follows from snapshots alone. `frontier` is restored too, except for what lists had named.
DERIVED = (
    "articles",
    "texts",
    "captions",
    "tags",
    "article_tags",
    "weather",
    "revisions",
    "captures",
    "addresses",
)
FRONTIER = (
    "SELECT url, article_id, state, due_at, last_status, etag, error FROM frontier ORDER BY 1"
)


def rows(path: Path) -> dict[str, list[tuple[object, ...]]]:
    db = sqlite3.connect(path)
    held = {name: db.execute(f"SELECT * FROM {name} ORDER BY 1, 2").fetchall() for name in DERIVED}
    held["frontier"] = db.execute(FRONTIER).fetchall()
    held["found"] = db.execute(
        "SELECT rowid FROM articles_fts WHERE articles_fts MATCH 'sua' ORDER BY 1"
    ).fetchall()
    db.close()
    return held


def read_again(path: Path, **how: object) -> Rebuilt:
    with open_archive(path) as archive:
        done = reread(archive, CONTEXT, Silence(), **how)  # type: ignore[arg-type]
        assert list(check_index(archive.db)) == []
    return done


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("original")
    fill(folder / "archive.db", captures(12))
    return folder


@pytest.fixture
def path(original: Path, tmp_path: Path) -> Path:
    shutil.copytree(original, tmp_path, dirs_exist_ok=True)
    return tmp_path / "archive.db"


def test_a_lost_archive_is_read_from_the_snapshots_row_for_row(path: Path) -> None:
    before = rows(path)
    assert len(before["articles"]) == 12 and before["found"]
    for name in ("archive.db", "archive.db-wal", "archive.db-shm"):
        path.with_name(name).unlink(missing_ok=True)
    done = read_again(path, workers=2)
    assert (done.is_whole, done.damaged) == (True, [])
    assert rows(path) == before


def test_the_archive_of_a_crawl_is_made_anew_with_its_frontier(
    short_stand_in: StandIn, tmp_path: Path
) -> None:
    path = tmp_path / "archive.db"
    settings = Settings(SiteSettings(short_stand_in.base_url, delay_seconds=0.0), CrawlSettings())
    moved = [
        short_stand_in.base_url + story.old_path
        for story in list(short_stand_in.stories.values())[-8:]
    ]
    with open_archive(path) as archive:
        crawl_site(archive, settings, Plan(1000, 5, full=True), Silence())
        archive.db.execute("UPDATE frontier SET due_at = '2020-01-01T00:00:00Z'")
        crawl_site(archive, settings, Plan(1000, 5), Silence())
        add_urls(archive, settings, [*moved, f"{short_stand_in.base_url}/x-post1.html"], Silence())
        archive.db.execute("DELETE FROM frontier WHERE state = 'list'")  # no captures: not restored
    before = rows(path)
    assert {row[2] for row in before["frontier"]} == {"archived", "redirect", "not_article"}
    path.unlink()
    with open_archive(path) as archive:
        reread(archive, Context(settings.site.site, settings.crawl.revisit_days), Silence())
    assert rows(path) == before


@pytest.mark.parametrize(
    "emptied",
    [
        ("article_tags", "tags", "texts", "captions", "weather", "revisions", "articles"),
        ("captions", "texts"),
        ("revisions",),
        ("frontier", "addresses"),
        ("articles_fts",),
    ],
    ids=" ".join,
)
def test_emptied_tables_are_filled_with_the_same_rows(path: Path, emptied: tuple[str, ...]) -> None:
    before = rows(path)
    db = sqlite3.connect(path)
    for name in emptied:
        if name == "articles_fts":
            db.execute("INSERT INTO articles_fts (articles_fts) VALUES ('delete-all')")
        else:
            db.execute(f"DELETE FROM {name}")
    db.commit()
    db.close()
    assert rows(path) != before
    read_again(path)
    assert rows(path) == before


def test_a_second_reread_changes_nothing(path: Path) -> None:
    read_again(path)
    done = read_again(path)
    assert (done.read, done.changed, done.is_reindexed) == (19, 0, False)


@pytest.mark.parametrize("seed", range(4))
def test_captures_filed_in_any_order_give_the_same_rows(
    path: Path, tmp_path: Path, seed: int
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    shuffled = list(captures(12))
    random.Random(seed).shuffle(shuffled)
    fill(other / "archive.db", shuffled)

    # Numbers of snapshots differ, and with them those of weather rows.
    def derived(archive: Path) -> list[tuple[object, ...]]:
        db = sqlite3.connect(archive)
        found = db.execute(
            "SELECT id, title, revision_count, first_captured_at, last_captured_at, gone_at"
            " FROM articles ORDER BY id"
        ).fetchall()
        for name in ("texts", "captions", "tags", "article_tags", "addresses"):
            found += db.execute(f"SELECT * FROM {name} ORDER BY 1, 2").fetchall()
        found += db.execute(
            "SELECT article_id, number, captured_at, last_seen_at, sha256 FROM revisions ORDER BY 1, 2"
        ).fetchall()
        db.close()
        return found

    assert derived(other / "archive.db") == derived(path)


def test_a_page_that_breaks_off_is_no_text_if_there_is_a_whole_one(path: Path) -> None:
    with open_archive(path) as archive:
        before = archive.db.execute("SELECT * FROM texts ORDER BY 1").fetchall()
        shown = archive.db.execute("SELECT count(*) FROM revisions").fetchone()
    whole = page(5, day=8)
    fill(path, [replace(whole, body=whole.body[: whole.body.index(b"</p>") + 300])])
    with open_archive(path) as archive:
        db, url = archive.db, whole.url
        newest = "SELECT reading FROM captures ORDER BY snapshot_id DESC LIMIT 1"
        assert db.execute(newest).fetchone() == ("cut",)
        assert db.execute("SELECT * FROM texts ORDER BY 1").fetchall() == before
        assert db.execute("SELECT count(*) FROM revisions").fetchone() == shown
        # Asked for next time as on the day it was whole: a cache's copy has the same ETag.
        (etag,) = db.execute("SELECT etag FROM frontier WHERE url = ?", [url]).fetchone()
        assert etag == '"5"'
    unread = replace(page(40), body=page(40).body[:40_000], headers=(("etag", '"40"'),))
    fill(path, [unread])
    with open_archive(path) as archive:
        found = archive.db.execute("SELECT etag FROM frontier WHERE url = ?", [unread.url])
        assert found.fetchone() == (None,)


@pytest.mark.parametrize("seed", range(6))
def test_an_article_that_moves_and_goes_does_so_in_any_order_of_filing(
    tmp_path: Path, seed: int
) -> None:
    old, base = page(1), CONTEXT.site.base_url
    new = f"{base}/ten-moi-post{article_id(old.url)}.html"

    def on(day: int, url: str, status: int, location: str = "") -> Snapshot:
        body = page(1).body if status == 200 and not location else b"<h1>404</h1>"
        headers = (("location", location),) if location else ()
        return replace(page(1, day), url=url, status=status, body=body, headers=headers)

    stored = [
        on(0, old.url, 200),
        on(1, old.url, 404),
        on(2, new, 200),
        on(3, old.url, 404),
        on(9, old.url, 404),
        on(20, new, 302, "/"),
        on(49, new, 302, "/"),
    ]
    for until, gone in ((6, None), (7, None), (8, "2026-"), (9, None)):
        folder = tmp_path / str(until)
        folder.mkdir()
        filed = [*stored, on(51, new, 302, "/"), on(60, new, 200)][:until]
        random.Random(seed).shuffle(filed)
        fill(folder / "archive.db", filed)
        with open_archive(folder / "archive.db") as archive:
            (at,) = archive.db.execute("SELECT gone_at FROM articles").fetchone()
            assert (at or "")[:5] == (gone or "")
            assert at is None or at == utc_text(stored[5].captured_at)


def by_other_rules(monkeypatch: pytest.MonkeyPatch, change: Callable[[Article], Article]) -> None:
    """Have pages read as if a template had been mended."""
    real = reading.extract
    monkeypatch.setattr(reading, "extract", lambda snapshot: change(real(snapshot)))


def test_mended_rules_bring_new_rows_and_the_old_rules_the_old(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = rows(path)
    with monkeypatch.context() as patch:
        by_other_rules(patch, lambda a: replace(a, lead="", tags=("mới",)))
        read_again(path)
        after = rows(path)
    assert {row[1] for row in after["tags"]} == {"mới"}
    assert len(after["revisions"]) == len(before["revisions"])
    assert after["frontier"] == before["frontier"]
    read_again(path)
    assert rows(path) == before


def test_an_article_is_shown_from_its_last_capture_that_can_be_read(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = article_id(page(0).url)
    edited = "Tiêu đề đã sửa 0"

    def fails_on_the_edited(article: Article) -> Article:
        if article.title == edited:
            raise MissingField(article.url, "onecms", "lead")
        return article

    def title() -> str:
        db = sqlite3.connect(path)
        found = db.execute("SELECT title FROM articles WHERE id = ?", [number]).fetchone()[0]
        db.close()
        return str(found)

    before = rows(path)
    assert title() == edited
    with monkeypatch.context() as patch:
        by_other_rules(patch, fails_on_the_edited)
        read_again(path)
        assert title() not in (edited, "")
    read_again(path)
    assert rows(path) == before


def test_what_is_no_article_any_more_leaves_the_archive(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = rows(path)

    def refused(article: Article) -> Article:
        raise NotAnArticle(article.url, "a soft 404")

    with monkeypatch.context() as patch:
        by_other_rules(patch, refused)
        read_again(path)
        after = rows(path)
    assert not any(after[name] for name in ("articles", "texts", "captions", "weather", "tags"))
    read_again(path)
    assert {k: v for k, v in rows(path).items() if k != "frontier"} == {
        k: v for k, v in before.items() if k != "frontier"
    }


@pytest.mark.parametrize("seconds", [0.01, 0.05])
def test_ctrl_c_on_a_terminal_stops_a_reread_whose_readers_are_just_being_started(
    path: Path, seconds: float
) -> None:
    (path.parent / "config.toml").write_text('[site]\nbase_url = "https://baolaocai.vn"\n', "utf-8")
    with subprocess.Popen(
        [*SCRAPER, "reread", "--workers", "2"],
        cwd=path.parent,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as run:
        assert run.stderr and "to do" in run.stderr.readline()
        time.sleep(seconds)
        os.killpg(run.pid, signal.SIGINT)  # as a terminal does: to all that belong to the command
        said, log = run.communicate(timeout=60)
    assert run.returncode == 0, log
    assert "Traceback" not in log
    broken_off = said.endswith("; broken off: the next reread goes on from here\n")
    assert broken_off or said == "19 snapshots read, 0 changed something\n"  # a quick machine


def test_a_reread_that_was_stopped_goes_on_where_it_was(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored, "SPAN", 4)
    first = read_again(path, stop=lambda: True)
    assert (first.read, first.is_whole) == (4, False)
    second = read_again(path)
    assert (second.read, second.is_whole) == (15, True)
    assert read_again(path).read == 19


def test_other_rules_begin_anew(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from scraper.upkeep import reread as module

    monkeypatch.setattr(stored, "SPAN", 4)
    read_again(path, stop=lambda: True)
    monkeypatch.setattr(module, "RULES_VERSION", 99)
    assert read_again(path).read == 19


def test_since_reads_only_what_was_captured_from_that_day(path: Path) -> None:
    assert read_again(path, since=page(0, 1).captured_at).read == 7


def test_since_leaves_nothing_unfiled_that_was_captured_before(path: Path) -> None:
    before = rows(path)
    path.unlink()
    read_again(path, since=page(0, 1).captured_at)
    assert rows(path) == before


def test_a_reader_that_is_killed_ends_it_with_one_line_and_the_next_goes_on(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = rows(path)
    path.unlink()

    def kill() -> bool:
        for child in multiprocessing.active_children():
            child.kill()
            child.join()
        return False

    with monkeypatch.context() as patch, pytest.raises(ArchiveError, match="was killed"):
        patch.setattr(stored, "SPAN", 1)
        read_again(path, workers=2, stop=kill)
    assert 0 < len(rows(path)["articles"]) < 12
    read_again(path)
    assert rows(path) == before


def test_a_dry_run_names_the_fields_and_writes_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_reader(path) as archive:
        assert not forecast(archive, Silence()).fields
    before = rows(path)
    by_other_rules(monkeypatch, lambda a: replace(a, section="Khác", paragraphs=("Một.",)))
    with open_reader(path) as archive:
        changes = forecast(archive, Silence())
    assert changes.fields["section"] == changes.fields["body"] == 12
    assert changes.fields["title"] == 0
    assert len(changes.examples["section"]) == 3
    assert changes.examples["section"][0].endswith("-> 'Khác'")
    assert rows(path) == before


def test_a_damaged_snapshot_costs_only_itself(path: Path) -> None:
    before = rows(path)
    db = sqlite3.connect(path.with_name("snapshots.db"))
    db.execute("UPDATE snapshots SET body = zeroblob(length(body)) WHERE id = 3")
    db.execute("UPDATE snapshots SET captured_at = '2020-01-01T00:00:00Z' WHERE id = 4")
    db.commit()
    db.close()
    done = read_again(path)
    assert [line.split(":")[0] for line in done.damaged] == ["snapshot 3", "snapshot 4"]
    assert rows(path) == before


@pytest.mark.slow
def test_killed_at_any_moment_it_leaves_no_lock_behind_and_is_made_good(
    path: Path, tmp_path: Path
) -> None:
    before = rows(path)
    (tmp_path / "config.toml").write_text('[site]\nbase_url = "https://baolaocai.vn"\n', "utf-8")
    command = [sys.executable, "-m", "scraper", "reread", "--workers", "2"]
    for seconds in (0.3, 0.6, 0.9, 1.2):
        path.unlink()
        for ending in ("-wal", "-shm"):
            path.with_name(path.name + ending).unlink(missing_ok=True)
        process = subprocess.Popen(
            command,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
        )
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        process.wait()
        read_again(path, workers=1)
        assert rows(path) == before


def test_words_of_rows_that_were_altered_do_not_stay_in_the_index(path: Path) -> None:
    # The last article: whether the index is complete is seen by the first.
    altered = "UPDATE texts SET body = ? WHERE article_id = (SELECT max(id) FROM articles)"
    with open_archive(path) as archive:
        archive.db.execute(altered, ["zqxwvk"])
        reindex(archive.db)  # the word goes in with the altered row
        archive.db.execute(altered, ["khác"])
    assert read_again(path).is_reindexed
    assert not read_again(path).is_reindexed
