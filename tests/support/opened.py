"""Datasette on an archive, opened for a test and closed after it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from datasette.app import Datasette

from scraper.browse.serve import open_datasette
from scraper.config import Settings


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
