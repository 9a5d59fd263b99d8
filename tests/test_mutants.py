"""No damaged page crashes the reading, yields a wrong type, or takes long.

A twentieth of the 20,000 that `.venv/bin/python -m tests.support.mutants 20000` reads.
"""

import random
import time
from dataclasses import replace

import pytest

from scraper.errors import NotAnArticle
from scraper.extract import extract
from scraper.models import Snapshot
from tests.support.mutants import CAPTURED_AT, MOST_SECONDS, cut, faults, nested, pages

pytestmark = pytest.mark.slow  # whole runs

ARTICLE = b"<html><body><h1 class='article__title'>T</h1><div class='article__body'>%s</div></body>"


@pytest.mark.slow
def test_a_thousand_mutants_break_no_rule() -> None:
    assert list(faults(range(1000))) == []


def test_the_same_number_is_the_same_mutant() -> None:
    body = pages()[0][1]
    for change in (cut, nested):
        assert change(body, random.Random(3)) == change(body, random.Random(3))


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"<div>" * 50_000 + b"<p>x" * 100_000, "more than 40000 tags"),
        (b"<div>" * 12_000 + b"<p>x" * 12_000, "levels of elements"),
        (b"</x>".join(b"<p><font size=%d>x" % n for n in range(3000)), "kinds of formatting tags"),
        (
            b"<i " + b" ".join(b"a%d" % n for n in range(90_000)) + b">x</i>",
            "too many attributes in a tag",
        ),
        (b"x" * 10_000_001, "larger than 10 MB"),
    ],
    ids=["50,000 levels", "open elements", "open formats", "90,000 attributes", "11 MB"],
)
def test_what_takes_a_parser_long_is_refused_in_time(body: bytes, why: str) -> None:
    snapshot = Snapshot("https://baolaocai.vn/a-post1.html", CAPTURED_AT, 200, (), b"")
    began = time.process_time()
    for charset in ("utf-8", "utf-16"):
        with pytest.raises(NotAnArticle, match="larger|" + why):
            page = (ARTICLE % body).decode().encode(charset)
            extract(replace(snapshot, body=page))
    assert time.process_time() - began < MOST_SECONDS


def test_a_long_page_within_the_bounds_is_read_whole() -> None:
    body = b"<ul>" + b"<li><b>x</b> y" * 9_000 + b"</ul><p><img src='data:" + b"A" * 200_000 + b"'>"
    snapshot = Snapshot("https://baolaocai.vn/a-post1.html", CAPTURED_AT, 200, (), ARTICLE % body)
    assert extract(snapshot).paragraphs == ("x y",) * 9_000


def test_a_huge_page_of_no_known_template_is_not_guessed_at() -> None:
    head = b"<html><head><meta property='og:type' content='article'></head><body><h1>T</h1>"
    snapshot = Snapshot("https://x.vn/a", CAPTURED_AT, 200, (), head + b"<p>x y z</p>" * 90_000)
    with pytest.raises(NotAnArticle, match="more than"):
        extract(snapshot)
    long = replace(snapshot, body=head + b"<p>" + b"x y z. " * 150_000)
    with pytest.raises(NotAnArticle, match="too large to be read without"):
        extract(long)
