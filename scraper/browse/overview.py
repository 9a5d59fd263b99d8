"""What the archive holds and how it is doing: figures and lists for the reading pages."""

from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from scraper.archive.coverage import Coverage, coverage
from scraper.browse.metadata import TABLES


@dataclass(frozen=True, slots=True)
class Holdings:
    """What the archive holds, for the home page."""

    coverage: Coverage
    captions: int
    first_day: str  # Vietnam, "2021-03-05"; "" in an empty archive
    last_day: str
    sections: tuple[tuple[str, int], ...]
    months: tuple[tuple[str, int], ...]  # "2021-03", articles
    newest: tuple[Any, ...]  # rows of articles
    last_run: Any  # row of runs, or None


def holdings(db: Database) -> Holdings:
    """What the archive holds."""
    # Each from the end of an index; min and max in one SELECT would read all of it.
    first, last = "SELECT min(local_date) FROM articles", "SELECT max(local_date) FROM articles"
    return Holdings(
        coverage=coverage(db),
        captions=_rows(db, "SELECT ifnull(sum(captions), 0) FROM article_counts")[0][0],
        first_day=_first(db, first)[0] or "",
        last_day=_first(db, last)[0] or "",
        sections=tuple(
            (name, count)
            for name, count in _rows(
                db,
                "SELECT section, sum(articles) AS n FROM article_counts WHERE section <> ''"
                " GROUP BY section ORDER BY n DESC, section",
            )
        ),
        months=tuple(map(tuple, _rows(db, _MONTHS.format("articles")))),
        newest=_rows(
            db,
            "SELECT id, title, lead, section, timestamp, timestamp_source, published_source"
            " FROM articles ORDER BY timestamp DESC, id DESC LIMIT 6",
        ),
        last_run=_first(db, "SELECT * FROM runs ORDER BY id DESC LIMIT 1"),
    )


def counts(db: Database) -> dict[str, int]:
    """How many rows each table that readers look at has."""
    hidden = {name for name, declared in TABLES.items() if declared.get("hidden")}
    listed = [name for name in TABLES if name not in hidden and name != "articles_full"]
    sources = {name: name for name in listed} | {
        "texts": "articles",  # a row for each; counting them would read all bodies
        "weather": "(SELECT DISTINCT place, observed_at, text FROM weather)",  # readings
    }
    return {
        name: _rows(db, f"SELECT count(*) FROM {source}")[0][0] for name, source in sources.items()
    }


def health(db: Database) -> dict[str, Any]:
    """Figures for the dashboard: lists of rows, and figures by month in Vietnam ("2023-05")."""
    return {
        "runs": _rows(db, "SELECT * FROM runs ORDER BY id DESC LIMIT 15"),
        "templates": _rows(
            db,
            "SELECT template, sum(articles) AS n FROM article_counts GROUP BY template"
            " ORDER BY n DESC",
        ),
        "states": _rows(
            db, "SELECT state, count(*) AS n FROM frontier GROUP BY state ORDER BY n DESC"
        ),
        "section_months": {
            (section, month): n
            for section, month, n in _rows(
                db,
                "SELECT section, month, sum(articles) FROM article_counts WHERE month <> ''"
                " GROUP BY section, month",
            )
        },
        **{name: dict(map(tuple, _rows(db, sql))) for name, sql in _BY_MONTH.items()},
    }


_MONTHS = (
    "SELECT month, sum({}) FROM article_counts WHERE month <> '' GROUP BY month ORDER BY month"
)

_BY_MONTH = {
    "captions": _MONTHS.format("captions"),
    "edits": "SELECT strftime('%Y-%m', captured_at, '+7 hours') AS month, count(*) FROM revisions"
    " WHERE number > 1 GROUP BY month",
    "removals": "SELECT strftime('%Y-%m', gone_at, '+7 hours') AS month, count(*) FROM articles"
    " WHERE gone_at IS NOT NULL GROUP BY month",
    "failures": "SELECT strftime('%Y-%m', started_at, '+7 hours') AS month,"
    " 100.0 * sum(failed) / sum(requests) FROM runs GROUP BY month HAVING sum(requests) > 0",
    "fallback": "SELECT month, 100.0 * sum(articles * (template = 'fallback')) / sum(articles)"
    " AS share FROM article_counts WHERE month <> '' GROUP BY month HAVING share > 0",
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


def _rows(db: Database, sql: str, *parameters: object) -> tuple[Any, ...]:
    return tuple(db.conn.execute(sql, parameters).fetchall())


def _first(db: Database, sql: str, *parameters: object) -> Any:
    return db.conn.execute(sql, parameters).fetchone()
