"""Golden pages: each HTML file under pages/ is named for what is odd in it, and says so in its JSON.

The JSON beside a page was written from the page by hand, never printed by the program: `article` is what
must be read, or `refused` names the error that must be raised.
"""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scraper import errors
from scraper.extract import as_json, extract
from scraper.models import Snapshot

PAGES = sorted((Path(__file__).parent / "pages").glob("*/*.html"))
CAPTURED_AT = datetime(2026, 11, 2, tzinfo=UTC)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.parent.name}/{page.stem}")
def test_page_reads_as_its_golden_file(page: Path) -> None:
    golden = json.loads(page.with_suffix(".json").read_text("utf-8"))
    snapshot = Snapshot(golden["url"], CAPTURED_AT, 200, (), page.read_bytes())
    if refused := golden.get("refused"):
        with pytest.raises(getattr(errors, refused)):
            extract(snapshot)
    else:
        assert as_json(extract(snapshot)) == golden["article"]


def test_every_page_has_its_golden_file_and_says_what_it_shows() -> None:
    stated = [json.loads(page.with_suffix(".json").read_text("utf-8")) for page in PAGES]
    assert len(stated) > 50
    assert all(golden["shows"] and golden["origin"] in ("made up", "saved") for golden in stated)
    assert {"article", "refused"} >= {key for g in stated for key in g} - {"shows", "origin", "url"}
