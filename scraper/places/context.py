"""What the words beside a name say of it: which kind of unit, or that no unit is meant.

left of it     "các xã, thị trấn" Phú Nhuận     kinds of unit
               "đường" Hoàng Liên               the name of a street
               "ông" Tân An                     a person
right of it    Tân An ", huyện Văn Bàn"         its parent
               Kim Sơn "(Ninh Bình)"            not ours
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from scraper.places.gazetteer import COMMUNE, PROVINCE
from scraper.places.printed_names import names, provinces_elsewhere

UPPER = "A-Z" + "".join(c for c in map(chr, range(0xC0, 0x1EFA)) if c.isupper())
LEFT_CHARACTERS = 56  # enough for "các xã vùng cao, biên giới, đặc biệt khó khăn"

UNITS = {
    "tỉnh": "tỉnh", "thành phố": "thành phố", "tp": "thành phố", "tp.": "thành phố",
    "t.p": "thành phố", "thị xã": "thị xã", "tx": "thị xã", "tx.": "thị xã", "huyện": "huyện",
    "thị trấn": "thị trấn", "tt": "thị trấn", "tt.": "thị trấn", "phường": "phường",
    "p.": "phường", "xã": "xã", "tỉnh ủy": "tỉnh", "tỉnh đoàn": "tỉnh", "thành ủy": "thành phố",
    "thành đoàn": "thành phố", "thị ủy": "thị xã", "thị đoàn": "thị xã", "huyện ủy": "huyện",
    "huyện đoàn": "huyện", "tỉnh uỷ": "tỉnh", "thành uỷ": "thành phố", "thị uỷ": "thị xã",
    "huyện uỷ": "huyện", "quận": "quận",
}  # fmt: skip
UNMARKED_UNITS = {
    "tinh": "tỉnh", "thanh pho": "thành phố", "thi xa": "thị xã", "huyen": "huyện",
    "thi tran": "thị trấn", "phuong": "phường", "xa": "xã",
}  # fmt: skip
_ALL_UNITS = UNITS | UNMARKED_UNITS
# Between the word for the unit and the name: "xã vùng cao biên giới A Mú Sung".
_DESCRIBING = frozenset(
    "vùng cao biên giới miền núi nghèo mới trẻ du lịch đặc biệt khó khăn xa xôi sâu đảng viên"
    " nông trường n.t nt anh hùng trung tâm".split()
)
_PEOPLE = frozenset(
    "ông|bà|anh|chị|em|cháu|cụ|thầy|cô|bác|chú|dì|bạn|mẹ|nghệ sĩ|nghệ nhân|ca sĩ|bác sĩ|nhà văn"
    "|nhà thơ|nhà báo|cô giáo|thầy giáo|giáo viên|chiến binh|đồng chí|họa sĩ|nhạc sĩ|kỹ sư"
    "|luật sư|chiến sĩ|tác giả|phóng viên|giám đốc|chủ tịch|bí thư|thiếu tá|trung tá|đại úy"
    "|thượng úy|trung úy|tên là".split("|")
)
_SMALLER = frozenset("thôn|bản|làng|xóm|ấp|tdp|dân phố|khu phố|đội|khối".split("|"))
_BESIDE = _PEOPLE | _SMALLER  # only directly before the name
_ROADS = frozenset(["cao tốc", "đường sắt", "quốc lộ", "tỉnh lộ"])
_THINGS = _ROADS | frozenset(
    "đường|phố|ngõ|cầu|cầu treo|sông|suối|hồ|lòng hồ|thác|hang|núi|đỉnh|đèo|dốc|dãy|thung lũng"
    "|cao nguyên|vườn quốc gia|khu bảo tồn|phòng hộ|đặc dụng|chợ|ga|bến xe|sân bay|cửa khẩu|mỏ"
    "|đền|chùa|nhà thờ|trường|thpt|thcs|tiểu học|mầm non|đại học|cao đẳng|bệnh viện|biên phòng"
    "|hạt|báo|truyền hình|công ty|công nghiệp|tập đoàn|doanh nghiệp|tác xã|htx|ngân hàng|quỹ"
    "|khách sạn|nhà hàng|quán|homestay|nhà máy|thủy điện|thuỷ điện|dự án|khu đô thị|câu lạc bộ"
    "|clb|fc|đội bóng|khởi nghĩa|chiến thắng|chiến dịch|nhãn hiệu|thương hiệu".split("|")
)
_PRODUCTS = frozenset(
    ["chè", "rượu", "ngô", "ớt", "gạo", "nếp", "quế", "mận", "lê", "bưởi", "cam", "dứa", "tắm"]
    + ["quýt", "thổ cẩm", "cá hồi", "thịt", "lợn"]
)
# A name after these is a place, whatever word came before.
_PLACE_WORDS = frozenset(
    "ở tại của về đến tới từ lên với cho trên thuộc trong qua là và hoặc sang xuống ra vào giáp"
    " rời khắp quanh đất vùng khu vực dân người riêng như gồm nay theo cả toàn phía hướng quê"
    " thăm khi nếu do để cùng lân cận giữa tuyến sau".split()
)
_SEVERAL = frozenset("các những hai ba bốn năm sáu bảy tám chín mười".split())
_STARTS = _PLACE_WORDS | frozenset(["ubnd", "hđnd", "hội", "nhân", "du", "chiều", "sáng", "mùa"])

# The second words of the pairs above: only before these is a pair worth making.
_PAIR_ENDS = frozenset(
    pair.rpartition(" ")[2] for pair in _BESIDE | _THINGS | _PRODUCTS if " " in pair
)
_SIGNALS = _BESIDE | _THINGS | _PRODUCTS | _PLACE_WORDS | _PAIR_ENDS | frozenset("-–")
_UNIT_ENDS = frozenset(unit.rpartition(" ")[2] for unit in _ALL_UNITS)
_ENDS_PHRASE = frozenset(".;:!?)]”»…,")
_RIGHT = re.compile(
    r"(?P<join> ?\((?:nay |trước đây )?|, ?| [-–] |)(?: ?(?:của|thuộc|nay thuộc) )? ?"
    r"(?P<unit>(?:huyện|thị xã|thành phố|TP\.?|TX\.?|tỉnh|quận) ?)?"
    rf"(?P<name>[{UPPER}]\w*(?: [{UPPER}]\w*){{1,3}})"
)
# "các thôn Sín Chải, Bản Phố": the second is a village too.
_IN_LIST = re.compile(
    r"(?:thôn|bản|làng|xóm|tổ|đường|phố|suối|sông|đèo|cầu|ông|bà|anh|chị|em|cháu):? "
    rf"(?:[{UPPER}]\w*(?: [{UPPER}\d]\w*)*(?:, | và ))+$"
)
_ENDED = re.compile(r" ?\(?cũ\b(?! (?:nát|kỹ|kĩ))| \(trước (?:đây|khi|sáp|hợp|sắp)\w*\)?")


_SAYS_MORE = tuple(
    ", | (| - | – | cũ| của | thuộc | nay thuộc | huyện | thị xã | thành phố | tỉnh | TP| TX"
    "| quận ".split("|")
)
_MORE_BEGINS = frozenset(more[1] for more in _SAYS_MORE)


class Left(NamedTuple):
    """What the words before a name say."""

    kinds: tuple[str, ...] = ()  # of the unit; () if no word names one
    unit_length: int = 0  # characters from the first word for the unit to the name
    role: str = ""  # without kinds: "other" for a person or a thing, "product" for "chè" X


class Right(NamedTuple):
    """What follows a name."""

    parents: frozenset[tuple[int, str]] = frozenset()  # level and name of what it may belong to
    is_elsewhere: bool = False
    has_ended: bool = False  # "xã Bản Qua (cũ)"
    is_unknown: bool = False  # "(Bắc Quang)": most likely the district of a commune elsewhere
    is_weak: bool = False  # only a comma or a dash: "Tân An, Văn Bàn" may be a list


# The usual case, found without looking further back.
_ALONE = {
    f"{form} ": Left((kind,), len(form.lstrip("(")) + 1)
    for word, kind in UNITS.items()
    for start in ("", "(")
    for form in (start + word, start + word.capitalize(), start + word.upper())
}
_SECOND_WORDS = ("phố ", "xã ", "trấn ", "ủy ")
_NOT_ALONE = tuple(  # the first word of a pair, or of "xã, phường"
    "thị|Thị|THỊ|tác|xã,|phường,|trấn,|huyện,|phố,|tỉnh,|xã và|phường và|trấn và|huyện và"
    "|phố và|tỉnh và".split("|")
)
_NO_LEFT, _OTHER, _PRODUCT = Left(), Left(role="other"), Left(role="product")
_NO_RIGHT = Right()


def read_left(text: str, start: int, end: int, is_unmarked: bool) -> Left:
    """What the words before the name at `start`, in the same line, say of it."""
    space = text.rfind(" ", 0, start - 1)
    found = _ALONE.get(text[space + 1 : start].rpartition("\n")[2])
    if found is None and text.startswith(_SECOND_WORDS, space + 1):
        space = text.rfind(" ", 0, space)
        found = _ALONE.get(text[space + 1 : start].rpartition("\n")[2])
    if found is not None and not text.endswith(_NOT_ALONE, 0, space):
        return found
    begin = max(0, start - LEFT_CHARACTERS)
    begin = max(begin, text.rfind("\n", begin, start) + 1)
    words = text[begin:start].lower().replace("(", "").split()
    if not words:
        return _NO_LEFT
    last = words[-1].rstrip(":")
    if last in _UNIT_ENDS or last in _DESCRIBING:
        kinds, used = _unit_words(words, is_unmarked)
        if kinds:
            return Left(kinds, _length(text[begin:start], used))
    return _bare(words, text[begin:start], text.startswith((" - ", " – "), end))


def _unit_words(words: list[str], is_unmarked: bool) -> tuple[tuple[str, ...], list[str]]:
    """The kinds that the last words name ("xã, thị trấn"), and those words."""
    units = _ALL_UNITS if is_unmarked else UNITS
    at = len(words)
    while at and words[at - 1] in _DESCRIBING and words[at - 1] not in units:
        at -= 1
    kinds: list[str] = []
    while at:
        last = words[at - 1].rstrip(",;" if kinds else ":")  # "các xã, thị trấn: Bản Qua"
        pair = f"{words[at - 2]} {last}" if at > 1 else ""
        if pair in units:
            kinds.append(units[pair])
            at -= 2
        elif last in units and pair != "tác xã":  # hợp tác xã
            kinds.append(units[last])
            at -= 1
        else:
            break
        if not (at and (words[at - 1].endswith(",") or words[at - 1] == "và")):
            break
        if words[at - 1] == "và":
            at -= 1
    return tuple(kinds), words[at:]


def _length(before: str, used: list[str]) -> int:
    """How many characters of `before` the `used` last words take."""
    found = before.lower().rfind(used[0])
    return len(before) - found if found >= 0 else 0


def _bare(words: Sequence[str], before: str, dash_follows: bool) -> Left:
    """What a name without a word for a unit is: `role` says if a person or a thing."""
    found = _NO_LEFT
    past_dash = False
    for back in range(1, min(len(words), 6) + 1):
        word = words[-back]
        if word not in _SIGNALS and word[-1] not in _ENDS_PHRASE and word[0] not in '“"':
            continue
        if word in ("-", "–"):
            past_dash = True
            continue
        if word[-1] in _ENDS_PHRASE:
            return _OTHER if back == 1 and _IN_LIST.search(before) else found
        is_quoted = word[0] in '“"'
        word = word.lstrip("“\"'")
        pair = f"{words[-back - 1]} {word}" if word in _PAIR_ENDS and back < len(words) else word
        things = _ROADS if past_dash or (dash_follows and word == "đường") else _THINGS
        # A quoted name is that of a programme: "Hẹn ước Sa Pa".
        if is_quoted or word in things or pair in things:
            return _OTHER
        if back == 1 and (word in _BESIDE or pair in _BESIDE):
            return _OTHER
        if (back <= 2 and word in _PRODUCTS) or pair in _PRODUCTS:
            found = _PRODUCT
        if word in _PLACE_WORDS:
            return _OTHER if word == "và" and back == 1 and _IN_LIST.search(before) else found
    return found


def can_start(word: str) -> bool:
    """True if a capitalised word before a name only starts the sentence: "Tại", "UBND"."""
    word = word.lower()
    return word in _STARTS or word in UNITS


def is_plural(text: str, unit_at: int) -> bool:
    """True if the word before a unit's says that several follow: "các xã", "hai phường"."""
    words = text[max(0, unit_at - 10) : unit_at].lower().split()
    return bool(words) and (words[-1] in _SEVERAL or words[-1].isdigit())


def is_named_thing(word: str) -> bool:
    """True if a capitalised word before a name says that a thing is named: "Đường"."""
    return word.lower() in _THINGS


def read_right(text: str, end: int, level: int) -> Right:
    """What follows a name that ends at `end` and may be a unit of `level` or below."""
    if text[end + 1 : end + 2] not in _MORE_BEGINS or not text.startswith(_SAYS_MORE, end):
        return _NO_RIGHT
    ended = _ENDED.match(text, end)
    found = _RIGHT.match(text, ended.end() if ended else end)
    if found is None or level == PROVINCE:
        return Right(has_ended=ended is not None)
    join, unit, name = found["join"], (found["unit"] or "").strip(), _leading_name(found["name"])
    if not (join.strip() or unit or " của " in found[0] or " thuộc " in found[0]) or not name:
        return Right(has_ended=ended is not None)
    is_strong = bool(unit) or "(" in join or level == COMMUNE
    if name in provinces_elsewhere() and is_strong and unit not in ("huyện", "thị xã"):
        return Right(is_elsewhere=True)
    known = names().get(name)
    above = [p for p in known.places if p.level < level] if known and not known.is_unmarked else []
    kind = UNITS.get(unit.lower(), "")
    above = [p for p in above if not kind or p.kind == kind] or above
    if above and is_strong:
        parents = frozenset((p.level, p.name) for p in above)
        is_weak = not unit and "(" not in join
        return Right(parents, False, ended is not None, is_weak=is_weak)
    is_elsewhere = bool(kind) and not above and (level == COMMUNE or kind == "tỉnh")
    is_unknown = "(" in join and known is None and text.startswith((",", ")"), found.end())
    return Right(is_elsewhere=is_elsewhere, has_ended=ended is not None, is_unknown=is_unknown)


def _leading_name(words: str) -> str:
    """The longest beginning that is a known name, else all words."""
    known, elsewhere = names(), provinces_elsewhere()
    name = words
    while " " in name:
        if name in known or name in elsewhere:
            return name
        name = name.rpartition(" ")[0]
    return words
