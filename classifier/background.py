"""Ordinary talk: what most of the web is about, and the corpus is not.

The corpus is written around one market. Of a hotel's breakfast or a parliament the sparse view would know a few common
characters, each of which leans a little one way or the other, and much of such talk would pass the gate. So it also
learns from talk about nothing: words drawn by how common they are, and numbers of this and that, strung together
without sense. Only runs of characters are learned from it; the encoder, which reads sense, never sees it.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from classifier.folding.ordinary import find_words

# Pieces of talk for each post of the corpus.
SHARE = 0.45
# How many words a piece has; what may stand after a word, and how often.
_LENGTHS = (4, 8, 15, 25, 40, 70)
_MARKS, _FREQUENCIES = ("", "，", "。"), (0.8, 0.13, 0.07)
# How many of the words are numbers, how often of which form, and what they count. Digits are all one to the view.
_NUMBERS = 0.08
_FORMS, _FORM_SHARES = ("0", "00", "000", "0000", "0.0", "00.00"), (0.3, 0.28, 0.16, 0.12, 0.08, 0.06)
_UNITS = ("", *"年月日点天岁%个人次号楼元块万亿", "公里", "平方米")


def draw_talk(posts: int, seed: int = 1) -> list[str]:
    """The pieces of talk that belong to a corpus of so many posts; the same for the same seed."""
    chance = np.random.default_rng(seed)
    names, shares = _load_words()
    lengths = chance.choice(_LENGTHS, round(SHARE * posts))
    drawn = chance.choice(names, lengths.sum(), p=shares)
    counted = np.char.add(chance.choice(_FORMS, lengths.sum(), p=_FORM_SHARES), chance.choice(_UNITS, lengths.sum()))
    drawn = np.where(chance.random(lengths.sum()) < _NUMBERS, counted, drawn)
    marks = chance.choice(_MARKS, lengths.sum(), p=_FREQUENCIES)
    parts = np.split(np.char.add(drawn, marks), lengths.cumsum()[:-1])
    return ["".join(part) for part in parts if len(part)]


@cache
def _load_words() -> tuple[npt.NDArray[np.str_], npt.NDArray[np.float64]]:
    """The words of the dictionary, and the share of each."""
    words = find_words()
    shares = 10 ** -np.array(list(words.values()))
    return np.array(list(words)), shares / shares.sum()
