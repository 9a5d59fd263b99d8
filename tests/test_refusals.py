"""Answers that refuse us: which they are, what a run makes of them, and what the archive does not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scraper.demo.edition import Edition
from scraper.demo.newspaper import make_newspaper
from scraper.errors import SiteUnavailable
from scraper.http.refusals import refusal
from scraper.models import Snapshot
from scraper.reading import read_snapshot
from tests.support.simulated import BASE, START, Newsroom, Paper, Reply

URL = "https://baolaocai.vn/a-post1.html"
NOW = datetime(2026, 11, 2, tzinfo=UTC)
RELOAD = "<html><body><script>document.cookie='D1N=ab';window.location.reload(true);</script></body></html>"
HTML = (("content-type", "text/html; charset=utf-8"),)


def answer(body: str, status: int = 200, headers: tuple[tuple[str, str], ...] = HTML) -> Snapshot:
    return Snapshot(URL, NOW, status, headers, body.encode())


CHALLENGES = {
    "cookie and reload": RELOAD,
    "script alone": "<script src='/x.js'></script>",
    "onload": "<body onload='go()'></body>",
    "meta refresh": "<html><head><meta http-equiv='Refresh' content='0; url=/a'></head><body></body></html>",
    "meta refresh with a word": "<meta http-equiv=refresh content='5'><body>Vui lòng chờ…</body>",
    "Cloudflare": "<title>Just a moment...</title><body><noscript>Enable JavaScript and cookies to continue"
    "</noscript><script>window._cf_chl_opt={}</script></body>",
    "browser check": "<title>DDoS-Guard</title><h1>Checking your browser before accessing baolaocai.vn</h1>"
    "<p>This process is automatic.</p><script src=/c.js></script>",
    "captcha": "<body><p>Please verify you are a human</p><form action=/v><div class=g-recaptcha></div></form>",
    "Vietnamese check": "<body><h2>Đang kiểm tra trình duyệt của bạn</h2><p>Vui lòng đợi 5 giây.</p>"
    "<script>setTimeout(function(){location.reload()},5000)</script></body>",
    "Vietnamese person": "<body><p>Xác minh bạn là con người để tiếp tục.</p><script src=/t.js></script></body>",
    "Vietnamese block": "<body><h1>Truy cập bị từ chối</h1><p>Địa chỉ IP của bạn đã bị chặn.</p></body>",
    "unnamed wait": "<body><p>Hệ thống đang chuẩn bị trang cho quý bạn đọc, xin chờ trong giây lát.</p>"
    "<script>document.cookie='t=1';location.href='/a-post1.html'</script></body>",
    "Incapsula": "<body><iframe src='/_Incapsula_Resource?x=1'>Request unsuccessful. Incapsula incident ID: 1</iframe></body>",
    "39 letters and a script": f"<body><p>{'x' * 39}</p><script src=/a.js></script></body>",
    "four links": "<body><a href=/>a</a><a href=/b>b</a><a href=/c>c</a><a href=/d>d</a><script src=/a.js></script></body>",
    "600 characters and a reload": f"<body><p>{'x' * 600}</p><script>location.reload()</script></body>",
    "a long script": f"<body><script>{'var a=1;' * 100}location.reload()</script></body>",
    "64 KB": f"<body><!--{'x' * (64 * 1024 - 40)}--><script src=/x.js></script>",
}  # fmt: skip
PAGES = {
    "not found": "<html><body><h1>Không tìm thấy trang</h1><a href='/'>Trang chủ</a></body></html>",
    "not found, with statistics": "<body><p>Trang này không tồn tại hoặc đã bị xóa.</p><a href='/'>Về trang chủ</a>"
    "<script>window.dataLayer=[];function gtag(){dataLayer.push(arguments)}</script></body>",
    "another page": "<body><script>x()</script><nav>" + "<a href='/x/'>Chuyên mục</a>" * 9 + "</nav></body>",
    "long text": "<body><script>location.reload()</script><p>" + "Tin trong ngày. " * 60 + "</p></body>",
    "empty": "",
    "words": "ok",
    "words without a tag": "Just a moment...",
    "40 letters and a script": f"<body><p>{'x' * 40}</p><script src=/a.js></script></body>",
    "five links": "<body><a href=/>a</a><a href=/b>b</a><a href=/c>c</a><a href=/d>d</a><a href=/e>e</a><script src=/a.js></script></body>",
    "601 characters and a reload": f"<body><p>{'x' * 601}</p><script>location.reload()</script></body>",
    "more than 64 KB": f"<body><!--{'x' * 64 * 1024}--><script src=/x.js></script>",
    "an article that reloads": "<meta property='og:type' content='article'><script>location.reload()</script>",
    "text and a script that does nothing": f"<body><p>{'Tin vắn. ' * 8}</p><script>var a=1</script></body>",
    "404 in script": "<title>404</title><body><div id=app></div><script src=/app.js></script></body>",
}  # fmt: skip


@pytest.mark.parametrize("name", CHALLENGES)
@pytest.mark.parametrize("status", [200, 202, 403, 503])
def test_a_challenge_is_a_refusal_whatever_its_status(name: str, status: int) -> None:
    read = read_snapshot(answer(CHALLENGES[name], status))
    assert (read.reading, read.detail.startswith("refused: ")) == ("refused", True)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_that_shows_anything_of_its_own_is_not_a_challenge(name: str) -> None:
    assert refusal(answer(PAGES[name])) == ""


@pytest.mark.parametrize(
    ("body", "status", "why"),
    [
        (RELOAD, 200, "answered with a challenge page"),
        (RELOAD, 503, "answered with a challenge page (status 503)"),
        (RELOAD, 403, "answered 403"),
        ("", 451, "answered 451"),
    ],
)
def test_the_reason_names_the_status(body: str, status: int, why: str) -> None:
    assert refusal(answer(body, status)) == why


@pytest.mark.parametrize("value", ["challenge", " Challenge "])
def test_a_header_of_cloudflare_names_a_challenge(value: str) -> None:
    assert refusal(answer("<h1>Tin</h1>", headers=(*HTML, ("cf-mitigated", value))))
    assert not refusal(answer("<h1>Tin</h1>", headers=(*HTML, ("cf-mitigated", "block"))))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_no_challenge_whatever_its_page_does(status: int) -> None:
    assert not refusal(answer(RELOAD, status, (*HTML, ("location", "/a"))))


def test_a_404_is_a_challenge_only_by_name() -> None:
    assert read_snapshot(answer(RELOAD, 404)).reading == "missing"
    assert read_snapshot(answer(CHALLENGES["Cloudflare"], 404)).reading == "refused"


@pytest.mark.parametrize("status", [401, 403, 451])
def test_these_statuses_refuse_whatever_their_page_says(status: int) -> None:
    assert read_snapshot(answer("<h1>Không tìm thấy</h1>", status)).reading == "refused"


@pytest.mark.parametrize("status", [400, 402, 405, 500])
def test_other_statuses_do_not(status: int) -> None:
    assert read_snapshot(answer("<h1>Lỗi</h1>", status)).reading == "not_article"


def test_a_page_with_an_article_is_read_whatever_scripts_it_has() -> None:
    edition = Edition(make_newspaper(pages=1), "https://baolaocai.vn")
    body = edition.answer(edition.newest[0].path).body
    script = b"<script>document.cookie='a=1';location.reload()</script></body>"
    snapshot = Snapshot(URL, NOW, 200, HTML, body.replace(b"</body>", script))
    assert read_snapshot(snapshot).reading == "text"


@pytest.fixture
def newsroom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Newsroom:
    return Newsroom(tmp_path, monkeypatch, Paper())


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


REFUSING: dict[str, Reply] = {
    "401": (401, {}, ""),
    "403": (403, {}, "<h1>Forbidden</h1>"),
    "451": (451, {}, "<h1>Bị chặn</h1>"),
    "challenge": (200, {}, RELOAD),
    "challenge with 503": (503, {}, CHALLENGES["Cloudflare"]),
    "challenge with 429": (429, {}, CHALLENGES["Vietnamese check"]),
    "mitigated": (403, {"cf-mitigated": "challenge"}, "<p>x</p>"),
    "wrong type": (200, {"content-type": "application/pdf"}, "%PDF"),
    "encoding": (200, {"content-encoding": "br"}, "x"),
    "oversize": (200, {"content-length": "99000000"}, "x"),
}


@pytest.mark.parametrize("kind", REFUSING)
def test_a_row_of_refusals_ends_the_run_and_raises_the_alarm(newsroom: Newsroom, kind: str) -> None:
    paper = newsroom.paper
    for number in range(1, 31):
        paper.publish(number, START)
    paper.refuses = lambda path: REFUSING[kind] if "post" in path else None
    stopped = newsroom.crawl(START)
    assert isinstance(stopped, SiteUnavailable)
    assert "the site refuses us; nothing is asked until 2026-01-01T01:5" in str(stopped)
    assert len(newsroom.asked) == 5
    assert newsroom.rows("SELECT failed, fetched, not_articles FROM runs") == [(5, 0, 0)]
    assert newsroom.rows("SELECT DISTINCT kind FROM failures") == [("refused",)]
    found = newsroom.rows("SELECT state, error LIKE 'refused: %', count(*) FROM frontier"
                          " WHERE article_id > 0 GROUP BY 1, 2")  # fmt: skip
    assert found == [("failed", 1, 5), ("new", 0, 25)]
    assert "the site refuses us" in newsroom.alarms()
    assert "5 of 5 requests failed in the last crawl (5 refused)" in newsroom.alarms()


@pytest.mark.slow
def test_the_wait_after_a_refused_run_doubles_to_a_day_and_one_good_article_ends_it(
    newsroom: Newsroom,
) -> None:
    paper = newsroom.paper
    for number in range(1, 31):
        paper.publish(number, START)
    paper.refuses = lambda path: (403, {}, "") if "post" in path else None
    newsroom.crawl(START)
    asked_at = []
    for half_hour in range(1, 160):
        at = START + hours(half_hour / 2)
        stopped = newsroom.crawl(at)
        assert isinstance(stopped, SiteUnavailable) and "the site refuses us" in str(stopped)
        if newsroom.asked:
            assert len(newsroom.asked) == 1
            asked_at.append(half_hour / 2)
        else:
            assert paper.log == []
    # An hour, then 2, 4, 8, 16, 24, 24 ... after the start of the run before it.
    assert asked_at == [1, 3, 7, 15, 31, 55, 79]
    paper.refuses = lambda path: None
    newsroom.crawl(START + hours(107))
    assert newsroom.rows("SELECT refused_in_row FROM hosts") == [(0,)]
    assert len(newsroom.asked) == 30
    assert newsroom.alarms() == ""


def test_single_refusals_among_good_pages_stop_nothing_and_raise_no_alarm(
    newsroom: Newsroom,
) -> None:
    paper = newsroom.paper
    for number in range(1, 41):
        paper.publish(number, START)
    paper.refuses = lambda path: (403, {}, "") if "post7." in path or "post23." in path else None
    assert not isinstance(newsroom.crawl(START), SiteUnavailable)
    assert newsroom.rows("SELECT outcome, new_articles, failed FROM runs") == [("done", 38, 2)]
    assert newsroom.alarms() == ""
    newsroom.crawl(START + hours(5))
    assert newsroom.asked == []
    newsroom.crawl(START + hours(7))
    assert newsroom.asked == [23, 7]


@pytest.mark.slow
def test_a_bot_check_of_months_says_nothing_of_an_article(newsroom: Newsroom) -> None:
    paper = newsroom.paper
    paper.publish(1, START)
    newsroom.crawl(START)
    paper.refuses = lambda path: (200, {}, RELOAD) if "post" in path else None
    for day in range(1, 100):
        newsroom.crawl(START + hours(24 * day))
    readings = dict(newsroom.rows("SELECT reading, count(*) FROM captures GROUP BY 1"))  # type: ignore[arg-type]
    assert readings.keys() == {"text", "refused"} and readings["refused"] > 4
    assert newsroom.rows("SELECT gone_at, revision_count FROM articles") == [(None, 1)]
    assert newsroom.rows("SELECT state FROM frontier WHERE article_id = 1") == [("archived",)]


def test_pages_that_are_mostly_no_articles_raise_the_alarm(newsroom: Newsroom) -> None:
    paper = newsroom.paper
    for number in range(1, 11):
        paper.publish(number, START)
    soft = (200, {}, "<html><body><h1>Trang chủ</h1></body></html>")
    paper.refuses = lambda path: soft if "post" in path and "post9" not in path else None
    newsroom.crawl(START)
    assert "9 of 10 pages of the last crawl are not articles" in newsroom.alarms()


def test_a_run_to_which_every_list_is_refused_raises_the_alarm(newsroom: Newsroom) -> None:
    newsroom.paper.publish(1, START)
    newsroom.crawl(START)
    assert newsroom.alarms() == ""
    newsroom.paper.refuses = lambda path: (403, {}, "<h1>Forbidden</h1>")
    newsroom.crawl(START + hours(1))
    assert newsroom.asked == []
    assert "1 of 1 requests failed in the last crawl (1 refused)" in newsroom.alarms()


def with_lists(newsroom: Newsroom) -> None:
    site = replace(newsroom.settings.site, feeds=("/rss/home.rss",), sections=("/", "/xa-hoi/"))
    newsroom.settings = replace(newsroom.settings, site=site)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["401", "403", "451", "challenge", "challenge with 503"])
def test_a_ban_with_nothing_due_is_obeyed_by_lists(newsroom: Newsroom, kind: str) -> None:
    with_lists(newsroom)
    newsroom.paper.publish(1, START)
    newsroom.crawl(START)
    newsroom.paper.refuses = lambda path: REFUSING[kind] if path != "/robots.txt" else None
    days = 6  # the waits double to a day within three
    asked = [0] * days
    for hour in range(1, days * 24):
        newsroom.crawl(START + hours(hour))
        asked[hour // 24] += len([path for path in newsroom.paper.log if path != "/robots.txt"])
        if hour == 2:
            assert "the site refuses us" in newsroom.alarms()
    assert asked[0] <= 10 and max(asked[1:]) <= 2
    newsroom.paper.refuses = lambda path: None
    newsroom.paper.publish(2, START + hours(days * 24))
    newsroom.crawl(START + hours((days + 2) * 24))
    assert newsroom.asked == [2]
    assert newsroom.alarms() == ""


def test_one_list_that_refuses_us_among_good_ones_stops_nothing(newsroom: Newsroom) -> None:
    with_lists(newsroom)
    newsroom.paper.publish(1, START)
    newsroom.paper.refuses = lambda path: (403, {}, "") if path == "/rss/home.rss" else None
    for hour in range(30):
        assert not isinstance(newsroom.crawl(START + hours(hour)), SiteUnavailable)
        assert {"/rss/home.rss", "/sitemap.xml"} <= set(newsroom.paper.log)
    refused = newsroom.rows("SELECT DISTINCT url, detail FROM failures WHERE kind = 'refused'")
    assert refused == [(f"{BASE}/rss/home.rss", "refused: answered 403")]


def test_an_article_is_asked_for_first_after_lists_refused_us(newsroom: Newsroom) -> None:
    with_lists(newsroom)
    newsroom.paper.publish(1, START)
    newsroom.crawl(START)
    newsroom.paper.refuses = lambda path: (403, {}, "") if "post" not in path else None
    newsroom.crawl(START + hours(1))
    assert newsroom.rows("SELECT refused_in_row, refused_lists_in_row FROM hosts") == [(0, 4)]
    newsroom.crawl(START + hours(25))
    asked = [path for path in newsroom.paper.log if path != "/robots.txt"]
    assert asked[0] == "/ban-tin-post1.html"


@pytest.mark.slow
def test_a_year_with_a_ban_a_bot_check_and_a_broken_map_loses_nothing(newsroom: Newsroom) -> None:
    paper, asked_on = newsroom.paper, dict[int, int]()
    ban, check, broken = range(60, 74), range(150, 180), range(240, 270)
    for day in range(365):
        paper.publish(day + 1, START + hours(24 * day - 1))
        paper.refuses = lambda path: None
        if day in ban:
            paper.refuses = lambda path: (403, {}, "<h1>Forbidden</h1>")
        elif day in check:
            paper.refuses = lambda path: (200, {}, RELOAD) if path != "/robots.txt" else None
        paper.spoils_lists = lambda body: body
        if day in broken:
            paper.spoils_lists = lambda body: body.replace("</url>", "<t>a&nbsp;b & c</t></url>", 9)
        alarms: list[str] = []
        # Every hour while the waits grow, and at the end; in between and else more rarely.
        hourly = {day for refused in (ban, check) for day in (*refused[:3], refused[-1])}
        for hour in range(0, 24, 1 if day in hourly else 6 if day in (*ban, *check) else 24):
            newsroom.crawl(START + hours(24 * day + hour))
            asked_on[day] = asked_on.get(day, 0) + len(newsroom.paper.log)
            if day in (ban[0], check[0]):
                alarms.append(newsroom.alarms())
        if day in (ban[0], check[0]):
            assert any("failed in the last crawl" in said for said in alarms)
    assert max(asked_on[day] for day in (*ban, *check)) <= 10
    assert newsroom.rows("SELECT count(*), count(gone_at) FROM articles") == [(365, 0)]
    assert newsroom.rows("SELECT max(revision_count) FROM articles") == [(1,)]
    assert newsroom.rows("SELECT count(*) FROM frontier WHERE state IN ('new', 'failed')") == [(0,)]


def test_a_page_of_many_tags_is_no_challenge_and_is_not_parsed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr("scraper.http.refusals.LexborHTMLParser")
    assert refusal(answer("<title>Just a moment...</title>" + "<b>" * 1_500)) == ""
