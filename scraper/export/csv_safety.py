"""Cells of CSV files that no spreadsheet takes for a formula."""

import re

# Some take a formula also behind spaces, a tab, a line's end or signs that nobody sees, or in the
# wide signs of East Asia.
_FORMULA = re.compile(
    r"[\t\r\n]|[\s\x00-\x1f\x7f-\xa0\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]*"
    r"[=+\-@＝＋－＠]"
)


def escape_formula(cell: str) -> str:
    """`cell` with a quote sign before it if a spreadsheet may take it for a formula."""
    return f"'{cell}" if _FORMULA.match(cell) else cell
