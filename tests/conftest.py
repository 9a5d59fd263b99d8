from collections.abc import Iterator

import pytest

from scraper.demo.newspaper import Newspaper, make_newspaper
from scraper.demo.server import StandIn


@pytest.fixture(scope="session")
def newspaper() -> Newspaper:
    return make_newspaper()


@pytest.fixture
def stand_in(newspaper: Newspaper) -> Iterator[StandIn]:
    with StandIn(newspaper) as site:
        yield site
