"""The benchmarks run, at a small size; their figures count only at full size on an idle machine."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.bench
def test_crawl_benchmark_finishes_both_crawls() -> None:
    pytest.importorskip("scrapy")
    found = json.loads(
        subprocess.run(
            [sys.executable, "bench/crawl.py", "--pages", "40", "--rounds", "1"],
            capture_output=True,
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            check=True,
            timeout=120,
        ).stdout
    )
    assert found["pages"] == 40
    assert found["peak_mb"]["scraper"] < 150
    assert found["cpu_seconds_per_1000_pages"]["scraper"] > 0
