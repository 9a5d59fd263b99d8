"""Reading pages, beside a bare parse and four general extractors: cost and accuracy.

    python bench/extraction.py --pages 60 --rounds 3

Every reader gets the same bytes of the stand-in newspaper's pages (of 60 to 100 KB, both designs),
one page after the other, the readers taking turns on each. Cost is the best round of a page as a
ratio to the bare lexbor parse of that page (`selectolax`), and the median over the pages. Accuracy
is measured against what the stand-in knows it printed: shares of pages where a field is right, and
the mean F1 of the body's words; null is a field that a reader never gave. Words of headline and
lead in a body are held against no reader. A body is complete and clean where 99 % of its words are
found, and 99 % of the words found are its own. Our templates were made for this markup: accuracy
says what a template is worth, not how well the others do on pages at large.

`stages` says where our own cost is, in bare parses: `bytes` (counted before the parse), `head`
(metadata), `walk` (the body's paragraphs and photos), `fields` (all that is left). With --bodies
FOLDER each HTML file of the folder lends its article's body to a page of the stand-in, so that
real bodies are read in a frame of a real weight. Prints a table, with --json one JSON object.
"""

import argparse
import json
import re
import statistics
import time
import unicodedata
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import trafilatura
from readability import Document
from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.html import HTMLTree
from selectolax.lexbor import LexborHTMLParser

from scraper.demo.edition import Edition
from scraper.demo.newspaper import END, make_newspaper
from scraper.demo.story import truth
from scraper.extract import extract
from scraper.extract.bounds import beyond, tags_of
from scraper.extract.flow import flow
from scraper.extract.onecms import ARTICLE
from scraper.extract.page import parse
from scraper.models import Article, Snapshot

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # says that nltk, which no reader here needs, is not there
    import newspaper

BASE_URL = "https://baolaocai.vn"
SMALLEST, LARGEST = 60_000, 100_000  # bytes; what the pages of such papers weigh
WHOLE = 0.99  # share of words


@dataclass(frozen=True, slots=True)
class Reading:
    """What one reader makes of a page; None: it does not offer this."""

    title: str | None
    published_at: datetime | None
    lead: str | None
    body: str  # a paragraph a line
    captions: tuple[tuple[str, str], ...] | None  # text, credit


@dataclass(frozen=True, slots=True)
class Page:
    """One page and what is printed on it."""

    url: str
    body: bytes
    truth: Article


def with_ours(page: Page) -> Reading:
    """The whole record, as `scraper crawl` files it."""
    article = extract(snapshot_of(page))
    body = "\n".join(article.paragraphs)
    return Reading(article.title, article.published_at, article.lead, body, captions_of(article))


def snapshot_of(page: Page) -> Snapshot:
    """The page as a capture."""
    return Snapshot(page.url, END.astimezone(UTC), 200, (), page.body)


def with_trafilatura(page: Page) -> Reading:
    """With metadata, tables and its own fallbacks, as it comes."""
    found = trafilatura.bare_extraction(
        page.body, url=page.url, include_comments=False, with_metadata=True
    )
    if found is None:
        return Reading(None, None, None, "", None)
    at = instant(datetime.fromisoformat(found.date)) if found.date else None
    return Reading(found.title, at, found.description, found.text or "", None)


def with_newspaper(page: Page) -> Reading:
    """newspaper4k, set to Vietnamese."""
    found = newspaper.Article(page.url, language="vi", fetch_images=False)
    found.download(input_html=page.body.decode())
    found.parse()
    at = instant(found.publish_date) if found.publish_date else None
    return Reading(found.title, at, found.meta_description, found.text, None)


def with_readability(page: Page) -> Reading:
    """readability-lxml gives the article as HTML; its text is read with lexbor."""
    document = Document(page.body.decode())
    html = LexborHTMLParser(document.summary())
    text = html.body.text(separator="\n") if html.body else ""
    return Reading(document.short_title(), None, None, text, None)


def with_resiliparse(page: Page) -> Reading:
    """Its main-content rules."""
    tree = HTMLTree.parse_from_bytes(page.body)
    return Reading(None, None, None, extract_plain_text(tree, main_content=True), None)


READERS: dict[str, Callable[[Page], Reading]] = {
    "scraper": with_ours,
    "trafilatura": with_trafilatura,
    "newspaper4k": with_newspaper,
    "readability-lxml": with_readability,
    "resiliparse": with_resiliparse,
}


def main() -> None:
    """Measure all readers in turn, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=_AsWritten)
    parser.add_argument("--pages", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--bodies", type=Path, metavar="FOLDER", help="HTML files with real bodies")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    found = measure(options.pages, options.rounds)
    if options.bodies:
        found["bodies"] = measure_bodies(options.bodies, options.rounds)
    print(json.dumps(found, indent=2) if options.json else as_table(found))


def measure(count: int, rounds: int) -> dict[str, object]:
    """Cost and accuracy of each reader on the same `count` pages."""
    pages = list(iter_pages(count))
    costs = costs_of(pages, rounds)
    bare = [cost["bare"] for cost in costs]
    readers: dict[str, dict[str, float | None]] = {}
    for name, read in READERS.items():
        ratios = [cost[name] / cost["bare"] for cost in costs]
        readers[name] = {
            "times_bare_parse": round(statistics.median(ratios), 2),
            **accuracy([read(page) for page in pages], pages),
        }
    ours = [theirs["trafilatura"] / theirs["scraper"] for theirs in costs]
    return {
        "pages": len(pages),
        "median_kb": round(statistics.median(len(page.body) for page in pages) / 1000, 1),
        "bare_parse_ms": round(statistics.median(bare) * 1000, 3),
        "times_faster_than_trafilatura": round(statistics.median(ours), 1),
        "stages": stages([page for page in pages if page.truth.template == ARTICLE.name], rounds),
        "readers": readers,
    }


def stages(pages: Sequence[Page], rounds: int) -> dict[str, float]:
    """The cost of each stage of our reading in bare parses: medians over the pages."""
    found = [costs for page in pages if (costs := stages_of(page, rounds))]
    return {
        name: round(statistics.median(costs[name] for costs in found), 2)
        for name in (found[0] if found else ())
    }


def stages_of(page: Page, rounds: int) -> dict[str, float]:
    """The same of one page; {} if it has no body."""
    snapshot = snapshot_of(page)
    body = LexborHTMLParser(page.body).css_first(ARTICLE.body)
    if body is None:
        return {}
    bare = best_of(lambda: bare_parse(page), rounds)
    first = best_of(lambda: beyond(page.body, tags_of(page.body)), rounds)
    head = best_of(lambda: parse(snapshot, as_utf8=True), rounds) - bare - first
    walk = best_of(lambda: flow(body, ARTICLE.dropped), rounds)
    whole = best_of(lambda: extract(snapshot), rounds)
    fields = whole - bare - first - head - walk
    costs = {"bytes": first, "head": head, "walk": walk, "fields": fields}
    return {name: seconds / bare for name, seconds in costs.items()}


def measure_bodies(folder: Path, rounds: int) -> dict[str, object]:
    """The cost of real bodies in the stand-in's frame, and how many paragraphs each gave."""
    frame = next(page for page in iter_pages(20) if page.truth.template == ARTICLE.name)
    files = sorted(folder.glob("*.html"))
    pages = [
        Page(frame.url, with_body_of(file.read_bytes(), frame.body), frame.truth) for file in files
    ]
    ratios = [cost_in_parses(page, rounds) for page in pages]
    return {
        "times_bare_parse": round(statistics.median(ratios), 2) if ratios else None,
        "paragraphs": {
            file.stem: len(extract(snapshot_of(page)).paragraphs)
            for file, page in zip(files, pages, strict=True)
        },
    }


def cost_in_parses(page: Page, rounds: int) -> float:
    """The cost of our whole record, in bare parses."""
    bare = best_of(lambda: bare_parse(page), rounds)
    return best_of(lambda: extract(snapshot_of(page)), rounds) / bare


def with_body_of(other: bytes, frame: bytes) -> bytes:
    """The page `frame` with the article's body of the page `other`."""
    tree = LexborHTMLParser(frame)
    own, new = tree.css_first(ARTICLE.body), LexborHTMLParser(other).css_first(ARTICLE.body)
    if own is None or new is None:
        raise SystemExit(f"no body: looked for {ARTICLE.body}")
    return (tree.html or "").replace(own.html or "", new.html or "", 1).encode()


def best_of(task: Callable[[], object], rounds: int) -> float:
    """CPU seconds of the quickest round."""
    seconds = []
    for _ in range(rounds):
        began = time.process_time()
        task()
        seconds.append(time.process_time() - began)
    return min(seconds)


def iter_pages(count: int) -> Iterator[Page]:
    """Those of the stand-in's `count` pages that weigh what real ones do."""
    edition = Edition(make_newspaper(pages=count), BASE_URL)
    for story in edition.newspaper:
        body = edition.answer(story.path).body
        if SMALLEST <= len(body) <= LARGEST:
            yield Page(BASE_URL + story.path, body, truth(story, BASE_URL))


def costs_of(pages: Sequence[Page], rounds: int) -> list[dict[str, float]]:
    """CPU seconds of the bare parse and of each reader on each page: the best round of each.

    A round goes through all pages, so that no reader remembers a page from the round before.
    """
    readers: dict[str, Callable[[Page], object]] = {"bare": bare_parse, **READERS}
    best = [dict.fromkeys(readers, float("inf")) for _ in pages]
    for _ in range(rounds):
        for page, costs in zip(pages, best, strict=True):
            for name, read in readers.items():
                began = time.process_time()
                read(page)
                costs[name] = min(costs[name], time.process_time() - began)
    return best


def bare_parse(page: Page) -> LexborHTMLParser:
    """What every reader with lexbor pays."""
    return LexborHTMLParser(page.body)


def accuracy(readings: Sequence[Reading], pages: Sequence[Page]) -> dict[str, float | None]:
    """Shares of pages where a field is right, and the mean F1 of the body's words."""
    pairs = list(zip(readings, [page.truth for page in pages], strict=True))
    bodies = [overlap(words(r.body), t) for r, t in pairs]
    return {
        "title": share([(r.title, t.title) for r, t in pairs]),
        "published_at": share([(r.published_at, t.published_at) for r, t in pairs]),
        "lead": share([(r.lead, t.lead) for r, t in pairs]),
        "body_f1": round(statistics.mean(f1(*body) for body in bodies), 3),
        "complete_and_clean": round(statistics.mean(min(body) >= WHOLE for body in bodies), 3),
        "captions": share([(r.captions, captions_of(t)) for r, t in pairs]),
    }


def share(pairs: Sequence[tuple[object, object]]) -> float | None:
    """The share of pages on which what was found is what is printed; None if nothing was found."""
    if all(found is None for found, _ in pairs):
        return None
    return round(statistics.mean(same(found, right) for found, right in pairs), 3)


def captions_of(article: Article) -> tuple[tuple[str, str], ...]:
    """Captions and their credits, in page order."""
    return tuple((c.text, c.credit) for c in article.captions)


def overlap(found: list[str], article: Article) -> tuple[float, float]:
    """Recall and precision of the words found in a body."""
    right = Counter(words("\n".join(article.paragraphs)))
    headed = Counter(words(f"{article.title}\n{article.lead}"))
    kept = Counter(found) - ((Counter(found) - right) & headed)
    common = (kept & right).total()
    recall = common / right.total() if right else 1.0
    return recall, common / kept.total() if kept else float(not right)


def f1(recall: float, precision: float) -> float:
    """The harmonic mean."""
    return 2 * recall * precision / (recall + precision) if recall + precision else 0.0


def words(text: str) -> list[str]:
    """Lower-case words; NFC, so that a page typed in NFD costs nobody anything."""
    return re.findall(r"\w+", unicodedata.normalize("NFC", text).lower())


def same(found: object, right: object) -> bool:
    """Whether two values are equal; of texts, whether they have the same words."""
    if isinstance(found, str) and isinstance(right, str):
        return words(found) == words(right)
    return found == right


def instant(at: datetime) -> datetime:
    """`at` in UTC; a time without an offset is taken for Vietnam's."""
    return (at if at.tzinfo else at.replace(tzinfo=END.tzinfo)).astimezone(UTC)


def as_table(found: dict[str, object]) -> str:
    """What `measure` found, a reader a line."""
    readers = found["readers"]
    assert isinstance(readers, dict)
    columns = list(next(iter(readers.values())))
    lines = [f"{'':18}" + "  ".join(columns)]
    for name, figures in readers.items():
        cells = ("-" if figures[c] is None else str(figures[c]) for c in columns)
        lines.append(
            f"{name:18}"
            + "  ".join(cell.rjust(len(c)) for cell, c in zip(cells, columns, strict=True))
        )
    rest = (f"{key}: {value}" for key, value in found.items() if key != "readers")
    return "\n".join([*lines, *rest])


class _AsWritten(argparse.RawDescriptionHelpFormatter, argparse.ArgumentDefaultsHelpFormatter):
    """The module's docstring, and each option's default."""


if __name__ == "__main__":
    main()
