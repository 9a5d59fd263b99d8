"""Addresses that nobody means: answered on a page of the reader's language, never in the log."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from datasette.app import Datasette

from scraper.browse.phrases import catalogue
from tests.support.filled import archive_of_rows
from tests.support.hostile import MISSING, fill_hostile
from tests.support.opened import get, opened, settings_of

pytestmark = pytest.mark.slow  # hundreds of pages

HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
}
FOUND = (
    "/search?q=%FF",
    "/search?q=%00",
    "/search?page=abc",
    f"/search?q={'a' * 8000}",
    f"/search?q={'%22' * 500}",
    "/search?q=ma&unit=%FF",
    "/trends?q=%FF",
    "/tags?letter=%FF",
    f"/bylines?letter={'a' * 500}",
    "/places/080?page=abc",
    "/places/080?page=99999999",
    "/archive/articles?_next=%FF",
    "/archive/articles?_search=%00",
    "/archive/articles?foo__bar=1",
    "/archive/articles?_facet_size=x",
    "/archive/weather?_nocount=1",
    "/archive/weather?place=%FF",
    "/archive/named_by_month?words=%22",
    "/?lang=%FF",
)
UNREADABLE = (
    "/search?from=abc",
    "/search?q=ma&asof=zzz&start=20",
    "/search?to=2020-99",
    "/search?q=ma&sort=x",
    "/search?q=ma&start=99999999999999999999",
    "/search?q=ma&in=x",
    "/trends?from=abc",
    "/trends?q=ma&by=x",
    "/trends?q=ma&as=y",
    "/archive/articles?_facet=x",
    "/archive/articles?_facet_array=x",
    "/archive/articles?_sort=x",
    "/archive/articles?_sort_desc=x",
    "/archive/articles?_size=abc",
    "/archive/articles?_size=-1",
    "/archive/articles?_col=x",
    "/archive/articles?_through=1",
    "/archive/articles?_where=nonsense(",
    "/archive?sql=nonsense",
    "/archive?sql=drop+table+articles",
)
ABSENT = (
    *MISSING,
    "/search.xyz",
    "/days/0000-00-00",
    "/places/00000",
    "/archive/nosuch",
    "/archive/articles.xyz",
    "/archive/articles/abc",
    "/archive/articles/999999999999999999999",
    "/archive/articles/90?text=99",
    "/archive/articles/90/changes/99",
    "/archive/articles/90/captures/99",
    "/archive/articles/90/captures/99/page",
    "/archive/captions/x",
    "/cite/424242.bib",
    "/cite/90.xyz",
    f"/photo/{'0' * 64}",
    "/-/databases",
    "/feeds/x.atom",
    "/assets/nothing.css",
    "/archive/nothing",  # a word of SQL
    "/archive/nothing/1",
    "/archive/select/1.csv",
)
FORBIDDEN = ("/archive.db",)
CASES = [
    (address, status)
    for status, addresses in ((200, FOUND), (400, UNREADABLE), (403, FORBIDDEN), (404, ABSENT))
    for address in addresses
]


@pytest.fixture(scope="module")
def datasette(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Datasette]:
    path: Path = tmp_path_factory.mktemp("odd") / "archive.db"
    with opened(settings_of(archive_of_rows(path, fill_hostile))) as datasette:
        yield datasette


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(("address", "status"), CASES)
def test_an_odd_address_is_answered_safely_in_the_readers_language_and_not_logged(
    datasette: Datasette,
    address: str,
    status: int,
    language: str,
    capfd: pytest.CaptureFixture[str],
):
    answer = get(datasette, address, language=language)
    assert answer.status_code == status
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert f'<html lang="{language}">' in answer.text
    if status != 200 and "sql=" not in address and "_where=" not in address:
        assert catalogue()[f"error.{status}"][language == "en"] in answer.text
        notice = answer.text.split('<p class="notice">')[1]  # not marked as another language
        assert notice.split("<", 1)[0].strip()
    assert "".join(capfd.readouterr()) == ""


def test_an_error_of_ours_is_not_shown_to_the_reader(
    datasette: Datasette, monkeypatch: pytest.MonkeyPatch
):
    def broken(*_: object) -> None:
        raise RuntimeError("/home/somebody/secret")

    monkeypatch.setattr("scraper.browse.calendar_pages.cached", broken)
    answer = get(datasette, "/days", language="vi")
    assert answer.status_code == 500
    assert "secret" not in answer.text and catalogue()["error.ours"][0] in answer.text


@pytest.mark.parametrize("language", ["vi", "en"])
def test_json_names_an_error_in_the_readers_language_and_no_more(
    datasette: Datasette, monkeypatch: pytest.MonkeyPatch, language: str
):
    def said(name: str) -> str:
        return catalogue()[name][language == "en"]

    for address, status, name in (
        ("/archive/nothing.json", 404, "error.no_page"),
        ("/archive/nothing/1.json", 404, "error.no_page"),
        ("/-/databases.json", 404, "error.no_page"),
    ):
        answer = get(datasette, address, language=language)
        assert (answer.status_code, answer.json()["error"]) == (status, said(name)), address

    async def broken(*_: object) -> None:
        raise RuntimeError("/home/somebody/secret")

    monkeypatch.setattr("scraper.browse.search_page._found", broken)
    answer = get(datasette, "/search.json?q=ma", language=language)
    assert (answer.status_code, answer.json()["error"]) == (500, said("error.ours"))
    assert "secret" not in answer.text
    with opened(settings_of(Path(datasette.get_database("archive").path)), own_sql=False) as shut:
        answer = get(shut, "/archive.json?sql=select+1", language=language)
        assert (answer.status_code, answer.json()["error"]) == (403, said("error.not_allowed"))


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
@pytest.mark.parametrize("address", ["/", "/search", "/archive/articles", "/-/logout", "/nowhere"])
def test_sending_is_refused_in_both_languages(datasette: Datasette, address: str, method: str):
    answer = get(datasette, address, method)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
    assert answer.text.splitlines() == list(catalogue()["error.only_reading"])
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("path", ["//evil.example/", "/\\evil.example/", "/\\/evil.example/"])
def test_no_redirect_leaves_this_host(datasette: Datasette, path: str):
    sent: list[dict[str, object]] = []

    async def ask() -> None:
        scope = {
            "type": "http",
            "method": "GET",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": [],
        }

        async def receive() -> dict[str, object]:
            return {"type": "http.request", "body": b""}

        async def send(message: dict[str, object]) -> None:
            sent.append(message)

        await datasette.app()(scope, receive, send)

    asyncio.run(ask())
    headers = {name.lower(): value for name, value in sent[0]["headers"]}  # type: ignore[union-attr]
    assert headers[b"location"][:1] == b"/" and headers[b"location"][1:2] not in b"/\\"
