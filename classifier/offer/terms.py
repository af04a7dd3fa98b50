"""Goods, fields, channel, freshness and guarantees: what is offered, by the words that say so (`lexicon/offers.tsv`).

The codes are listed in docs/reading.md. A word counts where it stands free: Latin ones as whole words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import ahocorasick

from classifier.lexicon import read_terms, read_words

SLOTS = ("goods", "fields", "channel", "freshness", "guarantees")
# Two fields and more, close together, make a list of fields; one alone is just a word.
_LIST_REACH = 12
# Before a word of an assurance these turn it round: 不测试, 无售后, 免测勿扰.
_NOT = ("不", "无", "没", "免", "非", "勿", "no ", "not ", "without ")


@lru_cache(maxsize=1)
def _terms() -> ahocorasick.Automaton:
    automaton = ahocorasick.Automaton()
    senses: dict[str, list[tuple[str, str]]] = {}
    for row in read_terms("offers"):
        for term in row["terms"].split(";"):
            senses.setdefault(term, []).append((row["slot"], row["code"]))
    for term, meanings in senses.items():
        automaton.add_word(term, (len(term), tuple(meanings)))
    automaton.make_automaton()
    return automaton


def read_slots(text: str) -> dict[str, tuple[str, ...]]:
    """Per slot the codes found in a folded text in lower case, in the order of their first word."""
    found: dict[str, dict[str, int]] = {slot: {} for slot in SLOTS}
    fields: list[tuple[int, int, str]] = []
    for last, (length, meanings) in _terms().iter(text):
        start, end = last - length + 1, last + 1
        if not _stands_free(text, start, end):
            continue
        for slot, code in meanings:
            if slot == "fields":
                fields.append((start, end, code))
            elif slot != "guarantees" or not text[max(0, start - 8) : start].endswith(_NOT):
                found[slot].setdefault(code, start)
    for start, _, code in _listed(text, fields):
        found["fields"].setdefault(code, start)
    return {slot: tuple(sorted(codes, key=codes.__getitem__)) for slot, codes in found.items()}


def find_slots(text: str) -> Iterator[tuple[int, int, str]]:
    """Every word of `lexicon/offers.tsv` in a folded text in lower case, with its span and its slot."""
    for last, (length, meanings) in _terms().iter(text):
        start, end = last - length + 1, last + 1
        if _stands_free(text, start, end):
            yield from ((start, end, slot) for slot in dict.fromkeys(slot for slot, _code in meanings))


@lru_cache(maxsize=1)
def _trade_words() -> ahocorasick.Automaton:
    automaton = ahocorasick.Automaton()
    for term in read_words("trade"):
        automaton.add_word(term, len(term))
    automaton.make_automaton()
    return automaton


def find_trade(text: str) -> Iterator[tuple[int, int]]:
    """Every word of `lexicon/trade.tsv` in a folded text in lower case, with its span."""
    return ((last - length + 1, last + 1) for last, length in _trade_words().iter(text))


def _stands_free(text: str, start: int, end: int) -> bool:
    first, last = text[start], text[end - 1]
    if first.isascii() and first.isalnum() and start and text[start - 1].isascii() and text[start - 1].isalnum():
        return False
    after = text[end : end + 1]
    return not (last.isascii() and last.isalnum() and after.isascii() and after.isalnum())


# What one gives to get the rest is no field on sale: 车牌查车主, 输入车牌, plate → name.
_ASKED_AFTER = re.compile(
    r"(?:号码?)?\s?(?:反?查|匹配|[→➜⇒]|->|=>|给我|能查|都能(?:查|进)|实时位置|(?:in|lookups?|search)(?![a-z]))"
)
_ASKED_BEFORE = re.compile(
    r"(?:输入|只?给(?!你)|报(?!价)|发来|提供|凭|拿着|send|type|enter|give(?: me)?)(?:我|一?个|a|the|us)?\s?$"
)
_ASKABLE = frozenset({"plate", "vin", "phone", "id", "engine", "name"})
# A field by itself counts where it is said to be there: 含身份证号, 只有手机号, 车主电话.
_INCLUDED = re.compile(
    r"(?:含|带|附|[只仅]有|仅|加|with|incl|includes?|including|车主的?|机主的?|访客的?|投保人的?|客户的?)\s?(?:上|了)?\s?$"
)
_NOT_INCLUDED = re.compile(r"(?:没|不|无|未|还)\s?(?:含|带|有)\s?$")


def _is_asked(text: str, start: int, end: int) -> bool:
    return bool(_ASKED_AFTER.match(text, end) or _ASKED_BEFORE.search(text, max(0, start - 10), start))


def _is_included(text: str, start: int) -> bool:
    before = text[max(0, start - 8) : start]
    return bool(_INCLUDED.search(before)) and not _NOT_INCLUDED.search(before)


def _listed(text: str, fields: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """The fields that stand in a row with another one: longest words first, so that 车架号 is not 车架."""
    kept: list[tuple[int, int, str]] = []
    for field in sorted(fields, key=lambda field: (field[0], -field[1])):
        if not kept or field[0] >= kept[-1][1]:
            kept.append(field)
    listed = []
    for at, field in enumerate(kept):
        before = at > 0 and field[0] - kept[at - 1][1] <= _LIST_REACH and kept[at - 1][2] != field[2]
        after = at + 1 < len(kept) and kept[at + 1][0] - field[1] <= _LIST_REACH and kept[at + 1][2] != field[2]
        if field[2] in _ASKABLE and _is_asked(text, field[0], field[1]):
            continue
        if before or after or field[2] == "track" or _is_included(text, field[0]):
            # Where a car has been is sold by itself; other words alone are just words.
            listed.append(field)
    return listed
