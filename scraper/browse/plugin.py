"""The reading pages as a plugin of Datasette: `datasette archive.db` shows them too.

It does something only if a database is an archive of ours; that one is then called `archive`.
Datasette loads its plugins while it is being imported itself: so nothing is imported here that
imports Datasette's application.
"""

import sqlite3
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from datasette import hookimpl

if TYPE_CHECKING:
    from datasette.app import Datasette


@hookimpl  # type: ignore[untyped-decorator, unused-ignore]
def startup(datasette: "Datasette") -> None:
    """Show the archive among the databases, if there is one."""
    from scraper.browse.adoption import is_ours
    from scraper.browse.datasette_065 import use_addresses

    if is_ours(datasette):
        settings = datasette.plugin_config("scraper") or {}
        use_addresses(datasette, settings.get("public_url", ""))


@hookimpl  # type: ignore[untyped-decorator, unused-ignore]
def prepare_jinja2_environment(env: Any, datasette: "Datasette") -> None:
    """Our templates, and what they need."""
    from scraper.browse.adoption import is_ours
    from scraper.browse.datasette_065 import use_templates
    from scraper.browse.reading_room import TEMPLATES, add_filters

    if is_ours(datasette):
        use_templates(datasette, TEMPLATES)
        add_filters(env)


@hookimpl  # type: ignore[untyped-decorator, unused-ignore]
def extra_template_vars(datasette: "Datasette") -> dict[str, Any]:
    """What every template may say, Datasette's pages included."""
    from scraper.browse.adoption import is_ours
    from scraper.browse.rendering import site_title

    return {"site_title": site_title(datasette)} if is_ours(datasette) else {}


@hookimpl  # type: ignore[untyped-decorator, unused-ignore]
def register_routes(datasette: "Datasette") -> list[tuple[str, Any]]:
    """The reading pages, before Datasette's own."""
    from scraper.browse.adoption import is_ours
    from scraper.browse.reading_room import routes

    return routes() if is_ours(datasette) else []


@hookimpl  # type: ignore[untyped-decorator, unused-ignore]
def get_metadata(datasette: "Datasette", key: str | None) -> dict[str, Any]:
    """What Datasette says about our tables and columns."""
    from scraper.browse.adoption import is_ours
    from scraper.browse.metadata import descriptions

    # Datasette asks for permissions several times a page, and we set none.
    return descriptions() if is_ours(datasette) and key not in ("allow", "allow_sql") else {}


@hookimpl(trylast=True)  # type: ignore[untyped-decorator, unused-ignore]
def prepare_connection(conn: sqlite3.Connection, database: str, datasette: "Datasette") -> None:
    """Our functions for SQL, and no right to anything but reading."""
    from scraper.browse.adoption import is_ours
    from scraper.browse.connection import make_read_only

    if database == "archive" and is_ours(datasette):
        make_read_only(conn, datasette)


@hookimpl  # type: ignore[untyped-decorator, unused-ignore]
def filters_from_request(request: Any, database: str, table: str, datasette: "Datasette") -> Any:
    """Our search rules in the search box of a table."""
    from scraper.browse.adoption import is_ours
    from scraper.browse.reading_room import filters

    return filters(request, database, table, datasette) if is_ours(datasette) else None


@hookimpl  # type: ignore[untyped-decorator, unused-ignore]
def render_cell(
    row: Any, value: Any, column: str, table: str, database: str, datasette: "Datasette"
) -> Any:
    """Times in Vietnam, numbers of articles and addresses as links, lists as text."""
    from scraper.browse.adoption import is_ours
    from scraper.browse.reading_room import cell

    if database != "archive" or not is_ours(datasette):
        return None
    return cell(row, value, column, table, datasette.urls)


@hookimpl(tryfirst=True)  # type: ignore[untyped-decorator, unused-ignore]
def handle_exception(datasette: "Datasette", request: Any, exception: Exception) -> Any:
    """What an error of ours says as JSON."""
    from scraper.browse.adoption import is_ours
    from scraper.browse.datasette_065 import failure_as_json

    return failure_as_json(request, exception) if is_ours(datasette) else None


@hookimpl(tryfirst=True)  # type: ignore[untyped-decorator, unused-ignore]
def forbidden(datasette: "Datasette", request: Any, message: str) -> Any:
    """What is not allowed says so as JSON too."""
    from scraper.browse.adoption import is_ours
    from scraper.browse.datasette_065 import refusal_as_json

    return refusal_as_json(request) if is_ours(datasette) else None


@hookimpl(tryfirst=True)  # type: ignore[untyped-decorator, unused-ignore]
def asgi_wrapper(datasette: "Datasette") -> Callable[[Any], Any]:
    """Headers that allow nothing foreign, no request but GET and HEAD, and the language."""
    from scraper.browse.adoption import is_ours
    from scraper.browse.language import in_language
    from scraper.browse.security import below, secured

    if not is_ours(datasette):
        return lambda app: app
    base = datasette.setting("base_url")
    return lambda app: secured(in_language(below(app, base), base))
