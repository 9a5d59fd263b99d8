"""The captured page itself: to look at, without anything that acts, and byte for byte."""

import asyncio
import hashlib
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from datasette.app import Datasette
from datasette.utils.asgi import NotFound, Request, Response
from markupsafe import escape
from sqlite_utils import Database

from scraper.archive import snapshots
from scraper.archive.files import snapshots_path
from scraper.browse.article_pages import absence
from scraper.browse.captured_view import HEAD, inert
from scraper.browse.connection import in_archive
from scraper.browse.datasette_065 import connected
from scraper.browse.phrases import say
from scraper.errors import ArchiveError
from scraper.extract.bounds import beyond, tags_of
from scraper.extract.text import decode, is_markup
from scraper.models import Snapshot, utc_text

# The page may use the styles and pictures that it holds itself, and nothing else. The sandbox
# keeps it from scripts, forms, other windows and the archive's own cookies.
POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {"content-security-policy": POLICY, "x-dns-prefetch-control": "off"}


async def view(datasette: Datasette, request: Request) -> Response:
    """A capture under a bar that says what it is."""
    number = int(request.url_vars["id"])
    snapshot = await _snapshot(datasette, request)
    context = {
        "snapshot": snapshot,
        "captured_at": utc_text(snapshot.captured_at),
        "sha256": hashlib.sha256(snapshot.body).hexdigest(),
        "article": datasette.urls.row("archive", "articles", str(number)),
        "download": request.path + "/page",
    }
    bar = await datasette.render_template("capture_bar.html", context, request=request)

    def shown(db: Database) -> str:
        def in_here(other: int) -> str:
            known = db.execute("SELECT 1 FROM articles WHERE id = ?", [other]).fetchone()
            return str(datasette.urls.row("archive", "articles", str(other))) if known else ""

        return as_page(snapshot, bar, in_here)

    return Response.html(await in_archive(datasette, shown), headers=_HEADERS)


async def download(datasette: Datasette, request: Request) -> Response:
    """The exact bytes of a capture, as a file that no browser opens by itself."""
    snapshot = await _snapshot(datasette, request)
    ending = "html" if is_markup(snapshot.body) else "txt"
    name = f"baolaocai-{request.url_vars['id']}-{request.url_vars['snapshot']}.{ending}"
    headers = {
        "content-security-policy": POLICY,
        "content-disposition": f'attachment; filename="{name}"',
        # The headers that the newspaper sent, but for line ends that a file may have brought.
        **{
            f"x-archive-orig-{key}": " ".join(value.split())
            for key, value in snapshot.headers
            if key.replace("-", "").isalnum() and value.isascii() and value.isprintable()
        },
    }
    return Response(snapshot.body, headers=headers, content_type="application/octet-stream")


async def _snapshot(datasette: Datasette, request: Request) -> Snapshot:
    """The capture asked for. Raises NotFound or Withdrawn if it cannot be shown."""
    number, wanted = int(request.url_vars["id"]), int(request.url_vars["snapshot"])
    if not await in_archive(datasette, lambda db: _is_of(db, number, wanted)):
        raise await absence(datasette, number)
    beside = snapshots_path(Path(datasette.get_database("archive").path))
    if not beside.exists():
        raise NotFound(say("capture.slim"))
    try:
        snapshot = await asyncio.to_thread(_load, beside, wanted)
    except ArchiveError:
        raise NotFound(say("capture.no_body")) from None
    if not snapshot.body:
        raise NotFound(say("capture.no_body"))
    return snapshot


def _load(path: Path, snapshot_id: int) -> Snapshot:
    try:
        with closing(connected(path, "mode=ro")) as conn:
            db = Database(conn, recursive_triggers=False, execute_plugins=False)
            return snapshots.load(db, snapshot_id)
    except sqlite3.Error as e:
        raise ArchiveError(f"snapshot {snapshot_id}: {e}") from e


def _is_of(db: Database, number: int, snapshot_id: int) -> bool:
    sql = "SELECT 1 FROM captures WHERE snapshot_id = ? AND article_id = ?"
    return db.execute(sql, [snapshot_id, number]).fetchone() is not None


def as_page(snapshot: Snapshot, bar: str, in_here: Callable[[int], str]) -> str:
    """A capture as a page under `bar`; plain text, and the source of a page that would take a
    parser long, as it is. `in_here` as for `inert`."""
    body = decode(snapshot.body, snapshot.header("content-type"))
    text = body.decode("utf-8", "replace")
    if is_markup(snapshot.body) and not beyond(body, tags_of(body)):
        return inert(text, snapshot.url, bar, in_here)
    lines = f'<pre style="white-space: pre-wrap">{escape(text)}</pre>'
    return (
        f'<!DOCTYPE html><html lang="vi"><head>{HEAD}<title>{escape(snapshot.url)}</title></head>'
        f"<body>{bar}{lines}</body></html>"
    )
