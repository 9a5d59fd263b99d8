"""What is a caption's text, what its credit, and what only looks like either."""

import pytest

from scraper.extract.captions import is_numbered_headline, split_credit


@pytest.mark.parametrize(
    ("printed", "text", "credit"),
    [
        ("Chợ bản Mây. Ảnh: Ngọc Thử", "Chợ bản Mây.", "Ngọc Thử"),
        ("Chợ bản Mây.          Ảnh: Ngọc Thử  ", "Chợ bản Mây.", "Ngọc Thử"),
        ("Chợ bản Mây (Ảnh: TTXVN)", "Chợ bản Mây", "TTXVN"),
        ("Chợ bản Mây. (Ảnh: TTXVN).", "Chợ bản Mây.", "TTXVN"),
        ("Chợ bản Mây. Ảnh: Ngọc Thử.", "Chợ bản Mây.", "Ngọc Thử"),
        ("Chợ bản Mây. Nguồn: Báo Thử", "Chợ bản Mây.", "Báo Thử"),
        ("Chợ bản Mây. Nguồn ảnh: Báo Thử", "Chợ bản Mây.", "Báo Thử"),
        ("Chợ bản Mây. ẢNH: NGỌC THỬ", "Chợ bản Mây.", "NGỌC THỬ"),
        ("Chợ bản Mây - Ảnh: Ngọc Thử", "Chợ bản Mây", "Ngọc Thử"),
        ("Chợ bản Mây. Ảnh tư liệu: TTXVN", "Chợ bản Mây.", "TTXVN"),
        ("Chợ bản Mây (bên phải). Ảnh: Ngọc Thử - Lê Bịa", "Chợ bản Mây (bên phải).", "Ngọc Thử - Lê Bịa"),
        ("Ảnh: Ngọc Thử", "", "Ngọc Thử"),
        ("Chợ bản Mây.", "Chợ bản Mây.", ""),
        ("Ảnh chợ bản Mây ngày đầu họp", "Ảnh chợ bản Mây ngày đầu họp", ""),
        ("Nguồn nước: suối bản Mây", "Nguồn nước: suối bản Mây", ""),
        ("", "", ""),
    ],
)  # fmt: skip
def test_the_credit_is_the_trailing_part_alone(printed: str, text: str, credit: str) -> None:
    assert split_credit(printed) == (text, credit)


@pytest.mark.parametrize(
    ("alt", "is_headline"),
    [
        ("Chợ trên mây ảnh 1", True),
        ("Chợ trên mây - Ảnh 12", True),
        ("Chợ  trên mây", True),
        ("Chợ trên mây, hình 2", True),
        ("Chợ trên mây ngày họp", False),
        ("Chợ dưới mây ảnh 1", False),
    ],
)
def test_a_headline_with_a_number_is_no_caption(alt: str, is_headline: bool) -> None:
    assert is_numbered_headline(alt, "Chợ trên mây") is is_headline
