"""Numbers of amounts whose characters were spoilt on purpose, as they are meant; letter for letter."""

from __future__ import annotations

import re
from collections.abc import Callable

from classifier.offer.numerals import RINGED

# What spoils a number, and what it stands for: 2O, ¥l.5, 0。5元, 0点5, 零.五, ③毛⑤, 伍佰比. First the letters without
# which there is nothing to undo.
_RING = f"[{''.join(RINGED)}]"
_DIGIT_WORDS = "零一二两三四五六七八九十壹贰叁肆伍陆柒捌玖拾百佰千仟万"
_SPOILT: tuple[tuple[str, re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    ("o", re.compile(r"(?<=[\d.,])o{1,3}(?![a-z])"), lambda match: "0" * len(match.group())),
    ("l", re.compile(r"(?<![a-z0-9])l(?=[0o]{2,}(?![a-z0-9]))"), lambda match: "1"),
    ("o", re.compile(r"(?<=1)o{2,}(?![a-z0-9])"), lambda match: "0" * len(match.group())),
    (".", re.compile(r"(?<![a-z0-9])[lo](?=\.\d)"), lambda match: "1" if match.group() == "l" else "0"),
    ("0", re.compile(r"(?<![\d.])0[。·,，点丶､、'’](?=\d{1,2}(?!\d))"), lambda match: "0."),
    ("猫貓冒", re.compile(rf"(?<=[\d{_DIGIT_WORDS}])[猫貓冒](?=[\d{_DIGIT_WORDS}/／每,，])"), lambda match: "毛"),
    ("快筷駃", re.compile(rf"(?<=[\d{_DIGIT_WORDS}])[快筷駃](?=[\d{_DIGIT_WORDS}/／每])"), lambda match: "块"),
    ("員员", re.compile(r"(?<=\d)[員员](?=[/／每一])"), lambda match: "元"),
    ("零〇", re.compile(r"(?<=[零〇])[.。·](?=[一二两三四五六七八九])"), lambda match: "点"),
    (
        "".join(RINGED),
        re.compile(
            rf"{_RING}(?=\s?(?:[毛元块圆角分仟千佰百万wk条笔点.💰]|[rum米]\s?[/／每]|{_RING}|0(?!\.)))|(?<=[毛元块角分.\d点]){_RING}"
            rf"|{_RING}(?=\s?[次台个份辆单](?![\u3400-\u9fff](?<!起)))"
        ),
        lambda match: RINGED[match.group()],
    ),
    ("零〇", re.compile(r"[零〇]点(?=\d)"), lambda match: "0."),
    ("○●", re.compile(r"(?<=\d)[○●](?=\s?[\d○●元块毛/／一])"), lambda match: "0"),
    ("•", re.compile(r"(?<=\d)•(?=\d)"), lambda match: "."),
    ("．.·", re.compile(rf"(?<=[{_DIGIT_WORDS}])[．.·](?=[{_DIGIT_WORDS}]{{1,2}}[元块毛💰米r])"), lambda match: "点"),
    ("點", re.compile(r"(?<=\d)點(?=\d)"), lambda match: "."),
    (
        "点",
        re.compile(r"(?<![\d:.])\d点(?=\d{1,2}\s?[元块亓一/／]|\d(?![\d分点刻半]|个小时|小时))"),
        lambda match: f"{match.group()[0]}.",
    ),
    ("満🈵", re.compile("[満🈵]"), lambda match: "满"),
    ("茨茦", re.compile(rf"(?<=[\d每/／{_DIGIT_WORDS}])[茨茦]|(?<=[/／每] )[茨茦]"), lambda match: "次"),
    ("伯", re.compile(r"(?<=[壹贰叁肆伍陆柒捌玖一二两三四五六七八九\d])伯(?![乐父母爵])"), lambda match: "百"),
    ("参", re.compile(r"参(?=[拾佰仟万百千元圆块毛角])"), lambda match: "叁"),
    ("➜➡➔⇒", re.compile("[➜➡➔⇒]"), lambda match: "→"),
    (
        "1",
        re.compile(r"(?:m1n|p1eces?|un1ts?)(?![a-z0-9])"),
        lambda match: match.group().replace("1", "i"),
    ),
    (
        "0",
        re.compile(r"(?:r0ws?|rec0rds?|m0nth|0wners?)(?![a-z0-9])"),
        lambda match: match.group().replace("0", "o"),
    ),
    ("0", re.compile(r"(?<![\d.])0(?=点[一二三四五六七八九])"), lambda match: "零"),
    ("启旗琪骑", re.compile(r"(?<=[条笔个份张])[启旗琪骑](?=$|[\W_])"), lambda match: "起"),
    ("卐卍", re.compile(rf"(?<=[\d{_DIGIT_WORDS}])[卐卍]"), lambda match: "万"),
    ("＝", re.compile("＝"), lambda match: "="),
    # Rs.2/- per record
    ("-", re.compile(r"(?<=\d)/-(?![\w-])"), lambda match: "  "),
    ("夭", re.compile("(?<=[一每])夭"), lambda match: "天"),
    ("干", re.compile(r"(?<=[\d一二三四五六七八九])干(?=[条个份笔起])"), lambda match: "千"),
    ("亓", re.compile(r"(?<=[\d零一二两三四五六七八九十百千万])亓"), lambda match: "元"),
    ("调", re.compile(r"(?<=[\d一每百千万/])调(?=[起\W\d]|$)"), lambda match: "条"),
    ("比", re.compile(r"(?<=[壹一佰仟百千])比(?=[起壹贰叁肆伍陆柒捌玖两二三四五六七八九\d])"), lambda match: "笔"),
)


def read_spoilt(text: str) -> str:
    """`text` (in lower case) with numbers of amounts as they are meant; its length never changes."""
    letters = set(text)
    for signs, pattern, meant in _SPOILT:
        if not letters.isdisjoint(signs):
            changed = pattern.sub(meant, text)
            if changed != text:
                text, letters = changed, set(changed)
    return text
