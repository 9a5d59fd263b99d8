"""What one snapshot says: the article on it, or what it is instead. Pure."""

from dataclasses import dataclass
from typing import Literal

from scraper.errors import ExtractError, NotAnArticle
from scraper.extract import extract, is_truncated
from scraper.http.refusals import refusal
from scraper.models import Article, Snapshot

# The version of the rules by which snapshots are read: raise it with every change that reads any
# page differently. `reread` begins anew and `bulk` makes its parts again when it is another one.
# tests/test_reading_rules.py compares it with what the golden pages are read as.
RULES_VERSION = 1

# cut: a text, but the capture ends before the page did. It counts only if there is no whole one.
# refused: the answer is about us, and says nothing of the article.
Reading = Literal[
    "text", "cut", "unchanged", "missing", "redirect", "not_article", "refused", "unreadable"
]
WITH_TEXT: tuple[Reading, ...] = ("text", "cut")
SEEN: tuple[Reading, ...] = (*WITH_TEXT, "unchanged")  # the article was there then


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
    if snapshot.status != 200 and (why := refusal(snapshot)):
        return Read("refused", detail=f"refused: {why}")
    if snapshot.status in (404, 410):
        return Read("missing", detail=f"answered {snapshot.status}")
    if snapshot.is_redirect:
        return Read("redirect")
    return Read("not_article", detail=f"answered {snapshot.status}")


def _read_page(snapshot: Snapshot) -> Read:
    try:
        article = extract(snapshot)
    except NotAnArticle as e:
        if why := refusal(snapshot):
            return Read("refused", detail=f"refused: {why}")
        return Read("not_article", detail=e.reason)
    except ExtractError as e:
        return Read("unreadable", detail=e.reason)
    if article.article_id is None:
        return Read("not_article", detail="no article number in its address")
    return Read("cut" if is_truncated(snapshot) else "text", article)
