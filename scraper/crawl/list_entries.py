"""Sitemaps and feeds as files: unpacked, bounded, and read on behind an entry that is broken."""

import html
import re
from collections.abc import Iterator
from xml.parsers import expat

from scraper.errors import DoubtfulList, UnreadableList
from scraper.inflate import Damaged, Oversize, inflate, is_gzip
from scraper.models import Snapshot

MOST_ENTRIES = 50_000  # of one sitemap: sitemaps.org
_MAX_XML_BYTES = 64_000_000  # of an unpacked map; 50 MB are allowed
_STEP_BYTES = 64 * 1024
# What a list of a paper never has, and what would cost a parser much time or memory.
_MOST_TOKEN_BYTES = 1_000_000  # one tag or comment; one entry
_MOST_LEVELS = 30
_MOST_NAMES = 1000  # of elements and attributes
_MOST_PIECES = 8  # of a text: the parser hands it out in some 8 KB each
# Children of an entry that are looked at; a prefix is left out if it is that of the entry.
_FIELDS = frozenset("loc lastmod link guid updated pubDate published dc:date".split())

_NOT_XML = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\ud800-\\udfff\\ufffe\\uffff]")
_CDATA_OR_AMP = re.compile(r"<!\[CDATA\[.*?\]\]>|&(?:(#?\w{1,32});)?", re.DOTALL)
_XML_NAMES = {"amp", "lt", "gt", "quot", "apos"}
_ENCODING = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)")

Fields = dict[str, str]  # of one entry: child element (no prefix of its own) to text


def text_lines(snapshot: Snapshot) -> list[str] | None:
    """The lines of a list that is plain text, one address on each; None for other lists."""
    chunks = _chunks(snapshot.body)
    try:
        first = next(chunks, b"")
        if not first.startswith((b"http://", b"https://")):
            return None
        text = (first + b"".join(chunks)).decode("utf-8", "replace")
    except (Damaged, Oversize) as e:
        raise UnreadableList(snapshot.url, f"cannot be read: {e}") from e
    return text.split("\n", MOST_ENTRIES)[:MOST_ENTRIES]


def entries(snapshot: Snapshot, roots: dict[str, str]) -> Iterator[tuple[str, Fields]]:
    """Each entry of an XML list with its name; `roots` gives the entry name by root element.

    If the XML is broken inside an entry, that one is repaired if it can be, and the entries
    behind it are read. Then DoubtfulList is raised at the end; UnreadableList if the file
    breaks off, is not a list, or names more than MOST_ENTRIES.
    """
    file = _ListFile(snapshot, roots)
    for count, entry in enumerate(file.entries()):
        if count == MOST_ENTRIES:
            raise UnreadableList(snapshot.url, f"names more than {MOST_ENTRIES} addresses")
        yield entry
    if file.why:
        lost = f"{len(file.lost)} of its entries cannot be read" if file.lost else "all can be read"
        reason = f"read in spite of an entry that is no XML, {file.why}; {lost}"
        raise DoubtfulList(snapshot.url, reason)


class _ListFile:
    """An XML list while it is read: as a whole, and entry by entry from the first fault on."""

    def __init__(self, snapshot: Snapshot, roots: dict[str, str]) -> None:
        self.lost: list[int] = []  # bytes at which entries begin that could not be read
        self.why = ""  # what the parser said of the first broken one, and where
        self._url, self._body, self._roots = snapshot.url, snapshot.body, roots

    def entries(self) -> Iterator[tuple[str, Fields]]:
        """Each entry with its name. Raises UnreadableList."""
        reader = _EntryReader(self._url, self._roots)
        chunks = _chunks(self._body)
        try:
            for chunk in chunks:
                try:
                    found = reader.feed(chunk)
                except expat.ExpatError as e:
                    yield from reader.take()
                    if not reader.entry:
                        raise
                    yield from self._entries_behind(reader, chunks, e)
                    return
                yield from found
            try:
                reader.end()
            except expat.ExpatError as e:
                yield from reader.take()
                if not reader.entry:
                    raise
                yield from self._entries_behind(reader, chunks, e)
        except (expat.ExpatError, Damaged, Oversize, LookupError, ValueError) as e:
            yield from reader.take()
            raise UnreadableList(self._url, f"is no readable XML: {e}") from e

    def _entries_behind(
        self, reader: "_EntryReader", chunks: Iterator[bytes], error: expat.ExpatError
    ) -> Iterator[tuple[str, Fields]]:
        """The entries from the broken one on. Raises ExpatError if the file ends inside one."""
        name = reader.entry.encode()
        start = re.compile(rb"<%s(?=[\s>])" % re.escape(name))
        encoding = _encoding(self._body)
        offset, rest = reader.rest()
        self.why = str(error)
        begin = start.search(rest)
        while True:
            after = start.search(rest, begin.end()) if begin else None
            if after is None and len(rest) <= _MOST_TOKEN_BYTES and (more := next(chunks, b"")):
                kept = begin.start() if begin else 0
                offset, rest = offset + kept, rest[kept:] + more
                begin = start.search(rest)
                continue
            piece = rest[begin.start() if begin else 0 : after.start() if after else len(rest)]
            entry, closing, tail = piece.partition(b"</%s" % name)
            fields = _repaired(entry, reader.entry, encoding) if begin and closing else None
            if fields is not None:
                yield reader.entry.rpartition(":")[2], fields
            elif begin and (closing or after):
                self.lost.append(offset + begin.start())
            if after is None:
                break
            begin = after
        if f"</{reader.root}".encode() not in tail + entry:
            raise error


def _repaired(piece: bytes, name: str, encoding: str) -> Fields | None:
    """The fields of an entry of doubtful XML (without its end tag); None if it has no sense."""
    text = piece.decode(encoding, "replace")
    text = _NOT_XML.sub(" ", _CDATA_OR_AMP.sub(_as_xml, text))
    reader = _EntryReader("", {"list": name.rpartition(":")[2]}, prefix=name[: name.rfind(":") + 1])
    try:
        ((_, fields),) = reader.feed(f"<list>{text}</{name}>".encode())
    except (expat.ExpatError, UnreadableList):
        fields = reader.fields  # what came before the break counts
    address = fields.get("loc") or fields.get("link") or fields.get("guid") or ""
    return fields if address.strip() and "\ufffd" not in address else None


def _as_xml(found: re.Match[str]) -> str:
    """A reference as XML knows it: "&nbsp;" as its character, a bare "&" escaped."""
    name = found[1]
    if found[0].startswith("<!"):
        return found[0]
    if name is None:
        return "&amp;"
    if name in _XML_NAMES:
        return found[0]
    meant = html.unescape(found[0])
    return html.escape(meant) if meant != found[0] else f"&amp;{name};"


def _encoding(body: bytes) -> str:
    """The encoding that a list declares, if Python knows it; else UTF-8."""
    declared = _ENCODING.search(body[:300])
    try:
        b"".decode(name := declared[1].decode() if declared else "utf-8")
    except LookupError:
        return "utf-8"
    return name


class _EntryReader:
    """An expat parser that collects entries. It keeps nothing else, and takes no entities."""

    def __init__(self, url: str, roots: dict[str, str], prefix: str | None = None) -> None:
        # Names of the root and of an entry's element, with prefix; "" before the root is read.
        self.root = self.entry = ""
        self.fields: Fields = {}  # of the entry in progress
        self._url, self._roots, self._prefix = url, roots, prefix
        self._found: list[tuple[str, Fields]] = []
        self._text: list[str] = []
        self._level = 0
        self._fed = self._entry_at = 0  # bytes
        self._recent = b""  # what was fed from the start of the entry in progress on
        self._parser = parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._first
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._hear
        parser.StartDoctypeDeclHandler = self._doctype

    def feed(self, chunk: bytes) -> list[tuple[str, Fields]]:
        """The entries that end in `chunk`. Raises ExpatError, UnreadableList."""
        self._recent = self._recent[self._entry_at - (self._fed - len(self._recent)) :] + chunk
        self._fed += len(chunk)
        self._parser.Parse(chunk, False)
        # Each step reads an unfinished tag anew: time rises with the square of its length.
        if self._fed - self._parser.CurrentByteIndex > _MOST_TOKEN_BYTES:
            raise UnreadableList(self._url, "holds a tag of more than a megabyte")
        if len(self._parser.intern) > _MOST_NAMES:  # the parser keeps each
            raise UnreadableList(self._url, f"has more than {_MOST_NAMES} kinds of elements")
        if self._fed - self._entry_at > _MOST_TOKEN_BYTES:
            self._entry_at = self._fed  # too long to be repaired
        return self.take()

    def end(self) -> None:
        """The file is over. Raises ExpatError if it breaks off."""
        self._parser.Parse(b"", True)

    def take(self) -> list[tuple[str, Fields]]:
        """The entries found since the last call."""
        found, self._found = self._found, []
        return found

    def rest(self) -> tuple[int, bytes]:
        """Where the entry in progress begins, and what was fed from there on."""
        before = self._fed - len(self._recent)
        return self._entry_at, self._recent[max(0, self._entry_at - before) :]

    def _first(self, name: str, attributes: dict[str, str]) -> None:
        prefix, local = name[: name.rfind(":") + 1], name[name.rfind(":") + 1 :]
        if local not in self._roots:
            raise UnreadableList(self._url, f"is <{name}>, not <{'> or <'.join(self._roots)}>")
        if self._prefix is None:
            # RSS 1.0 has its root in a namespace of its own, and no prefix on the rest.
            self._prefix = "" if local == "RDF" else prefix
        self.root, self.entry = name, self._prefix + self._roots[local]
        self._parser.StartElementHandler = self._start

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._level += 1
        if self._level > _MOST_LEVELS:
            raise UnreadableList(self._url, f"nests elements more than {_MOST_LEVELS} deep")
        self._text.clear()
        if name == self.entry:
            self.fields = {}
            self._entry_at = self._parser.CurrentByteIndex
        elif "href" in attributes and attributes.get("rel", "alternate") == "alternate":
            self._keep(name, attributes["href"])

    def _end(self, name: str) -> None:
        self._level -= 1
        if name == self.entry:
            self._found.append((name.removeprefix(self._prefix or ""), self.fields))
            self.fields = {}
            self._entry_at = self._parser.CurrentByteIndex
        elif self._text:
            self._keep(name, "".join(self._text))
        self._text.clear()

    def _keep(self, name: str, value: str) -> None:
        if (field := name.removeprefix(self._prefix or "")) in _FIELDS:
            self.fields.setdefault(field, value)

    def _hear(self, piece: str) -> None:
        if len(self._text) < _MOST_PIECES:
            self._text.append(piece)

    def _doctype(self, name: str, system: str | None, public: str | None, has_rules: bool) -> None:
        if has_rules:
            reason = "declares entities or rules of its own, which no list needs"
            raise UnreadableList(self._url, reason)


def _chunks(body: bytes) -> Iterator[bytes]:
    """`body` in pieces, unpacked if it is a gzip file, without space before the XML."""
    steps = (body[at : at + _STEP_BYTES] for at in range(0, len(body), _STEP_BYTES))
    pieces = inflate(steps, "gzip" if is_gzip(body) else "", _MAX_XML_BYTES)
    first = next(pieces, b"").removeprefix(b"\xef\xbb\xbf").lstrip()
    yield first
    yield from pieces
