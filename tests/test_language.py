"""The reading pages in Vietnamese and English: the catalogue, and which language a reader gets."""

import re
import string
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from datasette.app import Datasette
from jinja2 import Environment, nodes

from scraper.archive.tables import ARCHIVE_TABLES
from scraper.browse import phrases
from scraper.browse.language import preferred
from scraper.browse.metadata import QUESTIONS, TABLES
from scraper.browse.phrases import catalogue
from scraper.browse.reading_room import value_named
from scraper.crawl.lists import READERS
from scraper.importing.saved_pages import FROM_FILE
from scraper.recover.wayback import SERVICE
from tests.support.filled import archive_of_rows
from tests.support.hostile import HOSTILE, MISSING, PAGES, fill_hostile
from tests.support.opened import get
from tests.support.spoken import NAMES, Words, mixed

TEMPLATES = Path(phrases.__file__).parent / "templates"
ASCII_VIETNAMESE = {"Video", "SHA-256", "robots.txt", "podcast", "video", "JSON", "sapo", "Sapo"}
MARKED = re.compile("[à-öø-ýăđĩũơưạ-ỹ]", re.IGNORECASE)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return archive_of_rows(tmp_path_factory.mktemp("language") / "archive.db", fill_hostile)


@pytest.mark.parametrize("template", sorted(path.name for path in TEMPLATES.iterdir()))
def test_no_template_holds_a_bare_string(template: str):
    source = (TEMPLATES / template).read_text("utf-8")
    if template == "query.html":  # a reader's own SELECT stays Datasette's, marked as English
        source = re.sub(r'<div lang="en">.*</div>', "", source, flags=re.DOTALL)
    source = re.sub(r"<(code|pre|textarea)\b.*?</\1>", "", source, flags=re.DOTALL)
    source = source.replace("{{ level }}", "h2")
    # An expression becomes a sign that is no letter; blocks of logic go.
    source = re.sub(r"\{% block (body_class|q) %\}.*?\{% endblock %\}", "", source)
    plain = re.sub(r"\{%.*?%\}", "", re.sub(r"\{\{.*?\}\}", "·", source), flags=re.DOTALL)
    bare = {text.strip(" ·,/()←→✕…–") for _, text in Words(plain).found}
    assert {text for text in bare if re.search(r"[^\W\d_]{2}", text)} <= NAMES
    for output in Environment(extensions=["jinja2.ext.do"]).parse(source).find_all(nodes.Output):
        for part in output.nodes:
            shown = [part, *part.find_all(nodes.CondExpr)]
            constants = [
                c for p in shown for c in p.iter_child_nodes() if isinstance(c, nodes.Const)
            ]
            if isinstance(part, nodes.CondExpr):
                assert not [c for c in constants if " " in str(c.value).strip()], constants


def test_both_languages_of_every_phrase_take_the_same_values():
    for name, forms in catalogue().items():
        fields = [{f for _, f, _, _ in string.Formatter().parse(form) if f} for form in forms]
        assert all(other <= fields[0] for other in fields), name
        assert fields[0] - fields[1] == set(), name


def test_every_phrase_is_used():
    code = "".join(p.read_text("utf-8") for p in TEMPLATES.parent.rglob("*") if p.suffix in (".py", ".html", ".xml"))  # fmt: skip
    # Groups that a page asks for by a value of the archive.
    computed = {"changed_field", "column", "error", "flag", "home", "kind", "layout", "nav", "operator", "outcome",
                "parameter", "reading", "state", "time_kind", "source", "part", "certainty", "dashboard", "names", "help", "trends",
                    "story", "search", "facet"}  # fmt: skip
    for name in catalogue():
        assert name in code or name.split(".")[0] in computed, name


def test_every_value_that_a_column_may_hold_has_a_name_in_both_languages():
    checked = re.findall(r"(\w+) TEXT[^(\n]*CHECK \(\w+ IN \(([^)]*)\)\)", ARCHIVE_TABLES)
    may_hold = [(column, value) for column, of in checked for value in re.findall("'(.+?)'", of)]
    assert {column for column, _ in may_hold} == {"part", "certainty", "reading", "kind", "state"}
    stated = [f"{kind}{only}" for kind in ("meta", "json-ld", "time", "text")
              for only in ("", " (date only)")]  # fmt: skip
    for column, values in {
        "source": (*READERS, "redirect", "add", "import", "crawl", "markup", "guess"),
        "published_source": stated,
        "captured_source": (FROM_FILE,),
        "kind": ("list", "refused", "fetch", "archive", SERVICE),
        "outcome": ("running", "done", "stopped", "failed", "killed"),
        "timestamp_source": ("published", "page clock", "captured", "unknown"),
    }.items():
        may_hold += [(column, value) for value in values]
    for column, value in may_hold:
        assert value_named(column, value), (column, value)


def test_a_table_names_values_in_cells_facets_and_filters(datasette: Datasette):
    for language, name in (("vi", "mã trang"), ("en", "markup")):
        page = get(datasette, "/archive/captions?_facet=source&source=markup", language=language)
        assert page.text.count(name) >= 3
        assert (f"“{name}”" in page.text) and (f"<strong>{name}</strong>" in page.text)
        row = get(datasette, "/archive/captions/1", language=language).text
        assert f">{name}</dd>" in row


def test_vietnamese_phrases_have_their_marks():
    for name, (vietnamese, english, *_) in catalogue().items():
        words = re.sub(r"<.*?>|\{.*?\}|&\w+;", "", vietnamese)
        if vietnamese != english and len(words.split()) > 4:
            assert MARKED.search(words), name
        assert not MARKED.search(re.sub(r'<i lang="vi">.*?</i>', "", english)) or "Báo" in english


def test_tables_columns_and_questions_are_described_in_both_languages():
    columns = {c for declared in TABLES.values() for c in declared.get("columns", {})}
    assert {f"column.{name}" for name in columns} <= set(catalogue())
    for declared in [*TABLES.values(), *QUESTIONS.values()]:
        for pair in [declared["title"], declared["about"], *declared.get("columns", {}).values()]:
            assert len(pair) == 2 and all(pair), declared


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", "vi"),
        ("*", "vi"),
        ("vi-VN,vi;q=0.9,en;q=0.8", "vi"),
        ("en-US,en;q=0.9", "en"),
        ("en;q=0.5, vi;q=0.4", "en"),
        ("en;q=0.4, vi;q=0.5", "vi"),
        ("fr-FR, de;q=0.5", "en"),
        ("fr, vi;q=0.1", "vi"),
        ("vi;q=0, fr", "en"),
        ("en;q=high, vi;q=0.1", "vi"),
    ],
)
def test_the_language_is_the_one_that_the_browser_prefers(header: str, expected: str):
    assert preferred(header) == expected


@pytest.mark.parametrize("address", ["/", "/search.json?q=ma", "/nowhere", "/assets/archive.css"])
def test_every_answer_says_what_it_varies_with(datasette: Datasette, address: str):
    assert "Accept-Language, Cookie" in get(datasette, address).headers["vary"]


def test_a_link_chooses_a_language_and_it_is_remembered(datasette: Datasette):
    answer = get(datasette, "/archive/articles?section=x&lang=vi", language="en")
    assert '<html lang="vi">' in answer.text and answer.status_code == 200
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("lang=vi;") and "HttpOnly" in cookie and "Path=/" in cookie
    kept = get(datasette, "/", language="en", cookie="lang=vi")
    assert '<html lang="vi">' in kept.text and "set-cookie" not in kept.headers
    assert '<html lang="en">' in get(datasette, "/", language="en", cookie="lang=xx").text
    assert "set-cookie" not in get(datasette, "/?lang=fr").headers


def test_the_switch_leads_to_the_same_page(datasette: Datasette):
    text = get(datasette, "/search?q=ma&sort=newest", language="vi").text
    assert 'href="?q=ma&amp;sort=newest&amp;lang=en"' in text


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("address", [page for page in PAGES + MISSING if "sql=" not in page])
def test_no_page_mixes_the_languages(datasette: Datasette, address: str, language: str):
    answer = get(datasette, address, language=language)
    assert f'<html lang="{language}">' in answer.text
    typed = [value for name, value in parse_qsl(urlsplit(address).query) if name == "q"]
    assert mixed(answer.text, language, [HOSTILE, *typed]) == {}


@pytest.mark.parametrize(
    "address", ["/archive?sql=select+1", "/archive?sql=nonsense", "/-/versions", "/-/settings"]
)
def test_the_sql_editor_and_datasettes_own_pages_are_marked_as_english(
    datasette: Datasette, address: str
):
    text = get(datasette, address, language="vi").text
    assert '<html lang="vi">' in text
    main = text.split("<main", 1)[1]
    assert ' lang="en"' in main.split("</main>")[0]
