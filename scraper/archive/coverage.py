"""How much of what is known of the newspaper is archived: figures without gaps hidden in them."""

from dataclasses import dataclass

from sqlite_utils import Database


@dataclass(frozen=True, slots=True)
class Coverage:
    """Articles archived, and those still to be fetched, whose addresses are known."""

    archived: int
    waiting: int
    waiting_months: dict[str, int]  # "2023-05", Vietnam, by the sitemap's lastmod; others have none

    @property
    def known(self) -> int:
        """All articles that the archive knows of."""
        return self.archived + self.waiting


def coverage(db: Database) -> Coverage:
    """What is archived and what is waiting, failed addresses included, as they are tried again."""
    archived = int(db.execute("SELECT count(*) FROM articles").fetchone()[0])
    waiting: dict[str | None, int] = dict(
        db.execute(
            # Once for each article, though several of its addresses may be waiting.
            "SELECT strftime('%Y-%m', seen, '+7 hours') AS month, count(*) FROM"
            " (SELECT article_id, max(lastmod) AS seen FROM frontier INDEXED BY frontier_waiting"
            " WHERE state IN ('new', 'failed') AND article_id IS NOT NULL GROUP BY article_id)"
            " WHERE NOT EXISTS (SELECT 1 FROM articles WHERE id = article_id)"
            " GROUP BY month ORDER BY month"
        ).fetchall()
    )
    dated = {month: count for month, count in waiting.items() if month}
    return Coverage(archived, sum(waiting.values()), dated)
