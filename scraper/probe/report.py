"""A probe in words, and as JSON."""

from collections.abc import Iterator
from dataclasses import asdict

from scraper.models import utc_text
from scraper.probe import Probe
from scraper.probe.facts import filled
from scraper.probe.observations import PageSeen

_SHOWN = {"agrees": "agrees", "differs": "DIFFERS", "not seen": "not seen"}


def text(probe: Probe) -> str:
    """The report for a reader: facts, pages, and what to change in config.toml."""
    return "\n".join(_lines(probe))


def as_json(probe: Probe) -> dict[str, object]:
    """The same for a program."""
    return {
        "base_url": probe.base_url,
        "started_at": utc_text(probe.started_at),
        "requests": probe.requests,
        "stopped": probe.stopped,
        "differs": [fact.name for fact in probe.facts if fact.verdict == "differs"],
        "facts": [asdict(fact) for fact in probe.facts],
        "pages": [_page_row(page) for page in probe.seen.pages],
    }


def _lines(probe: Probe) -> Iterator[str]:
    yield f"{probe.base_url}: {probe.requests} requests from {utc_text(probe.started_at)}"
    if probe.stopped:
        yield f"ended early: {probe.stopped}"
    yield ""
    for fact in probe.facts:
        yield f"{_SHOWN[fact.verdict]:<9} {fact.name}: {fact.found or fact.assumed}"
        if fact.verdict == "differs":
            yield f"{'':<9} assumed: {fact.assumed}"
        if fact.advice:
            yield f"{'':<9} do: {fact.advice}"
    for page in probe.seen.pages:
        yield ""
        yield from _page_lines(page)


def _page_lines(page: PageSeen) -> Iterator[str]:
    size = f", {len(page.snapshot.body) // 1000} KB" if page.snapshot else ""
    yield f"{page.age} article: {page.url}{size}"
    if page.article is None:
        yield f"  not read: {page.failure}"
        return
    article = page.article
    yield f"  {article.template}, {article.layout}: {article.title}"
    yield f"  has {', '.join(filled(article))}; {len(article.paragraphs)} paragraphs"
    if article.flags:
        yield f"  flags: {', '.join(article.flags)}"
    rules = _rules(page)
    if rules:
        yield "  read by: " + "; ".join(f"{field} {rule}" for field, rule in rules.items())


def _page_row(page: PageSeen) -> dict[str, object]:
    article = page.article
    return {
        "age": page.age,
        "url": page.url,
        "status": page.snapshot.status if page.snapshot else None,
        "size_bytes": len(page.snapshot.body) if page.snapshot else None,
        "failure": page.failure,
        "template": article.template if article else None,
        "layout": article.layout if article else None,
        "title": article.title if article else None,
        "fields": list(filled(article)) if article else [],
        "flags": list(article.flags) if article else [],
        "rules": _rules(page),
    }


def _rules(page: PageSeen) -> dict[str, str]:
    """The selector or rule that gave each field; what was left out of the text is not listed."""
    return {c.field: c.rule for c in page.notes if c.rule and c.field not in _LEFT_OUT}


_LEFT_OUT = ("excluded", "unaccounted")
