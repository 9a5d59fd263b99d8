import gc
import gzip
import json
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scraper.crawl.discover import (
    ListedAddresses,
    month_of_map,
    read_feed,
    read_more,
    read_section,
    read_sitemap,
    read_time,
)
from scraper.errors import DoubtfulList, UnreadableList
from scraper.models import Snapshot
from scraper.urls import BAOLAOCAI, article_id

NOW = datetime(2026, 1, 2, tzinfo=UTC)
URLSET = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
HOME = "https://baolaocai.vn"


def captured(body: str | bytes, url: str = HOME + "/sitemap.xml") -> Snapshot:
    raw = body.encode() if isinstance(body, str) else body
    return Snapshot(url, NOW, 200, (), raw)


def sitemap(body: str | bytes) -> list[ListedAddresses]:
    return list(read_sitemap(captured(body), BAOLAOCAI))


def test_index_names_maps() -> None:
    assert sitemap(
        '<?xml version="1.0"?><sitemapindex><sitemap><loc>/sitemaps/news-2024-9.xml</loc>'
        "<lastmod>2024-09-30</lastmod></sitemap></sitemapindex>"
    ) == [
        ListedAddresses(
            HOME + "/sitemaps/news-2024-9.xml", datetime(2024, 9, 29, 17, tzinfo=UTC), True, True
        )
    ]


def test_padded_and_escaped_addresses_are_canonical() -> None:
    found = sitemap(
        f"{URLSET}<url><loc>\n  http://www.baolaocai.vn/a-post1.html \n</loc></url>"
        "<url><loc><![CDATA[https://baolaocai.vn/b-post2.html?utm_source=x]]></loc></url>"
        "<url><loc>https://baolaocai.vn/tim?a=1&amp;b=2</loc></url>"
        "<url><loc>https://baolaocai.vn/đảng-post3.html</loc></url></urlset>"
    )
    assert [f.url.removeprefix(HOME) for f in found] == [
        "/a-post1.html",
        "/b-post2.html",
        "/tim?a=1&b=2",
        "/%C4%91%E1%BA%A3ng-post3.html",
    ]


@pytest.mark.parametrize(
    "address",
    ["https://evil.example/a-post1.html", "https://baolaocai.vn@evil.example/", "", "http://[x/"],
)
def test_addresses_of_other_hosts_are_dropped(address: str) -> None:
    assert sitemap(f"{URLSET}<url><loc>{address}</loc></url></urlset>") == []


U = "<url><loc>/a-post{}.html</loc>{}</url>"
ITEM = "<item><title>{1}</title><link>/a-post{0}.html</link></item>"
FAULTS = {
    "entity": "a&nbsp;b",
    "quote": "a&rsquo;b",
    "unknown entity": "a&tin;b",
    "bare &": "a & b",
    "control sign": "a\x0bb",
    "angle": "a < b",
    "unclosed": "<b>a",
    "crossed": "<b><i>a</b></i>",
    "attribute": "<b x=1>a</b>",
    "latin-1": b"caf\xe9",
    "half a character": b"\xe1\xba",
}


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("kind", ["map", "padded map", "prefixed map", "feed", "packed map"])
def test_entries_behind_a_broken_one_are_read_with_a_doubt(name: str, kind: str) -> None:
    fault = FAULTS[name].encode() if isinstance(FAULTS[name], str) else FAULTS[name]  # type: ignore[union-attr]
    entry = ITEM if kind == "feed" else U
    entries = [entry.format(n, "FAULT" if n == 2 else "x") for n in range(1, 6)]
    body = "".join(entries)
    if kind == "padded map":
        body = body.replace("</url>", "<!--" + "x" * 40_000 + "--></url>")
    if kind == "prefixed map":
        body = body.replace("<", "<s:").replace("<s:/", "</s:").replace("<s:!", "<!")
    head, end = {
        "feed": ("<rss><channel><title>Báo</title>", "</channel></rss>"),
        "prefixed map": ("<s:urlset xmlns:s='x'>", "</s:urlset>"),
    }.get(kind, (URLSET, "</urlset>"))
    raw = f"{head}{body}{end}".encode().replace(b"FAULT", fault)
    found: list[int] = []
    with pytest.raises(DoubtfulList, match="line 1, column"):
        for one in (read_feed if kind == "feed" else read_sitemap)(
            captured(gzip.compress(raw, mtime=0) if kind == "packed map" else raw), BAOLAOCAI
        ):
            found.append(article_id(one.url) or 0)
    # In a feed the fault comes before the address, so that the entry may be lost.
    assert set(found) >= {1, 3, 4, 5} and len(found) == len(set(found))
    if kind != "feed" or name not in ("angle", "unclosed", "crossed", "attribute"):
        assert found == [1, 2, 3, 4, 5]


def test_a_broken_address_is_lost_alone_and_counted() -> None:
    raw = f"{URLSET}{U.format(1, '')}{U.format(2, '')}{U.format(3, '')}</urlset>".encode()
    found = []
    with pytest.raises(DoubtfulList, match="1 of its entries cannot be read"):
        for one in read_sitemap(captured(raw.replace(b"a-post2", b"\xe9-post2")), BAOLAOCAI):
            found.append(article_id(one.url))
    assert found == [1, 3]


@pytest.mark.parametrize("end", ["", "<url><loc>/b-po", "<url><loc>/b&nbsp;", "</ur"])
def test_a_list_that_breaks_off_behind_a_broken_entry_is_not_read(end: str) -> None:
    body = f"{URLSET}{U.format(1, '&nbsp;')}{U.format(2, '')}{end}"
    with pytest.raises(UnreadableList) as broken:
        sitemap(body)
    assert not isinstance(broken.value, DoubtfulList)


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_text_file_names_a_page_on_each_line(pack: Callable[[bytes], bytes]) -> None:
    lines = f"\ufeff{HOME}/a-post1.html\r\n\n{HOME}/bai-viet/2-b\nhttps://khac.vn/c-post3.html\n"
    found = sitemap(pack(lines.encode()))
    assert [f.url for f in found] == [HOME + "/a-post1.html", HOME + "/bai-viet/2-b"]


@pytest.mark.parametrize(
    "data",
    [
        {"articles": '<article class="story"><a href="/a-post1.html">A</a></article>'},
        {"contents": [{"url": "/a-post1.html", "date": 1734229800}, {"url": None}, 7]},
        {"articles": None, "contents": [{"url": "/a-post1.html", "date": "1734229800"}]},
    ],
)
def test_both_shapes_of_load_more_name_their_articles(data: object) -> None:
    body = json.dumps({"data": data})
    found = list(read_more(captured(body, HOME + "/api/morenews-1"), BAOLAOCAI))
    assert [f.url for f in found] == [HOME + "/a-post1.html"]
    if isinstance(data, dict) and data.get("contents"):
        assert found[0].lastmod == datetime(2024, 12, 15, 2, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "body", ["", "null", "[1]", "{}", '{"data": {}}', '{"data": 5}', "[" * 9999]
)
def test_other_json_is_no_load_more_list(body: str) -> None:
    with pytest.raises(UnreadableList):
        list(read_more(captured(body), BAOLAOCAI))


def test_a_map_names_no_more_than_a_sitemap_may() -> None:
    entry = "<url><loc>/a-post1.html</loc></url>"
    packed = gzip.compress((URLSET + entry * 100_000 + "</urlset>").encode(), 1, mtime=0)
    started, count = time.process_time(), 0
    with pytest.raises(UnreadableList, match="more than 50000"):
        for _ in read_sitemap(captured(packed), BAOLAOCAI):
            count += 1
    assert count == 50_000
    assert time.process_time() - started < 5


def test_image_and_news_extensions_are_not_taken_for_pages() -> None:
    (found,) = sitemap(
        f"{URLSET[:-1]} xmlns:image='i' xmlns:news='n'><url>"
        "<image:image><image:loc>https://baolaocai.vn/i.jpg</image:loc></image:image>"
        "<loc>https://baolaocai.vn/a-post1.html</loc>"
        "<news:news><news:publication_date>2020-01-01</news:publication_date></news:news>"
        "</url></urlset>"
    )
    assert found == ListedAddresses(HOME + "/a-post1.html")


def test_prefixed_sitemap_reads_like_a_plain_one() -> None:
    (found,) = sitemap(
        '<s:urlset xmlns:s="x"><s:url><s:loc>/a-post1.html</s:loc></s:url></s:urlset>'
    )
    assert found.url == HOME + "/a-post1.html"


@pytest.mark.parametrize("members", [1, 3])
def test_gzip_files_are_unpacked(members: int) -> None:
    xml = f"{URLSET}<url><loc>/a-post1.html</loc></url></urlset>".encode()
    step = len(xml) // members + 1
    packed = b"".join(gzip.compress(xml[i : i + step], mtime=0) for i in range(0, len(xml), step))
    assert [f.url for f in sitemap(packed)] == [HOME + "/a-post1.html"]


def test_bom_and_blank_lines_before_the_xml_do_no_harm() -> None:
    xml = f'\ufeff\n <?xml version="1.0" encoding="UTF-8"?>{URLSET}</urlset>'
    assert sitemap(xml) == []


def test_what_comes_before_the_break_is_handed_out() -> None:
    entries = read_sitemap(
        captured(f"{URLSET}<url><loc>/a-post1.html</loc></url><url><loc>/b-po"), BAOLAOCAI
    )
    assert next(entries).url == HOME + "/a-post1.html"
    with pytest.raises(UnreadableList, match="no readable XML"):
        next(entries)


LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol">'
    + "".join(f'<!ENTITY {chr(98 + i)} "{("&" + chr(97 + i) + ";") * 10}">' for i in range(9))
    + "]><urlset><url><loc>&j;</loc></url></urlset>"
)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("<!DOCTYPE html><html><body>Lỗi</body></html>", "is <html>"),
        ("", "no element found"),
        ("\x00\x01\x02", "XML"),
        ("ok", "XML"),
        (LAUGHS, "entities"),
        ('<!DOCTYPE u [<!ENTITY x SYSTEM "file:///etc/passwd">]><urlset>&x;</urlset>', "entities"),
        ("<!DOCTYPE u [<!ATTLIST u a CDATA 'x'>]><urlset/>", "rules"),
        (URLSET + "<a>" * 40, "more than 30 deep"),
        (gzip.compress(URLSET.encode(), mtime=0)[:-9], "too early"),
        (gzip.compress(b" " * 70_000_000, 1, mtime=0), "larger than"),
        ('<?xml version="1.0" encoding="klingon"?><urlset/>', "unknown encoding"),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_what_is_no_sitemap_is_an_error(body: str | bytes, reason: str) -> None:
    with pytest.raises(UnreadableList, match=reason):
        sitemap(body)


@pytest.mark.parametrize(
    ("text", "at", "date_only"),
    [
        ("2024-12-15T09:30:00+07:00", datetime(2024, 12, 15, 2, 30, tzinfo=UTC), False),
        ("2024-12-15T09:30:00+0700", datetime(2024, 12, 15, 2, 30, tzinfo=UTC), False),
        (" 2024-12-15T02:30:00.123Z\n", datetime(2024, 12, 15, 2, 30, tzinfo=UTC), False),
        ("2024-12-15T09:30:00", datetime(2024, 12, 15, 2, 30, tzinfo=UTC), False),
        ("2024-12-15", datetime(2024, 12, 14, 17, tzinfo=UTC), True),
        ("Sun, 15 Dec 2024 09:30:00 +0700", datetime(2024, 12, 15, 2, 30, tzinfo=UTC), False),
        ("0001-01-01T00:00:00+07:00", None, False),
        ("hôm qua", None, False),
        ("", None, False),
    ],
)
def test_times_of_lists(text: str, at: datetime | None, date_only: bool) -> None:
    assert read_time(text) == (at, date_only)


def test_rss_and_atom_name_their_pages() -> None:
    rss = (
        '<rss version="2.0" xmlns:atom="a"><channel><title>x</title><link>/</link>'
        '<atom:link href="/rss/home.rss" rel="self"/><item><title>t</title>'
        "<link> https://baolaocai.vn/a-post1.html </link>"
        "<pubDate>Sun, 15 Dec 2024 09:30:00 +0700</pubDate></item>"
        "<item><guid>https://baolaocai.vn/b-post2.html</guid><link>\n</link></item>"
        "<item><guid>1234</guid></item></channel></rss>"
    )
    assert list(read_feed(captured(rss), BAOLAOCAI)) == [
        ListedAddresses(HOME + "/a-post1.html", datetime(2024, 12, 15, 2, 30, tzinfo=UTC)),
        ListedAddresses(HOME + "/b-post2.html"),
    ]
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><link rel="self" href="/x"/>'
        '<link href="/a-post1.html"/><updated>2024-12-15T02:30:00Z</updated></entry></feed>'
    )
    assert [f.url for f in read_feed(captured(atom), BAOLAOCAI)] == [HOME + "/a-post1.html"]


def test_empty_feed_is_honest_and_junk_is_not() -> None:
    assert list(read_feed(captured("<rss><channel/></rss>"), BAOLAOCAI)) == []
    for junk in (b"", b"\n", b"null", b"\x1f\x8b", b"<rss>"):
        with pytest.raises(UnreadableList):
            list(read_feed(captured(junk), BAOLAOCAI))


STORY = '<article class="story"><h3><a href="/a-post1.html">A</a></h3></article>'


def test_section_pages_give_their_stories_once() -> None:
    page = (
        f"<html><body>{STORY}{STORY}<a href='/side-post9.html'>x</a>"
        "<article class='story big'><a href='../bai-viet/7-x?utm_source=a'>B</a></article></body></html>"
    )
    urls = [f.url for f in read_section(captured(page, HOME + "/kinh-te/"), BAOLAOCAI)]
    assert urls == [HOME + "/a-post1.html", HOME + "/bai-viet/7-x"]


def test_section_pages_without_stories_give_any_article_link() -> None:
    page = "<a href='/chinh-tri/'>x</a><a href='https://e.vn/a-post1.html'>y</a><a href='/b-post2.html'>z</a>"
    assert [f.url for f in read_section(captured(page), BAOLAOCAI)] == [HOME + "/b-post2.html"]


def test_fragments_of_load_more_read_like_section_pages() -> None:
    address = HOME + "/api/morenews-latest-0-2.html?phrase="
    assert [f.url for f in read_section(captured(STORY, address), BAOLAOCAI)] == [
        HOME + "/a-post1.html"
    ]


def test_base_element_counts_for_relative_links() -> None:
    page = "<base href='/xa-hoi/'><a href='a-post1.html'>x</a>"
    assert [f.url for f in read_section(captured(page), BAOLAOCAI)] == [
        HOME + "/xa-hoi/a-post1.html"
    ]


def test_page_without_links_is_no_section_page() -> None:
    with pytest.raises(UnreadableList):
        list(read_section(captured("null"), BAOLAOCAI))


@pytest.mark.parametrize(
    ("url", "month"),
    [
        (HOME + "/sitemaps/news-2024-9.xml", (2024, 9)),
        (HOME + "/sitemaps/news-2024-12.xml.gz", (2024, 12)),
        (HOME + "/sitemaps/posts-2024-09.xml", (2024, 9)),
        (HOME + "/sitemap-post-202409-2.xml", (2024, 9)),
        (HOME + "/sitemap/2024/9.xml", (2024, 9)),
        (HOME + "/sitemaps/categories.xml", None),
        (HOME + "/sitemaps/topics-2024.xml", None),
        (HOME + "/sitemaps/posts-2024-13.xml", None),
        (HOME + "/sitemaps/posts-120245.xml", None),
    ],
)
def test_month_of_a_map_is_in_its_address(url: str, month: tuple[int, int] | None) -> None:
    assert month_of_map(url) == month


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (lambda: b"<" + b"a" * 30_000_000, "more than a megabyte"),
        (lambda: b"<!--" + b"a" * 30_000_000, "more than a megabyte"),
        (lambda: b"<url><loc a='" + b"a" * 30_000_000, "more than a megabyte"),
        (lambda: b"<a>" * 10_000_000, "deep"),
        (lambda: b"<!DOCTYPE u [<!ATTLIST u a CDATA '" + b"x" * 30_000 + b"'>]>" + b"<u/>" * 5_000_000, "rules"),
        (lambda: b"<url><loc>" + b"a" * 30_000_000 + b"</loc></url></urlset>", None),
        (lambda: b"<url>" + b"".join(b"<a%d>x</a%d>" % (n, n) for n in range(300_000)), "kinds"),
    ],
    ids=["tag", "comment", "attribute", "depth", "defaults", "text", "fields"],
)  # fmt: skip
def test_lists_made_to_cost_time_or_memory_cost_neither(
    made: Callable[[], bytes], expected: str | None
) -> None:
    body = made()
    snapshot = captured(body if body.startswith(b"<!DOC") else URLSET.encode() + body)
    tracemalloc.start()
    started = time.process_time()
    try:
        with (
            suppress(UnreadableList)
            if expected is None
            else pytest.raises(UnreadableList, match=expected)
        ):
            list(read_sitemap(snapshot, BAOLAOCAI))
        assert time.process_time() - started < 5
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


def test_a_section_page_that_would_take_a_parser_long_is_not_parsed() -> None:
    body = b"<div>" * 100_000 + b"<p>x" * 200_000 + b"<a href='/a-post1.html'>"
    started = time.process_time()
    with pytest.raises(UnreadableList, match="is no section page: more than 40000 tags"):
        list(read_section(captured(body), BAOLAOCAI))
    assert time.process_time() - started < 1


def test_a_doctype_that_declares_nothing_does_no_harm() -> None:
    feed = (
        "<!DOCTYPE rss PUBLIC '-//Netscape//DTD RSS 0.91//EN' 'http://e.vn/rss.dtd'><rss><channel>"
        "<item><link>/a-post1.html</link></item><item><link>javascript:alert(1)</link></item>"
        "<item><link>https://e.vn/b-post2.html</link></item><item><link>data:x</link></item>"
        "</channel></rss>"
    )
    assert [f.url for f in read_feed(captured(feed), BAOLAOCAI)] == [HOME + "/a-post1.html"]


@contextmanager
def without_garbage_collector() -> Iterator[None]:
    """It would go through all that the tests before have left, and count that as reading."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def test_a_map_of_twenty_thousand_reads_fast() -> None:
    body = URLSET + "".join(
        f"<url><loc>https://baolaocai.vn/kinh-nghiem-phat-trien-o-chi-bo-nong-thon-post{n}.html</loc>"
        "<lastmod>2024-12-15T09:30:00+07:00</lastmod><changefreq>daily</changefreq>"
        "<priority>0.8</priority></url>"
        for n in range(20_000)
    )
    with without_garbage_collector():
        started = time.process_time()
        assert len(sitemap(body + "</urlset>")) == 20_000
        # 240 maps of 2,000 are to be read in 3 s; four times that is broken, not merely slow.
        assert time.process_time() - started < 20_000 / 480_000 * 3 * 4


@settings(deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
@example(b"\xff\xfe<\x00")
@example(b"<base href='http://[x'><a href='a-post1.html'>")
@example(b"<rss><channel><item><link>http://[</link></item></channel></rss>")
@example(b'<?xml version="1.0" encoding="utf-7"?><rss/>')
def test_no_answer_breaks_a_reader(body: bytes) -> None:
    for read in (read_sitemap, read_feed, read_section, read_more):
        with suppress(UnreadableList):
            for found in read(captured(body), BAOLAOCAI):
                assert BAOLAOCAI.owns(found.url)
