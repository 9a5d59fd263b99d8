"""The cases are RFC 9309's own examples, the documented behaviour of Google's parser, and traps."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.http.robots import MAX_BYTES, decode, is_robots_file, read_rules

SITE = "http://foo.bar"


def allows(text: str, path: str, agent: str = "FooBot") -> bool:
    return read_rules(text, agent).allows(SITE + path)


def group(*lines: str) -> str:
    return "\n".join(("user-agent: FooBot", *lines))


@pytest.mark.parametrize(
    ("text", "path", "allowed"),
    [
        # The syntax of a line: key, colon, value; what is forgotten, doubled or misspelt.
        (group("disallow: /"), "/x/y", False),
        ("foo: FooBot\nbar: /", "/x/y", True),
        ("user-agent FooBot\ndisallow /", "/x/y", False),
        ("USER-AGENT : FooBot\n  DISALLOW\t:\t/  ", "/x/y", False),
        ("useragent: FooBot\ndisallow: /", "/x", False),
        ("user agent: FooBot\ndisallow: /", "/x", False),
        (group("dissallow: /a", "disalow: /b", "diasllow: /c", "disallaw: /d"), "/a", False),
        (group("dissallow: /a", "disalow: /b", "diasllow: /c", "disallaw: /d"), "/b", False),
        (group("dissallow: /a", "disalow: /b", "diasllow: /c", "disallaw: /d"), "/c", False),
        (group("dissallow: /a", "disalow: /b", "diasllow: /c", "disallaw: /d"), "/d", False),
        (group("disallowed: /a"), "/a", False),
        (group("disallow: /", "allow /a b"), "/a", False),
        (group("disallow: /foo#bar"), "/foo", False),
        (group("disallow /x:y"), "/x:y", False),
        (group("# disallow: /"), "/x", True),
        ("user-agent: FooBot # us\r\ndisallow: / # all\r\n", "/x", False),
        ("user-agent: FooBot\rdisallow: /\r", "/x", False),
        ("user-agent: FooBot\n\n\ndisallow: /", "/x", False),
        (group("disallow: /a\u2028allow: /"), "/b", True),
        # Groups: which are ours.
        ("allow: /foo/bar/\n\nuser-agent: *\ndisallow: /", "/foo/bar/", False),
        ("disallow: /\nuser-agent: FooBot\nallow: /x", "/y", True),
        ("user-agent: fOObOT\ndisallow: /", "/x", False),
        ("user-agent: FooBot/2.1\ndisallow: /", "/x", False),
        ("user-agent: FooBot Bar\ndisallow: /", "/x", False),
        ("user-agent: FooBot2\ndisallow: /", "/x", False),
        ("user-agent: *\ndisallow: /\nuser-agent: Foo\nallow: /", "/x", False),
        ("user-agent: *\ndisallow: /\nuser-agent: FooBot-News\nallow: /", "/x", False),
        ("user-agent: *\ndisallow: /\nuser-agent: BarFooBot\nallow: /", "/x", False),
        ("user-agent: *\ndisallow: /\nuser-agent: Foo Bot\nallow: /", "/x", False),
        ("user-agent: * baz\ndisallow: /", "/x", False),
        ("user-agent: *baz\ndisallow: /", "/x", True),
        ("user-agent:\ndisallow: /", "/x", True),
        ("user-agent: FooBot\ndisallow: /\nuser-agent: *\nallow: /", "/x", False),
        ("user-agent: *\nallow: /\nuser-agent: FooBot\ndisallow: /", "/x", False),
        ("user-agent: *\ndisallow: /\nuser-agent: FooBot", "/x", True),
        ("user-agent: *\ndisallow: /\nuser-agent: FooBot\ndisallow:", "/x", True),
        ("user-agent: BarBot\ndisallow: /\nuser-agent: *\nallow: /", "/x", True),
        # Groups: what they hold. Several agents share rules; groups of one name are one.
        ("user-agent: FooBot\nuser-agent: BarBot\ndisallow: /", "/x", False),
        ("user-agent: BarBot\nuser-agent: FooBot\ndisallow: /", "/x", False),
        ("user-agent: FooBot\ndisallow: /a\nuser-agent: B\ndisallow: /b\nuser-agent: foobot\ndisallow: /c", "/a", False),
        ("user-agent: FooBot\ndisallow: /a\nuser-agent: B\ndisallow: /b\nuser-agent: foobot\ndisallow: /c", "/b", True),
        ("user-agent: FooBot\ndisallow: /a\nuser-agent: B\ndisallow: /b\nuser-agent: foobot\ndisallow: /c", "/c", False),
        ("user-agent: FooBot\nsitemap: /s.xml\nuser-agent: *\ndisallow: /", "/x", False),
        ("user-agent: FooBot\nunknown: x\nuser-agent: *\ndisallow: /", "/x", False),
        ("user-agent: FooBot\ncrawl-delay: 1\nuser-agent: *\ndisallow: /", "/x", False),
        ("user-agent: FooBot\nallow:\nuser-agent: *\ndisallow: /", "/x", True),
        # The longest pattern counts; Allow wins a tie; the order of lines does not matter.
        (group("disallow: /x/page.html", "allow: /x/"), "/x/page.html", False),
        (group("allow: /x/page.html", "disallow: /x/"), "/x/page.html", True),
        (group("allow: /x/page.html", "disallow: /x/"), "/x/", False),
        (group("disallow: ", "allow: "), "/x", True),
        (group("disallow: /", "allow: /"), "/x", True),
        (group("disallow: /x", "allow: /x/"), "/x", False),
        (group("disallow: /x", "allow: /x/"), "/x/", True),
        (group("disallow: /x/page.html", "allow: /x/page.html"), "/x/page.html", True),
        (group("allow: /page", "disallow: /*.html"), "/page.html", False),
        (group("allow: /page", "disallow: /*.html"), "/page", True),
        (group("allow: /x/page.", "disallow: /*.html"), "/x/page.html", True),
        (group("allow: /x/page.", "disallow: /*.html"), "/x/y.html", False),
        (group("disallow: /x/", "allow: /X/"), "/x/y", False),
        (group("disallow: /X/"), "/x/y", True),
        # Wildcards and the anchor.
        (group("disallow: /fish*.php"), "/fish.php", False),
        (group("disallow: /fish*.php"), "/fishheads/catfish.php?parameters", False),
        (group("disallow: /fish*.php"), "/Fish.PHP", True),
        (group("disallow: /*.php$"), "/filename.php", False),
        (group("disallow: /*.php$"), "/filename.php?x", True),
        (group("disallow: /*.php$"), "/a.php/b.php", False),
        (group("disallow: /foo/bar/quz", "allow: /foo/*/qux"), "/foo/bar/quz", False),
        (group("disallow: /foo/bar/quz", "allow: /foo/*/qux"), "/foo//quz", True),
        (group("disallow: /foo/bar$", "allow: /foo/bar/qux"), "/foo/bar", False),
        (group("disallow: /foo/bar$", "allow: /foo/bar/qux"), "/foo/bar/baz", True),
        (group("disallow: /", "allow: /$"), "/", True),
        (group("disallow: /", "allow: /$"), "/x", False),
        (group("disallow: /", "allow: /a$b"), "/a$b", True),
        (group("disallow: /", "allow: /a$"), "/a$b", False),
        (group("disallow: /a$b"), "/a$b/c", False),
        (group("disallow: *.gif$"), "/a.gif", False),
        (group("disallow: /a**b"), "/axb", False),
        (group("disallow: /ab*b$"), "/ab", True),
        (group("disallow: x"), "/x", True),
        # Percent-encoding, in the rule and in the address.
        (group("disallow: /", "allow: /foo/bar?qux=taz&baz=http://foo.bar?tar&par"), "/foo/bar?qux=taz&baz=http://foo.bar?tar&par", True),
        (group("disallow: /", "allow: /foo/bar/ツ"), "/foo/bar/%E3%83%84", True),
        (group("disallow: /", "allow: /foo/bar/ツ"), "/foo/bar/ツ", False),  # no address: not percent-encoded
        (group("disallow: /foo/bar/ツ"), "/foo/bar/ツ", False),
        (group("disallow: /", "allow: /foo/bar/%E3%83%84"), "/foo/bar/ツ", False),
        (group("disallow: /", "allow: /foo/bar/%E3%83%84"), "/foo/bar/%e3%83%84", True),
        (group("disallow: /", "allow: /foo/bar/%62%61%7A"), "/foo/bar/%62%61%7A", True),
        (group("disallow: /", "allow: /foo/bar/%62%61%7A"), "/foo/bar/baz", False),
        (group("disallow: /foo/bar/%62%61%7A"), "/foo/bar/baz", False),
        (group("disallow: /foo/bar/baz"), "/foo/bar/%62a%7a", False),
        (group("disallow: /tìm-kiếm"), "/t%C3%ACm-ki%E1%BA%BFm?q=x", False),
        (group("disallow: /r?u=http://x"), "/r?u=http%3A%2F%2Fx", False),
        (group("disallow: /a%2Ab"), "/a*b", False),
        (group("disallow: /a%2Ab"), "/axb", True),
        (group("disallow: /a%24"), "/a$b", False),
        # What is compared: path, parameters and query, without fragment.
        (group("disallow: /x?"), "/x?", False),
        (group("disallow: /x?"), "/x", True),
        (group("disallow: /*?"), "/y?a=1", False),
        (group("disallow: /;s"), "/;s=1", False),
        (group("disallow: /*#x"), "/#x", False),
        (group("disallow: /"), "", False),
        (group("disallow: //x"), "//x", False),
        (group("disallow: /"), "/robots.txt", True),
        (group("disallow: /"), "/robots.txt?x", False),
        # As documented by Google only: the index page counts as its folder.
        (group("disallow: /", "allow: /a/index.html"), "/a/", True),
        (group("disallow: /", "allow: /a/index.html"), "/a/b", False),
        ("", "/x", True),
    ],
)  # fmt: skip
def test_path_is_allowed_or_not(text: str, path: str, allowed: bool) -> None:
    assert allows(text, path) is allowed


GROUPS = """allow: /foo/bar/

user-agent: FooBot
disallow: /
allow: /x/
user-agent: BarBot
disallow: /
allow: /y/


allow: /w/
user-agent: BazBot

user-agent: FooBot
allow: /z/
disallow: /
"""
FOO_BAR = "user-agent: *\ndisallow: /\nuser-agent: Foo Bar\nallow: /x/\ndisallow: /\n"
TWO_OF_THREE = "user-agent: A\nallow: /\nuser-agent: B\ndisallow: /\nuser-agent: C\ndisallow: /\n"


@pytest.mark.parametrize(
    ("text", "agent", "path", "allowed"),
    [
        # Rules before the first group are nobody's; a blank line ends no group.
        (GROUPS, "FooBot", "/x/b", True),
        (GROUPS, "FooBot", "/z/d", True),
        (GROUPS, "FooBot", "/y/c", False),
        (GROUPS, "FooBot", "/foo/bar/", False),
        (GROUPS, "BarBot", "/y/c", True),
        (GROUPS, "BarBot", "/w/a", True),
        (GROUPS, "BarBot", "/z/d", False),
        (GROUPS, "BarBot", "/foo/bar/", False),
        (GROUPS, "BazBot", "/z/d", True),
        (GROUPS, "BazBot", "/foo/bar/", False),
        # A line that is for no group does not separate two User-agent lines.
        ("user-agent: BarBot\nsitemap: /s\nuser-agent: *\ndisallow: /", "BarBot", "/x", False),
        ("user-agent: BarBot\nsitemap: /s\nuser-agent: *\ndisallow: /", "FooBot", "/x", False),
        ("user-agent: BarBot\nfoo: bar\nuser-agent: *\ndisallow: /", "BarBot", "/x", False),
        ("user-agent: BarBot\nfoo: bar\nuser-agent: *\ndisallow: /", "FooBot", "/x", False),
        # A name ends at the first space, and counts in any case.
        (FOO_BAR, "Foo", "/x/y", True),
        (FOO_BAR, "foo", "/x/y", True),
        (FOO_BAR, "Foo", "/a/b", False),
        (FOO_BAR, "Foo Bar", "/x/y", False),
        (FOO_BAR, "Bar", "/x/y", False),
        (FOO_BAR.upper(), "foo", "/X/y", True),
        (FOO_BAR.upper(), "Foo", "/a/b", False),
        # The group for all is for those that have none.
        ("user-agent: *\nallow: /\nuser-agent: FooBot\ndisallow: /", "FooBot", "/x", False),
        ("user-agent: *\nallow: /\nuser-agent: FooBot\ndisallow: /", "BarBot", "/x", True),
        (TWO_OF_THREE, "A", "/x", True),
        (TWO_OF_THREE, "B", "/x", False),
        (TWO_OF_THREE, "D", "/x", True),
        ("user-agent: *\ndisallow: /x/\nuser-agent: FooBot\ndisallow: /y/", "FooBot", "/x/p", True),
        ("user-agent: *\ndisallow: /x/\nuser-agent: FooBot\ndisallow: /y/", "FooBot", "/y/p", False),
    ],
)  # fmt: skip
def test_group_is_found_by_name(text: str, agent: str, path: str, allowed: bool) -> None:
    assert allows(text, path, agent) is allowed


# As Google's documentation tells which paths a pattern fits, and which not.
FITS = {
    "/fish": (
        "/fish /fish.html /fish/salmon.html /fishheads /fishheads/yummy.html /fish.html?id=anything",
        "/Fish.asp /catfish /?id=fish /desert/fish /",
    ),
    "/fish*": (
        "/fish /fish.html /fish/salmon.html /fishheads /fishheads/yummy.html /fish.html?id=anything",
        "/Fish.asp /catfish /?id=fish /bar",
    ),
    "/fish/": (
        "/fish/ /fish/salmon /fish/?salmon /fish/salmon.html /fish/?id=anything",
        "/fish /fish.html /animals/fish/ /Fish/Salmon.html",
    ),
    "/*.php": (
        "/filename.php /folder/filename.php /folder/filename.php?parameters"
        " //folder/any.php.file.html /filename.php/ /index?f=filename.php/",
        "/ /php/ /index?php /windows.PHP",
    ),
    "/*.php$": (
        "/filename.php /folder/filename.php",
        "/filename.php?parameters /filename.php/ /filename.php5 /php/ /filename?php /aaaphpaaa"
        " //windows.PHP",
    ),
    "/fish*.php": ("/fish.php /fishheads/catfish.php?parameters", "/Fish.PHP /fish.asp"),
    "/allowed-slash/index.html": (
        "/allowed-slash/ /allowed-slash/index.html",
        "/allowed-slash/index.htm /allowed-slash /anyother-url",
    ),
}


@pytest.mark.parametrize("pattern", FITS)
def test_pattern_fits_as_documented(pattern: str) -> None:
    fitting, others = map(str.split, FITS[pattern])
    for path in (*fitting, *others):
        assert allows(group("disallow: /", f"allow: {pattern}"), path) is (path in fitting), path
        if "index" not in pattern:  # Disallow has no folder beside the page
            assert allows(group(f"disallow: {pattern}"), path) is (path not in fitting), path


@pytest.mark.parametrize(
    ("lines", "path", "allowed"),
    [
        (("allow: /p", "disallow: /"), "/page", True),
        (("allow: /folder", "disallow: /folder"), "/folder/page", True),
        (("allow: /page", "disallow: /*.htm"), "/page.htm", False),
        (("allow: /page", "disallow: /*.ph"), "/page.php5", True),  # as long as each other
        (("allow: /$", "disallow: /"), "/", True),
        (("allow: /$", "disallow: /"), "/page.htm", False),
        (("# disallow: /", "disallow: /foo/quz#qux", "allow: /"), "/foo/bar", True),
        (("# disallow: /", "disallow: /foo/quz#qux", "allow: /"), "/foo/quz", False),
    ],
)
def test_precedence_is_as_documented(lines: tuple[str, ...], path: str, allowed: bool) -> None:
    assert allows(group(*lines), path) is allowed
    assert allows(group(*reversed(lines)), path) is allowed


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\n\r", "\r\r\n", "\n\n"])
def test_lines_may_end_in_any_way_and_the_last_need_not_end(end: str) -> None:
    lines = ("User-agent: foo", "Allow: /some/path", "User-agent: bar", "", "Disallow: /")
    text = end.join(lines)
    assert not allows(text, "/x", "bar")
    assert allows(text, "/x", "foo")
    assert not allows(text + end, "/x", "bar")


def test_star_group_is_for_those_without_a_group_of_their_own() -> None:
    text = "User-agent: *\nDisallow: /\nUser-agent: FooBot\nDisallow: /private\n"
    assert allows(text, "/x", "FooBot")
    assert not allows(text, "/x", "BarBot")


def test_our_own_name_is_baolaocaiarchive_and_not_scraper() -> None:
    assert not read_rules("User-agent: BaoLaoCaiArchive/2\nDisallow: /").allows(SITE + "/x")
    assert read_rules("User-agent: scraper\nDisallow: /").allows(SITE + "/x")


def test_line_longer_than_any_address_is_cut_as_google_cuts_it() -> None:
    long = "/x/" + "a" * 20_000
    assert not allows(group(f"disallow: {long}/qux"), long + "/fux")
    assert allows(group(f"disallow: {long}/qux"), "/fux")
    whole = "/x/" + "a" * 16_000
    assert allows(group(f"disallow: {whole}/qux"), whole + "/fux")


@pytest.mark.parametrize(
    ("lines", "seconds"),
    [
        (("crawl-delay: 10",), 10.0),
        (("crawl-delay: 2.5", "crawl-delay: 1"), 2.5),
        (("crawl-delay: -5",), 0.0),
        (("crawl-delay: nan",), 0.0),
        (("crawl-delay: inf",), 0.0),
        (("crawl-delay: bald",), 0.0),
        (("crawl-delay:",), 0.0),
    ],
)
def test_crawl_delay_of_our_group(lines: tuple[str, ...], seconds: float) -> None:
    text = group(*lines, "disallow: /x") + "\nuser-agent: *\ndisallow: /y\ncrawl-delay: 99"
    assert read_rules(text, "FooBot").delay_seconds == seconds


def test_crawl_delay_of_everyone_counts_if_we_have_no_group() -> None:
    assert read_rules("user-agent: *\ncrawl-delay: 7").delay_seconds == 7.0


def test_sitemaps_are_for_all_wherever_they_are_named() -> None:
    text = (
        "Sitemap: https://a/1.xml\nuser-agent: BarBot\ndisallow: /\nsite-map: https://a/2.xml\n"
        "Sitemap https://a/3.xml\nsitemap: https://a/1.xml"
    )
    assert read_rules(text).sitemaps == ("https://a/1.xml", "https://a/2.xml", "https://a/3.xml")


def test_byte_order_mark_is_skipped() -> None:
    text = decode(b"\xef\xbb\xbfUser-agent: FooBot\nDisallow: /")
    assert is_robots_file(text)
    assert not allows(text, "/x")


@pytest.mark.parametrize("start", [b"\xef", b"\xef\xbb"])
def test_part_of_a_byte_order_mark_is_skipped_too(start: bytes) -> None:
    assert not allows(decode(start + b"User-agent: FooBot\nDisallow: /"), "/x")


def test_what_is_no_byte_order_mark_spoils_its_line_alone() -> None:
    text = decode(b"\xef\x11\xbfUser-agent: A\nUser-agent: FooBot\nDisallow: /")
    assert not allows(text, "/x")


def test_bytes_that_are_no_utf8_still_match_themselves() -> None:
    text = decode(b"User-agent: *\nDisallow: /\xe9t\xe9\n")
    assert not allows(text, "/%E9t%E9")
    text.encode()  # storable


def test_reading_ends_at_500_kib() -> None:
    assert MAX_BYTES == 512_000
    start = b"User-agent: *\nDisallow: /a\n"
    filling = b"#" * (MAX_BYTES - len(start) - len(b"\nAllow: /a")) + b"\nAllow: /abc\n"
    text = decode(start + filling)
    assert not allows(text, "/a")
    assert not allows(text, "/abc")


def test_one_line_of_more_than_500_kib_is_not_taken_for_an_empty_file() -> None:
    assert not is_robots_file(decode(b"x" * (MAX_BYTES + 1)))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n \n",
        "# nothing to say",
        "User-agent: *\nDisallow:",
        "Sitemap: https://a/sitemap.xml",
        "Host: baolaocai.vn",
        "disallow /x",
    ],
)
def test_robots_files_are_known_as_such(text: str) -> None:
    assert is_robots_file(text)


@pytest.mark.parametrize(
    "text",
    [
        "<!DOCTYPE html><html><body>User-agent: *\nDisallow:</body></html>",
        "\n  <html>",
        "null",
        "502 Bad Gateway",
        "Error: no database",
        "User-agent: *\0\nDisallow:",
        "\ufffd\ufffdPNG",
    ],
)
def test_other_answers_are_no_robots_files(text: str) -> None:
    assert not is_robots_file(text)


def test_hostile_patterns_cost_no_time() -> None:
    text = group(*(f"disallow: /{'a*' * 40}{n}$" for n in range(3000)))
    rules = read_rules(text, "FooBot")
    started = time.process_time()
    assert rules.allows(SITE + "/" + "a" * 2000)
    assert time.process_time() - started < 1.0


@settings(deadline=None)
@given(st.binary(max_size=300), st.text(max_size=50))
def test_no_robots_file_breaks_the_reader(body: bytes, path: str) -> None:
    text = decode(b"User-agent: *\nDisallow: /" + body)
    is_robots_file(text)
    read_rules(text).allows(SITE + "/" + path)


@settings(deadline=None)
@given(
    st.text(st.sampled_from("Az*$/%6"), max_size=12),
    st.text(st.sampled_from("Az/$%6"), max_size=12),
)
def test_what_is_forbidden_stays_so_however_it_is_spelt(rule: str, path: str) -> None:
    """A rule compared by a plain reading: `*` as any run, `$` at the end as the end."""
    anchored = rule.endswith("$")
    body = rule.removesuffix("$")
    pattern = ".*".join(map(re.escape, ("/" + body).split("*"))) + ("$" if anchored else "")
    if re.match(pattern, "/" + path, re.DOTALL):
        assert not allows(group(f"disallow: /{rule}"), "/" + path)


def test_a_group_that_names_an_agent_a_thousand_times_counts_once() -> None:
    text = "User-agent: *\n" * 1_000 + "Disallow: /a\n" * 1_000
    assert len(read_rules(text).rules) == 1_000
