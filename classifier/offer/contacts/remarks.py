"""What a seller says after a handle on how it is really written: (那个点是下划线), (@读a), （加号拿掉）, 横线不要.

A remark is signs and what is to be done with them. The signs are named (竖线, 短横, dots), or are characters of the
handle itself (丿是_, o是零); what is done is one of four: dropped, exchanged, kept, or the whole is given. A remark is
looked for first, then the handle before it, so time is linear.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from classifier.fold import Folded
from classifier.lexicon import read_terms
from classifier.offer.contacts.digits import DIGIT_FORMS
from classifier.offer.contacts.shape import read_numerals
from classifier.offer.rewriting import replace_spans
from classifier.offer.tokens import lower

_DASHES, _DOTS, _WAVES, _BARS = "-–—－", ".·。．•・", "~～﹏〜", "|｜丨│┃❘"
_BRACKETS = "()（）[]【】〔〕［］｛｝{}<>《》「」『』"
# Signs as sellers name them, and the characters that are meant.
_SIGNS = {
    **dict.fromkeys(("横杠", "横线", "短横线", "短横", "中横线", "中杠", "减号", "连字符", "破折号", "杠杠", "横", "杠",
                     "dashes", "dash", "hyphens", "hyphen"), _DASHES),
    **dict.fromkeys(("小圆点", "圆点", "小点", "点点", "点号", "点", "dots", "dot", "periods"), _DOTS),
    **dict.fromkeys(("波浪线", "波浪号", "波浪", "波浪符"), _WAVES),
    **dict.fromkeys(("竖线", "竖杠", "直线", "竖", "bars", "bar", "pipes", "pipe"), _BARS),
    **dict.fromkeys(("下划线", "底线", "下划", "下横线", "下杠", "底杠", "under_score", "underscores", "underscore"),
                    "_＿"),
    **dict.fromkeys(("星号", "星星", "五角星", "星", "stars", "star", "asterisks", "asterisk"), "*＊★☆⭐✦"),
    **dict.fromkeys(("空格", "空白", "spaces", "space", "blanks", "blank"), " \u3000"),
    **dict.fromkeys(("斜杠", "斜线", "slashes", "slash"), "/／\\"),
    **dict.fromkeys(("加号", "plus"), "+＋➕"),
    **dict.fromkeys(("引号", "quotes"), "\"'“”‘’"),
    **dict.fromkeys(("井号", "井"), "#＃"),
    **dict.fromkeys(("括号", "方括号", "圆括号", "括弧", "brackets"), _BRACKETS),
    **dict.fromkeys(("顿号", "逗号", "commas", "comma"), "、，,"),
    **dict.fromkeys(("尖号", "尖角"), "^＾"),
    **dict.fromkeys(("等号",), "=＝"),
    "句号": "。",
    "圈": "〇○⭕",
}  # fmt: skip
_PLAIN = {"_＿": "_", _DOTS: ".", _DASHES: "-", " \u3000": "", "〇○⭕": "0", "+＋➕": "+"}
# Whole classes of characters.
_CLASSES = (
    (re.compile("汉字|中文|汉语|chinese"), re.compile("[\u3400-\u9fff]")),
    (re.compile("数字|digits"), re.compile("[0-9]")),
    (re.compile("表情|emoji|图标|小图"), re.compile("[\u2190-\u2bff\U0001f000-\U0001faff\ufe0f]")),
    (re.compile("符号|标点|特殊字符|杂符|signs|symbols"), re.compile(r"[^\w\u3400-\u9fff]")),
)
_NAMES = "|".join(sorted(map(re.escape, _SIGNS), key=len, reverse=True))
_NAME = re.compile(_NAMES)

_REMOVE = re.compile(
    r"去掉|去除|去了|删掉|删除|删了|删去|拿掉|拿走|抹掉|扣掉|除掉|扔掉|不要|不用|不算|不读|不念|不输|不打|不加|忽略|无视|省略|省去"
    r"|别[输打加管]|略过|跳过|多余|没用|干扰|防(?:屏蔽|和谐|封)|凑数|去(?=[点横杠竖空星斜括井圈])|[都全字]去$|删(?=$|[”\"'])|无(?=空格)"
    r"|没有?(?=空格|[点横竖下星]|符号)|(?<![a-z])(?:remove[ds]?|drop|ignore|without|delete|skip|strip|omit|no)(?![a-z])"
)
_KEEP = re.compile("保留|别去|不能?去|也要|留着|要带|要的$|都要$")
_REPLACE = re.compile(
    r"换成?|换为|替换成?|改成?|改为|打成|写成|写作|打作|输成|代替|代表|表示|替代|读作?|念作?|当作?|当成|用作|即|就是|其实是|应是|应为"
    r"|[是为做当=＝→➜代读念]|->|(?<![a-z])(?:is|are|means?|to|as|into|with|for)(?![a-z])"
)
_TOGETHER = re.compile("连着?写|连起来|连在一起|连[打埋]|[拼合](?:在)?[一起]起?来?|连一起|together|one word")
_SINGLE = re.compile(r"只有?\s?一[根个条]|是一[根个条]")
_WHOLE = re.compile(
    r"(?:[=＝]|即|就是|也就是|连埋|连起来是?|完整是?|实际是?|正确是?|合起来是?)\s?(?P<whole>[a-z0-9_.@-]{5,32})"
)
_LETTERS = re.compile("[只仅就][看取读留要认]{1,2}(?:英文|字母|数字)")
_NUMERALS = re.compile("(?:用|是|都是|要用|换|换成|改成|打|写)(?:阿拉伯)?数字")
_SOUND = re.compile("拼音|读音")
_MEANT = re.compile(
    rf"\s?[“\"'‘]?(?:成|作|为|an? |the )?(?:阿拉伯)?(?:数字|字母|英文|小写|大写)?(?:的)?\s?"
    rf"[“\"'‘]?(?P<meant>{_NAMES}|[零〇一二三四五六七八九](?![一-鿿])|[a-z0-9_.-]{{1,4}}(?![a-z0-9]))"
)
_QUOTED = re.compile("[“\"'‘「『]([^”\"'’」』]{1,3})[”\"'’」』]")

_BRACKETED = re.compile(
    r"[(（\[【](?P<said>[^()（）\[\]【】\n]{2,40}|[^()（）\[\]【】\n]{0,4}[()（）\[\]【】]{1,2}[^()（）\[\]【】\n]{1,8})[)）\]】]"
)
# Without brackets only what can be nothing else: a sign's name beside what is done with it, or an order.
_ORDERS = (
    "照[打写]|(?<![a-z])(?:without|no|remove|drop|ignore|replace|read|skip)(?![a-z])|去掉|拿掉|删掉|去除|删除|不要|换成|改成|写成|读作|连着?写|连起来|不用[输打]|别输|数字|汉字|拼音|[换当是改]下划|[去无]空格"
    rf"|(?:{_NAMES})\s?[都全就要请]?\s?(?:去|删|拿|换|改|写|当|读|念|代|不|是|为|=|＝)"
    rf"|[去删拿](?:{_NAMES})"
)
_ORDER = re.compile(_ORDERS)
_BEHIND = re.compile(r"(?:[,，、;；。]\s?|\s?[→←]\s?|\s|…|(?<=[」』】]))(?P<said>[^\s,，。;；()（）\n:：】]{3,18})")
_BEHIND_ENGLISH = re.compile(
    r"[\s,]{1,2}(?P<said>(?:all |just )?(?:without|no|remove|drop|ignore|replace|read|skip)(?![a-z])[^\n,.;!?()]{3,40})"
)
# What a handle may end with, right before the remark.
_END = re.compile('[a-z0-9_"”*〇零一二三四五六七八九壹贰叁肆伍陆柒捌玖】\\])）」』”][ \u3000]?$')
_HANDLE = re.compile(
    r"[^\s,，。;；:：→☞👉➜➔(（【】「」『』\u3400-\u9fff][^\n,，。;；:：→☞👉➜➔(（【】「」『』\u3400-\u9fff]{2,40}$"
)
# What a colon or an arrow points at, blanks and all.
_POINTED = re.compile(r"(?<=[:：→☞👉➜➔>=＝])\s?[a-z0-9_@][^\n,，;；:：→☞👉➜➔>=＝(（【】「」『』]{2,40}$")
# With Chinese characters, brackets or other signs in it that stand for something, but no blank: yc一hao一che.
_MIXED = re.compile(r"[a-z0-9_【\[][^\s,，。;；:：→☞👉➜➔]{2,40}$")
_SPACED = re.compile(
    r"[a-z0-9_](?:[a-z0-9_]| [^\s,，。;；:：→☞👉➜➔(（【】「」『』] | ?[^\w\s,，。;；:：(（【】] ?| ){2,40}$"
)
_PARTED = re.compile(r"[a-z0-9_][a-z0-9_]*(?:[、，,。/][a-z0-9_]+){1,5}$")
_LINK = re.compile(r"h[^\s\u3400-\u9fff]{0,4}ps?:?//[^\s\u3400-\u9fff，（(]{3,80}$")
_LOOK_BACK = 90
_SHORTEST, _LONGEST = 4, 36


def heed_remarks(folded: Folded) -> Folded:
    """`folded` with handles written as the remarks behind them say; itself where there are none."""
    edits = _find_edits(lower(folded.text))
    return replace_spans(folded, list(edits)) if edits else folded


def _find_edits(text: str) -> tuple[tuple[int, int, str], ...]:
    edits: list[tuple[int, int, str]] = []
    for match in _find_remarks(text):
        if not _END.search(text, max(0, match.start() - 2), match.start()):
            continue
        said = re.sub("(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])", "", match.group("said").strip())
        for found in _find_handles(text, match.start()):
            if edits and found.start() < edits[-1][1]:
                continue
            written = found.group().strip()
            # The longest are addresses of money, whose case counts.
            meant = heed(said, written) if len(written) <= _LONGEST or ":/" in written else None
            if meant is not None and meant != written and len(meant) >= _SHORTEST and meant.isascii():
                first = found.start() + len(found.group()) - len(found.group().lstrip())
                edits.append((first, first + len(written), meant))
                break
    return tuple(edits)


def _find_remarks(text: str) -> list[re.Match[str]]:
    behind = (
        [match for match in _BEHIND.finditer(text) if _ORDER.search(match.group("said"))] if _ORDER.search(text) else ()
    )
    return sorted((*_BRACKETED.finditer(text), *behind), key=lambda match: match.start())


def _find_handles(text: str, end: int) -> Iterator[re.Match[str]]:
    """What the remark at `end` may speak of, the likeliest first."""
    start = max(0, end - _LOOK_BACK)
    while end > start and text[end - 1] in " \u3000」』”":
        end -= 1
    return filter(
        None, (pattern.search(text, start, end) for pattern in (_LINK, _POINTED, _HANDLE, _MIXED, _PARTED, _SPACED))
    )


def find_order(text: str, end: int) -> re.Match[str] | None:
    """What is said right behind `end`, without brackets, on how the handle there is written."""
    behind = _BEHIND_ENGLISH.match(text, end) or _BEHIND.match(text, end)
    return behind if behind and _ORDER.search(behind.group("said")) else None


def heed(said: str, written: str) -> str | None:
    """The handle as the remark means it, None where the remark is none of the sort or speaks of something else."""
    dropped = _END_DROPPED.search(said)
    if dropped:
        return _drop_end(dropped, written)
    parts = [part.strip() for part in re.split("[,，;；、和]", said) if part.strip()]
    if len(parts) > 1 and all(_REPLACE.search(part, 1) or _REMOVE.search(part) for part in parts):
        for part in parts:  # 4是a，1是i
            written = _heed_part(part, written) or written
        return written
    return _heed_part(said, written)


# 最后两个x去掉, 第一个x不要: what is dropped at one end.
_END_DROPPED = re.compile(
    r"(?:(?P<tail>最后|末尾|结尾|后面|尾巴)|第一|开头|最前面?|前面)(?:面|边|的|那)*"
    r"(?P<many>[一二两俩三四1-4])?[个位]?(?:字母|数字|字|是)?(?P<what>[a-z0-9]{0,4})(?:都|就|是多余的|,)?"
    r"(?:去掉|不要|删掉?|拿掉|不用|多余)"
)
_MANY = {many: count for count, group in enumerate(("一1", "二两俩2", "三3", "四4"), 1) for many in group}


def _drop_end(told: re.Match[str], written: str) -> str | None:
    many = _MANY.get(told.group("many") or "", 1)
    what = told.group("what")
    size = len(what) * many if what else many * bool(told.group("many"))
    gone = written[-size:] if told.group("tail") else written[:size]
    if not size or set(what) - set(gone):
        return None
    return written[:-size] if told.group("tail") else written[size:]


def _heed_part(said: str, written: str) -> str | None:
    whole = _WHOLE.search(said)
    if whole:
        return whole.group("whole")
    if _TOGETHER.search(said) and " dot " not in written:
        if _REMOVE.search(said):
            written = next((letters.sub("", written) for sort, letters in _CLASSES if sort.search(said)), written)
        joined = re.sub(r"[\s＋+]", "", written)
        return read_numerals(joined) if "数字" in said else joined
    if _SOUND.search(said):
        return _spell_sounds(written)
    if _LETTERS.search(said):
        return re.sub("[\u3400-\u9fff]", "", written)
    if _NUMERALS.search(said) and not _NAME.search(said):
        return read_numerals(written)
    return _change(said, written)


def _change(said: str, written: str) -> str | None:
    signs = _find_signs(said, written)
    kept, removed = _KEEP.search(said), _REMOVE.search(said)
    if _SINGLE.search(said):
        return _exchange(signs, r"\1", written, single=True)
    if kept and not removed:
        return _exchange(signs, _PLAIN.get(signs, ""), written) if _PLAIN.get(signs) else None
    if removed:
        for sort, letters in _CLASSES:
            if sort.search(said):
                return letters.sub("", written)
        shared = _share_run(said[: removed.start()], written)
        return re.sub(f" ?{shared} ?", "", written) if shared else _exchange(signs, "", written)
    told = _REPLACE.search(said, 1)
    meant = _MEANT.match(said, told.end()) if told else None
    if told is None or meant is None:
        return None
    word = meant.group("meant")
    plain = _PLAIN.get(_SIGNS.get(word, word), word if word.isascii() else DIGIT_FORMS.get(word, word))
    return _exchange(_find_signs(said[: told.start()], written), plain, written)


def _find_signs(said: str, written: str) -> str:
    """The characters that a remark speaks of: by their name, in quotes, or as they stand in the handle."""
    quoted = _QUOTED.search(said)
    if quoted and any(letter in written for letter in quoted.group(1)):
        return quoted.group(1)
    for sort, letters in _CLASSES[2:]:
        if sort.search(said):
            return "".join(set(letters.findall(written)))
    named = _NAME.search(said)
    if named and any(sign in written for sign in _SIGNS[named.group()]):
        return _SIGNS[named.group()]
    bare = re.sub(r"^(?:把|请|那个|这个|其中的?|中间的?|里面的?|前面的?|所有的?|全部|[一两俩三二几]个?)+|的$", "", said)
    first = bare[:1]
    if first and first in written and (not bare[1:2].isascii() or not (bare[1:2].isalnum() and first.isalnum())):
        return first
    return ""


def _spell_sounds(written: str) -> str | None:
    """ting车_jf, said to be in pinyin: tingche_jf; None where a character's sound is not known."""
    sounds = _read_sounds()
    spelt = [letter if letter.isascii() else sounds.get(letter) for letter in written]
    return "".join(filter(None, spelt)) if None not in spelt else None


@lru_cache(maxsize=1)
def _read_sounds() -> dict[str, str]:
    return {letter: row["syllable"] for row in read_terms("sounds") for letter in row["characters"]}


def _share_run(said: str, written: str) -> str:
    """The longest run of letters or of Chinese that remark and handle share: 某某 of 某某二字删, xx of xx去掉."""
    runs = (run for run in re.findall("[\u3400-\u9fff]+|[a-z]{2,6}", written) if run in said)
    return max(runs, key=len, default="")


def _exchange(signs: str, meant: str, written: str, *, single: bool = False) -> str | None:
    """Every run of the signs inside the handle as what it stands for; None where there is none."""
    if not signs:
        return None
    run = f"[{re.escape(signs)}]"
    # A digit stands for each sign, a separator for all of a run.
    many = "" if meant.isalnum() else "+"
    pattern = re.compile(rf"({run}){run}+" if single else rf" ?{run}{many} ?")
    return pattern.sub(meant, written) if pattern.search(written) else None
