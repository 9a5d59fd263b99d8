"""Datasette on an archive, opened for a test and closed after it."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from datasette.app import Datasette

from scraper.browse.serve import open_datasette
from scraper.config import ArchiveSettings, Settings, SiteSettings


@contextmanager
def opened(
    settings: Settings, *, base_url: str = "/", immutable: bool = False, own_sql: bool = True
) -> Iterator[Datasette]:
    """Datasette as `scraper serve` opens it."""
    datasette = open_datasette(settings, base_url=base_url, immutable=immutable, own_sql=own_sql)
    asyncio.run(datasette.invoke_startup())
    try:
        yield datasette
    finally:
        datasette.executor.shutdown()
        for database in datasette.databases.values():
            database.close()


@contextmanager
def served(settings: Settings) -> Iterator[str]:
    """The address of the archive, served on loopback until the block ends."""
    with opened(settings) as datasette:
        server = uvicorn.Server(uvicorn.Config(datasette.app(), port=0, log_level="error"))
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            while not server.started:
                time.sleep(0.02)
            yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def settings_of(path: Path) -> Settings:
    """Settings of the newspaper's archive at `path`."""
    return Settings(SiteSettings("https://baolaocai.vn"), archive=ArchiveSettings(path))


def get(
    datasette: Datasette,
    address: str,
    method: str = "GET",
    language: str = "en",
    cookie: str = "",
) -> Any:
    """The answer to one request, in process."""

    async def ask() -> Any:
        headers = {"accept-language": language, "cookie": cookie}
        return await datasette.client.request(method, address, headers=headers)

    return asyncio.run(ask())
