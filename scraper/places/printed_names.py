"""The forms in which a unit's name is printed, and the units that each form may mean.

Y Tý, Y Tí, Y TÝ, Y TÍ   one unit
Thanh Bình               two, one in Mường Khương and one in Sa Pa
Y Ty                     without marks: sure only after a word like "xa" or "TP"
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from scraper.places.gazetteer import PROVINCE, Unit, all_places
from scraper.spelling import spell, unmark

_TONES = "\u0300\u0301\u0303\u0309\u0323"


@dataclass(frozen=True, slots=True)
class Name:
    """What one printed form may mean."""

    places: tuple[Unit, ...]
    is_common: bool  # true if the form alone does not show that a unit is meant
    is_unmarked: bool  # the form lacks the marks that the name has
    level: int  # the highest of `places`
    parents: Mapping[str, frozenset[tuple[int, str]]]  # place_id -> level and name of those above


@lru_cache(maxsize=1)
def names() -> Mapping[str, Name]:
    """Printed form, capitals as printed -> what it may mean; made once."""
    marked: dict[str, set[Unit]] = defaultdict(set)
    bare: dict[str, set[Unit]] = defaultdict(set)
    for place in all_places().values():
        for name in (place.name, *place.other_names):
            for form in printed_forms(name):
                marked[form].add(place)
            bare[_unmark(name)].add(place)
            bare[_unmark(name).upper()].add(place)
    found = {form: _name(places, False) for form, places in marked.items()}
    for form, places in bare.items():
        if form not in found:
            found[form] = _name(places, True)
    return found


@lru_cache(maxsize=1)
def first_words() -> frozenset[str]:
    """The first words of all forms, so that most runs of capitals are passed over at once."""
    return frozenset(form.partition(" ")[0] for form in names())


def printed_forms(name: str) -> Iterator[str]:
    """The spellings of a name that search takes as one, with capitals and in capitals only."""
    for syllables in product(*(sorted(_spellings(s)) for s in name.split(" "))):
        form = " ".join(syllables)
        yield form
        yield form.upper()


def parents_of(place: Unit) -> frozenset[tuple[int, str]]:
    """Level and name of each unit above; not ids, for a huyện may become a thị xã."""
    found = []
    while place.parent_id:
        place = all_places()[place.parent_id]
        found.append((place.level, place.name))
    return frozenset(found)


def _name(places: set[Unit], is_unmarked: bool) -> Name:
    ordered = tuple(sorted(places, key=lambda p: p.place_id))
    return Name(
        ordered,
        all(p.is_common for p in ordered),
        is_unmarked,
        min(p.level for p in ordered),
        {p.place_id: parents_of(p) for p in ordered},
    )


def _spellings(syllable: str) -> set[str]:
    """`Tỷ` -> Tỷ, Tỉ; `Hòa` -> Hòa, Hoà: what `spell` makes one."""
    letters = unicodedata.normalize("NFD", syllable)
    tone = next((c for c in letters if c in _TONES), "")
    plain = unicodedata.normalize("NFC", letters.replace(tone, "") if tone else letters)
    bodies = {plain}
    if plain[-1] in "iy" and len(plain) > 1:
        bodies |= {plain[:-1] + "i", plain[:-1] + "y"}
    found = {syllable}
    for body in bodies:
        for at in range(max(0, len(body) - 2), len(body)):
            toned = body[: at + 1] + tone + body[at + 1 :]
            found.add(unicodedata.normalize("NFC", toned))
    return {s for s in found if spell(s) == spell(syllable)}


def _unmark(name: str) -> str:
    return " ".join(s.capitalize() for s in unmark(name.lower()).split(" "))


@lru_cache(maxsize=1)
def provinces_elsewhere() -> frozenset[str]:
    """Printed forms of the other provinces and cities, before and since July 2025."""
    ours = {p.name for p in all_places().values() if p.level == PROVINCE}
    others = [n for n in _PROVINCES.replace("\n", "|").split("|") if n not in ours]
    return frozenset(form for name in others for form in printed_forms(name))


_PROVINCES = """Hà Nội|Hà Giang|Cao Bằng|Bắc Kạn|Tuyên Quang|Điện Biên|Lai Châu|Sơn La|Hòa Bình
Thái Nguyên|Lạng Sơn|Quảng Ninh|Bắc Giang|Phú Thọ|Vĩnh Phúc|Bắc Ninh|Hải Dương|Hải Phòng|Hưng Yên
Thái Bình|Hà Nam|Nam Định|Ninh Bình|Thanh Hóa|Nghệ An|Hà Tĩnh|Quảng Bình|Quảng Trị|Huế
Thừa Thiên Huế|Đà Nẵng|Quảng Nam|Quảng Ngãi|Bình Định|Phú Yên|Khánh Hòa|Ninh Thuận|Bình Thuận
Kon Tum|Gia Lai|Đắk Lắk|Đắk Nông|Lâm Đồng|Bình Phước|Tây Ninh|Bình Dương|Đồng Nai|Bà Rịa|Vũng Tàu
Hồ Chí Minh|Long An|Tiền Giang|Bến Tre|Trà Vinh|Vĩnh Long|Đồng Tháp|An Giang|Kiên Giang|Cần Thơ
Hậu Giang|Sóc Trăng|Bạc Liêu|Cà Mau|Vân Nam"""
