"""A caption's text and its credit; what only looks like a caption; what may be one.

| rule | evidence |
| --- | --- |
| credits: "Ảnh: …", "(Ảnh: …)", "Nguồn: …" | sister papers' captions; text captures of the paper |
| a credit ends the caption, or is in brackets | the same |
| "Bức ảnh: “…”" and "; nguồn: …" in a sentence are no credit | Vietnamese: a title, a list |
| the headline with "ảnh 1"; names of image files | captures of the paper, 2023 and since |
| a single short sentence may be a caption | text captures of the paper, 2022 to 2025 |
| a line in italics in one paragraph with its photo | body of anninhthudo.vn, 2019 |
| a centred line below a photo | how editors set captions before there was a markup for them |
"""

import re

from selectolax.lexbor import LexborNode

from scraper.extract.boxes import MOST_CAPTION, Figure, Paragraph
from scraper.extract.nodes import classes
from scraper.extract.text import clean

CAPTION_LENGTH = 160  # characters; longer ones are captions only if a cue says so
_LONGEST_CREDIT = 250  # characters, with its label
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
# Since 2023 the `alt` of a photo, and what is made from it, is often the name of its file.
_IMAGE_NAME = re.compile(r"[^/\\|]{1,250}\.(?:jpe?g|png|gif|webp|bmp|heic|jfif|avif|tiff?)", re.I)
_OF_PHOTOS = re.compile(_PHOTO_LABEL, re.I)
PHOTO_NUMBER = re.compile(r"[\s,.:-]*(?:-\s*)?(?:ảnh|hình)\s*(?:số\s*)?[0-9]{1,3}\s*$", re.I)
_CUE = re.compile(
    r"\((?:thứ [\w ]{1,12}|bên|ngoài cùng|hàng|đứng|ngồi|người|áo|giữa|trái|phải|ảnh)"
    r"|(?<![,;] )\bảnh\s*:|từ trái sang|trong ảnh|(?<![,;] )nguồn\s*:"
    r"|^ảnh(?: tư liệu| chụp| do\b|\.?$)|ảnh minh h[oọ]",
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
_CENTRED = re.compile(r"text-align\s*:\s*center", re.I)
_NO_CAPTIONS = {"h1", "h2", "h3", "h4", "h5", "h6", "li", "td", "th", "tr"}
_IS_CAPTION = re.compile(r"caption", re.I)


def split_credit(text: str) -> tuple[str, str]:
    """A caption's text and its credit, without label, brackets and full stop; "" if absent."""
    text = clean(text)
    if ":" not in text:
        return text, ""
    start = max(len(text) - _LONGEST_CREDIT, 0)
    match = _BRACKETED.search(text, start) or _TRAILING.search(text, start)
    if not match or not _is_credit(text[: match.start()], match[1], match[2]):
        return text, ""
    credit = match[2].strip(" .")
    if "(" not in credit:
        credit = credit.strip("()")
    return text[: match.start()].rstrip(" -–—|;,("), credit


def _is_credit(before: str, label: str, name: str) -> bool:
    """True if what a label introduces is a name: not a title ("bức ảnh: “Mùa lê”"), and not what
    a video alone is called."""
    if label[0].islower() and before.rstrip()[-1:].isalnum():
        return False
    if name.startswith(("“", '"', "‘", "«")):
        return False
    return bool(before.strip()) or bool(_OF_PHOTOS.fullmatch(label))


def is_numbered_headline(alt: str, title: str) -> bool:
    """True if an alt text is only the headline, with or without "ảnh 1" after it."""
    alt, title = clean(alt).casefold(), clean(title).casefold()
    return alt == title or PHOTO_NUMBER.sub("", alt) == title


def is_image_name(text: str) -> bool:
    """True if a text is the name of an image file, which is never a caption: "DSC_7759.JPG"."""
    return _IMAGE_NAME.fullmatch(text) is not None


def is_caption(text: str) -> bool:
    """True if a text that may be a caption or a paragraph is more likely a caption: a single
    short sentence, or one that says where in a photo somebody is, or ends in a photo's credit."""
    if len(text) > MOST_CAPTION or _SENTENCE_END.search(text):
        return says_photo(text)
    return has_cue(text) or (len(text) < CAPTION_LENGTH and not _NO_CAPTION.search(text))


def has_cue(text: str) -> bool:
    """True if a single sentence says where in a photo somebody is, or speaks of the photo."""
    return len(text) <= MOST_CAPTION and not _SENTENCE_END.search(text) and bool(_CUE.search(text))


def says_photo(text: str) -> bool:
    """True if a text ends in a photo's credit, as no paragraph does."""
    if len(text) > MOST_CAPTION or _IN_SENTENCE.search(text):
        return False
    return bool(split_credit(text)[1])


def with_captions_below(
    parts: list[Paragraph | Figure], *, is_plain: bool
) -> list[Paragraph | Figure]:
    """The parts, with captions that are printed as plain text below a photo put to that photo.

    Such a text is a caption by guess. It is right below a photo that has no caption of its own,
    reads like one (`is_caption`), and is no subhead and no link. Also, it shares one paragraph with
    its photo, or is centred, or speaks of the photo; or, if a design prints its captions no other
    way (`is_plain`), it is an ordinary paragraph with more text below it.
    """
    found: list[Paragraph | Figure] = []
    for n, part in enumerate(parts):
        above = found[-1] if found else None
        if isinstance(part, Paragraph) and isinstance(above, Figure) and _is_bare(above):
            says = _says_caption(above, part)
            if says or _is_below(above, part, is_plain and n < len(parts) - 1):
                found[-1] = above._replace(below=part.text, is_guess=not says)
                continue
        found.append(part)
    return found


def _is_bare(figure: Figure) -> bool:
    return figure.node.tag == "img" and not figure.below


def _own_caption(image: LexborNode) -> str:
    """The caption in a photo's attributes; "" for the name of its file or the headline."""
    attributes = image.attributes
    own = clean(attributes.get("data-desc") or attributes.get("cms-photo-caption") or "")
    return "" if is_image_name(own) or PHOTO_NUMBER.search(own) else own


def _says_caption(figure: Figure, text: Paragraph) -> bool:
    """True if markup says that a text is the caption of the photo above it: by its class, as a
    line in italics in one paragraph with the photo, or because an attribute repeats it."""
    holder = text.holder
    if holder is not None and any(_IS_CAPTION.search(name) for name in classes(holder)):
        return True
    image = text.image
    if text.is_slanted and image is not None and image.mem_id == figure.node.mem_id:
        return len(text.text) <= MOST_CAPTION
    return text.text == _own_caption(figure.node)


def _is_below(figure: Figure, text: Paragraph, is_plain: bool) -> bool:
    holder = text.holder
    if _own_caption(figure.node):
        return False
    if holder is None or text.is_linked or len(text.text) > MOST_CAPTION:
        return False
    if not is_caption(text.text) or text.is_bold or holder.tag in _NO_CAPTIONS:
        return False
    if is_plain or says_photo(text.text) or has_cue(text.text) or _is_centred(holder):
        return True
    return text.image is not None and text.image.mem_id == figure.node.mem_id


def _is_centred(holder: LexborNode) -> bool:
    attributes = holder.attributes
    if holder.tag == "center" or (attributes.get("align") or "").lower() == "center":
        return True
    return bool(_CENTRED.search(attributes.get("style") or "")) or "text-center" in classes(holder)
