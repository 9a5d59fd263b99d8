"""A template: where one generation of the site's article page keeps its parts."""

from dataclasses import dataclass
from datetime import date

from selectolax.lexbor import LexborNode

from scraper.errors import MissingField, NotAnArticle
from scraper.extract.flow import Figure, Paragraph, TooDeep, flow, is_dropped, is_photo, is_player
from scraper.extract.page import Page, classes, text_of
from scraper.extract.photos import captions_of
from scraper.extract.text import clean
from scraper.extract.times import read_times
from scraper.extract.weather import is_weather_heading, read_weather, without_heading
from scraper.models import Article, Snapshot, Weather
from scraper.urls import article_id

_LONGEST_WIDGET = 500  # characters; some ten places
_HEADINGS = "h2, h3, h4, h5, .title, .heading, .box-heading"
# Never an author: the paper itself, as its metadata sign every page.
_PAPER = {"báo lào cai", "báo lào cai điện tử", "lào cai điện tử", "baolaocai.vn"}


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
    title_node = page.tree.css_first(template.title)
    title = text_of(title_node)
    if title_node is None or not title:
        raise MissingField(page.url, template.name, "title")
    body = page.tree.css_first(template.body)
    lead = text_of(page.tree.css_first(template.lead))
    parts = _parts(template, body, title_node, page.url)
    paragraphs = tuple(p.text for p in parts if isinstance(p, Paragraph))
    captions, photo_count = captions_of(page, title, parts)
    if not (paragraphs or captions or lead):
        raise MissingField(page.url, template.name, "text")
    inside = _common_ancestor(title_node, body)
    times = read_times(page, _outside_body(inside, template.time, body), snapshot.captured_at)
    return Article(
        url=page.url,
        article_id=article_id(page.url),
        title=title,
        lead=lead,
        paragraphs=paragraphs,
        captions=captions,
        published_at=times.published_at,
        published_source=times.published_source,
        modified_at=times.modified_at,
        page_clock_at=None,
        page_clock_text="",
        section=section_of(page, template.section),
        byline=byline_of(page, inside, template.byline),
        tags=tuple(dict.fromkeys(t for n in page.tree.css(template.tags) if (t := text_of(n)))),
        weather=weather_of(page, body),
        template=template.name,
        layout=_layout(template, inside, paragraphs, photo_count),
        photo_count=photo_count,
        flags=times.flags,
    )


def _parts(
    template: Template, body: LexborNode | None, title: LexborNode, url: str
) -> list[Paragraph | Figure]:
    """The cover photo, where it stands outside the body, and what the body holds."""
    if body is None:
        return []
    try:
        return [*_cover(body, title, template.dropped), *flow(body, template.dropped)]
    except TooDeep as e:
        raise NotAnArticle(url, str(e)) from e


def _cover(body: LexborNode, title: LexborNode, dropped: frozenset[str]) -> list[Figure]:
    """Photos and players before the body, below the headline: beside it or an element around it."""
    found: list[Figure] = []
    node: LexborNode | None = body
    while node is not None and not _holds(node, title):
        before = node.prev
        while before is not None and not _holds(before, title):
            if before.tag != "-text" and not is_dropped(before, names := classes(before), dropped):
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
    figures = (part for part in flow(node, dropped) if isinstance(part, Figure))
    return [figure for figure in figures if figure.node.tag != "img"]  # an icon


def _holds(node: LexborNode, other: LexborNode) -> bool:
    """Whether `other` is `node` or stands in it."""
    above: LexborNode | None = other
    while above is not None:
        if above.mem_id == node.mem_id:
            return True
        above = above.parent
    return False


def _common_ancestor(title: LexborNode, body: LexborNode | None) -> LexborNode:
    """The element around headline and body; without a body, the whole page."""
    node = title
    while node.parent is not None and node.tag != "body" and not (body and _holds(node, body)):
        node = node.parent
    return node


def _outside_body(inside: LexborNode, selector: str, body: LexborNode | None) -> list[LexborNode]:
    """The first match outside the body: what stands in the body is a live report's own time."""
    first = inside.css_first(selector)
    if first is None or body is None or not _holds(body, first):
        return [first] if first else []
    return [node for node in inside.css(selector) if not _holds(body, node)][:1]


def section_of(page: Page, selector: str) -> str:
    """The section's name: as stated in the head, else the last step of the breadcrumb."""
    if stated := page.meta.get("article:section"):
        return stated
    steps = [text_of(node) for node in page.tree.css(selector)]
    steps = [step for step in steps if step and step.lower() not in ("trang chủ", "home")]
    return steps[-1] if steps else ""


def byline_of(page: Page, inside: LexborNode, selector: str) -> tuple[str, ...]:
    """The names that sign the article, as printed; else as its metadata state them."""
    holder = inside.css_first(selector)
    names = [text_of(n) for n in holder.css(".name, .cms-author")] if holder else []
    if holder and not any(names):
        names = [text_of(holder)]
    if not any(names):
        names = [page.meta.get("dable:author", "")] + _json_ld_authors(page)
    split = [name.strip() for text in names for name in _split_names(text)]
    signed = [name for name in split if name and name.lower() not in _PAPER]
    return tuple(dict.fromkeys(signed))


def _split_names(text: str) -> list[str]:
    for mark in (" – ", " — ", " - ", ";", " & "):
        text = text.replace(mark, ",")
    return text.split(",")


def _json_ld_authors(page: Page) -> list[str]:
    stated = page.json_ld.get("author")
    authors = stated if isinstance(stated, list) else [stated]
    found = [a.get("name") if isinstance(a, dict) else a for a in authors]
    return [clean(name) for name in found if isinstance(name, str)]


def weather_of(page: Page, body: LexborNode | None = None) -> tuple[Weather, ...]:
    """What the weather widget shows: known by its class, else by its heading outside `body`."""
    for node in page.tree.css("[class*=weather], [id*=weather], [class*=thoi-tiet]"):
        if text := text_of(node):
            heading = text_of(node.css_first(_HEADINGS))
            return read_weather(heading, without_heading(heading, text))
    for head in page.tree.css(_HEADINGS):
        heading, box = text_of(head), head.parent
        if box is None or not is_weather_heading(heading) or (body and _holds(body, head)):
            continue
        text = text_of(box)
        # A list of articles about the weather is no widget, nor is a section of an article.
        if len(text) < _LONGEST_WIDGET and not box.css_first("h1, a[href$='.html']"):
            return read_weather(heading, without_heading(heading, text))
    return ()


def _layout(
    template: Template, inside: LexborNode, paragraphs: tuple[str, ...], photo_count: int
) -> str:
    # One walk settles the commonest case: none of them.
    if inside.css_first(", ".join(selector for _, selector in template.layouts)):
        for layout, selector in template.layouts:
            if inside.css_first(selector):
                return layout
    if paragraphs or photo_count == 0:
        return "article"
    return "photo" if photo_count > 1 else "infographic"
