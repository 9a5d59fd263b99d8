"""`scraper` in a folder with a config.toml: as a process of its own, or in this one."""

import os
import resource
import subprocess
import sys
from contextlib import chdir, nullcontext
from pathlib import Path
from unittest.mock import patch

from click.testing import CliRunner

from scraper.cli import main

ROOT = Path(__file__).parents[2]


def scraper(folder: Path, *arguments: str, limit: int = 0) -> subprocess.CompletedProcess[str]:
    """Run a command that may write no file longer than `limit` bytes; 0: as long as it likes."""
    return subprocess.run(
        [sys.executable, "-m", "scraper", *arguments],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        preexec_fn=lambda: resource.setrlimit(
            resource.RLIMIT_FSIZE, (limit or resource.RLIM_INFINITY,) * 2
        ),
    )


def in_process(
    folder: Path, *arguments: object, typed: str = ""
) -> subprocess.CompletedProcess[str]:
    """What a command prints and its exit code, without a process of its own, which costs .4 s.

    Left out is what would last in this process: the watch for signals, and that unused modules are hidden.
    """
    command = ["scraper", *map(str, arguments)]
    with (
        chdir(folder),
        patch.object(sys, "argv", command),
        patch("scraper.cli.ended_by_signal", lambda _: nullcontext()),
        patch.object(sys, "meta_path", [*sys.meta_path]),
        patch("scraper.processes._Unused.NAMES", frozenset()),
        CliRunner().isolation(typed) as (out, err, _),
    ):
        try:
            main()
        except SystemExit as e:
            code = int(e.code or 0)
        printed, said = (stream.getvalue().decode().replace("\r\n", "\n") for stream in (out, err))
    return subprocess.CompletedProcess(command, code, printed, said)


def configure(folder: Path, base_url: str, delay: int = 0) -> None:
    """Write the config.toml of a folder."""
    (folder / "config.toml").write_text(
        f'[site]\nbase_url = "{base_url}"\ndelay_seconds = {delay}\n', "utf-8"
    )
