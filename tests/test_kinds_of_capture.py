"""Kinds of capture rank, in whatever order they come in; only whole pages make revisions."""

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from importlib.util import find_spec
from itertools import permutations
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.archive.files import open_reader
from scraper.cli import cli
from scraper.cli.export_command import FORMATS
from scraper.config import load_settings
from scraper.models import Snapshot
from scraper.progress import Silence
from scraper.upkeep.reread import forecast
from scraper.upkeep.verify import verify
from tests.support.filled import NOON, PAPER, fill, page
from tests.support.opened import opened

pytestmark = pytest.mark.slow  # whole runs and archives

STORY = PAPER.story(0)
_PARAGRAPHS = "\n\n".join(
    f"Đoạn {n} của bài {STORY.title}, kể chuyện trong thôn." for n in range(3)
)
_MARKED = f"LCĐT - Lời dẫn của bài {STORY.title}."


def text(day: int, body: str, source: str = "") -> Snapshot:
    """A text capture of the story that `page(0)` shows."""
    headers = (("content-type", "text/plain; charset=utf-8"),)
    at = NOON + timedelta(days=day)
    made = replace(page(0), headers=headers, body=body.encode(), captured_at=at)
    return replace(made, captured_source=source)


def cut(day: int) -> Snapshot:
    whole = page(0, day)
    return replace(whole, body=whole.body[: len(whole.body) * 2 // 3], truncated=True)


CAPTURES = {
    "page": page(0, 1),
    "later page": page(0, 3, title="Tựa mới".encode()),
    "page of a file's time": replace(page(0, 90, title="Tựa cũ".encode()), captured_source="file"),
    "cut page": cut(5),
    "with headline": text(6, f"{STORY.title}\n\n{_MARKED}\n\n{_PARAGRAPHS}"),
    "without headline": text(7, f"{_MARKED}\n\n{_PARAGRAPHS}\n\n{_PARAGRAPHS} Thêm một câu."),
    "longer, without headline": text(2, f"{_MARKED}\n\n{_PARAGRAPHS * 3}"),
}
_BEST_FIRST = (
    "later page",
    "page",
    "page of a file's time",
    "with headline",
    "longer, without headline",
    "without headline",
    "cut page",
)


def rows(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """What the archive shows, without the numbers that follow from the order of filing."""
    with closing(sqlite3.connect(folder / "archive.db")) as db:
        return {
            sql: db.execute(sql).fetchall()
            for sql in (
                "SELECT title, lead, kicker, timestamp, timestamp_source, local_date, flags,"
                " revision_count, first_captured_at, last_captured_at FROM articles",
                "SELECT body FROM texts",
                "SELECT text, credit, after_paragraph FROM captions ORDER BY position",
                "SELECT number, captured_at, last_seen_at, sha256 FROM revisions ORDER BY number",
                "SELECT captured_at, reading, kind, sha256 FROM captures ORDER BY captured_at",
            )
        }


def file(folder: Path, names: tuple[str, ...]) -> dict[str, list[tuple[object, ...]]]:
    fill(folder / "archive.db", [CAPTURES[name] for name in names])
    return rows(folder)


@settings(max_examples=12, deadline=None)
@given(st.permutations(tuple(CAPTURES)), st.integers(1, len(CAPTURES)))
def test_captures_give_the_same_rows_in_whatever_order_they_come(
    order: list[str], count: int
) -> None:
    names = tuple(order[:count])
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        assert file(Path(one), names) == file(Path(other), tuple(sorted(names)))
        with open_reader(Path(one) / "archive.db") as archive:
            assert list(verify(archive, Silence())) == []
            assert not forecast(archive, Silence()).fields


@pytest.mark.parametrize("lower", range(1, len(_BEST_FIRST)))
def test_a_lower_kind_never_replaces_what_a_higher_one_shows(tmp_path: Path, lower: int) -> None:
    pair = _BEST_FIRST[lower - 1 : lower + 1]
    shown = []
    for number, names in enumerate((pair[:1], pair, pair[::-1])):
        (tmp_path / str(number)).mkdir()
        found = list(file(tmp_path / str(number), names).values())
        shown.append((found[0][0][:4], *found[1:3]))
    assert shown[0] == shown[1] == shown[2]


@pytest.mark.parametrize(
    ("names", "revisions"),
    [
        (("page", "later page"), 2),
        (("page", "with headline"), 1),
        (("page", "cut page"), 1),
        (("with headline", "without headline"), 1),
        (("without headline", "longer, without headline"), 1),
        (("page", "later page", "page of a file's time", "with headline"), 3),
    ],
)
def test_only_whole_pages_make_revisions(
    tmp_path: Path, names: tuple[str, ...], revisions: int
) -> None:
    for number, order in enumerate(permutations(names)):
        (tmp_path / str(number)).mkdir()
        found = list(file(tmp_path / str(number), order).values())
        assert (found[0][0][7], len(found[3])) == (revisions, revisions)


def test_a_page_whose_time_is_a_files_counts_as_the_oldest(tmp_path: Path) -> None:
    found = list(file(tmp_path, ("page", "page of a file's time")).values())
    assert found[0][0][0] == STORY.title
    assert [revision[0] for revision in found[3]] == [1, 2]
    assert found[3][1][1] == "2026-05-02T12:00:00Z"
    assert found[0][0][8:] == ("2026-05-02T12:00:00Z", "2026-05-02T12:00:00Z")


def test_an_article_known_from_an_undated_file_alone_has_no_time(tmp_path: Path) -> None:
    (shown,) = next(iter(_undated(tmp_path).values()))
    assert shown[3:6] == (None, "unknown", None)


def _undated(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    body = f"{STORY.title}\n\n{_MARKED}\n\n{_PARAGRAPHS}"
    fill(folder / "archive.db", [text(1, body, "file")])
    return rows(folder)


@pytest.mark.parametrize("others", [(), ("page",)])
def test_every_page_and_export_takes_an_article_without_a_time(
    tmp_path: Path, others: tuple[str, ...]
) -> None:
    _undated(tmp_path)
    fill(tmp_path / "archive.db", [page(1 + n) for n, _ in enumerate(others)])
    (tmp_path / "config.toml").write_text('[site]\nbase_url = "https://baolaocai.vn"\n', "utf-8")
    number = page(0).url.rsplit("post", 1)[1].removesuffix(".html")
    word = quote(STORY.title.split()[0])
    addresses = (
        "/",
        f"/archive/articles/{number}",
        "/archive/articles",
        f"/search?q={word}",
        f"/search.json?q={word}",
        f"/search.atom?q={word}",
        f"/trends?q={word}",
        "/days/",
        "/dashboard",
        f"/cite/{number}.bib",
    )
    with opened(load_settings(tmp_path / "config.toml")) as datasette:
        for address in addresses:
            answer = asyncio.run(datasette.client.get(address, follow_redirects=True))
            assert answer.status_code == 200, address
    # Parquet needs the extra `bulk`, which CI installs.
    forms = [form for form in FORMATS if form != "parquet" or find_spec("pyarrow")]
    for form in forms:
        command = ["export", form, str(tmp_path / form), "--config", str(tmp_path / "config.toml")]
        assert CliRunner().invoke(cli, command).exit_code == 0, form
    for command in (["show", number], ["search", STORY.title.split()[0]], ["status"], ["check"]):
        said = CliRunner().invoke(cli, [*command, "--config", str(tmp_path / "config.toml")])
        assert said.exception is None or isinstance(said.exception, SystemExit), command
