"""How many place links are right, and what finding them costs. Started by hand, in the repository.

    python bench/places.py

Prints precision and recall on the judged paragraphs, then milliseconds a page on articles of the
stand-in newspaper (about 2,600 characters, 3 names), and on judged paragraphs joined to pages of
about 3,000 characters, which name far more units (about 35) than an article of the paper.
"""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from time import perf_counter

from scraper.demo.newspaper import make_newspaper
from scraper.demo.story import truth
from scraper.places import all_places, find_places, label

JUDGED = Path(__file__).parent.parent / "tests" / "judged_places.jsonl"
Page = tuple[str, str, Sequence[str], Sequence[str]]


def main() -> None:
    """Print all figures."""
    cases = [json.loads(line) for line in JUDGED.read_text(encoding="utf-8").splitlines()]
    for part in ("tuned", "held out", "second held out"):
        print(part, quality([case for case in cases if case["set"] == part]))
    articles = [truth(story, "https://example.org") for story in make_newspaper(1, 400)]
    pages: list[Page] = [
        (a.title, a.lead, a.paragraphs, tuple(c.text for c in a.captions)) for a in articles
    ]
    print("stand-in newspaper:", cost([page for page in pages if 2400 <= length(page) <= 3800]))
    print("judged paragraphs:", cost(joined([case["text"] for case in cases])))


def quality(cases: Sequence[dict[str, str]]) -> str:
    """Precision and recall of the sure links."""
    right = wrong = missed = 0
    for case in cases:
        found = find_places("", "", [case["text"]], [], date.fromisoformat(case["on"]))
        sure = {label(all_places()[m.place_id]) for m in found if m.certainty == "sure"}
        right += len(sure & set(case["sure"]))
        wrong += len(sure - set(case["sure"]))
        missed += len(set(case["sure"]) - sure)
    return (
        f"{len(cases)} paragraphs, {right + wrong} sure links,"
        f" precision {right / (right + wrong):.3f}, recall {right / (right + missed):.3f}"
    )


def joined(paragraphs: Sequence[str]) -> list[Page]:
    """Pages of about 3,000 characters."""
    pages: list[Page] = []
    page: list[str] = []
    for paragraph in paragraphs:
        page.append(paragraph)
        if sum(map(len, page)) > 3000:
            pages.append(("", "", page, ()))
            page = []
    return pages


def length(page: Page) -> int:
    """Characters of an article."""
    title, lead, paragraphs, captions = page
    return len(title) + len(lead) + sum(map(len, (*paragraphs, *captions)))


def cost(pages: Sequence[Page]) -> str:
    """The best of 100 rounds, in milliseconds a page; the first, which reads the table, apart."""
    on = date(2023, 5, 10)
    times = []
    for _ in range(101):
        start = perf_counter()
        named = sum(m.times for page in pages for m in find_places(*page, on))
        times.append(perf_counter() - start)
    characters = sum(map(length, pages)) / len(pages)
    return (
        f"{len(pages)} pages, {characters:.0f} characters, {named / len(pages):.1f} names a page,"
        f" {min(times[1:]) / len(pages) * 1000:.3f} ms a page"
    )


if __name__ == "__main__":
    main()
