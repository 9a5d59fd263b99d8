"""Indexes of names: who signs articles, and what the paper tags them with."""

from collections.abc import Sequence

from datasette.app import Datasette
from datasette.utils.asgi import Request, Response
from sqlite_utils import Database

from scraper.browse.cache import cached
from scraper.browse.rendering import page
from scraper.spelling import alphabetical, fold

MOST_USED = 200  # shown before a letter is chosen; the page says how many there are

_COUNTS = {
    "bylines": "SELECT name, count(*) FROM article_bylines GROUP BY name",
    "tags": "SELECT name, (SELECT count(*) FROM article_tags WHERE tag_id = tags.id) FROM tags",
}
_ARGUMENTS = {"bylines": "byline", "tags": "tag"}  # of a search for one of the names

Names = tuple[tuple[str, int], ...]  # a name, and its articles


async def names(datasette: Datasette, request: Request) -> Response:
    """All bylines or tags: those most used, or those with one initial."""
    which = request.url_vars["which"]

    def read(db: Database) -> Names:
        counted = [(name, n) for name, n in db.conn.execute(_COUNTS[which]) if n]
        return tuple(sorted(counted, key=lambda row: (-row[1], _by_name(row))))

    found = await cached(datasette, which, read)
    letter = request.args.get("letter", "")[:1].lower()
    if letter:
        shown = sorted((row for row in found if _initial(row[0]) == letter), key=_by_name)
    else:
        shown = list(found[:MOST_USED])
    context = {
        "which": which,
        "argument": _ARGUMENTS[which],
        "names": shown,
        "letter": letter,
        "letters": _initials(found),
        "count": len(found),
    }
    return await page(datasette, request, "names.html", context)


def _by_name(row: tuple[str, int]) -> tuple[str, str, str]:
    return alphabetical(row[0])


def _initial(name: str) -> str:
    """The letter that lists a name: without marks, but đ is a letter; # for any other sign."""
    first = name[:1].lower()
    letter = first if first == "đ" else fold(first)
    return letter if letter.isalpha() else "#"


def _initials(found: Sequence[tuple[str, int]]) -> list[str]:
    letters = {_initial(name) for name, _ in found}
    return sorted(letters, key=lambda letter: (letter == "#", alphabetical(letter)))
