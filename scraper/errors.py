"""Every error this project raises on purpose.

    ScraperError               one line for the user; each class carries its exit status
    ├── ConfigError            file missing, key unknown, value out of range; 1
    ├── Locked                 another writer is at work; 75
    ├── SiteUnavailable        robots.txt or site out of reach, too many failures in a row; 3
    ├── RunEnded               time is up, quiet hours, or a stop signal: nothing was sent; 0
    ├── FetchError             .url
    │   ├── RobotsDisallowed   never retried
    │   ├── Refused            an answer that cannot be taken: too large, its encoding
    │   │   ├── NotAPage       an image, a PDF, a video: its body was not read
    │   │   └── OutsideSite    not an address of the site; nothing was sent
    │   └── Transient          .retry_after, seconds or None; retried, then recorded
    ├── BadPhoto               not an image that may be kept: its type, size, header
    ├── UnreadableList         .url; a sitemap, feed or section page that cannot be read
    │   └── DoubtfulList       read, but for single entries
    ├── ExtractError           .url
    │   ├── NotAnArticle       counted, not a failure; 4 from `scraper extract`
    │   └── MissingField       .template .field
    ├── UnknownArticle         no article of this number, or no such revision of it; 1
    ├── BadFilter              a --where that says nothing; 2
    ├── ExportError            the file cannot be written, or is not ours to replace; 1
    │   └── ExportStopped      stopped by a signal; 1
    ├── MissingExtra           a package that only some commands need is not installed; 1
    ├── CannotServe            the address of the reading pages is taken, or not ours; 1
    ├── BulkError              no scheduler answers, a part cannot be written; 1
    ├── BadCapture             a file to import is missing, unreadable, or of another site; 1
    ├── ReadingStopped         a signal stopped the reading of a file: it proves nothing of it; 0
    └── ArchiveError           e.g. the archive was written by a later version; 1

Anything else that escapes is a bug and shows its traceback.
"""


class ScraperError(Exception):
    """Something the user can act on, said in one line."""

    exit_code = 1


class ConfigError(ScraperError):
    """config.toml is missing, holds an unknown key, or a value out of range."""


class Locked(ScraperError):
    """Another writer is at work on this archive (crawl, add, import, reread), or in this folder."""

    exit_code = 75


class SiteUnavailable(ScraperError):
    """The site, or its robots.txt, cannot be asked now; the run stops.

    If one page's failure is the reason, that FetchError is the `__cause__`.
    """

    exit_code = 3


class RunEnded(ScraperError):
    """The run may send nothing more: time is up, quiet hours began, or a signal asked it to stop.

    No failure: nothing was sent, and the address that was to be asked stays as it was.
    """

    exit_code = 0


class FetchError(ScraperError):
    """One address could not be captured."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"{url}: {reason}")
        self.url = url
        self.reason = reason


class RobotsDisallowed(FetchError):
    """robots.txt does not allow this address; nothing was sent."""

    def __init__(self, url: str) -> None:
        super().__init__(url, "disallowed by robots.txt")


class Refused(FetchError):
    """The answer cannot be taken: its size, its encoding, its status; not asked again soon."""


class NotAPage(Refused):
    """The answer is an image, a PDF, a video: no article, and its body was not read."""


class OutsideSite(Refused):
    """The address is not one of the site's; nothing was sent."""


class Transient(FetchError):
    """The last attempt broke off, or was answered 429 or 5xx."""

    def __init__(
        self, url: str, reason: str, *, status: int | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(url, reason)
        self.status = status
        self.retry_after = retry_after  # seconds the server asked us to wait


class BadPhoto(ScraperError):
    """An answer to a request for a photo may not be kept. Says why, without a subject."""


class UnreadableList(ScraperError):
    """A sitemap, feed or section page that is broken, or something else altogether."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"{url}: {reason}")
        self.url = url
        self.reason = reason


class DoubtfulList(UnreadableList):
    """A list that was read to its end, except for single entries."""


class ExtractError(ScraperError):
    """One capture could not be read as an article."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"{url}: {reason}")
        self.url = url
        self.reason = reason


class NotAnArticle(ExtractError):
    """A section page, a soft 404, an empty or binary answer: nothing to file."""

    exit_code = 4


class MissingField(ExtractError):
    """A template's marker is on the page, but its title or all of its text is not."""

    def __init__(self, url: str, template: str, field: str) -> None:
        super().__init__(url, f"{template} found no {field}")
        self.template = template
        self.field = field


class UnknownArticle(ScraperError):
    """The archive holds no article of this number, or no such revision of it."""


class BadFilter(ScraperError):
    """A --where that cannot be read: an unknown key, no value, no such day."""

    exit_code = 2


class ExportError(ScraperError):
    """An export cannot be written: the file there is not ours to replace, or the disk is full."""


class ExportStopped(ExportError):
    """An export was stopped by a signal; the file that was there before still is."""


class MissingExtra(ScraperError):
    """A package of the extra `bulk` is not installed."""

    def __init__(self, what: str, package: str | None) -> None:
        super().__init__(
            f"{what} needs {package}: run `pip install -e '.[bulk]'` in the folder of scraper"
        )


class CannotServe(ScraperError):
    """The reading pages cannot be shown at this address: it is taken, or not this machine's."""


class BulkError(ScraperError):
    """A bulk run cannot go on: no scheduler answers, no part can be written."""


class BadCapture(ScraperError):
    """A file that was to be imported cannot be: missing, unreadable, or of another site."""


class ReadingStopped(ScraperError):
    """A signal stopped the reading of a file to import; what was read before is kept."""

    exit_code = 0


class ArchiveError(ScraperError):
    """The archive is not ours, not writable, damaged, or from a later version."""
