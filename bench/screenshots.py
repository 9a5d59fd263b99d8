"""The pictures in README and docs: pages of the demonstration archive, in headless Chromium.

    python bench/screenshots.py

Makes the demonstration in a temporary folder, serves it on loopback and writes docs/*.png. Needs
Chromium with its driver, and the extra `test`.
"""

import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
from selenium import webdriver

from scraper.demo.demonstration import run_demo
from scraper.progress import Silence

DOCS = Path(__file__).parent.parent / "docs"
PORT = 8732
EDITED = "SELECT id FROM articles WHERE revision_count > 1 ORDER BY revision_count DESC, id LIMIT 1"
# Name, page ("{id}": an edited article), language, width and height in CSS pixels.
PICTURES = (
    ("home", "/", "en", 1100, 1000),
    ("home-phone", "/", "vi", 390, 760),
    ("article", "/archive/articles/{id}", "en", 1100, 760),
    ("article-phone", "/archive/articles/{id}", "vi", 390, 760),
    ("search", "/search?q=nguoi+dan", "vi", 1100, 1000),
    ("calendar", "/days/2026", "vi", 1100, 1100),
    ("change", "/archive/articles/{id}/changes/2", "en", 1100, 560),
    ("places", "/places", "vi", 1100, 980),
    ("weather-phone", "/archive/weather", "vi", 390, 760),
)


def main() -> None:
    with TemporaryDirectory() as name:
        done = run_demo(Path(name), 150, Silence())
        with closing(sqlite3.connect(Path(name) / "archive.db")) as db:
            ((number,),) = db.execute(EDITED)
        with served(done.config) as base_url:
            for picture, page, language, *window in PICTURES:
                path = DOCS / f"{picture}.png"
                with opened(*window) as browser:
                    browser.get(f"{base_url}{page.format(id=number)}")
                    browser.add_cookie({"name": "lang", "value": language})
                    browser.refresh()
                    browser.save_screenshot(str(path))
                print(f"{path.name}: {path.stat().st_size:,} bytes")


@contextmanager
def served(config: Path) -> Iterator[str]:
    """`scraper serve` on the archive that `config` names."""
    program = [sys.executable, "-m", "scraper", "serve", "--config", str(config)]
    server = subprocess.Popen(
        [*program, "--port", str(PORT)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    base_url = f"http://127.0.0.1:{PORT}"
    try:
        while server.poll() is None:
            try:
                httpx.get(base_url, trust_env=False)
                break
            except httpx.TransportError:
                time.sleep(0.2)
        yield base_url
    finally:
        server.terminate()
        server.wait()


@contextmanager
def opened(width: int, height: int) -> Iterator[Any]:
    """Chromium with a window of this size, in CSS pixels."""
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"):
        options.add_argument(flag)
    service = webdriver.ChromeService(shutil.which("chromedriver"))
    browser = webdriver.Chrome(options, service)
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    try:
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        yield browser
    finally:
        browser.quit()


if __name__ == "__main__":
    main()
