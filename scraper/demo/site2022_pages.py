"""Article pages as the 2022 site showed them: order of a real capture, class names invented."""

from collections.abc import Sequence
from html import escape

from scraper.demo import frame
from scraper.demo.markup import typed, weather_box
from scraper.demo.story import Photo, Story, Text, page_clock_text


def render(story: Story, others: Sequence[Story]) -> bytes:
    """The page of one story; `others` fill its lists."""
    blocks = "".join(_block(story, block) for block in story.blocks)
    return (
        '<!doctype html><html data-n-head-ssr lang="vi"><head><meta charset="utf-8">'
        f"<title>{escape(story.title)}</title>"
        f'<link rel="preload" href="/_nuxt/7c1f.js" as="script">{frame.head()}</head><body>'
        f'<div id="__nuxt"><div id="__layout"><div class="d-float"><a href="/zalo">Zalo</a></div>'
        f'<div class="v-bar">{frame.navigation()}<div><a href="/">Báo Lào Cai</a></div>'
        f"<div>{page_clock_text(story)}</div><div>Hotline: 0986575708</div></div>"
        f'<div class="v-main"><h1 class="d-ttl">{escape(story.title)}</h1>'
        f'<div class="d-sp"><strong>{typed(story.lead, story.dress.quirk)}</strong></div>'
        f'<div class="d-ct">{blocks}</div></div>'
        f'<div class="v-side"><h3>Multimedia</h3></div>'
        f"{weather_box(story.weather, 'Thời tiết Lào Cai')}"
        f"{frame.story_list('Tin mới nhất', others[:24])}</div></div>"
        '<script>window.__NUXT__={layout:"default",data:[{}],error:null}</script>'
        '<script src="/_nuxt/7c1f.js" defer></script></body></html>'
    ).encode()


def _block(story: Story, block: object) -> str:
    if isinstance(block, Photo):
        return _photo(story, block)
    if isinstance(block, Text):
        return "".join(f"<p>{typed(line, story.dress.quirk)}</p>" for line in block.lines)
    return ""


def _photo(story: Story, photo: Photo) -> str:
    credit = f" Ảnh: {photo.credit}" if photo.credit else ""
    caption = escape(f"{photo.text}{credit}".strip())
    image = f'<img src="{escape(photo.image_url)}">'
    if story.dress.skin == "figure":
        text = f"<figcaption>{caption}</figcaption>" if caption else ""
        return f"<figure>{image}{text}</figure>"
    text = f'<p class="caption">{caption}</p>' if caption else ""
    return f'<div class="picture">{image}{text}</div>'
