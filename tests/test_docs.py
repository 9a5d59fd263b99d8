"""The docs name everything a user can type or set, and are current."""

import re
from dataclasses import fields
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from scraper.cli import cli
from scraper.cli.root import SECTIONS
from scraper.config import BUILT_IN
from scraper.config.write_settings import tables
from tests.support.docs_pages import PAGES, commands_page, configuration_page

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
CI = (ROOT / ".ci/run").read_text("utf-8")


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
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
            assert (page.parent / link).exists(), f"{page.name}: {link}"


def test_every_page_of_the_docs_is_two_clicks_from_readme_at_most() -> None:
    first = set(re.findall(r"\]\(docs/([^)#]+)", README))
    pages = "".join(
        (ROOT / "docs" / name).read_text("utf-8") for name in first if name[-3:] == ".md"
    )
    second = set(re.findall(r"\]\(([^)#/]+\.md)", pages))
    assert {path.name for path in ROOT.glob("docs/*.md")} <= first | second
