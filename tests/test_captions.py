"""What is a caption's text, what its credit, and what only looks like either."""

import pytest

from scraper.extract.captions import (
    has_cue,
    is_caption,
    is_numbered_headline,
    says_photo,
    split_credit,
)


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


@pytest.mark.parametrize(
    ("printed", "text", "credit"),
    [
        ("Bức ảnh: “Mùa lê” treo ở nhà ông Thử", "Bức ảnh: “Mùa lê” treo ở nhà ông Thử", ""),
        ("Nhà có ba bức ảnh: một của ông Thử", "Nhà có ba bức ảnh: một của ông Thử", ""),
        ("Ảnh: “Mùa lê chín”", "Ảnh: “Mùa lê chín”", ""),
        ("Video: Lễ hội bản Mây", "Video: Lễ hội bản Mây", ""),
        ("Lễ hội bản Mây. Video: Ngọc Thử", "Lễ hội bản Mây.", "Ngọc Thử"),
        ("Chợ bản Mây. Ảnh: Lê An (TTXVN)", "Chợ bản Mây.", "Lê An (TTXVN)"),
        ("Chợ bản Mây. (Ảnh: Lê An (TTXVN))", "Chợ bản Mây.", "Lê An (TTXVN)"),
        ("Chợ bản Mây [Ảnh: Lê An]", "Chợ bản Mây", "Lê An"),
        ("Chợ bản Mây, ảnh: Lê An", "Chợ bản Mây", "Lê An"),
        ("Chợ bản Mây. Ảnh : Lê An", "Chợ bản Mây.", "Lê An"),
        ("Chợ bản Mây. Ảnh minh hoạ: Lê An", "Chợ bản Mây.", "Lê An"),
        ("Từ trái sang: ông A, bà B. Ảnh: Lê An", "Từ trái sang: ông A, bà B.", "Lê An"),
    ],
)
def test_what_is_a_credit_and_what_only_has_its_signs(printed: str, text: str, credit: str) -> None:
    assert split_credit(printed) == (text, credit)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Một góc TP. Lào Cai.", True),
        ("Buổi họp của chi bộ.", True),
        ("Ông Thử (thứ hai từ trái sang) " + "nắm tình hình " * 12, True),
        ("Bà con hái lê. Chợ họp từ sớm.", False),
        ("Bà con hái lê. Chợ họp từ sớm. Ảnh: Lê An", True),
        ("Sáng nay, " + "bà con hái lê " * 12, False),
        ("Thưa ông, vì sao?", False),
        ("- Ông Thử: Năm nay được mùa.", False),
        ("“Lê ngọt lắm”, bà Lý nói.", False),
        ("Bà con cho biết:", False),
        ("LCĐT - Bà con vui.", False),
        ("Trong ảnh, " * 50, False),
    ],
)
def test_what_reads_like_a_caption(text: str, expected: bool) -> None:
    assert is_caption(text.strip()) is expected


def test_a_source_within_a_sentence_is_no_photos_credit() -> None:
    text = "Xã Mây Xanh trồng thêm 1.200 ha rừng; nguồn: quỹ của thôn."
    assert not says_photo(text) and not has_cue(text)
    assert says_photo("Chợ bản Mây. Nguồn: Báo Thử")
