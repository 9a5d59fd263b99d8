"""A reader's way from the first page to a citation, in both languages, past hostile captures."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import escape
from typing import Any

import httpx
import pytest

from scraper.archive.files import open_archive
from scraper.browse.phrases import catalogue
from tests.support.chromium import (
    DESKTOP,
    LOOKS,
    NEEDS_CHROMIUM,
    POLL_SECONDS,
    WIDTHS,
    asked,
    await_text,
    serious_faults,
)
from tests.support.filled import fill, page
from tests.support.listener import Listener, listening
from tests.support.opened import served, settings_of
from tests.support.spoken import Words, left_over, mixed

pytestmark = NEEDS_CHROMIUM

# What a page tries: to run a script, to phone home, to reach its opener, to submit a form.
ATTACK = """<script>document.title = 'ran'; fetch('{home}/script');
if (opener) {{ opener.postMessage('x', '*'); fetch('{home}/opener-seen') }}
document.addEventListener('DOMContentLoaded', () => document.forms['sent'].submit())</script>
<img src='{home}/image' onerror="fetch('{home}/handler')"><iframe src='{home}/frame'></iframe>
<form name='sent' id='sent' action='{home}/form'><input name='a'><button>x</button></form>
<a href="javascript:fetch('{home}/link')">x</a>"""
LEAKING_STYLE = (
    "<style>@import url('{home}/import'); p {{ background: url('{home}/background') }}</style>"
)
TRIED = {"/script", "/opener-seen", "/image", "/frame", "/form"}


@dataclass(frozen=True)
class Walked:
    """The archive that is walked through, and the host that its pages try to reach."""

    address: str
    number: int  # of the article that was edited
    headline: str
    listener: Listener

    @property
    def pages(self) -> list[str]:
        """Every page type, with the hostile texts that it shows."""
        article = f"/archive/articles/{self.number}"
        tables = ("articles", "captions", "weather", "revisions", "captures", "tags", "frontier")
        return [
            "/", "/search?q=hoa", "/search?q=%3Cscript%3E", "/trends?q=hoa", "/days", "/days/2026",
            "/bylines", "/tags", "/places", "/places/080", "/dashboard", "/about", "/archive",
            *(f"/archive/{table}" for table in tables), f"/archive/texts/{self.number}",
            "/archive/headlines_changed", "/archive?sql=select+title+from+articles", "/nowhere",
            "/search?from=%3Cscript%3E", article, f"{article}?text=1", f"{article}/changes/2",
            f"{article}/captures/1", f"{article}/captures/2", f"{article}.json", "/feeds/new.atom", "/trends.svg?q=hoa", f"/cite/{self.number}.txt",
        ]  # fmt: skip


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walked]:
    """An archive with one article, captured twice: hostile in its text and its page, and edited."""
    path = tmp_path_factory.mktemp("walk") / "archive.db"
    with listening() as listener:
        attack = ATTACK.format(home=listener.address)
        text = escape(attack.replace("\n", " ")).encode()
        bodies = (attack, attack + LEAKING_STYLE.format(home=listener.address))
        fill(
            path,
            [
                replace(shot, body=shot.body.replace(b"</body>", body.encode() + b"</body>"))
                for body, shot in zip(
                    bodies,
                    (
                        page(0, title=b"Hoa " + text),
                        page(0, day=2, title=b"Hoa dao " + text),
                    ),
                    strict=True,
                )
            ],
        )
        with open_archive(path) as archive:
            ((number, headline),) = archive.db.execute("SELECT id, title FROM articles")
        with served(settings_of(path)) as address:
            yield Walked(address, number, headline, listener)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_reader_comes_from_the_first_page_to_the_capture_and_its_citation(
    browser: Any, walked: Walked, language: str
):
    from selenium.webdriver.common.by import By

    def phrase(name: str) -> str:
        return catalogue()[name][language == "en"]

    def speaks_one_language() -> None:
        assert browser.find_element(By.TAG_NAME, "html").get_attribute("lang") == language
        body = browser.page_source.split("</title>", 1)[1]  # the head's holds a headline
        assert mixed(body, language) == {}

    asked(browser)
    browser.get_log("browser")
    browser.get(f"{walked.address}/?lang={language}")
    speaks_one_language()
    box = browser.find_element(By.ID, "q")
    box.send_keys("Hoa dao")
    box.submit()
    await_text(browser, ".stories h2", "Hoa dao")
    speaks_one_language()
    browser.find_element(By.CSS_SELECTOR, ".stories h2 a").click()
    await_text(browser, "article h1", "Hoa dao")
    speaks_one_language()
    browser.find_element(By.CSS_SELECTOR, ".edited a").click()
    await_text(browser, "ins", "dao")
    speaks_one_language()
    browser.find_element(By.LINK_TEXT, phrase("change.back")).click()
    await_text(browser, "article h1", "Hoa dao")
    browser.get(f"{browser.current_url}?text=1")  # its page has no style that asks a host
    browser.find_element(By.LINK_TEXT, phrase("capture.open")).click()
    await_text(browser, "body > div", "SHA-256")
    bar_html = browser.find_element(By.CSS_SELECTOR, "body > div").get_attribute("outerHTML")
    bar = [text for marked, text in Words(bar_html).found if marked == language]
    assert bar and [text for text in bar if left_over(text, language)] == []
    browser.find_element(By.LINK_TEXT, phrase("capture.back")).click()
    await_text(browser, "#cite h2", phrase("article.cite"))
    citation = browser.find_element(By.CSS_SELECTOR, ".citation").text
    assert "Báo Lào Cai" in citation and "SHA-256" in citation
    assert browser.get_log("browser") == []
    assert all(url.startswith((walked.address, "data:")) for url in asked(browser))


@pytest.mark.parametrize(
    ("browser", "scheme", "language"),
    [(width, *look) for width, look in zip(WIDTHS, LOOKS, strict=True)],
    indirect=["browser"],
)
def test_axe_finds_no_serious_fault_in_a_captured_page_or_a_change(
    browser: Any, walked: Walked, scheme: str, language: str
):
    article = f"{walked.address}/archive/articles/{walked.number}"
    # The sandbox of a captured page lets no script run, axe included: looked at outside of it.
    shown = httpx.get(f"{article}/captures/1?lang={language}", trust_env=False).text
    walked.listener.pages["/shown"] = shown
    for at in (f"{walked.listener.address}/shown", f"{article}/changes/2", article):
        browser.get(f"{at}?lang={language}")
        assert serious_faults(browser, scheme) == [], at


# What a hostile page can do does not depend on the width.
@pytest.mark.parametrize("browser", [DESKTOP], indirect=True)
def test_the_attack_would_succeed_on_a_page_that_nobody_guards(browser: Any, walked: Walked):
    home = walked.listener
    home.pages["/unguarded"] = f"<body>{ATTACK.format(home=home.address)}</body>"
    home.pages["/opener"] = f'<a target=_blank rel=opener href="{home.address}/unguarded">x</a>'
    home.asked.clear()
    _open_from(browser, f"{home.address}/opener", lambda: set(home.asked) >= TRIED)


@pytest.mark.parametrize("browser", [DESKTOP], indirect=True)
def test_nothing_of_a_hostile_article_acts_on_any_page_type(browser: Any, walked: Walked):
    from selenium.webdriver.common.by import By

    home = walked.listener
    for at in walked.pages:
        home.pages["/opener"] = (
            f'<title>Opener</title><a target=_blank rel=opener href="{walked.address}{at}">x</a>'
        )
        home.asked.clear()
        browser.get(f"{home.address}/opener")
        asked(browser)
        seen = _open_from(browser, "", lambda: True)
        assert "ran" not in (browser.title, seen["title"]), at
        assert browser.title == "Opener" and browser.find_elements(By.TAG_NAME, "a"), at
        assert set(home.asked) <= {"/opener", "/favicon.ico"}, at
        if seen["opener"] is not None:
            assert seen["opener"] == "none", at


def _open_from(browser: Any, address: str, is_done: Any) -> dict[str, Any]:
    """Open the one link of the page in a tab of its own, and close that; what it showed there."""
    from selenium.common.exceptions import JavascriptException, WebDriverException
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.ui import WebDriverWait

    if address:
        browser.get(address)
    first = browser.current_window_handle
    browser.find_element(By.TAG_NAME, "a").click()
    wait = WebDriverWait(browser, 15, POLL_SECONDS, [WebDriverException])
    wait.until(lambda b: len(b.window_handles) == 2 and is_done())
    (second,) = [handle for handle in browser.window_handles if handle != first]
    browser.switch_to.window(second)
    try:
        opener = browser.execute_script("return window.opener === null ? 'none' : 'reached'")
    except JavascriptException:
        opener = None  # the page's sandbox lets no script run at all
    seen = {"title": browser.title, "opener": opener}
    browser.close()
    browser.switch_to.window(first)
    return seen
