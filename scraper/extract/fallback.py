"""Pages that no template fits: metadata from the head, the body from trafilatura.

Such a page is an article only if its own metadata say so and it has a text of its own: trafilatura
finds *other* articles' leads on pages that have none, so what leads to other articles is taken out
before. It also repeats headline and lead, which are taken off again.
"""

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scraper.errors import NotAnArticle
from scraper.extract.blocks import Figure, Paragraph
from scraper.extract.flow import TooDeep, flow, is_list_heading
from scraper.extract.nodes import text_of
from scraper.extract.not_articles import is_refusal
from scraper.extract.page import Page
from scraper.extract.pruned import pruned
from scraper.extract.record import Findings, article_of
from scraper.extract.text import clean
from scraper.extract.trace import Choice, first_of
from scraper.extract.widget import weather_of
from scraper.models import Article, Snapshot

NAME = "fallback"
_DESCRIPTIONS = ("og:description", "description")
_MOST_CHARACTERS = 1_000_000  # of HTML; trafilatura takes a second for them
_PAPERS_NAME = re.compile(
    r"\s+[|–—-]\s+(?:báo lào cai\b.{0,30}|baolaocai\.vn)$|\s+\|\s+[^|]{1,60}$", re.I
)


def read(page: Page, snapshot: Snapshot) -> Article:
    """The article on a page of unknown make, flagged "fallback". Raises NotAnArticle."""
    if not _says_article(page):
        raise NotAnArticle(page.url, "no template fits, and nothing in its head says article")
    heading = _heading(page)
    named = [
        ("h1", text_of(heading)),
        ("meta og:title", _without_paper(page.meta.get("og:title", ""))),
        ("JSON-LD headline", page.stated("headline")),
    ]
    title = first_of(page.notes, "title", named)
    if not title:
        raise NotAnArticle(page.url, "no template fits, and it has no headline")
    described = [(f"meta {name}", page.meta.get(name, "")) for name in _DESCRIPTIONS]
    lead = first_of(page.notes, "lead", described)
    tree, heading = pruned(page, title)
    texts = [text for text in _texts(page, tree) if text not in (title, lead)]
    if is_refusal(title, texts):
        raise NotAnArticle(page.url, f"a page that says: {' '.join([title, *texts])}")
    around = _around(tree, heading, texts)
    parts = _in_order(page, around, texts)
    if not (parts or (lead and _is_dated(page))):
        raise NotAnArticle(page.url, "no template fits, and it has no text of its own")
    if page.notes is not None:
        page.notes.append(Choice("paragraphs", "trafilatura", " ".join(texts)))
    found = Findings(
        template=NAME,
        title=title,
        lead=lead,
        parts=parts,
        times=list(around.css("time"))[:1] if around else [],
        section=".breadcrumb a",
        byline=".author",
        heading=heading,
        around=around,
        weather=weather_of(page),
        layout="article",
        flags=("fallback",),
    )
    return article_of(found, page, snapshot)


def _says_article(page: Page) -> bool:
    return page.meta.get("og:type") == "article" or _is_dated(page)


def _is_dated(page: Page) -> bool:
    return bool(page.json_ld) or "article:published_time" in page.meta


def _heading(page: Page) -> LexborNode | None:
    """The headline: the h1 that the head names, else the first that does not lead home."""
    headings = [node for node in page.tree.css("h1")[:10] if text_of(node)]
    stated = {_without_paper(page.meta.get("og:title", "")), page.stated("headline")}
    named = (node for node in headings if text_of(node) in stated)
    others = (node for node in headings if node.css_first("a[href='/']") is None)
    return next(named, next(others, None))


def _without_paper(title: str) -> str:
    """A title without the paper's name after it."""
    return _PAPERS_NAME.sub("", title)


def _texts(page: Page, tree: LexborHTMLParser) -> list[str]:
    """The paragraphs that trafilatura finds in a page without what leads away from it."""
    # Imported here: it takes longer than everything else together, and few runs need it.
    import trafilatura

    html = tree.html or ""
    if len(html) > _MOST_CHARACTERS:
        raise NotAnArticle(page.url, "no template fits, and it is too large to be read without")
    body = trafilatura.extract(html, include_comments=False, favor_precision=True)
    lines = (clean(line) for line in (body or "").splitlines())
    return [line for line in lines if line and not is_list_heading(line)]


def _around(
    tree: LexborHTMLParser, heading: LexborNode | None, texts: list[str]
) -> LexborNode | None:
    """The smallest element that holds the headline and the last paragraph, or else its parent."""
    node = heading.parent if heading is not None else tree.body
    if node is None or not texts:
        return node
    while texts[-1] not in text_of(node) and node.tag != "body" and node.parent is not None:
        node = node.parent
    return node


def _in_order(page: Page, around: LexborNode | None, texts: list[str]) -> list[Paragraph | Figure]:
    """Paragraphs and photos as they stand on the page; photos first where that is not known.

    trafilatura marks list items with a dash that the page does not show.
    """
    if around is None:
        return [Paragraph(text, text) for text in texts]
    try:
        shown = flow(around, frozenset()).parts
    except TooDeep as e:
        raise NotAnArticle(page.url, str(e)) from e
    figures = [p for p in shown if isinstance(p, Figure) and p.node.tag == "figure"]
    said = {p.text for p in shown if isinstance(p, Paragraph)}
    texts = [text if text in said else text.removeprefix("- ") for text in texts]
    if not said.issuperset(texts) or len(set(texts)) < len(texts):
        return [*figures, *(Paragraph(text, text) for text in texts)]
    wanted, taken = set(texts), list[Paragraph | Figure]()
    for part in shown:
        if isinstance(part, Figure):
            taken += [part] if part in figures else []
        elif part.text in wanted:
            wanted.remove(part.text)
            taken.append(Paragraph(part.text, part.text))
    return taken
