"""The command group, and what every command's options have in common."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Any

import click

from scraper import __version__
from scraper.config import load_settings
from scraper.times import VIETNAM
from scraper.urls import article_id

SECTIONS = {
    "Run it": ("init", "demo", "probe", "crawl", "add", "recover", "import"),
    "Read it": ("serve", "search", "show", "page", "diff", "extract", "export"),
    "Look after it": (
        "status", "check", "failures", "verify", "backup", "upgrade", "reread", "withdraw", "bulk",
    ),
}  # fmt: skip


class SectionedGroup(click.Group):
    """A group whose help lists the commands by who uses them; click asks for a subclass."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        widest = max(map(len, self.commands))
        for section, names in SECTIONS.items():
            with formatter.section(section):
                formatter.write_dl(
                    [
                        (name.ljust(widest), self.commands[name].get_short_help_str(200))
                        for name in names
                    ]
                )


@click.group(cls=SectionedGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="scraper")
def cli() -> None:
    """A polite crawler and a searchable archive of Báo Lào Cai."""


def config_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--config PATH`, handed to the command as Settings."""

    @click.option(
        "--config",
        "config_path",
        type=click.Path(path_type=Path),
        default=Path("config.toml"),
        show_default=True,
        help="The settings to use.",
    )
    @wraps(command)
    def with_settings(config_path: Path, **options: Any) -> Any:
        return command(settings=load_settings(config_path), **options)

    return with_settings


DAY = click.DateTime(["%Y-%m-%d"])
_OLDEST = datetime(1900, 1, 1)  # no page is older, and no calendar ends there


def start_of_day(day: datetime | None) -> datetime | None:
    """The instant at which `day` begins in Vietnam."""
    return max(day, _OLDEST).replace(tzinfo=VIETNAM).astimezone(UTC) if day else None


_MOST_ID = 2**63 - 1  # what SQLite can hold


def _read_article(_ctx: click.Context, _param: click.Parameter, value: str) -> int:
    """The article number in what was typed: the number, or an address of the newspaper."""
    number = int(value) if value.isascii() and value.isdecimal() else article_id(value)
    if number is None or number > _MOST_ID:
        raise click.BadParameter(f"must be a number or the address of an article, is {value!r}")
    return number


article_argument = click.argument("article_id", metavar="ARTICLE", callback=_read_article)
COUNT = click.IntRange(1, 10**9)

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON on stdout.")
