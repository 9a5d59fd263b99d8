"""The benchmarks run, at a small size; their figures count only at full size on an idle machine."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scraper.archive.files import open_articles
from scraper.archive.index import check_index
from tests.support.filled import captures, fill
from tests.support.searches import searched

TABLES_OF_AN_ARTICLE = ("articles", "texts", "captions", "article_bylines", "article_places")
ROOT = Path(__file__).parent.parent


def figures(script: str, *options: str) -> dict[str, Any]:
    """What a benchmark prints."""
    done = subprocess.run(
        [sys.executable, f"bench/{script}.py", *options],
        capture_output=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        check=True,
        timeout=600,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.bench
def test_crawl_benchmark_finishes_both_crawls() -> None:
    pytest.importorskip("scrapy")
    found = figures("crawl", "--pages", "12", "--rounds", "1")
    assert found["pages"] == 12
    assert found["peak_mb"]["scraper"] < 150
    assert found["cpu_seconds_per_1000_pages"]["scraper"] > 0


@pytest.mark.bench
def test_crawl_benchmark_finds_nothing_new_if_all_is_known() -> None:
    found = figures("crawl", "--known", "1000", "--months", "12", "--rounds", "1")
    assert found["known"] == 1000
    assert found["full_audit"]["requests"] == 12 + 4  # robots.txt, feed, index, home page
    assert found["nothing_new"]["requests"] <= 5
    assert found["nothing_new"]["rows_in_runs"] == found["full_audit"]["rows_in_runs"] == 1
    assert found["nothing_new"]["peak_mb"] < 100


@pytest.mark.bench
def test_extraction_benchmark_finds_every_field_of_the_stand_in_right(tmp_path: Path) -> None:
    pytest.importorskip("resiliparse")
    lent = '<html><body><div class="article__body"><p>Một.</p><p>Hai.</p></div></body></html>'
    (tmp_path / "lent.html").write_text(lent, "utf-8")
    options = ("--pages", "12", "--rounds", "1", "--bodies", str(tmp_path), "--json")
    found = figures("extraction", *options)
    assert found["stages"].keys() == {"bytes", "head", "walk", "fields"}
    assert found["bodies"]["paragraphs"] == {"lent": 2}
    ours = found["readers"].pop("scraper")
    right = ("title", "published_at", "lead", "body_f1", "complete_and_clean", "captions")
    assert [ours[field] for field in right] == [1] * len(right)
    for name, theirs in found["readers"].items():
        assert 0.2 < theirs["body_f1"] < 1, name


@pytest.mark.bench
def test_archive_benchmark_measures_what_a_page_costs() -> None:
    pytest.importorskip("trafilatura")
    found = figures("archive", "--pages", "200")
    assert 0 < found["bytes_per_page"]["stored"] < found["bytes_per_page"]["gzip_6"]
    rates = found["pages_per_second"]
    assert rates["reread_one_core"] > rates["warcio_and_trafilatura_one_core"]


@pytest.mark.bench
def test_archive_benchmark_stops_at_each_size() -> None:
    done = subprocess.run(
        [sys.executable, "bench/archive.py", "--scale", "40", "80"],
        capture_output=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        check=True,
        timeout=600,
    )
    stops = [json.loads(line) for line in done.stdout.splitlines()]
    assert [stop["articles"] for stop in stops] == [40, 80]
    assert all(value > 0 for stop in stops for value in stop.values())


@pytest.mark.bench
def test_browse_benchmark_has_both_answer(tmp_path: Path) -> None:
    found = figures(
        "browse", "--folder", str(tmp_path), "--articles", "60", "--times", "1", "--stock",
        "--rebuild",
    )  # fmt: skip
    assert found["index"]["articles"] == 60
    assert 0 < found["index"]["of_the_text"] < 2  # 1.1 in a large archive
    for kind in ("pages", "searches_with_total_and_years", "stock"):
        assert all(found[kind].values()), found[kind]


@pytest.mark.bench
def test_an_enlarged_archive_holds_every_article_so_many_times_and_finds_it(
    tmp_path: Path,
) -> None:
    path = tmp_path / "archive.db"
    fill(path, captures(20))
    with open_articles(path) as db:
        before = [db[name].count for name in TABLES_OF_AN_ARTICLE]
        hits = searched(db, "bản").total
        (days,) = db.execute("SELECT min(local_date) || max(local_date) FROM articles").fetchone()
    subprocess.run(
        [sys.executable, "bench/enlarge.py", "--folder", str(tmp_path), "--copies", "3"],
        check=True,
        capture_output=True,
        cwd=ROOT,
    )
    with open_articles(path) as db:
        assert [db[name].count for name in TABLES_OF_AN_ARTICLE] == [3 * n for n in before]
        assert searched(db, "bản").total == 3 * hits > 0
        assert list(check_index(db)) == []
        assert len(set(db.execute("SELECT url FROM articles"))) == 60
        dated = db.execute("SELECT local_date FROM articles ORDER BY id").fetchall()
        assert dated == sorted(dated) and dated[0][0] + dated[-1][0] == days
