"""A reader's way from the first page to a citation, in both languages, past a hostile capture."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from scraper.browse.phrases import catalogue
from tests.support.chromium import NEEDS_CHROMIUM, asked, await_text
from tests.support.filled import fill, page
from tests.support.opened import served, settings_of

pytestmark = NEEDS_CHROMIUM

HOSTILE = b"""<script>document.title = 'ran'; fetch('http://127.0.0.1:9/home');
if (opener) opener.document.title = 'ran'</script>
<img src="http://127.0.0.1:9/a.png" onerror="document.title = 'ran'">
<form id="sent" action="http://127.0.0.1:9/form"><input name="a"><button>x</button></form>
<a href="javascript:document.title = 'ran'" id="led">x</a></body>"""
WALK = {
    "vi": ("Mở trang đã chụp", "thay đổi gì"),
    "en": ("Open the captured page", "what changed"),
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an archive with one article, edited once and hostile."""
    path = tmp_path_factory.mktemp("walk") / "archive.db"
    first, second = (page(0, day=day, title=title) for day, title in ((0, b"Hoa"), (2, b"Hoa dao")))
    fill(path, [replace(s, body=s.body.replace(b"</body>", HOSTILE)) for s in (first, second)])
    with served(settings_of(path)) as address:
        yield address


@pytest.mark.parametrize("language", WALK)
def test_a_reader_comes_from_the_first_page_to_the_capture_and_its_citation(
    browser: Any, place: str, language: str
):
    from selenium.webdriver.common.by import By

    captured, changed = WALK[language]
    asked(browser)
    browser.get_log("browser")
    browser.get(f"{place}/?lang={language}")
    box = browser.find_element(By.ID, "q")
    box.send_keys("Hoa dao")
    box.submit()
    await_text(browser, ".stories h2", "Hoa dao")
    article = browser.find_element(By.CSS_SELECTOR, ".stories h2 a").get_attribute("href")
    for address, link, selector, text in (
        (article, changed, "ins", "dao"),
        (article, captured, "body", "SHA-256"),
    ):
        browser.get(address)
        at = browser.find_element(By.LINK_TEXT, link).get_attribute("href")
        browser.get(at)
        await_text(browser, selector, text)
        html = browser.find_element(By.TAG_NAME, "html")
        assert "capture" in at or html.get_attribute("lang") == language
    assert browser.title != "ran"
    assert not browser.find_elements(By.CSS_SELECTOR, "script, form, button, [onerror]")
    assert not browser.find_elements(By.CSS_SELECTOR, "[href^='javascript:']")
    browser.get(article)
    await_text(browser, ".citation", "Báo Lào Cai")
    assert catalogue()["article.cite"][language == "en"] in browser.page_source
    assert browser.get_log("browser") == []
    assert all(url.startswith((place, "data:")) for url in asked(browser))
