"""A large archive for bench/browse.py, in minutes: copies of a smaller one, in as many years.

    python bench/archive.py --scale 20000 --folder /tmp/scale
    python bench/enlarge.py --folder /tmp/scale --copies 15
    python bench/browse.py --folder /tmp/scale --stock

A copy has the same texts under higher numbers, so that hits, posting lists and pages are as many
as in an archive that grew by itself; only the number of different words stays that of the first.
Numbers rise with time: the first copy has the first years, each day as many articles as copies.
"""

import argparse
import time
from pathlib import Path

from sqlite_utils import Database

from scraper.archive.files import open_archive, write
from scraper.archive.index import reindex

# Tables with a row or more for each article: the column of its number, and a key that SQLite gives.
TABLES = {
    "articles": ("id", ""),
    "texts": ("article_id", ""),
    "captions": ("article_id", "id"),
    "article_tags": ("article_id", ""),
    "article_places": ("article_id", ""),
    "weather": ("article_id", "id"),
    "revisions": ("article_id", ""),
}
TIMES = {  # each with how it is written
    "local_date": "%Y-%m-%d",
    **dict.fromkeys(
        ("published_at", "modified_at", "page_clock_at", "timestamp", "observed_at"),
        "%Y-%m-%dT%H:%M:%SZ",
    ),
}


def main() -> None:
    """Copy, and make the index anew."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--copies", type=int, default=15, help="the first one counted in")
    options = parser.parse_args()
    with open_archive(options.folder / "archive.db") as archive:
        began = time.perf_counter()
        enlarge(archive.db, options.copies)
        count = reindex(archive.db)
        archive.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        print(f"{count} articles in {time.perf_counter() - began:.0f} s")


def enlarge(db: Database, copies: int) -> None:
    """Add `copies` less one of every article; together they take the days of the first ones."""
    first, last, start, days = db.execute(
        "SELECT min(id), max(id), julianday(min(local_date)),"
        " julianday(max(local_date)) - julianday(min(local_date)) + 1 FROM articles"
    ).fetchone()
    for copy in range(1, copies):
        later = copy * (last - first + 1)
        for table in TABLES:
            with write(db):
                db.execute(_copy(db, table, later, copy * days), [last])
    for table in TABLES:
        moved = {
            name: f"strftime('{form}', {start} + (julianday({name}) - {start}) / {copies})"
            for name, form in TIMES.items()
            if name in db[table].columns_dict
        }
        if moved:
            with write(db):
                db.execute(
                    f"UPDATE {table} SET {', '.join(f'{n} = {v}' for n, v in moved.items())}"
                )


def _copy(db: Database, table: str, later: int, days: float) -> str:
    number, key = TABLES[table]
    values = {
        name: f"{name} + {later}" if name == number else name
        for name in db[table].columns_dict
        if name != key
    }
    for name in values.keys() & TIMES.keys():
        values[name] = f"strftime('{TIMES[name]}', {name}, '+{days} days')"
    if table == "weather":  # unique, and not followed to the other file
        values["snapshot_id"] = f"snapshot_id + {later}"
    if table == "articles":
        values["url"] = f"replace(url, id, id + {later})"
    columns, selected = ", ".join(values), ", ".join(values.values())
    return f"INSERT INTO {table} ({columns}) SELECT {selected} FROM {table} WHERE {number} <= ?"


if __name__ == "__main__":
    main()
