import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.extract.weather import read_weather
from scraper.models import Weather
from tests.support.made import page, read


@pytest.mark.parametrize(
    ("heading", "text", "weather"),
    [
        ("Thời tiết Lào Cai", "Lào Cai Dự báo thời tiết", Weather("Lào Cai", "Lào Cai Dự báo thời tiết")),
        ("Thời tiết Lào Cai", "23°C", Weather("Lào Cai", "23°C", 23)),
        ("Thời tiết", "Sa Pa 23 °C", Weather("Sa Pa", "Sa Pa 23 °C", 23)),
        ("", "Sa Pa -2°C", Weather("Sa Pa", "Sa Pa -2°C", -2)),
        (
            "Thời tiết",
            "Bắc Hà 18 - 25°C Độ ẩm: 70% Nhiều mây, không mưa",
            Weather(
                "Bắc Hà", "Bắc Hà 18 - 25°C Độ ẩm: 70% Nhiều mây, không mưa",
                None, 18, 25, 70, "Nhiều mây, không mưa",
            ),
        ),
        ("Thời tiết", "Sa Pa -1 - 5°C", Weather("Sa Pa", "Sa Pa -1 - 5°C", None, -1, 5)),
    ],
)  # fmt: skip
def test_what_the_widget_shows(heading: str, text: str, weather: Weather) -> None:
    assert read_weather(heading, text) == (weather,)


def test_several_places_give_one_each() -> None:
    found = read_weather("Thời tiết", "Lào Cai 23°C Sa Pa 15°C Bắc Hà 18°C")
    assert [(w.place, w.temperature_c) for w in found] == [
        ("Lào Cai", 23),
        ("Sa Pa", 15),
        ("Bắc Hà", 18),
    ]


def test_an_empty_widget_gives_none() -> None:
    assert read_weather("Thời tiết", " ") == ()


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_text_breaks_it(heading: str, text: str) -> None:
    read_weather(heading, text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sa Pa 23°", Weather("Sa Pa", "Sa Pa 23°", 23)),
        ("Sa Pa 23oC", Weather("Sa Pa", "Sa Pa 23oC", 23)),
        ("Sa Pa 23 độ C", Weather("Sa Pa", "Sa Pa 23 độ C", 23)),
        ("Sa Pa 23°C", Weather("Sa Pa", "Sa Pa 23°C", 23)),
        ("Sa Pa - 5°C", Weather("Sa Pa", "Sa Pa - 5°C", 5)),
        ("Sa Pa: −5°C", Weather("Sa Pa", "Sa Pa: −5°C", -5)),
        ("Sa Pa âm 2 độ", Weather("Sa Pa", "Sa Pa âm 2 độ", -2)),
        ("Sa Pa 18° - 25°C", Weather("Sa Pa", "Sa Pa 18° - 25°C", None, 18, 25)),
        ("Sa Pa 18°/25°", Weather("Sa Pa", "Sa Pa 18°/25°", None, 18, 25)),
        ("Sa Pa -3°C - -1°C", Weather("Sa Pa", "Sa Pa -3°C - -1°C", None, -3, -1)),
        ("Sa Pa -3 - 2°C", Weather("Sa Pa", "Sa Pa -3 - 2°C", None, -3, 2)),
        ("Sa Pa 12,5°C Độ ẩm 91.5%", Weather("Sa Pa", "Sa Pa 12,5°C Độ ẩm 91.5%", 12.5, None, None, 91.5)),
        ("Sa Pa 23°C (18 - 25°C) Mưa nhỏ", Weather("Sa Pa", "Sa Pa 23°C (18 - 25°C) Mưa nhỏ", 23, 18, 25, None, "Mưa nhỏ")),
        ("Sa Pa Thấp nhất: 18°C Cao nhất: 25°C", Weather("Sa Pa", "Sa Pa Thấp nhất: 18°C Cao nhất: 25°C", None, 18, 25)),
        ("Sa Pa 23°C Gió: 5 km/h", Weather("Sa Pa", "Sa Pa 23°C Gió: 5 km/h", 23, None, None, None, "Gió: 5 km/h")),
        ("LÀO CAI 23°C", Weather("LÀO CAI", "LÀO CAI 23°C", 23)),
        ("Đà Nẵng 30°C", Weather("Đà Nẵng", "Đà Nẵng 30°C", 30)),
        ("Nhiều mây 30°C", Weather("", "Nhiều mây 30°C", 30, None, None, None, "Nhiều mây")),
        ("Lào Cai Sa Pa Dự báo thời tiết", Weather("Lào Cai", "Lào Cai Sa Pa Dự báo thời tiết")),
    ],
)  # fmt: skip
def test_figures_in_every_form(text: str, expected: Weather) -> None:
    assert read_weather("Thời tiết", text) == (expected,)


@pytest.mark.parametrize(
    "box",
    [
        '<div class="weather"><h3>Thời tiết</h3><span>Sa Pa</span><span>12&nbsp;°C</span></div>',
        '<div class="weather"><h3>Thời tiết</h3>Sa Pa<script>var t = "99°C"</script> 12<sup> o</sup>C</div>',
        '<div class="weather"><select><option>Lào Cai</option><option selected>Sa Pa</option></select><b>12°C</b></div>',
        '<div class="w"><div class="hd"><h3>Thời tiết</h3></div><div class="bd">Sa Pa 12°C</div></div>',
        '<div>Hotline: 0986<h3>Thời tiết</h3><p>Sa Pa 12°C</p></div>',
        '<div><div class="title">Thời tiết Sa Pa</div><p>12°C</p></div>',
        '<div><strong>Thời tiết</strong><p>Sa Pa 12°C</p></div>',
        '<div><div class="hd"><span>THỜI TIẾT: Sa Pa</span></div><p>12°C</p></div>',
        f'<div><p>{unicodedata.normalize("NFD", "Dự báo thời tiết")}</p><p>Sa Pa 12°C</p></div>',
    ],
)  # fmt: skip
@pytest.mark.parametrize("place", ["side", "header"])
def test_a_widget_is_read_wherever_it_stands(box: str, place: str) -> None:
    (weather,) = read(page(**{place: box})).weather
    assert (weather.place, weather.temperature_c, weather.condition) == ("Sa Pa", 12, "")


@pytest.mark.parametrize(
    "side",
    [
        '<div class="w"><h3>Thời tiết</h3><div id="w"></div></div><div>Tỷ giá: 25.000</div>',
        '<div class="w"><div><h3>Thời tiết</h3></div></div><div>Tỷ giá: 25.000</div>',
        '<div><h3>Thời tiết</h3><a href="/bai-viet/1-mua">Mưa to ở Sa Pa, lạnh 5°C</a></div>',
        '<div><h2>Thời tiết</h2><a href="/mua-post9.html">Mưa to ở Sa Pa</a></div>',
        '<ul><li><a href="/thoi-tiet/">Thời tiết</a></li><li><a href="/xo-so/">Xổ số</a></li></ul>',
        "<div><span>Thời tiết</span><span>Xổ số</span><span>Tỷ giá</span></div>",
        '<script id="weather-row" type="text/template">Sa Pa 12°C</script>',
        '<div><strong>Thời tiết</strong><a href="/mua-post9.html">Sa Pa lạnh 5°C</a></div>',
    ],
)
def test_a_heading_over_other_things_is_no_widget(side: str) -> None:
    assert read(page(side=side)).weather == ()
