"""The `scraper` command. Each command opens what it needs, makes one call and prints the result."""

import errno
import os
import sys
from io import TextIOWrapper

import click

from scraper.cli import bulk_command as bulk_command
from scraper.cli import crawl_commands as crawl_commands
from scraper.cli import export_command as export_command
from scraper.cli import import_command as import_command
from scraper.cli import read_commands as read_commands
from scraper.cli import recover_command as recover_command
from scraper.cli import upkeep_commands as upkeep_commands
from scraper.cli.root import cli as cli
from scraper.cli.signals import Stopped, ended_by_signal
from scraper.errors import ScraperError


def main() -> None:
    """Run the command. A ScraperError becomes one line and its exit code."""
    _take_any_stream()
    try:
        with ended_by_signal():
            cli(standalone_mode=True)
    except Stopped as e:
        click.echo(e.line, err=True)
        raise
    except ScraperError as e:
        click.echo(f"scraper: {e}", err=True)
        sys.exit(e.exit_code)
    except OSError as e:
        if e.errno != errno.ENOSPC:
            raise
        click.echo("scraper: the disk is full: not all of the output was written", err=True)
        # Python would try to write the rest at exit, and fail with a traceback.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def _take_any_stream() -> None:
    """Let the output go to any stream: closed (as in cron with `>&-`), or of another encoding.

    Vietnamese that an encoding lacks is escaped. A closed stream is replaced by /dev/null before
    any file is opened: the first file would get its number, and our messages in it.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDONLY if number == 0 else os.O_WRONLY)
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
