"""Whether the search index answers as it should; `check_index` compares the words themselves.

A flipped bit need not change a word. It may send a look-up past the page that holds the word, skip
articles when two words are searched together, or change how hits are ranked.
"""

import sqlite3
from collections.abc import Iterator
from itertools import zip_longest

from sqlite_utils import Database

from scraper.archive.index import scratch_index
from scraper.errors import ArchiveError

_TOTALS = 1  # the row of articles_fts_data that ranking reads: articles, then words in each column
# The tables in which FTS5 keeps an index, and how many columns each has.
_TABLES = {"data": 2, "idx": 3, "docsize": 2, "config": 2}
_NO_ROOM = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}


def check_structure(db: Database) -> Iterator[str]:
    """What is wrong with the index as a whole, whichever articles it holds.

    Needs as much room for temporary files as the index takes; raises ArchiveError if there is too
    little. Raises sqlite3.DatabaseError if the index cannot be read on.
    """
    if _totals(db) != _sum_of_sizes(db):
        yield "does not count its words rightly: hits are ranked wrongly"
    if word := _lost_word(db):
        yield f"does not find every article that it holds, as with the word {word!r}"
    if not _is_well_formed(db):
        yield "is malformed"


def _totals(db: Database) -> list[int]:
    """How many articles the index says it holds, then how many words in each column."""
    row = db.execute("SELECT block FROM articles_fts_data WHERE id = ?", [_TOTALS]).fetchone()
    return _without_zeros(_varints(row[0]) if row else [])


def _sum_of_sizes(db: Database) -> list[int]:
    """The same, counted."""
    articles, totals = 0, [0]
    for (sizes,) in db.execute("SELECT sz FROM articles_fts_docsize"):
        totals = [a + b for a, b in zip_longest(totals, _varints(sizes), fillvalue=0)]
        articles += 1
    return _without_zeros([articles, *totals])


def _without_zeros(totals: list[int]) -> list[int]:
    """An index that was emptied says so in zeros; one that never held anything in no numbers."""
    return totals if any(totals) else []


def _lost_word(db: Database) -> str | None:
    """A word for which a look-up finds less than reading the whole index does."""
    db.conn.execute("CREATE VIRTUAL TABLE temp.all_words USING fts5vocab(main, articles_fts, row)")
    try:
        lost = db.conn.execute(
            "SELECT term FROM temp.all_words AS held WHERE NOT EXISTS (SELECT 1 FROM"
            " temp.all_words AS found WHERE found.term = held.term AND found.doc = held.doc"
            " AND found.cnt = held.cnt) LIMIT 1"
        ).fetchall()
    finally:
        db.conn.execute("DROP TABLE temp.all_words")
    return str(lost[0][0]) if lost else None


def _is_well_formed(db: Database) -> bool:
    """True if FTS5's own check finds nothing wrong with the index.

    It runs on a copy: the check is an INSERT, which a reading connection may not do.
    """
    with scratch_index(db, "") as copy:  # a temporary file
        copy.conn.execute("PRAGMA synchronous = OFF")
        try:
            with copy.conn:
                for table, columns in _TABLES.items():
                    copy.conn.execute(f"DELETE FROM articles_fts_{table}")
                    copy.conn.executemany(
                        f"INSERT INTO articles_fts_{table} VALUES ({', '.join('?' * columns)})",
                        db.conn.execute(f"SELECT * FROM articles_fts_{table}"),
                    )
            copy.conn.execute("INSERT INTO articles_fts (articles_fts) VALUES ('integrity-check')")
        except sqlite3.DatabaseError as e:
            if e.sqlite_errorcode & 0xFF in _NO_ROOM:
                raise ArchiveError(
                    f"the search index could not be copied to a temporary file to check it: {e};"
                    " set TMPDIR to a folder with room for it"
                ) from e
            return False
    return True


def _varints(record: object) -> list[int]:
    """The numbers in a record of FTS5: seven bits a byte, the high bit set in all but the last."""
    numbers, number = [], 0
    for byte in record if isinstance(record, bytes) else b"":
        number = number << 7 | byte & 0x7F
        if byte < 0x80:
            numbers.append(number)
            number = 0
    return numbers
