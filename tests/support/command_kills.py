"""`kill -9` at random moments of import, reread, withdraw, backup and export.

After each kill the same command is run again to its end. Then `scraper verify` must find nothing,
nothing half-made may be left, and in the end every table must be that of an archive in which
nothing was killed: nothing lost, nothing doubled.
"""

import os
import random
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.filled import captures, fill
from tests.support.kills import ROOT, damages, differences, rows

ARTICLES = 30
COMMANDS = ("import", "reread", "withdraw", "backup", "export")
CONFIG = '[site]\nbase_url = "https://baolaocai.vn"\n'


@dataclass(slots=True)
class KilledCommands:
    """What came of commands that were killed and run again."""

    kills: Counter[str] = field(default_factory=Counter)  # command -> times it was killed
    faults: list[str] = field(default_factory=list)


def killed_commands(kills: int, folder: Path, seed: int = 1) -> KilledCommands:
    """Kill the commands in turn, `kills` times in all, on an archive in `folder`."""
    chance, done = random.Random(seed), KilledCommands()
    source, killed, whole = (folder / name for name in ("source", "killed", "whole"))
    for place in (source, killed, whole):
        place.mkdir()
        (place / "config.toml").write_text(CONFIG, "utf-8")
    fill(source / "archive.db", captures(ARTICLES))
    scraper(source, "export", "warc", "all.warc.gz")
    numbers = [n for (n,) in rows(source / "archive.db", "SELECT id FROM articles ORDER BY id")]
    withdrawn: list[str] = []
    lives: dict[str, float] = {}  # how long each command takes if it is left alone
    while done.kills.total() < kills:
        name = COMMANDS[done.kills.total() % len(COMMANDS)]
        if name == "withdraw":
            withdrawn.append(str(numbers[len(withdrawn) % len(numbers)]))
        command = arguments(name, source, withdrawn)
        if name == "reread" and chance.random() < 0.5:
            for file in killed.glob("archive.db*"):
                file.unlink()  # it is made anew
        for _ in range(20):  # until it is killed before it ends by itself
            if scraper(killed, *command, lives=chance.uniform(0.2, lives.get(name, 1.5))):
                done.kills[name] += 1
                break
        began = time.monotonic()
        scraper(killed, *command)
        lives[name] = time.monotonic() - began
        done.faults += [f"{name}: {fault}" for fault in faults(killed)]
    scraper(whole, *arguments("import", source, []))
    for number in dict.fromkeys(withdrawn):
        scraper(whole, *arguments("withdraw", source, [number]))
    done.faults += [f"{table} differs" for table in differences(killed, whole)]
    return done


def arguments(name: str, source: Path, withdrawn: list[str]) -> list[str]:
    """The arguments of one command."""
    return {
        "import": ["import", str(source / "all.warc.gz")],
        "reread": ["reread", "--workers", "1"],
        "withdraw": ["withdraw", *withdrawn[-1:], "--reason", "x"],
        "backup": ["backup", "copy"],
        "export": ["export", "jsonl", "out.jsonl"],
    }[name]


def scraper(folder: Path, *command: str, lives: float | None = None) -> bool:
    """Run a command in `folder`; True if it was killed, after `lives` seconds.

    Raises SystemExit if it fails by itself.
    """
    run = subprocess.Popen(
        [sys.executable, "-m", "scraper", *command],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        _, log = run.communicate(timeout=lives)
    except subprocess.TimeoutExpired:
        run.kill()
        run.communicate()
        return True
    if run.returncode:
        raise SystemExit(f"{command}: exit code {run.returncode}: {log}")
    return False


def faults(folder: Path) -> list[str]:
    """What is wrong with the archive, its copy and its export after a command ran to its end."""
    found = damages(folder)
    copy, exported = folder / "copy", folder / "out.jsonl"
    if (copy / "archive.db").exists():
        found += [f"copy: {damage}" for damage in damages(copy)]
    if exported.exists() and exported.read_bytes()[-2:] != b"}\n":
        found.append("the export is cut short")
    found += [f"{path.name} is left" for path in folder.glob("**/.*.partial*")]
    return found
