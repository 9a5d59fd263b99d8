"""How the page of an article is made from its paragraphs."""

import pytest

from scraper.browse.article import is_subhead

LONG = "Một đoạn văn dài hơn nhiều so với tiêu đề phụ, có đủ câu cú và kết thúc bằng dấu chấm."


@pytest.mark.parametrize(
    ("paragraphs", "number", "expected"),
    [
        ((LONG, "Tạo nguồn từ cơ sở", LONG), 1, True),
        (("Tạo nguồn từ cơ sở", LONG), 0, True),
        ((LONG, "Vì sao?", LONG), 1, True),
        ((LONG, "Một câu ngắn.", LONG), 1, False),
        ((LONG, "Tạo nguồn từ cơ sở"), 1, False),
        ((LONG, "Mục một", "Mục hai", LONG), 1, False),
        ((LONG, "Mục một", "Mục hai", LONG), 2, False),
        (("Gồm có:", "Mục một", LONG), 1, False),
        ((LONG, "Xã | Số hộ", LONG), 1, False),
        ((LONG, LONG, LONG), 1, False),
    ],
)
def test_a_subhead_is_a_few_words_above_a_longer_text(
    paragraphs: tuple[str, ...], number: int, expected: bool
):
    assert is_subhead(paragraphs, number) == expected
