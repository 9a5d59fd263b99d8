"""Archives made by hand for tests: captures of pages of the stand-in newspaper."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from sqlite_utils import Database

from scraper.archive import snapshots
from scraper.archive.files import open_archive, write
from scraper.archive.filing import file_snapshot
from scraper.archive.frontier_updates import Context
from scraper.demo.newspaper import make_newspaper
from scraper.demo.onecms_pages import render
from scraper.demo.story import Story
from scraper.models import Snapshot
from scraper.urls import Site

SITE = Site("https://baolaocai.vn")
CONTEXT = Context(SITE, [1.0, 7.0, 30.0, 365.0])
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
PAPER = make_newspaper(pages=60)
TWICE = 5  # every fifth article was captured a second time, with another price in its text


def page(index: int, day: int = 0, **edit: bytes) -> Snapshot:
    """A capture of story `index` on `day`; `edit` replaces its title: `title=b"..."`."""
    story, body = _rendered(index)
    if title := edit.get("title"):
        body = body.replace(story.title.encode(), title)
    return Snapshot(
        url=f"{SITE.base_url}{story.new_path}",
        captured_at=NOON + timedelta(days=day, minutes=index),
        status=200,
        headers=(("content-type", "text/html; charset=utf-8"), ("etag", f'"{index}"')),
        body=body,
    )


@cache
def _rendered(index: int) -> tuple[Story, bytes]:
    """Story `index` and its page, made once: tests file the same few pages thousands of times."""
    story, *others = (PAPER.story((index + n) % len(PAPER)) for n in range(3))
    return story, render(story, others)


def captures(count: int) -> Iterable[Snapshot]:
    """`count` articles, some captured again: edited, unchanged, gone, and no article."""
    for index in range(count):
        yield page(index)
    for index in range(0, count, TWICE):
        yield page(index, day=2, title=f"Tiêu đề đã sửa {index}".encode())
    yield replace(page(1, day=2), status=304, body=b"")
    yield replace(page(2, day=2), status=404, body=b"<h1>404</h1>")
    yield replace(page(2, day=4), status=404, body=b"<h1>404</h1>")
    yield replace(page(3, day=2), url=f"{SITE.base_url}/chinh-tri/", body=b"<h1>Tin</h1>")


def fill(path: Path, pages: Iterable[Snapshot]) -> None:
    """File `pages` into the archive at `path`, made if missing."""
    with open_archive(path) as archive:
        for snapshot in pages:
            snapshot_id = snapshots.store(archive.snapshots, snapshot)
            file_snapshot(archive, snapshot_id, snapshot, CONTEXT)


def archive_of_rows(path: Path, *fills: Callable[[Database], None]) -> Path:
    """Make an archive at `path`, into which each of `fills` writes rows by plain SQL; `path`."""
    with open_archive(path) as archive, write(archive.db) as db:
        for fill_in in fills:
            fill_in(db)
    return path
