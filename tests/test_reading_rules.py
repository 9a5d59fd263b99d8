"""The version of the reading rules changes when what a snapshot is read as can change.

`.venv/bin/python -m tests.test_reading_rules` writes reading_rules.json anew, after RULES_VERSION was
raised (before the first release: without raising it).
"""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

from scraper.extract import as_json
from scraper.models import Snapshot
from scraper.reading import RULES_VERSION, read_snapshot

KNOWN = Path(__file__).parent / "reading_rules.json"
PAGES = Path(__file__).parent / "pages"
CAPTURED_AT = datetime(2026, 11, 2, tzinfo=UTC)
URLS = (
    "https://baolaocai.vn/x-post900001.html",
    "https://baolaocai.vn/bai-viet/900001-x",
    "https://baolaocai.vn/chinh-tri/",
)
BODY = b"<html><body><h1>M\xe1\xbb\x99t</h1></body></html>"


def snapshots() -> list[Snapshot]:
    """All golden pages, each kind of answer without an article, and a page that was cut."""
    pages = [
        Snapshot(
            json.loads(page.with_suffix(".json").read_text("utf-8"))["url"],
            CAPTURED_AT,
            200,
            (("content-type", "text/html"),),
            page.read_bytes(),
        )
        for page in sorted(PAGES.glob("*/*.html"))
    ]
    text = (PAGES / "plaintext/seed-348925.txt").read_bytes()
    seed = Snapshot(
        "https://baolaocai.vn/bai-viet/348925-kinh-nghiem",
        CAPTURED_AT,
        200,
        (("content-type", "text/plain"),),
        text,
    )
    answers = [
        Snapshot(url, CAPTURED_AT, status, (), BODY)
        for url in URLS
        for status in (200, 301, 304, 401, 403, 404, 410, 451, 500)
    ]
    whole = next(page for page in pages if "cms-body" in page.body.decode("utf-8", "replace"))
    cut = Snapshot(whole.url, CAPTURED_AT, 200, whole.headers, whole.body[:-400])
    return [*pages, seed, *answers, cut]


def fingerprint() -> str:
    """The hash of all that these snapshots are read as."""
    reads = [read_snapshot(snapshot) for snapshot in snapshots()]
    said = [[r.reading, r.detail, as_json(r.article) if r.article else None] for r in reads]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def test_pages_are_read_as_by_the_stated_version_of_the_rules() -> None:
    known = json.loads(KNOWN.read_text("utf-8"))
    assert known == {"version": RULES_VERSION, "sha256": fingerprint()}, (
        "pages are read differently: raise RULES_VERSION in scraper/reading.py,"
        " then run `python -m tests.test_reading_rules`"
    )


if __name__ == "__main__":
    KNOWN.write_text(json.dumps({"version": RULES_VERSION, "sha256": fingerprint()}) + "\n")
