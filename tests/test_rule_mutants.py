"""The table of mutants fits the code, and rules that no other test holds."""

import tomllib

import pytest

from tests.support.rule_mutants import MUTANTS, ROOT, Mutant


@pytest.mark.parametrize("mutant", MUTANTS.values(), ids=MUTANTS)
def test_the_text_of_each_mutant_is_found_once(mutant: Mutant) -> None:
    assert (ROOT / mutant.file).read_text("utf-8").count(mutant.text) == 1
    assert all((ROOT / "tests" / name).exists() for name in mutant.tests if name.endswith(".py"))


def test_the_description_of_a_captions_position_says_where_it_counts_from() -> None:
    tables = tomllib.loads((ROOT / "scraper/browse/tables.toml").read_text("utf-8"))
    assert all(text.endswith("1") for text in tables["captions"]["columns"]["position"])
