"""The `scraper` command. Each command opens what it needs, makes one call and prints the result."""

import errno
import os
import sys
from contextlib import suppress
from io import TextIOWrapper
from itertools import zip_longest
from typing import NoReturn

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
from scraper.processes import hide_unused_modules
from scraper.progress import Event, json_line


def main() -> None:
    """Run the command. What ends it badly becomes one line and an exit code.

    With `--log-format json` that line is JSON too, whatever it is: also an error in the usage.
    """
    hide_unused_modules()
    _take_any_stream()
    in_json = _wants_json(sys.argv[1:])
    last_line = _json_line if in_json else _text_line
    try:
        with ended_by_signal(last_line):
            sys.exit(cli(standalone_mode=not in_json))
    except click.ClickException as e:
        _end(last_line(e.format_message(), e.exit_code), e.exit_code)
    except Stopped as e:
        _end(last_line(e.message, e.exit_code), e.exit_code)
    except ScraperError as e:
        _end(last_line(str(e), e.exit_code), e.exit_code)
    except OSError as e:
        if e.errno != errno.ENOSPC:
            raise
        line = last_line("the disk is full: not all of the output was written", 1)
        with suppress(OSError):  # stderr may be on the same disk
            click.echo(line, err=True)
        # Python would try to write the rest at exit, and fail with a traceback.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def _end(line: str, exit_code: int) -> NoReturn:
    click.echo(line, err=True)
    sys.exit(exit_code)


def _text_line(message: str, _exit_code: int) -> str:
    return f"scraper: {message}"


def _json_line(message: str, exit_code: int) -> str:
    return json_line(Event("error", message), sys.stderr, {"exit_code": exit_code})


def _wants_json(arguments: list[str]) -> bool:
    """True if the log is to be JSON, even if the rest of the command line is wrong."""
    given = ""
    for argument, following in zip_longest(arguments, arguments[1:], fillvalue=""):
        option, _, value = argument.partition("=")
        if option == "--log-format":
            given = value or following
    return given == "json"


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
