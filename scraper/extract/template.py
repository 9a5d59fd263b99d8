"""A template: where one generation of the site's article page keeps its parts."""

from dataclasses import dataclass
from datetime import date

from selectolax.lexbor import LexborNode

from scraper.errors import MissingField, NotAnArticle
from scraper.extract.account import beside
from scraper.extract.flow import Content, Figure, TooDeep, flow, is_photo, is_player, why_dropped
from scraper.extract.nodes import classes, holds, text_of
from scraper.extract.page import Page
from scraper.extract.record import Found, article_of
from scraper.extract.trace import Choice, Notes, select
from scraper.extract.widget import weather_of
from scraper.models import Article, Snapshot


@dataclass(frozen=True, slots=True)
class Template:
    """Selectors of one generation; each may name several forms, separated by commas."""

    name: str
    seen: tuple[date, date | None]  # first and last capture met; None: still live
    marker: str  # on this generation's article pages and on no other page
    title: str
    lead: str
    body: str
    time: str  # inside the article, outside the body
    byline: str
    section: str
    tags: str
    dropped: frozenset[str]  # classes of what stands inside the body and is not part of it
    layouts: tuple[tuple[str, str], ...]  # layout, selector; the first that is met counts


def read(template: Template, page: Page, snapshot: Snapshot) -> Article:
    """The article on a page that bears the template's marker.

    Raises MissingField where its title, or all of its text, is not there.
    """
    tree, notes = page.tree, page.notes
    title = select(notes, "title", tree, template.title)
    if title is None or not (headline := text_of(title)):
        raise MissingField(page.url, template.name, "title")
    # Its own part of the page: nothing of another article stands in it but in boxes.
    around = _around(title, template.body)
    body = select(notes, "paragraphs", around, template.body)
    lead = select(notes, "lead", around, template.lead)
    try:
        cover = _cover(body, title, template.dropped) if body else []
        content = flow(body, template.dropped) if body else Content([], [], [])
    except TooDeep as e:
        raise NotAnArticle(page.url, str(e)) from e
    times = _outside_body(around, template.time, body)
    claimed = [title, *(n for n in (lead, body) if n), *times, *(f.node for f in cover)]
    excluded, unknown = beside(around, claimed, template.dropped)
    if notes is not None:
        notes += [Choice("excluded", e.rule, e.text) for e in content.excluded + excluded]
    found = Found(
        template=template.name,
        title=headline,
        lead=text_of(lead),
        parts=[*cover, *content.parts],
        times=times,
        section=template.section,
        byline=template.byline,
        around=around,
        tags=_tags(page, around, template.tags),
        weather=weather_of(page, body),
        layout=_layout(template, around, notes),
        unaccounted=(*unknown, *(text_of(box) for box in content.unknown)),
    )
    return article_of(found, page, snapshot)


def _around(title: LexborNode, body: str) -> LexborNode:
    """The smallest element around the headline that holds a body; without one, the whole page."""
    node = title.parent or title
    while node.tag != "body" and node.parent is not None and not node.css_first(body):
        node = node.parent
    return node


def _cover(body: LexborNode, title: LexborNode, dropped: frozenset[str]) -> list[Figure]:
    """Photos and players before the body, below the headline: beside it or an element around it."""
    found: list[Figure] = []
    node: LexborNode | None = body
    while node is not None and not holds(node, title):
        before = node.prev
        while before is not None and not holds(before, title):
            if before.tag != "-text" and not why_dropped(before, names := classes(before), dropped):
                found += _figures_in(before, names, dropped)[::-1]
            before = before.prev
        node = node.parent
    return found[::-1]


def _figures_in(node: LexborNode, names: frozenset[str], dropped: frozenset[str]) -> list[Figure]:
    if is_player(node, names):
        return [Figure(node, is_player=True)]
    if is_photo(node, names):
        return [Figure(node)]
    if node.css_first("a[href$='.html']"):  # a box of other articles
        return []
    figures = (part for part in flow(node, dropped).parts if isinstance(part, Figure))
    return [figure for figure in figures if figure.node.tag != "img"]  # an icon


def _outside_body(inside: LexborNode, selector: str, body: LexborNode | None) -> list[LexborNode]:
    """The first match outside the body: what stands in the body is a live report's own time."""
    first = inside.css_first(selector)
    if first is None or body is None or not holds(body, first):
        return [first] if first else []
    return [node for node in inside.css(selector) if not holds(body, node)][:1]


def _tags(page: Page, around: LexborNode, selector: str) -> tuple[str, ...]:
    nodes = around.css(selector) or page.tree.css(selector)
    tags = [text for node in nodes if (text := text_of(node))]
    if page.notes is not None:
        page.notes.append(Choice("tags", selector if tags else "", ", ".join(tags)))
    return tuple(dict.fromkeys(tags))


def _layout(template: Template, around: LexborNode, notes: Notes) -> str:
    """The layout whose selector is met; "" where paragraphs and photos decide."""
    # One walk settles the commonest case: none of them.
    if not around.css_first(", ".join(selector for _, selector in template.layouts)):
        return ""
    met = ((name, css) for name, css in template.layouts if around.css_first(css))
    layout, selector = next(met)
    if notes is not None:
        notes.append(Choice("layout", selector, layout, tuple((css, name) for name, css in met)))
    return layout
