"""The units of both old provinces and of the new one, as `places.tsv` has them.

A unit is one name and kind between two days. On 1 July 2025 the two provinces became one, all
districts ended, and 319 communes, wards and townships became 99: each old row says in `into`
which new ones. `bench/gazetteer.py` makes the table and checks it.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files

MERGER = date(2025, 7, 1)
PROVINCE, DISTRICT, COMMUNE = 1, 2, 3
LEVELS = {
    "tỉnh": PROVINCE,
    "thành phố": DISTRICT,
    "thị xã": DISTRICT,
    "huyện": DISTRICT,
    "thị trấn": COMMUNE,
    "phường": COMMUNE,
    "xã": COMMUNE,
}


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit while it had one name, kind and rank."""

    place_id: str  # the statistics office's code; "02683-2025" for a unit of July 2025
    code: str  # that code alone; "" if no source has it
    kind: str  # a key of LEVELS
    name: str  # without the kind: "Bản Qua"
    other_names: tuple[str, ...]  # other spellings of the sources and of newspapers
    parent_id: str  # the unit it belonged to last; "" for a province
    valid_from: date | None  # its first day; None if it is older than the sources
    valid_to: date | None  # the first day it was no longer; None if it still is
    into: tuple[str, ...]  # ids of the units it went into
    is_common: bool  # the name alone may be a person, a thing or a unit of another province
    latitude: float | None  # degrees, WGS 84: the middle of the town, from GeoNames
    longitude: float | None
    source: str
    notes: str

    @property
    def level(self) -> int:
        """1 for a province, 2 for a district, 3 for a commune."""
        return LEVELS[self.kind]

    def has_begun(self, on: date) -> bool:
        """True if the unit was there by that day."""
        return self.valid_from is None or self.valid_from <= on

    def is_valid(self, on: date) -> bool:
        """True if the unit was there on that day."""
        return self.has_begun(on) and (self.valid_to is None or on < self.valid_to)


def _table() -> bytes:
    return files("scraper.places").joinpath("places.tsv").read_bytes()


def table_version() -> str:
    """A name for the table of units as it is now: it changes with any row."""
    return hashlib.sha256(_table()).hexdigest()[:16]


@lru_cache(maxsize=1)
def all_places() -> Mapping[str, Unit]:
    """Each unit by its id, in the order of the ids; read once."""
    head, *lines = _table().decode().splitlines()
    columns = head.split("\t")
    rows = (dict(zip(columns, line.split("\t"), strict=True)) for line in lines)
    return {row["place_id"]: _place(row) for row in rows}


def label(place: Unit) -> str:
    """A name that no other unit has: "xã Bản Hồ, Sa Pa", "xã Bản Hồ 2025"."""
    if place.valid_from and place.valid_from.year == 2025:
        return f"{place.kind} {place.name} 2025"
    if place.level < COMMUNE:
        return f"{place.kind} {place.name}"
    return f"{place.kind} {place.name}, {all_places()[place.parent_id].name}"


def _place(row: dict[str, str]) -> Unit:
    return Unit(
        place_id=row["place_id"],
        code=row["code"],
        kind=row["kind"],
        name=row["name"],
        other_names=tuple(filter(None, row["other_names"].split("|"))),
        parent_id=row["parent_id"],
        valid_from=date.fromisoformat(row["valid_from"]) if row["valid_from"] else None,
        valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
        into=tuple(row["into"].split()),
        is_common=row["is_common"] == "1",
        latitude=float(row["latitude"]) if row["latitude"] else None,
        longitude=float(row["longitude"]) if row["longitude"] else None,
        source=row["source"],
        notes=row["notes"],
    )
