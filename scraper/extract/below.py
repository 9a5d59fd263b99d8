"""Captions that are printed as plain text below their photo, in no element of the photo's own.

Such a text is a caption by guess, on these grounds: it stands right below a photo that has no
caption of its own, and it reads like one (`captions.is_caption`), is no subhead and no link. It
stands in one paragraph or box with its photo, or is centred, or speaks of the photo; or, where a
design prints its captions no other way (`is_plain`), it is an ordinary paragraph with more text
below it.
"""

import re
from dataclasses import replace
from itertools import islice

from selectolax.lexbor import LexborNode

from scraper.extract.blocks import Figure, Paragraph
from scraper.extract.captions import MOST_CAPTION, has_cue, is_caption, says_photo
from scraper.extract.nodes import BLOCK_TAGS, classes

_CENTRED = re.compile(r"text-align\s*:\s*center", re.I)
_NO_CAPTIONS = {"h1", "h2", "h3", "h4", "h5", "h6", "li", "td", "th", "tr"}
_MOST_IN_BOX = 4  # elements; a photo, a line break and a text are fewer
_IS_CAPTION = re.compile(r"caption", re.I)


def with_captions_below(
    parts: list[Paragraph | Figure], *, is_plain: bool
) -> list[Paragraph | Figure]:
    """The parts, with each such text put to its photo."""
    found: list[Paragraph | Figure] = []
    for n, part in enumerate(parts):
        above = found[-1] if found else None
        if isinstance(part, Paragraph) and isinstance(above, Figure) and _is_bare(above):
            says = _says_caption(part.holder)
            if says or _is_below(above, part, is_plain and n < len(parts) - 1):
                found[-1] = replace(above, below=part.text, is_guess=not says)
                continue
        found.append(part)
    return found


def _is_bare(figure: Figure) -> bool:
    image = figure.node
    has_own = image.attributes.get("data-desc") or image.attributes.get("cms-photo-caption")
    return image.tag == "img" and not figure.below and not has_own


def _says_caption(holder: LexborNode | None) -> bool:
    return holder is not None and any(_IS_CAPTION.search(name) for name in classes(holder))


def _is_below(figure: Figure, text: Paragraph, is_plain: bool) -> bool:
    holder = text.holder
    if holder is None or text.is_linked or len(text.text) > MOST_CAPTION:
        return False
    if not is_caption(text.text) or text.is_bold or holder.tag in _NO_CAPTIONS:
        return False
    if is_plain or says_photo(text.text) or has_cue(text.text) or _is_centred(holder):
        return True
    if text.image is not None and text.image.mem_id == figure.node.mem_id:
        return True
    return _is_box_of(figure.node, holder)


def _is_box_of(image: LexborNode, holder: LexborNode) -> bool:
    """Whether a photo and the block with a text stand in a box of their own."""
    box = _block(image)
    if holder.parent is None or holder.parent.mem_id != box.mem_id:
        return False
    return len(list(islice(box.iter(), _MOST_IN_BOX))) < _MOST_IN_BOX


def _block(node: LexborNode) -> LexborNode:
    """The nearest block around an element."""
    while node.parent is not None and node.tag not in BLOCK_TAGS:
        node = node.parent
    return node


def _is_centred(holder: LexborNode) -> bool:
    attributes = holder.attributes
    if holder.tag == "center" or (attributes.get("align") or "").lower() == "center":
        return True
    return bool(_CENTRED.search(attributes.get("style") or "")) or "text-center" in classes(holder)
