"""The columns of `articles`: name, SQL type, kind, label and meaning, each said once.

The schema, the reading pages and every export are made from this list. To add a column, add a
line here and its value in `articles.article_row`.
"""

from dataclasses import dataclass
from typing import Literal

# What a cell holds, and so how it is exported: a time is UTC, a day is one in Vietnam, a list is a
# JSON array in the table, an array in JSON and Parquet, and joined with "; " in CSV.
ColumnKind = Literal["id", "count", "text", "time", "day", "list"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of `articles`."""

    name: str
    sql: str  # type and constraint
    kind: ColumnKind
    label: str  # in English, above a table
    vietnamese_label: str
    english: str  # what it means
    vietnamese: str


COLUMNS = (
    Column("id", "INTEGER PRIMARY KEY", "id",
        "Number", "Số",
        "The newspaper's own number of the article, from its address",
        "Số của bài viết do tòa soạn đánh, lấy từ địa chỉ trang"),
    Column("url", "TEXT NOT NULL", "text",
        "Address", "Địa chỉ",
        "Address at the newspaper",
        "Địa chỉ trang trên báo"),
    Column("title", "TEXT NOT NULL", "text",
        "Headline", "Tiêu đề",
        "Headline; in square brackets if it was made from the address",
        "Tiêu đề; đặt trong ngoặc vuông nếu được tạo từ địa chỉ trang"),
    Column("lead", "TEXT NOT NULL", "text",
        "Lead", "Sapo",
        "Opening paragraph (sapo); older ones begin with the mark LCĐT",
        "Sapo; bài cũ mở đầu bằng ký hiệu LCĐT"),
    Column("kicker", "TEXT NOT NULL", "text",
        "Kicker", "Dòng dẫn",
        "Short line above the headline; empty if there is none",
        "Dòng dẫn ngắn phía trên tiêu đề; để trống nếu không có"),
    Column("section", "TEXT NOT NULL", "text",
        "Section", "Chuyên mục",
        "Section of the newspaper",
        "Chuyên mục"),
    Column("byline", "TEXT NOT NULL", "list",
        "Byline", "Tác giả",
        "Names that sign the article, a JSON array in the order printed",
        "Tên tác giả ký dưới bài, mảng JSON theo thứ tự in trên trang"),
    Column("published_at", "TEXT", "time",
        "Published", "Đăng lúc",
        "Time of publication that the page states, UTC; empty if it states none",
        "Thời điểm đăng ghi trên trang, giờ UTC; để trống nếu trang không ghi"),
    Column("published_source", "TEXT NOT NULL", "text",
        "Source of the time", "Nguồn giờ đăng",
        "Where on the page that time was read: meta, json-ld, time, text; ends in (date only) if no"
        " hour is given",
        "Nơi trên trang ghi thời điểm đó: meta, json-ld, time, text; kết thúc bằng (date only) nếu"
        " không có giờ"),
    Column("modified_at", "TEXT", "time",
        "Modified", "Sửa lúc",
        "Time of the last change that the page states, UTC",
        "Thời điểm sửa lần cuối ghi trên trang, giờ UTC"),
    Column("page_clock_at", "TEXT", "time",
        "Page clock", "Đồng hồ trang",
        "The clock in the page's header, UTC: when the server made the page, never a time of"
        " publication",
        "Đồng hồ ở đầu trang, giờ UTC: lúc máy chủ tạo trang, không phải thời điểm đăng"),
    Column("page_clock_text", "TEXT NOT NULL", "text",
        "Page clock as printed", "Đồng hồ, nguyên văn",
        "That clock as printed",
        "Nguyên văn đồng hồ đó"),
    Column("timestamp", "TEXT", "time",
        "Time", "Thời gian",
        "Best known time of the article, UTC, to sort by; see timestamp_source",
        "Thời điểm đáng tin nhất của bài, giờ UTC, dùng để sắp xếp; xem timestamp_source"),
    Column("timestamp_source", "TEXT NOT NULL", "text",
        "Kind of time", "Loại thời gian",
        "What kind of time that is: published; page clock and captured only say: not later than;"
        " unknown",
        "Loại thời điểm đó: published (lúc đăng); page clock và captured chỉ cho biết bài không"
        " muộn hơn; unknown (không rõ)"),
    Column("local_date", "TEXT", "day",
        "Day", "Ngày",
        "Day of timestamp in Vietnam, to group days and months by",
        "Ngày của timestamp theo giờ Việt Nam, dùng để nhóm theo ngày và tháng"),
    Column("layout", "TEXT NOT NULL", "text",
        "Layout", "Loại trang",
        "Kind of page: article, photo, emagazine, video, podcast, infographic, live",
        "Thể loại trang: article (bài viết), photo (phóng sự ảnh), emagazine, video, podcast,"
        " infographic, live (tường thuật trực tiếp)"),
    Column("template", "TEXT NOT NULL", "text",
        "Template", "Mẫu trang",
        "Which design of the site the page had when it was captured",
        "Mẫu giao diện của trang khi được lưu"),
    Column("flags", "TEXT NOT NULL", "list",
        "Flags", "Lưu ý",
        "What a reader should doubt in this reading, a JSON array",
        "Những điểm người đọc cần kiểm tra lại, mảng JSON"),
    Column("caption_count", "INTEGER NOT NULL", "count",
        "Captions", "Số chú thích",
        "Number of captions",
        "Số chú thích ảnh"),
    Column("photo_count", "INTEGER NOT NULL", "count",
        "Photos", "Số ảnh",
        "Number of photos, with or without a caption",
        "Số ảnh, có hoặc không có chú thích"),
    Column("syllable_count", "INTEGER NOT NULL", "count",
        "Syllables", "Số tiếng",
        "Length: syllables of headline, lead and body",
        "Độ dài: số tiếng của tiêu đề, sapo và nội dung"),
    Column("revision_count", "INTEGER NOT NULL", "count",
        "Texts", "Số bản",
        "Number of different texts that were published under this number",
        "Số phiên bản nội dung đã đăng dưới số bài này"),
    Column("first_captured_at", "TEXT NOT NULL", "time",
        "First captured", "Chụp lần đầu",
        "Time of the first capture, UTC",
        "Thời điểm lưu lần đầu, giờ UTC"),
    Column("last_captured_at", "TEXT NOT NULL", "time",
        "Last captured", "Chụp gần nhất",
        "Time of the latest capture, UTC",
        "Thời điểm lưu gần nhất, giờ UTC"),
    Column("gone_at", "TEXT", "time",
        "Gone", "Mất lúc",
        "When the page was found to be no longer on the site, UTC",
        "Thời điểm phát hiện trang không còn trên báo, giờ UTC"),
    Column("snapshot_id", "INTEGER NOT NULL", "id",
        "Snapshot", "Bản chụp",
        "The capture, in snapshots.db, that this row was read from",
        "Bản lưu trong snapshots.db mà dòng này được đọc từ đó"),
)  # fmt: skip
NAMES = tuple(column.name for column in COLUMNS)
LISTS = tuple(column.name for column in COLUMNS if column.kind == "list")
# These follow from all captures of an article (archive/history.py); the others from the one shown.
FROM_CAPTURES = ("revision_count", "first_captured_at", "last_captured_at", "gone_at")
FROM_PAGE = tuple(name for name in NAMES if name not in FROM_CAPTURES)
SQL = ",\n    ".join(f"{column.name} {column.sql}" for column in COLUMNS)
