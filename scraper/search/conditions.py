"""What else a hit must be beside its words, as conditions on rows of `articles`."""

from dataclasses import dataclass, replace

from sqlite_utils import Database

from scraper.spelling import fold


@dataclass(frozen=True, slots=True)
class Filters:
    """What else a hit must be; "" and False ask for nothing."""

    section: str = ""  # its name; marks and capitals may be missing, as in all names here
    since: str = ""  # first day, Vietnam: "2023-05-01"; "2023" and "2023-05" will do
    until: str = ""  # last day, the same
    byline: str = ""  # one name, as printed
    tag: str = ""
    layout: str = ""  # kind of page: "photo"
    unit: str = ""  # a commune or district named for sure: "Bản Qua", "xã Bản Qua", its label or id
    photos: bool = False  # with a photo
    field: str = ""  # one of archive.tables.FIELDS: the words are there
    gone: bool = False  # no longer on the site
    known_by: str = ""  # captured by this time, UTC: later pages of a search stay as they were


ALL = Filters()


@dataclass(frozen=True, slots=True)
class Clause:
    """A condition on rows of `articles`, and the values for its `{}`, in order."""

    sql: str
    values: tuple[str | int, ...] = ()

    @property
    def is_set(self) -> bool:
        """True if it says of an article's number that it is in a set."""
        return self.sql.startswith("id IN (")

    def written(self, *marks: str) -> str:
        """The condition as SQL, with `marks` for its values; question marks if none are given."""
        return self.sql.format(*(marks or ["?"] * len(self.values)))


_SIGNED = "SELECT article_id FROM article_bylines WHERE name = {}"
_TAGGED = "SELECT article_id FROM article_tags JOIN tags ON tags.id = tag_id WHERE tags.name = {}"

_NAMING = (
    "SELECT article_id FROM article_places WHERE certainty = 'sure' AND place_id IN"
    " (SELECT id FROM (SELECT *, {} AS asked FROM places)"
    " WHERE asked IN (id, label, name, kind || ' ' || name))"
)

SECTION_NAMES = "SELECT DISTINCT section FROM article_counts"
_TAG_NAMES = "SELECT name FROM tags"
_UNIT_NAMES = (
    "SELECT id FROM places UNION SELECT label FROM places UNION SELECT name FROM places"
    " UNION SELECT kind || ' ' || name FROM places"
)

# The names one after the other, without a look at every article of each.
_BYLINES = """
WITH RECURSIVE byline(name) AS (
    SELECT min(name) FROM article_bylines
    UNION ALL
    SELECT (SELECT min(name) FROM article_bylines WHERE name > byline.name)
    FROM byline WHERE byline.name IS NOT NULL
)
SELECT name FROM byline WHERE name IS NOT NULL
"""


def _as_printed(db: Database, names: str, typed: str) -> str:
    """The one of `names`, a SELECT, that is meant by a name typed without marks or capitals."""
    if not typed or db.conn.execute(f"SELECT 1 WHERE ? IN ({names})", (typed,)).fetchone():
        return typed
    folded = fold(typed)
    fitting = (name for (name,) in db.conn.execute(names) if fold(name) == folded)
    return next(fitting, typed)


def with_names_as_printed(db: Database, filters: Filters) -> Filters:
    """`filters`, whose names may be typed without marks or capitals, as the archive has them."""
    return replace(
        filters,
        section=_as_printed(db, SECTION_NAMES, filters.section),
        byline=_as_printed(db, _BYLINES, filters.byline),
        tag=_as_printed(db, _TAG_NAMES, filters.tag),
        unit=_as_printed(db, _UNIT_NAMES, filters.unit),
    )


def conditions(filters: Filters) -> list[Clause]:
    """What an article must fulfil."""
    # A day is compared as text, so that "2023" and "2023-05" mean all their days.
    texts = {
        "articles.section = {}": filters.section,
        "layout = {}": filters.layout,
        "local_date >= {}": filters.since,
        "local_date < {}": f"{filters.until}~" if filters.until else "",
        "first_captured_at <= {}": filters.known_by,
        f"id IN ({_SIGNED})": filters.byline,
        f"id IN ({_TAGGED})": filters.tag,
        f"id IN ({_NAMING})": filters.unit,
    }
    flags = {"photo_count > 0": filters.photos, "gone_at IS NOT NULL": filters.gone}
    wanted = [Clause(sql, (text,)) for sql, text in texts.items() if text]
    return wanted + [Clause(sql) for sql, is_set in flags.items() if is_set]


def in_the_index(db: Database, filters: Filters) -> tuple[Clause, ...]:
    """What `filters` imply for numbers in the index."""
    if not (filters.since or filters.until):
        return ()
    first, last = db.conn.execute(
        "SELECT min(id), max(id) FROM articles WHERE local_date >= ? AND local_date < ?",
        (filters.since, f"{filters.until}~" if filters.until else "~"),
    ).fetchone()
    return (Clause("articles_fts.rowid BETWEEN {} AND {}", (first or 0, last or 0)),)


def unknown_names(db: Database, filters: Filters) -> tuple[str, ...]:
    """The filters, as printed, with a section, byline, tag, layout or unit of no article."""
    wanted = {
        "section": (SECTION_NAMES, filters.section),
        "layout": ("SELECT layout FROM articles", filters.layout),
        "byline": (_BYLINES, filters.byline),
        "tag": (_TAG_NAMES, filters.tag),
        "unit": (_UNIT_NAMES, filters.unit),
    }
    return tuple(
        kind
        for kind, (names, name) in wanted.items()
        if name and not db.conn.execute(f"SELECT 1 WHERE ? IN ({names})", (name,)).fetchone()
    )
