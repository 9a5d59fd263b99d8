"""The invented newspaper: any number of stories, each made from the seed and its place alone.

Nothing is held: story 400,000 costs as little as story 1, and both come out the same whenever
they are asked for. Numbers rise with time, with the leap the real series made in July 2025.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from scraper.demo.story import Story
from scraper.demo.writing import Assignment, write_story
from scraper.times import VIETNAM

END = datetime(2026, 11, 1, tzinfo=VIETNAM)  # the last story is of 31 October 2026
_MERGER = datetime(2025, 7, 1, tzinfo=VIETNAM)  # of two papers: the numbers leap
_FIRST_ID, _ID_AFTER_MERGER, _IDS_A_YEAR = 393_000, 885_000, 12_000
_GOLDEN = 0.618033988749895  # its multiples spread evenly: jitter that needs no generator


@dataclass(frozen=True, slots=True)
class Newspaper:
    """`pages` stories over `months` months, oldest first."""

    seed: int
    pages: int
    months: int

    def __len__(self) -> int:
        return self.pages

    def __iter__(self) -> Iterator[Story]:
        return (self.story(index) for index in range(self.pages))

    @property
    def start(self) -> datetime:
        """The first day, 00:00 Vietnam time."""
        month = END.year * 12 + END.month - 1 - self.months
        return datetime(month // 12, month % 12 + 1, 1, tzinfo=VIETNAM)

    def story(self, index: int) -> Story:
        """Story `index`, 0 being the oldest."""
        if not 0 <= index < self.pages:
            raise IndexError(index)
        at = self.published_at(index)
        # The paper changed its design after the first sixth of the time.
        is_old = at < self.start + (END - self.start) / 6
        return write_story(
            Assignment(self.seed, index, self.article_id(index), at, "site2022" if is_old else "")
        )

    def published_at(self, index: int) -> datetime:
        """When story `index` came out: UTC, whole minutes, never before story `index - 1`."""
        slot = (END - self.start) / self.pages
        at = self.start + slot * (index + 0.9 * self._jitter(index))
        return at.replace(second=0, microsecond=0).astimezone(UTC)

    def article_id(self, index: int) -> int:
        """The number of story `index`; higher than all before it."""
        older = self.index_at(_MERGER)
        step = max(1, _IDS_A_YEAR * self.months // 12 // self.pages)
        first = _FIRST_ID
        if index >= older:
            first = max(_ID_AFTER_MERGER, _FIRST_ID + older * step + 100_000)
            return first + (index - older) * step + int(self._jitter(index) * step)
        return first + index * step + int(self._jitter(index) * step)

    def index_at(self, moment: datetime) -> int:
        """How many stories came out before `moment`."""
        return bisect_left(range(self.pages), moment, key=self.published_at)

    def _jitter(self, index: int) -> float:
        return (index + self.seed) * _GOLDEN % 1.0


def make_newspaper(seed: int = 1, pages: int = 150, months: int = 24) -> Newspaper:
    """The paper of this `seed`: same arguments, same stories, to the byte."""
    if pages < 1 or months < 1:
        raise ValueError(f"a newspaper of {pages} pages over {months} months")
    return Newspaper(seed, pages, months)
