"""Imports point one way: read from the source, not from what happens to be loaded."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "scraper"

# Each subject may import those of the rows below its own, and those of its own row; besides,
# demo runs the real crawl, and export writes WARC.
ROWS = (
    ("cli", "__main__"),
    ("demo", "browse"),
    (
        "crawl",
        "lists",
        "probe",
        "captures",
        "importing",
        "bulk",
        "reread",
        "verify",
        "backup",
        "report",
        "overview",
        "alarms",
        "export",
    ),
    ("warc", "fetch", "archive"),
    ("discover", "extract", "robots", "pace", "config", "query", "excerpt", "progress"),
    ("inflate", "answer", "bodies", "wire", "words", "changes", "cells", "cite", "placing", "urls"),
    ("models", "errors"),
)
PURE = ("extract", "discover", "urls", "robots")
IMPURE = {"httpx", "sqlite3", "sqlite_utils", "time", "os", "logging"}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def subject(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def row(name: str) -> int:
    return next(n for n, names in enumerate(ROWS) if name in names)


def imported(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            module = node.module or ""
            names |= {f"{module}.{alias.name}" for alias in node.names} | {module}
    return names


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_point_down(path: Path) -> None:
    here = subject(path)
    if here == "__init__":
        return
    parts = [name.split(".") for name in imported(path) if name.startswith("scraper.")]
    ours = {p[1] for p in parts} - {"__version__"}
    wrong = {name for name in ours if name != here and row(name) < row(here)}
    assert not wrong, f"{here} imports {wrong} from above it"


@pytest.mark.parametrize("name", ["models", "errors"])
def test_the_nouns_import_nothing_of_ours(name: str) -> None:
    assert not [n for n in imported(PACKAGE / f"{name}.py") if n.startswith("scraper")]


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_pure_modules_touch_nothing_outside(path: Path) -> None:
    if subject(path) in PURE:
        assert not {name.split(".")[0] for name in imported(path)} & IMPURE
