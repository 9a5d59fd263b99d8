"""Each figure on a page is the number of articles that its link leads to, and that the rows have."""

import html
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from datasette.app import Datasette

from scraper.archive.files import open_archive, open_articles, write
from scraper.archive.index import index_article, unindex_article
from scraper.archive.withdrawals import withdraw
from scraper.urls import article_id
from tests.support.filled import NOON, captures, fill, page
from tests.support.opened import get

pytestmark = pytest.mark.slow  # hundreds of searches

_LINK = re.compile(
    r'<a\b(?P<attributes>[^>]*?href="(?P<address>/(?:search\?|places/|days/\d{4})[^"]*)"[^>]*)>'
    r"(?P<inner>.*?)</a>(?P<after>\s*(?:<span[^>]*>)?\s*\d[\d,]*(?:</span>|</li>| articles| article))?",
    re.S,
)


def figures(text: str) -> Iterator[tuple[str, int]]:
    """Each address that a page links with a number of articles, and that number."""
    for link in _LINK.finditer(text):
        label = re.search(r'aria-label="[^"]*: ([\d,]+) articles?"', link["attributes"])
        title = re.search(r"<title>[^<]*: ([\d,]+)(?:;[^<]*)?</title>", link["inner"])
        chip = re.search(r"<span>([\d,]+)</span>\s*$", link["inner"])
        after = re.search(r"([\d,]+)", link["after"] or "")
        if found := label or title or chip or after:
            yield html.unescape(link["address"]), int(found[1].replace(",", ""))


def leads_to(datasette: Datasette, address: str) -> int:
    """How many articles are at an address."""
    parts = urlsplit(address)
    name = parts.path.rsplit("/", 1)[-1]
    query = {"search": parts.query, "places": f"unit={name}"}.get(
        parts.path.split("/")[1], f"from={name}&to={name}"
    )
    return int(get(datasette, f"/search.json?{query}").json()["total"])


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Edited, gone and withdrawn articles; one without a day, one without a section."""
    path = tmp_path_factory.mktemp("figures") / "archive.db"
    fill(path, captures(20))
    with open_archive(path) as archive:
        withdraw(archive, article_id(page(7).url), "Theo yêu cầu", NOON)
        for index, sql in ((8, "local_date = NULL, timestamp = NULL"), (9, "section = ''")):
            number = article_id(page(index).url)
            with write(archive.db) as db:
                unindex_article(db, number)
                db.execute(f"UPDATE articles SET {sql} WHERE id = ?", [number])
                index_article(db, number)
    return path


@pytest.mark.parametrize(
    ("address", "at_least"),
    [
        ("/", 10),
        ("/days", 5),
        ("/days/2025", 5),
        ("/bylines", 5),
        ("/tags", 5),
        ("/places", 100),
        ("/search?q=xã", 20),
        ("/search?q=xa&from=2022", 10),
        ("/search?photos=1", 1),
        ("/trends?q=xã&as=count", 2),
    ],
)
def test_a_figure_is_what_its_link_leads_to(datasette: Datasette, address: str, at_least: int):
    shown = list(figures(get(datasette, address).text))
    assert len(shown) >= at_least
    wrong = [(to, n) for to, n in shown if leads_to(datasette, to) != n]
    assert wrong == []


def test_the_figures_of_the_first_page_and_the_lists_are_those_of_the_rows(
    datasette: Datasette, path: Path
):
    def counted(sql: str) -> dict[str, int]:
        with open_articles(path) as db:
            return {str(name): n for name, n in db.conn.execute(sql)}

    def shown(address: str, pattern: str) -> dict[str, int]:
        found = re.findall(pattern, get(datasette, address).text, re.S)
        return {html.unescape(name): int(n) for name, n in found}

    whole = counted("SELECT 'Articles', count(*) FROM articles") | counted(
        "SELECT 'Captions', count(*) FROM captions"
    )
    assert whole.items() <= shown("/", r"<li>(Articles|Captions) <b>(\d+)</b>").items()
    for address, pattern, sql in (
        ("/", r'<a href="/search\?section=[^"]*">([^<]*) <span>(\d+)</span>',
         "SELECT section, count(*) FROM articles WHERE section <> '' GROUP BY 1"),
        ("/days", r'<a href="/days/(\d{4})">[^<]*</a> <span class="quiet">(\d+)',
         "SELECT substr(local_date, 1, 4), count(*) FROM articles WHERE local_date <> '' GROUP BY 1"),
        ("/days/2025", r'<a href="/days/([\d-]{10})"[^>]*title="(\d+)"',
         "SELECT local_date, count(*) FROM articles WHERE local_date LIKE '2025%' GROUP BY 1"),
        ("/bylines", r'byline=[^"]*">([^<]*)</a> <span>(\d+)',
         "SELECT value, count(DISTINCT articles.id) FROM articles, json_each(byline) GROUP BY 1"),
        ("/tags", r'tag=[^"]*">([^<]*)</a> <span>(\d+)',
         "SELECT name, count(*) FROM article_tags JOIN tags ON tags.id = tag_id GROUP BY 1"),
        ("/dashboard", r"template=[^>]*><code>(\w+)</code></a> <span>(\d+)",
         "SELECT template, count(*) FROM articles GROUP BY 1"),
        ("/dashboard", r'\?state=(\w+)">[^<]*</a> <span>(\d+)',
         "SELECT state, count(*) FROM frontier GROUP BY 1"),
        ("/archive", r"<code>(\w+)</code></h3><p>[^<]*<span class=\"quiet\">(\d+) row",
         " UNION ALL ".join(f"SELECT '{name}', count(*) FROM {name}" for name in
                            ("articles", "texts", "captions", "revisions", "captures", "addresses",
                             "frontier", "withdrawals", "article_tags", "article_places"))),
    ):  # fmt: skip
        rows, seen = counted(sql), shown(address, pattern)
        assert rows and rows.items() <= seen.items(), (address, rows, seen)
        assert address == "/archive" or rows == seen, address
