"""The command group, and what every command's options have in common."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import Any

import click

from scraper import __version__
from scraper.config import load_settings


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
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


def vietnam_day(day: datetime | None) -> datetime | None:
    """The instant at which `day` begins in Vietnam."""
    return (max(day, _OLDEST) - timedelta(hours=7)).replace(tzinfo=UTC) if day else None


# What SQLite can hold.
article_argument = click.argument("article_id", metavar="ID", type=click.IntRange(0, 2**63 - 1))
COUNT = click.IntRange(1, 10**9)

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON on stdout.")


@contextmanager
def stop_on_signal() -> Iterator[Callable[[], bool]]:
    """A question that is answered yes after SIGTERM or Ctrl-C; a second Ctrl-C ends at once."""
    told: list[int] = []

    def note(signum: int, _frame: object) -> None:
        if told and signum == signal.SIGINT:
            raise KeyboardInterrupt
        told.append(signum)

    before = {s: signal.signal(s, note) for s in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(told)
    finally:
        for signum, handler in before.items():
            signal.signal(signum, handler)
