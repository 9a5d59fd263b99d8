"""The counts of an import, and its progress."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scraper.archive.filing import Filing, FilingKind
from scraper.models import file_name
from scraper.progress import OTHER_PAGE, Progress, counted

_SHOW_SECONDS = 1.0
_MOST_LINES = 20  # on damages, for people


@dataclass(slots=True)
class Imported:
    """The counts of an import, and what could not be filed."""

    records: int = 0  # captures read, filed or not
    filed: Counter[FilingKind] = field(default_factory=Counter)
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

    def first_faults(self) -> Iterator[str]:
        """Of the damages, and of the files that cannot be read, the first; and how many follow."""
        for lines in (self.damages, self.unreadable):
            yield from lines[:_MOST_LINES]
            if (more := len(lines) - _MOST_LINES) > 0:
                yield f"{more} more like these; --json lists all"


class Meter:
    """Shows the progress of an import that takes a while, in megabytes of its files."""

    def __init__(self, progress: Progress, paths: Sequence[Path]) -> None:
        self._progress = progress
        self._sizes = {path: path.stat().st_size for path in paths if path.exists()}
        self._total = sum(self._sizes.values())
        self._left = self._shown = 0  # bytes of finished files; megabytes shown
        self._shown_at = time.monotonic()
        self._is_telling = False

    def tell(self, path: Path, offset: int, done: Imported) -> None:
        """Show that the import has come to `offset` in this file."""
        if time.monotonic() - self._shown_at < _SHOW_SECONDS:
            return
        if not self._is_telling:
            self._progress.expect(self._total // 1_000_000)
            self._is_telling = True
        self._step(self._left + offset, f"MB; {file_name(path)}: {_counts(done)}")

    def leave(self, path: Path) -> None:
        """Note that this file is done."""
        self._left += self._sizes.get(path, 0)

    def end(self, done: Imported) -> None:
        """Show that all files are done."""
        if self._is_telling:
            self._step(self._total, f"MB; {_counts(done)}")

    def _step(self, position: int, text: str) -> None:
        megabytes = position // 1_000_000
        self._progress.step(text, megabytes - self._shown)
        self._shown, self._shown_at = megabytes, time.monotonic()


def _counts(done: Imported) -> str:
    return f"{counted(done.records, 'record')}, {done.filed.total()} of them filed"


def summary(done: Imported) -> str:
    """One line: for a single page its result, else the counts."""
    if done.records == 1 and done.last and done.is_whole:
        return f"{done.last}{' (cut short)' if done.cut else ''}"
    counts = [(done.filed[kind], words) for kind, words in _WORDS.items()]
    counts += [(done.other_sites, ("of another site", "of other sites"))]
    counts += [(done.no_pages, ("image or other file", "images and other files"))]
    counts += [(done.bad, ("bad", "bad")), (done.cut, ("cut short", "cut short"))]
    parts = ", ".join(counted(count, *words) for count, words in counts if count)
    line = f"{counted(done.records, 'record')} read"
    line += f": {parts}" if parts else ""
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


# Of one, of several.
_WORDS: dict[FilingKind, tuple[str, str]] = {
    "new": ("new", "new"),
    "changed": ("changed", "changed"),
    "unchanged": ("unchanged", "unchanged"),
    "not_article": OTHER_PAGE,
    "missing": ("missing", "missing"),
    "redirect": ("redirect", "redirects"),
    "refused": ("refused", "refused"),
    "unreadable": ("unreadable", "unreadable"),
}
