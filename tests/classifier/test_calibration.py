"""Calibration: honest numbers, thresholds chosen as stated, the same decisions at every prevalence."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.calibration import Calibration, choose_review, choose_threshold, choose_tilt, log_odds, squash

CALIBRATION = Calibration(slope=1.5, shift=-0.2, share=0.3, threshold=0.4, review=-1.0)


@given(st.floats(-700, 700))
def test_squash_is_a_probability(odds: float) -> None:
    """No log-odds overflow, and every answer lies in [0, 1]."""
    assert 0 <= squash(odds) <= 1


@given(st.floats(0.001, 0.999))
def test_squash_undoes_log_odds(probability: float) -> None:
    """Probability to log-odds and back is the same number."""
    assert squash(log_odds(probability)) == pytest.approx(probability)


def test_a_score_at_the_corpus_share_is_the_calibrated_one() -> None:
    """At the share of offers that the corpus has, prior shift changes nothing."""
    assert CALIBRATION.score(0.8, 0.3) == pytest.approx(squash(0.8))


def test_a_rarer_offer_is_a_lower_score() -> None:
    """At 1 in 200 the odds are multiplied by (1/199) / (3/7), as Bayes' rule says."""
    score = CALIBRATION.score(0.0, 1 / 200)
    assert score / (1 - score) == pytest.approx((1 / 199) / (3 / 7))


@given(st.floats(-20, 20), st.floats(0.0005, 0.5))
def test_prevalence_never_changes_a_decision(odds: float, prevalence: float) -> None:
    """Score and threshold move together."""
    over = CALIBRATION.score(odds, prevalence) >= CALIBRATION.score(CALIBRATION.threshold, prevalence)
    assert over == (odds >= CALIBRATION.threshold) or odds == pytest.approx(CALIBRATION.threshold)


def test_the_threshold_is_the_lowest_that_keeps_the_precision() -> None:
    """Down to the last post at which so many of those above are offers, also past a cut at which they were not."""
    odds, truths = [5, 4, 3, 2, 1, 0, -1], [True, True, True, False, True, False, False]
    assert choose_threshold(odds, truths, 1.0) == pytest.approx(2.5)
    assert choose_threshold(odds, truths, 0.8) == pytest.approx(0.5)
    assert choose_threshold(odds, truths, 0.5) == pytest.approx(-1.5)
    assert choose_threshold([5, 4], [False, True], 0.9) == pytest.approx(5)


def test_the_review_band_ends_at_the_threshold() -> None:
    """The band holds the share of offers asked for, and never begins above the threshold."""
    odds, truths = [3.0, 2.0, 1.0, 0.0], [True, False, True, False]
    assert choose_review(odds, truths, 1.5, 1.0) == 0.5
    assert choose_review(odds, truths, -5.0, 0.5) == -5.0
    assert choose_threshold([], [], 0.9) == 0.0


def test_rare_labels_of_the_corpus_are_lifted() -> None:
    """Of two labels, one four times as common in the corpus, the rarer gains what halves the difference in log odds; a
    label without posts gains nothing."""
    common, rare, none = choose_tilt([0.8, 0.2, 0.0])
    assert rare - common == pytest.approx(math.log(4) / 2)
    assert none == 0
