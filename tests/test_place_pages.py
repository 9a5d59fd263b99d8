"""The pages of places: the list with its map, and a unit with what it was made of."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from datasette.app import Datasette

from scraper.browse.map_drawing import place_map
from scraper.models import Snapshot
from scraper.places import all_places, label
from tests.support.filled import fill
from tests.support.made import page as made_page
from tests.support.opened import get

OLD = next(u for u in all_places().values() if (u.kind, u.name) == ("xã", "Bản Qua"))
NEW = all_places()[OLD.into[0]]
TEXTS = (
    ("Người dân xã Bản Qua, huyện Bát Xát, vào vụ.", datetime(2023, 5, 2, tzinfo=UTC)),
    ("Xã Bản Qua, huyện Bát Xát, mở hội.", datetime(2024, 5, 2, tzinfo=UTC)),
    (f"Ngày hội ở {NEW.kind} {NEW.name}, tỉnh Lào Cai.", datetime(2025, 9, 2, tzinfo=UTC)),
)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("places") / "archive.db"
    fill(path, [_capture(number, *text) for number, text in enumerate(TEXTS, 901301)])
    return path


def _capture(number: int, text: str, at: datetime) -> Snapshot:
    head = f'<meta property="article:published_time" content="{at.isoformat()}">'
    html = made_page(f"<p>{text}</p><p>Bà con vui mùa mới.</p>", head=head)
    url = f"https://baolaocai.vn/mua-le-chin-post{number}.html"
    return Snapshot(url, at, 200, (("content-type", "text/html"),), html.encode())


def test_a_commune_since_the_merger_lists_articles_under_both_names(datasette: Datasette) -> None:
    shown = get(datasette, f"/places/{NEW.place_id}?lang=en").text
    assert [f"/articles/{n}" in shown for n in (901301, 901302, 901303)] == [True] * 3
    assert f"/places/{OLD.place_id}" in shown and "3 articles" in shown
    before = get(datasette, f"/places/{OLD.place_id}?lang=en").text
    assert [f"/articles/{n}" in before for n in (901301, 901302, 901303)] == [True, True, False]
    assert f"/places/{NEW.place_id}" in before


def test_a_district_is_not_what_a_commune_was_made_of(datasette: Datasette) -> None:
    """Most of a district went elsewhere: its articles are not the commune's."""
    assert "huyện Bát Xát" not in get(datasette, f"/places/{NEW.place_id}?lang=en").text


def test_the_list_counts_and_links_every_unit(datasette: Datasette) -> None:
    shown = get(datasette, "/places?lang=vi").text
    linked = set(re.findall(r'href="/places/([^"]+)"', shown))
    provinces = {u.place_id for u in all_places().values() if not u.parent_id}
    assert set(all_places()) - linked <= provinces
    assert re.search(rf'/places/{OLD.place_id}">xã Bản Qua</a> <span>2<', shown)


def test_communes_are_listed_in_the_order_of_the_vietnamese_alphabet(datasette: Datasette) -> None:
    shown = get(datasette, "/places?lang=vi").text
    names = re.findall(r'href="/places/[^"]+-2025">(?:xã|phường) ([^<]+)</a>', shown)
    assert names[0] == "A Mú Sung" and names[-1] == "Yên Thành"
    assert names.index("Âu Lâu") < names.index("Bản Hồ") < names.index("Bát Xát")
    assert names.index("Dương Quỳ") < names.index("Đông Cuông") < names.index("Gia Hội")


def test_an_article_shows_the_places_that_it_names(datasette: Datasette) -> None:
    assert f"/places/{OLD.place_id}" in get(datasette, "/archive/articles/901301").text


@pytest.mark.parametrize("address", ["/places/0", "/places/00000", "/places/x-2025"])
def test_an_unknown_code_is_not_found(datasette: Datasette, address: str) -> None:
    assert get(datasette, address).status_code == 404


@pytest.mark.parametrize("number", ["2", "0", "-1", "abc", "9" * 30])
def test_any_page_number_is_answered(datasette: Datasette, number: str) -> None:
    assert get(datasette, f"/places/{NEW.place_id}?page={number}").status_code == 200


def _unit(name: str, latitude: float, longitude: float, articles: int = 0) -> dict[str, Any]:
    return {
        "label": name, "name": name, "articles": articles,
        "latitude": latitude, "longitude": longitude,
    }  # fmt: skip


def test_north_is_up_east_is_right_and_names_do_not_cover_each_other() -> None:
    units = [_unit("A", 22.5, 103.8), _unit("B", 21.7, 104.8), _unit("Rất dài", 22.5, 103.801)]
    drawn = str(place_map(units, lambda unit: "/x"))
    points = re.findall(r'cx="([\d.]+)" cy="([\d.]+)"', drawn)
    (ax, ay), (bx, by) = [tuple(map(float, p)) for p in points[:2]]
    assert ax < bx and ay < by
    assert drawn.count("<circle") == 3 and drawn.count("<text") == 2


def test_a_name_moves_to_the_left_of_its_point_rather_than_cover_another_or_leave_the_map() -> None:
    units = [
        _unit("Tây", 22.5, 103.8),
        _unit("Đôngphương", 22.5, 104.8),
        _unit("Giữa", 22.0, 104.3),
    ]
    drawn = str(place_map(units, lambda unit: "/x"))
    points = dict(
        zip(("Tây", "Đôngphương", "Giữa"), re.findall(r'cx="([\d.]+)"', drawn), strict=True)
    )
    left = {name: float(x) for x, name in re.findall(r'<text[^>]* x="([\d.]+)"[^>]*>(\w+)', drawn)}
    assert left["Tây"] > float(points["Tây"]) and left["Đôngphương"] < float(points["Đôngphương"])


def test_a_point_counts_articles_that_name_what_its_place_is_part_of_now(
    datasette: Datasette,
) -> None:
    town = next(u for u in all_places().values() if u.latitude and NEW.place_id in u.into)
    shown = get(datasette, "/places?lang=en").text
    assert f'<title lang="vi">{label(town)}: 1</title>' in shown


def test_one_place_makes_no_map() -> None:
    assert place_map([_unit("A", 22.5, 103.8)], lambda unit: "/x") == ""


@pytest.mark.parametrize("name", ["xã Bản Qua", "bản qua", "ban qua", "{label}", "{id}"])
def test_a_search_can_be_for_articles_that_name_a_place(datasette: Datasette, name: str) -> None:
    unit = name.format(label=label(OLD), id=OLD.place_id)
    found = get(datasette, f"/search.json?q=&unit={quote(unit)}").json()
    assert {hit["id"] for hit in found["results"]} == {901301, 901302}
    narrowed = get(datasette, f"/search.json?q={quote('mở hội')}&unit={quote(unit)}").json()
    assert [hit["id"] for hit in narrowed["results"]] == [901302]


def test_an_unknown_place_is_said(datasette: Datasette) -> None:
    shown = get(datasette, "/search?q=&unit=Atlantis&lang=en").text
    assert "No place is called" in shown


def test_the_facets_of_a_search_count_places(datasette: Datasette) -> None:
    shown = get(datasette, f"/search?q={quote('vào vụ')}&lang=en").text
    assert "unit=x%C3%A3+B%E1%BA%A3n+Qua" in shown


def test_a_trend_within_a_place_leads_to_its_articles_within_that_place(
    datasette: Datasette,
) -> None:
    shown = get(datasette, f"/trends?q={quote('vụ')}&unit={quote('xã Bản Qua')}&lang=en").text
    drawn = shown.split("<svg")[1].split("</svg>")[0]
    assert "unit=x%C3%A3+B%E1%BA%A3n+Qua" in drawn
