import unicodedata
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.extract import extract
from scraper.extract.text import clean, decode
from scraper.models import Snapshot

TEXT = "Đảng bộ huyện Văn Bàn: chợ phiên Cốc Lếu, mùa bưởi đường"


def test_utf8_passes_untouched_whatever_is_declared() -> None:
    body = f'<meta charset="windows-1258"><p>{TEXT}'.encode()
    assert decode(body, "text/html; charset=iso-8859-1") is body


@pytest.mark.parametrize("charset", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_decides(charset: str) -> None:
    assert decode(TEXT.encode(charset), None).decode() == TEXT


@pytest.mark.parametrize("declared", [None, "text/html", "text/html; charset=iso-8859-1"])
def test_windows_1258_with_combining_marks_is_read_undeclared(declared: str | None) -> None:
    # cp1258 writes most Vietnamese vowels as a letter and a combining tone.
    typed = "".join(_cp1258(letter) for letter in TEXT)
    assert clean(decode(typed.encode("cp1258"), declared).decode()) == TEXT


def test_a_page_that_says_nothing_in_utf8_is_read_again_in_its_own_charset() -> None:
    # Its page clock, without which it is no article, begins with "Thứ".
    page = Path(__file__).parent / "pages/site2022/page-clock-in-vietnam-time.html"
    typed = "".join(_cp1258(letter) for letter in page.read_text("utf-8"))
    captured_at = datetime(2026, 11, 2, tzinfo=UTC)
    read = [
        extract(Snapshot("https://baolaocai.vn/lien-he", captured_at, 200, (), body))
        for body in (page.read_bytes(), typed.encode("cp1258"))
    ]
    assert read[0] == read[1]


def _cp1258(letter: str) -> str:
    """`letter` as cp1258 can write it: the tone mark apart, the letter's own mark not."""
    marks = unicodedata.normalize("NFD", letter)
    tones = "".join(m for m in marks if m in "\u0300\u0301\u0303\u0309\u0323")
    rest = unicodedata.normalize("NFC", "".join(m for m in marks if m not in tones))
    return rest + tones


def test_the_charset_that_the_page_declares_is_used() -> None:
    body = b'<meta http-equiv="Content-Type" content="text/html; charset=koi8-r">' + "да".encode(
        "koi8-r"
    )
    assert decode(body, None).decode().endswith("да")


def test_a_page_cut_inside_a_character_loses_only_that() -> None:
    body = "mùa bưởi đ".encode()[:-1]
    assert decode(body, None).decode() == "mùa bưởi "


def test_one_damaged_byte_does_not_make_another_charset_of_a_page() -> None:
    body = (TEXT * 20).encode().replace(b"C", b"\xff", 1)
    assert decode(body, "text/html; charset=windows-1258").decode().count("\ufffd") == 1


def test_clean_folds_spaces_and_composes_marks() -> None:
    assert clean(" a\u00a0\n b\u200b c&amp;d ") == "a b c&d"
    assert clean(unicodedata.normalize("NFD", TEXT)) == TEXT


@given(st.binary(max_size=200), st.one_of(st.none(), st.text(max_size=40)))
def test_no_bytes_break_it_and_all_are_utf8_after(body: bytes, declared: str | None) -> None:
    decode(body, declared).decode("utf-8")


@given(st.text(st.sampled_from("aắđ \t\n\u00a0\u00ad\u0301\u0306\u200b\u2028\u202e\u3000\ufeff…")))
def test_a_cleaned_text_has_no_sign_that_cannot_be_seen(text: str) -> None:
    seen = "".join(c for c in text if unicodedata.category(c) != "Cf")
    assert clean(text) == " ".join(unicodedata.normalize("NFC", seen).split())


FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (FAMILY, FAMILY),
        ("\U0001f3f3\ufe0f\u200d\U0001f308", "\U0001f3f3\ufe0f\u200d\U0001f308"),
        ("\u2764\ufe0f\u200d\U0001f525", "\u2764\ufe0f\u200d\U0001f525"),
        ("\U0001f469\U0001f3fd\u200d\U0001f33e", "\U0001f469\U0001f3fd\u200d\U0001f33e"),
        ("a\u200db", "ab"),
        ("\U0001f468\u200d về", "\U0001f468 về"),
        ("về \u200d\U0001f468", "về \U0001f468"),
    ],
)
def test_a_joiner_stays_between_two_emoji_alone(written: str, kept: str) -> None:
    assert clean(written) == kept


def test_of_a_long_row_of_marks_thirty_stay() -> None:
    row = "a" + "\u0323\u0301" * 400_000
    assert clean(row + " b") == unicodedata.normalize("NFC", row[:31]) + " b"
