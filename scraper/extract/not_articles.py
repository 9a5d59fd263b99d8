"""Pages that are no article, whatever their metadata say: their headline and few words say so."""

import re
from collections.abc import Sequence

_MISSING = re.compile(
    r"^(?:lỗi|error|http)\s*[45]\d\d\b|^[45]\d\d$"
    r"|^[45]\d\d\b.{0,3}(?:not found|bad gateway|forbidden|internal|service|gateway|lỗi|không tìm)"
    r"|không tìm thấy (?:trang|nội dung|bài viết|đường dẫn|liên kết|kết quả|yêu cầu)"
    r"|\b(?:trang|nội dung|bài viết|đường dẫn|liên kết)\b.{0,40}"
    r"(?:không (?:còn )?tồn tại|đã bị (?:gỡ|xóa|xoá))"
    r"|\bpage not found\b|^not found$|^đăng nhập$|^log ?in$|^access denied|^truy cập bị từ chối",
    re.I,
)
_LOGIN = re.compile(r"\bđăng (?:nhập|ký)\b.{0,40}\bđể (?:đọc|xem|tiếp tục)\b", re.I)
_LONGEST = 100  # characters of a headline
_FEW = 300  # characters; such pages have no more text


def is_refusal(headline: str, texts: Sequence[str]) -> bool:
    """Whether a page with this headline and these paragraphs says that there is nothing to read
    at its address, or only for members. An article may have such a headline, but has more text."""
    if sum(len(text) for text in texts) > _FEW:
        return False
    if any(_LOGIN.search(text) for text in texts):
        return True
    return len(headline) <= _LONGEST and bool(_MISSING.search(headline))
