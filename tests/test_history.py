"""One article and its past: what `show` and `diff` print."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from scraper.archive.read_article import FieldChange, marked_lines
from scraper.archive.word_diff import changes
from scraper.cli import cli
from scraper.errors import UnknownArticle
from scraper.urls import article_id
from tests.support.filled import fill, page

NUMBER = article_id(page(0).url)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config.toml").write_text('[site]\nbase_url = "https://baolaocai.vn"\n', "utf-8")
    fill(
        tmp_path / "archive.db",
        [page(0), page(0, 2, title="Giá vé 50 nghìn".encode()), page(1)],
    )
    return tmp_path


def run(folder: Path, *arguments: object) -> Result:
    command = [*map(str, arguments), "--config", str(folder / "config.toml")]
    return CliRunner().invoke(cli, command, catch_exceptions=False)


def test_show_gives_each_capture_with_the_hash_of_its_page(folder: Path) -> None:
    shown = json.loads(run(folder, "show", NUMBER, "--json").stdout)
    assert (shown["id"], shown["title"]) == (NUMBER, "Giá vé 50 nghìn")
    assert shown["body"] and isinstance(shown["byline"], list)
    assert [r["number"] for r in shown["revisions"]] == [1, 2]
    assert [s["sha256"] for s in shown["snapshots"]] == [
        hashlib.sha256(p.body).hexdigest()
        for p in (page(0), page(0, 2, title="Giá vé 50 nghìn".encode()))
    ]


def test_show_leaves_no_empty_line_for_what_an_article_lacks(folder: Path) -> None:
    text = "Mùa lê\nLCĐT - Bà con vào vụ lê.\nVườn lê chín vàng, ai cũng vui vì được mùa.\n"
    (folder / "a.txt").write_text(text, "utf-8")
    run(folder, "import", folder / "a.txt", "--url", "https://baolaocai.vn/mua-le-post950009.html")
    lines = run(folder, "show", 950009).stdout.splitlines()
    assert "" not in lines[:3] and lines[3:5] == ["", "LCĐT - Bà con vào vụ lê."]


def test_show_gives_no_hash_for_an_answer_without_a_page(folder: Path) -> None:
    unchanged = replace(page(0, 5), status=304, body=b"")
    fill(folder / "archive.db", [unchanged])
    lines = run(folder, "show", NUMBER).stdout.splitlines()
    assert "snapshot 4: 2026-05-06T12:00:00Z 304 unchanged" in lines


def test_show_prints_text_and_history_and_works_on_a_slim_copy(folder: Path) -> None:
    whole = run(folder, "show", NUMBER).stdout
    assert whole.startswith("Giá vé 50 nghìn\nhttps://baolaocai.vn/")
    assert "revision 2: 2026-05-03T12:00:00Z" in whole
    assert hashlib.sha256(page(0).body).hexdigest() in whole
    (folder / "snapshots.db").unlink()
    assert run(folder, "show", NUMBER).stdout.startswith("Giá vé 50 nghìn\n")


def test_diff_prints_the_changed_words_of_the_last_change(folder: Path) -> None:
    fill(folder / "archive.db", [page(0, 5, title="Giá vé 70 nghìn".encode())])
    said = run(folder, "diff", NUMBER).stdout
    assert said.splitlines() == [
        "revision 2 (2026-05-03T12:00:00Z, page) -> 3 (2026-05-06T12:00:00Z, page)",
        "title:",
        "  Giá vé [-50-]{+70+} nghìn",
    ]
    assert "{+50+}" in run(folder, "diff", NUMBER, 3, 2).stdout


def test_diff_as_json_holds_both_texts(folder: Path) -> None:
    printed = json.loads(run(folder, "diff", NUMBER, 1, 2, "--json").stdout)
    assert (printed["from"]["number"], printed["to"]["number"]) == (1, 2)
    (change,) = printed["changes"]
    after = "".join(r["text"] for r in change["runs"] if r["kind"] != "removed")
    assert (change["field"], after) == ("title", "Giá vé 50 nghìn")


def test_diff_of_an_article_with_one_text_prints_one_line(folder: Path) -> None:
    (said,) = run(folder, "diff", article_id(page(1).url)).stdout.splitlines()
    assert said.endswith(", page): no other to compare it with")


@pytest.mark.parametrize("arguments", [("show", 7), ("diff", 7), ("diff", NUMBER, 1, 9)])
def test_what_is_not_there_is_said(folder: Path, arguments: tuple[object, ...]) -> None:
    with pytest.raises(UnknownArticle, match="not in this archive|no revision 9; it has 1 to 2"):
        run(folder, *arguments)


def test_lines_with_a_change_are_printed_with_their_neighbours() -> None:
    change = FieldChange("body", changes("Không.\n\nMột.\n\nHai.\n\nBa.", "Không.\n\nMột.\n\nBa."))
    assert list(marked_lines(change)) == ["Một.", "[-Hai.-]", "Ba."]
