"""`manifest.jsonl` beside the parts: which shards are done, with their counts.

A line is added when a shard is done. If a shard has several, the last one counts.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

from scraper.bulk.shard import Done, Job, Quarantined, sha256_of
from scraper.errors import Locked

NAME = "manifest.jsonl"


@contextmanager
def open_manifest(out: Path) -> Iterator[BinaryIO]:
    """The manifest in the folder `out`, to add lines to; made if missing.

    Raises Locked if another run has it open.
    """
    with (out / NAME).open("ab+") as manifest:
        try:
            fcntl.flock(manifest, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as e:
            raise Locked(f"{out}: another `scraper bulk` is writing to it; try again later") from e
        yield manifest


def read(manifest: BinaryIO) -> dict[str, Done]:
    """What is known of each shard; a line that a kill cut short is ignored."""
    manifest.seek(0)
    known: dict[str, Done] = {}
    for line in manifest:
        try:
            stated = json.loads(line)
            quarantined = [Quarantined(**q) for q in stated.pop("quarantined")]
            done = Done(**stated, quarantined=quarantined)
        except (ValueError, TypeError, KeyError):
            continue
        known[done.shard] = done
    return known


def add(manifest: BinaryIO, done: Done) -> None:
    """Note that a shard is done, safe against a power cut."""
    line = json.dumps(asdict(done)).encode() + b"\n"
    manifest.write(b"\n" + line if _is_cut(manifest) else line)
    manifest.flush()
    os.fsync(manifest.fileno())


def _is_cut(manifest: BinaryIO) -> bool:
    """True if the last line was cut short."""
    if manifest.seek(0, os.SEEK_END) == 0:
        return False
    manifest.seek(-1, os.SEEK_END)
    return manifest.read(1) != b"\n"


def is_done(known: Done | None, shard: Path, job: Job) -> bool:
    """True if the part of `shard` is there, made from these very bytes by these rules."""
    if known is None or known.mark != job.mark or not shard.is_file():
        return False
    part, now = job.out / known.part, shard.stat()
    if not part.is_file() or part.stat().st_size != known.part_bytes:
        return False
    if known.size_bytes != now.st_size:
        return False
    return known.mtime_ns == now.st_mtime_ns or known.sha256 == sha256_of(shard)
