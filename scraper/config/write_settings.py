"""Settings -> config.toml, with a comment above each key."""

import json
import textwrap
from collections.abc import Iterator
from dataclasses import Field, fields, replace
from pathlib import Path
from typing import Any

from scraper.config.load_settings import checked
from scraper.config.settings import BUILT_IN, Settings
from scraper.errors import ConfigError

_WIDTH = 98
_HEAD = """\
# Settings for the archive of Báo Lào Cai. Only site.base_url is required; the other values are the
# defaults. Relative paths are relative to this file. An unknown key is an error, so that a misspelt
# one cannot be overlooked.
"""


def config_toml(settings: Settings) -> str:
    """A complete config.toml that says `settings`, each key below its meaning."""
    return _HEAD + "".join(
        f"\n# {type(values).__doc__}\n[{name}]\n"
        + "".join(
            f"{_comment(key)}{key.name} = {as_toml(getattr(values, key.name))}\n"
            for key in fields(values)
        )
        for name, values in tables(settings)
    )


def init_settings(path: Path, contact: str) -> None:
    """Write the settings for baolaocai.vn to `path`, which must not exist, and read them back.

    Raises ConfigError if a file is there, if it cannot be written, or for an unusable contact.
    """
    settings = replace(BUILT_IN, site=replace(BUILT_IN.site, contact=contact.strip()))
    checked(replace(settings, source=str(path))).require_contact()
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(config_toml(settings))
    except OSError as e:
        raise ConfigError(f"{path}: cannot be written: {e.strerror}") from e


def tables(settings: Settings) -> Iterator[tuple[str, Any]]:
    """The sections of config.toml in order: name, settings."""
    for table in fields(settings):
        if table.name != "source":
            yield table.name, getattr(settings, table.name)


def _comment(key: Field[Any]) -> str:
    lines = textwrap.wrap(key.metadata["meaning"], _WIDTH, break_long_words=False)
    return "".join(f"# {line}\n" for line in lines)


def as_toml(value: Any) -> str:
    """A value as TOML."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(as_toml, value))}]"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, int):
        return str(value)
    text = str(value) if isinstance(value, Path) else value
    return json.dumps(text, ensure_ascii=False)  # a TOML basic string is written like JSON's
