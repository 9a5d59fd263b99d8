"""The command with all the time it likes to end after a signal.

Tests of what it says then must not depend on how busy the machine is.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SCRAPER = [
    sys.executable,
    "-c",
    "from scraper.cli import main, signals; signals.STEP_SECONDS = 600; main()",
]
