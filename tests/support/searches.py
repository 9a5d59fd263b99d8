"""The published searches, the invented articles they search, and rows of an archive for these."""

import json
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from scraper.archive.article_columns import COLUMNS
from scraper.search.conditions import ALL, Filters
from scraper.search.hits import SearchPage, search
from scraper.search.query import Aliases, read_aliases, read_query
from scraper.search.sql import ask

PUBLISHED = json.loads((Path(__file__).parents[2] / "docs" / "searches.json").read_text("utf-8"))
ALIASES = read_aliases(tuple(PUBLISHED["aliases"]))

# Number, title, lead, body, captions: invented, one for each way of writing and typing.
ARTICLES = [
    (
        *(article[name] for name in ("id", "title", "lead", "body")),
        tuple(f"{caption['text']}|{caption['credit']}" for caption in article["captions"]),
    )
    for article in PUBLISHED["articles"]
]
NUMBERS = {number for number, *_ in ARTICLES}

# What is typed -> the numbers it must find: all of them, and no other.
QUERIES = {
    text: set(numbers) for kind in PUBLISHED["searches"].values() for text, numbers in kind.items()
}


def searched(
    db: Database, text: str, *, filters: Filters = ALL, aliases: Aliases = (), **options: Any
) -> SearchPage:
    """What `search` finds for a text; `options` are its own."""
    return search(db, ask(db, read_query(text, aliases), filters), **options)


def add_article(
    db: Database, number: int, title: str, lead: str, body: str, captions: tuple
) -> None:
    """File an article by plain SQL, as the archive's own code would."""
    time = f"20{10 + number % 4}-05-{min(number, 28):02d}T01:00:00Z"
    row = _empty_article() | {
        "id": number,
        "url": f"https://baolaocai.vn/bai-viet/{number}-x",
        "title": title,
        "lead": lead,
        "section": ("Kinh tế", "Xã hội")[number % 2],
        "byline": json.dumps(["Ngọc Bằng"] if number < 4 else ["Bằng"], ensure_ascii=False),
        "timestamp": time,
        "timestamp_source": "captured",
        "local_date": time[:10],
        "layout": "article",
        "template": "onecms",
        "caption_count": len(captions),
        "photo_count": len(captions),
        "revision_count": 1,
        "first_captured_at": time,
        "last_captured_at": time,
        "snapshot_id": number,
    }
    db.conn.execute(
        f"INSERT INTO articles ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})",
        tuple(row.values()),
    )
    db.conn.execute("INSERT INTO texts VALUES (?, ?)", (number, body))
    for position, caption in enumerate(captions, 1):
        text, credit = caption.split("|")
        db.conn.execute(
            "INSERT INTO captions (article_id, position, after_paragraph, text, credit, image_url,"
            " source) VALUES (?, ?, 0, ?, ?, '', 'markup')",
            (number, position, text, credit),
        )


def _empty_article() -> dict[str, Any]:
    """The empty value of each column of `articles` that may not be NULL."""
    empty = {"id": 0, "count": 0, "text": "", "time": "", "list": "[]"}
    return {column.name: empty[column.kind] for column in COLUMNS if "NOT NULL" in column.sql}
