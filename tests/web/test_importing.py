"""The pages that import a register: both languages, before and after, and who may read and write them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from lianzhang.api.access import open_access
from lianzhang.app.browse.registers import Registers
from lianzhang.web import create_app
from tests.web.conftest import BASE, TOKEN, settings

REGISTER = "00000000000000cc"
TEXT = "某园区登记表,,\n企业名称,联系电话,经营范围\n青溪齿轮有限公司,13912345678,齿轮制造\n"


@pytest.fixture
def visitor(two_regions: Path, tmp_path: Path) -> Iterator[TestClient]:
    own = Path(shutil.copytree(two_regions, tmp_path / "store"))
    path = tmp_path / "园区.csv"
    path.write_text(TEXT, encoding="utf-8")
    Registers(own, "langu").look(path, REGISTER)
    app = create_app(settings(own), access=open_access("127.0.0.1", TOKEN), patience_s=120, warm=False)
    with TestClient(app, base_url=BASE) as made:
        yield made


@pytest.mark.parametrize(
    ("lang", "title", "agree"), [("zh", "导入企业名录", "导入"), ("en", "Import a register", "Import")]
)
def test_columns_are_proposed_and_persons_left_out(
    visitor: TestClient, lang: str, title: str, agree: str
) -> None:
    start = visitor.get("/langu/firms/import", params={"lang": lang})
    assert start.status_code == 200
    assert title in start.text
    assert f"firms/import/{REGISTER}" in start.text
    page = visitor.get(f"/langu/firms/import/{REGISTER}", params={"lang": lang}).text
    assert '<option value="name=1" selected>' in page
    assert '<option value="scope=3" selected>' in page
    assert 'value="uscc=2"' not in page  # a column of persons cannot be chosen
    assert "13912345678" not in page
    assert f'<button type="submit">{agree}</button>' in page
    assert "<script>" not in page
    assert visitor.get("/langu/firms/import/ffff", params={"lang": lang}).status_code == 404


def test_the_list_of_firms_leads_to_the_import(visitor: TestClient) -> None:
    assert 'href="/langu/firms/import' in visitor.get("/langu/firms").text
