"""docs/notebook.ipynb runs, and its figures are those of the archive."""

import json
from pathlib import Path
from typing import Any

import pytest

from scraper.archive.files import open_articles
from tests.support.filled import captures, fill
from tests.support.searches import searched

NOTEBOOK = Path(__file__).parent.parent / "docs" / "notebook.ipynb"
CELLS = json.loads(NOTEBOOK.read_text("utf-8"))["cells"]
CODE = ["".join(cell["source"]) for cell in CELLS if cell["cell_type"] == "code"]


@pytest.mark.slow
def test_every_cell_of_the_notebook_runs_and_counts_as_the_archive_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "archive.db"
    fill(path, captures(60))
    monkeypatch.setenv("ARCHIVE", str(path))
    made: dict[str, Any] = {}
    for source in CODE:
        # Few of so few articles are about tourism.
        source = source.replace('WORD, NEAR, FEWEST = "du lịch"', 'WORD, NEAR, FEWEST = "bản"')
        exec(compile(source, str(NOTEBOOK), "exec"), made)
    with open_articles(path) as db:
        (dated,) = db.conn.execute("SELECT count(local_date) FROM articles").fetchone()
        (captioned,) = db.conn.execute(
            "SELECT count(*) FROM captions JOIN articles ON articles.id = article_id"
            " WHERE local_date IS NOT NULL"
        ).fetchone()
        assert made["per_year"]["articles"].sum() == dated > 0
        assert made["per_year"]["du lịch"].sum() == searched(db, "du lịch").total > 0
    assert made["map_of_captions"]["all"].sum() == captioned > 0
    assert len(made["collocations"]) > 5
    assert made["WORD"] not in made["collocations"].index


def test_the_notebook_holds_no_output_and_no_trace_of_who_ran_it() -> None:
    for cell in CELLS:
        assert not cell.get("outputs") and not cell.get("execution_count") and not cell["metadata"]
