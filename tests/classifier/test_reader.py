"""The reader: right on plain cases, whole pages and hostile input, and true in what it says of itself."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from classifier import training
from classifier.corpus import digest_corpus, read_corpus
from classifier.encoders import DEFAULT, Encoder
from classifier.head import load_model, save_model
from classifier.reader import Reader, load_reader
from classifier.training import SHIPPED
from domain.errors import MissingPart
from domain.signals import FINDING_LABELS, LABELS, OFFER_KINDS, Passage, Reading

OFFER = "有各个城市的车主信息，0.5元一条，1000条起售，量大再谈，加微信 czxx_2088"
UPKEEP = (
    "发动机机油一般五千到一万公里更换一次，具体看机油等级和驾驶习惯。轮胎花纹低于1.6毫米就该换了。"
    "刹车油两年一换，防冻液三年一换。雨刮器有异响先擦玻璃，再看胶条有没有老化。"
)
REPORT = (
    "连日来，多名车主向本报反映，车险到期前两个月就开始接到推销电话，一天最多十几个，对方能准确说出车型和到期时间。"
    "“我从来没有把电话留给他们。”家住城西的吴女士说。保险公司回应称，公司有严格的客户信息管理制度。"
    "业内人士分析，续保市场竞争激烈，一些代理人不惜花钱买名单。监管部门表示，将对违规机构严肃查处。"
)
QUOTING = (
    "记者以代理人身份联系上一名卖家，对方说：“各个城市的车主信息都有，五毛一条，一千条起卖，不准可以换。”"
    "他还发来一份模板，里面有姓名、电话和车型。律师指出，这种行为已经违反个人信息保护法。"
)

CHAT = (
    "昨天那家面馆还不错，下次一起去", "有人知道城东修空调的师傅吗", "明天降温，大家多穿点", "孩子的作业又写到十一点",
    "周末去爬山的接龙，我算一个", "楼下的快递柜又满了", "谁家的猫跑到三单元来了", "地铁二号线早上停了十分钟",
    "今晚的球赛有人看吗", "刚买的西瓜一点都不甜", "停车场的灯坏了三天还没人修", "早，新的一周加油",
)  # fmt: skip


@pytest.fixture(scope="module")
def reader(models: Path, encoder: Encoder) -> Reader:
    return Reader(load_model(SHIPPED / DEFAULT), lambda: encoder, 1 / 200)


def read(reader: Reader, text: str, title: str | None = None, **around: object) -> Reading:
    """One passage, read."""
    return reader.read([Passage("7", text, title, **around)])[0]  # type: ignore[arg-type]


@pytest.mark.parametrize("text", [
    OFFER,
    "车险到期数据，下个月到期的，姓名电话车牌齐全，三毛一条两千起，飞机 @daoqi_kk",
    "報車牌查車主，姓名電話住址，一次三百，查不到不收錢，賴 chezhu886",
    "Fresh car owner database, name, phone, plate, 0.08 USDT per record, MOQ 1000, telegram @owner_rows",
])  # fmt: skip
def test_plain_offers_are_offers(reader: Reader, text: str) -> None:
    """Offers in the ways they are mostly written are found, with a kind and an offer read."""
    signal = read(reader, text).signal
    assert signal.label == "offer"
    assert signal.score >= reader.threshold
    assert signal.kind in OFFER_KINDS
    assert signal.offer is not None


@pytest.mark.parametrize(("text", "title"), [
    ("车险还有一个月到期，一天接十个推销电话，谁把我的信息卖了？", None),
    (QUOTING, None),
    ("律师说，非法出售五千条以上个人信息就构成犯罪，买的人同样要承担责任。", None),
    ("平安车险续保优惠，报车牌给您算价，商业险返八个点，电话13800001122", "车险续保"),
    ("2018款朗逸，一手车，车主自售，5.8万，电话13800001133", None),
    ("骗子，上次转了他五百块，发来全是空号，大家别买", "出车主数据 五毛一条"),
    ("顶一下", "出车主数据 五毛一条"),
    ("今天钓了三条鱼，最大的一条两斤半", None),
])  # fmt: skip
def test_plain_others_are_not(reader: Reader, text: str, title: str | None) -> None:
    """What merely looks like an offer is none."""
    signal = read(reader, text, title).signal
    assert signal.label != "offer"
    assert signal.kind is None


@pytest.mark.parametrize(("text", "kind"), [
    ("各城市车主资料，姓名电话车型，0.5一条，千条起", "list_sale"),
    ("报车牌出车主姓名电话，一次两百，查不到不收", "lookup_service"),
    ("车险app当天登录用户实时抓取，下单后两天出数，1.5一条，一千条起", "realtime_capture"),
    ("买外呼系统送获客后台，里面车险到期客户姓名电话车牌都有，坐席一年4800", "bundled_lead_system"),
])  # fmt: skip
def test_the_kind_of_an_offer(reader: Reader, text: str, kind: str) -> None:
    """Each of the four kinds is told from the others."""
    signal = read(reader, text).signal
    assert (signal.label, signal.kind) == ("offer", kind)


FOOLED = pytest.mark.xfail(strict=True, reason="a handle is much of an offer's wording; the title weighs less")


@pytest.mark.parametrize(
    "title",
    ["谁有二手冰箱", pytest.param("哪里有卖羽绒服的", marks=FOOLED), pytest.param("谁有闲置的婴儿车", marks=FOOLED)],
)
def test_the_title_makes_a_bare_reply_an_offer(reader: Reader, title: str) -> None:
    """ "I have it, add me" is an offer where car-owner data is asked for; elsewhere it scores far less and is none."""
    bare = "有的，加V czxx_2088"
    asked = read(reader, bare, "求购本市车险到期客户名单").signal
    elsewhere = read(reader, bare, title).signal
    assert asked.score > 3 * elsewhere.score
    assert asked.label == "offer"
    assert elsewhere.label != "offer"


def test_a_quoted_offer_is_not_the_authors(reader: Reader) -> None:
    """A reply that scolds what it quotes is no offer."""
    signal = read(reader, "卖别人信息的滚远点，已经举报了", quoted=(OFFER,)).signal
    assert signal.label != "offer"


MIXED = pytest.mark.xfail(strict=True, reason="a piece that is half tips is called by neither view: kept for review")


@pytest.mark.parametrize(("before", "after"), [(0, 20), (20, 0), pytest.param(12, 12, marks=MIXED)])
def test_an_offer_buried_in_a_long_page_is_found(reader: Reader, before: int, after: int) -> None:
    """One line of selling between pages of upkeep tips makes the post an offer, wherever it stands."""
    assert read(reader, UPKEEP * before + OFFER + "。" + UPKEEP * after).signal.label == "offer"


@pytest.mark.parametrize("around", [12, 60])
def test_an_offer_in_the_middle_of_a_long_page_is_kept_for_review(reader: Reader, around: int) -> None:
    """Amid thirteen thousand characters of tips the one line of selling is at least kept for review."""
    assert read(reader, UPKEEP * around + OFFER + "。" + UPKEEP * around).signal.score >= reader.review_low


def test_an_advert_pasted_into_a_report_is_an_offer(reader: Reader) -> None:
    """A seller who hides in a copied article leaves a way to be reached, and is found."""
    signal = read(reader, REPORT * 2 + "\n" + OFFER + "\n" + REPORT * 2).signal
    assert signal.label == "offer"


@pytest.mark.parametrize("lines", [3, 6, 10, 14, 30, 200])
@pytest.mark.parametrize("place", [0.0, 0.5, 1.0])
def test_an_offer_among_lines_of_chat_is_an_offer(reader: Reader, lines: int, place: float) -> None:
    """However much chat stands around an offer, and wherever in it the offer stands, it is found."""
    chat = [CHAT[number % len(CHAT)] for number in range(lines)]
    chat.insert(round(place * lines), "各地车主信息,姓名电话车型到期日都有,0.5元一条,1000条起售,微信car88888")
    assert read(reader, "\n".join(chat)).signal.label == "offer"


@pytest.mark.parametrize("lines", [6, 10, 14, 30])
def test_chat_alone_is_none(reader: Reader, lines: int) -> None:
    """The same chat without the offer is no offer."""
    assert read(reader, "\n".join(CHAT[number % len(CHAT)] for number in range(lines))).signal.label != "offer"


def test_an_offer_in_endless_repetition_is_found(reader: Reader) -> None:
    """An offer in the middle of one sentence that is repeated without line breaks is found."""
    filler = "今天天气不错适合出去走走，"
    signal = read(reader, filler * 5_000 + OFFER + filler * 5_000).signal
    assert signal.label == "offer"


@pytest.mark.parametrize("times", [1, 3, 12])
def test_a_long_report_that_quotes_an_offer_is_a_report(reader: Reader, times: int) -> None:
    """A news article is one however often it quotes a seller."""
    signal = read(reader, (REPORT + "\n" + QUOTING + "\n") * times + REPORT).signal
    assert signal.label in ("news_report", "complaint", "legal_or_advice")


@pytest.mark.parametrize("text", ["", " \n\t", "\u200b", "!", "——", "🚗🚗🚗", "\ud83d", "\ud800x\udfff"])
def test_a_text_that_says_nothing_is_unrelated(reader: Reader, text: str) -> None:
    """Empty, blank, punctuation, emoji or broken text: unrelated, with a score at the floor."""
    signal = read(reader, text).signal
    assert signal.label == "unrelated"
    assert signal.score < reader.review_low


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.text(st.characters(codec=None), max_size=80), max_size=4))
def test_any_text_gives_a_signal(reader: Reader, texts: list[str]) -> None:
    """Any Unicode at all is read, in order, and every part of the signal holds together."""
    readings = reader.read([Passage(str(number), text, text, text, (text,)) for number, text in enumerate(texts)])
    assert [reading.signal.id for reading in readings] == [str(number) for number in range(len(texts))]
    for text, reading in zip(texts, readings, strict=True):
        signal = reading.signal
        assert len(reading.passage.text) == len(text)
        assert sum(signal.labels.values()) == pytest.approx(1)
        assert signal.labels["offer"] == signal.score
        assert (signal.label == "offer") == (signal.score >= reader.threshold)
        assert all(reading.passage.text[reason.start : reason.end] == reason.text for reason in signal.reasons)


LONG = {
    "digits": "7" * 200_000,
    "one character": "车" * 200_000,
    "letters": "a b " * 50_000,
    "blank lines": "\n" * 200_000,
    "offers": (OFFER + "。") * 4_000,
}


@pytest.mark.parametrize("name", LONG)
def test_very_long_texts_take_bounded_time(reader: Reader, name: str) -> None:
    """200,000 characters are read in a few seconds: at most 16 windows are encoded."""
    start = time.perf_counter()
    read(reader, LONG[name])
    assert time.perf_counter() - start < 20  # on a machine that does other work too


def test_reasons_are_the_posts_own_words(reader: Reader) -> None:
    """Reasons are cut from the post, weightiest first, and the price and contact are among them by name."""
    reading = read(reader, OFFER)
    reasons = reading.signal.reasons
    assert reasons
    assert all(reading.passage.text[reason.start : reason.end] == reason.text for reason in reasons)
    assert [abs(reason.weight) for reason in reasons] == sorted((abs(r.weight) for r in reasons), reverse=True)
    assert any(reason.why.startswith("price") for reason in reasons)


def test_reasons_are_true_to_the_model(reader: Reader) -> None:
    """Taking the top reasons out of an offer lowers its score more than taking out as much of the rest."""
    lowered = others = 0.0
    for example in [one for one in read_corpus() if one.label == "offer" and 40 < len(one.text) < 120][:40]:
        signal = read(reader, example.text).signal
        places = {at for reason in signal.reasons[:3] if reason.weight > 0 for at in range(reason.start, reason.end)}
        rest = [at for at in range(len(example.text)) if at not in places]
        cut = set(rest[:: max(1, len(rest) // max(1, len(places)))][: len(places)])
        for gone in (places, cut):
            left = read(reader, "".join(c for at, c in enumerate(example.text) if at not in gone)).signal.score
            drop = signal.score - left
            lowered, others = (lowered + drop, others) if gone is places else (lowered, others + drop)
    assert lowered > others


def test_prevalence_moves_the_number_and_not_the_label(reader: Reader, models: Path) -> None:
    """At another prevalence the scores differ, the labels do not."""
    common = load_reader(models, prevalence=0.2)
    texts = [OFFER, QUOTING, UPKEEP, "有的，加V czxx_2088"]
    for text in texts:
        rare, often = read(reader, text).signal, read(common, text).signal
        assert rare.score < often.score
        assert rare.label == often.label
    assert common.threshold > reader.threshold > reader.review_low


def test_only_findings_have_an_offer_unless_all_is_asked_for(reader: Reader) -> None:
    """An offer is read into the four labels of a finding and the unsure; `read_all` reads one into any text."""
    passage = Passage("1", "今天钓了三条鱼，一斤卖十五块")
    (plain,) = reader.read([passage])
    (full,) = reader.read([passage], read_all=True)
    assert plain.signal.label not in FINDING_LABELS
    assert plain.signal.offer is None
    assert full.signal.offer is not None
    # The gate turns the plain one away; read all, it is encoded. Neither comes near being looked at.
    assert max(full.signal.score, plain.signal.score) < reader.review_low


def test_a_model_says_what_it_is(reader: Reader) -> None:
    """The name holds encoder, head, rules, version and prevalence, so that a score can be repeated."""
    encoder, head, rules, version, prevalence = reader.model.split()
    assert (encoder, head[:5], rules[:6], version[:9]) == (DEFAULT, "head-", "rules-", "tipstaff-")
    assert prevalence == "prevalence-0.005"


def test_a_missing_model_is_named(tmp_path: Path) -> None:
    """Without a shipped model the error says how to train one."""
    with pytest.raises(MissingPart, match="tipstaff train"):
        load_reader(tmp_path, shipped=tmp_path)


def test_loading_is_light(models: Path) -> None:
    """The encoder waits for the first text: a reader is there at once."""
    start = time.perf_counter()
    load_reader(models)
    assert time.perf_counter() - start < 2


def test_the_shipped_model_belongs_to_the_present_corpus() -> None:
    """Whoever changes the corpus trains again."""
    manifest = load_model(SHIPPED / DEFAULT).manifest
    assert manifest.corpus_digest == digest_corpus(read_corpus())
    assert manifest.labels == LABELS


def test_a_trained_model_is_kept_and_found(
    models: Path, encoder: Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A model trained on this machine is used instead of the shipped one, from where it was put."""
    examples = [example for example in read_corpus() if example.writer in ("core", "garden")][::8]
    monkeypatch.setattr(training, "read_corpus", lambda _folder: examples)
    monkeypatch.setattr(training, "load_encoder", lambda *_arguments: encoder)
    folder = training.build(tmp_path)
    assert folder == training.place_model(tmp_path, DEFAULT)
    assert load_reader(tmp_path).model.split()[1] == f"head-{load_model(folder).digest()[:12]}"
    assert sorted(path.name for path in folder.iterdir()) == [
        "adapter.safetensors",
        "manifest.json",
        "model.safetensors",
    ]
    save_model(load_model(folder), tmp_path / "again")
    training.replace_folder(tmp_path / "again", folder)
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]
