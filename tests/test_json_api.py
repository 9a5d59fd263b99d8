"""The archive for programs: what docs/api.md says of JSON, addresses and errors."""

import asyncio
import json
import re
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from click.testing import CliRunner
from datasette.app import Datasette

from scraper.browse.datasette_065 import ArchiveFile
from scraper.browse.whole_search import FILES
from scraper.cli import cli
from scraper.config import ArchiveSettings, ServeSettings, Settings, SiteSettings
from tests.support.filled import captures, fill
from tests.support.opened import get, opened, served, settings_of

pytestmark = pytest.mark.slow  # whole archives, and a server

PAGE = (Path(__file__).parent.parent / "docs" / "api.md").read_text("utf-8")
CURLS = re.findall(r"^    (curl .*)$", PAGE, re.MULTILINE)
PUBLIC = "https://archive.example.org/luu-tru"


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("api") / "archive.db"
    fill(path, captures(30))
    return path


@pytest.fixture(scope="module")
def datasette(path: Path) -> Iterator[Datasette]:
    with opened(settings_of(path)) as datasette:
        yield datasette


def asked_by(datasette: Datasette, address: str, host: str) -> Any:
    """The answer to a request with this Host header."""

    async def ask() -> Any:
        return await datasette.client.get(address, headers={"host": host})

    return asyncio.run(ask())


def test_the_examples_of_the_page_work(path: Path, tmp_path: Path) -> None:
    assert len(CURLS) == 5
    with served(settings_of(path)) as address:
        for line in CURLS:
            line = line.replace("curl ", "curl -sS --fail ").replace(
                "http://127.0.0.1:8001", address
            )
            done = subprocess.run(["sh", "-c", line], capture_output=True, cwd=tmp_path)
            assert done.returncode == 0, (line, done.stderr)
            if "-o" not in line:
                assert json.loads(done.stdout)
    assert (tmp_path / "captions.csv").read_bytes().startswith(b"\xef\xbb\xbfid,")


def test_raw_accents_are_answered_400_and_encoded_ones_are_found(path: Path) -> None:
    with served(settings_of(path)) as address:
        command = ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}"]
        raw = subprocess.run([*command, f"{address}/search.json?q=lễ"], capture_output=True)
        encoded = subprocess.run(
            [*command, f"{address}/search.json?q={quote('lễ')}"], capture_output=True
        )
    assert (raw.stdout, encoded.stdout) == (b"400", b"200")


def test_the_page_names_every_key_of_the_answer(datasette: Datasette) -> None:
    answer = get(datasette, "/search.json?q=b%E1%BA%A3n+x%C3%A3&facets=1").json()
    assert answer["total"] > 0
    for key in (*answer, *answer["results"][0], *answer["facets"], *answer["others"][0]):
        assert f"`{key}`" in PAGE, key
    assert "facets" not in get(datasette, "/search.json?q=b%E1%BA%A3n").json()


def test_facets_of_json_are_those_of_the_page(datasette: Datasette) -> None:
    answer = get(datasette, "/search.json?q=b%E1%BA%A3n&facets=1").json()
    facets = answer["facets"]
    assert facets["counted"] == answer["total"] == sum(facets["year"].values())
    assert sum(facets["section"].values()) == answer["total"]
    assert set(facets) - {"counted"} == {
        "section",
        "year",
        "byline",
        "tag",
        "layout",
        "unit",
        "in",
    }


@pytest.mark.parametrize(("ending", "name"), [(end, name) for end, (name, _) in FILES.items()])
def test_a_file_of_a_search_is_what_export_writes(
    datasette: Datasette, path: Path, ending: str, name: str
) -> None:
    config = path.with_name("config.toml")
    config.write_text('[site]\nbase_url = "https://baolaocai.vn"\n', "utf-8")
    asked = ["export", name, "-", "--where", "search=bản", "--config", str(config)]
    run = CliRunner().invoke(cli, asked)
    assert get(datasette, f"/search.{ending}?q=b%E1%BA%A3n").content == run.stdout_bytes
    with closing(sqlite3.connect(path.with_name("snapshots.db"))) as db:
        hashes = {sha256 for (sha256,) in db.execute("SELECT sha256 FROM snapshots")}
    assert sum(sha256 in run.stdout for sha256 in hashes) > 1


ADDRESSES = {
    "/search.json?q=&size=2": lambda answer: answer["results"][0]["archive_url"],
    "/archive/articles.json?_size=2": lambda answer: answer["next_url"],
    "/archive/articles.json?_facet=section": lambda answer: next(
        iter(answer["facet_results"].values())
    )["results"][0]["toggle_url"],
}


@pytest.mark.parametrize("address", ADDRESSES)
def test_addresses_in_json_are_paths_whatever_the_host_header(
    datasette: Datasette, address: str
) -> None:
    answer = asked_by(datasette, address, "evil.example")
    assert ADDRESSES[address](answer.json()).startswith("/archive/articles")
    assert "evil.example" not in answer.text + str(answer.headers)


@pytest.mark.parametrize("base_url", ["/", "/luu-tru/"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_addresses_in_json_start_from_the_public_one(
    path: Path, address: str, base_url: str
) -> None:
    site = SiteSettings("https://baolaocai.vn")
    public = Settings(site, archive=ArchiveSettings(path), serve=ServeSettings(public_url=PUBLIC))
    with opened(public, base_url=base_url) as datasette:
        answer = asked_by(datasette, address, "evil.example")
    assert ADDRESSES[address](answer.json()).startswith(f"{PUBLIC}/archive/articles")
    assert "evil.example" not in answer.text + str(answer.headers)


@pytest.mark.parametrize(
    "facet",
    ["_facet=x", "_facet_date=x", "_facet=", '_facet={"column":"x"}', "_facet={", "_facet={}"],
)
@pytest.mark.parametrize("kind", ["", ".json"])
def test_counting_values_of_an_unknown_column_is_answered_400(
    datasette: Datasette, facet: str, kind: str, capfd: pytest.CaptureFixture[str]
) -> None:
    answer = get(datasette, f"/archive/articles{kind}?{facet}")
    assert answer.status_code == 400
    assert "no column" in answer.text
    assert "ERROR" not in capfd.readouterr().err
    known = get(datasette, f'/archive/articles{kind}?_facet={{"column":"section"}}')
    assert known.status_code == 200


@pytest.mark.parametrize(
    ("path_asked", "may_be_read"),
    [
        ("/search.json?q=a", True),
        ("/archive/captions.csv?_stream=on", True),
        ("/search.jsonl", True),
        ("/search?q=a", False),
        ("/search.atom", False),
    ],
)
def test_scripts_of_other_websites_may_read_data_only(
    datasette: Datasette, path_asked: str, may_be_read: bool
) -> None:
    answer = get(datasette, path_asked)
    assert (answer.headers.get("access-control-allow-origin") == "*") == may_be_read


def test_a_stream_of_rows_is_read_by_few_statements(
    datasette: Datasette, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    execute = ArchiveFile.execute

    async def counted(self: ArchiveFile, sql: str, *args: Any, **kwargs: Any) -> Any:
        asked.append(sql)
        return await execute(self, sql, *args, **kwargs)

    monkeypatch.setattr(ArchiveFile, "execute", counted)
    monkeypatch.setattr("scraper.browse.datasette_065.STREAMED_AT_ONCE", 20)
    whole = get(datasette, "/archive/article_places.csv?_stream=on").text
    rows = len(whole.splitlines()) - 1
    assert 50 < rows
    selects = [sql for sql in asked if " limit " in sql and "from article_places" in sql]
    assert len(selects) == -(-rows // 20)
    small = get(datasette, "/archive/article_places.csv?_stream=on&_size=7").text
    assert sorted(small.splitlines()) == sorted(whole.splitlines())
