"""Vietnamese spelling: what is one word, and what a half-typed one may mean."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.spelling import (
    agrees,
    alphabetical,
    fold,
    half_typed,
    loosely_typed,
    runs,
    spell,
    words,
)

LETTERS = "aàáảãạăằâấbcdđeêệghiìklmnoôơờpqrstuưứvxyỳ AĐỆ.,/-'1\u0301\u200b"


@pytest.mark.parametrize(
    ("printed", "spelled"),
    [
        ("Hòa thủy khỏe", "hoà thuỷ khoẻ"),
        ("hoàn toàn", "hoàn toàn"),
        ("của mùa", "của mùa"),
        ("Kỹ lý mỹ sỹ tỷ", "kĩ lí mĩ sĩ tỉ"),
        ("quý qúy", "quí quí"),
        ("công ty", "công ti"),
        ("thy vy tay kyoto", "thy vy tay kyoto"),
        ("Y Tý", "y tí"),
        (unicodedata.normalize("NFD", "Đường Tỷ"), "đường tỉ"),
    ],
)
def test_one_word_has_one_spelling(printed: str, spelled: str):
    assert spell(printed) == spelled


def test_folding_takes_every_mark_and_the_bar_of_d():
    assert fold("Đường Kỹ ẵ Ữ café İ") == "duong ki a u cafe i"


@given(st.text(alphabet=LETTERS, max_size=40))
def test_all_forms_of_a_text_have_the_same_words_in_the_same_order(text: str):
    assert len(words(text)) == len(words(spell(text))) == len(words(fold(text)))
    assert spell(spell(text)) == spell(text)
    assert fold(spell(text)) == fold(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" công an ", ["công an"]),
        ("thi công, an toàn", ["thi công", "an toàn"]),
        ("thi công\nan toàn", ["thi công", "an toàn"]),
        ("thi công | an toàn.", ["thi công", "an toàn"]),
        ("công  an", ["công an"]),  # blanks alone divide nothing
        ("công\u200b an", ["công an"]),
        ("15/2020/NĐ-CP, H'Mông", ["15 2020 NĐ CP", "H Mông"]),
        ("snake_case a_", ["snake case a"]),
        ("1.000: 5-6", ["1 000", "5 6"]),
        ("xã.huyện", ["xã", "huyện"]),  # joins numbers only
        ("a - b", ["a", "b"]),
        ("\u0301công \u0301an", ["công", "an"]),
    ],
)
def test_signs_and_line_ends_divide_words(text: str, expected: list[str]):
    assert [" ".join(run) for run in runs(text)] == expected


@given(st.text(alphabet=LETTERS + "\n_|½²", max_size=40))
def test_runs_hold_all_words_of_a_text_in_order(text: str):
    assert [word for run in runs(text) for word in run] == words(text)


def test_a_letter_typed_with_marks_counts_and_a_bare_one_does_not():
    assert agrees("đuong", "đường")
    assert not agrees("đuong", "dương")
    assert agrees("ma", "má")
    assert not agrees("má", "ma")
    assert not agrees("má", "mạ")
    assert not agrees("viên", "viện")


def test_a_half_typed_word_stands_for_few_spellings():
    assert {"đường", "đương"} <= set(half_typed("đuong"))
    assert "dương" not in half_typed("đuong")
    assert half_typed("viên") == ("viên",)
    assert "đầu" not in half_typed("dầu")
    assert "đường" in loosely_typed("đương")
    assert "đường" in loosely_typed("đuòng")


def test_a_word_of_many_vowels_is_taken_as_typed():
    assert half_typed("đ" + "aeou" * 500) == ("đ" + "aeou" * 500,)


@pytest.mark.parametrize(
    "names",
    [
        "2 bà, An, Ăn, Ân, Ba, Cao, Châu, Dao, Đá, Em, Êm, Lo, Lô, Lơ, Mùa, Mưa, Xa, Y",
        "ma, mà, mả, mã, má, mạ",
        "Cam Đường, Cảm Nhân, Cát Thịnh, Chấn Thịnh, Châu Quế, Chế Tạo, Chiềng Ken",
        "Bản Hồ, Bản Lầu, Bảo Ái, Bảo Hà, Bát Xát, Bắc Hà",
    ],
)
def test_names_sort_as_in_a_vietnamese_dictionary(names: str) -> None:
    ordered = names.split(", ")
    assert sorted(reversed(ordered), key=alphabetical) == ordered
