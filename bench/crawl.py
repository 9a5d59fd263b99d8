"""Crawling, beside Scrapy: CPU seconds per 1,000 pages, and peak memory; and with nothing to crawl.

    python bench/crawl.py --pages 1000 --rounds 3
    python bench/crawl.py --known 500000 --months 240

The first: both read robots.txt and the sitemaps of the stand-in newspaper, fetch every article one
at a time without delay, and write to SQLite, committing page by page. Scrapy (the `bench` extra)
keeps five fields: title, time, lead, body, captions. Ours does all that a crawl does: robots rules,
pace, snapshots, revisions, search index, frontier. Start-up counts. The two run in turn, and the
better round of each counts.

The second: an archive that knows so many articles meets a newspaper with no others. One `--full`
run is sent every monthly map whole; a usual run finds that nothing has changed. The best round
counts. Both print one JSON object.
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
from threading import Thread

from known import Lists, Paper, know_all

from scraper.demo.newspaper import make_newspaper
from scraper.demo.server import serve_newspaper

HERE = Path(__file__).resolve().parent
CONFIG = """[site]
base_url = "{base_url}"
{lists}delay_seconds = 0

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
    parser.add_argument("--known", type=int, help="articles that are known; none is new")
    parser.add_argument("--months", type=int, default=240, help="over which they are spread")
    options = parser.parse_args()
    if options.known:
        found = measure_known(Paper(options.known, options.months), options.rounds)
    else:
        with stand_in(options.pages) as base_url:
            found = measure(base_url, options.pages, options.rounds)
    print(json.dumps(found, indent=2))


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


def measure_known(paper: Paper, rounds: int) -> dict[str, object]:
    """What it costs to find nothing new, by all maps and by the few that can change."""
    with tempfile.TemporaryDirectory() as name, served(paper) as lists:
        folder = Path(name)
        know_all(folder / "archive.db", paper, lists.base_url)
        audits, usual = [], []
        for _ in range(rounds):
            lists.forgets = True
            audits.append(look_for_news(lists, folder, "--full"))
            lists.forgets = False
            usual.append(look_for_news(lists, folder))
        size = (folder / "archive.db").stat().st_size
    return {
        "known": paper.articles,
        "months": paper.months,
        "archive_mb": round(size / 1e6),
        "full_audit": min(audits, key=lambda found: found["cpu_seconds"]),
        "nothing_new": min(usual, key=lambda found: found["cpu_seconds"]),
    }


def look_for_news(lists: Lists, folder: Path, *options: str) -> dict[str, float]:
    """One crawl that must find nothing: its cost, its requests and the rows it left in `runs`."""
    asked, rows = lists.asked, count(folder / "archive.db", "runs")
    cost = crawl_once(lists.base_url, 1, folder, *options)
    if count(folder / "archive.db", "frontier WHERE state = 'new'"):
        raise SystemExit("an article was new")
    return {
        "cpu_seconds": round(cost.cpu_seconds, 2),
        "peak_mb": round(cost.peak_mb, 1),
        "requests": lists.asked - asked,
        "rows_in_runs": count(folder / "archive.db", "runs") - rows,
    }


def crawl_with_ours(base_url: str, pages: int, folder: Path) -> Cost:
    """`scraper crawl --full` into an empty archive, of what the sitemaps name."""
    cost = crawl_once(base_url, pages, folder, "--full", lists="feeds = []\nsections = []\n")
    require_articles(folder / "archive.db", pages)
    return cost


def crawl_once(base_url: str, pages: int, folder: Path, *options: str, lists: str = "") -> Cost:
    """`scraper crawl` with these options."""
    config = folder / "config.toml"
    config.write_text(CONFIG.format(base_url=base_url, pages=pages, lists=lists), "utf-8")
    command = [sys.executable, "-m", "scraper", "crawl", "--config", str(config)]
    return cost_of([*command, *options])


def crawl_with_scrapy(base_url: str, pages: int, folder: Path) -> Cost:
    """The spider beside this file, into an empty database."""
    path = folder / "articles.db"
    cost = cost_of([sys.executable, str(HERE / "scrapy_spider.py"), base_url, str(path)])
    require_articles(path, pages)
    return cost


# A process starts with the peak of the one that it was forked from, so a small one goes between.
_WATCH = """
import resource, subprocess, sys
quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
code = subprocess.call(sys.argv[1:], **quiet)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(code, used.ru_utime + used.ru_stime, used.ru_maxrss)
"""


def cost_of(command: list[str]) -> Cost:
    """CPU seconds (user and system) and peak memory of a command."""
    said = subprocess.run(
        [sys.executable, "-c", _WATCH, *command],
        # pip compiles what it installs: after the first round ours is compiled too.
        env=os.environ | {"PYTHONPATH": str(HERE.parent), "PYTHONDONTWRITEBYTECODE": ""},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout.split()
    if said[0] != "0":
        raise SystemExit(f"{' '.join(command[1:4])}: exit code {said[0]}")
    return Cost(float(said[1]), int(said[2]) / 1024)


def require_articles(path: Path, pages: int) -> None:
    """End the benchmark where a crawl did not do all its work."""
    found = count(path, "articles WHERE title <> ''")
    if found != pages:
        raise SystemExit(f"{path.name}: {found} articles, of {pages}")


def count(path: Path, rows: str) -> int:
    """How many rows there are in a table, or of it."""
    with closing(sqlite3.connect(path)) as db:
        (found,) = db.execute(f"SELECT count(*) FROM {rows}").fetchone()
    return int(found)


@contextmanager
def served(paper: Paper) -> Iterator[Lists]:
    """The lists of a paper, served by a thread: only the crawl's own process is measured."""
    with Lists(paper) as lists:
        thread = Thread(target=lists.serve_forever, daemon=True)
        thread.start()
        try:
            yield lists
        finally:
            lists.shutdown()
            thread.join()


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


def _serve(pages: int, pipe: Connection) -> None:
    with serve_newspaper(make_newspaper(pages=pages)) as edition:
        for story in edition.newspaper:
            edition.answer(story.path)  # rendered beforehand: no crawl waits for it
        pipe.send(edition.base_url)
        pipe.recv()


class _AsWritten(argparse.RawDescriptionHelpFormatter, argparse.ArgumentDefaultsHelpFormatter):
    """The module's docstring, and each option's default."""


if __name__ == "__main__":
    main()
