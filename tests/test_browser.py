"""The reading pages in headless Chromium, as a reader meets them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.chromium import (
    LOOKS,
    NEEDS_CHROMIUM,
    WIDTHS,
    asked,
    await_text,
    serious_faults,
)
from tests.support.filled import archive_of_rows
from tests.support.hostile import PAGES, fill_hostile
from tests.support.opened import served, settings_of

pytestmark = NEEDS_CHROMIUM


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an archive served on loopback."""
    path = archive_of_rows(tmp_path_factory.mktemp("browser") / "archive.db", fill_hostile)
    with served(settings_of(path)) as address:
        yield address


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


# Each page in both widths, schemes and languages; what a page has on a desktop in the light scheme,
# the next has on a phone.
SEEN = [
    (page, width, *LOOKS[(number + width_number) % 2])
    for number, page in enumerate(PAGES)
    for width_number, width in enumerate(WIDTHS)
]


@pytest.mark.parametrize(("page", "browser", "scheme", "language"), SEEN, indirect=["browser"])
def test_a_page_is_quiet_keeps_to_itself_fits_the_screen_and_has_no_serious_fault(
    page: str, browser: Any, scheme: str, language: str, site: str
):
    asked(browser)
    browser.get_log("browser")
    browser.get(f"{site}{page}{'&' if '?' in page else '?'}lang={language}")
    expected = 1 if "nonsense" in page else 0  # a wrong SELECT is answered with status 400
    assert len(browser.get_log("browser")) == expected
    assert all(url.startswith((site, "data:")) for url in asked(browser))
    inner, outer = browser.execute_script(
        "return [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert inner <= outer
    assert serious_faults(browser, scheme) == []


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
