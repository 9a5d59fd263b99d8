"""Names the invented newspaper draws on. People, bodies and events are made up; places are real.

The village names are common hill-country words put together; a village of that name may exist,
what is said of it here is made up.
"""

from random import Random

PLACES = (
    "xã Bát Xát", "xã Y Tý", "xã Trịnh Tường", "xã Mường Hum", "xã Bản Xèo", "xã A Mú Sung",
    "xã Bắc Hà", "xã Bản Liền", "xã Tả Củ Tỷ", "xã Cốc Lầu", "xã Si Ma Cai", "xã Sín Chéng",
    "xã Mường Khương", "xã Bản Lầu", "xã Pha Long", "xã Cao Sơn", "xã Bảo Thắng", "xã Phong Hải",
    "xã Xuân Quang", "xã Gia Phú", "xã Tằng Loỏng", "xã Bảo Yên", "xã Nghĩa Đô", "xã Phúc Khánh",
    "xã Thượng Hà", "xã Văn Bàn", "xã Khánh Yên", "xã Võ Lao", "xã Nậm Xé", "xã Dương Quỳ",
    "xã Chiềng Ken", "xã Minh Lương", "xã Tả Van", "xã Tả Phìn", "xã Bản Hồ", "xã Mường Bo",
    "xã Ngũ Chỉ Sơn", "phường Sa Pa", "phường Lào Cai", "phường Cam Đường", "xã Hợp Thành",
    "xã Cốc San", "xã Mù Cang Chải", "xã Púng Luông", "xã Trạm Tấu", "xã Lục Yên", "xã Yên Bình",
    "xã Thác Bà", "phường Nghĩa Lộ", "phường Yên Bái",
)  # fmt: skip

_VILLAGE_KINDS = ("thôn", "thôn", "bản", "tổ dân phố")
_VILLAGE_FIRST = (
    "Nậm", "Bản", "Tả", "Séo", "Lao", "Cốc", "Khe", "Sín", "Mường", "Phìn", "Suối", "Làng",
    "Ngải", "Háng", "Lùng", "Pạc",
)  # fmt: skip
_VILLAGE_SECOND = (
    "Pung", "Lếch", "Chải", "Mít", "Tro", "Thàng", "Dao", "Phình", "Ngoang", "Sếnh", "Mòn",
    "Hoa", "Kẹn", "Trà", "Sung", "Xủm", "Đá", "Vai", "Lủng", "Cuông",
)  # fmt: skip

_KINH_TAY = (
    ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đỗ", "Bùi", "Hà", "Lương", "Đặng", "Vương"),
    ("Văn", "Thị", "Đức", "Minh", "Quang", "Thu", "Ngọc", "Thanh", "Hữu", "Xuân"),
    ("Bình", "Hạnh", "Thảo", "Quý", "Lâm", "Tuyến", "Hương", "Dũng", "Nga", "Khánh", "Phượng",
     "Trường", "Sơn", "Yên", "Đạt", "Huệ", "Toàn", "Mai", "Kiên", "Loan"),
)  # fmt: skip
_MONG = (
    ("Giàng", "Sùng", "Vàng", "Thào", "Lù", "Má", "Hầu", "Cư", "Ly"),
    ("A", "Seo", "Thị", "Mí", "Văn"),
    ("Sử", "Páo", "Chú", "Dơ", "Mảy", "Sáo", "Vảng", "Chư", "Dế", "Lềnh", "Súa", "Tủa", "Phừ"),
)  # fmt: skip
_DAO = (
    ("Chảo", "Tẩn", "Lý", "Phàn", "Triệu", "Bàn"),
    ("Láo", "Lở", "Tả", "Mẩy", "Dùn", "Phù", "Ông"),
    ("Tả", "Mẩy", "San", "Lụ", "Ú", "Sì", "Pham", "Khé", "Quẩy"),
)  # fmt: skip
_PEOPLES = (_KINH_TAY, _KINH_TAY, _MONG, _DAO)

ROLES = (
    "Bí thư Chi bộ", "trưởng thôn", "Chủ tịch Hội Nông dân", "Bí thư Đoàn Thanh niên",
    "Chủ tịch Hội Phụ nữ", "công chức văn hóa", "cán bộ khuyến nông", "người có uy tín",
    "Phó Chủ tịch UBND", "Chủ tịch Ủy ban MTTQ",
)  # fmt: skip

ORGANISATIONS = (
    "Hợp tác xã Nắng Sớm", "Hợp tác xã Suối Mơ Xanh", "Hợp tác xã Bình Minh Đỏ",
    "Tổ hợp tác Hương Rừng", "Công ty Nông sản Mây Ngàn", "Quỹ Ngọn Lửa Nhỏ",
    "Câu lạc bộ Bạn Đường Xanh", "Công ty TNHH Thương mại & Dịch vụ Đá Trắng",
    "Hợp tác xã Dược liệu Sương Mai", "Nhóm thiện nguyện Áo Ấm Mùa Đông",
    "Hợp tác xã Thổ cẩm Cánh Én", "Công ty Xây dựng Đèo Gió",
)  # fmt: skip

PHOTOGRAPHERS = (
    "Ngọc Bằng", "TTXVN", "Thu Trang", "Hải Đăng", "Tuấn Kiệt", "Phương Chi", "CTV",
    "Lê Na - Bá Thành", "Mai Khôi", "BTC",
)  # fmt: skip

REPORTERS = (
    "Vân Khuê", "Đình Lam", "Hà Sương", "Bảo Thoa", "Trọng Nghì", "Khánh Vy", "Minh Rạng",
    "Thùy Ban", "Quốc Đan", "Lan Chi", "Giàng Mây", "Đức Thuận An",
)  # fmt: skip


def pick(rng: Random, words: tuple[str, ...]) -> str:
    """One of `words`."""
    return words[int(rng.random() * len(words))]


def person(rng: Random) -> str:
    """An invented name, as people of the province are called."""
    return " ".join(pick(rng, part) for part in _PEOPLES[int(rng.random() * len(_PEOPLES))])


def village(rng: Random) -> str:
    """An invented village, with the word for its kind: "thôn Nậm Pung"."""
    kind, first, second = map(pick, [rng] * 3, (_VILLAGE_KINDS, _VILLAGE_FIRST, _VILLAGE_SECOND))
    return f"{kind} {first} {second}"
