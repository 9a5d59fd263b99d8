"""Headlines of pages that are no article, whatever their metadata say."""

import re

_MISSING = re.compile(
    r"^(?:lỗi|error)?\s*[45]\d\d\b(?!\s*(?:người|hộ|ha|tỷ|triệu|năm|ngày|học|km|đồng))"
    r"|không tìm thấy (?:trang|nội dung|bài viết|đường dẫn|liên kết|kết quả|yêu cầu)"
    r"|\b(?:trang|nội dung|bài viết|đường dẫn|liên kết)\b.{0,40}"
    r"(?:không (?:còn )?tồn tại|đã bị (?:gỡ|xóa|xoá))"
    r"|\bpage not found\b|^not found$|^đăng nhập$|^log ?in$|^access denied|^truy cập bị từ chối",
    re.I,
)
_LOGIN = re.compile(r"\bđăng (?:nhập|ký)\b.{0,40}\bđể (?:đọc|xem|tiếp tục)\b", re.I)
_LONGEST = 100  # characters


def is_refusal(headline: str) -> bool:
    """Whether a headline says that the page is not there, broken, or for members."""
    return len(headline) <= _LONGEST and bool(_MISSING.search(headline))


def asks_for_login(text: str) -> bool:
    """Whether a paragraph stands in the place of a text that only members read."""
    return len(text) <= 2 * _LONGEST and bool(_LOGIN.search(text))
