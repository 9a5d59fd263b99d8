"""The crawl's own record: runs, failures, and what is remembered of a host between runs."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlite_utils import Database

from scraper.errors import ScraperError
from scraper.models import HostState, utc_text, utc_time


@dataclass(frozen=True, slots=True)
class Run:
    """One run and its counts: a row of `runs`."""

    id: int
    command: str
    started_at: datetime
    outcome: str = "running"  # then "done", "stopped" (budget, signal) or "failed"
    detail: str = ""  # why it ended, in words
    requests: int = 0  # everything asked, robots.txt and lists included
    found: int = 0  # articles not known before
    fetched: int = 0  # article pages answered
    new_articles: int = 0
    new_revisions: int = 0
    unchanged: int = 0  # 304, or the same text again
    not_articles: int = 0
    failed: int = 0

    def plus(self, **counts: int) -> "Run":
        """This run with these counts added."""
        return replace(self, **{k: getattr(self, k) + v for k, v in counts.items()})


def begin_run(db: Database, command: str, at: datetime) -> Run:
    """A new row of `runs`, inside the caller's transaction."""
    cursor = db.execute(
        "INSERT INTO runs (command, started_at, outcome, detail, requests, found, fetched,"
        " new_articles, new_revisions, unchanged, not_articles, failed)"
        " VALUES (?, ?, 'running', '', 0, 0, 0, 0, 0, 0, 0, 0)",
        [command, utc_text(at)],
    )
    return Run(int(cursor.lastrowid or 0), command, at)


def save_run(db: Database, run: Run, finished_at: datetime | None = None) -> None:
    """Bring the row of `run` up to date, inside the caller's transaction."""
    db.execute(
        "UPDATE runs SET finished_at = ?, outcome = ?, detail = ?, requests = ?, found = ?,"
        " fetched = ?, new_articles = ?, new_revisions = ?, unchanged = ?, not_articles = ?,"
        " failed = ? WHERE id = ?",
        [
            utc_text(finished_at) if finished_at else None,
            run.outcome,
            run.detail,
            run.requests,
            run.found,
            run.fetched,
            run.new_articles,
            run.new_revisions,
            run.unchanged,
            run.not_articles,
            run.failed,
            run.id,
        ],
    )


def failure_in_words(e: BaseException) -> str:
    """The `detail` of a run that ended with this exception."""
    if isinstance(e, ScraperError):
        return str(e)
    return f"{type(e).__name__}: {e}" if str(e) else type(e).__name__


def count_crawls(db: Database, run_id: int) -> int:
    """How many crawls began before this run."""
    row = db.execute(
        "SELECT count(*) FROM runs WHERE command = 'crawl' AND id < ?", [run_id]
    ).fetchone()
    return int(row[0])


def lists_had_more(db: Database, run_id: int, ended: str) -> bool:
    """True if the crawl before this run `ended` so, and asked for more lists than articles."""
    row = db.execute(
        "SELECT instr(detail, ?), requests, fetched + failed - (SELECT count(*) FROM failures"
        " JOIN frontier USING (url) WHERE run_id = runs.id AND state = 'list') FROM runs"
        " WHERE command = 'crawl' AND requests > 0 AND id < ? ORDER BY id DESC LIMIT 1",
        [ended, run_id],
    ).fetchone()
    return row is not None and row[0] > 0 and row[1] > 2 * row[2]


def close_killed_runs(db: Database) -> None:
    """Say of runs that never ended that they were killed: only the lock's holder may ask."""
    db.execute(
        "UPDATE runs SET outcome = 'killed', detail = 'ended without a word'"
        " WHERE outcome = 'running'"
    )


def add_failure(
    db: Database, run_id: int | None, url: str, kind: str, detail: str, at: datetime
) -> None:
    """Record that something went wrong with one address, inside the caller's transaction."""
    db.execute(
        "INSERT INTO failures (run_id, at, url, kind, detail) VALUES (?, ?, ?, ?, ?)",
        [run_id, utc_text(at), url, kind, detail],
    )


def load_host(db: Database, host: str) -> HostState:
    """What is remembered of `host`; an empty state for one never asked."""
    row = db.execute(
        "SELECT robots_body, robots_status, robots_fetched_at, next_request_at,"
        " next_request_reason, refused_in_row, refused_lists_in_row FROM hosts WHERE host = ?",
        [host],
    ).fetchone()
    if row is None:
        return HostState()
    body, status, fetched_at, next_at, reason, refused_in_row, refused_lists_in_row = row
    return HostState(
        robots_body=body,
        robots_status=status,
        robots_fetched_at=utc_time(fetched_at) if fetched_at else None,
        next_request_at=utc_time(next_at) if next_at else None,
        next_request_reason=reason,
        refused_in_row=refused_in_row,
        refused_lists_in_row=refused_lists_in_row,
    )


def save_host(db: Database, host: str, state: HostState) -> None:
    """Remember `state` of `host`: one statement, its own transaction."""
    db.execute(
        "INSERT INTO hosts VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (host) DO UPDATE SET"
        " robots_body = excluded.robots_body, robots_status = excluded.robots_status,"
        " robots_fetched_at = excluded.robots_fetched_at,"
        " next_request_at = excluded.next_request_at,"
        " next_request_reason = excluded.next_request_reason,"
        " refused_in_row = excluded.refused_in_row,"
        " refused_lists_in_row = excluded.refused_lists_in_row",
        [
            host,
            state.robots_body,
            state.robots_status,
            utc_text(state.robots_fetched_at) if state.robots_fetched_at else None,
            utc_text(_full_second(state.next_request_at)) if state.next_request_at else None,
            state.next_request_reason,
            state.refused_in_row,
            state.refused_lists_in_row,
        ],
    )


def _full_second(at: datetime) -> datetime:
    """`at`, or the full second after it: the archive writes whole seconds, and a pause that is
    remembered must not come out shorter."""
    return at if at.microsecond == 0 else at.replace(microsecond=0) + timedelta(seconds=1)


def read_mark(db: Database, name: str) -> int:
    """How far some work has come, as a snapshot id; 0 at the start."""
    row = db.execute("SELECT value FROM marks WHERE name = ?", [name]).fetchone()
    return int(row[0]) if row else 0


def set_mark(db: Database, name: str, value: int) -> None:
    """Note how far some work has come, inside the caller's transaction."""
    db.execute(
        "INSERT INTO marks VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value"
        " WHERE value <> excluded.value",
        [name, str(value)],
    )
