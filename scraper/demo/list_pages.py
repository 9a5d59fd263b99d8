"""The stand-in's lists: sitemaps, feeds, section pages, as the real paper has them."""

from collections.abc import Iterable, Sequence
from email.utils import format_datetime
from html import escape

from scraper.demo import frame
from scraper.demo.markup import SECTIONS
from scraper.demo.story import Story
from scraper.times import VIETNAM

_NS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'


def month_of(story: Story) -> tuple[int, int]:
    """Year and month, in Vietnam, whose map names the story."""
    local = story.published_at.astimezone(VIETNAM)
    return local.year, local.month


def robots_txt(base_url: str) -> bytes:
    """Rules, with one path that nobody may ask for."""
    return (
        f"User-agent: *\nDisallow: /api/\nDisallow: /tim-kiem\n\nSitemap: {base_url}/sitemap.xml\n"
    ).encode()


def sitemap_index(base_url: str, months: Iterable[tuple[int, int]]) -> bytes:
    """The index: section pages, topics, one map a month."""
    paths = ["/sitemaps/categories.xml", "/sitemaps/topics.xml"]
    paths += [f"/sitemaps/news-{year}-{month}.xml" for year, month in sorted(months, reverse=True)]
    rows = "".join(f"<sitemap><loc>{base_url}{path}</loc></sitemap>\n" for path in paths)
    return f"{_XML}<sitemapindex {_NS}>\n{rows}</sitemapindex>".encode()


def section_map(base_url: str) -> bytes:
    """The map of section pages."""
    rows = "".join(f"<url><loc>{base_url}/{slug}/</loc></url>\n" for slug, _ in SECTIONS)
    return f"{_XML}<urlset {_NS}>\n{rows}</urlset>".encode()


def topic_map(base_url: str) -> bytes:
    """The map of topic pages."""
    rows = "".join(f"<url><loc>{base_url}/tu-khoa/{n}/</loc></url>\n" for n in range(5))
    return f"{_XML}<urlset {_NS}>\n{rows}</urlset>".encode()


def month_map(base_url: str, stories: Sequence[Story]) -> bytes:
    """One month's articles, newest first; some entries are padded, some dated by day alone."""
    rows = []
    for story in sorted(stories, key=lambda s: s.article_id, reverse=True):
        at = (story.modified_at or story.published_at).astimezone(VIETNAM)
        lastmod = at.date().isoformat() if story.article_id % 7 == 0 else at.isoformat()
        pad = "\n    " if story.article_id % 3 == 0 else ""
        loc = f"{pad}{base_url}{story.path}{pad}"
        rows.append(f"<url><loc>{loc}</loc><lastmod>{lastmod}</lastmod></url>\n")
    return f"{_XML}<urlset {_NS}>\n{''.join(rows)}</urlset>".encode()


def feed(base_url: str, title: str, stories: Sequence[Story]) -> bytes:
    """RSS 2.0 of the newest."""
    rows = "".join(
        f"<item><title>{escape(s.title)}</title><link>{base_url}{s.path}</link>"
        f"<description>{escape(s.lead)}</description>"
        f"<pubDate>{format_datetime(s.published_at.astimezone(VIETNAM))}</pubDate></item>\n"
        for s in stories
    )
    channel = f"<title>{escape(title)}</title><link>{base_url}/</link>{rows}"
    return f'{_XML}<rss version="2.0"><channel>{channel}</channel></rss>'.encode()


def list_page(title: str, stories: Sequence[Story]) -> bytes:
    """The home page, or a section's."""
    return (
        f'<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta property="og:type" content="website"></head><body>{frame.navigation()}'
        f"{frame.story_list(title, stories)}</body></html>"
    ).encode()


def soft_404(stories: Sequence[Story]) -> bytes:
    """What the paper answers, with status 200, for an article it does not have."""
    return list_page("Không tìm thấy nội dung", stories)
