"""How fast the reading pages are on a large archive, beside stock sqlite-utils and Datasette.

    python bench/archive.py --scale 500000 --folder /tmp/scale
    python bench/browse.py --folder /tmp/scale --stock --rebuild

Serves the archive in the folder (of 2,000 articles of the stand-in newspaper, made if missing) over
loopback, asks every page type and a mix of searches, and prints for each, as JSON, the 95th
percentile in milliseconds, and the processor time of the server for one answer, which depends less
on what else the machine does. --stock has the same articles in one plain table with sqlite-utils'
full-text search, served by Datasette with default settings, answer in the same run; a page that
answers with an error, or not within a minute, is null. --rebuild makes the search index anew.
"""

import argparse
import json
import os
import random
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import httpx
import sqlite_utils
from archive import fill, iter_pages

from scraper.archive.files import open_archive, write
from scraper.archive.index import index_article, reindex, unindex_article

SEARCHES = (
    "dang vien",
    "đảng viên",
    "của",
    "cua",
    "xã",
    "công tác",
    "cong nhan nha may",
    "đuong giao thong",
    "phát triển kinh tế",
    '"chợ phiên"',
    '"nông thôn mới"',
    '"cong tac"',
    "Sapa",
    "Y Tý mùa vàng",
    "sạt lở -rét",
    "nghi*",
    "15/2020/NĐ-CP",
    "khongcotunay",
)
PAGES = (
    "/",
    "/search",
    "/search?sort=newest",
    "/search?q=dang+vien&sort=newest",
    "/search?section=Kinh+t%E1%BA%BF&from=2022",
    "/search?q=xã&section=Kinh+t%E1%BA%BF",
    "/search?q=xã&from=2025&to=2025",
    "/search?byline=Tr%E1%BB%8Dng+Ngh%C3%AC",
    "/search?tag=ch%E1%BB%A3+phi%C3%AAn",
    "/archive/articles/{id}",
    "/archive/articles",
    "/archive/articles?_search=du+lich+sa+pa",
    "/archive/articles?_search=dang+vien",
    "/archive/articles?section=Du+l%E1%BB%8Bch",
    "/archive/captions",
    "/archive/weather",
    "/archive/revisions",
    "/archive",
    "/archive/named_by_month?words=du+lich",
    "/archive/temperatures",
    "/places",
    "/places/02647-2025",
    "/trends?q=%22s%E1%BA%A1t+l%E1%BB%9F%22&q=%22ch%E1%BB%A3+phi%C3%AAn%22",
    "/trends?q=du+lich&q=nong+nghiep&by=month&as=share",
    "/days",
    "/days/2024",
    "/days/2024-05-06",
    "/bylines",
    "/tags",
    "/places",
    "/places/{place}",
    "/search?unit={place}",
    "/search?q=du+lich&unit={place}",
    "/search.json?q=du+lich&facets=1&size=20",
    "/archive/article_places",
    "/dashboard",
    "/about",
    "/feeds/new.atom",
    "/feeds/changed.atom",
)
STOCK_PAGES = (
    "/",
    "/stock",
    "/stock/articles",
    "/stock/articles?_search=dang+vien",
    "/stock/articles?_search=du+lich+sa+pa",
    "/stock/articles?_sort_desc=timestamp",
    "/stock/articles?_facet=section",
    "/stock/articles/{id}",
)
SLOWEST = 60.0  # seconds that a page is waited for


def main() -> None:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--articles", type=int, default=2000, help="of an archive that is made")
    parser.add_argument("--times", type=int, default=20, help="that each page is asked for")
    parser.add_argument("--stock", action="store_true", help="measure the stock set-up too")
    parser.add_argument("--rebuild", action="store_true", help="measure making the index anew")
    options = parser.parse_args()
    path = options.folder / "archive.db"
    if not path.exists():
        options.folder.mkdir(parents=True, exist_ok=True)
        with open_archive(path) as archive:
            fill(archive, iter_pages(options.articles))
    found: dict[str, object] = {}
    with open_archive(path) as archive:
        if options.rebuild:
            found["rebuilding"] = rebuilding(archive.db)
        found["index"] = index_figures(archive.db)
        archive.db.execute("ANALYZE")
        archive.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    ids = {"id": article_ids(path), "place": most_named(path)}
    with served(["-m", "scraper", "serve", "--config", str(settings(path))], path) as server:
        found["pages"] = cost_of_each(server, {page: page for page in PAGES}, ids, options.times)
        searches = {text: f"/search?{urlencode({'q': text})}" for text in SEARCHES}
        found["searches_with_total_and_years"] = cost_of_each(server, searches, ids, options.times)
    if options.stock:
        stock = options.folder / "stock.db"
        if not stock.exists():
            fill_stock(path, stock)
        with served(["-m", "datasette", str(stock)], stock) as server:
            found["stock"] = cost_of_each(server, {p: p for p in STOCK_PAGES}, ids, options.times)
    print(json.dumps(found, indent=2, ensure_ascii=False))


def rebuilding(db: sqlite_utils.Database) -> dict[str, float]:
    """Making the whole search index anew: articles a second, and the memory of this process."""
    began = time.perf_counter()
    count = reindex(db)
    return {
        "articles_per_second": round(count / (time.perf_counter() - began)),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def index_figures(db: sqlite_utils.Database) -> dict[str, float]:
    """The size of the index beside that of the text, and putting one changed article into it."""
    (size,) = db.execute("SELECT sum(length(block)) FROM articles_fts_data").fetchone()
    joined = "CAST(title || lead || body || captions AS BLOB)"
    count, text = db.execute(
        f"SELECT count(*), sum(length({joined})) FROM articles_searched"
    ).fetchone()
    took = []
    for (number,) in db.execute("SELECT id FROM articles ORDER BY random() LIMIT 200").fetchall():
        (body,) = db.execute("SELECT body FROM texts WHERE article_id = ?", [number]).fetchone()
        for new in (f"{body} Sửa.", body):  # the archive is left as it was
            began = time.perf_counter()
            with write(db):
                unindex_article(db, number)
                db.execute("UPDATE texts SET body = ? WHERE article_id = ?", [new, number])
                index_article(db, number)
            took.append(1000 * (time.perf_counter() - began))
    return {
        "articles": count,
        "text_mb": round(text / 1e6),
        "of_the_text": round(size / text, 3),
        "one_changed_article_p95_ms": round(p95(took), 1),
    }


def article_ids(path: Path) -> list[int]:
    """The numbers of some articles, from all over the archive."""
    with sqlite_utils.Database(path) as db:
        return [row[0] for row in db.execute("SELECT id FROM articles ORDER BY random() LIMIT 500")]


def most_named(path: Path) -> list[str]:
    """The ids of the ten units that most articles name, whose pages are the dearest."""
    sql = "SELECT place_id FROM article_places GROUP BY 1 ORDER BY count(*) DESC LIMIT 10"
    with sqlite_utils.Database(path) as db:
        return [row[0] for row in db.execute(sql)]


def fill_stock(path: Path, stock: Path) -> None:
    """The same articles in one table, with sqlite-utils' own full-text search."""
    source, db = sqlite_utils.Database(path), sqlite_utils.Database(stock)
    names = ("id", "url", "title", "lead", "body", "captions", "section", "timestamp")
    rows = source.execute(
        "SELECT a.id, url, a.title, a.lead, s.body, s.captions, a.section, timestamp"
        " FROM articles AS a JOIN articles_searched AS s ON s.id = a.id ORDER BY a.id"
    )
    for batch in iter(lambda: rows.fetchmany(1000), []):
        db["articles"].insert_all((dict(zip(names, row, strict=True)) for row in batch), pk="id")
    db["articles"].enable_fts(["title", "lead", "body", "captions"])
    source.close()
    db.close()


def settings(path: Path) -> Path:
    """A config.toml for the archive."""
    config = path.with_name("config.toml")
    config.write_text('[site]\nbase_url = "https://baolaocai.vn"\n', "utf-8")
    return config


@contextmanager
def served(command: list[str], path: Path) -> Iterator[tuple[httpx.Client, int]]:
    """A client of what `command` serves in a process of its own, and the number of that."""
    port = free_port()
    with path.with_name("served.log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, *command, "--port", str(port)], stdout=log, stderr=log
        )
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=SLOWEST) as client:
                await_answer(client)
                yield client, server.pid
        finally:
            server.terminate()
            server.wait()


def await_answer(client: httpx.Client) -> None:
    """Wait until the server is up."""
    for _ in range(600):
        try:
            client.get("/robots.txt")
            return
        except httpx.TransportError:
            time.sleep(0.1)
    raise SystemExit(f"{client.base_url} does not answer; see served.log")


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def cost_of_each(
    server: tuple[httpx.Client, int],
    pages: Mapping[str, str],
    ids: Mapping[str, Sequence[object]],
    times: int,
) -> dict[str, dict[str, float] | None]:
    """What an answer costs for each of `pages`, named addresses, in ms; None if it failed.

    A `{name}` in an address is replaced by one of `ids[name]`, each time another.
    """
    chance = random.Random(1)

    def address(page: str) -> str:
        return page.format(**{name: chance.choice(some) for name, some in ids.items() if some})

    return {
        name: cost_ms(server, lambda page=page: address(page), times)
        for name, page in pages.items()
    }


def cost_ms(
    server: tuple[httpx.Client, int], address: Callable[[], str], times: int
) -> dict[str, float] | None:
    """Ask `times` times, after a first time that fills what is kept between requests."""
    client, process = server
    took: list[float] = []
    used = 0.0
    for number in range(times + 1):
        used = processor_seconds(process) if number == 1 else used
        began = time.perf_counter()
        try:
            answer = client.get(address())
        except httpx.TimeoutException:
            return None
        took.append(1000 * (time.perf_counter() - began))
        if answer.status_code != 200:
            return None
    used = processor_seconds(process) - used
    return {"p95_ms": round(p95(took[1:]), 1), "processor_ms": round(1000 * used / times, 1)}


def processor_seconds(process: int) -> float:
    """The time that a process has had a processor, in steps of a hundredth second."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def p95(values: Sequence[float]) -> float:
    """The 95th percentile."""
    return sorted(values)[int(0.95 * (len(values) - 1))]


if __name__ == "__main__":
    main()
