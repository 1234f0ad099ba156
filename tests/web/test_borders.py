"""Borders: the pack's own, the server's file, or one that the reader opens; hexagons where there are none."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from lianzhang.api.access import open_access
from lianzhang.app.pages.places import read_borders
from lianzhang.errors import FileFormatError
from lianzhang.store import Store
from lianzhang.web import create_app
from tests.web.conftest import BASE, settings


def squares(store: Path, *, leave_out: int = 1) -> dict[str, Any]:
    """Made-up squares around the pack's points, named in the ways that files name districts."""
    with Store(store).reader("chongqing") as reader:
        rows = reader.sql(
            "SELECT adcode, name_zh, name_en, lon, lat FROM geo_points JOIN regions USING (region_id)"
            " JOIN geo_hexes USING (region_id) WHERE adcode IS NOT NULL ORDER BY adcode"
        ).to_pylist()
    features = []
    for n, r in enumerate(rows[leave_out:]):
        x, y = r["lon"], r["lat"]
        ring = [[x, y], [x + 0.1, y], [x + 0.1, y + 0.1], [x, y + 0.1], [x, y]]
        ways = [
            {"adcode": int(r["adcode"])},
            {"gb": f"156{r['adcode']}"},
            {"NAME": r["name_zh"]},
            {"n": r["name_en"]},
        ]
        geometry = {"type": "Polygon", "coordinates": [ring]}
        features.append({"type": "Feature", "properties": ways[n % 4], "geometry": geometry})
    stranger = {"type": "MultiPolygon", "coordinates": [[[[107, 30], [107.1, 30], [107.1, 30.1], [107, 30]]]]}
    features.append({"type": "Feature", "properties": {"name": "Elsewhere"}, "geometry": stranger})
    return {"type": "FeatureCollection", "features": features}


def test_without_borders_there_are_none_to_fetch(client: TestClient) -> None:
    assert client.get("/chongqing/places/map.geojson").status_code == 404
    assert "data-shapes" not in client.get("/chongqing/places").text


def test_the_server_hands_on_its_file(two_regions: Path, tmp_path: Path) -> None:
    path = tmp_path / "made.geojson"
    path.write_text(json.dumps(squares(two_regions)), encoding="utf-8")
    app = create_app(
        settings(two_regions),
        access=open_access("127.0.0.1"),
        patience_s=120,
        warm=False,
        borders=read_borders(path),
    )
    with TestClient(app, base_url=BASE) as client:
        assert 'data-shapes="/chongqing/places/map.geojson"' in client.get("/chongqing/places").text
        answer = client.get("/chongqing/places/map.geojson")
        assert answer.headers["content-type"] == "application/geo+json"
        assert answer.json() == squares(two_regions)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"type": "Feature"}', "no json"])
def test_what_is_no_map_is_refused_at_start(tmp_path: Path, content: str) -> None:
    path = tmp_path / "bad.geojson"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(FileFormatError, match=r"bad\.geojson"):
        read_borders(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError):
        read_borders(tmp_path / "none.geojson")


def test_a_reader_opens_a_map_of_their_own(
    chromium: str, address: str, two_regions: Path, tmp_path: Path
) -> None:
    """Matched by code and name, drawn with the legend of the hexagons, told what did not match, saved, put away."""
    from playwright.sync_api import sync_playwright

    from tools.screenshots import FLAGS

    made = squares(two_regions, leave_out=2)
    path = tmp_path / "own.geojson"
    path.write_text(json.dumps(made), encoding="utf-8")
    (tmp_path / "metres.geojson").write_text(
        json.dumps(made).replace("107,", "36500000,").replace("107.1", "36510000"), encoding="utf-8"
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        tab = browser.new_page(locale="en-US", viewport={"width": 1440, "height": 1000})
        sent: list[str] = []
        tab.on("request", lambda r: sent.append(r.method))
        tab.goto(f"{address}/chongqing/places")
        hexagons = tab.locator("#f-map .wide a.hit").count()
        tab.click("lz-map summary")
        field = tab.locator("lz-map input[type=file]")
        field.set_input_files(tmp_path / "metres.geojson")
        tab.wait_for_function("() => document.querySelector('.pl-said').textContent.includes('degrees')")
        field.set_input_files(path)
        tab.wait_for_selector("#f-map .wide path.area")
        drawn = tab.locator("#f-map .wide path.area").count()
        assert drawn == len(made["features"]) - 1 == hexagons - 2
        assert f"{drawn} of" in tab.locator(".pl-said").inner_text()
        told = tab.locator(".pl-report").inner_text()
        assert "Elsewhere" in told
        assert not re.search("[\u4e00-\u9fff]", told), "districts are called by their English names"
        assert tab.locator("#f-map .wide a.hit").first.get_attribute("href").startswith("/chongqing/places/")  # type: ignore[union-attr]
        with tab.expect_download() as caught:
            tab.locator("#f-map .files a", has_text="SVG").click()
        assert "area" in Path(caught.value.path()).read_text(encoding="utf-8")
        tab.select_option("select[name=measure]", index=3)
        tab.wait_for_url("**measure=**")
        tab.wait_for_function(f"() => document.querySelectorAll('#f-map .wide path.area').length === {drawn}")
        tab.click("lz-map button")
        assert tab.locator("#f-map .wide polygon").count() == hexagons
        assert set(sent) == {"GET"}, "nothing is uploaded"
        browser.close()
