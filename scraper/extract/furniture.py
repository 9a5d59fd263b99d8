"""Lines that a page shows around its article, as markup or as plain text.

Labels of buttons, players, comment boxes and footers are whole lines, and none is a sentence of
news. The words are those that pages of the same system print, and those of video.js, whose player
they use. Clock, hotline and side blocks are those of the paper's capture of 2022; the navigation
above e-magazines is in its captures of 2024.
"""

import re
from collections.abc import Sequence

from scraper.extract.boxes import is_list_heading
from scraper.extract.dates import read_page_clock
from scraper.extract.weather import is_weather_heading, read_weather
from scraper.models import Weather

_SHARE = (
    r"(?:zalo|facebook|messenger|twitter|x|telegram|youtube|tiktok|e-?mail|google news|copy link"
    r"|in(?: bài)?(?: viết)?|lưu(?: bài)?(?: viết)?|chia sẻ(?: bài viết| ngay)?|thích(?: \d+)?"
    r"|sao chép (?:liên kết|link)(?: thành công)?|gửi email)"
)
_LAYOUT = r"(?:e-?magazine|longform|infographics?|podcast)"
_CLOCK = r"\d{1,2}:\d\d(?::\d\d)?"
_FORMS = {
    "share buttons": rf"(?:{_SHARE}(?:[\s|/·•,]+|$))+",
    "button": (
        r"báo lào cai|menu|tìm kiếm|đăng nhập|đăng ký(?: nhận (?:bản )?tin.{0,40})?|gửi góp ý"
        r"|báo lỗi(?: nội dung)?|trích dẫn|(?:lên|về) đầu trang|a\s?-\s*a\s*a\s?\+"
        r"|phóng to(?: ảnh)?|xem ảnh .{0,40}|(?:xem|đọc) (?:thêm|tiếp)\s*[:.…>»]*"
        rf"|{_LAYOUT}(?:\s+(?:{_LAYOUT}|video))*|quảng cáo|advertisement"
    ),
    "read-aloud player": (
        rf"{_CLOCK}(?:\s*/\s*{_CLOCK})?|\d(?:[.,]\d{{1,2}})?x|giọng đọc|tốc độ(?: đọc)?"
        r"|[•*·-]?\s*(?:giọng(?: đọc)?\s*:?\s*)?(?:nam|nữ)(?: miền)? (?:bắc|trung|nam)"
        r"|nghe (?:bài(?: viết)?(?: này)?|đọc (?:báo|bài(?: viết)?)|audio)"
    ),
    "video player": (
        r"trình phát video.{0,40}|video player is loading\.?|play(?: video)?|pause|(?:un)?mute"
        r"|(?:current|remaining) time.{0,12}|duration.{0,12}|loaded: .{0,12}|playback rate"
        r"|fullscreen|trình duyệt(?: của bạn)? không hỗ trợ .{0,60}"
    ),
    "follow button": (
        r"(?:theo dõi|quan tâm) (?:báo|chúng tôi|kênh)\b.{0,60}? (?:trên|qua)"
        r" (?:google news|facebook|zalo|youtube|tiktok)(?: (?:để|tại) .{0,80})?"
        r"|báo lào cai trên google news"
    ),
    "comments": (
        r"(?:bình luận|ý kiến)\s*\(\d+\)|ý kiến (?:của bạn|bạn đọc|độc giả)"
        r"|(?:hãy )?(?:gửi|viết|để lại|thêm) (?:\S+ ){0,3}?bình luận.{0,40}"
        r"|bạn (?:cần|phải) đăng nhập.{0,40}"
    ),
    "link to another article": (
        r"(?:>{1,3}|»|►|▶|→)\s?.{1,200}|\[[^\]]*\]\(https?://[^)]*\)|https?://\S+"
        r"|\[?(?:(?:xem|đọc) thêm|xem ngay|mời (?:\S+ ){0,2}xem thêm|(?:tin|bài) liên quan)\]?"
        r"\s*[:>»].{1,200}"
    ),
    "tags": r"(?:từ kh[óo][aá]|tags?|chủ đề|sự kiện)\s*:.{0,300}|(?:#[^\s#,]+[\s,]*)+",
    "footer": (
        r"(?:©|®|\(c\)|copyright).{0,200}|.{0,60}giữ bản quyền.{0,100}|giấy phép số \d.{0,200}"
        r"|(?:(?:phó )?tổng biên tập|giấy phép(?: số)?|t[òo][aà] soạn|điện thoại|email|fax|hotline"
        r"|đường dây nóng)\s*:.{0,200}|.{0,30} sử dụng cookies? .{0,200}"
    ),
    "counter": r"\d{1,3}\s*/\s*\d{1,3}|[\d.,]+ lượt (?:xem|đọc)|\d(?:[.,]\d)?\s?/\s?5\b.{0,40}",
    "age": r"(?:khoảng )?\d{1,3} (?:giây|phút|giờ|ngày|tuần|tháng|năm) trước",
    "weather": r"[^\d.,:]{2,25}\s\d{1,2}\s?°\s?C",
    "breadcrumb": r"trang chủ\s*[>›»/–-].{0,80}",
}
_LONGEST = 330  # characters; longer lines are text
_ANY_FORM = re.compile("|".join(_FORMS.values()), re.I)
# The section pages of the 2022 site: a time with seconds below each headline, and a spinner.
_OF_LIST = re.compile(r"\d\d-\d\d-\d{4} \d\d:\d\d:\d\d$|đang tải\s*(?:\.\.\.|…)$", re.I)
# Above e-magazines, and the network's button: "Theo dõi Báo Lào Cai trên Google News".
_BACK = re.compile(
    r"^quay (?:về|lại)(?: trang)? (?:e-?magazine|\S+(?: \S+){0,2})\s*(?=theo dõi|$)", re.I
)
_FOLLOW = re.compile(
    r"^theo dõi (?:báo|chúng tôi)\b.{0,60}? trên (?:google news|facebook|zalo)\s*", re.I
)
_CRUMB = re.compile(
    r"^(?:(?:trang chủ|home|thời sự|chính trị|kinh tế|xã hội|văn hóa|văn hoá|thể thao|du lịch"
    r"|giáo dục|pháp luật|quốc tế|thế giới|y tế|sức khỏe|đời sống|môi trường|xây dựng đảng|bạn đọc"
    r"|an ninh|quốc phòng|công nghệ|khoa học|nông thôn mới|video|podcast|ảnh|photo"
    r"|infographic|multimedia)"
    r"(?:\s*[>›»/–-]\s*|\s+|$))+$",
    re.I,
)
LEAD_MARK = "LCĐT"
_HOTLINE = re.compile(r"^(hotline|đường dây nóng)\b", re.I)
_SIDE_BLOCK = re.compile(r"^(multimedia|bình luận|từ khóa|tags?)\s*:?$", re.I)
_MORE = re.compile(r"^(xem|đọc) (thêm|tiếp)\s*:?$", re.I)
_CLOCK_AND_MORE = re.compile(r"^(.{10,70}?[\])]|.{10,70}?(?:UTC|GMT)\s?[+-]\s?\d{1,2})\s+\D", re.I)
_MOST_LINES = 8  # of a weather widget


def without_navigation(line: str) -> str:
    """A line without the e-magazine's navigation before it; "" if it is furniture alone."""
    rest = _FOLLOW.sub("", _BACK.sub("", line))
    return "" if _is_furniture(line) or _is_furniture(rest) or _CRUMB.match(rest) else rest


def _is_furniture(line: str) -> bool:
    return len(line) <= _LONGEST and _ANY_FORM.fullmatch(line) is not None


def is_above_emagazine(line: str) -> bool:
    """True if a line is the navigation above an e-magazine."""
    return bool(re.match(r"^quay (?:về|lại)(?: trang)? e-?magazine", line, re.I))


def is_list_line(line: str) -> bool:
    """True if a line occurs on section pages alone."""
    return bool(_OF_LIST.match(line))


def is_hotline(line: str) -> bool:
    """True if a line is the editors' telephone number."""
    return bool(_HOTLINE.match(line))


def ends_article(line: str) -> bool:
    """True if a line is the heading of a block beside the article."""
    return is_weather_heading(line) or _heads_block(line)


def _heads_block(line: str) -> bool:
    return bool(_SIDE_BLOCK.match(line)) or (is_list_heading(line) and not says_more(line))


def says_more(line: str) -> bool:
    """True if a line may be the heading of such a block, or a button: "Xem thêm"."""
    return bool(_MORE.match(line))


def page_clock(line: str) -> str:
    """The page clock with which a line starts, as printed, or ""."""
    if read_page_clock(line):
        return line
    match = _CLOCK_AND_MORE.match(line)
    return match[1] if match and read_page_clock(match[1]) else ""


def weather_below(lines: Sequence[str]) -> tuple[Weather, ...]:
    """What the widget shows below its heading, up to the next block."""
    for n, line in enumerate(lines):
        if is_weather_heading(line):
            below: list[str] = []
            for text in lines[n + 1 :]:
                if _heads_block(text) or len(below) == _MOST_LINES:
                    break
                below += [text] if text else []
            return read_weather(line, " ".join(below))
    return ()
