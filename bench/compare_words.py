"""Compare word lists as the lexicon of the search: queries cut wrongly, text covered.

    python bench/compare_words.py [--text FOLDER] [--bare] NAME=FILE[+FILE...] ...

A FILE has one word a line, or is `general`, `places` or `terms`, the lists in use. Queries are
those of tests/cut_queries.txt, cut by hand. Prints one line for each NAME: entries, wrong first
cuts, wrong cuts of which another reading is right, and the share of the text's syllables in words.
"""

import argparse
import re
import sys
from collections.abc import Iterable
from pathlib import Path

from scraper.lexicon import FOLDER, Lexicon, cuts, show, with_names
from scraper.spelling import fold, words

ROOT = Path(__file__).parent.parent
QUERIES = ROOT / "tests" / "cut_queries.txt"
PROSE = ROOT / "scraper" / "demo" / "prose"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("lists", nargs="+", metavar="NAME=FILE[+FILE...]")
    parser.add_argument("--text", type=Path, default=PROSE, help="folder of .txt files")
    parser.add_argument("--bare", action="store_true", help="queries and text without marks")
    options = parser.parse_args()
    form = fold if options.bare else str
    queries = [[form(way) for way in ways] for ways in read_queries()]
    runs = [form(run).split() for run in text_runs(options.text)]
    print(f"{len(queries)} queries, {sum(map(len, runs))} syllables of text")
    for given in options.lists:
        name, _, files = given.partition("=")
        known = with_names(Lexicon({}), read_lists(files.split("+")))
        wrong, of_which_second = wrong_cuts(queries, known)
        covered = coverage(runs, known)
        print(f"{name:24} {len(known.spellings):6} {wrong:4} {of_which_second:4} {covered:6.1%}")
    return 0


def read_queries() -> list[list[str]]:
    lines = QUERIES.read_text("utf-8").splitlines()
    ways = (line.split("|") for line in lines if line and not line.startswith("#"))
    return [[way.strip() for way in line] for line in ways]


def read_lists(names: Iterable[str]) -> list[str]:
    ours = {name: FOLDER / f"{name}.txt" for name in ("general", "places", "terms")}
    texts = (ours.get(name, Path(name)).read_text("utf-8") for name in names)
    lines = {line.strip() for text in texts for line in text.splitlines()}
    return sorted(line for line in lines if line and not line.startswith("#"))


def text_runs(folder: Path) -> list[str]:
    """The text between two signs, as a run of syllables."""
    texts = (path.read_text("utf-8") for path in sorted(folder.glob("*.txt")))
    runs = (run for text in texts for run in re.split(r"[^\w ]+", text))
    return [" ".join(words(run)) for run in runs]


def wrong_cuts(queries: list[list[str]], known: Lexicon) -> tuple[int, int]:
    """How many first readings are wrong, and to how many of these a right one is added."""
    wrong = saved = 0
    for ways in queries:
        found = [show(cut) for cut in cuts(ways[0].replace(" · ", " ").split(), known)]
        if found[0] not in ways:
            wrong += 1
            saved += bool(set(found) & set(ways))
    return wrong, saved


def coverage(runs: list[list[str]], known: Lexicon) -> float:
    """The share of syllables that are part of a word of several."""
    inside = total = 0
    for run in runs:
        total += len(run)
        for cut in cuts(run, known)[:1]:
            inside += sum(len(word) for word in cut if len(word) > 1)
    return inside / total


if __name__ == "__main__":
    sys.exit(main())
