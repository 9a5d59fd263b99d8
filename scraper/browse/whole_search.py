"""All articles that a search finds, with their full texts, as one file."""

import io
import json
from collections.abc import AsyncIterator
from typing import Any

from datasette.app import Datasette
from datasette.utils.asgi import Request
from sqlite_utils import Database

from scraper.browse.connection import aliases, in_archive, snapshots_beside
from scraper.browse.datasette_065 import stream
from scraper.browse.search_filters import filters_of, is_asked
from scraper.export import FORMATS, Format
from scraper.export.entries import Chosen
from scraper.export.filters import Condition
from scraper.progress import Silence
from scraper.search.query import read_query
from scraper.search.sql import ask, select

AT_ONCE = 100  # articles read by one query, none of which takes as long as a query may

# The ending of the address -> the format of `scraper export`, and its media type.
FILES = {
    "csv": ("csv", "text/csv"),
    "jsonl": ("jsonl", "application/jsonl"),
    "bib": ("bibtex", "application/x-bibtex"),
    "ris": ("ris", "application/x-research-info-systems"),
}


async def whole_search(datasette: Datasette, request: Request, ending: str) -> Any:
    """The file, sent as it is made: as `scraper export` writes it, in order of the numbers."""
    name, kind = FILES[ending]
    args, known = request.args, aliases(datasette)
    query = read_query(args.get("q", ""), known, apart=is_asked(args, "apart"))
    filters = filters_of(args)

    def read(db: Database) -> list[int]:
        asked = ask(db, query, filters)
        sql, parameters = select("articles.id", asked)
        return sorted(row[0] for row in db.conn.execute(sql, parameters))

    numbers = await in_archive(datasette, read)
    public_url = (datasette.plugin_config("scraper") or {}).get("public_url", "")
    return stream(_pieces(datasette, FORMATS[name], numbers, public_url), kind)


async def _pieces(
    datasette: Datasette, format_: Format, numbers: list[int], public_url: str
) -> AsyncIterator[str]:
    opening = 0  # bytes that every piece starts with, such as the names of columns
    for start in range(0, max(len(numbers), 1), AT_ONCE):
        chunk = numbers[start : start + AT_ONCE]

        def write(db: Database, some: list[int]) -> bytes:
            # One that was withdrawn since is left out.
            is_one = Condition("id IN (SELECT value FROM json_each(?))", (json.dumps(some),))
            out = io.BytesIO()
            with snapshots_beside(datasette) as beside:
                chosen = Chosen(db, beside, False, (is_one,), Silence(), lambda: False, public_url)
                format_.write(chosen, out)
            return out.getvalue()

        if not start:
            opening = len(await in_archive(datasette, lambda db: write(db, [])))
        piece = await in_archive(datasette, lambda db, some=chunk: write(db, some))  # type: ignore[misc]
        yield piece[opening if start else 0 :].decode()
