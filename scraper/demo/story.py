"""A story as the newsroom published it: the truth that pages are made from, never read off them.

`Story.blocks` holds the body in page order; `Dress` says in which of the markups that the paper
uses (SITE facts) the page wears it. Both together decide what the page says, as `truth` does.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from scraper.models import Article, Caption, Weather
from scraper.times import VIETNAM

_CLOCK_DAYS = ("Thứ 2", "Thứ 3", "Thứ 4", "Thứ 5", "Thứ 6", "Thứ 7", "Chủ nhật")


@dataclass(frozen=True, slots=True)
class Text:
    """Body text; each line is a paragraph of its own."""

    kind: str  # "p", "subhead", "quote", "note", "list", "table" (cells joined " | "), "live"
    lines: tuple[str, ...]
    at: str = ""  # of a live report's entry: "09:15", printed above its lines


@dataclass(frozen=True, slots=True)
class Photo:
    """One photo, with or without a caption."""

    text: str  # "" without caption
    credit: str  # "" without credit
    image_url: str  # full size


@dataclass(frozen=True, slots=True)
class Player:
    """A video or podcast, with or without a caption."""

    kind: str  # "video", "podcast"
    text: str
    credit: str = ""


Block = Text | Photo | Player


@dataclass(frozen=True, slots=True)
class Dress:
    """Which of the known markups this page wears; each field names one of its tuple of options."""

    photo: str
    lazy: str  # which attribute holds the full-size address
    alt: str  # what a photo's alt says
    credit: str  # how a credit is printed
    time: str  # where the publication time is stated
    byline: str
    lead: str
    paragraphs: str
    read_also: str
    source: str  # where the source line is
    weather: str  # where the widget is
    quirk: str  # of the typist: NFD, &nbsp;, zero-width characters
    skin: str  # 2022 site: which of its page builds
    og_suffix: str  # after the headline in og:title


DRESSES: dict[str, tuple[str, ...]] = {
    "photo": (
        "table",
        "table with link",
        "figure.article-avatar",
        "figure.picture",
        "figure",
        "div.article-photo",
    ),
    "lazy": ("data-src", "src", "data-photo-original-src", "data-large-src"),
    "alt": ("headline", "caption", "none"),
    "credit": ("Ảnh: {}", "(Ảnh: {})", "Ảnh: {}.", "padded"),
    "time": (
        "everywhere",
        "datetime +07:00",
        "json-ld",
        "meta",
        "time text",
        "datetime +0700",
        "text",
        "itemprop",
        "date only",
    ),
    "byline": ("above", "in body", "below", "in body", "unsigned"),
    "lead": ("div", "h2", "div p"),
    "paragraphs": ("p", "p justify", "p", "br", "div"),
    "read_also": ("article-relate", "notebox", ">>>", "related-news", "none"),
    "source": ("none", "below", "none", "in body"),
    "weather": ("side", "header", "labels", "side many", "none"),
    "quirk": ("none", "nfd", "nbsp", "none", "zero-width", "links"),
    "skin": ("figure", "div caption"),
    "og_suffix": (" | Báo Lào Cai", "", " - Báo Lào Cai điện tử"),
}

# Where each way of stating the time puts it, in the words of `published_source`.
_STATED = {
    "everywhere": ("meta", "json-ld", "time"),
    "datetime +07:00": ("time", "json-ld"),
    "datetime +0700": ("time",),
    "json-ld": ("json-ld",),
    "meta": ("meta",),
    "itemprop": ("meta",),
    "time text": ("time", "text"),
    "text": ("text", "time"),
    "date only": ("time (date only)", "text (date only)"),
}
STATES_MODIFIED = ("everywhere", "json-ld", "meta")


@dataclass(frozen=True, slots=True)
class Story:
    """One invented article, complete."""

    article_id: int
    slug: str
    title: str
    lead: str
    blocks: tuple[Block, ...]
    cover: Photo | None  # outside the body, before it
    published_at: datetime  # aware, UTC, whole minutes; lists state it even if the page does not
    modified_at: datetime | None
    page_clock_at: datetime | None  # 2022 site only
    page_clock_zone: str  # "UTC-0", "GMT+7"
    section: str  # "Kinh tế"
    section_slug: str  # "kinh-te"
    byline: tuple[str, ...]
    tags: tuple[str, ...]
    weather: tuple[Weather, ...]
    source_line: str  # "Theo TTXVN"; "" for none
    template: str  # "onecms", "site2022"
    layout: str  # "article", "photo", "emagazine", "video", "podcast", "infographic", "live"
    dress: Dress

    @property
    def path(self) -> str:
        """The address's path, in the form of the story's era."""
        return self.old_path if self.template == "site2022" else self.new_path

    @property
    def old_path(self) -> str:
        """The path in use up to early 2023."""
        return f"/bai-viet/{self.article_id}-{self.slug}"

    @property
    def new_path(self) -> str:
        """The path in use since 2023."""
        return f"/{self.slug}-post{self.article_id}.html"

    @property
    def photos(self) -> tuple[Photo, ...]:
        """Every photo in page order, the cover first."""
        cover = (self.cover,) if self.cover else ()
        return cover + tuple(block for block in self.blocks if isinstance(block, Photo))


def truth(story: Story, base_url: str) -> Article:
    """What a perfect reader of the story's page at `base_url` would file."""
    states_time = story.template == "onecms"
    published = _printed_time(story) if states_time else None
    return Article(
        url=base_url + story.path,
        article_id=story.article_id,
        title=story.title,
        lead=story.lead,
        paragraphs=tuple(line for block in story.blocks for line in printed_lines(block)),
        captions=_captions(story),
        published_at=published,
        published_source=published_sources(story)[0] if published else "",
        modified_at=story.modified_at if states_modified(story) else None,
        page_clock_at=story.page_clock_at,
        page_clock_text=page_clock_text(story),
        section=story.section if states_time else "",
        byline=story.byline if states_time else (),
        tags=story.tags if states_time else (),
        weather=story.weather,
        template=story.template,
        layout=story.layout,
        photo_count=len(story.photos),
    )


def published_sources(story: Story) -> tuple[str, ...]:
    """Every place that states the publication time, as `published_source` names them."""
    return _STATED[story.dress.time] if story.template == "onecms" else ()


def states_modified(story: Story) -> bool:
    """True if the page says when it was last changed."""
    stated = story.template == "onecms" and story.dress.time in STATES_MODIFIED
    return stated and story.modified_at is not None


def printed_lines(block: Block) -> tuple[str, ...]:
    """The paragraphs that a block adds to the body."""
    if not isinstance(block, Text):
        return ()
    return (block.at, *block.lines) if block.at else block.lines


def page_clock_text(story: Story) -> str:
    """The clock in a 2022 page's header: "Thứ 7, 3/12/2022, 08:38 [UTC-0]"; "" on others."""
    if story.page_clock_at is None:
        return ""
    at = story.page_clock_at
    if story.page_clock_zone == "GMT+7":
        at = at.astimezone(VIETNAM)
    day = f"{_CLOCK_DAYS[at.weekday()]}, {at.day}/{at.month}/{at.year}"
    return f"{day}, {at:%H:%M} [{story.page_clock_zone}]"


def _printed_time(story: Story) -> datetime:
    if story.dress.time != "date only":
        return story.published_at
    local = story.published_at.astimezone(VIETNAM)
    return local.replace(hour=0, minute=0).astimezone(UTC)


def _captions(story: Story) -> tuple[Caption, ...]:
    captions, before = [], 0
    for block in (story.cover, *story.blocks):
        if isinstance(block, (Photo, Player)) and (block.text or block.credit):
            address = block.image_url if isinstance(block, Photo) else ""
            captions.append(Caption(block.text, block.credit, address, before))
        elif isinstance(block, Text):
            before += len(printed_lines(block))
    return tuple(captions)
