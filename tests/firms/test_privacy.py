"""Personal data out of free text; business words stay. All names are made up."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianzhang.firms.kernel.privacy import SUSPECT, without_personal


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("法定代表人：王五；电话13912345678；汽车配件制造", "汽车配件制造"),
        ("法人：赵六 13812345678 023-67891234 QQ:12345678", ""),
        ("联系人：李四光", ""),
        ("某路1号电话13912345678", "某路1号"),
        ("某区某街道1号 联系人张三 139 1234 5678", "某区某街道1号"),
        ("法定代表人张三；销售五金", "销售五金"),
        ("汽车零部件生产（联系人：李女士 电话：６７８９１２３４）", "汽车零部件生产"),
        ("法人：欧阳修文生产汽车配件", "生产汽车配件"),
        ("某路5号（法人：阿卜杜拉·买买提）", "某路5号"),
        ("微信：abc_123456；软件开发", "软件开发"),
        ("邮箱：zhang.san@example.com；网络技术服务", "网络技术服务"),
        ("身份证号：50010119900101123X", ""),
        ("王五（法定代表人）；软件开发", "软件开发"),
        ("经营者：周某某 电话(023)6789 1234", ""),
        ("李经理：13912345678 销售建材", "销售建材"),
        ("股东：张三、李四；投资管理", "投资管理"),
        ("02367891234", ""),
    ],
)
def test_personal_data_goes(text: str, left: str) -> None:
    assert without_personal(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "法人治理咨询；法人单位登记代理；企业法人服务",
        "为所隶属企业法人承接其建筑资质范围内的业务",
        "电话机制造、销售；电话充值卡代销；代收电话费",
        "手机及其配件销售；手机维修",
        "负责人培训；企业主要负责人、安全管理人员培训；安全生产负责人：培训",
        "农民专业合作社负责人 （高级）培训",
        "微信平台设计、开发；QQ群推广；网站建设",
        "收购：废旧手机 电话 家电",
        "同类生产经营者的产品；经营者 培训",
        "业主 物业服务；业主委员会咨询",
        "股东：出资比例见章程",
        "房地籍号JB0030430006000",
        "91500103666436425G",
        "500平方米；GB 32100-2015；ISO 9001-2015",
        "服务热线 12345 承接",
        "投资13800000000元的项目",
    ],
)
def test_business_words_stay(text: str) -> None:
    assert without_personal(text) is text


NAMES = st.builds(
    lambda first, given: first + given,
    st.sampled_from([*"王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗郑", "欧阳", "司马"]),
    st.text(alphabet="伟芳娜敏静丽强磊军洋勇艳杰涛明超秀霞平刚", min_size=1, max_size=2),
)
MOBILES = st.builds(lambda head, tail: f"1{head}{tail:09d}", st.integers(3, 9), st.integers(0, 999_999_999))


@given(
    st.sampled_from(["汽车配件制造", "软件开发、技术服务", "销售：五金、建材"]),
    st.sampled_from(["法定代表人", "法人", "负责人", "联系人", "经营者", "企业法人"]),
    st.sampled_from(["：", ":", " ", "姓名：", "："]),
    NAMES,
    MOBILES,
    st.sampled_from(["；", "，", " ", "。"]),
)
def test_what_is_added_to_a_scope_goes_again(
    scope: str, label: str, colon: str, name: str, mobile: str, mark: str
) -> None:
    added = f"{scope}{mark}{label}{colon}{name}{mark}电话：{mobile}"
    left = without_personal(added)
    assert name not in left
    assert mobile not in left
    assert left.strip("。；， ") == scope
    assert without_personal(left) == left


@given(st.text(alphabet="法人联系负责电话手机：: ;；张三李四0139-@ab.（）生产制造", max_size=30))
def test_it_is_done_after_once_or_twice_and_only_takes_away(text: str) -> None:
    once = without_personal(text)
    left = iter(text.replace("\n", " "))
    assert all(c in left for c in once if c != " ")


def test_the_glance_at_a_column_passes_nothing_over() -> None:
    glance = re.compile(SUSPECT)
    for text in (
        "法人：赵六",
        "联系人张三",
        "139 1234 5678",
        "ＱＱ：12345678",
        "a＠b.cn",
        "王五（法人）",
        "wechat abc123",
        "电话67891234",
    ):
        assert glance.search(text)
