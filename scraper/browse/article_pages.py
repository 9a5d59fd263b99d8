"""The page of one article, in its newest text or an older one, and its citation."""

import asyncio
import json
from dataclasses import replace
from typing import Any

from datasette.app import Datasette
from datasette.utils.asgi import Base400, NotFound, Request, Response
from sqlite_utils import Database

from scraper.archive import tombstones
from scraper.archive.read_article import RevisionRecord, compared, differences
from scraper.archive.word_diff import with_context
from scraper.browse import article as shelf
from scraper.browse.connection import capture_of, in_archive
from scraper.browse.language import language
from scraper.browse.photo_pages import photos_at
from scraper.browse.phrases import day, say
from scraper.browse.rendering import file, int_or_zero, page
from scraper.errors import UnknownArticle
from scraper.export import cite
from scraper.times import vietnam_day


async def article(datasette: Datasette, request: Request) -> Response:
    number = int(request.url_vars["id"])
    read, capture, source = await _read(datasette, number, request.args)
    captions = (block for kind, block in read.blocks if kind == "caption")
    return await page(
        datasette,
        request,
        "article.html",
        {
            "title_is_vietnamese": True,
            "read": read,
            "row": read.row,
            "plain_citation": cite.plain(source, language()),
            "bibtex": cite.bibtex(source),
            "csl": json.dumps(cite.csl(source), ensure_ascii=False, indent=2),
            "capture": capture,
            "headline_changed": len({revision["title"] for revision in read.revisions}) > 1,
            "photos": await photos_at(datasette, (row["image_url"] for row in captions)),
        },
    )


async def citation(datasette: Datasette, request: Request) -> Response:
    number = int(request.url_vars["id"])
    *_, source = await _read(datasette, number, request.args)
    match request.url_vars["format"]:
        case "bib":
            return file(cite.bibtex(source), "application/x-bibtex")
        case "ris":
            return file(cite.ris(source), "application/x-research-info-systems")
        case "json":
            items = [cite.csl(source)]
            kind = "application/vnd.citationstyles.csl+json"
            return file(json.dumps(items, ensure_ascii=False, indent=2), kind)
        case _:
            return file(cite.plain(source, language()) + "\n", "text/plain")


class Withdrawn(Base400):  # type: ignore[misc, unused-ignore]
    """An article that had to be taken out of the archive."""

    status = 410


async def absence(datasette: Datasette, number: int) -> Base400:
    """What to answer for an article that is not in the archive."""
    tombstone = await in_archive(datasette, lambda db: tombstones.find(db, number))
    if tombstone is None:
        return NotFound(say("article.absent", number=str(number)))
    return Withdrawn(
        say(
            "article.withdrawn",
            number=str(number),
            day=day(vietnam_day(tombstone.withdrawn_at)),
            reason=tombstone.reason,
        )
    )


async def _read(
    datasette: Datasette, number: int, args: Any
) -> tuple[shelf.ArticleView, Any, cite.Source]:
    """The article with this number, the capture that it is shown from, and what to cite.

    Raises NotFound if there is no such article, or no such text of it; Withdrawn if it had to be
    taken out.
    """
    text = int_or_zero(args.get("text", ""))
    read = await in_archive(datasette, lambda db: shelf.reading(db, number, text))
    if read is None:
        is_held = await in_archive(datasette, lambda db: bool(shelf.reading(db, number)))
        raise NotFound(say("article.no_revision")) if is_held else await absence(datasette, number)
    capture = await capture_of(datasette, read.snapshot_id)
    public_url = (datasette.plugin_config("scraper") or {}).get("public_url", "")
    source = replace(
        read.source,
        sha256=capture["sha256"] if capture else "",
        archive_url=cite.archive_address(public_url, number),
    )
    return read, capture, source


async def change(datasette: Datasette, request: Request) -> Response:
    """What one edit changed, with the words around it."""
    number, after = int(request.url_vars["id"]), int(request.url_vars["number"])

    def read(db: Database) -> tuple[RevisionRecord, RevisionRecord, bool]:
        old, new = compared(db, number, after - 1, after)
        later = "SELECT 1 FROM revisions WHERE article_id = ? AND number > ?"
        return old, new, db.execute(later, [number, after]).fetchone() is not None

    try:
        old, new, later = await in_archive(datasette, read)
    except UnknownArticle:
        raise NotFound(say("article.no_revision")) from None
    fields = await asyncio.to_thread(differences, old, new)
    context = {
        "article_id": number,
        "title": new.texts[0],
        "old": old,
        "new": new,
        "later": later,
        "fields": [{"field": c.field, "runs": with_context(c.runs)} for c in fields],
    }
    return await page(datasette, request, "change.html", context)
