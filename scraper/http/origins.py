"""The names of the site that may be asked: scheme and host, and nothing outside them."""

import re
from urllib.parse import urljoin

import httpx

from scraper.errors import OutsideSite, Refused
from scraper.models import Snapshot
from scraper.urls import Site, canonical

_ENCODED_DOT = re.compile("%2e", re.IGNORECASE)


class Origins:
    """The site's names; `current` is the one that is asked."""

    def __init__(self, site: Site) -> None:
        # Scheme and host that are asked: another of the site's names, once it has sent us there.
        self.current = site.base_url
        self._site = site
        self._seen: set[str] = set()  # scheme and host that were found to be the site's

    def admit(self, url: str) -> httpx.URL:
        """`url` as it will be sent. Raises OutsideSite unless it is the site's own."""
        try:
            # A dot is a dot, encoded or not (RFC 3986, 6.2.2.2); httpx resolves "/../".
            target = httpx.URL(_ENCODED_DOT.sub(".", url))
            # What httpx will connect to, however another parser reads the address.
            origin = _origin(target)
        except (httpx.InvalidURL, ValueError) as e:
            raise OutsideSite(url, f"is no address: {e}") from e
        if target.userinfo or not (origin in self._seen or self._site.owns(origin)):
            raise OutsideSite(url, "is outside the site")
        self._seen.add(origin)
        return target

    def renamed(self, target: httpx.URL) -> httpx.URL:
        """`target` under the name by which the site wants to be asked."""
        if self.current == self._site.base_url:
            return target
        name = httpx.URL(self.current)
        return target.copy_with(scheme=name.scheme, netloc=name.netloc)

    def is_sent_on(self, target: httpx.URL, snapshot: Snapshot) -> bool:
        """True if this answer gives another name of the site, now `current`; it can do so once."""
        if not snapshot.is_redirect or self.current != self._site.base_url:
            return False
        try:
            there = self.admit(urljoin(str(target), snapshot.location))
        except (Refused, ValueError):
            return False
        if _origin(there) == _origin(target) or canonical(str(there), self._site) != snapshot.url:
            return False
        self.current = _origin(there)
        return True


def _origin(url: httpx.URL) -> str:
    return f"{url.scheme}://{url.netloc.decode('ascii')}"
