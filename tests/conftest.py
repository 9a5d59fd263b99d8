import gc
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

from scraper.demo.newspaper import Newspaper, make_newspaper
from tests.support.chromium import WIDTHS, chromium, prepare
from tests.support.stand_in import StandIn

if TYPE_CHECKING:
    from datasette.app import Datasette

# Thousands of collected tests stay in memory. By default the garbage collector walks through them so
# often that it takes a quarter of the time of the collection.
gc.set_threshold(100_000, 50, 50)
# A shell's background job ignores Ctrl-C, and so would the commands that tests start and stop.
signal.signal(signal.SIGINT, signal.default_int_handler)
# A test may take as long as a busy machine needs.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


@pytest.fixture(scope="session")
def newspaper() -> Newspaper:
    return make_newspaper()


@pytest.fixture
def stand_in(newspaper: Newspaper) -> Iterator[StandIn]:
    with StandIn(newspaper) as site:
        yield site


@pytest.fixture
def short_stand_in() -> Iterator[StandIn]:
    """A newspaper of so few pages that a whole crawl is short."""
    with StandIn(make_newspaper(pages=50)) as site:
        yield site


@pytest.fixture(scope="module")
def datasette(path: Path) -> Iterator["Datasette"]:
    """Datasette on the archive that the module's fixture `path` makes."""
    # Imported here: it takes a second, in which the first process of several starts no other.
    from tests.support.opened import opened, settings_of

    with opened(settings_of(path)) as datasette:
        yield datasette


@pytest.fixture(scope="session")
def started_browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """One Chromium for all tests of a process: its start costs as much as ten pages."""
    with chromium(tmp_path_factory.mktemp("chromium")) as driver:
        yield driver


@pytest.fixture(params=WIDTHS)
def browser(started_browser: Any, request: Any) -> Any:
    """Chromium without cookies, with a window as wide as a desktop's, and as a phone's."""
    prepare(started_browser, request.param)
    return started_browser
