"""What one snapshot says: the article on it, or what it is instead. Pure."""

import re
from dataclasses import dataclass
from typing import Literal

from scraper.errors import ExtractError, NotAnArticle
from scraper.extract import extract
from scraper.extract.text import is_html
from scraper.models import Article, Snapshot

# The version of the rules by which snapshots are read: raise it with every change that reads any
# page differently. `reread` begins anew and `bulk` makes its parts again when it is another one.
# tests/test_reading_rules.py compares it with what the golden pages are read as.
RULES_VERSION = 1

# cut: a text, but the capture ends before the page did. It counts only if there is no whole one.
Reading = Literal["text", "cut", "unchanged", "missing", "redirect", "not_article", "unreadable"]
WITH_TEXT: tuple[Reading, ...] = ("text", "cut")
SEEN: tuple[Reading, ...] = (*WITH_TEXT, "unchanged")  # the article was there then

_END = re.compile(rb"</(?:body|html)\b", re.IGNORECASE)
_TAIL = 4000  # bytes in which a page's end usually is


@dataclass(frozen=True, slots=True)
class Read:
    """What one snapshot was read as."""

    reading: Reading
    article: Article | None = None  # if `reading` is "text" or "cut"
    detail: str = ""  # why it is no article


def read_snapshot(snapshot: Snapshot) -> Read:
    """What a snapshot says: the article on it, or what it is instead."""
    if snapshot.status == 200:
        return _read_page(snapshot)
    if snapshot.status == 304:
        return Read("unchanged")
    if snapshot.status in (404, 410):
        return Read("missing", detail=f"answered {snapshot.status}")
    if snapshot.is_redirect:
        return Read("redirect")
    return Read("not_article", detail=f"answered {snapshot.status}")


def _read_page(snapshot: Snapshot) -> Read:
    try:
        article = extract(snapshot)
    except NotAnArticle as e:
        return Read("not_article", detail=e.reason)
    except ExtractError as e:
        return Read("unreadable", detail=e.reason)
    if article.article_id is None:
        return Read("not_article", detail="no article number in its address")
    return Read("cut" if snapshot.truncated or _is_truncated(snapshot.body) else "text", article)


def _is_truncated(body: bytes) -> bool:
    """True if the HTML has no closing body or html tag, as in a truncated copy."""
    if not is_html(body.lstrip()):
        return False
    return not (_END.search(body, max(0, len(body) - _TAIL)) or _END.search(body))
