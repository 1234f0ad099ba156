"""A link with the token behind the hash signs in, and leaves no trace in the address."""

from __future__ import annotations

import pytest

from tests.web.conftest import TOKEN


@pytest.mark.parametrize(("token", "signed_in"), [(TOKEN, True), ("another-token-altogether", False)])
def test_a_link_signs_in(address: str, chromium: str, token: str, signed_in: bool) -> None:
    sync_playwright = pytest.importorskip("playwright.sync_api").sync_playwright
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        tab = browser.new_page()
        with tab.expect_response("**/api/v1/session") as answered:
            tab.goto(f"{address}/chongqing/sources#token={token}")
        assert answered.value.ok is signed_in
        tab.wait_for_function("location.hash === ''")
        kept = [c for c in tab.context.cookies() if c["name"] == "lianzhang_session"]
        assert bool(kept) is signed_in
        assert all(c["httpOnly"] and c["sameSite"] == "Strict" for c in kept)
        browser.close()
