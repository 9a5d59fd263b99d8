"""`scraper failures`: what failed and is not mended, why, and when it is tried again."""

from dataclasses import dataclass

from sqlite_utils import Database


@dataclass(frozen=True, slots=True)
class FailedAddress:
    """An address whose last request failed. Times are UTC, ISO 8601."""

    url: str
    kind: str  # of the last failure: "page", "list", "refused" ...
    detail: str  # why
    failed_at: str
    times: int  # failures on record
    next_try_at: str | None  # None: not planned, or in the next run if it is a list
    is_list: bool


# An address that was archived later is mended. A list is tried in every run: it counts if it
# failed in the last run that failed to read any.
_FAILING = """
    SELECT f.url, f.kind, f.detail, f.at, counts.times,
        iif(frontier.state = 'list', NULL, frontier.due_at), frontier.state = 'list'
    FROM (SELECT url, max(id) AS id, count(*) AS times FROM failures GROUP BY url) AS counts
    JOIN failures AS f ON f.id = counts.id
    JOIN frontier ON frontier.url = f.url
    WHERE frontier.state IN ('failed', 'new')
       OR (frontier.state = 'list'
           AND f.run_id = (SELECT max(id) FROM runs WHERE command = 'crawl'))
    ORDER BY f.id DESC
"""


def failing(db: Database) -> list[FailedAddress]:
    """The addresses that failed and are not mended, the latest failure first."""
    return [
        FailedAddress(url, kind, detail, failed_at, times, next_try_at, bool(is_list))
        for url, kind, detail, failed_at, times, next_try_at, is_list in db.execute(_FAILING)
    ]


def failure_line(failure: FailedAddress) -> str:
    """One failure in two lines of text."""
    again = f"tried again from {failure.next_try_at}" if failure.next_try_at else "not tried again"
    if failure.is_list:
        again = "tried again in the next run"
    times = f", {failure.times} times" if failure.times > 1 else ""
    return (
        f"{failure.url}\n    {failure.failed_at} {failure.kind}: {failure.detail}{times}; {again}"
    )
