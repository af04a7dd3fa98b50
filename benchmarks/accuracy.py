"""How well the classifier does on writers that it has not seen.

    .venv/bin/python benchmarks/accuracy.py [--voices] [FILE ...]

The writers of each fold of the tuned encoder are left out in turn, then, with the encoder as it comes, each writer
alone; with --voices also each tenth of the voices. Files of labelled posts (JSON lines) are read with the model as it
is shipped.
"""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
from pathlib import Path

import numpy as np

from classifier import training
from classifier.calibration import Calibration, log_odds
from classifier.corpus import read_corpus
from classifier.encoders import DEFAULT, load_encoder
from classifier.evaluation import evaluate
from classifier.head import Logs
from classifier.reader import load_reader
from domain.signals import LABELS
from tipstaff.lines import read_labelled
from tipstaff.settings import load_settings

SHARE = 10


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--voices", action="store_true")
    options = parser.parse_args()
    models = load_settings().models_folder
    examples = read_corpus()
    encoder = load_encoder(DEFAULT, models, print)
    prepared = training.prepare(examples)
    print(f"{len(examples)} posts, {len(set(prepared.groups))} writers, {len({one.voice for one in examples})} voices")
    adapter = training.find_adapter(models, encoder)
    if adapter:
        show("tuned, each fold left out", prepared, training.predict_apart(prepared, encoder, adapter))
    show("each writer left out", prepared, training.predict_apart(prepared, encoder))
    if options.voices:
        tenths = tuple(str(int(hashlib.sha256(one.voice.encode()).hexdigest(), 16) % SHARE) for one in examples)
        apart = dataclasses.replace(prepared, groups=tenths)
        show("each tenth of the voices left out", apart, training.predict_apart(apart, encoder))
    for path in options.files:
        print(f"\n{path}")
        print(evaluate(load_reader(models), read_labelled(path)).text())


def show(title: str, prepared: training.Prepared, apart: training.Predictions) -> None:
    """Figures of predictions for what was left out, over all and for each writer."""
    logs = apart.logs
    calibration = training.calibrate(logs, prepared.labels, apart.interest)
    print(f"\n{title}: {training.measure(logs, prepared.labels)}")
    settled = np.array([calibration.settle(log_odds(float(np.exp(row[0])))) for row in logs])
    truths = prepared.labels == LABELS.index("offer")
    print(f"  at the threshold: {decide(calibration, settled, truths)}; calibration error {gauge(settled, truths):.3f}")
    groups = np.array(prepared.groups)
    for group in sorted(set(prepared.groups)):
        inside = groups == group
        print(f"  {group:12s} {inside.sum():5d} posts  {decide(calibration, settled[inside], truths[inside])}")


def decide(calibration: Calibration, settled: Logs, truths: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> str:
    """Precision and recall of `offer` at the threshold."""
    called = settled >= calibration.threshold
    right = int((called & truths).sum())
    return f"precision {right / max(called.sum(), 1):.3f} recall {right / max(truths.sum(), 1):.3f}"


def gauge(settled: Logs, truths: np.ndarray[tuple[int], np.dtype[np.bool_]], bins: int = 10) -> float:
    """Expected calibration error at the corpus's mix, over bins of equal width."""
    chances = 1 / (1 + np.exp(-settled))
    places = np.minimum((chances * bins).astype(int), bins - 1)
    return float(sum(abs(chances[places == b].mean() - truths[places == b].mean()) * (places == b).mean()
                     for b in range(bins) if (places == b).any()))  # fmt: skip


if __name__ == "__main__":
    main()
