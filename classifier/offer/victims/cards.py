"""Cards: fields behind labels (车主姓名：…, Owner: …, "plate":"…"), in a line or one below the other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from classifier.offer.victims import people, pieces
from classifier.offer.victims.item import Item

CARD = 120
"""Characters between two fields of one card."""

_HAN = pieces.HAN
# Longer labels first; what they hold, "" for what names nobody.
_LABELS: tuple[tuple[str, str], ...] = (
    ("name", "姓(?=[】\\]:：=])"
        "|(?:车主|客户|机主|业主|真实)?姓名|客户名称|氏名|名字|车主|所有人|机主|户主|投保人|被保险人|收件人"
        "|收件|客户"
        "|真名|卖家|买家|报案人|驾驶人|持证人|主人|👤|nama|nome|nombre|фио"
        r"|(?:full |owner'?s? |first |last )?name|owner|keeper|insured|holder|driver|customer|buyer|halter"),
    ("phone", r"[电机](?=[】\]:：=])"
        r"|联系电话|联系方式|打得通的号|телефон|telefone|teléfono|celular|no\.? ?hp|電話|手机号码?|手机"
        r"|电话号码?|电话|移动电话|移动|📱|📞|☎️?|mobile(?: no)?|phone(?: no)?"
        r"|cell|tel"),
    ("plate", r"牌(?=[】\]:：=])"
        r"|госномер|placa|no\.? ?pol|车牌号码?|车牌|号牌号码|号牌|车号|牌照|🚗|reg(?:istration)?(?: ?no)?"
        r"|(?:licen[cs]e )?plate(?: no)?"),
    ("vin", r"架(?=[】\]:：=])"
        r"|车架号码?|车架|车辆识别代号|车辆识别码|vin|chassis(?: no)?"),
    ("resident", r"nik|cpf|id_no|emirates id|passport no|身份证号码?|身份证|证件号码?|证件|驾照|驾驶证号?|nric"
        r"|ic|(?:id|dl|driving licence"
        r"|driver'?s? licen[cs]e"
        r"|licen[cs]e)(?: no| number)?|ssn|dob|passport"),
    ("engine", r"发动机号码?|发动机|engine(?: no)?"),
    ("policy", r"单号|保单号码?|保单|保险单号|policy(?: no| number)?"),
    ("address", r"址(?=[】\]:：=])"
        r"|адрес|alamat|endereço|dirección|在哪|登记住址|家庭住址|家庭地址|收货地址|住址|地址|🏠|address"
        r"|addr"),
    ("email", r"e-?mail|邮箱"),
    ("account", r"微信号|微信昵称|微信|支付宝名?|wechat|qq号?"),
    ("", r"车型|品牌型号|品牌|车系|城市|到期日?期?|保险到期|保险公司|保费|费用|性别|年龄|颜色|车|备注|使用性质"
        r"|车辆类型|准驾|档案编号|car|model|make|city|state"
        r"|expiry|colour|color|year|insurer|价格|price"),
)  # fmt: skip
# With what a label can begin: a cheap look before each is tried.
_FIRSTS = (
    "a-z车客机业真姓名所户投被收卖买报驾持主👤联打手电移📱📞☎号牌🚗架身证发引保单登家地住🏠邮微支品到性"
    "年颜备使准档价费城在氏址фтга"
)
_ANONYMOUS = frozenset({"phone", "email", "account", ""})
_VALUES = {
    "name": re.compile(rf"[{_HAN}]{{2,8}}[·•][{_HAN}]{{2,8}}|[{_HAN}]{{2,4}}(?![{_HAN}])"
        rf"|[A-ZÀ-Þ][\w.'’-]*(?:,? [A-ZÀ-Þa-z][\w.'’/-]*){{1,4}}"
        rf"|[{pieces.OTHERS}]{{2,20}}(?: [{pieces.OTHERS}]{{2,20}})*"),
    "phone": re.compile(r"[+(]?[\d零〇一二三四五六七八九洞幺①-⑨⓪][\d零〇一二三四五六七八九洞幺①-⑨⓪ "
        r"()./·-]{5,22}[\d零〇一二三四五六七八九洞幺①-⑨⓪]"),
    "plate": re.compile(rf"[{_HAN}{pieces.OTHERS}]? ?"
        rf"(?=[A-Z0-9 ·.-]{{0,8}}\d)[A-Z0-9][A-Z0-9 ·.•-]{{2,12}}[A-Z0-9]"),
    "vin": re.compile(r"(?=[A-Z0-9 ]{0,16}\d)[A-Z0-9][A-Z0-9 ]{4,18}[A-Z0-9]"),
    "resident": re.compile(r"(?=[A-Z0-9 ()-]{0,10}\d)[A-Za-z0-9][A-Za-z0-9 ()/-]{5,22}[A-Za-z0-9)]"),
    "engine": re.compile(r"(?=[A-Z0-9 -]{0,10}\d)[A-Z0-9][A-Z0-9-]{4,16}"),
    "policy": re.compile(r"(?=[A-Z0-9 -]{0,12}\d)[A-Z0-9][A-Z0-9/-]{6,28}"),
    "address": re.compile(r"[^\n|｜;；，,。】}\"“”<>]{0,60}\d[^\n"
        r"|｜;；，,。】}\"“”<>]{0,40}(?:,[ A-Za-z0-9.'-]{2,30}){0,4}|[^\n"
        r"|｜;；，,。】}\"“”<>]{0,40}[路街巷弄村镇乡园苑区][^\n|｜;；，,。】}\"“”<>]{0,30}"),
    "email": re.compile(r"[A-Za-z0-9._%+-]{2,40}@[A-Za-z0-9-]{1,30}(?:\.[A-Za-z0-9-]{2,12}){1,3}"),
    "account": re.compile(r"[A-Za-z0-9_-]{5,20}"),
}  # fmt: skip


@lru_cache(maxsize=1)
def _labels() -> tuple[re.Pattern[str], tuple[str, ...]]:
    kinds = tuple(kind for kind, _ in _LABELS)
    groups = "|".join(f"(?P<l{at}>{terms})" for at, (_, terms) in enumerate(_LABELS))
    return (
        re.compile(
            rf"(?=[{_FIRSTS}])(?<![A-Za-z{_HAN}])(?:{groups})(?:\s?[\"'”】\]]?\s?[:：=]\s?[\"'“]?|[】\]]\s?"
            rf"|[ \t]+(?![:：=])"
            rf"|(?<=[👤📱📞🚗🏠])\s?)",
            re.IGNORECASE,
        ),
        kinds,
    )


def find_cards(text: str) -> list[tuple[Item, bool]]:
    """The personal fields of cards in a folded text. A card has a name, a paper or an address among two fields or more.

    What only asks to be called or written to (联系人, 电话, 微信) is no card.
    """
    fields = [field for field in _find_fields(text) if field.kind not in _OWN or _shares_line(text, field)]
    cards: list[tuple[Item, bool]] = []
    begin = 0
    for at in range(1, len(fields) + 1):
        apart = (
            at == len(fields)
            or fields[at].start - fields[at - 1].end > CARD
            or "\n\n" in text[fields[at - 1].end : fields[at].start]
        )
        if apart:
            cards += _read_card(fields[begin:at])
            begin = at
    return cards


# What a seller gives of himself too, a line for each: of a person's only where other fields stand on the same line.
_OWN = frozenset({"email", "account"})


def _shares_line(text: str, item: Item) -> bool:
    line = text[text.rfind("\n", 0, item.start) + 1 : item.start]
    return any(
        kind and kind not in _OWN
        for kind in (_labels()[1][int((match.lastgroup or "l0")[1:])] for match in _labels()[0].finditer(line))
    )


def _read_card(fields: list[Item]) -> list[tuple[Item, bool]]:
    kinds = {item.kind for item in fields}
    named = kinds - _ANONYMOUS
    if not named or len(kinds) < 2 or (named == {"name"} and not kinds & {"phone", "email"}):
        return []
    # Where one is to write stands last, and is the seller's own.
    while fields and fields[-1].kind in _OWN:
        fields = fields[:-1]
    return [(item, True) for item in fields if item.kind]


def _find_fields(text: str) -> Iterator[Item]:
    pattern, kinds = _labels()
    end = 0
    for match in pattern.finditer(text):
        if match.start() < end:
            continue
        kind = kinds[int((match.lastgroup or "l0")[1:])]
        if not kind:
            yield Item("", *match.span())
            continue
        value = _VALUES[kind].match(text, match.end())
        if value is None or not _fits(kind, value.group(), match.group()):
            continue
        end = value.end()
        yield Item(kind, *value.span())


_FIRM = re.compile(r"[:：=】\]\"👤📱📞🚗🏠]")
_ADVERT = (
    "数据",
    "资料",
    "信息",
    "名单",
    "经理",
    "主管",
    "客服",
    "老师",
    "电话",
    "手机",
    "微信",
    "车牌",
    "姓名",
    "号码",
)


def _fits(kind: str, value: str, label: str) -> bool:
    if "*" in value or "＊" in value:
        return False
    if kind == "name":
        if value.startswith(_ADVERT) or value.endswith(_ADVERT):
            return False
        if not value[0].isascii() and "\u3400" <= value[0] <= "\u9fff":
            return not people.is_word(value) and ("·" in value or bool(_FIRM.search(label)) or people.has_family(value))
        return bool(_FIRM.search(label)) and value.split()[0].lower() not in pieces.read_no_latin()
    if kind in ("address", "account"):
        return bool(_FIRM.search(label)) or "路" in value or "街" in value
    return (
        sum(letter.isdigit() or letter in "零〇一二三四五六七八九洞幺①②③④⑤⑥⑦⑧⑨⓪" for letter in value) >= 3
        or kind == "email"
    )
