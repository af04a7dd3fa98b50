"""How well a reader does on labelled posts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.signals import LABELS, Passage, Reading

_BINS = 10


class Reads(Protocol):
    """Whatever reads passages: a Reader, or a test's stand-in."""

    def read(self, passages: Sequence[Passage], *, read_all: bool = False) -> list[Reading]:
        """One reading for each passage, in order."""
        ...


@dataclass(frozen=True)
class Measure:
    """Of one label: how many posts have it, and precision, recall and F1 (0 where there is nothing to divide by)."""

    posts: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True)
class Report:
    """`average_precision`, `recall_at_95` (the highest recall at a precision of 0.95 or more) and `calibration_error`
    are of the score for `offer`; `confusion[true][read]` counts posts.

    The calibration error is the expected one (Naeini et al. 2015) over ten bins of equal width, each post weighing so
    much that offers have the share that the scores are stated for.
    """

    posts: int
    accuracy: float
    macro_f1: float
    average_precision: float
    recall_at_95: float
    calibration_error: float
    labels: dict[str, Measure]
    confusion: dict[str, dict[str, int]]
    model: str

    def text(self) -> str:
        """The report for a terminal."""
        rows = [f"{'label':22s} {'posts':>6s} {'precision':>9s} {'recall':>7s} {'F1':>6s}"]
        rows += [
            f"{label:22s} {one.posts:6d} {one.precision:9.3f} {one.recall:7.3f} {one.f1:6.3f}"
            for label, one in self.labels.items()
        ]
        rows.append("")
        rows.append(f"{self.posts} posts, accuracy {self.accuracy:.3f}, macro F1 {self.macro_f1:.3f}")
        rows.append(
            f"offer: average precision {self.average_precision:.3f}, "
            f"recall {self.recall_at_95:.3f} at a precision of 0.95, "
            f"calibration error {self.calibration_error:.4f} at the stated prevalence"
        )
        missed = Counter(
            {(true, read): count for true, row in self.confusion.items() for read, count in row.items() if true != read}
        )
        rows += [f"  {count:4d} × {true} read as {read}" for (true, read), count in missed.most_common(8)]
        return "\n".join([*rows, f"model: {self.model}"])


def evaluate(
    reader: Reads, lines: Sequence[tuple[Passage, str]], prevalence: float = 1 / 200, batch: int = 64
) -> Report:
    """Read the passages and compare with their labels; `prevalence` is what the reader's scores are stated for."""
    readings: list[Reading] = []
    for start in range(0, len(lines), batch):
        readings += reader.read([passage for passage, _label in lines[start : start + batch]])
    truths = [label for _passage, label in lines]
    return compare(truths, readings, prevalence)


def compare(truths: Sequence[str], readings: Sequence[Reading], prevalence: float) -> Report:
    """The report for readings whose true labels are known."""
    pairs = Counter(zip(truths, (reading.signal.label for reading in readings), strict=True))
    present = [label for label in LABELS if any(label in pair for pair in pairs)]
    measures = {label: _measure(label, pairs) for label in present}
    known = [measure.f1 for measure in measures.values() if measure.posts]
    ranked = sorted(zip((reading.signal.score for reading in readings), truths, strict=True), key=lambda pair: -pair[0])
    scored = [(score, label == "offer") for score, label in ranked]
    average, recall = _rank(scored)
    return Report(
        posts=len(truths),
        accuracy=_divide(sum(count for (true, read), count in pairs.items() if true == read), len(truths)),
        macro_f1=_divide(sum(known), len(known)),
        average_precision=average,
        recall_at_95=recall,
        calibration_error=_gauge(scored, prevalence),
        labels=measures,
        confusion={true: {read: pairs[true, read] for read in present if pairs[true, read]} for true in present},
        model=readings[0].signal.model if readings else "",
    )


def _measure(label: str, pairs: Counter[tuple[str, str]]) -> Measure:
    right = pairs[label, label]
    posts = sum(count for (true, _read), count in pairs.items() if true == label)
    said = sum(count for (_true, read), count in pairs.items() if read == label)
    precision, recall = _divide(right, said), _divide(right, posts)
    return Measure(posts, precision, recall, _divide(2 * precision * recall, precision + recall))


def _rank(ranked: Sequence[tuple[float, bool]]) -> tuple[float, float]:
    """Average precision, and the highest recall at a precision of 0.95, of scores sorted from the highest.

    Posts with one score count together, so that the order among them changes nothing.
    """
    wanted = sum(truth for _score, truth in ranked)
    average = best = 0.0
    found = before = 0
    for place, (score, truth) in enumerate(ranked, 1):
        found += truth
        if place < len(ranked) and ranked[place][0] == score:
            continue
        precision, recall = found / place, _divide(found, wanted)
        average += precision * _divide(found - before, wanted)
        best = max(best, recall) if precision >= 0.95 else best
        before = found
    return average, best


def _gauge(scored: Sequence[tuple[float, bool]], prevalence: float) -> float:
    """The expected calibration error; 0 where only offers, or none, are read."""
    offers = sum(truth for _score, truth in scored)
    if offers in (0, len(scored)):
        return 0.0
    weights = {True: prevalence / offers, False: (1 - prevalence) / (len(scored) - offers)}
    errors = [0.0] * _BINS
    for score, truth in scored:
        errors[min(int(score * _BINS), _BINS - 1)] += weights[truth] * (score - truth)
    return sum(abs(error) for error in errors)


def _divide(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
