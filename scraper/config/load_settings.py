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
    ServeSettings,
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
        wanted = 'a file, as "archive.db", beside which snapshots.db is made'
        raise _wrong(f"{path}: archive.path", wanted, str(settings.archive.path))
    return checked(replace(settings, archive=ArchiveSettings(beside)))


def _read_settings(raw: dict[str, Any], source: str) -> Settings:
    tables: dict[str, Any] = {f.name: f.type for f in fields(Settings) if f.name != "source"}
    for name, value in raw.items():
        if name not in tables:
            raise ConfigError(f"{source}: {name}: unknown table{_did_you_mean(name, tables)}")
        if not isinstance(value, dict):
            raise _wrong(f"{source}: {name}", f"a table [{name}]", value)
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
    raise _wrong(place, _WANTED[declared.type], value)


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
        raise ConfigError(f"{place}: must be at least {low:g}, is {value}")
    if value > high:
        raise ConfigError(f"{place}: must be at most {high:g}, is {value}")
    return value


def _did_you_mean(word: str, known: Any) -> str:
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f"; did you mean {close[0]}?" if close else f"; known: {', '.join(known)}"


def checked(settings: Settings) -> Settings:
    """`settings`, with addresses and hosts in their one form. Raises ConfigError."""
    source = settings.source
    _require_crawl(settings.crawl, f"{source}: crawl")
    _require_aliases(settings.search, f"{source}: search")
    return replace(
        settings,
        site=_site(settings.site, f"{source}: site"),
        recover=_recover(settings.recover, f"{source}: recover"),
        photos=_photos(settings.photos, f"{source}: photos"),
        serve=_serve(settings.serve, f"{source}: serve"),
    )


def _site(written: SiteSettings, place: str) -> SiteSettings:
    checked = replace(
        written,
        base_url=_origin(written.base_url, f"{place}.base_url", "https://baolaocai.vn"),
        aliases=_hosts(written.aliases, f"{place}.aliases", "www.baolaocai.vn"),
    )
    _require_rest(checked.site, written.delay_seconds, place)
    if any(not c.isprintable() or ord(c) > 126 for c in written.contact):
        raise _wrong(f"{place}.contact", "plain ASCII on one line", written.contact)
    for name in ("sitemaps", "feeds", "sections", "more"):
        for address in getattr(written, name):
            if not address.startswith("/") and not checked.site.owns(address):
                wanted = "paths that start with / or addresses of this site"
                raise _wrong(f"{place}.{name}", wanted, address, "has")
    return checked


def _recover(written: RecoverSettings, place: str) -> RecoverSettings:
    url = _origin(written.wayback_url, f"{place}.wayback_url", "https://web.archive.org")
    _require_rest(Site(url), written.delay_seconds, place)
    return replace(written, wayback_url=url)


def _photos(written: PhotoSettings, place: str) -> PhotoSettings:
    if written.keep not in ("none", "display"):
        raise _wrong(f"{place}.keep", '"none" or "display"', written.keep)
    return replace(written, hosts=_hosts(written.hosts, f"{place}.hosts", "cdn.baolaocai.vn"))


def _serve(written: ServeSettings, place: str) -> ServeSettings:
    if not written.public_url:
        return written
    wanted = 'an address, as "https://archive.example.org/lao-cai"'
    return replace(written, public_url=_address(written.public_url, f"{place}.public_url", wanted))


def _require_rest(site: Site, delay_seconds: float, place: str) -> None:
    if not site.is_loopback and delay_seconds < 1:
        raise ConfigError(f"{place}.delay_seconds: must be at least 1, is {delay_seconds:g}")


def _require_crawl(crawl: CrawlSettings, place: str) -> None:
    if not crawl.revisit_days:
        raise ConfigError(f"{place}.revisit_days: must have at least one number, is []")
    if crawl.quiet_hours and not _HOURS.match(crawl.quiet_hours):
        wanted = '"HH:MM-HH:MM" in Vietnam time, or ""'
        raise _wrong(f"{place}.quiet_hours", wanted, crawl.quiet_hours)


def _require_aliases(search: SearchSettings, place: str) -> None:
    for line in search.aliases:
        forms = [form for form in line.split("=") if any(c.isalnum() for c in form)]
        if len(forms) < 2 or len(forms) != line.count("=") + 1:
            wanted = 'names with = between them, as "Sapa = Sa Pa"'
            raise _wrong(f"{place}.aliases", wanted, line, "has")


def _wrong(place: str, wanted: str, found: object, verb: str = "is") -> ConfigError:
    return ConfigError(f"{place}: must be {wanted}, {verb} {found!r}")


def _origin(written: str, place: str, example: str) -> str:
    """An address that is scheme and host alone, without the slash at its end."""
    wanted = f'scheme and host, as "{example}"'
    address = _address(written, place, wanted)
    if urlsplit(address).path:
        raise _wrong(place, wanted, written)
    return address


def _address(written: str, place: str, wanted: str) -> str:
    """A web address without query and user, and without the slash at its end."""
    address = written.strip().rstrip("/")
    try:
        parts = urlsplit(address)
        is_plain = bool(parts.hostname) and not (parts.query or parts.fragment or parts.username)
        parts.port  # noqa: B018 - raises ValueError for a port that is not a number
    except ValueError:
        is_plain = False
    if any(c.isspace() for c in address) or not is_plain or parts.scheme not in ("http", "https"):
        raise _wrong(place, wanted, written)
    return address


def _hosts(written: tuple[str, ...], place: str, example: str) -> tuple[str, ...]:
    """Host names in their one form. Raises ConfigError."""
    hosts = tuple(map(_host, written))
    for before, host in zip(written, hosts, strict=True):
        if not host or "/" in host:
            raise _wrong(place, f'host names, as "{example}"', before, "has")
    return hosts


def _host(alias: str) -> str:
    """The host that an alias names, if need be as a whole address; "" if it names none."""
    try:
        return urlsplit(alias).netloc.lower() if "//" in alias else alias.lower()
    except ValueError:
        return ""
