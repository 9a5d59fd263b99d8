"""When to ask again for an address, by what came of it. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta

# An address that failed is asked again after these days; the last repeats. Each is worth one
# request: a page that is only lost for a week is not lost.
FAILURE_DAYS = (0.25, 1, 7, 30)
# A page is `gone` once a second 404 comes this much later; cron wanders by minutes.
SECOND_LOOK = timedelta(days=1)


def after_failure(attempts: int, at: datetime) -> datetime:
    """When to ask again an address that has now failed `attempts` times in a row."""
    return at + timedelta(days=FAILURE_DAYS[min(attempts, len(FAILURE_DAYS)) - 1])


def after_gone(attempts: int, at: datetime) -> datetime:
    """When to ask again for a page that is gone, in case it comes back: rarer each time."""
    return at + timedelta(days=min(30 * 2 ** max(attempts - 2, 0), 365))


def next_revisit(
    days: Sequence[float], published: datetime, first_captured: datetime, at: datetime
) -> datetime:
    """When to look at an article again that was seen at `at`.

    `days` count from the first capture. A step shorter than a tenth of the article's age at
    that capture is left out: nobody edits an article of ten years ago tomorrow, and asking
    would only burden the server. The last step repeats.
    """
    age = first_captured - published
    for step in map(timedelta, sorted(days)):
        if step >= age / 10 and first_captured + step > at:
            return first_captured + step
    return at + timedelta(days=max(days))
