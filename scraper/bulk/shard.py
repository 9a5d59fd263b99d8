"""One shard read into one part: the work of one worker."""

import hashlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from scraper import __version__
from scraper.atomic_files import new_file
from scraper.bulk.page_reader import Deadly, Reader
from scraper.bulk.parts import Record, write_part
from scraper.errors import BadCapture, BulkError
from scraper.reading import RULES_VERSION, Read
from scraper.urls import Site
from scraper.warc.containers import read_captures
from scraper.warc.reader import BadRecord, Captured, Passed


@dataclass(frozen=True, slots=True)
class Job:
    """What all shards of a run are read with."""

    out: Path  # absolute: the folder for the parts
    site: Site  # whose captures are picked out
    rules: str  # `shard_rules()` of the coordinator

    @property
    def mark(self) -> str:
        """What a part depends on besides its shard."""
        return f"{self.rules} {' '.join((self.site.base_url, *self.site.aliases))}"


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A capture that is in no part, because its page killed the process that read it."""

    offset: int  # of its record in the shard
    url: str
    reason: str


@dataclass(slots=True)
class Done:
    """The counts of one shard, and what was left out."""

    shard: str  # absolute path
    size_bytes: int
    mtime_ns: int
    sha256: str  # of the shard
    mark: str  # of the job
    part: str  # file name, in the folder for the parts
    part_bytes: int = 0
    captures: int = 0  # in the part
    articles: int = 0  # of them, read as an article
    passed: int = 0  # records of other sites, and such that hold no page
    damaged: list[str] = field(default_factory=list)  # records that could not be read, and why
    doubted: list[str] = field(default_factory=list)  # in the part, but one digest is wrong
    quarantined: list[Quarantined] = field(default_factory=list)


def shard_rules() -> str:
    """A name for the rules by which shards are read: of pages, and of WARC by this version."""
    return f"{__version__} {RULES_VERSION}"


def part_name(shard: Path) -> str:
    """The file name of a shard's part: shards of one name in several folders have one each."""
    mark = hashlib.sha256(str(shard).encode()).hexdigest()[:8]
    return f"{shard.name}-{mark}.parquet"


def sha256_of(shard: Path) -> str:
    """The hash of a shard. Raises OSError."""
    with shard.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_shard(shard: Path, job: Job) -> Done:
    """Read `shard` (an absolute path) into its part, which gets its name when it is whole.

    Raises BadCapture if the shard cannot be read, BulkError if this machine has other rules of
    reading or the part cannot be written.
    """
    if shard_rules() != job.rules:
        raise BulkError("this worker has another version of scraper: install the same on all")
    try:
        was = shard.stat()
        done = Done(
            shard=str(shard),
            size_bytes=was.st_size,
            mtime_ns=was.st_mtime_ns,
            sha256=sha256_of(shard),
            mark=job.mark,
            part=part_name(shard),
        )
    except OSError as e:
        raise BadCapture(f"{shard}: cannot be read: {e.strerror or e}") from e
    part = job.out / done.part
    try:
        with new_file(part) as file:
            write_part(file, _rows(shard, job, done))
        done.part_bytes = part.stat().st_size
    except OSError as e:
        raise BulkError(f"{part}: not written: {e.strerror or e}") from e
    return done


def _rows(shard: Path, job: Job, done: Done) -> Iterator[tuple[Record, Read | None]]:
    with closing(Reader()) as reader:
        for record in read_captures(shard, job.site, folder=job.out):
            match record:
                case Passed():
                    done.passed += 1
                case BadRecord():
                    done.damaged.append(str(record))
                case Captured(offset, snapshot, doubt=doubt):
                    if doubt:
                        done.doubted.append(str(BadRecord(shard, offset, snapshot.url, doubt)))
                    read = reader.read(snapshot)
                    if isinstance(read, Deadly):
                        done.quarantined.append(Quarantined(offset, snapshot.url, read.reason))
                        continue
                    done.articles += read.article is not None
                    done.captures += 1
                    yield record, read
                case revisit:
                    done.captures += 1
                    yield revisit, None
