"""The corpus: every fault is named, its numbers hold, and no writer repeats another."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from itertools import combinations
from pathlib import Path

import pytest

from classifier.corpus import digest_corpus, read_corpus
from domain.errors import BadSourceFile
from domain.signals import LABELS, OFFER_KINDS

BLIND = Path(__file__).parents[1] / "data" / "blind" / "posts.jsonl"
GOOD = {
    "id": "w-1", "label": "offer", "kind": "list_sale", "text": "车主资料", "thread_title": None, "board": None,
    "voice": "w-a", "situation": "test", "lang": "zh-Hans",
}  # fmt: skip
FAULTS = [
    ({"label": "offers"}, "unknown label offers"),
    ({"kind": None}, "not the kind of an offer"),
    ({"label": "wanted"}, "only an offer has a kind"),
    ({"text": " "}, "text is not a text"),
    ({"lang": "zh"}, "unknown language"),
    ({"voice": "other"}, "begin with w-"),
    ({"extra": 1}, "not those of an example"),
    ({"board": 3}, "texts or null"),
]


def write(folder: Path, *rows: object) -> Path:
    """A corpus folder with one file `w.jsonl`."""
    (folder / "w.jsonl").write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return folder


@pytest.mark.parametrize(("change", "fault"), FAULTS, ids=[fault for _change, fault in FAULTS])
def test_a_fault_is_named_with_its_line(tmp_path: Path, change: dict[str, object], fault: str) -> None:
    """A line that is wrong is named by file and number, with what is wrong."""
    with pytest.raises(BadSourceFile, match=rf"w\.jsonl:1: .*{fault}"):
        read_corpus(write(tmp_path, GOOD | change))


def test_all_faults_are_named_at_once(tmp_path: Path) -> None:
    """Seven faults on three lines are seven lines of one error."""
    rows = [GOOD, GOOD, "text", GOOD | {"id": "w-3", "label": "x", "lang": "y"}]
    with pytest.raises(BadSourceFile) as caught:
        read_corpus(write(tmp_path, *rows))
    assert len(caught.value.faults) == 7


def test_an_empty_folder_is_a_fault(tmp_path: Path) -> None:
    """Training on nothing is refused."""
    with pytest.raises(BadSourceFile, match="no examples"):
        read_corpus(tmp_path)


def test_the_digest_follows_content_and_not_order(tmp_path: Path) -> None:
    """The same examples in another order have one digest; another label, another."""
    examples = read_corpus(write(tmp_path, GOOD, GOOD | {"id": "w-2", "text": "保单"}))
    assert digest_corpus(examples) == digest_corpus(examples[::-1])
    assert digest_corpus(examples) != digest_corpus(examples[:1])


def test_the_corpus_is_what_is_asked_of_it() -> None:
    """At least 1,500 posts, every label and kind, three scripts, and many voices."""
    examples = read_corpus()
    labels = Counter(example.label for example in examples)
    assert len(examples) >= 1500
    assert set(labels) == set(LABELS)
    assert min(labels.values()) >= 40
    assert {example.kind for example in examples} - {None} == set(OFFER_KINDS)
    assert {example.lang for example in examples} == {"zh-Hans", "zh-Hant", "en"}
    assert len({example.voice for example in examples}) >= 40


def shingle(text: str) -> frozenset[str]:
    """Runs of three characters, spaces and digits aside."""
    letters = "".join(letter for letter in text if not letter.isspace() and not letter.isdigit())
    return frozenset(letters[start : start + 3] for start in range(len(letters) - 2))


def find_close(posts: list[tuple[str, str, str]]) -> list[tuple[str, str]]:
    """Ids of posts (id, writer, text) of different writers that share over 60 % of their runs."""
    shingled = [(name, writer, shingle(text)) for name, writer, text in posts if len(text) >= 12]
    holders: dict[str, list[int]] = defaultdict(list)
    for index, (_name, _writer, runs) in enumerate(shingled):
        for run in runs:
            holders[run].append(index)
    shared: Counter[tuple[int, int]] = Counter()
    for indexes in holders.values():
        if len(indexes) <= 60:
            shared.update(combinations(indexes, 2))
    return [
        (shingled[one][0], shingled[other][0])
        for (one, other), count in shared.items()
        if shingled[one][1] != shingled[other][1] and count > 0.6 * len(shingled[one][2] | shingled[other][2])
    ]


def test_no_writer_repeats_another() -> None:
    """No two posts of different writers share more than 60 % of their runs of three characters."""
    assert find_close([(example.id, example.writer, example.text) for example in read_corpus()]) == []


def test_no_blind_test_post_stands_in_the_corpus() -> None:
    """The posts that accuracy is measured on are no near-duplicates of those that are trained on."""
    blind = [json.loads(line) for line in BLIND.read_text(encoding="utf-8").splitlines()]
    trained = [(example.id, "corpus", example.text) for example in read_corpus()]
    assert find_close([*trained, *((str(post["id"]), "blind", post["text"]) for post in blind)]) == []
