"""Cells of CSV files that spreadsheets take for text, whatever stands in them."""

_FORMULA = tuple("=+-@＝＋－＠")


def escape_formula(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: a quote sign goes before what looks like one.

    Some take a formula also behind spaces, a tab, a line's end, or in the wide signs of East Asia.
    """
    looks_so = cell[:1] in ("\t", "\r", "\n") or cell.lstrip().startswith(_FORMULA)
    return f"'{cell}" if looks_so else cell
