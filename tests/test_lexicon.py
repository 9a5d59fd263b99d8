"""Which syllables form a word, and how a run of them is cut."""

from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.lexicon import (
    BY_HAND,
    FOLDER,
    MADE,
    MAX_CUTS,
    MAX_SYLLABLES,
    VERSION,
    Lexicon,
    cuts,
    lexicon,
    show,
    with_names,
)
from scraper.spelling import fold, spell, unmark, words

NONE = Lexicon({})
FEW = "học sinh, sinh học, du lịch, đảng viên, nông thôn, nông thôn mới, mới mẻ, kỹ thuật, hòa bình"
SMALL = with_names(NONE, [*FEW.split(", "), "a b", "b c", "c d", "d a", "a b c"])
TYPED = "a b c d hoc sinh nong thon moi me Dang vien ky thuat 29 xyz"


def read(text: str, known: Lexicon | None = None) -> list[str]:
    return [show(cut) for cut in cuts(text.split(), known or lexicon())]


def hand_cut() -> list[list[str]]:
    """The queries of cut_queries.txt: each with the ways to cut it that are right."""
    text = (Path(__file__).parent / "cut_queries.txt").read_text("utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [[way.strip() for way in line.split("|")] for line in lines]


def bare(cut: str) -> str:
    return " · ".join(fold(word) for word in cut.split(" · "))


# Their first reading is wrong; the right one is searched too.
SECOND_IS_RIGHT = {"thu · ngân sách"}
SECOND_IS_RIGHT_IF_BARE = {*SECOND_IS_RIGHT, "đền · bảo hà", "võ · cổ truyền"}
WRONG_IF_BARE = {"doanh nghiệp · nhỏ · và · vừa"}  # nho va: nhờ vả


@pytest.mark.parametrize("ways", hand_cut(), ids=lambda ways: ways[0])
def test_a_query_is_cut_as_a_reader_cuts_it(ways: list[str]):
    found = read(ways[0].replace(" · ", " "))
    assert set(found if ways[0] in SECOND_IS_RIGHT else found[:1]) & set(ways)


@pytest.mark.parametrize("ways", hand_cut(), ids=lambda ways: ways[0])
def test_typed_without_marks_a_query_is_cut_alike(ways: list[str]):
    found = read(bare(ways[0]).replace(" · ", " "))
    used = found if ways[0] in SECOND_IS_RIGHT_IF_BARE else found[:1]
    assert bool(set(used) & set(map(bare, ways))) == (ways[0] not in WRONG_IF_BARE)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("Công An", ["Công An"]),  # as typed
        ("công xát", ["công · xát"]),
        ("kinh tế xã hội", ["kinh tế · xã hội"]),
        ("nông thôn mới", ["nông thôn mới"]),
        ("Séo Mý Tỷ", ["Séo Mý Tỷ"]),
        ("seo my ty", ["seo my ty"]),
        ("xa la pan tan", ["xa la · pan · tan"]),  # though xa · la pan tan has fewer words
        ("sapa", ["sapa"]),
        ("nghị định 29", ["nghị định · 29"]),
        ("", []),
        ("xyz", ["xyz"]),
        ("không ai biết facebook", ["không · ai · biết · facebook"]),
    ],
)
def test_the_lists_in_use_give_these_words(typed: str, expected: list[str]):
    assert read(typed) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("đảng viên", ["đảng viên"]),
        ("dang vien", ["dang vien"]),
        ("đang viên", ["đang viên"]),  # half-way
        ("đảng viến", ["đảng · viến"]),  # another mark
        ("dang viên", ["dang viên"]),
        ("dảng viên", ["dảng · viên"]),  # beside a mark d is no đ
        ("ĐẢNG VIÊN", ["ĐẢNG VIÊN"]),
        ("kĩ thuật", ["kĩ thuật"]),  # i and y
        ("hoà bình", ["hoà bình"]),  # place of the tone
        ("hòa binh", ["hòa binh"]),
        ("hóa bình", ["hóa · bình"]),
    ],
)
def test_marks_that_are_typed_count_and_others_do_not(typed: str, expected: list[str]):
    assert read(typed, SMALL) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("học sinh học", ["học sinh · học", "học · sinh học"]),  # two words either way
        ("nông thôn mới mẻ", ["nông thôn mới · mẻ", "nông thôn · mới mẻ"]),
        ("học sinh học sinh", ["học sinh · học sinh"]),  # the other cut has three words
        ("a b c d", ["a b c · d", "a b · c d"]),
        ("a b c d a", ["a b c · d a"]),  # not also a b · c d · a
    ],
)
def test_other_cuts_are_used_if_they_have_equally_few_words(typed: str, expected: list[str]):
    assert read(typed, SMALL) == expected


def test_of_the_other_cuts_those_with_a_longer_first_word_come_first():
    known = with_names(NONE, ["a b c d", "d e f", "a b", "c d e f", "a b c"])
    assert read("a b c d e f", known)[0] == "a b c d · e · f"
    known = with_names(known, ["e f"])
    assert read("a b c d e f", known) == ["a b c d · e f", "a b c · d e f", "a b · c d e f"]


def test_a_cut_with_fewer_words_does_not_replace_the_longest_match_from_the_left():
    known = with_names(NONE, ["a b", "a b c", "c d e"])
    assert read("a b c d e", known) == ["a b c · d · e"]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("cho người dân", ["cho · người dân"]),
        ("chợ người", ["chợ người"]),
        ("cho nguoi", ["cho nguoi"]),
        ("đang viên cho người dân", ["đang viên · cho người · dân", "đang viên · cho · người dân"]),
    ],
)
def test_marks_are_added_in_a_marked_query_only_if_that_saves_a_word(
    typed: str, expected: list[str]
):
    known = with_names(SMALL, ["chợ người", "người dân"])
    assert read(typed, known) == expected


def test_typed_without_marks_a_word_that_has_none_is_like_any_other():
    known = with_names(NONE, ["công an", "an ninh"])
    assert read("cong an ninh", known) == ["cong an · ninh", "cong · an ninh"]
    assert read("công an ninh", known) == ["công an · ninh", "công · an ninh"]


def test_names_of_the_config_are_words_too():
    named = with_names(lexicon(), ["Y Tý", "Sapa", "Pác Nặm Nưa"])
    assert read("chợ pac nam nua", named) == ["chợ · pac nam nua"]
    assert read("chợ pac nam nua") != ["chợ · pac nam nua"]
    assert with_names(NONE, ["Sapa", "năm tiếng là quá dài"]) == with_names(NONE, []) == NONE


Fits = Callable[[list[str]], bool]


def every_cut(typed: list[str], fits: Fits) -> Iterator[tuple[tuple[str, ...], ...]]:
    if not typed:
        yield ()
    for n in range(1, min(MAX_SYLLABLES, len(typed)) + 1):
        if n == 1 or fits([spell(s) for s in typed[:n]]):
            for rest in every_cut(typed[n:], fits):
                yield (tuple(typed[:n]), *rest)


SYLLABLES = st.sampled_from(TYPED.split())


@given(st.lists(SYLLABLES, min_size=1, max_size=9))
def test_cuts_are_the_longest_match_and_all_others_with_equally_few_words(typed: list[str]):
    found = cuts(typed, SMALL)
    every = list(every_cut(typed, SMALL.holds))
    longest = max(every, key=lambda cut: [len(word) for word in cut])
    least = min(map(len, every))
    fewest = {cut for cut in every if len(cut) == least}
    assert found[0] == longest
    if len(longest) > least:
        assert found == (longest,)
    elif len(fewest) <= MAX_CUTS:
        assert set(found) == fewest
    assert len(found) == len(set(found)) <= MAX_CUTS


@given(st.lists(st.one_of(SYLLABLES, st.text(max_size=6)), max_size=250))
def test_a_cut_has_every_syllable_in_order_as_typed(typed: list[str]):
    for cut in cuts(typed, lexicon()):
        assert [syllable for word in cut for syllable in word] == typed
        assert all(1 <= len(word) <= MAX_SYLLABLES for word in cut)


def test_many_ambiguous_places_give_few_cuts():
    assert MAX_CUTS == 8
    assert len(cuts("học sinh học".split() * 100, SMALL)) == 8


def entries(name: str) -> list[str]:
    lines = (FOLDER / name).read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def test_the_lists_hold_each_word_once_and_spelled():
    made = [word for name in MADE for word in entries(name)]
    by_hand = [spell(word) for word in entries(BY_HAND)]
    assert all(word == " ".join(words(spell(word))) for word in made)
    assert all(2 <= len(word.split()) <= MAX_SYLLABLES for word in made + by_hand)
    assert len(by_hand) == len(set(by_hand)) and not set(made) & set(by_hand)
    for name in MADE:
        assert entries(name) == sorted(set(entries(name)), key=lambda w: (unmark(w), w))


def test_an_entry_of_the_general_list_is_not_two_of_its_words():
    general = set(entries("general.txt"))
    four = (word.split() for word in general if word.count(" ") == 3)
    assert not [w for w in four if {" ".join(w[:2]), " ".join(w[2:])} <= general]


@pytest.mark.parametrize("name", MADE)
def test_a_list_of_others_carries_their_licence(name: str):
    header = (FOLDER / name).read_text("utf-8").split("\n\n")[0]
    assert "Copyright (c)" in header and "above copyright notice" in header


def test_a_changed_list_has_another_version():
    """If this fails after an edit, raise VERSION and enter it here with the new digest."""
    lists = b"".join((FOLDER / name).read_bytes() for name in (*MADE, BY_HAND))
    assert (VERSION, sha256(lists).hexdigest()[:16]) == ("words 2026.1", "de2d17cb42a9a034")
