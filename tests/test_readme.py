"""README names everything a user can type or set."""

from dataclasses import fields
from pathlib import Path

import click
import pytest

from scraper.cli import cli
from scraper.config import Settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
CI = (ROOT / ".ci/run").read_text("utf-8")


def test_ci_ends_with_the_test_line_of_readme() -> None:
    last = CI.rstrip().splitlines()[-1]
    assert last.endswith(".venv/bin/pytest")
    assert last in (line.strip() for line in README.splitlines())


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_every_command_and_option_is_in_readme(name: str) -> None:
    assert f"`scraper {name}" in README
    for option in cli.commands[name].params:
        if isinstance(option, click.Option):
            assert any(
                f"`{spelling}" in README or f"{spelling} " in README for spelling in option.opts
            ), option.opts


def test_every_config_key_is_in_readme_and_in_the_config_that_is_shipped() -> None:
    shipped = (ROOT / "config.toml").read_text("utf-8")
    for table in fields(Settings):
        if table.name == "source":
            continue
        assert f"[{table.name}]" in shipped
        for key in fields(table.type):  # type: ignore[arg-type]
            assert f"`{table.name}.{key.name}`" in README, key.name
            assert f"\n{key.name} = " in shipped, key.name


@pytest.mark.parametrize("path", sorted(ROOT.glob("docs/*.png")), ids=lambda p: p.name)
def test_pictures_are_small_and_shown(path: Path) -> None:
    assert path.stat().st_size < 200_000
    assert f"docs/{path.name}" in README
