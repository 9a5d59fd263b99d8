"""Places: the table of units, and which of them an article names."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from scraper.archive.files import open_archive
from scraper.models import Snapshot
from scraper.places import PlaceMention, all_places, find_places, label
from scraper.places.printed_names import printed_forms
from scraper.spelling import spell
from tests.support.filled import fill
from tests.support.made import page as made_page

JUDGED = Path(__file__).with_name("judged_places.jsonl")
BEFORE, SINCE = date(2023, 5, 10), date(2025, 9, 15)


def _sure(mentions: Iterable[PlaceMention]) -> set[str]:
    return {label(all_places()[m.place_id]) for m in mentions if m.certainty == "sure"}


def _unsure(mentions: Iterable[PlaceMention]) -> set[str]:
    return {label(all_places()[m.place_id]) for m in mentions if m.certainty == "ambiguous"}


def _in_text(text: str, on: date | None = BEFORE) -> list[PlaceMention]:
    return find_places("", "", [text], [], on)


# The table


def test_units_of_30_june_2025_are_counted_as_the_statistics_office_does() -> None:
    last = date(2025, 6, 30)
    kinds = Counter(p.kind for p in all_places().values() if p.is_valid(last))
    assert kinds == {
        "tỉnh": 2, "thành phố": 2, "thị xã": 2, "huyện": 14,
        "thị trấn": 19, "phường": 28, "xã": 272,
    }  # fmt: skip


def test_since_july_2025_there_are_89_communes_and_10_wards() -> None:
    kinds = Counter(p.kind for p in all_places().values() if p.is_valid(date(2025, 7, 1)))
    assert kinds == {"tỉnh": 1, "xã": 89, "phường": 10}


def test_every_ended_unit_went_into_units_that_there_were_on_that_day() -> None:
    places = all_places()
    for place in places.values():
        assert bool(place.into) == (place.valid_to is not None)
        for new in place.into:
            assert places[new].is_valid(place.valid_to or date.max), (place, new)


def test_every_new_commune_was_made_of_an_old_one() -> None:
    made = {new for place in all_places().values() for new in place.into}
    assert {i for i in all_places() if i.endswith("-2025")} <= made


def test_labels_and_ids_name_one_unit_each() -> None:
    assert len({label(place) for place in all_places().values()}) == len(all_places())


def test_points_are_inside_the_two_provinces_and_name_their_source() -> None:
    points = [p for p in all_places().values() if p.latitude is not None]
    assert len(points) == 19
    for place in points:
        assert place.longitude is not None and place.latitude is not None
        assert 21.2 < place.latitude < 22.9 and 103.4 < place.longitude < 105.2
        assert "GeoNames" in place.source


def test_forms_of_a_name_are_one_word_to_the_search() -> None:
    assert {"Hòa Mạc", "Hoà Mạc", "HÒA MẠC", "HOÀ MẠC"} == set(printed_forms("Hòa Mạc"))
    for place in all_places().values():
        assert {spell(form) for form in printed_forms(place.name)} == {spell(place.name)}


# The judged paragraphs


@pytest.mark.parametrize("part", ["tuned", "held out", "second held out"])
def test_sure_links_are_right_on_paragraphs_judged_by_hand(part: str) -> None:
    right = wrong = missed = 0
    for line in JUDGED.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        if case["set"] != part:
            continue
        sure = _sure(_in_text(case["text"], date.fromisoformat(case["on"])))
        expected = set(case["sure"])
        right += len(sure & expected)
        wrong += len(sure - expected)
        missed += len(expected - sure)
    precision, recall = right / (right + wrong), right / (right + missed)
    print(f"{part}: {right + wrong} links, precision {precision:.3f}, recall {recall:.3f}")
    assert precision >= 0.98 and recall >= 0.95


def test_judged_paragraphs_name_units_of_the_table_and_are_enough() -> None:
    cases = [json.loads(line) for line in JUDGED.read_text(encoding="utf-8").splitlines()]
    labels = {label(place) for place in all_places().values()}
    assert len({case["text"] for case in cases}) == len(cases) >= 300
    assert {name for case in cases for name in case["sure"] + case["ambiguous"]} <= labels
    assert sum(case["set"] != "tuned" for case in cases) >= 100


# Single rules


def test_where_a_unit_is_named_and_how_often() -> None:
    found = find_places(
        "Bắc Hà vào hội",
        "Huyện Bắc Hà đón khách.",
        ["Tại huyện Bắc Hà, hội mở từ sáng.", "Người huyện Bắc Hà hiếu khách."],
        ["Trẻ em xã Bản Phố."],
        BEFORE,
    )
    assert [(m.place_id, m.where, m.times, m.form) for m in found] == [
        ("085", "title", 1, "Bắc Hà"),
        ("085", "lead", 1, "Huyện Bắc Hà"),
        ("085", "text", 2, "huyện Bắc Hà"),
        ("02866", "caption", 1, "xã Bản Phố"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "xã Hoà Mạc",
        "xã Hòa Mạc",
        "XÃ HÒA MẠC",
        "Xã HOÀ MẠC",
        "xa Hoa Mac",
        "xã Hoa\u0300 Ma\u0323c",
    ],
)
def test_every_spelling_of_a_commune_is_found(text: str) -> None:
    assert _sure(_in_text(f"Ngày 3/5, {text} họp.")) == {"xã Hòa Mạc, Văn Bàn"}


def test_the_day_tells_the_old_commune_from_the_new_one() -> None:
    text = "Xã Bản Hồ tổ chức hội xuân."
    assert _sure(_in_text(text, date(2025, 6, 30))) == {"xã Bản Hồ, Sa Pa"}
    assert _sure(_in_text(text, date(2025, 7, 1))) == {"xã Bản Hồ 2025"}
    assert _unsure(_in_text(text, None)) == {"xã Bản Hồ, Sa Pa", "xã Bản Hồ 2025"}


def test_an_old_unit_named_as_such_is_the_old_one() -> None:
    assert _sure(_in_text("Trụ sở xã Bản Hồ cũ được sửa.", SINCE)) == {"xã Bản Hồ, Sa Pa"}
    assert _sure(_in_text("Đường xã Bản Hồ cũ nát.", SINCE)) == {"xã Bản Hồ 2025"}


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("Phường Cam Đường tổ chức hội xuân.", "phường Cam Đường 2025"),
        ("Họp tại xã Thượng Hà, phường Cam Đường.", "phường Cam Đường 2025"),
        ("UBND thị xã Sa Pa họp.", "thị xã Sa Pa"),
    ],
)
def test_a_unit_that_is_yet_to_begin_is_never_sure(text: str, new: str) -> None:
    (unit,) = (place for place in all_places().values() if label(place) == new)
    first = unit.valid_from
    assert first and new in _sure(_in_text(text, first))
    before = _in_text(text, first - timedelta(days=1))
    assert new in _unsure(before) and new not in _sure(before)


def test_a_former_unit_is_not_one_that_is_yet_to_begin() -> None:
    assert _sure(_in_text("Trụ sở xã Bản Hồ cũ được sửa.", BEFORE)) == {"xã Bản Hồ, Sa Pa"}


@pytest.mark.parametrize("kind", ["xã", "phường"])
def test_no_unit_of_july_2025_is_sure_in_june(kind: str) -> None:
    new = [p for p in all_places().values() if p.valid_from == date(2025, 7, 1) and p.kind == kind]
    text = ". ".join(f"Ngày 3/5, {kind} {place.name} họp" for place in new)
    assert not _sure(_in_text(text, date(2025, 6, 30))) & set(map(label, new))
    assert len(_sure(_in_text(text, date(2025, 7, 1))) & set(map(label, new))) == len(new)


def test_a_shared_name_is_settled_by_the_nearest_district_even_in_another_paragraph() -> None:
    paragraphs = ["Thị xã Sa Pa vào xuân.", "Xã Thanh Bình có 20 hộ trồng đào."]
    assert "xã Thanh Bình, Sa Pa" in _sure(find_places("", "", paragraphs, [], BEFORE))
    assert not _sure(_in_text(paragraphs[1]))


def test_a_common_name_alone_is_sure_only_if_the_article_names_the_unit() -> None:
    alone = "Ở Minh Lương, lúa đã chín."
    assert not _sure(_in_text(alone)) and _unsure(_in_text(alone)) == {"xã Minh Lương, Văn Bàn"}
    assert _sure(_in_text(f"Xã Minh Lương vào mùa. {alone}")) == {"xã Minh Lương, Văn Bàn"}


def test_a_person_after_a_commune_is_not_the_next_commune_of_a_list() -> None:
    assert _sure(_in_text("Trú tại xã Y Tý, Vũ Linh khai nhận.")) == {"xã Y Tý, Bát Xát"}
    several = _sure(_in_text("Ba xã Hán Đà, Vũ Linh, Bạch Hà có điện."))
    assert several == {"xã Hán Đà, Yên Bình", "xã Vũ Linh, Yên Bình", "xã Bạch Hà, Yên Bình"}


def test_names_do_not_cross_paragraphs() -> None:
    assert not find_places("Họp ở xã", "Bản", ["Qua năm mới"], [], BEFORE)


def test_an_article_without_names_has_no_places() -> None:
    assert find_places("", "", [], [], None) == []


# In the archive


def test_filing_notes_the_places_of_the_text_that_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    fill(path, [_naming("Người dân xã Bản Qua, huyện Bát Xát.", day=0)])
    assert _named_in(path) == {("xã Bản Qua, Bát Xát", "sure"), ("huyện Bát Xát", "sure")}
    fill(path, [_naming("Người dân thị trấn Phố Ràng.", day=3)])
    assert _named_in(path) == {("thị trấn Phố Ràng, Bảo Yên", "sure")}


def test_a_new_table_of_units_replaces_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    fill(path, [_naming("Người dân xã Bản Qua, huyện Bát Xát.", day=0)])
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE places SET name = 'x'")
        db.execute("UPDATE marks SET value = 'older' WHERE name = 'places'")
    with open_archive(path) as archive:
        found = archive.db.execute("SELECT count(*) FROM places WHERE name = 'x'").fetchone()
        assert found == (0,)
    assert len(_named_in(path)) == 2


def _naming(text: str, day: int) -> Snapshot:
    snapshot = made_page(f"<p>{text}</p><p>Bà con vui mùa mới.</p>")
    at = datetime(2023, 5, 1 + day, tzinfo=UTC)
    url = "https://baolaocai.vn/mua-le-chin-post901301.html"
    return Snapshot(url, at, 200, (("content-type", "text/html"),), snapshot.encode())


def _named_in(path: Path) -> set[tuple[str, str]]:
    with closing(sqlite3.connect(path)) as db:
        return set(
            db.execute(
                "SELECT label, certainty FROM article_places JOIN places ON places.id = place_id"
            )
        )


def test_the_first_thousand_names_of_an_article_are_read() -> None:
    found = _in_text("huyện Bắc Hà, tỉnh Lào Cai. " * 20_000)
    assert sum(mention.times for mention in found) == 1_000


def test_a_row_of_a_hundred_thousand_capitals_is_read_in_parts() -> None:
    assert len(_in_text("HUYỆN BẮC HÀ " * 30_000)) == 1
    assert _in_text("Lào " * 100_000) == []
