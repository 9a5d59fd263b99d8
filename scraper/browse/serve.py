"""Datasette on the archive: its reading pages, its tables, nothing that writes."""

import asyncio
import hashlib
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import uvicorn
from datasette.app import Datasette

from scraper.archive.files import open_articles
from scraper.browse import overview, plugin
from scraper.browse.adoption import NAME
from scraper.browse.datasette_065 import use_plugin
from scraper.browse.prompt_connection import PromptConnection
from scraper.config import Settings
from scraper.errors import ArchiveError, CannotServe

SERVER: dict[str, Any] = {
    "http": PromptConnection,
    "ws": "none",
    "log_level": "error",  # a malformed request is no news, and would let anybody fill the log
    "lifespan": "on",
    "limit_concurrency": 64,  # connections, those without a request included
}

LIMITS = {
    "suggest_facets": False,  # times out on large archives
    "sql_time_limit_ms": 3000,
    "facet_time_limit_ms": 1000,
    "max_returned_rows": 1000,
    "default_page_size": 50,
    "default_facet_size": 12,
    "max_csv_mb": 0,  # no limit: rows are streamed
    "truncate_cells_html": 400,
    "cache_size_kb": 65536,
    "allow_download": True,  # takes effect on immutable copies only
}


def open_datasette(
    settings: Settings, *, base_url: str = "/", immutable: bool = False, own_sql: bool = True
) -> Datasette:
    """Datasette on the archive of `settings`, below the path `base_url`.

    `own_sql` lets readers write SELECTs of their own.
    `immutable` is for a copy that nobody writes to: faster, and offered for download. Raises
    ArchiveError if there is no archive, or if `immutable` is given for one that is in use.
    """
    path = settings.archive.path
    with open_articles(path):
        pass  # one clear line now, rather than an error on every page
    if immutable and _is_in_use(path):
        raise ArchiveError(
            f"{path}: in use, and not all of it is in this file: --immutable is for a copy made"
            " by `scraper backup`"
        )
    use_plugin(plugin)
    return Datasette(
        files=[] if immutable else [str(path)],
        immutables=[str(path)] if immutable else [],
        metadata={
            "title": settings.serve.title,
            "source_url": settings.site.base_url,
            "plugins": {
                "scraper": {
                    "aliases": list(settings.search.aliases),
                    "public_url": settings.serve.public_url,
                }
            },
        },
        settings={**LIMITS, "base_url": _prefix(base_url), "default_allow_sql": own_sql},
        inspect_data={NAME: inspected(path)} if immutable else None,
    )


def _is_in_use(path: Path) -> bool:
    """True if the write-ahead log has changes that the file lacks: alone it may be inconsistent."""
    log = path.with_name(path.name + "-wal")
    return log.exists() and log.stat().st_size > 0


def inspected(path: Path) -> dict[str, Any]:
    """What never changes in a copy that nobody writes to: size, SHA-256, rows of each table.

    Reads the whole file, a second for some 500 MB.
    """
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    with open_articles(path) as db:
        tables = {name: {"count": count} for name, count in overview.counts(db).items()}
    return {
        "hash": digest,
        "size": path.stat().st_size,
        "file": path.name,
        "tables": tables,
    }


def serve(
    settings: Settings,
    host: str = "127.0.0.1",
    port: int | None = None,
    *,
    base_url: str = "/",
    immutable: bool = False,
    own_sql: bool = True,
    ready: Callable[[str], None],
) -> None:
    """Show the archive until interrupted; `ready` is called with its address once it answers.

    Raises ArchiveError if there is no archive, CannotServe if nothing can listen there.
    """
    datasette = open_datasette(settings, base_url=base_url, immutable=immutable, own_sql=own_sql)
    asyncio.run(datasette.invoke_startup())
    with listening(host, settings.serve.port if port is None else port) as sockets:
        config = uvicorn.Config(datasette.app(), **SERVER)
        name = f"[{host}]" if ":" in host else host
        ready(f"http://{name}:{sockets[0].getsockname()[1]}{_prefix(base_url)}")
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets)


@contextmanager
def listening(host: str, port: int) -> Iterator[list[socket.socket]]:
    """A socket at each address of `host`; uvicorn's own would end the process with status 3."""
    with ExitStack() as opened:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            sockets = [
                opened.enter_context(socket.create_server(address, family=family))
                for family, _, _, _, address in found
            ]
            for opened_socket in sockets:
                # Connections take it over; asyncio sets it only on sockets that it made. Without it
                # the last part of an answer waits 40 ms for the reader's delayed acknowledgement.
                opened_socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as e:
            why = str(e.strerror).split(" (while", 1)[0]
            raise CannotServe(
                f"{host}:{port}: cannot listen there: {why}; choose another with --port or --host"
            ) from e
        yield sockets


def _prefix(base_url: str) -> str:
    """The path that all addresses start with, with a slash at both ends."""
    return f"/{base_url.strip('/')}/".replace("//", "/")
