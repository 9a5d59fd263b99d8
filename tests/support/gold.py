"""Reads a folder of captures whose right values are known, and counts the fields that are right.

`python -m tests.support.gold FOLDER` reads each NAME.txt and NAME.html beside its NAME.json. That
holds `url` and `gold`: an object of fields, or a string that starts with "not an article". Texts
may be shortened to their first words; null means that the capture does not show the field. A
caption is `text`, `text | credit`, or an object of the two.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scraper.errors import ExtractError, NotAnArticle
from scraper.extract import extract
from scraper.models import Article, Snapshot, utc_text

_CAPTURED_AT = datetime(2026, 11, 2, tzinfo=UTC)
_TYPES = {".txt": "text/plain; charset=utf-8", ".html": "text/html"}
_FIELDS = ("title", "lead", "paragraphs", "captions", "published_at", "page_clock_at", "kicker")


@dataclass(frozen=True, slots=True)
class Compared:
    """One field of one capture."""

    capture: str  # the file's name
    field: str
    expected: object
    found: object
    is_right: bool


def compare_folder(folder: Path) -> Iterator[Compared]:
    """Every field that is known of the captures in `folder`, in the order of their names."""
    for path in sorted(folder.iterdir()):
        if path.suffix in _TYPES:
            yield from _compare(path, json.loads(path.with_suffix(".json").read_text("utf-8")))


def _compare(path: Path, stated: dict[str, Any]) -> Iterator[Compared]:
    headers = (("content-type", _TYPES[path.suffix]),)
    gold = stated["gold"]
    try:
        article = extract(Snapshot(stated["url"], _CAPTURED_AT, 200, headers, path.read_bytes()))
    except ExtractError as e:
        is_right = isinstance(gold, str) and isinstance(e, NotAnArticle)
        yield Compared(path.name, "article", gold, str(e), is_right)
        return
    if isinstance(gold, str):
        is_right = not gold.startswith("not an article")
        yield Compared(path.name, "article", gold, article.title, is_right)
        return
    for field in _FIELDS:
        if field in gold:
            found = _found(article, field)
            yield Compared(
                path.name, field, gold[field], found, _agrees(article, field, gold[field], found)
            )


def _found(article: Article, field: str) -> object:
    value = getattr(article, field)
    if field == "captions":
        return [" | ".join(filter(None, (c.text, c.credit))) for c in article.captions]
    if isinstance(value, datetime):
        return utc_text(value)
    return list(value) if isinstance(value, tuple) else value


def _agrees(article: Article, field: str, expected: object, found: object) -> bool:
    if field == "title" and expected is None:
        return article.title.startswith("[") and "no headline" in article.flags
    if expected is None:
        return not found
    if isinstance(expected, list) and isinstance(found, list):
        pairs = zip(expected, found, strict=False)
        return len(expected) == len(found) and all(_starts(has, text) for text, has in pairs)
    return found == expected if field == "title" else _starts(found, expected)


def _starts(found: object, expected: object) -> bool:
    """True if a text starts with the words that are known of it."""
    if isinstance(expected, dict):
        expected = " | ".join(filter(None, (expected["text"], expected.get("credit", ""))))
    return str(found).startswith(str(expected))


def main() -> None:
    """Print each wrong field, then how many are right."""
    compared = list(compare_folder(Path(sys.argv[1])))
    for one in compared:
        if not one.is_right:
            print(f"{one.capture} {one.field}:\n  expected {one.expected}\n  found    {one.found}")
    right = sum(one.is_right for one in compared)
    print(f"{right} of {len(compared)} fields exact ({right / max(len(compared), 1):.1%})")


if __name__ == "__main__":
    main()
