import json
import re
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from scraper.archive import frontier, known_lists, runs
from scraper.archive.files import open_archive
from scraper.cli import cli
from scraper.config import CheckSettings, CrawlSettings, Settings, SiteSettings
from scraper.crawl.run import Plan, crawl_site
from scraper.demo.newspaper import make_newspaper
from scraper.errors import ArchiveError
from scraper.progress import Silence
from scraper.upkeep.check import alarms, check
from scraper.upkeep.status import status, tables
from tests.support.stand_in import StandIn

pytestmark = pytest.mark.slow  # whole runs

LIMITS = CheckSettings(min_free_mb=0)


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("alarms")
    with StandIn(make_newspaper(pages=30)) as site:
        settings = Settings(SiteSettings(site.base_url, delay_seconds=0), CrawlSettings(retries=0))
        with open_archive(folder / "archive.db") as archive:
            crawl_site(archive, settings, Plan(100, 5, full=True), Silence())
    return folder


@pytest.fixture
def path(crawled: Path, tmp_path: Path) -> Path:
    """A copy of the archive of one crawl."""
    for file in crawled.iterdir():
        shutil.copy(file, tmp_path)
    return tmp_path / "archive.db"


def found(path: Path, limits: CheckSettings = LIMITS, days_later: float = 0, sql: str = "") -> str:
    with open_archive(path) as archive:
        if sql:
            archive.db.execute(sql)
        return "\n".join(alarms(archive, limits, datetime.now(UTC) + timedelta(days=days_later)))


def test_a_fresh_archive_raises_no_alarm(path: Path) -> None:
    assert found(path) == ""


def test_an_old_last_run_and_a_lack_of_news_raise_it(path: Path) -> None:
    assert "last good crawl ended" in found(path, days_later=2)
    assert "no new article since" in found(path, days_later=4)


def test_failures_raise_it(path: Path) -> None:
    assert "30 of 60 requests failed" in found(path, sql="UPDATE runs SET failed = 30")


def test_one_failure_of_a_run_that_asked_for_little_raises_no_alarm(path: Path) -> None:
    assert found(path, sql="UPDATE runs SET fetched = 1, failed = 2") == ""
    assert "3 of 4 requests failed" in found(path, sql="UPDATE runs SET failed = 3")


def test_a_list_that_cannot_be_read_any_more_raises_it_until_it_can(path: Path) -> None:
    start = datetime.now(UTC)
    feed = "http://127.0.0.1/rss/home.rss"
    with open_archive(path) as archive:
        db = archive.db

        def ends(day: float, error: str) -> str:
            at = start + timedelta(days=day)
            attempts = frontier.find(db, feed).attempts + 1 if error else 0  # type: ignore[union-attr]
            frontier.settle(
                db, feed, "list", due_at=None, status=200, error=error, attempts=attempts
            )
            if error:
                runs.add_failure(db, None, feed, "list", error, at)
            return "\n".join(alarms(archive, replace(LIMITS, max_hours_since_run=999), at))

        known_lists.add_list(db, feed, "feed", start)
        assert [ends(day, "is junk") for day in (0, 1, 2)] == ["", "", ""]
        assert "feed" not in ends(2.5, "is junk")  # it never could
        assert ends(2.7, "") == ""
        assert not any(feed in ends(day, "is junk") for day in (3, 4, 6))
        assert f"{feed} could not be read since" in ends(6.1, "is junk")
        assert feed not in ends(6.2, "")


def test_what_was_written_while_the_clock_was_ahead_hides_no_alarm(path: Path) -> None:
    ahead = (datetime.now(UTC) + timedelta(days=400)).strftime("%Y-%m-%dT%H:%M:%SZ")
    with open_archive(path) as archive:
        db = archive.db
        db.execute(
            "INSERT INTO runs SELECT id + 1, command, ?, ?, outcome, detail, requests, found,"
            " fetched, new_articles, new_revisions, unchanged, not_articles, failed FROM runs",
            [ahead, ahead],
        )
        db.execute(
            "UPDATE articles SET first_captured_at = ? WHERE id = (SELECT max(id) FROM articles)",
            [ahead],
        )
    said = found(path, days_later=5)
    assert "last good crawl ended" in said and "no new article since" in said


def test_a_run_that_never_ended_well_raises_it(path: Path) -> None:
    said = found(path, sql="UPDATE runs SET outcome = 'failed'")
    assert "no crawl has ended well yet" in said


def test_articles_of_no_known_template_raise_it(path: Path) -> None:
    said = found(path, sql="UPDATE articles SET template = 'fallback'")
    assert "30 of 30 recent articles fit no known template" in said


def test_a_field_that_is_found_less_often_raises_it(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scraper.upkeep.check.ENOUGH", 10)
    month_ago = (datetime.now(UTC) - timedelta(days=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
    said = found(
        path,
        sql="UPDATE articles SET template = 'onecms', lead = iif(rowid IN later, '', lead),"
        f" first_captured_at = iif(rowid IN later, first_captured_at, '{month_ago}')".replace(
            "later", "(SELECT id FROM articles ORDER BY id LIMIT 15)"
        ),
    )
    assert "onecms: lead found on 0% of recent articles, before on 100%, limit 20%" in said


def test_backfill_that_goes_on_is_no_news(path: Path) -> None:
    days_ago = (datetime.now(UTC) - timedelta(days=9)).strftime("%Y-%m-%dT%H:%M:%SZ")
    said = found(
        path,
        sql="UPDATE articles SET first_captured_at = iif(id IN (SELECT article_id FROM frontier"
        f" WHERE backfill = 0), '{days_ago}', first_captured_at)",
    )
    assert f"no new article since {days_ago}" in said


@pytest.mark.parametrize(
    ("field", "emptied"),
    [
        ("section", "section = iif(rowid IN later, '', section)"),
        ("byline", "byline = iif(rowid IN later, '[]', '[\"An\"]')"),
        ("captions", "caption_count = rowid NOT IN later"),
        ("photos", "photo_count = rowid NOT IN later"),
        ("published_at", "published_at = iif(rowid IN later, NULL, first_captured_at)"),
        ("modified_at", "modified_at = iif(rowid IN later, NULL, first_captured_at)"),
        ("page_clock_at", "page_clock_at = iif(rowid IN later, NULL, first_captured_at)"),
    ],
)
def test_any_field_that_is_lost_raises_it(
    path: Path, monkeypatch: pytest.MonkeyPatch, field: str, emptied: str
) -> None:
    monkeypatch.setattr("scraper.upkeep.check.ENOUGH", 10)
    later = "(SELECT id FROM articles ORDER BY id LIMIT 15)"
    month_ago = (datetime.now(UTC) - timedelta(days=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
    with open_archive(path) as archive:
        archive.db.execute(
            "UPDATE articles SET template = 'onecms', first_captured_at ="
            f" iif(rowid IN {later}, first_captured_at, '{month_ago}')"
        )
        archive.db.execute(f"UPDATE articles SET {emptied.replace('later', later)}")
    assert f"onecms: {field} found on 0% of recent articles" in found(path)


@pytest.mark.parametrize("table", ["texts", "weather", "article_tags"])
def test_bodies_weather_and_tags_that_are_lost_raise_it(
    path: Path, monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    monkeypatch.setattr("scraper.upkeep.check.ENOUGH", 5)
    with open_archive(path) as archive:
        db = archive.db
        month_ago = (datetime.now(UTC) - timedelta(days=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
        db.execute("UPDATE articles SET template = 'onecms'")
        kept = f"EXISTS (SELECT 1 FROM {table} WHERE article_id = articles.id)"
        db.execute(f"UPDATE articles SET first_captured_at = '{month_ago}' WHERE {kept}")
        later = "SELECT id FROM articles ORDER BY first_captured_at DESC, id LIMIT 12"
        db.execute(
            f"UPDATE articles SET first_captured_at = last_captured_at WHERE id IN ({later})"
        )
        db.execute(f"DELETE FROM {table} WHERE article_id IN ({later})")
    name = {"texts": "body", "article_tags": "tags"}.get(table, table)
    assert f"onecms: {name} found on 0% of recent articles" in found(path)


def overwrite(file: Path, start: int, size: int) -> None:
    with file.open("r+b") as broken:
        broken.seek(start)
        broken.write(b"\xa5" * size)


@pytest.mark.parametrize("name", ["archive.db", "snapshots.db"])
@pytest.mark.parametrize("start", [0, 8192, 40_000])
def test_a_damaged_file_raises_it_wherever_it_is_damaged(path: Path, name: str, start: int) -> None:
    file = path.with_name(name)
    overwrite(file, start, file.stat().st_size - start if start else 100)
    (said, *_) = check(path, LIMITS, datetime.now(UTC))
    assert name in said and "damaged" in said and "\n" not in said


def test_a_missing_archive_is_an_error_and_no_alarm(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="no archive here yet"):
        check(tmp_path / "archive.db", LIMITS, datetime.now(UTC))


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, [*arguments, "--config", str(folder / "config.toml")])


def kinds(alarms: list[str]) -> list[str]:
    """What they are about, without the figures, which change from one moment to the next."""
    return [re.sub("[0-9]+", "", alarm) for alarm in alarms]


@pytest.mark.parametrize(
    ("limit", "sql", "said"),
    [
        ("max_hours_since_run = 0", "SELECT 1", "last good crawl ended"),
        ("max_days_without_new = 0", "SELECT 1", "no new article since"),
        ("max_failure_share = 0.3", "UPDATE runs SET failed = 20", "20 of 50 requests failed"),
        ("max_failure_share = 0.5", "UPDATE runs SET failed = 20", ""),
        ("max_fallback_share = 0.5", "UPDATE articles SET template = 'fallback'", "30 of 30"),
        ("max_fallback_share = 1", "UPDATE articles SET template = 'fallback'", ""),
        ("min_free_mb = 1e12", "SELECT 1", "disk nearly full"),
    ],
)
def test_each_limit_of_config_toml_counts_and_status_shows_the_same(
    path: Path, limit: str, sql: str, said: str
) -> None:
    others = "min_free_mb = 0\n" if "min_free_mb" not in limit else ""
    (path.parent / "config.toml").write_text(
        f'[site]\nbase_url = "https://baolaocai.vn"\n[check]\n{others}{limit}\n', "utf-8"
    )
    with open_archive(path) as archive:
        archive.db.execute(sql)
    checked = run(path.parent, "check", "--json")
    alarms = json.loads(checked.stdout)["alarms"]
    assert checked.exit_code == (5 if said else 0)
    assert [said in alarm for alarm in alarms] == [True] * bool(said)
    assert kinds(json.loads(run(path.parent, "status", "--json").stdout)["alarms"]) == kinds(alarms)
    lines = run(path.parent, "status").stdout.splitlines()
    raised = [line.removeprefix("ALARM: ") for line in lines if line.startswith("ALARM: ")]
    assert kinds(raised) == kinds(alarms)
    assert any(line.startswith("articles: 30 (") for line in lines)


def test_status_on_a_terminal_is_tables_with_the_alarms_first(path: Path) -> None:
    console = Console(width=140, record=True, file=StringIO())
    with open_archive(path) as archive:
        now = status(archive, datetime.now(UTC))
    console.print(*tables(now, ["disk nearly full"]), sep="\n")
    shown = console.export_text()
    assert shown.startswith("ALARM: disk nearly full\n")
    assert "no limit" not in shown
    assert re.search(r"│ crawl +│ done +│ +[0-9]+ │ +30 │ +0 │ +0 │", shown)


def test_the_size_counts_what_a_run_in_progress_has_written(path: Path) -> None:
    with open_archive(path) as archive:
        before = status(archive, datetime.now(UTC)).archive_mb
        archive.db.execute("CREATE TABLE large AS SELECT zeroblob(1000000)")
        assert status(archive, datetime.now(UTC)).archive_mb >= before + 1


def test_a_full_disk_raises_it(path: Path) -> None:
    assert "disk nearly full" in found(path, CheckSettings(min_free_mb=1e12))
