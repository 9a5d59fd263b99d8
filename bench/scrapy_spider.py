"""What a newcomer would write with Scrapy: sitemap spider, five fields, SQLite pipeline.

python bench/scrapy_spider.py BASE_URL DATABASE
"""

import sqlite3
import sys
from collections.abc import Iterator
from typing import Any

from scrapy import Spider
from scrapy.crawler import CrawlerProcess
from scrapy.http import Response
from scrapy.spiders import SitemapSpider

SETTINGS = {
    "ROBOTSTXT_OBEY": True,
    "CONCURRENT_REQUESTS": 1,
    "DOWNLOAD_DELAY": 0,
    "LOG_LEVEL": "ERROR",
    "TELNETCONSOLE_ENABLED": False,
    "ITEM_PIPELINES": {"__main__.SqlitePipeline": 1},
}


class Articles(SitemapSpider):
    """Every article that the sitemaps name."""

    name = "articles"
    sitemap_rules = [(r"-post\d+\.html$|/bai-viet/\d+", "parse_article")]

    def parse_article(self, response: Response) -> Iterator[dict[str, Any]]:
        """The five fields, with a selector each."""
        body = "[itemprop=articleBody] p, .article-body p"
        captions = "td.caption, figcaption, .article-photo > span"
        yield {
            "url": response.url,
            "title": " ".join(response.css("h1 ::text").getall()).strip(),
            "published": response.css(
                "meta[property='article:published_time']::attr(content)"
            ).get(),
            "lead": " ".join(response.css("[class*=sapo] ::text").getall()).strip(),
            "body": "\n\n".join(
                " ".join(paragraph.css("::text").getall()) for paragraph in response.css(body)
            ),
            "captions": "\n".join(
                " ".join(caption.css("::text").getall()) for caption in response.css(captions)
            ),
        }


class SqlitePipeline:
    """One row and one commit for each article."""

    def open_spider(self, spider: Spider) -> None:
        """Make the table."""
        self.db = sqlite3.connect(sys.argv[2])
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute(
            "CREATE TABLE articles (url PRIMARY KEY, title, published, lead, body, captions)"
        )

    def process_item(self, item: dict[str, Any], spider: Spider) -> dict[str, Any]:
        """Write one article."""
        self.db.execute(
            "INSERT OR REPLACE INTO articles"
            " VALUES (:url, :title, :published, :lead, :body, :captions)",
            item,
        )
        self.db.commit()
        return item

    def close_spider(self, spider: Spider) -> None:
        """Close the database."""
        self.db.close()


if __name__ == "__main__":
    process = CrawlerProcess(SETTINGS)
    process.crawl(Articles, sitemap_urls=[sys.argv[1] + "/sitemap.xml"])
    process.start()
