"""What a command line got wrong, on one line and in the reader's language."""

from __future__ import annotations

import re

from typer.exceptions import TyperException

# The parser's own sentences, and the same in Chinese; a sentence that is not among them is said as it is.
SENTENCES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.DOTALL), zh)
    for pattern, zh in (
        (r"No such option: (\S+)(?: \(Possible options: (.*)\))?", "没有选项 {0}"),
        (r"No such option: (\S+) Did you mean (.*)\?", "没有选项 {0}"),
        (r"No such command '(.*?)'\..*", "没有命令 {0}"),
        (r"Missing (?:argument|option|parameter) '?(.*?)'?\.", "缺少参数 {0}"),
        (r"Option '(.*)' requires an argument\.", "选项 {0} 需要给出值"),
        (r"Option '(.*)' requires (\d+) arguments\.", "选项 {0} 需要 {1} 个值"),
        (r"Option '(.*)' does not take a value\.", "选项 {0} 不接受值"),
        (r"Got unexpected extra arguments? ?(?:\(s\) )?\((.*)\)", "多余的参数：{0}"),
        (r"Invalid value for '?(.*?)'?: (.*)", "{0} 的值无效：{1}"),
    )
)


def tell_usage(fault: TyperException, language: str) -> str:
    """One line: what is wrong, and where the command's help is. `language` is "zh" or anything else for English."""
    said = " ".join(fault.format_message().split())
    context = getattr(fault, "ctx", None)
    command = context.command_path if context is not None else "tipstaff"
    if language != "zh":
        return f"{said.removesuffix('.')}; see {command} --help"
    for pattern, zh in SENTENCES:
        match = pattern.fullmatch(said)
        if match is not None:
            said = zh.format(*match.groups())
            break
    return f"{said}；用法见 {command} --help"
