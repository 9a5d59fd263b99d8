"""Headless Chromium, driven by selenium, which is imported only if a test uses it."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
NEEDS_CHROMIUM = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not (CHROMIUM and DRIVER and find_spec("selenium")),
        reason="Chromium or the extra `test` is not installed",
    ),
]
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


WIDTHS = DESKTOP, PHONE = 1280, 390  # pixels
# Colours follow from the scheme alone, whatever the width and the language.
LOOKS = (("light", "vi"), ("dark", "en"))
POLL_SECONDS = 0.05  # between two looks at what is waited for; selenium's own half second is longer than a page takes


@contextmanager
def chromium(profile: Path) -> Iterator[Any]:
    """Chromium with its profile in a folder."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    options.add_argument("--accept-lang=en")
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    try:
        yield driver
    finally:
        driver.quit()


def prepare(browser: Any, width: int) -> None:
    """Make the window so wide, and forget the cookies: the language is remembered in one."""
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.execute_cdp_cmd("Network.clearBrowserCookies", {})


def asked(browser: Any) -> list[str]:
    """The addresses that the browser asked since the last call."""
    events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    return [
        event["params"]["request"]["url"]
        for event in events
        if event["method"] == "Network.requestWillBeSent"
    ]


def await_text(browser: Any, selector: str, text: str) -> None:
    """Wait until the page, which may just be changing, shows `text` in the first `selector`."""
    from selenium.common.exceptions import WebDriverException
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.ui import WebDriverWait

    # Between two pages an element is not there, is stale, or of no document: each its own error.
    WebDriverWait(browser, 15, POLL_SECONDS, [WebDriverException]).until(
        lambda b: text in b.find_element(By.CSS_SELECTOR, selector).text, f"{selector}: no {text!r}"
    )


def serious_faults(browser: Any, scheme: str) -> list[tuple[str, list[str]]]:
    """What axe finds wrong with the page in a colour scheme, if serious or critical, and where."""
    axe = pytest.importorskip("axe_selenium_python").Axe(browser)
    feature = {"name": "prefers-color-scheme", "value": scheme}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
    axe.inject()
    return [
        (fault["id"], [node["html"][:200] for node in fault["nodes"]][:3])
        for fault in axe.run(options={"resultTypes": ["violations"]})["violations"]
        if fault["impact"] in ("serious", "critical")
    ]
