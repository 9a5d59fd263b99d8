"""Addresses of the paper: canonical form, and the number that names an article.

The paper prints article addresses in two forms, over one number series:

    /bai-viet/348925-kinh-nghiem-phat-trien-dang-vien   up to early 2023, still answered
    /mua-buoi-dua-huong-post381374.html                 since 2023

The number identifies the article; the slug before or after it may change. http and https, with
and without `www.`, name the same page.
"""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit, urlunsplit

from scraper.spelling import nfc

# Up to 12 digits: the series is near 900,000, and SQLite's integers end at 19.
_ARTICLE = re.compile(
    r"^/bai-viet/([0-9]{1,12})(?:-[^/]*)?/?$|^/(?:[^/]+/)*[^/]*-post([0-9]{1,12})\.html$"
)
# Matches most addresses, and their path, in a tenth of the time that urlsplit takes.
_PLAIN = re.compile(r"https?://[A-Za-z0-9.:-]+(/[^?#\s]*)(?:[?#]|\Z)", re.ASCII)
# Parameters that say where a click came from, never which page is meant.
_TRACKING = re.compile(r"^(utm_.*|fbclid|gclid|zarsrc|ref|source|amp)$", re.IGNORECASE)
_LOOPBACK = re.compile(r"^(127(\.[0-9]{1,3}){3}|localhost|\[::1\])(:[0-9]+)?$")


@dataclass(frozen=True, slots=True)
class Site:
    """Which hosts are the newspaper, and how its addresses are written."""

    base_url: str  # "https://baolaocai.vn": scheme and host, no path, no slash at the end
    aliases: tuple[str, ...] = ()  # other hosts (with port, if any) that name the same site

    @property
    def host(self) -> str:
        """Host, and port if not the usual one: "baolaocai.vn", "127.0.0.1:8610"."""
        parts = urlsplit(self.base_url)
        return _without_default_port(parts.netloc.lower(), parts.scheme.lower())

    @property
    def is_loopback(self) -> bool:
        """True if the site is on this machine (the stand-in newspaper)."""
        return bool(_LOOPBACK.match(self.host))

    def owns(self, url: str) -> bool:
        """True if `url` (absolute) is an http(s) address of this site."""
        try:
            parts = urlsplit(url)
        except ValueError:
            return False
        if parts.scheme.lower() not in ("http", "https"):
            return False
        host = _without_default_port(parts.netloc.lower(), parts.scheme.lower())
        return host in (self.host, f"www.{self.host}", *self.aliases)


BAOLAOCAI = Site("https://baolaocai.vn", ("www.baolaocai.vn",))


def canonical(url: str, site: Site, base: str | None = None) -> str:
    """`url` as the archive writes it: absolute, this site's own scheme and host, no fragment.

    A relative address is resolved against `base` (default: the home page). Article addresses lose
    their query, others only tracking parameters. Addresses of other sites keep their host. Text
    that is not an address is returned unchanged; no site owns it.
    """
    try:
        parts = urlsplit(urljoin(base or site.base_url + "/", url.strip()))
    except ValueError:  # e.g. an unbalanced "[" in place of the host
        return url.strip()
    home = urlsplit(site.base_url)
    scheme, host = parts.scheme.lower(), parts.netloc.lower()
    if site.owns(parts.geturl()):
        scheme, host = home.scheme, site.host
    path = quote(nfc(parts.path or "/"), safe="/%:@!$&'()*+,;=~-._")
    query = "" if article_id(path) is not None else _without_tracking(parts.query)
    return urlunsplit((scheme, host, path, query, ""))


def article_id(url: str) -> int | None:
    """The paper's number in an article address (absolute, or a path alone); None for others."""
    plain = _PLAIN.match(url)
    try:
        match = _ARTICLE.match(plain[1] if plain else urlsplit(url).path)
    except ValueError:
        return None
    return int(match[1] or match[2]) if match else None


def _without_default_port(host: str, scheme: str) -> str:
    return host.removesuffix({"http": ":80", "https": ":443"}[scheme])


def _without_tracking(query: str) -> str:
    kept = [(k, v) for k, v in parse_qsl(query, keep_blank_values=True) if not _TRACKING.match(k)]
    return urlencode(kept)
