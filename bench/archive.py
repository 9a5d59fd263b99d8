"""What keeping pages costs: bytes, storing, loading, reading them again; and as the archive grows.

    python bench/archive.py --pages 2000
    python bench/archive.py --scale 10000 100000 500000 --folder /tmp/archive-bench

The first stores pages of the stand-in newspaper, files them and reads them again, and has warcio
and trafilatura read the same pages from a WARC file. The second fills an archive with articles,
without HTTP, and stops at each size to measure its files, the cost of the next pages, and of
reading old ones again. Between the stops it does not wait for the disk; while it measures, it does.
"""

import argparse
import gzip
import io
import json
import os
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import trafilatura
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from scraper.archive import snapshots
from scraper.archive.files import Archive, open_archive, snapshots_path, write
from scraper.archive.filing import file_read
from scraper.archive.frontier_updates import Context
from scraper.archive.index import check_index
from scraper.demo import onecms_pages, site2022_pages
from scraper.demo.newspaper import make_newspaper
from scraper.models import Snapshot
from scraper.progress import Silence
from scraper.reading import read_snapshot
from scraper.upkeep.reread import reread
from scraper.urls import Site

SITE = Site("https://baolaocai.vn")
CONTEXT = Context(SITE, [1.0, 7.0, 30.0, 365.0])
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
BATCH = 100  # pages filed in one transaction, as `scraper reread` does
WINDOW = 1000  # pages measured at each size, at most
PEER_PAGES = 20  # trafilatura takes some tens of milliseconds for each
CHECKED = 100_000  # articles up to which every word of the search index is checked too
BOXES = 22  # other stories in the boxes of a page


def main() -> None:
    """Measure, and print what was found as JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", type=int, default=2000)
    parser.add_argument("--scale", type=int, nargs="+", metavar="ARTICLES")
    parser.add_argument("--folder", type=Path, help="a new folder for the archive that is made")
    options = parser.parse_args()
    with TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        with open_archive(folder / "archive.db") as archive:
            if options.scale:
                for figures in scale(archive, sorted(options.scale)):
                    print(json.dumps(figures), flush=True)
            else:
                print(json.dumps(compare(archive, options.pages), indent=2))


def compare(archive: Archive, count: int) -> dict[str, object]:
    """What `count` pages cost here, and what they cost as gzip and as WARC."""
    pages = list(iter_pages(count))
    ms = {"store": 0.0}
    ids = []
    for snapshot in pages:
        started = time.perf_counter()
        ids.append(snapshots.store(archive.snapshots, snapshot))
        ms["store"] += time.perf_counter() - started
    ms["store"] *= 1000 / count
    ms |= filing_ms(archive, ids, "file_new") | filing_ms(archive, ids, "file_again")
    started = time.perf_counter()
    reread(archive, CONTEXT, Silence(), workers=os.cpu_count() or 1)
    whole = time.perf_counter() - started
    return {
        "pages": count,
        "bytes_per_page": {
            "as_served": sum(len(page.body) for page in pages) // count,
            "stored": sizes(archive, count)["snapshots_bytes_per_page"],
            "gzip_6": sum(len(gzip.compress(page.body, 6)) for page in pages) // count,
            "warc_gz": len(warc(pages)) // count,
        },
        "ms_per_page": {name: round(value, 3) for name, value in ms.items()},
        "pages_per_second": {
            "store": round(1000 / ms["store"]),
            "load": round(1000 / ms["load"]),
            "reread_one_core": round(1000 / (ms["load"] + ms["read"] + ms["file_again"])),
            "reread_command_all_cores": round(count / whole),
            "warcio_and_trafilatura_one_core": warc_rate(warc(pages[:PEER_PAGES])),
        },
    }


def scale(archive: Archive, stops: Sequence[int]) -> Iterator[dict[str, float]]:
    """Figures at each of `stops` articles, while the archive grows."""
    pages = iter_pages(stops[-1])
    done = 0
    for stop in stops:
        window = min(WINDOW, stop - done)
        fill(archive, islice(pages, stop - done - window))
        started = time.perf_counter()
        newest = list(islice(pages, window))
        rendering = time.perf_counter() - started
        started = time.perf_counter()
        ids = [snapshots.store(archive.snapshots, snapshot) for snapshot in newest]
        storing = time.perf_counter() - started
        done = stop
        first = (stop - window) // 2 + 1
        old = range(first, first + window)
        yield {
            "articles": stop,
            **sizes(archive, stop),
            "render_ms": round(rendering / window * 1000, 3),
            "store_ms": round(storing / window * 1000, 3),
            **{f"new_{name}_ms": ms for name, ms in filing_ms(archive, ids, "file").items()},
            **{f"reread_{name}_ms": ms for name, ms in filing_ms(archive, old, "file").items()},
            **({"index_check_ms": index_check_ms(archive, stop)} if stop <= CHECKED else {}),
        }


def iter_pages(count: int) -> Iterator[Snapshot]:
    """Captures of `count` stories of twenty years, oldest first, each with boxes of others."""
    paper = make_newspaper(pages=count, months=240)
    others = [paper.story(index) for index in range(min(count, BOXES))]
    for index, story in enumerate(paper):
        others[index % len(others)] = story
        render = site2022_pages.render if story.template == "site2022" else onecms_pages.render
        headers = (("content-type", "text/html; charset=utf-8"), ("etag", f'"{index}"'))
        yield Snapshot(SITE.base_url + story.path, NOON, 200, headers, render(story, others))


def fill(archive: Archive, pages: Iterator[Snapshot]) -> None:
    """Store and file `pages` as fast as can be: a power cut would cost the whole benchmark."""
    archive.snapshots.execute("PRAGMA synchronous = OFF")
    while batch := list(islice(pages, BATCH)):
        ids = [snapshots.store(archive.snapshots, snapshot) for snapshot in batch]
        with write(archive.db):
            for snapshot_id, snapshot in zip(ids, batch, strict=True):
                file_read(archive, snapshot_id, snapshot, read_snapshot(snapshot), CONTEXT)
    archive.snapshots.execute("PRAGMA synchronous = FULL")


def filing_ms(archive: Archive, ids: Sequence[int], name: str) -> dict[str, float]:
    """Milliseconds a page to load, read and file stored snapshots, in batches."""
    seconds = {"load": 0.0, "read": 0.0, name: 0.0}
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        began = time.perf_counter()
        loaded = [snapshots.load(archive.snapshots, snapshot_id) for snapshot_id in batch]
        loaded_at = time.perf_counter()
        reads = [read_snapshot(snapshot) for snapshot in loaded]
        read_at = time.perf_counter()
        with write(archive.db):
            for snapshot_id, snapshot, read in zip(batch, loaded, reads, strict=True):
                file_read(archive, snapshot_id, snapshot, read, CONTEXT)
        seconds["load"] += loaded_at - began
        seconds["read"] += read_at - loaded_at
        seconds[name] += time.perf_counter() - read_at
    return {key: round(value / len(ids) * 1000, 3) for key, value in seconds.items()}


def index_check_ms(archive: Archive, articles: int) -> float:
    """Milliseconds an article to hold the whole search index against the texts."""
    started = time.perf_counter()
    assert not list(check_index(archive.db))
    return round((time.perf_counter() - started) / articles * 1000, 3)


def sizes(archive: Archive, articles: int) -> dict[str, float]:
    """Bytes a page in both files, what lies in their write-ahead logs taken in."""
    for db in (archive.db, archive.snapshots):
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    archive_bytes = archive.path.stat().st_size
    snapshot_bytes = snapshots_path(archive.path).stat().st_size
    return {
        "archive_mb": round(archive_bytes / 1e6, 1),
        "snapshots_mb": round(snapshot_bytes / 1e6, 1),
        "archive_bytes_per_page": archive_bytes // articles,
        "snapshots_bytes_per_page": snapshot_bytes // articles,
    }


def warc(pages: Sequence[Snapshot]) -> bytes:
    """The pages as a .warc.gz file."""
    file = io.BytesIO()
    writer = WARCWriter(file, gzip=True)
    for page in pages:
        headers = StatusAndHeaders("200 OK", list(page.headers), protocol="HTTP/1.1")
        record = writer.create_warc_record(
            page.url, "response", payload=io.BytesIO(page.body), http_headers=headers
        )
        writer.write_record(record)
    return file.getvalue()


def warc_rate(data: bytes) -> int:
    """Pages a second that warcio and trafilatura read from a WARC file."""
    started = time.perf_counter()
    count = 0
    for record in ArchiveIterator(io.BytesIO(data)):
        if record.rec_type == "response":
            trafilatura.bare_extraction(record.content_stream().read(), with_metadata=True)
            count += 1
    return round(count / (time.perf_counter() - started))


if __name__ == "__main__":
    main()
