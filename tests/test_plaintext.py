"""Captures of text alone: the seed's exact values, weather labels, credits, charsets."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from scraper.extract.captions import split_credit
from scraper.extract.plaintext import read
from scraper.extract.text import clean, decode
from scraper.models import Snapshot, Weather

SEED = Path(__file__).parent / "pages/plaintext/seed-348925.txt"
URL = "https://baolaocai.vn/bai-viet/348925-kinh-nghiem-phat-trien-dang-vien-o-chi-bo-nong-thon"


def test_the_seed_reads_as_its_reader_does() -> None:
    captured = datetime(2022, 12, 3, tzinfo=UTC)
    article = read(Snapshot(URL, captured, 200, (), SEED.read_bytes()))
    assert article.title == "Kinh nghiệm phát triển đảng viên ở chi bộ nông thôn"
    assert article.lead.startswith("LCĐT - Đảng bộ huyện Văn Bàn")
    assert len(article.paragraphs) == 3
    assert [(c.after_paragraph, c.source) for c in article.captions] == [(0, "guess"), (2, "guess")]
    assert article.page_clock_text == "Thứ 7, 3/12/2022, 08:38 [UTC-0]"
    assert article.page_clock_at == datetime(2022, 12, 3, 8, 38, tzinfo=UTC)
    assert article.published_at is None
    assert article.weather == (Weather("Lào Cai", "Lào Cai Dự báo thời tiết"),)


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("Chợ phiên Bắc Hà.      Ảnh: Ngọc Bằng", ("Chợ phiên Bắc Hà.", "Ngọc Bằng")),
        ("Chợ phiên (Ảnh: TTXVN)", ("Chợ phiên", "TTXVN")),
        ("Ảnh: Ngọc Bằng.", ("", "Ngọc Bằng")),
        ("Chợ phiên Bắc Hà.", ("Chợ phiên Bắc Hà.", "")),
    ],
)
def test_a_credit_is_split_off(printed: str, expected: tuple[str, str]) -> None:
    assert split_credit(printed) == expected


def test_windows_1258_marks_are_composed() -> None:
    body = "Đa\u0309ng".encode("cp1258")
    assert clean(decode(body, None).decode("utf-8")) == "Đảng"
