"""Training: corpus in, model out. Everything is seeded and ordered, so that the same corpus gives the same model."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

import numpy as np

from classifier.calibration import Calibration, choose_review, choose_threshold, choose_tilt, log_odds
from classifier.corpus import FOLDER, Example, digest_corpus, read_corpus
from classifier.encoders import DEFAULT, Encoder, load_encoder
from classifier.encoders.adapter import Adapter, Additions, load_adapter
from classifier.gate import RECALL, choose_gate
from classifier.head import FORMAT, Floats, Logs, Manifest, Model, save_model
from classifier.known import gather_known
from classifier.lessons import measure_verdicts, teach
from classifier.material import Ids, Prepared, encode, prepare
from classifier.regression import fit_dense, fit_kinds, fit_labels, fit_sparse
from classifier.verdict import Verdict, judge_posts
from domain.errors import Refused
from domain.signals import LABELS, Lesson

SHIPPED = Path(__file__).parent / "models"

PRECISION = 0.85
REVIEW_RECALL = 0.96
# Offers, and others, without which no score can be calibrated.
LEAST_POSTS = 10
THRESHOLDS_FOR = (
    f"{PRECISION} of what is called an offer is one at the corpus's mix, on predictions for writers left out of "
    f"training; the review band begins where {REVIEW_RECALL} of those offers lie above; the gate lets "
    f"{RECALL} of them pass, of each class of length"
)


def build(
    models: Path,
    *,
    encoder: str = DEFAULT,
    out: Path | None = None,
    corpus: Path = FOLDER,
    lessons: Sequence[Lesson] = (),
    tuned: bool = False,
    note: Callable[[str], None] = lambda line: None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Path:
    """Train for an encoder and put the model into `out`, by default where `load_reader` looks first under `models`.

    `lessons` are what analysts' verdicts teach beside the corpus. `tuned`: tune the encoder first (`progress` hears
    steps done and steps in all); otherwise the adapter that there is for it serves. The folder appears whole or not at
    all. Raises BadSourceFile for a faulty corpus, Refused for one too small, MissingPart for a missing encoder. Returns
    the folder.
    """
    examples = read_corpus(corpus)
    check_enough(examples)
    loaded = load_encoder(encoder, models, note)
    note(f"reading {len(examples) + len(lessons)} posts")
    adapter = tune_encoder(examples, loaded, progress) if tuned else find_adapter(models, loaded)
    model = train(examples, loaded, lessons, adapter)
    folder = out or place_model(models, encoder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=".model-", dir=folder.parent))
    try:
        save_model(model, work)
        work.chmod(0o755)
        replace_folder(work, folder)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return folder


def place_model(models: Path, encoder: str) -> Path:
    """Where a model trained on this machine for an encoder is kept."""
    name = "".join(letter if letter.isalnum() or letter in "-._" else "-" for letter in encoder).strip(".-")
    return models / "heads" / (name or "encoder")


def find_adapter(models: Path, encoder: Encoder) -> Adapter | None:
    """The adapter of an encoder: tuned on this machine, or shipped; None where there is none for its weights."""
    for folder in (place_model(models, encoder.name), SHIPPED / encoder.name):
        adapter = load_adapter(folder)
        if adapter and adapter.tuning.encoder_digest == encoder.digest:
            return adapter
    return None


def tune_encoder(
    examples: Sequence[Example], encoder: Encoder, progress: Callable[[int, int], None] = lambda done, total: None
) -> Adapter:
    """The adapter that the corpus gives for an encoder. Raises MissingPart for one that cannot be tuned."""
    from classifier.encoders.tuning import Lessons, tune

    prepared = prepare(examples)
    texts = tuple(view.whole() for view in prepared.framed)
    lessons = Lessons(texts, tuple(prepared.labels.tolist()), prepared.groups)
    return tune(encoder, lessons, digest_corpus(examples), progress)


def train(
    examples: Sequence[Example], encoder: Encoder, lessons: Sequence[Lesson] = (), adapter: Adapter | None = None
) -> Model:
    """A model from labelled posts: fitted on all of them, calibrated on predictions for writers left out.

    Verdicts teach the heads and not the calibration: they exist only for posts that a model took for findings, and
    what was picked by its score says nothing of how often that score is right. Raises Refused for too few posts.
    """
    check_enough(examples)
    taught = teach(lessons)
    prepared = prepare(examples, taught)
    everything, count = np.arange(len(prepared.labels)), len(examples)
    apart = predict_apart(prepared, encoder, adapter)
    logs = apart.logs
    calibration = calibrate(logs[:count], prepared.labels[:count], apart.interest[:count], prepared.lengths[:count])
    prepared = encode(prepared, encoder.adapted(adapter.whole, adapter.tuning.scale) if adapter else encoder)
    dense = fit_dense(prepared, everything)
    sparse = fit_sparse(prepared, everything)
    kinds = fit_kinds(prepared, everything)
    figures = measure(logs[:count], prepared.labels[:count], calibration)
    figures |= measure_verdicts(logs[count:], taught, calibration)
    manifest = describe(examples, encoder, calibration, figures)
    offers = [at for at, example in enumerate(examples) if example.label == "offer"]
    known = gather_known([examples[at].id for at in offers], [prepared.framed[at].text for at in offers], sparse.body)
    return Model(dense, sparse, kinds, replace(manifest, verdicts=len(taught.groups)), adapter, known=known)


def check_enough(examples: Sequence[Example]) -> None:
    """Raises Refused where no score could be calibrated: it takes two writers and some offers and others of each."""
    offers = Counter(example.writer for example in examples if example.label == "offer")
    others = Counter(example.writer for example in examples if example.label != "offer")
    if len(offers.keys() & others.keys()) < 2 or min(offers.total(), others.total()) < LEAST_POSTS:
        raise Refused(
            what=f"training on {offers.total()} offers and {others.total()} other posts",
            mend=f"to calibrate a score it takes {LEAST_POSTS} of each, and two writers or more who wrote both",
        )


@dataclass(frozen=True)
class Predictions:
    """For each post, from a head and an encoder that saw no post of its writer: log probabilities [posts, labels], and
    the interest that the gate weighs [posts]."""

    logs: Logs
    interest: Logs


def predict_apart(
    prepared: Prepared, encoder: Encoder, adapter: Adapter | None = None, learned: Ids | None = None
) -> Predictions:
    """What would be said of each post had its writer not written the corpus: windows and all, as the reader says it.

    Without an adapter each writer is left out alone, else the writers of each of its folds. Of the others' posts the
    heads learn from those in `learned`, from all when it is None.
    """
    logs = np.full((len(prepared.labels), len(LABELS)), -np.log(len(LABELS)))
    interest = np.zeros(len(prepared.labels))
    if adapter is None:
        prepared = encode(prepared, encoder)
    for inside, additions in _part(prepared.groups, adapter):
        outside = np.setdiff1d(np.arange(len(prepared.labels)) if learned is None else learned, inside)
        if not len(outside) or not len(inside):
            continue
        innocent = encoder
        if adapter:
            innocent = encoder.adapted(additions, adapter.tuning.scale)
            prepared = encode(prepared, innocent)
        verdicts = _judge_apart(prepared, innocent, inside, outside)
        logs[inside] = [verdict.logs for verdict in verdicts]
        interest[inside] = [verdict.interest for verdict in verdicts]
    return Predictions(logs, interest)


def _part(groups: Sequence[str], adapter: Adapter | None) -> Iterator[tuple[Ids, Additions]]:
    """The posts of each part that is left out, and what the encoder is adapted with meanwhile."""
    written = np.array(groups)
    if adapter is None:
        yield from ((np.flatnonzero(written == group), {}) for group in sorted(set(groups)))
        return
    # Who came after the tuning is unknown to each of its folds; the first does.
    known = {writer for fold in adapter.tuning.folds for writer in fold}
    new = sorted(set(groups) - known)
    for number, (fold, additions) in enumerate(zip(adapter.tuning.folds, adapter.apart, strict=True)):
        yield np.flatnonzero(np.isin(written, [*fold, *(() if number else new)])), additions


def _judge_apart(prepared: Prepared, encoder: Encoder, inside: Ids, outside: Ids) -> list[Verdict]:
    known = {view.whole(): vector for view, vector in zip(prepared.framed, prepared.vectors, strict=True)}

    def read(texts: Sequence[str]) -> Floats:
        new = [text for text in dict.fromkeys(texts) if text not in known]
        known.update(zip(new, encoder.encode(new), strict=True))
        return np.array([known[text] for text in texts], np.float32).reshape(-1, encoder.dimension)

    views = [prepared.framed[index] for index in inside]
    dense, sparse = fit_dense(prepared, outside), fit_sparse(prepared, outside)
    return judge_posts(views, dense, sparse, read, encoder.max_tokens)


def calibrate(logs: Logs, labels: Ids, interest: Logs, lengths: Ids) -> Calibration:
    """Platt scaling, thresholds and the gate from predictions for writers left out."""
    truths = labels == LABELS.index("offer")
    odds = np.array([log_odds(float(np.exp(row[0]))) for row in logs])
    weights, bias = fit_labels(odds[:, None], truths.astype(np.int64), 1e6, 2)
    # Two classes: `fit_labels` gives the weights of both, and their difference is the slope.
    slope, shift = float(weights[0, 1] - weights[0, 0]), float(bias[1] - bias[0])
    settled = (slope * odds + shift).tolist()
    threshold = choose_threshold(settled, truths.tolist(), PRECISION)
    review = choose_review(settled, truths.tolist(), threshold, REVIEW_RECALL)
    tilt = choose_tilt((np.bincount(labels, minlength=len(LABELS)) / len(labels)).tolist())
    gate = choose_gate(interest, lengths, truths)
    return Calibration(slope, shift, float(truths.mean()), threshold, review, gate, tilt)


def measure(logs: Logs, labels: Ids, calibration: Calibration) -> dict[str, float]:
    """Average precision for offer, recall at 0.95 precision and macro F1, of predictions for writers left out."""
    from sklearn.metrics import average_precision_score, f1_score, precision_recall_curve

    truths = labels == LABELS.index("offer")
    precision, recall, _thresholds = precision_recall_curve(truths, logs[:, 0])
    figures = {
        "average_precision": average_precision_score(truths, logs[:, 0]),
        "recall_at_precision_0.95": recall[precision >= 0.95].max(),
        "macro_f1": f1_score(labels, name_labels(logs, calibration), average="macro"),
    }
    return {name: round(float(value), 4) for name, value in figures.items()}


def name_labels(logs: Logs, calibration: Calibration) -> Ids:
    """The label that each post is given, as a number: `offer` from the threshold on, else the likeliest other."""
    settled = np.array([calibration.settle(log_odds(float(np.exp(row[0])))) for row in logs])
    others = (logs + calibration.tilt)[:, 1:].argmax(1) + 1
    return np.where(settled >= calibration.threshold, 0, others)


def describe(
    examples: Sequence[Example], encoder: Encoder, calibration: Calibration, figures: dict[str, float]
) -> Manifest:
    """The manifest of a model that was trained now."""
    return Manifest(
        format=FORMAT,
        labels=LABELS,
        encoder=encoder.name,
        encoder_digest=encoder.digest,
        dimension=encoder.dimension,
        max_tokens=encoder.max_tokens,
        corpus_digest=digest_corpus(examples),
        examples=len(examples),
        calibration=calibration,
        thresholds_for=THRESHOLDS_FOR,
        figures=figures,
        versions={name: version(name) for name in ("scikit-learn", "sentence-transformers", "torch", "numpy")},
    )


def replace_folder(work: Path, folder: Path) -> None:
    """Put the folder `work` in the place of `folder`, whatever stands there."""
    old = work.with_name(work.name + "-old")
    if folder.exists():
        folder.rename(old)
    os.replace(work, folder)
    shutil.rmtree(old, ignore_errors=True)
