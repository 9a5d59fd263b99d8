"""robots.txt -> rules, by RFC 9309 and the documentation of Google's parser.

If the two disagree, the reading that allows less counts. Not Protego: of the 261 cases in
tests/test_robots.py, its version 0.7.0 allows 16 that are forbidden, also under a product token of
our own. A webmaster who copies our whole User-Agent (`user-agent: BaoLaoCaiArchive/0.1`,
`disallow: /`) is not obeyed; a group named `Bao` counts as ours (RFC 9309, 2.2.1: the whole token);
a line that it does not know, or Crawl-delay, ends a row of User-agent lines, so that the rules
after it are lost to the first (2.2.4: such lines have no effect on groups); and `Allow: /a$` is
also taken for a prefix (2.2.3).
"""

import math
import re
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes

AGENT = "baolaocaiarchive"  # our product token, in any case: RFC 9309, 2.2.1
MAX_BYTES = 500 * 1024  # RFC 9309, 2.5
MAX_LINE = 16_663  # bytes of a line that Google's parser reads

_ORIGIN = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*://[^/?]*")
_BREAK = re.compile(r"\r\n|\r|\n")
_VALUE_BEGUN = re.compile(r"\s(/|https?$)")  # before a colon, which is then the value's own
_TOKEN = re.compile(r"[A-Za-z_-]*")
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_BOM = (b"\xef", b"\xbb", b"\xbf")
_SURROGATE = re.compile("[\udc80-\udcff]")
# Lines that say nothing to us, but that the file is a robots.txt.
_OTHER = re.compile(
    r"(host|clean-param|request-rate|visit-time|noindex|content-signal)\s*:", re.IGNORECASE
)
_TYPOS = ("dissallow", "dissalow", "disalow", "diasllow", "disallaw")


@dataclass(frozen=True, slots=True)
class Rule:
    """One Allow or Disallow line of our group."""

    allow: bool
    pattern: str  # percent-encoded; "*" for any run of characters, "$" at the end an anchor
    plain: str  # the same without escapes

    def matches(self, path: "_Path") -> bool:
        """True if the rule fits a path.

        Disallow sees through every escape: /a%62 forbids /ab. Allow wants the very spelling.
        """
        if self.allow:
            return _fits(self.pattern, path.written)
        return _fits(self.pattern, path.escaped) or _fits(self.plain, path.plain)


@dataclass(frozen=True, slots=True)
class _Path:
    """A path in the three spellings that rules are held against."""

    written: str  # as given, escapes in capitals
    escaped: str  # everything but ASCII percent-encoded
    plain: str  # without escapes


@dataclass(frozen=True, slots=True)
class Rules:
    """What robots.txt says to us."""

    rules: tuple[Rule, ...] = ()
    delay_seconds: float = 0.0  # Crawl-delay; 0.0 if it is not stated
    sitemaps: tuple[str, ...] = ()  # as written

    def allows(self, url: str) -> bool:
        """True if we may ask for `url`: the longest pattern counts, Allow wins a tie."""
        written = "/" + _ORIGIN.sub("", url.partition("#")[0]).removeprefix("/")
        if written == "/robots.txt":
            return True
        escaped = _escaped(written)
        path = _Path(_ESCAPE.sub(lambda m: m[0].upper(), written), escaped, _plain(escaped))
        fitting = ((len(r.pattern), r.allow) for r in self.rules if r.matches(path))
        return max(fitting, default=(0, True))[1]


def decode(body: bytes) -> str:
    """robots.txt as text: the first 500 KiB, no BOM, bytes that are no UTF-8 percent-encoded."""
    if len(body) > MAX_BYTES:
        # A line that is cut could allow more than the whole line does.
        body = body[:MAX_BYTES]
        # What has no lines at all stays, to be known for what it is: no robots.txt.
        whole_lines = max(body.rfind(b"\n"), body.rfind(b"\r")) + 1
        body = body[:whole_lines] or body
    for byte in _BOM:  # Google's parser skips a part of one, too
        body = body.removeprefix(byte)
    text = body.decode("utf-8", "surrogateescape")
    return _SURROGATE.sub(lambda m: f"%{ord(m[0]) - 0xDC00:02X}", text)


def is_robots_file(text: str) -> bool:
    """True if `text` can be meant as a robots.txt: empty, comments, or any line of its kind.

    An error page sent with status 200, or something binary, is not one.
    """
    if "\0" in text or text.lstrip().startswith("<"):
        return False
    lines = [line for line in map(_without_comment, _BREAK.split(text)) if line]
    return not lines or any(_read_line(line)[0] or _OTHER.match(line) for line in lines)


def read_rules(text: str, agent: str = AGENT) -> Rules:
    """The rules of `text` for the product token `agent`.

    All groups that name it count together; those for `*` count only if no group names it.
    """
    ours, everyone = _Group(), _Group()
    sitemaps: list[str] = []
    current: set[_Group] = set()
    in_rules = True  # the lines before are rules: the next User-agent begins a group
    ours_seen = False
    for line in _BREAK.split(text):
        key, value = _read_line(_without_comment(line))
        if key == "user-agent":
            if in_rules:
                current, in_rules = set(), False
            if value == "*" or value[:1] == "*" and value[1].isspace():
                current.add(everyone)
            elif _token(value) == agent.lower():
                ours_seen = True
                current.add(ours)
        elif key in ("allow", "disallow"):
            in_rules = True
            for group in current:
                group.add(key == "allow", value)
        elif key == "crawl-delay":
            for group in current:
                group.delay_seconds = max(group.delay_seconds, _seconds(value))
        elif key == "sitemap":
            sitemaps.append(value)
    group = ours if ours_seen else everyone
    return Rules(tuple(group.rules), group.delay_seconds, tuple(dict.fromkeys(sitemaps)))


class _Group:
    """The rules of all groups for one agent, while they are gathered."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self.delay_seconds = 0.0

    def add(self, allow: bool, value: str) -> None:
        if not value:  # "Disallow:" forbids nothing
            return
        self.rules.append(_rule(allow, value))
        # As Google reads it: who may see the index page may see its folder.
        if allow and (index := re.search(r"/index\.html?$", value)):
            self.rules.append(_rule(allow, value[: index.start() + 1] + "$"))


def _rule(allow: bool, value: str) -> Rule:
    pattern = _escaped(value)
    body = pattern.removesuffix("$")
    plain = "*".join(map(_plain, body.split("*"))) + pattern[len(body) :]
    return Rule(allow, pattern, plain)


def _without_comment(line: str) -> str:
    return line.partition("#")[0].strip(" \t\v\f")


def _read_line(line: str) -> tuple[str, str]:
    """Key (one we know, else "") and value of a line without comment."""
    line = line.encode()[:MAX_LINE].decode("utf-8", "ignore")
    key, colon, value = line.partition(":")
    if not colon or _VALUE_BEGUN.search(key):
        # A forgotten colon: "Disallow /x", exactly two words.
        words = line.split()
        if len(words) != 2:
            return "", ""
        key, value = words
    return _known(key.strip().lower()), value.strip()


def _known(key: str) -> str:
    """The key that is meant, with the misspellings that Google's parser takes; "" for others."""
    if key.startswith(("user-agent", "useragent", "user agent")):
        return "user-agent"
    if key.startswith(("disallow", *_TYPOS)):
        return "disallow"
    if key.startswith("allow"):
        return "allow"
    if key.startswith(("sitemap", "site-map")):
        return "sitemap"
    return "crawl-delay" if key in ("crawl-delay", "crawl delay") else ""


def _token(value: str) -> str:
    """The product token that a User-agent line starts with: `Foo Bar/1.0` names foo."""
    match = _TOKEN.match(value)
    return match[0].lower() if match else ""


def _seconds(value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        return 0.0
    return seconds if math.isfinite(seconds) and seconds > 0 else 0.0


def _escaped(path: str) -> str:
    """`path` with everything but ASCII percent-encoded, and escapes in capitals."""
    path = quote(path, safe="".join(map(chr, range(33, 127))))
    return _ESCAPE.sub(lambda m: m[0].upper(), path)


def _plain(path: str) -> str:
    """`path` without escapes, but that of "*" and "$", which are wildcards in a rule."""
    text = unquote_to_bytes(path).decode("latin-1")
    return text.replace("*", "%2A").replace("$", "%24")


def _fits(pattern: str, path: str) -> bool:
    """True if `pattern` fits the beginning of `path`; each "*" takes as little as it can."""
    anchored = pattern.endswith("$")
    first, *rest = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    if not rest:
        return not anchored or path == first
    at = len(first)
    last = rest.pop() if anchored else ""
    for part in rest:
        found = path.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return not anchored or (path.endswith(last) and len(path) - len(last) >= at)
