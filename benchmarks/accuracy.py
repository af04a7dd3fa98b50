"""How well the classifier does on writers that it has not seen.

    .venv/bin/python -m benchmarks.accuracy [--writers] [--voices] [--disguises] [FILE ...]

The writers of each fold of the tuned encoder are left out in turn; with --writers, with the encoder as it comes, each
writer alone; with --voices each tenth of the voices; with --disguises every disguised post beside the writers, so that
no disguise has been learned from: recall is then told for each. Files of labelled posts (JSON lines) are read with the
model as it is shipped.
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
from classifier.material import Ids, Prepared, prepare
from classifier.reader import load_reader
from domain.signals import LABELS
from tipstaff.lines import read_labelled
from tipstaff.settings import load_settings

SHARE = 10


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("files", nargs="*", type=Path)
    for option in ("--writers", "--voices", "--disguises"):
        parser.add_argument(option, action="store_true")
    options = parser.parse_args()
    models = load_settings().models_folder
    examples = read_corpus()
    encoder = load_encoder(DEFAULT, models, print)
    prepared = prepare(examples)
    print(f"{len(examples)} posts, {len(set(prepared.groups))} writers, {len({one.voice for one in examples})} voices")
    adapter = training.find_adapter(models, encoder)
    apart = training.predict_apart(prepared, encoder, adapter)
    show("tuned, each fold left out", prepared, apart)
    if options.disguises:
        show_disguises(prepared, apart, training.predict_apart(prepared, encoder, adapter, find_plain(prepared)))
    if options.writers:
        show("each writer left out", prepared, training.predict_apart(prepared, encoder))
    if options.voices:
        tenths = tuple(str(int(hashlib.sha256(one.voice.encode()).hexdigest(), 16) % SHARE) for one in examples)
        voices = dataclasses.replace(prepared, groups=tenths)
        show("each tenth of the voices left out", voices, training.predict_apart(voices, encoder))
    for path in options.files:
        print(f"\n{path}")
        print(evaluate(load_reader(models), read_labelled(path)).text())


def show(title: str, prepared: Prepared, apart: training.Predictions) -> None:
    """Figures of predictions for what was left out, over all and for each writer."""
    logs = apart.logs
    calibration = training.calibrate(logs, prepared.labels, apart.interest, prepared.lengths)
    print(f"\n{title}: {training.measure(logs, prepared.labels, calibration)}")
    settled = np.array([calibration.settle(log_odds(float(np.exp(row[0])))) for row in logs])
    truths = prepared.labels == LABELS.index("offer")
    print(f"  at the threshold: {decide(calibration, settled, truths)}; calibration error {gauge(settled, truths):.3f}")
    groups = np.array(prepared.groups)
    for group in sorted(set(prepared.groups)):
        inside = groups == group
        print(f"  {group:12s} {inside.sum():5d} posts  {decide(calibration, settled[inside], truths[inside])}")


def find_plain(prepared: Prepared) -> Ids:
    """The posts without any disguise."""
    return np.array([at for at, view in enumerate(prepared.framed) if not view.folded.evasions])


def show_disguises(prepared: Prepared, seen: training.Predictions, unseen: training.Predictions) -> None:
    """Recall of `offer` among posts with each disguise, where disguises were learned from and where none was."""
    truths = prepared.labels == LABELS.index("offer")
    found = []
    for apart in (seen, unseen):
        calibration = training.calibrate(apart.logs, prepared.labels, apart.interest, prepared.lengths)
        found.append(
            [calibration.settle(log_odds(float(np.exp(row[0])))) >= calibration.threshold for row in apart.logs]
        )
    kinds = [{evasion.kind for evasion in view.folded.evasions} for view in prepared.framed]
    print("\nrecall of offers with each disguise: learned from, not learned from")
    for kind in sorted(set().union(*kinds)):
        chosen = truths & np.array([kind in those for those in kinds])
        if chosen.any():
            print(f"  {kind:14s} {chosen.sum():4d} offers  {np.mean(np.array(found)[:, chosen], axis=1).round(3)}")


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
