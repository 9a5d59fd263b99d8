"""Packages form a graph without circles: read from the source, not from what happens to be loaded."""

import ast
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PACKAGE = TESTS.parent / "scraper"

# Each may import those above it, and nothing below. A module at the top of scraper/ counts as one.
LAYERS = (
    "errors",
    "spelling",
    "urls",
    "models",
    "times",
    "lexicon",
    "places",
    "progress",
    "atomic_files",
    "inflate",
    "processes",
    "config",
    "http",
    "extract",
    "warc",
    "reading",
    "archive",
    "photos",
    "search",
    "export",
    "crawl",
    "bulk",
    "importing",
    "recover",
    "upkeep",
    "probe",
    "browse",
    "demo",
    "cli",
)
# The same answer for the same arguments. The lexicon reads its lists, files of the package.
PURE = (
    "extract",
    "reading",
    "http.refusals",
    "urls",
    "spelling",
    "lexicon",
    "crawl.discover",
    "http.robots",
    "photos.image_header",
    "search.query",
)
IMPURE = {"httpx", "sqlite3", "sqlite_utils", "time", "os", "logging"}
MOST_TOP_MODULES = 10  # without __init__ and __main__
NAMED_TWICE = {"__init__", "__main__"}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts)


def subject(path: Path) -> str:
    return dotted(path).partition(".")[0]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


@cache
def imported(path: Path) -> frozenset[str]:
    names: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            module = node.module or ""
            names |= {f"{module}.{alias.name}" for alias in node.names} | {module}
    return frozenset(names)


def test_imports_point_to_earlier_layers() -> None:
    for path in modules():
        here = subject(path)
        if here in NAMED_TWICE:
            continue
        parts = [name.split(".") for name in imported(path) if name.startswith("scraper.")]
        ours = {p[1] for p in parts} - {"__version__", here}
        later = {name for name in ours if LAYERS.index(name) > LAYERS.index(here)}
        assert not later, f"{dotted(path)} imports {later}, which come after it"


def test_every_layer_is_there_and_every_package_is_a_layer() -> None:
    assert {subject(path) for path in modules()} - NAMED_TWICE == set(LAYERS)


def test_few_modules_are_at_the_top() -> None:
    assert len(list(PACKAGE.glob("*.py"))) - len(NAMED_TWICE) <= MOST_TOP_MODULES


def test_no_two_modules_share_a_name() -> None:
    names = Counter(path.stem for path in modules() if path.stem not in NAMED_TWICE)
    names.update(path.parent.name for path in modules() if path.stem == "__init__")
    assert [name for name, count in names.items() if count > 1] == []


def test_no_two_public_classes_share_a_name() -> None:
    names = Counter(
        node.name
        for path in modules()
        for node in tree(path).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )
    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize("name", ["models", "errors"])
def test_the_nouns_import_nothing_of_ours(name: str) -> None:
    assert not [n for n in imported(PACKAGE / f"{name}.py") if n.startswith("scraper")]


def test_pure_modules_ask_no_network_database_clock_or_log() -> None:
    pure = [path for path in modules() if dotted(path).startswith(PURE)]
    assert len(pure) >= len(PURE)
    for path in pure:
        assert not {name.split(".")[0] for name in imported(path)} & IMPURE, dotted(path)


def test_what_tests_share_is_in_support() -> None:
    taken = {
        f"{path.name}: {name}"
        for path in [*TESTS.rglob("*.py"), *TESTS.parent.glob("bench/*.py")]
        for name in imported(path)
        if name.startswith("tests.") and not name.startswith("tests.support")
    }
    assert taken == set()
