"""Figures: the ones a textbook gives for a small confusion."""

from __future__ import annotations

import pytest

from classifier.evaluation import compare, evaluate
from domain.signals import Passage, Reading, Signal

HALF = 0.5


def answer(label: str, score: float) -> Reading:
    """A reading with that label and score."""
    return Reading(Signal("1", label, score, {}, None, None, (), "some model"), Passage("1", ""))


def test_precision_recall_and_f1() -> None:
    """Two of three offers found, one of three calls wrong: precision, recall and F1 are two thirds."""
    truths = ["offer", "offer", "offer", "complaint", "complaint"]
    read = ["offer", "offer", "wanted", "offer", "complaint"]
    report = compare(truths, [answer(label, 0.9 if label == "offer" else 0.1) for label in read], HALF)
    offer = report.labels["offer"]
    assert (offer.posts, offer.precision, offer.recall) == (3, pytest.approx(2 / 3), pytest.approx(2 / 3))
    assert report.accuracy == pytest.approx(0.6)
    assert report.labels["wanted"].posts == 0
    assert report.confusion["offer"] == {"offer": 2, "wanted": 1}
    assert "offer" in report.text()
    assert "some model" in report.text()


def test_average_precision_and_recall_at_precision() -> None:
    """Ranks 1, 2 and 4 are offers: (1 + 1 + 3/4) / 3, and two of three before precision falls below 0.95."""
    truths = ["offer", "offer", "news_report", "offer"]
    report = compare(truths, [answer("offer", score) for score in (0.9, 0.8, 0.7, 0.6)], HALF)
    assert report.average_precision == pytest.approx((1 + 1 + 3 / 4) / 3)
    assert report.recall_at_95 == pytest.approx(2 / 3)


def test_equal_scores_count_together() -> None:
    """A reader that gives every post one score has the average precision of the mix, in any order."""
    truths = ["offer", "unrelated", "unrelated", "offer"]
    assert compare(truths, [answer("offer", 0.5)] * 4, HALF).average_precision == pytest.approx(0.5)


def test_calibration_error() -> None:
    """Scores of 0.9 and 0.1 that are right in nine cases of ten have none; weighed for rare offers they are far off."""
    truths = ["offer"] * 9 + ["unrelated"] + ["offer"] + ["unrelated"] * 9
    readings = [answer("offer", 0.9)] * 10 + [answer("unrelated", 0.1)] * 10
    assert compare(truths, readings, 0.5).calibration_error == pytest.approx(0)
    assert compare(truths, readings, 0.001).calibration_error == pytest.approx(0.1 * 0.9 + 0.9 * 0.1, abs=0.01)
    assert compare(["offer"], [answer("offer", 0.2)], 0.5).calibration_error == 0


def test_no_posts_are_no_figures() -> None:
    """An empty list gives zeros, not a division."""
    report = compare([], [], HALF)
    assert (report.posts, report.accuracy, report.average_precision) == (0, 0, 0)
    assert report.text()


def test_evaluate_reads_in_batches_and_keeps_the_order() -> None:
    """Each passage is compared with its own label, across batches."""

    class Stub:
        def read(self, passages: list[Passage], *, read_all: bool = False) -> list[Reading]:
            return [answer(passage.text, 0.5) for passage in passages]

    lines = [(Passage(str(number), label), label) for number, label in enumerate(["offer", "wanted", "complaint"] * 5)]
    assert evaluate(Stub(), lines, batch=4).accuracy == 1
