"""Tuning the encoder on the corpus: low-rank additions that learn what an offer is, and not who wrote it.

Two pulls at once: a linear head that names the label, and a contrast (Khosla et al. 2020, arXiv 2004.11362) in which
posts of one label attract each other only when *different writers* wrote them, so that a writer's voice is of no use.
Each fold of writers is also left out once, so that the reader can be calibrated on writers its encoder never saw.
"""

from __future__ import annotations

import functools
import itertools
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch.nn import functional

from classifier.encoders import Encoder
from classifier.encoders.adapter import Adapter, Additions, Tuning
from classifier.encoders.lowrank import LowRank, learn_beside, take_off
from domain.signals import LABELS

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Progress = Callable[[int, int], None]

SEED = 7
FOLDS = 3
EPOCHS = 1
RANK, SCALE, DROPOUT = 8, 2.0, 0.1
BATCH, TOKENS = 32, 128
ADDED_RATE, HEAD_RATE, WARM_UP, LEAST_RATE = 3e-4, 2e-3, 0.1, 0.02
SMOOTHING, CONTRAST, TEMPERATURE = 0.05, 0.3, 0.1
# Vectors of length 1 in each part are too short for a head that starts at nothing.
SHARPNESS = 8.0
# Batches of one length waste little on padding; so many batches are sorted by length at a time.
SORTED = 16


@dataclass(frozen=True)
class Lessons:
    """What is learned from: texts as the encoder reads them, the number of each one's label, and who wrote it."""

    texts: tuple[str, ...]
    labels: tuple[int, ...]
    writers: tuple[str, ...]

    def without(self, writers: Sequence[str]) -> Lessons:
        """All but those of some writers."""
        kept = [place for place, writer in enumerate(self.writers) if writer not in writers]
        return Lessons(
            tuple(self.texts[place] for place in kept),
            tuple(self.labels[place] for place in kept),
            tuple(self.writers[place] for place in kept),
        )


def tune(
    encoder: Encoder, lessons: Lessons, corpus_digest: str, progress: Progress = lambda done, all_: None
) -> Adapter:
    """The adapter for an encoder, from the whole corpus and from it without each fold of writers.

    `progress` hears (steps done, steps in all). Seeded: the same corpus gives the same adapter on the same machine.
    Raises MissingPart for an encoder that cannot be tuned.
    """
    folds = split_writers(lessons.writers)
    runs = [lessons, *(lessons.without(fold) for fold in folds)]
    steps, done = sum(count_steps(run) for run in runs), itertools.count(1)
    learned = [
        encoder.taught(functools.partial(_learn, lessons=run, tell=lambda: progress(next(done), steps))) for run in runs
    ]
    tuning = Tuning(corpus_digest, encoder.digest, len(lessons.texts), RANK, SCALE, EPOCHS, SEED, folds)
    return Adapter(learned[0], tuple(learned[1:]), tuning)


def split_writers(writers: Sequence[str], folds: int = FOLDS) -> tuple[tuple[str, ...], ...]:
    """Writers in folds of about equally many posts: the largest first, each to the fold that has the fewest."""
    parts: list[list[str]] = [[] for _ in range(folds)]
    sizes = [0] * folds
    for writer, count in sorted(Counter(writers).items(), key=lambda item: (-item[1], item[0])):
        least = sizes.index(min(sizes))
        parts[least].append(writer)
        sizes[least] += count
    return tuple(tuple(sorted(part)) for part in parts if part)


def count_steps(lessons: Lessons) -> int:
    """Batches that one run of tuning takes."""
    return EPOCHS * (len(lessons.texts) // BATCH)


def _learn(model: SentenceTransformer, lessons: Lessons, tell: Callable[[], None]) -> Additions:
    torch.manual_seed(SEED)
    network, beside = learn_beside(model, RANK, SCALE, DROPOUT)
    network.max_seq_length = TOKENS
    head = torch.nn.Linear(int(network.encode([""]).shape[1]), len(LABELS))
    for added in beside.values():
        added.train()
    steps = count_steps(lessons)
    optimiser, rates = _plan(beside, head, steps)
    learning = [one for group in optimiser.param_groups for one in group["params"]]
    places = {writer: place for place, writer in enumerate(sorted(set(lessons.writers)))}
    for batch in itertools.islice(_deal(lessons), steps):
        labels = torch.tensor([lessons.labels[place] for place in batch])
        writers = torch.tensor([places[lessons.writers[place]] for place in batch])
        with torch.autocast("cpu", torch.bfloat16, enabled=_has_half()):
            seen = network(network.preprocess([lessons.texts[place] for place in batch]))
        vectors = seen["sentence_embedding"].float()
        loss = functional.cross_entropy(head(vectors * SHARPNESS), labels, label_smoothing=SMOOTHING)
        loss = loss + CONTRAST * contrast(vectors, labels, writers)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]  # the library leaves it unannotated
        torch.nn.utils.clip_grad_norm_(learning, 1.0)
        optimiser.step()
        rates.step()
        tell()
    return take_off(beside)


def _has_half() -> bool:
    """Whether the processor multiplies matrices in half precision (AMX), which halves the time."""
    return bool(torch.cpu.get_capabilities().get("amx_bf16"))


def contrast(vectors: torch.Tensor, labels: torch.Tensor, writers: torch.Tensor) -> torch.Tensor:
    """Supervised contrastive loss over a batch [posts, dimension], where only posts of one label *and different
    writers* attract each other. 0 where no post has such a partner."""
    unit = functional.normalize(vectors, dim=1)
    alone = torch.eye(len(unit), dtype=torch.bool)
    logs = functional.log_softmax((unit @ unit.T / TEMPERATURE).masked_fill(alone, -1e9), dim=1)
    partners = ((labels[:, None] == labels) & (writers[:, None] != writers)).float()
    counts = partners.sum(1)
    paired = counts > 0
    if not paired.any():
        return vectors.sum() * 0
    return -((logs * partners).sum(1)[paired] / counts[paired]).mean()


def _plan(
    beside: dict[str, LowRank], head: torch.nn.Linear, steps: int
) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler]:
    added = [part for one in beside.values() for part in (one.down, one.up)]
    groups = [{"params": added, "lr": ADDED_RATE}, {"params": list(head.parameters()), "lr": HEAD_RATE}]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.01)
    return optimiser, torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min(1.0, (step + 1) / (WARM_UP * steps)) * max(LEAST_RATE, 1 - step / steps)
    )


def _deal(lessons: Lessons) -> Iterator[list[int]]:
    """Places of posts, a batch at a time, for ever: shuffled, then sorted by length within a few batches."""
    chance = random.Random(SEED)  # noqa: S311  # an order, no secret
    places = list(range(len(lessons.texts)))
    while True:
        chance.shuffle(places)
        for start in range(0, len(places), BATCH * SORTED):
            some = sorted(places[start : start + BATCH * SORTED], key=lambda place: len(lessons.texts[place]))
            batches = [some[at : at + BATCH] for at in range(0, len(some), BATCH)]
            chance.shuffle(batches)
            yield from (batch for batch in batches if len(batch) > BATCH // 4)
