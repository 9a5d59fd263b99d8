"""Every setting: its default, its range, and what it means. The one place that explains them.

config.toml, `scraper init` and docs/configuration.md are written from this page.
"""

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scraper.errors import ConfigError
from scraper.urls import BAOLAOCAI, Site


def _key(default: Any, meaning: str, low: float = -math.inf, high: float = math.inf) -> Any:
    """A key of config.toml: its default (of the type it must have), meaning and range."""
    return field(default=default, metadata={"meaning": meaning, "low": low, "high": high})


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """Which newspaper, where its lists are, and how it is asked."""

    base_url: str = field(metadata={"meaning": "Scheme and host of the newspaper. Required."})
    aliases: tuple[str, ...] = _key((), "Other hosts that name the same site.")
    sitemaps: tuple[str, ...] = _key(
        ("/sitemap.xml",),
        "Sitemaps or indexes of them: paths below base_url, or full addresses of this site."
        " Those that robots.txt names are read too.",
    )
    feeds: tuple[str, ...] = _key(("/rss/home.rss",), "RSS or Atom feeds.")
    sections: tuple[str, ...] = _key(
        ("/",), "Section pages that list articles: a safety net behind sitemaps and feeds."
    )
    more: tuple[str, ...] = _key(
        (),
        'Addresses that answer "load more" with JSON, such as /api/morenews-latest-0-2.html: the'
        " last resort if there is no sitemap and no feed.",
    )
    contact: str = _key(
        "",
        "Your e-mail or web address. It is sent to the newspaper with every request, so that it can"
        " reach you. No command asks the real site without it.",
    )
    delay_seconds: float = _key(
        5.0,
        "Seconds of rest after each request, at least 1. If robots.txt asks for more, that counts.",
        0.0,
        3600.0,
    )

    @property
    def site(self) -> Site:
        """The addresses that are this newspaper's."""
        return Site(self.base_url, self.aliases)


@dataclass(frozen=True, slots=True)
class CrawlSettings:
    """Budgets, patience and limits of one run."""

    max_pages: int = _key(500, "Article pages asked for in one run, at most.", 1, 1e9)
    max_minutes: float = _key(
        50.0, "Minutes after which a run ends cleanly, between two pages.", 0.1, 1e6
    )
    retries: int = _key(3, "New attempts after a server failure.", 0, 10)
    timeout_seconds: float = _key(60.0, "Seconds for one whole request.", 1.0, 3600.0)
    max_page_mb: float = _key(10.0, "Megabytes. Larger answers are refused.", 0.01, 1000.0)
    revisit_days: tuple[float, ...] = _key(
        (1, 7, 30, 365),
        "Days after the first capture at which an article is looked at again; the last step"
        " repeats. A step shorter than a tenth of the article's age is left out. An article that a"
        " list marks as changed is looked at in the next run, if that list was right before.",
    )
    stop_after_failures: int = _key(
        5, "Pages that fail or are refused in a row before the run ends with exit code 3.", 1
    )
    backoff_seconds: float = _key(
        10.0, "Seconds before the first new attempt; they double with each.", 0.0, 3600.0
    )
    quiet_hours: str = _key(
        "", 'Hours without any request, Vietnam time, as in "06:30-08:30"; "" for none.'
    )


@dataclass(frozen=True, slots=True)
class CheckSettings:
    """Limits past which `scraper check` raises the alarm."""

    max_hours_since_run: float = _key(36.0, "Hours since the last crawl that ended well.", 0.0, 1e6)
    max_days_without_new: float = _key(
        3.0,
        "Days since the newest article came in (backfill aside), and days for which a list that"
        " could be read before cannot be read.",
        0.0,
        1e6,
    )
    max_failure_share: float = _key(
        0.2, "Share of failed pages in the last crawl, of at least three.", 0.0, 1.0
    )
    max_fallback_share: float = _key(
        0.05, "Share of a week's articles that no known template fits.", 0.0, 1.0
    )
    max_fill_drop: float = _key(
        0.2,
        "Fall of any field's fill rate (lead, body, captions, photos, section, byline, tags, times,"
        " weather), a week against the 90 days before, for each template.",
        0.0,
        1.0,
    )
    min_free_mb: float = _key(1000.0, "Megabytes that must be free on the archive's disk.", 0.0)


@dataclass(frozen=True, slots=True)
class ArchiveSettings:
    """Where the files are."""

    path: Path = _key(
        Path("archive.db"),
        "The archive. snapshots.db, with the captured pages themselves, is made beside it.",
    )


@dataclass(frozen=True, slots=True)
class RecoverSettings:
    """Older captures from public web archives: `scraper recover`."""

    wayback_url: str = _key("https://web.archive.org", "Scheme and host of the Wayback Machine.")
    delay_seconds: float = _key(
        5.0, "Seconds of rest after each request to the web archive, at least 1.", 0.0, 3600.0
    )
    max_pages: int = _key(200, "Captures asked for in one run, at most.", 1, 1e9)
    max_minutes: float = _key(50.0, "Minutes after which a run ends cleanly.", 0.1, 1e6)


@dataclass(frozen=True, slots=True)
class PhotoSettings:
    """Photos, kept beside the archive if you want them: see docs/photos.md."""

    keep: str = _key(
        "none",
        '"none", or "display": after its pages a crawl asks for the photos of captions and stores'
        " them in photos.db, and the reading pages show them.",
    )
    max_mb: float = _key(10.0, "Megabytes. Larger photos are refused.", 0.01, 100.0)
    hosts: tuple[str, ...] = _key(
        ("cdn.baolaocai.vn", "photo-cms-baolaocai.epicdn.me"),
        "The only hosts that photos are asked of, each at the pace of site.delay_seconds.",
    )
    max_photos: int = _key(200, "Photos asked for in one run, at most.", 1, 1e9)

    @property
    def is_on(self) -> bool:
        """True if photos are to be kept."""
        return self.keep != "none"


@dataclass(frozen=True, slots=True)
class SearchSettings:
    """How searches are read."""

    aliases: tuple[str, ...] = _key(
        ("Sapa = Sa Pa", "Y Tý = Ý Tý", "Si Ma Cai = Simacai"),
        "Names that the paper writes in more than one way: searching for one finds the others.",
    )


@dataclass(frozen=True, slots=True)
class ServeSettings:
    """The reading pages."""

    port: int = _key(8001, "Port that `scraper serve` listens on.", 0, 65535)
    title: str = _key("Báo Lào Cai: archive", "Heading of the reading pages.")
    public_url: str = _key(
        "",
        "Address at which the reading pages are published, for citations, feeds and JSON: with its"
        ' path, as in "https://archive.example.org/lao-cai"; "" if they are not.',
    )


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything config.toml says, checked."""

    site: SiteSettings
    crawl: CrawlSettings = CrawlSettings()
    check: CheckSettings = CheckSettings()
    archive: ArchiveSettings = ArchiveSettings()
    recover: RecoverSettings = RecoverSettings()
    photos: PhotoSettings = PhotoSettings()
    search: SearchSettings = SearchSettings()
    serve: ServeSettings = ServeSettings()
    source: str = "config.toml"  # the file, for messages

    def require_contact(self) -> None:
        """Raise ConfigError if a real site would be asked without saying who asks."""
        contact = self.site.contact
        if not {"@", "."} & set(contact) and not self.site.site.is_loopback:
            found = f"is {contact!r}" if contact else "missing"
            raise ConfigError(
                f"{self.source}: site.contact: {found}; set your e-mail or web address,"
                ' as in contact = "you@example.org": it is sent to the newspaper with every request'
            )


BUILT_IN = Settings(
    SiteSettings(
        BAOLAOCAI.base_url,
        BAOLAOCAI.aliases,
        sections=("/", "/chinh-tri/", "/kinh-te/", "/xa-hoi/", "/van-hoa/"),
    )
)
"""The settings for baolaocai.vn: what `scraper init` writes, and `scraper extract` assumes."""
