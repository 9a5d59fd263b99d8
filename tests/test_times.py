"""Which of a page's statements of its times counts, and which leave a doubt."""

from datetime import UTC, datetime

import pytest
from selectolax.lexbor import LexborHTMLParser

from scraper.extract.page import parse
from scraper.extract.stated_times import Times, read_times
from scraper.models import Snapshot

CAPTURED_AT = datetime(2024, 12, 20, 3, tzinfo=UTC)


def times(head: str = "", printed: str = "") -> Times:
    html = f"<html><head>{head}</head><body>{printed}</body></html>"
    page = parse(Snapshot("https://baolaocai.vn/a-post1.html", CAPTURED_AT, 200, (), html.encode()))
    return read_times(page, LexborHTMLParser(printed).css("time"), CAPTURED_AT)


META = '<meta property="article:published_time" content="{}">'
MODIFIED = '<meta property="article:modified_time" content="{}">'
LD = '<script type="application/ld+json">{{"@type": "NewsArticle", "datePublished": "{}"}}</script>'
TIME = '<time datetime="{}">{}</time>'


@pytest.mark.parametrize(
    ("head", "printed", "source", "minute"),
    [
        (META.format("2024-12-15T09:01:00+0700") + LD.format("2024-12-15T09:02:00+0700"),
         TIME.format("2024-12-15T09:03:00+0700", "15/12/2024 09:04"), "meta", 1),
        (LD.format("2024-12-15T09:02:00+0700"),
         TIME.format("2024-12-15T09:03:00+0700", "15/12/2024 09:04"), "json-ld", 2),
        ("", TIME.format("2024-12-15T09:03:00+0700", "15/12/2024 09:04"), "time", 3),
        ("", TIME.format("", "15/12/2024 09:04"), "text", 4),
        (META.format("2024-12-15"), TIME.format("", "15/12/2024 09:04"), "text", 4),
        (META.format("31/2/2024 09:00"), TIME.format("", "15/12/2024 09:04"), "text", 4),
    ],
)  # fmt: skip
def test_the_most_trusted_statement_counts(
    head: str, printed: str, source: str, minute: int
) -> None:
    found = times(head, printed)
    assert found.published_at == datetime(2024, 12, 15, 2, minute, tzinfo=UTC)
    assert found.published_source == source


@pytest.mark.parametrize(
    ("head", "printed", "flags"),
    [
        (META.format("2024-12-15T09:00:00+0700"), TIME.format("", "Chủ nhật, 15/12/2024 09:00"), ()),
        (META.format("2024-12-15T09:00:00+0700"), TIME.format("", "15/12/2024"), ()),
        (META.format("2024-12-15T09:00:00+0700"), TIME.format("", "Thứ 2, 15/12/2024 09:00"),
         ("weekday mismatch",)),
        (META.format("2024-12-15T09:00:00+99:00"), "", ("bad offset",)),
        (META.format("2024-12-15T09:00:00+0700"), TIME.format("", "31/2/2024 09:00"), ("bad date",)),
        (META.format("0026-12-15T09:00:00+0700"), "", ("bad date",)),
        (META.format("2024-12-15T09:00:00+0700"), TIME.format("", "13/12/2024 08:00"),
         ("times disagree",)),
        # Vietnam's time, stated as UTC: seven hours from now.
        (META.format("2024-12-20T10:00:00Z"), "", ("published in the future",)),
        (META.format("2024-12-20T10:30:00+0700"), "", ()),
        (MODIFIED.format("2025-12-20T10:30:00+0700"), "", ("modified in the future",)),
        (MODIFIED.format("30/2/2024 10:30"), "", ("bad date",)),
    ],
)  # fmt: skip
def test_what_leaves_a_doubt_is_flagged(head: str, printed: str, flags: tuple[str, ...]) -> None:
    assert times(head, printed).flags == flags


def test_a_date_alone_that_stands_alone_says_so() -> None:
    assert times(META.format("2024-12-15")).published_source == "meta (date only)"
