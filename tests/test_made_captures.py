"""Text captures made from the stand-in's truth, each with a choice of oddities.

`python -m tests.test_made_captures 2000` tries that many; the suite tries a hundred.
"""

import sys
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scraper.demo.newspaper import make_newspaper
from scraper.demo.story import truth
from scraper.extract import extract
from scraper.extract.line_kinds import letters
from scraper.models import Article, Snapshot

PAPER = make_newspaper(seed=7, pages=400)
FURNITURE = (
    "0:00 / 0:00", "• Nam miền Bắc", "Nữ miền Nam", "IMG_2041.JPG", "anh-bia_1.jpg.webp",
    "Theo dõi Báo Lào Cai trên Google News", "![]() |", "| --- |",
)  # fmt: skip
KICKER = "Kỷ niệm 60 năm ngày thành lập:"
ADDRESS = "https://baolaocai.vn/{}-post{}.html"


@st.composite
def made(draw: st.DrawFn) -> tuple[Article, list[str], list[str], dict[str, bool]]:
    """The truth of a story, the lines of a capture, what is foreign in it, and the choices made."""
    story = PAPER.story(draw(st.integers(0, len(PAPER) - 1)))
    true = truth(story, "https://baolaocai.vn")
    slug = "-".join(letters(word) for word in true.title.split() if letters(word))
    true = replace(true, url=ADDRESS.format(slug, true.article_id))
    names = ("headline", "kicker", "navigation", "twice", "foreign", "player", "corpus", "spaced")
    has = {name: draw(st.booleans()) for name in names}
    lines = [*(["Quay về Trang chủ"] if has["navigation"] else [])]
    foreign: list[str] = []
    if has["headline"]:
        lines += [KICKER] if has["kicker"] else []
        head = f"date 2025-09-22 {true.title} 22/09/2025 13:58" if has["corpus"] else true.title
        lines.append(head)
    lines += [true.lead] if true.lead else []
    lines += FURNITURE[:3] if has["player"] else []
    if has["foreign"] and true.lead:
        # A photo essay: no text of its own below the lead, but leads of three other articles.
        picked = draw(st.lists(st.integers(0, 399), min_size=3, max_size=3, unique=True))
        others = [truth(PAPER.story(n), "").lead for n in picked]
        foreign = [f"LCĐT - {text.removeprefix('LCĐT - ')}" for text in others if text]
        return true, [*lines, *foreign], foreign, has
    for number, paragraph in enumerate(true.paragraphs):
        lines += [true.title] if has["twice"] and has["headline"] and number == 1 else []
        for caption in true.captions:
            if caption.after_paragraph == number and caption.text:
                lines += [draw(st.sampled_from(FURNITURE[3:5])), caption.text]
        lines += [draw(st.sampled_from(FURNITURE))] if draw(st.booleans()) else []
        lines.append(paragraph)
    return true, lines, foreign, has


def check(case: tuple[Article, list[str], list[str], dict[str, bool]]) -> None:
    """No foreign text in a body, no wrong title or lead, every doubt flagged."""
    true, lines, foreign, has = case
    if sum(map(len, lines)) < 200:
        return
    body = ("\n\n" if has["spaced"] else "\n").join(lines).encode()
    plain = (("content-type", "text/plain; charset=utf-8"),)
    found = extract(Snapshot(true.url, datetime(2026, 5, 1, tzinfo=UTC), 200, plain, body))
    if has["headline"]:
        assert found.title == true.title
    else:
        assert found.title.startswith("[")
        assert "no headline" in found.flags
    assert found.lead in ("", true.lead)
    own = {true.lead, *true.paragraphs, *(caption.text for caption in true.captions)}
    texts = {found.lead, *found.paragraphs} - {""}
    assert texts <= own, texts - own
    assert not texts & (set(foreign) - own)
    lost = {text for text in (true.lead, *true.paragraphs) if text in lines} - texts
    lost -= {text for caption in found.captions for text in (caption.text, caption.text + ".")}
    assert not lost or {"text left out", "captions guessed"} & set(found.flags), lost
    assert (found.published_at is not None) == (has["headline"] and has["corpus"])


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(made())
def test_a_made_capture_has_no_foreign_text_no_wrong_title_and_flags_doubts(
    case: tuple[Article, list[str], list[str], dict[str, bool]],
) -> None:
    check(case)


if __name__ == "__main__":
    many = settings(
        max_examples=int(sys.argv[1]), deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )
    many(given(made())(check))()
    print(f"{sys.argv[1]} captures, none with foreign text, a wrong title or a doubt not flagged")
