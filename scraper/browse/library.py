"""What the reading pages show, read from the archive."""

import json
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from scraper.archive import tombstones
from scraper.browse.metadata import TABLES
from scraper.browse.times import vietnam_day
from scraper.cite import Source


@dataclass(frozen=True, slots=True)
class Holdings:
    """What the archive holds, for the home page."""

    articles: int
    captions: int
    first_day: str  # Vietnam, "2021-03-05"; "" in an empty archive
    last_day: str
    sections: tuple[tuple[str, int], ...]
    months: tuple[tuple[str, int], ...]  # "2021-03", articles
    newest: tuple[Any, ...]  # rows of articles
    last_run: Any  # row of runs, or None


@dataclass(frozen=True, slots=True)
class Reading:
    """One article with all that its page shows."""

    row: Any  # of articles
    byline: tuple[str, ...]
    flags: tuple[str, ...]
    blocks: tuple[tuple[str, Any], ...]  # ("paragraph", text) or ("caption", row), in page order
    tags: tuple[str, ...]
    weather: tuple[Any, ...]
    revisions: tuple[Any, ...]
    earlier: Any  # row of articles, or None
    later: Any
    related: tuple[Any, ...]
    source: Source  # without the hash


def holdings(db: Database) -> Holdings:
    """What the archive holds."""
    days = _rows(db, "SELECT min(local_date), max(local_date) FROM articles")[0]
    return Holdings(
        articles=_rows(db, "SELECT count(*) FROM articles")[0][0],
        captions=_rows(db, "SELECT count(*) FROM captions")[0][0],
        first_day=days[0] or "",
        last_day=days[1] or "",
        sections=tuple(
            (name, count)
            for name, count in _rows(
                db,
                "SELECT section, count(*) AS n FROM articles WHERE section <> ''"
                " GROUP BY section ORDER BY n DESC, section",
            )
        ),
        months=months(db),
        newest=_rows(
            db,
            "SELECT id, title, lead, section, timestamp, timestamp_source, published_source"
            " FROM articles ORDER BY timestamp DESC, id DESC LIMIT 6",
        ),
        last_run=_first(db, "SELECT * FROM runs ORDER BY id DESC LIMIT 1"),
    )


def months(db: Database) -> tuple[tuple[str, int], ...]:
    """Articles for each month, oldest first."""
    sql = "SELECT substr(local_date, 1, 7) AS month, count(*) FROM articles GROUP BY month"
    return tuple((month, count) for month, count in _rows(db, sql))


def reading(db: Database, article_id: int) -> Reading | None:
    """The article with this number, or None."""
    row = _first(db, "SELECT * FROM articles WHERE id = ?", article_id)
    if row is None:
        return None
    byline = tuple(json.loads(row["byline"]))
    body = _first(db, "SELECT body FROM texts WHERE article_id = ?", article_id)
    captions = _rows(
        db, "SELECT * FROM captions WHERE article_id = ? ORDER BY position", article_id
    )
    at = (row["timestamp"], article_id)
    return Reading(
        row=row,
        byline=byline,
        flags=tuple(json.loads(row["flags"])),
        blocks=_blocks(body["body"] if body else "", captions),
        tags=tuple(
            tag["name"]
            for tag in _rows(
                db,
                "SELECT name FROM tags JOIN article_tags ON tag_id = tags.id WHERE article_id = ?"
                " ORDER BY name",
                article_id,
            )
        ),
        weather=_rows(db, "SELECT * FROM weather WHERE article_id = ? ORDER BY id", article_id),
        revisions=_rows(
            db, "SELECT * FROM revisions WHERE article_id = ? ORDER BY number", article_id
        ),
        earlier=_first(
            db,
            "SELECT id, title FROM articles WHERE (timestamp, id) < (?, ?)"
            " ORDER BY timestamp DESC, id DESC LIMIT 1",
            *at,
        ),
        later=_first(
            db,
            "SELECT id, title FROM articles WHERE (timestamp, id) > (?, ?)"
            " ORDER BY timestamp, id LIMIT 1",
            *at,
        ),
        related=_related(db, article_id),
        source=Source(
            id=article_id,
            title=row["title"],
            byline=byline,
            published=vietnam_day(row["published_at"]),
            url=row["url"],
            captured=vietnam_day(_captured_at(db, row)),
            sha256="",  # stands in the other file
        ),
    )


def _captured_at(db: Database, row: Any) -> str:
    """When the capture was made that an article is shown from."""
    found = _first(db, "SELECT captured_at FROM captures WHERE snapshot_id = ?", row["snapshot_id"])
    return str(found["captured_at"] if found else row["last_captured_at"])


def absence(db: Database, article_id: int) -> str:
    """What to say where the archive does not hold an article."""
    tombstone = tombstones.find(db, article_id)
    if tombstone:
        return f"Article {article_id} was {tombstone}"
    return f"No article with the number {article_id} is in this archive"


def revision_text(revision: Any) -> str:
    """A revision as one text, to compare with another."""
    captions = [" ".join(filter(None, pair)) for pair in json.loads(revision["captions_json"])]
    return "\n\n".join([revision["title"], revision["lead"], revision["body"], *captions])


def counts(db: Database) -> dict[str, int]:
    """How many rows each table that readers look at has."""
    hidden = {name for name, told in TABLES.items() if told.get("hidden")}
    listed = [name for name in TABLES if name not in hidden and name != "articles_full"]
    # Bodies have a row for each article; counting them would read them all.
    sources = {name: "articles" if name == "texts" else name for name in listed}
    return {
        name: _rows(db, f"SELECT count(*) FROM {source}")[0][0] for name, source in sources.items()
    }


def health(db: Database) -> dict[str, Any]:
    """Figures for the dashboard."""
    return {
        "runs": _rows(db, "SELECT * FROM runs ORDER BY id DESC LIMIT 15"),
        "sections": _rows(
            db,
            "SELECT section, count(*) AS n FROM articles GROUP BY section ORDER BY n DESC LIMIT 15",
        ),
        "templates": _rows(
            db, "SELECT template, count(*) AS n FROM articles GROUP BY template ORDER BY n DESC"
        ),
        "states": _rows(
            db, "SELECT state, count(*) AS n FROM frontier GROUP BY state ORDER BY n DESC"
        ),
        "captions": _rows(
            db,
            "SELECT substr(local_date, 1, 7) AS month, count(*) AS n FROM captions"
            " CROSS JOIN articles INDEXED BY articles_days ON articles.id = article_id"
            " GROUP BY month",
        ),
        "edits": _rows(
            db,
            "SELECT substr(captured_at, 1, 7) AS month, count(*) AS n FROM revisions"
            " WHERE number > 1 GROUP BY month ORDER BY month",
        ),
        "removals": _rows(
            db,
            "SELECT substr(gone_at, 1, 7) AS month, count(*) AS n FROM articles"
            " WHERE gone_at IS NOT NULL GROUP BY month ORDER BY month",
        ),
        "weather": _rows(
            db,
            "SELECT substr(observed_at, 1, 7) AS month, avg(coalesce(temperature_c,"
            " (temperature_min_c + temperature_max_c) / 2)) AS n FROM weather"
            " GROUP BY month HAVING n IS NOT NULL ORDER BY month",
        ),
    }


def changed(db: Database, limit: int) -> tuple[Any, ...]:
    """The latest changes: articles with the revision that was new."""
    return _rows(
        db,
        "SELECT articles.*, revisions.captured_at AS changed_at, revisions.number AS number"
        " FROM revisions JOIN articles ON articles.id = article_id WHERE number > 1"
        " ORDER BY revisions.captured_at DESC, article_id DESC LIMIT ?",
        limit,
    )


def newest(db: Database, limit: int) -> tuple[Any, ...]:
    """The articles captured last."""
    return _rows(db, "SELECT * FROM articles ORDER BY timestamp DESC, id DESC LIMIT ?", limit)


def _blocks(body: str, captions: tuple[Any, ...]) -> tuple[tuple[str, Any], ...]:
    paragraphs = body.split("\n\n") if body else []
    blocks: list[tuple[str, Any]] = []
    waiting = list(captions)
    for number in range(len(paragraphs) + 1):
        # What stands after the last paragraph, or says it stands further down, comes at the end.
        while waiting and (waiting[0]["after_paragraph"] <= number or number == len(paragraphs)):
            blocks.append(("caption", waiting.pop(0)))
        if number < len(paragraphs):
            blocks.append(("paragraph", paragraphs[number]))
    return tuple(blocks)


def _related(db: Database, article_id: int) -> tuple[Any, ...]:
    """Articles that share most tags; tags on over 500 articles say too little."""
    return _rows(
        db,
        "SELECT articles.id, title, local_date, count(*) AS shared FROM article_tags AS other"
        " JOIN articles ON articles.id = other.article_id"
        " WHERE other.tag_id IN (SELECT tag_id FROM article_tags AS own WHERE article_id = ?"
        "  AND (SELECT count(*) FROM (SELECT 1 FROM article_tags AS a WHERE a.tag_id = own.tag_id"
        "   LIMIT 501)) <= 500)"
        " AND other.article_id <> ?"
        " GROUP BY articles.id ORDER BY shared DESC, local_date DESC LIMIT 6",
        article_id,
        article_id,
    )


def _rows(db: Database, sql: str, *parameters: object) -> tuple[Any, ...]:
    return tuple(db.conn.execute(sql, parameters).fetchall())


def _first(db: Database, sql: str, *parameters: object) -> Any:
    return db.conn.execute(sql, parameters).fetchone()
