"""The `scraper` command: each opens what it needs, makes one call and prints what came of it."""

import errno
import os
import sys

import click

from scraper.cli import bulk_command as bulk_command
from scraper.cli import crawl_commands as crawl_commands
from scraper.cli import export_command as export_command
from scraper.cli import read_commands as read_commands
from scraper.cli import upkeep_commands as upkeep_commands
from scraper.cli.root import cli as cli
from scraper.errors import ScraperError


def main() -> None:
    """Run the command; a ScraperError becomes one line and its exit status."""
    try:
        cli(standalone_mode=True)
    except ScraperError as e:
        click.echo(f"scraper: {e}", err=True)
        sys.exit(e.exit_code)
    except OSError as e:
        if e.errno != errno.ENOSPC:
            raise
        click.echo("scraper: the disk is full: not all of the output was written", err=True)
        # What is left of it would be tried again at the very end, and fail with a traceback.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
