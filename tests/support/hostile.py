"""An archive whose texts attack the reading pages, and the addresses of these pages."""

from sqlite_utils import Database

from scraper.archive.index import index_article
from tests.support.searches import ARTICLES, add_article

HOSTILE = "<script>alert(1)</script> {{ 7*7 }} ' OR 1=1 -- \u202e<img src=x onerror=alert(2)>"
PAGES = (
    "/",
    "/search?q=ma",
    "/search?q=ma&section=Kinh+t%E1%BA%BF&from=2010&byline=bang&tag=x&photos=1&in=captions&gone=1",
    "/search?q=script&sort=newest",
    "/search?q=%22",
    "/search",
    "/trends?q=ma&q=dang+vien&by=month&as=share",
    "/trends?q=script&section=Kinh+t%E1%BA%BF&from=2010",
    "/days",
    "/days/2012",
    "/days/2012-05-28",
    "/bylines",
    "/tags",
    "/tags?letter=%3C",
    "/dashboard",
    "/about",
    "/archive",
    "/archive/articles",
    "/archive/articles?_search=ma",
    "/archive/articles?_col=title&_col=lead",
    "/archive/articles/90",
    "/archive/articles/90?text=1",
    "/archive/articles/90/changes/2",
    "/places",
    "/places/080",
    "/archive/captions",
    "/archive/captions?_col=text",
    "/archive/captions/1",
    "/archive/revisions",
    "/archive/weather",
    "/archive/tags",
    "/archive/texts/90",
    "/archive/runs",
    "/archive/frontier",
    "/archive/articles_full",
    "/archive/named_by_month?words=dang+vien",
    "/archive?sql=select+*+from+articles",
    "/archive?sql=nonsense",
)
MISSING = ("/days/1999", "/days/2012-13-45", "/nowhere", "/archive/articles/424242")
FILES = (
    "/search.json?q=script",
    "/search.csv?q=script",
    "/search.atom?q=script",
    "/trends.csv?q=script",
    "/trends.svg?q=script",
    "/trends.svg",
    "/feeds/new.atom",
    "/feeds/changed.atom",
    "/cite/90.bib",
    "/cite/90.json",
    "/cite/90.txt",
)


def fill_hostile(db: Database) -> None:
    """File the articles of the published searches, and article 90, which is hostile everywhere."""
    for article in ARTICLES:
        add_article(db, *article)
    add_article(db, 90, HOSTILE, HOSTILE, f"{HOSTILE}\n\nHai.", (f"{HOSTILE}|{HOSTILE}",))
    db.conn.execute("UPDATE articles SET url = 'javascript:alert(3)', byline = ?", ('["=cmd()"]',))
    db.conn.execute("INSERT INTO tags VALUES (1, ?), (2, 'du lịch')", (HOSTILE,))
    db.conn.execute("INSERT INTO article_tags VALUES (90, 1), (90, 2), (12, 2), (7, 2)")
    db.conn.execute(
        "INSERT INTO weather VALUES (1, 1, 90, 0, '2024-05-01T00:00:00Z', ?, ?, -2.5, NULL, NULL,"
        " 81, ?), (2, 2, 7, 0, '2024-08-01T00:00:00Z', 'Sa Pa', 'Sa Pa 10 - 14°C', NULL, 10, 14,"
        " NULL, 'Mưa')",
        (HOSTILE, HOSTILE, HOSTILE),
    )
    db.conn.execute(
        "INSERT INTO runs VALUES (1, 'crawl', '2024-05-01T00:00:00Z', NULL, 'done', ?,"
        " 9, 9, 9, 9, 9, 9, 9, 3)",
        (HOSTILE,),
    )
    db.conn.execute("UPDATE articles SET revision_count = 2, section = ? WHERE id = 90", (HOSTILE,))
    for number, body in ((1, "Giá vé 50 nghìn."), (2, "Giá vé 70 nghìn.")):
        db.conn.execute(
            "INSERT INTO revisions VALUES (90, ?, '2024-05-01T00:00:00Z', '2024-05-02T00:00:00Z',"
            " 1, ?, '', ?, '[[\"Chú thích\", \"X\"]]', ?)",
            (number, HOSTILE, body, str(number)),
        )
    for (number,) in db.conn.execute("SELECT id FROM articles").fetchall():
        index_article(db, number)
