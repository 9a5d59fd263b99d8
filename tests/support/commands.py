"""`scraper` as a process of its own, in a folder with a config.toml."""

import os
import resource
import subprocess
import sys
from pathlib import Path

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


def configure(folder: Path, base_url: str, delay: int = 0) -> None:
    """Write the config.toml of a folder."""
    (folder / "config.toml").write_text(
        f'[site]\nbase_url = "{base_url}"\ndelay_seconds = {delay}\n', "utf-8"
    )
