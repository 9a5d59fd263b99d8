"""SIGTERM and Ctrl-C end every command, whatever it is doing."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from scraper.cli import cli
from tests.support.filled import captures, fill, page
from tests.support.patient import ROOT

NUMBER = page(1).url.rsplit("post", 1)[1].split(".")[0]
# What each command calls to do its work, and its arguments.
COMMANDS = {
    "add": ("scraper.crawl.capture.add_urls", [page(40).url]),
    "backup": ("scraper.upkeep.backup.backup", ["copy"]),
    "bulk": ("scraper.bulk.coordinator.bulk", ["a.warc", "--out", "parts"]),
    "check": ("scraper.upkeep.check.check", []),
    "crawl": ("scraper.crawl.run.crawl_site", []),
    "demo": ("scraper.demo.demonstration.run_demo", []),
    "diff": ("scraper.archive.read_article.compared", [NUMBER]),
    "export": ("scraper.export.export", ["jsonl", "out"]),
    "extract": ("scraper.extract.extract", ["a.html", "--url", page(1).url]),
    "failures": ("scraper.upkeep.failures.failing", []),
    "import": ("scraper.importing.import_files", ["a.warc"]),
    "page": ("scraper.archive.read_article.captured_page", [NUMBER]),
    "probe": ("scraper.probe.probe_site", []),
    "recover": ("scraper.recover.recovery.recover", ["wayback"]),
    "reread": ("scraper.upkeep.reread.reread", []),
    "search": ("scraper.search.hits.search", ["chợ"]),
    "show": ("scraper.archive.read_article.history", [NUMBER]),
    "status": ("scraper.upkeep.status.status", []),
    "upgrade": ("scraper.archive.files.upgrade", ["archive.db"]),
    "verify": ("scraper.upkeep.verify.verify", []),
    "withdraw": ("scraper.archive.withdrawals.withdraw", [NUMBER, "--reason", "x"]),
}
HANGS = {
    "in Python": "while True: time.sleep(0.01)",
    "in one call into SQLite": "; ".join(
        [
            "held = sqlite3.connect('held.db')",
            "held.execute('BEGIN IMMEDIATE')",
            "sqlite3.connect('held.db', timeout=1e6).execute('BEGIN IMMEDIATE')",
        ]
    ),
}


def hanging(folder: Path, command: str, hang: str, *options: str) -> subprocess.Popen[str]:
    """Start a command that says "at work" and then never ends."""
    target, arguments = COMMANDS[command]
    module, name = target.rsplit(".", 1)
    program = f"""
import sqlite3, sys, time
from scraper.cli import main
from scraper.processes import hide_unused_modules
hide_unused_modules()  # main does so too late for the module of this command
import {module} as module

def hang(*_, **__):
    print("at work", flush=True)
    {hang}

module.{name} = hang
sys.argv = {["scraper", command, *arguments, *options]!r}
main()
"""
    return subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("signals")
    fill(folder / "archive.db", captures(3))
    (folder / "config.toml").write_text(
        '[site]\nbase_url = "https://baolaocai.vn"\ncontact = "a@b.vn"\n', "utf-8"
    )
    (folder / "a.warc").write_bytes(b"")
    (folder / "a.html").write_bytes(page(1).body)
    return folder


def require_extra_of(commands: list[str]) -> None:
    if "bulk" in commands:
        pytest.importorskip("pyarrow", reason="needs the bulk extra")


def test_every_command_is_tried() -> None:
    # `init` asks and writes one file; the server has a test of its own.
    assert set(COMMANDS) | {"init", "serve"} == set(cli.commands)


# Each command meets both signals, one in each place; the next command the other way round.
@pytest.mark.slow
@pytest.mark.parametrize("hang", HANGS)
@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("bulk", [False, pytest.param(True, marks=pytest.mark.bulk)])
def test_a_signal_ends_every_command_with_one_line(
    folder: Path, tmp_path: Path, hang: str, sent: signal.Signals, bulk: bool
) -> None:
    is_first = (hang == "in Python") == (sent == signal.SIGTERM)
    commands = ["bulk"] if bulk else [c for c in list(COMMANDS)[is_first::2] if c != "bulk"]
    require_extra_of(commands)
    name = {signal.SIGTERM: "SIGTERM", signal.SIGINT: "Ctrl-C"}[sent]
    with ExitStack() as stack:
        runs = {}
        for command in commands:
            shutil.copytree(folder, tmp_path / command)
            runs[command] = stack.enter_context(hanging(tmp_path / command, command, HANGS[hang]))
            stack.callback(runs[command].kill)
        for run in runs.values():
            assert run.stdout
            while "at work" not in run.stdout.readline():
                assert run.poll() is None, run.communicate()
            run.send_signal(sent)
        ended = {}
        for command, run in runs.items():
            _, log = run.communicate(timeout=60)  # it would never end by itself
            said = [line for line in log.splitlines() if line.startswith("scraper: ")]
            ended[command] = (run.returncode, said, "Traceback" in log)
    line = f"scraper: stopped by {name}; nothing archived is lost"
    assert ended == dict.fromkeys(ended, (128 + sent, [line], False))


@pytest.mark.slow
@pytest.mark.parametrize("hang", HANGS.values(), ids=HANGS)
def test_a_json_log_ends_in_json_when_a_signal_ends_the_crawl(folder: Path, hang: str) -> None:
    with hanging(folder, "crawl", hang, "--log-format", "json") as run:
        assert run.stdout and "at work" in run.stdout.readline()
        run.send_signal(signal.SIGTERM)
        _, log = run.communicate(timeout=60)
    line = json.loads(log)
    assert (run.returncode, line["event"], line["exit_code"]) == (143, "error", 143)
    assert line["message"] == "stopped by SIGTERM; nothing archived is lost"


@pytest.mark.slow
@pytest.mark.parametrize("command", ["import", pytest.param("bulk", marks=pytest.mark.bulk)])
def test_a_signal_ends_a_long_search_for_the_next_record(tmp_path: Path, command: str) -> None:
    """In a file of what may start a record and never does; bulk searches in another process."""
    require_extra_of([command])
    (tmp_path / "config.toml").write_text(
        '[site]\nbase_url = "https://baolaocai.vn"\ncontact = "a@b.vn"\n', "utf-8"
    )
    (tmp_path / "a.warc.gz").write_bytes(b"\x1f\x8b\x08" * 20_000_000)
    at_work = "parts/.a.warc.gz-*.partial" if command == "bulk" else "archive.db"
    out = ["--out", "parts"] if command == "bulk" else []
    with subprocess.Popen(
        [sys.executable, "-m", "scraper", command, "a.warc.gz", *out],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
    ) as run:
        while not list(tmp_path.glob(at_work)):
            assert run.poll() is None
            time.sleep(0.1)
        run.terminate()
        _, log = run.communicate(timeout=60)
    assert run.returncode == 0, log
    assert "Traceback" not in log
    assert not list(tmp_path.glob("parts/.*"))
