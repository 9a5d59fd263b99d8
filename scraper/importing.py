"""Captures made elsewhere -> the archive: WARC and WET files, parts, saved pages, folders of them.

A part is what `scraper bulk` made of a WARC or WET file (scraper/bulk/parts.py).
"""

import glob
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from scraper.archive import snapshots
from scraper.archive.filing import Context, Filing, Kind, file_snapshot, file_unfiled, is_filed
from scraper.archive.schema import Archive
from scraper.captures import read_file
from scraper.errors import ArchiveError, BadCapture, MissingExtra
from scraper.models import Snapshot, utc_text
from scraper.progress import Progress
from scraper.urls import Site, canonical
from scraper.warc.digests import compare
from scraper.warc.reading import BadRecord, Captured, Passed, Record, Revisit, captures_in

_PAGES = (".html", ".htm", ".xhtml", ".txt")
_WARCS = (".warc", ".wet", ".warc.gz", ".wet.gz")
_WARC_STARTS = (b"WARC/", b"\x1f\x8b")
_PART, _PART_START = ".parquet", b"PAR1"
_KINDS = (*_WARCS, _PART, *_PAGES)
_LATEST = timedelta(days=1)  # a clock may be wrong, and a time zone; a later capture is none
_TELL_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is said of saved pages that do not say it themselves."""

    url: str | None = None
    captured_at: datetime | None = None


@dataclass(slots=True)
class Imported:
    """What an import came to."""

    records: int = 0  # captures read, whatever came of them
    filed: Counter[Kind] = field(default_factory=Counter)
    other_sites: int = 0
    no_pages: int = 0  # images, scripts and the like
    cut: int = 0  # filed, but marked as cut short
    bad: int = 0  # records and pages that could not be filed
    damages: list[str] = field(default_factory=list)  # "a.warc: record at 5: ...", of any kind
    unreadable: list[str] = field(default_factory=list)  # whole files, one line each
    last: Filing | None = None
    is_whole: bool = False

    def add_bad(self, line: str) -> None:
        """Count a record that could not be filed, and say which."""
        self.bad += 1
        self.damages.append(line)


@dataclass(frozen=True, slots=True)
class Found:
    """A file to import."""

    path: Path
    is_named: bool  # it was given by its name, not met in a folder

    @property
    def must_be_readable(self) -> bool:
        """Whether it is an error that nothing can be had of it; folders of pages hold much else."""
        return self.is_named or self.path.name.lower().endswith((*_WARCS, _PART))


def files_in(paths: Sequence[Path]) -> list[Found]:
    """The files that `paths` name: themselves, those in folders, those that fit patterns.

    Raises BadCapture where one names none.
    """
    found: list[Found] = []
    for path in paths:
        is_pattern = not path.exists() and glob.has_magic(str(path))
        named = sorted(map(Path, glob.glob(str(path), recursive=True))) if is_pattern else [path]
        files = [file for name in named for file in _files_of(name)]
        if not files:
            raise BadCapture(f"{path}: nothing to import there ({' '.join(_KINDS)})")
        found += files
    return found


def shards_in(paths: Sequence[Path]) -> list[Path]:
    """The WARC and WET files that `paths` name, as `files_in` finds them; each once, absolute.

    Raises BadCapture where there is none.
    """
    named = [
        found.path.resolve()
        for found in files_in(paths)
        if found.is_named or found.path.name.lower().endswith(_WARCS)
    ]
    if not named:
        raise BadCapture(f"{paths[0]}: no shard there ({' '.join(_WARCS)})")
    return list(dict.fromkeys(named))


def _files_of(path: Path) -> list[Found]:
    """The file itself, or those in a folder, and in folders in it, that may hold captures."""
    if not path.exists():
        raise BadCapture(f"{path}: cannot be read: No such file or directory")
    if not path.is_dir():
        return [Found(path, is_named=True)]
    return [
        Found(file, is_named=False)
        for file in sorted(path.rglob("*"))
        if file.name.lower().endswith(_KINDS) and not file.name.startswith(".") and file.is_file()
    ]


def import_files(
    archive: Archive,
    files: Sequence[Found],
    wanted: Wanted,
    context: Context,
    progress: Progress,
    stop: Callable[[], bool] = lambda: False,
) -> Imported:
    """File the captures of the newspaper in `files`; one filed before changes nothing.

    `stop` is asked between two captures. A file that cannot be read costs only itself. Raises
    BadCapture where `wanted` names an address of another site.
    """
    if wanted.url and not context.site.owns(canonical(wanted.url, context.site)):
        raise BadCapture(f"{wanted.url} is not an address of {context.site.base_url}")
    file_unfiled(archive, context)
    run = _Import(archive, context, Imported(), _Meter(progress, [found.path for found in files]))
    for found in files:
        try:
            for _ in _captures_of(run, found.path, wanted):
                if stop():
                    return run.done
        except BadCapture as e:
            if found.must_be_readable:
                run.done.unreadable.append(str(e))
            else:
                run.done.records += 1
                run.done.add_bad(str(e))
        run.meter.leave(found.path)
    for path, revisit in run.waiting:
        _file_revisit(run, path, revisit, is_last_try=True)
    run.meter.end(run.done)
    run.done.is_whole = True
    return run.done


@dataclass(frozen=True, slots=True)
class _Import:
    """An import under way."""

    archive: Archive
    context: Context
    done: Imported
    meter: "_Meter"
    # Revisits whose page may stand in a later file.
    waiting: list[tuple[Path, Revisit]] = field(default_factory=list)


def _captures_of(run: _Import, path: Path, wanted: Wanted) -> Iterator[None]:
    """File what is in one file, a capture at a time."""
    kind = _kind_of(path)
    if kind == "page":
        _file_page(run, path, wanted)
        yield
        return
    records = _records_in_part if kind == "part" else captures_in
    for record in records(path, run.context.site):
        _take(run, path, record)
        # A part says where the record stands in its shard, not how far we are in the part.
        run.meter.tell(path, record.offset if kind == "warc" else 0, run.done)
        yield


def _kind_of(path: Path) -> Literal["warc", "part", "page"]:
    try:
        with path.open("rb") as file:
            start = file.read(8)
    except OSError as e:
        raise BadCapture(f"{path}: cannot be read: {e.strerror}") from e
    name = path.name.lower()
    if start.startswith(_PART_START) or name.endswith(_PART):
        return "part"
    return "warc" if start.startswith(_WARC_STARTS) or name.endswith(_WARCS) else "page"


def _records_in_part(path: Path, site: Site) -> Iterator[Record]:
    try:
        from scraper.bulk.parts import records_in
    except ModuleNotFoundError as e:
        raise MissingExtra("a part", e.name) from e
    return records_in(path, site)


def _file_page(run: _Import, path: Path, wanted: Wanted) -> None:
    saved = read_file(path, run.context.site, wanted.url, wanted.captured_at)
    run.done.records += 1
    page = saved.snapshot
    # The file's own time changes with each copy of it: a page that is here already is the same.
    if not saved.is_dated and snapshots.has_page(run.archive.snapshots, page):
        _count(run, page, Filing("unchanged", page.url, "filed before"))
    else:
        _file(run, page, str(path))


def _take(run: _Import, path: Path, record: Record) -> None:
    """File one record of a WARC file, or count what else it is."""
    if isinstance(record, Passed) and record.why == "no capture":
        return
    run.done.records += 1
    match record:
        case Passed(why="other site"):
            run.done.other_sites += 1
        case Passed():
            run.done.no_pages += 1
        case BadRecord():
            run.done.add_bad(str(record))
        case Revisit():
            _file_revisit(run, path, record, is_last_try=False)
        case Captured():
            _file(run, record.snapshot, f"{path}: record at {record.offset}")
            if record.is_last:
                why = "the file ends within it; what is there is marked as cut short"
                line = str(BadRecord(path, record.offset, record.snapshot.url, why))
                run.done.damages.append(line)


def _file_revisit(run: _Import, path: Path, revisit: Revisit, *, is_last_try: bool) -> None:
    body = _page_of(run.archive, revisit)
    if body is not None:
        snapshot = replace(revisit.snapshot, body=body)
        _file(run, snapshot, f"{path}: record at {revisit.offset}")
    elif is_last_try:
        url = revisit.snapshot.url
        why = "its page is in an earlier capture, neither here nor in the archive"
        run.done.add_bad(str(BadRecord(path, revisit.offset, url, why)))
    else:
        run.waiting.append((path, revisit))


def _page_of(archive: Archive, revisit: Revisit) -> bytes | None:
    """The page that a revisit refers to, where the archive has it."""
    url, at = revisit.earlier_url, revisit.earlier_at
    for snapshot_id in snapshots.pages_at(archive.snapshots, url, at):
        try:
            earlier = snapshots.load(archive.snapshots, snapshot_id)
        except ArchiveError:
            continue
        verdict = compare(revisit.digest, earlier.body)
        # As it was sent it had another digest, which cannot be compared any more.
        was_encoded = earlier.header("content-encoding") or earlier.header("transfer-encoding")
        may_be_same = verdict == "same" or (
            (verdict == "unknown" or was_encoded) and earlier.captured_at == at
        )
        if may_be_same and earlier.status == revisit.snapshot.status and not earlier.truncated:
            return earlier.body
    return None


def _file(run: _Import, snapshot: Snapshot, place: str) -> None:
    if snapshot.captured_at > datetime.now(UTC) + _LATEST:
        stated = utc_text(snapshot.captured_at)
        run.done.add_bad(f"{place}: captured at {stated}, which is still to come")
        return
    snapshot_id = snapshots.store(run.archive.snapshots, snapshot)
    if is_filed(run.archive.db, snapshot_id):
        _count(run, snapshot, Filing("unchanged", snapshot.url, "filed before"))
    else:
        filing = file_snapshot(run.archive, snapshot_id, snapshot, run.context)
        _count(run, snapshot, filing)


def _count(run: _Import, snapshot: Snapshot, filing: Filing) -> None:
    run.done.filed[filing.kind] += 1
    run.done.cut += snapshot.truncated
    run.done.last = filing


class _Meter:
    """Tells how far an import has come, in megabytes of its files; not before it takes a while."""

    def __init__(self, progress: Progress, paths: Sequence[Path]) -> None:
        self._progress = progress
        self._total = sum(path.stat().st_size for path in paths if path.exists())
        self._left = self._told = 0  # bytes of finished files; megabytes told
        self._told_at = time.monotonic()
        self._is_telling = False

    def tell(self, path: Path, offset: int, done: Imported) -> None:
        """So far in this file."""
        if time.monotonic() - self._told_at < _TELL_SECONDS:
            return
        if not self._is_telling:
            self._progress.expect(self._total // 1_000_000)
            self._is_telling = True
        self._step(self._left + offset, f"MB; {path.name}: {_told(done)}")

    def leave(self, path: Path) -> None:
        """This file is done."""
        self._left += path.stat().st_size

    def end(self, done: Imported) -> None:
        """All are."""
        if self._is_telling:
            self._step(self._total, f"MB; {_told(done)}")

    def _step(self, position: int, text: str) -> None:
        megabytes = position // 1_000_000
        self._progress.step(text, megabytes - self._told)
        self._told, self._told_at = megabytes, time.monotonic()


def _told(done: Imported) -> str:
    return f"{done.records} records, {done.filed.total()} of them filed"


def summary(done: Imported) -> str:
    """One line: of a single page what came of it, else the counts."""
    if done.records == 1 and done.last:
        said = done.last.title or done.last.url
        return f"{done.last.kind}: {said} {done.last.detail}".rstrip()
    counts = [(done.filed[kind], word) for kind, word in _WORDS.items()]
    counts += [(done.other_sites, "of other sites"), (done.no_pages, "no pages")]
    counts += [(done.bad, "bad"), (done.cut, "cut short")]
    told = ", ".join(f"{count} {word}" for count, word in counts if count)
    line = f"{done.records} record{'' if done.records == 1 else 's'} read"
    line += f": {told}" if told else ""
    return line if done.is_whole else f"{line}; broken off, import it again for the rest"


def as_json(done: Imported) -> dict[str, object]:
    """What `--json` prints."""
    return {
        "records": done.records,
        **{kind: done.filed[kind] for kind in _WORDS},
        "other_sites": done.other_sites,
        "no_pages": done.no_pages,
        "cut_short": done.cut,
        "bad": done.bad,
        "damages": done.damages,
        "unreadable_files": done.unreadable,
        "is_whole": done.is_whole,
    }


_WORDS: dict[Kind, str] = {
    "new": "new",
    "changed": "changed",
    "unchanged": "unchanged",
    "not_article": "no articles",
    "missing": "missing",
    "redirect": "redirects",
    "unreadable": "unreadable",
}
