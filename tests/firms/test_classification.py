"""What the grammar of scopes has to get right, in sentences made up for the purpose."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianzhang.errors import InputError
from lianzhang.firms.classification import classify, classify_codes
from lianzhang.firms.evaluation import classify_labelled, flips, read_labels, score
from lianzhang.firms.model import Classification
from lianzhang.firms.phrases import load_phrases


def read(scope: str, name: str = "某某市甲乙有限公司") -> Classification:
    return classify(["x"], [name], [scope])[0]


@pytest.mark.parametrize(
    ("scope", "chain"),
    [
        ("生产、销售：汽车座椅、保险杠；销售：轮胎", ("TRM",)),
        ("汽车座椅、汽车保险杠的生产和销售", ("TRM",)),
        ("销售汽车配件；汽车变速箱制造", ("ICE",)),
        ("汽车配件制造，销售轮胎", ("AUTOGEN",)),
        ("制造：汽车、摩托车零部件", ("AUTOGEN", "MOTO")),
        ("制造：汽车、汽车零部件", ("AUTOGEN", "VEH")),
        ("加工汽车零部件及灯具", ("TRM",)),
        ("制造、销售汽车内饰塑料件", ("TRM",)),
        ("汽车配件（不含生产、加工）、塑料制品的生产、销售", ()),
        ("汽车配件（不含发动机制造）的生产、销售", ("AUTOGEN",)),
        ("生产、销售；汽车配件、阀门", ("AUTOGEN",)),
        (
            "生产动力电池、驱动电机、车载雷达（依法须经批准的项目，经相关部门批准后方可开展经营活动）",
            ("ADV", "BAT", "EDR"),
        ),
        ("制造矿山机械用变速箱", ()),
        ("销售、维修汽车配件", ()),
        ("铅酸蓄电池制造", ()),
        ("制造(加工),销售,汽车配件,阀门", ("AUTOGEN",)),
        ("设计、制造、集成、销售：汽车座椅", ("TRM",)),
        # Positioning is the chain's where it is a car's.
        ("生产：平板电脑、导航设备", ()),
        ("生产：汽车座椅、导航设备", ("ADV", "TRM")),
        ("生产：车载导航仪", ("ADV",)),
        ("加工销售：废旧轮胎", ()),
        ("生产、销售：垃圾箱、垃圾车、果皮箱", ()),
    ],
)
def test_chain_slots(scope: str, chain: tuple[str, ...]) -> None:
    assert read(scope).chain == chain


@pytest.mark.parametrize(
    ("scope", "maker"),
    [
        ("塑料制品加工、销售。", True),
        ("来料加工：服装", True),
        ("生猪屠宰", True),
        ("茶叶种植、加工、销售", True),
        ("销售：塑料制品、食品加工机械、印刷设备", False),
        ("苗木、花卉的生产、销售", False),
        ("组织收购、销售成员生产的产品；采购成员所需的生产资料", False),
        ("广告设计、制作、发布", False),
        ("经营本企业生产所需的原辅材料的进口业务", False),
        ("企业管理咨询；国家法律、法规禁止生产的不得生产", False),
        ("印刷其他印刷品", True),
        ("船舶修造和设计", True),
        ("生产、销售【豆浆饮料（瓶装）、凉茶饮料、其他饮料类】", True),
        ("", False),
    ],
)
def test_maker(scope: str, maker: bool) -> None:
    assert read(scope).is_maker is maker


@pytest.mark.parametrize(
    ("name", "scope", "gb2"),
    [
        ("某市甲商贸有限公司", "批发、销售：建筑材料、五金", "51"),
        ("某市乙大药房", "零售：药品、保健食品", "52"),
        ("某市丙运输有限公司", "普通货运", "54"),
        ("某市丁软件有限公司", "软件开发；销售计算机", "65"),
        ("某市戊物业管理有限公司", "物业管理", "70"),
        ("某市己村镇银行", "吸收公众存款；发放贷款", "66"),
        ("某市庚生猪养殖专业合作社", "生猪养殖、销售", "03"),
        ("某市辛机械制造有限公司", "制造、销售：普通机械", "34"),
        ("某市壬汽车零部件有限公司", "生产：汽车零部件", "36"),
        ("某市癸模具有限公司", "模具制造", "35"),
        ("某市子食品有限公司", "豆制品生产、销售", "13"),
        # Goods that no phrase names are those that the firm is named for.
        ("某市丑阀门有限公司", "加工及销售：旋流嘴、涨圈座；经营砂轮、黄油枪的销售业务", "34"),
        # A name's word of trade says little where nothing is sold.
        ("某市寅商业有限公司", "普通货运", "54"),
        ("某市卯经营部", "零售：农业生产资料、日用杂品", "52"),
        ("某市辰清洁有限公司", "保洁服务；外墙清洗", "82"),
        ("某市巳港务有限公司", "长江干线普通货船运输，仓储", "55"),
        # A list of goods in brackets is a list of goods.
        (
            "某市午饮料有限公司",
            "生产：【茶饮料、果汁、固体饮料、碳酸饮料、植物蛋白饮料、矿泉水、纯净水】；塑料瓶",
            "15",
        ),
        # The words of a parent count little where the outlet's own say what it does.
        ("某市未公路工程有限公司申客车站", "客运站经营", "54"),
        ("某市酉物业有限公司第二门市部", "物业管理", "70"),
        # A longer word that begins inside a shorter one is meant.
        ("某市康发电力设备有限公司", "高低压成套设备的生产、销售", "38"),
        ("某市戌商业管理有限公司", "商业管理；销售：五金", "72"),
        ("某市亥资产经营有限公司", "经营政府授权的国有资产；销售：建材", "72"),
        ("某市甲铁路有限责任公司", "铁路货运，铁路装卸", "53"),
        ("某市乙物流有限公司", "仓储服务，货运代理，销售：建材", "59"),
        ("某市丙园林绿化有限公司", "园林绿化设计、施工；销售：花卉", "48"),
        ("某市丁园林绿化有限公司", "绿化养护", "78"),
        ("某市戊废旧橡胶加工厂", "加工销售：废旧橡胶", "42"),
        ("某市己科技有限公司", "阻燃电缆料的研究、开发", "73"),
        ("某市庚科技有限公司", "节水技术推广", "75"),
        ("某市辛科技有限公司", "少儿编程培训、书法培训、声乐培训", "83"),
        # What is had on the side does not push back what follows.
        ("某市壬实业有限公司", "普通货运；生产、销售：汽车座椅；加工：阀门", "36"),
        ("某市癸食品有限公司", "速冻面米食品生产", "14"),
    ],
)
def test_division(name: str, scope: str, gb2: str) -> None:
    assert read(scope, name).gb2 == gb2


def test_clusters_follow_what_is_made_and_software_what_is_provided() -> None:
    found = read("生产：微耕机、中成药、塑料颗粒；计算机软件开发；销售：家用电器、服装")
    assert found.clusters == ("AGRI", "SOFT", "SYNTH", "TCM")


def test_a_trade_union_does_not_make_what_its_firm_makes() -> None:
    found = read("生产、销售：汽车空调、汽车座椅", "某市甲汽车空调有限公司工会委员会")
    assert (found.is_maker, found.gb2, found.chain, found.clusters) == (False, "95", (), ())


@pytest.mark.parametrize(
    ("scope", "absent", "present"),
    [
        ("生产：磷酸盐制品、硅酸盐制品", "FOOD", "MATL"),
        ("生产：阀门；计算机软硬件开发", "ELEC", "SOFT"),
        ("柚子加工", "LIGHT", "FOOD"),
    ],
)
def test_clusters_of_what_is_made(scope: str, absent: str, present: str) -> None:
    found = read(scope)
    assert absent not in found.clusters
    assert present in found.clusters


def test_a_car_in_a_list_of_parts_is_no_car_for_a_firm_named_otherwise() -> None:
    scope = "加工：五金件、汽车、摩托车零件"
    assert "VEH" not in read(scope, "某市甲五金有限公司").chain
    assert read("制造：汽车", "某市乙汽车制造有限公司").chain == ("VEH",)


def _scopes_of_any_kind() -> st.SearchStrategy[str]:
    words = [
        "生产",
        "加工",
        "销售",
        "研发",
        "种植",
        "维修",
        "：",
        "、",
        "；",
        "（不含",
        "）",
        "汽车",
        "汽车配件",
        "阀门",
    ]
    words += ["食品", "花椒", "计算机软硬件", "软件开发", "废旧塑料", "导航设备", "某某器", "座椅", "摩托车"]
    return st.lists(st.sampled_from(words), max_size=16).map("".join)


@given(
    _scopes_of_any_kind(),
    st.sampled_from(["某市甲有限公司", "某市乙汽车有限公司", "某市丙机械厂", "某市丁商贸公司"]),
)
def test_every_code_has_a_confidence_and_words_that_speak_for_it(scope: str, name: str) -> None:
    found = read(scope, name)
    confidence = found.to_dict()["confidence"]
    assert set(confidence["chain"]) == set(found.chain)
    assert set(confidence["clusters"]) == set(found.clusters)
    assert all(0 < value < 1 for value in (*found.chain_confidence, *found.cluster_confidence))
    given_by = {(e.field, e.code) for e in found.evidence}
    assert {("chain", code) for code in found.chain} <= given_by
    assert {("clusters", code) for code in found.clusters} <= given_by


def test_a_code_that_two_readings_give_is_surer_than_one() -> None:
    once = read("生产：汽车座椅")
    twice = read("生产：汽车座椅、汽车内饰件")
    guess = read("生产：某某仪")  # only the last character speaks
    assert once.chain == twice.chain == ("TRM",)
    assert once.chain_confidence[0] < twice.chain_confidence[0]
    assert guess.clusters == ("INSTR",)
    assert guess.cluster_confidence[0] < once.chain_confidence[0]


def test_evidence_spans_are_the_words_of_the_text() -> None:
    scope = "研发（不含生产）；生產、銷售：汽車座椅，【普通货运】，塑料制品"
    found = classify(["x"], ["某市汽车内饰有限公司"], [scope])[0]
    assert found.chain == ("TRM",)
    assert {e.field for e in found.evidence} == {"is_maker", "gb2", "chain", "clusters"}
    for item in found.evidence:
        source = scope if item.source == "scope" else "某市汽车内饰有限公司"
        assert source[item.first : item.last] == item.text
    assert any(e.code == "TRM" and e.text == "汽車座椅" for e in found.evidence)


def test_full_width_and_traditional_text_reads_like_plain_text() -> None:
    plain = read("生产、销售:LED灯,电线电缆;货物进出口")
    other = read("生產、銷售：ＬＥＤ燈，電線電纜；貨物進出口")
    assert (plain.gb2, plain.chain, plain.clusters) == (other.gb2, other.chain, other.clusters)


_WORDS = st.sampled_from(
    [
        "生产",
        "销售",
        "制造",
        "加工",
        "维修",
        "汽车",
        "摩托车",
        "配件",
        "塑料制品",
        "软件开发",
        "不含",
        "除外",
        "（",
        "）",
        "、",
        "，",
        "；",
        "：",
        "的",
        "及",
        "和",
        "模具",
        "苗木",
        "种植",
        "。",
        "x",
        "8",
        "𠀀",
    ]
)


@given(st.lists(st.lists(_WORDS, max_size=25).map("".join), max_size=6), st.randoms())
def test_a_firm_is_read_alike_whoever_stands_beside_it(scopes: list[str], random: object) -> None:
    names = [f"甲{i}机械厂" for i in range(len(scopes))]
    together = classify([""] * len(scopes), names, scopes)
    order = list(range(len(scopes)))
    random.shuffle(order)  # type: ignore[attr-defined]
    mixed = classify([""] * len(scopes), [names[i] for i in order], [scopes[i] for i in order])
    assert [mixed[order.index(i)] for i in range(len(scopes))] == together
    for scope, found in zip(scopes, together, strict=True):
        assert all(scope[e.first : e.last] == e.text for e in found.evidence if e.source == "scope")
        assert set(found.chain) <= {"AUTOGEN", "MOTO", "VEH"}
        assert not found.chain or found.is_maker
        assert 0 <= found.maker_confidence <= 1
        assert 0 <= found.gb2_confidence <= 1


def test_no_firm_is_no_verdict() -> None:
    assert classify([], [], []) == []
    assert classify_codes([], []).maker.size == 0


LABELS = """uscc,name,scope,is_maker,gb2,chain,clusters
1,甲厂,生产：汽车座椅,1,36,TRM,ICNEV
2,乙商贸有限公司,销售：汽车座椅,0,51,,
3,丙机械厂,生产：木制风筝,1,?,?,?
"""


def _table_with(tmp_path: Path, extra: str) -> Path:
    from importlib import resources

    bundled = (resources.files("lianzhang.firms") / "data" / "phrases.csv").read_text("utf-8")
    changed = tmp_path / "phrases.csv"
    changed.write_text(bundled + extra, "utf-8")
    return changed


def test_evaluation_shows_what_a_change_of_phrases_does(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text(LABELS, "utf-8")
    labels = read_labels(tmp_path / "labels.csv")
    before = classify_labelled(labels)
    scores = score(labels, before)
    assert (scores.rows, scores.maker_f1, scores.division_accuracy, scores.chain_micro_f1) == (
        3,
        1.0,
        1.0,
        1.0,
    )
    assert sum(b.firms for b in scores.maker_bins) == 3
    assert sum(b.firms for b in scores.division_bins) == 2  # one division is left open
    assert all(b.right == 1.0 and b.lower <= b.confidence <= b.upper for b in scores.division_bins)
    changed = _table_with(tmp_path, "good,汽车座椅,36,BOD,BOD,,1,,\n")
    after = classify_labelled(labels, load_phrases(changed))
    found = flips(labels, before, after)
    assert [(f.uscc, f.field, f.before, f.after, f.effect) for f in found] == [
        ("1", "chain", "TRM", "BOD", "broken")
    ]
    assert score(labels, after).chain_micro_f1 == 0


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("good,风筝,99,,,,,,\n", "division 99"),
        ("toy,风筝,24,,,,,,\n", "kind 'toy'"),
        ("good,风筝,24,KITE,,,,,\n", "code KITE"),
        ("good,风筝,24,,,,heavy,,\n", "numbers"),
        ("verb,放飞,,,,,,fly,\n", "role 'fly'"),
    ],
)
def test_a_bad_phrase_table_says_where(tmp_path: Path, row: str, says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        load_phrases(_table_with(tmp_path, row))
    assert isinstance(caught.value.details["line"], int)


@pytest.mark.shared
def test_scores_on_the_labelled_firms(shared: Path) -> None:
    labels = read_labels(shared / "truth" / "firms_labelled.csv")
    scores = score(labels, classify_labelled(labels))
    assert scores.maker_f1 >= 0.97
    assert scores.division_accuracy >= 0.85
    assert scores.chain_micro_f1 >= 0.90
    assert scores.chain_macro_f1 >= 0.75
    assert scores.clusters_micro_f1 >= 0.85
    # The more confident, the more often right; and rather too cautious than too sure.
    sure = [b for b in scores.division_bins if b.firms >= 10]
    assert [b.right for b in sure][:3] == sorted(b.right for b in sure)[:3]
    assert all(b.right >= b.confidence for b in sure if b.lower >= 0.6)


@pytest.mark.parametrize(
    ("scope", "gb2"),
    [
        ("污水处理", "46"),
        ("货物装卸搬运；装卸", "59"),
        ("眼镜制造", "35"),
        ("衡器制造", "40"),
        ("捕捞", "04"),
        ("室内外装修", "50"),
        ("土地复垦", "79"),
        ("宠物服务", "82"),
        ("毛巾、肥皂、水杯", "51"),
    ],
)
def test_divisions_of_the_standard(scope: str, gb2: str) -> None:
    """Classes of GB/T 4754-2017 (462, 591, 3587, 405, 042, 501, 791, 822); goods and no verb are what a shop has."""
    assert read(scope).gb2 == gb2
