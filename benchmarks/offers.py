"""How well offers are read from posts that were written blind.

`python -m benchmarks.offers [FILE …]` prints precision, recall and F1 of prices (all six fields right), contacts (kind
and normal value, in all and per kind) and, where the gold has them, volumes, fields and regions; for clean and
disguised posts. Regions are compared by their short Chinese names, however the gold writes them. Of prices it also
prints how many are right but for their quantities, and in their amount alone. Then, of what is a victim's in the gold,
the share that is masked, in all and by its shape, and of the sellers' handles that can be read at all in those posts
the share that stays.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from classifier.fold import fold
from classifier.offer import read_offer
from classifier.offer.contacts import find_hits
from classifier.offer.regions import read_regions
from classifier.offer.tokens import lower
from classifier.redact import find_victims, mask

BLIND = sorted((Path(__file__).parent.parent / "tests" / "data" / "blind").glob("*.jsonl"))

# The fields that the writers of the gold were asked for; those that we read besides (city, gender) are in no gold.
FIELDS = frozenset(("name", "phone", "plate", "vin", "id", "address", "model", "expiry", "insurer", "premium", "track"))


def measure(found: Counter[Any], wanted: Counter[Any]) -> tuple[float, float, float]:
    """Precision, recall and F1 of one bag of things against another."""
    right = (found & wanted).total()
    precision = right / found.total() if found else 1.0
    recall = right / wanted.total() if wanted else 1.0
    return precision, recall, 2 * precision * recall / (precision + recall or 1)


def read_gold(paths: Iterable[Path]) -> Iterator[dict[str, Any]]:
    """The posts of `paths` that say what prices and contacts they hold."""
    posts = (json.loads(line) for path in paths for line in path.read_text(encoding="utf-8").splitlines())
    return (post for post in posts if post.get("prices") is not None)


def compare(posts: Iterable[dict[str, Any]]) -> dict[str, tuple[Counter[Any], Counter[Any]]]:
    """Found and wanted, by what is measured."""
    bags: dict[str, tuple[Counter[Any], Counter[Any]]] = {}
    for post in posts:
        offer = read_offer(fold(post["text"]))
        form = "disguised" if post["disguised"] else "clean"
        prices = {(p.amount, p.currency, p.per, p.unit, p.min_qty, p.max_qty) for p in offer.prices}
        contacts = {(contact.kind, contact.value) for contact in offer.contacts}
        gold: dict[str, tuple[set[Any], set[Any]]] = {
            "prices": (prices, {tuple(price) for price in post["prices"]}),
            "contacts": (contacts, {tuple(contact) for contact in post["contacts"]}),
        }
        for name, count in (("prices: but quantities", 4), ("prices: amounts", 1)):
            gold[name] = ({price[:count] for price in prices}, {tuple(price[:count]) for price in post["prices"]})
        if "volumes" in post:
            gold["volumes"] = ({(volume.records,) for volume in offer.volumes}, {(size,) for size in post["volumes"]})
        if "regions" in post:
            named = {short for name in post["regions"] for short in (read_regions(lower(fold(name).text)) or (name,))}
            gold["regions"] = ({(name,) for name in offer.regions}, {(name,) for name in named})
            fields = FIELDS.intersection(offer.fields)
            gold["fields"] = ({(name,) for name in fields}, {(name,) for name in post["fields"]})
        kinds = {kind for kind, _ in contacts | gold["contacts"][1]}
        for kind in kinds:
            ours, theirs = ({c for c in bag if c[0] == kind} for bag in gold["contacts"])
            gold[f"contacts: {kind}"] = (ours, theirs)
        for name, (found, wanted) in gold.items():
            for row in (name, f"{name} ({form})") if "contacts:" not in name else (name,):
                bag = bags.setdefault(row, (Counter(), Counter()))
                bag[0].update((post["id"], item) for item in found)
                bag[1].update((post["id"], item) for item in wanted)
    return bags


# What a victim's string looks like; the first that fits.
SHAPES = (
    ("half hidden", re.compile(r".*[*＊×●■xX]{2}.*", re.DOTALL)),
    ("han", re.compile("[\u3400-\u9fff·]{1,4}")),
    ("plate", re.compile(r"[\u3400-\u9fff]\s?[A-Za-z][\s·.•-]*[A-Za-z0-9]{5,6}")),
    ("mobile", re.compile(r"(?:\+?86)?\s?1[3-9]\d{9}")),
    ("resident", re.compile(r"\d{17}[\dXx]")),
    ("17 signs", re.compile(r"[A-Za-z0-9]{17}")),
    ("latin words", re.compile(r"[A-Za-z' .-]+")),
    ("han and digits", re.compile(r"(?=.*[\u3400-\u9fff])(?=.*\d).*", re.DOTALL)),
    ("digits", re.compile(r"[\d\s()+./-]+")),
    ("han, long", re.compile(r"[\u3400-\u9fff·]+")),
    ("code", re.compile(r"[A-Za-z0-9\s-]+")),
    ("other", re.compile(r".*", re.DOTALL)),
)


def tell_shape(words: str) -> str:
    """The name of the first shape of `SHAPES` that a victim's string has."""
    return next(name for name, pattern in SHAPES if pattern.fullmatch(words))


def hide(posts: Iterable[dict[str, Any]]) -> tuple[Counter[str], Counter[str], int, int]:
    """Victims' strings masked and in all, by shape; in such posts sellers' handles kept and in all that can be read."""
    masked, victims = Counter[str](), Counter[str]()
    kept = handles = 0
    for post in posts:
        if not post.get("victims"):
            continue
        folded = fold(post["text"])
        offer = read_offer(folded)
        shown = mask(post["text"], find_victims(folded, offer))
        for words in post["victims"]:
            shape = tell_shape(words)
            victims[shape] += 1
            masked[shape] += words not in shown
        wanted = {tuple(contact) for contact in post["contacts"]}
        readable = {(hit.kind, hit.value) for hit in find_hits(folded.text)} & wanted
        handles += len(readable)
        kept += len(readable & {(contact.kind, contact.value) for contact in offer.contacts})
    return masked, victims, kept, handles


def main() -> None:
    """Print the table."""
    posts = list(read_gold([Path(name) for name in sys.argv[1:]] or BLIND))
    bags = compare(posts)
    print(f"{'':28} {'gold':>5} {'found':>5}  precision  recall     F1")
    for name in sorted(bags):
        precision, recall, score = measure(*bags[name])
        found, wanted = (bag.total() for bag in bags[name])
        print(f"{name:28} {wanted:5} {found:5}  {precision:9.3f} {recall:7.3f} {score:6.3f}")
    masked, victims, kept, handles = hide(posts)
    if victims:
        hidden, every = masked.total(), victims.total()
        print(f"victims' data masked {hidden} of {every} ({hidden / every:.3f})")
        for shape, count in victims.most_common():
            print(f"  {shape:26} {masked[shape]:5} of {count:5}  {masked[shape] / count:9.3f}")
        print(f"sellers' handles kept {kept} of {handles} ({kept / max(handles, 1):.3f})")


if __name__ == "__main__":
    main()
