"""A caption's text and its credit; what only looks like a caption."""

import re

from scraper.extract.text import clean

_LABEL = r"(?:ảnh(?: tư liệu| minh họa| minh hoạ)?|nguồn(?: ảnh)?|photo|đồ họa)"
_BRACKETED = re.compile(rf"\(\s*{_LABEL}\s*:\s*([^()]{{1,80}}?)\s*\.?\s*\)\s*\.?\s*$", re.I)
_TRAILING = re.compile(
    rf"(?:^|(?<=[.!?…”\"'),;:\s]))(?<!\w){_LABEL}\s*:\s*([^:]{{1,80}}?)\s*\.?\s*$", re.I
)
_PHOTO_NUMBER = re.compile(r"[\s,.:-]*(?:-\s*)?(?:ảnh|hình)\s*(?:số\s*)?[0-9]{1,3}\s*$", re.I)


def split_credit(text: str) -> tuple[str, str]:
    """A caption's text and its credit, without label, brackets and full stop; "" if absent."""
    text = clean(text)
    if ":" not in text:
        return text, ""
    match = _BRACKETED.search(text) or _TRAILING.search(text)
    if not match:
        return text, ""
    return text[: match.start()].rstrip(" -–—|;,("), match[1].strip(" .()")


def is_numbered_headline(alt: str, title: str) -> bool:
    """Whether an alt text is only the headline, with or without "ảnh 1" after it."""
    alt, title = clean(alt), clean(title)
    return alt == title or _PHOTO_NUMBER.sub("", alt) == title
