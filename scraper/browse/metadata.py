"""What Datasette says about each table, column and ready-made question, and how it shows them.

Declared in two files, in both languages: tables.toml and questions.toml.
"""

import tomllib
from importlib.resources import files
from typing import Any

from scraper.archive.article_columns import COLUMNS
from scraper.browse.language import language
from scraper.browse.phrases import catalogue, say
from scraper.config import BUILT_IN


def _declared(name: str) -> dict[str, dict[str, Any]]:
    return tomllib.loads((files("scraper.browse") / name).read_text("utf-8"))


TABLES = _declared("tables.toml")
TABLES["articles"]["columns"] = {c.name: [c.vietnamese, c.english] for c in COLUMNS}
QUESTIONS = _declared("questions.toml")
_HIDDEN_WORDS = {"title", "about", "columns"}  # in two languages: Datasette gets the English


def table_title(table: str) -> str:
    """What a table is called; its name if it is not one of ours."""
    return _in_language(TABLES.get(table, {}).get("title"), table)


def table_about(table: str) -> str:
    """What a table holds; "" if it is not one of ours."""
    return _in_language(TABLES.get(table, {}).get("about"), "")


def column_label(column: str) -> str:
    """What a column is called above a table; its name if it has no label."""
    name = f"column.{column}"
    return say(name) if name in catalogue() else column


def column_meaning(table: str | None, column: str) -> str:
    """What a column of a table means; "" if it is not said."""
    return _in_language(TABLES.get(table or "", {}).get("columns", {}).get(column), "")


def column_meanings(table: str) -> list[tuple[str, str]]:
    """All columns of a table with what they mean."""
    columns = TABLES.get(table, {}).get("columns", {})
    return [(name, _in_language(pair, "")) for name, pair in columns.items()]


def question_title(name: str) -> str:
    """What a ready-made question asks; its name if it is not one of ours."""
    return _in_language(QUESTIONS.get(name, {}).get("title"), name)


def question_about(name: str) -> str:
    """What the answer to a ready-made question is made of."""
    return _in_language(QUESTIONS.get(name, {}).get("about"), "")


def _in_language(pair: list[str] | None, otherwise: str) -> str:
    if pair is None:
        return otherwise
    vietnamese, english = pair
    return vietnamese if language() == "vi" else english


def descriptions() -> dict[str, Any]:
    """Datasette's metadata for the database `archive`, as a new dict: Datasette writes into it.

    In English: JSON answers are for programs. Pages ask the functions above.
    """
    tables = {
        name: {
            "title": declared["title"][1],
            "description": declared["about"][1],
            "columns": {c: english for c, (_, english) in declared.get("columns", {}).items()},
            **{key: value for key, value in declared.items() if key not in _HIDDEN_WORDS},
        }
        for name, declared in TABLES.items()
    }
    queries = {
        name: {
            "title": asked["title"][1],
            "description": asked["about"][1],
            "sql": asked["sql"].strip(),
        }
        for name, asked in QUESTIONS.items()
    }
    return {
        "title": BUILT_IN.serve.title,
        "source": "Báo Lào Cai",
        "databases": {
            "archive": {
                "description": "Tables of the archive. Times are UTC; columns that hold lists are"
                " JSON arrays.",
                "tables": tables,
                "queries": queries,
            }
        },
        "plugins": {"datasette-block-robots": {"disallow": "/"}},
    }
