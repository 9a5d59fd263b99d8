"""config.toml -> Settings.

Only `site.base_url` is required. An unknown key, a wrong type or a value out of range is a
ConfigError that names file, key, what is wanted and what was found; nothing is guessed.
"""

import difflib
import re
import sys
import tomllib
from dataclasses import MISSING, Field, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from scraper.config.settings import (
    ArchiveSettings,
    CrawlSettings,
    PhotoSettings,
    RecoverSettings,
    SearchSettings,
    Settings,
    SiteSettings,
)
from scraper.errors import ConfigError
from scraper.urls import Site

_HOURS = re.compile(r"^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$")


def load_settings(path: Path) -> Settings:
    """The settings in the file `path`. Raises ConfigError."""
    try:
        raw = tomllib.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError:
        raise ConfigError(
            f"{path}: not found; run in its folder or name it with --config;"
            " `scraper init` writes one"
        ) from None
    except (OSError, UnicodeDecodeError) as e:
        raise ConfigError(f"{path}: cannot be read: {e}") from e
    except ValueError as e:  # also for a number of thousands of digits
        raise ConfigError(f"{path}: is not valid TOML: {e}") from e
    settings = _read_settings(raw, str(path))
    beside = path.resolve().parent / settings.archive.path
    if beside.is_dir() or beside.name in ("snapshots.db", "photos.db"):
        raise ConfigError(
            f'{path}: archive.path: a file, as "archive.db", beside which snapshots.db is made,'
            f" is {str(settings.archive.path)!r}"
        )
    return checked(replace(settings, archive=ArchiveSettings(beside)))


def _read_settings(raw: dict[str, Any], source: str) -> Settings:
    tables: dict[str, Any] = {f.name: f.type for f in fields(Settings) if f.name != "source"}
    for name, value in raw.items():
        if name not in tables:
            raise ConfigError(f"{source}: {name}: unknown table{_did_you_mean(name, tables)}")
        if not isinstance(value, dict):
            raise ConfigError(f"{source}: {name}: a table [{name}], is {value!r}")
    read = {
        name: _read_table(kind, raw.get(name, {}), source, name) for name, kind in tables.items()
    }
    return Settings(**read, source=source)


def _read_table(kind: Any, raw: dict[str, Any], source: str, table: str) -> Any:
    known: dict[str, Field[Any]] = {f.name: f for f in fields(kind)}
    values = {}
    for key, value in raw.items():
        if key not in known:
            raise ConfigError(f"{source}: {table}.{key}: unknown key{_did_you_mean(key, known)}")
        values[key] = _read_value(known[key], value, f"{source}: {table}.{key}")
    for key, declared in known.items():
        if declared.default is MISSING and key not in values:
            raise ConfigError(f"{source}: {table}.{key}: missing; it is required")
    return kind(**values)


def _read_value(declared: Field[Any], value: Any, place: str) -> Any:
    match declared.type:
        case t if t is str and isinstance(value, str):
            return value
        case t if t is Path and isinstance(value, str) and value:
            return Path(value)
        case t if t is int and isinstance(value, int) and not isinstance(value, bool):
            return _in_range(declared, value, place)
        case t if t is float and _is_number(value):
            return _in_range(declared, float(value), place)
        case t if t == tuple[str, ...] and _is_list_of(value, lambda v: isinstance(v, str)):
            return tuple(value)
        case t if t == tuple[float, ...] and _is_list_of(value, _is_step):
            return tuple(float(v) for v in value)
    raise ConfigError(f"{place}: {_WANTED[declared.type]}, is {value!r}")


_WANTED: dict[Any, str] = {
    str: "a text in quotes",
    Path: "a file name in quotes",
    int: "a whole number",
    float: "a number",
    tuple[str, ...]: "a list of texts in quotes",
    tuple[float, ...]: "a list of numbers above 0, at most 36500",
}


def _is_number(value: Any) -> bool:
    return (
        isinstance(value, (int, float))
        and not isinstance(value, bool)
        and abs(value) <= sys.float_info.max
    )


def _is_step(value: Any) -> bool:
    return _is_number(value) and 0 < value <= 36500


def _is_list_of(value: Any, fits: Any) -> bool:
    return isinstance(value, list) and all(fits(entry) for entry in value)


def _in_range(declared: Field[Any], value: float, place: str) -> float:
    low, high = declared.metadata["low"], declared.metadata["high"]
    if value < low:
        raise ConfigError(f"{place}: at least {low:g}, is {value}")
    if value > high:
        raise ConfigError(f"{place}: at most {high:g}, is {value}")
    return value


def _did_you_mean(word: str, known: Any) -> str:
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f"; did you mean {close[0]}?" if close else f"; known: {', '.join(known)}"


def checked(settings: Settings) -> Settings:
    """`settings`, with base_url and aliases in their one form. Raises ConfigError."""
    _check_crawl(settings.crawl, f"{settings.source}: crawl")
    _check_search(settings.search, f"{settings.source}: search")
    return replace(
        settings,
        site=_checked_site(settings.site, f"{settings.source}: site"),
        recover=_checked_recover(settings.recover, f"{settings.source}: recover"),
        photos=_checked_photos(settings.photos, f"{settings.source}: photos"),
    )


def _checked_site(written: SiteSettings, place: str) -> SiteSettings:
    base_url = _origin(written.base_url, f"{place}.base_url", "https://baolaocai.vn")
    aliases = _hosts(written.aliases, f"{place}.aliases", "www.baolaocai.vn")
    settings = replace(written, base_url=base_url, aliases=aliases)
    _check_delay(settings.site, settings.delay_seconds, place)
    if any(not c.isprintable() or ord(c) > 126 for c in settings.contact):
        raise ConfigError(f"{place}.contact: plain ASCII on one line, is {settings.contact!r}")
    for name in ("sitemaps", "feeds", "sections", "more"):
        for address in getattr(settings, name):
            if not address.startswith("/") and not settings.site.owns(address):
                raise ConfigError(
                    f"{place}.{name}: a path that starts with / or an address of this site,"
                    f" has {address!r}"
                )
    return settings


def _checked_recover(written: RecoverSettings, place: str) -> RecoverSettings:
    url = _origin(written.wayback_url, f"{place}.wayback_url", "https://web.archive.org")
    _check_delay(Site(url), written.delay_seconds, place)
    return replace(written, wayback_url=url)


def _check_delay(site: Site, delay_seconds: float, place: str) -> None:
    if not site.is_loopback and delay_seconds < 1:
        raise ConfigError(f"{place}.delay_seconds: at least 1, is {delay_seconds:g}")


def _checked_photos(written: PhotoSettings, place: str) -> PhotoSettings:
    if written.keep not in ("none", "display"):
        raise ConfigError(f'{place}.keep: "none" or "display", is {written.keep!r}')
    return replace(written, hosts=_hosts(written.hosts, f"{place}.hosts", "cdn.baolaocai.vn"))


def _check_crawl(settings: CrawlSettings, place: str) -> None:
    if not settings.revisit_days:
        raise ConfigError(f"{place}.revisit_days: at least one number, is []")
    if settings.quiet_hours and not _HOURS.match(settings.quiet_hours):
        raise ConfigError(
            f'{place}.quiet_hours: "HH:MM-HH:MM" in Vietnam time, or "",'
            f" is {settings.quiet_hours!r}"
        )


def _check_search(settings: SearchSettings, place: str) -> None:
    for line in settings.aliases:
        forms = [form for form in line.split("=") if any(c.isalnum() for c in form)]
        if len(forms) < 2 or len(forms) != line.count("=") + 1:
            raise ConfigError(
                f'{place}.aliases: names with = between, as "Sapa = Sa Pa", has {line!r}'
            )


def _origin(written: str, place: str, example: str) -> str:
    """An address that is scheme and host alone, without the slash at its end."""
    address = written.strip().rstrip("/")
    try:
        parts = urlsplit(address)
        is_plain = bool(parts.hostname) and not (parts.path or parts.query or parts.fragment)
        parts.port  # noqa: B018 - raises ValueError for a port that is not a number
    except ValueError:
        is_plain = False
    if (
        any(c.isspace() for c in address)
        or not is_plain
        or parts.scheme not in ("http", "https")
        or parts.username
    ):
        raise ConfigError(f'{place}: scheme and host, as "{example}", is {written!r}')
    return address


def _hosts(written: tuple[str, ...], place: str, example: str) -> tuple[str, ...]:
    """Host names in their one form. Raises ConfigError."""
    hosts = tuple(map(_host, written))
    for before, host in zip(written, hosts, strict=True):
        if not host or "/" in host:
            raise ConfigError(f'{place}: host names, as "{example}", has {before!r}')
    return hosts


def _host(alias: str) -> str:
    """The host that an alias names, if need be as a whole address; "" if it names none."""
    try:
        return urlsplit(alias).netloc.lower() if "//" in alias else alias.lower()
    except ValueError:
        return ""
