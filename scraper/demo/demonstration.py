"""The demonstration: real crawls and imports of the stand-in newspaper, on loopback."""

import socket
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from scraper.archive.files import Archive, open_archive
from scraper.archive.frontier_updates import Context
from scraper.browse.phrases import catalogue
from scraper.config import Settings, load_settings
from scraper.crawl.outcome import RunOutcome
from scraper.crawl.run import Plan, crawl_site
from scraper.demo.newspaper import make_newspaper
from scraper.demo.newsroom import CRAWLS, open_paper, work
from scraper.demo.saved import Saved, save_captures
from scraper.demo.server import serve_newspaper
from scraper.errors import ConfigError
from scraper.http.pace import Clock
from scraper.importing import Wanted, import_files
from scraper.importing.sources import files_in
from scraper.progress import Progress
from scraper.upkeep.status import Status, status

PORT = 8610  # the same at each run if it is free: a second demo then finds nothing new
MONTHS = 60  # of the newspaper
_CONFIG = """# Written by `scraper demo`: the stand-in newspaper, which is up only while the demo crawls.
[site]
base_url = "{base_url}"
delay_seconds = 0

[crawl]
max_pages = {pages}

[serve]
title = "{title}"
"""


@dataclass(frozen=True, slots=True)
class Demonstration:
    """What the demonstration did."""

    outcomes: tuple[RunOutcome, ...]  # of each crawl
    status: Status
    settings: Settings
    config: Path


def run_demo(folder: Path, pages: int, progress: Progress) -> Demonstration:
    """Crawl a stand-in of `pages` articles into `folder`/archive.db, made if missing.

    It is crawled as on several days, while its newsroom works on; in a folder that has seen these
    days, as on the last of them once more. Two saved captures are imported. Raises ConfigError if
    `folder` cannot be written to, or holds settings of somebody else.
    """
    config = folder / "config.toml"
    paper = make_newspaper(pages=pages, months=MONTHS)
    with serve_newspaper(paper, port=_free_port()) as edition:
        _write(config, _config(edition.base_url, pages))
        settings = load_settings(config)
        with open_archive(settings.archive.path, settings.site.site) as archive:
            past = archive.db["runs"].count_where("command = 'crawl' AND outcome = 'done'")
            outcomes = []
            open_paper(edition)
            for number, at in enumerate(CRAWLS):
                if number:
                    work(edition, number)
                if number >= past or at == CRAWLS[-1]:
                    outcomes.append(_crawl(archive, settings, at, progress))
            for saved in save_captures(paper, edition.base_url, folder / "saved"):
                _import(archive, settings, saved, progress)
            return Demonstration(
                tuple(outcomes), status(archive, CRAWLS[-1].astimezone(UTC)), settings, config
            )


def _write(config: Path, text: str) -> None:
    """Write the settings into their folder, made if missing. Raises ConfigError.

    A file of the same name that no demonstration wrote is left alone.
    """
    ours = _CONFIG.splitlines()[0].encode()
    try:
        config.parent.mkdir(parents=True, exist_ok=True)
        if config.exists() and not config.read_bytes().startswith(ours):
            raise ConfigError(
                f"{config}: not written by `scraper demo`, so it was left alone; run it elsewhere"
            )
        config.write_text(text, "utf-8")
    except OSError as e:
        raise ConfigError(f"{config}: cannot be written: {e.strerror}") from e


def _config(base_url: str, pages: int) -> str:
    # In English; the reading pages show it in the reader's language.
    title = catalogue()["site.demo_title"][1]
    return _CONFIG.format(base_url=base_url, pages=pages + 1000, title=title)


def _crawl(archive: Archive, settings: Settings, at: datetime, progress: Progress) -> RunOutcome:
    """Crawl as if the time were `at`."""
    began = datetime.now(UTC)
    clock = Clock(
        lambda: at.astimezone(UTC) + (datetime.now(UTC) - began), time.monotonic, time.sleep
    )
    plan = Plan(settings.crawl.max_pages, settings.crawl.max_minutes, full=True)
    return crawl_site(archive, settings, plan, progress, clock=clock)


def _import(archive: Archive, settings: Settings, saved: Saved, progress: Progress) -> None:
    context = Context(settings.site.site, settings.crawl.revisit_days)
    wanted = Wanted(saved.url, saved.captured_at)
    import_files(archive, files_in([saved.path]), wanted, context, progress)


def _free_port() -> int:
    with socket.socket() as probe:
        # As the server itself will ask: a port that only waits for stray packets is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", PORT))
        except OSError:
            return 0
    return PORT
