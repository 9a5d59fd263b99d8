"""An independent count of the articles that hold a word, and the search through every door.

    .venv/bin/python -m tests.support.scan archive.db [--words 100]

takes the commonest words of two and three syllables, counts the articles that hold each as
neighbouring syllables by reading all texts, and prints each door whose total differs. Nothing
here knows of the search index: only the spelling of single syllables is shared with it.
"""

import argparse
import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from datasette.app import Datasette
from sqlite_utils import Database

from scraper.lexicon import cuts, lexicon
from scraper.spelling import fold, spell
from tests.support.opened import get, opened, settings_of

FEED = 50  # entries of a feed
_BLANK_OR_SIGN = re.compile(r"[^\S\n]+|(?<=\w)[-/'’&_](?=\w)|(?<=\d)[.,:–](?=\d)")
_SYLLABLE = re.compile(r"[^\W_]+")


def runs(text: str) -> Iterator[list[str]]:
    """The stretches of a text that no sign and no line's end divides, as spelled syllables."""
    run: list[str] = []
    at = 0
    for found in _SYLLABLE.finditer(spelled := spell(text)):
        gap = spelled[at : found.start()]
        if run and not _joins(spelled, at, found.start(), gap):
            yield run
            run = []
        run.append(found[0])
        at = found.end()
    if run:
        yield run


def _joins(text: str, start: int, end: int, gap: str) -> bool:
    found = _BLANK_OR_SIGN.match(text, start)
    return bool(gap) and found is not None and found.end() == end


def texts(db: Database) -> Iterator[tuple[int, list[str]]]:
    """Each article's number and its printed texts, one item for each paragraph and field."""
    extra: dict[int, list[str]] = {}
    for sql in (
        "SELECT article_id, text FROM captions",
        "SELECT article_id, credit FROM captions",
        "SELECT article_id, name FROM article_tags JOIN tags ON tags.id = tag_id",
        "SELECT article_id, body FROM texts",
    ):
        for number, text in db.conn.execute(sql):
            extra.setdefault(number, []).append(text)
    for number, *fields in db.conn.execute("SELECT id, title, kicker, lead, section FROM articles"):
        yield number, [*fields, *extra.get(number, [])]


def ngrams(printed: Iterable[str]) -> set[str]:
    """The two and three neighbouring syllables of texts that are a word when typed alone."""
    held: set[str] = set()
    for text in printed:
        for run in runs(text):
            for n in (2, 3):
                held.update(" ".join(run[at : at + n]) for at in range(len(run) - n + 1))
    return held


def count_words(db: Database, most: int) -> dict[str, tuple[int, int]]:
    """The commonest words -> articles that hold them so spelled, and with these letters."""
    marked: Counter[str] = Counter()
    bare: Counter[str] = Counter()
    for _, printed in texts(db):
        held = ngrams(printed)
        marked.update(held)
        bare.update({fold(word) for word in held})
    words = (w for w, _ in marked.most_common() if _is_word(w))
    chosen = [word for word, _ in zip(words, range(most), strict=False)]
    return {word: (marked[word], bare[fold(word)]) for word in chosen}


def _is_word(word: str) -> bool:
    syllables = tuple(word.split())
    return word != fold(word) and lexicon().holds_as_typed(syllables) and all(
        cuts(typed, lexicon()) == ((typed,),) for typed in (syllables, tuple(fold(word).split()))
    )  # fmt: skip


def doors(datasette: Datasette) -> dict[str, Callable[[str], int]]:
    """How to search through each door, and how many articles it then says there are."""

    def asked(path: str, **args: str) -> Any:
        return get(datasette, f"{path}?{urlencode(args)}")

    def page(text: str) -> int:
        found = re.search(r'role="status"><strong>([\d,]+)', asked("/search", q=text).text)
        assert found
        return int(found[1].replace(",", ""))

    def table(text: str) -> int:
        answer = asked("/archive/articles.json", _search=text, _size="1").json()
        return int(answer["filtered_table_rows_count"])

    def file(text: str) -> int:
        csv.field_size_limit(2**30)
        return len(list(csv.reader(io.StringIO(asked("/search.csv", q=text).text)))) - 1

    def trends(text: str) -> int:
        return sum(int(row[2]) for row in list(csv.reader(
            io.StringIO(asked("/trends.csv", q=text).text)))[1:])  # fmt: skip

    def select(text: str) -> int:
        sql = "SELECT count(*) AS n FROM articles_fts WHERE articles_fts MATCH search_words(:w)"
        answer = asked("/archive.json", sql=sql, w=text, _shape="array")
        return int(answer.json()[0]["n"])

    return {
        "page": page,
        "JSON": lambda text: int(asked("/search.json", q=text, size="1").json()["total"]),
        "table": table,
        "CSV": file,
        "trends": trends,
        "SQL": select,
        "feed": lambda text: asked("/search.atom", q=text).text.count("</entry>"),
    }


def differences(
    datasette: Datasette, counted: dict[str, tuple[int, int]], without: Iterable[str] = ()
) -> list[str]:
    """Each word and door whose total is not the one counted; doors in `without` are left out."""
    found = []
    for name, count in doors(datasette).items():
        if name in without:
            continue
        for word, (marked, bare) in counted.items():
            for typed, wanted in ((word, marked), (fold(word), bare)):
                wanted = min(wanted, FEED) if name == "feed" else wanted
                if (total := count(typed)) != wanted:
                    found.append(f"{name}: {typed}: {total}, counted {wanted}")
    return found


def main() -> None:
    """Count and compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive", type=Path)
    parser.add_argument("--words", type=int, default=100)
    parser.add_argument("--without", nargs="*", default=[], help="doors, such as CSV")
    options = parser.parse_args()
    db = Database(options.archive)
    counted = count_words(db, options.words)
    with opened(settings_of(options.archive)) as datasette:
        differ = differences(datasette, counted, options.without)
    articles = db["articles"].count
    print(json.dumps({"articles": articles, "words": len(counted), "differ": differ},
                     ensure_ascii=False, indent=1))  # fmt: skip


if __name__ == "__main__":
    main()
