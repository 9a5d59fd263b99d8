"""The docs name everything a user can type or set, and are current."""

import ast
import json
import re
import shutil
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from textwrap import dedent
from typing import Any

import click
import pytest
from click.testing import CliRunner

from scraper.cli import cli
from scraper.cli.root import SECTIONS
from scraper.config import BUILT_IN
from scraper.config.write_settings import tables
from scraper.extract import bounds, fallback, plaintext
from scraper.extract import page as head
from tests.support.docs_pages import PAGES, commands_page, configuration_page

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
CI = (ROOT / ".ci/run").read_text("utf-8")


LINK = re.compile(r"\]\(([^)#:]*)(?:#([^)]*))?\)")
# A module as the docs name it: below the repository, or below one of these.
NAMED = re.compile(r"`([\w/]+\.py)`")
BELOW = ("", "scraper", "scraper/extract", "scraper/demo")
WRITTEN_BY_READERS = {"scraper/extract/onecms2027.py"}


RECIPE = (ROOT / "docs/adding-a-template.md").read_text("utf-8")


def headings(page: Path) -> set[str]:
    """The anchors of a page, as GitHub makes them of its headings."""
    found = re.findall(r"^#+ (.*)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", text.lower()).replace(" ", "-") for text in found}


def test_ci_ends_with_the_test_line_of_readme() -> None:
    last = CI.rstrip().splitlines()[-1]
    assert last.endswith(".venv/bin/pytest -n auto")
    assert last in (line.strip() for line in README.splitlines())


@pytest.mark.parametrize("path", PAGES)
def test_pages_made_from_the_code_are_current(path: str) -> None:
    made = PAGES[path]()
    assert (ROOT / path).read_text("utf-8") == made, "run `python -m tests.support.docs_pages`"


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_every_command_and_option_explains_itself(name: str) -> None:
    page = commands_page()
    assert f"\n### scraper {name}\n" in page
    for option in cli.commands[name].params:
        if isinstance(option, click.Option):
            assert option.help, option.name
            assert all(spelling in page for spelling in option.opts), option.opts


def test_every_config_key_is_explained_and_shipped() -> None:
    page, shipped = configuration_page(), (ROOT / "config.toml").read_text("utf-8")
    for table, values in tables(BUILT_IN):
        for key in fields(values):
            assert f"`{table}.{key.name}`" in page
            assert f"\n{key.name} = " in shipped


def test_help_lists_every_command_once_and_cuts_no_line() -> None:
    listed = [name for names in SECTIONS.values() for name in names]
    assert sorted(listed) == sorted(cli.commands)
    shown = CliRunner().invoke(cli, ["--help"], terminal_width=80).output
    assert "..." not in shown.partition("Options:")[2]
    assert max(map(len, shown.splitlines())) <= 80


@pytest.mark.parametrize("path", sorted(ROOT.glob("docs/*.png")), ids=lambda p: p.name)
def test_pictures_are_small_and_shown(path: Path) -> None:
    assert path.stat().st_size < 200_000
    shown = README + "".join(page.read_text("utf-8") for page in ROOT.glob("docs/*.md"))
    assert f"({path.name})" in shown or f"(docs/{path.name})" in shown


def test_readme_is_short_and_its_links_lead_somewhere() -> None:
    assert len(README.encode()) < 8_000
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/*.md")]
    for page in pages:
        for link, heading in LINK.findall(page.read_text("utf-8")):
            there = page.parent / link if link else page
            assert there.exists(), f"{page.name}: {link}"
            assert not heading or heading in headings(there), f"{page.name}: {link}#{heading}"


def test_every_page_of_the_docs_is_two_clicks_from_readme_at_most() -> None:
    first = set(re.findall(r"\]\(docs/([^)#]+)", README))
    pages = "".join(
        (ROOT / "docs" / name).read_text("utf-8") for name in first if name[-3:] == ".md"
    )
    second = set(re.findall(r"\]\(([^)#/]+\.md)", pages))
    assert {path.name for path in ROOT.glob("docs/*.md")} <= first | second


@pytest.mark.parametrize(
    "target",
    [
        "scraper/archive/tables.py",
        "scraper/archive/article_columns.py",
        "scraper/extract/onecms.py",
    ],
)
def test_schema_columns_and_selectors_are_two_clicks_from_readme(target: str) -> None:
    pages = [ROOT / link for link, _ in LINK.findall(README) if link.endswith(".md")]
    second = {
        (page.parent / link).resolve()
        for page in pages
        for link, _ in LINK.findall(page.read_text("utf-8"))
    }
    assert ROOT / target in second


def test_architecture_says_what_each_package_and_module_is_for() -> None:
    page = (ROOT / "docs/architecture.md").read_text("utf-8")
    table = page.split("## The packages")[1].split("\n## ")[0]
    named = {
        name
        for row in table.splitlines()
        for name in re.findall("`(\\w+(?:/|[.]py))`", row.split(" | ")[0])
    }
    there = {f"{p.name}/" if p.is_dir() else p.name for p in (ROOT / "scraper").iterdir()}
    assert named == {name for name in there if not name.startswith("_") and name != "py.typed"}


@pytest.mark.slow
def test_the_report_for_datasette_is_true_of_the_release_in_use(tmp_path: Path) -> None:
    report = (ROOT / "docs/datasette-ties.md").read_text("utf-8")
    steps = dedent("".join(re.findall(r"^(?:    .*)?\n", report.split("Expected:")[0], re.M)))
    env = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "DATASETTE_LOAD_PLUGINS": ""}
    run = subprocess.run(["sh", "-c", steps], cwd=tmp_path, env=env, capture_output=True, text=True)
    printed = re.search(r"Printed: ([0-9]+)", report)
    assert printed and run.stdout.strip() == printed[1], run.stderr


def test_the_messages_of_the_troubleshooting_table_are_those_of_the_code() -> None:
    """The last words of each part: names and figures are put in by the code."""
    trees = [ast.parse(path.read_text("utf-8")) for path in (ROOT / "scraper").rglob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    said = "\n".join(node.value for node in nodes if isinstance(node.value, str))
    rows = re.findall(r"^\| (`.*?) \|", (ROOT / "docs/operating.md").read_text("utf-8"), re.M)
    messages = [message for row in rows for message in re.findall("`([^`]+)`", row)]
    assert len(messages) > 15
    parts = [part.split()[-3:] for message in messages for part in message.split("…")]
    assert [words for words in parts if " ".join(words) not in said] == []


def test_every_module_that_the_docs_name_is_there() -> None:
    for page in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/*.md")):
        for name in set(NAMED.findall(page.read_text("utf-8"))) - WRITTEN_BY_READERS:
            assert any((ROOT / folder / name).exists() for folder in BELOW), f"{page.name}: {name}"


def test_the_bounds_of_a_page_are_those_of_the_code() -> None:
    page = (ROOT / "docs/adding-a-template.md").read_text("utf-8")
    table = page.partition("## What is too large")[2].partition("## ")[0]
    columns = " ".join(re.findall(r"^\| [^|]*", table, re.M))
    stated = {int(number.replace(",", "")) for number in re.findall(r"[\d,]*\d", columns)}
    assert stated == {
        bounds.MOST_BYTES,
        bounds.MOST_TEXT_BYTES,
        bounds.MOST_TAGS,
        bounds.MOST_ELEMENTS,
        bounds.MOST_LEVELS,
        bounds.MOST_OPTIONS,
        bounds.MOST_PRODUCT,
        bounds.MOST_ONE_TEXT,
        bounds.MOST_TEXT_LEVELS,
        bounds.MOST_WALKED,
        head.MOST_JSON,
        plaintext.MOST_LINES,
        fallback.MOST_BYTES,
        fallback.MOST_TAGS,
        fallback.MOST_TEXT,
        fallback.MOST_DEPTHS,
        fallback.MOST_BLOCKS,
    }


@pytest.mark.slow
def test_a_template_is_added_as_the_docs_say_to_the_letter(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "scraper", tmp_path / "scraper")
    page, module = map(dedent, re.findall(r"```(?:html|python)\n(.*?)```", RECIPE, re.DOTALL))
    command = re.findall(r"`scraper (extract [^`]* --trace)`", RECIPE)[0].split()
    new, package = re.findall(r"`(scraper/extract/\w+\.py)`", RECIPE)
    (tmp_path / "page.html").write_text(page, "utf-8")

    def traced() -> dict[str, Any]:
        run = subprocess.run(
            [sys.executable, "-m", "scraper", *command],
            cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)}, capture_output=True, check=True,
        )  # fmt: skip
        return dict(json.loads(run.stdout))

    assert traced()["template"] == "fallback"
    (tmp_path / new).write_text(module, "utf-8")
    text = (
        (tmp_path / package).read_text("utf-8").replace(" fallback,", " fallback, onecms2027,", 1)
    )
    text = text.replace("] = (EMAGAZINE", "] = (onecms2027.TEMPLATE, EMAGAZINE")
    (tmp_path / package).write_text(text, "utf-8")
    article = traced()
    assert (article["template"], article["lead"]) == ("onecms2027", "Lê Tai Nung vào mùa.")
    assert article["paragraphs"] == ["Vườn lê rộng ba héc-ta."]
    assert "unaccounted" not in article["flags"]
