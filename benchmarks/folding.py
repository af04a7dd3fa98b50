"""How well disguises are undone, and what ordinary text pays for it.

`python -m benchmarks.folding [FILE …]` prints the recall on tests/data/fold by family and the innocent phrases that
changed; then, for the ordinary posts of the corpus and for every FILE of ordinary lines, the share of lines on which
a market word appears that was not there before; then the time a kilobyte of ordinary Chinese takes. `-v` names cases.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from classifier.corpus import read_corpus
from classifier.fold import fold
from classifier.folding.characters import simplify
from classifier.lexicon import read_words

CASES = Path(__file__).parent.parent / "tests" / "data" / "fold"
LABELS = ("vehicle_ad", "insurance_ad", "unrelated")
# Words written only because another was meant, beside the market's own.
WORDS = (*read_words("words"), *(word for word in read_words("disguises", "word") if len(word) > 1))
_ANY_WORD = re.compile("|".join(sorted({re.escape(word.lower()) for word in WORDS}, key=len, reverse=True)))


def find_new(text: str) -> set[str]:
    """The market words that folding brought into a text; simplifying alone brings none."""
    plain = list(text)
    for edit in simplify(text):
        plain[edit.start : edit.end] = edit.text
    before = "".join(plain).lower()
    return {word for word in _ANY_WORD.findall(fold(text).text.lower()) if word not in before}


def measure_disguised(verbose: bool) -> None:
    """Recall by family: every word expected stands in the folded text."""
    for path in sorted(CASES.glob("[dl]*.jsonl")):
        cases = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        found: Counter[str] = Counter()
        for case in cases:
            folded = fold(case["text"]).text.lower()
            right = all(word.lower() in folded for word in case["words"])
            found[case["family"]] += right
            if verbose and not right:
                print("   missed", case["family"], repr(case["text"]), "→", repr(folded), case["words"])
        total = Counter(case["family"] for case in cases)
        parts = ", ".join(f"{name} {found[name]}/{count}" for name, count in total.items())
        print(f"{path.name}: {found.total()} of {len(cases)} = {found.total() / len(cases):.3f} ({parts})")


def measure_innocent(verbose: bool) -> None:
    """Innocent phrases that changed."""
    for path in sorted(CASES.glob("innocent*.jsonl")):
        texts = [json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines()]
        changed = [text for text in texts if fold(text).text != text]
        print(f"{path.name}: {len(changed)} of {len(texts)} changed")
        for text in changed if verbose else ():
            print("   changed", repr(text), "→", repr(fold(text).text))


def measure_ordinary(name: str, lines: Iterable[str], verbose: bool) -> None:
    """Lines on which a market word appears through folding."""
    count = wrong = 0
    for line in lines:
        count += 1
        new = find_new(line)
        wrong += bool(new)
        if verbose and new:
            spans = [line[max(0, e.start - 8) : e.end + 8] for e in fold(line).evasions]
            print("   new", sorted(new), spans[:3])
    print(f"{name}: {wrong} of {count} lines = 1 in {count // max(1, wrong)}")


def measure_speed(lines: list[str]) -> None:
    """Milliseconds a kilobyte (UTF-8), on lines as they are and on one long text of them."""
    fold("车主 chezhu 煮")
    for name, texts in (("lines", lines), ("one text", ["\n".join(lines)])):
        size = sum(len(text.encode()) for text in texts) / 1024
        started = time.process_time()
        for text in texts:
            fold(text)
        print(f"speed, {name}: {(time.process_time() - started) * 1000 / size:.3f} ms a KB of {size:.0f} KB")


def main() -> None:
    """Print it all."""
    verbose = "-v" in sys.argv
    paths = [Path(name) for name in sys.argv[1:] if name != "-v"]
    measure_disguised(verbose)
    measure_innocent(verbose)
    examples = read_corpus()
    for label in LABELS:
        measure_ordinary(f"corpus, {label}", [item.text for item in examples if item.label == label], verbose)
    lines: list[str] = []
    for path in paths:
        own = [line for line in path.read_text(encoding="utf-8", errors="ignore").splitlines() if line.strip()]
        measure_ordinary(path.name, own, verbose)
        lines += own
    measure_speed((lines or [item.text for item in examples if item.label == "unrelated"])[:5000])


if __name__ == "__main__":
    main()
