"""What changed between two texts, by words, with a bound on the work."""

import re
from collections.abc import Sequence

_PIECES = re.compile(r"\s+|\w+|[^\w\s]")

# Steps that one comparison may take, about a second. Two texts that share too little are shown as
# one removed and one added: no reader could follow their single words either.
WORK = 600_000

Change = tuple[str, str]  # ("same" | "removed" | "added", text)
_Stretch = tuple[int, int, int, int]  # old[a:b] was replaced by new[c:d]


def changes(before: str, after: str) -> tuple[Change, ...]:
    """`before` and `after` as runs of text kept, removed and added, in reading order.

    The runs that are not "added" make up `before`, those not "removed" `after`.
    """
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    budget = [WORK]
    runs: list[Change] = []
    at = 0
    for a, b, c, d in _stretches(old, new, budget):
        runs.append(("same", "".join(old[at:a])))
        runs += _changed_pieces(
            _PIECES.findall("".join(old[a:b])), _PIECES.findall("".join(new[c:d])), budget
        )
        at = b
    runs.append(("same", "".join(old[at:])))
    return _joined(runs)


def _changed_pieces(old: list[str], new: list[str], budget: list[int]) -> list[Change]:
    runs: list[Change] = []
    at = 0
    for a, b, c, d in _stretches(old, new, budget):
        runs.append(("same", "".join(old[at:a])))
        runs += [("removed", "".join(old[a:b])), ("added", "".join(new[c:d]))]
        at = b
    runs.append(("same", "".join(old[at:])))
    return runs


def _stretches(old: Sequence[str], new: Sequence[str], budget: list[int]) -> list[_Stretch]:
    """The differences of `old` and `new`, in order. A common start and end costs nothing."""
    start, end = 0, 0
    shortest = min(len(old), len(new))
    while start < shortest and old[start] == new[start]:
        start += 1
    while end < shortest - start and old[-1 - end] == new[-1 - end]:
        end += 1
    middle_old, middle_new = old[start : len(old) - end], new[start : len(new) - end]
    if not middle_old and not middle_new:
        return []
    found = _edits(middle_old, middle_new, budget)
    return [(a + start, b + start, c + start, d + start) for a, b, c, d in found]


def _edits(old: Sequence[str], new: Sequence[str], budget: list[int]) -> list[_Stretch]:
    """The fewest edits from `old` to `new` (Myers 1986, "An O(ND) difference algorithm").

    One edit of the whole, if the budget allows no search that long.
    """
    n, m = len(old), len(new)
    most = budget[0] // (n + m) if n and m else 0
    furthest = {1: 0}  # of each diagonal x - y: the largest x reached
    trace: list[dict[int, int]] = []
    for edits in range(min(most, n + m) + 1):
        trace.append(furthest.copy())
        for k in range(-edits, edits + 1, 2):
            down = k == -edits or (k != edits and furthest[k - 1] < furthest[k + 1])
            x = furthest[k + 1] if down else furthest[k - 1] + 1
            while x < n and x - k < m and old[x] == new[x - k]:
                x += 1
            furthest[k] = x
            if x >= n and x - k >= m:
                budget[0] -= edits * (n + m)
                return _walked_back(trace, n, m)
    budget[0] -= most * (n + m)
    return [(0, n, 0, m)]


def _walked_back(trace: list[dict[int, int]], x: int, y: int) -> list[_Stretch]:
    """The edits of a search that came to (x, y), neighbours joined, in order."""
    found: list[_Stretch] = []
    for edits in range(len(trace) - 1, 0, -1):
        furthest, k = trace[edits], x - y
        down = k == -edits or (k != edits and furthest[k - 1] < furthest[k + 1])
        from_x = furthest[k + 1] if down else furthest[k - 1]
        from_y = from_x - (k + 1 if down else k - 1)
        end_x, end_y = (from_x, from_y + 1) if down else (from_x + 1, from_y)
        if found and found[-1][0] == end_x and found[-1][2] == end_y:
            found[-1] = (from_x, found[-1][1], from_y, found[-1][3])
        else:
            found.append((from_x, end_x, from_y, end_y))
        x, y = from_x, from_y
    return found[::-1]


def _joined(runs: list[Change]) -> tuple[Change, ...]:
    joined: list[Change] = []
    for kind, text in runs:
        if text and joined and joined[-1][0] == kind:
            joined[-1] = (kind, joined[-1][1] + text)
        elif text:
            joined.append((kind, text))
    return tuple(joined)


def with_context(runs: tuple[Change, ...], characters: int = 160) -> tuple[Change, ...]:
    """`runs` with long stretches of text kept cut to what is near a change.

    What is left out becomes a run of kind "gap" without text.
    """
    shown: list[Change] = []
    for place, (kind, text) in enumerate(runs):
        before = characters if place > 0 else 0
        after = characters if place < len(runs) - 1 else 0
        if kind != "same" or len(text) <= before + after + 20:
            shown.append((kind, text))
            continue
        head = text[:before].rsplit(None, 1)[0] if before else ""
        tail = text[len(text) - after :].split(None, 1)[-1] if after else ""
        shown += [
            run for run in (("same", head), ("gap", ""), ("same", tail)) if run != ("same", "")
        ]
    return tuple(shown)
