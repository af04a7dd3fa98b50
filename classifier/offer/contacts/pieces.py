"""Handles in pieces: p l a t e _ h k, 「che」+「du」+「666x」, yi底杠lu（底杠=_）, wan ke data（连写）, car 七 七 king.

Whatever a handle is cut up with, it stands behind the name of its place. There its pieces are read one by one: letters
and digits, digits in words, signs and the names of signs, and what only keeps them apart. What the author says on how
it is written (`remarks`) is heeded; where he gives it whole, that is the handle. It is then written plainly, so that
every other reader meets one form.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from classifier.fold import Folded
from classifier.offer.contacts.digits import DIGIT_FORMS
from classifier.offer.contacts.places import Alias, find_aliases, find_pointed
from classifier.offer.contacts.remarks import find_order, heed
from classifier.offer.rewriting import replace_spans
from classifier.offer.tokens import lower

SPOKEN = {
    word: str(digit)
    for digit, words in enumerate(
        ("zero oh nought", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    )
    for word in words.split()
}
_DIGITS = {form: digit for form, digit in DIGIT_FORMS.items() if not form.isascii() and form not in "丨妖勾"} | {
    "两": "2"
}
_NUMERALS = "".join(_DIGITS)
_LINE = r"(?:下 ?划 ?线|下横线|下杠|底线|底杠|(?<![a-z])under[ _-]?score)"
_DASH = r"(?:减号|中?横[杠线]|连字符|短横|(?<![a-z])(?:minus|dash|hyphen)(?![a-z]))"
# What is said between two pieces: carking加数字2024, "carking" followed by "88".
_THEN = (
    r"(?<=[a-z0-9”\"」 零〇一二三四五六七八九])(?:(?:再|后面?)?(?:加上?|跟着?|接着?)|后面?|然后|数字|字母)"
    r"(?:数字|字母|小写|大写|英文)?(?:[一二两三四五六七八九\d]位数?字?)?(?=[ \"“「]{0,2}[a-z0-9零〇一二三四五六七八九])"
    r"|(?<=[\"”」 ])(?:and then|then|followed by)(?=[ \"“「]{1,2}[a-z0-9])"
)
_OPEN, _CLOSE = r"[(（\[【]\s?", r"\s?[)）\]】]"
# One piece, by what it is: the names of signs go before the characters they are written with.
_PIECE = re.compile(
    rf"(?P<cut>{_OPEN}(?:删除?|去掉?|中文去掉){_CLOSE}|{_THEN})"
    rf"|(?P<repeat>(?:后面?|再)?跟?[两俩二三四五六七八九2-9]个[a-z0-9{_NUMERALS}](?![a-z0-9{_NUMERALS}]))"
    rf"|(?P<line>{_OPEN}{_LINE}{_CLOSE}|{_LINE}|[_＿▁ˍ﹍﹏⎵])"
    rf"|(?P<dash>{_OPEN}{_DASH}{_CLOSE}|{_DASH})"
    r"|(?P<word>[a-z0-9]+)"
    rf"|(?P<said>[(（\[【](?![{_NUMERALS}\d ]+[)）\]】])(?=[^()（）\[\]【】\n]*(?:[\u3400-\u9fff=＝]|[a-z] ))"
    r"[^()（）\[\]【】\n]{2,40}[)）\]】])"
    rf"|(?P<numeral>[{_NUMERALS}]+)"
    r"|(?P<hyphen>-)|(?P<dot>[.．])|(?P<at>[@＠])"
    r"|(?P<blank>[ \u3000]+|(?<=[a-z]), ?(?=\d ))"
    r"|(?P<stop>[\n\t,，;；。!！?？:：#=＝→➜➔⇒\ud800-\udfff])"
    r"|(?P<han>[\u3400-\u9fff])"
    r"|(?P<between>[^\w]|_)"
)
# Between the name of a place and its handle, where nothing points at it.
_LINK = re.compile(
    r"(?:[\s丨|〡]|号码?|账号|帐号|(?<![a-z])id(?![a-z])|[找搜聊加是为登用戳滴揾搵我]|搜索|联系"
    r"|(?<![a-z])(?:is|xin|hao|handle|name|user ?name|user|no|number|account)(?![a-z])|[“\"「]){0,6}"
)
# A whole handle, as it is given at last: → hengtai007, (che zhu: chezhu88).
_WHOLE = re.compile(r"(?<![a-z0-9@_.])[a-z0-9][a-z0-9_.-]{4,31}(?![a-z0-9@_])")
_GIVING = re.compile(r"\s?(?:[→➜➔⇒=＝]|[=-]>|也?就是|即)\s?(?:read [^\n:：]{1,24}[:：]\s?)?")
_TOGETHER = re.compile(r"连着?[写打]|连[起埋]来?|全拼|拼音|没有?空格|[去无]空格|together|one word|no space")
_KEEP_DASHES = re.compile(r"(?:连字符|横[线杠]|减号|dash|hyphen)[^,，]{0,3}(?:照[打写]|保留|要|是?用减号|keep)|用减号")
# Links have readers of their own.
_LINKED = re.compile(
    r"h[t*x]{2}p|www|(?:t|telegram|wa|line|signal|pt)\W{0,2}(?:me|im)\W{0,2}/|t[^\w\s]?me[^\w\s]|at/me|0x"
)
_CLEAN = re.compile("[+]?[a-z0-9_.@-]+")
_PLAIN = re.compile("[a-z0-9_.-]+")
_PLAIN_BEFORE = re.compile("[a-z0-9_.-]+$")
_SPOKEN = re.compile(r"\d+|o|plus|" + "|".join(SPOKEN))
_LONE = re.compile("[a-z0-9] ?[a-z]$")
# Places whose numbers stand in groups.
_GROUPED = frozenset({"phone", "landline", "whatsapp", "signal"})
# What joins two pieces in words, or in quotes.
_SPOKEN_OF = re.compile('加|跟|接|后|数字|then|followed|[”"」] ?\\+? ?[“"「]')
# With what a handle in pieces can begin; one that is plain; and what may be said of it.
_OPENS = re.compile(
    rf"[^\w\n,，。;；!！?？:：]{{0,4}}(?:[a-z0-9@＠_＿{_NUMERALS}]|[\u3400-\u9fff](?=[^\n]{{0,40}}(?:[=＝]|拼音)|[a-z]))"
)
_WHOLLY = re.compile(r"@?(?:[a-z0-9_.-]{4,32}|\d[\d -]{4,16}\d)(?=\s?(?:[\n,，。;；!！?？|｜]|$))")
_REMARKED = re.compile(
    r"[(（\[【=＝→➜➔⇒]|去|删|不要|换|改|写|读|念|打|连|拼|就是|即|->|=>"
    r"|without|no |remove|drop|ignore|replace|read |skip"
)
_BRACKETS = tuple("()（）[]【】〔〕")
_REACH = 90
_SINGLES = 3
_SHORTEST, _LONGEST = 4, 32
_LIKE = 0.6


class Piece(NamedTuple):
    """A piece of a handle: its sort (a group of `_PIECE`), what it says, and its span."""

    sort: str
    text: str
    start: int
    end: int


def join_pieces(folded: Folded) -> Folded:
    """`folded` with handles behind the names of their places written plainly; itself where none is in pieces."""
    edits = list(_find_edits(folded, lower(folded.text)))
    return replace_spans(folded, edits) if edits else folded


def _find_edits(folded: Folded, text: str) -> Iterator[tuple[int, int, str]]:
    aliases = find_aliases(text)
    done = 0
    for alias, following in zip(aliases, [*aliases[1:], None], strict=False):
        if alias.start < done or alias.kind in ("email", "url", "jabber"):
            continue
        pointed = find_pointed(text, alias.end)
        if pointed is None and alias.end - alias.start == 1 and _LONE.search(text, max(0, alias.start - 2), alias.end):
            continue  # a letter of a code
        link = _LINK.match(text, alias.end)
        start = pointed or (link.end() if link else alias.end)
        stop = following.start if following and _bounds(text, following) else len(text)
        edit = _read(folded, text, start, min(stop, start + _REACH), alias.kind in _GROUPED)
        if edit is not None:
            yield edit
            done = edit[1]


def _bounds(text: str, alias: Alias) -> bool:
    """Whether a name of a place ends what stands before it: no letter amid the pieces of a handle."""
    return alias.end - alias.start > 1 and not alias.faint


def _read(folded: Folded, text: str, start: int, stop: int, grouped: bool) -> tuple[int, int, str] | None:
    """The handle in pieces at `start`, as an edit; None where what stands there is plain, or no handle."""
    if not _OPENS.match(text, start, stop) or (
        _WHOLLY.match(text, start, stop) and not _REMARKED.search(text, start, stop)
    ):
        return None  # no handle, or a plain one
    pieces = list(_restore_letters(folded, _list_pieces(text, start, stop)))
    while pieces and pieces[0].sort in ("blank", "between"):
        pieces.pop(0)
    if (
        not pieces
        or pieces[0].sort not in ("word", "at", "numeral", "line", "han")
        or _LINKED.match(text, pieces[0].start)
    ):
        return None
    said = " ".join(piece.text[1:-1] for piece in pieces if piece.sort == "said")
    every = [piece for piece in pieces if piece.sort != "said"]
    own = _trim(text, every, said)
    told = max((piece.end for piece in pieces if piece.sort == "said"), default=0)
    words = next((piece.start for piece in pieces if piece.sort == "han"), 0)
    for at in (own[-1].end, pieces[-1].end, words) if own else ():
        order = find_order(text, at)
        if order is not None:
            said, told = f"{said} {order.group('said')}", order.end("said")
            every = [piece for piece in every if piece.end <= order.start("said")]
            own = _trim(text, every, said)
            break
    if not own:
        return None
    own = [_exchange(piece, said) for piece in own]
    first, last = own[0].start, own[-1].end
    raw = text[first:last]
    spoken = _speaks(own)
    plain = _join(_read_spoken(own) if spoken else own, said)
    whole = _find_whole(text, said, told, (last, pieces[-1].end), _join(every, said))
    if whole is not None:
        return first, max(whole[1], last), whole[0]
    if said:
        heeded = heed(said.strip(), "".join(piece.text for piece in own))
        meant = heeded and _join(_trim(heeded, list(_list_pieces(heeded, 0, len(heeded))), said), said)
        plain = meant if meant and _CLEAN.fullmatch(meant) else plain
    if plain == raw or not _SHORTEST <= len(plain) <= _LONGEST or not _CLEAN.fullmatch(plain):
        return None
    parted = any(piece.sort in ("repeat", "cut") or piece.text in _BRACKETS for piece in own)
    parted = parted and (not grouped or any(piece.sort == "numeral" for piece in own))
    if not (re.search("[a-z]", plain) or said.strip() or spoken or parted):
        return None  # numbers in groups and in numerals have readers of their own
    if not said and plain.isalpha() and not _count_singles(own) >= _SINGLES + 1:
        return None
    return first, last, plain


def _list_pieces(text: str, start: int, stop: int) -> Iterator[Piece]:
    at = start
    while at < stop:
        match = _PIECE.match(text, at, stop)
        if match is None or match.lastgroup == "stop":
            return
        yield Piece(str(match.lastgroup), match.group(), *match.span())
        at = match.end()


def _count_singles(pieces: Sequence[Piece]) -> int:
    return sum(piece.sort in ("word", "numeral") and len(piece.text) == 1 for piece in pieces)


def _speaks(pieces: Sequence[Piece]) -> bool:
    """Whether all is digits, and some of them English words."""
    words = [piece.text for piece in pieces if piece.sort == "word"]
    return (
        any(word in SPOKEN or word == "plus" for word in words)
        and all(map(_SPOKEN.fullmatch, words))
        and len(words) > 1
    )


def _read_spoken(pieces: Sequence[Piece]) -> list[Piece]:
    digits = (
        piece._replace(text=SPOKEN.get(piece.text, piece.text.replace("o", "0").replace("plus", "+")))
        for piece in pieces
        if piece.sort in ("word", "numeral")
    )
    return list(digits)


def _trim(text: str, pieces: list[Piece], said: str) -> list[Piece]:
    """The pieces up to where the handle ends: at words of the sentence, a gap between words, another handle."""
    together = bool(_TOGETHER.search(said))
    apart = _count_singles(pieces) >= _SINGLES
    together = together or _speaks(pieces)
    kept: list[Piece] = []
    for at, piece in enumerate(pieces):
        if piece.sort == "han" and not together and piece.text not in said:
            break
        if piece.sort in ("blank", "between") and kept:
            before, after = _neighbour(pieces[:at][::-1]), _neighbour(pieces[at + 1 :])
            if after is None or before is None or not (together or _joins(text, piece, before, after, apart)):
                break
        kept.append(piece)
    while kept and kept[-1].sort in ("blank", "between", "hyphen", "dot", "dash"):
        kept.pop()
    return kept


def _exchange(piece: Piece, said: str) -> Piece:
    """A character as the letters that the author says it stands for: 车=che."""
    if piece.sort != "han":
        return piece
    told = re.search(rf"{piece.text}字?\s?(?:[=＝是为读念写打]|->){{1,2}}\s?(?P<it>[a-z0-9]{{1,8}})", said)
    return piece._replace(sort="word", text=told.group("it")) if told else piece


def _neighbour(pieces: Sequence[Piece]) -> Piece | None:
    return next((piece for piece in pieces if piece.sort not in ("blank", "between", "cut")), None)


def _joins(text: str, gap: Piece, before: Piece, after: Piece, apart: bool) -> bool:
    """Whether a blank or a sign stands between two pieces of one handle, not between it and what follows."""
    if (
        gap.sort == "blank"
        and len(before.text) > 1
        and _is_whole(_PLAIN_BEFORE.search(text, max(0, before.end - _LONGEST), before.end))
    ):
        return False
    if {"line", "dash", "numeral", "han"} & {before.sort, after.sort}:
        return "numeral" not in (before.sort, after.sort) or gap.sort == "between" or apart
    if gap.sort == "blank":
        if _SPOKEN_OF.search(text[before.end : after.start]):
            return True
        return apart and any(len(side.text) == 1 or side.text in SPOKEN for side in (before, after))
    if "repeat" in (before.sort, after.sort):
        return True
    sides = _PLAIN_BEFORE.search(text, max(0, before.end - _LONGEST), before.end), _PLAIN.match(text, after.start)
    return not all(map(_is_whole, sides)) and after.sort == "word"


def _is_whole(side: re.Match[str] | None) -> bool:
    """Whether what stands at one side of a gap is a handle by itself."""
    return side is not None and len(side.group()) > _SHORTEST and bool(re.search(r"[\d_]", side.group()))


def _join(pieces: Sequence[Piece], said: str) -> str:
    """What the pieces spell."""
    dashes = bool(_KEEP_DASHES.search(said))
    words = []
    for piece in pieces:
        if piece.sort == "word":
            words.append(piece.text)
        elif piece.sort == "repeat":
            many, what = piece.text[-3].replace("俩", "两"), piece.text[-1]
            words.append(_DIGITS.get(what, what) * int(_DIGITS.get(many, many)))
        elif piece.sort == "numeral":
            words.append("".join(_DIGITS[letter] for letter in piece.text))
        elif piece.sort in ("line", "dash", "hyphen", "dot", "at"):
            words.append({"line": "_", "dash": "-", "hyphen": "-", "dot": ".", "at": "@"}[piece.sort])
        elif piece.sort == "between" and dashes and piece.text in "—–⁃－―":
            words.append("-")
        elif piece.sort == "han":
            words.append(piece.text)
    return "".join(words)


def _find_whole(text: str, said: str, told: int, ends: tuple[int, int], spelt: str) -> tuple[str, int] | None:
    """The handle as the author gives it at last, and where that ends; None where he does not."""
    wholes = [(match.group(), told) for match in _WHOLE.finditer(said)]
    for end in ends:
        giving = _GIVING.match(text, end)
        behind = _WHOLE.match(text, giving.end()) if giving else None
        wholes += [(behind.group(), behind.end())] if behind else []
    spelt = _HAN.sub("", spelt)
    for whole, stop in wholes:
        if whole == spelt or (spelt.isdigit() and whole.isdigit()):
            continue  # given plainly already, or another number
        if SequenceMatcher(None, whole, spelt, autojunk=False).ratio() >= _LIKE:
            return whole, stop
    return None


_HAN = re.compile("[\u3400-\u9fff]+")


def _restore_letters(folded: Folded, pieces: Iterable[Piece]) -> Iterator[Piece]:
    """The pieces, with the letters that folding read as a word (xiansuo as 线索) as their author wrote them."""
    last = (-1, -1)
    for piece in pieces:
        if folded.starts is None or piece.sort != "han":
            yield piece
            continue
        span = folded.span(piece.start, piece.end)
        written = folded.original[slice(*span)].lower().strip()
        if len(written) > 1 and written.isascii() and written.isalpha():
            if span != last:
                yield Piece("word", written, piece.start, piece.end)
            last = span
            continue
        yield piece
