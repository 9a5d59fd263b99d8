"""Mutants of documented rules: each changes one number or condition, and a test must fail for it.

.venv/bin/python -m tests.support.rule_mutants [NAME...]      all, or those named

Each mutant is applied to a temporary copy of the tree, in which its tests are run. They must pass in
a copy without a mutant: that is tried first. Prints `killed` or `SURVIVED`; exit code 1 if one
survives, or if its text is not found exactly once.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
COPIED = (
    "scraper",
    "tests",
    "docs",
    "pyproject.toml",
    "config.toml",
    "README.md",
    "CONTRIBUTING.md",
)


@dataclass(frozen=True, slots=True)
class Mutant:
    """One rule, and how to break it."""

    file: str
    text: str  # found exactly once in the file
    replacement: str
    tests: tuple[str, ...]  # paths below tests/, or options of pytest


MUTANTS = {
    "two looks a day apart": Mutant(
        "scraper/archive/revisions.py",
        "GONE_AFTER = timedelta(hours=23)",
        "GONE_AFTER = timedelta(hours=2)",
        ("test_history.py", "test_frontier_rules.py"),
    ),
    "a tenth of the age": Mutant(
        "scraper/archive/revisits.py", "age / 10", "age / 5", ("test_frontier_rules.py",)
    ),
    "the last step repeats": Mutant(
        "scraper/archive/revisits.py",
        "return at + timedelta(days=max(days))",
        "return at + timedelta(days=min(days))",
        ("test_frontier_rules.py",),
    ),
    "a gone page is asked for ever more rarely": Mutant(
        "scraper/archive/revisits.py", "30 * 2 **", "30 * 1 **", ("test_frontier_rules.py",)
    ),
    "waits after failures": Mutant(
        "scraper/archive/revisits.py",
        "FAILURE_DAYS = (0.25, 1, 7, 30)",
        "FAILURE_DAYS = (0.5, 1, 7, 30)",
        ("test_frontier_rules.py",),
    ),
    "the second look after a day": Mutant(
        "scraper/archive/revisits.py",
        "SECOND_LOOK = timedelta(days=1)",
        "SECOND_LOOK = timedelta(days=2)",
        ("test_frontier_rules.py",),
    ),
    "the wait after refusals": Mutant(
        "scraper/http/standing.py",
        "FIRST_REFUSED_SECONDS = 3600.0",
        "FIRST_REFUSED_SECONDS = 360.0",
        ("test_standing.py",),
    ),
    "the longest wait after refusals": Mutant(
        "scraper/http/standing.py",
        "LONGEST_REFUSED_SECONDS = 86400.0",
        "LONGEST_REFUSED_SECONDS = 172800.0",
        ("test_standing.py",),
    ),
    "an hourly job tries again in its next hour": Mutant(
        "scraper/http/standing.py",
        "REFUSED_SLACK_SECONDS = 300.0",
        "REFUSED_SLACK_SECONDS = 0.0",
        ("test_standing.py",),
    ),
    "a run that is refused everything raises the alarm": Mutant(
        "scraper/upkeep/check.py",
        "if is_shut_out or (",
        "if (",
        ("test_refusals.py", "-k", "alarm"),
    ),
    "a refused list counts towards the refusals": Mutant(
        "scraper/crawl/lists.py",
        'self._fetcher.standing.note_refused(refused, "list")',
        "pass",
        ("test_refusals.py", "-k", "nothing_due"),
    ),
    "a list that is answered ends a row of refused lists": Mutant(
        "scraper/http/standing.py",
        "refused_lists_in_row=0))\n        elif",
        "refused_lists_in_row=1))\n        elif",
        ("test_standing.py",),
    ),
    "a page that is perhaps no article ends no row of refusals": Mutant(
        "scraper/http/standing.py",
        "elif not self.is_refused:",
        "else:",
        ("test_standing.py",),
    ),
    "a page that refuses us forgives no failures": Mutant(
        "scraper/http/fetcher.py",
        "if not refusal(snapshot):",
        "if True:",
        ("test_fetch.py", "-k", "forgives"),
    ),
    "an article comes first after a refusal": Mutant(
        "scraper/crawl/run.py",
        "crawl.fetcher.standing.is_refused\n",
        "False\n",
        ("test_refusals.py", "-k", "asked_for_first"),
    ),
    "days between two dictionaries": Mutant(
        "scraper/archive/dictionaries.py",
        "APART = timedelta(days=3)",
        "APART = timedelta(days=0)",
        ("test_snapshots.py", "-k", "boxes"),
    ),
    "the index is made again after rows were altered": Mutant(
        "scraper/archive/articles.py",
        "set_mark(db, REINDEX_MARK, 1)",
        "set_mark(db, REINDEX_MARK, 0)",
        ("test_reread.py",),
    ),
    "snapshots are read after the rows made from them": Mutant(
        "scraper/archive/files.py",
        "files = (archive.db.conn, archive.snapshots.conn)",
        "files = (archive.snapshots.conn, archive.db.conn)",
        ("test_backup.py",),
    ),
    "figures are read again after a change": Mutant(
        "scraper/browse/cache.py",
        "version = _version(",
        "version = (lambda _: (0, 0))(",
        ("test_cached_figures.py",),
    ),
    "weights of the ranking": Mutant(
        "scraper/search/hits.py",
        '_WEIGHT.get(c.removesuffix("_folded"), 0)',
        "1",
        ("test_ranking.py",),
    ),
    "what is late is backfill": Mutant(
        "scraper/crawl/lists.py",
        "LATE = timedelta(days=40)",
        "LATE = timedelta(days=4)",
        ("test_revisits.py", "-k", "new_articles_come_first"),
    ),
    "captions count from 1": Mutant(
        "scraper/browse/tables.toml",
        "Place among the captions of the article, from 1",
        "Place among the captions of the article, from 0",
        ("test_rule_mutants.py", "-k", "description"),
    ),
    "the intent of a withdrawal comes first": Mutant(
        "scraper/archive/withdrawals.py",
        "    numbers = unfinished(archive)\n",
        "    numbers = []\n",
        ("test_withdraw.py",),
    ),
    "words in the index are looked up": Mutant(
        "scraper/archive/index_check.py",
        "if word := _lost_word(db):",
        "if word := None:",
        ("test_verify.py", "-k", "look_up"),
    ),
    "words in the index are counted": Mutant(
        "scraper/archive/index_check.py",
        "if _totals(db) != _sum_of_sizes(db):",
        "if False:",
        ("test_verify.py", "-k", "miscounts"),
    ),
    "the silence doubles": Mutant(
        "scraper/http/standing.py",
        "FIRST_REFUSED_SECONDS * 2.0 **",
        "FIRST_REFUSED_SECONDS * 1.9 **",
        ("test_standing.py",),
    ),
    "a capture is asked for in three runs": Mutant(
        "scraper/recover/listing.py",
        "MOST_ATTEMPTS = 3",
        "MOST_ATTEMPTS = 4",
        ("test_recover.py",),
    ),
    "the last capture before an article was missing": Mutant(
        "scraper/recover/choice.py",
        'if before is not None and "" in (_shows(capture), _shows(before)):',
        "if False:",
        ("test_recover.py", "-k", "add_something"),
    ),
    "the last capture of all": Mutant(
        "scraper/recover/choice.py",
        "    if before is not None:\n        _add(chosen, before)\n    return",
        "    return",
        ("test_recover.py", "-k", "add_something"),
    ),
    "redirects in the index say nothing": Mutant(
        "scraper/recover/choice.py",
        "(None, 200, *_MISSING)",
        "(None, 200, 301, *_MISSING)",
        ("test_recover.py", "-k", "add_something"),
    ),
    "addresses of one sitemap": Mutant(
        "scraper/crawl/list_entries.py",
        "MOST_ENTRIES = 50_000",
        "MOST_ENTRIES = 60_000",
        ("test_discover.py", "-k", "no_more_than"),
    ),
    "FTS5 checks the index": Mutant(
        "scraper/archive/index_check.py",
        "if not _is_well_formed(db):",
        "if False:",
        ("test_verify.py", "-k", "long_list"),
    ),
}


def is_killed(mutant: Mutant, folder: Path) -> bool:
    """Run the mutant's tests in a copy of the tree in `folder`; True if one fails."""
    copy_tree(folder)
    file = folder / mutant.file
    source = file.read_text("utf-8")
    if source.count(mutant.text) != 1:
        raise SystemExit(f"{mutant.file}: not found exactly once: {mutant.text!r}")
    file.write_text(source.replace(mutant.text, mutant.replacement), "utf-8")
    return not passes(folder, mutant.tests)


def copy_tree(folder: Path) -> None:
    """Copy what tests need into `folder`."""
    for name in COPIED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)


def passes(folder: Path, tests: Iterable[str]) -> bool:
    """Run tests in a copy of the tree; true if all pass."""
    named = [f"tests/{name}" if name.endswith(".py") else name for name in tests]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *named],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
    )
    if run.returncode not in (0, 1):
        raise SystemExit(f"the tests could not be run: {run.stdout}{run.stderr}")
    return run.returncode == 0


def main(names: list[str]) -> int:
    """Try the mutants of these names, or all; 1 if one survives."""
    names = names or list(MUTANTS)
    with tempfile.TemporaryDirectory() as folder:
        copy_tree(Path(folder))
        for tests in {MUTANTS[name].tests: None for name in names}:
            if not passes(Path(folder), tests):
                raise SystemExit(f"they fail without a mutant: {' '.join(tests)}")
    survived = 0
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            killed = is_killed(MUTANTS[name], Path(folder))
        print("killed  " if killed else "SURVIVED", name, flush=True)
        survived += not killed
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
