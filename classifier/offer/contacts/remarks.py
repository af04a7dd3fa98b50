"""What a seller says after a handle on how it is really written: (那个点是下划线), (@读a), （加号拿掉）.

The handle is rewritten as he means it. A remark is looked for first, then the handle before it, so time is linear.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from classifier.fold import Folded
from classifier.offer.rewriting import replace_spans
from classifier.offer.tokens import lower

_DASHES, _DOTS, _WAVES = "-–—－", ".·。．•", "~～﹏"
_SIGNS = {
    **dict.fromkeys(("横", "横杠", "横线", "杠", "减号", "中杠", "短横"), _DASHES),
    **dict.fromkeys(("点", "圆点"), _DOTS),
    **dict.fromkeys(("波浪", "波浪号"), _WAVES),
    **dict.fromkeys(("下划线", "底线"), "_"),
    **dict.fromkeys(("星号", "星"), "*＊"),
    "句号": "。",
    "空格": " \u3000",
    "加号": "+＋➕",
    "斜杠": "/／\\",
    "引号": "\"'“”",
    "竖线": "|｜丨",
    "井号": "#＃",
    "圈": "〇○⭕",
}
_PLAIN = {
    "下划线": "_",
    "底线": "_",
    "点": ".",
    "横杠": "-",
    "横线": "-",
    "减号": "-",
    "横": "-",
    "杠": "-",
    "短横": "-",
}
_NAMES = "|".join(sorted(_SIGNS, key=len, reverse=True))
_SIGN = rf"[“\"'‘]?(?P<sign>{_NAMES}|[^\s，,。()（）]{{1,2}}?)[”\"'’]?"
_MEANT = rf"[“\"'‘]?\s?(?:数字|字母|英文)?\s?(?P<meant>{'|'.join(_PLAIN)}|[a-z0-9_.-]{{1,4}})[”\"'’]?"
_WHICH = r"(?:把|请|那个|这个|其中|中间的?|里面的?|前面的?|所有的?|全部|[一两俩三二几]个?)?\s?"
_AWAY = r"(?:都|全)?(?:去掉|拿掉|删掉|删除|删了|去除|去了|不要|不算|忽略|无视|省略|省去|不读|不念)"
_REMOVED = re.compile(
    rf"{_WHICH}{_SIGN}\s?{_AWAY}.{{0,5}}|(?:去掉?|删掉?|拿掉|不要|忽略|无视){_WHICH}(?P<after>{_NAMES}).{{0,5}}"
)
_REPLACED = re.compile(
    rf"{_WHICH}{_SIGN}\s?(?:都|就|全)?\s?(?:[=＝→]|是|为|读作?|念作?|换成?|换为|改成?|改为|打成|写成|代替|当|代表|表示)\s?(?:成|作)?\s?{_MEANT}.{{0,4}}"
)
_SINGLE = re.compile(rf"{_WHICH}{_SIGN}\s?(?:都|就)?(?:是|只有|只)\s?一[根个条]")
_KEPT = re.compile(rf"{_WHICH}(?P<sign>{_NAMES})\s?(?:要?保留|都?要|别去掉?|不能?去掉?|也要|留着).{{0,4}}")
_TOGETHER = re.compile(r".{0,3}(?:连着?写|连起来|连在一起|拼起来|拼一起|合起来|[没无]有?空格).{0,4}")
_WHOLE = re.compile(r"(?:[=＝]|即|就是|也就是|连埋|连起来是?|完整是?)\s?(?P<whole>[a-z0-9_.@-]{5,32})")
_BRACKETED = re.compile(r"[(（\[【](?P<said>[^()（）\[\]【】\n]{2,24})[)）\]】]")
# Behind a comma only what can be nothing else.
_ORDERS = ("去掉", "拿掉", "删掉", "换成", "改成", "写成", "连写", "连着写", "连起来", "空格")
_BEHIND = re.compile(
    rf"[,，、;；]\s?(?P<said>[^,，。;；()（）\n]{{0,10}}(?:{'|'.join(_ORDERS)})[^,，。;；()（）\n]{{0,8}})"
)
_SPOKEN = re.compile("[=＝→是为读念换改打写当代去删拿不忽无省根连拼合没即就留要别]")
# What a handle may end with, right before the remark.
_END = re.compile('[a-z0-9_"”*〇零一二三四五六七八九壹贰叁肆伍陆柒捌玖][ \u3000]?$')
_HANDLE = re.compile(r"[^\s,，。;；:：→☞👉➜➔(（【】「」『』][^\n,，。;；:：→☞👉➜➔(（【】「」『』\u3400-\u9fff]{2,40}$")
# With Chinese characters in it, where one of them stands for a sign: yc 一 hao 一 che.
_MIXED = re.compile(r"[a-z0-9_][^\n,，。;；:：→☞👉➜➔(（【】「」『』]{2,40}$")
_LINK = re.compile(r"h[^\s\u3400-\u9fff]{0,4}ps?:?//[^\s\u3400-\u9fff，（(]{3,80}$")
_LOOK_BACK = 90


def heed_remarks(folded: Folded) -> Folded:
    """`folded` with handles written as the remarks behind them say; itself where there are none."""
    edits = _find_edits(lower(folded.text))
    return replace_spans(folded, list(edits)) if edits else folded


@lru_cache(maxsize=8)
def _find_edits(text: str) -> tuple[tuple[int, int, str], ...]:
    edits: list[tuple[int, int, str]] = []
    for match in _find_remarks(text):
        said = match.group("said").strip()
        if not _END.search(text, max(0, match.start() - 2), match.start()) or not _SPOKEN.search(said):
            continue
        change = _understand(re.sub(r"(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])", "", said))
        found = change and _find_handle(text, match.start(), said)
        if not change or not found or (edits and found.start() < edits[-1][1]):
            continue
        written = found.group().rstrip()
        meant = change(written)
        if meant is not None and meant != written and len(meant) >= 4:
            edits.append((found.start(), found.start() + len(written), meant))
    return tuple(edits)


def _find_remarks(text: str) -> list[re.Match[str]]:
    behind = _BEHIND.finditer(text) if any(order in text for order in _ORDERS) else ()
    return sorted((*_BRACKETED.finditer(text), *behind), key=lambda match: match.start())


def _find_handle(text: str, end: int, said: str) -> re.Match[str] | None:
    start = max(0, end - _LOOK_BACK)
    mixed = _MIXED if (re.match("[“\"']?[一二三四五六七八九零〇]", said) or _WHOLE.fullmatch(said)) else None
    patterns = (_LINK, mixed, _HANDLE) if mixed else (_LINK, _HANDLE)
    return next(filter(None, (pattern.search(text, start, end) for pattern in patterns)), None)


def _understand(said: str) -> Callable[[str], str | None] | None:
    """What a remark does to the handle before it, None where it is none of the sort."""
    whole = _WHOLE.fullmatch(said)
    if whole:
        return lambda written: whole.group("whole")
    if _TOGETHER.fullmatch(said):
        return lambda written: re.sub(r"[\s＋+]", "", written)
    kept = _KEPT.fullmatch(said)
    if kept:
        return _exchange(kept.group("sign"), _PLAIN.get(kept.group("sign"), ""))
    single = _SINGLE.fullmatch(said)
    if single:
        return lambda written: re.sub(rf"([{_class(single.group('sign'))}])\1+", r"\1", written)
    removed = _REMOVED.fullmatch(said)
    if removed:
        return _exchange(removed.group("sign") or removed.group("after"), "")
    replaced = _REPLACED.fullmatch(said)
    if replaced and (replaced.group("sign") in _SIGNS or len(set(replaced.group("sign"))) == 1):
        return _exchange(replaced.group("sign"), _PLAIN.get(replaced.group("meant"), replaced.group("meant")))
    return None


def _class(sign: str) -> str:
    return re.escape(_SIGNS.get(sign, sign)).replace("]", "\\]")


def _exchange(sign: str, meant: str) -> Callable[[str], str | None]:
    """Every run of the sign inside the handle as what it stands for."""
    pattern = re.compile(rf" ?[{_class(sign)}]+ ?")
    return lambda written: pattern.sub(meant, written) if pattern.search(written) else None
