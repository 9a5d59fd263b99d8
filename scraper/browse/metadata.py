"""What Datasette says about each table and column, and how it first shows them."""

from typing import Any

from scraper.archive.article_columns import COLUMNS
from scraper.config import BUILT_IN

TABLES: dict[str, dict[str, Any]] = {
    "articles": {
        "title": "Articles (bài viết)",
        "description": "One row for each article, as its newest capture shows it. Open one to read"
        " it whole; the body is in the table texts, so that this list stays quick.",
        "sort_desc": "timestamp",
        "facets": ["section"],
        "label_column": "title",
        "columns": {column.name: column.english for column in COLUMNS},
    },
    "texts": {
        "title": "Bodies (nội dung)",
        "description": "The text of each article: paragraphs with a blank line between them,"
        " without lead and captions.",
        "columns": {
            "article_id": "The article",
            "body": "Paragraphs, a blank line between them",
        },
    },
    "captions": {
        "title": "Captions (chú thích ảnh)",
        "description": "The text under each photo, video or chart.",
        "sort_desc": "article_id",
        "facets": ["credit"],
        "columns": {
            "id": "Number of the row",
            "article_id": "The article",
            "position": "Place among the captions of the article, from 1",
            "after_paragraph": "How many paragraphs of the body come before it",
            "text": "The caption, without the credit",
            "credit": "Photographer or source (Ảnh:), as printed",
            "image_url": "Address of the photo at the newspaper; photos are not kept here",
            "source": "markup; guess if only its place and its words say so",
        },
    },
    "tags": {
        "title": "Tags (từ khóa)",
        "description": "Keywords that the paper gives its articles.",
        "label_column": "name",
        "columns": {"id": "Number of the row", "name": "The keyword"},
    },
    "article_tags": {
        "title": "Tags of articles",
        "description": "Which article has which tag.",
        "columns": {"article_id": "The article", "tag_id": "The tag"},
    },
    "article_bylines": {
        "title": "Bylines of articles (tác giả)",
        "description": "Which article is signed with which name.",
        "facets": ["name"],
        "columns": {"name": "The name, as printed", "article_id": "The article"},
    },
    "weather": {
        "title": "Weather readings (thời tiết)",
        "description": "What the weather widget showed beside an article when it was captured.",
        "sort_desc": "id",
        "facets": ["place"],
        "columns": {
            "id": "Number of the row",
            "snapshot_id": "The capture, in snapshots.db",
            "article_id": "The article it was shown beside",
            "position": "Place in the widget, from 1",
            "observed_at": "Time of the capture or of the page's clock, UTC",
            "place": "Place named (địa điểm)",
            "text": "The widget's text as printed",
            "temperature_c": "Temperature (nhiệt độ), °C",
            "temperature_min_c": "Lowest temperature, °C",
            "temperature_max_c": "Highest temperature, °C",
            "humidity_pct": "Humidity (độ ẩm), %",
            "condition": "Sky and rain, in the paper's words",
        },
    },
    "revisions": {
        "title": "Revisions (các lần sửa)",
        "description": "Each different text ever seen under an article's number.",
        "sort_desc": "captured_at",
        "columns": {
            "article_id": "The article",
            "number": "1 for the first text seen",
            "captured_at": "When this text was first seen, UTC",
            "last_seen_at": "When it was last seen, UTC",
            "snapshot_id": "The capture, in snapshots.db",
            "title": "Headline then",
            "lead": "Lead then",
            "body": "Body then",
            "captions_json": "Captions then, a JSON array",
            "sha256": "Fingerprint of this text",
        },
    },
    "captures": {
        "title": "Captures",
        "description": "Each time an article's page was asked for, and what came of it.",
        "sort_desc": "snapshot_id",
        "facets": ["reading"],
        "columns": {
            "snapshot_id": "The capture itself, in snapshots.db",
            "article_id": "The article's number",
            "captured_at": "When it was asked for, UTC",
            "captured_source": "file: the time is that of a file, and may be much later",
            "status": "HTTP status of the answer",
            "reading": "text, cut (short), unchanged, missing, redirect, not_article, refused,"
            " unreadable",
            "kind": "page (HTML), text with headline, or text; empty if it shows no text",
            "syllable_count": "Syllables of title, lead and body that it shows",
            "sha256": "Hash of the text it showed, as in revisions; empty if it shows none",
            "absent_from": "The address asked, if it no longer had the article",
        },
    },
    "addresses": {
        "title": "Addresses of articles",
        "description": "Every address under which an article was met.",
        "columns": {
            "url": "The address",
            "article_id": "The article's number",
            "first_seen_at": "When it was first met, UTC",
        },
    },
    "withdrawals": {
        "title": "Withdrawn articles",
        "description": "Articles that had to be taken out of the archive, and why.",
        "columns": {
            "article_id": "The paper's number of the article",
            "withdrawn_at": "When it was taken out, UTC",
            "erased_at": "When the last trace of it was erased from this file, UTC; empty: not yet",
            "reason": "Why",
        },
    },
    "runs": {
        "title": "Crawl runs",
        "description": "Each run of the crawler, with what it did.",
        "sort_desc": "id",
        "columns": {
            "id": "Number of the run",
            "command": "Which command it was",
            "started_at": "UTC",
            "finished_at": "UTC; empty while it runs, or if it was killed",
            "outcome": "How it ended",
            "detail": "Why, in words",
            "requests": "Requests sent",
            "found": "Addresses met for the first time",
            "fetched": "Pages captured",
            "new_articles": "Articles met for the first time",
            "new_revisions": "Articles whose text had changed",
            "unchanged": "Pages that had not changed",
            "not_articles": "Pages that were no articles",
            "failed": "Pages that could not be captured or read",
        },
    },
    "frontier": {
        "title": "Frontier",
        "description": "Every address the crawler knows, and when it is to be asked again.",
        "facets": ["state"],
        "columns": {
            "url": "The address",
            "article_id": "The article's number, if it is the address of one",
            "source": "The list it was found in",
            "found_at": "When it was found, UTC",
            "lastmod": "Change that the list states, UTC",
            "state": "new, list, archived, duplicate, not_article, redirect, gone, failed,"
            " disallowed",
            "due_at": "When it is to be asked next, UTC; empty for never",
            "attempts": "Attempts that failed in a row",
            "last_status": "HTTP status of the last answer",
            "etag": "Mark of the version last seen, to ask only for news",
            "last_modified": "The same, as a date",
            "error": "Why it is in this state",
            "backfill": "1: of long ago, asked for after everything newer",
        },
    },
    "failures": {
        "title": "Failures",
        "description": "Each page that could not be captured or read.",
        "sort_desc": "id",
        "facets": ["kind"],
        "columns": {
            "id": "Number of the row",
            "run_id": "The run",
            "at": "When, UTC",
            "url": "The address",
            "kind": "What kind of failure",
            "detail": "What was found",
        },
    },
    "hosts": {
        "title": "Hosts",
        "description": "robots.txt as last read, and the earliest time of the next request.",
        "columns": {
            "host": "Host name",
            "robots_body": "robots.txt, as sent",
            "robots_status": "HTTP status of robots.txt",
            "robots_fetched_at": "When it was read, UTC",
            "next_request_at": "No request before this time, UTC, but by the run under way",
            "next_request_reason": "Why not",
            "refused_in_row": "Runs in a row that the site ended by refusing us",
        },
    },
    "places": {
        "title": "Places",
        "description": "Provinces, districts and communes of old Lào Cai and Yên Bái, and of the"
        " province since July 2025. Points: GeoNames, CC BY 4.0.",
        "facets": ["kind"],
        "columns": {
            "id": "Code of the statistics office; with -2025 for a unit of July 2025",
            "kind": "xã, phường, thị trấn, huyện, thị xã, thành phố or tỉnh",
            "name": "Name without the kind",
            "label": "A name that no other unit has",
            "other_names": "Other spellings, a JSON array",
            "code": "Code of the statistics office",
            "parent_id": "The unit that it belonged to last",
            "valid_from": "Its first day; empty: older than the sources",
            "valid_to": "The first day on which it did not exist any more",
            "became": "The units that it went into, a JSON array",
            "latitude": "Degrees north, WGS 84",
            "longitude": "Degrees east, WGS 84",
            "source": "Where the row comes from",
        },
    },
    "article_places": {
        "title": "Places named in articles",
        "description": "Which places each article names, where and how often.",
        "facets": ["certainty", "part"],
        "columns": {
            "article_id": "The article",
            "place_id": "The place",
            "part": "title, lead, text or caption",
            "form": "As printed",
            "times": "How often",
            "certainty": "sure; ambiguous: the text may mean another place or none",
        },
    },
    "recoverable": {
        "title": "Captures in public web archives",
        "description": "Captures that `scraper recover` found listed, and what became of each.",
        "columns": {
            "service": "The web archive",
            "url": "The address, as the web archive writes it",
            "captured_at": "When it captured the page, UTC",
            "article_id": "The article",
            "status": "HTTP status then; empty: the same page as before",
            "digest": "Fingerprint of the page, SHA-1",
            "state": "listed, filed or failed",
            "attempts": "How often it was asked for",
            "error": "Why the last attempt failed",
        },
    },
    "marks": {
        "title": "Marks",
        "description": "What the archive remembers about itself.",
        "hidden": True,
        "columns": {"name": "Name of the mark", "value": "Its value"},
    },
    "identity": {
        "title": "Identity",
        "description": "The archive that this file belongs to, and its newspaper.",
        "hidden": True,
        "columns": {
            "archive_id": "The same in archive.db and snapshots.db",
            "base_url": "Address of the newspaper",
            "archive_name": "Name of the file archive.db",
        },
    },
    "articles_full": {
        "title": "Articles with body",
        "description": "Articles with their body, for queries that need both.",
    },
    "articles_searched": {
        "title": "Searched texts",
        "description": "The texts that the search index is made from, each twice.",
        "hidden": True,
    },
    "articles_fts": {"title": "Search index", "description": "See search_words().", "hidden": True},
    "_sqlite_migrations": {"description": "Versions of this file.", "hidden": True},
}

QUERIES: dict[str, dict[str, str]] = {
    "named_by_month": {
        "title": "How often words are named, by month",
        "description": "Articles per month that hold the words; typed as in the search box.",
        "sql": "SELECT substr(local_date, 1, 7) AS month, count(*) AS articles\n"
        "FROM articles_fts CROSS JOIN articles ON articles.id = articles_fts.rowid\n"
        "WHERE articles_fts MATCH search_words(:words)\n"
        "GROUP BY month ORDER BY month",
    },
    "bylines_by_section": {
        "title": "Who writes for which section",
        "description": "Articles for each name and section.",
        "sql": "SELECT section, name AS byline, count(*) AS articles\n"
        "FROM article_bylines JOIN articles ON articles.id = article_id\n"
        "GROUP BY section, byline ORDER BY articles DESC, byline LIMIT 500",
    },
    "edited_after_publication": {
        "title": "Articles edited after publication",
        "description": "Articles seen with more than one text, those with most first.",
        "sql": "SELECT id, title, revision_count AS texts, timestamp AS published,\n"
        "    last_captured_at AS last_seen\n"
        "FROM articles WHERE revision_count > 1\n"
        "ORDER BY revision_count DESC, id DESC LIMIT 500",
    },
    "vanished": {
        "title": "Pages that vanished from the site",
        "description": "Articles of the archive that the newspaper no longer shows.",
        "sql": "SELECT id, title, section, timestamp, gone_at\n"
        "FROM articles WHERE gone_at IS NOT NULL ORDER BY gone_at DESC LIMIT 500",
    },
    "temperatures": {
        "title": "Temperatures read off the weather widget",
        "description": "Readings with a temperature, newest first.",
        "sql": "SELECT observed_at, place, temperature_c, temperature_min_c, temperature_max_c,\n"
        "    humidity_pct, condition, article_id\n"
        "FROM weather WHERE coalesce(temperature_c, temperature_max_c) IS NOT NULL\n"
        "ORDER BY observed_at DESC LIMIT 500",
    },
    "photographers": {
        "title": "Photographers",
        "description": "Captions for each credit.",
        "sql": "SELECT credit, count(*) AS captions, min(article_id) AS first_article,\n"
        "    max(article_id) AS last_article\n"
        "FROM captions WHERE credit <> '' GROUP BY credit ORDER BY captions DESC LIMIT 500",
    },
}


def descriptions() -> dict[str, Any]:
    """Datasette's metadata for the database `archive`, as a new dict: Datasette writes into it."""
    tables = {
        name: {**told, "columns": dict(told.get("columns", {}))} for name, told in TABLES.items()
    }
    return {
        "title": BUILT_IN.serve.title,
        "source": "Báo Lào Cai",
        "databases": {
            "archive": {
                "description": "Tables of the archive. Times are UTC; columns that hold lists are"
                " JSON arrays.",
                "tables": tables,
                "queries": dict(QUERIES),
            }
        },
        "plugins": {"datasette-block-robots": {"disallow": "/"}},
    }
