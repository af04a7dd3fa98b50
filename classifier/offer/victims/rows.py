"""When pieces of data stand in one row: the same line, or fields set one under the other."""

from __future__ import annotations

import re

NEAR = 6
"""Characters between a name and the number beside it."""
ROW = 80
"""Characters a row may be long."""


def in_block(between: str) -> bool:
    """Fields set one under the other (姓名:…, 电话:…, 车牌:…) are one row."""
    lines = between.split("\n")
    return len(lines) <= 4 and all(re.search("[:：]", line) for line in lines[1:]) and "。" not in between
