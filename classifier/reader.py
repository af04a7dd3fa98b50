"""The reader of posts, and the only place that knows the order.

fold → verdict (windows, both views, one answer) → calibration → offer, kind → masking → reasons.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

from classifier import training
from classifier.calibration import log_odds
from classifier.context import Framed, frame
from classifier.encoders import DEFAULT, Encoder, load_encoder, packaged
from classifier.fold import Folded, fold
from classifier.gate import OPEN
from classifier.head import Floats, Logs, Model, load_model
from classifier.ngrams import find_grams
from classifier.offer import read_kind, read_offer
from classifier.offer.plain import look
from classifier.pictures.gallery import join, part
from classifier.reasons import give_reasons, liken, weigh_letters
from classifier.redact import fill_masks_in, find_victims, mask
from classifier.verdict import Verdict, judge_posts
from domain.errors import MissingPart
from domain.signals import FINDING_LABELS, LABELS, OFFER_KINDS, Mask, Offer, Passage, Reading, Reason, Signal

OFFER = LABELS.index("offer")
# In log-odds.
_BELOW_DOUBT = 1.0
# The source of these decides a reading beside the model: their digest is the version of the rules.
_RULES = (
    "fold.py", "folding", "context.py", "gate.py", "ngrams.py", "head.py", "encoders", "calibration.py", "windows.py",
    "verdict.py", "reader.py", "redact.py", "pictures", "offer", "lexicon",
)  # fmt: skip


class Reader:
    """Reads passages into signals. The encoder is loaded when the first text needs it."""

    def __init__(self, model: Model, encoder: Callable[[], Encoder], prevalence: float) -> None:
        self._head = model
        adapter = model.adapter
        self._encoder = cache(lambda: encoder().adapted(adapter.whole, adapter.tuning.scale) if adapter else encoder())
        self._prevalence = prevalence
        names = (model.manifest.encoder, f"head-{model.digest()[:12]}", f"rules-{_digest_rules()[:12]}", _version())
        self.model = f"{' '.join(names)} prevalence-{prevalence:g}"
        calibration = model.manifest.calibration
        self.threshold = calibration.score(calibration.threshold, prevalence)
        self.review_low = calibration.score(calibration.review, prevalence)

    def read(self, passages: Sequence[Passage], *, read_all: bool = False, masked: bool = False) -> list[Reading]:
        """One reading for each passage, in order. `read_all`: read an offer into texts of every label. `masked`: the
        texts are as they are kept, victims' data masked; the views then see stand-ins there.

        Any text at all gives a reading. Raises MissingPart when the encoder is not to be had.
        """
        whole = [join(item) for item in passages]
        framed = [frame(item.text, item.thread_title, item.board, item.quoted) for item in whole]
        head = self._head
        seen = [fill_masks_in(view) for view in framed] if masked else framed
        gate = OPEN if read_all else head.manifest.calibration.gate
        verdicts = judge_posts(seen, head.dense, head.sparse, self._encode, head.manifest.max_tokens, gate)
        readings = [self._finish(*one, read_all) for one in zip(whole, framed, verdicts, strict=True)]
        return [part(*pair) for pair in zip(passages, readings, strict=True)]

    def _encode(self, texts: Sequence[str]) -> Floats:
        if not texts:
            return np.zeros((0, self._head.manifest.dimension), np.float32)
        # Bumped threads repeat whole posts; a text is encoded once a batch.
        distinct = {text: index for index, text in enumerate(dict.fromkeys(texts))}
        vectors = self._encoder().encode(list(distinct))
        return vectors[[distinct[text] for text in texts]]

    def _finish(self, passage: Passage, framed: Framed, verdict: Verdict, read_all: bool) -> Reading:
        calibration = self._head.manifest.calibration
        chances = np.exp(verdict.logs)
        turned_away = verdict.vector is None
        settled = calibration.settle(log_odds(float(chances[OFFER])))
        if turned_away:
            # One view alone is not calibrated; what it turns away is below all doubt.
            settled = min(settled, calibration.review - _BELOW_DOUBT)
        score = calibration.score(settled, self._prevalence)
        labels = _spread(verdict.logs + calibration.tilt, score)
        label = "offer" if score >= self.threshold else max(LABELS[1:], key=lambda name: labels[name])
        folded = framed.folded
        kept = label in FINDING_LABELS or score >= self.review_low
        plain = look(folded)
        offer = read_offer(plain) if kept or read_all else None
        masks = find_victims(plain, offer or Offer())
        shown = _mask_passage(passage, masks, offer or Offer())
        nearest = self._liken(folded, verdict, shown.text) if label == "offer" else None
        signal = Signal(
            id=passage.id,
            label=label,
            score=score,
            labels=labels,
            kind=self._name_kind(read_kind(folded, offer), verdict) if offer and label == "offer" else None,
            offer=_mask_offer(offer, shown.text) if offer else None,
            reasons=() if turned_away else self._give_reasons(folded, verdict, shown.text, offer, nearest),
            model=self.model,
        )
        refolded = folded if shown.text == passage.text else fold(shown.text)
        return Reading(signal, shown, masks, len(folded.evasions), refolded.text if kept else "")

    def _give_reasons(
        self, folded: Folded, verdict: Verdict, shown: str, offer: Offer | None, nearest: Reason | None
    ) -> tuple[Reason, ...]:
        scale = self._head.manifest.calibration.slope / 2  # the sparse view is one of two
        letters = weigh_letters(folded, verdict.window, self._head.sparse, np.exp(verdict.logs), scale)
        return give_reasons(letters, shown, folded, offer, nearest)

    def _liken(self, folded: Folded, verdict: Verdict, shown: str) -> Reason | None:
        """The known offer that the best window is most like, where it is very like one."""
        head = self._head
        grams = find_grams(folded.text[slice(*verdict.window)], head.sparse.body)
        likeness = head.known.find_nearest(grams, head.sparse.body) if head.known else None
        return liken(folded, verdict.window, head.sparse, shown, likeness) if likeness else None

    def _name_kind(self, written: str | None, verdict: Verdict) -> str:
        """What the words say outright, else what the head finds likeliest; a list is what no word speaks against."""
        if verdict.vector is None or (written is not None and written != "list_sale"):
            return written or OFFER_KINDS[0]
        return OFFER_KINDS[int(self._head.kinds.judge(verdict.vector[None, :]).argmax())]


def load_reader(
    models: Path, *, encoder: str = DEFAULT, prevalence: float = 1 / 200, shipped: Path = training.SHIPPED
) -> Reader:
    """A reader with the model for an encoder: one trained on this machine (`tipstaff train`), else the shipped one,
    else one that is trained now and kept under `models`. Raises MissingPart."""
    if encoder == DEFAULT:
        return Reader(_find_default(models, shipped), lambda: load_encoder(encoder, models), prevalence)
    loaded = load_encoder(encoder, models)
    return Reader(_find_other(models, loaded), lambda: loaded, prevalence)


def _find_default(models: Path, shipped: Path) -> Model:
    """A model trained here may be of an older version, or for other weights; then the shipped one serves."""
    own = training.place_model(models, DEFAULT)
    if own.is_dir():
        try:
            model = load_model(own)
        except MissingPart:
            pass
        else:
            if model.manifest.encoder_digest == packaged.SHA256:
                return model
    return load_model(shipped / DEFAULT)


def _find_other(models: Path, encoder: Encoder) -> Model:
    place = training.place_model(models, encoder.name)
    try:
        model = load_model(place)
    except MissingPart:
        model = None
    if model is None or model.manifest.encoder_digest != encoder.digest:
        model = load_model(training.build(models, encoder=encoder.name))
    return model


def _spread(logs: Logs, score: float) -> dict[str, float]:
    """All labels: the score for `offer`, the rest in the proportions of these log probabilities."""
    chances = np.exp(logs)
    rest = float(np.delete(chances, OFFER).sum()) or 1.0
    return {
        label: score if index == OFFER else float(chances[index]) / rest * (1 - score)
        for index, label in enumerate(LABELS)
    }


def _mask_passage(passage: Passage, masks: Sequence[Mask], offer: Offer) -> Passage:
    return replace(
        passage,
        text=mask(passage.text, masks),
        thread_title=None if passage.thread_title is None else _mask_around(passage.thread_title, offer),
        quoted=tuple(_mask_around(text, offer) for text in passage.quoted),
    )


def _mask_around(text: str, offer: Offer) -> str:
    """What stands around the post is other people's words, with victims of its own."""
    return mask(text, find_victims(fold(text), offer))


def _mask_offer(offer: Offer, shown: str) -> Offer:
    """The offer with its strings cut from the masked text."""
    return replace(
        offer,
        prices=tuple(replace(price, text=shown[price.start : price.end]) for price in offer.prices),
        contacts=tuple(replace(contact, text=shown[contact.start : contact.end]) for contact in offer.contacts),
        volumes=tuple(replace(volume, text=shown[volume.start : volume.end]) for volume in offer.volumes),
    )


@cache
def _digest_rules() -> str:
    root = Path(__file__).parent
    files = (path for name in _RULES for path in ([root / name] if name.endswith(".py") else (root / name).rglob("*")))
    kept = sorted(path for path in files if path.is_file() and path.suffix in (".py", ".tsv", ".json", ".txt"))
    digest = hashlib.sha256()
    for path in kept:
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _version() -> str:
    try:
        return f"tipstaff-{version('tipstaff')}"
    except PackageNotFoundError:
        return "tipstaff"
