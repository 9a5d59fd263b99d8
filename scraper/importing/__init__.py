"""Captures made elsewhere -> the archive: WARC and WET files, parts, saved pages, folders of them.

A part is what `scraper bulk` made of a WARC or WET file (scraper/bulk/parts.py).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from scraper.archive import snapshots
from scraper.archive.files import Archive
from scraper.archive.filing import Filing, file_snapshot, file_unfiled, is_filed
from scraper.archive.frontier_updates import Context
from scraper.atomic_files import working_folder
from scraper.errors import ArchiveError, BadCapture, MissingExtra, ReadingStopped
from scraper.importing.replay import original_address
from scraper.importing.saved_pages import read_file
from scraper.importing.sources import Kind, SourceFile, kind_of
from scraper.importing.tally import Imported, Meter
from scraper.models import Snapshot, utc_text
from scraper.progress import Progress
from scraper.urls import Site, canonical
from scraper.warc.containers import read_captures
from scraper.warc.digests import compare
from scraper.warc.reader import BadRecord, Captured, Passed, Record, Revisit

_LATEST = timedelta(
    days=1
)  # clocks and time zones may be wrong by so much; a later time is an error


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the user states of saved pages that do not state it themselves."""

    url: str | None = None
    captured_at: datetime | None = None


def import_files(
    archive: Archive,
    files: Sequence[SourceFile],
    wanted: Wanted,
    context: Context,
    progress: Progress,
    stop: Callable[[], bool] = lambda: False,
) -> Imported:
    """File the captures of the newspaper in `files`; one that was filed before changes nothing.

    `stop` is asked between two captures. A file that cannot be read is noted and left. Raises
    BadCapture if `wanted` names an address of another site.
    """
    stated = original_address(wanted.url)[0] if wanted.url else ""
    if stated and not context.site.owns(canonical(stated, context.site)):
        raise BadCapture(f"{wanted.url} is not an address of {context.site.base_url}")
    file_unfiled(archive, context)
    meter = Meter(progress, [found.path for found in files])
    run = _Import(archive, context, Imported(), meter, is_one_file=len(files) == 1, stop=stop)
    for found in files:
        try:
            for _ in _captures_of(run, found.path, wanted):
                if stop():
                    return run.done
        except ReadingStopped:
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
    meter: Meter
    is_one_file: bool
    stop: Callable[[], bool]
    # Revisits whose page may be in a later file.
    waiting: list[tuple[Path, Revisit]] = field(default_factory=list)


def _captures_of(run: _Import, path: Path, wanted: Wanted) -> Iterator[None]:
    """File what is in one file, a capture at a time."""
    kind = kind_of(path)
    if kind == "page":
        _file_page(run, path, wanted)
        run.meter.tell(path, 0, run.done)
        yield
        return
    for record in _records_in(run, path, kind):
        _take(run, path, record)
        # The offset in a part is that of the record in its shard.
        run.meter.tell(path, record.offset if kind == "warc" else 0, run.done)
        yield


def _records_in(run: _Import, path: Path, kind: Kind) -> Iterator[Record]:
    site = run.context.site
    if kind == "part":
        yield from _records_in_part(path, site)
    elif kind == "warc":
        yield from read_captures(path, site, run.stop)
    else:
        with working_folder(run.archive.path) as folder:
            yield from read_captures(path, site, run.stop, folder)


def _records_in_part(path: Path, site: Site) -> Iterator[Record]:
    try:
        from scraper.bulk.parts import records_in
    except ModuleNotFoundError as e:
        raise MissingExtra("a part", e.name) from e
    return records_in(path, site)


def _file_page(run: _Import, path: Path, wanted: Wanted) -> None:
    page = read_file(
        path, run.context.site, wanted.url, wanted.captured_at, is_alone=run.is_one_file
    )
    run.done.records += 1
    # The file's own time changes with each copy of it: a page that is here already is the same.
    if page.captured_source and snapshots.has_page(run.archive.snapshots, page):
        _count(run, page, Filing("unchanged", page.url, "filed before"))
    else:
        _file(run, page, str(path))


def _take(run: _Import, path: Path, record: Record) -> None:
    """File one record of a WARC file if it is a capture, and count it."""
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
            if record.doubt:
                line = str(BadRecord(path, record.offset, record.snapshot.url, record.doubt))
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
    """The page that a revisit refers to, if the archive has it."""
    url, at = revisit.earlier_url, revisit.earlier_at
    for snapshot_id in snapshots.pages_at(archive.snapshots, url, at):
        try:
            earlier = snapshots.load(archive.snapshots, snapshot_id)
        except ArchiveError:
            continue
        verdict = compare(revisit.digest, earlier.body)
        # The digest of the encoded page cannot be compared any more.
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
    if _is_text(snapshot) and snapshots.has_more_than_text(run.archive.snapshots, snapshot):
        # WET after WARC: the page itself holds more than its text.
        _count(run, snapshot, Filing("unchanged", snapshot.url, "its page was filed before"))
        return
    snapshot_id = snapshots.store(run.archive.snapshots, snapshot)
    if is_filed(run.archive.db, snapshot_id):
        _count(run, snapshot, Filing("unchanged", snapshot.url, "filed before"))
    else:
        filing = file_snapshot(run.archive, snapshot_id, snapshot, run.context)
        _count(run, snapshot, filing)


def _is_text(snapshot: Snapshot) -> bool:
    return (snapshot.header("content-type") or "").startswith("text/plain")


def _count(run: _Import, snapshot: Snapshot, filing: Filing) -> None:
    run.done.filed[filing.kind] += 1
    run.done.cut += filing.is_cut or snapshot.truncated
    run.done.last = filing
