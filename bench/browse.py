"""How fast the reading pages are on a large archive, beside stock sqlite-utils and Datasette.

    python bench/browse.py --articles 500000 --folder /tmp/browse-bench

Fills an archive with invented articles (and, with --stock, the same articles in a plain table with
sqlite-utils' full-text search), serves each over loopback, asks every page type and a mix of
searches, and prints milliseconds. A folder that is already filled is used as it is.
"""

import argparse
import json
import random
import resource
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import httpx
import sqlite_utils

from scraper.archive.index import index_article, reindex, unindex_article
from scraper.archive.schema import open_archive, write

SYLLABLES = (
    "và của các trong là được có cho người với xã một đã năm đến trên công tác tỉnh phát triển"
    " huyện thực hiện dân đồng thôn nông sản xuất kinh tế bản nhân ủy ban đảng viên chi bộ hộ"
    " nghèo trồng cây chè quế rừng đường giao thông trường học sinh giáo viên y bác sĩ bệnh viện"
    " du lịch khách chợ phiên lễ hội văn hóa dân tộc Mông Dao Tày Giáy Hà Nhì mùa vàng ruộng bậc"
    " thang mưa lũ sạt lở thời tiết rét đậm công nhân nhà máy dự án đầu tư triệu tấn giống lúa ngô"
    " lợn trâu bò hợp quyết định kiểm tra cán thành phố thị trấn biên giới cửa khẩu xuất nhập khẩu"
).split()
PLACES = ("Sa Pa", "Bắc Hà", "Bát Xát", "Văn Bàn", "Si Ma Cai", "Mường Khương", "Y Tý", "Bảo Yên")
SECTIONS = ("Chính trị", "Kinh tế", "Xã hội", "Văn hóa", "Du lịch", "Pháp luật", "Thể thao")
SEARCHES = (
    "chè Bát Xát",
    "che bat xat",
    '"chợ phiên"',
    "đuong giao thong",
    "cong nhan nha may",
    "Sapa",
    "đảng viên",
    "dang vien",
    "15/2020/NĐ-CP",
    "sạt lở -rét",
    "nghi*",
    "Y Tý mùa vàng",
    '"dự án đầu tư"',
    "khongcotunay",
)
PAGES = (
    "/",
    "/search?q=che+bat+xat",
    "/search?q=dang+vien&sort=newest",
    "/search?section=Kinh+t%E1%BA%BF&from=2022",
    "/archive/articles/{id}",
    "/archive/articles",
    "/archive/articles?_search=che+bat+xat",
    "/archive/articles?section=Du+l%E1%BB%8Bch",
    "/archive/captions",
    "/archive/weather",
    "/archive",
    "/trends?q=%22s%E1%BA%A1t+l%E1%BB%9F%22&q=%22ch%E1%BB%A3+phi%C3%AAn%22",
    "/dashboard",
    "/about",
    "/feeds/new.atom",
)
STOCK_PAGES = ("/", "/stock", "/stock/articles", "/stock/articles?_search=che+bat+xat",
               "/stock/articles?_sort_desc=timestamp", "/stock/articles/{id}")  # fmt: skip


def articles(count: int) -> Iterator[tuple[int, str, str, str, str, str, str]]:
    """Id, title, lead, body, section, time and caption of invented articles."""
    chance = random.Random(7)
    weights = [1 / (rank + 8) for rank in range(len(SYLLABLES))]
    # Drawing single words half a million times over is slow: articles share long stretches.
    stretches = [" ".join(chance.choices(SYLLABLES, weights, k=40)) for _ in range(5000)]
    names = [f"{a}{b}" for a in "bcdghklmnpqrstvx" for b in ("ai", "ong", "ương", "iết", "oãn")]
    for number in range(count):
        body = "\n\n".join(
            f"{chance.choice(stretches)} {chance.choice(names)} {chance.choice(names)}."
            for _ in range(chance.randint(6, 18))
        )
        place = chance.choice(PLACES)
        title = f"{place}: {chance.choice(stretches)[:60]}"
        if number % 997 == 0:
            body += "\n\nTheo Nghị định 15/2020/NĐ-CP."
        days = number * 4000 // count
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(1420070400 + days * 86400))
        section = SECTIONS[chance.randrange(len(SECTIONS))]
        yield (200_000 + number, title, chance.choice(stretches), body, section, at,
               f"{chance.choice(stretches)[:80]} ở {place}")  # fmt: skip


def fill(path: Path, count: int) -> None:
    """An archive of `count` articles at `path`, indexed."""
    with open_archive(path) as archive:
        db = archive.db
        with write(db):
            for number, title, lead, body, section, at, caption in articles(count):
                byline = json.dumps([PLACES[number % 8]], ensure_ascii=False)
                db.conn.execute(
                    "INSERT INTO articles VALUES (?, ?, ?, ?, ?, ?, ?, 'meta', NULL, NULL, '', ?,"
                    " 'published', ?, 'article', 'onecms', '[]', 1, 1, ?, 1, ?, ?, NULL, ?)",
                    (number, f"https://baolaocai.vn/x-post{number}.html", title, lead, section,
                     byline, at, at, at[:10], len(body.split()), at, at, number),
                )  # fmt: skip
                db.conn.execute("INSERT INTO texts VALUES (?, ?)", (number, body))
                db.conn.execute(
                    "INSERT INTO captions (article_id, position, after_paragraph, text, credit,"
                    " image_url, source) VALUES (?, 0, 1, ?, 'Ngọc Bằng', '', 'markup')",
                    (number, caption),
                )
                db.conn.execute(
                    "INSERT INTO revisions VALUES (?, 1, ?, ?, ?, ?, ?, '', '[]', 'x')",
                    (number, at, at, number, title, lead),
                )
        print(f"filled; text {_text_bytes(db) / 1e6:.0f} MB", flush=True)
        began = time.perf_counter()
        reindex(db)
        took = time.perf_counter() - began
        size = db.conn.execute("SELECT sum(length(block)) FROM articles_fts_data").fetchone()[0]
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"indexed in {took:.0f} s, {count / took:.0f} articles/s, peak memory {peak:.0f} MB")
        print(f"index {size / 1e6:.0f} MB, {size / _text_bytes(db):.2f} x the text")
        print(f"one article again: p95 {_reindexing(db, count):.1f} ms")
        db.conn.execute("ANALYZE")


def _reindexing(db: sqlite_utils.Database, count: int) -> float:
    times = []
    for number in range(200_000, 200_000 + min(count, 200)):
        began = time.perf_counter()
        with write(db):
            unindex_article(db, number)
            db.conn.execute(
                "UPDATE texts SET body = body || ' sửa' WHERE article_id = ?", (number,)
            )
            index_article(db, number)
        times.append(1000 * (time.perf_counter() - began))
    return _p95(times)


def _text_bytes(db: sqlite_utils.Database) -> int:
    sql = (
        "SELECT sum(length(CAST(title || lead || body || captions AS BLOB))) FROM articles_searched"
    )
    return int(db.conn.execute(sql).fetchone()[0])


def fill_stock(path: Path, count: int) -> None:
    """The same articles in one table, with sqlite-utils' own full-text search."""
    db = sqlite_utils.Database(path)
    names = ("id", "title", "lead", "body", "section", "timestamp", "caption")
    rows = (dict(zip(names, row, strict=True)) for row in articles(count))
    db["articles"].insert_all(rows, pk="id", batch_size=1000)
    db["articles"].enable_fts(["title", "lead", "body", "caption"])
    db.close()


@contextmanager
def served(command: list[str], port: int) -> Iterator[httpx.Client]:
    """What `command` serves on `port`, in a process of its own, and a client of it."""
    server = subprocess.Popen(
        [sys.executable, *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            for _ in range(300):
                try:
                    client.get("/robots.txt")
                    break
                except httpx.TransportError:
                    time.sleep(0.1)
            yield client
    finally:
        server.terminate()
        server.wait()


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def measure(client: httpx.Client, title: str, address: Callable[[], str], times: int) -> float:
    """Ask `times` times, print and return the 95th percentile in milliseconds."""
    took, bad = [], 0
    for _ in range(times):
        began = time.perf_counter()
        answer = client.get(address())
        took.append(1000 * (time.perf_counter() - began))
        bad += answer.status_code != 200
    print(
        f"{title:62} p50 {statistics.median(took):7.0f}  p95 {_p95(took):7.0f}"
        + (f"  {bad} of {times} failed" if bad else ""),
        flush=True,
    )
    return _p95(took)


def _p95(values: list[float]) -> float:
    return sorted(values)[int(0.95 * (len(values) - 1))]


def main() -> None:
    """Fill, serve, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--stock", action="store_true", help="measure the stock set-up too")
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    path = args.folder / "archive.db"
    if not path.exists():
        fill(path, args.articles)
    chance = random.Random(1)

    def filled_in(page: str) -> Callable[[], str]:
        return lambda: page.replace("{id}", str(200_000 + chance.randrange(args.articles)))

    ours = (
        "from pathlib import Path; from scraper.browse.serve import serve;"
        "from scraper.config import ArchiveSettings, Settings, SiteSettings;"
        f"serve(Settings(SiteSettings('https://baolaocai.vn'),"
        f" archive=ArchiveSettings(Path({str(path)!r}))), port={(port := free_port())})"
    )
    print("\nscraper serve, milliseconds")
    with served(["-c", ours], port) as client:
        for page in PAGES:
            measure(client, page, filled_in(page), args.times)
        for text in SEARCHES:
            page = f"/search?q={quote(text)}"
            measure(client, f"search with total and years: {text}", filled_in(page), args.times)
    if args.stock:
        stock = args.folder / "stock.db"
        if not stock.exists():
            fill_stock(stock, args.articles)
        print("\nstock: sqlite-utils enable_fts, Datasette with default settings, milliseconds")
        port = free_port()
        with served(["-m", "datasette", str(stock), "--port", str(port)], port) as client:
            for page in STOCK_PAGES:
                measure(client, page, filled_in(page), args.times)


if __name__ == "__main__":
    main()
