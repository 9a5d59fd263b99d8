"""No damaged WARC file crashes an import, or has a page filed as whole that is not.

A tenth of the 1,000 that `.venv/bin/python -m tests.support.warc_mutants 1000` imports.
"""

import pytest

from tests.support.warc_mutants import faults, mutant

pytestmark = pytest.mark.slow  # whole runs


def test_a_hundred_mutants_break_no_rule() -> None:
    assert list(faults(range(100))) == []


def test_the_same_number_is_the_same_mutant() -> None:
    assert mutant(7) == mutant(7)


def test_mutants_would_show_a_reader_that_trusts_what_it_reads(monkeypatch) -> None:
    """Without comparing digests, altered pages pass for captured ones."""
    for module in ("frames", "reader"):
        monkeypatch.setattr(f"scraper.warc.{module}.compare", lambda stated, content: "unknown")
    assert [number for number, fault in faults(range(40)) if "never captured" in fault]


def test_mutants_would_show_a_reader_that_gives_up_at_damage(monkeypatch) -> None:
    monkeypatch.setattr("scraper.warc.frames.next_start", lambda *place: None)
    assert [number for number, fault in faults(range(40)) if "were lost" in fault]
