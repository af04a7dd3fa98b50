"""Chinese digits, only where they are a mobile number: in prices, counts and other handles their readers know them."""

from __future__ import annotations

import re

from classifier.folding.edits import Edit, needs

_DIGITS = {glyph: str(value) for value, glyphs in enumerate(
    ("零〇洞", "一壹幺妖", "二贰两", "三叁", "四肆", "五伍", "六陆", "七柒拐", "八捌", "九玖勾")
) for glyph in glyphs}  # fmt: skip
_CLASS = "0-9" + "".join(_DIGITS)
_NUMBER = re.compile(f"[1一壹幺妖](?<![{_CLASS}].)[3-9三叁四肆五伍六陆七柒拐八捌九玖勾][{_CLASS}]{{9}}(?![{_CLASS}])")
# Fewer than so many among plain digits are a typing error, not a disguise.
_LEAST = 3


@needs("零〇洞一壹幺妖二贰两三叁四肆五伍六陆七柒拐八捌九玖勾")
def read_numbers(text: str) -> list[Edit]:
    """一三八… and 幺叁捌…: eleven digits that begin as mobile numbers do."""
    edits: list[Edit] = []
    for match in _NUMBER.finditer(text):
        places = [at for at in range(*match.span()) if text[at] in _DIGITS]
        if len(places) >= _LEAST:
            edits += [Edit(at, at + 1, _DIGITS[text[at]], "numeral") for at in places]
    return edits
