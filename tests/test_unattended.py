"""The recipes of docs/operating.md for cron, systemd, logrotate and a healthcheck, each tried with its program."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scraper.demo.newspaper import make_newspaper
from tests.support.stand_in import StandIn

pytestmark = pytest.mark.slow  # whole runs

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs/operating.md").read_text("utf-8")
PATH = f"{os.environ['PATH']}:/usr/sbin"


def recipe(language: str, folder: Path) -> str:
    """The block of that page in this language, for a clone in `folder`."""
    (block,) = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    return str(block).replace("/path/to/scraper", str(folder))


def needs(program: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(
        shutil.which(program, path=PATH) is None, reason=f"{program} is not installed here"
    )


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder that has `.venv/bin/scraper`, as a clone has after README's first line."""
    (tmp_path / ".venv/bin").mkdir(parents=True)
    command = tmp_path / ".venv/bin/scraper"
    command.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m scraper "$@"\n')
    command.chmod(0o755)
    return tmp_path


def configure(clone: Path, site: StandIn) -> None:
    (clone / "config.toml").write_text(
        f'[site]\nbase_url = "{site.base_url}"\ndelay_seconds = 0\n[check]\nmin_free_mb = 0\n'
    )


def run(command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-c", command],
        capture_output=True,
        text=True,
        env={"PATH": PATH},  # cron gives no more
        timeout=60,
        check=False,
    )


@needs("curl")
def test_crontab_crawls_checks_pings_and_backs_up(clone: Path) -> None:
    lines = recipe("crontab", clone).splitlines()
    assert all(re.match(r"([0-9]+|\*)( ([0-9]+|\*)){4} cd ", line) for line in lines)
    assert not any("%" in line for line in lines)  # which cron takes for the end of a line
    crawl, check, backup = (line.split(maxsplit=5)[5] for line in lines)
    with StandIn(make_newspaper(pages=8, months=2)) as site:
        configure(clone, site)
        check = check.replace("https://ping.example/your-check", f"{site.base_url}/?ping")
        backup = backup.replace("/other/disk/baolaocai", str(clone / "copy"))

        def pings() -> int:
            return sum(request.path == "/?ping" for request in site.log)

        before = run(check)
        assert (before.returncode, pings()) == (1, 0)  # no archive yet
        assert run(crawl).returncode == 0
        assert '"message": "8/8 new: ' in (clone / "crawl.log").read_text("utf-8")
        # The stand-in knows no /?ping, and curl says so; what counts is that it was asked.
        run(check)
        assert pings() == 1
        (clone / "config.toml").write_text(
            (clone / "config.toml").read_text().replace("min_free_mb = 0", "min_free_mb = 1e12")
        )
        alarmed = run(check)
        assert (alarmed.returncode, pings()) == (5, 1)
        assert alarmed.stdout.startswith("disk nearly full")
    assert run(backup).returncode == 0
    assert (clone / "copy/archive.db").exists()


@needs("systemd-analyze")
def test_systemd_takes_the_units_without_a_word(clone: Path) -> None:
    service = recipe("service", clone).replace("User=scraper", "User=root")
    (clone / "scraper.service").write_text(service, "utf-8")
    (clone / "scraper.timer").write_text(recipe("timer", clone), "utf-8")
    verified = run(f"systemd-analyze verify {clone}/scraper.service {clone}/scraper.timer")
    assert (verified.returncode, verified.stdout, verified.stderr) == (0, "", "")
    assert "SuccessExitStatus=75" in service


@needs("logrotate")
def test_logrotate_turns_the_logs(clone: Path) -> None:
    (clone / "logrotate.conf").write_text(recipe("logrotate", clone))
    (clone / "crawl.log").write_text("one line\n")
    turned = run(f"logrotate --force --state {clone}/state {clone}/logrotate.conf")
    assert (turned.returncode, turned.stderr) == (0, "")
    assert (clone / "crawl.log.1").read_text() == "one line\n"
