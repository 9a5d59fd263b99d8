from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper import urls
from scraper.urls import BAOLAOCAI, Site, article_id, canonical


@pytest.mark.parametrize(
    ("url", "number"),
    [
        ("https://baolaocai.vn/mua-buoi-dua-huong-post381374.html", 381374),
        ("https://baolaocai.vn/bai-viet/348925-kinh-nghiem-phat-trien", 348925),
        ("https://baolaocai.vn/bai-viet/348925", 348925),
        ("/xa-hoi/a-post12.html?utm_source=x#top", 12),
        ("https://baolaocai.vn/chinh-tri/", None),
        ("https://baolaocai.vn/bai-viet/abc-123", None),
        ("https://baolaocai.vn/post-office.html", None),
        ("https://baolaocai.vn/a-post" + "9" * 40 + ".html", None),
        ("https://baolaocai.vn/tin-post\u0661\u0662.html", None),
    ],
)
def test_article_id_is_the_number_in_either_form_of_address(url: str, number: int | None) -> None:
    assert article_id(url) == number


@pytest.mark.parametrize(
    "url",
    [
        "http://baolaocai.vn/a-post1.html",
        "https://www.baolaocai.vn/a-post1.html",
        "https://BAOLAOCAI.vn:443/a-post1.html?fbclid=1#x",
        "/a-post1.html",
        "//baolaocai.vn/a-post1.html",
        "  a-post1.html ",
    ],
)
def test_names_of_one_page_have_one_canonical_address(url: str) -> None:
    assert canonical(url, BAOLAOCAI) == "https://baolaocai.vn/a-post1.html"


def test_canonical_keeps_what_distinguishes_pages() -> None:
    assert canonical("/tim?q=đ&utm_source=x", BAOLAOCAI) == "https://baolaocai.vn/tim?q=%C4%91"
    assert canonical("http://other.vn/x", BAOLAOCAI) == "http://other.vn/x"


def test_what_is_no_address_belongs_to_no_site() -> None:
    assert canonical(" http://[x/a-post1.html ", BAOLAOCAI) == "http://[x/a-post1.html"
    assert not BAOLAOCAI.owns("http://[x/a-post1.html")
    assert article_id("http://[x/a-post1.html") is None


def test_owns_is_by_exact_host() -> None:
    site = Site("https://baolaocai.vn", ("old.example",))
    assert site.owns("http://www.baolaocai.vn/x")
    assert site.owns("https://old.example/")
    assert not site.owns("https://baolaocai.vn.evil.example/")
    assert not site.owns("https://baolaocai.vn@evil.example/")
    assert not site.owns("https://baolaocai.vn:8443/")
    assert not site.owns("ftp://baolaocai.vn/")
    assert not site.owns("https://[bad/")


def test_usual_port_may_be_written_or_not() -> None:
    site = Site("http://127.0.0.1:80")
    assert site.owns("http://127.0.0.1/") and site.owns("http://127.0.0.1:80/")
    assert canonical("/x", site) == "http://127.0.0.1/x"


def test_loopback_is_this_machine_only() -> None:
    assert Site("http://127.0.0.1:8610").is_loopback
    assert Site("http://localhost:80").is_loopback
    assert not Site("http://127.0.0.1.example").is_loopback


@settings(deadline=None)
@given(
    st.sampled_from(["https://x.vn", "http://x.vn:80", "HTTPS://x.vn", "//x.vn", "", "ftp://x", "https://[x"]),
    st.text(st.sampled_from("/-a1?#\t\n é"), max_size=4),
    st.sampled_from(["/bai-viet/7-x", "/a-post7.html", "/bai-viet/7", "/b/a-post7.html/", "a-post7.html"]),
    st.text(st.sampled_from("/-a1?#\t\n é"), max_size=4),
)  # fmt: skip
def test_number_is_that_of_the_path_as_urlsplit_finds_it(
    start: str, before: str, path: str, after: str
) -> None:
    url = start + before + path + after
    try:
        match = urls._ARTICLE.match(urlsplit(url).path)
    except ValueError:
        match = None
    assert article_id(url) == (int(match[1] or match[2]) if match else None)


def test_a_long_row_of_marks_in_an_address_costs_no_more_than_its_length() -> None:
    address = canonical("/a" + "\u0323\u0301" * 400_000 + "-post1.html", BAOLAOCAI)
    assert address.count("%") < 100
