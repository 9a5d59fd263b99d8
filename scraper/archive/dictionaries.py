"""How pages are packed: zstd, with a dictionary of what this paper's pages have in common.

A dictionary is tried as the archive grows, and adopted if it packs pages that it was not made
from clearly better than what is in use. Rows name theirs, so old ones are kept for good. It is
made only from what is on pages of at least three articles: no article's own text is in it,
which could not be withdrawn from there.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from weakref import WeakKeyDictionary

import zstandard
from sqlite_utils import Database

from scraper.archive.files import write
from scraper.models import utc_text, utc_time
from scraper.urls import article_id

# Without a dictionary, level 6 makes a page 5 % smaller in three times the time; most are packed
# anew with one.
PLAIN_LEVEL = 3
# With one, a page comes out as small as at level 6 in five sixths of the time: the tables, which
# are copied for each page, are smaller. Level 3 makes it a fifth larger in two fifths.
WITH_DICTIONARY = zstandard.ZstdCompressionParameters(
    strategy=zstandard.STRATEGY_LAZY,
    window_log=20,
    hash_log=17,
    chain_log=17,
    search_log=4,
    min_match=6,
)
SAMPLES = 250  # pages, of which a fifth is held out; more gain nothing
HELD_OUT = SAMPLES // 5
# What is held out was captured so much later than what a dictionary is made from. Pages of one day
# share their boxes of that day's news: a dictionary full of those packs them well, and no others.
APART = timedelta(days=3)
LEAST_SAMPLES = 100
LARGEST = 256 * 1024  # bytes of a dictionary
# With fewer bytes of samples for each of its own, a dictionary is bad, and training does not say:
# at 40, pages came out three times as large as at 50.
SAMPLES_TO_SIZE = 50
# Bytes of the pieces that a dictionary is put together from. Left to itself, training tries five
# sizes and settles near this one, in four times the time.
SEGMENT = 2000
BETTER = 0.9  # of the size that pages have now: a new dictionary costs its own bytes too
FIRST = (150, 300, 600, 1200)  # snapshots after which one is tried if there is none yet
EVERY = 2000  # snapshots after which another is tried
BATCH = 200  # pages packed again in one transaction

_Codec = tuple[zstandard.ZstdCompressor, zstandard.ZstdDecompressor]
_codecs: WeakKeyDictionary[Database, dict[int | None, _Codec]] = WeakKeyDictionary()


def pack(db: Database, body: bytes) -> tuple[bytes, int | None]:
    """`body` packed as small as can be now, and the dictionary that it names."""
    number = db.execute("SELECT max(id) FROM dictionaries").fetchone()[0]
    return _codec(db, number)[0].compress(body), number


def unpack(db: Database, packed: bytes, dictionary_id: int | None, size: int) -> bytes:
    """The `size` bytes that were packed. Raises ZstdError if they are damaged."""
    # A frame that was damaged may ask for any amount of memory.
    if zstandard.frame_content_size(packed) != size:
        raise zstandard.ZstdError(f"not a page of {size} bytes")
    return _codec(db, dictionary_id)[1].decompress(packed)


def is_time_to_try(db: Database, snapshot_id: int) -> bool:
    """True if the archive has grown so far that a dictionary, or another one, may be due."""
    if snapshot_id in FIRST:  # a kill may have come in between the time before
        return not db.execute("SELECT 1 FROM dictionaries LIMIT 1").fetchone()
    return snapshot_id % EVERY == 0


def renew(db: Database) -> bool:
    """Make a dictionary of the newest pages, and adopt it if it is better; whether it was.

    Pages that were packed without one are then packed again.
    """
    held_out, samples = _samples(db)
    if len(held_out) + len(samples) < LEAST_SAMPLES:
        return False
    made = _train(samples)
    if made is None:
        return False
    packer = _packer(made)
    now = sum(len(pack(db, body)[0]) for body in held_out)
    if sum(len(packer.compress(body)) for body in held_out) > BETTER * now:
        return False
    with write(db):
        db.execute(
            "INSERT INTO dictionaries (made_at, sample_count, body) VALUES (?, ?, ?)",
            [utc_text(datetime.now(UTC)), len(samples), made.as_bytes()],
        )
    _pack_plain(db)
    return True


def _samples(db: Database) -> tuple[list[bytes], list[tuple[str, bytes]]]:
    """Pages to try a dictionary on, the newest; and pages with their addresses to make it from.

    If there are too few of days before, as in a first crawl, both are the newest.
    """
    (newest,) = db.execute(
        f"SELECT min(captured_at) FROM (SELECT captured_at {_NEWEST})",
        [10 * SAMPLES, "9999", HELD_OUT],
    ).fetchone()
    before = utc_text(utc_time(newest) - APART) if newest else ""
    made_from = list(_unpacked(db, before, SAMPLES - HELD_OUT))
    if len(made_from) == SAMPLES - HELD_OUT:
        return [body for _, body in _unpacked(db, "9999", HELD_OUT)], made_from
    newest_pages = list(_unpacked(db, "9999", SAMPLES))
    return (
        [body for _, body in newest_pages[::5]],
        [page for n, page in enumerate(newest_pages) if n % 5],
    )


_NEWEST = (
    "FROM snapshots WHERE status = 200 AND body IS NOT NULL AND id > (SELECT max(id) FROM"
    " snapshots) - ? AND captured_at < ? ORDER BY id DESC LIMIT ?"
)


def _unpacked(db: Database, before: str, count: int) -> Iterator[tuple[str, bytes]]:
    """The newest pages captured before a time, with addresses; a damaged one is passed over."""
    rows = db.execute(
        f"SELECT url, body, dictionary_id, size_bytes {_NEWEST}", [10 * SAMPLES, before, count]
    )
    for url, packed, dictionary_id, size in rows.fetchall():
        with suppress(zstandard.ZstdError):
            yield url, unpack(db, packed, dictionary_id, size)


def _train(samples: list[tuple[str, bytes]]) -> zstandard.ZstdCompressionDict | None:
    """A dictionary of what pages of three articles or more share; None if that is too little."""
    pages: dict[int | None, list[bytes]] = {}
    for url, body in samples:
        pages.setdefault(article_id(url), []).append(body)
    articles = Counter[bytes]()  # in how many each piece occurs
    for bodies in pages.values():
        articles.update({piece for body in bodies for piece in body.split(b">")})
    shared: list[bytes | bytearray | memoryview] = [
        b">".join([piece for piece in body.split(b">") if articles[piece] >= 3])
        for _, body in samples
    ]
    size = min(LARGEST, sum(map(len, shared)) // SAMPLES_TO_SIZE)
    try:
        return zstandard.train_dictionary(size, shared, k=SEGMENT, d=8)
    except zstandard.ZstdError:
        return None


def _pack_plain(db: Database) -> None:
    """Pack again, with the dictionary in use, what was packed without one."""
    done = 0
    while rows := db.execute(
        "SELECT id, body, size_bytes FROM snapshots INDEXED BY snapshots_plain"
        " WHERE codec = 'zstd' AND dictionary_id IS NULL AND id > ? ORDER BY id LIMIT ?",
        [done, BATCH],
    ).fetchall():
        done = rows[-1][0]
        with write(db):
            for snapshot_id, plain, size in rows:
                with suppress(zstandard.ZstdError):  # damaged: left as it is, for `verify` to name
                    db.execute(
                        "UPDATE snapshots SET body = ?, dictionary_id = ? WHERE id = ?",
                        [*pack(db, unpack(db, plain, None, size)), snapshot_id],
                    )


def _codec(db: Database, dictionary_id: int | None) -> _Codec:
    codecs = _codecs.setdefault(db, {})
    if dictionary_id not in codecs:
        if dictionary_id is None:
            codecs[None] = (zstandard.ZstdCompressor(PLAIN_LEVEL), zstandard.ZstdDecompressor())
        else:
            row = db.execute(
                "SELECT body FROM dictionaries WHERE id = ?", [dictionary_id]
            ).fetchone()
            if row is None:
                raise zstandard.ZstdError(f"dictionary {dictionary_id} is not there")
            shared = zstandard.ZstdCompressionDict(row[0])
            codecs[dictionary_id] = (
                _packer(shared),
                zstandard.ZstdDecompressor(dict_data=shared),
            )
    return codecs[dictionary_id]


def _packer(shared: zstandard.ZstdCompressionDict) -> zstandard.ZstdCompressor:
    shared.precompute_compress(compression_params=WITH_DICTIONARY)
    return zstandard.ZstdCompressor(dict_data=shared, compression_params=WITH_DICTIONARY)
