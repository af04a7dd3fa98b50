"""Words put in the place of market words because they sound alike: 数剧, 资僚, 车zhu, che煮, 🚗主, 薇⭐.

Nothing here is listed. A run of units (a character, a pinyin syllable, an emoji that stands for one) whose sounds are
those of a market word is that word where no ordinary reading is as likely (`likeness.py`).
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import ahocorasick
import numpy as np
import numpy.typing as npt

from classifier.folding.edits import FOREIGN, HAN, Edit, lower, needs
from classifier.folding.identity import is_handle
from classifier.folding.likeness import EMOJI, LATIN, WORD, Guess, choose, could_hold, holds
from classifier.folding.scene import view
from classifier.lexicon import read_terms

# What each change to a character costs: the same sound, nearly the same, its pinyin, an emoji that sounds so.
_SOUND, _NEAR, _SPELLED, _DRAWN = 1.0, 1.8, 0.3, 0.5

# Codes of sounds, in a plane that texts hardly use; what a text itself has there is told by its units.
_FIRST_CODE = 0x100000
_SIGN = r".·•|/~_=*\^丨丶ˉ"


class Unit(NamedTuple):
    """One sound of a text: `[start, end)`, what stands there, and its syllable where it is no character."""

    start: int
    end: int
    text: str
    syllable: str = ""


class Target(NamedTuple):
    """A market word, its syllables, and whether it tells of the trade."""

    word: str
    syllables: tuple[str, ...]
    tells: bool


@lru_cache(maxsize=1024)
def blur(syllable: str) -> str:
    """What is left of a syllable for those who do not tell zh from z, n from l, ing from in."""
    return re.sub("^([zcs])h", r"\1", re.sub("(?<=[ie])ng$", "n", re.sub("^l", "n", syllable)))


class _Tables(NamedTuple):
    codes: npt.NDArray[np.uint32]  # by code point: the code of its blurred sound, or itself
    syllables: dict[str, str]  # a character → its syllable
    spoken: dict[str, str]  # a syllable → code, as a character
    emoji: dict[str, str]  # an emoji → its syllable
    words: ahocorasick.Automaton


@lru_cache(maxsize=1)
def _tables() -> _Tables:
    syllables = {glyph: row["syllable"] for row in read_terms("sounds") for glyph in row["characters"]}
    targets = []
    for row in read_terms("words"):
        spoken = tuple(row["pinyin"].split())
        targets.append(Target(row["term"], spoken, bool(row["tells"])))
        syllables.update(zip(row["term"], spoken, strict=True))
    market = {syllable for target in targets for syllable in target.syllables}
    codes: dict[str, str] = {}
    for syllable in sorted(market):
        codes.setdefault(blur(syllable), chr(_FIRST_CODE + len(codes)))
    words = ahocorasick.Automaton()
    same: dict[str, list[Target]] = {}
    for target in targets:
        same.setdefault("".join(codes[blur(syllable)] for syllable in target.syllables), []).append(target)
    for sounds, alike in same.items():
        words.add_word(sounds, (len(sounds), tuple(alike)))
    words.make_automaton()
    points = np.arange(sys.maxunicode + 1, dtype=np.uint32)
    for glyph, syllable in syllables.items():
        if blur(syllable) in codes:
            points[ord(glyph)] = ord(codes[blur(syllable)])
    return _Tables(
        points,
        syllables,
        {syllable: codes[blur(syllable)] for syllable in market},
        {row["glyph"]: row["syllable"] for row in read_terms("emoji") if row["syllable"]},
        words,
    )


@lru_cache(maxsize=1)
def _special() -> re.Pattern[str]:
    emoji = "".join(_tables().emoji)
    # The first class finds a place fast, and the alternatives then say what it is.
    return re.compile(
        rf"[a-z{emoji}{_SIGN}](?:(?<=[a-z])(?P<latin>[a-z]+)|(?<=[{emoji}])(?P<emoji>\ufe0f?)"
        rf"|(?<=[{HAN}][{_SIGN}])(?P<sign>(?=[{HAN}])))"
    )


@lru_cache(maxsize=1)
def _spelled() -> re.Pattern[str]:
    # A pattern without a fixed division would take exponential time: longest syllable first, no way back.
    return re.compile("|".join(sorted(_tables().spoken, key=len, reverse=True)))


@needs(FOREIGN)
def restore_sounds(text: str) -> list[Edit]:
    """数剧 is 数据, 车zhu 车主: homophones of market words, where no ordinary reading is as likely."""
    heard = _listen(text)
    scene = view(text)
    found = []
    for last, (length, targets) in _tables().words.iter(heard.sounds):
        plain = heard.quote(last - length + 1, last + 1)
        run = None
        for target in targets:
            if target.word == plain:
                continue
            run = run or heard.cut(last - length + 1, last + 1)
            guess = _guess(text, run, target)
            gain = holds(scene, guess) if guess and could_hold(guess) else 0.0
            if guess and gain:
                found.append((gain, guess))
    return choose(found, "homophone")


def _pronounce(text: str) -> str:
    """Every character's sound in its place, what has none as it is (much faster than `str.translate`)."""
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    sounds: bytes = _tables().codes[points].tobytes()
    return sounds.decode("utf-32-le", "surrogatepass")


class _Heard:
    """The sounds of a text, one character a unit, and the way back to what stands there."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.sounds = _pronounce(text)
        self._pieces: list[str] = []
        self._length = 0
        self._done = 0
        # From the sound `spots[i]` on, one sound is one character of the text, beginning at `places[i]`.
        self._spots, self._places = [0], [0]
        self._special: dict[int, Unit] = {}

    def add(self, start: int, end: int, units: Sequence[Unit]) -> None:
        """Units other than characters stand at `[start, end)`, after whatever was added before."""
        tables = _tables()
        self._pieces.append(self.sounds[self._done : start])
        self._length += start - self._done
        for unit in units:
            self._special[self._length] = unit
            self._pieces.append(tables.spoken[unit.syllable])
            self._length += 1
        self._done = end
        self._spots.append(self._length)
        self._places.append(end)

    def finish(self) -> None:
        """Hear the rest of the text."""
        self._pieces.append(self.sounds[self._done :])
        self.sounds = "".join(self._pieces)

    def quote(self, first: int, last: int) -> str:
        """The characters of the sounds from `first` to `last`, "" where there are other units or gaps."""
        spot = bisect_right(self._spots, first) - 1
        if spot + 1 < len(self._spots) and self._spots[spot + 1] <= last:
            return ""
        place = self._places[spot] - self._spots[spot]
        return self.text[place + first : place + last]

    def cut(self, first: int, last: int) -> list[Unit]:
        """The units of the sounds from `first` to `last`."""
        return [self._special.get(at) or self._character(at) for at in range(first, last)]

    def _character(self, at: int) -> Unit:
        spot = bisect_right(self._spots, at) - 1
        place = self._places[spot] + at - self._spots[spot]
        return Unit(place, place + 1, self.text[place])


def _listen(text: str) -> _Heard:
    heard = _Heard(text)
    for match in _special().finditer(lower(text)):
        units = list(_read_special(match))
        if units or match.lastgroup == "sign":
            heard.add(match.start(), match.end(), units)
    heard.finish()
    return heard


def _read_special(match: re.Match[str]) -> Iterator[Unit]:
    """The units of a run of Latin letters that is pinyin throughout, or of an emoji."""
    start = match.start()
    written = match.group()
    if match.lastgroup == "emoji":
        yield Unit(start, match.end(), written, _tables().emoji[written[0]])
    elif match.lastgroup == "latin":
        syllables = _spelled().findall(written)
        if sum(map(len, syllables)) == len(written) and len(written) <= 40:
            for syllable in syllables:
                yield Unit(start, start + len(syllable), syllable, syllable)
                start += len(syllable)


def _guess(text: str, run: list[Unit], target: Target) -> Guess | None:
    """The run as a guess at a market word; None where it is the word itself, or nobody would write it so."""
    start, end = run[0].start, run[-1].end
    price = WORD[target.tells]
    plain = ""
    changed = False
    for unit, character, syllable in zip(run, target.word, target.syllables, strict=True):
        each = _price(unit, character, syllable)
        if each is None:
            return None
        changed = changed or bool(each)
        price += each
        plain += unit.text if not unit.syllable else LATIN if unit.syllable == unit.text else EMOJI
    if not changed or (LATIN in plain and not _stands_free(text, start, end, plain)):
        return None
    if EMOJI in plain and any(_decorates(text, unit) for unit in run if not unit.text.isascii() and unit.syllable):
        return None
    return Guess(start, end, plain, target.word, price)


def _price(unit: Unit, character: str, syllable: str) -> float | None:
    """What it costs that `unit` was written for `character`, None where nobody would."""
    if unit.text == character:
        return 0.0
    if unit.syllable:
        return (_SPELLED if unit.syllable == unit.text else _DRAWN) if unit.syllable == syllable else None
    own = _tables().syllables.get(unit.text)
    if own is None:
        return None
    return _SOUND if own == syllable else _NEAR


_NAME = re.compile("[A-Za-z0-9_@:：/.#-]")
_GOES_ON = re.compile(r"[A-Za-z0-9_@/-]|\.\w")


def _stands_free(text: str, start: int, end: int, plain: str) -> bool:
    """Letters that are part of a longer Latin word, an address or a handle spell no market word."""
    if plain[-1] == LATIN and _GOES_ON.match(text, end):
        return False
    if plain[0] == LATIN and start and _NAME.match(text, start - 1):
        return False
    # A handle made of pinyin stays a handle.
    return set(plain) != {LATIN} or not is_handle(text, start, end)


# An emoji that stands so often in a text is decoration.
_OFTEN = 3


def _decorates(text: str, unit: Unit) -> bool:
    """Whether an emoji is there for its looks: again and again, or twice in a row."""
    glyph = unit.text[0]
    return (
        text[unit.end : unit.end + 1] == glyph
        or text[unit.start - 1 : unit.start] == glyph
        or (text.count(glyph, max(0, unit.start - 300), unit.end + 300) >= _OFTEN)
    )
