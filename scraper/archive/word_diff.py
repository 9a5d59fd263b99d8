"""What changed between two texts, by words."""

import re
from difflib import SequenceMatcher

_PIECES = re.compile(r"\s+|\w+|[^\w\s]")

Change = tuple[str, str]  # ("same" | "removed" | "added", text)


def changes(before: str, after: str) -> tuple[Change, ...]:
    """`before` and `after` as runs of text kept, removed and added, in reading order.

    The runs that are not "added" make up `before`, those not "removed" `after`.
    """
    runs: list[Change] = []
    for old, new in _changed_paragraphs(before, after):
        if old == new:
            runs.append(("same", old))
        else:
            runs += _changed_pieces(_PIECES.findall(old), _PIECES.findall(new))
    return _joined(runs)


def _changed_paragraphs(before: str, after: str) -> list[tuple[str, str]]:
    """Stretches of whole lines, old and new: lines first, as words cost their number squared."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    matched = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return [("".join(old[a:b]), "".join(new[c:d])) for _, a, b, c, d in matched]


def _changed_pieces(old: list[str], new: list[str]) -> list[Change]:
    # Past some 20,000 words in one paragraph, common ones are left out of the comparison.
    matcher = SequenceMatcher(None, old, new, autojunk=max(len(old), len(new)) > 20_000)
    runs: list[Change] = []
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            runs.append(("same", "".join(old[a:b])))
        else:
            runs += [("removed", "".join(old[a:b])), ("added", "".join(new[c:d]))]
    return runs


def _joined(runs: list[Change]) -> tuple[Change, ...]:
    joined: list[Change] = []
    for kind, text in runs:
        if text and joined and joined[-1][0] == kind:
            joined[-1] = (kind, joined[-1][1] + text)
        elif text:
            joined.append((kind, text))
    return tuple(joined)
