"""The pages of docs/ that are made from the code: commands and settings.

    .venv/bin/python -m tests.support.docs_pages

writes them, and config.toml, after a change.
"""

from dataclasses import fields
from pathlib import Path
from typing import Any

import click

from scraper.cli import cli
from scraper.cli.root import SECTIONS
from scraper.config import BUILT_IN
from scraper.config.write_settings import as_toml, config_toml, tables

ROOT = Path(__file__).parents[2]


def configuration_page() -> str:
    """docs/configuration.md: a table for each section of config.toml."""
    lines = [
        "# Settings",
        "",
        "`scraper init` writes a `config.toml` with all of these. Only `site.base_url` is required.",
        "Paths are relative to the file. An unknown key is an error.",
    ]
    for name, values in tables(BUILT_IN):
        lines += ["", f"## [{name}]", "", str(type(values).__doc__), ""]
        lines += ["| key | for baolaocai.vn | meaning |", "| --- | --- | --- |"]
        lines += [
            f"| `{name}.{key.name}` | `{as_toml(getattr(values, key.name))}` |"
            f" {key.metadata['meaning']} |"
            for key in fields(values)
        ]
    return "\n".join(lines) + "\n"


def commands_page() -> str:
    """docs/commands.md: what `scraper COMMAND --help` says, and the exit codes."""
    lines = [
        "# Commands",
        "",
        "Each command explains itself with `--help`; this page is made of that.",
        "",
    ]
    for section, names in SECTIONS.items():
        lines += [f"## {section}", ""]
        for name in names:
            lines += [*_command(name, cli.commands[name]), ""]
    lines += ["## Exit codes", "", "| code | meaning |", "| --- | --- |"]
    lines += [f"| {code} | {meaning} |" for code, meaning in EXIT_CODES]
    return "\n".join(lines) + "\n"


EXIT_CODES = (
    (0, "Done. Single failed pages and lists are recorded, not errors; so is a spent budget."),
    (1, "An error, said in one line. Also a missing or unreadable input file."),
    (2, "Wrong usage."),
    (3, "The run stopped early: the site or its robots.txt cannot be reached, too many pages failed"
        " or were refused in a row, or the server asked for a longer silence than the run may take."),
    (4, "`extract`: not an article."),
    (5, "`check`: an alarm."),
    (75, "Another command is writing to this archive."),
    (130, "Ctrl-C came. `crawl`, `add`, `import`, `recover`, `reread` and `bulk` first finish the"
          " step in progress, if it takes less than a second, and then exit with 0; an export so"
          " stopped exits with 1. Every command ends within two seconds."),
    (143, "The same for SIGTERM."),
)  # fmt: skip


def _command(name: str, command: click.Command) -> list[str]:
    context = click.Context(command, info_name=f"scraper {name}")
    usage = " ".join([f"scraper {name}", *command.collect_usage_pieces(context)])
    lines = [f"### scraper {name}", "", f"`{usage}`", ""]
    lines += [_plain(command.help or ""), ""]
    params = (p for p in command.params if isinstance(p, click.Option))
    options = [record for p in params if (record := p.get_help_record(context))]
    lines += ["| option | meaning |", "| --- | --- |"] if options else []
    cells = [[cell.replace("|", r"\|") for cell in record] for record in options]
    return [*lines, *(f"| `{option}` | {meaning} |" for option, meaning in cells)]


def _plain(text: str) -> str:
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n"))


PAGES: dict[str, Any] = {
    "docs/commands.md": commands_page,
    "docs/configuration.md": configuration_page,
    "config.toml": lambda: config_toml(BUILT_IN),
}


if __name__ == "__main__":
    for path, page in PAGES.items():
        (ROOT / path).write_text(page(), "utf-8")
