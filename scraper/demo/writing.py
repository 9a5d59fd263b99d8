"""From an assignment (which story, when) to the story: what it says and what its page wears."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from scraper.demo import names
from scraper.demo.names import pick
from scraper.demo.prose import SECTION_SLUGS, ProseWriter, shared, topic
from scraper.demo.story import DRESSES, Block, Dress, Photo, Player, Story, Text
from scraper.models import Weather
from scraper.times import VIETNAM

# Of twenty stories, this many in each layout; the order spreads them over the paper.
_LAYOUTS = (
    "article", "photo", "article", "video", "article", "emagazine", "article", "article",
    "podcast", "article", "live", "article", "photo", "article", "infographic", "article",
    "video", "article", "emagazine", "article",
)  # fmt: skip
# Roots of primes: their multiples spread each choice evenly over the paper, and no two choices
# move together, so that a small paper shows every option and a larger one every pair.
_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43)
_STEPS = {name: prime**0.5 % 1.0 for name, prime in zip(DRESSES, _PRIMES, strict=True)}
_SKIES = (
    "Nhiều mây, không mưa", "Trời nắng", "Có mưa rào và dông", "Mây thay đổi, ngày nắng",
    "Sương mù nhẹ", "Nhiều mây, có mưa nhỏ",
)  # fmt: skip
_WEATHER_PLACES = ("Lào Cai", "Sa Pa", "Bắc Hà", "Mường Khương", "Văn Bàn", "Yên Bái")


@dataclass(frozen=True, slots=True)
class Assignment:
    """Everything a story is made from."""

    seed: int
    index: int
    article_id: int
    published_at: datetime  # UTC, whole minutes
    template: str = ""  # "site2022", or "" for today's
    layout: str = ""  # "" to take the layout whose turn it is


def write_story(assignment: Assignment) -> Story:
    """The story; equal assignments give equal stories."""
    rng = Random(assignment.seed * 10_000_019 + assignment.article_id)
    template = assignment.template or "onecms"
    about = topic(pick(rng, SECTION_SLUGS))
    writer = ProseWriter(rng, about, assignment.published_at.astimezone(VIETNAM))
    layout = assignment.layout or _LAYOUTS[assignment.index % len(_LAYOUTS)]
    layout = layout if template == "onecms" else "article"
    dress = _dress(assignment)
    title = writer.one("titles")
    lead = writer.one("leads")
    # The dateline mark was dropped little by little, some time after the change of design.
    if template == "site2022" or rng.random() < 0.12:
        lead = "LCĐT - " + lead
    cover, blocks = _body(writer, layout, template, assignment.article_id)
    delay = timedelta(minutes=int(rng.random() * 60 * 40))
    is_old = template == "site2022"
    signed = dress.byline != "unsigned" and not is_old
    return Story(
        article_id=assignment.article_id,
        slug=slugify(title),
        title=title,
        lead=lead,
        blocks=blocks,
        cover=cover,
        published_at=assignment.published_at,
        modified_at=assignment.published_at + delay if rng.random() < 0.4 else None,
        page_clock_at=assignment.published_at + delay if is_old else None,
        page_clock_zone="GMT+7" if rng.random() < 0.2 else "UTC-0",
        section=about.name,
        section_slug=about.slug,
        byline=_byline(rng) if signed else (),
        tags=() if is_old else tuple(rng.sample(about.tags, 1 + int(rng.random() * 4))),
        weather=_weather(rng, dress.weather, template),
        source_line="" if dress.source == "none" or is_old else "Theo Bản tin Suối Mây",
        template=template,
        layout=layout,
        dress=dress,
    )


def slugify(title: str) -> str:
    """`title` as addresses write it: marks off, words joined by hyphens."""
    bare = unicodedata.normalize("NFD", title.lower().replace("đ", "d"))
    return re.sub(r"[^a-z0-9]+", "-", re.sub(r"[\u0300-\u036f]", "", bare)).strip("-")


def _dress(assignment: Assignment) -> Dress:
    place = assignment.index + 7 * assignment.seed
    return Dress(
        **{
            name: options[int(place * _STEPS[name] % 1.0 * len(options))]
            for name, options in DRESSES.items()
        }
    )


def _byline(rng: Random) -> tuple[str, ...]:
    return tuple(rng.sample(names.REPORTERS, 2 if rng.random() < 0.25 else 1))


def _photo(writer: ProseWriter, article_id: int, number: int, plain: bool = False) -> Photo:
    rng = writer.rng
    folder = f"{rng.getrandbits(160):040x}"
    address = f"https://cdn.baolaocai.example/images/{folder}/anh-{article_id}-{number}.jpg"
    if plain:
        return Photo("", "", address)
    shape = rng.random()
    text = writer.one("captions") if shape < 0.93 else ""
    credit = pick(rng, names.PHOTOGRAPHERS) if shape < 0.5 or shape > 0.97 else ""
    return Photo(text, credit, address)


def _paragraph(writer: ProseWriter, sentences: list[str]) -> Text:
    count = 1 + int(writer.rng.random() * 4)
    lines = [sentences.pop() for _ in range(min(count, len(sentences)))]
    if writer.rng.random() < 0.3:
        lines.insert(len(lines) // 2, writer.one("quotes", shared()))
    return Text("p", (" ".join(lines),))


def _body(
    writer: ProseWriter, layout: str, template: str, article_id: int
) -> tuple[Photo | None, tuple[Block, ...]]:
    match layout:
        case "photo":
            count = 5 + int(writer.rng.random() * 6)
            return None, tuple(_photo(writer, article_id, n) for n in range(1, count + 1))
        case "infographic":
            return None, (_photo(writer, article_id, 1, plain=True),)
        case "video" | "podcast":
            return None, _player_body(writer, layout)
        case "live":
            return None, _live_body(writer, article_id)
    has_cover = layout == "article" and template == "onecms" and writer.rng.random() < 0.3
    cover = _photo(writer, article_id, 0) if has_cover else None
    return cover, _article_body(writer, article_id, 9 if layout == "emagazine" else 6, template)


def _player_body(writer: ProseWriter, layout: str) -> tuple[Block, ...]:
    captioned = writer.rng.random() < 0.6
    player = Player(layout, writer.one("players", shared()) if captioned else "")
    sentences = writer.some("sentences", 6)
    paragraphs = [_paragraph(writer, sentences) for _ in range(int(writer.rng.random() * 3))]
    return (player, *paragraphs)


def _live_body(writer: ProseWriter, article_id: int) -> tuple[Block, ...]:
    at = datetime(2000, 1, 1, 16, 40) - timedelta(minutes=int(writer.rng.random() * 90))
    blocks: list[Block] = []
    for number, line in enumerate(writer.some("live", 7, shared()), 1):
        blocks.append(Text("live", (line, *writer.some("sentences", 1)), f"{at:%H:%M}"))
        if number % 3 == 0:
            blocks.append(_photo(writer, article_id, number))
        at -= timedelta(minutes=6 + int(writer.rng.random() * 40))
    return tuple(blocks)


def _article_body(
    writer: ProseWriter, article_id: int, length: int, template: str
) -> tuple[Block, ...]:
    rng = writer.rng
    count = length + int(rng.random() * 4)
    sentences = writer.some("sentences", 2 * count) + writer.some("sentences", count, shared())
    rng.shuffle(sentences)
    blocks: list[Block] = [_paragraph(writer, sentences) for _ in range(count) if sentences]
    extras = _extras(writer)
    if template == "site2022":
        extras = [extra for extra in extras if extra.kind in ("p", "quote")]
    for extra in extras:
        blocks.insert(1 + int(rng.random() * (len(blocks) - 1)), extra)
    for number in range(1, 2 + int(rng.random() * 3)):
        blocks.insert(int(rng.random() * len(blocks)), _photo(writer, article_id, number))
    return tuple(blocks)


def _extras(writer: ProseWriter) -> list[Text]:
    """Subheads, lists, tables, quotations and notes: some of each now and then."""
    rng, extras = writer.rng, []
    if rng.random() < 0.5:
        extras += [Text("subhead", (line,)) for line in writer.some("subheads", 2)]
    if rng.random() < 0.25:
        extras.append(Text("list", tuple(writer.some("bullets", 4, shared()))))
    if rng.random() < 0.2:
        extras.append(_table(writer))
    if rng.random() < 0.25:
        extras.append(Text("quote", (writer.one("quotes", shared()),)))
    if rng.random() < 0.25:
        extras.append(Text("note", tuple(writer.some("notes", 2, shared()))))
    return extras


def _table(writer: ProseWriter) -> Text:
    rng = writer.rng
    rows = [writer.one("tablehead", shared())]
    for _ in range(3):
        name = names.village(rng).split(" ", 1)[1]
        rows.append(f"{name} | {int(rng.random() * 900)} | {int(rng.random() * 99)},5")
    return Text("table", tuple(rows))


def _weather(rng: Random, where: str, template: str) -> tuple[Weather, ...]:
    if where == "none" and template == "onecms":
        return ()
    if where == "labels" or (template == "site2022" and rng.random() < 0.7):
        return (Weather("Lào Cai", "Lào Cai Dự báo thời tiết"),)
    count = 3 if where == "side many" and template == "onecms" else 1
    return tuple(_forecast(rng, place) for place in rng.sample(_WEATHER_PLACES, count))


def _forecast(rng: Random, place: str) -> Weather:
    low, humidity = int(rng.random() * 22) - 1, 55 + int(rng.random() * 43)
    sky = pick(rng, _SKIES)
    if rng.random() < 0.5:
        high = low + 3 + int(rng.random() * 8)
        text = f"{place} {low} - {high}°C Độ ẩm: {humidity}% {sky}"
        return Weather(place, text, None, low, high, humidity, sky)
    degrees = f"{low}°C" if rng.random() < 0.6 else f"{low} °C"
    return Weather(
        place, f"{place} {degrees} Độ ẩm: {humidity}% {sky}", low, None, None, humidity, sky
    )
