"""Captures of text alone: the seed's exact values, weather labels, credits, charsets."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from scraper.errors import NotAnArticle
from scraper.extract.captions import split_credit
from scraper.extract.plaintext import read
from scraper.extract.text import clean, decode
from scraper.models import Article, Snapshot, Weather

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


SLUG_URL = "https://baolaocai.vn/mua-le-o-ban-may-post390001.html"
HEADLINE = "Mùa lê ở Bản Mây"
FIRST = (
    "Bà con Bản Mây, xã Mây Xanh đang bước vào vụ thu hoạch lê. Năm nay, mùa lê ở Bản Mây được cả "
    "mùa lẫn giá, thương lái vào tận vườn đặt mua từ khi quả còn xanh."
)
SECOND = (
    "Theo bà con Bản Mây, vụ thu hoạch lê năm nay kéo dài hơn một tháng. Cả xã Mây Xanh có hơn 120 "
    "ha lê, trong đó một nửa đã cho quả, thương lái vào tận vườn."
)
PICTURE = "Bà con thu hoạch lê."
FOREIGN = (
    "Sau mưa lũ, con đường lên thôn Nậm Cang bị sạt lở nhiều đoạn. Đoàn viên thanh niên huyện bên đã "
    "góp hàng trăm ngày công để thông tuyến trước năm học mới.",
    "Nghề rèn của người Mông ở Sín Chải có từ bao đời. Những lò rèn đỏ lửa quanh năm làm ra dao, "
    "cuốc, lưỡi cày bền chắc, được nhiều nơi đặt hàng mỗi dịp tết đến.",
    "Chợ phiên Sín Cao họp từ tinh mơ. Khách phương xa ngồi quanh chảo thắng cố, nghe kể chuyện cũ, "
    "chuyện mới của núi rừng mà quên cả đường về.",
)


def of_text(*lines: str, url: str = SLUG_URL) -> Article:
    body = "\n".join(lines).encode()
    return read(Snapshot(url, datetime(2026, 5, 1, tzinfo=UTC), 200, (), body))


@pytest.mark.parametrize(
    ("lines", "title", "lead", "kicker"),
    [
        ([HEADLINE, FIRST, SECOND], HEADLINE, FIRST, ""),
        (["Quay về E-magazine Theo dõi Báo Lào Cai trên Google News", HEADLINE, FIRST, SECOND],
         HEADLINE, "", ""),
        (["Kỷ niệm một mùa quả:", HEADLINE, FIRST, SECOND], HEADLINE, FIRST, "Kỷ niệm một mùa quả:"),
        ([FIRST, HEADLINE, SECOND], HEADLINE, FIRST, ""),
        ([HEADLINE, "LCĐT – " + FIRST, HEADLINE, SECOND], HEADLINE, "LCĐT – " + FIRST, ""),
        ([FIRST, SECOND], "[mua le o ban may]", "", ""),
        (["LCĐT - " + FIRST, SECOND], "[mua le o ban may]", "LCĐT - " + FIRST, ""),
        ([FIRST, PICTURE, SECOND], "[mua le o ban may]", FIRST, ""),
        ([FIRST], "[mua le o ban may]", FIRST, ""),
        ([HEADLINE + " | Báo Lào Cai", FIRST, SECOND], HEADLINE, FIRST, ""),
        (["Lê chín ở Bản Mây", FIRST, SECOND], "[mua le o ban may]", "", ""),
    ],
)  # fmt: skip
def test_the_address_settles_the_headline(
    lines: list[str], title: str, lead: str, kicker: str
) -> None:
    article = of_text(*lines)
    assert (article.title, article.lead, article.kicker) == (title, lead, kicker)
    assert ("no headline" in article.flags) == (title != HEADLINE)
    assert SECOND in (*article.paragraphs, article.lead) or lines == [FIRST]


PHOTO_NAMES = (
    "DSC_7759.JPG", "IMG_2034.JPG", "ảnh 1.jpg", "Bà con thu hoạch lê ở bản.jpg", "z61_a.jpg.webp",
    "Ảnh 1", f"{HEADLINE} ảnh 1", f"{HEADLINE} - Ảnh 3", "![]() |", "![](https://cdn.vn/a.jpg)",
)  # fmt: skip
FURNITURE = (
    "| --- |", "0:00 / 0:00", "00:00 / 03:21", "03:21", "• Nam miền Bắc", "Giọng đọc: Nữ miền Nam",
    "1.5x", "Nghe đọc bài", "Theo dõi Báo Lào Cai trên Google News",
    "Theo dõi Báo Lào Cai trên Google News để cập nhật tin tức mới nhất", "Quay lại trang chủ",
    "Báo Lào Cai trên Google News", "Từ khóa: lê Bản Mây, nông sản", "#lê #BảnMây", "Chia sẻ",
    "Facebook Twitter Zalo Copy link In bài", "Thích 0 Chia sẻ", "A- A A+", "Bình luận (0)",
    "Hãy để lại bình luận của bạn", "Bạn cần đăng nhập để bình luận", "Ý kiến của bạn",
    ">>> Xem thêm: Bắc Hà mở hội đua ngựa", "Đọc thêm: Bắc Hà mở hội đua ngựa", "2 giờ trước",
    "[Xem thêm](https://baolaocai.vn/x-post1.html)", SLUG_URL, "1.234 lượt xem", "5/5 - (1 bình chọn)",
    "Trang chủ > Kinh tế > Nông nghiệp", "Chính trị Kinh tế Xã hội", "Quảng cáo", "1/12",
    "© 2024 Báo Lào Cai. Giữ bản quyền nội dung trên website này.", "Đường dây nóng: 0986.575.708",
    "Giấy phép số 123/GP-BTTTT do Bộ Thông tin và Truyền thông cấp ngày 1/1/2022",
    "Chúng tôi sử dụng cookie để cải thiện trải nghiệm của bạn.", "Lào Cai 23°C",
    "Trình duyệt của bạn không hỗ trợ thẻ video.", "Xem ảnh toàn màn hình", "E-magazine Longform",
)  # fmt: skip


@pytest.mark.parametrize("line", [*PHOTO_NAMES, *FURNITURE, HEADLINE, HEADLINE.upper()])
def test_a_line_of_the_pages_furniture_is_no_text(line: str) -> None:
    places = ([line, HEADLINE, FIRST, SECOND], [HEADLINE, FIRST, line, SECOND])
    for lines in (*places, [HEADLINE, FIRST, SECOND, line]):
        article = of_text(*lines)
        assert (article.title, article.lead) == (HEADLINE, FIRST)
        assert (article.paragraphs, article.captions) == ((SECOND,), ())


@pytest.mark.parametrize("line", [*FURNITURE, "Bình luận", "Tin liên quan", HEADLINE.upper()])
def test_the_lead_is_below_furniture_that_follows_the_headline(line: str) -> None:
    article = of_text(HEADLINE, line, FIRST, SECOND)
    assert (article.title, article.lead) == (HEADLINE, FIRST)
    assert (article.paragraphs, article.captions) == ((SECOND,), ())


@pytest.mark.parametrize("line", [*PHOTO_NAMES, *FURNITURE])
def test_furniture_is_no_text_of_a_capture_without_headline(line: str) -> None:
    for lines in ([FIRST, line, SECOND], [FIRST, SECOND, line]):
        assert of_text(*lines).paragraphs == (FIRST, SECOND)


@pytest.mark.parametrize("name", ["DSC_7759.JPG", f"{HEADLINE} ảnh 1"])
def test_a_long_line_below_the_cover_photos_name_is_the_lead(name: str) -> None:
    lead = (
        FIRST.removesuffix(".") + ", và niềm vui theo những gùi lê về tận sân nhà mỗi chiều muộn."
    )
    assert of_text(HEADLINE, name, lead, SECOND).lead == lead


@pytest.mark.parametrize("below", [(), (SECOND,)])
def test_a_lead_that_is_printed_twice_is_no_caption(below: tuple[str, ...]) -> None:
    for lines in ([HEADLINE, FIRST, FIRST, *below], [FIRST, HEADLINE, FIRST, *below]):
        article = of_text(*lines)
        assert (article.lead, article.paragraphs, article.captions) == (FIRST, below, ())


@pytest.mark.parametrize(
    "heading",
    [
        "Tin liên quan", "Bài viết liên quan:", "Các tin khác", "Tin cùng chuyên mục",
        "Có thể bạn quan tâm", "Đọc nhiều", "Xem thêm", "Đọc thêm:",
    ],
)  # fmt: skip
def test_a_heading_of_other_articles_ends_the_text_and_what_follows_is_flagged(
    heading: str,
) -> None:
    article = of_text(HEADLINE, FIRST, SECOND, heading, "Chợ phiên Sín Cao", *FOREIGN)
    assert (article.paragraphs, article.captions) == ((SECOND,), ())
    assert "text left out" in article.flags
    assert of_text(HEADLINE, FIRST, SECOND, heading, "Chợ phiên Sín Cao").flags == ()


@pytest.mark.parametrize(
    "above", ["DSC_7759.JPG", "![]() |", f"{HEADLINE} ảnh 1", PICTURE, "z53.jpg"]
)
def test_a_short_line_below_a_photos_name_is_its_caption(above: str) -> None:
    article = of_text(HEADLINE, FIRST, SECOND, above, f"{PICTURE} |", FIRST + " Thêm.")
    assert [(c.text, c.after_paragraph) for c in article.captions] == [(PICTURE, 1)]
    assert article.paragraphs == (SECOND, FIRST + " Thêm.")


def test_if_blank_lines_separate_paragraphs_a_name_alone_has_no_caption() -> None:
    lines = (HEADLINE, "", FIRST, "", "a.jpg", PICTURE, "", "b.jpg", "", "Giá lê tăng.", "", SECOND)
    article = of_text(*lines)
    assert [c.text for c in article.captions] == [PICTURE]
    assert article.paragraphs == ("Giá lê tăng.", SECOND)


@pytest.mark.parametrize(
    "subhead", ["Bài 1: NUÔI DƯỠNG VƯỜN LÊ", "Vụ lê được mùa", "Tại đây, lê chín sớm."]
)
def test_a_subhead_below_the_lead_is_no_caption(subhead: str) -> None:
    article = of_text(HEADLINE, FIRST, subhead, SECOND)
    assert (article.paragraphs, article.captions) == ((subhead, SECOND), ())


@pytest.mark.parametrize("above", [(), (HEADLINE,)])
def test_leads_of_other_articles_are_left_out_and_flagged(above: tuple[str, ...]) -> None:
    article = of_text(*above, FIRST, *FOREIGN)
    assert (article.lead, article.paragraphs) == (FIRST, ())
    assert "text left out" in article.flags
    kept = of_text(*above, FIRST, SECOND, *FOREIGN)
    assert FOREIGN[0] in kept.paragraphs  # one paragraph speaks of what the lead speaks of


@pytest.mark.parametrize(
    "paragraph",
    [
        "“Đường lên bản đã dễ đi hơn trước rất nhiều”, ông Lý A Thử nói khi tiễn khách ở đầu dốc, nơi "
        "mấy đứa trẻ vẫn ngồi chơi từ lúc sáng sớm.",
        "Bên cạnh đó, nhiều hộ còn góp công sửa lại nhà sàn cũ, đón khách phương xa tới nghỉ lại đôi "
        "ba đêm giữa tiếng suối, tiếng khèn.",
    ],
)
def test_a_quotation_or_what_leans_on_the_line_before_is_no_other_articles_lead(
    paragraph: str,
) -> None:
    assert of_text(HEADLINE, FIRST, *FOREIGN[:2], paragraph).paragraphs == (
        *FOREIGN[:2],
        paragraph,
    )
    assert of_text(HEADLINE, FIRST, *FOREIGN[:2]).paragraphs == FOREIGN[:2]


@pytest.mark.parametrize(
    ("line", "published", "modified"),
    [
        ("Thứ Sáu, 10/05/2024 - 08:15", datetime(2024, 5, 10, 1, 15, tzinfo=UTC), None),
        ("08:15 10/05/2024", datetime(2024, 5, 10, 1, 15, tzinfo=UTC), None),
        ("Thứ sáu, ngày 10 tháng 5 năm 2024", datetime(2024, 5, 9, 17, tzinfo=UTC), None),
        ("Đăng lúc: 08:15, 10/05/2024", datetime(2024, 5, 10, 1, 15, tzinfo=UTC), None),
        ("Cập nhật: 10/05/2024 08:15", None, datetime(2024, 5, 10, 1, 15, tzinfo=UTC)),
        ("10/05/2024 08:15 - Cập nhật 11/05/2024 09:20",
         datetime(2024, 5, 10, 1, 15, tzinfo=UTC), datetime(2024, 5, 11, 2, 20, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_a_line_of_times_below_the_headline_gives_both(
    line: str, published: datetime | None, modified: datetime | None
) -> None:
    article = of_text(HEADLINE, line, FIRST, SECOND)
    assert (article.lead, article.paragraphs) == (FIRST, (SECOND,))
    assert (article.published_at, article.modified_at) == (published, modified)


def test_a_printed_time_is_the_time_of_publication() -> None:
    at = datetime(2025, 9, 22, 6, 58, tzinfo=UTC)
    for lines in (
        [f" date 2025-09-22 {HEADLINE} 22/09/2025 13:58", FIRST, SECOND],
        [HEADLINE, "22/09/2025 13:58", FIRST, SECOND],
    ):
        article = of_text(*lines)
        assert (article.title, article.published_at, article.published_source) == (
            HEADLINE,
            at,
            "text",
        )
    day = of_text(f"date 2025-09-22 {HEADLINE}", FIRST, SECOND)
    assert day.published_source == "text (date only)"
    apart = of_text(f"date 2025-01-22 {HEADLINE} 22/09/2025 13:58", FIRST, SECOND)
    assert "times disagree" in apart.flags


@pytest.mark.parametrize(
    ("lines", "url"),
    [
        ([FIRST, SECOND], "https://baolaocai.vn/tu-khoa/le-tag1835.html"),
        ([FIRST, "20-02-2022 12:53:00", SECOND, "02-02-2022 09:30:00"], SLUG_URL),
        (["x"] * 20_001, SLUG_URL),
    ],
)
def test_lists_are_no_articles(lines: list[str], url: str) -> None:
    with pytest.raises(NotAnArticle):
        of_text(*lines, url=url)


def test_a_whole_capture_has_the_headline_below_its_hotline_whatever_the_slug() -> None:
    article = of_text(*HEAD.splitlines(), TITLE, LEAD, ONE, TWO)
    assert (article.title, article.flags) == (TITLE, ())


def test_the_times_of_a_live_report_are_text() -> None:
    lines = ("16:20", "Đoàn xe vào bản.", "15:05", "Bà con góp công san đường lên vườn lê.")
    assert of_text(HEADLINE, FIRST, *lines, SECOND).paragraphs == (*lines, SECOND)
