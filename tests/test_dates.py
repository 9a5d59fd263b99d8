from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.extract.dates import is_bad_date, read_moment, read_page_clock
from scraper.times import VIETNAM


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2024-12-15T09:30:00+0700", "2024-12-15T02:30"),
        ("2024-12-15T09:30:00+07:00", "2024-12-15T02:30"),
        ("2024-12-15T02:30:00Z", "2024-12-15T02:30"),
        ("2024-12-15T09:30:00", "2024-12-15T02:30"),
        ("2024-12-15 09:30", "2024-12-15T02:30"),
        ("2024-12-15T09:30:00.123+07:00", "2024-12-15T02:30"),
        ("15/12/2024 09:30", "2024-12-15T02:30"),
        ("09:30 15/12/2024", "2024-12-15T02:30"),
        ("02/03/2025 00:30", "2025-03-01T17:30"),
        ("Thứ Ba, 05/03/2024 | 08:30", "2024-03-05T01:30"),
        ("Thứ 7, 3/12/2022, 08:38 [UTC-0]", "2022-12-03T08:38"),
        ("Thứ bảy, 3/12/2022, 15:38 [GMT+7]", "2022-12-03T08:38"),
        ("15/12/2024 - 08h30", "2024-12-15T01:30"),
        ("15/12/2024, 8 giờ 30 phút", "2024-12-15T01:30"),
        ("Chủ nhật, 15/12/2024 9:05 CH (GMT+7)", "2024-12-15T14:05"),
        ("15/12/2024 12:05 SA", "2024-12-14T17:05"),
        ("15/12/2024 09:30 GMT+07:00", "2024-12-15T02:30"),
        ("ngày 5 tháng 3 năm 2024, 08:30", "2024-03-05T01:30"),
        ("Sun, 15 Dec 2024 09:30:00 +0700", "2024-12-15T02:30"),
        ("2024-12-15T09:30:00+07:00[Asia/Ho_Chi_Minh]", "2024-12-15T02:30"),
        ("2024-12-15T02:30:00 [UTC-0]", "2024-12-15T02:30"),
        ("2024-12-14T21:30:00-05:00", "2024-12-15T02:30"),
        ("2024/12/15 09:30", "2024-12-15T02:30"),
        ("15/12/2024 02:30 [UTC]", "2024-12-15T02:30"),
        ("15/12/2024 02:30 (GMT)", "2024-12-15T02:30"),
        ("15/12/2024, 09:30 GMT+7", "2024-12-15T02:30"),
        ("15/12/2024 11:30 +09:00", "2024-12-15T02:30"),
        ("15/12/2024 11:30 +0900", "2024-12-15T02:30"),
        ("09h30 ngày 15/12/2024", "2024-12-15T02:30"),
        ("15/12/2024 9 giờ 30 phút sáng", "2024-12-15T02:30"),
        ("15/12/2024 8 giờ tối", "2024-12-15T13:00"),
        ("CN, 15-12-2024 09:30", "2024-12-15T02:30"),
        ("T7, 14.12.2024 | 9:30 CH", "2024-12-14T14:30"),
        ("Đăng lúc: 9:30, Chủ Nhật ngày 15 tháng 12, 2024", "2024-12-15T02:30"),
        ("Sun, 15 Dec 2024 02:30:00 GMT", "2024-12-15T02:30"),
    ],
)
def test_each_printed_form_gives_its_instant(text: str, instant: str) -> None:
    moment = read_moment(text)
    assert moment is not None
    assert moment.at == datetime.fromisoformat(instant).replace(tzinfo=UTC)
    assert (moment.date_only, moment.flags) == (False, ())


@pytest.mark.parametrize("text", ["15/12/2024", "2024-12-15", "Ngày 15 tháng 12 năm 2024"])
def test_a_date_alone_is_midnight_in_vietnam_and_says_so(text: str) -> None:
    moment = read_moment(text)
    assert moment is not None
    assert (moment.at, moment.date_only) == (datetime(2024, 12, 14, 17, tzinfo=UTC), True)


@pytest.mark.parametrize(
    "text", ["31/2/2024 08:30", "15/13/2024", "05/03/0026", "15/12/2024 25:10",
             "15/12/26 08:30", "2024-02-31", "0026-12-15T09:30:00+07:00", "1970-01-01T00:00:00Z"],
)  # fmt: skip
def test_impossible_dates_are_not_repaired(text: str) -> None:
    assert read_moment(text) is None
    assert is_bad_date(text)


@pytest.mark.parametrize("text", ["", "Lào Cai", "post381374", "15-12", "15/2020/NĐ-CP", "1/2"])
def test_other_text_is_no_date(text: str) -> None:
    assert read_moment(text) is None
    assert not is_bad_date(text)


@pytest.mark.parametrize(
    ("text", "instant", "flag"),
    [
        ("Thứ 2, 3/12/2022, 08:38", "2022-12-03T01:38", "weekday mismatch"),
        ("T2, 3/12/2022 08:38", "2022-12-03T01:38", "weekday mismatch"),
        ("CN, 3/12/2022 08:38", "2022-12-03T01:38", "weekday mismatch"),
        ("Mon, 03 Dec 2022 08:38:00 +0700", "2022-12-03T01:38", "weekday mismatch"),
        ("3/12/2022 14:38 SA", "2022-12-03T07:38", "hour mismatch"),
        ("2022-12-03T08:38:00+99:00", "2022-12-03T01:38", "bad offset"),
        ("2022-12-03T08:38:00+15:00", "2022-12-03T01:38", "bad offset"),
        ("2022-12-03T08:38:00-13:00", "2022-12-03T01:38", "bad offset"),
        ("2022-12-03T08:38:00+07:75", "2022-12-03T01:38", "bad offset"),
        ("3/12/2022 08:38 [GMT+77]", "2022-12-03T01:38", "bad offset"),
    ],
)
def test_what_contradicts_itself_is_flagged(text: str, instant: str, flag: str) -> None:
    moment = read_moment(text)
    assert moment is not None
    assert moment.at == datetime.fromisoformat(instant).replace(tzinfo=UTC)
    assert moment.flags == (flag,)


def test_only_a_line_with_weekday_time_and_zone_is_a_page_clock() -> None:
    assert read_page_clock("Thứ 7, 3/12/2022, 08:38 [UTC-0]")
    assert not read_page_clock("3/12/2022, 08:38")
    assert not read_page_clock("Thứ 7, 3/12/2022, 08:38")


@given(st.text(max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    read_moment(text)
    read_page_clock(text)


@given(st.datetimes(datetime(1992, 1, 1), datetime(2098, 12, 31)))
def test_what_is_printed_is_read_back(at: datetime) -> None:
    minute = at.replace(second=0, microsecond=0, tzinfo=VIETNAM)
    moment = read_moment(f"{at.day}/{at.month}/{at.year} {at.hour:02}:{at.minute:02}")
    assert moment is not None
    assert moment.at == minute


@given(st.datetimes(datetime(1985, 1, 1), datetime(2105, 12, 31)), st.integers(-15 * 60, 15 * 60))
def test_a_time_as_machines_write_it_is_read_as_its_parts_are(at: datetime, offset: int) -> None:
    zone = timezone(timedelta(minutes=offset))
    for text in (at.strftime("%Y-%m-%dT%H:%M:%SZ"), at.replace(tzinfo=zone).isoformat("T")):
        # With more behind it, a time is taken apart.
        assert read_moment(text) == read_moment(f"{text} |")
