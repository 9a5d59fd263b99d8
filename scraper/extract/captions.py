"""A caption's text and its credit; what only looks like a caption; what may be one."""

import re

from scraper.extract.text import clean

CAPTION_LENGTH = 160  # characters; longer ones are captions only where a cue says so
MOST_CAPTION = 400
_PHOTO_LABEL = (
    r"ảnh(?: tư liệu| minh h[oọ]a?[ạa]?| chụp| bìa)?|nguồn(?: ảnh| clip| video)?|photos?|hình ảnh"
)
_LABEL = rf"(?:{_PHOTO_LABEL}|đồ h[oọ]a|infographics?|video|clip|tranh)"
_BRACKETED = re.compile(
    rf"[(\[]\s*({_LABEL})\s*:\s*([^()\[\]]{{1,80}}?(?:\([^()]{{1,40}}\))?)\s*\.?\s*[)\]]\s*\.?\s*$",
    re.I,
)
_TRAILING = re.compile(
    rf"(?:^|(?<=[.!?…”\"'),;:\s]))(?<!\w)({_LABEL})\s*:\s*([^:]{{1,80}}?)\s*\.?\s*$", re.I
)
_OF_PHOTOS = re.compile(_PHOTO_LABEL, re.I)
_PHOTO_NUMBER = re.compile(r"[\s,.:-]*(?:-\s*)?(?:ảnh|hình)\s*(?:số\s*)?[0-9]{1,3}\s*$", re.I)
_CUE = re.compile(
    r"\((?:thứ [\w ]{1,12}|bên|ngoài cùng|hàng|đứng|ngồi|người|áo|giữa|trái|phải|ảnh)"
    r"|(?<![,;] )\bảnh\s*:|từ trái sang|trong ảnh|(?<![,;] )nguồn\s*:|^ảnh\b|ảnh minh h[oọ]",
    re.I,
)
# What a sentence goes on with: "trồng thêm 1.200 ha rừng; nguồn: quỹ của thôn".
_IN_SENTENCE = re.compile(r"[,;] (?:ảnh|nguồn)\s*:")
# A line of a talk or a list, a question, what announces the next line, a lead.
_NO_CAPTION = re.compile(
    r"^(?:(?:(?:ông|bà|anh|chị|em|đồng chí|bác sĩ) [^:.,]{2,40}|phóng viên|hỏi|đáp)\s?:|PV\b|LCĐT\b"
    r"|[-–•*+]\s|\d{1,2}[.)]\s|[“\"])|[?:;]$",
    re.I,
)
# No sentence ends with "TP." in "TP. Lào Cai".
_TITLES = "".join(
    rf"(?<!\b{title})" for title in ("TP", "TX", "TS", "ThS", "PGS", "GS", "BS", "KS")
)
_SENTENCE_END = re.compile(_TITLES + r"[.!?…]+[\"”')\]]*\s+(?=[\"“'(]?[A-ZÀ-ỸĐ0-9])")


def split_credit(text: str) -> tuple[str, str]:
    """A caption's text and its credit, without label, brackets and full stop; "" if absent."""
    text = clean(text)
    if ":" not in text:
        return text, ""
    match = _BRACKETED.search(text) or _TRAILING.search(text)
    if not match or not _is_credit(text[: match.start()], match[1], match[2]):
        return text, ""
    credit = match[2].strip(" .")
    if "(" not in credit:
        credit = credit.strip("()")
    return text[: match.start()].rstrip(" -–—|;,("), credit


def _is_credit(before: str, label: str, name: str) -> bool:
    """Whether what a label introduces is a name: not a title ("bức ảnh: “Mùa lê”"), and not what
    a video alone is called."""
    if label[0].islower() and before.rstrip()[-1:].isalnum():
        return False
    if name.startswith(("“", '"', "‘", "«")):
        return False
    return bool(before.strip()) or bool(_OF_PHOTOS.fullmatch(label))


def is_numbered_headline(alt: str, title: str) -> bool:
    """Whether an alt text is only the headline, with or without "ảnh 1" after it."""
    alt, title = clean(alt), clean(title)
    return alt == title or _PHOTO_NUMBER.sub("", alt) == title


def is_caption(text: str) -> bool:
    """Whether a text that may be a caption or a paragraph is more likely a caption: a single
    short sentence, or one that says where in a photo somebody is, or ends in a photo's credit."""
    if len(text) > MOST_CAPTION or _SENTENCE_END.search(text):
        return says_photo(text)
    return has_cue(text) or (len(text) < CAPTION_LENGTH and not _NO_CAPTION.search(text))


def has_cue(text: str) -> bool:
    """Whether a single sentence says where in a photo somebody is, or speaks of the photo."""
    return len(text) <= MOST_CAPTION and not _SENTENCE_END.search(text) and bool(_CUE.search(text))


def says_photo(text: str) -> bool:
    """Whether a text ends in a photo's credit, as no paragraph does."""
    if len(text) > MOST_CAPTION or _IN_SENTENCE.search(text):
        return False
    return bool(split_credit(text)[1])
