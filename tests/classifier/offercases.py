"""Cases as data, and texts that mean harm."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

DATA = Path(__file__).parent.parent / "data" / "offers"

# What sellers, forums and attackers put into texts; hypothesis strings them together.
_PIECES = (
    "车主", "车.主", "车/主 信/息", "數據", "数剧", "微信", "薇❤️信", "卫星", "亻言", "资L", "che主", "车zhu",
    "(chē)", "（xin）", "\u200b",
    "\ufe0f", "\u20e3", "\u0336", "①", "❽", "⓪", "𝟬", "Ⓥ", "ＶＸ", "ѵх", "а", "İ", "ß", "0", "1", "5", "8", "1000",
    "13800138000",
    "一三八", "零点五", "两毛五", "块五", "元", "块", "毛", "分", "条", "万", "w", "k", "一", "/", "每", "-", "~",
    "到", "起", "起售", "以上",
    "低于", "不出", "MOQ", "打包", "实时", "隔天", "包月", "$", "USDT", "u", "💰", "VX:", "QQ", "群", "TG@",
    "@abc12345", "t.me/", "+86",
    "同号", "加", "abc12345", "a@b.cn", "https://", "0x", "T", "bc1q", "张伟", "先生", "京A12345",
    "110101199003074514",
    "LSVAA2189E2192345", "住址", "路", "号", "保单号", " ", "\n", "\t", ",", "，", "。", ";", "（", "）", "＊",
    "*", ".", "\x00", "\ud800",
    "\U0010ffff", "मराठी", "שלום", "\u202e",
)  # fmt: skip


def read_cases(name: str) -> list[dict[str, Any]]:
    """The cases of one file of tests/data/offers."""
    return [json.loads(line) for line in (DATA / f"{name}.jsonl").read_text(encoding="utf-8").splitlines() if line]


def wild_texts() -> st.SearchStrategy[str]:
    """Texts of the market's pieces, of any characters, and of both."""
    pieces = st.lists(st.sampled_from(_PIECES), max_size=40).map("".join)
    return st.one_of(pieces, st.text(max_size=60), st.builds("".join, st.tuples(pieces, st.text(max_size=20), pieces)))


# Long texts of one thing: what a careless pattern takes quadratic time for.
HOSTILE = (
    "1", "元", "车 ", "车.主", "a", "a@", "a.b", "1,", "1.1", "1 ", "1-", "一", "万", "块五", "5毛", "0.5元一条",
    "1000条起", "微信", "V:",
    "同号", "13800138000 ", "张三13800138000\n", "京A12345 ", "中国路1号", "地址", "保单号", "http://", "t.me/",
    "@a", "(a)", "车(che)",
    "①", "車", "亻", "\u200b", "\u0301", "а", "Ab Cd,", "1一", "官网", "加", "LSVAA2189E2192345 ", "每", "起",
    "$1", "到", "＊", "王",
)  # fmt: skip
