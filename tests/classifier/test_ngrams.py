"""Runs of characters: packed without loss, found where they stand, weighed as the model expects."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from classifier.ngrams import build_rows, build_vocabulary, find_grams, multiply, pack_runs, unpack_run


@given(st.text(max_size=60))
def test_every_run_is_where_it_says(text: str) -> None:
    """A packed run unpacks to the characters at its place, in lower case and with digits as 0."""
    keys, starts, lengths = pack_runs(text)
    assert len(keys) == sum(max(0, len(text) - length + 1) for length in (1, 2, 3))
    for key, start, length in zip(keys.tolist(), starts.tolist(), lengths.tolist(), strict=True):
        run = unpack_run(key)
        assert len(run) == length
        expected = text[start : start + length]
        same = [
            low == letter or low == letter.lower() or low == " " or (low == "0" and letter in "0123456789")
            for low, letter in zip(run, expected, strict=True)
        ]
        assert all(same)


def test_a_vocabulary_holds_what_stands_in_two_texts() -> None:
    """A run of a single text is not learnt from; one that is rarer weighs more."""
    vocabulary = build_vocabulary(["车主", "车主数据", "数据", "主"])
    runs = [unpack_run(int(key)) for key in vocabulary.keys]
    assert sorted(runs) == sorted(["车", "主", "车主", "数", "据", "数据"])
    weight = dict(zip(runs, vocabulary.rarity.tolist(), strict=True))
    assert weight["车主"] > weight["主"]


def test_no_known_run_is_an_empty_row() -> None:
    """Texts with nothing known, and texts with nothing at all, give rows of zeros."""
    vocabulary = build_vocabulary(["车主", "车主"])
    rows = build_rows(["", "zz", "车主"], vocabulary)
    answer = multiply(rows, np.ones((len(vocabulary.keys), 2)))
    assert answer[:2].tolist() == [[0, 0], [0, 0]]
    assert (answer[2] > 1).all()
    empty = build_vocabulary([])
    assert len(find_grams("车主", empty).ids) == 0


def test_rows_have_length_one() -> None:
    """A row's values have a norm of 1, however long the text."""
    vocabulary = build_vocabulary(["一手车主数据", "一手数据车主"])
    rows = build_rows(["一手车主数据" * 50], vocabulary)
    assert np.isclose((rows.values**2).sum(), 1, atol=1e-5)
