"""Damaged pages, as caches, proxies and enemies make them: the same ones for the same number.

    .venv/bin/python -m tests.support.mutants 20000

reads that many, and prints each that breaks a rule: no error but ours, no wrong type, no page
over a second. Exit code 1 if one did.
"""

import random
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any, get_args, get_type_hints

from scraper.demo.edition import Edition
from scraper.demo.newspaper import make_newspaper
from scraper.errors import ExtractError
from scraper.extract import extract
from scraper.models import Snapshot

MOST_SECONDS = 1.0
CAPTURED_AT = datetime(2026, 11, 2, tzinfo=UTC)
TYPES = (
    "text/html; charset=utf-8",
    "text/html",
    "text/plain",
    "text/html; charset=windows-1258",
    "",
)
TAGS = (
    b"div",
    b"span",
    b"b",
    b"font",
    b"p",
    b"table",
    b"ul",
    b"blockquote",
    b"figure",
    b"a",
    b"x-y",
)
PIECES = (
    b"\x00", b"<", b">", b'"', b"&#0;", b"&#xD800;", b"&#99999999;", b"<!--", b"-->", b"</p>", b"<script>",
    b"<plaintext>", b"<svg>", b"<math>", b"<template>", b"<frameset>", b"\xff\xfe", b"\xef\xbb\xbf", b"[[[[[[",
    b"<select>", b"<base href='http://[x'>", b"31/2/0026", b"<noscript>", b"\xcc\x80" * 40, b"]]>", b"Z" * 5000,
)  # fmt: skip


@cache
def pages() -> tuple[tuple[str, bytes], ...]:
    """Address and body of whole pages, of both designs and every layout."""
    edition = Edition(make_newspaper(pages=60), "http://127.0.0.1")
    return tuple((s.path, edition.answer(s.path).body) for s in edition.newspaper)


def cut(body: bytes, chance: random.Random) -> bytes:
    """Ends in the middle, or lacks a stretch."""
    a, b = sorted((chance.randrange(len(body)), chance.randrange(len(body))))
    return body[:a] if chance.random() < 0.5 else body[:a] + body[b:]


def shuffled(body: bytes, chance: random.Random) -> bytes:
    """Tags and texts in another order."""
    parts = body.split(b"<")
    for _ in range(chance.randrange(1, len(parts))):
        a, b = chance.randrange(len(parts)), chance.randrange(len(parts))
        parts[a], parts[b] = parts[b], parts[a]
    return b"<".join(parts)


def struck(body: bytes, chance: random.Random) -> bytes:
    """Bytes changed."""
    changed = bytearray(body)
    for _ in range(chance.choice((1, 20, 1000))):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def studded(body: bytes, chance: random.Random) -> bytes:
    """Odd pieces put in."""
    for _ in range(chance.randrange(1, 12)):
        at = chance.randrange(len(body))
        body = body[:at] + chance.choice(PIECES) + body[at:]
    return body


def unlabelled(body: bytes, chance: random.Random) -> bytes:
    """Classes, times or addresses emptied, or an element renamed."""
    old, new = chance.choice(
        ((b'class="', b'class="x'), (b'datetime="', b'datetime="9'), (b"2026-", b"0026-"), (b"h1", b"h5"),
         (b'content="', b'content="['), (b"https:", b"http://["), (b"<p>", b""), (b"</", b"<"), (b"@type", b"@"))
    )  # fmt: skip
    return body.replace(old, new, chance.choice((1, 10, -1)))


def nested(body: bytes, chance: random.Random) -> bytes:
    """Up to 50,000 levels of elements, with or without as many paragraphs in them."""
    levels, tag = chance.choice((250, 900, 1200, 5000, 50_000)), chance.choice(TAGS)
    inner = b"<p>x" * chance.choice((0, 0, 1000, 2 * levels))
    body_at = max(body.find(b"articleBody"), body.find(b"d-ct"), 0)
    at = body.find(b">", body_at) + 1
    deep = b"".join(b"<%s n=%d>" % (tag, n) for n in range(levels))
    return body[:at] + deep + inner + body[at:]


def swollen(body: bytes, chance: random.Random) -> bytes:
    """Up to 20 MB: of text, of elements, of attributes, of one word."""
    size = chance.choice((300_000, 3_000_000, 19_900_000))
    piece = chance.choice(
        (b"<p>x</p>", "Ảnh: ".encode(), b"1/", b" a=1", b"(", b"<br>", b"&amp;", b"a b. ", b"<!---->", b"x,", b"\n",
         b"<figure><img src=a.jpg><figcaption>x</figcaption></figure>", b"<tr><td>x", b"&nbsp;")
    )  # fmt: skip
    at = chance.randrange(len(body))
    return body[:at] + piece * (size // len(piece)) + body[at:]


def random_bytes(body: bytes, chance: random.Random) -> bytes:
    """Nothing of the page."""
    return chance.randbytes(chance.choice((0, 1, 100, 10_000)))


COMMON: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    cut, shuffled, struck, studded, unlabelled, random_bytes,
)  # fmt: skip
RARE = {25: nested, 50: swollen}  # each so-manieth page


def mutant(number: int) -> Snapshot:
    """Mutant `number`."""
    chance = random.Random(number)
    path, body = pages()[number % len(pages())]
    for change in chance.sample(COMMON[:-1], chance.choice((1, 1, 2))):
        body = change(body or b"x", chance)
    for step, change in RARE.items():
        if number % step == 0:
            body = change(body, chance)
    if number % 40 == 1:
        body = random_bytes(body, chance)
    kind = TYPES[0] if chance.random() < 0.8 else chance.choice(TYPES)
    return Snapshot(
        "https://baolaocai.vn" + path, CAPTURED_AT, 200, (("content-type", kind),), body
    )


def fault_of(snapshot: Snapshot) -> str:
    """Which rule reading this page breaks; "" for none. What is not ours to raise goes on up."""
    began = time.process_time()
    try:
        wrong = wrongly_typed(extract(snapshot))
    except ExtractError:
        wrong = ""
    seconds = time.process_time() - began
    return wrong or (f"{seconds:.2f} s" if seconds > MOST_SECONDS else "")


def wrongly_typed(thing: Any) -> str:
    """The first field that is not of its stated type, or holds what no text of ours holds."""
    for name, hint in get_type_hints(type(thing)).items():
        value = getattr(thing, name)
        entries = value if isinstance(value, tuple) else (value,)
        kinds = tuple(k for k in (get_args(hint) or (hint,)) if k is not Ellipsis)
        for entry in entries:
            if not isinstance(entry, kinds):
                return f"{name}: {entry!r}"
            if isinstance(entry, str) and ("\n" in entry or entry != entry.strip()):
                return f"{name}: {entry[:80]!r} is not on one line"
            if wrong := wrongly_typed(entry) if hasattr(entry, "__dataclass_fields__") else "":
                return f"{name}.{wrong}"
    return ""


def faults(numbers: range) -> Iterator[tuple[int, str]]:
    """The mutants that break a rule, and how."""
    for number in numbers:
        if fault := fault_of(mutant(number)):
            yield number, fault


def report(found: Iterable[tuple[int, str]], done: str) -> int:
    """Print the faults as they are found, and what was done; the exit code: 1 for a fault."""
    wrong = 0
    for number, fault in found:
        print(f"mutant {number}: {fault}")
        wrong += 1
    print(f"{done}, {wrong} of them wrongly")
    return 1 if wrong else 0


if __name__ == "__main__":
    count = int(sys.argv[1])
    sys.exit(report(faults(range(count)), f"{count} pages read"))
