"""The trace of a reading, and the docs' worked example of a new template."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from textwrap import dedent

import pytest

from scraper import extract as extraction
from scraper.errors import MissingField, NotAnArticle, ScraperError
from scraper.extract import extract
from scraper.extract.onecms import ARTICLE, EMAGAZINE
from scraper.extract.trace import Choice, trace_json
from scraper.models import Article, Snapshot

RECIPE = (Path(__file__).parent.parent / "docs/adding-a-template.md").read_text("utf-8")
PAGES = Path(__file__).parent / "pages"
URL = "https://baolaocai.vn/mua-le-chin-post950001.html"
PAGE = """<html><head><meta property="article:published_time" content="2026-03-05T08:30:00+0700">
<meta property="article:section" content="Kinh tế"></head><body><div class="main-col">
<div class="breadcrumb"><a href="/">Trang chủ</a> <a href="/x/">Nông nghiệp</a></div>
<h1 class="article__title">Mùa lê</h1><time class="time">04/03/2026 08:00</time>
<div class="article__sapo">Một lead.</div><h2 class="cms-desc">Không phải lead.</h2>
<div class="article__body"><p>Một.</p><figure><img src="/a.jpg" data-desc="Vườn ta"><figcaption>Vườn lê
</figcaption></figure><div class="article__source">Theo Báo Thử</div></div></div></body></html>"""


def traced(html: str) -> tuple[Article, list[Choice]]:
    notes: list[Choice] = []
    page = Snapshot(URL, datetime(2027, 2, 1, tzinfo=UTC), 200, (), html.encode())
    return extract(page, notes), notes


@pytest.mark.parametrize(
    ("field", "rule", "text", "lost"),
    [
        ("title", "h1.article__title", "Mùa lê", ()),
        ("lead", ".article__sapo", "Một lead.", ((".cms-desc", "Không phải lead."),)),
        ("paragraphs", ".article__body", "Một. Vườn lê Theo Báo Thử", ()),
        ("captions", "<figcaption>", "Vườn lê", (("span, p", ""), ("[data-desc]", "Vườn ta"), ("[cms-photo-caption]", ""))),
        ("published_at", "meta", "2026-03-05T08:30:00+0700", (("text", "04/03/2026 08:00"),)),
        ("section", "meta article:section", "Kinh tế", (("JSON-LD articleSection", ""), (".breadcrumb a", "Nông nghiệp"))),
        ("excluded", ".article__source", "Theo Báo Thử", ()),
    ],
)  # fmt: skip
def test_each_field_tells_what_won_and_what_lost(
    field: str, rule: str, text: str, lost: tuple[tuple[str, str], ...]
) -> None:
    assert Choice(field, rule, text, lost) in traced(PAGE)[1]


@pytest.mark.parametrize(
    "path", sorted(PAGES.glob("*/[a-z]*-*.html")), ids=lambda p: f"{p.parent.name}/{p.stem}"
)
def test_whoever_asks_for_a_trace_gets_the_same_article(path: Path) -> None:
    page = Snapshot(URL, datetime(2026, 11, 2, tzinfo=UTC), 200, (), path.read_bytes())
    try:
        article = extract(page)
    except ScraperError as e:
        with pytest.raises(type(e)):
            extract(page, [])
    else:
        notes: list[Choice] = []
        assert extract(page, notes) == article
        told = {choice.field: choice for choice in notes}
        assert {"template", "title", "lead", "paragraphs", "published_at", "section"} <= set(told)
        assert told["title"].text == article.title


# Whatever templates have been added since.
FIRST = (EMAGAZINE, ARTICLE)


def test_a_refused_page_has_a_trace_that_says_what_was_looked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(extraction, "TEMPLATES", FIRST)
    notes: list[Choice] = []
    html = '<h1 class="article__title"></h1><div class="article__body"><p>Một.</p></div>'
    page = Snapshot(URL, datetime(2027, 2, 1, tzinfo=UTC), 200, (), html.encode())
    with pytest.raises(MissingField):
        extract(page, notes)
    assert trace_json(notes) == [
        {"field": "template", "rule": "", "text": "", "lost": [{"rule": ".e-magazine__title", "text": ""}]},
        {"field": "template", "rule": "h1.article__title", "text": "", "lost": []},
        {"field": "title", "rule": "h1.article__title", "text": "", "lost": []},
    ]  # fmt: skip


def test_the_template_that_the_docs_add_reads_the_page_that_they_show(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    html, code = (
        dedent(block) for block in re.findall(r"```(?:html|python)\n(.*?)```", RECIPE, re.S)
    )
    module: dict[str, object] = {}
    exec(code, module)
    new = module["TEMPLATE"]
    monkeypatch.setattr(extraction, "TEMPLATES", FIRST)
    before, trace = traced(html)
    assert before.template == "fallback"
    assert [(c.rule, c.text) for c in trace if c.field == "template"] == [("", ""), ("", "")]
    with pytest.raises(NotAnArticle, match="no template fits"):
        traced(html.partition("<body>")[2])
    monkeypatch.setattr(extraction, "TEMPLATES", (new, *FIRST))
    article, notes = traced(html)
    assert (article.template, article.title, article.lead, article.paragraphs) == (
        "onecms2027", "Mùa lê chín", "Lê Tai Nung vào mùa.", ("Vườn lê rộng ba héc-ta.",)
    )  # fmt: skip
    assert article.flags == ()
    monkeypatch.setattr(
        extraction,
        "TEMPLATES",
        (replace(new, dropped=frozenset()),),  # type: ignore[type-var]
    )
    assert traced(html)[0].flags == ("unaccounted",)
