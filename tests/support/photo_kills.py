"""Photos of the stand-in newspaper, most of them faulty, whose collection is killed and resumed.

.venv/bin/python -m tests.support.photo_kills 500 25      exit code 1 if a rule is broken

asks for at least so many photos, and kills the crawl so many times in between. In the end only the
photos that were sent whole may be kept, each once, and `scraper verify` must find no damage; a
sound photo may be asked for once, but for the one that was on its way at each kill; a faulty one
`MOST_ATTEMPTS` times. In each run the newspaper's pages come first, and each host is given its rest.
"""

import hashlib
import random
import sqlite3
import sys
import tempfile
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from scraper.archive.files import open_reader
from scraper.archive.kept_photos import MOST_ATTEMPTS
from scraper.demo.newspaper import make_newspaper
from scraper.progress import Silence
from scraper.upkeep.verify import verify
from tests.support.kills import crawl_in
from tests.support.photo_host import (
    FAULTS,
    HOSTILE,
    MAX_MB,
    PaperWithPhotos,
    PhotoFault,
    PhotoHost,
    photo_at,
)

DELAY = 0.02  # seconds
PHOTOS_A_PAGE = 2  # at least, over all
SLOW = ("slow body", "flood")  # faults that take seconds; few photos have them


@dataclass(slots=True)
class Killed:
    """What came of photos that were asked for by crawls that were killed."""

    kills: int = 0
    photos: int = 0  # that captions name
    kept: int = 0
    requests: int = 0
    faults: list[str] = field(default_factory=list)  # rules that were broken


def fault_of(path: str) -> PhotoFault | None:
    """Every fourth photo is sound; the faults are spread over the others."""
    draw = int.from_bytes(hashlib.sha256(path.encode()).digest()[:4])
    if draw % 4 == 0:
        return None
    fault = FAULTS[draw // 4 % len(FAULTS)]
    return "empty" if fault in SLOW and draw // 100 % 20 else fault


def killed_photos(photos: int, kills: int, folder: Path, seed: int = 1) -> Killed:
    """Archive a newspaper's pages into `folder`, then its photos, killing that `kills` times."""
    chance = random.Random(seed)
    done = Killed()
    with (
        PhotoHost(fault_of) as cdn,
        PaperWithPhotos(make_newspaper(pages=photos // PHOTOS_A_PAGE), cdn) as site,
    ):
        configure(folder, site.base_url, 0)
        crawl_in(folder)
        configure(folder, site.base_url, DELAY, cdn.host)
        longest = photos * DELAY / (2 * kills + 1)  # seconds: so that photos are left for each
        while done.kills < kills:
            at_work = partial(asked_more, cdn, len(cdn.log))
            if crawl_in(folder, chance.uniform(0, longest), at_work):
                raise SystemExit("the crawl ended before it was killed so often")
            done.kills += 1
            check_run(site, cdn, done)
        before = -1
        while len(cdn.log) > before:  # until nothing is left to ask for
            before = len(cdn.log)
            crawl_in(folder)
            check_run(site, cdn, done)
        check_end(folder, cdn, done)
    return done


def asked_more(cdn: PhotoHost, before: int) -> bool:
    """True if the photos' host was asked for more than `before` things."""
    return len(cdn.log) > before


def configure(folder: Path, base_url: str, delay: float, photo_host: str = "") -> None:
    photos = f'keep = "display"\nhosts = ["{photo_host}"]\nmax_mb = {MAX_MB}\nmax_photos = 100000\n'
    (folder / "config.toml").write_text(
        f'[site]\nbase_url = "{base_url}"\ndelay_seconds = {delay}\n'
        "[crawl]\nmax_pages = 100000\ntimeout_seconds = 1.5\nretries = 0\n"
        "stop_after_failures = 100000\n[photos]\n" + (photos if photo_host else ""),
        "utf-8",
    )


def check_run(site: PaperWithPhotos, cdn: PhotoHost, done: Killed) -> None:
    """Note if photos were asked for before pages in the run that just ended."""
    new = cdn.log[done.requests :]
    done.requests = len(cdn.log)
    if new and any(request.started > new[0].at for request in site.log):
        done.faults.append("a page was asked for after a photo")


def check_end(folder: Path, cdn: PhotoHost, done: Killed) -> None:
    """Note which rules the photos that are kept, and the host's log, break."""
    with closing(sqlite3.connect(folder / "archive.db")) as db:
        named = {url for (url,) in db.execute("SELECT image_url FROM captions WHERE image_url<>''")}
    with closing(sqlite3.connect(folder / "photos.db")) as db:
        kept = dict(db.execute("SELECT url, body FROM photo_addresses JOIN photos USING (sha256)"))
        bodies = db.execute("SELECT count(*), count(DISTINCT body) FROM photos").fetchone()
    sound = {url for url in named if fault_of(url.removeprefix(cdn.url)) is None}
    asked = Counter(cdn.photos)
    twice = sum(asked[url.removeprefix(cdn.url)] - 1 for url in sound)
    gaps = [after.at - before.at for before, after in zip(cdn.log, cdn.log[1:], strict=False)]
    files = b"".join(file.read_bytes() for file in folder.glob("photos.db*"))
    with open_reader(folder / "archive.db") as archive:
        done.faults += [str(damage) for damage in verify(archive, Silence())]
    done.photos, done.kept = len(named), len(kept)
    rules = {
        "what is kept is not what was sent whole": kept
        == {url: photo_at(url.removeprefix(cdn.url)) for url in sound},
        "a photo is stored twice": bodies[0] == bodies[1],
        "something hostile is kept": HOSTILE not in files,
        f"{twice} sound photos asked for twice": twice <= done.kills,
        "a faulty photo was asked for too often": all(
            count <= MOST_ATTEMPTS + done.kills
            for path, count in asked.items()
            if fault_of(path) != "redirect loop"  # each attempt follows some of it
        ),
        "the photos' host was not given its rest": min(gaps) >= DELAY,
    }
    done.faults += [fault for fault, is_kept in rules.items() if not is_kept]


def main(photos: int, kills: int) -> int:
    """Print what came of so many photos and kills; 1 if a rule is broken."""
    with tempfile.TemporaryDirectory() as folder:
        done = killed_photos(photos, kills, Path(folder))
    print(f"{done.kills} kills, {done.photos} photos, {done.kept} kept, {done.requests} requests")
    for fault in done.faults:
        print(fault)
    return 1 if done.faults else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
