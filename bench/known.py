"""A newspaper of which all is known: its lists, and an archive whose frontier holds every article.

Neither is crawled together: the lists are made from numbers, the frontier is written into the
database. For bench/crawl.py, which then measures what it costs to find that nothing is new.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from scraper.archive.files import open_archive, write
from scraper.urls import Site

LIST_TYPES = {"rss": "application/rss+xml", "txt": "text/plain", "xml": "application/xml"}
DUE = "2100-01-01T00:00:00Z"  # no article is due


@dataclass(frozen=True)
class Paper:
    """`articles` articles over `months` months, the last of them this one."""

    articles: int
    months: int

    def entries(self, month: int) -> Iterator[tuple[str, str]]:
        """Path and time of each article of month `month`, 0 being this one; newest first."""
        share = self.articles // self.months
        year, number = self.date_of(month)
        last = self.articles - month * share
        for n in range(last, last - share, -1):
            path = f"/tin-so-{n}-cua-bao-ve-mot-buoi-cho-phien-o-vung-cao-post{n}.html"
            yield path, f"{year}-{number:02}-{n % 28 + 1:02}T08:30:00+07:00"

    def date_of(self, month: int) -> tuple[int, int]:
        """Year and number of month `month`."""
        today = datetime.now(UTC) + timedelta(hours=7)
        months = today.year * 12 + today.month - 1 - month
        return months // 12, months % 12 + 1

    @cached_property
    def map_paths(self) -> list[str]:
        """The maps of the months, the newest first."""
        dates = map(self.date_of, range(self.months))
        return [f"/sitemaps/news-{year}-{number}.xml" for year, number in dates]

    def list_at(self, path: str, base_url: str) -> bytes | None:
        """robots.txt, the sitemaps, the feed and the home page; None for all else."""
        if path == "/robots.txt":
            return b"User-agent: *\nDisallow: /api/\n"
        if path == "/sitemap.xml":
            locs = "".join(f"<sitemap><loc>{base_url}{p}</loc></sitemap>" for p in self.map_paths)
            return f"<sitemapindex>{locs}</sitemapindex>".encode()
        if path in self.map_paths:
            entries = self.entries(self.map_paths.index(path))
            urls = (
                f"<url><loc>{base_url}{p}</loc><lastmod>{t}</lastmod></url>" for p, t in entries
            )
            return f"<urlset>{''.join(urls)}</urlset>".encode()
        newest = [p for _, (p, _) in zip(range(30), self.entries(0), strict=False)]
        if path == "/rss/home.rss":
            items = "".join(f"<item><link>{base_url}{p}</link></item>" for p in newest)
            return f"<rss><channel>{items}</channel></rss>".encode()
        if path == "/":
            return "".join(f"<a href='{p}'>x</a>" for p in newest).encode()
        return None


class Lists(ThreadingHTTPServer):
    """The lists of a paper, served on loopback; none ever changes.

    `asked` counts requests; with `forgets` every list is sent whole, whatever the client knows.
    """

    daemon_threads = True

    def __init__(self, paper: Paper) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.base_url = f"http://127.0.0.1:{self.server_address[1]}"
        self.asked = 0
        self.forgets = False
        paths = ["/robots.txt", "/sitemap.xml", "/rss/home.rss", "/", *paper.map_paths]
        self.lists = {path: paper.list_at(path, self.base_url) or b"" for path in paths}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Lists

    def do_GET(self) -> None:
        """Send the list, or 304 if the client knows it."""
        self.server.asked += 1
        body = self.server.lists.get(self.path)
        etag = f'"{len(body)}"' if body is not None else ""
        known = bool(etag) and self.headers.get("if-none-match") == etag
        known = known and not self.server.forgets
        self.send_response(304 if known else 404 if body is None else 200)
        self.send_header("ETag", etag)
        if not known:
            kind = LIST_TYPES.get(self.path.rpartition(".")[2], "text/html")
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        if body and not known:
            self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


def know_all(path: Path, paper: Paper, base_url: str) -> None:
    """Make the archive at `path`, its frontier holding every article of `paper` as archived."""
    with open_archive(path, Site(base_url)) as archive, write(archive.db):
        for month in range(paper.months):
            archive.db.conn.executemany(
                "INSERT INTO frontier (url, article_id, source, found_at, lastmod, state, due_at,"
                " last_status, etag) VALUES (?, ?, 'sitemap', ?, ?, 'archived', ?, 200, '\"x\"')",
                (
                    (base_url + p, int(p.rpartition("post")[2][:-5]), _utc(at), _utc(at), DUE)
                    for p, at in paper.entries(month)
                ),
            )


def _utc(text: str) -> str:
    """`text`, half past eight in Vietnam, as the archive writes it."""
    return f"{text[:10]}T01:30:00Z"
