"""The demonstration: the real crawl against the stand-in newspaper, on loopback."""

import socket
from dataclasses import dataclass
from pathlib import Path

from scraper.archive.files import open_archive
from scraper.config import Settings, load_settings
from scraper.crawl.run import Plan, RunOutcome, crawl_site, now
from scraper.demo.newspaper import make_newspaper
from scraper.demo.server import StandIn
from scraper.progress import Progress
from scraper.upkeep.status import Status, status

PORT = 8610  # the same at each run if it is free: a second demo then finds nothing new
_CONFIG = """# Written by `scraper demo`: the stand-in newspaper, which is up only while the demo crawls.
[site]
base_url = "{base_url}"
delay_seconds = 0

[crawl]
max_pages = {pages}

[serve]
title = "Báo Lào Cai: demonstration, all articles invented"
"""


@dataclass(frozen=True, slots=True)
class Demonstration:
    """What the demonstration did."""

    outcome: RunOutcome
    status: Status
    settings: Settings
    config: Path


def run_demo(folder: Path, pages: int, progress: Progress) -> Demonstration:
    """Crawl a stand-in of `pages` articles into `folder`/archive.db, made if missing."""
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "config.toml"
    with StandIn(make_newspaper(pages=pages), port=_free_port()) as site:
        config.write_text(_CONFIG.format(base_url=site.base_url, pages=pages + 1000), "utf-8")
        settings = load_settings(config)
        with open_archive(settings.archive.path, settings.site.site) as archive:
            plan = Plan(settings.crawl.max_pages, settings.crawl.max_minutes, full=True)
            outcome = crawl_site(archive, settings, plan, progress)
            return Demonstration(outcome, status(archive, now()), settings, config)


def _free_port() -> int:
    with socket.socket() as probe:
        # As the server itself will ask: a port that only waits for stray packets is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", PORT))
        except OSError:
            return 0
    return PORT
