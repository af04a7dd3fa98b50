"""How well posts are linked into sellers, and how fast.

`python -m benchmarks.sellers [FILE …]` prints pairwise precision, recall and F1 on the blind posts: of all pairs of
posts that are put to one seller, the share that is one seller's, and the reverse; with the contacts of the gold, and
with those that the program reads itself. `--crude` adds the plain joining of handles and accounts, without and with the
shared values known. `--many N` links N invented posts and prints the seconds.
"""

from __future__ import annotations

import json
import random
import sys
import time
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from classifier.fold import fold
from classifier.offer import read_offer
from domain.signals import Contact
from store.sellers.linking import link_posts
from store.sellers.traces import Handle, Trace, make_trace
from store.sellers.unions import Unions
from store.sellers.wordings import Wording

BLIND = Path(__file__).parent.parent / "tests" / "data" / "blind" / "sellers.jsonl"
KIND = ("given", "read")


def read_posts(path: Path) -> list[dict[str, Any]]:
    """The posts of a file of the form of tests/data/sellers/."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def trace_of(post: dict[str, Any], contacts: str = "given") -> Trace:
    """What linking sees of a post: its contacts as they are "given" in the gold, or as the program "read" them."""
    offer = read_offer(fold(post["text"]))
    found = list(offer.contacts)
    if contacts == "given":
        found = [place_contact(post["text"], given["kind"], given["value"], found) for given in post["contacts"]]
    chat = post["source"].startswith("TG")
    author = (post["author"], post["author_id"])
    return make_trace(post["post"], post["source"], author, post["text"], found, offer.prices, chat=chat)


def place_contact(text: str, kind: str, value: str, found: Sequence[Contact]) -> Contact:
    """A contact with its place in the text: where the program read it, else where its characters stand in a row."""
    for contact in found:
        if contact.value == value:
            return Contact(kind, value, contact.text, contact.start, contact.end, True)
    signs, places = [], []
    for place, sign in enumerate(text):
        for plain in unicodedata.normalize("NFKC", sign).casefold():
            if plain.isalnum():
                signs.append(str(unicodedata.digit(plain, plain)))
                places.append(place)
    wanted = "".join(sign for sign in value.removeprefix("+86") if sign.isalnum())
    at = "".join(signs).find(wanted)
    start, end = (places[at], places[at + len(wanted) - 1] + 1) if at >= 0 else (0, 0)
    return Contact(kind, value, text[start:end], start, end, True)


def measure(groups: Iterable[Iterable[str]], gold: dict[str, str]) -> tuple[float, float, float]:
    """Pairwise precision, recall and F1."""
    right = made = 0
    for group in groups:
        counts = Counter(gold[name] for name in group)
        made += _pairs(counts.total())
        right += sum(map(_pairs, counts.values()))
    wanted = sum(map(_pairs, Counter(gold.values()).values()))
    precision, recall = right / (made or 1), right / (wanted or 1)
    return precision, recall, 2 * precision * recall / ((precision + recall) or 1)


def _pairs(count: int) -> int:
    return count * (count - 1) // 2


def link_contacts(posts: Sequence[dict[str, Any]], kind: str) -> list[list[str]]:
    """The sellers of posts whose contacts are "given" or "read"."""
    return [list(names) for names in link_posts(trace_of(post, kind) for post in posts).sellers]


def join_crudely(posts: Sequence[dict[str, Any]], *, knowing: bool) -> list[list[str]]:
    """Posts that have a value or an account in common, shared values left out where one is told them."""
    unions, met = Unions(len(posts)), dict[Any, int]()
    for place, post in enumerate(posts):
        keys: list[Any] = [(contact["kind"], contact["value"]) for contact in post["contacts"]
                           if not knowing or contact["value"] not in post["shared"]]  # fmt: skip
        if post["author_id"] and (not knowing or post["author"] not in post["shared"]):
            keys.append((post["source"], post["author_id"]))
        for key in keys:
            unions.join(place, met.setdefault(key, place))
    groups: dict[int, list[str]] = {}
    for place, post in enumerate(posts):
        groups.setdefault(unions.find(place), []).append(post["post"])
    return list(groups.values())


def invent(count: int) -> list[Trace]:
    """So many posts of a fifth as many sellers, who change handles, use an escrow and copy each other."""
    chance = random.Random(7)
    signs = [chr(0x4E00 + number * 5) for number in range(1500)]
    rounds = ["".join(chance.choices(signs, k=30)) for _ in range(200)]
    made: list[Trace] = []
    while len(made) < count:
        seller = len(made)
        handles = [Handle("wechat", f"w{seller}x{turn}") for turn in range(chance.choice((1, 1, 2, 3)))]
        texts = ["".join(chance.choices(signs, k=chance.randint(15, 90))) for _ in range(chance.choice((1, 1, 2)))]
        for turn in range(min(chance.choice((1, 1, 2, 3, 8, 15)), count - len(made))):
            letters = chance.choice(rounds) if chance.random() < 0.1 else chance.choice(texts)
            used = [handles[turn * len(handles) // 15]] + [Handle("telegram", "safe_bot")] * (chance.random() < 0.1)
            account = f"site{chance.randint(1, 40)}#{seller}" if chance.random() < 0.7 else None
            price = frozenset({chance.choice((0.3, 0.5, 0.8)) if letters in rounds else seller / 1000})
            made.append(Trace(f"{len(made):08}", account, handles=tuple(used), wording=Wording(letters), prices=price))
    return made


def time_linking(counts: Sequence[int]) -> None:
    """Print seconds for so many posts."""
    for count in counts:
        traces = invent(count)
        began = time.perf_counter()
        found = link_posts(traces)
        seconds = time.perf_counter() - began
        print(f"{count:9} posts  {len(found.sellers):8} sellers  {seconds:8.2f} s  {count / seconds:9.0f} posts/s")


def main(arguments: Sequence[str]) -> None:
    """Print the table."""
    if arguments[:1] == ["--many"]:
        time_linking([int(count) for count in arguments[1:]])
        return
    print(f"{'':44} {'posts':>6} {'sellers':>8} {'found':>6}  precision  recall     F1")
    for path in [Path(name) for name in arguments if name != "--crude"] or [BLIND]:
        posts = read_posts(path)
        gold = {post["post"]: post["seller"] for post in posts}
        ways = {f"contacts {kind}": partial(link_contacts, posts, kind) for kind in KIND}
        if "--crude" in arguments:
            ways["crude"] = partial(join_crudely, posts, knowing=False)
            ways["crude, shared values known"] = partial(join_crudely, posts, knowing=True)
        for name, way in ways.items():
            groups = way()
            precision, recall, score = measure(groups, gold)
            print(f"{path.parent.name + '/' + path.stem + ', ' + name:44} {len(posts):6} {len(set(gold.values())):8} "
                  f"{len(groups):6}  {precision:9.3f} {recall:7.3f} {score:6.3f}")  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1:])
