"""The search index `articles_fts`: filling it, and checking what it holds.

The index holds the words of each text twice, spelled (scraper/spelling.py) and folded: title, lead,
body, captions, tags and section, then title_folded and so on. It has no text of its own: the view
`articles_searched` gives the original for both, so that excerpts show what was printed. Two more
columns are for searches only: `other_spellings` lets Datasette's own search find `kỹ` and `hòa`;
`own_terms`, which nobody can type, keep words from reaching across signs
(scraper/lexicon/crossings.py), and find the articles of one section.

The index cannot be rebuilt by FTS5's own 'rebuild', which would put the originals into the folded
columns, nor checked by its 'integrity-check': `reindex` and `check_index` are here for that.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import chain

from sqlite_utils import Database

from scraper.archive.files import write
from scraper.archive.tables import AS_WRITTEN, FIELDS, TOKENIZER
from scraper.lexicon import VERSION
from scraper.lexicon.crossings import DividedText, crossing_terms
from scraper.spelling import other_spellings, spell

BATCH = 1000

_COLUMNS = (
    *AS_WRITTEN,
    *(f"{column}_folded" for column in AS_WRITTEN),
    "other_spellings",
    "own_terms",
)
_INSERT = (
    f"INSERT INTO articles_fts (rowid, {', '.join(_COLUMNS)})"
    f" VALUES (?, {', '.join('?' * len(_COLUMNS))})"
)
_DELETE = (
    f"INSERT INTO articles_fts (articles_fts, rowid, {', '.join(_COLUMNS)})"
    f" VALUES ('delete', ?, {', '.join('?' * len(_COLUMNS))})"
)


def section_term(section: str) -> str:
    """The term of all articles of this section: a private character, then a hash of its name."""
    return f"\ue002{hashlib.sha256(section.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def index_article(db: Database, article_id: int) -> None:
    """Put an article's texts, as its rows now are, into the index.

    Call `unindex_article` before the rows change and this after, in one transaction.
    """
    for texts in texts_of(db, "WHERE id = ?", (article_id,)):
        _insert(db, texts)


def unindex_article(db: Database, article_id: int) -> bool:
    """Take an article's texts, as its rows still are, out of the index; nothing if not there.

    False if its rows are not what was put into the index: it stays there, until `reindex`.
    """
    sql = "SELECT hash FROM articles_fts_hashes WHERE article_id = ?"
    held = db.conn.execute(sql, (article_id,)).fetchone()
    if held is None:
        return True
    for texts in texts_of(db, "WHERE id = ?", (article_id,)):
        if held[0] != _hash(texts):
            return False
        db.conn.execute(_DELETE, _indexed(texts))
    db.conn.execute("DELETE FROM articles_fts_hashes WHERE article_id = ?", (article_id,))
    return True


def reindex(db: Database) -> int:
    """Make a new index, in bounded memory; returns the number of articles."""
    count = 0
    with write(db):
        db.conn.execute("INSERT INTO articles_fts (articles_fts) VALUES ('delete-all')")
        db.conn.execute("DELETE FROM articles_fts_hashes")
        for texts in texts_of(db, "ORDER BY id"):
            _insert(db, texts)
            count += 1
        # In one segment a word is looked up once, not once in each of a dozen.
        db.conn.execute("INSERT INTO articles_fts (articles_fts) VALUES ('optimize')")
    return count


def check_index(db: Database) -> Iterator[tuple[int, str]]:
    """Each article whose index entry is missing, left over or not its text, and what is wrong.

    Reads the whole index once: about a minute for 100,000 articles.
    """
    held = _fingerprints(db)
    batch: list[tuple[int | str, ...]] = []
    for texts in texts_of(db, "ORDER BY id"):
        batch.append(_indexed(texts))
        if len(batch) == BATCH:
            yield from _differences(db, batch, held)
            batch = []
    yield from _differences(db, batch, held)
    for article_id in sorted(held):
        yield article_id, "is in the search index but not in the archive"


def is_complete(db: Database) -> bool:
    """True if the index holds the articles of the archive and no others, by today's lexicon.

    If not, it cannot be kept up by single articles any more. `check_index` reads more.
    """
    for texts in texts_of(db, "ORDER BY id LIMIT 1"):
        sql = "SELECT hash FROM articles_fts_hashes WHERE article_id = ?"
        if db.conn.execute(sql, (texts[0],)).fetchone() != (_hash(texts),):
            return False
    ids = "SELECT id FROM articles_fts_docsize"
    found = db.conn.execute(
        f"SELECT (SELECT 1 FROM ({ids}) WHERE id NOT IN (SELECT id FROM articles) LIMIT 1),"
        f" (SELECT 1 FROM articles WHERE id NOT IN ({ids}) LIMIT 1)"
    ).fetchone()
    return tuple(found) == (None, None)


def _differences(
    db: Database, batch: list[tuple[int | str, ...]], held: dict[int, int]
) -> Iterator[tuple[int, str]]:
    """What is wrong with the entries of a batch of articles, which are taken out of `held`."""
    with scratch_index(db, ":memory:") as scratch:
        scratch.conn.executemany(_INSERT, batch)
        wanted = _fingerprints(scratch)
    for article_id in (int(row[0]) for row in batch):
        has = held.pop(article_id, None)
        if has is None:
            yield article_id, "is not in the search index"
        elif has != wanted[article_id]:
            yield article_id, "is in the search index with other words than its text has"


@contextmanager
def scratch_index(db: Database, path: str) -> Iterator[Database]:
    """An empty index at `path` with the columns, in their order, of the one in `db`."""
    columns = [column for _, column, *_ in db.conn.execute("PRAGMA table_info(articles_fts)")]
    with closing(sqlite3.connect(path)) as conn:
        conn.execute(
            f"CREATE VIRTUAL TABLE articles_fts USING fts5({', '.join(columns)}, content='',"
            f' tokenize="{TOKENIZER}")'
        )
        yield Database(conn, execute_plugins=False)


def _fingerprints(db: Database) -> dict[int, int]:
    """For each article in the index, a number made from every word of it, column and place.

    How many words each column has, by which hits are ranked, counts too.
    """
    sizes = db.conn.execute("SELECT id, sz FROM articles_fts_docsize")
    numbers = {article_id: hash(size) for article_id, size in sizes}
    db.conn.execute(
        "CREATE VIRTUAL TABLE temp.articles_words USING fts5vocab(main, articles_fts, instance)"
    )
    try:
        rows = db.conn.execute("SELECT doc, term, col, offset FROM temp.articles_words")
        for article_id, *place in rows:
            numbers[article_id] = numbers.get(article_id, 0) + hash(tuple(place))
    finally:
        db.conn.execute("DROP TABLE temp.articles_words")
    return numbers


def texts_of(
    db: Database, condition: str, parameters: tuple[int, ...] = ()
) -> Iterator[tuple[int, *tuple[str, ...]]]:
    """Id and the texts of AS_WRITTEN of articles, as printed."""
    sql = f"SELECT id, {', '.join(AS_WRITTEN)} FROM articles_searched {condition}"
    for row in db.conn.execute(sql, parameters):
        yield tuple(row)


def _insert(db: Database, texts: tuple[int, *tuple[str, ...]]) -> None:
    db.conn.execute(_INSERT, _indexed(texts))
    db.conn.execute(
        "INSERT INTO articles_fts_hashes VALUES (?, ?)"
        " ON CONFLICT DO UPDATE SET hash = excluded.hash",
        (texts[0], _hash(texts)),
    )


def _hash(texts: tuple[int, *tuple[str, ...]]) -> int:
    """What `_indexed` depends on: the texts, and the lexicon."""
    held = json.dumps([VERSION, *texts], ensure_ascii=False).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.sha256(held).digest()[:7])


def _indexed(texts: tuple[int, *tuple[str, ...]]) -> tuple[int | str, ...]:
    article_id, *printed = texts
    divided = {c: DividedText(spell(text)) for c, text in zip(AS_WRITTEN, printed, strict=True)}
    # Words alone: FTS5 takes what is newer than its Unicode 6.1, such as an emoji, and characters
    # for private use, as the bullets of Word, for letters of the word beside them.
    spelled = [" ".join(text.spelled) for text in divided.values()]
    folded = [" ".join(text.folded) for text in divided.values()]
    syllables = set(chain.from_iterable(text.spelled for text in divided.values()))
    others = sorted(set(chain.from_iterable(map(other_spellings, syllables))))
    fields = {field: [divided.pop(c) for c in columns] for field, columns in FIELDS.items()}
    own = [*crossing_terms({**fields, "": divided.values()}), section_term(printed[-1])]
    return (article_id, *spelled, *folded, " ".join(others), " ".join(own))
