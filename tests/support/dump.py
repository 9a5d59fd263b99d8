"""Write tests/archives/v<N>.sql and v<N>-snapshots.sql: an archive as this version makes it.

Run once for each released schema, from the root: `.venv/bin/python -m tests.support.dump N`. What stands
there is never written again: test_migrations.py migrates each of them.
"""

import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "archives"
FILES = {"archive.db": "", "snapshots.db": "-snapshots"}


def dump(db: sqlite3.Connection) -> Iterator[str]:
    """Statements that make `db` anew, its search index as it is: iterdump() cannot do that."""
    yield f"PRAGMA application_id = {db.execute('PRAGMA application_id').fetchone()[0]}"
    yield "BEGIN"
    objects = db.execute("SELECT name, type, sql FROM sqlite_master WHERE sql IS NOT NULL")
    for name, kind, sql in objects.fetchall():
        is_shadow = name.startswith("articles_fts_")
        if is_shadow:
            yield f"DELETE FROM {name}"
        else:
            yield sql
        if kind == "table" and name != "articles_fts":
            columns = [row[1] for row in db.execute(f"PRAGMA table_info({name})")]
            quoted = " || ',' || ".join(f"quote({column})" for column in columns)
            for (values,) in db.execute(f"SELECT {quoted} FROM {name}"):
                yield f"INSERT INTO {name} VALUES ({values})"
    yield "COMMIT"


def load(version: str, folder: Path) -> None:
    """Make archive.db and snapshots.db in `folder` from the dump of `version`."""
    for name, ending in FILES.items():
        db = sqlite3.connect(folder / name)
        db.executescript((FOLDER / f"{version}{ending}.sql").read_text("utf-8"))
        db.close()


def main(number: str) -> None:
    from tests.support.filled import captures, fill

    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder) / "archive.db", captures(4))
        for name, ending in FILES.items():
            db = sqlite3.connect(Path(folder) / name)
            lines = "".join(f"{statement};\n" for statement in dump(db))
            db.close()
            with (FOLDER / f"v{number}{ending}.sql").open("x", encoding="utf-8") as file:
                file.write(lines)


if __name__ == "__main__":
    main(sys.argv[1])
