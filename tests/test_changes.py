"""Word-level changes between two texts."""

from hypothesis import given
from hypothesis import strategies as st

from scraper.archive.word_diff import changes, with_context


def test_only_the_changed_words_are_marked():
    assert changes("Giá vé 50 nghìn đồng.", "Giá vé 70 nghìn đồng.") == (
        ("same", "Giá vé "),
        ("removed", "50"),
        ("added", "70"),
        ("same", " nghìn đồng."),
    )


def test_a_new_paragraph_is_added_whole():
    assert changes("Một.", "Một.\n\nHai ba.")[-1] == ("added", "\n\nHai ba.")


@given(st.text("ab .\n", max_size=60), st.text("ab .\n", max_size=60))
def test_both_texts_can_be_put_together_from_the_runs(before: str, after: str):
    runs = changes(before, after)
    assert "".join(text for kind, text in runs if kind != "added") == before
    assert "".join(text for kind, text in runs if kind != "removed") == after


def test_texts_that_share_nothing_cost_little_and_are_shown_whole():
    words = [f"w{n}" for n in range(40)]
    before = " ".join(words[n * n % 37] for n in range(5000))
    after = " ".join(words[n * n * n % 39] for n in range(5000))
    kinds = [kind for kind, _ in changes(before, after) if kind != "same"]
    assert kinds == ["removed", "added"]


def test_an_edit_far_into_a_long_text_is_found_by_its_words():
    before = "\n\n".join(f"Đoạn {n} có vài chữ." for n in range(3000))
    runs = changes(before, before.replace("Đoạn 2500 có", "Đoạn 2500 không có"))
    assert [run for run in runs if run[0] != "same"] == [("added", "không ")]


def test_long_text_that_stayed_is_cut_to_what_is_near_a_change():
    runs = (("same", "chữ " * 200), ("removed", "50"), ("added", "70"), ("same", " nghìn" * 200))
    first, *middle, last = with_context(runs, 20)
    assert (first, last) == (("gap", ""), ("gap", ""))
    assert [kind for kind, _ in middle] == ["same", "removed", "added", "same"]
    assert all(len(text) <= 20 for _, text in middle)
