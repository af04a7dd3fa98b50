"""Ours beside price-parser and phonenumbers on the same posts, what ordinary posts yield, and what reading costs.

    python -m benchmarks.peers [--gold FILE …] [--ordinary FILE …]

Prices: the amounts of the gold, since price-parser reads no units, quantities or tiers; it is given a post whole, and
again clause by clause, since it answers with one price for a text. Phones: phone and WhatsApp numbers of the gold as
E.164; phonenumbers' matcher is told that the texts are of China. Ordinary posts are the lines of FILE; counted are
those that yield a price per record. Then milliseconds a kilobyte (UTF-8) of folding and of reading with masking, for
texts of growing length. price-parser is no dependency of ours: `pip install price-parser`.
"""

from __future__ import annotations

import argparse
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

import phonenumbers

from benchmarks.offers import BLIND, measure, read_gold
from classifier.fold import fold
from classifier.offer import read_offer
from classifier.redact import find_victims

_CLAUSE = re.compile(r"[,，、;；。！!\n|｜]|\.\s")
Reader = Callable[[str], set[Any]]


def read_amounts(text: str) -> set[float]:
    """The amounts of our prices."""
    return {price.amount for price in read_offer(fold(text)).prices}


def read_numbers(text: str) -> set[str]:
    """Our phone and WhatsApp numbers."""
    return {contact.value for contact in read_offer(fold(text)).contacts if contact.kind in ("phone", "whatsapp")}


def match_numbers(text: str) -> set[str]:
    """What phonenumbers finds in a Chinese text."""
    found = phonenumbers.PhoneNumberMatcher(text, "CN")
    return {phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164) for match in found}


def load_peers() -> dict[str, Reader]:
    """price-parser's two ways, none where it is not installed."""
    try:
        price_parser = import_module("price_parser")
    except ImportError:
        return {}

    def parse(text: str) -> set[float]:
        price = price_parser.Price.fromstring(text)
        return set() if price.amount_float is None else {price.amount_float}

    def parse_clauses(text: str) -> set[float]:
        return {amount for clause in _CLAUSE.split(text) if re.search(r"\d", clause) for amount in parse(clause)}

    return {"price-parser, whole": parse, "price-parser, by clause": parse_clauses}


def compare(posts: list[dict[str, Any]], reader: Reader, wanted: Callable[[dict[str, Any]], Iterable[Any]]) -> str:
    """Precision, recall and F1 of a reader over the posts."""
    found, gold = Counter[Any](), Counter[Any]()
    for post in posts:
        found.update((post["id"], value) for value in reader(post["text"]))
        gold.update((post["id"], value) for value in set(wanted(post)))
    return "{:9.3f} {:7.3f} {:6.3f}".format(*measure(found, gold))


def count_prices(lines: Iterable[str]) -> tuple[int, int]:
    """How many ordinary posts there are, and how many of them yield a price per record."""
    every = priced = 0
    for line in lines:
        every += 1
        priced += any(price.unit == "record" for price in read_offer(fold(line)).prices)
    return every, priced


def time_reading(text: str) -> tuple[float, float]:
    """Milliseconds a kilobyte of folding, and of reading and masking, the best of three."""
    size = len(text.encode()) / 1000
    folding = reading = float("inf")
    for round_ in range(3):
        fresh = text + chr(0x4E00 + round_)
        began = time.process_time()
        folded = fold(fresh)
        middle = time.process_time()
        find_victims(folded, read_offer(folded))
        ended = time.process_time()
        folding, reading = min(folding, middle - began), min(reading, ended - middle)
    return folding * 1000 / size, reading * 1000 / size


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", nargs="*", type=Path, default=BLIND)
    parser.add_argument("--ordinary", nargs="*", type=Path, default=[])
    options = parser.parse_args()
    posts = list(read_gold(options.gold))
    print(f"{'amounts':28} precision  recall     F1")
    for name, reader in {"ours": read_amounts, **load_peers()}.items():
        print(f"{name:28} {compare(posts, reader, lambda post: [price[0] for price in post['prices']])}")
    print(f"{'phone numbers':28} precision  recall     F1")
    phones: dict[str, Reader] = {"ours": read_numbers, "phonenumbers": match_numbers}
    for name, reader in phones.items():
        print(f"{name:28} {compare(posts, reader, _list_numbers)}")
    for path in options.ordinary:
        every, priced = count_prices(filter(str.strip, path.read_text(encoding="utf-8").splitlines()))
        print(
            f"{path.name}: {priced} of {every} ordinary posts yield a price per record ({priced / max(every, 1):.4f})"
        )
    whole = "\n".join(post["text"] for post in posts)
    print("characters   folding   reading and masking (ms a KB)")
    for length in (100, 400, 1600, 6400, 25600):
        print("{:10} {:9.2f} {:9.2f}".format(length, *time_reading(whole[:length])))


def _list_numbers(post: dict[str, Any]) -> list[str]:
    return [value for kind, value in post["contacts"] if kind in ("phone", "whatsapp")]


if __name__ == "__main__":
    main()
