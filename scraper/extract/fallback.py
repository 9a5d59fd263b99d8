"""Pages that no template fits: metadata from the head, the body from trafilatura.

Such a page is an article only if its own metadata say so: trafilatura finds *other* articles'
leads on pages that have none. It also repeats headline and lead, which are taken off again.
"""

from selectolax.lexbor import LexborNode

from scraper.errors import NotAnArticle
from scraper.extract.flow import Figure, Paragraph
from scraper.extract.nodes import text_of
from scraper.extract.page import Page
from scraper.extract.record import Found, article_of
from scraper.extract.text import clean
from scraper.extract.trace import Choice, first_of
from scraper.extract.widget import weather_of
from scraper.models import Article, Snapshot

NAME = "fallback"
_OTHERS = {"a", "aside", "li", "nav", "footer"}  # where pages show other articles
_DESCRIPTIONS = ("og:description", "description")
_MOST_CHARACTERS = 1_000_000  # of HTML; trafilatura takes a second for them


def read(page: Page, snapshot: Snapshot) -> Article:
    """The article on a page of unknown make, flagged "fallback". Raises NotAnArticle."""
    if not _says_article(page):
        raise NotAnArticle(page.url, "no template fits, and nothing in its head says article")
    heading = page.tree.css_first("h1")
    named = [
        ("h1", text_of(heading)),
        ("meta og:title", page.meta.get("og:title", "")),
        ("JSON-LD headline", _text(page, "headline")),
    ]
    title = first_of(page.notes, "title", named)
    if not title:
        raise NotAnArticle(page.url, "no template fits, and it has no headline")
    described = [(f"meta {name}", page.meta.get(name, "")) for name in _DESCRIPTIONS]
    lead = first_of(page.notes, "lead", described)
    around = heading.parent if heading else None
    figures = (
        [Figure(node) for node in around.css("figure") if not _leads_away(node)] if around else []
    )
    paragraphs = [Paragraph(text, text) for text in _paragraphs(page) if text not in (title, lead)]
    if page.notes is not None:
        page.notes.append(Choice("paragraphs", "trafilatura", " ".join(p.text for p in paragraphs)))
    found = Found(
        template=NAME,
        title=title,
        lead=lead,
        parts=[*figures, *paragraphs],
        times=list(around.css("time"))[:1] if around else [],
        section=".breadcrumb a",
        byline=".author",
        around=around,
        weather=weather_of(page),
        layout="article",
        flags=("fallback",),
    )
    return article_of(found, page, snapshot)


def _leads_away(figure: LexborNode) -> bool:
    """Whether a figure is that of another article: it stands in a list, or links to a page."""
    if figure.css_first("a[href*='-post'], a[href$='.html'], a[href*='/bai-viet/']"):
        return True
    above = figure.parent
    while above is not None and above.tag not in _OTHERS:
        above = above.parent
    return above is not None


def _says_article(page: Page) -> bool:
    return (
        page.meta.get("og:type") == "article"
        or bool(page.json_ld)
        or "article:published_time" in page.meta
    )


def _text(page: Page, key: str) -> str:
    stated = page.json_ld.get(key)
    return clean(stated) if isinstance(stated, str) else ""


def _paragraphs(page: Page) -> list[str]:
    # Imported here: it takes longer than everything else together, and few runs need it.
    import trafilatura

    html = page.tree.html or ""
    if len(html) > _MOST_CHARACTERS:
        raise NotAnArticle(page.url, "no template fits, and it is too large to be read without")
    body = trafilatura.extract(html, include_comments=False, favor_precision=True)
    return [text for line in (body or "").splitlines() if (text := clean(line))]
