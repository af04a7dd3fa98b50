"""Derive the two tables by which fold tells a homophone from an ordinary word.

    uv run --no-project --with jieba==0.42.1 --with pypinyin==0.55.0 --with opencc python scripts/derive_sounds.py

`classifier/lexicon/sounds.tsv`: the characters that sound like a syllable of a market word (words.tsv), by their first
reading in pypinyin's table of characters. `classifier/lexicon/ordinary.tsv`: what an ordinary word costs, -log10 of its
share of all words, in halves, from the frequencies in jieba's dictionary. Run again when words.tsv has a new syllable.
Origin and licences stand in NOTICE.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import jieba
import opencc
from pypinyin.pinyin_dict import pinyin_dict

LEXICON = Path(__file__).parent.parent / "classifier" / "lexicon"
# A word of two characters is worth keeping from this frequency; longer ones seldom decide, so only the common.
LEAST = {1: 1, 2: 5, 3: 20, 4: 20}
HAN = re.compile("[\u4e00-\u9fff]+")
_SIMPLE = opencc.OpenCC("t2s")


def flatten(syllable: str) -> str:
    """A syllable without its tone; ü is v."""
    apart = unicodedata.normalize("NFD", syllable).replace("u\u0308", "v")
    return "".join(letter for letter in apart if letter.isascii() and letter.isalpha())


def blur(syllable: str) -> str:
    """What is left of a syllable for those who do not tell zh from z, n from l, ing from in."""
    return re.sub("^([zcs])h", r"\1", re.sub("(?<=[ie])ng$", "n", re.sub("^l", "n", syllable)))


def read_market() -> set[str]:
    """The blurred syllables of the market's words."""
    rows = (LEXICON / "words.tsv").read_text(encoding="utf-8").splitlines()
    cells = [row.split("\t") for row in rows if row and not row.startswith("#")][1:]
    return {blur(syllable) for row in cells for syllable in row[1].split()}


def list_sounds() -> Iterator[str]:
    """The rows of sounds.tsv."""
    wanted = read_market()
    sounds: dict[str, list[str]] = defaultdict(list)
    for code in range(0x4E00, 0x9FA6):
        if code in pinyin_dict and _SIMPLE.convert(chr(code)) == chr(code):
            syllable = flatten(pinyin_dict[code].split(",")[0])
            if blur(syllable) in wanted:
                sounds[syllable].append(chr(code))
    yield "# Derived by scripts/derive_sounds.py from pypinyin's table of characters (see NOTICE). Not written by hand."
    yield "syllable\tcharacters"
    for syllable, characters in sorted(sounds.items()):
        yield f"{syllable}\t{''.join(characters)}"


def list_ordinary() -> Iterator[str]:
    """The rows of ordinary.tsv: by first character, so that a reader parses only the rows it needs."""
    path = Path(jieba.__file__).parent / "dict.txt"
    rows = [line.split() for line in path.read_text(encoding="utf-8").splitlines()]
    total = sum(int(row[1]) for row in rows)
    costs: dict[str, dict[float, list[str]]] = defaultdict(lambda: defaultdict(list))
    for word, count, *_ in rows:
        if int(count) >= LEAST.get(len(word), total) and HAN.fullmatch(word) and _SIMPLE.convert(word) == word:
            costs[word[0]][round(-math.log10(int(count) / total) * 2) / 2].append(word[1:])
    yield "# Derived by scripts/derive_sounds.py from jieba's dictionary (see NOTICE). Not written by hand."
    yield "# After each cost, what follows `first` in the words that cost so much; - is the character alone."
    yield "first\tcosts"
    for first, groups in sorted(costs.items()):
        yield (
            first
            + "\t"
            + " ".join(f"{cost:g} {' '.join(tail or '-' for tail in groups[cost])}" for cost in sorted(groups))
        )


def main() -> None:
    """Write both tables."""
    for name, rows in (("sounds", list_sounds()), ("ordinary", list_ordinary())):
        (LEXICON / f"{name}.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
