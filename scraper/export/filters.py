"""`--where`: which articles are wanted, in words of the table `articles`.

    date>=2024-01-01     the day in Vietnam of `timestamp`; 2024 and 2024-05 will do
    year=2024            month=2024-05
    section=Văn hóa      also template, layout, timestamp_source, tag, byline; != leaves out
    place=xã Bản Qua     names this place for sure; the name alone means any unit of that name
    gone=yes             no longer on the site; or no
    search=chợ phiên     as `scraper search` finds it

All conditions must hold.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlite_utils import Database

from scraper.errors import BadFilter
from scraper.search.query import Aliases, read_query
from scraper.search.sql import clauses as search_clauses
from scraper.spelling import nfc, spell

_SHAPE = re.compile(r"\s*([^\s=<>!]+)\s*(>=|<=|!=|=|>|<)(.*)", re.DOTALL)
_DIGITS = {"date": (4, 7, 10), "year": (4,), "month": (7,)}
_SPELLED = ("section", "template", "layout", "timestamp_source")
_ORDERED = ("=", "!=", ">=", ">", "<=", "<")
_SIGNS = {
    **dict.fromkeys(_DIGITS, _ORDERED),
    **dict.fromkeys((*_SPELLED, "tag", "byline", "place"), ("=", "!=")),
    "gone": ("=",),
    "search": ("=",),
}


@dataclass(frozen=True, slots=True)
class Where:
    """One `--where`, read."""

    key: str
    sign: str
    value: str  # NFC; "" only if written so: section=""


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on rows of `articles`, as SQL."""

    sql: str
    parameters: tuple[str | int, ...] = ()
    doubt: str = ""  # what may be wrong with it


def read_where(written: str) -> Where:
    """What one `--where` says. Raises BadFilter."""
    shape = _SHAPE.fullmatch(written)
    if not shape:
        raise BadFilter(
            f"--where {written}: write KEY=VALUE, in quotes, or the shell takes < and > for itself"
        )
    key, sign = shape[1], shape[2]
    value = nfc(shape[3].strip())
    if key not in _SIGNS:
        raise BadFilter(f"--where {written}: no key {key}; there are {', '.join(_SIGNS)}")
    if sign not in _SIGNS[key]:
        raise BadFilter(f"--where {written}: {key} takes {' '.join(_SIGNS[key])}")
    if not value:
        raise BadFilter(f"--where {written}: a value is missing")
    if key != "search" and len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        value = value[1:-1].strip()
    if key in _DIGITS:
        _require_date(written, key, value)
    if key == "gone" and value not in ("yes", "no"):
        raise BadFilter(f"--where {written}: gone=yes or gone=no")
    return Where(key, sign, value)


def _require_date(written: str, key: str, value: str) -> None:
    missing = "0001-01-01"[len(value) :]
    try:
        if len(value) not in _DIGITS[key]:
            raise ValueError
        date.fromisoformat(value + missing)
    except ValueError as e:
        forms = {4: "2024", 7: "2024-05", 10: "2024-05-31"}
        wanted = " or ".join(forms[digits] for digits in _DIGITS[key])
        raise BadFilter(f"--where {written}: {key} is written {wanted}") from e


def conditions(db: Database, wheres: Iterable[Where], aliases: Aliases) -> list[Condition]:
    """`wheres` in the words of this archive."""
    found = []
    for where in wheres:
        if where.key in _DIGITS:
            found.append(_dated(where))
        elif where.key == "search":
            found += [
                Condition(clause.written(), clause.values)
                for clause in search_clauses(db, read_query(where.value, aliases))
            ]
        elif where.key == "gone":
            found.append(Condition(f"gone_at IS {'NOT ' if where.value == 'yes' else ''}NULL"))
        else:
            found.append(_named(db, where))
    return found


def _dated(where: Where) -> Condition:
    # Days are compared as text: "~" comes after every day of the month or year before it.
    first, behind = where.value, f"{where.value}~"
    match where.sign:
        case "=":
            return Condition("local_date >= ? AND local_date < ?", (first, behind))
        case "!=":
            return Condition("(local_date < ? OR local_date >= ?)", (first, behind))
        case ">" | "<=":
            return Condition(f"local_date {'>' if where.sign == '>' else '<'} ?", (behind,))
        case sign:
            return Condition(f"local_date {sign} ?", (first,))


def _named(db: Database, where: Where) -> Condition:
    """In any spelling: `Văn hoá` is `Văn hóa`, and `văn hóa`."""
    kind = where.key if where.key in ("tag", "byline", "place") else "column"
    spelled = spell(where.value)
    names = db.conn.execute(_NAMES[kind].format(where.key))
    same = [name for (name,) in names if spell(name) == spelled]
    denied = "NOT " if where.sign == "!=" else ""
    return Condition(
        denied + _HAS[kind].format(where.key),
        (json.dumps(same, ensure_ascii=False),),
        "" if same else f"no article here has the {where.key} {where.value}",
    )


_NAMES = {
    "column": "SELECT DISTINCT {} FROM articles",
    "tag": "SELECT name FROM tags",
    "byline": "SELECT DISTINCT name FROM article_bylines",
    # "xã Bản Qua", "Bản Qua" or the label that no other unit has.
    "place": "SELECT label FROM places UNION SELECT name FROM places"
    " UNION SELECT kind || ' ' || name FROM places",
}
_HAS = {
    "column": "{} IN (SELECT value FROM json_each(?))",
    "tag": "id IN (SELECT article_id FROM article_tags JOIN tags ON tags.id = tag_id"
    " WHERE name IN (SELECT value FROM json_each(?)))",
    "byline": "id IN (SELECT article_id FROM article_bylines"
    " WHERE name IN (SELECT value FROM json_each(?)))",
    "place": "id IN (SELECT article_id FROM article_places JOIN places ON places.id = place_id,"
    " json_each(?) WHERE certainty = 'sure' AND value IN (label, name, kind || ' ' || name))",
}
