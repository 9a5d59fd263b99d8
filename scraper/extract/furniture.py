"""Labels of buttons, players, comment boxes and footers that text captures print as lines.

A program that takes text out of a page cannot tell them from the article. None is a sentence of
news: each form is a whole line. The words are those that pages of the same system print, and
those of video.js, whose player they use.
"""

import re

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
_KINDS = {kind: re.compile(rf"(?:{form})", re.I) for kind, form in _FORMS.items()}


def furniture(line: str) -> str:
    """What a line is, if the page prints it around its article; "" for every other line."""
    if len(line) > _LONGEST:
        return ""
    return next((kind for kind, form in _KINDS.items() if form.fullmatch(line)), "")
