"""Word-level changes between two texts."""

from hypothesis import given
from hypothesis import strategies as st

from scraper.archive.word_diff import changes


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
