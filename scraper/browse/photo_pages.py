"""Photos that are kept, shown from photos.db: never from the newspaper, and only as pictures."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

from datasette.app import Datasette
from datasette.utils.asgi import NotFound, Request, Response
from sqlite_utils import Database

from scraper.archive import kept_photos
from scraper.archive.files import photos_path
from scraper.archive.identity import read_identity
from scraper.archive.kept_photos import KeptPhoto, PhotoFacts
from scraper.browse.connection import in_archive
from scraper.browse.datasette_065 import connected, same_for_all
from scraper.browse.phrases import say

T = TypeVar("T")

# The address is made from the bytes: what it gives never changes.
_FOR_GOOD = {"cache-control": "public, max-age=31536000, immutable"}


@same_for_all
async def photo(datasette: Datasette, request: Request) -> Response:
    """The bytes of one photo, under the type that they were found to be."""
    sha256 = request.url_vars["sha256"]
    found: KeptPhoto | None = await _in_photos(
        datasette, lambda db: kept_photos.load(db, sha256), None
    )
    if found is None:
        raise NotFound(say("error.no_page"))
    return Response(found.body, content_type=found.media_type, headers=_FOR_GOOD)


async def photos_at(datasette: Datasette, urls: Iterable[str]) -> dict[str, PhotoFacts]:
    """The photos that are kept of these addresses, by address."""
    wanted = {url for url in urls if url}
    return await _in_photos(datasette, lambda db: kept_photos.facts(db, wanted), {})


async def _in_photos(datasette: Datasette, read: Callable[[Database], T], otherwise: T) -> T:
    """What `read` makes of photos.db; `otherwise` if none of this archive is here."""
    path = Path(datasette.get_database("archive").path)
    beside = photos_path(path)
    if not beside.exists():
        return otherwise
    ours: Any = await in_archive(datasette, read_identity)

    def inner() -> T:
        try:
            with closing(connected(beside, "mode=ro")) as conn:
                db = Database(conn, execute_plugins=False)
                theirs = read_identity(db)
                if ours is None or theirs is None or ours.archive_id != theirs.archive_id:
                    return otherwise
                return read(db)
        except sqlite3.OperationalError:  # as in a folder that cannot be written to
            return otherwise

    return await asyncio.get_running_loop().run_in_executor(None, inner)
