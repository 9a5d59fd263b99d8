"""Crawling, beside Scrapy: CPU seconds per 1,000 pages, and peak memory.

    python bench/crawl.py --pages 1000 --rounds 3

Both read robots.txt and the sitemaps of the stand-in newspaper, fetch every article one at a time
without delay, and write to SQLite, committing page by page. Scrapy (the `bench` extra) keeps five
fields: title, time, lead, body, captions. Ours does all that a crawl does: robots rules, pace,
snapshots, revisions, search index, frontier. Start-up counts. The two run in turn, and the better
round of each counts. Prints one JSON object.
"""

import argparse
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from scraper.demo.newspaper import make_newspaper
from scraper.demo.server import StandIn

HERE = Path(__file__).resolve().parent
CONFIG = """[site]
base_url = "{base_url}"
feeds = []
sections = []
delay_seconds = 0

[crawl]
max_pages = {pages}
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one crawl took, start-up included."""

    cpu_seconds: float
    peak_mb: float


def main() -> None:
    """Measure both in turn, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=_AsWritten)
    parser.add_argument("--pages", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with stand_in(options.pages) as base_url:
        print(json.dumps(measure(base_url, options.pages, options.rounds), indent=2))


def measure(base_url: str, pages: int, rounds: int) -> dict[str, object]:
    """The better round of each, and ours as a share of Scrapy's."""
    best: dict[str, Cost] = {}
    for _ in range(rounds):
        for name, crawl in (("scraper", crawl_with_ours), ("scrapy", crawl_with_scrapy)):
            with tempfile.TemporaryDirectory() as folder:
                cost = crawl(base_url, pages, Path(folder))
            if name not in best or cost.cpu_seconds < best[name].cpu_seconds:
                best[name] = cost
    per_thousand = {name: cost.cpu_seconds * 1000 / pages for name, cost in best.items()}
    return {
        "pages": pages,
        "cpu_seconds_per_1000_pages": {k: round(v, 3) for k, v in per_thousand.items()},
        "peak_mb": {name: round(cost.peak_mb, 1) for name, cost in best.items()},
        "cpu_share_of_scrapy": round(per_thousand["scraper"] / per_thousand["scrapy"], 3),
    }


def crawl_with_ours(base_url: str, pages: int, folder: Path) -> Cost:
    """`scraper crawl --full` into an empty archive."""
    config = folder / "config.toml"
    config.write_text(CONFIG.format(base_url=base_url, pages=pages), "utf-8")
    cost = cost_of([sys.executable, "-m", "scraper", "crawl", "--full", "--config", str(config)])
    require_articles(folder / "archive.db", pages)
    return cost


def crawl_with_scrapy(base_url: str, pages: int, folder: Path) -> Cost:
    """The spider beside this file, into an empty database."""
    path = folder / "articles.db"
    cost = cost_of([sys.executable, str(HERE / "scrapy_spider.py"), base_url, str(path)])
    require_articles(path, pages)
    return cost


def cost_of(command: list[str]) -> Cost:
    """CPU seconds (user and system) and peak memory of one child process."""
    child = subprocess.Popen(
        command,
        env=os.environ | {"PYTHONPATH": str(HERE.parent)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{' '.join(command[1:4])}: exit code {child.returncode}")
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def require_articles(path: Path, pages: int) -> None:
    """End the benchmark where a crawl did not do all its work."""
    with closing(sqlite3.connect(path)) as db:
        (count,) = db.execute("SELECT count(*) FROM articles WHERE title <> ''").fetchone()
    if count != pages:
        raise SystemExit(f"{path.name}: {count} articles, of {pages}")


@contextmanager
def stand_in(pages: int) -> Iterator[str]:
    """The base URL of a stand-in newspaper, served by a process of its own."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    server = context.Process(target=_serve, args=(pages, theirs), daemon=True)
    server.start()
    try:
        yield ours.recv()
    finally:
        ours.send("end")
        server.join()


def _serve(pages: int, told: Connection) -> None:
    with StandIn(make_newspaper(pages=pages)) as site:
        for story in site.newspaper:
            site.answer(story.path)  # rendered beforehand: no crawl waits for it
        told.send(site.base_url)
        told.recv()


class _AsWritten(argparse.RawDescriptionHelpFormatter, argparse.ArgumentDefaultsHelpFormatter):
    """The module's text as it stands, and each option's default."""


if __name__ == "__main__":
    main()
