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


HEAD = "Zalo\nBáo Lào Cai\nThứ 7, 3/12/2022, 08:38 [UTC-0]\nHotline: 0986575708\n"
SIDE = "Multimedia\nThời tiết Lào Cai\nLào Cai\nDự báo thời tiết"
TITLE = "Chi bộ Bản Gió phát triển đảng viên"
LEAD = "LCĐT - Đảng bộ xã Mây hiện có 6.071 đảng viên thuộc 58 tổ chức cơ sở đảng."
ONE = (
    "Có được kết quả trên, phải kể đến những kinh nghiệm quý của bản. Hằng năm, chi bộ xây dựng "
    "kế hoạch phát triển đảng viên, bồi dưỡng tạo nguồn ngay từ các đoàn thể."
)
TWO = "Trên cơ sở các văn bản chỉ đạo, các đoàn thể tích cực tuyên truyền. Bà con đã nghe theo."
SENTENCE = (
    "Trong thời gian tới, để làm tốt hơn nữa công tác phát triển đảng viên khu vực nông thôn, xã "
    "tăng cường tuyên truyền, giáo dục cho cán bộ, đảng viên, quần chúng."
)
MEETING = "Buổi sinh hoạt của Chi bộ Bản Gió."
VISIT = "Ông Nguyễn Văn Thử (thứ 2 từ trái sang) nắm tình hình."
LONG = "Các cán bộ của xã Mây Xanh (hàng đầu) " + "cùng bà con các bản trao đổi kinh nghiệm " * 4


@pytest.mark.parametrize(
    ("lines", "paragraphs", "captions"),
    [
        ([ONE, TWO], [ONE, TWO], []),
        ([MEETING, ONE, TWO], [ONE, TWO], [(MEETING, 0)]),
        ([ONE, MEETING, TWO], [ONE, MEETING, TWO], []),
        ([ONE, MEETING, VISIT, TWO], [ONE, MEETING, TWO], [(VISIT, 2)]),
        ([ONE, TWO, MEETING], [ONE, TWO, MEETING], []),
        ([ONE, TWO, VISIT], [ONE, TWO], [(VISIT, 2)]),
        ([ONE, f"{MEETING} Ảnh: Lê An"], [ONE], [(MEETING, 1)]),
        ([ONE, LONG, TWO], [ONE, TWO], [(LONG.strip(), 1)]),
        ([ONE, SENTENCE, TWO], [ONE, SENTENCE, TWO], []),
        (["Một góc TP. Lào Cai.", ONE, TWO], [ONE, TWO], [("Một góc TP. Lào Cai.", 0)]),
        ([ONE, "PV: Vì sao?", "Ông Thử: Vì lê.", TWO], [ONE, "PV: Vì sao?", "Ông Thử: Vì lê.", TWO], []),
        ([ONE, "Lê chín trên cành", "Mây bay qua núi", "Người về bản cũ", TWO],
         [ONE, "Lê chín trên cành", "Mây bay qua núi", "Người về bản cũ", TWO], []),
        ([ONE, "- Một việc.", "- Hai việc.", TWO], [ONE, "- Một việc.", "- Hai việc.", TWO], []),
        ([ONE, "Kinh nghiệm gồm:", TWO], [ONE, "Kinh nghiệm gồm:", TWO], []),
        ([ONE, "“Lê ngọt lắm”, bà Lý nói.", TWO], [ONE, "“Lê ngọt lắm”, bà Lý nói.", TWO], []),
        ([ONE, "Thời tiết năm nay thuận lợi.", TWO], [ONE, "Thời tiết năm nay thuận lợi.", TWO], []),
        ([ONE, TWO, "Theo TTXVN"], [ONE, TWO], []),
    ],
)  # fmt: skip
def test_captions_are_guessed_on_stated_grounds(
    lines: list[str], paragraphs: list[str], captions: list[tuple[str, int]]
) -> None:
    text = HEAD + "\n\n".join([TITLE, LEAD, *lines]) + "\n\n" + SIDE
    article = read(Snapshot(URL, datetime(2022, 12, 3, tzinfo=UTC), 200, (), text.encode()))
    assert (article.title, article.lead) == (TITLE, LEAD)
    assert list(article.paragraphs) == paragraphs
    assert [(c.text, c.after_paragraph) for c in article.captions] == captions
    assert all(c.source == "guess" for c in article.captions)
    assert article.weather == (Weather("Lào Cai", "Lào Cai Dự báo thời tiết"),)


def test_a_caption_above_the_lead_is_one() -> None:
    text = HEAD + "\n".join([TITLE, MEETING, LEAD, ONE, TWO])
    article = read(Snapshot(URL, datetime(2022, 12, 3, tzinfo=UTC), 200, (), text.encode()))
    assert (article.lead, article.paragraphs) == (LEAD, (ONE, TWO))
    assert [(c.text, c.after_paragraph) for c in article.captions] == [(MEETING, 0)]
