"""Ordinary talk for the sparse view."""

from __future__ import annotations

from classifier.background import SHARE, draw_talk
from classifier.folding.ordinary import find_words


def test_talk_is_the_same_for_the_same_seed() -> None:
    """Training twice learns from the same talk, and from other talk with another seed."""
    assert draw_talk(100) == draw_talk(100)
    assert draw_talk(100) != draw_talk(100, seed=2)


def test_talk_belongs_to_the_size_of_a_corpus() -> None:
    """There is so much of it for each post, and none for none."""
    assert len(draw_talk(200)) == round(SHARE * 200)
    assert draw_talk(0) == []


def test_common_words_are_drawn_more_often() -> None:
    """Talk is made of the dictionary's words, the common ones before the rare, and here and there a number."""
    talk = "".join(draw_talk(300))
    costs = find_words()
    common = sorted(costs, key=lambda word: (costs[word], word))[:20]
    assert sum(talk.count(word) for word in common) > len(talk) / 20
    assert set(talk) - set("，。%.0") <= set("".join(costs))
    assert len(talk) / 100 < talk.count("0") < len(talk) / 5
