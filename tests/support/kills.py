"""`kill -9` at random moments of one crawl of the stand-in, and what is left in the end.

.venv/bin/python -m tests.support.kills 200      exit code 1 if a rule is broken

A third of the kills are of a crawl; command_kills.py has those of the other commands.

After each kill both files must pass SQLite's integrity_check. In the end `scraper verify` must find
no damage, and the archive must be that of a crawl left alone, all but the times at which it was
captured; no more pages may have been asked for twice than there were kills; and between one
request and the next, across all restarts, the delay must have been kept.
"""

import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from scraper.archive.files import open_reader
from scraper.demo.newspaper import make_newspaper
from scraper.progress import Silence
from scraper.upkeep.verify import verify
from scraper.urls import article_id
from tests.support.stand_in import Request, StandIn

ROOT = Path(__file__).parents[2]
DELAY = 0.03  # seconds
PAGES_A_KILL = 7  # more than an idle machine crawls between two, over all
LIVES = (0.0, 0.4)  # seconds that a crawl lives after its first request
EARLY = 5  # every fifth is killed so long after its start instead: before a request, or soon after
FILES = ("archive.db", "snapshots.db")
# What a crawl says of itself, and of the moment; all other columns must be the same.
OF_THE_RUN = {
    "runs",
    "hosts",
    "failures",
    "dictionaries",
    "identity",
    "_sqlite_migrations",
    "sqlite_stat1",
}
OF_THE_MOMENT = {
    "captured_at",
    "first_captured_at",
    "last_captured_at",
    "first_seen_at",
    "last_seen_at",
    "found_at",
    "due_at",
    "withdrawn_at",
    "erased_at",
    "made_at",
    "headers_json",  # has the server's Date
    "request_headers_json",
    "record_sha256",
}
# How pages are packed follows from when a dictionary was made; verify holds them to their hashes.
OF_THE_PACKING = {"codec", "dictionary_id", "body"}


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a crawl that was killed again and again."""

    kills: int
    before_first_request: int  # of the kills, those that came so early
    pages: int
    damaged: int  # kills after which a file failed integrity_check
    asked_twice: int  # pages, over all
    shortest_gap: float  # seconds from the answer to a request to the start of the next
    differing: tuple[str, ...]  # tables that are not as in an archive left alone
    damages: tuple[str, ...]  # what `scraper verify` finds in the end

    @property
    def faults(self) -> list[str]:
        """The rules that were broken."""
        found = [*self.damages, *(f"{table} differs" for table in self.differing)]
        if self.damaged:
            found.append(f"damaged after {self.damaged} kills")
        if self.asked_twice > self.kills:
            found.append(f"{self.asked_twice} pages asked for twice, of {self.kills} kills")
        if self.shortest_gap < DELAY:
            found.append(f"a gap of {self.shortest_gap:.3f} s, the delay is {DELAY}")
        return found


def killed_crawl(kills: int, folder: Path, seed: int = 1) -> Report:
    """Crawl a stand-in into `folder`, killing it `kills` times; then once more left alone."""
    chance = random.Random(seed)
    with StandIn(make_newspaper(pages=40 + PAGES_A_KILL * kills, months=3)) as site:
        killed, whole = folder / "killed", folder / "whole"
        damaged = early = 0
        for number in range(kills):
            asked = len(site.log)

            def is_at_work(asked: int = asked) -> bool:
                return len(site.log) > asked

            since = None if number % EARLY == 0 else is_at_work
            if crawl(killed, site.base_url, DELAY, chance.uniform(*LIVES), since):
                raise SystemExit("the crawl ended before it was killed so often")
            early += len(site.log) == asked
            damaged += not is_sound(killed)
        crawl(killed, site.base_url, DELAY)
        log = list(site.log)
        crawl(whole, site.base_url, 0)
        pages = len(site.stories)
    paths = [request.path for request in log if article_id(request.path) is not None]
    return Report(
        kills,
        early,
        pages,
        damaged,
        len(paths) - len(set(paths)),
        min(gaps(log)),
        tuple(differences(killed, whole)),
        tuple(damages(killed)),
    )


def crawl(
    folder: Path,
    base_url: str,
    delay: float,
    lives: float | None = None,
    since: Callable[[], bool] | None = None,
) -> bool:
    """`scraper crawl --full` of a site, as `crawl_in` runs it."""
    folder.mkdir(exist_ok=True)
    (folder / "config.toml").write_text(
        f'[site]\nbase_url = "{base_url}"\ndelay_seconds = {delay}\n[crawl]\nmax_pages = 100000\n',
        "utf-8",
    )
    return crawl_in(folder, lives, since)


def crawl_in(
    folder: Path, lives: float | None = None, since: Callable[[], bool] | None = None
) -> bool:
    """`scraper crawl --full` by the settings in `folder`; true if it came to its end.

    It is killed `lives` seconds after its start, or after `since` first says true.
    """
    run = subprocess.Popen(
        [sys.executable, "-m", "scraper", "crawl", "--full"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while since and not since() and run.poll() is None:
        time.sleep(0.005)
    try:
        code = run.wait(timeout=lives)
    except subprocess.TimeoutExpired:
        run.kill()
        run.wait()
        return False
    if code:
        raise SystemExit(f"the crawl ended with exit code {code}")
    return True


def is_sound(folder: Path) -> bool:
    """Whether both files pass integrity_check; one that is not made yet does."""
    paths = [folder / name for name in FILES if (folder / name).exists()]
    return all(rows(path, "PRAGMA integrity_check") == [("ok",)] for path in paths)


def damages(folder: Path) -> list[str]:
    """What `scraper verify` finds damaged in an archive."""
    with open_reader(folder / "archive.db") as archive:
        return [str(damage) for damage in verify(archive, Silence())]


def gaps(log: list[Request]) -> list[float]:
    """Seconds from the answer to each request to the start of the next."""
    return [after.started - before.answered for before, after in zip(log, log[1:], strict=False)]


def differences(killed: Path, whole: Path) -> list[str]:
    """The tables in which two archives of the same paper differ."""
    return [
        table
        for name in FILES
        for table in tables(whole / name)
        if table not in OF_THE_RUN and content(killed / name, table) != content(whole / name, table)
    ]


def tables(path: Path) -> list[str]:
    """The tables of a file; of the search index, those that hold what is searched."""
    found = rows(path, "SELECT name FROM sqlite_master WHERE type = 'table'")
    return [name for (name,) in found if not name.startswith("articles_fts")]


def content(path: Path, table: str) -> list[tuple[object, ...]]:
    """The rows of a table, without what depends on the moment."""
    columns = [row[1] for row in rows(path, f"PRAGMA table_info({table})")]
    left_out = OF_THE_MOMENT | (OF_THE_PACKING if table == "snapshots" else set())
    kept = [column for column in columns if column not in left_out]
    if table == "articles":  # an article without a time of its own is sorted by its capture
        kept[kept.index("timestamp")] = "iif(timestamp_source = 'captured', '', timestamp)"
        kept[kept.index("local_date")] = "iif(timestamp_source = 'captured', '', local_date)"
    if table == "frontier":  # a list that was read again after a kill had not changed
        kept[kept.index("last_status")] = "iif(state = 'list', 0, last_status)"
        # A feed calls an article old, a section page after it does not: after a kill between them
        # the article may be asked for before the second is read.
        kept[kept.index("backfill")] = "iif(state = 'new', backfill, 0)"
    if table == "weather":  # observed as the page was rendered, or else captured
        kept.remove("observed_at")
    return rows(path, f"SELECT {', '.join(kept)} FROM {table} ORDER BY {', '.join(kept)}")


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    """What a query finds in a file."""
    with closing(sqlite3.connect(path)) as db:
        return db.execute(sql).fetchall()


def main(kills: int) -> int:
    """Kill a crawl and other commands so often in all, and print the results; 1 for a fault."""
    # Those are made of what this module holds, and imported here for that reason.
    from tests.support.command_kills import killed_commands

    with tempfile.TemporaryDirectory() as folder:
        report = killed_crawl(kills // 3, Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        commands = killed_commands(kills - kills // 3, Path(folder))
    print(
        f"crawl: {report.kills} kills, {report.before_first_request} of them before a first"
        f" request; {report.pages} pages, {report.asked_twice} asked for twice; shortest gap"
        f" {report.shortest_gap:.3f} s at a delay of {DELAY} s"
    )
    for name, count in sorted(commands.kills.items()):
        print(f"{name}: {count} kills")
    for fault in (*report.faults, *commands.faults):
        print(fault)
    return 1 if report.faults or commands.faults else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
