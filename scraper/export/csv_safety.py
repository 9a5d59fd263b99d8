"""Cells of CSV files that no spreadsheet takes for a formula."""

_FORMULA = tuple("=+-@＝＋－＠")


def escape_formula(cell: str) -> str:
    """`cell` with a quote sign before it if a spreadsheet may take it for a formula.

    Some take a formula also behind spaces, a tab, a line's end, or in the wide signs of East Asia.
    """
    looks_so = cell[:1] in ("\t", "\r", "\n") or cell.lstrip().startswith(_FORMULA)
    return f"'{cell}" if looks_so else cell
