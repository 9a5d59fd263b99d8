"""The lines of a text capture: which are paragraphs, which are captions, what is left out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from scraper.extract import line_kinds as kinds
from scraper.extract.byline import is_names, is_source
from scraper.extract.captions import is_caption, split_credit
from scraper.extract.furniture import LEAD_MARK, ends_article, without_navigation
from scraper.extract.trace import Choice
from scraper.models import NO_HEADLINE, Caption

LEFT_OUT, GUESSED = "text left out", "captions guessed"
CUT_SHORT = "cut short"
_MOST_ABOVE_LEAD = 3  # captions between headline and lead
_LEAST_LEAD = 120  # characters, below the cover photo's name; leads of the paper have 130 to 450
_LONGER_THAN_SUBHEAD = 100  # characters
# Photo essays and infographics list leads of current articles below a bare lead. Two captures show
# that: each has four such leads, of 233 to 435 characters, and each shares at most two pairs of
# syllables with the lead and the address. In 12 captures of articles a paragraph shares 4 or more.
_LEAST_FOREIGN = 120  # characters
_FEWEST_FOREIGN, _MOST_FOREIGN = 3, 8  # lines; a capture with more of them is an article's
_MOST_SHARED = 2
# Pairs of syllables that any two articles of this paper may share.
_COMMON = frozenset(
    "lao cai|nguoi dan|du khach|dia phuong|dia ban|viet nam|thoi gian|yen bai|sa pa|tinh lao"
    "|thanh pho|tren dia|trong nhung|nhung nam|cua tinh".split("|")
)
# A quotation and then who said it: a paragraph's, never a lead's.
_QUOTES_SOMEBODY = re.compile(
    r"[”\"],? (?:(?:ông|bà|anh|chị|em|đồng chí)\b|[A-ZÀ-ỸĐ][^\W\d]+ [A-ZÀ-ỸĐ])"
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the capture, with what is known of it."""

    text: str
    is_beside: bool = False  # no blank line is above it, though blank lines separate paragraphs
    below_photo: bool = False  # a photo's name is right above it
    is_caption: bool = False


@dataclass(slots=True)
class Kept:
    """The lines of the article, and what was left out."""

    is_whole: bool  # the capture shows the page's frame
    lines: list[Line] = field(default_factory=list)
    times: list[str] = field(default_factory=list)  # printed beside or below the headline
    photos: int = 0  # photos' names
    excluded: list[Choice] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)

    def exclude(self, rule: str, text: str) -> None:
        """Leave out a line of a known kind."""
        self.excluded.append(Choice("excluded", rule, text))

    def leave_out(self, rule: str, text: str) -> None:
        """Leave out a text that may be one of the article's: a reader should look."""
        self.exclude(rule, text)
        self.flags.append(LEFT_OUT)


@dataclass(frozen=True, slots=True)
class Headed:
    """Where the headline is, and what is above it."""

    title: str  # "" if the capture does not show it
    below: int  # the first line below it
    kicker: str = ""
    lead: str = ""
    above: tuple[str, ...] = ()  # paragraphs


def keep_text(lines: Sequence[Line], title: str, slug: str, kept: Kept) -> None:
    """The lines that are text or caption; `kept` notes the others. `slug`: the address's words."""
    below_photo = False
    is_live = sum(kinds.is_clock(line.text) for line in lines) > 1
    for line in lines:
        text = kinds.without_cell_ends(line.text)
        alt = kinds.photo_alt(text, title or slug)
        if alt is not None:
            kept.photos += 1
            kept.exclude("a photo's name", line.text)
            below_photo = True
            if alt:
                kept.lines.append(replace(line, text=alt, is_caption=True))
            continue
        if not (is_live and kinds.is_clock(text)) and _is_furniture(text, title, kept):
            kept.exclude("furniture of the page", line.text)
            continue
        if _is_repeated(text, title, kept):
            kept.exclude("printed twice", text)
            continue
        kept.lines.append(replace(line, text=text, below_photo=below_photo))
        below_photo = False
    if len(kept.lines) > 1 and is_source(kept.lines[-1].text):
        kept.exclude("source line", kept.lines.pop().text)
    if len(kept.lines) > 1 and is_names(kept.lines[-1].text):
        kept.leave_out("signature", kept.lines.pop().text)
    if kept.lines and kinds.is_cut_name(kept.lines[-1].text):
        kept.exclude("a photo's name", kept.lines.pop().text)


def _is_repeated(text: str, title: str, kept: Kept) -> bool:
    """True if a line is kept already; one that is repeated at once is marked as a caption.

    A photo's `alt` repeats its caption. A lead is printed again for phones.
    """
    if not kept.lines or kept.lines[-1].text != text:
        return kinds.is_sentence(text) and any(line.text == text for line in kept.lines)
    is_lead = text.startswith(LEAD_MARK) or (title and len(kept.lines) == 1)
    if is_caption(text) and not is_lead:
        kept.lines[-1] = replace(kept.lines[-1], is_caption=True)
    return True


def _is_furniture(text: str, title: str, kept: Kept) -> bool:
    """True if a line is no text of the article; a time below the headline is noted."""
    above = sum(not line.is_caption for line in kept.lines)
    if kinds.is_time_line(text):
        if not above and title:
            kept.times.append(text)
        else:
            kept.flags.append(LEFT_OUT)
        return True
    if above <= 1 and (is_names(text) or is_source(text)):  # beside the lead
        kept.flags.append(LEFT_OUT)
        return True
    letters = kinds.letters(kinds.take_apart(text, kinds.letters(title)).text)
    is_title = bool(title) and letters == kinds.letters(title)
    return is_title or ends_article(text) or not without_navigation(text)


def take_lead(kept: Kept, headed: Headed, slug: str, *, is_emagazine: bool) -> str:
    """The lead, which is taken from the lines; captions are marked and foreign leads dropped."""
    has_title = bool(headed.title)
    if not has_title:
        kept.flags.append(NO_HEADLINE)
    _mark_captions(kept, has_title=has_title)
    if headed.lead:
        kept.lines = [line for line in kept.lines if line.text != headed.lead]
    lead = headed.lead or _find_lead(kept, has_title, is_emagazine)
    if not kept.is_whole:
        _drop_foreign(kept, f"{lead} {headed.title} {slug}", bool(lead))
        if kept.lines and _breaks_off(kept.lines[-1]):
            kept.flags.append(CUT_SHORT)
    return lead or _only_line(kept, headed)


def _mark_captions(kept: Kept, *, has_title: bool) -> None:
    """Mark the captions among the lines, on the grounds of line_kinds."""
    is_named = any(line.below_photo for line in kept.lines)
    are_beside = any(line.below_photo and line.is_beside for line in kept.lines)
    for n, line in enumerate(kept.lines):
        is_below = line.below_photo and (line.is_beside or not are_beside)
        is_lead = has_title and n == 0 and not line.is_beside and len(line.text) >= _LEAST_LEAD
        if kinds.shows_photo(line.text) or (
            is_below and not is_lead and kinds.may_follow_name(line.text, is_beside=line.is_beside)
        ):
            kept.lines[n] = replace(line, is_caption=True)
    lead = _lead_number(kept, has_title)
    if has_title:
        # Nothing but the cover photo's caption is between the headline and a marked lead.
        for n in range(lead):
            if is_caption(kept.lines[n].text) and kept.lines[n].text.endswith("."):
                kept.lines[n] = replace(kept.lines[n], is_caption=True)
    n = lead + 1
    if is_named or n + 1 >= len(kept.lines):
        return
    line, after = kept.lines[n], kept.lines[n + 1]
    if line.is_caption or after.is_caption:
        return
    if kinds.may_follow_lead(line.text, after.text):
        kept.lines[n] = replace(line, is_caption=True)
        kept.flags += [] if kept.is_whole else [GUESSED]


def _lead_number(kept: Kept, has_title: bool) -> int:
    """The number of the marked line among the first, else 0: no paragraph is above a lead.

    Several marked lines below another are the leads of other articles.
    """
    marked = [n for n in range(len(kept.lines)) if _marked(kept, n)]
    if len(marked) != 1 or marked[0] > _MOST_ABOVE_LEAD:
        return 0
    above = (line.text for line in kept.lines[: marked[0]])
    shortest = _LONGER_THAN_SUBHEAD if has_title else 0
    is_below_text = any(kinds.is_sentence(text) and len(text) > shortest for text in above)
    return 0 if is_below_text else marked[0]


def _marked(kept: Kept, n: int) -> bool:
    return kept.lines[n].text.startswith(LEAD_MARK)


def _find_lead(kept: Kept, has_title: bool, is_emagazine: bool) -> str:
    """The lead, taken from the lines; "" if the capture does not show that a line is one.

    It is the line with the newspaper's dateline mark; else the line right below the headline;
    else the first line of a capture without headline, if a caption is right below it.
    """
    n = _lead_number(kept, has_title)
    if kept.lines and _marked(kept, n):
        return kept.lines.pop(n).text
    if is_emagazine or not kept.lines or kept.lines[0].is_caption:
        return ""
    is_followed = len(kept.lines) > 1 and kept.lines[1].is_caption
    if kinds.is_sentence(kept.lines[0].text) and (has_title or is_followed):
        return kept.lines.pop(0).text
    return ""


def _only_line(kept: Kept, headed: Headed) -> str:
    """The lead of a capture without headline, of which nothing else is the article's."""
    is_alone = not headed.title and len(kept.lines) == 1 and not kept.lines[0].is_caption
    return kept.lines.pop(0).text if is_alone and kinds.is_sentence(kept.lines[0].text) else ""


def _drop_foreign(kept: Kept, own: str, has_lead: bool) -> None:
    """Leave out other articles' leads: all that follows a lone lead, or a second marked one."""
    texts = [n for n, line in enumerate(kept.lines) if not line.is_caption]
    # No article has a second dateline mark, nor one below a paragraph.
    second = next((n for n in texts if _marked(kept, n)), len(kept.lines))
    if not has_lead:
        own = f"{own} {kept.lines[texts[0]].text}" if texts else own
        texts = texts[1:]
    has_own_photo = texts and any(line.is_caption for line in kept.lines[texts[0] :])
    if not has_own_photo and _are_foreign(own, [kept.lines[n].text for n in texts]):
        second = texts[0]
    for line in kept.lines[second:]:
        kept.leave_out("another article's lead", line.text)
    del kept.lines[second:]


def _are_foreign(own: str, lines: Sequence[str]) -> bool:
    """True if `lines`, all that follows the lead, are other articles' leads.

    `own`: the lead, and the headline or the words of the address.
    """
    whole = lines[:-1]  # the capture may end within the last one
    if not _FEWEST_FOREIGN <= len(lines) <= _MOST_FOREIGN:
        return False
    if any(len(line) < _LEAST_FOREIGN for line in whole):
        return False
    if any(kinds.opens_news(line) or _QUOTES_SOMEBODY.search(line) for line in lines):
        return False
    spoken_of = _pairs(own)
    return all(len(spoken_of & _pairs(line)) <= _MOST_SHARED for line in lines)


def _pairs(text: str) -> set[str]:
    """The pairs of neighbouring syllables, without marks: most Vietnamese words are such pairs."""
    syllables = [kinds.letters(syllable) for syllable in re.findall(r"\w+", text)]
    return {f"{first} {second}" for first, second in pairwise(syllables)} - _COMMON


def _breaks_off(line: Line) -> bool:
    """True if a paragraph ends within a sentence."""
    return len(line.text) > _LONGER_THAN_SUBHEAD and not kinds.is_sentence(line.text)


def separate(lines: Sequence[Line], above: Sequence[str]) -> tuple[list[str], list[Caption]]:
    """Paragraphs, those above the headline first, and captions."""
    paragraphs = list(above)
    captions: list[Caption] = []
    for line in lines:
        if line.is_caption:
            text, credit = split_credit(line.text)
            captions.append(Caption(text, credit, "", len(paragraphs), "guess"))
        else:
            paragraphs.append(line.text)
    return paragraphs, captions
