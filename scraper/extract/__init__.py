"""Snapshot -> Article: pure reading, no I/O, no clock.

The template is chosen by its marker in the page, never by the article's date: an article of 2013
that is fetched today is on a page of today's design.
"""

import re
from dataclasses import asdict, replace

from scraper.errors import ExtractError, NotAnArticle
from scraper.extract import fallback, plaintext, site2022
from scraper.extract.bounds import MOST_BYTES, MOST_TEXT_BYTES, TooLarge
from scraper.extract.onecms import ARTICLE, EMAGAZINE
from scraper.extract.page import Page, parse
from scraper.extract.template import Template, read
from scraper.extract.text import is_binary, is_html, is_marked, is_markup, is_utf8
from scraper.extract.text_lines import CUT_SHORT
from scraper.extract.trace import Notes, note_found
from scraper.models import Article, Caption, Snapshot, utc_text

TEMPLATES: tuple[Template, ...] = (EMAGAZINE, ARTICLE)  # newest first

_END = re.compile(rb"</(?:body|html)\b", re.IGNORECASE)
# Nearly every page is UTF-8, whatever it declares: reading costs a tenth less if it is parsed as
# it was sent. Each byte is looked at only if a text came out garbled or there is no article.
_MOST_UNSEEN = 200_000  # bytes; a larger page may cost so much that it must not be read twice
_NOT_UTF8 = "\ufffd"
_TAIL = 1000  # bytes in which a page's end usually is


def extract(snapshot: Snapshot, notes: Notes = None) -> Article:
    """Read one captured page: same bytes, same Article.

    `notes` is filled with what was chosen and why, also if this raises.

    Raises NotAnArticle for section and landing pages, empty and binary answers; MissingField
    if a template's marker is present but its title, or all of its text, is not.
    """
    article = _read(snapshot, notes)
    if is_truncated(snapshot) and CUT_SHORT not in article.flags:
        return replace(article, flags=(*article.flags, CUT_SHORT))
    return article


def is_truncated(snapshot: Snapshot) -> bool:
    """True if the capture ends before the page did: it says so, or has no closing body tag."""
    body = snapshot.body
    if snapshot.truncated or not is_html(body.lstrip()):
        return snapshot.truncated
    tail = body[-_TAIL:].lower()
    return not (b"</html" in tail or b"</body" in tail or _END.search(body))


def _read(snapshot: Snapshot, notes: Notes) -> Article:
    content_type = (snapshot.header("content-type") or "").partition(";")[0].strip().lower()
    if not snapshot.body.strip():
        raise NotAnArticle(snapshot.url, "an empty answer")
    if len(snapshot.body) > MOST_BYTES:
        raise NotAnArticle(snapshot.url, f"larger than {MOST_BYTES // 1_000_000} MB")
    if is_binary(snapshot.body):
        raise NotAnArticle(snapshot.url, "a binary answer")
    if content_type == "text/plain" and not is_markup(snapshot.body):
        if len(snapshot.body) > MOST_TEXT_BYTES:
            raise NotAnArticle(snapshot.url, f"a text of more than {MOST_TEXT_BYTES} bytes")
        return plaintext.read(snapshot, notes)
    return _read_html(snapshot, notes)


def _read_html(snapshot: Snapshot, notes: Notes) -> Article:
    """The article on a page of HTML; a page that turns out not to be UTF-8 is read twice."""
    if len(snapshot.body) <= _MOST_UNSEEN and not is_marked(snapshot.body):
        try:
            article = _read_page(parse(snapshot, notes, as_utf8=True), snapshot)
        except ExtractError:
            if is_utf8(snapshot.body):
                raise
        else:
            if not _is_garbled(article) or is_utf8(snapshot.body):
                return article
        if notes is not None:
            notes.clear()
    return _read_page(parse(snapshot, notes), snapshot)


def _read_page(page: Page, snapshot: Snapshot) -> Article:
    try:
        if template := _template(page):
            return read(template, page, snapshot)
        if site2022.is_of_2022(page):
            return site2022.read(page, snapshot)
        return fallback.read(page, snapshot)
    except TooLarge as e:
        raise NotAnArticle(page.url, str(e)) from e


def _is_garbled(article: Article) -> bool:
    """True if a text has the sign that is shown for bytes that are not UTF-8."""
    texts = [article.title, article.lead, article.section, article.kicker, article.page_clock_text]
    texts += [*article.paragraphs, *article.byline, *article.tags]
    texts += [text for c in article.captions for text in (c.text, c.credit, c.image_url)]
    texts += [weather.text for weather in article.weather]
    return _NOT_UTF8 in "".join(texts)


def _template(page: Page) -> Template | None:
    """The template whose marker comes first on the page."""
    found = page.tree.css_first(", ".join(template.marker for template in TEMPLATES))
    for template in TEMPLATES:
        met = [found] if found is not None and found.css_matches(template.marker) else []
        if page.notes is not None:
            note_found(page.notes, "template", template.marker, met)
        if met:
            return template
    return None


def as_json(article: Article) -> dict[str, object]:
    """What `scraper extract` prints of an article."""
    kicker = {"kicker": article.kicker} if article.kicker else {}
    return {
        "url": article.url,
        "article_id": article.article_id,
        **kicker,
        "title": article.title,
        "lead": article.lead,
        "paragraphs": list(article.paragraphs),
        "captions": [_caption(c) for c in article.captions],
        "published_at": utc_text(article.published_at) if article.published_at else None,
        "modified_at": utc_text(article.modified_at) if article.modified_at else None,
        "page_clock_at": utc_text(article.page_clock_at) if article.page_clock_at else None,
        "page_clock_text": article.page_clock_text,
        "section": article.section,
        "byline": list(article.byline),
        "tags": list(article.tags),
        "weather": [asdict(weather) for weather in article.weather],
        "template": article.template,
        "layout": article.layout,
        "flags": list(article.flags),
    }


def _caption(caption: Caption) -> dict[str, object]:
    return {"text": caption.text, "credit": caption.credit, "image_url": caption.image_url}
