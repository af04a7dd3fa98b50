"""Fixed lines in E.164 (the trunk 0 dropped); 400 and 800 numbers, which no other country can call, as digits."""

from __future__ import annotations

import re
from collections.abc import Iterator

from classifier.offer.contacts.digits import find_runs, join_groups, read_run, take_number
from classifier.offer.contacts.phone import is_valid, read_near
from classifier.offer.contacts.shape import Hit, Kind

_FIXED = re.compile(
    r"(?<![\d.A-Za-z-])(?:\+?86[ -]?)?[(（]?(0(?:10|2[0-9]"
    r"|[3-9]\d{2}))[)）]?[ —–-]{0,2}([1-9]\d{2,3}[ —–-]?\d{4})(?:[-转]{1,2}\d{1,6})?(?![\d.])"
)
# With China's code the area's zero is dropped.
_CODED = re.compile(r"\+86[ -]?[(（]?(10|2[0-9]|[3-9]\d{2})[)）]?[ -]{0,2}([2-9]\d{2,3}[ -]?\d{4})(?!\d)")
_TAIWAN = re.compile(r"市(?:内电)?话\s?[:：]?\s?(?P<it>[(（]?0[2-8]\d{0,2}[)）]?[ -]{1,2}\d{3,4}[ -]?\d{4})(?!\d)")
# Area codes of two digits are Taiwan's; those of three, which China has too, want to be announced.
_AT_HOME = re.compile(
    r"(?<![\d.A-Za-z-])(?:[(（]0[2-8]\d?[)）][ -]?\d{3,4}[ -]\d{4}|0[2-8][ -]\d{3,4}[ -]?\d{4}"
    r"|(?:(?<=[话洽线打电])|(?<=[话洽线打电][:： ]))0[2-8]\d[ -]\d{3,4}[ -]?\d{3,4}"
    r"|(?<=[:：])0[2-8]\d[ -]\d{3}[ -]\d{4})(?![\d-])"
)
_FREE = re.compile(r"(?<![\d.A-Za-z-])([48]00)[ -]?(\d{3,4})[ -]?(\d{3,4})(?![\d-])")


def _find(text: str) -> Iterator[Hit]:
    for match in _FIXED.finditer(text) if "0" in text else ():
        value = "+86" + match.group(1)[1:] + re.sub(r"\D", "", match.group(2))
        yield Hit("landline", value, match.start(), match.end(), is_valid(value))
    for match in _CODED.finditer(text) if "+86" in text else ():
        value = "+86" + re.sub(r"\D", "", match.group(1) + match.group(2))
        if is_valid(value):
            yield Hit("landline", value, match.start(), match.end(), True)
    for match in _TAIWAN.finditer(text) if "市" in text or "电话" in text else ():
        value = "+886" + re.sub(r"\D", "", match.group("it"))[1:]
        yield Hit("landline", value, *match.span("it"), is_valid(value))
    for match in _AT_HOME.finditer(text) if "0" in text else ():
        value = "+886" + re.sub(r"\D", "", match.group())[1:]
        yield Hit("landline", value, match.start(), match.end(), is_valid(value))
    for groups in find_runs(text) if _HEARD.search(text) else ():
        number = join_groups(groups)
        if number.plain < len(number.digits) / 2 and _FREE.fullmatch(number.digits):
            yield Hit("landline", number.digits, number.start, number.end, is_valid("+86" + number.digits))
        elif number.plain < len(number.digits) / 2 and _WHOLE.fullmatch(number.digits):
            value = "+86" + number.digits[1:]
            yield Hit("landline", value, number.start, number.end, is_valid(value))
    for match in _FREE.finditer(text) if "400" in text or "800" in text else ():
        digits = "".join(match.groups())
        if len(digits) == 10 and (" " in match.group() or "-" in match.group() or digits.startswith(("400", "800"))):
            yield Hit("landline", digits, match.start(), match.end(), is_valid("+86" + digits))


# A digit in words, as a fixed line's number opens with.
_HEARD = re.compile("[零〇⓪][一二三四五六七八九〇零⓪①-⑨]|[四八肆捌④⑧][零〇⓪]")
_WHOLE = re.compile(r"0(?:10|2\d|[3-9]\d{2})[2-8]\d{6,7}")


def _read(text: str, at: int) -> Hit | None:
    """座机零七三一—八八零零三七二五: said to be one, in whatever digits."""
    home = _AT_HOME.match(text, at)
    if home:
        value = "+886" + re.sub(r"\D", "", home.group())[1:]
        return Hit("landline", value, at, home.end(), is_valid(value), led=True)
    groups = read_run(text, at)
    number = take_number(groups, 10, 12)
    if number is not None and _FREE.fullmatch(number.digits):
        return Hit("landline", number.digits, at, number.end, is_valid("+86" + number.digits), led=True)
    if number is None or not _WHOLE.fullmatch(number.digits):
        near = read_near(text, at, groups)
        return Hit("landline", near.value, at, near.end, near.valid, led=True) if near else None
    value = "+86" + number.digits[1:]
    return Hit("landline", value, number.start, number.end, is_valid(value), led=True)


LANDLINE = Kind("landline", find=_find, read=_read)
