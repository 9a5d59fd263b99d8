"""Pages that no template fits: metadata from the head, the body from trafilatura.

Such a page is an article only if its own metadata say so and it has a text of its own: trafilatura
finds *other* articles' leads on pages that have none, so what leads to other articles is taken out
before. It also repeats headline and lead, which are taken off again.
"""

import re
from itertools import accumulate

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scraper.errors import NotAnArticle
from scraper.extract.bounds import beyond_in_tags, levels_of, tags_of
from scraper.extract.boxes import Figure, Paragraph, is_list_heading
from scraper.extract.flow import flow
from scraper.extract.nodes import BLOCK_TAGS, above, is_article_address, text_of
from scraper.extract.page import Page
from scraper.extract.record import Findings, article_of, is_refusal
from scraper.extract.text import clean
from scraper.extract.trace import Choice, first_of
from scraper.extract.weather import weather_of
from scraper.models import Article, Snapshot

NAME = "fallback"
_DESCRIPTIONS = ("og:description", "description")
# trafilatura takes a second for so many. It looks at all that an element holds, for each of them.
MOST_BYTES, MOST_TAGS = 1_000_000, 10_000
MOST_DEPTHS = 150_000  # the levels of all elements, together; a page of the paper has some 7,000
MOST_BLOCKS = 2_500  # and line breaks; it looks for the neighbours of each among all others
MOST_TEXT = 300_000  # characters without scripts
_BLOCKS = ", ".join(sorted((*BLOCK_TAGS, "br", "col", "colgroup", "textarea")))
_PAPERS_NAME = re.compile(
    r"\s+[|–—-]\s+(?:báo lào cai\b.{0,30}|baolaocai\.vn)$|\s+\|\s+[^|]{1,60}$", re.I
)
_BESIDE = "aside, nav, footer, form, .story, [class*=relat], [class*=comment], [hidden]"
_TEASERS = {"li", "article", "div", "section", "figure", "td"}
_PARAGRAPHS = {"p", "h2", "h3", "h4", "h5", "li", "div", "figure", "strong"}
_MOST_TEASER = 600  # characters: a headline and a lead
_MOST_SOURCE = 5_000  # characters, with line ends and scripts
_MOST_LINKS = _MOST_BOXES = 300  # that are looked at


def read(page: Page, snapshot: Snapshot) -> Article:
    """The article on a page of unknown make, flagged "fallback". Raises NotAnArticle, TooLarge."""
    if _is_too_large(page.tree, snapshot.body):
        raise NotAnArticle(page.url, "no template fits, and it is too large to be read without")
    if not _says_article(page):
        raise NotAnArticle(page.url, "no template fits, and nothing in its head says article")
    title = _title(page)
    described = [(f"meta {name}", page.meta.get(name, "")) for name in _DESCRIPTIONS]
    lead = first_of(page.notes, "lead", described)
    tree, heading = pruned(page, title)
    texts = [text for text in _texts(tree) if text not in (title, lead)]
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


def _is_too_large(tree: LexborHTMLParser, body: bytes) -> bool:
    """True if trafilatura could take more than a second."""
    if len(body) > MOST_BYTES or body.count(b"<") > MOST_TAGS:
        return True
    depths = accumulate(n * elements for n, elements in enumerate(levels_of(tree)))
    if any(total > MOST_DEPTHS for total in depths):
        return True
    if len(tree.css(_BLOCKS)) > MOST_BLOCKS:
        return True
    texts = _length(tree.body) if tree.body else 0
    if texts - sum(map(_length, tree.css("script, style"))) > MOST_TEXT:
        return True
    written = (tree.html or "").encode()
    return bool(beyond_in_tags(written, tags_of(written)))


def _title(page: Page) -> str:
    named = [
        ("h1", text_of(_heading(page))),
        ("meta og:title", _without_paper(page.meta.get("og:title", ""))),
        ("JSON-LD headline", page.stated("headline")),
    ]
    if title := first_of(page.notes, "title", named):
        return title
    raise NotAnArticle(page.url, "no template fits, and it has no headline")


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


def _texts(tree: LexborHTMLParser) -> list[str]:
    """The paragraphs that trafilatura finds in a page without what leads away from it."""
    # Imported here: it takes longer than everything else together, and few runs need it.
    import trafilatura

    body = trafilatura.extract(tree.html or "", include_comments=False, favor_precision=True)
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
    """Paragraphs and photos in the page's order; photos first if that is not known.

    trafilatura marks list items with a dash that the page does not show.
    """
    if around is None:
        return [Paragraph(text, text) for text in texts]
    shown = flow(around, frozenset()).parts
    figures = [p for p in shown if isinstance(p, Figure) and p.node.tag == "figure"]
    printed = {p.text for p in shown if isinstance(p, Paragraph)}
    texts = [text if text in printed else text.removeprefix("- ") for text in texts]
    if not printed.issuperset(texts) or len(set(texts)) < len(texts):
        return [*figures, *(Paragraph(text, text) for text in texts)]
    wanted, taken = set(texts), list[Paragraph | Figure]()
    for part in shown:
        if isinstance(part, Figure):
            taken += [part] if part in figures else []
        elif part.text in wanted:
            wanted.remove(part.text)
            taken.append(Paragraph(part.text, part.text))
    return taken


def pruned(page: Page, title: str) -> tuple[LexborHTMLParser, LexborNode | None]:
    """A copy of the page without what leads to other articles (their teasers, lists and boxes), and
    the element in it that prints the headline `title`."""
    tree = LexborHTMLParser(page.tree.html or "")
    heading = next((node for node in tree.css("h1")[:10] if text_of(node) == title), None)
    kept = {node.mem_id for node in ([heading, *above(heading)] if heading is not None else [])}
    most = _length(tree.body) / 2 if tree.body else 0
    boxes = [box for box in tree.css(_BESIDE)[:_MOST_BOXES] if _length(box) <= most]
    links = [a for a in tree.css("a[href]") if is_article_address(a.attributes["href"])]
    texts = _Texts()
    teasers = (_teaser(link, texts) for link in links[:_MOST_LINKS])
    found = boxes + [box for box in teasers if box is not None]
    found = [box for box in found if box.mem_id not in kept]
    # What is inside an element that is taken out must not be touched afterwards.
    taken = {box.mem_id for box in found}
    outermost = {b.mem_id: b for b in found if not any(n.mem_id in taken for n in above(b))}
    for box in outermost.values():
        box.decompose()
    return tree, heading


class _Texts(dict[int, str]):
    """The text of each element that was asked for, by its `mem_id`: many links are in one."""

    def of(self, node: LexborNode) -> str:
        """The text of an element."""
        if node.mem_id not in self:
            self[node.mem_id] = text_of(node)
        return self[node.mem_id]


def _teaser(link: LexborNode, texts: _Texts) -> LexborNode | None:
    """The element that holds a link to another article, with its lead; None for a link in a
    sentence."""
    text, node = texts.of(link), link
    around = node.parent
    while around is not None and _length(around) <= _MOST_SOURCE and texts.of(around) == text:
        node, around = around, around.parent
    if around is None or (node.tag == "a" and around.tag not in _TEASERS):
        return None
    if around.tag in _TEASERS and node.tag != "p" and _is_of_one(around, link, texts):
        return around
    return node if node.tag in _PARAGRAPHS else None


def _is_of_one(box: LexborNode, link: LexborNode, texts: _Texts) -> bool:
    """True if a small box leads to one article alone."""
    if _length(box) > _MOST_SOURCE or len(texts.of(box)) > _MOST_TEASER:
        return False
    addresses = {a.attributes.get("href") for a in box.css("a[href]")}
    return addresses == {link.attributes["href"]}


def _length(node: LexborNode) -> int:
    """How many characters an element holds; much faster than its text."""
    return len(node.text(deep=True))
