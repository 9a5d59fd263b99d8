"""What `bench/gazetteer.py` needs and no package holds in a form that can be read by machine."""

SA_PA = ("2020-01-01", "767/NQ-UBTVQH14")
LAO_CAI_2020 = ("2020-03-01", "896/NQ-UBTVQH14")
YEN_BAI_2020 = ("2020-02-01", "871/NQ-UBTVQH14")
LAO_CAI_2024 = ("2024-11-01", "1197/NQ-UBTVQH15")
YEN_BAI_2024 = ("2024-12-01", "1246/NQ-UBTVQH15")
UNSURE_DAYS = (LAO_CAI_2020, YEN_BAI_2024)  # the resolution is certain, its first day is not

# Units that ended before July 2025: name, kind, parent, units it went into, resolution.
# vietnamadminunits has them as aliases, without marks, of the unit that they went into.
ENDED = (
    ("Sa Pa", "huyện", "10", "088", SA_PA),
    ("Sa Pa", "thị trấn", "088", "03001", SA_PA),
    ("Sa Pả", "xã", "088", "03002 03010", SA_PA),
    ("Bản Khoang", "xã", "088", "03004", SA_PA),
    ("Tả Giàng Phìn", "xã", "088", "03004", SA_PA),
    ("San Sả Hồ", "xã", "088", "03019", SA_PA),
    ("Lao Chải", "xã", "088", "03019", SA_PA),
    ("Thanh Kim", "xã", "088", "03022", SA_PA),
    ("Bản Phùng", "xã", "088", "03022", SA_PA),
    ("Hầu Thào", "xã", "088", "03037", SA_PA),
    ("Sử Pán", "xã", "088", "03037", SA_PA),
    ("Thanh Phú", "xã", "088", "03043", SA_PA),
    ("Suối Thầu", "xã", "088", "03043", SA_PA),
    ("Nậm Sài", "xã", "088", "03052", SA_PA),
    ("Nậm Cang", "xã", "088", "03052", SA_PA),
    ("Phố Mới", "phường", "080", "02641", LAO_CAI_2020),
    ("Ngải Thầu", "xã", "082", "02692", LAO_CAI_2020),
    ("Si Ma Cai", "xã", "084", "02809", LAO_CAI_2020),
    ("Lử Thẩn", "xã", "084", "02818", LAO_CAI_2020),
    ("Lùng Sui", "xã", "084", "02818", LAO_CAI_2020),
    ("Quan Thần Sán", "xã", "084", "02827", LAO_CAI_2020),
    ("Cán Hồ", "xã", "084", "02827", LAO_CAI_2020),
    ("Mản Thẩn", "xã", "084", "02827", LAO_CAI_2020),
    ("Lầu Thí Ngài", "xã", "085", "02848", LAO_CAI_2020),
    ("Bản Già", "xã", "085", "02854", LAO_CAI_2020),
    ("Phố Lu", "xã", "086", "02905", LAO_CAI_2020),
    ("Long Phúc", "xã", "087", "02998", LAO_CAI_2020),
    ("Long Khánh", "xã", "087", "02998", LAO_CAI_2020),
    ("Văn Sơn", "xã", "089", "03061", LAO_CAI_2020),
    ("Phúc Lộc", "xã", "132", "04543", YEN_BAI_2020),
    ("Văn Tiến", "xã", "132", "04558", YEN_BAI_2020),
    ("Yên Hưng", "xã", "136", "04420", YEN_BAI_2020),
    ("Hoàng Thắng", "xã", "136", "04441", YEN_BAI_2020),
    ("Minh Tiến", "xã", "138", "04531", YEN_BAI_2020),
    ("Nông trường Nghĩa Lộ", "thị trấn", "140", "04624", YEN_BAI_2020),
    ("Sơn Thịnh", "xã", "140", "04672", YEN_BAI_2020),
    ("Tích Cốc", "xã", "141", "04726", YEN_BAI_2020),
    ("Văn Lãng", "xã", "141", "04783", YEN_BAI_2020),
    ("Tà Chải", "xã", "085", "02839", LAO_CAI_2024),
    ("Nguyễn Phúc", "phường", "132", "04264", YEN_BAI_2024),
    ("Đào Thịnh", "xã", "138", "04510", YEN_BAI_2024),
    ("Việt Thành", "xã", "138", "04510", YEN_BAI_2024),
    ("Nga Quán", "xã", "138", "04522", YEN_BAI_2024),
    ("Bảo Hưng", "xã", "138", "04567", YEN_BAI_2024),
    ("Yên Bình", "xã", "141", "04762", YEN_BAI_2024),
)
# What came into being then, at the day of the resolution.
BEGUN = {
    SA_PA: "088 03001 03002 03003 03004 03006 03016 03019 03022 03028 03037 03043 03052",
    LAO_CAI_2020: "02809 02818 02827 02998",
    YEN_BAI_2020: "04624 04672",
    YEN_BAI_2024: "04510",
}
# Spellings that newspapers print and no package has.
PRINTED = {
    "10": "Lao Cai",
    "15-2025": "Lao Cai",
    "080": "Lao Cai",
    "088": "Sapa|SaPa",
    "03001": "Sapa|SaPa",
    "03006-2025": "Sapa|SaPa",
    "088-sa-pa-huyen": "Sapa|SaPa",
    "088-sa-pa-thi-tran": "Sapa|SaPa",
    "084": "Simacai",
    "03003": "Ô Quy Hồ",
    "03006": "Phan Xi Păng",
    "137": "Mù Cang Chải",
    "04492": "Púng Luông|Pú Luông",
}
# Names that are also people's names, things or words, beside those that other provinces have.
ALSO_OTHER = """Hoàng Liên|Cầu Mây|Nguyễn Thái Học|Nguyễn Phúc|Trung Tâm|Minh Quân|Minh Quán
Minh Bảo|Minh Chuẩn|Bảo Hà|Bảo Hưng|Bảo Ái|Bắc Cường|Cam Đường|Cường Thịnh|Hưng Khánh|Hạnh Sơn
Hạnh Phúc|Hồng Ca|Khai Trung|Lâm Giang|Lâm Thượng|Liêm Phú|Liễu Đô|Lương Thịnh|Mỹ Gia|Phong Niên
Phúc An|Sơn Thịnh|Thái Niên|Thịnh Hưng|Trì Quang|Vũ Linh|Vĩnh Kiên|Xuân Giao|Xuân Tăng|Xuân Tầm
Xuân Ái|Đào Thịnh|Đại Phác|Đại Lịch|Việt Thành|Viễn Sơn|Đông An|Đồng Khê|Tân Nguyên|Tân Phượng
Tân Lĩnh|Thạch Lương|Tô Mậu|Ngọc Chấn|Thác Bà|Phan Si Păng|Phan Xi Păng|Ô Quý Hồ|Ô Quy Hồ|Chế Tạo
Mỏ Vàng|Liên Sơn|Phong Hải|Trần Phú|Văn Sơn|Long Phúc|Phúc Lộc|Văn Tiến|Yên Hưng|Hoàng Thắng
Văn Lãng|Long Khánh|Thanh Phú|Thanh Kim|Phố Mới|Thành Thịnh|Chấn Thịnh|Giới Phiên|Phù Nham
Thống Nhất|Lương Sơn|Bản Sen|Mông Sơn|Kiên Thành|Nghĩa Tâm|Nghĩa Sơn"""
# GeoNames' populated places that are a unit, or its seat; name -> id of the unit.
POINTS_BY_NAME = {
    "Lào Cai": "080", "Yên Bái": "132", "Nghĩa Lộ": "133", "Sa Pa": "088", "Bát Xát": "02683",
    "Bắc Hà": "02839", "Cổ Phúc": "04498", "Lao Chải": "088-lao-chai", "Si Ma Cai": "02809",
    "Mù Cang Chải": "04456", "Nông Trường Trần Phú": "04627", "Sơn Thịnh": "04672",
    "Thị Trấn Khánh Yên": "03055", "Thị Trấn Mường Khương": "02761", "Thị Trấn Phố Lu": "02905",
    "Thị Trấn Phố Ràng": "02947", "Thị Trấn Trạm Tấu": "04585", "Thị Trấn Yên Bình": "04714",
    "Thị Trấn Yên Thế": "04303",
}  # fmt: skip
