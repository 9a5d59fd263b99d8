"""The captured page on the web and on the command line: the bytes as captured, and nothing acts."""

import hashlib
import re
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from datasette.app import Datasette

from scraper.archive.files import open_archive
from scraper.archive.withdrawals import withdraw
from scraper.browse.capture_pages import as_page
from scraper.browse.captured_view import inert
from scraper.cli import cli
from tests.support.filled import NOON, fill, page
from tests.support.opened import get, opened, settings_of

SNAPSHOT = page(0)
OTHER = page(1)
URL = "https://baolaocai.vn/x-post1.html"
HOSTILE = {
    "script": "<script>document.title='ran'</script>",
    "handler": "<p onclick='x()' ONMOUSEOVER=y()>chữ</p>",
    "refresh": "<meta http-equiv=refresh content='0;url=http://evil.example/'>",
    "phone home": "<img src=http://evil.example/a.png srcset='http://evil.example/b 2x'>",
    "svg": "<svg onload=x()><a xlink:href='javascript:x()'>s</a><script>x()</script></svg>",
    "prefetch": "<link rel=prefetch href=//evil.example><link rel=dns-prefetch href=//evil.example>",
    "form": "<form action=http://evil.example/><input name=a><button formaction=//evil.example>b",
    "frame": "<iframe srcdoc='<script>x()</script>'></iframe><object data=//evil.example></object>",
    "base": "<base href=http://evil.example/>",
    "ping": "<a href=http://evil.example/ ping=http://evil.example/ target=_blank>ra</a>",
    "scheme": "<a href=' java\nscript:x()'>a</a><a href=data:text/html,x>b</a>",
    "mutation": "<noscript><p title='</noscript><img src=x onerror=x()>'></noscript>",
    "template": "<template><script>x()</script></template>",
    "comment": "<!--><img src=x onerror=x()>-->",
}  # fmt: skip


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("captured") / "archive.db"
    fill(path, [SNAPSHOT, OTHER, page(0, day=2, title="Tiêu đề mới".encode())])
    return path


def address(path: Path, capture: int = 1) -> tuple[int, str]:
    """The article of snapshot `capture`, and the address that shows it."""
    with open_archive(path) as archive:
        (number,) = archive.db.execute(
            "SELECT article_id FROM captures WHERE snapshot_id = ?", [capture]
        ).fetchone()
    return number, f"/archive/articles/{number}/captures/{capture}"


@pytest.mark.parametrize("kind", HOSTILE)
def test_nothing_of_a_hostile_page_acts(kind: str):
    shown = inert(f"<html><body><p>Chữ</p>{HOSTILE[kind]}</body></html>", URL, "", lambda n: "")
    assert "Chữ" in shown
    tags = re.sub(r"<!--.*?-->", "", shown, flags=re.DOTALL)
    acts = r"<(script|iframe|object|base|link|form|button|input|svg|template|noscript|meta(?! charset| name=viewport))"
    assert not re.search(acts, tags, re.IGNORECASE)
    for tag in re.findall(r"<[a-z][^>]*>", tags, re.IGNORECASE):
        names = set(re.findall(r'\s([\w:-]+)=(?=")', tag))
        assert names <= {"title", "style", "charset", "alt", "class", "id", "lang"}, tag


def test_links_lead_to_the_archive_or_say_where_they_led():
    html = '<a href="/a-post7.html">a</a><a href="https://x.example/y">b</a><a href="#top">c</a>'
    shown = inert(html, URL, "", lambda n: f"/archive/articles/{n}" if n == 7 else "")
    assert '<a href="/archive/articles/7">a</a>' in shown
    assert '<a title="https://x.example/y">b</a>' in shown


def test_a_pages_own_picture_stays():
    assert 'src="data:image/gif;base64,R0l"' in inert(
        '<img src="data:image/gif;base64,R0l">', URL, "", lambda n: ""
    )


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_capture_is_shown_under_a_bar_and_sandboxed(
    datasette: Datasette, path: Path, language: str
):
    number, where = address(path)
    answer = get(datasette, where, language=language)
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    expected = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    assert policy.startswith(expected) and policy.count("sandbox") == 1
    assert answer.headers["x-dns-prefetch-control"] == "off"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-frame-options"] == "DENY"
    assert hashlib.sha256(SNAPSHOT.body).hexdigest() in answer.text
    assert f'href="/archive/articles/{number}"' in answer.text
    assert ("Chụp lúc" in answer.text) == (language == "vi")
    assert f'href="{where}"' in get(datasette, f"/archive/articles/{number}?text=1").text


def test_the_download_gives_the_exact_bytes_and_headers(datasette: Datasette, path: Path):
    answer = get(datasette, address(path)[1] + "/page")
    assert answer.content == SNAPSHOT.body
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["x-archive-orig-etag"] == '"0"'
    assert answer.headers["content-type"] == "application/octet-stream"
    assert "sandbox" in answer.headers["content-security-policy"]


def test_a_capture_of_another_article_is_not_found(datasette: Datasette, path: Path):
    number, _ = address(path)
    assert get(datasette, f"/archive/articles/{number}/captures/2").status_code == 404
    assert get(datasette, f"/archive/articles/{number}/captures/99").status_code == 404


def test_a_slim_copy_says_that_it_has_none(path: Path, tmp_path: Path):
    where = address(path)[1]
    with open_archive(path) as archive:
        archive.db.conn.execute("VACUUM INTO ?", (str(tmp_path / "archive.db"),))
    with opened(settings_of(tmp_path / "archive.db")) as datasette:
        answer = get(datasette, where)
        assert answer.status_code == 404 and "holds no captured pages" in answer.text


def test_a_withdrawn_article_answers_410(tmp_path: Path):
    path = tmp_path / "archive.db"
    fill(path, [SNAPSHOT])
    number, where = address(path)
    with open_archive(path) as archive:
        withdraw(archive, number, "Quyết định 12", NOON)
    with opened(settings_of(path)) as datasette:
        for there in (where, f"{where}/page", f"/archive/articles/{number}"):
            answer = get(datasette, there)
            assert answer.status_code == 410 and "Quyết định 12" in answer.text


def test_the_command_prints_the_page_of_a_capture(path: Path):
    number, _ = address(path)
    config = path.parent / "config.toml"
    config.write_text('[site]\nbase_url = "https://baolaocai.vn"\n', "utf-8")
    run = CliRunner().invoke(cli, ["page", str(number), "--config", str(config)])
    assert run.exit_code == 0, run.output
    assert "Tiêu đề mới" in run.output  # the newest
    first = CliRunner().invoke(
        cli, ["page", str(number), "--capture", "1", "--config", str(config)]
    )
    assert first.stdout_bytes == SNAPSHOT.body
    missing = CliRunner().invoke(
        cli, ["page", str(number), "--capture", "9", "--config", str(config)]
    )
    assert missing.exit_code == 1 and "takes 1 to 2" in str(missing.exception)


def test_a_text_capture_is_shown_as_text():
    plain = replace(SNAPSHOT, body="Dòng <b>một</b>\nhai".encode())
    assert "Dòng &lt;b&gt;một&lt;/b&gt;\nhai" in as_page(plain, "", lambda number: "")


@pytest.mark.parametrize(("levels", "is_shown"), [(900, True), (6_000, False)])
def test_a_page_that_takes_a_parser_long_is_shown_as_its_source(
    levels: int, is_shown: bool
) -> None:
    deep = replace(page(0), body=b"<html><body>" + b"<div>" * levels + b"<b>a</b>")
    assert ("<b>a</b>" in as_page(deep, "", lambda number: "")) is is_shown
