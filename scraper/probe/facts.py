"""What a probe saw -> which of our assumptions hold. Pure.

The assumptions are those the shipped config.toml, `discover` and the templates rest on.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from scraper.config import Settings
from scraper.crawl.discover import ListedAddresses, month_of_map
from scraper.models import Article, utc_text
from scraper.probe.observations import Seen
from scraper.urls import article_id

Verdict = Literal["agrees", "differs", "not seen"]

_NONE_FITS = "fallback"  # the template of pages that no template fits
# Every article has them; 2022 pages print no time of publication.
_ALWAYS = ("title", "text", "published_at", "section")
FIELDS = (*_ALWAYS, "lead", "byline", "tags", "captions", "weather", "modified_at")
_NEWS_MAP = re.compile(r"/sitemaps/news-[0-9]{4}-[0-9]{1,2}\.xml$")
_MOST = 0.9  # of the addresses in a map: a few of another kind are no other scheme


@dataclass(frozen=True, slots=True)
class Fact:
    """One assumption, and what was found."""

    name: str
    assumed: str
    found: str
    verdict: Verdict
    advice: str = ""  # a line for config.toml, or what else to do


def facts(seen: Seen, settings: Settings) -> tuple[Fact, ...]:
    """Each assumption with its verdict, in the order of a run."""
    return (
        _address(seen, settings),
        _robots(seen, settings),
        _sitemap(seen),
        _months(seen),
        _addresses(seen),
        _lastmod(seen),
        _numbers(seen),
        _feed(seen),
        _newest(seen),
        _template(seen),
        _fields(seen),
        _weather(seen),
        _validators(seen),
    )


def filled(article: Article) -> tuple[str, ...]:
    """The fields that a reading gave, in the order of FIELDS."""
    values = {
        "title": article.title,
        "text": article.paragraphs or article.lead or article.captions,
        "published_at": article.published_at,
        "section": article.section,
        "lead": article.lead,
        "byline": article.byline,
        "tags": article.tags,
        "captions": article.captions,
        "weather": article.weather,
        "modified_at": article.modified_at,
    }
    return tuple(name for name in FIELDS if values[name])


def _verdict(holds: bool) -> Verdict:
    return "agrees" if holds else "differs"


def _address(seen: Seen, settings: Settings) -> Fact:
    name, base_url = "site address", settings.site.base_url
    assumed = f"pages are answered at {base_url}"
    if not any(snapshot for _, snapshot in seen.asked):
        return Fact(name, assumed, "", "not seen")
    if seen.origin == base_url:
        return Fact(name, assumed, "they are", "agrees")
    advice = f'[site] base_url = "{seen.origin}"'
    return Fact(name, assumed, f"it sends us on to {seen.origin}", "differs", advice)


def _robots(seen: Seen, settings: Settings) -> Fact:
    name, assumed = "robots.txt", "there is one, and it allows articles and lists"
    if seen.robots is None:
        return Fact(name, assumed, "", "not seen")
    rules, status = seen.robots.rules, seen.robots.status
    forbidden = [url for url, _ in seen.asked if not rules.allows(url)]
    found = f"answered {status}; sitemaps named: {len(rules.sitemaps)}"
    if forbidden:
        found += f"; forbids {', '.join(forbidden)}"
    advice = ""
    if rules.delay_seconds > settings.site.delay_seconds:
        found += f"; asks for {rules.delay_seconds:g} s between requests, which is kept"
        advice = f"[site] delay_seconds = {rules.delay_seconds:g}"
    return Fact(name, assumed, found, _verdict(status == 200 and not forbidden), advice)


def _sitemap(seen: Seen) -> Fact:
    name, assumed = "sitemap index", "/sitemap.xml is an index of sitemaps"
    asked = seen.of("sitemap")
    if not asked:
        return Fact(name, assumed, "", "not seen")
    found = "; ".join(f"{s.url}: {s.failure or _held(s.found)}" for s in asked)
    last = asked[-1]
    holds = any(entry.is_list for entry in last.found)
    path = _path(last.url)
    if holds and path == "/sitemap.xml":
        return Fact(name, assumed, found, "agrees")
    advice = f'[site] sitemaps = ["{path}"]' if last.found else "find the sitemap's address by hand"
    return Fact(name, assumed, found, "differs", advice)


def _held(found: Iterable[ListedAddresses]) -> str:
    kinds = Counter("sitemaps" if f.is_list else "pages" for f in found)
    return ", ".join(f"{count} {kind}" for kind, count in kinds.items()) or "empty"


def _months(seen: Seen) -> Fact:
    name, assumed = "monthly maps", "articles are listed in /sitemaps/news-YYYY-M.xml, one a month"
    maps = [entry.url for s in seen.of("sitemap") for entry in s.found if entry.is_list]
    if not maps:
        return Fact(name, assumed, "", "not seen")
    months = sorted(month for url in maps if (month := month_of_map(url)))
    if any(_NEWS_MAP.search(url) for url in maps):
        first, last = ("-".join(map(str, month)) for month in (months[0], months[-1]))
        return Fact(name, assumed, f"{len(months)} of {len(maps)}, {first} to {last}", "agrees")
    found = f"{len(months)} of {len(maps)} name a month; one is {maps[-1]}"
    advice = "" if months else "run `scraper crawl --full` often: months cannot be distinguished"
    return Fact(name, assumed, found, "differs", advice)


def _addresses(seen: Seen) -> Fact:
    name, assumed = "article addresses", "/<slug>-post<ID>.html, or /bai-viet/<ID>-<slug>"
    urls = [f.url for s in seen.of("newest map", "oldest map", "feed") for f in s.found]
    if not urls:
        return Fact(name, assumed, "", "not seen")
    kinds = Counter(_form(url) for url in urls)
    found = ", ".join(f"{count} {form}" for form, count in kinds.most_common())
    other = next((url for url in urls if _form(url) == "others"), "")
    holds = kinds["others"] <= (1 - _MOST) * len(urls)
    return Fact(name, assumed, f"{found}{other and '; one is '}{other}", _verdict(holds))


def _form(url: str) -> str:
    if article_id(url) is None:
        return "others"
    return "/bai-viet/<ID>-…" if "/bai-viet/" in url else "…-post<ID>.html"


def _lastmod(seen: Seen) -> Fact:
    name, assumed = "dates in maps", "<lastmod> with a time, or a date alone"
    entries = [f for s in seen.of("newest map", "oldest map") for f in s.found]
    if not entries:
        return Fact(name, assumed, "", "not seen")
    kinds = Counter(
        "none" if f.lastmod is None else "a date alone" if f.date_only else "with a time"
        for f in entries
    )
    found = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
    return Fact(name, assumed, found, _verdict(kinds["none"] <= (1 - _MOST) * len(entries)))


def _numbers(seen: Seen) -> Fact:
    name, assumed = "article numbers", "they rise with time"
    newest, oldest = (
        [number for s in seen.of(which) for f in s.found if (number := article_id(f.url))]
        for which in ("newest map", "oldest map")
    )
    if not newest or not oldest:
        return Fact(name, assumed, "", "not seen")
    found = f"oldest map {min(oldest)} to {max(oldest)}, newest {min(newest)} to {max(newest)}"
    return Fact(name, assumed, found, _verdict(max(oldest) < min(newest)))


def _feed(seen: Seen) -> Fact:
    name, assumed = "feed", "/rss/home.rss names the newest articles"
    asked = seen.of("feed")
    if not asked:
        return Fact(name, assumed, "", "not seen")
    last = asked[-1]
    dates = [utc_text(entry.lastmod) for entry in last.found if entry.lastmod]
    held = f"{last.articles} articles" + (f", the latest of {max(dates)}" if dates else "")
    holds = not last.failure and last.articles > 0 and _path(last.url) == "/rss/home.rss"
    found = "; ".join(f"{s.url}: {s.failure or held}" for s in asked)
    if holds:
        return Fact(name, assumed, found, "agrees")
    works = not last.failure and last.articles > 0
    advice = f'[site] feeds = ["{_path(last.url)}"]' if works else "[site] feeds = []"
    return Fact(name, assumed, found, "differs", advice)


def _newest(seen: Seen) -> Fact:
    name, assumed = "newest map", "it names what the feed names"
    feed = {article_id(f.url) for s in seen.of("feed") for f in s.found} - {None}
    newest = {article_id(f.url) for s in seen.of("newest map") for f in s.found} - {None}
    if not feed or not newest:
        return Fact(name, assumed, "", "not seen")
    both = len(feed & newest)
    # Early in a month most of the feed is still of the month before.
    return Fact(name, assumed, f"{both} of the feed's {len(feed)}", _verdict(both > 0))


def _template(seen: Seen) -> Fact:
    name, assumed = "templates", "a known template fits every article page"
    if not seen.pages:
        return Fact(name, assumed, "", "not seen")
    read = [f"{p.age}: {p.article.template if p.article else p.failure}" for p in seen.pages]
    holds = all(p.article and p.article.template != _NONE_FITS for p in seen.pages)
    advice = "" if holds else "attach the bundle to a report: the selectors do not fit these pages"
    return Fact(name, assumed, "; ".join(read), _verdict(holds), advice)


def _fields(seen: Seen) -> Fact:
    name, assumed = "fields", f"every page has {', '.join(_ALWAYS)}"
    articles = [page.article for page in seen.pages if page.article]
    if not articles:
        return Fact(name, assumed, "", "not seen")
    counts = Counter(field for article in articles for field in filled(article))
    found = ", ".join(f"{field} {counts[field]}" for field in FIELDS) + f"; of {len(articles)}"
    wanted = {"site2022": {"title", "text"}}
    lacking = [
        f"{a.url} lacks {', '.join(sorted(missing))}"
        for a in articles
        if (missing := wanted.get(a.template, set(_ALWAYS)) - set(filled(a)))
    ]
    return Fact(name, assumed, "; ".join([found, *lacking]), _verdict(not lacking))


def _weather(seen: Seen) -> Fact:
    name, assumed = "weather", "pages carry a weather box"
    articles = [page.article for page in seen.pages if page.article]
    if not articles:
        return Fact(name, assumed, "", "not seen")
    texts = [a.weather[0].text for a in articles if a.weather]
    found = f"on {len(texts)} of {len(articles)}" + (f"; one says {texts[0]!r}" if texts else "")
    return Fact(name, assumed, found, _verdict(bool(texts)))


def _validators(seen: Seen) -> Fact:
    name, assumed = "unchanged pages", "the server says ETag or Last-Modified, so that it can tell"
    answers = [p.snapshot for p in seen.pages if p.snapshot and p.snapshot.status == 200]
    if not answers:
        return Fact(name, assumed, "", "not seen")
    stated = Counter(n for n in ("etag", "last-modified") for a in answers if a.header(n))
    found = ", ".join(f"{n} on {stated[n]} of {len(answers)}" for n in ("etag", "last-modified"))
    return Fact(name, assumed, found, _verdict(bool(stated)))


def _path(url: str) -> str:
    """The address without scheme and host."""
    return "/" + url.split("/", 3)[3]
