"""The reading pages in headless Chromium, as a reader meets them."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scraper.archive.files import open_archive, write
from tests.support.opened import served
from tests.test_browse import PAGES, fill, settings_of

selenium = pytest.importorskip("selenium", reason="needs the test extra")
CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="Chromium is not installed"),
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


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an archive served on loopback."""
    path = tmp_path_factory.mktemp("browser") / "archive.db"
    with open_archive(path) as archive, write(archive.db) as db:
        fill(db)
    with served(settings_of(path)) as address:
        yield address


@pytest.fixture(scope="module", params=[1280, 390])
def browser(request: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Chromium with a window as wide as a desktop's, and as a phone's."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    options.add_argument("--accept-lang=en")
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(flag)
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    size = {"width": request.param, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    yield driver
    driver.quit()


def asked(browser: Any) -> list[str]:
    """The addresses that the browser asked since the last call."""
    import json

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
    WebDriverWait(browser, 15, ignored_exceptions=[WebDriverException]).until(
        lambda b: text in b.find_element(By.CSS_SELECTOR, selector).text, f"{selector}: no {text!r}"
    )


def test_a_reader_finds_an_article_its_changes_and_its_citation(browser: Any, site: str):
    from selenium.webdriver.common.by import By

    browser.get(site)
    box = browser.find_element(By.ID, "q")
    box.send_keys("dang vien")
    box.submit()
    await_text(browser, "main", "Kinh nghiệm phát triển đảng viên")
    browser.find_element(By.LINK_TEXT, "Kinh nghiệm phát triển đảng viên").click()
    await_text(browser, "h1", "Kinh nghiệm phát triển đảng viên")
    await_text(browser, ".citation", "Báo Lào Cai")
    browser.get(f"{site}/archive/articles/90")
    browser.find_element(By.LINK_TEXT, "what changed").click()
    await_text(browser, "del", "50")
    await_text(browser, "ins", "70")
    browser.get(f"{site}/archive/articles/90")
    browser.find_element(By.XPATH, "//summary[text()='BibTeX']").click()
    assert "@article{baolaocai90" in browser.find_element(By.CSS_SELECTOR, "#cite pre").text


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_quiet_keeps_to_itself_and_fits_the_screen(browser: Any, site: str, page: str):
    asked(browser)
    browser.get(site + page)
    expected = 1 if "nonsense" in page else 0  # a wrong SELECT is answered with status 400
    assert len(browser.get_log("browser")) == expected
    assert all(url.startswith((site, "data:")) for url in asked(browser))
    inner, outer = browser.execute_script(
        "return [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert inner <= outer


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("page", PAGES)
def test_axe_finds_no_serious_fault(browser: Any, site: str, page: str, scheme: str):
    axe = pytest.importorskip("axe_selenium_python").Axe(browser)
    feature = {"name": "prefers-color-scheme", "value": scheme}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
    browser.get(site + page)
    axe.inject()
    faults = [
        (fault["id"], [node["html"][:200] for node in fault["nodes"]][:3])
        for fault in axe.run()["violations"]
        if fault["impact"] in ("serious", "critical")
    ]
    assert faults == []


def test_the_search_works_from_the_keyboard(browser: Any, site: str):
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys

    browser.get(f"{site}/about")
    browser.switch_to.active_element.send_keys(Keys.TAB)
    assert browser.switch_to.active_element.text == "Skip to the content"
    browser.find_element(By.ID, "quick").send_keys("chợ phiên", Keys.ENTER)
    await_text(browser, "main", "Chợ phiên Y Tý")


def test_pictures_for_the_readme_are_small():
    pictures = list((Path(__file__).parent.parent / "docs").glob("*.png"))
    assert pictures
    assert all(picture.stat().st_size < 200_000 for picture in pictures)
