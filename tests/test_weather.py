import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.extract.weather import read_weather
from scraper.models import Weather


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
