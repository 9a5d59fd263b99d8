"""Which of a page's statements of its times counts, and which leave a doubt."""

from datetime import UTC, datetime

import pytest
from selectolax.lexbor import LexborHTMLParser

from scraper.extract.page import parse
from scraper.extract.stated_times import Times, read_times
from scraper.models import Snapshot

CAPTURED_AT = datetime(2024, 12, 20, 3, tzinfo=UTC)


def times(head: str = "", printed: str = "") -> Times:
    html = f"<html><head>{head}</head><body>{printed}</body></html>"
    page = parse(Snapshot("https://baolaocai.vn/a-post1.html", CAPTURED_AT, 200, (), html.encode()))
    return read_times(page, LexborHTMLParser(printed).css("time"), CAPTURED_AT)


META = '<meta property="article:published_time" content="{}">'
MODIFIED = '<meta property="article:modified_time" content="{}">'
LD = '<script type="application/ld+json">{{"@type": "NewsArticle", "datePublished": "{}"}}</script>'
TIME = '<time datetime="{}">{}</time>'


@pytest.mark.parametrize(
    ("head", "printed", "source", "minute"),
    [
        (META.format("2024-12-15T09:01:00+0700") + LD.format("2024-12-15T09:02:00+0700"),
         TIME.format("2024-12-15T09:03:00+0700", "15/12/2024 09:04"), "meta", 1),
        (LD.format("2024-12-15T09:02:00+0700"),
         TIME.format("2024-12-15T09:03:00+0700", "15/12/2024 09:04"), "json-ld", 2),
        ("", TIME.format("2024-12-15T09:03:00+0700", "15/12/2024 09:04"), "time", 3),
        ("", TIME.format("", "15/12/2024 09:04"), "text", 4),
        (META.format("2024-12-15"), TIME.format("", "15/12/2024 09:04"), "text", 4),
        (META.format("31/2/2024 09:00"), TIME.format("", "15/12/2024 09:04"), "text", 4),
    ],
)  # fmt: skip
def test_the_most_trusted_statement_counts(
    head: str, printed: str, source: str, minute: int
) -> None:
    found = times(head, printed)
    assert found.published_at == datetime(2024, 12, 15, 2, minute, tzinfo=UTC)
    assert found.published_source == source


@pytest.mark.parametrize(
    ("head", "printed", "flags"),
    [
        (META.format("2024-12-15T09:00:00+0700"), TIME.format("", "Chủ nhật, 15/12/2024 09:00"), ()),
        (META.format("2024-12-15T09:00:00+0700"), TIME.format("", "15/12/2024"), ()),
        (META.format("2024-12-15T09:00:00+0700"), TIME.format("", "Thứ 2, 15/12/2024 09:00"),
         ("weekday mismatch",)),
        (META.format("2024-12-15T09:00:00+99:00"), "", ("bad offset",)),
        (META.format("2024-12-15T09:00:00+0700"), TIME.format("", "31/2/2024 09:00"), ("unreadable time",)),
        (META.format("0026-12-15T09:00:00+0700"), "", ("unreadable time",)),
        (META.format("2024-12-15T09:00:00+0700"), TIME.format("", "13/12/2024 08:00"),
         ("times disagree",)),
        # Vietnam's time, stated as UTC: seven hours from now.
        (META.format("2024-12-20T10:00:00Z"), "", ("published in the future",)),
        (META.format("2024-12-20T10:30:00+0700"), "", ()),
        (MODIFIED.format("2025-12-20T10:30:00+0700"), "", ("modified in the future",)),
        (MODIFIED.format("30/2/2024 10:30"), "", ("unreadable time",)),
    ],
)  # fmt: skip
def test_what_leaves_a_doubt_is_flagged(head: str, printed: str, flags: tuple[str, ...]) -> None:
    assert times(head, printed).flags == flags


def test_a_date_without_a_time_says_so() -> None:
    assert times(META.format("2024-12-15")).published_source == "meta (date only)"


CLOCK = '<time datetime="2024-12-15T20:00:00{}">15/12/2024 20:00</time>'


@pytest.mark.parametrize(
    ("head", "printed", "hour"),
    [
        (META.format("2024-12-15T20:00:00Z"), CLOCK.format("+07:00"), 13),
        (META.format("2024-12-15T20:00:00+00:00"), CLOCK.format("+0700"), 13),
        (META.format("2024-12-15T20:00:00-07:00"), CLOCK.format("+07:00"), 13),
        (META.format("2024-12-15T20:00:00Z"), CLOCK.format("+08:00"), 12),
        (META.format("2024-12-15t20:00:00z"), CLOCK.format("+07:00"), 13),
        (LD.format("2024-12-15T20:00:00.000Z"), CLOCK.format("+07:00"), 13),
        (META.format("2024-12-15T20:00:00 UTC"), CLOCK.format(" UTC+7"), 13),
        (META.format("2024-12-15T20:00:00Z") + LD.format("2024-12-15T20:00:00+07:00"), "", 13),
        # The printed clock names no zone: it is Vietnam's.
        (META.format("2024-12-15T20:00:00Z"), TIME.format("", "15/12/2024 20:00"), 13),
        (META.format("2024-12-15T20:00:00Z"), TIME.format("", "20h00 ngày 15/12/2024"), 13),
        # Two say Vietnam's time, one says UTC.
        (META.format("2024-12-15T20:00:00+07:00"), CLOCK.format("Z"), 13),
        ("", CLOCK.format("Z"), 20),
    ],
)  # fmt: skip
def test_one_clock_with_two_offsets_is_flagged(head: str, printed: str, hour: int) -> None:
    found = times(head, printed)
    assert found.published_at == datetime(2024, 12, 15, hour, tzinfo=UTC)
    assert found.flags == ("times disagree",)


@pytest.mark.parametrize(
    ("head", "printed"),
    [
        (META.format("2024-12-15T13:00:00Z"), CLOCK.format("+07:00")),
        (META.format("2024-12-15T13:00:30Z"), TIME.format("", "15/12/2024 20:00 (GMT+7)")),
        (META.format("2024-12-15"), CLOCK.format("+07:00")),
    ],
)
def test_one_instant_in_two_zones_is_no_doubt(head: str, printed: str) -> None:
    assert times(head, printed).flags == ()


def test_a_clock_seven_hours_off_is_flagged() -> None:
    assert times(META.format("2024-12-15T13:00:00+07:00"), CLOCK.format("+07:00")).flags == (
        "times disagree",
    )


def test_the_time_of_a_change_has_the_slip_of_the_same_source() -> None:
    head = META.format("2024-12-15T20:00:00Z") + MODIFIED.format("2024-12-15T21:30:00Z")
    assert times(head, CLOCK.format("+07:00")).modified_at == datetime(
        2024, 12, 15, 14, 30, tzinfo=UTC
    )


TWO = [
    "Cập nhật: 16/12/2024 09:00 - Đăng: 15/12/2024 08:00",
    "Đăng: 15/12/2024 08:00 - Cập nhật: 16/12/2024 09:00",
    "Cập nhật lúc 09:00 16/12/2024 | Đăng lúc 08:00 15/12/2024",
    "Xuất bản: Chủ nhật, 15/12/2024, 08:00 (GMT+7). Cập nhật: Thứ Hai, 16/12/2024, 09:00 (GMT+7)",
    "Ngày đăng 15/12/2024 08:00, cập nhật lần cuối 16/12/2024 09:00",
    "15/12/2024 08:00 (Cập nhật 16/12/2024 09:00)",
    "Published: 15/12/2024 08:00, Updated: 16/12/2024 09:00",
    "CẬP NHẬT 16/12/2024 09:00 XUẤT BẢN 15/12/2024 08:00",
    "Sửa lúc 09:00 ngày 16/12/2024, đăng tải 08:00 ngày 15/12/2024",
]


@pytest.mark.parametrize("text", TWO)
@pytest.mark.parametrize("stated", ["", "2024-12-16T09:00:00+07:00"])
def test_one_element_gives_both_times_by_their_labels(text: str, stated: str) -> None:
    found = times("", TIME.format(stated, text))
    assert found.published_at == datetime(2024, 12, 15, 1, tzinfo=UTC)
    assert found.modified_at == datetime(2024, 12, 16, 2, tzinfo=UTC)
    assert (found.published_source, found.flags) == ("text", ())


@pytest.mark.parametrize(
    ("printed", "flags"),
    [
        (TIME.format("", "15/12/2024 08:00 - 16/12/2024 09:00"), ("two times in one element",)),
        (TIME.format("", "Đăng: 16/12/2024 08:00, cập nhật: 15/12/2024 09:00"), ("times disagree",)),
        (TIME.format("Invalid date", "15/12/2024 08:00"), ("unreadable time",)),
        (TIME.format("", "vừa xong"), ("unreadable time",)),
    ],
)  # fmt: skip
def test_what_one_element_leaves_open_is_flagged(printed: str, flags: tuple[str, ...]) -> None:
    assert times("", printed).flags == flags


def test_a_label_before_the_element_counts() -> None:
    page = parse(Snapshot("https://baolaocai.vn/a-post1.html", CAPTURED_AT, 200, (), b"<p>x"))
    html = (
        "<div>Cập nhật: <time>16/12/2024 09:00</time> Đăng lúc <time>15/12/2024 08:00</time></div>"
    )
    found = read_times(page, LexborHTMLParser(html).css("time"), CAPTURED_AT)
    assert found.published_at == datetime(2024, 12, 15, 1, tzinfo=UTC)
    assert found.modified_at == datetime(2024, 12, 16, 2, tzinfo=UTC)
