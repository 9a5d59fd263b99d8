"""What an address of the search, the trends or a file asks for beside the words."""

import re
from collections.abc import Collection
from datetime import date
from typing import Any

from scraper.archive.tables import FIELDS
from scraper.browse.phrases import say
from scraper.errors import BadFilter
from scraper.search.conditions import Filters

FILTERS = (
    "section", "from", "to", "byline", "tag", "layout", "unit", "photos", "in", "gone", "apart",
)  # fmt: skip
SORTS = ("best", "newest", "oldest")

_WRITTEN = re.compile(r"(?:([0-9]{1,2})[/.-])?([0-9]{1,2})[/.-]([0-9]{4})")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_ISO = re.compile(r"([0-9]{4})(?:-([0-9]{1,2})(?:-([0-9]{1,2}))?)?")


def filters_of(args: Any) -> Filters:
    """The filters of an address. Raises BadFilter."""
    since, until = day_of(args, "from"), day_of(args, "to")
    if until and since > f"{until}~":
        raise BadFilter(say("search.no_day", since=since, until=until))
    return Filters(
        section=args.get("section", "").strip(),
        since=since,
        until=until,
        byline=args.get("byline", "").strip(),
        tag=args.get("tag", "").strip(),
        layout=args.get("layout", "").strip(),
        unit=args.get("unit", "").strip(),
        photos=is_asked(args, "photos"),
        field=one_of(args, "in", FIELDS),
        gone=is_asked(args, "gone"),
        # Pages that follow another, also back, leave out what was captured since it was shown: no
        # hit is on two of them, or on none.
        known_by=_time_of(args, "asof"),
    )


def sort_of(args: Any) -> str:
    """The order asked for. Raises BadFilter."""
    return one_of(args, "sort", SORTS) or "best"


def one_of(args: Any, name: str, choices: Collection[str]) -> str:
    """The one of `choices` that is asked for; "" if none is. Raises BadFilter."""
    given: str = args.get(name, "")
    if given and given not in choices:
        raise BadFilter(
            say("search.bad_choice", given=f"{name}={given}", choices=", ".join(choices))
        )
    return given


def is_asked(args: Any, name: str) -> bool:
    """True for `name=1`, False for `name=0` and if it is not there. Raises BadFilter."""
    return one_of(args, name, ("0", "1")) == "1"


def number_of(args: Any, name: str) -> int:
    """A whole number of at most nine digits; 0 if it is not there. Raises BadFilter."""
    text: str = args.get(name, "")
    if text and not re.fullmatch("[0-9]{1,9}", text):
        raise BadFilter(say("search.bad_number", given=f"{name}={text}"))
    return int(text or 0)


def day_of(args: Any, name: str) -> str:
    """A day, month or year as readers write it, "1/5/2021" or "2021-05-01", as the latter.

    "" if nothing is asked for. Raises BadFilter.
    """
    text: str = args.get(name, "").strip()
    written, iso = _WRITTEN.fullmatch(text), _ISO.fullmatch(text)
    parts = tuple(reversed(written.groups())) if written else iso.groups() if iso else ()
    found = "-".join(part.zfill(2) for part in parts if part)
    try:
        if text and not parts:
            raise ValueError
        if text:
            date.fromisoformat(found + "0001-01-01"[len(found) :])
    except ValueError:
        raise BadFilter(say("search.bad_day", given=f"{name}={text}")) from None
    return found


def _time_of(args: Any, name: str) -> str:
    text: str = args.get(name, "")
    if text and not _TIME.fullmatch(text):
        raise BadFilter(say("search.bad_time", given=f"{name}={text}"))
    return text


def within(args: dict[str, str], period: str) -> dict[str, str]:
    """`args` of a search, narrowed to a year or month; days asked for inside it stay."""
    since, until = day_of(args, "from"), day_of(args, "to")
    return {
        **args,
        "from": since if since.startswith(period) else period,
        "to": until if until.startswith(period) else period,
    }
