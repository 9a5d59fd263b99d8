"""The digests that WARC records state: `sha1:` or the like, in base 32 or 16."""

import base64
import binascii
import hashlib
from typing import Literal

_ALGORITHMS = {"md5", "sha1", "sha256", "sha384", "sha512"}

Verdict = Literal["same", "other", "unknown"]


def compare(stated: str, content: bytes) -> Verdict:
    """Whether `content` has the digest `stated`; "unknown" if none of a known kind is stated."""
    name, _, value = stated.strip().partition(":")
    algorithm = name.strip().lower().replace("-", "")
    if algorithm not in _ALGORITHMS:
        return "unknown"
    digest = hashlib.new(algorithm, content, usedforsecurity=False).digest()
    return "same" if digest in _readings(value.strip(), len(digest)) else "other"


def sha256(content: bytes) -> str:
    """The SHA-256 of `content` as WARC states it, with the same digits as in snapshots.db."""
    return "sha256:" + hashlib.sha256(content).hexdigest()


def _readings(value: str, size: int) -> set[bytes]:
    """The digests that the digits may mean: archivists write base 32, 16 or 64, padded or not."""
    readings = set()
    padded = value.rstrip("=")
    for decode, group in ((base64.b32decode, 8), (base64.b16decode, 2), (base64.b64decode, 4)):
        text = padded if group == 4 else padded.upper()
        try:
            digest = decode(text + "=" * (-len(text) % group))
        except (binascii.Error, ValueError):
            continue
        if len(digest) == size:
            readings.add(digest)
    return readings
