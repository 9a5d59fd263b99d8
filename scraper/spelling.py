"""How Vietnamese words are spelled, and which spellings are one word.

The paper writes `hoà` and `hòa`, `kĩ thuật` and `kỹ thuật`; readers type with marks, without, and
half-way. Three forms of a text meet here:

    as printed   Kỹ thuật hòa âm
    spelled      kĩ thuật hoà âm     lower case, one place for the tone, one of i and y
    folded       ki thuat hoa am     spelled, without any mark; đ is d

All three have the same words in the same order.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import islice, product

WORD = re.compile(r"[^\W_][^\W_\u0300-\u036f]*(?:[\u0300-\u036f]+[^\W_]*)*")

# Unicode's stream-safe text has 30 marks in a row at most (UAX 15, 13). Sorting a longer row takes
# the square of its length. No mark is a word character, and none is outside this range.
_MOST_MARKS = 30
_WITH_MARKS = range(0x300, 0x1F000)
_MAY_BE_MARKS = re.compile(rf"[^\w\x00-\u02ff]{{{_MOST_MARKS + 1},}}")

_TONES = "\u0300\u0301\u0303\u0309\u0323"  # huyền sắc ngã hỏi nặng
_QUALITIES = {"a": "aăâ", "e": "eê", "o": "oôơ", "u": "uư", "i": "i", "y": "y"}


def _tone_rows() -> dict[str, tuple[str, ...]]:
    """Each vowel letter without tone -> itself with each tone, in the order of _TONES."""
    letters = "".join(_QUALITIES.values())
    return {v: tuple(unicodedata.normalize("NFC", v + t) for t in _TONES) for v in letters}


_TONED = _tone_rows()
_TONE_OF = {toned: (v, i) for v, row in _TONED.items() for i, toned in enumerate(row)}
_VOWEL_BASE = {letter: base for base, row in _QUALITIES.items() for letter in row}


def _fold_table() -> dict[int, str]:
    # Unchanged letters are in it too: str.translate() raises and catches an error for each other.
    table = {code: chr(code) for code in range(0x2100)}
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        base = unicodedata.normalize("NFD", chr(code))[0]
        if base != chr(code):
            table[code] = base
    table[ord("đ")] = "d"
    return table


_FOLD = _fold_table()

_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_LETTER_RANK = {ord(letter): chr(0xE000 + n) for n, letter in enumerate(_ALPHABET)}  # private use
_LETTER_RANK |= {ord(toned): _LETTER_RANK[ord(v)] for toned, (v, _) in _TONE_OF.items()}
# huyền, hỏi, ngã, sắc, nặng
_TONE_RANK = {ord(toned): "14325"[tone] for toned, (_, tone) in _TONE_OF.items()}
_TONE_RANK |= {ord(letter): "0" for letter in _TONED}

# Each starts with a set of letters: `re` scans for such a set fast.
_STRAY_MARKS = re.compile("[\u0300-\u036f]")  # on letters that no Vietnamese word has them on
# Only if the rhyme ends there: "hòa" is "hoà", but "hoàn" has one spelling.
_OLD_TONE = re.compile(r"([òóỏõọùúủũụ])([aey])(?![^\W_])")
# After these consonants i and y, as the whole rhyme, are one sound: kĩ, lí, mĩ, sĩ, công ti.
_FINAL_Y = re.compile(r"[yỳýỷỹỵ](?![^\W_])(?:(?<=(?<![^\W_])[hklmst].)|(?<=(?<![^\W_])qu.))")
_FINAL_I = re.compile(r"[iìíỉĩị](?![^\W_])(?:(?<=(?<![^\W_])[hklmst].)|(?<=(?<![^\W_])qu.))")
_NEW_TONE = re.compile(r"([ou])([àáảãạèéẻẽẹỳýỷỹỵ])(?![^\W_])")
_Y_TO_I = dict(zip("y" + "".join(_TONED["y"]), "i" + "".join(_TONED["i"]), strict=True))


_I_TO_Y = {i: y for y, i in _Y_TO_I.items()}


def nfc(text: str) -> str:
    """`text` in Unicode's NFC, with at most 30 combining marks in a row."""
    # Only unsorted marks are costly to normalise, and is_normalized() rejects those at once.
    if unicodedata.is_normalized("NFC", text):
        return text
    return unicodedata.normalize("NFC", with_few_marks(text))


def with_few_marks(text: str) -> str:
    """`text` with at most 30 combining marks in a row: its cost is linear in its length."""
    return _long_row().sub(r"\1", text) if _MAY_BE_MARKS.search(text) else text


@cache
def _long_row() -> re.Pattern[str]:
    """A row of too many marks, the first of them as a group; nearly no text needs it."""
    marks = "".join(mark for mark in map(chr, _WITH_MARKS) if unicodedata.combining(mark))
    return re.compile(f"([{marks}]{{{_MOST_MARKS}}})[{marks}]+")


def spell(text: str) -> str:
    """`text` in lower case and in one spelling: hòa -> hoà, kỹ -> kĩ."""
    text = nfc(text).lower()
    text = _STRAY_MARKS.sub("", text)
    text = _OLD_TONE.sub(_move_tone, text)
    return _FINAL_Y.sub(lambda m: _Y_TO_I[m[0]], text)


def fold(text: str) -> str:
    """`text` spelled, and without any mark: Đường -> duong, kỹ -> ki."""
    return unmark(spell(text))


def unmark(spelled: str) -> str:
    """A spelled text without its marks."""
    return spelled.translate(_FOLD)


def alphabetical(text: str) -> tuple[str, str, str]:
    """A key that sorts as a Vietnamese dictionary does: ă, â, đ, ê, ô, ơ and ư are letters of
    their own, and tones count if all letters are the same (Unicode CLDR, collation `vi`)."""
    lower = text.lower()
    return lower.translate(_LETTER_RANK), lower.translate(_TONE_RANK), text


def words(text: str) -> list[str]:
    """The words of `text`, as the search index cuts them: 15/2020/NĐ-CP is four."""
    return WORD.findall(nfc(text))


_MARKS = "".join(map(chr, range(0x300, 0x370)))
# All between two words, but for a single blank.
_GAP = re.compile(r"([^\w\u0300-\u036f](?!(?<= )[^\W_])[\W_]*)")
_JOINED = re.compile(r"[-/'’_&]")  # between letters without a blank: NĐ-CP, H'Mông
_JOINED_NUMBERS = re.compile("[-.,:–]")  # between digits: 1.000, 5-6
_UNSEEN = re.compile("[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]+")


def runs(text: str) -> list[list[str]]:
    """The words of `text`, cut into runs that have a single blank, or no division, inside.

    A sign or the end of a line divides; not what joins numbers and names, as in 15/2020/NĐ-CP.
    """
    # Marks at the beginning, too, belong to no letter. "_" divides and joins as "-" does.
    first, *rest = _GAP.split(nfc(text).lstrip(_MARKS + " ").replace("_", "-"))
    found = [first.split(" ")] if first else []
    for gap, piece in zip(rest[::2], rest[1::2], strict=True):
        if not piece:  # the text ends with a gap
            break
        is_number = piece[0].isdigit() and bool(found) and found[-1][-1][-1].isdigit()
        if found and not _divides(gap, is_number):
            found[-1] += piece.split(" ")
        else:
            found.append(piece.split(" "))
    return found


def divisions(text: str) -> list[bool]:
    """For each word of `text` except the last: True if more than a blank follows it."""
    return [last for run in runs(text) for last in (*[False] * (len(run) - 1), True)][:-1]


@lru_cache(maxsize=1000)  # few gaps make up nearly all
def _divides(gap: str, joins_numbers: bool) -> bool:
    gap = _UNSEEN.sub("", gap)
    if not gap.strip():
        return "\n" in gap
    return not (_JOINED.fullmatch(gap) or (joins_numbers and _JOINED_NUMBERS.fullmatch(gap)))


@lru_cache(maxsize=20_000)  # more than the syllables of Vietnamese; every index entry asks for each
def other_spellings(spelled: str) -> tuple[str, ...]:
    """How else a spelled word is written, and that without marks: kĩ -> kỹ, ky; hoà -> hòa."""
    moved = _NEW_TONE.sub(_move_tone_back, spelled)
    found = {moved, _FINAL_I.sub(lambda m: _I_TO_Y[m[0]], spelled)}
    found.discard(spelled)
    bare = unmark(spelled)
    return tuple(sorted(found | {unmark(other) for other in found if unmark(other) != bare}))


def agrees(typed: str, word: str) -> bool:
    """True if a reader who typed `typed` may mean `word`; both spelled.

    A letter with marks is meant as typed, a bare one means the letter with any marks.
    """
    return len(typed) == len(word) and all(
        t == w or (t == unmark(w) and len(t) == 1) for t, w in zip(typed, word, strict=True)
    )


def is_bare(typed: str) -> bool:
    """True if a spelled word has no mark at all."""
    return typed == unmark(typed)


MAX_SPELLINGS = 1500


def half_typed(typed: str) -> tuple[str, ...]:
    """The spellings that a word typed with some of its marks may mean, `typed` first.

    Letters typed with a mark stay; bare vowels take every mark, with one tone in a word; a `d`
    may be `đ` only beside bare vowels, as `dầu` is not a half-typed `đầu`.
    """
    marked_vowel = any(c in _TONE_OF or (c in _VOWEL_BASE and c != _VOWEL_BASE[c]) for c in typed)
    letters = [_qualities(c) if c != "d" or not marked_vowel else "d" for c in typed]
    has_tone = any(c in _TONE_OF for c in typed)
    # The tone is on the letter with a hat or hook, if there is one: no "víên" for "viên".
    # ư alone proves nothing: "đưong" lacks a hook and a tone.
    fixed = has_tone or any(c in "ăâêôơ" for c in typed)
    return _spellings(typed, letters, () if fixed else range(len(typed)))


def loosely_typed(typed: str) -> tuple[str, ...]:
    """The spellings that have at least the marks of `typed`: đương may be đường, dảng đảng."""
    has_tone = any(c in _TONE_OF for c in typed)
    letters = [_toned_qualities(c) for c in typed]
    return _spellings(typed, letters, () if has_tone else range(len(typed)))


def _qualities(letter: str) -> str:
    """The letters of the same tone that a letter without hat or hook may be short for."""
    return "dđ" if letter == "d" else _QUALITIES.get(letter, letter)


def _toned_qualities(letter: str) -> str:
    """The same for a letter that may carry a tone: ò may be ồ or ờ."""
    vowel, tone = _TONE_OF.get(letter, (letter, None))
    letters = _qualities(vowel)
    return letters if tone is None else "".join(_TONED[v][tone] for v in letters)


def _spellings(typed: str, letters: list[str], tone_places: range | tuple[()]) -> tuple[str, ...]:
    found = tuple(islice(_combined(letters, tone_places), MAX_SPELLINGS))
    # So many free vowels are no Vietnamese syllable: a foreign word, taken as typed.
    return found if len(found) < MAX_SPELLINGS else (typed,)


def _combined(letters: list[str], tone_places: range | tuple[()]) -> Iterator[str]:
    for chosen in product(*letters):
        yield "".join(chosen)
        for place in tone_places:
            for toned in _TONED.get(chosen[place], ()):
                yield "".join((*chosen[:place], toned, *chosen[place + 1 :]))


def _move_tone_back(found: re.Match[str]) -> str:
    base, tone = _TONE_OF[found[2]]
    if (found[1] == "u") != (base == "y"):  # "muà" is no spelling of "mùa"
        return found[0]
    return _TONED[found[1]][tone] + base


def _move_tone(found: re.Match[str]) -> str:
    base, tone = _TONE_OF[found[1]]
    if (base == "u") != (found[2] == "y"):  # "mùa" is no "muà"
        return found[0]
    return base + _TONED[found[2]][tone]
