"""A template: where one generation of the site's article page keeps its parts.

| rule | evidence |
| --- | --- |
| the body may be in several elements | sister papers' bodies with wide photos between |
| a cover photo above the body, photos below it | sister papers: `table.picture` in the column |
| headline and lead are repeated in the body | captures of the paper's e-magazines, 2024 |
| the line above the headline is a kicker | captures of the paper, 2023; its tag pages |
| nothing below another article's headline | a page may load the next article below its own |
| a body that is printed twice counts once | pages print a body once more for telephones |
"""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from selectolax.lexbor import LexborNode

from scraper.errors import MissingField, NotAnArticle
from scraper.extract.boxes import Content, Excluded, Figure, Paragraph
from scraper.extract.byline import without_signature
from scraper.extract.captions import with_captions_below
from scraper.extract.flow import flow
from scraper.extract.nodes import (
    above,
    classes,
    each,
    is_inside,
    text_of,
)
from scraper.extract.page import Page
from scraper.extract.record import Findings, article_of
from scraper.extract.surroundings import (
    cover_of,
    kicker_of,
    own,
    own_first,
    photos_after,
    times_of,
    unclaimed_text,
)
from scraper.extract.trace import Choice, Notes, note_found, select
from scraper.extract.weather import weather_of
from scraper.models import Article, Snapshot

_MOST_TITLES = 50  # that are looked at


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
    dropped: frozenset[str]  # classes of what is inside the body but not part of it
    layouts: tuple[tuple[str, str], ...]  # layout, selector; the first that is met counts


def read(template: Template, page: Page, snapshot: Snapshot) -> Article:
    """The article on a page that bears the template's marker.

    Raises MissingField if its title, or all of its text, is not there; NotAnArticle; TooLarge.
    """
    notes = page.notes
    title = _title(page, template)
    # Its own part of the page: it holds nothing of another article outside boxes.
    around = _around(title, template.body)
    lead = own_first(around, template.lead, title)
    bodies = _bodies(around, title, template)
    if notes is not None:
        note_found(notes, "lead", template.lead, own(around, template.lead, title))
        note_found(notes, "paragraphs", template.body, bodies)
    text = _text(title, lead, bodies, template.dropped)
    times = times_of(around, template.time, title, bodies)
    kicker = kicker_of(title, page, template.section)
    claimed = [title, *text.claimed, *times, *([kicker] if kicker else [])]
    excluded, unknown = unclaimed_text(around, claimed, template.dropped)
    if notes is not None:
        notes += [Choice("excluded", e.rule, e.text) for e in text.excluded + excluded if e.text]
    found = Findings(
        template=template.name,
        title=text_of(title),
        lead=text.lead,
        parts=text.parts,
        times=times,
        section=template.section,
        byline=template.byline,
        heading=title,
        around=around,
        signature=text.signature,
        tags=_tags(page, around, title, template.tags),
        weather=weather_of(page, bodies),
        layout=_layout(template, around, notes),
        kicker=text_of(kicker),
        unaccounted=(*unknown, *text.unknown),
    )
    return article_of(found, page, snapshot)


class _Text(NamedTuple):
    """What the lead, the bodies and the photos around them hold."""

    lead: str
    parts: list[Paragraph | Figure]
    signature: str
    excluded: list[Excluded]
    unknown: list[str]
    claimed: list[LexborNode]  # the elements that were read


def _text(
    title: LexborNode, lead: LexborNode | None, bodies: list[LexborNode], dropped: frozenset[str]
) -> _Text:
    upper = flow(lead, dropped) if lead else Content([], [], [])
    contents = _without_copies([flow(body, dropped) for body in bodies])
    cover = cover_of(bodies[0], title, dropped) if bodies else []
    # Without a body, a player or photos are below the lead.
    after = photos_after(bodies[-1] if bodies else lead or title, dropped, is_deep=not bodies)
    stated = " ".join(p.text for p in upper.paragraphs)
    inside = [part for content in contents for part in content.parts]
    signed = without_signature(with_captions_below(inside, is_plain=False))
    parts, again = _without_repeated(signed.parts, text_of(title), stated)
    in_lead = [part for part in upper.parts if isinstance(part, Figure)]
    return _Text(
        lead=stated,
        parts=[*cover, *in_lead, *parts, *after],
        signature=signed.names,
        excluded=[e for c in (upper, *contents) for e in c.excluded] + signed.excluded + again,
        unknown=_in_parts([box for content in contents for box in content.unknown], parts),
        claimed=[*([lead] if lead else []), *bodies, *(f.node for f in cover + after)],
    )


def _without_copies(contents: list[Content]) -> list[Content]:
    """Those that say something new."""
    kept: list[Content] = []
    seen: set[str] = set()
    for content in contents:
        texts = {paragraph.text for paragraph in content.paragraphs}
        if not texts or not texts <= seen:
            kept.append(content)
        seen |= texts
    return kept


def _in_parts(boxes: list[LexborNode], parts: list[Paragraph | Figure]) -> list[str]:
    """The texts of those boxes of which something is a paragraph."""
    if not boxes:
        return []
    around: set[int] = set()
    for part in parts:
        node = part.holder if isinstance(part, Paragraph) else None
        while node is not None and node.mem_id not in around:
            around.add(node.mem_id)
            node = node.parent
    return [text_of(box) for box in boxes if box.mem_id in around]


def _bodies(around: LexborNode, title: LexborNode, template: Template) -> list[LexborNode]:
    """The bodies of the article, of which pages with wide photos between have several; not those
    below the headline of another article."""
    found = own(around, template.body, title)
    others = around.css(template.title)[:_MOST_TITLES]
    if len({node.mem_id for node in others}) < 2:
        return found
    others = [node for node in others if not is_inside(node, found)]
    order = [node.mem_id for node in each(around, f"{template.title}, {template.body}")]
    start = order.index(title.mem_id) + 1
    headings = {node.mem_id for node in others}
    end = next((n for n in range(start, len(order)) if order[n] in headings), len(order))
    return [body for body in found if order.index(body.mem_id) < end]


def _title(page: Page, template: Template) -> LexborNode:
    """The headline: the first that fits the earliest form of the selector. Raises NotAnArticle if
    it is that of a list's entry; MissingField."""
    forms = template.title.split(", ")
    found = (select(page.notes, "title", page.tree, form) for form in forms)
    title = next((title for title in found if title is not None), None)
    if title is not None and any("story" in classes(box) for box in above(title)):
        raise NotAnArticle(page.url, f"{template.name}: a list of articles")
    if title is None or not text_of(title):
        raise MissingField(page.url, template.name, "title")
    return title


def _without_repeated(
    parts: list[Paragraph | Figure], title: str, lead: str
) -> tuple[list[Paragraph | Figure], list[Excluded]]:
    """The parts of the body without headline and lead, if it starts with them again."""
    again: list[Excluded] = []
    for part in parts:
        if isinstance(part, Figure):
            continue
        if part.text not in (title, lead):
            break
        again.append(Excluded("said above", part))
    left_out = {id(excluded.what) for excluded in again}
    return [part for part in parts if id(part) not in left_out], again


def _around(title: LexborNode, body: str) -> LexborNode:
    """The smallest element around the headline that holds a body; without one, the whole page."""
    node = title.parent or title
    while node.tag != "body" and node.parent is not None and not node.css_first(body):
        node = node.parent
    return node


def _tags(page: Page, around: LexborNode, title: LexborNode, selector: str) -> tuple[str, ...]:
    whole = page.tree.body or around
    nodes = own(around, selector, title) or own(whole, selector, title)
    tags = [tag for node in nodes if (tag := text_of(node).strip("#,; "))]
    if page.notes is not None:
        page.notes.append(Choice("tags", selector if tags else "", ", ".join(tags)))
    return tuple(dict.fromkeys(tags))


def _layout(template: Template, around: LexborNode, notes: Notes) -> str:
    """The layout whose selector is met; "" if paragraphs and photos decide."""
    # One walk settles the commonest case: none of them.
    if not around.css_first(", ".join(selector for _, selector in template.layouts)):
        return ""
    met = ((name, css) for name, css in template.layouts if around.css_first(css))
    layout, selector = next(met)
    if notes is not None:
        notes.append(Choice("layout", selector, layout, tuple((css, name) for name, css in met)))
    return layout
